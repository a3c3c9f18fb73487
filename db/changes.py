"""The history as a list of changes: what was written together, by whom, when and why."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from db.load import LOADER
from db.models.tables import History


@dataclass(frozen=True)
class Change:
    """Rows that were written together: their number, when (UTC, ISO 8601), by whom, why, how many, in which tables."""

    number: int
    at: str
    actor: str
    reason: str
    rows: int
    tables: tuple[str, ...]


@dataclass(frozen=True)
class ChangePage:
    """Some changes, newest first, and how many there are in all."""

    changes: tuple[Change, ...]
    total: int


def read_change_page(
    connection: Connection,
    *,
    words: str = "",
    actor: str = "",
    table: str = "",
    offset: int = 0,
    limit: int = 50,
) -> ChangePage:
    """Return changes, newest first; loads of releases are none.

    Parameters
    ----------
    connection
        An open connection.
    words
        Every word must stand in the reason, the name, the table or the key of a row.
    actor
        Only changes by this person.
    table
        Only changes of this table.
    offset, limit
        Which of them.
    """
    where = and_(*_conditions(words, actor, table))
    grouped = select(History.change).where(where).group_by(History.change)
    total = connection.scalar(select(func.count()).select_from(grouped.subquery())) or 0
    numbers = connection.scalars(
        grouped.order_by(History.change.desc().nulls_last()).offset(offset).limit(limit)
    ).all()
    found: dict[int, Change] = {}
    rows = connection.execute(
        select(
            History.change,
            History.table_name,
            func.max(History.at),
            func.max(History.actor),
            func.max(case((History.reason.is_(None), ""), else_=History.reason)),
            func.count(),
        )
        .where(History.change.in_(numbers))
        .group_by(History.change, History.table_name)
        .order_by(History.change.desc().nulls_last(), History.table_name)
    )
    for number, name, at, who, why, count in rows:
        one = found.get(number)
        if one is None:
            found[number] = Change(number, at, who, why, count, (name,))
        else:
            found[number] = Change(number, max(at, one.at), who, why, one.rows + count, (*one.tables, name))
    return ChangePage(tuple(found.values()), total)


def actors(connection: Connection) -> list[str]:
    """Return everybody who changed something, loads aside."""
    return list(
        connection.scalars(
            select(History.actor).where(*_conditions("", "", "")).distinct().order_by(History.actor)
        )
    )


def _conditions(words: str, actor: str, table: str) -> list[ColumnElement[bool]]:
    columns = (History.reason, History.actor, History.table_name, History.row_key)
    found: list[ColumnElement[bool]] = [
        History.change.is_not(None),
        or_(History.reason.is_(None), ~History.reason.startswith(f"{LOADER}:")),
    ]
    found += [
        or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words.split()[:10]
    ]
    if actor:
        found.append(History.actor == actor)
    if table:
        found.append(History.table_name == table)
    return found
