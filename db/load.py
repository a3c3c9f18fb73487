"""Loading a corpus: files to rows in one transaction, changing only what differs."""

import datetime as dt
import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, delete, func, insert, select, update

from db.codebook.codebook import codebook_files, codebook_from_files
from db.csvfile import CsvFile, read_csv
from db.errors import DataError, MedquantError, shown
from db.files import CODEBOOK_FILES, FILES, EvidenceFile, Row, Rows, keys_of, rows_in_order, table_of
from db.models.tables import Base, History, Release, ReleaseFile, StudyValue
from db.session import writing

SHIPPED = Path(__file__).parent / "evidence"
ABOUT = "corpus.toml"
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
    about: dict[str, str]
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
    rows: Rows = {}
    origins: dict[Table, CsvFile] = {}
    for file in CODEBOOK_FILES:
        source = book_files[file.name]
        rows |= file.read(file, source, codebook)
        origins[file.table] = source
        if own_codebook.is_dir():
            files[f"codebook/{file.name}"] = source
    for file in FILES:
        progress(file.name)
        if not (folder / file.name).exists() and not file.required:
            rows.setdefault(file.table, [])
            continue
        source = read_csv(folder / file.name)
        source.require_header(file.columns(codebook), file.optional_columns(), file.open_columns)
        files[file.name] = source
        _merge(rows, file, file.read(file, source, codebook))
        for table in file.read(file, CsvFile(source.name, source.header, (), ""), codebook):
            origins.setdefault(table, source)
    _check_keys(rows, origins)
    _check_parents(rows, origins)
    about, about_hash = _about(folder)
    readme = _readme(folder)
    hashes = {name: source.sha256 for name, source in files.items()} | about_hash
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
    name = corpus.about.get("release") or corpus.folder.resolve().name
    tables = [table for table in Base.metadata.sorted_tables if table in corpus.rows]
    with writing(engine, actor=actor, reason=f"{LOADER}: {name}") as connection:
        changes = {table: _difference(connection, table, corpus.rows[table]) for table in tables}
        if not overwrite:
            _refuse_to_replace_edits(connection, changes)
        for table in reversed(tables):
            _delete(connection, table, changes[table].deleted)
        for table in tables:
            progress(table.name)
            _update(connection, table, changes[table].updated)
            for start in range(0, len(changes[table].inserted), _BATCH):
                connection.execute(insert(table), changes[table].inserted[start : start + _BATCH])
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
    columns = table.columns
    inserted, updated = [], []
    for key, row in zip(keys_of(wanted, table), wanted, strict=True):
        before = present.pop(key, None)
        if before is None:
            inserted.append(row)
        elif any((before[name] or None) != (row.get(name) or None) for name in columns.keys() if name in row):  # noqa: SIM118
            updated.append(row)
    return _Difference(inserted, updated, list(present))


def _matches(table: Table, key: tuple[Any, ...]) -> Any:  # noqa: ANN401
    return and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))


def _delete(connection: Connection, table: Table, keys: list[tuple[Any, ...]]) -> None:
    for key in keys:
        connection.execute(delete(table).where(_matches(table, key)))


def _update(connection: Connection, table: Table, rows: list[Row]) -> None:
    for key, row in zip(keys_of(rows, table), rows, strict=True):
        connection.execute(update(table).where(_matches(table, key)).values(row))


def _refuse_to_replace_edits(connection: Connection, changes: dict[Table, _Difference]) -> None:
    last = connection.scalar(select(Release.history_id).order_by(Release.id.desc()).limit(1))
    if last is None or not any(changes.values()):
        return
    touched = {table.name for table, difference in changes.items() if difference}
    edits = connection.scalar(
        select(func.count()).select_from(History).where(History.id > last, History.table_name.in_(touched))
    )
    if edits:
        raise MedquantError(
            f"{edits} change(s) were made in the database since its last load and this load would replace them; "
            "keep them with `medquant db export DIR`, or load all the same with --overwrite"
        )


def corpus_hash(files: Mapping[str, bytes]) -> str:
    """Return the hash over the names and contents of a corpus's files."""
    return _hash_of({name: hashlib.sha256(content).hexdigest() for name, content in files.items()})


def _hash_of(hashes: Mapping[str, str]) -> str:
    listing = "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes))
    return hashlib.sha256(listing.encode()).hexdigest()


def _merge(rows: Rows, file: EvidenceFile, new: Rows) -> None:
    """Add a file's rows; provenance of single cells is laid over the cells that are there."""
    if file.table is not table_of(StudyValue):
        rows |= new
        return
    cells = {(row["study_id"], row["variable"]): row for row in rows[file.table]}
    for row in new[file.table]:
        key = (row["study_id"], row["variable"])
        if key not in cells:
            raise DataError(
                f"{shown('|'.join(map(str, key)))} has no value in studies.csv; give the cell a value first",
                file=file.name,
            )
        cells[key].update(row)


def _check_keys(rows: Rows, origins: dict[Table, CsvFile]) -> None:
    for table, its_rows in rows.items():
        seen: dict[tuple[Any, ...], int] = {}
        for place, key in enumerate(keys_of(its_rows, table)):
            if key in seen:
                names = [column.name for column in table.primary_key]
                raise DataError(
                    f"{shown('|'.join(map(str, key)))} stands here for the second time; allowed: once (first in row {seen[key] + 2})",
                    file=origins[table].name,
                    row=place + 2,
                    column=", ".join(names),
                )
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


def _about(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    path = folder / ABOUT
    if not path.exists():
        return {}, {}
    try:
        raw = path.read_bytes()
        about = tomllib.loads(raw.decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MedquantError(f"{path} cannot be read as TOML: {error}") from None
    allowed = {"release", "title", "licence", "citation"}
    for key, value in about.items():
        if key not in allowed or not isinstance(value, str):
            raise MedquantError(
                f"{ABOUT}: {shown(key)} is not expected; allowed: {', '.join(sorted(allowed))}, each a text"
            )
    return about, {ABOUT: hashlib.sha256(raw).hexdigest()}


def _readme(folder: Path) -> str | None:
    try:
        return (folder / README).read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise MedquantError(f"{folder / README} cannot be read as UTF-8 text: {error}") from None


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
            title=corpus.about.get("title"),
            licence=corpus.about.get("licence"),
            citation=corpus.about.get("citation"),
            description=corpus.readme,
        )
        .returning(Release.id)
    ).scalar_one()
    files = [
        {"release_id": release, "name": file, "sha256": source.sha256, "header": ",".join(source.header)}
        for file, source in corpus.files.items()
    ]
    connection.execute(insert(ReleaseFile), files)
