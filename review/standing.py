"""Where a record can stand in the screening, and how the decisions on it leave it there."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from db.vocabulary import Answer, Decision


class State(StrEnum):
    """Where a record stands; every record is in exactly one of them."""

    REMOVED = "removed"
    TO_SCREEN = "to_screen"
    CONFLICT = "conflict"
    EXCLUDED = "excluded"
    FULL_TEXT = "full_text"
    FULL_TEXT_CONFLICT = "full_text_conflict"
    NOT_RETRIEVED = "not_retrieved"
    FULL_TEXT_EXCLUDED = "full_text_excluded"
    INCLUDED = "included"
    CONTRADICTED = "contradicted"


OPEN = (State.TO_SCREEN, State.CONFLICT, State.FULL_TEXT, State.FULL_TEXT_CONFLICT, State.CONTRADICTED)
"""States that somebody has to act upon before the review is done."""


@dataclass(frozen=True)
class Vote:
    """What one reviewer decided of a record at one stage."""

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
    reason: str | None = None


@dataclass(frozen=True)
class Standing:
    """A record with everything that was decided of it; `settled` is the consensus row, if there is one.

    `votes` are those on title and abstract; the outcome of a full text is its report's, in `documents`, and where more
    than one judges it (`full_text_needed`) theirs are `full_text_votes`.
    """

    record_id: str
    title: str
    year: int | None
    abstract: str | None
    state: State
    votes: tuple[Vote, ...] = ()
    settled: Vote | None = None
    documents: tuple[Document, ...] = ()
    studies: tuple[str, ...] = ()
    keywords: str | None = None
    full_text_votes: tuple[Vote, ...] = ()
    full_text_needed: int = 1

    def vote_of(self, reviewer: str) -> Vote | None:
        """Return the decision of one reviewer."""
        return _vote_of(self.votes, reviewer)

    def full_text_vote_of(self, reviewer: str) -> Vote | None:
        """Return the decision of one reviewer on the full text."""
        return _vote_of(self.full_text_votes, reviewer)


def _vote_of(votes: Sequence[Vote], reviewer: str) -> Vote | None:
    return next((vote for vote in votes if vote.reviewer == reviewer), None)


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
    if any(d.retrieved == Answer.YES and d.decision not in FINAL for d in documents):
        return State.FULL_TEXT
    given = {d.decision for d in documents}
    if Decision.INCLUDE in given:
        return State.INCLUDED
    return State.FULL_TEXT_EXCLUDED if Decision.EXCLUDE in given else State.NOT_RETRIEVED


FINAL = (Decision.INCLUDE, Decision.EXCLUDE)


def state_of_full_text(documents: Sequence[Document], votes: Sequence[Vote], needed: int) -> State:
    """Return where documents and blind votes leave a record that got so far: what a report says stands above votes.

    Notes
    -----
    Votes that agree write the report, so that votes that are all in beside an undecided report are to be settled.
    """
    state = state_of_documents(documents)
    waits = state == State.FULL_TEXT and needed > 1 and len(votes) >= needed
    return State.FULL_TEXT_CONFLICT if waits else state


def agreed(votes: Sequence[Vote]) -> Vote | None:
    """Return what all votes on a full text say, reason included; None where they differ, or say "maybe".

    Notes
    -----
    Reasons count as well: the flow diagram counts each excluded report under one reason, which nobody picks unseen.
    """
    said = {(vote.decision, vote.reason) for vote in votes}
    return votes[0] if len(said) == 1 and votes[0].decision in FINAL else None
