"""Writing screening decisions: a reviewer's vote, the consensus on a conflict, and what became of a full text.

Every function takes a connection of `db.session.writing`, so that who and why go into the history and
`medquant review undo` takes the change back; what is refused raises before anything is written.
"""

from sqlalchemy import Connection, Table, func, insert, select, update

from db.codebook.codebook import Codebook, codebook_from_database
from db.errors import DataError, MedquantError, shown
from db.files import table_of
from db.models.tables import Record, Report, Screening
from db.prisma import ADJUDICATED
from db.vocabulary import Answer, Decision, Stage
from review.screening import NEEDED, Standing, State, read_standings

REASONS = "exclusion_reason"
_PASSED = (State.FULL_TEXT, State.NOT_RETRIEVED, State.FULL_TEXT_EXCLUDED, State.INCLUDED)


def cast_vote(
    connection: Connection,
    record: str,
    reviewer: str,
    decision: Decision,
    *,
    reason: str | None = None,
    note: str | None = None,
    needed: int = NEEDED,
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
        How many reviewers judge a record.

    Raises
    ------
    DataError, MedquantError
        If there is no such record, the votes are all in, or decision and reason do not fit.
    """
    reviewer = _known_name(connection, reviewer)
    standing = _standing(connection, record, needed)
    _check_note(note)
    _check_reason(codebook_from_database(connection), decision, reason)
    if standing.state == State.REMOVED:
        raise MedquantError(f"{record} was removed before screening; clear its field `removed` first")
    if standing.state != State.TO_SCREEN:
        raise MedquantError(
            f"{record} has its {needed} decision(s), and a vote is not changed once the others may be known; "
            "settle it with --adjudicate, or take a vote back with `medquant review undo`"
        )
    own = standing.vote_of(reviewer)
    if own is not None and (own.decision, own.reason, own.note) == (decision, reason, note):
        raise MedquantError(f"{reviewer} has decided just this of {record} already; nothing is changed")
    _write(connection, record, reviewer, decision, reason, note, new=own is None)
    return _standing(connection, record, needed)


def adjudicate(
    connection: Connection,
    record: str,
    decision: Decision,
    *,
    reason: str | None = None,
    note: str | None = None,
    needed: int = NEEDED,
) -> Standing:
    """Write the consensus on a record whose votes are all in; return where it stands then.

    Raises
    ------
    DataError, MedquantError
        If votes are missing (a consensus before that would not be blind), the decision is "maybe", or what is excluded
        has a full text or a study already.
    """
    standing = _standing(connection, record, needed)
    _check_note(note)
    _check_reason(codebook_from_database(connection), decision, reason)
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
    if not new and standing.settled is not None and standing.settled.decision == decision:
        raise MedquantError(f"{record} is settled as {decision} already; nothing is changed")
    _write(connection, record, ADJUDICATED, decision, reason, note, new=new)
    return _standing(connection, record, needed)


def settle_document(
    connection: Connection,
    record: str,
    decision: Decision | None,
    *,
    reason: str | None = None,
    note: str | None = None,
    needed: int = NEEDED,
) -> Standing:
    """Write what became of a record's full text, which makes its report where it has none; return where it stands.

    Parameters
    ----------
    connection, record, reason, note, needed
        See `cast_vote`.
    decision
        What was decided; None if the document could not be had.

    Notes
    -----
    A full text has one decision, that of its report: files of a corpus hold no votes on full texts.

    Raises
    ------
    DataError, MedquantError
        If the record has not got so far, has several documents, or is in a study that the decision would contradict.
    """
    standing = _standing(connection, record, needed)
    _check_note(note)
    if decision is None and reason is not None:
        raise DataError("a document that could not be had has no reason; leave it out", column="reason")
    if decision is not None:
        _check_reason(codebook_from_database(connection), decision, reason)
    if standing.state not in _PASSED:
        raise MedquantError(
            f"{record} has not passed title and abstract (it is at {standing.state}); settle that first"
        )
    if len(standing.documents) > 1:
        names = ", ".join(document.report_id for document in standing.documents)
        raise MedquantError(f"{record} has several documents ({names}); decide of each in reports.csv")
    if standing.studies and decision != Decision.INCLUDE:
        raise MedquantError(
            f"{record} is in a study ({_things(standing)}), which only an included full text can be; take the study "
            "out first"
        )
    values = {
        "retrieved": Answer.NO if decision is None else Answer.YES,
        "decision": decision,
        "reason": reason,
        "note": note,
        "study_id": standing.studies[0] if len(standing.studies) == 1 else None,
    }
    table = table_of(Report)
    if standing.documents:
        connection.execute(
            update(table).where(table.c.report_id == standing.documents[0].report_id).values(values)
        )
    else:
        values |= {"report_id": _free_name(connection, record), "record_id": record}
        connection.execute(insert(table).values(values | {"position": _next_position(connection, table)}))
    return _standing(connection, record, needed)


def _check_note(note: str | None) -> None:
    """Refuse what an exported file could not hold."""
    if note is not None and ("\r" in note or note.encode(errors="replace").decode() != note):
        raise DataError(f"{shown(note)} holds a carriage return or a byte that is not UTF-8", column="note")


def _things(standing: Standing) -> str:
    return ", ".join([*(document.report_id for document in standing.documents), *standing.studies])


def _standing(connection: Connection, record: str, needed: int) -> Standing:
    found = read_standings(connection, needed, only=record)
    if record not in found:
        from difflib import get_close_matches

        close = get_close_matches(record, connection.scalars(select(Record.record_id)).all(), n=3)
        hint = (
            f"did you mean {', '.join(close)}?" if close else "`medquant review record list` shows them all"
        )
        raise MedquantError(f"there is no record {shown(record)}; {hint}")
    return found[record]


def _check_reason(codebook: Codebook, decision: Decision, reason: str | None) -> None:
    if decision == Decision.EXCLUDE:
        codes = ", ".join(codebook.terms.get(REASONS, {}))
        if reason is None:
            raise DataError(f"an exclusion needs a reason code; allowed: {codes}", column="reason")
        codebook.check_code(REASONS, reason)
    elif reason is not None:
        raise DataError(f"only an exclusion has a reason, but {decision} was given with {shown(reason)}; "
                        "leave the reason out", column="reason")  # fmt: skip


def _known_name(connection: Connection, reviewer: str) -> str:
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


def _write(
    connection: Connection,
    record: str,
    reviewer: str,
    decision: Decision,
    reason: str | None,
    note: str | None,
    *,
    new: bool,
) -> None:
    table = table_of(Screening)
    key = {"record_id": record, "reviewer": reviewer, "stage": Stage.TITLE_ABSTRACT}
    values = {"decision": decision, "reason": reason, "note": note}
    if new:
        row = key | values | {"position": _next_position(connection, table)}
        connection.execute(insert(table).values(row))
    else:
        here = (table.c.record_id == record) & (table.c.reviewer == reviewer)
        connection.execute(update(table).where(here, table.c.stage == Stage.TITLE_ABSTRACT).values(values))


def _next_position(connection: Connection, table: Table) -> int:
    return (connection.scalar(select(func.max(table.c.position))) or 0) + 1


def _free_name(connection: Connection, record: str) -> str:
    taken = set(connection.scalars(select(Report.report_id)))
    return next(
        name for name in (record, *(f"{record}.{i}" for i in range(1, len(taken) + 2))) if name not in taken
    )
