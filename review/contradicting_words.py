"""Changes that a source prints beside its two arms: `35.34 -> 5.76, 6.14x`, `0.872 -> 0.387 (55.6%)`."""

import re
from collections.abc import Iterator
from decimal import Decimal

from db.errors import DataError
from db.printed import half_unit
from review.quantities.numbers import NUMBER, read_number
from review.quantities.quantity import LONGEST

_AFTER_ARMS = re.compile(rf"(?:->|→)\s*{NUMBER}[^,(;]*[,(;](?P<rest>.*)", re.DOTALL)
_PERCENT = re.compile(rf"(?P<size>{NUMBER})\s*%")
_TIMES = re.compile(
    rf"factor of (?P<factor>{NUMBER})|(?P<size>{NUMBER})\s*(?:[x×](?!\w)|times\b|-?fold\b)", re.IGNORECASE
)


def printed_changes(words: str) -> Iterator[tuple[str, str, Decimal, Decimal]]:
    """Give what stands after two arms: the words, `percent` or `times`, the size without sign, half its last digit."""
    after = _AFTER_ARMS.search(words[:LONGEST])
    if after is None:
        return
    for form, pattern in (("percent", _PERCENT), ("times", _TIMES)):
        for found in pattern.finditer(after["rest"]):
            groups = found.groupdict()
            try:
                size = abs(read_number(groups.get("size") or groups["factor"]))
            except DataError:
                continue
            yield found[0].strip(), form, size, half_unit(size)
