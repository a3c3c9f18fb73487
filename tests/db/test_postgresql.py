"""What PostgreSQL does its own way: the catalogue, the order of texts, moments, kept databases, and what it says."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from sqlalchemy import Connection, Engine, inspect, select, text

from db.errors import MedquantError
from db.export import export_files
from db.load import LoadResult
from db.models.tables import TRACKED, Base, History, Release
from db.schema import _config, context_of, latest_schema
from db.session import defining, open_database, place_of, reading, writing
from db.sql.collation import sort_by_character
from tests.databases import Databases, OnServer, outside

Medquant = Callable[..., Any]
OLD = Path(__file__).parent / "old"
KEPT = sorted(path.stem.removeprefix("schema_") for path in OLD.glob("schema_*.sql"))
pytestmark = pytest.mark.postgresql_only


def _shape(engine: Engine) -> dict[str, object]:
    """Return tables, columns, keys, indexes, rules and triggers as PostgreSQL has them."""
    catalogue = {
        "columns": "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, "
        "collation_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND table_name <> 'alembic_version'",
        "rules": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace AND conrelid <> 'alembic_version'::regclass",
        "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "triggers": "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal",
    }
    with reading(engine) as connection:
        return {name: sorted(map(str, connection.execute(text(ask)))) for name, ask in catalogue.items()}


def _kept(databases: Databases, tmp_path: Path, schema: str) -> tuple[str, str]:
    """Build a kept database as a file, and its rows on the server in the tables of that schema."""
    file, address = tmp_path / "kept.db", databases.blank(tmp_path)
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:
        raw.executescript((OLD / f"schema_{schema}.sql").read_text(encoding="utf-8"))
        with defining(open_database(address)) as connection:
            command.upgrade(_config(connection), schema)
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # rows in any order
            for name in sorted(set(inspect(connection).get_table_names()) - {"alembic_version"}):
                _copy_rows(raw, connection, name)
    return str(file), address


def _copy_rows(raw: sqlite3.Connection, connection: Connection, table: str) -> None:
    kinds = {column["name"]: column["type"].python_type for column in inspect(connection).get_columns(table)}
    found = raw.execute(f'SELECT * FROM "{table}"')  # noqa: S608
    names = [part[0] for part in found.description]
    places = ", ".join(f":{name}" for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    for row in found.fetchall():
        values = {
            name: bool(value) if kinds[name] is bool and value is not None else value
            for name, value in zip(names, row, strict=True)
        }
        connection.execute(text(f'INSERT INTO "{table}" ({columns}) VALUES ({places})'), values)  # noqa: S608
    if "id" in kinds and kinds["id"] is int and table != "change_context":
        ask = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 1)) FROM {table}"  # noqa: S608
        connection.execute(text(ask))


@pytest.mark.parametrize("schema", KEPT)
def test_a_kept_database_comes_along_with_every_row(
    databases: Databases, tmp_path: Path, fresh_db: Engine, medquant: Medquant, schema: str
) -> None:
    file, address = _kept(databases, tmp_path, schema)
    for place in (file, address):
        done = medquant("db", "upgrade", "--db", place)
        assert (done.code, done.out) == (
            0, f"{place}: schema {latest_schema()}, upgraded from {schema}\n"
        )  # fmt: skip
    engine = open_database(address)
    with reading(engine) as there, reading(open_database(file)) as here:
        assert compare_metadata(context_of(there), Base.metadata) == []
        assert export_files(there) == export_files(here)
        ids = select(History.id, History.table_name, History.row_key, History.old, History.new)
        assert there.execute(ids).all() == here.execute(ids).all()
    assert _shape(engine) == _shape(fresh_db)
    with writing(engine, actor="curator", reason="seen again") as connection:
        connection.execute(text("UPDATE records SET title = 'Another' WHERE record_id = 'r1'"))
    with reading(engine) as connection:
        last = connection.execute(select(History.__table__).order_by(History.id.desc()).limit(1)).one()
    assert (last.table_name, last.row_key, last.actor) == ("records", "r1", "curator")
    databases.drop(address)


def test_migrations_and_models_make_the_same_tables(
    fresh_db: Engine, databases: Databases, tmp_path: Path
) -> None:
    models = databases.blank(tmp_path)
    with defining(open_database(models)) as connection:
        command.stamp(_config(connection), "head")
        Base.metadata.create_all(connection)
        sort_by_character(connection)
    made, migrated = _shape(open_database(models)), _shape(fresh_db)
    for name in ("rules", "indexes"):
        assert _named(made[name]) == _named(migrated[name])
    databases.drop(models)


def _named(rows: object) -> list[str]:
    return [row for row in rows if "alembic" not in row]  # type: ignore[attr-defined]


def test_every_curated_table_has_its_triggers(fresh_db: Engine) -> None:
    with reading(fresh_db) as connection:
        there = set(connection.scalars(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")))
    wanted = {f"history_{model.__tablename__}{kind}" for model in TRACKED for kind in ("", "_truncate")}
    assert there == wanted | {"history_keep", "history_keep_truncate"}


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("TRUNCATE history", "history can only grow"),
        ("TRUNCATE acknowledgements", "TRUNCATE would leave no history; use DELETE"),
    ],
)
def test_no_table_is_emptied_past_the_history(seeded_db: Engine, statement: str, said: str) -> None:
    with pytest.raises(MedquantError, match=said), writing(seeded_db, actor="a", reason="b") as connection:
        connection.execute(text(statement))


def test_texts_sort_by_character_on_a_server_that_sorts_by_the_rules_of_english(fresh_db: Engine) -> None:
    words = ["a", "B", "A-1", "A1", "z", "É", "_", "10", "9"]
    with writing(fresh_db, actor="a", reason="b") as connection:
        for number, word in enumerate(words):
            values = {"code": word, "place": "*", "position": number}
            connection.execute(
                text("INSERT INTO acknowledgements VALUES (:code, :place, 'r', 'a', :position)"), values
            )
        order = text("SELECT code FROM acknowledgements ORDER BY code")
        assert list(connection.scalars(order)) == sorted(words)
        english = text("SELECT word FROM unnest(CAST(:words AS text[])) AS word ORDER BY word")
        assert list(connection.scalars(english, {"words": words})) != sorted(words)


def test_every_text_column_sorts_by_character(fresh_db: Engine) -> None:
    ask = text(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND "
        "data_type IN ('text', 'character varying') AND collation_name IS DISTINCT FROM 'C' "
        "AND table_name IN (SELECT tablename FROM pg_tables) AND table_name <> 'alembic_version'"
    )
    with reading(fresh_db) as connection:
        assert connection.execute(ask).all() == []


def test_moments_are_in_utc_wherever_the_server_stands(
    fresh_db: Engine, tiny_dir: Path, load: Callable[..., LoadResult]
) -> None:
    load(fresh_db, tiny_dir)
    with reading(fresh_db) as connection:
        loaded = connection.scalar(select(Release.loaded_at))
    assert loaded is not None
    assert str(loaded).endswith("+00:00")


def test_the_history_keeps_columns_in_order_and_numbers_as_they_are(seeded_db: Engine) -> None:
    with reading(seeded_db) as connection:
        row = connection.execute(
            text("SELECT CAST(new AS text) FROM history WHERE table_name = 'studies' LIMIT 1")
        ).scalar_one()
    assert list(json.loads(row)) == [column.name for column in Base.metadata.tables["studies"].columns]


@pytest.fixture
def other_server(databases: Databases) -> Iterator[OnServer]:
    """Give the server itself, for users and databases that are not medquant's."""
    assert isinstance(databases, OnServer)
    yield databases
    databases.server.say("DROP DATABASE IF EXISTS narrow")
    databases.server.say("DROP ROLE IF EXISTS reader")


