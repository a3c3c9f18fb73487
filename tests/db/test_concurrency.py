"""Several writers at once: each waits for its turn, none is lost."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.errors import MedquantError
from db.session import open_database, place_of, reading, writing
from tests.databases import Databases

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
    path = place_of(seeded_db)
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
    place = place_of(seeded_db)
    with writing(open_database(place), actor="other", reason="at work"):
        done = medquant("db", "acknowledge", "as_printed", "*", "--reason", "x", "--db", place)
        said = {
            "sqlite": "database is locked",
            "postgresql": "canceling statement due to lock timeout",
        }[seeded_db.dialect.name]
        assert (done.code, done.out) == (1, "")
        assert done.err == (
            f"medquant: {place}: {said}; another program has been writing to it for over 0.05 s; "
            "close it or try again\n"
        )
        with pytest.raises(MedquantError, match=said), writing(open_database(place), actor="a", reason="b"):
            pass
    assert medquant("db", "status", "--db", place).code == 0


def test_a_read_sees_one_state_while_another_writes_between_its_queries(seeded_db: Engine) -> None:
    count = text("SELECT count(*) FROM study_groups")
    with reading(seeded_db) as connection:
        before = connection.execute(count).scalar()
        with writing(seeded_db, actor="a", reason="b") as other:
            other.execute(text("DELETE FROM study_groups"))
        assert connection.execute(count).scalar() == before
    with reading(seeded_db) as connection:
        assert connection.execute(count).scalar() == 0


def test_two_programs_that_make_the_tables_at_once_make_them_once(
    databases: Databases, tmp_path: Path
) -> None:
    address = databases.blank(tmp_path / "new.db")
    making = [
        subprocess.Popen(
            [sys.executable, "-m", "medquant", "db", "init", "--db", address],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]  # fmt: skip
    told = [maker.communicate() for maker in making]
    assert [maker.returncode for maker in making] == [0] * 3, told
    assert sum(b"made" in out for out, _ in told) == 1, told
