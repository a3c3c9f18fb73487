"""What a database driver says, told to people: what happened, and what to do about it."""

from collections.abc import Mapping

from sqlalchemy.exc import DBAPIError

_REFUSED = "a row that goes is still used by another, such as a measured comparison; nothing was changed"
_FULL = "the disk is full; free some space and try again: nothing was changed"
_READ_ONLY = "the database may only be read; allow writing or name another with --db"
_NOT_OURS = "it is no medquant database, or an old one; `medquant db init` makes or upgrades it"
_AGAIN = "another program changed the same rows at the same moment; try again: nothing was changed"
_RIGHTS = (
    "ask its owner for the right to read and write there (GRANT), or name another user; nothing was changed"
)
_NO_ENTRY = "check the user's name and password (in the address, PGPASSWORD or ~/.pgpass) and whether the server lets them in"
_NO_SERVER = "no server answers there; start it, or correct host and port in the address"
_NUL = "PostgreSQL keeps no NUL bytes; take them out of the text; nothing was changed"

_BY_STATE: Mapping[str, str] = {  # PostgreSQL's codes, which are the same in every language of the server
    "23503": _REFUSED,
    "25006": _READ_ONLY,
    "28000": _NO_ENTRY,
    "28P01": _NO_ENTRY,
    "40001": _AGAIN,
    "40P01": _AGAIN,
    "42501": _RIGHTS,
    "42P01": _NOT_OURS,
    "53100": _FULL,
    "53300": "it has all the connections that it allows; close some programs or raise max_connections",
    "57P01": "the server was stopped meanwhile; try again once it is back: nothing was changed",
    "22P05": "its encoding is not UTF8; make it with `createdb --encoding=UTF8 --template=template0`",
    "3D000": "make it with createdb; then `medquant db load` fills it",
}
_BY_WORDS: Mapping[str, str] = {
    "disk is full": _FULL,
    "disk I/O error": "the disk could not be written (full, or a size limit?); free some space and try again: nothing was changed",
    "file is not a database": "it is no SQLite database; name another file with --db",
    "malformed": "the database file is damaged; restore it, or load the evidence into a new one",
    "unable to open": "the file cannot be opened; check that folder and file may be read and written",
    "readonly": "the file is read-only; allow writing or name another with --db",
    "no such table": _NOT_OURS,
    "FOREIGN KEY": _REFUSED,
    "NUL (0x00)": _NUL,
    # a connection that fails has no code of PostgreSQL's
    '" does not exist': "make it with createdb; then `medquant db load` fills it",
    "authentication failed": _NO_ENTRY,
    "no password supplied": _NO_ENTRY,
    "pg_hba.conf": _NO_ENTRY,
    "permission denied for database": _RIGHTS,
    "too many": _BY_STATE["53300"],
    "refused": _NO_SERVER,
    "No such file or directory": _NO_SERVER,
    "timeout expired": _NO_SERVER,
    "resolve host": "no machine has this name; correct the host in the address",
    "translate host": "no machine has this name; correct the host in the address",
    "server closed the connection": _BY_STATE["57P01"],
}


def plain(place: str, error: DBAPIError, busy_seconds: float) -> str:
    """Return a sentence on what a driver said.

    Parameters
    ----------
    place
        The address of the database, without a password.
    error
        What SQLAlchemy raised.
    busy_seconds
        How long a writer waits for others.
    """
    words = str(error.orig).strip()
    said = words.splitlines()[0] if words else type(error.orig).__name__
    state = getattr(error.orig, "sqlstate", None) or ""
    busy = f"another program has been writing to it for over {busy_seconds} s; close it or try again"
    if state == "55P03" or "database is locked" in said:
        return f"{place}: {said}; {busy}"
    if 'role "' in said and "does not exist" in said:
        return f"{place}: {said}; {_NO_ENTRY}"
    remedy = _BY_STATE.get(state) or next(
        (remedy for sign, remedy in _BY_WORDS.items() if sign in said), "nothing was changed"
    )
    return f"{place}: {said}; {remedy}"
