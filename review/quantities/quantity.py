"""A printed value: number, unit, bound, with the printed words kept beside what they mean."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from db.errors import DataError, shown
from db.printed import half_unit
from db.vocabulary import Bound, Direction
from review.quantities.bounds import take_bound
from review.quantities.numbers import NUMBER, read_number
from review.quantities.units import KIND_OF_OUTCOME, NORMAL, UNITS, Unit, read_unit

LONGEST = 200
_ARMS = re.compile(r"->|→|⟶|=>|^from\b", re.IGNORECASE)
_SPREAD = re.compile(
    rf"(?P<value>{NUMBER})\s*(?P<unit>[^\d±]*?)\s*(?:±|\+/-|\+-)\s*(?P<spread>{NUMBER})(?P<rest>.*)"
)
_RANGE = re.compile(
    rf"(?:between\s+)?(?P<low>{NUMBER})\s*(?P<unit>[^\d\s–—-]*?)\s*(?:–|—|-|\bto\b|\band\b|\.\.)\s*(?P<high>{NUMBER})(?P<rest>.*)",
    re.IGNORECASE,
)
_SINGLE = re.compile(rf"(?P<value>{NUMBER})(?P<rest>.*)")
_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Quantity:
    """What printed words say: `value` in `unit`, how exact it is, and the words themselves.

    `unit` is the normal unit of its kind (percent, MB, ms, fps, mJ, W, GOPS/J, M, ratio), or "" where none is known.
    A range has `low` and `high` and no value. `spread` is what follows ±, in the same unit. `slack` is how far the
    printed digits may have been rounded, in the same unit.
    """

    printed: str
    value: Decimal | None
    unit: str
    bound: Bound
    slack: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    spread: Decimal | None = None

    def worse(self, better: Direction) -> Decimal | None:
        """Return the value, of a range the end that flatters least; None where no end is known to."""
        if self.bound != Bound.RANGE or better == Direction.NEITHER:
            return self.value
        return self.low if better == Direction.HIGHER else self.high


def read_quantity(
    printed: str, *, outcome: str | None = None, unit: str | None = None, decimal: str | None = None
) -> Quantity:
    """Read a value as printed and normalise it.

    Parameters
    ----------
    printed
        The words of the source, such as `12,000 kB`, `~50 ms`, `3 ± 0.2 s`, `33–95 µs`, `0.9313`.
    outcome
        Code of the outcome, where known: a bare 0.9313 of an accuracy is 93.13 %.
    unit
        Unit of a bare number, where a table's head names it (a code of the codebook or as printed).
    decimal
        `.` or `,` where the source's decimal sign is known.

    Returns
    -------
    quantity
        In the normal unit of its kind.

    Raises
    ------
    DataError
        In one sentence, if the words cannot be read or may mean two things.
    """
    text = printed.strip()
    if not text or len(printed) > LONGEST:
        raise DataError(
            f"{shown(printed)} is no value; allowed: a number with its unit, up to {LONGEST} characters"
        )
    if _ARMS.search(text):
        raise DataError(f"{shown(printed)} names two values; read each arm by itself")
    bound, rest = take_bound(text)
    low, high, spread, spelled = _parts(rest, bound, printed, decimal)
    kind = KIND_OF_OUTCOME.get(outcome or "")
    found = read_unit(spelled) or read_unit(unit or "")
    if found is None and kind == "share":
        found = _bare_share(high, printed)
    if found is not None and kind is not None and found.kind not in (kind, *_ALSO.get(kind, ())):
        raise DataError(
            f"{shown(printed)} has a unit of {found.kind}, {outcome} needs one of {kind}; check unit and outcome"
        )
    factor = Decimal(1) if found is None else found.factor
    ranged = low != high
    return Quantity(
        printed,
        None if ranged else _times(high, factor),
        "" if found is None else NORMAL[found.kind],
        Bound.RANGE if ranged else bound,
        _times(max(half_unit(low), half_unit(high)), factor),
        _times(low, factor) if ranged else None,
        _times(high, factor) if ranged else None,
        None if spread is None else _times(spread, factor),
    )


_ALSO = {
    "energy": ("efficiency", "ratio"),
    "size": ("ratio",),
    "time": ("ratio", "rate"),
    "rate": ("ratio", "time"),
}
"""Kinds in which an outcome is told besides its own."""


def _parts(
    text: str, bound: Bound, printed: str, decimal: str | None
) -> tuple[Decimal, Decimal, Decimal | None, str]:
    """Return both ends (the same for one value), the spread, and the words of the unit."""
    if found := _SPREAD.fullmatch(text):
        value = read_number(found["value"], decimal=decimal)
        return value, value, abs(read_number(found["spread"], decimal=decimal)), _one_unit(found, printed)
    if found := _RANGE.fullmatch(text):
        low, high = read_number(found["low"], decimal=decimal), read_number(found["high"], decimal=decimal)
        if low > high:
            raise DataError(f"{shown(printed)} begins with its larger end; two arms are read one by one")
        if bound not in (Bound.EXACT, Bound.ABOUT):
            raise DataError(f"{shown(printed)} is a range and a limit at once; store one of them")
        return low, high, None, _one_unit(found, printed)
    if found := _SINGLE.fullmatch(text):
        value = read_number(found["value"], decimal=decimal)
        return value, value, None, found["rest"]
    raise DataError(f"{shown(printed)} begins with no number; allowed: a number with its unit, such as 12 MB")


def _one_unit(found: re.Match[str], printed: str) -> str:
    """Return the unit that stands after the first number, the second, or both alike."""
    first, last = found["unit"].strip(" ("), found["rest"].strip(" )")
    if first and last and first != last:
        raise DataError(f"{shown(printed)} has two units, {first} and {last}; write both numbers in one")
    return last or first


def _bare_share(value: Decimal, printed: str) -> Unit:
    """Tell a fraction from a percentage where no unit is printed."""
    if abs(value) == 1:
        raise DataError(f"{shown(printed)} is ambiguous: 1 % or a fraction of 1; write the unit")
    if abs(value) > _HUNDRED:
        raise DataError(f"{shown(printed)} is no share; allowed: 0 to 1, or 0 to 100 %")
    return UNITS["fraction" if abs(value) < 1 else "percent"]


def _times(value: Decimal, factor: Decimal) -> Decimal:
    """Multiply, with as many decimals as both have and no power of ten in the text."""
    return Decimal(format(value * factor, "f"))


def either_reading(
    printed: str, *, outcome: str | None = None, unit: str | None = None
) -> Iterator[Quantity]:
    """Give every reading that a value allows: one, two where a comma is ambiguous, none where it cannot be read."""
    seen = set()
    for decimal in (None, ".", ","):
        try:
            found = read_quantity(printed, outcome=outcome, unit=unit, decimal=decimal)
        except DataError:
            continue
        if found not in seen:
            seen.add(found)
            yield found
        if decimal is None:
            return
