"""Which runs there are: done, failed with their reasons, not run yet, and those on synthetic images."""

from collections import Counter
from collections.abc import Sequence

from db.vocabulary import RunState
from reports.context import Block, Bullets, Cell, Column, Note, Paragraph, Section, Table, code, text
from reports.measured import Measured, Row
from reports.sections.words import count, listed

LONGEST = 240


def runs_words(runs: Sequence[Row]) -> str:
    """Return how many runs on real images are in which state, in words."""
    states = Counter(run["state"] for run in runs if not run["synthetic"])
    return listed([f"{states[state]} {state.value}" for state in RunState if states[state]])


def runs_section(measured: Measured) -> Section:
    """Return the subsection on runs; a failed run is named, since absent, failed and null are three things."""
    blocks: list[Block] = [_told(measured)]
    if measured.failed:
        blocks.append(_failures(measured))
    tried = {run["case_id"] for run in measured.runs if not run["synthetic"]}
    waiting = [case_id for case_id in sorted(measured.titles) if case_id not in tried]
    if waiting:
        blocks += [
            Paragraph(text(f"Not run yet ({count(len(waiting), 'case')}):")),
            Bullets(tuple(text(code(name), f": {measured.titles[name]}") for name in waiting)),
        ]
    if measured.synthetic:
        names = Counter(run["case_id"] for run in measured.synthetic)
        told = listed([f"{n} of {case}" for case, n in sorted(names.items())])
        blocks.append(
            Note(
                text(
                    f"Synthetic, no evidence: {count(len(measured.synthetic), 'run')} on generated images ({told}) show "
                    "that the program works. They are in no figure, table, pool or verdict of this page."
                ),
                "warning",
            )
        )
    return Section("claims-runs", "Runs", tuple(blocks))


def _told(measured: Measured) -> Paragraph:
    words = runs_words(measured.runs) or "none on real images"
    failed = "" if measured.failed else "; none failed" if measured.done else ""
    return Paragraph(text(f"Runs: {words}{failed}. A run that failed stays in the database with its reason."))


def _failures(measured: Measured) -> Table:
    rows = tuple(
        (
            Cell(run["run_id"]),
            Cell(run["case_id"], note=measured.titles.get(run["case_id"])),
            Cell(run["split"] or ""),
            Cell("" if run["seed"] is None else str(run["seed"]), sort=run["seed"]),
            Cell(_short(run["error"] or "")),
        )
        for run in measured.failed
    )
    columns = (
        Column("Run", width=2),
        Column("Case", width=1.2),
        Column("Split", width=0.8),
        Column("Seed", "right", 0.6),
        Column("Why it failed", width=4),
    )
    return Table("failed-runs", f"Failed runs ({len(rows)})", columns, rows)


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
