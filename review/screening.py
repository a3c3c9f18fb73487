"""Where each record stands in the screening, and what is left to do, and for whom: all of it computed from rows.

A reviewer's queue is no table: a record is in it as long as decisions on it are missing and this reviewer gave none.
So nobody can be assigned work and leave with it, and no record can fall between two lists.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, true
from sqlalchemy.orm import InstrumentedAttribute

from db.files import table_of
from db.models.tables import Identified, Record, Report, Screening, Study
from db.prisma import ADJUDICATED, OTHER_METHODS
from db.vocabulary import Answer, Decision, Removal, Route, Stage

NEEDED = 2
"""How many reviewers judge a record where nothing else is said."""


class State(StrEnum):
    """Where a record stands; every record is in exactly one of them."""

    REMOVED = "removed"
    TO_SCREEN = "to_screen"
    CONFLICT = "conflict"
    EXCLUDED = "excluded"
    FULL_TEXT = "full_text"
    NOT_RETRIEVED = "not_retrieved"
    FULL_TEXT_EXCLUDED = "full_text_excluded"
    INCLUDED = "included"
    CONTRADICTED = "contradicted"


OPEN = (State.TO_SCREEN, State.CONFLICT, State.FULL_TEXT, State.CONTRADICTED)
"""States that somebody has to act upon before the review is done."""


@dataclass(frozen=True)
class Vote:
    """What one reviewer decided of a record on title and abstract."""

    reviewer: str
    decision: Decision
    reason: str | None = None
    note: str | None = None
    position: int = 0


@dataclass(frozen=True)
class Document:
    """A report as far as screening goes: could it be had, and what was decided of it."""

    report_id: str
    retrieved: Answer
    decision: Decision | None
    study_id: str | None = None


@dataclass(frozen=True)
class Standing:
    """A record with everything that was decided of it; `settled` is the consensus row, if there is one."""

    record_id: str
    title: str
    year: int | None
    abstract: str | None
    state: State
    votes: tuple[Vote, ...] = ()
    settled: Vote | None = None
    documents: tuple[Document, ...] = ()
    studies: tuple[str, ...] = ()

    def vote_of(self, reviewer: str) -> Vote | None:
        """Return the decision of one reviewer."""
        return next((vote for vote in self.votes if vote.reviewer == reviewer), None)


def state_of_votes(votes: Sequence[Vote], settled: Vote | None, needed: int) -> State:
    """Return where title and abstract leave a record: to screen, in conflict, excluded, or on to the full text.

    Parameters
    ----------
    votes
        The reviewers' decisions, the consensus not among them.
    settled
        The consensus; it stands above all votes.
    needed
        How many reviewers have to decide.

    Notes
    -----
    "Maybe" settles nothing, by however many it is said, and a majority settles nothing either: both are conflicts. As
    soon as all needed votes are in they are, and before that no conflict is known to anyone.
    """
    if settled is not None:
        return _SIDE.get(settled.decision, State.CONFLICT)
    if len(votes) < needed:
        return State.TO_SCREEN
    given = {vote.decision for vote in votes}
    return _SIDE.get(next(iter(given)), State.CONFLICT) if len(given) == 1 else State.CONFLICT


_SIDE = {Decision.INCLUDE: State.FULL_TEXT, Decision.EXCLUDE: State.EXCLUDED}


def state_of_documents(documents: Sequence[Document]) -> State:
    """Return where the full texts leave a record that got so far."""
    if not documents:
        return State.FULL_TEXT
    if any(d.retrieved == Answer.YES and d.decision not in _FINAL for d in documents):
        return State.FULL_TEXT
    given = {d.decision for d in documents}
    if Decision.INCLUDE in given:
        return State.INCLUDED
    return State.FULL_TEXT_EXCLUDED if Decision.EXCLUDE in given else State.NOT_RETRIEVED


_FINAL = (Decision.INCLUDE, Decision.EXCLUDE)


def read_standings(
    connection: Connection, needed: int = NEEDED, *, only: str | None = None
) -> dict[str, Standing]:
    """Return where every record stands, or `only` one, in the order of the records."""

    def its(column: ColumnElement[str] | InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        return true() if only is None else column == only

    votes: dict[str, list[Vote]] = defaultdict(list)
    settled: dict[str, Vote] = {}
    query = select(Screening.__table__).where(
        Screening.stage == Stage.TITLE_ABSTRACT, its(Screening.record_id)
    )
    for row in connection.execute(query.order_by(Screening.position, Screening.reviewer)):
        vote = Vote(row.reviewer, row.decision, row.reason, row.note, row.position)
        if row.reviewer == ADJUDICATED:
            settled[row.record_id] = vote
        else:
            votes[row.record_id].append(vote)
    documents: dict[str, list[Document]] = defaultdict(list)
    of_records = select(Report.__table__).where(Report.record_id.is_not(None), its(Report.record_id))
    for row in connection.execute(of_records):
        document = Document(row.report_id, row.retrieved, row.decision, row.study_id)
        documents[row.record_id].append(document)
    studies: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(select(Study.study_id, Study.record_id).where(its(Study.record_id))):
        studies[row.record_id].append(row.study_id)
    ways: dict[str, set[bool]] = defaultdict(set)
    hits = select(Identified.record_id, Identified.route).where(its(Identified.record_id))
    for row in connection.execute(hits):
        ways[row.record_id].add((row.route or Route.DATABASE) in OTHER_METHODS)
    logged = connection.execute(select(Screening.record_id).limit(1)).first() is not None
    found: dict[str, Standing] = {}
    records = table_of(Record)
    rows = select(records).where(its(records.c.record_id))
    for record in connection.execute(rows.order_by(records.c.position, records.c.record_id)):
        key = record.record_id
        its_votes, its_documents = tuple(votes[key]), tuple(documents[key])
        voteless = not its_votes and key not in settled
        state = _state(
            record.removed,
            state_of_votes(its_votes, settled.get(key), needed),
            its_documents,
            in_study=bool(studies[key]),
            # what only other methods found (a website, a citation) leads straight to a report
            straight=ways[key] == {True}
            and (voteless or state_of_documents(its_documents) != State.FULL_TEXT),
            logged=logged,
        )
        found[key] = Standing(
            key,
            record.title,
            record.year,
            record._mapping.get("abstract"),
            state,
            its_votes,
            settled.get(key),
            its_documents,
            tuple(studies[key]),
        )
    return found


def _state(
    removed: Removal | None,
    by_votes: State,
    documents: tuple[Document, ...],
    *,
    in_study: bool,
    straight: bool,
    logged: bool,
) -> State:
    if removed is not None:
        return State.REMOVED
    if straight:
        by_votes = State.FULL_TEXT
    elif in_study and not logged:  # the corpus does not log its screening
        return State.INCLUDED
    if by_votes == State.EXCLUDED and in_study:
        return State.CONTRADICTED
    if by_votes != State.FULL_TEXT:
        return by_votes
    # without a full-text stage, a record that passed screening is done once it has a study
    done = in_study and not documents and not straight
    return State.INCLUDED if done else state_of_documents(documents)


def count_states(standings: Iterable[Standing]) -> dict[State, int]:
    """Return how many records stand where; the numbers add up to all records."""
    counts = Counter(standing.state for standing in standings)
    return {state: counts[state] for state in State}


def queue_of(standings: Iterable[Standing], reviewer: str, stage: Stage) -> list[Standing]:
    """Return what a reviewer still has to judge, with nobody else's decisions on it.

    Notes
    -----
    Blindness is kept here and not by whoever prints the queue: the votes of others are not in what is returned. A full
    text has one decision, which stands in its report, so that at that stage the queue is the same for all.
    """
    if stage == Stage.FULL_TEXT:
        return [standing for standing in standings if standing.state == State.FULL_TEXT]
    return [
        blinded(standing, reviewer)
        for standing in standings
        if standing.state == State.TO_SCREEN and standing.vote_of(reviewer) is None
    ]


def blinded(standing: Standing, reviewer: str) -> Standing:
    """Return a record as a reviewer may see it: with everybody's votes once all are in, before that the own alone."""
    if standing.state != State.TO_SCREEN:
        return standing
    return replace(standing, votes=tuple(vote for vote in standing.votes if vote.reviewer == reviewer))


