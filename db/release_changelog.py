"""`CHANGELOG.md` of a release: what differs from the release before, cell by cell, and why, from the history."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from db.diff import Diff, FileDiff, RowChange, tallies
from db.diff_words import named
from db.history import HistoryEntry
from db.release_facts import Facts

FILE = "CHANGELOG.md"
HEADING = "# Changelog of the evidence"
MOST = 500
LONGEST = 200


def changelog_bytes(
    facts: Facts,
    diff: Diff | None,
    entries: Sequence[HistoryEntry],
    counts: Sequence[tuple[str, int]],
    former: str = "",
) -> bytes:
    """Return the changelog.

    Parameters
    ----------
    facts
        What the release says of itself.
    diff
        What differs from the release before; None where there was none.
    entries
        Changes of the history since then.
    counts
        What the release holds, as (name, number).
    former
        The changelog of the release before, whose sections follow.
    """
    lines = [
        HEADING,
        "",
        f"## {facts.name} - {facts.date.isoformat()}",
        "",
        *_frozen(facts),
        ", ".join(f"{number:,} {what}" for what, number in counts) + f"; schema {facts.schema}.",
        "",
        *(
            ["The first release: there is none before it to compare with."]
            if diff is None
            else _differences(diff)
        ),
        *_why(entries),
    ]
    older = former[former.find("\n## ") :].rstrip() if "\n## " in former else ""
    return ("\n".join(lines).rstrip() + "\n" + (f"{older}\n" if older else "")).encode()


def _frozen(facts: Facts) -> Iterator[str]:
    told = f"Frozen by {_plain(facts.by)}" if facts.by else "Frozen" if facts.reason else ""
    if told:
        yield f"{told}: {_plain(facts.reason)}" if facts.reason else f"{told}."
        yield ""


def _differences(diff: Diff) -> Iterator[str]:
    if not diff.files:
        yield f"No cell differs from {_plain(diff.before)}."
        return
    yield f"Compared with {_plain(diff.before)}:"
    yield ""
    yield "| | added | removed | changed |"
    yield "|---|--:|--:|--:|"
    for tally in tallies(diff):
        yield f"| {tally.what} | {tally.added:,} | {tally.removed:,} | {tally.changed:,} |"
    for one in diff.files:
        yield from _file(one)


def _file(one: FileDiff) -> Iterator[str]:
    yield from ("", f"### {one.file}", "")
    if one.reordered:
        yield "The rows that stayed stand in another order."
    items = [
        *(f"- added {_row(row)}" for row in one.added),
        *(f"- removed {_row(row)}" for row in one.removed),
        *(f"- {_code(c.key)} {c.column}: {_code(c.old)} → {_code(c.new)}" for c in one.changed),
    ]
    yield from items[:MOST]
    if len(items) > MOST:
        yield f"- and {len(items) - MOST:,} more, which `medquant db diff` shows"


def _row(row: RowChange) -> str:
    told = named(row).removeprefix(row.key).removeprefix(": ")
    return f"{_code(row.key)}: {_plain(told)}" if told else _code(row.key)


def _why(entries: Sequence[HistoryEntry]) -> Iterator[str]:
    if not entries:
        return
    yield from ("", "### Why, from the history", "")
    groups = [(entry, list(its)) for entry, its in _by_change(entries)]
    for entry, its in groups[-MOST:]:
        rows = its[0].table + " " + its[0].key if len(its) == 1 else f"{len(its):,} rows"
        reason = _plain(entry.reason) if entry.reason else "no reason given"
        yield f"- {entry.at[:10]}, {_plain(entry.actor)}: {reason} ({_code(rows)})"
    if len(groups) > MOST:
        yield f"- and {len(groups) - MOST:,} changes before, which `medquant db history` shows"


def _by_change(entries: Sequence[HistoryEntry]) -> Iterator[tuple[HistoryEntry, list[HistoryEntry]]]:
    """Group rows that one command changed; raw SQL has no command, and each of its rows stands alone."""
    for _, its in groupby(entries, key=lambda entry: (entry.change, entry.change is None and entry.id)):
        rows = list(its)
        yield rows[0], rows


def _plain(words: str | None) -> str:
    """Return words on one line, without what Markdown or a browser would take for more than words."""
    line = " ".join((words or "").split())
    cut = line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in cut)


def _code(words: str) -> str:
    line = " ".join(words.split()) or "(empty)"
    cut = line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
    return f"`{cut.replace('`', '´')}`"
