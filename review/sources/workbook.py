"""Workbooks of records (XLSX): the first sheet in view that has a heading; what is beside it or has no value is told."""

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from db.errors import MedquantError
from review.sources.cells import unwrapped
from review.sources.headings import columns_of
from review.sources.imported import Reading, Unread, excerpt
from review.sources.opening import inspected
from review.sources.table import Row, opened, read_rows

_FIRST_ROWS = 20
_MOST_TOLD = 100


def read_xlsx(name: str, raw: bytes) -> Reading:
    """Read records from the first sheet of a workbook that holds any.

    Raises
    ------
    MedquantError
        If it is no workbook, damaged, too large, or no column is a title or an identifier.
    """
    inspected(name, raw).close()
    try:
        rows, told = _rows(raw)
    except Exception as error:  # noqa: BLE001 - the file is a stranger's, and the library promises nothing for it
        raise MedquantError(
            f"{name} is no workbook that can be read ({type(error).__name__}); save it as .xlsx or CSV"
        ) from None
    reading = read_rows(name, "XLSX", iter(rows))
    return Reading(name, reading.format, reading.blocks, reading.records, (*reading.unread, *told))


def _rows(raw: bytes) -> tuple[list[Row], list[Unread]]:
    """Return the rows of the sheet with the records, and what of the workbook is left out."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(raw), read_only=True)
    try:
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        chosen = next(
            (s for s in (shown or book.worksheets) if _has_heading(s)), (shown or book.worksheets)[0]
        )
        values = list(_values(chosen))
        others = [
            sheet.title + ("" if sheet.sheet_state == "visible" else " (hidden)")
            for sheet in book.worksheets
            if sheet is not chosen
        ]
    finally:
        book.close()
    told = []
    if others:
        what = excerpt(", ".join(others))
        told.append(Unread("the workbook", what, f"only the sheet {chosen.title} is read", lost=False))
    if any(_is_formula(value) for row in values for value in row):
        values, empty = _computed(raw, chosen.title, values)
        told += empty
    return [
        Row(f"row {number}", [_cell(value) for value in row]) for number, row in enumerate(values, 1)
    ], told


def _values(sheet: Any) -> Iterator[Sequence[object]]:  # noqa: ANN401 - the class of read-only sheets has no stubs
    sheet.reset_dimensions()  # a false claim of a million columns would be padded with empty cells
    yield from sheet.iter_rows(values_only=True)


def _has_heading(sheet: Any) -> bool:  # noqa: ANN401
    for number, row in enumerate(_values(sheet), 1):
        if columns_of([_cell(value) for value in row]) is not None:
            return True
        if number == _FIRST_ROWS:
            break
    return False


def _is_formula(value: object) -> bool:
    return not isinstance(value, (str, int, float, bool, dt.date, dt.time, dt.timedelta, type(None))) or (
        isinstance(value, str) and value.startswith("=")
    )


def _computed(
    raw: bytes, sheet: str, formulas: list[Sequence[object]]
) -> tuple[list[Sequence[object]], list[Unread]]:
    """Return the values that the spreadsheet saved for its formulas, and tell those that it saved none for."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    try:
        values: list[Sequence[object]] = [
            [_result(f, v) for f, v in zip_longest(row, results)]
            for row, results in zip_longest(formulas, _values(book[sheet]), fillvalue=())
        ]
    finally:
        book.close()
    told = [
        Unread(f"row {number}", excerpt(str(formula)), "a formula without a saved result", lost=False)
        for number, (row, results) in enumerate(zip_longest(formulas, values, fillvalue=()), 1)
        for formula, result in zip_longest(row, results)
        if _is_formula(formula) and result is None
    ]
    if len(told) > _MOST_TOLD:
        more = f"{len(told) - _MOST_TOLD:,} more formulas"
        told[_MOST_TOLD:] = [Unread("the workbook", more, "they have no saved result", lost=False)]
    return values, told


def _result(formula: object, saved: object) -> object:
    """Return what a spreadsheet saved for a cell; a formula that only guards a text needs no result."""
    if saved is None and isinstance(formula, str) and unwrapped(formula) is not None:
        return formula
    return saved


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    return "" if value is None else opened(str(value))
