"""What changed: the edits since the load or, where the folder of a release was named, all that differs from it."""

from collections.abc import Sequence

from db.diff import CellChange, Diff, FileDiff, Tally, tallies
from db.diff_words import named
from db.history import HistoryEntry
from db.vocabulary import Measure
from reports.context import Block, Cell, Column, Paragraph, Section, Table, text
from reports.evidence import Evidence
from reports.sections.words import count, effect_words, interval_words, listed
from review.changes import Changes, CountMoved, PooledNumber, PoolMoved

MOST_CHANGES = 200
LONGEST = 120


def changes(evidence: Evidence, title: str, since: Changes | None = None) -> Section:
    """Return what was changed since the release was loaded, or what differs from the release that was named."""
    edited = _edits(evidence.changes, evidence.release) if since is None or evidence.changes else []
    if since is None:
        if not edited:
            told = f"Nothing was changed since release {evidence.release} ({evidence.release_hash[:12]}) was loaded."
            edited = [Paragraph(text(told))]
        return Section("changes", title, tuple(edited))
    return Section("changes", title, (*_differences(since), *edited))


def _edits(entries: Sequence[HistoryEntry], release: str) -> list[Block]:
    if not entries:
        return []
    rows = []
    for entry in entries[-MOST_CHANGES:]:
        what = "; ".join(
            f"{field}: {_value(old)} → {_value(new)}" for field, (old, new) in entry.fields.items()
        )
        rows.append(
            (
                Cell(entry.at[:16].replace("T", " ")),
                Cell(entry.actor),
                Cell(f"{entry.action} {entry.table} {entry.key}"),
                Cell(what),
                Cell(entry.reason or ""),
            )
        )
    columns = (
        Column("When (UTC)", width=1.4),
        Column("Who", width=1),
        Column("Row", width=2),
        Column("Change", width=3.5),
        Column("Why", width=2),
    )
    shown = f" The last {MOST_CHANGES} are shown." if len(entries) > MOST_CHANGES else ""
    told = f"{count(len(entries), 'row')} changed since release {release} was loaded.{shown}"
    return [
        Paragraph(text(told)),
        Table("changes-table", "Changes since the release", columns, tuple(rows)),
    ]


def _value(value: object) -> str:
    words = "(empty)" if value is None or value == "" else str(value)
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _differences(since: Changes) -> list[Block]:
    diff = since.diff
    if not diff.files:
        return [Paragraph(text(f"No cell differs from release {diff.before}."))]
    told = "; ".join(_tally_words(tally) for tally in tallies(diff) if tally) or "only in other files"
    main = f"What differs from release {diff.before}: {told}."
    return [
        Paragraph(text(f"{main} {_moved_words(since)}")),
        *_pool_table(since.pools),
        *_count_table(since.counts),
        *_row_table(diff),
        *_cell_table(diff),
    ]


def _tally_words(tally: Tally) -> str:
    counted = {"added": tally.added, "removed": tally.removed, "changed": tally.changed}
    return f"{tally.what}, {listed([f'{n:,} {how}' for how, n in counted.items() if n])}"


def _moved_words(since: Changes) -> str:
    flow = (
        f"{count(len(since.counts), 'count')} of the flow moved"
        if since.counts
        else "No count of the flow moved"
    )
    if not since.pooled:
        return f"{flow}; nothing is pooled."
    return f"{flow}; {len(since.pools)} of {count(since.pooled, 'pooled outcome')} moved."


def _pool_table(pools: Sequence[PoolMoved]) -> list[Block]:
    rows = [
        (
            Cell(f"{one.label} ({_unit(one)})"),
            Cell(_pooled(one.before, one)),
            Cell(_pooled(one.after, one)),
            Cell(_shift(one)),
        )
        for one in pools
    ]
    columns = (
        Column("Outcome", width=1.4),
        Column("Before", width=3),
        Column("Now", width=3),
        Column("Moved by", width=1),
    )
    return [Table("changes-pools", "Pooled estimates that moved", columns, tuple(rows))] if rows else []


def _pooled(one: PooledNumber | None, of: PoolMoved) -> str:
    if one is None:
        return "no effects"
    size = f"{count(one.effects, 'effect')}, {count(one.studies, 'study', 'studies')}"
    if one.estimate is None or one.ci_low is None or one.ci_high is None:
        return f"{size}: {one.too_few or 'no number'}"
    told = f"{size}: {effect_words(one.estimate, of.measure)} (95 % CI {interval_words(one.ci_low, one.ci_high, of.measure)}"
    if one.prediction is not None:
        told += f"; prediction {interval_words(*one.prediction, of.measure)}"
    return told + f"){f', certainty {one.certainty}' if one.certainty else ''}"


def _unit(one: PoolMoved) -> str:
    return "percentage points" if one.measure == Measure.DIFFERENCE else "times the baseline"


def _shift(one: PoolMoved) -> str:
    """Return how far an estimate moved; a ratio moves by a factor."""
    if one.shift is None:
        return ""
    factor = "" if one.measure == Measure.DIFFERENCE else "a factor of "
    return factor + effect_words(one.shift, one.measure)


def _count_table(counts: Sequence[CountMoved]) -> list[Block]:
    rows = [(Cell(one.box), Cell(_count(one.before)), Cell(_count(one.after))) for one in counts]
    columns = (Column("Box of the flow", width=2), Column("Before", width=2), Column("Now", width=2))
    return [Table("changes-flow", "Counts of the flow that moved", columns, tuple(rows))] if rows else []


def _count(value: int | str | None) -> str:
    return "not done" if value is None or value == "" else _value(value)


def _row_table(diff: Diff) -> list[Block]:
    rows = [
        (Cell(what), Cell(one.file), Cell(_value(named(row))))
        for one in diff.files
        for what, its in (("added", one.added), ("removed", one.removed))
        for row in its
    ]
    columns = (Column("What", width=0.8), Column("File", width=1.5), Column("Row", width=4))
    return _cut_table("changes-rows", "Rows added and removed", columns, rows)


def _cell_table(diff: Diff) -> list[Block]:
    rows = [_cell_row(one, cell) for one in diff.files for cell in one.changed]
    columns = (
        Column("File", width=1.3),
        Column("Row", width=1.6),
        Column("Column", width=1.3),
        Column("Before", width=2.5),
        Column("Now", width=2.5),
    )
    return _cut_table("changes-cells", "Cells that changed", columns, rows)


def _cell_row(one: FileDiff, cell: CellChange) -> tuple[Cell, ...]:
    return (Cell(one.file), Cell(cell.key), Cell(cell.column), Cell(_value(cell.old)), Cell(_value(cell.new)))


def _cut_table(
    name: str, caption: str, columns: tuple[Column, ...], rows: Sequence[tuple[Cell, ...]]
) -> list[Block]:
    if not rows:
        return []
    cut = f" (the first {MOST_CHANGES} of {len(rows):,})" if len(rows) > MOST_CHANGES else ""
    return [Table(name, caption + cut, columns, tuple(rows[:MOST_CHANGES]))]
