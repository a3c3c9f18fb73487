"""The databases that tests write to: files of SQLite, or databases of a PostgreSQL server of the tests' own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from db.corpus import SHIPPED, read_corpus
from db.load import load_corpus
from db.schema import upgrade_schema
from db.session import database_url, open_database
from tests.postgresql_server import Server


class Databases(Protocol):
    """Where databases come from; each is known by the address that `--db` takes."""

    @property
    def empty(self) -> str:
        """Return a database of the newest schema without rows, to be copied only."""

    @property
    def loaded(self) -> str:
        """Return a database with the shipped corpus, to be read and copied only."""

    def blank(self, path: Path) -> str:
        """Return the address of a database without tables, at `path` where it is a file."""

    def copy(self, address: str, path: Path) -> str:
        """Copy a database, to `path` where it is a file."""

    def drop(self, address: str) -> None:
        """Remove a database that no test needs any more."""


class Files:
    """SQLite: a database is a file."""

    def __init__(self, folder: Path) -> None:
        self.empty, self.loaded = str(folder / "empty.db"), str(folder / "loaded.db")
        upgrade_schema(open_database(self.empty, create=True))
        _load(self.copy(self.empty, Path(self.loaded)))

    def blank(self, path: Path) -> str:
        return str(path)

    def copy(self, address: str, path: Path) -> str:
        return str(shutil.copy(address, path))

    def drop(self, address: str) -> None:
        """Leave the file to pytest, which keeps the folders of the last runs to look at."""


class OnServer:
    """PostgreSQL: a database is a copy of another on the same server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.empty = self.blank(Path())
        upgrade_schema(open_database(self.empty))
        # a database that is read cannot be copied meanwhile, so what is copied is nothing that tests read
        self._to_copy = server.make(self.empty)
        _load(self._to_copy)
        self.loaded = server.make(self._to_copy)

    def blank(self, path: Path) -> str:  # noqa: ARG002
        return self.server.make()

    def copy(self, address: str, path: Path) -> str:  # noqa: ARG002
        return self.server.make(self._to_copy if address == self.loaded else address)

    def drop(self, address: str) -> None:
        self.server.drop(address)


@contextmanager
def outside(address: str) -> Iterator[Connection]:
    """Give a connection as another program has it: each statement counts at once, and nobody says who writes."""
    engine = create_engine(database_url(address), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


def lift_rules(connection: Connection) -> None:
    """Let a connection write past CHECKs and foreign keys; on PostgreSQL they are gone then."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        return
    rules = connection.exec_driver_sql(
        "SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint WHERE contype IN ('c', 'f') "
        "AND connamespace = 'public'::regnamespace AND conrelid <> 0"
    ).all()
    for table, name in rules:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def _load(address: str) -> None:
    load_corpus(open_database(address), read_corpus(SHIPPED), actor="loader")
