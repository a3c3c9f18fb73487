"""Cells of a file of measured results: a value of JSON to the value of a column and back, each checked."""

import datetime as dt
import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Boolean, Column, DateTime, Enum, Float, Integer

from db.cells import LARGEST_WHOLE
from db.errors import DataError, one_of, shown
from db.models.base import Codes, Exact, exact


def plain_value(value: object) -> object:
    """Return a value of a row as JSON has it."""
    match value:
        case Decimal():
            return format(value, "f")
        case tuple():
            return list(value)
        case dt.datetime():
            moment = value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
            return moment.isoformat().replace("+00:00", "Z")
        case _:
            return value


def value_of(column: Column[Any], value: object, where: str) -> object:
    """Return the value that a column takes for a cell of a file.

    Parameters
    ----------
    column
        The column; its type says what is allowed.
    value
        What the file holds.
    where
        File, table and row, for messages.

    Raises
    ------
    DataError
        If the column cannot hold it.
    """
    if value is None:
        if isinstance(column.type, Codes):
            return ()
        if not column.nullable:
            raise DataError("it is empty; a value is needed here", file=where, column=column.name)
        return None
    kind = next((kind for kind in _READERS if isinstance(column.type, kind)), None)
    read = _READERS[kind] if kind else _text
    try:
        return read(value, column)
    except DataError as error:
        raise DataError(str(error), file=where, column=column.name) from None


def _text(value: object, _column: Column[Any]) -> str:
    if not isinstance(value, str):
        raise DataError(f"{shown(str(value))} is no text in quotes")
    if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise DataError(f"{shown(value)} holds a character that cannot be stored; take it out")
    return value


def _flag(value: object, _column: Column[Any]) -> bool:
    if not isinstance(value, bool):
        raise DataError(f"{shown(str(value))} is not allowed; allowed: true, false")
    return value


def _whole(value: object, _column: Column[Any]) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST_WHOLE:
        raise DataError(f"{shown(str(value))} is no whole number up to {LARGEST_WHOLE}")
    return value


def _number(value: object, _column: Column[Any]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise DataError(f"{shown(str(value))} is no finite number")
    return float(value)


def _printed(value: object, column: Column[Any]) -> Decimal:
    return exact(_text(value, column))


def _closed(value: object, column: Column[Any]) -> object:
    assert isinstance(column.type, Enum)  # noqa: S101 - chosen by its type
    if value not in column.type.enums:
        raise DataError(f"{shown(str(value))} is not allowed; {one_of(column.type.enums)}")
    return column.type.enum_class(value)  # type: ignore[misc]


def _codes(value: object, column: Column[Any]) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(code, str) and code.strip() for code in value):
        raise DataError(f"{shown(str(value))} is no list of texts")
    if any(";" in code for code in value):
        raise DataError(f"{shown(str(value))} holds a semicolon, which separates codes; take it out")
    return tuple(_text(code, column) for code in value)


def _moment(value: object, column: Column[Any]) -> dt.datetime:
    text = _text(value, column)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise DataError(f"{shown(text)} is no time; allowed: such as 2026-01-31T10:00:00Z")
    return moment.astimezone(dt.UTC)


def _mapping(value: object, _column: Column[Any]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise DataError(f"{shown(str(value))} is no object")
    return value


_READERS: Mapping[type, Callable[[object, Column[Any]], object]] = {
    Boolean: _flag,
    Integer: _whole,
    Float: _number,
    Exact: _printed,
    Enum: _closed,
    Codes: _codes,
    DateTime: _moment,
    JSON: _mapping,
}
