"""What a number means while it is typed: printed words in the unit that the row is kept in."""

from collections.abc import Mapping
from decimal import Decimal

from db.codebook.codebook import Codebook
from db.errors import DataError
from db.vocabulary import Bound
from review.agreeing import in_rows_unit
from review.extraction import ARMS, CHANGE, unit_of
from review.quantities.change import read_change
from review.quantities.numbers import read_number
from review.quantities.quantity import Quantity, read_quantity

SIGNS = {"percent": "%", "ratio": "times"}
BOUNDS = {Bound.ABOUT: "about ", Bound.AT_LEAST: "at least ", Bound.AT_MOST: "at most "}


def meaning(field: str, printed: str, row: Mapping[str, str], codebook: Codebook) -> str:
    """Return what printed words of a comparison mean, such as `12,000 kB → 12 MB`, or why they cannot be read."""
    words = printed.strip()
    try:
        if field == CHANGE:
            return f"{words} → {_change(words, row, codebook)}"
        if field == "n_test":
            return f"{words} → {_plain(read_number(words.split(' ', maxsplit=1)[0]))} test cases"
        if field in ARMS:
            return f"{words} → {_quantity(words, row)}{_stored(field, words, row)}"
    except DataError as error:
        return str(error)
    return ""


def _quantity(words: str, row: Mapping[str, str]) -> str:
    unit = unit_of(row)
    found: Quantity = read_quantity(words, outcome=row["outcome"] if unit else None, unit=_told_unit(row))
    sign = SIGNS.get(found.unit, found.unit)
    if found.value is None:
        return f"{_plain(found.low)} to {_plain(found.high)} {sign}, a range".replace(" ,", ",")
    spread = "" if found.spread is None else f" ± {_plain(found.spread)}"
    return f"{BOUNDS.get(found.bound, '')}{_plain(found.value)}{spread} {sign}".strip()


def _told_unit(row: Mapping[str, str]) -> str | None:
    """Return the unit of a bare number; a share tells by its size whether it is a fraction."""
    unit = unit_of(row)
    return None if unit in ("percent", "fraction") else unit


def _stored(field: str, words: str, row: Mapping[str, str]) -> str:
    try:
        stored, _ = in_rows_unit(row, field, words)
    except DataError as error:
        return f"; {error}"
    return f" (kept as {stored} {row['unit']})"


def _change(words: str, row: Mapping[str, str], codebook: Codebook) -> str:
    better = codebook.outcomes[row["outcome"]].better
    found = read_change(words, outcome=row["outcome"], better=better, decimal=".")
    ends = [_plain(end) for end in (found.value, found.low, found.high) if end is not None]
    kind = found.kind.replace("_", " ")
    return (
        f"{BOUNDS.get(found.bound, '')}{kind} {' to '.join(ends)} {SIGNS.get(found.unit, found.unit)}".strip()
    )


def _plain(value: Decimal | None) -> str:
    """Return a number without zeros at its end that nobody printed."""
    if value is None:
        return ""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
