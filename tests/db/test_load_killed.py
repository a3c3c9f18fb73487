"""Killing a load at any moment leaves the database as it was; the next load succeeds."""

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

import medquant as front_door
from db.corpus import SHIPPED, read_corpus
from db.errors import MedquantError
from db.load import load_corpus
from db.models.tables import Base
from db.session import open_database, reading
from db.status import read_status

KILLED_AT = """
import os, signal, sys
from pathlib import Path
from db.corpus import read_corpus
from db.load import load_corpus
from db.session import open_database

def progress(name):
    if name == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)

load_corpus(open_database(sys.argv[1]), read_corpus(Path(sys.argv[2])), actor="killed", overwrite=True, progress=progress)
"""
TABLES = [table.name for table in Base.metadata.sorted_tables]


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return list(raw.iterdump())


def _load_succeeds(path: Path) -> None:
    engine = open_database(str(path))
    load_corpus(engine, read_corpus(SHIPPED), actor="again", overwrite=True)
    with reading(engine) as connection:
        status = read_status(connection, "")
    assert (status["records"], status["studies"], status["edited"]) == (432, 93, False)


@pytest.mark.parametrize(("full", "table"), [(False, "records"), (True, "study_values")])
def test_killed_before_a_table(
    fresh_db: Engine,
    tiny_dir: Path,
    table: str,
    full: bool,
) -> None:
    assert table in TABLES
    path = Path(str(fresh_db.url.database))
    if full:
        load_corpus(fresh_db, read_corpus(tiny_dir), actor="before")
    before = _dump(path)
    done = subprocess.run([sys.executable, "-c", KILLED_AT, str(path), str(SHIPPED), table], timeout=60)
    assert done.returncode == -9
    assert _dump(path) == before
    _load_succeeds(path)


def test_killed_at_random_moments(fresh_db: Engine, tiny_dir: Path) -> None:
    path = Path(str(fresh_db.url.database))
    load_corpus(fresh_db, read_corpus(tiny_dir), actor="before")
    before = _dump(path)
    moments = random.Random(20260131)  # noqa: S311 - no secret
    killed = 0
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-m", "medquant", "db", "load", "--db", str(path)]) as loading:
            time.sleep(moments.uniform(0.3, 0.9))
            loading.kill()
        killed += loading.returncode == -9
        after = _dump(path)
        if after != before:  # it was done before the signal came: then it is done whole
            with reading(open_database(str(path))) as connection:
                assert read_status(connection, "")["edited"] is False
            load_corpus(fresh_db, read_corpus(tiny_dir), actor="before", overwrite=True)
            before = _dump(path)
    assert killed
    _load_succeeds(path)


def test_killed_while_the_journal_grows(fresh_db: Engine, tiny_dir: Path) -> None:
    path = Path(str(fresh_db.url.database))
    load_corpus(fresh_db, read_corpus(tiny_dir), actor="before")
    before = _dump(path)
    journal = path.with_name(path.name + "-wal")
    slow = KILLED_AT.replace(
        "os.kill(os.getpid(), signal.SIGKILL)", "print('there', flush=True); sys.stdin.read()"
    )
    slow = slow.replace("import os", "import sqlite3, os").replace(
        "def progress", "from sqlalchemy import event\nengine = open_database(sys.argv[1])\n"
        "event.listen(engine, 'connect', lambda c, _: c.execute('PRAGMA cache_size = 5'))\ndef progress"
    ).replace("load_corpus(open_database(sys.argv[1]),", "load_corpus(engine,")  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-c", slow, str(path), str(SHIPPED), "study_values"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as loading:  # fmt: skip
        assert loading.stdout is not None
        assert loading.stdout.readline() == b"there\n"
        assert journal.stat().st_size > 100_000  # rows are on the disk already, but not committed
        loading.kill()
    assert _dump(path) == before
    _load_succeeds(path)


def test_a_load_that_fails_makes_no_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise MedquantError("the disk is full")

    monkeypatch.setattr("db.load.load_corpus", broken)
    assert front_door.main(["db", "load", "--db", str(tmp_path / "new.db")]) == 1
    assert list(tmp_path.iterdir()) == []
