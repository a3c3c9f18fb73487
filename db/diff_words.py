"""A comparison of two states, told as lines for people and as plain values for programs."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from db.diff import Diff, FileDiff, RowChange, tallies

LONGEST = 80
_TELLING = ("title", "arm", "label", "query", "verdict", "field", "decision")
"""Columns that tell people which row is meant, where its identifier alone does not."""


def diff_lines(diff: Diff, limit: int = 20) -> Iterator[str]:
    """Tell a comparison line by line.

    Parameters
    ----------
    diff
        The comparison.
    limit
        The most rows that are shown of each kind in each file (0: all).
    """
    yield f"{diff.before} -> {diff.after}"
    if not diff.files:
        yield "  no cell differs"
        return
    for tally in tallies(diff):
        yield f"  {tally.what}: {tally.added:,} added, {tally.removed:,} removed, {tally.changed:,} changed"
    for one in diff.files:
        yield ""
        yield from _file_lines(one, limit)


def _file_lines(one: FileDiff, limit: int) -> Iterator[str]:
    yield (
        f"{one.file}: {one.before:,} -> {one.after:,} rows; {len(one.added):,} added, {len(one.removed):,} removed, "
        f"{one.rows_changed:,} changed"
    )
    if one.reordered:
        yield "  the rows that stayed stand in another order"
    for sign, rows in (("+", one.added), ("-", one.removed)):
        yield from (f"  {sign} {named(row)}" for row in rows[: limit or None])
        yield from _more(len(rows), limit)
    by_row = [(key, list(cells)) for key, cells in groupby(one.changed, key=lambda cell: cell.key)]
    for key, cells in by_row[: limit or None]:
        yield f"  ~ {key}"
        yield from (f"      {cell.column}: {_cut(cell.old)} -> {_cut(cell.new)}" for cell in cells)
    yield from _more(len(by_row), limit)


def _more(rows: int, limit: int) -> Iterator[str]:
    if limit and rows > limit:
        yield f"  and {rows - limit:,} more (--limit 0 shows all)"


def named(row: RowChange) -> str:
    """Return a row's identifier with what tells people which row is meant."""
    told = next((row.cells[name] for name in _TELLING if row.cells.get(name)), "")
    return f"{row.key}: {_cut(told)}" if told and told != row.key else row.key


def _cut(text: str) -> str:
    shown = " ".join(text.split()) or "(empty)"
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def diff_as_dict(diff: Diff) -> dict[str, Any]:
    """Return a comparison as plain values, every cell whole."""
    return {
        "before": diff.before,
        "after": diff.after,
        "summary": {
            tally.what: {"added": tally.added, "removed": tally.removed, "changed": tally.changed}
            for tally in tallies(diff)
        },
        "files": [
            {
                "file": one.file,
                "rows_before": one.before,
                "rows_after": one.after,
                "reordered": one.reordered,
                "added": [{"key": row.key, "cells": dict(row.cells)} for row in one.added],
                "removed": [{"key": row.key, "cells": dict(row.cells)} for row in one.removed],
                "changed": [
                    {"key": cell.key, "column": cell.column, "old": cell.old, "new": cell.new}
                    for cell in one.changed
                ],
            }
            for one in diff.files
        ],
    }
