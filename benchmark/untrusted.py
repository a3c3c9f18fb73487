"""Checks for JSON from elsewhere: what each place may hold, with the place named where it holds something else."""

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from db.errors import DataError, shown

Check = Callable[[Any, str], Any]
"""Called with a value and the name of its place; returns the value, or raises a `DataError`."""


def parsed(content: bytes, name: str) -> Any:  # noqa: ANN401 - JSON
    """Return JSON without double keys, NaN and infinity.

    Raises
    ------
    DataError
        If it is anything else.
    """

    def no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("a key stands twice in one object")
        return dict(pairs)

    def no_number(word: str) -> Any:  # noqa: ANN401
        raise ValueError(f"{word} is no number")

    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=no_twins, parse_constant=no_number)
    except (ValueError, RecursionError) as error:
        raise DataError(f"it is no JSON ({str(error)[:100]}); copy the file again", file=name) from None


def record(fields: Mapping[str, Check]) -> Check:
    """Return the check of an object that has exactly these keys."""

    def check(value: Any, where: str) -> dict[str, Any]:  # noqa: ANN401
        _is(dict, value, where, "an object")
        if missing := sorted(set(fields) - set(value)):
            raise DataError(f"{shown(missing[0])} is missing", file=where)
        if strange := sorted(set(value) - set(fields)):
            raise DataError(f"{shown(strange[0])} is not expected", file=where)
        return {key: fields[key](value[key], f"{where}, {key}") for key in fields}

    return check


def keyed(keys: Check, values: Check, *, most: int, least: int = 1) -> Check:
    """Return the check of an object whose keys and values are each of one kind."""

    def check(value: Any, where: str) -> dict[str, Any]:  # noqa: ANN401
        _is(dict, value, where, "an object")
        _long(len(value), least, most, where)
        return {keys(key, where): values(item, f"{where}, {shown(key)}") for key, item in value.items()}

    return check


def listed(items: Check, *, most: int, least: int = 0) -> Check:
    """Return the check of a list."""

    def check(value: Any, where: str) -> list[Any]:  # noqa: ANN401
        _is(list, value, where, "a list")
        _long(len(value), least, most, where)
        return [items(item, f"{where}, item {number}") for number, item in enumerate(value, start=1)]

    return check


def text(
    most: int = 200,
    *,
    least: int = 1,
    allowed: str | None = None,
    matching: re.Pattern[str] = re.compile(".*", re.DOTALL),
    lines: bool = False,
) -> Check:
    """Return the check of a printable text: `allowed` are its characters, `lines` permits several lines."""

    def check(value: Any, where: str) -> str:  # noqa: ANN401
        _is(str, value, where, "a text")
        _long(len(value), least, most, where)
        plain = value.replace("\n", "") if lines else value
        if not plain.isprintable() or (allowed is not None and set(value) - set(allowed)):
            raise DataError(f"{shown(value)} has characters that do not belong there", file=where)
        if not matching.fullmatch(value):
            raise DataError(f"{shown(value)} is not allowed there", file=where)
        return str(value)

    return check


def one(choices: tuple[str, ...]) -> Check:
    """Return the check of one of some texts."""

    def check(value: Any, where: str) -> str:  # noqa: ANN401
        if not isinstance(value, str) or value not in choices:
            raise DataError(f"{shown(str(value))} is not allowed; allowed: {', '.join(choices)}", file=where)
        return value

    return check


def whole(low: int, high: int) -> Check:
    """Return the check of a whole number."""

    def check(value: Any, where: str) -> int:  # noqa: ANN401
        if type(value) is not int or not low <= value <= high:
            raise DataError(f"{shown(repr(value))} is not allowed; allowed: {low:,} to {high:,}", file=where)
        return value

    return check


def number(low: float, high: float) -> Check:
    """Return the check of a finite number."""

    def check(value: Any, where: str) -> float:  # noqa: ANN401
        if type(value) not in (int, float) or not math.isfinite(value) or not low <= value <= high:
            raise DataError(f"{shown(repr(value))} is not allowed; allowed: {low:g} to {high:g}", file=where)
        return float(value)

    return check


def optional(inner: Check) -> Check:
    """Return the check of something that may be null."""
    return lambda value, where: None if value is None else inner(value, where)


def flag(value: Any, where: str) -> bool:  # noqa: ANN401
    """Return true or false."""
    _is(bool, value, where, "true or false")
    return bool(value)


def _is(kind: type, value: Any, where: str, called: str) -> None:  # noqa: ANN401
    if type(value) is not kind:
        raise DataError(f"{shown(repr(value))} stands where {called} belongs", file=where)


def _long(length: int, least: int, most: int, where: str) -> None:
    if not least <= length <= most:
        raise DataError(
            f"it has {length:,} entries or characters; allowed: {least:,} to {most:,}", file=where
        )
