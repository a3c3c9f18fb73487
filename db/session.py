"""The way to the database: addresses, engines, and transactions that know who writes and why."""

import getpass
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, delete, event, func, insert, select, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from db.driver_errors import plain
from db.errors import MedquantError, shown
from db.models.tables import ChangeContext, History

DEFAULT = "medquant.db"
BUSY_SECONDS: float = 30
"""So long one writer waits for another; an import of 100,000 records writes for 10 to 16 s on two cores."""
CONNECT_SECONDS = 10
"""So long a server may take to answer at all."""
_DEFINING = 20_260_131  # the number of the lock that whoever changes the schema holds; any will do


def database_url(given: str | None) -> URL:
    """Return the address of the database: what was given, else `MEDQUANT_DB`, else `medquant.db` here.

    Parameters
    ----------
    given
        A SQLAlchemy URL, or the path of an SQLite file.
    """
    if given is not None and not given.strip():
        raise MedquantError(
            "--db '' names no database; name an SQLite file or a URL, or leave --db out for the default"
        )
    address = given or os.environ.get("MEDQUANT_DB") or DEFAULT
    if "\0" in address:
        raise MedquantError(f"{shown(address)} holds a NUL byte, which no path has; name the database file")
    if "://" not in address:
        return URL.create("sqlite", database=address)
    try:
        url = make_url(address)
        return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url
    except (ArgumentError, ValueError):
        raise MedquantError(
            f"{shown(address)} is no database address; allowed: the path of an SQLite file, or a URL such as "
            "sqlite:///medquant.db or postgresql+psycopg://user@host/name"
        ) from None


def open_database(given: str | None, *, create: bool = False) -> Engine:
    """Open a database.

    Parameters
    ----------
    given
        See `database_url`.
    create
        Whether an SQLite file that does not exist is made.

    Raises
    ------
    MedquantError
        If the address is unusable, or the file does not exist and may not be made.
    """
    url = database_url(given)
    in_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    if in_file and url.database and not url.database.startswith("file:"):
        path = Path(url.database)
        if path.is_dir():
            raise MedquantError(f"{path} is a folder; name the database file, such as {path / DEFAULT}")
        if not create and not path.exists():
            raise MedquantError(f"{path} does not exist; `medquant db load --db {path}` makes and fills it")
        if create and not path.parent.exists():
            raise MedquantError(f"the folder {path.parent} does not exist; make it first")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise MedquantError(
            f"{url.drivername} is no kind of database that is known here; allowed: sqlite, postgresql"
        )
    # a connection is opened anew for each transaction, so that no command leaves a file or a socket open behind it
    pool = NullPool if in_file or url.get_backend_name() == "postgresql" else None
    patience = {"connect_timeout": CONNECT_SECONDS} if _may_hang(url) else {}
    try:
        engine = create_engine(url, poolclass=pool, connect_args=patience)
    except NoSuchModuleError:
        raise MedquantError(
            f"{url.drivername} is no kind of database that is known here; allowed: sqlite, postgresql"
        ) from None
    except ModuleNotFoundError as error:
        raise MedquantError(
            f"the driver {error.name} for {url.get_backend_name()} is not installed; for PostgreSQL: "
            "pip install 'medquant[postgresql]'"
        ) from None
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    else:
        _prepare_postgresql(engine)
    return engine


def _may_hang(url: URL) -> bool:
    return url.get_backend_name() == "postgresql" and "connect_timeout" not in url.query


def _prepare_sqlite(engine: Engine) -> None:
    """Foreign keys on, patience with other writers, and transactions that cover DDL too."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401
        connection.isolation_level = None  # SQLAlchemy says BEGIN below; the driver would leave DDL outside
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgresql(engine: Engine) -> None:
    """Moments in UTC, wherever the server stands."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:  # noqa: ANN401
        connection.execute("SET TIME ZONE 'UTC'")
        connection.commit()


def place_of(database: Engine | URL) -> str:
    """Return the address of a database as a user may give it, without a password."""
    url = database.url if isinstance(database, Engine) else database
    if url.get_backend_name() == "sqlite":
        return str(url.database or ":memory:")
    return url.render_as_string()


def let_readers_in(engine: Engine) -> None:
    """Let an SQLite file of ours be read while it is written (WAL); files of others are not touched so."""
    if engine.dialect.name == "sqlite":
        # a read-only medium keeps the journal it has
        with suppress(DBAPIError), engine.connect() as connection:
            driver = connection.connection.dbapi_connection
            assert driver is not None  # noqa: S101 - a checked-out connection has one
            with suppress(sqlite3.Error):
                driver.cursor().execute("PRAGMA journal_mode = WAL")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection for one consistent read."""
    with _told_plainly(engine), engine.connect() as connection:
        if engine.dialect.name == "postgresql":  # whose default shows each query what was written before it
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine, *, actor: str, reason: str) -> Iterator[Connection]:
    """Give a connection for one transaction that is written whole or not at all.

    Parameters
    ----------
    engine
        The database.
    actor, reason
        Who changes and why: the history triggers write them beside every row that changes.
    """
    with (
        _told_plainly(engine),
        engine.connect().execution_options(writes=True) as connection,
        connection.begin(),
    ):
        _wait_no_longer(connection)
        # the context comes first: on PostgreSQL it makes the next writer wait until this one has its number
        connection.execute(delete(ChangeContext))
        connection.execute(insert(ChangeContext).values(id=1, change=0, actor=actor, reason=reason))
        last = connection.scalar(select(func.max(History.change))) or 0
        connection.execute(update(ChangeContext).values(change=last + 1))
        yield connection
        connection.execute(delete(ChangeContext))


@contextmanager
def defining(engine: Engine) -> Iterator[Connection]:
    """Give a connection for one transaction that may change the schema; foreign keys rest meanwhile."""
    with _told_plainly(engine), engine.connect().execution_options(writes=True) as connection:
        if engine.dialect.name == "sqlite":
            driver = connection.connection.dbapi_connection
            assert driver is not None  # noqa: S101 - a checked-out connection has one
            driver.cursor().execute("PRAGMA foreign_keys = OFF")
            try:
                with connection.begin():
                    yield connection
            finally:
                driver.cursor().execute("PRAGMA foreign_keys = ON")
        else:
            with connection.begin():
                _wait_no_longer(connection)
                # two programs that both find no tables would both make them
                connection.execute(select(func.pg_advisory_xact_lock(_DEFINING)))
                yield connection


def _wait_no_longer(connection: Connection) -> None:
    """Let PostgreSQL wait for other writers as long as SQLite does; without it, a writer waits for ever."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(BUSY_SECONDS * 1000)}")


def current_actor(given: str | None) -> str:
    """Return who is at work: what was given, else `MEDQUANT_ACTOR`, else the log-in name."""
    name = given or os.environ.get("MEDQUANT_ACTOR")
    if name:
        return name
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@contextmanager
def _told_plainly(engine: Engine) -> Iterator[None]:
    """Turn what a database driver says into a sentence for people."""
    place = place_of(engine)
    try:
        yield
    except DBAPIError as error:
        raise MedquantError(plain(place, error, BUSY_SECONDS)) from error
    except LookupError as error:
        if "defined enum values" not in str(error):
            raise
        said = str(error).split(". ")[0]
        raise MedquantError(f"{place}: {said}; `medquant db check` names the row") from error
