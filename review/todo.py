"""What is left to do in a review, and for whom: counted from rows, so that nothing can be forgotten on a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, func, select

from db.check import check_database
from db.models.tables import Record, UnreadEntry
from db.printed import Severity
from db.vocabulary import Answer, Stage
from review.contradictions import find_contradictions
from review.duplicates import propose
from review.screening import Standing, State, conflicts_of, queue_of, read_standings

MOST_RECORDS = 5_000
"""Above so many records duplicates are not looked for on the way: that takes longer than a glance."""


class Work(StrEnum):
    """A kind of work, in the order of a review."""

    DUPLICATES = "duplicates"
    SCREEN = "screen"
    CONFLICTS = "conflicts"
    FULL_TEXTS = "full_texts"
    EXTRACT = "extract"
    CONTRADICTIONS = "contradictions"
    UNREAD = "unread"
    FINDINGS = "findings"


@dataclass(frozen=True)
class Task:
    """Some work: how many pieces, what to do in words, and whether only an adjudicator settles it."""

    work: Work
    n: int
    words: str
    settling: bool = False


def what_next(connection: Connection, reviewer: str) -> list[Task]:
    """Return what is left for a reviewer, first things first; nothing where all is done.

    Parameters
    ----------
    connection
        An open connection.
    reviewer
        Whose votes count as given.
    """
    standings = tuple(read_standings(connection).values())
    return [task for task in (
        _duplicates(connection),
        *_screening(standings, reviewer),
        _extraction(standings),
        _contradictions(connection),
        _unread(connection),
        _findings(connection),
    ) if task.n]  # fmt: skip


def _duplicates(connection: Connection) -> Task:
    records = connection.scalar(select(func.count()).select_from(Record)) or 0
    if records > MOST_RECORDS:
        return Task(Work.DUPLICATES, 0, "")
    found = propose(connection)
    sure, asked = len(found.merges), len(found.maybe)
    parts = [f"{_count(sure, 'group')} of records that are surely one work"] if sure else []
    parts += [f"{_count(asked, 'pair')} of records that may be one work"] if asked else []
    return Task(Work.DUPLICATES, sure + asked, ", ".join(parts), settling=True)


def _screening(standings: Sequence[Standing], reviewer: str) -> tuple[Task, ...]:
    queue = queue_of(standings, reviewer, Stage.TITLE_ABSTRACT)
    conflicts = [*conflicts_of(standings), *conflicts_of(standings, Stage.FULL_TEXT)]
    texts = queue_of(standings, reviewer, Stage.FULL_TEXT)
    return (
        Task(
            Work.SCREEN, len(queue), f"{_count(len(queue), 'record')} for you to judge on title and abstract"
        ),
        Task(
            Work.CONFLICTS,
            len(conflicts),
            f"{_count(len(conflicts), 'record')} on which reviewers differ or doubt",
            settling=True,
        ),
        Task(Work.FULL_TEXTS, len(texts), f"{_count(len(texts), 'full text')} to get and to judge"),
    )


def _extraction(standings: Sequence[Standing]) -> Task:
    waiting = [s for s in standings if s.state == State.INCLUDED and not s.studies]
    words = f"{_count(len(waiting), 'included record')} without a study: values are to be extracted"
    return Task(Work.EXTRACT, len(waiting), words)


def _contradictions(connection: Connection) -> Task:
    found = find_contradictions(connection)
    return Task(
        Work.CONTRADICTIONS, len(found), f"{_count(len(found), 'contradiction')} between numbers of one study"
    )


def _unread(connection: Connection) -> Task:
    n = connection.scalar(
        select(func.count()).select_from(UnreadEntry).where(UnreadEntry.lost == Answer.YES)
    ) or 0  # fmt: skip
    return Task(Work.UNREAD, n, f"{_count(n, 'entry', 'entries')} of imported files could not be read")


def _findings(connection: Connection) -> Task:
    found = [f for f in check_database(connection) if not f.accepted]
    errors = sum(f.severity == Severity.ERROR for f in found)
    parts = [_count(errors, "error")] if errors else []
    parts += [_count(len(found) - errors, "warning")] if len(found) > errors else []
    words = f"{' and '.join(parts)} of the check that nobody accepted"
    return Task(Work.FINDINGS, len(found), words)


def _count(n: int, one: str, several: str = "") -> str:
    return f"{n:,} {one if n == 1 else several or one + 's'}"
