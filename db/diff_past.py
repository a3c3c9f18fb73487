"""The database as it was: the rows of today with the history taken back, in a database of its own."""

import datetime as dt
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, select

from db.corpus import joined
from db.errors import MedquantError
from db.files import Row, keys_of, table_of
from db.history import typed
from db.models.tables import TRACKED, Base, History, Release, ReleaseFile
from db.schema import upgrade_schema
from db.session import defining, open_database
from db.sql.triggers import drop_triggers

_BATCH = 5_000


def past_database(connection: Connection, last: int, path: Path) -> Engine:
    """Make an SQLite file with every row as it was after one row of the history.

    Parameters
    ----------
    connection
        An open connection to the database of today.
    last
        Running number in the history of the last change that is kept.
    path
        Where the file is made; it keeps no history of its own.
    """
    engine = open_database(str(path), create=True)
    upgrade_schema(engine)
    before = _rows_before(connection, last)
    with defining(engine) as target:
        drop_triggers(target)
        for table in Base.metadata.sorted_tables:
            if table in _CURATED:
                rows = _as_it_was(connection, table, before.get(table.name, {}))
            elif table in (table_of(Release), table_of(ReleaseFile)):
                rows = _releases(connection, table, last)
            else:
                continue
            for start in range(0, len(rows), _BATCH):
                target.execute(insert(table), rows[start : start + _BATCH])
    return engine


_CURATED = frozenset(table_of(model) for model in TRACKED)


def _rows_before(connection: Connection, last: int) -> dict[str, dict[str, dict[str, object] | None]]:
    """Return, by table and key, each row that changed later, as it was; None where it was not there."""
    first = (
        select(func.min(History.id)).where(History.id > last).group_by(History.table_name, History.row_key)
    )
    found: dict[str, dict[str, dict[str, object] | None]] = {}
    for name, key, old in connection.execute(
        select(History.table_name, History.row_key, History.old).where(History.id.in_(first))
    ):
        found.setdefault(name, {})[key] = old
    return found


def _as_it_was(
    connection: Connection, table: Table, before: dict[str, dict[str, object] | None]
) -> list[Row]:
    today = [dict(row) for row in connection.execute(select(table)).mappings()]
    kept = [row for row, key in zip(today, keys_of(today, table), strict=True) if joined(key) not in before]
    blank: dict[str, Any] = dict.fromkeys(table.columns.keys())
    restored = [
        blank | {name: typed(table, name, value) for name, value in old.items() if name in table.columns}
        for old in before.values()
        if old is not None
    ]
    return kept + restored


def _releases(connection: Connection, table: Table, last: int) -> list[Row]:
    known = select(Release.id).where(Release.history_id <= last)
    column = table.c.id if table is table_of(Release) else table.c.release_id
    return [dict(row) for row in connection.execute(select(table).where(column.in_(known))).mappings()]


def last_change(connection: Connection, moment: str) -> int:
    """Return the running number of the last change up to a day (its end, UTC) or a moment, in ISO 8601.

    Raises
    ------
    MedquantError
        If nothing was recorded up to then.
    """
    limit = _limit(moment)
    last = connection.scalar(select(func.max(History.id)).where(History.at <= limit))
    if last is None:
        first = connection.scalar(select(func.min(History.at)))
        told = f"its history begins at {first}" if first else "it has no history yet"
        raise MedquantError(f"the database holds nothing of {moment}: {told}; give a later date")
    return last


def is_moment(words: str) -> bool:
    """Return whether words are a day or a moment in ISO 8601, such as 2026-11-20 or 2026-11-20T12:30:00Z."""
    try:
        dt.datetime.fromisoformat(words)
    except ValueError:
        return False
    return True


def _limit(moment: str) -> str:
    """Return the last millisecond that counts, written as the history writes it."""
    when = dt.datetime.fromisoformat(moment)
    if len(moment) <= len("2026-11-20"):
        when = when.replace(hour=23, minute=59, second=59, microsecond=999_000)
    when = when.replace(tzinfo=when.tzinfo or dt.UTC).astimezone(dt.UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z"
