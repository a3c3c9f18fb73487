"""History triggers: every insert, update and delete of a curated row is written down, by whatever SQL it came.

Who and why come from the one row of `change_context`, which a writing transaction sets and clears; a change
without it (raw SQL) is recorded all the same, with the actor "unknown".
"""

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, Table, text

from db.errors import MedquantError
from db.models.tables import TRACKED

APPEND_ONLY = "history can only grow"


def create_triggers(connection: Connection) -> None:
    """Create the history triggers of every tracked table anew.

    Raises
    ------
    MedquantError
        On a database other than SQLite and PostgreSQL, for which no triggers are written.
    """
    for statement in _statements(connection.dialect.name, _sqlite, _postgresql):
        connection.execute(text(statement.replace(":", "\\:")))


def drop_triggers(connection: Connection) -> None:
    """Remove the history triggers, so that a migration does not read as a curator's change."""
    for statement in _statements(connection.dialect.name, _sqlite_drop, _postgresql_drop):
        connection.execute(text(statement))


def _statements(
    dialect: str, sqlite: Callable[[], Iterator[str]], postgresql: Callable[[], Iterator[str]]
) -> Iterator[str]:
    known = {"sqlite": sqlite, "postgresql": postgresql}
    if dialect not in known:
        raise MedquantError(f"history triggers are not written for {dialect}; allowed: {', '.join(known)}")
    return known[dialect]()


def _tables() -> list[Table]:
    return sorted((model.__table__ for model in TRACKED), key=lambda table: table.name)


def _sqlite_drop() -> Iterator[str]:
    for table in _tables():
        for action in ("insert", "update", "delete"):
            yield f"DROP TRIGGER IF EXISTS history_{table.name}_{action}"
    yield "DROP TRIGGER IF EXISTS history_keep_update"
    yield "DROP TRIGGER IF EXISTS history_keep_delete"


def _sqlite() -> Iterator[str]:
    yield from _sqlite_drop()
    for table in _tables():
        columns = [column.name for column in table.columns]
        for action, key, old, new in (
            ("insert", "NEW", "NULL", "NEW"),
            ("update", "NEW", "OLD", "NEW"),
            ("delete", "OLD", "OLD", "NULL"),
        ):
            before, after = _sqlite_json(old, columns), _sqlite_json(new, columns)
            row_key = " || '|' || ".join(f'{key}."{column.name}"' for column in table.primary_key)
            changed = " OR ".join(f'OLD."{c}" IS NOT NEW."{c}"' for c in columns)
            when = f"WHEN {changed}" if action == "update" else ""
            yield f"""
CREATE TRIGGER history_{table.name}_{action} AFTER {action.upper()} ON "{table.name}" {when}
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), '{table.name}', {row_key}, '{action}', {before}, {after},
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END"""  # noqa: S608 - names of our own tables, no input
    for action in ("update", "delete"):
        yield (
            f"CREATE TRIGGER history_keep_{action} BEFORE {action.upper()} ON history "
            f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
        )


def _sqlite_json(row: str, columns: list[str]) -> str:
    if row == "NULL":
        return row
    pairs = ", ".join(f"'{column}', {row}.\"{column}\"" for column in columns)
    return f"json_object({pairs})"


def _postgresql_drop() -> Iterator[str]:
    for table in _tables():
        yield f'DROP TRIGGER IF EXISTS history_{table.name} ON "{table.name}"'
    yield "DROP TRIGGER IF EXISTS history_keep ON history"
    yield "DROP FUNCTION IF EXISTS medquant_history()"
    yield "DROP FUNCTION IF EXISTS medquant_keep_history()"


def _postgresql() -> Iterator[str]:
    yield from _postgresql_drop()
    yield """
CREATE FUNCTION medquant_history() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  was jsonb := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END;
  is_now jsonb := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END;
BEGIN
  IF TG_OP = 'UPDATE' AND was = is_now THEN
    RETURN NULL;
  END IF;
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), TG_TABLE_NAME,
          (SELECT string_agg(COALESCE(is_now, was) ->> part, '|' ORDER BY rank)
             FROM unnest(TG_ARGV) WITH ORDINALITY AS keys(part, rank)),
          lower(TG_OP), was, is_now,
          to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          COALESCE((SELECT actor FROM change_context), 'unknown'), (SELECT reason FROM change_context));
  RETURN NULL;
END $body$"""
    yield f"""
CREATE FUNCTION medquant_keep_history() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION '{APPEND_ONLY}';
END $body$"""
    for table in _tables():
        keys = ", ".join(f"'{column.name}'" for column in table.primary_key)
        yield (
            f'CREATE TRIGGER history_{table.name} AFTER INSERT OR UPDATE OR DELETE ON "{table.name}" '
            f"FOR EACH ROW EXECUTE FUNCTION medquant_history({keys})"
        )
    yield (
        "CREATE TRIGGER history_keep BEFORE UPDATE OR DELETE ON history "
        "FOR EACH ROW EXECUTE FUNCTION medquant_keep_history()"
    )
