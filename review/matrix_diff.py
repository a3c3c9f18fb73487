"""A matrix edited elsewhere against the database, cell by cell: what differs, what may be taken over, what is stale."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from db.cells import render_cell
from db.codebook.codebook import codebook_from_database
from db.errors import MedquantError, one_of, shown
from db.load import LOADER
from db.models.tables import History, Study, StudyValue
from review.editing import SUBJECTS, check_fields, fields_of, read_all, set_fields
from review.matrix_table import KEY, MatrixTable, tidy
from review.sources.table import guarded, unguarded
from review.stale import refuse_stale

STUDY = SUBJECTS["study"]


class CellState(StrEnum):
    """What may be done with a cell that differs."""

    CHANGE = "change"
    REFUSED = "refused"
    STALE = "stale"


@dataclass(frozen=True)
class CellDiff:
    """A cell that differs: both values, and why it cannot be taken over (`why` is "" for a change).

    `exported` is what the database held when the file was made, where it has changed since, and `since` by whom.
    `invalid` says why the file's value is not allowed, of a stale cell too.
    """

    study: str
    variable: str
    database: str
    file: str
    state: CellState
    why: str = ""
    exported: str | None = None
    since: str = ""
    invalid: str = ""

    @property
    def name(self) -> str:
        """Name the cell, as `--accept` takes it."""
        return f"{self.study}.{self.variable}"


@dataclass(frozen=True)
class MatrixDiff:
    """All that differs, and what of the file is not compared.

    `moved_on` counts cells that only the database changed since the export; `unknown` are studies that the database
    lacks, `absent` those that the file lacks.
    """

    cells: tuple[CellDiff, ...]
    moved_on: int
    unknown: tuple[str, ...]
    absent: tuple[str, ...]
    columns_absent: tuple[str, ...]


def diff_matrix(
    connection: Connection, table: MatrixTable, exported: dt.datetime | None = None
) -> MatrixDiff:
    """Compare a matrix with the database.

    Parameters
    ----------
    connection
        An open connection.
    table
        The matrix as read.
    exported
        When it was exported (UTC); None: what the workbook itself says. Where neither is known, every cell that was
        ever edited since it was loaded counts as changed since the export.

    Raises
    ------
    MedquantError
        If a column of the file is no variable.
    """
    fields = fields_of(STUDY, codebook_from_database(connection))
    for column in table.columns:
        if column not in fields:
            raise MedquantError(
                f"{table.name}: {shown(column)} is no variable of the matrix; {one_of(fields)}"
            )
    stored = {row[KEY]: row for row in read_all(connection, STUDY)}
    moved = _changed_since(connection, exported or table.exported)
    found, moved_on = [], 0
    for study, cells in table.studies.items():
        if study not in stored:
            continue
        for variable, cell in cells.items():
            held = stored[study].get(variable, "")
            if cell in (tidy(held), guarded(tidy(held))):
                continue
            given = unguarded(cell)
            before = moved.get((study, variable))
            if before is not None and tidy(before[0]) == given:
                moved_on += 1
                continue
            found.append(_judged(connection, table, study, variable, held, given, before))
    return MatrixDiff(
        tuple(found),
        moved_on,
        tuple(study for study in table.studies if study not in stored),
        tuple(study for study in stored if study not in table.studies),
        tuple(f for f in codebook_from_database(connection).variables if f != KEY and f not in table.columns),
    )


def accept_cells(
    connection: Connection,
    table: MatrixTable,
    wanted: Collection[str] | None,
    exported: dt.datetime | None = None,
    *,
    seen: Mapping[str, str] | None = None,
) -> tuple[list[CellDiff], MatrixDiff]:
    """Write cells of a matrix into the database.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`: what differs is looked at anew in it, so that nobody writes in between.
    table, exported
        As for `diff_matrix`.
    wanted
        Names of cells (`study.variable`), None for every cell that may be taken over.
    seen
        What the database held of the wanted cells when somebody looked, by name. A stale cell that was looked at so may
        be taken over; one that changed since is refused.

    Returns
    -------
    written, diff
        The cells that were written, and the whole difference as it was.

    Raises
    ------
    MedquantError
        If a wanted cell does not differ, is refused or stale. Nothing is written then.
    StaleEdit
        If a cell holds another value than the one that was seen. Nothing is written then.
    """
    diff = diff_matrix(connection, table, exported)
    chosen = [cell for cell in diff.cells if wanted is None and cell.state == CellState.CHANGE]
    by_name = {cell.name: cell for cell in diff.cells}
    seen = seen or {}
    if wanted and seen:
        _refuse_stale(connection, wanted, seen, {cell.name: cell.file for cell in diff.cells})
    for name in wanted or ():
        cell = by_name.get(name)
        if cell is None:
            raise MedquantError(
                f"{shown(name)} does not differ from the database; without --accept the cells that do are listed"
            )
        looked_at = cell.state == CellState.STALE and name in seen and not cell.invalid
        if cell.state != CellState.CHANGE and not looked_at:
            raise MedquantError(
                f"{name} is {cell.state}: the file has {shown(cell.file)}, the database {shown(cell.database)}; {cell.why}"
            )
        chosen.append(cell)
    for study in dict.fromkeys(cell.study for cell in chosen):
        set_fields(connection, STUDY, study, {c.variable: c.file for c in chosen if c.study == study})
    return chosen, diff


def _judged(
    connection: Connection,
    table: MatrixTable,
    study: str,
    variable: str,
    held: str,
    given: str,
    before: tuple[str, str] | None,
) -> CellDiff:
    invalid = table.refused.get((study, variable), "")
    if not invalid:
        try:
            check_fields(connection, STUDY, {variable: given})
        except MedquantError as error:
            invalid = str(error)
    if before is not None and tidy(before[0]) != tidy(held):
        why = (
            f"it was {shown(before[0])} when the file was exported and was changed {before[1]}; "
            "export the matrix again, or set the value by `medquant review study set`"
        )
        return CellDiff(study, variable, held, given, CellState.STALE, why, before[0], before[1], invalid)
    state = CellState.REFUSED if invalid else CellState.CHANGE
    return CellDiff(study, variable, held, given, state, invalid, invalid=invalid)


def _refuse_stale(
    connection: Connection, wanted: Collection[str], seen: Mapping[str, str], given: Mapping[str, str]
) -> None:
    """Raise `StaleEdit` for a wanted cell that does not hold what was seen."""
    held = {row[KEY]: row for row in read_all(connection, STUDY)}
    for name in wanted:
        study, _, variable = name.rpartition(".")
        if name not in seen or study not in held:
            continue
        is_cell = variable not in STUDY.table.columns
        refuse_stale(
            connection,
            (StudyValue.__tablename__, f"{study}|{variable}") if is_cell else (STUDY.table.name, study),
            key=study,
            field=variable,
            seen=seen[name],
            present=held[study].get(variable, ""),
            wanted=given.get(name, seen[name]),
            columns=("value",) if is_cell else (variable,),
        )


def _changed_since(
    connection: Connection, since: dt.datetime | None
) -> dict[tuple[str, str], tuple[str, str]]:
    """Return what cells held before their first change after a moment, and when and by whom it was made."""
    names = (Study.__tablename__, StudyValue.__tablename__)
    entries = connection.execute(
        select(History.__table__)
        .where(
            History.table_name.in_(names),
            History.reason.is_(None) | ~History.reason.startswith(f"{LOADER}:"),
        )
        .order_by(History.id)
    ).mappings()
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for entry in entries:
        if since is not None and _moment(entry["at"]) <= _moment(since):
            continue
        for study, variable, old in _cells_of(
            entry["old"] or {}, entry["new"] or {}, entry["table_name"] == names[1]
        ):
            found.setdefault((study, variable), (old, f"on {entry['at']} by {entry['actor']}"))
    return found


def _cells_of(old: dict[str, Any], new: dict[str, Any], cell: bool) -> Iterator[tuple[str, str, str]]:
    either = {**old, **new}
    if cell:
        if old.get("value") != new.get("value"):
            yield either["study_id"], either["variable"], render_cell(old.get("value"))
        return
    for name in either:
        if old.get(name) != new.get(name):
            yield either["study_id"], name, render_cell(old.get(name))


def _moment(when: object) -> dt.datetime:
    moment = when if isinstance(when, dt.datetime) else dt.datetime.fromisoformat(str(when))
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
