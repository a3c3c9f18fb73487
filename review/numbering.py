"""The next identifiers of searches and records, and the last place in a table; no number is given twice."""

import re

from sqlalchemy import Connection, Table, func, select

from db.files import table_of
from db.models.tables import History, Record, Search


def next_query(connection: Connection) -> str:
    """Return the identifier of the next search."""
    keys = _keys_ever(connection, table_of(Search), "query_id")
    numbers = [int(found[1]) for key in keys if (found := re.fullmatch(r"q(\d{1,9})", key))]
    return f"q{max(numbers, default=0) + 1:03d}"


def last_record(connection: Connection) -> int:
    """Return the greatest number that a record has, or had."""
    keys = _keys_ever(connection, table_of(Record), "record_id")
    return max((int(found[1]) for key in keys if (found := re.fullmatch(r"r(\d{1,9})", key))), default=0)


def _keys_ever(connection: Connection, table: Table, key: str) -> set[str]:
    """Return the identifiers in use and those of rows that went: a number given twice would mix up two histories."""
    gone = select(History.row_key).where(History.table_name == table.name)
    return {*connection.scalars(select(table.c[key])), *connection.scalars(gone)}


def last_position(connection: Connection, table: Table) -> int:
    """Return the place of the last row of a table."""
    return connection.scalar(select(func.max(table.c.position))) or 0
