"""A small schema for TOML files: what a key may hold, with sentences for what it may not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from db.errors import MedquantError, one_of, shown

_NAMES = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}
_REQUIRED = object()


@dataclass(frozen=True)
class Field:
    """What a key may hold; `allowed`, `low` and `high` speak of each item where the key holds a list."""

    type: type
    allowed: Sequence[str] = ()
    low: float | None = None
    high: float | None = None
    default: object = field(default=_REQUIRED)
    table: "Table | None" = None


@dataclass(frozen=True)
class Table:
    """The keys of a table."""

    fields: Mapping[str, Field]


def checked(given: Mapping[str, Any], table: Table, where: str) -> dict[str, Any]:
    """Return a table with its defaults filled in.

    Raises
    ------
    MedquantError
        Naming the file, the key, what it holds and what is allowed.
    """
    for key in given:
        if key not in table.fields:
            raise MedquantError(f"{where}: {shown(key)} is not expected; {one_of(tuple(table.fields))}")
    result: dict[str, Any] = {}
    for key, rule in table.fields.items():
        if key in given:
            result[key] = _value(given[key], rule, f"{where}: {key}")
        elif rule.default is _REQUIRED:
            raise MedquantError(f"{where}: {key} is missing; it must be {_NAMES[rule.type]}")
        else:
            result[key] = rule.default
    return result


def _value(value: object, rule: Field, where: str) -> object:
    if rule.type is float and type(value) is int:
        value = float(value)
    if type(value) is not rule.type:
        raise MedquantError(f"{where} is {shown(repr(value))}; it must be {_NAMES[rule.type]}")
    if isinstance(value, list):
        if not value:
            raise MedquantError(f"{where} is empty; give at least one")
        if len({repr(item) for item in value}) < len(value):
            raise MedquantError(f"{where} names something twice")
        return [_item(item, rule, f"{where}, item {number}") for number, item in enumerate(value, start=1)]
    if isinstance(value, dict):
        return checked(value, rule.table, where) if rule.table else value
    _in_bounds(value, rule, where)
    return value


def _item(item: object, rule: Field, where: str) -> object:
    if rule.table is not None:
        if not isinstance(item, dict):
            raise MedquantError(f"{where} is {shown(repr(item))}; it must be a table")
        return checked(item, rule.table, where)
    wanted = str if rule.allowed else int
    if type(item) is not wanted:
        raise MedquantError(f"{where} is {shown(repr(item))}; it must be {_NAMES[wanted]}")
    _in_bounds(item, rule, where)
    return item


def _in_bounds(value: object, rule: Field, where: str) -> None:
    if rule.allowed and value not in rule.allowed:
        raise MedquantError(f"{where} is {shown(str(value))}; {one_of(tuple(rule.allowed))}")
    if isinstance(value, str) and not value.strip():
        raise MedquantError(f"{where} is empty; give a text")
    if isinstance(value, int | float) and not isinstance(value, bool):
        low = rule.low if rule.low is not None else value
        high = rule.high if rule.high is not None else value
        if not low <= value <= high:  # also refuses nan
            raise MedquantError(f"{where} is {value}; allowed: {low:g} to {high:g}")
