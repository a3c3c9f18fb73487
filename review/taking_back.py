"""Taking back one's own decision, as long as nobody built on it."""

from sqlalchemy import Connection, select

from db.errors import MedquantError, shown
from db.history import undo_change
from db.models.tables import History, Report, Screening
from db.prisma import ADJUDICATED
from db.vocabulary import Stage
from review.screening import State, read_standings

DECISIONS = (Screening.__tablename__, Report.__tablename__)


def take_back(connection: Connection, change: int, person: str, record: str) -> None:
    """Take back a decision that a person made of a record; `connection` comes from `db.session.writing`.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`.
    change
        Number of the change that wrote the decision.
    person, record
        Who decided of what.

    Raises
    ------
    MedquantError
        If the change is no decision of this person on this record, or somebody decided of the record since.

    Notes
    -----
    A vote that waits for others may be taken back however many of them came since, since nobody has seen any. As soon
    as all votes are in they may be known, so that only who gave the last one may still correct a slip.
    """
    rows = connection.execute(select(History.__table__).where(History.change == change)).all()
    own = rows and all(row.actor == person and row.table_name in DECISIONS for row in rows)
    if not own or not any(_is_of(row, record) for row in rows):
        raise MedquantError(f"change {change} is no decision of {person} on {record}; nothing was taken back")
    last = max(row.id for row in rows)
    later = connection.execute(
        select(History.__table__).where(History.id > last, History.table_name.in_(DECISIONS))
    ).all()
    since = [row for row in later if _is_of(row, record)]
    consensus = any(row.row_key.split("|")[1:2] == [ADJUDICATED] for row in since)
    standing = read_standings(connection, only=record).get(record)
    stages = {(row.new or row.old or {}).get("stage") for row in rows}
    blind = State.TO_SCREEN if stages == {Stage.TITLE_ABSTRACT.value} else State.FULL_TEXT
    if since and (consensus or standing is None or standing.state != blind):
        raise MedquantError(
            f"more was decided of {shown(record)} since, so that this decision is not taken back alone; "
            "an adjudicator settles the record"
        )
    undo_change(connection, change)


def _is_of(row: object, record: str) -> bool:
    held = getattr(row, "new", None) or getattr(row, "old", None) or {}
    return bool(held.get("record_id") == record)