def test_a_database_that_cannot_hold_every_text_is_refused(
    other_server: OnServer, medquant: Medquant
) -> None:
    other_server.server.say(
        "CREATE DATABASE narrow ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0"
    )
    address = other_server.server.url("narrow")
    done = medquant("db", "init", "--db", address)
    assert done.code == 1
    assert done.err == (
        f"medquant: {address} has the encoding LATIN1, which cannot hold every text; allowed: UTF8, as of a "
        "database that `createdb --encoding=UTF8 --template=template0` makes\n"
    )


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://medquant@127.0.0.1:1/x", "no server answers there; start it, or correct host and port in the address"),
        ("postgresql://medquant@/x?host=/nowhere", "no server answers there; start it, or correct host and port in the address"),
        ("postgresql://medquant@no-such-host.invalid/x?connect_timeout=2", "no machine has this name; correct the host in the address"),
    ],
)  # fmt: skip
def test_a_server_that_is_not_there_is_told(
    databases: Databases, medquant: Medquant, address: str, said: str
) -> None:
    done = medquant("db", "status", "--db", address)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.endswith(f"; {said}\n"), done.err


def test_a_database_or_a_user_that_is_not_there_is_told(other_server: OnServer, medquant: Medquant) -> None:
    nobody = medquant("db", "status", "--db", other_server.server.url("postgres", "nobody"))
    assert 'role "nobody" does not exist; check the user' in nobody.err
    nothing = medquant("db", "status", "--db", other_server.server.url("nothing"))
    assert 'database "nothing" does not exist; make it with createdb; then `medquant db load`' in nothing.err


