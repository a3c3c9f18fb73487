"""Loading a corpus: files to rows in one transaction, changing only what differs."""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, delete, func, insert, select, update

from db.about import ABOUT, about_bytes, read_about
from db.cells import render_cell
from db.codebook.codebook import codebook_files, codebook_from_files
from db.csvfile import CsvFile, header_line, read_csv
from db.errors import DataError, MedquantError, shown
from db.files import (
    CODEBOOK_FILES,
    FILES,
    EvidenceFile,
    Row,
    Rows,
    content_hash,
    keys_of,
    rows_in_order,
    table_of,
)
from db.models.tables import (
    Base,
    Comparison,
    ExtractionVote,
    History,
    Release,
    ReleaseFile,
    StudyValue,
)
from db.session import writing

SHIPPED = Path(__file__).parent / "evidence"
README = "README.md"
LOADER = "medquant db load"
_BATCH = 20_000
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Corpus:
    """A corpus as read from a folder: all files parsed and checked, nothing written yet."""

    folder: Path
    files: dict[str, CsvFile]
    rows: Rows
    about: dict[str, str] | None
    readme: str | None
    sha256: str


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


def read_corpus(folder: Path, progress: Progress = lambda _: None) -> Corpus:
    """Read and check every file of a corpus.

    Parameters
    ----------
    folder
        Folder with the CSV files; `codebook/` in it replaces the shipped codebook.
    progress
        Called with the name of each file before it is read.

    Raises
    ------
    DataError, MedquantError
        For the first thing that cannot be accepted, with file, row, column, value and what is allowed.
    """
    if not folder.is_dir():
        raise MedquantError(
            f"{folder} is no folder; give the folder with the CSV files, or none for the shipped corpus"
        )
    own_codebook = folder / "codebook"
    book_files = codebook_files(own_codebook if own_codebook.is_dir() else None)
    codebook = codebook_from_files(book_files)
    files: dict[str, CsvFile] = {}
    hashes: dict[str, str] = {}
    rows: Rows = {table_of(ExtractionVote): []}
    origins: dict[Table, CsvFile] = {}
    for file in CODEBOOK_FILES:
        source = book_files[file.name]
        rows |= file.read(file, source, codebook)
        origins[file.table] = source
        if own_codebook.is_dir():
            files[f"codebook/{file.name}"] = source
            hashes[f"codebook/{file.name}"] = content_hash(file, source)
    for file in FILES:
        progress(file.name)
        if not (folder / file.name).exists() and not file.required:
            rows.setdefault(file.table, [])
            continue
        source = read_csv(folder / file.name)
        source.require_header(file.columns(codebook), file.optional_columns(), file.open_columns)
        files[file.name] = source
        hashes[file.name] = content_hash(file, source)
        _merge(rows, file, file.read(file, source, codebook), source)
        for table in file.read(file, CsvFile(source.name, source.header, (), ""), codebook):
            origins.setdefault(table, source)
    _check_keys(rows, origins)
    _check_parents(rows, origins)
    if extractions := files.get("double_extraction.csv"):
        _check_repeated(extractions, rows[table_of(Comparison)])
    about = read_about(folder)
    if about is not None:
        hashes[ABOUT] = hashlib.sha256(about_bytes(about)).hexdigest()
    readme = _readme(folder)
    if readme is not None:
        hashes[README] = hashlib.sha256(readme.encode()).hexdigest()
    return Corpus(folder, files, rows, about, readme, _hash_of(hashes))


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
            _joined, [*keys_of(difference.inserted + difference.updated, table), *difference.deleted]
        )
        if (table.name, key) in edited
    ]
    if at_stake:
        raise MedquantError(
            f"{len(at_stake)} row(s) edited since the last load would be replaced, the first is {at_stake[0]}; "
            "keep the edits with `medquant db export DIR`, or load all the same with --overwrite"
        )


def _joined(key: tuple[Any, ...]) -> str:
    """Return a primary key as the history writes it."""
    return "|".join(map(str, key))


