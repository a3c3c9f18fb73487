"""Agreeing on a value: the consensus goes into the row, the extractors' own values stay beside it."""

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import Connection, delete, func, insert, select, update

from db.codebook.codebook import codebook_from_database
from db.errors import DataError, MedquantError, one_of, shown
from db.files import table_of
from db.models.base import PLAIN_NUMBER
from db.models.tables import Comparison, Extraction, ExtractionVote, StudyValue
from db.printed import Finding
from db.vocabulary import Answer, Bound, ChangeKind
from review.editing import SUBJECTS, Provenance, Subject, fields_of, read_one, set_fields
from review.extraction import ARMS, CHANGE, FIELDS, alike, unit_of
from review.extraction_notes import Note, read_notes, with_note
from review.quantities.quantity import read_quantity
from review.quantities.units import KIND_OF_OUTCOME, UNITS
from review.stale import refuse_stale

_CHANGE_FIELDS = ("change_value", "change_kind")


def agree_on(
    connection: Connection,
    key: str,
    field: str,
    value: str,
    *,
    reason: str,
    votes: Mapping[str, str] | None = None,
    provenance: Provenance | None = None,
    seen: str | None = None,
    verification: str | None = None,
) -> tuple[str, list[Finding]]:
    """Set the consensus of a value, and keep what each extractor read.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`.
    key
        A study, or a comparison.
    field
        A variable of the matrix, or `baseline_value`, `quantized_value`, `n_test`, `change_value` of a comparison.
    value
        The consensus. A number may be as printed, such as `12,000 kB`; it is stored in the row's unit.
    reason
        Why this value; it stands beside the extractors' values too.
    votes
        What extractors read, by name, where it is not yet kept or is to be kept anew.
    provenance
        `as_printed`, `locator`, `source_url` of a variable.
    seen
        The value that was seen before; None: nobody looked.
    verification
        What a second reading says of the consensus; without it a verified value that changes is unverified again.

    Returns
    -------
    stored, findings
        The text that was stored, and what is doubtful about the row now.

    Raises
    ------
    MedquantError, DataError
        If key, field or value is not allowed. Nothing is written then.
    StaleEdit
        If the row holds another value than the one that was seen. Nothing is written then.
    """
    subject, row = subject_of(connection, key)
    is_comparison = subject.name == "comparison"
    refuse_unknown(connection, key, field, [*ARMS, "n_test", *_CHANGE_FIELDS] if is_comparison else None)
    if seen is not None:
        refuse_stale(
            connection,
            (subject.table.name, key) if is_comparison else (StudyValue.__tablename__, f"{key}|{field}"),
            key=key,
            field=field,
            seen=seen,
            present=row.get(field, ""),
            wanted=value,
            columns=(field,) if is_comparison else ("value",),
        )
    if is_comparison:
        stored, bound = in_rows_unit(row, field, value)
        numbers = {field: stored}
        if (
            bound != Bound.EXACT and row["change_kind"] == ChangeKind.NONE
        ):  # else the bound speaks of the change
            numbers["bound"] = bound.value
        if verification:
            numbers["verification"] = verification
        if votes:
            keep_votes(connection, key, CHANGE if field in _CHANGE_FIELDS else field, votes, row)
        return stored, set_fields(connection, subject, key, numbers)
    values = {field: value}
    earlier = read_notes(row["extraction_conflicts"]).get(field, Note({}, "", ""))
    if said := {**earlier.values, **(votes or {})}:
        note = Note(said, value or "empty", reason)
        values["extraction_conflicts"] = with_note(row["extraction_conflicts"], field, note)
    said_of = {"verification": verification} if verification else {}
    return value, set_fields(connection, subject, key, values, {**(provenance or {}), **said_of})


def subject_of(connection: Connection, key: str) -> tuple[Subject, dict[str, str]]:
    """Return what a key names, a comparison or else a study, and its row."""
    is_comparison = connection.scalar(
        select(func.count()).select_from(Comparison).where(Comparison.comparison_id == key)
    )
    subject = SUBJECTS["comparison" if is_comparison else "study"]
    return subject, read_one(connection, subject, key)


def refuse_unknown(connection: Connection, key: str, field: str, allowed: list[str] | None) -> None:
    """Refuse a field that is not in the list, or where there is none, is no variable of the matrix."""
    allowed = _variables(connection) if allowed is None else allowed
    if field not in allowed:
        raise MedquantError(f"{shown(field)} is nothing to agree on for {key}; {one_of(allowed)}")


def _variables(connection: Connection) -> list[str]:
    codebook = codebook_from_database(connection)
    coded = {variable.code for variable in codebook.coded_variables()}
    return [field for field in fields_of(SUBJECTS["study"], codebook) if field in coded]


def in_rows_unit(row: Mapping[str, str], field: str, value: str) -> tuple[str, Bound]:
    """Return a number as the row stores it, in the row's unit with the digits that were printed, and its bound.

    Raises
    ------
    DataError
        If the words are no number, could be two, or have a unit that the row's outcome cannot have.
    """
    unit = unit_of(row)
    share = KIND_OF_OUTCOME.get(row["outcome"]) == "share" and unit in ("percent", "fraction")
    if not value or field not in ARMS or (PLAIN_NUMBER.fullmatch(value) and not share):
        return value, Bound.EXACT
    # a bare 0.9313 in a row of percent is 93.13 %, not less than one in a hundred
    found = read_quantity(value, outcome=row["outcome"] if unit else None, unit=None if share else unit)
    if found.value is None:
        raise DataError(
            f"{shown(value)} is a range; agree on one end, and keep the range in as_printed", column=field
        )
    factor = UNITS[unit].factor if unit in UNITS else Decimal(1)
    last_digit = min((2 * found.slack / factor).adjusted(), 0)
    stored = (found.value / factor).quantize(Decimal(1).scaleb(last_digit))
    return format(stored, "f"), found.bound


def keep_votes(
    connection: Connection, key: str, field: str, votes: Mapping[str, str], row: Mapping[str, str]
) -> None:
    """Keep the extractors' words as rows of their own, and whether they say the same.

    Raises
    ------
    MedquantError
        If the field is not extracted twice, or a value is empty.
    """
    if field not in FIELDS:
        raise MedquantError(f"{shown(field)} is not extracted twice; {one_of(FIELDS)}")
    extraction, vote = table_of(Extraction), table_of(ExtractionVote)
    here = (vote.c.comparison_id == key) & (vote.c.field == field)
    held = {r.reviewer: r.value for r in connection.execute(select(vote).where(here))} | dict(votes)
    agree = (Answer.YES if alike(held, row) else Answer.NO).value
    there = (extraction.c.comparison_id == key) & (extraction.c.field == field)
    if connection.scalar(select(func.count()).select_from(extraction).where(there)):
        connection.execute(update(extraction).where(there).values(agree=agree))
    else:
        last = connection.scalar(select(func.max(extraction.c.position))) or 0
        connection.execute(
            insert(extraction).values(comparison_id=key, field=field, agree=agree, position=last + 1)
        )
    for reviewer, words in votes.items():
        if not words.strip():
            raise DataError(f"the value of {reviewer} is empty; leave the extractor out")
        connection.execute(delete(vote).where(here & (vote.c.reviewer == reviewer)))
        connection.execute(
            insert(vote).values(comparison_id=key, field=field, reviewer=reviewer, value=words)
        )
