"""The life of a value: reading the history, and taking a change back."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import JSON, Connection, Table, and_, delete, insert, null, select, update
from sqlalchemy.engine import RowMapping

from db.errors import MedquantError, one_of, shown
from db.files import table_of
from db.load import LOADER
from db.models.tables import (
    TRACKED,
    Case,
    Claim,
    Environment,
    History,
    ImageSet,
    Measurement,
    Prediction,
    Release,
    Run,
)
from db.vocabulary import Action, Origin

TABLES: Mapping[str, Table] = {table_of(model).name: table_of(model) for model in TRACKED}
_MEASURED = tuple(
    table_of(model).name for model in (Case, Claim, Environment, ImageSet, Measurement, Prediction, Run)
)


@dataclass(frozen=True)
class HistoryEntry:
    """One change of one row: `fields` maps each column that changed to its value before and after."""

    id: int
    change: int | None
    at: str
    actor: str
    reason: str | None
    action: str
    table: str
    key: str
    fields: Mapping[str, tuple[object, object]]

    def as_dict(self) -> dict[str, Any]:
        """Return the entry for JSON."""
        return asdict(self) | {"fields": {k: {"old": o, "new": n} for k, (o, n) in self.fields.items()}}


def read_history(
    connection: Connection,
    *,
    table: str | None = None,
    key: str | None = None,
    limit: int = 0,
    loads: bool = False,
    after: int = 0,
    measured: bool = True,
    change: int | None = None,
) -> list[HistoryEntry]:
    """Return changes, oldest first.

    Parameters
    ----------
    connection
        An open connection.
    table, key
        Only this table, only this row.
    limit
        Only the last so many (0: all).
    loads
        Whether rows that a load wrote are shown.
    after
        Only changes with a greater running number.
    measured
        Whether measured rows are shown.
    change
        Only what was changed together under this number.

    Raises
    ------
    MedquantError
        If there is no such table.
    """
    if table is not None and table not in TABLES:
        raise MedquantError(f"{shown(table)} has no history; {one_of(sorted(TABLES))}")
    query = select(History.__table__).where(History.id > after)
    if table is not None:
        query = query.where(History.table_name == table)
    if key is not None:
        query = query.where(History.row_key == key)
    if change is not None:
        query = query.where(History.change == change)
    if not loads:
        query = query.where(History.reason.is_(None) | ~History.reason.startswith(f"{LOADER}:"))
    if not measured:
        query = query.where(History.table_name.not_in(_MEASURED))
    query = query.order_by(History.id.desc())
    rows = connection.execute(query.limit(limit) if limit else query).mappings().all()
    return [_entry(row) for row in reversed(rows) if measured or not _is_measured(row)]


def _is_measured(row: RowMapping) -> bool:
    return bool((row["new"] or row["old"]).get("origin") == Origin.MEASURED)


def changes_since_release(connection: Connection) -> list[HistoryEntry]:
    """Return every change of the evidence that was made after the last release was loaded; measured rows are none."""
    last = connection.scalar(select(Release.history_id).order_by(Release.id.desc()).limit(1)) or 0
    return read_history(connection, after=last, measured=False)


def undo_change(connection: Connection, change: int) -> int:
    """Take back every row of one change, newest first; return how many rows were restored.

    The undoing is a change of its own in the history, and can be undone too.

    Raises
    ------
    MedquantError
        If there is no such change, if it was a load, or if a row has changed since (undo that change first).
    """
    rows = connection.execute(
        select(History.__table__).where(History.change == change).order_by(History.id.desc())
    ).mappings().all()  # fmt: skip
    if not rows:
        raise MedquantError(f"there is no change {change}; `medquant db history` prints the numbers")
    if (rows[0]["reason"] or "").startswith(f"{LOADER}:"):
        raise MedquantError(
            f"change {change} is a load, which cannot be undone; load the release you want instead"
        )
    for row in rows:
        table = TABLES[row["table_name"]]
        if _current(connection, table, row) != row["new"]:
            raise MedquantError(
                f"{table.name} {row['row_key']} has changed since change {change}; undo the later change first "
                f"(`medquant db history {table.name} '{row['row_key']}'`)"
            )
        _restore(connection, table, row)
    return len(rows)


def _current(connection: Connection, table: Table, row: RowMapping) -> Mapping[str, object] | None:
    """Return the row as it is now, in the form that the triggers write."""
    query = select(History.new).where(History.table_name == table.name, History.row_key == row["row_key"])
    return connection.execute(query.order_by(History.id.desc()).limit(1)).scalar_one()


def _restore(connection: Connection, table: Table, row: RowMapping) -> None:
    reference = row["new"] or row["old"]
    here = and_(*(column == reference[column.name] for column in table.primary_key))
    if row["action"] == Action.INSERT:
        connection.execute(delete(table).where(here))
        return
    raw = {name: value for name, value in row["old"].items() if name in table.columns}
    literal = {name: typed(table, name, value) for name, value in raw.items()}
    if row["action"] == Action.DELETE:
        connection.execute(insert(table).values(literal))
    else:
        connection.execute(update(table).where(here).values(literal))


def typed(table: Table, name: str, value: object) -> Any:  # noqa: ANN401
    """Give a value of the history back to its column as the driver's own text or number."""
    column = table.columns[name]
    if isinstance(column.type, JSON):  # SQLite's history holds the JSON text itself, PostgreSQL's the object
        return null() if value is None else json.loads(value) if isinstance(value, str) else value
    if value is None:
        return None
    processor = column.type.dialect_impl(_dialect()).result_processor(_dialect(), None)
    return processor(value) if processor else value


def _dialect() -> Any:  # noqa: ANN401
    from sqlalchemy.dialects import sqlite

    return sqlite.dialect()


def _entry(row: RowMapping) -> HistoryEntry:
    old, new = row["old"] or {}, row["new"] or {}
    # a table that was migrated has its columns in another order on PostgreSQL; a column may be gone since
    known = TABLES[row["table_name"]].columns.keys() if row["table_name"] in TABLES else []
    names = [name for name in {**dict.fromkeys(known), **old, **new} if name != "position"]
    fields = {name: (old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)}
    return HistoryEntry(
        row["id"],
        row["change"],
        row["at"],
        row["actor"],
        row["reason"],
        str(row["action"]),
        row["table_name"],
        row["row_key"],
        fields,
    )