def conflicts_of(standings: Iterable[Standing]) -> list[Standing]:
    """Return the records on which all votes are in and do not agree, or say "maybe"."""
    return [standing for standing in standings if standing.state == State.CONFLICT]


def beyond_reach(standings: Iterable[Standing], reviewers: Iterable[str], needed: int) -> list[Standing]:
    """Return the records that these reviewers cannot finish between them, since too few of them are left to judge.

    Notes
    -----
    Decisions of somebody who left still count. What comes back here needs one more reviewer, or fewer votes.
    """
    at_work = set(reviewers)
    return [
        standing
        for standing in standings
        if standing.state == State.TO_SCREEN
        and len(standing.votes) + len(at_work - {vote.reviewer for vote in standing.votes}) < needed
    ]


def final_labels(standings: Iterable[Standing], reviewer: str | None = None) -> Mapping[str, bool]:
    """Return which records title and abstract let pass, in the order in which that was decided.

    Parameters
    ----------
    standings
        All records.
    reviewer
        Whose own decisions count too where nothing is settled yet; nobody else's do, so that a ranking made from the
        labels tells a reviewer nothing of what others said.
    """
    decided: list[tuple[int, str, bool]] = []
    for standing in standings:
        if standing.state == State.REMOVED:
            continue
        last = max((vote.position for vote in (*standing.votes, standing.settled) if vote), default=-1)
        own = standing.vote_of(reviewer) if reviewer is not None else None
        if standing.state not in (State.TO_SCREEN, State.CONFLICT, State.CONTRADICTED) and last >= 0:
            decided.append((last, standing.record_id, standing.state != State.EXCLUDED))
        elif standing.state == State.TO_SCREEN and own is not None and own.decision in _FINAL:
            decided.append((own.position, standing.record_id, own.decision == Decision.INCLUDE))
    return {key: label for _, key, label in sorted(decided)}
