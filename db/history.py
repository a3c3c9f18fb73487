"""The life of a value: reading the history, and taking a change back."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Delete,
    Insert,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    func,
    insert,
    null,
    select,
    update,
)
from sqlalchemy.engine import RowMapping
from sqlalchemy.orm import aliased

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
_BATCH = 1_000
"""So many rows are taken back at a time, which keeps the memory small."""
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
    its = select(History.id).where(History.change == change).order_by(History.id.desc())
    ids = connection.scalars(its).all()
    if not ids:
        raise MedquantError(f"there is no change {change}; `medquant db history` prints the numbers")
    reason = connection.scalar(select(History.reason).where(History.id == ids[0]))
    if (reason or "").startswith(f"{LOADER}:"):
        raise MedquantError(
            f"change {change} is a load, which cannot be undone; load the release you want instead"
        )
    later = _changed_later(connection, change, ids[0])
    for start in range(0, len(ids), _BATCH):
        some = select(History.__table__).where(History.id.in_(ids[start : start + _BATCH]))
        rows = connection.execute(some.order_by(History.id.desc())).mappings().all()
        for row in rows:
            # what the change did to a row before its last touch follows from the last one
            place = row["table_name"], row["row_key"]
            if place in later and later.pop(place) != row["new"]:
                raise MedquantError(
                    f"{row['table_name']} {row['row_key']} has changed since change {change}; undo the later change "
                    f"first (`medquant db history {row['table_name']} '{row['row_key']}'`)"
                )
        _restore(connection, rows)
    return len(ids)


def _changed_later(connection: Connection, change: int, last: int) -> dict[tuple[str, str], Any]:
    """Return the rows of a change that were written since, as they are now, in the form that the triggers write."""
    if (connection.scalar(select(func.max(History.id))) or 0) == last:
        return {}
    mine, other = aliased(History), aliased(History)
    query = (
        select(func.max(other.id))
        .select_from(mine)
        .join(other, (other.table_name == mine.table_name) & (other.row_key == mine.row_key))
        .where(mine.change == change, other.id > mine.id, other.change.is_distinct_from(change))
        .group_by(other.table_name, other.row_key)
    )
    newest = connection.scalars(query).all()
    found: dict[tuple[str, str], Any] = {}
    for start in range(0, len(newest), _BATCH):
        some = History.id.in_(newest[start : start + _BATCH])
        for row in connection.execute(select(History.table_name, History.row_key, History.new).where(some)):
            found[row.table_name, row.row_key] = row.new
    return found


_Shape = tuple[str, str, tuple[str, ...], frozenset[str]]


def _restore(connection: Connection, rows: Iterable[RowMapping]) -> None:
    """Take back what was done to rows, in this order; neighbours of one shape go to the database together."""
    for shape, run in groupby(map(_step, rows), key=itemgetter(0)):
        connection.execute(_statement(shape), [given for _, given in run])


@lru_cache(maxsize=256)
def _statement(shape: _Shape) -> Delete | Insert | Update:
    name, action, columns, blank = shape
    table = TABLES[name]
    here = and_(*(key == bindparam(f"here_{key.name}", type_=key.type) for key in table.primary_key))
    values = {
        column: null() if column in blank else bindparam(f"to_{column}", type_=table.c[column].type)
        for column in columns
    }
    if action == Action.INSERT:
        return delete(table).where(here)
    if action == Action.DELETE:
        return insert(table).values(values)
    return update(table).where(here).values(values)


def _step(row: RowMapping) -> tuple[_Shape, dict[str, Any]]:
    """Return how a row is taken back: the table, what was done, the columns, and which are plainly empty; and its values."""
    table, action = TABLES[row["table_name"]], str(row["action"])
    reference = row["new"] or row["old"]
    here = {f"here_{key.name}": reference[key.name] for key in table.primary_key}
    if action == Action.INSERT:
        return (table.name, action, (), frozenset()), here
    raw = {name: value for name, value in row["old"].items() if name in table.columns}
    # an empty JSON is no JSON that says null
    blank = frozenset(
        name for name, value in raw.items() if value is None and isinstance(table.c[name].type, JSON)
    )
    to = {f"to_{name}": typed(table, name, value) for name, value in raw.items() if name not in blank}
    return (table.name, action, tuple(raw), blank), (to if action == Action.DELETE else here | to)


def typed(table: Table, name: str, value: object) -> Any:  # noqa: ANN401
    """Give a value of the history back to its column as the driver's own text or number."""
    column = table.columns[name]
    if isinstance(column.type, JSON):  # SQLite's history holds the JSON text itself, PostgreSQL's the object
        return null() if value is None else json.loads(value) if isinstance(value, str) else value
    if value is None:
        return None
    processor = _processor(column)
    return processor(value) if processor else value


@cache
def _processor(column: Column[Any]) -> Callable[[Any], Any] | None:
    from sqlalchemy.dialects import sqlite

    dialect = sqlite.dialect()
    return column.type.dialect_impl(dialect).result_processor(dialect, None)


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
