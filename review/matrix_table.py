"""The matrix as somebody gives it back: a CSV or XLSX file, untrusted, as texts by study and variable."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from db.errors import DataError, MedquantError, shown
from db.models.tables import Study
from review.matrix import NOT_XML
from review.sources.opening import bytes_of, inspected, text_of
from review.sources.table import unguarded

KEY = Study.study_id.key
LARGEST = 64 * 2**20
"""Bytes of a file; a thousand studies take about 2 MB."""
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 100_000, 500, 100_000


@dataclass(frozen=True)
class MatrixTable:
    """A matrix as read: its columns, the cells of each study, cells that cannot be taken, and when it was exported."""

    name: str
    columns: tuple[str, ...]
    studies: dict[str, dict[str, str]]
    refused: dict[tuple[str, str], str]
    exported: dt.datetime | None


def read_matrix(path: Path) -> MatrixTable:
    """Read a matrix that was edited elsewhere.

    Parameters
    ----------
    path
        A `.csv` file (commas, semicolons or tabs; any line ends) or an `.xlsx` workbook with a sheet `matrix`.

    Raises
    ------
    MedquantError, DataError
        If the file cannot be read, is too large, or its rows name no studies.
    """
    _check_ending(str(path))
    return matrix_of(path.name, bytes_of(path))


def matrix_of(name: str, raw: bytes) -> MatrixTable:
    """Read what a file holds; see `read_matrix`."""
    _check_ending(name)
    if len(raw) > LARGEST:
        raise MedquantError(f"{name} has {len(raw):,} bytes; allowed: up to {LARGEST:,}")
    if name.lower().endswith(".xlsx"):
        rows, exported = _workbook(name, raw)
    else:
        rows, exported = _text(name, raw), None
    return _table(name, rows, exported)


def _check_ending(name: str) -> None:
    if not name.lower().endswith((".csv", ".xlsx")):
        raise MedquantError(f"{name} has no known ending; allowed: .csv, .xlsx")


def tidy(cell: str) -> str:
    """Return a cell as it is compared: one kind of line end, no space around, nothing that a workbook cannot hold."""
    return NOT_XML.sub("", cell.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")).strip()


def _text(name: str, raw: bytes) -> list[list[object]]:
    text, _ = text_of(name, raw)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(LARGEST)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        return [[unguarded(cell) for cell in row] for row in reader]
    except csv.Error as error:
        raise DataError(f"this is no well-formed CSV ({error}); save it again as CSV", file=name) from None


def _workbook(name: str, raw: bytes) -> tuple[list[list[object]], dt.datetime | None]:
    from openpyxl import load_workbook

    with inspected(name, raw) as archive:
        exported = _created(archive)
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True)
        sheet = book["matrix"] if "matrix" in book.sheetnames else book.worksheets[0]
        rows: list[list[object]] = [
            [_Formula() if cell.data_type == "f" else cell.value for cell in row]
            for row, _ in zip(sheet.iter_rows(max_col=MOST_COLUMNS + 1), range(MOST_ROWS + 2), strict=False)
        ]
        book.close()
    except Exception as error:  # noqa: BLE001 - the file is a stranger's, and the library promises nothing for it
        raise MedquantError(
            f"{name} is no workbook that can be read ({type(error).__name__}); save it as .xlsx or CSV"
        ) from None
    return rows, exported


def _created(archive: ZipFile) -> dt.datetime | None:
    """Return when a workbook says that it was made; None where it does not say so, or names a time to come.

    The library would say "now" for a workbook without the date, and every newer edit would look older than the file.
    """
    from defusedxml.ElementTree import fromstring

    try:
        with archive.open("docProps/core.xml") as stream:
            found = fromstring(stream.read(2**20)).findtext("{http://purl.org/dc/terms/}created")
        moment = dt.datetime.fromisoformat((found or "").strip())
    except Exception:  # noqa: BLE001 - a stranger's file: without a date that can be read there is none
        return None
    moment = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
    return moment if moment <= dt.datetime.now(dt.UTC) else None


class _Formula:
    """A cell that would have to be computed."""


def _table(name: str, rows: Sequence[Sequence[object]], exported: dt.datetime | None) -> MatrixTable:
    if not rows:
        raise DataError("the file is empty; it needs at least the header row", file=name)
    header = [_as_text(cell) for cell in rows[0]]
    while header and not header[-1]:
        header.pop()
    _check_header(name, header)
    if len(rows) - 1 > MOST_ROWS:
        raise DataError(f"there are over {MOST_ROWS:,} rows; a matrix has one a study", file=name)
    at = header.index(KEY)
    studies: dict[str, dict[str, str]] = {}
    refused: dict[tuple[str, str], str] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(_as_text(cell) for cell in row):
            continue
        if any(_as_text(cell) for cell in row[len(header) :]):
            raise DataError(
                "the row has more cells than the header; quote cells that hold the separator",
                file=name,
                row=number,
            )
        cells = [*row, *[""] * (len(header) - len(row))][: len(header)]
        study = _as_text(cells[at])
        if not study or study in studies:
            raise DataError(
                f"{shown(study)} {'stands twice' if study else 'names no study'}; give each study one row",
                file=name, row=number, column=KEY,
            )  # fmt: skip
        studies[study] = {c: _as_text(cell) for c, cell in zip(header, cells, strict=True) if c != KEY}
        for column, cell in zip(header, cells, strict=True):
            if why := _why_not(cell):
                refused[study, column] = why
    return MatrixTable(name, tuple(c for c in header if c != KEY), studies, refused, exported)


def _check_header(name: str, header: Sequence[str]) -> None:
    if KEY not in header:
        raise DataError(f"the column is missing; the header needs {KEY}", file=name, row=1, column=KEY)
    if len(header) > MOST_COLUMNS:
        raise DataError(
            f"there are over {MOST_COLUMNS} columns; a matrix has one a variable", file=name, row=1
        )
    if twice := next((name for name in header if header.count(name) > 1), None):
        raise DataError(f"the column {shown(twice)} stands twice; once is allowed", file=name, row=1)


def _as_text(cell: object) -> str:
    if isinstance(cell, _Formula):
        return "(formula)"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else tidy(str(cell))


def _why_not(cell: object) -> str:
    if isinstance(cell, _Formula):
        return "the cell holds a formula; write its value as text"
    if isinstance(cell, (dt.date, dt.time, dt.timedelta)):
        return "the spreadsheet made a date or time of the value; format the cell as text and write it again"
    if isinstance(cell, str) and len(cell) > LONGEST_CELL:
        return f"the cell has {len(cell):,} characters; allowed: up to {LONGEST_CELL:,}"
    return ""
