"""Merging records that are one work: hits, decisions and reports move to the record that stays."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, delete, select, update

from db.errors import MedquantError
from db.files import table_of
from db.models.base import SEPARATOR
from db.models.tables import Base, Record, Study

_FILLED = (
    "authors", "year", "doi", "arxiv_id", "url", "abstract", "venue", "volume", "issue", "pages", "publisher", "issn",
    "language", "keywords", "pmid", "kind",
)  # fmt: skip
_JOINED = ("other_urls", "found_in_source")
_REMARKS = frozenset({"position", "note"})


def merge_records(connection: Connection, records: Sequence[str], why: str) -> str:
    """Merge records into the one with a study, else the first; return its identifier.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`; the whole is one change that `undo_change` takes back.
    records
        Identifiers of at least two records.
    why
        What is noted in the record that stays.

    Raises
    ------
    MedquantError
        If two of them have studies, or one reviewer decided differently on them: then a person must settle it first.
        The caller leaves the transaction, so that nothing is written.
    """
    return Merger(connection, records).merge(records, why)


def obstacle(connection: Connection, records: Sequence[str]) -> str:
    """Return in words why records cannot be merged, or nothing."""
    return Merger(connection, records).obstacle(records)


class Merger:
    """Merges groups of records on one connection.

    Parameters
    ----------
    connection
        An open connection, for `merge` one of `db.session.writing`.
    records
        All records that may come up (default: every record).

    Notes
    -----
    Most records are named by their hits alone. Which tables name which records is looked up once for all groups, so that
    thousands of them do not cost a query a table each.
    """

    def __init__(self, connection: Connection, records: Sequence[str] | None = None) -> None:
        self._connection = connection
        self._held = [
            (
                table,
                column,
                set(
                    connection.scalars(_limited(select(table.c[column]).distinct(), table.c[column], records))
                ),
            )
            for table, column in _dependents()
        ]
        own = table_of(Record).c
        query = _limited(select(own.record_id, own.position), own.record_id, records)
        self._position = {row.record_id: row.position for row in connection.execute(query)}

    def obstacle(self, records: Sequence[str]) -> str:
        """See the function `obstacle`."""
        try:
            kept, gone = self._kept(records)
            for table, column, held in self._held:
                for record in gone:
                    if record in held and kept in held:
                        _moves(self._connection, table, column, record, kept)
        except MedquantError as error:
            return str(error)
        return ""

    def merge(self, records: Sequence[str], why: str) -> str:
        """See the function `merge_records`."""
        kept, gone = self._kept(records)
        table = table_of(Record)
        rows = {
            row["record_id"]: dict(row)
            for row in self._connection.execute(
                select(table).where(table.c.record_id.in_(records))
            ).mappings()
        }
        for dependent, column, held in self._held:
            for record in gone:
                if record in held:
                    _move(self._connection, dependent, column, record, kept)
                    held.add(kept)
        values = _united(rows[kept], [rows[record] for record in gone])
        note = f"merged {', '.join(gone)}: {why}"
        values["dedup_note"] = f"{rows[kept]['dedup_note']}; {note}" if rows[kept]["dedup_note"] else note
        self._connection.execute(update(table).where(table.c.record_id == kept).values(values))
        self._connection.execute(delete(table).where(table.c.record_id.in_(gone)))
        return kept

    def _kept(self, records: Sequence[str]) -> tuple[str, list[str]]:
        ordered = sorted(
            (record for record in dict.fromkeys(records) if record in self._position),
            key=lambda record: (self._position[record], record),
        )
        held = next(held for table, _, held in self._held if table is table_of(Study))
        with_study = [record for record in ordered if record in held]
        if len(with_study) > 1:
            study = table_of(Study)
            names = self._connection.scalars(
                select(study.c.study_id).where(study.c.record_id.in_(with_study)).order_by(study.c.position)
            )
            raise MedquantError(
                f"records {' and '.join(with_study)} have studies of their own ({', '.join(names)}); "
                "give the studies one record with `medquant review study set`, then merge"
            )
        kept = with_study[0] if with_study else ordered[0]
        return kept, [record for record in ordered if record != kept]


def _limited(query: Select[Any], column: ColumnElement[Any], records: Sequence[str] | None) -> Select[Any]:
    return query if records is None else query.where(column.in_(records))


@cache
def _dependents() -> tuple[tuple[Table, str], ...]:
    """Return every table that names a record, with the column."""
    return tuple(
        (table, key.parent.name)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column is table_of(Record).c.record_id
    )


def _moves(
    connection: Connection, table: Table, column: str, record: str, kept: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rows that move to the record that stays, and those that say again what it has already."""
    rows = [
        dict(row) for row in connection.execute(select(table).where(table.c[column] == record)).mappings()
    ]
    if column not in table.primary_key:
        return rows, []
    moved, repeated = [], []
    for row in rows:
        there = {key.name: row[key.name] for key in table.primary_key} | {column: kept}
        found = connection.execute(select(table).where(_here(table, there))).mappings().first()
        if found is None:
            moved.append(row)
        elif all(found[name] == row[name] for name in row if name not in _REMARKS and name != column):
            repeated.append(row)
        else:
            told = ", ".join(str(value) for name, value in there.items() if name != column)
            raise MedquantError(
                f"records {kept} and {record} have different {table.name} ({told}); make them say the same, then merge"
            )
    return moved, repeated


def _move(connection: Connection, table: Table, column: str, record: str, kept: str) -> None:
    moved, repeated = _moves(connection, table, column, record, kept)
    for row in moved:
        connection.execute(update(table).where(_here(table, row)).values({column: kept}))
    for row in repeated:
        connection.execute(delete(table).where(_here(table, row)))


def _here(table: Table, row: dict[str, Any]) -> Any:  # noqa: ANN401
    return and_(*(key == row[key.name] for key in table.primary_key))


def _united(kept: dict[str, Any], gone: list[dict[str, Any]]) -> dict[str, Any]:
    """Fill what the record that stays does not say, and join its lists."""
    values: dict[str, Any] = {}
    for name in _FILLED:
        if kept[name] in (None, ""):
            values[name] = next((row[name] for row in gone if row[name]), None)
    for name in _JOINED:
        cells = [kept[name], *(row[name] for row in gone)]
        if name == "other_urls":
            cells += [
                row["url"] for row in gone if row["url"] and row["url"] != (kept["url"] or values.get("url"))
            ]
        parts = dict.fromkeys(part for cell in cells if cell for part in cell.split(SEPARATOR))
        values[name] = SEPARATOR.join(parts) or None
    return values
