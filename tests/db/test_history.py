"""History: every change of a curated row is kept, by whatever SQL it came, and can be taken back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from db.errors import MedquantError
from db.files import table_of
from db.history import HistoryEntry, changes_since_release, read_history, undo_change
from db.load import LoadResult
from db.models.tables import (
    TRACKED,
    Comparison,
    Environment,
    Extraction,
    ExtractionVote,
    History,
    Identified,
    Record,
    Run,
    Screening,
    Study,
)
from db.session import place_of, reading, writing
from db.vocabulary import RunState
from tests.databases import lift_rules, outside

Change = Callable[[Connection], object]
REPLACE = pytest.mark.sqlite_only("only SQLite knows INSERT OR REPLACE")


@pytest.fixture
def tiny_db(fresh_db: Engine, tiny_dir: Path, load: Callable[..., LoadResult]) -> Engine:
    """Open a database with the tiny corpus, which is change 1."""
    load(fresh_db, tiny_dir)
    return fresh_db


@pytest.fixture
def raw(tiny_db: Engine) -> Iterator[Connection]:
    """Open the database past the application."""
    with outside(place_of(tiny_db)) as connection:
        yield connection


def _entries(engine: Engine) -> list[HistoryEntry]:
    with reading(engine) as connection:
        return read_history(connection)


def _make(engine: Engine, *changes: Change) -> int:
    """Make one change in the application; return its number."""
    with writing(engine, actor="curator", reason="misread") as connection:
        for change in changes:
            change(connection)
    with reading(engine) as connection:
        return connection.scalar(select(func.max(History.change))) or 0


def _undo(engine: Engine, change: int) -> int:
    with writing(engine, actor="curator", reason=f"undo {change}") as connection:
        return undo_change(connection, change)


def _state(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with outside(place_of(engine)) as raw:
        return {
            table: sorted(map(tuple, raw.exec_driver_sql(f"SELECT * FROM {table}")), key=str)  # noqa: S608
            for table in (table_of(model).name for model in TRACKED)
        }


def retitle(connection: Connection) -> None:
    connection.execute(update(Record).where(Record.record_id == "r1").values(title="Uno"))


@pytest.mark.parametrize(
    ("statement", "action", "fields"),
    [
        ("UPDATE records SET title = 'Uno' WHERE record_id = 'r1'", "update", {"title": ("One", "Uno")}),
        ("UPDATE records SET year = NULL WHERE record_id = 'r1'", "update", {"year": (2024, None)}),
        ("DELETE FROM corrections", "delete", {"field": ("unit", None), "new": ("percent", None)}),
        (
            "INSERT INTO records (record_id, title, position) VALUES ('r9', 'Nine', 9)", "insert",
            {"title": (None, "Nine")},
        ),
        pytest.param(
            "INSERT OR REPLACE INTO records (record_id, title, year, position) VALUES ('r1', 'Uno', 2024, 1)",
            "update", {"title": ("One", "Uno")}, marks=REPLACE,
        ),
        (
            "INSERT INTO records (record_id, title, position) VALUES ('r1', 'x', 1) ON CONFLICT (record_id) DO UPDATE SET title = 'Uno'",
            "update", {"title": ("One", "Uno")},
        ),
    ],
)  # fmt: skip
def test_raw_sql_is_recorded_as_unknown(
    tiny_db: Engine,
    raw: Connection,
    statement: str,
    action: str,
    fields: dict[str, tuple[object, object]],
) -> None:
    raw.exec_driver_sql(statement)
    (entry,) = _entries(tiny_db)
    assert (entry.actor, entry.change, entry.reason, entry.action) == ("unknown", None, None, action)
    assert fields.items() <= entry.fields.items()


def test_a_renamed_row_ends_under_its_old_key_and_begins_under_its_new_one(
    tiny_db: Engine, raw: Connection
) -> None:
    raw.exec_driver_sql("UPDATE review_facts SET fact = 'new' WHERE 1 = 1")  # no rows: nothing is recorded
    lift_rules(raw)
    raw.exec_driver_sql("UPDATE searches SET query_id = 'q9'")
    assert [(entry.action, entry.key) for entry in _entries(tiny_db)] == [("delete", "q1"), ("insert", "q9")]


def test_every_table_of_the_evidence_and_of_the_runs_is_tracked() -> None:
    untracked = {"history", "change_context", "releases", "release_files", "accounts", "web_sessions"}
    assert {table_of(model).name for model in TRACKED} == set(Record.metadata.tables) - untracked


def test_a_change_of_the_application_says_who_why_and_which_change(tiny_db: Engine) -> None:
    number = _make(tiny_db, retitle)
    (entry,) = _entries(tiny_db)
    assert (entry.actor, entry.reason, entry.change, number) == ("curator", "misread", 2, 2)
    assert entry.as_dict()["fields"] == {"title": {"old": "One", "new": "Uno"}}


def test_rows_of_one_command_share_a_number_and_the_next_command_has_the_next(tiny_db: Engine) -> None:
    _make(tiny_db, retitle, lambda c: c.execute(update(Study).values(notes="seen")))
    _make(tiny_db, lambda c: c.execute(update(Study).values(notes="seen again")))
    assert [(entry.change, entry.table) for entry in _entries(tiny_db)] == [
        (2, "records"), (2, "studies"), (2, "studies"), (3, "studies"), (3, "studies")
    ]  # fmt: skip


def test_an_update_that_changes_nothing_writes_nothing(tiny_db: Engine, raw: Connection) -> None:
    _make(tiny_db, lambda c: c.execute(update(Record).values(title=Record.title, year=Record.year)))
    raw.exec_driver_sql("UPDATE comparisons SET change_value = change_value")
    assert _entries(tiny_db) == []


def test_a_change_that_fails_leaves_no_trace(tiny_db: Engine) -> None:
    def fail(_connection: Connection) -> None:
        raise RuntimeError

    before = _state(tiny_db)
    with pytest.raises(RuntimeError):
        _make(tiny_db, retitle, fail)
    assert _entries(tiny_db) == []
    assert _state(tiny_db) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history SET actor = 'nobody'",
        "DELETE FROM history",
        "DELETE FROM history WHERE id = 1",
        pytest.param("INSERT OR REPLACE INTO history SELECT * FROM history WHERE id = 1", marks=REPLACE),
    ],
)
def test_the_history_can_only_grow(raw: Connection, statement: str) -> None:
    before = raw.exec_driver_sql("SELECT * FROM history").fetchall()
    with pytest.raises(DBAPIError, match="history can only grow"):
        raw.exec_driver_sql(statement)
    assert raw.exec_driver_sql("SELECT * FROM history").fetchall() == before


def test_loads_are_left_out_unless_asked_for(tiny_db: Engine) -> None:
    _make(tiny_db, retitle)
    with reading(tiny_db) as connection:
        assert len(read_history(connection)) == 1
        assert len(read_history(connection, loads=True, table="records")) == 4
        assert [entry.action for entry in read_history(connection, loads=True, table="records", key="r1")] == [
            "insert", "update"
        ]  # fmt: skip
        assert [entry.key for entry in read_history(connection, loads=True, limit=2)][-1] == "r1"
        assert [entry.key for entry in changes_since_release(connection)] == ["r1"]


def test_a_table_without_history_is_refused_with_the_names_that_have_one(tiny_db: Engine) -> None:
    with (
        reading(tiny_db) as connection,
        pytest.raises(MedquantError, match="'recipes' has no history; allowed: ack"),
    ):
        read_history(connection, table="recipes")


def add_nine(connection: Connection) -> None:
    connection.execute(insert(Record).values(record_id="r9", title="Nine", position=9))
    connection.execute(insert(Screening).values(
        record_id="r9", reviewer="Ada", stage="title_abstract", decision="include", position=9))  # fmt: skip


def drop_three(connection: Connection) -> None:
    connection.execute(delete(Screening).where(Screening.record_id == "r3"))
    connection.execute(delete(Identified).where(Identified.record_id == "r3"))
    connection.execute(delete(Record).where(Record.record_id == "r3"))


def correct_numbers(connection: Connection) -> None:
    connection.execute(
        text("UPDATE comparisons SET change_kind = 'none', change_value = NULL, technique = NULL, n_test = 7")
    )


def change_one_row_twice(connection: Connection) -> None:
    retitle(connection)
    connection.execute(update(Record).where(Record.record_id == "r1").values(title="Eins", year=None))


def drop_votes(connection: Connection) -> None:
    connection.execute(delete(ExtractionVote))
    connection.execute(delete(Extraction))


def measure(connection: Connection) -> None:
    connection.execute(
        insert(Environment).values(environment_id="e", label="a machine", facts={"threads": [1, 2]})
    )
    connection.execute(
        insert(Run).values(run_id="u", case_id="c", state=RunState.PLANNED, environment_id="e")
    )
    connection.execute(insert(Comparison).values(
        comparison_id="m", origin="measured", run_id="u", arm="a", outcome="size", unit="MB", change_kind="none",
        bound="exact", control="clean", verification="unverified", position=1))  # fmt: skip


def forget_measures(connection: Connection) -> None:
    for model in (Comparison, Run, Environment):
        where = Comparison.origin == "measured" if model is Comparison else text("1 = 1")
        connection.execute(delete(model).where(where))


def rename_study(connection: Connection) -> None:
    connection.execute(text("UPDATE searches SET query_id = 'q0' WHERE query_id = 'q2'"))
    connection.execute(text("UPDATE review_facts SET fact = 'b' WHERE fact = 'a'"))


CHANGES: list[Change] = [
    retitle,
    add_nine,
    drop_three,
    correct_numbers,
    change_one_row_twice,
    drop_votes,
    measure,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_undo_gives_back_every_row_as_it_was_and_can_be_undone(tiny_db: Engine, change: Change) -> None:
    before = _state(tiny_db)
    number = _make(tiny_db, change)
    after = _state(tiny_db)
    assert after != before
    assert _undo(tiny_db, number) > 0
    assert _state(tiny_db) == before
    _undo(tiny_db, number + 1)
    assert _state(tiny_db) == after


def test_undo_gives_back_deleted_runs_with_their_facts_and_their_nothing(tiny_db: Engine) -> None:
    _make(tiny_db, measure)
    before = _state(tiny_db)
    _undo(tiny_db, _make(tiny_db, forget_measures))
    assert _state(tiny_db) == before
    with reading(tiny_db) as connection:
        assert connection.scalar(select(Environment.facts)) == {"threads": [1, 2]}


def test_undo_gives_back_a_renamed_row(tiny_db: Engine, raw: Connection) -> None:
    raw.exec_driver_sql("INSERT INTO review_facts VALUES ('a', 'b', NULL, 1)")
    before = _state(tiny_db)
    _undo(tiny_db, _make(tiny_db, rename_study))
    assert _state(tiny_db) == before


def test_undo_is_a_change_of_its_own(tiny_db: Engine) -> None:
    _undo(tiny_db, _make(tiny_db, retitle))
    assert [(e.change, e.reason, e.fields["title"]) for e in _entries(tiny_db)] == [
        (2, "misread", ("One", "Uno")),
        (3, "undo 2", ("Uno", "One")),
    ]


@pytest.mark.parametrize("later", ["UPDATE records SET title = 'Eins' WHERE record_id = 'r1'", "raw"])
def test_undo_is_refused_where_the_row_has_changed_since(
    tiny_db: Engine, raw: Connection, later: str
) -> None:
    number = _make(tiny_db, retitle, lambda c: c.execute(update(Study).values(notes="seen")))
    if later == "raw":
        raw.exec_driver_sql("UPDATE records SET year = 1999 WHERE record_id = 'r1'")
    else:
        _make(tiny_db, lambda c: c.execute(text(later)))
    before = _state(tiny_db)
    with pytest.raises(
        MedquantError, match=f"records r1 has changed since change {number}; undo the later change"
    ):
        _undo(tiny_db, number)
    assert _state(tiny_db) == before


def test_undo_of_a_load_and_of_nothing_is_refused(tiny_db: Engine) -> None:
    with pytest.raises(MedquantError, match="change 1 is a load, which cannot be undone"):
        _undo(tiny_db, 1)
    with pytest.raises(
        MedquantError, match="there is no change 99; `medquant db history` prints the numbers"
    ):
        _undo(tiny_db, 99)
