"""`medquant review diff-matrix`: a matrix edited elsewhere, as a diff to preview and accept cell by cell."""

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db.command import add_json, add_verb, print_json, told

if TYPE_CHECKING:
    from review.matrix_diff import CellDiff, MatrixDiff


def add_matrix_diff_verb(verbs: Any) -> None:  # noqa: ANN401 - argparse keeps the type to itself
    """Add `diff-matrix`; nothing heavy is imported before it runs."""
    verb = add_verb(
        verbs,
        "diff-matrix",
        "show where a matrix edited elsewhere differs from the database, and accept cells of it",
    )
    verb.add_argument(
        "file", type=Path, metavar="FILE", help="a .csv or .xlsx file of `medquant review matrix`, edited"
    )
    which = verb.add_mutually_exclusive_group()
    which.add_argument("--accept", nargs="+", metavar="STUDY.VARIABLE", help="write these cells")
    which.add_argument(
        "--accept-all", action="store_true", help="write every cell that is neither refused nor stale"
    )
    verb.add_argument(
        "--exported",
        type=_moment,
        metavar="WHEN",
        help="when the file was exported, UTC, such as 2026-01-31T12:00 (default: what the workbook says; a CSV says nothing)",
    )
    verb.add_argument(
        "--by", metavar="NAME", type=told, help="who accepts (default: MEDQUANT_ACTOR, else log-in name)"
    )
    verb.add_argument("--reason", type=told, help="why; needed to accept, and kept in the history")
    add_json(verb)
    verb.set_defaults(run=_diff_matrix)


def _moment(words: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(words)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{words!r} is no moment; allowed: such as 2026-01-31T12:00"
        ) from None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment


def _diff_matrix(given: argparse.Namespace) -> int:
    from dataclasses import asdict

    from sqlalchemy import select

    from db.errors import MedquantError
    from db.models.tables import ChangeContext
    from db.schema import open_current
    from db.session import current_actor, reading, writing
    from review.matrix_diff import accept_cells, diff_matrix
    from review.matrix_table import read_matrix

    accepting = given.accept_all or given.accept is not None
    if accepting and given.reason is None:
        raise MedquantError("accepting cells needs --reason; the history keeps why")
    table = read_matrix(given.file)
    written: list[CellDiff] = []
    change = None
    engine = open_current(given.db)
    if accepting:
        with writing(engine, actor=current_actor(given.by), reason=given.reason) as connection:
            written, diff = accept_cells(connection, table, given.accept, given.exported)
            change = connection.scalar(select(ChangeContext.change)) if written else None
    else:
        with reading(engine) as connection:
            diff = diff_matrix(connection, table, given.exported)
    if given.json:
        print_json(asdict(diff) | {"written": [cell.name for cell in written], "change": change})
    else:
        _print(diff, written, change)
    return 1 if accepting and len(written) < len(diff.cells) and given.accept is None else 0


def _print(diff: "MatrixDiff", written: "list[CellDiff]", change: int | None) -> None:
    for cell in diff.cells:
        state = "written" if cell in written else str(cell.state)
        print(f"{cell.name}  {state}")
        print(f"  database: {cell.database or '(empty)'}")
        print(f"  file:     {cell.file or '(empty)'}")
        if cell.why:
            print(f"  why:      {cell.why}")
    if diff.unknown:
        print(f"not in the database, add with `medquant review study add`: {', '.join(diff.unknown)}")
    if diff.absent:
        print(f"not in the file, left as they are: {len(diff.absent)} studies")
    if diff.columns_absent:
        print(f"columns that the file lacks, left as they are: {', '.join(diff.columns_absent)}")
    if diff.moved_on:
        print(f"changed in the database alone since the export, left as they are: {diff.moved_on} cells")
    states = [str(cell.state) for cell in diff.cells]
    counts = ", ".join(f"{states.count(s)} {s}" for s in ("change", "refused", "stale"))
    print(f"{len(diff.cells)} cell(s) differ: {counts}")
    if change is not None:
        print(
            f"{len(written)} cell(s) written, change {change}; `medquant review undo {change}` takes them back"
        )
