"""Every constraint holds against raw SQL: each is violated here, and a new one without its violation fails."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Enum,
    Float,
    Integer,
    Table,
    func,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError, StatementError

from db.models.base import Exact
from db.models.tables import Base
from db.session import writing
from tests.databases import Databases, outside

Row = dict[str, object]
TABLES = [*Base.metadata.sorted_tables]
COLUMNS = [column for table in TABLES for column in table.columns]
SPECIAL: dict[str, Row] = {
    "appraisals": {"answer": None},
    "comparisons": {"origin": "reported", "run_id": None, "change_kind": "difference"},
    "history": {"id": 7},
    "pair_decisions": {"raw_record_id_b": "y"},
}
SECOND_HIT: Row = {"raw_record_id": "y"}
VIOLATIONS: dict[str, list[Row]] = {
    "ck_appraisals_target": [
        {"target": "y"},
        {"comparison_id": "y"},
        {"comparison_id": None, "study_id": "y"},
    ],
    "ck_appraisals_answer_or_judgement": [{"answer": "yes"}, {"judgement": None, "applicability": None}],
    "ck_comparisons_origin_has_its_source": [
        {"study_id": None},
        {"run_id": "x"},
        {"origin": "measured"},
        {"origin": "measured", "run_id": "x"},
        {"origin": "measured", "study_id": None},
    ],
    "ck_comparisons_change_kind_has_its_value": [{"change_kind": "none"}, {"change_value": None}],
    "ck_comparisons_n_test_positive": [{"n_test": 0}, {"n_test": -1}],
    "ck_comparisons_discordant_counts": [{"discordant_gained": -1}, {"discordant_lost": -1}],
    "ck_records_year": [{"year": 1899}, {"year": 2101}],
    "ck_studies_year": [{"year": 1899}, {"year": 2101}],
    "ck_runs_failed_says_why": [{"state": "failed", "error": None}],
    "ck_runs_done_has_an_end": [{"state": "done", "finished_at": None}],
    "ck_claims_published_value_has_its_tolerance": [{"tolerance": None}, {"comparison_id": None}],
    "ck_claims_tolerance_positive": [{"tolerance": 0}, {"tolerance": -0.5}],
    "ck_change_context_one_row": [{"id": 2}],
    "ck_pair_decisions_two_hits": [{"raw_record_id_b": "x"}],
}
CHECK = "CHECK constraint failed|violates check constraint"
NO_NUMBERS = [
    "1e5",
    "abc",
    "--1",
    "",
    "-",
    "1.",
    ".5",
    "-.5",
    "1,5",
    "1.2.3",
    "1-2",
    "NaN",
    "inf",
    " 1",
    "+1",
]


def _value(column: Column[Any]) -> object:
    """Return a value that the column accepts; texts are all `x`, so that every key finds its parent."""
    match column.type:
        case Enum():
            return column.type.enums[0]
        case Exact():
            return "1.50"
        case Integer():
            return 2000 if column.name == "year" else 1
        case Date():
            return "2026-01-31"
        case DateTime():
            return "2026-01-31 10:00:00.000000"
        case JSON():
            return "{}"
        case Float():
            return 1.5
        case Boolean():
            return True
        case _:
            return "x"


def _row(table: Table, **changes: object) -> Row:
    return {c.name: _value(c) for c in table.columns} | SPECIAL.get(table.name, {}) | changes


def _insert(raw: Connection, table: Table, row: Row) -> None:
    names, places = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
    insert = text(f'INSERT INTO "{table.name}" ({names}) VALUES ({places})')  # noqa: S608
    raw.exec_driver_sql("SAVEPOINT before_it")
    try:
        raw.execute(insert, row)
    except IntegrityError:
        raw.exec_driver_sql("ROLLBACK TO before_it")
        raise
    finally:
        raw.exec_driver_sql("RELEASE before_it")


def _of(name: str) -> Table:
    return max((t for t in TABLES if name.startswith(f"ck_{t.name}_")), key=lambda t: len(t.name))


@pytest.fixture(scope="module")
def shared(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make one database for all tests of this file."""
    return databases.copy(databases.empty, tmp_path_factory.mktemp("models") / "models.db")


@pytest.fixture
def raw(databases: Databases, shared: str, tmp_path: Path) -> Iterator[Connection]:
    """Open an empty database past the application, foreign keys off as SQLite has them by default."""
    address = databases.copy(shared, tmp_path / "raw.db") if "://" not in shared else shared
    with outside(address) as connection:
        if connection.dialect.name == "postgresql":  # where a copy takes longer than a test
            connection.exec_driver_sql("BEGIN")
        _watch_keys(connection, on=False)
        yield connection
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ROLLBACK")


