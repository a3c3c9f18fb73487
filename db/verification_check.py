"""What is doubtful about verification: states that no second reading gave, and verifiers of what is unverified."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, String, cast, select, type_coerce

from db.files import table_of
from db.models.tables import Comparison, SecondReading, StudyValue
from db.printed import Finding, Severity
from db.vocabulary import Reading, Verification


def _text(column: Any) -> Any:  # noqa: ANN401
    """Read a column as plain text, whatever stands in it."""
    return type_coerce(cast(column, String), String)


def check_second_readings(connection: Connection, comparisons: list[Mapping[str, Any]]) -> Iterator[Finding]:
    """Find comparisons whose state is not what their last second reading said."""
    states: dict[str, Verification] = {
        Reading.CONFIRMED: Verification.CONFIRMED,
        Reading.CORRECTED: Verification.CORRECTED,
        Reading.WRONG_CONTROL: Verification.CORRECTED,
        Reading.NOT_SEEN_AGAIN: Verification.NOT_SEEN_AGAIN,
    }
    last = {row.comparison_id: row.verdict for row in connection.execute(
        select(SecondReading.comparison_id, _text(SecondReading.verdict).label("verdict"))
        .order_by(SecondReading.position))}  # fmt: skip
    for row in comparisons:
        comparison, stored = row["comparison_id"], row["verification"]
        expected = states.get(last[comparison]) if comparison in last else None
        if expected is not None and expected != stored:
            yield Finding(
                Severity.WARNING,
                "verification",
                f"comparisons {comparison}",
                f"the state is {stored}, its second reading says {last[comparison]}",
                f"set verification to {expected}, or log the later reading",
            )


def check_verifiers(connection: Connection) -> Iterator[Finding]:
    """Find values that somebody is said to have verified, and which are unverified all the same."""
    for model in (Comparison, StudyValue):
        table = table_of(model)
        state = _text(table.c.verification)
        query = select(*table.primary_key).where(
            table.c.verified_by.is_not(None) | table.c.verified_on.is_not(None),
            state.is_(None) | (state == Verification.UNVERIFIED.value),
        )
        for key in connection.execute(query):
            yield Finding(
                Severity.WARNING,
                "verification",
                f"{table.name} {'|'.join(key)}",
                "somebody is said to have verified it, but it is unverified",
                "say what the second reading gave with `medquant review verify`, or clear verified_by and verified_on",
            )
