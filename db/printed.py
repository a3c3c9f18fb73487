"""Numbers as printed: does a stored value stand in the printed words, and does the change follow from the arms."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from db.vocabulary import ChangeKind


class Severity(StrEnum):
    """How bad a finding is: an error stops a final page, a warning needs a recorded reason."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """Something that is wrong or doubtful: how bad, which rule, where, what was seen, what to do."""

    severity: Severity
    code: str
    where: str
    problem: str
    remedy: str
    accepted: str | None = None


def check_comparison(row: Mapping[str, Any]) -> Iterator[Finding]:
    """Check one comparison: its numbers stand in `as_printed`, and its change follows from its two arms."""
    where = f"comparisons {row['comparison_id']}"
    baseline, quantized, change = row["baseline_value"], row["quantized_value"], row["change_value"]
    printed = printed_numbers(row["as_printed"] or "")
    if printed:
        for name, value in (("baseline_value", baseline), ("quantized_value", quantized)):
            if value is not None and not any(_same(value, seen) for seen in printed):
                yield _not_printed(where, name, value, row["as_printed"])
        both = baseline is not None and quantized is not None
        if change is not None and not both and not _change_is_printed(row["change_kind"], change, printed):
            yield _not_printed(where, "change_value", change, row["as_printed"])
    if baseline is not None and quantized is not None and change is not None:
        expected, slack = expected_change(row["change_kind"], baseline, quantized)
        if expected is None:
            yield Finding(
                Severity.ERROR,
                "arithmetic",
                where,
                "the baseline is 0, so there is no ratio",
                "store the difference",
            )
        elif abs(change - expected) > slack + half_unit(change):
            yield Finding(
                Severity.WARNING,
                "arithmetic",
                where,
                f"{row['change_kind']} {change} is stored, the two arms give {expected:.6g}",
                "correct the value that was misread, or record why the source contradicts itself",
            )


def printed_numbers(words: str) -> list[Decimal]:
    """Return the numbers in a text, without their signs; commas between groups of three digits are dropped."""
    found = re.findall(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+", words)
    return [Decimal(number.replace(",", "")) for number in found]


def half_unit(value: Decimal) -> Decimal:
    """Return half a unit of the last printed decimal: how far rounding may have moved the value."""
    exponent = value.as_tuple().exponent
    return Decimal(5).scaleb(int(exponent) - 1)


def expected_change(
    kind: ChangeKind, baseline: Decimal, quantized: Decimal
) -> tuple[Decimal | None, Decimal]:
    """Return the change that two printed arms give, and how far their rounding may have moved it."""
    slack_b, slack_q = half_unit(baseline), half_unit(quantized)
    if kind == ChangeKind.DIFFERENCE:
        return quantized - baseline, slack_b + slack_q
    if baseline == 0:
        return None, Decimal(0)
    ratio = quantized / baseline
    slack = (slack_q + abs(ratio) * slack_b) / abs(baseline)
    if kind == ChangeKind.RATIO:
        return ratio, slack
    return (ratio - 1) * 100, slack * 100


def _not_printed(where: str, name: str, value: Decimal, printed: str) -> Finding:
    return Finding(
        Severity.WARNING,
        "as_printed",
        f"{where} {name}",
        f"{value} does not stand in the printed words “{printed}”",
        "correct the value or the printed words, or record how the one follows from the other",
    )


def _same(value: Decimal, seen: Decimal) -> bool:
    scaled = (seen, seen * 100, seen / 100, seen * 1000, seen / 1000)
    return any(abs(abs(value) - s) <= max(half_unit(value) / 100, abs(s) * Decimal("1e-9")) for s in scaled)


def _change_is_printed(kind: ChangeKind, change: Decimal, printed: list[Decimal]) -> bool:
    """Whether a change follows from one printed number: as it stands, as "n times", or as "n % less"."""
    slack = half_unit(change)
    for seen in printed:
        forms = [seen, seen * 100, seen / 100]
        if kind == ChangeKind.RATIO:
            forms += [1 - seen / 100, 1 + seen / 100, *([1 / seen] if seen else [])]
        elif kind == ChangeKind.PERCENT_CHANGE:
            forms += [100 * (1 - seen), *([100 * (1 - 1 / seen)] if seen else [])]
        if any(abs(abs(change) - abs(form)) <= slack for form in forms):
            return True
    return not printed
