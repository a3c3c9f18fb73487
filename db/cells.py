"""Cells: the text of a CSV cell to the value of a column and back, with the checks on the way."""

import datetime as dt
import re
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Date, Enum, Integer

from db.codebook.codebook import Codebook, check_url, check_year
from db.errors import DataError, one_of, shown
from db.models.base import PLAIN_NUMBER, SEPARATOR, Codes, Exact, exact

ADDRESSES = frozenset({"url", "source_url"})
WHOLE = re.compile(r"0|-?[1-9][0-9]{0,9}")
LARGEST_WHOLE = 2_147_483_647
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_cell(column: Column[Any], text: str, codebook: Codebook) -> object:
    """Return the value that a cell's text stands for; an empty cell is None.

    Parameters
    ----------
    column
        The column of the table; its type and `info` say what is allowed.
    text
        The cell's text.
    codebook
        The open vocabularies.

    Raises
    ------
    DataError
        Naming the value and what is allowed (the caller adds file, row and column).
    """
    if text == "":
        if not column.nullable:
            raise DataError("the cell is empty; a value is needed here")
        return None
    if isinstance(column.type, Exact):
        return exact(text)
    if isinstance(column.type, Codes):
        return _codes(column, text, codebook)
    if isinstance(column.type, Enum):
        return _closed(column.type, text)
    if isinstance(column.type, Integer):
        return _whole(column, text)
    if isinstance(column.type, Date):
        return _date(text)
    if column.info.get("number") and not PLAIN_NUMBER.fullmatch(text):
        raise DataError(
            f"{shown(text)} is not a plain number; allowed: digits, one decimal point, such as 0.93"
        )
    if vocabulary := column.info.get("vocabulary"):
        codebook.check_code(vocabulary, text)
    if column.name in ADDRESSES:
        check_url(text)
    return text


def render_cell(value: object) -> str:
    """Return the text of a cell for a value as the database gives it."""
    match value:
        case None:
            return ""
        case StrEnum():
            return value.value
        case tuple():
            return SEPARATOR.join(value)
        case Decimal():
            return format(value, "f")
        case dt.date():
            return value.isoformat()
        case _:
            return str(value)


def allowed_values(column: Column[Any], codebook: Codebook) -> str:
    """Return in words what a cell of the column may hold."""
    several = ", several separated by semicolons" if isinstance(column.type, Codes) else ""
    if isinstance(column.type, Enum):
        return ", ".join(column.type.enums)
    if isinstance(column.type, Exact) or column.info.get("number"):
        return "plain number as printed"
    if isinstance(column.type, Integer):
        return "year" if column.name == "year" else "whole number"
    if isinstance(column.type, Date):
        return "date YYYY-MM-DD"
    vocabulary = column.info.get("vocabulary")
    if vocabulary == "bits":
        return "1 to 99, 8f, 16f, 32f, bf16, ternary, binary" + several
    if vocabulary:
        return ", ".join(codebook.terms.get(vocabulary, {})) + several
    if column.foreign_keys:
        return f"an identifier of {next(iter(column.foreign_keys)).column.table.name}"
    return "text" + several


def _codes(column: Column[Any], text: str, codebook: Codebook) -> tuple[str, ...]:
    codes = tuple(text.split(SEPARATOR))
    for code in codes:
        if not code.strip():
            raise DataError(
                f"{shown(text)} has an empty value between semicolons; take the extra semicolon out"
            )
        if vocabulary := column.info.get("vocabulary"):
            codebook.check_code(vocabulary, code)
            if codes.count(code) > 1:
                raise DataError(f"{shown(code)} stands twice in the cell; name each code once")
    return codes


def _closed(kind: Enum, text: str) -> object:
    if text not in kind.enums:
        raise DataError(f"{shown(text)} is not allowed; {one_of(kind.enums)}")
    return kind.enum_class(text)  # type: ignore[misc]


def _whole(column: Column[Any], text: str) -> int:
    if column.name == "year":
        check_year(text)
    if not WHOLE.fullmatch(text):
        raise DataError(f"{shown(text)} is not a whole number; allowed: digits alone, such as 597")
    number = int(text)
    if abs(number) > LARGEST_WHOLE:
        raise DataError(f"{shown(text)} is too large; allowed: up to {LARGEST_WHOLE}")
    if column.name.startswith("discordant") and number < 0:
        raise DataError(f"{number} test cases cannot be; allowed: 0 or more")
    if column.name == "n_test" and number < 1:
        raise DataError(
            f"{number} test cases cannot be; allowed: 1 or more, or an empty cell where not stated"
        )
    return number


def _date(text: str) -> dt.date:
    try:
        if DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise DataError(f"{shown(text)} is not a date; allowed: YYYY-MM-DD, such as 2026-01-31")