def test_a_user_without_rights_is_told(other_server: OnServer, seeded_db: Engine, medquant: Medquant) -> None:
    other_server.server.say("CREATE ROLE reader LOGIN")
    address = other_server.server.url(str(seeded_db.url.database), "reader")
    done = medquant("db", "status", "--db", address)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "permission denied for table" in done.err
    assert "ask its owner for the right to read and write there (GRANT)" in done.err


def _wait_in_a_circle(connection: Connection, other: Any, held: str, wanted: str) -> None:
    connection.execute(text(wanted))
    other.send_query(wanted.encode())
    connection.execute(text(held))


def test_two_programs_that_wait_for_each_other_are_told_to_try_again(seeded_db: Engine) -> None:
    first = text("UPDATE records SET dedup_note = 'x' WHERE record_id = 'r001'")
    second = text("UPDATE records SET dedup_note = 'x' WHERE record_id = 'r002'")
    with outside(place_of(seeded_db)) as other:
        other.exec_driver_sql("SET deadlock_timeout = '10s'")  # the application is the one that finds it
        other.exec_driver_sql("BEGIN")
        other.execute(first)
        driver = other.connection.dbapi_connection
        assert driver is not None
        with (
            pytest.raises(MedquantError, match="deadlock detected; another program changed the same rows"),
            writing(seeded_db, actor="a", reason="b") as connection,
        ):
            _wait_in_a_circle(connection, driver.pgconn, first.text, second.text)
        while driver.pgconn.get_result():
            pass
        other.exec_driver_sql("ROLLBACK")


def test_a_nul_byte_is_told(seeded_db: Engine) -> None:
    with (
        pytest.raises(
            MedquantError, match=r"cannot contain NUL.*keeps no NUL bytes; take them out of the text"
        ),
        writing(seeded_db, actor="a", reason="b") as connection,
    ):
        connection.execute(text("UPDATE records SET dedup_note = :note"), {"note": "a\0b"})


def test_reading_writes_nothing(seeded_db: Engine) -> None:
    with pytest.raises(MedquantError, match="read-only transaction"), reading(seeded_db) as connection:
        connection.execute(text("DELETE FROM corrections"))
