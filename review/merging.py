"""Merging records that are one work: hits, decisions and reports move to the record that stays."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    select,
    update,
)

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
_AT_ONCE = 500
_Row = dict[str, Any]


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
                its = [record for record in (kept, *gone) if record in held]
                if column in table.primary_key and len(its) > 1:
                    _split(table, column, self._rows(table, column, its), kept, gone)
        except MedquantError as error:
            return str(error)
        return ""

    def merge(self, records: Sequence[str], why: str) -> str:
        """See the function `merge_records`."""
        return self.merge_all([(records, why)])[0]

    def merge_all(self, groups: Iterable[tuple[Sequence[str], str]]) -> list[str]:
        """Merge groups of which no two have a record in common, each with why; return what stays of each.

        Notes
        -----
        Hundreds of groups go to the database together, which is several times as fast as one after another.
        """
        left = iter(groups)
        kept: list[str] = []
        while some := list(islice(left, _AT_ONCE)):
            kept += self._merge_some(some)
        return kept

    def _merge_some(self, groups: Sequence[tuple[Sequence[str], str]]) -> list[str]:
        parts = [self._kept(records) for records, _ in groups]
        for dependent, column, held in self._held:
            self._move(dependent, column, held, parts)
        table = table_of(Record)
        rows = {
            row["record_id"]: row for row in self._rows(table, "record_id", [
                record for kept, gone in parts for record in (kept, *gone)
            ])
        }  # fmt: skip
        stays = []
        for (kept, gone), (_, why) in zip(parts, groups, strict=True):
            note = f"merged {', '.join(gone)}: {why}"
            own = rows[kept]
            values = {name: own[name] for name in (*_FILLED, *_JOINED)}
            values |= _united(own, [rows[record] for record in gone])
            values["dedup_note"] = f"{own['dedup_note']}; {note}" if own["dedup_note"] else note
            stays.append({_to(name): value for name, value in values.items()} | {_at("record_id"): kept})
        self._connection.execute(_updating(table, *_FILLED, *_JOINED, "dedup_note"), stays)
        goes = [{_at("record_id"): record} for _, gone in parts for record in gone]
        if goes:
            self._connection.execute(delete(table).where(_here(table)), goes)
        return [kept for kept, _ in parts]

    def _move(
        self, table: Table, column: str, held: set[str], parts: Sequence[tuple[str, list[str]]]
    ) -> None:
        """Let rows that name what goes name what stays, and take out those that it has already."""
        moving = [(kept, gone) for kept, gone in parts if not held.isdisjoint(gone)]
        names = [record for kept, gone in moving for record in (kept, *gone) if record in held]
        by_record: dict[str, list[_Row]] = defaultdict(list)
        for row in self._rows(table, column, names):
            by_record[row[column]].append(row)
        changed, repeated = [], []
        for kept, gone in moving:
            its = [row for record in (kept, *gone) for row in by_record[record]]
            new, again = _split(table, column, its, kept, gone)
            changed += [_key(table, row) | {_to(column): kept} for row in new]
            repeated += [_key(table, row) for row in again]
            held.add(kept)
        if changed:
            self._connection.execute(_updating(table, column), changed)
        if repeated:
            self._connection.execute(delete(table).where(_here(table)), repeated)

    def _rows(self, table: Table, column: str, records: Sequence[str]) -> list[_Row]:
        """Return the rows that name records; only their keys where nothing else decides."""
        whole = column in table.primary_key
        wanted = table.columns if whole else (*table.primary_key, table.c[column])
        found: list[_Row] = []
        for start in range(0, len(records), _AT_ONCE):
            query = select(*wanted).where(table.c[column].in_(records[start : start + _AT_ONCE]))
            found += map(dict, self._connection.execute(query).mappings())
        return found

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


def _split(
    table: Table, column: str, rows: Sequence[_Row], kept: str, gone: Sequence[str]
) -> tuple[list[_Row], list[_Row]]:
    """Return the rows that move to the record that stays, and those that say again what it has already."""
    by_record: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        by_record[row[column]].append(row)
    leaving = [row for record in gone for row in by_record[record]]
    if column not in table.primary_key:
        return leaving, []
    others = [key.name for key in table.primary_key if key.name != column]
    there = {tuple(row[name] for name in others): row for row in by_record[kept]}
    moved, repeated = [], []
    for row in leaving:
        place = tuple(row[name] for name in others)
        found = there.setdefault(place, row)
        if found is row:
            moved.append(row)
        elif all(found[name] == row[name] for name in row if name not in _REMARKS and name != column):
            repeated.append(row)
        else:
            told = ", ".join(str(value) for value in place)
            raise MedquantError(
                f"records {kept} and {row[column]} have different {table.name} ({told}); make them say the same, then merge"
            )
    return moved, repeated


def _at(name: str) -> str:
    return f"at_{name}"


def _to(name: str) -> str:
    return f"to_{name}"


def _key(table: Table, row: _Row) -> _Row:
    return {_at(key.name): row[key.name] for key in table.primary_key}


def _here(table: Table) -> ColumnElement[bool]:
    return and_(*(key == bindparam(_at(key.name), type_=key.type) for key in table.primary_key))


def _updating(table: Table, *columns: str) -> Update:
    new = {name: bindparam(_to(name), type_=table.c[name].type) for name in columns}
    return update(table).where(_here(table)).values(new)


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
