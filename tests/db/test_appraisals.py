"""Appraisals as rows: in and out of files byte for byte, checked, upgraded into old databases."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.check import check_database
from db.corpus import read_corpus
from db.errors import DataError
from db.export import export_files
from db.load import LoadResult
from db.schema import latest_schema, upgrade_schema
from db.session import open_database, reading

HEADER = "study_id,comparison_id,tool,tool_version,item,appraiser,answer,judgement,applicability,reason,locator,judged_on\n"
ROWS = (
    "s1,,qv,1.0,data.same_images,Ada,probably_yes,,,the same test set,section 3,2026-01-31\n"
    "s1,,qv,1.0,data,Ada,,low,high,two arms alike,,2026-01-31\n"
    "s1,,qv,1.0,data,Grace,,unclear,,calibration not told,,2026-02-01\n"
    "s1,,qv,1.0,data,consensus,,unclear,high,agreed,,2026-02-02\n"
    "s1,s1-01,quadas3,1.0,overall,Ada,,high,,cases against healthy people,,2026-01-31\n"
)
Load = Callable[..., LoadResult]


def _codes(engine: Engine) -> set[tuple[str, str]]:
    with reading(engine) as connection:
        return {(f.code, f.severity.value) for f in check_database(connection) if "appraisal" in f.where}


def test_appraisals_come_back_byte_for_byte(fresh_db: Engine, tiny_dir: Path, load: Load) -> None:
    (tiny_dir / "appraisals.csv").write_text(HEADER + ROWS)
    load(fresh_db, tiny_dir)
    with reading(fresh_db) as connection:
        assert export_files(connection)["appraisals.csv"].decode() == HEADER + ROWS
        found = connection.execute(text("SELECT DISTINCT target FROM appraisals ORDER BY 1")).scalars().all()
    assert found == ["s1", "s1-01"]
    assert load(fresh_db, tiny_dir).changed == 0


def test_a_corpus_without_appraisals_exports_none(fresh_db: Engine, tiny_dir: Path, load: Load) -> None:
    load(fresh_db, tiny_dir)
    with reading(fresh_db) as connection:
        assert "appraisals.csv" not in export_files(connection)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("s1,,qv,1.0,data,Ada,yes,low,,both,,2026-01-31", "row 2, column answer: the row is an answer and a judgement"),
        ("s1,,qv,1.0,data,Ada,,,,none,,2026-01-31", "row 2, column answer: the row is neither"),
        ("s9,,qv,1.0,data,Ada,,low,,why,,2026-01-31", "row 2, column study_id: 's9' is no study_id of studies.csv"),
        ("s1,x,qv,1.0,data,Ada,,low,,why,,2026-01-31", "row 2, column comparison_id: 'x' is no comparison_id"),
        ("s1,,qv,1.0,data,Ada,,medium,,why,,2026-01-31", "row 2, column judgement: 'medium' is not allowed; allowed: low, high"),
        ("s1,,qv,1.0,data,Ada,,low,,,,2026-01-31", "row 2, column reason: the cell is empty"),
    ],
)  # fmt: skip
def test_a_row_that_says_nothing_or_too_much_is_refused_with_its_place(
    tiny_dir: Path, row: str, said: str
) -> None:
    (tiny_dir / "appraisals.csv").write_text(f"{HEADER}{row}\n")
    with pytest.raises(DataError) as caught:
        read_corpus(tiny_dir)
    assert f"appraisals.csv, {said}" in str(caught.value)


def test_the_same_judgement_twice_is_refused(tiny_dir: Path) -> None:
    row = "s1,,qv,1.0,data,Ada,,low,,why,,2026-01-31\n"
    (tiny_dir / "appraisals.csv").write_text(HEADER + row + row)
    with pytest.raises(DataError, match=r"row 3.*second time"):
        read_corpus(tiny_dir)


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        (ROWS, set()),
        ("s2,s1-01,qv,1.0,data,Ada,,low,,why,,2026-01-31\n", {("appraisal_study", "error")}),
        ("s1,,qv,1.0,data,consensus,,low,,why,,2026-01-31\n", {("appraisal_consensus", "warning")}),
        (
            "s1,,qv,1.0,data,Ada,,low,,why,,2026-01-31\ns1,,qv,1.0,data,Grace,,high,,why,,2026-01-31\n",
            {("appraisal_conflict", "warning")},
        ),
        (
            "s1,,qv,1.0,data,Ada,,low,,why,,2026-01-31\ns1,,qv,1.0,data,Grace,,low,high,why,,2026-01-31\n",
            set(),
        ),
    ],
)
def test_check_finds_what_no_constraint_can(
    fresh_db: Engine, tiny_dir: Path, load: Load, rows: str, codes: set[tuple[str, str]]
) -> None:
    (tiny_dir / "appraisals.csv").write_text(HEADER + rows)
    load(fresh_db, tiny_dir)
    assert _codes(fresh_db) == codes


def test_a_kept_database_of_schema_0005_gets_the_table_and_keeps_its_rows(tmp_path: Path) -> None:
    kept = Path(__file__).parent / "old" / "schema_0005.sql"
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.executescript(kept.read_text(encoding="utf-8"))
    with closing(sqlite3.connect(path)) as raw:
        before: Any = raw.execute("SELECT * FROM comparisons").fetchall()
    assert upgrade_schema(open_database(str(path))) == ("0005", latest_schema())
    with closing(sqlite3.connect(path)) as raw:
        after = raw.execute("SELECT * FROM comparisons").fetchall()
        assert [row[: len(before[0])] for row in after] == before  # columns that came later stand behind
        assert raw.execute("SELECT count(*) FROM appraisals").fetchone() == (0,)
