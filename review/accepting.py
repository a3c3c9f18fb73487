"""Accepting a warning of the check as somebody saw it, and taking the acceptance back."""

from sqlalchemy import Connection, delete, select

from db.check import acknowledge, check_database
from db.errors import MedquantError
from db.files import table_of
from db.models.tables import Acknowledgement
from review.stale import refuse_stale


def accept_warning(
    connection: Connection, code: str, place: str, *, reason: str, actor: str, seen: str | None = None
) -> None:
    """Accept a warning.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`.
    code, place
        The finding, as `check_database` names it.
    reason, actor
        Why it is accepted, and by whom.
    seen
        The problem as it stood on the screen; None: nobody looked.

    Raises
    ------
    MedquantError
        If there is no such warning, it is an error, or it is accepted already.
    StaleEdit
        If the finding says something else by now. Nothing is written then.
    """
    if seen is not None:
        problems = [f.problem for f in check_database(connection) if (f.code, f.where) == (code, place)]
        if problems and seen not in problems:
            table, _, key = place.partition(" ")
            refuse_stale(
                connection,
                (table, key.split(" ")[0]),
                key=place,
                field=code,
                seen=seen,
                present="; ".join(problems),
                wanted=f"accepted: {reason}",
            )
    acknowledge(connection, code, place, reason=reason, actor=actor)


def take_back_acceptance(connection: Connection, code: str, place: str, *, seen: str | None = None) -> None:
    """Let a warning stand again that somebody had accepted; who did and why stays in the history.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`.
    code, place
        The finding that was accepted.
    seen
        The reason of the acceptance as it stood on the screen; None: nobody looked.

    Raises
    ------
    MedquantError
        If it is not accepted by itself.
    StaleEdit
        If it is accepted for another reason by now. Nothing is written then.
    """
    table = table_of(Acknowledgement)
    here = (table.c.code == code) & (table.c.place == place)
    row = connection.execute(select(table.c.reason, table.c.accepted_by).where(here)).first()
    if row is None:
        raise MedquantError(
            f"{code} at {place} is not accepted by itself; `medquant db check` shows what is accepted"
        )
    present = f"{row.reason} ({row.accepted_by})"
    if seen is not None:
        refuse_stale(
            connection,
            (table.name, f"{code}|{place}"),
            key=place,
            field=f"acceptance of {code}",
            seen=seen,
            present=present,
            wanted=None,
            columns=("reason", "accepted_by"),
        )
    connection.execute(delete(table).where(here))
