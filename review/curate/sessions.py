"""Browsers that are in: kept in the database, so that a restart sends nobody away and a removal ends them at once."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, delete, insert, select, update

from db.errors import MedquantError
from db.models.accounts import Account, WebSession
from db.session import reading, writing
from review.curate.people import Person, Role

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)
"""How exactly the last use is known: each new time is a write."""

_TOKEN_BYTES = 32
_LONGEST_TOKEN = 200


def _now() -> datetime:
    return datetime.now(UTC)


def new_token() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def form_token(token: str) -> str:
    """Return what a form must send along: only who has the browser's token can make it."""
    return hmac.new(token.encode(errors="replace"), b"medquant form", hashlib.sha256).hexdigest()


class Sessions:
    """The browsers that are in.

    Parameters
    ----------
    engine
        The database.
    accounts
        Whether people log in; else a name is enough. Sessions of the one kind do not count in the other.
    behind_https
        Whether browsers come over https though this program speaks http, as behind a proxy.
    now
        Gives the time.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        accounts: bool = False,
        behind_https: bool = False,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.engine = engine
        self.accounts = accounts
        self.behind_https = behind_https
        self._now = now

    def begin(self, person: Person, *, instead_of: str | None = None) -> str:
        """Let a browser in; return its new token.

        Parameters
        ----------
        person
            Who it is.
        instead_of
            The token that the browser had; it is worth nothing from now on.

        Raises
        ------
        MedquantError
            If the account is gone meanwhile.
        """
        token, now = new_token(), self._now()
        row = {
            "token_sha256": _hash(token),
            "name": person.name,
            "account": person.name if self.accounts else None,
            "made_at": now,
            "seen_at": now,
        }
        with writing(self.engine, actor=person.name, reason="came in") as connection:
            over = (WebSession.made_at <= now - LONGEST) | (WebSession.seen_at <= now - IDLE)
            connection.execute(delete(WebSession).where(over))
            if instead_of is not None:
                connection.execute(delete(WebSession).where(WebSession.token_sha256 == _hash(instead_of)))
            connection.execute(insert(WebSession).values(row))
        return token

    def find(self, token: str | None) -> Person | None:
        """Return whose browser has a token now, with the role that the person has now; None: nobody's."""
        if not token or len(token) > _LONGEST_TOKEN:
            return None
        with reading(self.engine) as connection:
            return self.find_with(connection, token)

    def find_with(self, connection: Connection, token: str) -> Person | None:
        """Do as `find` does, on a connection: inside a writing transaction nothing can change in between."""
        now = self._now()
        query = (
            select(WebSession.name, WebSession.account, Account.role)
            .outerjoin(Account, Account.name == WebSession.account)
            .where(
                WebSession.token_sha256 == _hash(token),
                WebSession.made_at > now - LONGEST,
                WebSession.seen_at > now - IDLE,
            )
        )
        found = connection.execute(query).first()
        if found is None or self.accounts != (found.account is not None):
            return None
        return Person(found.name, found.role if self.accounts else Role.ADJUDICATOR)

    def touch(self, token: str) -> Person | None:
        """Do as `find` does, and note that the browser is in use."""
        person = self.find(token)
        if person is None:
            return None
        now = self._now()
        late = (WebSession.token_sha256 == _hash(token)) & (WebSession.seen_at <= now - SEEN_EVERY)
        with reading(self.engine) as connection:
            is_late = connection.scalar(select(WebSession.name).where(late)) is not None
        if is_late:
            # where another program writes for long the note is left out; the next use makes it
            with (
                suppress(MedquantError),
                writing(self.engine, actor=person.name, reason="is here") as connection,
            ):
                connection.execute(update(WebSession).where(late).values(seen_at=now))
        return person

    def end(self, token: str) -> None:
        """Send a browser away."""
        with writing(self.engine, actor="web page", reason="left") as connection:
            connection.execute(delete(WebSession).where(WebSession.token_sha256 == _hash(token)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
