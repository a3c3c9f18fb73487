"""Writing screening decisions: a reviewer's vote, the consensus on a conflict, and what became of a full text.

Every function takes a connection of `db.session.writing`, so that who and why go into the history and
`medquant review undo` takes the change back; what is refused raises before anything is written.
"""

from sqlalchemy import Connection, insert, select, update

from db.codebook.codebook import codebook_from_database
from db.errors import DataError, MedquantError
from db.files import table_of
from db.models.tables import Report, Screening
from db.prisma import ADJUDICATED
from db.vocabulary import Answer, Decision, Stage
from review.decision_rows import (
    REASONS,
    check_note,
    check_reason,
    judged,
    known_name,
    next_position,
    standing_of,
    write_vote,
)
from review.screening import Standing, State
from review.settings import needed_of
from review.stale import NOT_LOOKED, Seen, refuse_other_decision

__all__ = ["REASONS", "adjudicate", "cast_vote", "settle_document", "write_report"]
_PASSED = (
    State.FULL_TEXT,
    State.FULL_TEXT_CONFLICT,
    State.NOT_RETRIEVED,
    State.FULL_TEXT_EXCLUDED,
    State.INCLUDED,
)


def cast_vote(
    connection: Connection,
    record: str,
    reviewer: str,
    decision: Decision,
    *,
    reason: str | None = None,
    note: str | None = None,
    needed: int | None = None,
    seen: Seen = NOT_LOOKED,
) -> Standing:
    """Write what one reviewer decides of a record on title and abstract; return where the record stands then.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`.
    record, reviewer
        Whose decision on what. A reviewer may change a decision as long as others are missing.
    decision, reason
        An exclusion needs a code of the vocabulary `exclusion_reason`, any other decision has none.
    note
        A remark.
    needed
        How many reviewers judge a record (default: what the review has set).
    seen
        The reviewer's own decision as it stood on the screen; None: there was none.

    Raises
    ------
    DataError, MedquantError
        If there is no such record, the votes are all in, or decision and reason do not fit.
    StaleEdit
        If the own decision is another than the one that was seen.
    """
    needed = needed_of(connection, needed)
    reviewer = known_name(connection, reviewer)
    standing = standing_of(connection, record, needed)
    check_note(note)
    check_reason(codebook_from_database(connection), decision, reason)
    if standing.state == State.REMOVED:
        raise MedquantError(f"{record} was removed before screening; clear its field `removed` first")
    if standing.state != State.TO_SCREEN:
        raise MedquantError(
            f"{record} has its {needed} decision(s), and a vote is not changed once the others may be known; "
            "settle it with --adjudicate, or take a vote back with `medquant review undo`"
        )
    own = standing.vote_of(reviewer)
    refuse_other_decision(connection, (Screening.__tablename__, f"{record}|{reviewer}|{Stage.TITLE_ABSTRACT}"),
                          record, f"decision of {reviewer}", seen, judged(own), (decision, reason))  # fmt: skip
    if own is not None and (own.decision, own.reason, own.note) == (decision, reason, note):
        raise MedquantError(f"{reviewer} has decided just this of {record} already; nothing is changed")
    write_vote(connection, record, reviewer, decision, reason, note, new=own is None)
    return standing_of(connection, record, needed)


def adjudicate(
    connection: Connection,
    record: str,
    decision: Decision,
    *,
    reason: str | None = None,
    note: str | None = None,
    needed: int | None = None,
    seen: Seen = NOT_LOOKED,
) -> Standing:
    """Write the consensus on a record whose votes are all in; return where it stands then.

    Raises
    ------
    DataError, MedquantError
        If votes are missing (a consensus before that would not be blind), the decision is "maybe", or what is excluded
        has a full text or a study already.
    StaleEdit
        If the consensus is another than the one that was seen.
    """
    needed = needed_of(connection, needed)
    standing = standing_of(connection, record, needed)
    check_note(note)
    check_reason(codebook_from_database(connection), decision, reason)
    if decision == Decision.MAYBE:
        raise MedquantError("a consensus of 'maybe' settles nothing; allowed: include, exclude")
    if standing.state == State.REMOVED:
        raise MedquantError(f"{record} was removed before screening; clear its field `removed` first")
    if standing.state == State.TO_SCREEN or not (standing.votes or standing.settled):
        missing = max(needed - len(standing.votes), 0)
        raise MedquantError(
            f"{record} has no conflict to settle: {missing} decision(s) are missing; let another reviewer judge it, or "
            "ask for fewer with --needed"
        )
    if decision == Decision.EXCLUDE and (standing.documents or standing.studies):
        raise MedquantError(
            f"{record} has a full text or a study already ({_things(standing)}), so it cannot be excluded on title and "
            "abstract; exclude its full text with --stage full_text, or take these rows out first"
        )
    new = standing.settled is None
    refuse_other_decision(connection, (Screening.__tablename__, f"{record}|{ADJUDICATED}|{Stage.TITLE_ABSTRACT}"),
                          record, "consensus", seen, judged(standing.settled), (decision, reason))  # fmt: skip
    if not new and standing.settled is not None and standing.settled.decision == decision:
        raise MedquantError(f"{record} is settled as {decision} already; nothing is changed")
    write_vote(connection, record, ADJUDICATED, decision, reason, note, new=new)
    return standing_of(connection, record, needed)


