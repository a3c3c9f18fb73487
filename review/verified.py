"""What a change of a value does to its verification: what was confirmed is no longer so once it says something else."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from db.errors import DataError
from db.models.tables import ChangeContext
from db.printed import Finding, Severity
from db.vocabulary import Verification

VERIFICATION = ("verification", "verified_by", "verified_on")
_BESIDE = frozenset({"locator", "source_url", "notes", "extracted_by", *VERIFICATION})
"""Where a value stands and what was remarked of it; changing these leaves the value as it was read again."""
NONE: Mapping[str, Any] = {"verification": Verification.UNVERIFIED, "verified_by": None, "verified_on": None}


def said_with(connection: Connection, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a verification that was given: where nobody is named it is who writes, today.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`, which knows who writes.
    given
        Values of columns, `verification` among them.

    Raises
    ------
    DataError
        If somebody is said to have verified what is unverified.
    """
    if given["verification"] in (None, Verification.UNVERIFIED):
        if given.get("verified_by") or given.get("verified_on"):
            raise DataError(
                "nobody has verified what is unverified; leave it out, or say confirmed, corrected or not_seen_again",
                column="verified_by",
            )
        return {"verified_by": None, "verified_on": None}
    return {
        "verified_by": given.get("verified_by") or connection.scalar(select(ChangeContext.actor)),
        "verified_on": given.get("verified_on") or dt.datetime.now(dt.UTC).date(),
    }


def is_undone(before: Mapping[str, str], values: Mapping[str, str]) -> bool:
    """Return whether new values change what a comparison says, after its values were looked for again."""
    if before["verification"] in ("", Verification.UNVERIFIED) or "verification" in values:
        return False
    return any(before.get(name, "") != text for name, text in values.items() if name not in _BESIDE)


def undone(where: str, state: str, by: str | None, on: object) -> Finding:
    """Return what is told when a value was changed that somebody had verified."""
    who = f" by {by}" if by else ""
    when = f" on {on}" if on else ""
    return Finding(
        Severity.WARNING,
        "verification",
        where,
        f"the value was {state}{who}{when} and has changed, so it is unverified again",
        "look for the new value in the source, then say so with `medquant review verify`",
    )
