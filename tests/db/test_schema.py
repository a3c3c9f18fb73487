"""The schema: migrations give what the models say, old databases come along, strangers stay untouched."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from sqlalchemy import Engine, create_engine, text

from db.errors import MedquantError
from db.load import LoadResult
from db.models.tables import TRACKED, Base
from db.schema import context_of, latest_schema, require_schema, schema_of, upgrade_schema
from db.session import open_database, reading, writing

OLD = Path(__file__).parent / "old" / "schema_0001.sql"
Medquant = Callable[..., Any]


@pytest.fixture
def old_db(tmp_path: Path) -> Path:
    """Build the kept database of schema 0001."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.executescript(OLD.read_text(encoding="utf-8"))
    return path


def _ask(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute(query).fetchall()


def _ddl(engine: Engine, kinds: str = "'table', 'index'") -> dict[str, str]:
    """Return the statements that made tables and indexes; order, spaces and quotes of a table's parts aside."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(f"SELECT name, sql FROM sqlite_master WHERE type IN ({kinds}) AND sql IS NOT NULL")  # noqa: S608
        ).all()
    engine.dispose()
    return {
        name: " ".join(sorted(part.strip(" ,") for part in _parts(re.sub(r'[`"]|[ \t]+', " ", sql))))
        for name, sql in rows
        if name not in ("alembic_version", "sqlite_sequence")
    }


def _parts(sql: str) -> list[str]:
    """Split a statement at its lines, and at the commas before columns that were added to the table later."""
    return re.split(r"\n|, (?![^()]*\))", sql)


def _plain(ddl: dict[str, str]) -> dict[str, str]:
    return {name: re.sub(r"[\s,]+", " ", sql) for name, sql in ddl.items()}


def test_migrations_and_models_agree_as_alembic_sees_them(fresh_db: Engine) -> None:
    with reading(fresh_db) as connection:
        assert compare_metadata(context_of(connection), Base.metadata) == []


@pytest.mark.sqlite_only("reads SQLite's own catalogue; test_postgresql.py asks the same of PostgreSQL")
def test_migrations_and_models_make_the_same_statements(fresh_db: Engine, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'models.db'}")
    Base.metadata.create_all(engine)
    assert _plain(_ddl(fresh_db)) == _plain(_ddl(engine))


@pytest.mark.sqlite_only("reads SQLite's own catalogue; test_postgresql.py asks the same of PostgreSQL")
def test_every_curated_table_has_its_triggers(fresh_db: Engine) -> None:
    triggers = set(_ddl(fresh_db, "'trigger'"))
    wanted = {
        f"history_{model.__tablename__}_{what}"
        for model in TRACKED
        for what in ("insert", "update", "rename", "delete")
    }
    assert triggers == wanted | {"history_keep_update", "history_keep_delete", "history_keep_replace"}


def test_the_view_shows_printed_numbers_as_real_numbers(
    fresh_db: Engine, tiny_dir: Path, load: Callable[..., LoadResult]
) -> None:
    load(fresh_db, tiny_dir)
    with reading(fresh_db) as connection:
        row = connection.execute(text("SELECT baseline_value, change_value FROM comparison_numbers")).first()
    assert row is not None
    assert tuple(row) == (91.5, -0.5)


def test_an_old_database_keeps_its_rows_and_its_history(old_db: Path, medquant: Medquant) -> None:
    tables = [name for (name,) in _ask(old_db, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    kept = sorted(set(tables) - {"alembic_version", "releases", "sqlite_sequence"})
    columns = {name: ", ".join(row[1] for row in _ask(old_db, f"PRAGMA table_info({name})")) for name in kept}
    before = {name: _ask(old_db, f"SELECT {columns[name]} FROM {name}") for name in kept}  # noqa: S608
    assert len(before["history"]) == 24
    done = medquant("db", "upgrade", "--db", old_db)
    assert (done.code, done.out) == (0, f"{old_db}: schema {latest_schema()}, upgraded from 0001\n")
    assert {name: _ask(old_db, f"SELECT {columns[name]} FROM {name}") for name in kept} == before  # noqa: S608
    assert _ask(old_db, "SELECT count(*) FROM acknowledgements") == [(0,)]


@pytest.mark.sqlite_only("reads SQLite's own catalogue; test_postgresql.py asks the same of PostgreSQL")
def test_an_upgraded_database_is_as_a_new_one(old_db: Path, fresh_db: Engine) -> None:
    engine = open_database(str(old_db))
    upgrade_schema(engine)
    for kinds in ("'table', 'index'", "'trigger'", "'view'"):
        assert _plain(_ddl(engine, kinds)) == _plain(_ddl(fresh_db, kinds))


def test_what_an_old_release_said_of_itself_is_kept(old_db: Path, medquant: Medquant, tmp_path: Path) -> None:
    medquant("db", "upgrade", "--db", old_db)
    assert medquant("db", "export", tmp_path / "out", "--db", old_db).code == 0
    assert (tmp_path / "out" / "corpus.toml").read_text() == (
        'release = "2025.1"\ntitle = "An old corpus"\nlicence = "CC BY 4.0"\n'
    )


def test_triggers_work_after_an_upgrade(old_db: Path) -> None:
    engine = open_database(str(old_db))
    upgrade_schema(engine)
    with writing(engine, actor="curator", reason="seen again") as connection:
        connection.execute(text("UPDATE records SET year = 2018 WHERE record_id = 'r1'"))
        connection.execute(text("INSERT INTO acknowledgements VALUES ('a', 'b', 'c', 'd', 1)"))
    assert _ask(
        old_db, "SELECT change, table_name, action, actor FROM history WHERE id > 24 ORDER BY id"
    ) == [
        (3, "records", "update", "curator"),
        (3, "acknowledgements", "insert", "curator"),
    ]


def test_an_upgrade_is_no_change_in_the_history(old_db: Path) -> None:
    upgrade_schema(open_database(str(old_db)))
    assert _ask(old_db, "SELECT max(id) FROM history") == [(24,)]


def test_upgrading_twice_is_upgrading_once(old_db: Path, medquant: Medquant) -> None:
    medquant("db", "upgrade", "--db", old_db)
    assert (
        medquant("db", "upgrade", "--db", old_db).out == f"{old_db}: schema {latest_schema()} is up to date\n"
    )


def test_an_upgrade_that_fails_leaves_the_old_database(old_db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _ask(old_db, "SELECT name, sql FROM sqlite_master ORDER BY name")

    def broken(_connection: object) -> None:
        raise MedquantError("broken")

    monkeypatch.setattr("db.schema.create_triggers", broken)
    with pytest.raises(MedquantError, match="broken"):
        upgrade_schema(open_database(str(old_db)))
    assert _ask(old_db, "SELECT name, sql FROM sqlite_master ORDER BY name") == before
    assert _ask(old_db, "SELECT version_num FROM alembic_version") == [("0001",)]


def test_an_orphan_stops_an_upgrade(old_db: Path, medquant: Medquant) -> None:
    with closing(sqlite3.connect(old_db)) as raw, raw:
        raw.execute("UPDATE studies SET record_id = 'nobody' WHERE study_id = 's1'")
    done = medquant("db", "upgrade", "--db", old_db)
    assert done.code == 1
    assert "rows without their parents" in done.err
    assert _ask(old_db, "SELECT version_num FROM alembic_version") == [("0001",)]


@pytest.mark.parametrize("verb", ["status", "check", "history", "export"])
def test_an_old_database_is_told_to_upgrade(
    old_db: Path, medquant: Medquant, tmp_path: Path, verb: str
) -> None:
    place = [tmp_path / "out"] if verb == "export" else []
    done = medquant("db", verb, *place, "--db", old_db)
    assert done.code == 1
    assert done.err == (
        f"medquant: {old_db} has the older schema 0001, this medquant works with {latest_schema()}; "
        f"run `medquant db upgrade --db {old_db}`\n"
    )


def _newer(path: Path) -> None:
    upgrade_schema(open_database(str(path), create=True))
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("CREATE TABLE recipes (name TEXT)")
        raw.execute("INSERT INTO recipes VALUES ('soup')")


def _foreign_with_alembic(path: Path) -> None:
    _foreign(path)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        raw.execute("INSERT INTO alembic_version VALUES ('abc123')")


def _letter(path: Path) -> None:
    path.write_text("Dear reader,\nthis is no database.\n" * 100)


@pytest.mark.parametrize(
    "verb", ["init", "upgrade", "load", "status", "check", "history", "export", "acknowledge"]
)
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_newer, "schema 9999.*made by a newer version; upgrade medquant, or name another database with --db"),
        (_foreign, "holds other tables than medquant's; name another with --db|holds no medquant tables; "),
        (_foreign_with_alembic, "holds other tables than medquant's; name another with --db|holds no medquant tables; "),
        (_letter, "file is not a database; it is no SQLite database; name another file with --db"),
    ],
)  # fmt: skip
def test_a_database_that_is_not_ours_to_use_gets_one_sentence_and_stays_untouched(
    tmp_path: Path, medquant: Medquant, make: Callable[[Path], None], said: str, verb: str
) -> None:
    path = tmp_path / "theirs.db"
    make(path)
    before = path.read_bytes()
    words = {"export": [tmp_path / "out"], "acknowledge": ["as_printed", "*", "--reason", "x"]}.get(verb, [])
    done = medquant("db", verb, *words, "--db", path)
    assert done.code == 1
    assert re.fullmatch(f"medquant: .*({said}).*\n", done.err), done.err
    assert path.read_bytes() == before
    assert not (tmp_path / "out").exists()


def test_an_empty_file_has_no_schema(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    engine = open_database(str(tmp_path / "empty.db"))
    with reading(engine) as connection:
        assert schema_of(connection) is None
    with pytest.raises(MedquantError, match="holds no medquant tables; `medquant db load"):
        require_schema(engine)
