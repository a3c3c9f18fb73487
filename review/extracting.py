"""Extracting a value: what one extractor read is kept beside what others read, and the consensus stays as it is."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from db.codebook.codebook import check_url, codebook_from_database
from db.errors import DataError
from db.files import table_of
from db.models.base import SEPARATOR
from db.models.tables import ExtractionVote, Study, StudyValue
from db.printed import Finding
from review.agreeing import keep_votes, refuse_unknown, subject_of
from review.editing import PROVENANCE, Provenance, set_fields
from review.extraction import ARMS, FIELDS, unit_of
from review.extraction_notes import Note, read_notes, with_note
from review.matrix_cells import check_text
from review.quantities.numbers import read_number
from review.quantities.quantity import either_reading, read_quantity
from review.stale import refuse_stale

NOT_YET = "not agreed on yet"


def extract_value(
    connection: Connection,
    key: str,
    field: str,
    value: str,
    *,
    by: str,
    provenance: Provenance | None = None,
    seen: str | None = None,
) -> list[Finding]:
    """Keep what one extractor read, and leave the consensus alone.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`.
    key
        A study, or a comparison.
    field
        A variable of the matrix, or `baseline_value`, `quantized_value`, `change_reported`, `n_test` of a comparison.
    value
        Codes of the variable, or a number in the words of the source, such as `12,000 kB`.
    by
        Who read it.
    provenance
        `as_printed`, `locator`, `source_url`; kept where the row has none yet, so that no reading takes the place of
        another. A variable without a value has no row: say it when the value is agreed on.
    seen
        The own value that was seen before ("": none); None: nobody looked.

    Returns
    -------
    findings
        What is doubtful about the row.

    Raises
    ------
    MedquantError, DataError
        If key, field, value or name is not allowed. Nothing is written then.
    StaleEdit
        If the own value is another by now. Nothing is written then.

    Notes
    -----
    A value that differs from everything that was read before opens a settled value again; its reason stays.
    """
    subject, row = subject_of(connection, key)
    is_comparison = subject.name == "comparison"
    refuse_unknown(connection, key, field, list(FIELDS) if is_comparison else None)
    value = value.strip()
    if not value:
        raise DataError("the value is empty; allowed: what the source says, or not_reported", column=field)
    check_text(value)
    if is_comparison:
        _check_number(field, value, row)
        held: Mapping[str, str] = _votes(connection, key, field)
    else:
        held = _checked_note(connection, row, field, value).values
    if seen is not None:
        place = (
            (ExtractionVote.__tablename__, f"{key}|{field}|{by}")
            if is_comparison
            else (Study.__tablename__, key)
        )
        columns = ("value",) if is_comparison else ("extraction_conflicts",)
        refuse_stale(
            connection, place, key=key, field=f"{field} by {by}", seen=seen, present=held.get(by, ""), wanted=value,
            columns=columns,
        )  # fmt: skip
    names = [name for name in row["extracted_by"].split(SEPARATOR) if name]
    values = {"extracted_by": SEPARATOR.join(names if by in names else [*names, by])}
    if is_comparison:
        keep_votes(connection, key, field, {by: value}, row)
        given = provenance or {}
        values |= {name: given[name] for name in PROVENANCE if given.get(name) and not row[name]}
        return set_fields(connection, subject, key, values)
    note = _with_value(_note(row, field), by, value)
    values["extraction_conflicts"] = with_note(row["extraction_conflicts"], field, note)
    if filled := _still_empty(connection, key, field, provenance or {}):
        values[field] = row[field]
        return set_fields(connection, subject, key, values, filled)
    return set_fields(connection, subject, key, values)


def _note(row: Mapping[str, str], field: str) -> Note:
    return read_notes(row["extraction_conflicts"]).get(field, Note({}, "", ""))


def _checked_note(connection: Connection, row: Mapping[str, str], field: str, value: str) -> Note:
    try:
        codebook_from_database(connection).check_value(field, value)
    except DataError as error:
        raise DataError(str(error), column=field) from None
    return _note(row, field)


def _with_value(note: Note, by: str, value: str) -> Note:
    """Add a value; one that nobody gave before leaves nothing settled."""
    known = [note.kept, *(said for name, said in note.values.items() if name != by)]
    settled = any(set(value.split(SEPARATOR)) == set(one.split(SEPARATOR)) for one in known if one)
    kept = note.kept if settled else ""
    reason = note.reason if note.values and note.reason else NOT_YET
    return Note({**note.values, by: value}, kept, reason)


def _check_number(field: str, value: str, row: Mapping[str, str]) -> None:
    """Refuse words that hold no number at all; words of a change may say no direction, which is told beside them."""
    if field in ARMS:
        if not list(either_reading(value, outcome=row["outcome"], unit=unit_of(row))):
            read_quantity(value, outcome=row["outcome"], unit=unit_of(row))
    elif field == "n_test":
        read_number(value.split(" ", maxsplit=1)[0])
    elif not any(sign.isdigit() for sign in value):
        raise DataError(
            f"{value!r} holds no number; allowed: such as 4x smaller, -75 %, 12 ms less", column=field
        )


def _votes(connection: Connection, key: str, field: str) -> dict[str, str]:
    vote = table_of(ExtractionVote)
    here = (vote.c.comparison_id == key) & (vote.c.field == field)
    return {row.reviewer: row.value for row in connection.execute(select(vote).where(here))}


def _still_empty(connection: Connection, study: str, variable: str, given: Provenance) -> dict[str, str]:
    """Return what was said of a place that the cell of a variable does not tell yet; nothing where there is no cell."""
    for name in PROVENANCE:
        check_text(given.get(name, ""))
    if given.get("source_url"):
        check_url(given["source_url"])
    table = table_of(StudyValue)
    here = (table.c.study_id == study) & (table.c.variable == variable)
    cell = connection.execute(select(table).where(here)).mappings().first()
    if cell is None:
        return {}
    return {name: given[name] for name in PROVENANCE if given.get(name) and not cell[name]}
