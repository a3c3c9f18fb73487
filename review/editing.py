"""Curating from the command line: every change is validated against the codebook before it is written.

One command is one change in the history, with who and why, and `undo` takes it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, func, insert, select, update

from db.cells import allowed_values, parse_cell, render_cell
from db.codebook.codebook import Codebook, check_url, codebook_from_database
from db.errors import DataError, MedquantError, one_of, shown
from db.files import table_of
from db.models.tables import Comparison, Record, Study, StudyValue
from db.printed import Finding, check_comparison
from db.vocabulary import ChangeKind, Origin
from review.matrix_cells import PROVENANCE, Provenance, cells_of, check_text, set_cells
from review.stale import refuse_stale
from review.verified import NONE, VERIFICATION, is_undone, said_with, undone


@dataclass(frozen=True)
class Subject:
    """Something that can be curated: its name, table and key."""

    name: str
    table: Table
    key: str


__all__ = ["PROVENANCE", "SUBJECTS", "Provenance", "Subject", "add_row", "check_fields", "doubts", "fields_of", "read_all", "read_one", "set_fields"]  # fmt: skip
SUBJECTS = {
    subject.name: subject
    for subject in (
        Subject("study", table_of(Study), "study_id"),
        Subject("record", table_of(Record), "record_id"),
        Subject("comparison", table_of(Comparison), "comparison_id"),
    )
}
_KEPT = frozenset({"position", "origin", "run_id"})
_ADDRESSES = frozenset({"url", "source_url"})


def fields_of(subject: Subject, codebook: Codebook) -> list[str]:
    """Return the fields that can be set: columns of the table, and for a study the variables of the matrix."""
    own = [name for name in subject.table.columns.keys() if name not in _KEPT and name != subject.key]  # noqa: SIM118
    if subject.name == "study":
        return own + [variable.code for variable in codebook.coded_variables()]
    return own


def read_all(connection: Connection, subject: Subject) -> list[dict[str, str]]:
    """Return every row as texts, matrix variables included."""
    query = select(subject.table).order_by(subject.table.c.position, subject.table.c[subject.key])
    rows = {
        row[subject.key]: {name: render_cell(value) for name, value in row.items() if name != "position"}
        for row in connection.execute(query).mappings()
    }
    if subject.name == "study":
        for study, variable, value in connection.execute(
            select(StudyValue.study_id, StudyValue.variable, StudyValue.value)
        ):
            rows[study][variable] = value
    return list(rows.values())


def read_one(connection: Connection, subject: Subject, key: str) -> dict[str, str]:
    """Return one row as texts.

    Raises
    ------
    MedquantError
        If there is no such row; the message names close identifiers.
    """
    rows = {row[subject.key]: row for row in read_all(connection, subject)}
    if key not in rows:
        from difflib import get_close_matches

        close = get_close_matches(key, rows, n=3)
        hint = (
            f"did you mean {', '.join(close)}?"
            if close
            else f"`medquant review {subject.name} list` shows them all"
        )
        raise MedquantError(f"there is no {subject.name} {shown(key)}; {hint}")
    return rows[key]


def set_fields(
    connection: Connection,
    subject: Subject,
    key: str,
    values: Mapping[str, str],
    provenance: Provenance | None = None,
    *,
    seen: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Change fields of a row; an empty value clears a field.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`.
    subject, key
        What is changed.
    values
        New values as texts; several codes are separated by semicolons.
    provenance
        `as_printed`, `locator`, `source_url` of matrix cells, where they are not the study's; `verification` too.
    seen
        What fields held when they were looked at, as texts.

    Returns
    -------
    findings
        What is doubtful about the row now (arithmetic, numbers that are not in the printed words, a value that was
        verified before it changed).

    Raises
    ------
    DataError, MedquantError
        If a field is unknown or a value not allowed. Nothing is written then.
    StaleEdit
        If a field of `seen` holds something else by now. Nothing is written then.
    """
    codebook = _book(connection)
    before = read_one(connection, subject, key)
    if before.get("origin") == Origin.MEASURED:
        raise MedquantError(f"{key} was measured by a run and cannot be edited; run the case again instead")
    _refuse_stale(connection, subject, key, before, values, seen or {}, fields_of(subject, codebook))
    columns = _validated(connection, subject, values, codebook)
    told = []
    if subject.name == "comparison" and "verification" in columns:
        columns |= said_with(connection, columns)
    elif subject.name == "comparison" and is_undone(before, values):
        columns |= NONE
        told = [undone(f"comparisons {key}", *(before[name] for name in VERIFICATION))]
    if subject.name == "comparison" and values.get("study_id") == "":
        raise DataError("the cell is empty; a value is needed here", column="study_id")
    _check_together(subject, before | dict(values))
    if columns:
        here = subject.table.c[subject.key] == key
        connection.execute(update(subject.table).where(here).values(columns))
    told += set_cells(connection, key, _cells(subject, values, codebook), provenance or {})
    return [*told, *doubts(connection, subject, key)]


