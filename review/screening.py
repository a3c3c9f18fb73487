"""Where each record stands in the screening, and what is left to do, and for whom: all of it computed from rows.

A reviewer's queue is no table: a record is in it as long as decisions on it are missing and this reviewer gave none.
So nobody can be assigned work and leave with it, and no record can fall between two lists.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from db.files import table_of
from db.models.tables import Identified, Record, Report, Screening, Study
from db.prisma import ADJUDICATED, OTHER_METHODS
from db.vocabulary import Decision, Removal, Stage
from review.settings import read_settings
from review.standing import (
    FINAL,
    OPEN,
    Document,
    Standing,
    State,
    Vote,
    state_of_documents,
    state_of_full_text,
    state_of_votes,
)

__all__ = ["OPEN", "Document", "Standing", "State", "Vote", "beyond_reach", "blinded", "conflicts_of", "count_states", "final_labels", "queue_of", "read_standings", "state_of_documents", "state_of_votes"]  # fmt: skip


def read_standings(
    connection: Connection, needed: int | None = None, *, only: str | Collection[str] | None = None
) -> dict[str, Standing]:
    """Return where every record stands, or `only` some, in the order of the records.

    Parameters
    ----------
    connection
        An open connection.
    needed
        How many reviewers judge a record (default: what the review has set).
    only
        The identifier of a record, or of some thousands at most.
    """
    rules = read_settings(connection)
    needed = rules.reviewers_needed if needed is None else needed

    def its(column: ColumnElement[str] | InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        if only is None:
            return true()
        return column == only if isinstance(only, str) else column.in_(only)

    votes: dict[str, list[Vote]] = defaultdict(list)
    settled: dict[str, Vote] = {}
    of_full_texts: dict[str, list[Vote]] = defaultdict(list)
    query = select(Screening.__table__).where(its(Screening.record_id))
    for row in connection.execute(query.order_by(Screening.position, Screening.reviewer)):
        vote = Vote(row.reviewer, row.decision, row.reason, row.note, row.position)
        if row.stage == Stage.FULL_TEXT:
            of_full_texts[row.record_id].append(vote)
        elif row.reviewer == ADJUDICATED:
            settled[row.record_id] = vote
        else:
            votes[row.record_id].append(vote)
    documents: dict[str, list[Document]] = defaultdict(list)
    of_records = select(Report.__table__).where(Report.record_id.is_not(None), its(Report.record_id))
    for row in connection.execute(of_records):
        document = Document(row.report_id, row.retrieved, row.decision, row.study_id, row.reason)
        documents[row.record_id].append(document)
    studies: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(select(Study.study_id, Study.record_id).where(its(Study.record_id))):
        studies[row.record_id].append(row.study_id)
    by_others = set(
        connection.scalars(
            select(Identified.record_id).where(its(Identified.record_id), Identified.route.in_(OTHER_METHODS))
        )
    )
    if by_others:
        databases = or_(Identified.route.is_(None), Identified.route.not_in(OTHER_METHODS))
        by_others -= set(
            connection.scalars(select(Identified.record_id).where(its(Identified.record_id), databases))
        )
    on_titles = select(Screening.record_id).where(Screening.stage == Stage.TITLE_ABSTRACT)
    logged = connection.execute(on_titles.limit(1)).first() is not None
    found: dict[str, Standing] = {}
    records = table_of(Record).c
    rows = select(
        records.record_id, records.title, records.year, records.abstract, records.keywords, records.removed
    ).where(its(records.record_id))
    for record in connection.execute(rows.order_by(records.position, records.record_id)):
        key = record.record_id
        its_votes, its_documents = tuple(votes.get(key, ())), tuple(documents.get(key, ()))
        voteless = not its_votes and key not in settled
        state = _state(
            record.removed,
            state_of_votes(its_votes, settled.get(key), needed),
            its_documents,
            in_study=key in studies,
            # what only other methods found (a website, a citation) leads straight to a report
            straight=key in by_others and (voteless or state_of_documents(its_documents) != State.FULL_TEXT),
            logged=logged,
            full_text=state_of_full_text(its_documents, of_full_texts.get(key, ()), rules.full_text_votes),
        )
        found[key] = Standing(
            key,
            record.title,
            record.year,
            record.abstract,
            state,
            its_votes,
            settled.get(key),
            its_documents,
            tuple(studies.get(key, ())),
            record.keywords,
            tuple(of_full_texts.get(key, ())),
            rules.full_text_votes,
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
    full_text: State,
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
    return State.INCLUDED if done else full_text


def count_states(standings: Iterable[Standing]) -> dict[State, int]:
    """Return how many records stand where; the numbers add up to all records."""
    counts = Counter(standing.state for standing in standings)
    return {state: counts[state] for state in State}


def queue_of(standings: Iterable[Standing], reviewer: str, stage: Stage) -> list[Standing]:
    """Return what a reviewer still has to judge, with nobody else's decisions on it.

    Notes
    -----
    Blindness is kept here and not by whoever prints the queue: the votes of others are not in what is returned. Where a
    full text has one decision, which stands in its report, the queue of that stage is the same for all.
    """
    if stage == Stage.FULL_TEXT:
        return [
            blinded(standing, reviewer)
            for standing in standings
            if standing.state == State.FULL_TEXT
            and (standing.full_text_needed == 1 or standing.full_text_vote_of(reviewer) is None)
        ]
    return [
        blinded(standing, reviewer)
        for standing in standings
        if standing.state == State.TO_SCREEN and standing.vote_of(reviewer) is None
    ]


def blinded(standing: Standing, reviewer: str) -> Standing:
    """Return a record as a reviewer may see it: with everybody's votes once all are in, before that the own alone."""
    if standing.state == State.FULL_TEXT:
        own = tuple(vote for vote in standing.full_text_votes if vote.reviewer == reviewer)
        return replace(standing, full_text_votes=own)
    if standing.state != State.TO_SCREEN or not standing.votes:
        return standing
    return replace(standing, votes=tuple(vote for vote in standing.votes if vote.reviewer == reviewer))


def conflicts_of(standings: Iterable[Standing], stage: Stage = Stage.TITLE_ABSTRACT) -> list[Standing]:
    """Return the records on which all votes of a stage are in and do not agree, or say "maybe"."""
    state = State.FULL_TEXT_CONFLICT if stage == Stage.FULL_TEXT else State.CONFLICT
    return [standing for standing in standings if standing.state == state]


def beyond_reach(standings: Iterable[Standing], reviewers: Iterable[str], needed: int) -> list[Standing]:
    """Return the records that these reviewers cannot finish between them, since too few of them are left to judge.

    Notes
    -----
    Decisions of somebody who left still count. What comes back here needs one more reviewer, or fewer votes.
    """
    at_work = set(reviewers)

    def short(votes: Iterable[Vote], wanted: int) -> bool:
        return len(at_work | {vote.reviewer for vote in votes}) < wanted

    return [
        standing
        for standing in standings
        if (standing.state == State.TO_SCREEN and short(standing.votes, needed))
        or (
            standing.state == State.FULL_TEXT
            and standing.full_text_needed > 1  # one decision has no queue of anybody's own
            and short(standing.full_text_votes, standing.full_text_needed)
        )
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
        elif standing.state == State.TO_SCREEN and own is not None and own.decision in FINAL:
            decided.append((own.position, standing.record_id, own.decision == Decision.INCLUDE))
    return {key: label for _, key, label in sorted(decided)}
