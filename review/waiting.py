"""Who still has to judge what, asked of the database alone: quick where `review.screening` would read every record."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from db.files import table_of
from db.models.tables import History, Identified, Record, Report, Screening, Study
from db.prisma import ADJUDICATED, OTHER_METHODS
from db.vocabulary import Decision, Stage
from review.screening import Standing, State, conflicts_of, read_standings

MOST_AT_ONCE = 5_000
"""How many identifiers go into one question."""


def standings_of(connection: Connection, needed: int, records: Iterable[str]) -> Iterator[Standing]:
    """Return where some records stand."""
    asked = list(records)
    for start in range(0, len(asked), MOST_AT_ONCE):
        yield from read_standings(connection, needed, only=asked[start : start + MOST_AT_ONCE]).values()


def waiting_for(connection: Connection, reviewer: str | None, needed: int) -> list[str]:
    """Return the records that a reviewer still has to judge on title and abstract, in the order of the records.

    Parameters
    ----------
    connection
        An open connection.
    reviewer
        Whose queue; None: what anybody still has to judge.
    needed
        How many reviewers judge a record.

    Notes
    -----
    The same as `review.screening.queue_of`, whose rule counts: only those records are read in which other things than
    votes decide.
    """
    records, votes = table_of(Record), table_of(Screening)
    at_stage = votes.c.stage == Stage.TITLE_ABSTRACT
    given = (
        select(votes.c.record_id, func.count().label("n"))
        .where(at_stage, votes.c.reviewer != ADJUDICATED)
        .group_by(votes.c.record_id)
        .subquery()
    )
    done = select(votes.c.record_id).where(at_stage, votes.c.reviewer.in_([ADJUDICATED, reviewer or ""]))
    query = (
        select(records.c.record_id)
        .outerjoin(given, given.c.record_id == records.c.record_id)
        .where(records.c.removed.is_(None), func.coalesce(given.c.n, 0) < needed)
        .where(records.c.record_id.not_in(done))
        .order_by(records.c.position, records.c.record_id)
    )
    found = list(connection.scalars(query))
    special = set(connection.scalars(select(Identified.record_id).where(Identified.route.in_(OTHER_METHODS))))
    if connection.execute(select(votes.c.record_id).where(at_stage).limit(1)).first() is None:
        special.update(filter(None, connection.scalars(select(Study.record_id))))
    if not special:
        return found
    asked = [key for key in found if key in special]
    open_still = {s.record_id for s in standings_of(connection, needed, asked) if s.state == State.TO_SCREEN}
    return [key for key in found if key not in special or key in open_still]


def at_full_text(connection: Connection, needed: int, reviewer: str | None = None) -> list[str]:
    """Return the records whose full text is to be judged, in the order of the records.

    Parameters
    ----------
    connection, needed
        See `waiting_for`.
    reviewer
        Who judges blind: records that this reviewer has judged are left out.
    """
    included = select(Screening.record_id).where(
        Screening.stage == Stage.TITLE_ABSTRACT, Screening.decision == Decision.INCLUDE
    )
    other = select(Identified.record_id).where(Identified.route.in_(OTHER_METHODS))
    reported = select(Report.record_id).where(Report.record_id.is_not(None))
    found = _candidates(connection, needed, (included, other, reported))
    return [
        s.record_id
        for s in found
        if s.state == State.FULL_TEXT and (reviewer is None or s.full_text_vote_of(reviewer) is None)
    ]


def in_conflict(connection: Connection, needed: int, stage: Stage = Stage.TITLE_ABSTRACT) -> list[str]:
    """Return the records on which all votes of a stage are in and do not agree, or say "maybe", in their order."""
    votes = (Screening.stage == stage, Screening.reviewer != ADJUDICATED)
    doubted = select(Screening.record_id).where(
        Screening.stage == stage, Screening.decision == Decision.MAYBE
    )
    differing = select(Screening.record_id).where(*votes).group_by(Screening.record_id)
    if stage == Stage.TITLE_ABSTRACT:  # of full texts the reasons are to agree as well
        differing = differing.having(func.count(Screening.decision.distinct()) > 1)
    found = _candidates(connection, needed, (doubted, differing))
    return [s.record_id for s in conflicts_of(found, stage)]


def _candidates(connection: Connection, needed: int, candidates: Iterable[Select[Any]]) -> Iterator[Standing]:
    records = table_of(Record)
    query = select(records.c.record_id).where(or_(*(records.c.record_id.in_(some) for some in candidates)))
    asked = connection.scalars(query.order_by(records.c.position, records.c.record_id)).all()
    return standings_of(connection, needed, asked)


def judged_by(connection: Connection, reviewer: str) -> int:
    """Return how many records a reviewer has judged on title and abstract."""
    query = select(func.count()).where(
        Screening.stage == Stage.TITLE_ABSTRACT, Screening.reviewer == reviewer
    )
    return connection.scalar(query) or 0


def decided_since(connection: Connection, person: str, since: datetime) -> int:
    """Return on how many records a person decided since a moment (UTC), at any stage, as the history has it.

    Notes
    -----
    The history is read from its end, since what was written since stands there.
    """
    at = since.strftime("%Y-%m-%dT%H:%M:%S")
    first = connection.scalar(
        select(func.max(History.id)).where(History.at < at)
    )  # fmt: skip
    query = select(func.count(History.row_key.distinct())).where(
        History.id > (first or 0),
        History.actor == person,
        History.table_name.in_([Screening.__tablename__, Report.__tablename__]),
    )
    return connection.scalar(query) or 0
