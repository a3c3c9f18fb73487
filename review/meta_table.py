"""A spreadsheet of effects: read from CSV, TSV or XLSX, its numbers checked."""

import math
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db.errors import DataError, MedquantError, one_of, shown

if TYPE_CHECKING:
    import pandas as pd

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", ".", "-"})
"""What people write where there is no number, in lower case."""
WHOLE = re.compile(r"[+-]?\d{1,15}")
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")
LARGEST = 100 * 2**20
"""Bytes; a table of effects is small, and what is larger was meant for something else."""


def read_table(file: Path, names: Collection[str] = ()) -> "pd.DataFrame":
    """Read a table with one row per effect and a header.

    Parameters
    ----------
    file
        .csv (commas, or semicolons with decimal commas), .tsv, .txt (tabs) or the first sheet of an .xlsx file, UTF-8. Where
        the heading lacks the separator that the ending promises, semicolons, tabs and commas are tried. A line of a text
        file without any separator and content is no row; a row of empty cells is one.

    names
        Headings of columns that name things (studies, clusters): they stay words, so that 1.1 and 1.10 are two.

    Returns
    -------
    One column per heading: numbers (missing ones NaN) where every cell is a number, otherwise text (missing ones None).

    Raises
    ------
    MedquantError
        If there is no such file, it is no such table, a heading is missing or stands twice, or there is no row.
    """
    import pandas as pd

    if file.suffix.lower() not in SUFFIXES:
        raise MedquantError(f"{file} has no known ending; {one_of(SUFFIXES)}")
    if not file.is_file():
        raise MedquantError(f"there is no file {file}: give a table with one row per effect")
    if file.stat().st_size > LARGEST:
        raise MedquantError(
            f"{file} has {file.stat().st_size:,} bytes: a table of effects has at most {LARGEST:,}"
        )
    cells, decimal_comma = _sheet(file) if file.suffix.lower() == ".xlsx" else _text(file)
    cells = _trimmed(cells)
    if len(cells) < 2:
        raise MedquantError(
            f"{file} holds {'a heading and no row' if cells else 'nothing'}: give one row per effect"
        )
    header = [cell.strip() for cell in cells[0]]
    _check_header(file, header)
    for number, row in enumerate(cells[1:], 1):
        if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
            raise DataError(
                f"it has {len(row)} cells but the heading has {len(header)}: quote text that holds the separator",
                file=str(file),
                row=number,
            )
    columns = {}
    for j, name in enumerate(header):
        column = [row[j] if j < len(row) else "" for row in cells[1:]]
        values = _words(column) if name in names else _column(column, decimal_comma=decimal_comma)
        words = any(isinstance(value, str) for value in values)
        columns[name] = pd.Series(values, dtype=object if words else None)
    return pd.DataFrame(columns)


def numbers_of(table: "pd.DataFrame", column: str, file: Path) -> "pd.Series[float]":
    """Return a column that must hold numbers.

    Raises
    ------
    MedquantError
        If there is no such column, or a cell that is neither a number nor empty; its row is named.
    """
    check_columns(table, [column], file)
    import pandas as pd

    found = []
    for row, cell in enumerate(table[column].tolist(), 1):
        number = math.nan if cell is None else _number(str(cell))
        if number is None:
            raise DataError(
                f"{shown(str(cell))} is no number: write one, or leave the cell empty to leave the row out",
                file=str(file),
                row=row,
                column=column,
            )
        found.append(number)
    return pd.Series(found, index=table.index, dtype=float)


def check_columns(table: "pd.DataFrame", columns: Sequence[str], file: Path) -> None:
    """Refuse a column that the table does not have.

    Raises
    ------
    MedquantError
        If one is not there; the columns that are there are listed.
    """
    for column in columns:
        if column not in table.columns:
            raise MedquantError(
                f"{file} has no column {shown(column)}; {one_of([str(c) for c in table.columns])}"
            )


def _text(file: Path) -> tuple[list[list[str]], bool]:
    import csv

    try:
        content = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MedquantError(f"{file} is no UTF-8 text (byte {error.start}): save it as CSV UTF-8") from None
    first = content.partition("\n")[0]
    usual = "," if file.suffix.lower() == ".csv" else "\t"
    separator = next((mark for mark in (usual, ";", "\t", ",") if mark in first), usual)
    try:
        read = csv.reader(content.splitlines(keepends=True), delimiter=separator, strict=True)
        cells = [row for row in read if len(row) > 1 or any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise MedquantError(f"{file} cannot be read as a table: {error}") from None
    return cells, separator == ";"


def _sheet(file: Path) -> tuple[list[list[str]], bool]:
    import io

    from openpyxl import load_workbook

    from review.sources.opening import bytes_of, inspected

    raw = bytes_of(file)
    inspected(str(file), raw).close()
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # a false claim of a million columns would be padded with empty cells
            rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        finally:
            book.close()
    except Exception as error:  # noqa: BLE001 - the file is a stranger's, and the library promises nothing for it
        raise MedquantError(
            f"{file} is no workbook that can be read ({type(error).__name__}): save it as .xlsx"
        ) from None
    return [["" if cell is None else str(cell) for cell in row] for row in rows], False


def _trimmed(cells: list[list[str]]) -> list[list[str]]:
    """Return a sheet without the empty rows and the nameless empty columns around it; empty rows within it keep their number."""
    while cells and not any(cell.strip() for cell in cells[0]):
        cells = cells[1:]
    while cells and not any(cell.strip() for cell in cells[-1]):
        cells = cells[:-1]
    width = max((j + 1 for row in cells for j, cell in enumerate(row) if cell.strip()), default=0)
    return [row[:width] for row in cells]


def _check_header(file: Path, header: list[str]) -> None:
    for number, name in enumerate(header, 1):
        if not name:
            raise MedquantError(
                f"column {number} of {file} has no heading: give every column a name of its own"
            )
        if header.count(name) > 1:
            raise MedquantError(
                f"{file} has {header.count(name)} columns {shown(name)}: give each a name of its own"
            )


def _column(cells: list[str], *, decimal_comma: bool) -> list[Any]:
    words = _words(cells)
    if decimal_comma:
        swapped = [word if word is None else word.replace(",", ".") for word in words]
        if all(word is None or _number(word) is not None for word in swapped):
            words = swapped
    found = [math.nan if word is None else _number(word) for word in words]
    if None in found or all(word is None for word in words):
        return words
    if all(word is not None and WHOLE.fullmatch(word) for word in words):
        return [int(number) for number in found if number is not None]
    return found


def _words(cells: list[str]) -> list[str | None]:
    return [None if cell.strip().lower() in MISSING else cell.strip() for cell in cells]


def _number(word: str) -> float | None:
    """Return the number that a cell holds; Python's underscores in numbers are no spreadsheet's."""
    try:
        return None if "_" in word else float(word)
    except ValueError:
        return None
