"""An edit that was made on what somebody saw, while it had changed already, is refused with both values shown."""

from collections.abc import Iterable
from enum import Enum
from typing import Final, Literal

from sqlalchemy import Connection, select

from db.errors import MedquantError, shown
from db.models.tables import History
from db.vocabulary import Decision


class NotLooked(Enum):
    """Says that nobody looked at what is there, so that nothing is compared; None would say that nothing was there."""

    NOT_LOOKED = "not looked"


NOT_LOOKED: Final = NotLooked.NOT_LOOKED
Judged = tuple[Decision | None, str | None]
"""A decision and its reason code, as they stood on a screen; no decision stands for a document that could not be had."""
Seen = Judged | Literal[NotLooked.NOT_LOOKED] | None


class StaleEdit(MedquantError):  # noqa: N818 - a refusal, named as people call it
    """What was to be changed holds another value than the one that was seen; nothing was written.

    Parameters
    ----------
    key, field
        What was to be changed.
    seen, present, wanted
        The value that was on the screen, the one that is there, and the one that was to be written; None where the
        edit would have left the field alone.
    actor, at
        Who changed it last, and when (UTC, ISO 8601); empty where the history does not know.
    """

    def __init__(
        self, *, key: str, field: str, seen: str, present: str, wanted: str | None, actor: str, at: str
    ) -> None:
        self.key, self.field, self.seen, self.present, self.wanted = key, field, seen, present, wanted
        self.actor, self.at = actor, at
        who = f" ({actor} changed it at {at})" if actor else ""
        instead = "" if wanted is None else f", so that {shown(wanted)} was not written"
        super().__init__(
            f"{key} {field} is {shown(present)} by now, not {shown(seen)}{who}{instead}; look at it again, nothing was changed"
        )


def refuse_stale(
    connection: Connection,
    place: tuple[str, str],
    *,
    key: str,
    field: str,
    seen: str,
    present: str,
    wanted: str | None,
    columns: Iterable[str] = (),
) -> None:
    """Raise `StaleEdit` if a value is not what was seen.

    Parameters
    ----------
    connection
        An open connection; inside a writing transaction nothing changes between this and the writing.
    place
        The table and the row's key, as the history names them.
    key, field, seen, present, wanted
        See `StaleEdit`.
    columns
        The columns that hold the value (default: the field's own).
    """
    if seen == present:
        return
    actor, at = last_changed(connection, place, tuple(columns) or (field,))
    raise StaleEdit(key=key, field=field, seen=seen, present=present, wanted=wanted, actor=actor, at=at)


def last_changed(connection: Connection, place: tuple[str, str], columns: Iterable[str]) -> tuple[str, str]:
    """Return who changed columns of a row last, and when; empty texts where the history does not know."""
    names = tuple(columns)
    query = select(History.__table__).where(History.table_name == place[0], History.row_key == place[1])
    for row in connection.execute(query.order_by(History.id.desc())):
        old, new = row.old or {}, row.new or {}
        if any(old.get(name) != new.get(name) for name in names):
            return row.actor, row.at
    return "", ""


def in_words(judged: Judged | None) -> str:
    """Return a decision with its reason as people read it."""
    if judged is None:
        return "not decided"
    decision, reason = judged
    return (decision.value if decision else "not retrieved") + (f" ({reason})" if reason else "")


def refuse_other_decision(
    connection: Connection,
    place: tuple[str, str],
    key: str,
    field: str,
    seen: Seen,
    present: Judged | None,
    wanted: Judged,
) -> None:
    """Raise `StaleEdit` if a decision, with its reason, is not the one that was seen; see `refuse_stale`."""
    if seen is NOT_LOOKED or seen == present:
        return
    refuse_stale(
        connection,
        place,
        key=key,
        field=field,
        seen=in_words(seen),
        present=in_words(present),
        wanted=in_words(wanted),
        columns=("retrieved", "decision", "reason"),
    )
