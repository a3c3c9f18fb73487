"""A corpus as files: read whole and checked, before anything is written."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from db.about import ABOUT, about_bytes, read_about
from db.codebook.codebook import codebook_files, codebook_from_files
from db.csvfile import CsvFile, read_csv
from db.errors import DataError, MedquantError, one_of, shown
from db.files import (
    CODEBOOK_FILES,
    FILES,
    EvidenceFile,
    Row,
    Rows,
    content_hash,
    keys_of,
    table_of,
)
from db.models.tables import (
    Comparison,
    ExtractionVote,
    StudyValue,
)

SHIPPED = Path(__file__).parent / "evidence"
README = "README.md"
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
    _refuse_strangers(folder)
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


def _refuse_strangers(folder: Path) -> None:
    """Raise `MedquantError` for a CSV file that is none of ours: a misspelt one would be left out in silence."""
    known = [file.name for file in FILES]
    for path in sorted(folder.glob("*.csv")):
        if path.name not in known:
            close = get_close_matches(path.name, known, n=1, cutoff=0.5)
            hint = f"is {close[0]} meant? " if close else ""
            raise MedquantError(
                f"{path} is no file of a corpus; {hint}rename it or take it out; {one_of(known)}"
            )


def corpus_hash(files: Mapping[str, bytes]) -> str:
    """Return the hash over the names and contents of a corpus's files."""
    return _hash_of({name: hashlib.sha256(content).hexdigest() for name, content in files.items()})


def joined(key: tuple[Any, ...]) -> str:
    """Return a primary key as the history writes it."""
    return "|".join(map(str, key))


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
                f"{shown(joined(key))} has no value in studies.csv; give the cell a value there first",
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
        f"{shown(joined(key))} stands here for the second time (first in row {first}); allowed: once",
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
            parent = constraint.referred_table
            if parent not in rows:
                continue
            columns = [key.parent.name for key in constraint.elements]
            names = [key.column.name for key in constraint.elements]
            known = {tuple(row[name] for name in names) for row in rows[parent]}
            for place, row in enumerate(its_rows):
                value = tuple(row.get(column) for column in columns)
                if None not in value and value not in known:
                    raise DataError(
                        f"{shown(joined(value))} is no {', '.join(names)} of {origins[parent].name if parent in origins else parent.name}; "
                        "allowed: one that stands there (add the row there first, or correct the spelling)",
                        file=origins[table].name,
                        row=place + 2,
                        column=", ".join(columns),
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
