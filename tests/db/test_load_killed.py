"""Killing a load at any moment leaves the database as it was; the next load succeeds."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine

import medquant as front_door
from db.corpus import SHIPPED, read_corpus
from db.errors import MedquantError
from db.load import load_corpus
from db.models.tables import Base
from db.session import place_of, reading
from db.status import read_status
from tests.databases import outside

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


def _dump(engine: Engine) -> list[str]:
    with outside(place_of(engine)) as raw:
        if raw.dialect.name == "sqlite":
            assert raw.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        rows = [(name, row) for name in TABLES for row in raw.exec_driver_sql(f'SELECT * FROM "{name}"')]  # noqa: S608
    return sorted(f"{name} {row}" for name, row in rows)


def _load_succeeds(engine: Engine) -> None:
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
    if full:
        load_corpus(fresh_db, read_corpus(tiny_dir), actor="before")
    before = _dump(fresh_db)
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AT, place_of(fresh_db), str(SHIPPED), table], timeout=60
    )
    assert done.returncode == -9
    assert _dump(fresh_db) == before
    _load_succeeds(fresh_db)


def test_killed_at_random_moments(fresh_db: Engine, tiny_dir: Path) -> None:
    load_corpus(fresh_db, read_corpus(tiny_dir), actor="before")
    before = _dump(fresh_db)
    moments = random.Random(20260131)  # noqa: S311 - no secret
    killed = 0
    for _ in range(3):
        words = ["-m", "medquant", "db", "load", "--db", place_of(fresh_db)]
        with subprocess.Popen([sys.executable, *words]) as loading:
            time.sleep(moments.uniform(0.3, 0.9))
            loading.kill()
        killed += loading.returncode == -9
        after = _dump(fresh_db)
        if after != before:  # it was done before the signal came: then it is done whole
            with reading(fresh_db) as connection:
                assert read_status(connection, "")["edited"] is False
            load_corpus(fresh_db, read_corpus(tiny_dir), actor="before", overwrite=True)
            before = _dump(fresh_db)
    assert killed
    _load_succeeds(fresh_db)


@pytest.mark.sqlite_only("looks at the journal beside the file")
def test_killed_while_the_journal_grows(fresh_db: Engine, tiny_dir: Path) -> None:
    path = Path(place_of(fresh_db))
    load_corpus(fresh_db, read_corpus(tiny_dir), actor="before")
    before = _dump(fresh_db)
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
    assert _dump(fresh_db) == before
    _load_succeeds(fresh_db)


def test_a_load_that_fails_makes_no_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise MedquantError("the disk is full")

    monkeypatch.setattr("db.load.load_corpus", broken)
    assert front_door.main(["db", "load", "--db", str(tmp_path / "new.db")]) == 1
    assert list(tmp_path.iterdir()) == []
