"""A kept database of schema 0007 comes along with every row and its history, and is then as a new one."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db.export import export_files
from db.schema import latest_schema, upgrade_schema
from db.session import open_database, reading

KEPT = Path(__file__).parent / "old" / "schema_0007.sql"


@pytest.fixture
def old_db(tmp_path: Path) -> Path:
    """Build the kept database of schema 0007."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.executescript(KEPT.read_text(encoding="utf-8"))
    return path


def ask(path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute(query).fetchall()


def test_every_row_and_the_history_come_along(old_db: Path) -> None:
    tables = [name for (name,) in ask(old_db, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    kept = sorted(set(tables) - {"alembic_version", "sqlite_sequence"})
    columns = {
        name: ", ".join(f'"{row[1]}"' for row in ask(old_db, f"PRAGMA table_info({name})")) for name in kept
    }
    before = {name: ask(old_db, f"SELECT {columns[name]} FROM {name}") for name in kept}  # noqa: S608
    assert len(before["pair_decisions"]) == len(before["appraisals"]) == 1
    assert upgrade_schema(open_database(str(old_db))) == ("0007", latest_schema())
    assert {name: ask(old_db, f"SELECT {columns[name]} FROM {name}") for name in kept} == before  # noqa: S608
    for name in ("unread_entries", "reviewers", "review_settings"):
        assert ask(old_db, f"SELECT count(*) FROM {name}") == [(0,)]  # noqa: S608


@pytest.mark.sqlite_only("reads SQLite's own catalogue; test_postgresql.py asks the same of PostgreSQL")
def test_an_upgraded_database_is_as_a_new_one(old_db: Path, fresh_db: Engine) -> None:
    upgrade_schema(open_database(str(old_db)))

    def shape(path: str) -> dict[str, list[Any]]:
        names = [
            name
            for (name,) in ask(Path(path), "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        ]
        return {
            name: sorted(row[1:] for row in ask(Path(path), f"PRAGMA table_info({name})")) for name in names
        }

    triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    new = str(fresh_db.url.database)
    assert ask(old_db, triggers) == ask(Path(new), triggers)
    assert shape(str(old_db)) == shape(new)


def test_its_files_say_the_same_as_before(old_db: Path) -> None:
    upgrade_schema(open_database(str(old_db)))
    with reading(open_database(str(old_db))) as connection:
        files = export_files(connection)
    assert {"pair_decisions.csv", "appraisals.csv", "records.csv"} <= set(files)
    assert not {"unread_entries.csv", "reviewers.csv", "review_settings.csv"} & set(files)
    assert b"abstract" not in files["records.csv"]
    assert b"verified_by" not in files["comparisons.csv"] + files["study_values.csv"]


def test_a_change_from_before_can_still_be_taken_back(old_db: Path, medquant: Callable[..., Any]) -> None:
    upgrade_schema(open_database(str(old_db)))
    for change in ("3", "2"):
        assert medquant("review", "undo", change, "--reason", "no", "--db", old_db).code == 0
    assert ask(old_db, "SELECT verification FROM comparisons WHERE comparison_id = 's1-01'") == [
        ("not_seen_again",)
    ]
    assert ask(old_db, "SELECT count(*) FROM appraisals") == [(0,)]