def _refuse_stale(
    connection: Connection,
    subject: Subject,
    key: str,
    row: Mapping[str, str],
    values: Mapping[str, str],
    seen: Mapping[str, str],
    allowed: list[str],
) -> None:
    for field, text in seen.items():
        if field not in allowed:
            raise MedquantError(f"{shown(field)} is no field of a {subject.name}; {one_of(allowed)}")
        is_cell = field not in subject.table.columns
        refuse_stale(
            connection,
            (StudyValue.__tablename__, f"{key}|{field}") if is_cell else (subject.table.name, key),
            key=key,
            field=field,
            seen=text,
            present=row.get(field, ""),
            wanted=values.get(field),
            columns=("value",) if is_cell else (field,),
        )


def add_row(
    connection: Connection,
    subject: Subject,
    key: str,
    values: Mapping[str, str],
    provenance: Provenance | None = None,
) -> list[Finding]:
    """Add a row; see `set_fields` for parameters, result and errors."""
    codebook = _book(connection)
    table = subject.table
    if not key.strip():
        raise MedquantError(f"a {subject.name} needs an identifier")
    check_text(key)
    if connection.scalar(select(func.count()).select_from(table).where(table.c[subject.key] == key)):
        raise MedquantError(f"the {subject.name} {shown(key)} is there already; change it with `set`")
    columns = _validated(connection, subject, values, codebook)
    for name, column in table.columns.items():
        needed = not column.nullable or (subject.name == "comparison" and name == "study_id")
        if needed and name not in columns and name not in _KEPT and name != subject.key:
            raise DataError(f"a value is needed; allowed: {allowed_values(column, codebook)}", column=name)
    _check_together(subject, values)
    columns[subject.key] = key
    columns["position"] = (connection.scalar(select(func.max(table.c.position))) or 0) + 1
    if subject.name == "comparison":
        columns["origin"] = Origin.REPORTED
        columns |= said_with(connection, columns)
    connection.execute(insert(table).values(columns))
    set_cells(connection, key, _cells(subject, values, codebook), provenance or {})
    return doubts(connection, subject, key)


def check_fields(connection: Connection, subject: Subject, values: Mapping[str, str]) -> None:
    """Raise as `set_fields` would for these values, and write nothing."""
    _validated(connection, subject, values, _book(connection))


def doubts(connection: Connection, subject: Subject, key: str) -> list[Finding]:
    """Return what is doubtful about a row by the rules of `medquant db check`."""
    if subject.name != "comparison":
        return []
    row = (
        connection.execute(select(subject.table).where(subject.table.c[subject.key] == key)).mappings().one()
    )
    return list(check_comparison(dict(row)))


def _book(connection: Connection) -> Codebook:
    codebook = codebook_from_database(connection)
    if not codebook.variables:
        raise MedquantError(
            "the database holds no corpus yet; `medquant db load` with the same --db fills it"
        )
    return codebook


def _validated(
    connection: Connection, subject: Subject, values: Mapping[str, str], codebook: Codebook
) -> dict[str, Any]:
    """Return the values of the table's own columns, after checking every value."""
    allowed = fields_of(subject, codebook)
    columns: dict[str, Any] = {}
    for name, text in values.items():
        if name not in allowed:
            raise MedquantError(f"{shown(name)} is no field of a {subject.name}; {one_of(allowed)}")
        try:
            check_text(text)
            if name in subject.table.columns:
                columns[name] = _column_value(connection, subject.table.columns[name], text, codebook)
            if text and subject.name == "study":
                codebook.check_value(name, text)
        except DataError as error:
            raise DataError(str(error), column=name) from None
    return columns


def _column_value(connection: Connection, column: Column[Any], text: str, codebook: Codebook) -> object:
    value = parse_cell(column, text, codebook)
    if text and column.name in _ADDRESSES:
        check_url(text)
    for key in column.foreign_keys:
        parent = key.column
        if value is not None and not connection.scalar(select(func.count()).where(parent == value)):
            raise DataError(
                f"{shown(text)} is not in {parent.table.name}; allowed: an identifier that is there"
            )
    return value


def _check_together(subject: Subject, row: Mapping[str, str]) -> None:
    if subject.name != "comparison":
        return
    kind, change = row.get("change_kind", ""), row.get("change_value", "")
    if (kind == ChangeKind.NONE) != (change == ""):
        raise DataError(
            f"the change is {shown(change)} but its kind is {shown(kind)}; allowed: a number with difference, "
            "ratio or percent_change, nothing with none",
            column="change_value",
        )


def _cells(subject: Subject, values: Mapping[str, str], codebook: Codebook) -> dict[str, str]:
    return cells_of(values, codebook) if subject.name == "study" else {}
