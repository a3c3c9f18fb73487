"""Making and upgrading the schema: Alembic migrations, then triggers and views anew."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from db.errors import MedquantError
from db.models.tables import History
from db.session import defining, let_readers_in, open_database, place_of, reading
from db.sql.collation import sort_by_character
from db.sql.triggers import create_triggers, drop_triggers
from db.sql.views import create_views, drop_views

MIGRATIONS = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


@cache
def latest_schema() -> str:
    """Return the schema that this version of medquant works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None  # noqa: S101 - the package ships its migrations
    return head


@cache
def _known_schemas() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def known_schema(schema: str) -> bool:
    """Return whether this version of medquant knows a schema, as its own or as one to upgrade from."""
    return schema in _known_schemas()


def schema_of(connection: Connection) -> str | None:
    """Return the schema of a database; None where there is none yet, or where the tables are not medquant's."""
    if not all(inspect(connection).has_table(name) for name in ("alembic_version", History.__tablename__)):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def require_schema(engine: Engine) -> str:
    """Return the schema of the database if it is the one that this version works with.

    Raises
    ------
    MedquantError
        If the database is empty, older or newer.
    """
    place = place_of(engine)
    with reading(engine) as connection:
        schema = schema_of(connection)
    if schema is None:
        raise MedquantError(
            f"{place} holds no medquant tables; `medquant db load --db {place}` makes and fills them"
        )
    _refuse_newer(schema, place)
    if schema != latest_schema():
        raise MedquantError(
            f"{place} has the older schema {schema}, this medquant works with {latest_schema()}; "
            f"run `medquant db upgrade --db {place}`"
        )
    return schema


def open_current(given: str | None) -> Engine:
    """Open an existing database, given as in `db.session.database_url`, of the schema that this version works with."""
    engine = open_database(given)
    require_schema(engine)
    return engine


def _refuse_newer(schema: str, place: str) -> None:
    if schema not in _known_schemas():
        raise MedquantError(
            f"{place} has the schema {schema}, which this medquant (up to {latest_schema()}) does not know: it was "
            "made by a newer version; upgrade medquant, or name another database with --db"
        )


def _refuse_narrow_text(connection: Connection, place: str) -> None:
    if connection.dialect.name == "postgresql":
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
        if encoding != "UTF8":
            raise MedquantError(
                f"{place} has the encoding {encoding}, which cannot hold every text; allowed: UTF8, as of a database "
                "that `createdb --encoding=UTF8 --template=template0` makes"
            )


def upgrade_schema(engine: Engine) -> tuple[str | None, str]:
    """Bring a database, empty or old, to the latest schema in one transaction; return the schema before and after.

    Raises
    ------
    MedquantError
        If the database is newer than this version of medquant, or holds other tables than medquant's.
    """
    latest = latest_schema()
    with defining(engine) as connection:
        _refuse_narrow_text(connection, place_of(engine))
        before = schema_of(connection)
        if before == latest:
            return before, latest
        if before is None and inspect(connection).get_table_names():
            raise MedquantError(
                f"{place_of(engine)} holds other tables than medquant's; name another with --db"
            )
        if before is not None:
            _refuse_newer(before, place_of(engine))
            drop_triggers(connection)
        drop_views(connection)
        command.upgrade(_config(connection), "head")
        sort_by_character(connection)
        create_views(connection)
        create_triggers(connection)
        if engine.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise MedquantError(
                f"{place_of(engine)} has rows without their parents, so the upgrade was taken back; "
                "correct them (PRAGMA foreign_key_check lists them), then upgrade again"
            )
    let_readers_in(engine)
    return before, latest


def context_of(connection: Connection) -> MigrationContext:
    """Return Alembic's view of a database, to compare its tables with the models."""
    return MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
