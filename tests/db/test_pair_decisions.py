"""Decisions on pairs of hits load, export and load again as the same bytes; a wrong row is told, an old database comes along."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.corpus import read_corpus
from db.errors import DataError
from db.export import export_files
from db.load import LoadResult
from db.schema import upgrade_schema
from db.session import open_database, place_of, reading, writing

HEADER = "theme_a,raw_record_id_a,theme_b,raw_record_id_b,decision,decided_by,decided_on,reason\n"
ROWS = 'A,A1,A,A2,different,Ada,2026-01-31,"other data, other year"\nB,B1,A,A3,same,Grace,2026-02-01,seen\n'
OLD = Path(__file__).parent / "old" / "schema_0005.sql"
Load = Callable[..., LoadResult]


def test_a_file_of_decisions_comes_back_as_it_was(fresh_db: Engine, tiny_dir: Path, load: Load) -> None:
    (tiny_dir / "pair_decisions.csv").write_text(HEADER + ROWS, encoding="utf-8")
    load(fresh_db, tiny_dir)
    with reading(fresh_db) as connection:
        assert export_files(connection)["pair_decisions.csv"].decode() == HEADER + ROWS
    assert load(fresh_db, tiny_dir).changed == 0


def test_a_corpus_without_decisions_exports_no_file(fresh_db: Engine, tiny_dir: Path, load: Load) -> None:
    load(fresh_db, tiny_dir)
    with reading(fresh_db) as connection:
        assert "pair_decisions.csv" not in export_files(connection)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("A,A1,A,A9,same,Ada,2026-01-31,x", "row 2, column theme_b, raw_record_id_b: 'A|A9' is no theme, raw_record_id of identified.csv"),
        ("A,A1,A,A1,same,Ada,2026-01-31,x", "row 2, column raw_record_id_b: 'A1' is paired with itself"),
        ("A,A1,A,A2,perhaps,Ada,2026-01-31,x", "row 2, column decision: 'perhaps' is not allowed; allowed: same, different"),
        ("A,A1,A,A2,same,Ada,yesterday,x", "row 2, column decided_on: 'yesterday' is not a date"),
        ("A,A1,A,A2,same,Ada,2026-01-31,", "row 2, column reason: the cell is empty"),
        ("A,A1,A,A2,same,Ada,2026-01-31,x\nA,A2,A,A1,different,Ada,2026-01-31,x", "row 3, column raw_record_id_b: the pair stands here for the second time (first in row 2)"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_told(tiny_dir: Path, row: str, told: str) -> None:
    (tiny_dir / "pair_decisions.csv").write_text(f"{HEADER}{row}\n", encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_corpus(tiny_dir)
    assert f"pair_decisions.csv, {told}" in str(error.value)


@pytest.fixture
def old_db(tmp_path: Path) -> Path:
    """Build the kept database of schema 0005."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.executescript(OLD.read_text(encoding="utf-8"))
    return path


def test_a_database_of_schema_0005_comes_along(
    old_db: Path, tiny_dir: Path, medquant: Callable[..., Any]
) -> None:
    def ask(query: str) -> list[Any]:
        with closing(sqlite3.connect(old_db)) as raw:
            return raw.execute(query).fetchall()

    columns = ", ".join(f'"{row[1]}"' for row in ask("PRAGMA table_info(comparisons)"))
    comparisons = f"SELECT {columns} FROM comparisons"  # noqa: S608 - columns that came later stand behind
    before = ask("SELECT * FROM history"), ask("SELECT * FROM identified"), ask(comparisons)
    assert medquant("db", "upgrade", "--db", old_db).code == 0
    assert (
        ask("SELECT * FROM history"),
        ask("SELECT * FROM identified"),
        ask(comparisons),
    ) == before
    engine = open_database(str(old_db))
    with writing(engine, actor="curator", reason="looked") as connection:
        connection.execute(
            text(
                "INSERT INTO pair_decisions VALUES ('A', 'A1', 'B', 'B1', 'same', 'Ada', '2026-01-31', 'x', 1)"
            )
        )
    assert ask("SELECT change, table_name, row_key, actor FROM history ORDER BY id DESC LIMIT 1") == [
        (3, "pair_decisions", "A|A1|B|B1", "curator")
    ]


@pytest.mark.sqlite_only("reads SQLite's own catalogue; test_postgresql.py asks the same of PostgreSQL")
def test_an_upgraded_database_is_as_a_new_one(old_db: Path, fresh_db: Engine) -> None:
    upgrade_schema(open_database(str(old_db)))

    def columns(path: str) -> list[Any]:
        with closing(sqlite3.connect(path)) as raw:
            return raw.execute("SELECT * FROM pragma_table_info('pair_decisions')").fetchall()

    assert columns(str(old_db)) == columns(place_of(fresh_db))
