"""History triggers: every insert, update and delete of a curated row is written down, by whatever SQL it came.

Who and why come from the one row of `change_context`, which a writing transaction sets and clears; a change
without it (raw SQL) is recorded all the same, with the actor "unknown".
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Column, Connection, Float, Table, text

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
        for action in ("insert", "update", "rename", "delete"):
            yield f"DROP TRIGGER IF EXISTS history_{table.name}_{action}"
    for action in ("update", "delete", "replace"):
        yield f"DROP TRIGGER IF EXISTS history_keep_{action}"


def _sqlite() -> Iterator[str]:
    yield from _sqlite_drop()
    for table in _tables():
        columns = [column.name for column in table.columns]
        keys = [column.name for column in table.primary_key]
        old, new = _sqlite_json("OLD", table), _sqlite_json("NEW", table)
        changed, renamed = _sqlite_changed(columns), _sqlite_changed(keys)
        deleted = _sqlite_entry(table, _sqlite_key("OLD", keys), "'delete'", old, "NULL")
        inserted = _sqlite_entry(table, _sqlite_key("NEW", keys), "'insert'", "NULL", new)
        updated = _sqlite_entry(table, _sqlite_key("NEW", keys), "'update'", old, new)
        # REPLACE fires no delete trigger: what the history knows of the row tells whether one was there
        was = (
            f"(SELECT new FROM history WHERE table_name = '{table.name}' "  # noqa: S608 - our own names
            f"AND row_key = {_sqlite_key('NEW', keys)} ORDER BY id DESC LIMIT 1)"
        )
        kind = f"CASE WHEN {was} IS NULL THEN 'insert' ELSE 'update' END"
        replaced = _sqlite_entry(table, _sqlite_key("NEW", keys), kind, was, new)
        yield _sqlite_trigger(table, "insert", "INSERT", "", replaced)
        yield _sqlite_trigger(table, "update", "UPDATE", f"WHEN ({changed}) AND NOT ({renamed})", updated)
        yield _sqlite_trigger(table, "rename", "UPDATE", f"WHEN {renamed}", deleted + inserted)
        yield _sqlite_trigger(table, "delete", "DELETE", "", deleted)
    for action, event, when in (
        ("update", "UPDATE", ""),
        ("delete", "DELETE", ""),
        ("replace", "INSERT", "WHEN NEW.id > 0 AND EXISTS (SELECT 1 FROM history WHERE id = NEW.id) "),
    ):
        yield (
            f"CREATE TRIGGER history_keep_{action} BEFORE {event} ON history {when}"
            f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
        )


def _sqlite_trigger(table: Table, name: str, event: str, when: str, body: str) -> str:
    return f"""
CREATE TRIGGER history_{table.name}_{name} AFTER {event} ON "{table.name}" {when}
BEGIN{body}
END"""


def _sqlite_entry(table: Table, key: str, action: str, old: str, new: str) -> str:
    return f"""
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), '{table.name}', {key}, {action}, {old}, {new},
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));"""  # noqa: S608 - names of our own tables, no input


def _sqlite_key(row: str, keys: list[str]) -> str:
    return " || '|' || ".join(f'{row}."{key}"' for key in keys)


def _sqlite_changed(columns: list[str]) -> str:
    return " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in columns)


def _sqlite_json(row: str, table: Table) -> str:
    pairs = ", ".join(f"'{column.name}', {_sqlite_value(row, column)}" for column in table.columns)
    return f"json_object({pairs})"


def _sqlite_value(row: str, column: Column[Any]) -> str:
    value = f'{row}."{column.name}"'
    if not isinstance(column.type, Float):
        return value
    # SQLite's JSON keeps 15 digits of a number; 17 give the same number back
    return f"CASE WHEN typeof({value}) = 'real' THEN json(printf('%!.17g', {value})) ELSE {value} END"


def _postgresql_drop() -> Iterator[str]:
    for table in _tables():
        yield f'DROP TRIGGER IF EXISTS history_{table.name} ON "{table.name}"'
        yield f'DROP TRIGGER IF EXISTS history_{table.name}_truncate ON "{table.name}"'
    yield "DROP TRIGGER IF EXISTS history_keep ON history"
    yield "DROP TRIGGER IF EXISTS history_keep_truncate ON history"
    yield "DROP FUNCTION IF EXISTS medquant_history()"
    yield "DROP FUNCTION IF EXISTS medquant_refuse_truncate()"
    yield "DROP FUNCTION IF EXISTS medquant_keep_history()"


def _postgresql() -> Iterator[str]:
    yield from _postgresql_drop()
    yield """
CREATE FUNCTION medquant_history() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' AS $body$
DECLARE
  -- json keeps the order of the columns and the digits of a number, jsonb neither
  was json := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_json(OLD) END;
  is_now json := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_json(NEW) END;
  key_was text := (SELECT string_agg(was ->> part, '|' ORDER BY rank)
                     FROM unnest(TG_ARGV) WITH ORDINALITY AS keys(part, rank));
  key_is text := (SELECT string_agg(is_now ->> part, '|' ORDER BY rank)
                    FROM unnest(TG_ARGV) WITH ORDINALITY AS keys(part, rank));
BEGIN
  IF TG_OP = 'UPDATE' AND was::text = is_now::text THEN
    RETURN NULL;
  END IF;
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  SELECT (SELECT change FROM change_context), TG_TABLE_NAME, entry.row_key, entry.action, entry.old, entry.new,
         to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
         COALESCE((SELECT actor FROM change_context), 'unknown'), (SELECT reason FROM change_context)
    FROM (VALUES (1, COALESCE(key_is, key_was), lower(TG_OP), was, is_now, TG_OP <> 'UPDATE' OR key_was = key_is),
                 (2, key_was, 'delete', was, NULL, TG_OP = 'UPDATE' AND key_was <> key_is),
                 (3, key_is, 'insert', NULL, is_now, TG_OP = 'UPDATE' AND key_was <> key_is)
         ) AS entry(rank, row_key, action, old, new, applies)
   WHERE entry.applies ORDER BY entry.rank;
  RETURN NULL;
END $body$"""
    yield """
CREATE FUNCTION medquant_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION 'TRUNCATE would leave no history; use DELETE';
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
            f'CREATE TRIGGER history_{table.name}_truncate BEFORE TRUNCATE ON "{table.name}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION medquant_refuse_truncate()"
        )
    yield (
        "CREATE TRIGGER history_keep BEFORE UPDATE OR DELETE ON history "
        "FOR EACH ROW EXECUTE FUNCTION medquant_keep_history()"
    )
    yield (
        "CREATE TRIGGER history_keep_truncate BEFORE TRUNCATE ON history "
        "FOR EACH STATEMENT EXECUTE FUNCTION medquant_keep_history()"
    )