def _watch_keys(raw: Connection, *, on: bool) -> None:
    if raw.dialect.name == "sqlite":
        raw.exec_driver_sql(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")
    else:  # a replica trusts its source: neither foreign keys nor our triggers fire
        raw.exec_driver_sql(f"SET session_replication_role = {'origin' if on else 'replica'}")


@pytest.fixture
def full(raw: Connection) -> Connection:
    """Give every table one row, and let foreign keys be watched."""
    for table in TABLES:
        _insert(raw, table, _row(table))
    _insert(raw, Base.metadata.tables["identified"], _row(Base.metadata.tables["identified"], **SECOND_HIT))
    _watch_keys(raw, on=True)
    return raw


def test_one_sound_row_of_each_table_is_accepted(full: Connection) -> None:
    for table in TABLES:
        assert full.scalar(select(func.count()).select_from(table)), table.name
    if full.dialect.name == "sqlite":
        assert full.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("column", [c for c in COLUMNS if isinstance(c.type, Enum)], ids=str)
@pytest.mark.parametrize("stranger", ["stranger", "", "YES"])
def test_a_code_outside_a_closed_vocabulary_is_refused(
    raw: Connection, column: Column[Any], stranger: str
) -> None:
    with pytest.raises(IntegrityError, match=CHECK):
        _insert(raw, column.table, _row(column.table, **{column.name: stranger}))


@pytest.mark.parametrize("column", [c for c in COLUMNS if isinstance(c.type, Enum)], ids=str)
def test_sqlalchemy_refuses_an_unknown_code_before_the_database_does(
    fresh_db: Engine, column: Column[Any]
) -> None:
    with (
        writing(fresh_db, actor="a", reason="b") as connection,
        pytest.raises(StatementError, match="is not among the defined enum values"),
    ):
        connection.execute(update(column.table).values({column.name: "stranger"}))


@pytest.mark.parametrize("column", [c for c in COLUMNS if isinstance(c.type, Exact)], ids=str)
def test_what_is_no_plain_number_is_refused(raw: Connection, column: Column[Any]) -> None:
    for printed in NO_NUMBERS:
        with pytest.raises(IntegrityError, match=f"{column.name}_number"):
            _insert(raw, column.table, _row(column.table, **{column.name: printed}))
    for printed in ("0", "-0.50", "82.20", "1234567890.123456789"):
        raw.execute(column.table.delete())
        _insert(raw, column.table, _row(column.table, **{column.name: printed}))


@pytest.mark.parametrize(
    ("name", "change"),
    [(name, change) for name, changes in VIOLATIONS.items() for change in changes],
    ids=str,
)
def test_a_rule_is_kept_by_its_check(raw: Connection, name: str, change: Row) -> None:
    with pytest.raises(
        IntegrityError, match=f"(CHECK constraint failed: |violates check constraint .){name}"
    ):
        _insert(raw, _of(name), _row(_of(name), **change))


def test_every_check_of_the_database_is_violated_above(raw: Connection) -> None:
    if raw.dialect.name == "sqlite":
        rows = raw.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'table'")
        there = {name for (sql,) in rows for name in re.findall(r"CONSTRAINT \"?(\w+)\"? CHECK", sql)}
    else:
        rows = raw.exec_driver_sql(
            "SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
        )
        there = {name for (name,) in rows}
    enums = {f"ck_{c.table.name}_{c.type.name}" for c in COLUMNS if isinstance(c.type, Enum)}
    numbers = {f"ck_{c.table.name}_{c.name}_number" for c in COLUMNS if isinstance(c.type, Exact)}
    assert there == enums | numbers | set(VIOLATIONS)


@pytest.mark.parametrize(
    "column",
    # SQLite numbers a lone integer key itself where it is NULL: none is ever stored
    [c for c in COLUMNS if not c.nullable and not (c.primary_key and isinstance(c.type, Integer))],
    ids=str,
)
def test_a_needed_value_cannot_be_null(raw: Connection, column: Column[Any]) -> None:
    with pytest.raises(
        IntegrityError,
        match=f"NOT NULL constraint failed: {column.table.name}|{column.table.name}. violates not-null",
    ):
        _insert(raw, column.table, _row(column.table, **{column.name: None}))


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_a_key_stands_once(full: Connection, table: Table) -> None:
    with pytest.raises(
        IntegrityError, match=r"UNIQUE constraint failed|history can only grow|violates unique constraint"
    ):
        _insert(full, table, _row(table))


FOREIGN_KEYS = [
    (table, element.parent.name, element.column.table)
    for table in TABLES
    for constraint in sorted(table.foreign_key_constraints, key=lambda one: str(one.name))
    for element in constraint.elements
]


@pytest.mark.parametrize(("table", "column", "parent"), FOREIGN_KEYS, ids=str)
def test_a_child_needs_its_parent(full: Connection, table: Table, column: str, parent: Table) -> None:
    also = {
        ("comparisons", "run_id"): ", origin = 'measured', study_id = NULL",
        ("appraisals", "comparison_id"): ", target = '999'",
    }.get((table.name, column), "")
    with pytest.raises(
        IntegrityError, match=r"FOREIGN KEY constraint failed|violates foreign key constraint"
    ):
        full.exec_driver_sql(f"UPDATE {table.name} SET {column} = '999'{also}")  # noqa: S608


@pytest.mark.parametrize("parent", sorted({parent.name for _, _, parent in FOREIGN_KEYS} - {"runs"}))
def test_a_parent_stays_while_it_has_children(full: Connection, parent: str) -> None:
    with pytest.raises(
        IntegrityError, match=r"FOREIGN KEY constraint failed|violates foreign key constraint"
    ):
        full.exec_driver_sql(f"DELETE FROM {parent}")  # noqa: S608


@pytest.mark.sqlite_only("PostgreSQL watches them always")
def test_foreign_keys_are_watched_on_every_connection_of_ours(fresh_db: Engine) -> None:
    with writing(fresh_db, actor="a", reason="b") as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
