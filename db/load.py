"""Loading a corpus: files to rows in one transaction, changing only what differs."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, delete, func, insert, select, update

from db.cells import render_cell
from db.corpus import Corpus, Progress, joined
from db.csvfile import header_line
from db.errors import MedquantError
from db.files import Row, keys_of, rows_in_order, table_of
from db.models.tables import (
    Base,
    History,
    Record,
    Release,
    ReleaseFile,
)
from db.session import writing

LOADER = "medquant db load"
RESULTS_LOADER = f"{LOADER}: (measured results)"
"""The reason in the history of rows that came with files of measured results."""
_BATCH = 20_000


@dataclass(frozen=True)
class LoadResult:
    """What a load did: rows inserted, updated and deleted, and whether a new release was recorded."""

    release: str
    sha256: str
    inserted: int
    updated: int
    deleted: int

    @property
    def changed(self) -> int:
        """Number of rows that differ from before."""
        return self.inserted + self.updated + self.deleted


def load_corpus(
    engine: Engine,
    corpus: Corpus,
    *,
    actor: str,
    overwrite: bool = False,
    progress: Progress = lambda _: None,
) -> LoadResult:
    """Make the database's evidence equal to a corpus, in one transaction; measured rows stay as they are.

    Parameters
    ----------
    engine
        A database of the current schema.
    corpus
        What `read_corpus` gave.
    actor
        Who loads.
    overwrite
        Whether rows that were edited since the last load may be replaced.
    progress
        Called with the name of each table before it is written.

    Raises
    ------
    MedquantError
        If the load would replace edits and `overwrite` is False. Nothing is written then.
    """
    name = (corpus.about or {}).get("release") or corpus.folder.resolve().name
    tables = [table for table in Base.metadata.sorted_tables if table in corpus.rows]
    with writing(engine, actor=actor, reason=f"{LOADER}: {name}") as connection:
        changes = {table: _difference(connection, table, corpus.rows[table]) for table in tables}
        if not overwrite:
            _refuse_to_drop_most(connection, changes)
            _refuse_to_replace_edits(connection, changes)
        for table in tables:
            progress(table.name)
            _update(connection, table, changes[table].updated)
            for start in range(0, len(changes[table].inserted), _BATCH):
                connection.execute(insert(table), changes[table].inserted[start : start + _BATCH])
        # rows go last: a row that stays may have pointed to one that goes until its update above
        for table in reversed(tables):
            _delete(connection, table, changes[table].deleted)
        _record_release(connection, corpus, name)
    done = changes.values()
    return LoadResult(
        name,
        corpus.sha256,
        sum(len(c.inserted) for c in done),
        sum(len(c.updated) for c in done),
        sum(len(c.deleted) for c in done),
    )


@dataclass(frozen=True)
class _Difference:
    inserted: list[Row]
    updated: list[Row]
    deleted: list[tuple[Any, ...]]

    def __bool__(self) -> bool:
        return bool(self.inserted or self.updated or self.deleted)


def _difference(connection: Connection, table: Table, wanted: list[Row]) -> _Difference:
    names = [column.name for column in table.primary_key]
    present = {
        tuple(row[name] for name in names): dict(row)
        for row in connection.execute(rows_in_order(table)).mappings()
    }
    columns = table.columns.keys()
    inserted, updated = [], []
    for key, row in zip(keys_of(wanted, table), wanted, strict=True):
        before = present.pop(key, None)
        if before is None:
            inserted.append(row)
        elif any(_differ(before[name], row[name]) for name in columns if name in row):
            updated.append(row)
    return _Difference(inserted, updated, list(present))


def _differ(before: object, after: object) -> bool:
    """Whether two values read differently in a file: 0 is not empty, 0.90 is not 0.9."""
    return before is not after and render_cell(before) != render_cell(after)


def _matches(table: Table, key: tuple[Any, ...]) -> Any:  # noqa: ANN401
    return and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))


def _delete(connection: Connection, table: Table, keys: list[tuple[Any, ...]]) -> None:
    for key in keys:
        connection.execute(delete(table).where(_matches(table, key)))


def _update(connection: Connection, table: Table, rows: list[Row]) -> None:
    for key, row in zip(keys_of(rows, table), rows, strict=True):
        connection.execute(update(table).where(_matches(table, key)).values(row))


def _refuse_to_drop_most(connection: Connection, changes: dict[Table, _Difference]) -> None:
    """Refuse to delete more than half of the records: that is another corpus, not another release of this one."""
    table = table_of(Record)
    present = connection.scalar(select(func.count()).select_from(table)) or 0
    gone = len(changes[table].deleted)
    if gone > present / 2:
        raise MedquantError(
            f"this load would delete {gone:,} of the {present:,} records in the database: is it another corpus? "
            "give it a database of its own with --db, or replace all with --overwrite"
        )


def _refuse_to_replace_edits(connection: Connection, changes: dict[Table, _Difference]) -> None:
    """Raise `MedquantError` if a row that would change now was edited since the last load."""
    last = connection.scalar(select(Release.history_id).order_by(Release.id.desc()).limit(1))
    if last is None or not any(changes.values()):
        return
    edited = set(
        connection.execute(select(History.table_name, History.row_key).where(History.id > last).distinct())
    )
    at_stake = [
        f"{table.name} {key}"
        for table, difference in changes.items()
        for key in map(
            joined, [*keys_of(difference.inserted + difference.updated, table), *difference.deleted]
        )
        if (table.name, key) in edited
    ]
    if at_stake:
        raise MedquantError(
            f"{len(at_stake)} row(s) edited since the last load would be replaced, the first is {at_stake[0]}; "
            "keep the edits with `medquant db export DIR`, or load all the same with --overwrite"
        )


def _record_release(connection: Connection, corpus: Corpus, name: str) -> None:
    last = connection.execute(
        select(Release.sha256, Release.history_id).order_by(Release.id.desc()).limit(1)
    ).first()
    newest = connection.scalar(select(func.max(History.id))) or 0
    if last is not None and last.sha256 == corpus.sha256:
        since = connection.scalar(
            select(func.count()).where(
                History.id > last.history_id, History.reason.is_(None) | (History.reason != RESULTS_LOADER)
            )
        )
        if not since:
            return
    release = connection.execute(
        insert(Release)
        .values(
            name=name,
            sha256=corpus.sha256,
            loaded_at=dt.datetime.now(dt.UTC),
            history_id=newest,
            about=corpus.about,
            description=corpus.readme,
        )
        .returning(Release.id)
    ).scalar_one()
    files = [
        {"release_id": release, "name": file, "sha256": source.sha256, "header": header_line(source.header)}
        for file, source in corpus.files.items()
    ]
    connection.execute(insert(ReleaseFile), files)
