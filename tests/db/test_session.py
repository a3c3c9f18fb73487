"""Addresses and disks: what cannot be opened or written is told in one sentence, and nothing is half-written."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from db.corpus import SHIPPED, read_corpus
from db.errors import MedquantError
from db.load import load_corpus
from db.session import current_actor, database_url, open_database, place_of, reading

Medquant = Callable[..., Any]


@pytest.mark.parametrize("verb", ["init", "load", "status"])
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "--db '' names no database; name an SQLite file or a URL, or leave --db out for the default"),
        ("://", "'://' is no database address; allowed: the path of an SQLite file, or a URL such as sqlite:///medquant.db or postgresql+psycopg://user@host/name"),
        ("postgresql://u@h:port/x", "'postgresql://u@h:port/x' is no database address; allowed: the path of an SQLite file, or a URL such as sqlite:///medquant.db or postgresql+psycopg://user@host/name"),
        ("magic://x", "magic is no kind of database that is known here; allowed: sqlite, postgresql"),
        ("a\0b", "'a\\x00b' holds a NUL byte, which no path has; name the database file"),
    ],
)  # fmt: skip
def test_an_unusable_address(
    medquant: Medquant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str, address: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = medquant("db", verb, "--db", address)
    assert (done.code, done.out, done.err) == (1, "", f"medquant: {said}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_driver_that_is_not_installed(medquant: Medquant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    done = medquant("db", "status", "--db", "postgresql://u:secret@localhost/x")
    assert (done.code, done.err) == (
        1,
        (
            "medquant: the driver psycopg for postgresql is not installed; for PostgreSQL: "
            "pip install 'medquant[postgresql]'\n"
        ),
    )


@pytest.mark.parametrize("verb", ["init", "upgrade", "load", "status", "check", "history"])
def test_a_folder_as_the_database(medquant: Medquant, tmp_path: Path, verb: str) -> None:
    done = medquant("db", verb, "--db", tmp_path)
    assert (done.code, done.err) == (
        1, f"medquant: {tmp_path} is a folder; name the database file, such as {tmp_path}/medquant.db\n"
    )  # fmt: skip


@pytest.mark.parametrize("verb", ["upgrade", "status", "check", "history"])
def test_a_database_that_is_missing_is_not_made_by_asking(
    medquant: Medquant, tmp_path: Path, verb: str
) -> None:
    path = tmp_path / "none.db"
    done = medquant("db", verb, "--db", path)
    assert (done.code, done.err) == (
        1, f"medquant: {path} does not exist; `medquant db load --db {path}` makes and fills it\n"
    )  # fmt: skip
    assert not path.exists()


def test_a_folder_that_is_missing_is_not_made(medquant: Medquant, tmp_path: Path) -> None:
    done = medquant("db", "load", "--db", tmp_path / "no" / "x.db")
    assert (done.code, done.err) == (
        1,
        f"medquant: the folder {tmp_path / 'no'} does not exist; make it first\n",
    )


def test_the_address_comes_from_the_option_then_the_environment_then_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MEDQUANT_DB", raising=False)
    assert database_url(None).database == "medquant.db"
    monkeypatch.setenv("MEDQUANT_DB", "sqlite:///other.db")
    assert database_url(None).database == "other.db"
    assert database_url("third.db").database == "third.db"


def test_a_password_is_never_shown() -> None:
    url = database_url("postgresql://u:secret@localhost/x")
    assert url.drivername == "postgresql+psycopg"
    assert "secret" not in url.render_as_string()


@pytest.mark.sqlite_only("looks at the file")
def test_a_place_is_named_as_the_user_may_give_it(fresh_db: Engine) -> None:
    assert place_of(fresh_db) == fresh_db.url.database


def test_who_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDQUANT_ACTOR", "from the environment")
    assert current_actor("given") == "given"
    assert current_actor(None) == "from the environment"
    monkeypatch.delenv("MEDQUANT_ACTOR")
    monkeypatch.setattr("getpass.getuser", lambda: "logged in")
    assert current_actor(None) == "logged in"

    def nobody() -> str:
        raise KeyError

    monkeypatch.setattr("getpass.getuser", nobody)
    assert current_actor(None) == "unknown"


@pytest.mark.sqlite_only("looks at the file")
def test_no_file_is_left_open_or_beside_the_database(seeded_db: Engine) -> None:
    with reading(seeded_db) as connection:
        connection.execute(text("SELECT count(*) FROM records"))
    assert [path.name for path in Path(place_of(seeded_db)).parent.iterdir()] == ["seeded.db"]


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as raw:
        return list(raw.iterdump())


@pytest.mark.sqlite_only("looks at the file")
def test_a_full_disk_while_loading(fresh_db: Engine) -> None:
    path = Path(place_of(fresh_db))
    before = _dump(path)

    @event.listens_for(fresh_db, "connect")
    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 200")

    with pytest.raises(
        MedquantError,
        match=r"database or disk is full; the disk is full; free some space .* nothing was changed",
    ):
        load_corpus(fresh_db, read_corpus(SHIPPED), actor="a")
    assert _dump(path) == before


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
import medquant
sys.exit(medquant.main(sys.argv[2:]))
"""


def _limited(size: int, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LIMITED, str(size), *map(str, words)],
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.sqlite_only("looks at the file")
def test_a_file_size_limit_while_loading_and_after_it_a_load_that_succeeds(
    fresh_db: Engine, medquant: Medquant
) -> None:
    path = Path(place_of(fresh_db))
    before = _dump(path)
    done = _limited(1_000_000, "db", "load", "--db", path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"medquant: {path}: disk I/O error; the disk could not be written")
    assert done.stderr.count("\n") == 1
    assert _dump(path) == before
    assert medquant("db", "load", "--db", path).code == 0


def test_a_file_size_limit_while_exporting(seeded_db: Engine, tmp_path: Path) -> None:
    done = _limited(100_000, "db", "export", tmp_path / "out", "--db", place_of(seeded_db))
    assert done.returncode == 1
    assert "cannot be written: File too large; name another place or free some space" in done.stderr
    assert all(path.stat().st_size < 100_000 for path in (tmp_path / "out").iterdir())
    assert not list((tmp_path / "out").glob(".*"))


@pytest.mark.sqlite_only("looks at the file")
def test_a_database_that_may_not_be_written(
    seeded_db: Engine, medquant: Medquant, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = place_of(seeded_db)
    before = Path(path).read_bytes()
    read_only = f"sqlite:///file:{path}?mode=ro&uri=true"
    assert medquant("db", "status", "--db", read_only).code == 0
    done = medquant("db", "acknowledge", "as_printed", "*", "--reason", "x", "--db", read_only)
    assert done.code == 1
    assert (
        "attempt to write a readonly database; the file is read-only; allow writing or name another"
        in done.err
    )
    assert Path(path).read_bytes() == before


@pytest.mark.sqlite_only("looks at the file")
def test_a_damaged_database_is_told_so(seeded_db: Engine, medquant: Medquant, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.db"
    content = Path(place_of(seeded_db)).read_bytes()
    damaged.write_bytes(content[:8192] + b"\xff" * 200_000 + content[208_192:])
    done = medquant("db", "check", "--db", damaged)
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "the database file is damaged; restore it, or load the evidence into a new one" in done.err


@pytest.mark.sqlite_only("looks at the file")
def test_an_engine_can_be_opened_by_url(seeded_db: Engine) -> None:
    with reading(open_database(f"sqlite:///{place_of(seeded_db)}")) as connection:
        assert connection.execute(text("SELECT count(*) FROM studies")).scalar() == 93
