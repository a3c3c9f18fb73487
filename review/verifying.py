"""Looking for a value a second time: what came of it, who looked and when, on the value itself."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, select, update

from db.codebook.codebook import check_url
from db.errors import DataError, MedquantError, one_of, shown
from db.files import table_of
from db.models.tables import Comparison, SecondReading, StudyValue
from db.vocabulary import Origin, Reading, Verification
from review.editing import SUBJECTS, read_one
from review.matrix_cells import check_text
from review.stale import refuse_stale

VERDICTS = (Verification.CONFIRMED, Verification.CORRECTED, Verification.NOT_SEEN_AGAIN)


def verify(
    connection: Connection,
    key: str,
    field: str | None,
    verdict: Verification,
    *,
    by: str,
    today: dt.date,
    seen: str | None = None,
    locator: str | None = None,
    source_url: str | None = None,
    note: str | None = None,
) -> None:
    """Say of a value what a second reading of the source gave.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`.
    key, field
        A study and a variable of its matrix row; or a comparison, whose numbers are looked for together. A field of a
        comparison says which value `seen` is.
    verdict
        One of `VERDICTS`.
    by, today
        Who looked, and when.
    seen
        The value that was looked for, as text; None: nobody compares.
    locator, source_url
        Where it was seen. A cell of the matrix stands there from now on; of a comparison the second reading says so.
    note
        A remark on the second reading of a comparison.

    Raises
    ------
    MedquantError, DataError
        If there is no such value, or the verdict is none of those. Nothing is written then.
    StaleEdit
        If the value is another than the one that was seen. Nothing is written then.
    """
    if verdict not in VERDICTS:
        raise MedquantError(f"{verdict} is nothing that a second reading says; {one_of(list(VERDICTS))}")
    for text in (locator, source_url, note):
        check_text(text or "")
    if source_url:
        try:
            check_url(source_url)
        except DataError as error:
            raise DataError(str(error), column="source_url") from None
    said = {"verification": verdict, "verified_by": by, "verified_on": today}
    where = {"locator": locator, "source_url": source_url}
    if connection.scalar(select(Comparison.origin).where(Comparison.comparison_id == key)) is not None:
        _verify_comparison(connection, key, field, said, seen)
        _note_reading(connection, key, verdict, {**where, "note": note}, seen)
        return
    if note:
        raise MedquantError("a cell of the matrix has no note; say it with --reason, which the history keeps")
    _verify_cell(connection, key, field, said | {n: text for n, text in where.items() if text}, seen)


def verify_all(
    connection: Connection, key: str, fields: Sequence[str], verdict: Verification, *, by: str, today: dt.date,
    locator: str | None = None, source_url: str | None = None, note: str | None = None,
) -> None:  # fmt: skip
    """Say the same of several values of a study, or of a comparison where no field is named; see `verify`."""
    for field in fields or (None,):
        verify(
            connection, key, field, verdict, by=by, today=today, locator=locator, source_url=source_url, note=note
        )  # fmt: skip


def _verify_comparison(
    connection: Connection, key: str, field: str | None, said: dict[str, object], seen: str | None
) -> None:
    subject = SUBJECTS["comparison"]
    row = read_one(connection, subject, key)
    if row["origin"] == Origin.MEASURED:
        raise MedquantError(
            f"{key} was measured by a run, which nobody reads again; run the case again instead"
        )
    if field is not None and field not in row:
        raise MedquantError(f"{shown(field)} is no field of a comparison; {one_of(list(row))}")
    if seen is not None:
        if field is None:
            raise MedquantError(f"{key} has several values; name the field that was seen")
        refuse_stale(
            connection,
            (subject.table.name, key),
            key=key,
            field=field,
            seen=seen,
            present=row[field],
            wanted=None,
        )
    connection.execute(update(subject.table).where(subject.table.c.comparison_id == key).values(said))


def _note_reading(
    connection: Connection, key: str, verdict: Verification, facts: dict[str, str | None], seen: str | None
) -> None:
    """Log the second reading, so that `medquant db check` finds the state and the log to say the same."""
    table = table_of(SecondReading)
    last = connection.scalar(select(func.max(table.c.position))) or 0
    outcome = connection.scalar(select(Comparison.outcome).where(Comparison.comparison_id == key))
    row = {"comparison_id": key, "outcome": outcome, "verdict": Reading(verdict.value), "value_seen": seen}
    blank = {name: text or None for name, text in facts.items()}
    connection.execute(insert(table).values(position=last + 1, **row, **blank))


def _verify_cell(
    connection: Connection, study: str, variable: str | None, said: dict[str, object], seen: str | None
) -> None:
    row = read_one(connection, SUBJECTS["study"], study)
    table = table_of(StudyValue)
    held = list(connection.scalars(select(table.c.variable).where(table.c.study_id == study)))
    if variable is None or variable not in held:
        told = "name a variable" if variable is None else f"{shown(variable)} has no value in {study}"
        raise MedquantError(f"{told}; {one_of(held)}")
    if seen is not None:
        refuse_stale(
            connection, (table.name, f"{study}|{variable}"), key=study, field=variable, seen=seen,
            present=row.get(variable, ""), wanted=None, columns=("value",),
        )  # fmt: skip
    here = (table.c.study_id == study) & (table.c.variable == variable)
    connection.execute(update(table).where(here).values(said))
