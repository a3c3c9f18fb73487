"""A PostgreSQL server of the tests' own: started from Debian's binaries, on a socket in a folder of its own, no TCP.

It sorts by the rules of English, as most servers do, so that a test sees where an order depends on the server.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.pool import NullPool

DEBIAN = Path("/usr/lib/postgresql")
SUPERUSER = "medquant"
NEEDED = 2_000_000_000
OLDEST = 15  # the first with the locales of ICU for a whole server
# nothing here outlives the tests, so nothing waits for the disk
SETTINGS = (
    "listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal",
    "max_wal_senders=0", "autovacuum=off", "shared_buffers=64MB", "max_connections=60", "timezone=Asia/Kolkata",
)  # fmt: skip


class NoServerError(Exception):
    """There is no server to be had here; the text says why and what would help."""


def binaries() -> Path:
    """Return the folder of the newest server's programs."""
    found = [path.parent for path in DEBIAN.glob("*/bin/initdb") if path.parent.parent.name.isdigit()]
    newest = max(found, key=lambda folder: int(folder.parent.name), default=None)
    if newest and int(newest.parent.name) >= OLDEST:
        return newest
    if program := shutil.which("initdb"):
        return Path(program).resolve().parent
    raise NoServerError(f"PostgreSQL's server ({OLDEST} or newer) is missing: run tests/setup_tools.sh")


@dataclass(frozen=True)
class Server:
    """A running server, known by the folder of its socket."""

    folder: Path
    _numbers: Iterator[int]

    def url(self, database: str, user: str = SUPERUSER) -> str:
        """Return the address of a database."""
        url = URL.create("postgresql+psycopg", user, database=database, query={"host": str(self.folder)})
        return url.render_as_string()

    def make(self, like: str = "template0") -> str:
        """Make a database, a copy of another (name or address), and return its address."""
        name = f"medquant_{next(self._numbers)}"
        template = make_url(like).database if "://" in like else like
        self.say(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')  # twice as fast here
        return self.url(name)

    def drop(self, address: str) -> None:
        """Remove a database, whoever still uses it."""
        self.say(f'DROP DATABASE "{make_url(address).database}" WITH (FORCE)')

    def say(self, statement: str) -> None:
        """Tell the server as a whole something."""
        engine = create_engine(self.url("postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server in a new folder, stop it and remove the folder in the end.

    Raises
    ------
    NoServerError
        If the server's programs are missing, or root finds no other user to run them as.
    """
    programs = binaries()
    folder = Path(tempfile.mkdtemp(prefix="medquant-pg-", dir=_roomy()))
    data, log = folder / "data", folder / "log"
    as_user: dict[str, Any] = {}
    try:
        if os.geteuid() == 0:
            as_user = _not_root()
            os.chown(folder, as_user["user"], as_user["group"])
        english = ("--locale=C", "--encoding=UTF8", "--locale-provider=icu", "--icu-locale=en-US")
        trusted = (f"--username={SUPERUSER}", "--auth=trust", "--no-sync", "--no-instructions")
        _run([programs / "initdb", f"--pgdata={data}", *english, *trusted], as_user)
        settings = [f"-c {setting}" for setting in (*SETTINGS, f"unix_socket_directories={folder}")]
        control = [programs / "pg_ctl", f"--pgdata={data}", "--silent", "--wait"]
        try:
            _run([*control, f"--log={log}", f"--options={' '.join(settings)}", "start"], as_user)
            yield Server(folder, count(1))
        finally:
            _run([*control, "--mode=immediate", "stop"], as_user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _roomy() -> Path:
    """Return memory where there is enough of it, else the disk; pytest's folder is closed to the server's user."""
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp closes its folder to others
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > NEEDED
    return memory if roomy else Path("/tmp")  # noqa: S108


def _not_root() -> dict[str, Any]:
    """Return the user that the server runs as where root runs the tests: the server refuses root."""
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        raise NoServerError(
            "PostgreSQL's server does not run as root, and there is no user postgres here: run tests/setup_tools.sh"
        ) from None
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _run(command: list[str | Path], as_user: dict[str, Any]) -> None:
    done = subprocess.run(
        [str(word) for word in command], cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}, **as_user,
    )  # fmt: skip
    if done.returncode:
        raise NoServerError(f"{command[0]} failed: {done.stdout.decode(errors='replace').strip()}")
