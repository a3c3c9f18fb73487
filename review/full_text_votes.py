"""Blind votes on full texts, where the review asks for more than one: what all agree on becomes the report's decision."""

from sqlalchemy import Connection

from db.codebook.codebook import codebook_from_database
from db.errors import MedquantError
from db.models.tables import Screening
from db.vocabulary import Decision, Stage
from review.deciding import write_report
from review.decision_rows import check_note, check_reason, judged, known_name, standing_of, write_vote
from review.screening import Standing, State
from review.settings import needed_of
from review.stale import NOT_LOOKED, Seen, refuse_other_decision
from review.standing import agreed


def vote_on_full_text(
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
    """Write what one reviewer decides of a full text; the last vote that agrees writes the report too.

    Parameters
    ----------
    connection, record, reviewer, decision, reason, note, needed, seen
        See `review.deciding.cast_vote`; how many judge a full text is the review's setting `full_text_votes`.

    Returns
    -------
    standing
        Where the record stands then: at its full text as long as votes are missing, in a conflict of that stage where
        they differ in decision or reason, else where the report leaves it.

    Raises
    ------
    DataError, MedquantError
        If full texts have one decision in this review, the record has not got so far, the votes are all in, or decision
        and reason do not fit.
    StaleEdit
        If the own decision is another than the one that was seen.
    """
    needed = needed_of(connection, needed)
    reviewer = known_name(connection, reviewer)
    standing = standing_of(connection, record, needed)
    check_note(note)
    check_reason(codebook_from_database(connection), decision, reason)
    _refuse_unready(standing)
    own = standing.full_text_vote_of(reviewer)
    place = (Screening.__tablename__, f"{record}|{reviewer}|{Stage.FULL_TEXT}")
    field = f"full text decision of {reviewer}"
    refuse_other_decision(connection, place, record, field, seen, judged(own), (decision, reason))
    if own is not None and (own.decision, own.reason, own.note) == (decision, reason, note):
        raise MedquantError(f"{reviewer} has decided just this of {record} already; nothing is changed")
    write_vote(connection, record, reviewer, decision, reason, note, new=own is None, stage=Stage.FULL_TEXT)
    standing = standing_of(connection, record, needed)
    if standing.state == State.FULL_TEXT_CONFLICT:
        said = agreed(standing.full_text_votes)
        # a study stands for an included full text; that its text is not to be included is settled by a person
        if said is not None and not (standing.studies and said.decision != Decision.INCLUDE):
            write_report(connection, standing, said.decision, said.reason, None)
            standing = standing_of(connection, record, needed)
    return standing


def _refuse_unready(standing: Standing) -> None:
    record, wanted = standing.record_id, standing.full_text_needed
    if wanted == 1:
        raise MedquantError(
            f"each full text has one decision in this review, so that {record} has no votes; decide it with "
            "--stage full_text, or ask for more with `medquant review team full-text-votes`"
        )
    if len(standing.documents) > 1:
        names = ", ".join(document.report_id for document in standing.documents)
        raise MedquantError(f"{record} has several documents ({names}); decide of each in reports.csv")
    if standing.state == State.FULL_TEXT:
        return
    if standing.state == State.FULL_TEXT_CONFLICT or standing.full_text_votes or standing.documents:
        raise MedquantError(
            f"the full text of {record} has its decision(s) (it is at {standing.state}), and a vote is not changed once "
            "the others may be known; settle it with --adjudicate, or take a vote back with `medquant review undo`"
        )
    raise MedquantError(
        f"{record} has not passed title and abstract (it is at {standing.state}); settle that first"
    )
