"""Several writers at once: each waits for its turn, none is lost."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.errors import MedquantError
from db.session import open_database, reading, writing

WRITER = """
import sys
from sqlalchemy import text
from db.session import open_database, writing
engine = open_database(sys.argv[1])
for number in range(3):
    with writing(engine, actor=sys.argv[2], reason="race") as connection:
        connection.execute(text("UPDATE records SET dedup_note = :who WHERE record_id = 'r001'"),
                           {"who": f"{sys.argv[2]} {number}"})
"""


def _changes(engine: Engine) -> list[tuple[int, str]]:
    with reading(engine) as connection:
        rows = connection.execute(
            text("SELECT change, actor FROM history WHERE change > 1 ORDER BY id")
        ).all()
    return [(row[0], row[1]) for row in rows]


def test_eight_processes_write_at_once_and_none_is_lost(seeded_db: Engine) -> None:
    path = str(seeded_db.url.database)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, path, f"writer {n}"], stderr=subprocess.PIPE)
        for n in range(8)
    ]
    told = [writer.communicate()[1].decode() for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 8, told
    changes = _changes(seeded_db)
    assert [number for number, _ in changes] == list(range(2, 26))
    assert sorted({actor for _, actor in changes}) == [f"writer {n}" for n in range(8)]


def test_eight_threads_write_at_once_and_none_is_lost(seeded_db: Engine) -> None:
    def work(number: int) -> None:
        with writing(seeded_db, actor=f"thread {number}", reason="race") as connection:
            connection.execute(
                text("UPDATE records SET dedup_note = :who WHERE record_id = 'r002'"), {"who": str(number)}
            )

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [number for number, _ in _changes(seeded_db)] == list(range(2, 10))


def test_readers_see_the_state_before_while_another_writes(seeded_db: Engine) -> None:
    with writing(seeded_db, actor="a", reason="b") as connection:
        connection.execute(text("DELETE FROM study_groups"))
        with reading(seeded_db) as other:
            assert other.execute(text("SELECT count(*) FROM study_groups")).scalar() == 4


def test_a_writer_that_waits_too_long_is_told_so(
    seeded_db: Engine, monkeypatch: pytest.MonkeyPatch, medquant: Callable[..., Any]
) -> None:
    monkeypatch.setattr("db.session.BUSY_SECONDS", 0.05)
    path = str(seeded_db.url.database)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = medquant("db", "acknowledge", "as_printed", "*", "--reason", "x", "--db", path)
        assert (done.code, done.out) == (1, "")
        assert done.err == (
            f"medquant: {path}: database is locked; another program has been writing to it for over 0.05 s; "
            "close it or try again\n"
        )
        with pytest.raises(MedquantError, match="database is locked"), writing(
            open_database(path), actor="a", reason="b"
        ):  # fmt: skip
            pass
        other.execute("ROLLBACK")
    assert medquant("db", "status", "--db", path).code == 0