def settle_document(
    connection: Connection,
    record: str,
    decision: Decision | None,
    *,
    reason: str | None = None,
    note: str | None = None,
    needed: int | None = None,
    seen: Seen = NOT_LOOKED,
) -> Standing:
    """Write what became of a record's full text, which makes its report where it has none; return where it stands.

    Parameters
    ----------
    connection, record, reason, note, needed
        See `cast_vote`.
    decision
        What was decided; None if the document could not be had.
    seen
        The report's decision as it stood on the screen; None: there was none.

    Notes
    -----
    A full text has one outcome, that of its report. Where several judge it blind (`review.full_text_votes`), this
    settles what they do not agree on, and says what could not be had.

    Raises
    ------
    DataError, MedquantError
        If the record has not got so far, has several documents, or is in a study that the decision would contradict.
    StaleEdit
        If the report's decision is another than the one that was seen.
    """
    needed = needed_of(connection, needed)
    standing = standing_of(connection, record, needed)
    check_note(note)
    if decision is None and reason is not None:
        raise DataError("a document that could not be had has no reason; leave it out", column="reason")
    if decision is not None:
        check_reason(codebook_from_database(connection), decision, reason)
    if standing.state not in _PASSED:
        raise MedquantError(
            f"{record} has not passed title and abstract (it is at {standing.state}); settle that first"
        )
    if len(standing.documents) > 1:
        names = ", ".join(document.report_id for document in standing.documents)
        raise MedquantError(f"{record} has several documents ({names}); decide of each in reports.csv")
    missing = standing.full_text_needed - len(standing.full_text_votes)
    if decision is not None and standing.full_text_needed > 1 and standing.state == State.FULL_TEXT:
        raise MedquantError(
            f"the full text of {record} is judged by {standing.full_text_needed} reviewers blind, and {missing} "
            "decision(s) are missing; let another reviewer judge it before it is settled"
        )
    if standing.studies and decision != Decision.INCLUDE:
        raise MedquantError(
            f"{record} is in a study ({_things(standing)}), which only an included full text can be; take the study "
            "out first"
        )
    held = standing.documents[0] if standing.documents else None
    undecided = held is None or (held.retrieved == Answer.YES and held.decision is None)
    there = None if held is None or undecided else (held.decision, held.reason)
    place = (Report.__tablename__, held.report_id if held else record)
    refuse_other_decision(connection, place, record, "full text", seen, there, (decision, reason))
    write_report(connection, standing, decision, reason, note)
    return standing_of(connection, record, needed)


def write_report(
    connection: Connection,
    standing: Standing,
    decision: Decision | None,
    reason: str | None,
    note: str | None,
) -> None:
    """Write the outcome of a full text into its report, which is made where there is none."""
    values = {
        "retrieved": Answer.NO if decision is None else Answer.YES,
        "decision": decision,
        "reason": reason,
        "note": note,
        "study_id": standing.studies[0] if len(standing.studies) == 1 else None,
    }
    table = table_of(Report)
    if standing.documents:
        here = table.c.report_id == standing.documents[0].report_id
        connection.execute(update(table).where(here).values(values))
        return
    values |= {"report_id": _free_name(connection, standing.record_id), "record_id": standing.record_id}
    connection.execute(insert(table).values(values | {"position": next_position(connection, table)}))


def _things(standing: Standing) -> str:
    return ", ".join([*(document.report_id for document in standing.documents), *standing.studies])


def _free_name(connection: Connection, record: str) -> str:
    taken = set(connection.scalars(select(Report.report_id)))
    return next(
        name for name in (record, *(f"{record}.{i}" for i in range(1, len(taken) + 2))) if name not in taken
    )
