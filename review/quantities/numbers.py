"""One printed number: signs, exponents, and the commas and points of two traditions."""

import re
from decimal import Decimal

from db.errors import DataError, shown
from db.models.base import LONGEST_NUMBER

_BODY = r"\d(?:[\d.,'’\u00a0\u2009\u202f]|(?<=\d) (?=\d{3}(?!\d)))*"
_POWER = r"(?:[eE][-+−]?\d{1,4}|\s?[x×·*]\s?10\^?\(?[-+−]?\d{1,4}\)?|\s?[x×·*]\s?10[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})"
NUMBER = rf"[-+−]?\s?(?:{_BODY}|\.\d+)(?:{_POWER})?"
"""The pattern of a number as printed; what it finds may still be ambiguous."""

_LARGEST_POWER = 15
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SPLIT = re.compile(rf"(?P<sign>[-+−]?)\s?(?P<body>{_BODY}|\.\d+)(?P<power>{_POWER})?")


def read_number(printed: str, *, decimal: str | None = None) -> Decimal:
    """Return the number that is printed, with its decimals kept.

    Parameters
    ----------
    printed
        Digits with an optional sign, thousands, decimals and power of ten.
    decimal
        `.` or `,` where the source's decimal sign is known; it settles what is ambiguous, such as 1,234.

    Raises
    ------
    DataError
        If it is no number, or could be two.
    """
    text = printed.strip()
    found = _SPLIT.fullmatch(text)
    if found is None or len(text) > LONGEST_NUMBER:
        raise DataError(
            f"{shown(printed)} is no number; allowed: digits with sign, decimals, a power of ten, at most "
            f"{LONGEST_NUMBER} characters"
        )
    value = Decimal(_plain(found["body"], decimal))
    power = _power(found["power"] or "", printed)
    value = value.scaleb(power)
    return -value if found["sign"] in ("-", "−") else value


def _plain(body: str, decimal: str | None) -> str:
    """Return the digits with a point alone, or refuse."""
    text = re.sub(r"['’\u00a0\u2009\u202f ]", "", body)
    commas, points = text.count(","), text.count(".")
    if text[-1] in ".,":
        raise DataError(f"{shown(body)} ends in a point or comma; take it out")
    if commas and points:
        last = max(text.rfind(","), text.rfind("."))
        thousands = "." if text[last] == "," else ","
        if decimal == thousands or text.count(text[last]) > 1:
            raise _broken(body)
        return _ungrouped(text[:last], thousands, body) + "." + text[last + 1 :]
    if commas > 1 or points > 1:
        return _ungrouped(text, "," if commas else ".", body)
    if points:
        return _ungrouped(text, ".", body) if decimal == "," else text
    return _one_comma(text, body, decimal) if commas else text


def _one_comma(text: str, body: str, decimal: str | None) -> str:
    whole, _, rest = text.partition(",")
    if decimal == ",":
        return f"{whole}.{rest}"
    grouped = len(rest) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    if decimal == ".":
        if not grouped:
            raise _broken(body)
        return whole + rest
    if not grouped:
        return f"{whole}.{rest}"
    if rest == "000":
        return whole + rest
    raise DataError(
        f"{shown(body)} is ambiguous: {whole}{rest} (comma between thousands) or {whole}.{rest} (decimal comma); "
        "write it without the comma"
    )


def _ungrouped(text: str, sign: str, body: str) -> str:
    if sign in text and not re.fullmatch(rf"[1-9]\d{{0,2}}(?:{re.escape(sign)}\d{{3}})+", text):
        raise _broken(body)
    return text.replace(sign, "")


def _broken(body: str) -> DataError:
    return DataError(
        f"{shown(body)} has points and commas that make no number; allowed: 1,234.5 or 1.234,5 or 1234.5"
    )


def _power(text: str, printed: str) -> int:
    if not text:
        return 0
    words = text.translate(_SUPERSCRIPT).replace("−", "-")
    digits = re.sub(r"^[eE]|^\s?[x×·*]\s?10\^?|[()]", "", words)
    power = int(digits)
    if abs(power) > _LARGEST_POWER:
        raise DataError(f"{shown(printed)} has a power beyond ±{_LARGEST_POWER}; check the printed words")
    return power
