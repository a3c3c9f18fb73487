"""What every decision is checked for, and the rows that hold it."""

from sqlalchemy import Connection, Table, func, insert, select, update

from db.codebook.codebook import Codebook
from db.errors import DataError, MedquantError, shown
from db.files import table_of
from db.models.tables import Record, Screening
from db.prisma import ADJUDICATED
from db.vocabulary import Decision, Stage
from review.screening import Standing, Vote, read_standings
from review.stale import Judged

REASONS = "exclusion_reason"


def judged(vote: Vote | None) -> Judged | None:
    """Return a vote as it stands on a screen."""
    return None if vote is None else (vote.decision, vote.reason)


def check_note(note: str | None) -> None:
    """Refuse what an exported file could not hold."""
    if note is not None and ("\r" in note or note.encode(errors="replace").decode() != note):
        raise DataError(f"{shown(note)} holds a carriage return or a byte that is not UTF-8", column="note")


def standing_of(connection: Connection, record: str, needed: int) -> Standing:
    """Return where a record stands, or raise `MedquantError` if there is none of that name."""
    found = read_standings(connection, needed, only=record)
    if record not in found:
        from difflib import get_close_matches

        close = get_close_matches(record, connection.scalars(select(Record.record_id)).all(), n=3)
        hint = (
            f"did you mean {', '.join(close)}?" if close else "`medquant review record list` shows them all"
        )
        raise MedquantError(f"there is no record {shown(record)}; {hint}")
    return found[record]


def check_reason(codebook: Codebook, decision: Decision, reason: str | None) -> None:
    """Raise `DataError` unless an exclusion, and nothing else, has a reason of the codebook."""
    if decision == Decision.EXCLUDE:
        codes = ", ".join(codebook.terms.get(REASONS, {}))
        if reason is None:
            raise DataError(f"an exclusion needs a reason code; allowed: {codes}", column="reason")
        codebook.check_code(REASONS, reason)
    elif reason is not None:
        raise DataError(f"only an exclusion has a reason, but {decision} was given with {shown(reason)}; "
                        "leave the reason out", column="reason")  # fmt: skip


def known_name(connection: Connection, reviewer: str) -> str:
    """Return the reviewer's name as votes hold it, after refusing one that would make two reviewers of one."""
    name = reviewer.strip()
    if not name or not name.isprintable():
        raise MedquantError(f"{shown(reviewer)} is no name of a reviewer; allowed: printable text")
    if name.casefold() == ADJUDICATED:
        raise MedquantError(f"{shown(ADJUDICATED)} is the name of the consensus; use --adjudicate")
    for other in connection.scalars(select(Screening.reviewer).distinct()):
        if other != name and other.casefold() == name.casefold():
            raise MedquantError(f"{shown(name)} and {shown(other)} would be two reviewers; write {other}")
    return name


def write_vote(
    connection: Connection,
    record: str,
    reviewer: str,
    decision: Decision,
    reason: str | None,
    note: str | None,
    *,
    new: bool,
    stage: Stage = Stage.TITLE_ABSTRACT,
) -> None:
    """Write a decision of a reviewer, or of the consensus."""
    table = table_of(Screening)
    key = {"record_id": record, "reviewer": reviewer, "stage": stage}
    values = {"decision": decision, "reason": reason, "note": note}
    if new:
        row = key | values | {"position": next_position(connection, table)}
        connection.execute(insert(table).values(row))
    else:
        here = (table.c.record_id == record) & (table.c.reviewer == reviewer)
        connection.execute(update(table).where(here, table.c.stage == stage).values(values))


def next_position(connection: Connection, table: Table) -> int:
    """Return the place behind the last row of a table."""
    return (connection.scalar(select(func.max(table.c.position))) or 0) + 1