def corpus_hash(files: Mapping[str, bytes]) -> str:
    """Return the hash over the names and contents of a corpus's files."""
    return _hash_of({name: hashlib.sha256(content).hexdigest() for name, content in files.items()})


def _hash_of(hashes: Mapping[str, str]) -> str:
    listing = "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes))
    return hashlib.sha256(listing.encode()).hexdigest()


def _merge(rows: Rows, file: EvidenceFile, new: Rows, source: CsvFile) -> None:
    """Add a file's rows; provenance of single cells is laid over the cells that are there."""
    if file.table is not table_of(StudyValue):
        rows |= new
        return
    cells = {(row["study_id"], row["variable"]): row for row in rows[file.table]}
    seen: dict[tuple[Any, ...], int] = {}
    for (number, _), row in zip(source.rows, new[file.table], strict=True):
        key = (row["study_id"], row["variable"])
        if key not in cells:
            raise DataError(
                f"{shown(_joined(key))} has no value in studies.csv; give the cell a value there first",
                file=source.name,
                row=number,
                column="study_id, variable",
            )
        if key in seen:
            raise _twice(key, source.name, number, "study_id, variable", seen[key])
        seen[key] = number
        cells[key].update(row)


def _twice(key: tuple[Any, ...], file: str, row: int, column: str, first: int) -> DataError:
    return DataError(
        f"{shown(_joined(key))} stands here for the second time (first in row {first}); allowed: once",
        file=file,
        row=row,
        column=column,
    )


def _check_keys(rows: Rows, origins: dict[Table, CsvFile]) -> None:
    for table, its_rows in rows.items():
        seen: dict[tuple[Any, ...], int] = {}
        for place, key in enumerate(keys_of(its_rows, table)):
            if key in seen:
                names = ", ".join(column.name for column in table.primary_key)
                raise _twice(key, origins[table].name, place + 2, names, seen[key] + 2)
            seen[key] = place


def _check_parents(rows: Rows, origins: dict[Table, CsvFile]) -> None:
    for table, its_rows in rows.items():
        for constraint in table.foreign_key_constraints:
            if len(constraint.elements) != 1:
                continue  # votes stand in the same row as their extraction
            key = constraint.elements[0]
            parent, column = key.column.table, key.parent.name
            if parent not in rows:
                continue
            known = {row[key.column.name] for row in rows[parent]}
            for place, row in enumerate(its_rows):
                if (value := row.get(column)) is not None and value not in known:
                    raise DataError(
                        f"{shown(str(value))} is no {key.column.name} of {origins[parent].name if parent in origins else parent.name}; "
                        "allowed: one that stands there (add the row there first, or correct the spelling)",
                        file=origins[table].name,
                        row=place + 2,
                        column=column,
                    )


def _check_repeated(source: CsvFile, comparisons: list[Row]) -> None:
    """Raise `DataError` if what a double extraction repeats of its comparison says something else."""
    known = {row["comparison_id"]: row for row in comparisons}
    for number, cells in source.rows:
        for name in ("study_id", "arm", "outcome"):
            if cells[name] != (stored := known[cells["comparison_id"]][name]):
                raise DataError(
                    f"{shown(cells[name])} is not what comparisons.csv says of {cells['comparison_id']}; "
                    f"allowed: {stored}",
                    file=source.name,
                    row=number,
                    column=name,
                )


def _readme(folder: Path) -> str | None:
    try:
        return (folder / README).read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise MedquantError(f"{folder / README} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise MedquantError(
            f"{folder / README} cannot be read: byte {error.start + 1} is not UTF-8; save the file as UTF-8"
        ) from None


def _record_release(connection: Connection, corpus: Corpus, name: str) -> None:
    last = connection.execute(
        select(Release.sha256, Release.history_id).order_by(Release.id.desc()).limit(1)
    ).first()
    newest = connection.scalar(select(func.max(History.id))) or 0
    if last is not None and last.sha256 == corpus.sha256 and last.history_id == newest:
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
