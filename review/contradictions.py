"""Arithmetic contradictions: what one row, or two rows of one arm, say that cannot both be true.

Rounding is tolerated as far as the printed digits allow it, and no further. A finding is no verdict on the study: it
says what does not follow, and which innocent reason there may be.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, select

from db.errors import MedquantError, shown
from db.models.tables import Comparison
from db.printed import expected_change, half_unit
from db.vocabulary import Bound, ChangeKind, Control, Origin
from review.contradicting_words import printed_changes
from review.quantities.units import UNITS

Row = Mapping[str, Any]
FULL_BITS = 32
BITS_OF = {"8f": 8.0, "16f": 16.0, "bf16": 16.0, "32f": 32.0, "ternary": math.log2(3), "binary": 1.0}
LOOSE = Decimal("0.05")
"""How far sizes, and rates against times, may miss each other: file heads, means of rates that are no rate of means."""

_POINTS = {"percent": Decimal(1), "fraction": Decimal(100)}


@dataclass(frozen=True)
class Contradiction:
    """What does not follow: the rule, the comparisons, what is said, what follows, and what may explain it."""

    rule: str
    source: str
    origin: Origin
    comparisons: tuple[str, ...]
    said: str
    follows: str
    may_be: str


def find_contradictions(connection: Connection, study: str | None = None) -> list[Contradiction]:
    """Return the contradictions of all comparisons, or of one study or run, in the order of the rows.

    Raises
    ------
    MedquantError
        If there is no comparison of that study or run.
    """
    table = Comparison.__table__
    rows = [
        dict(row)
        for row in connection.execute(
            select(table).order_by(Comparison.origin.desc(), Comparison.position, Comparison.comparison_id)
        ).mappings()
    ]
    if study is not None:
        rows = [row for row in rows if study in (row["study_id"], row["run_id"])]
        if not rows:
            raise MedquantError(
                f"no comparison belongs to {shown(study)}; `medquant review study list` names the studies"
            )
    return list(contradictions_of(rows))


def contradictions_with(connection: Connection, comparison: str) -> list[Contradiction]:
    """Return the contradictions in which a comparison takes part, for the moment after it was edited."""
    source = connection.scalar(
        select(func.coalesce(Comparison.study_id, Comparison.run_id)).where(
            Comparison.comparison_id == comparison
        )
    )
    found = find_contradictions(connection, source) if source else []
    return [one for one in found if comparison in one.comparisons]


def contradictions_of(rows: Iterable[Row]) -> Iterator[Contradiction]:
    """Give the contradictions of rows: first what each says by itself, then what rows of one arm say together."""
    arms: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        for rule in BY_ROW:
            yield from rule(row)
        arms[tuple(row[name] for name in _ONE_ARM)].append(row)
    for together in arms.values():
        yield from _rate_and_time(together)
        yield from _size_and_parameters(together)


_ONE_ARM = ("study_id", "run_id", "arm", "architecture", "device", "weight_bits")


def change_and_arms(row: Row) -> Iterator[Contradiction]:
    """Compare the stored ratio, percent change or difference with what the two stored arms give."""
    baseline, quantized, change = row["baseline_value"], row["quantized_value"], row["change_value"]
    if baseline is None or quantized is None or change is None:
        return
    expected, slack = expected_change(row["change_kind"], baseline, quantized)
    if expected is None or abs(change - expected) > slack + half_unit(change):
        follows = (
            "no ratio: the baseline is 0" if expected is None else f"{row['change_kind']} {expected:.6g}"
        )
        yield _found(
            "change_and_arms", [row], f"{row['change_kind']} {change}", follows, "a value that was misread"
        )


def printed_change_and_arms(row: Row) -> Iterator[Contradiction]:
    """Compare a change that is printed beside two arms, such as `124 -> 31, 4x`, with what the arms give."""
    baseline, quantized = row["baseline_value"], row["quantized_value"]
    if not baseline or quantized is None:
        return
    relative, slack = expected_change(ChangeKind.PERCENT_CHANGE, baseline, quantized)
    ratio, moved = expected_change(ChangeKind.RATIO, baseline, quantized)
    if relative is None or ratio is None:
        return
    points = (quantized - baseline) * _POINTS.get(row["unit"], Decimal(0))
    point_slack = (half_unit(quantized) + half_unit(baseline)) * _POINTS.get(row["unit"], Decimal(0))
    for words, form, size, half in printed_changes(row["as_printed"] or ""):
        if form == "percent":
            fits = abs(abs(relative) - size) <= slack + half or (
                row["unit"] in _POINTS and abs(abs(points) - size) <= point_slack + half
            )
            follows = f"{relative:+.4g} %" + (f", {points:+.4g} points" if row["unit"] in _POINTS else "")
        else:
            inverse = 1 / ratio if ratio else Decimal(0)
            reach = moved / ratio**2 if ratio else Decimal(0)
            fits = abs(ratio - size) <= moved + half or abs(inverse - size) <= reach + half
            follows = f"{ratio:.4g} times, or {inverse:.4g} times smaller"
        if not fits:
            yield _found(
                "printed_change_and_arms", [row], f"{words} beside {baseline} -> {quantized}", follows,
                "arms of another table, or a change taken before rounding",
            )  # fmt: skip


def share_and_cases(row: Row) -> Iterator[Contradiction]:
    """Check that an accuracy is a whole number of test cases, as far as its digits show."""
    n = row["n_test"]
    if row["outcome"] != "accuracy" or not n or row["unit"] not in _POINTS:
        return
    for name in ("baseline_value", "quantized_value"):
        value = row[name]
        if value is None or (name == "quantized_value" and row["bound"] != Bound.EXACT):
            continue
        share, slack = _share(value, row["unit"])
        nearest = Decimal(round(share * n)) / n
        if abs(nearest - share) > slack:
            yield _found(
                "share_and_cases", [row], f"{name} {value} {row['unit']} of {n} test cases",
                f"the nearest whole number of cases, {round(share * n)}, is {nearest * 100:.4f} %",
                "digits cut off instead of rounded, a mean over folds or seeds, or another test set",
            )  # fmt: skip


def cells_and_shares(row: Row) -> Iterator[Contradiction]:
    """Check the discordant cells of a paired table against the two accuracies."""
    gained, lost, n = row["discordant_gained"], row["discordant_lost"], row["n_test"]
    baseline, quantized = row["baseline_value"], row["quantized_value"]
    if None in (gained, lost, baseline, quantized) or not n:
        return
    if row["outcome"] != "accuracy" or row["unit"] not in _POINTS:
        return
    (p, slack_p), (q, slack_q) = _share(baseline, row["unit"]), _share(quantized, row["unit"])
    said = f"{gained} gained and {lost} lost of {n}, {baseline} -> {quantized} {row['unit']}"
    if abs((q - p) * n - (gained - lost)) > (slack_p + slack_q) * n:
        yield _found(
            "cells_and_shares", [row], said, f"the accuracies differ by {(q - p) * n:.2f} cases, the cells by {gained - lost}",
            "cells of another split or threshold",
        )  # fmt: skip
    elif lost > (p + slack_p) * n or gained > (1 - p + slack_p) * n:
        yield _found(
            "cells_and_shares", [row], said, f"the baseline has {p * n:.1f} cases right and {(1 - p) * n:.1f} wrong",
            "cells of another split or threshold",
        )  # fmt: skip


def size_and_bits(row: Row) -> Iterator[Contradiction]:
    """Check that fewer bits alone explain how much smaller a network is said to be."""
    if row["outcome"] not in ("size", "memory") or row["control"] != Control.CLEAN or not row["weight_bits"]:
        return
    kind, change = row["change_kind"], row["change_value"]
    baseline, quantized = row["baseline_value"], row["quantized_value"]
    if baseline and quantized is not None:
        ratio = quantized / baseline
    elif change is None or kind not in (ChangeKind.RATIO, ChangeKind.PERCENT_CHANGE):
        return
    else:
        ratio = change if kind == ChangeKind.RATIO else 1 + change / 100
    least = min(_bits(code) for code in row["weight_bits"]) / FULL_BITS
    loose = LOOSE if row["bound"] == Bound.EXACT else 2 * LOOSE
    if ratio > 0 and float(ratio) < least * float(1 - loose):
        yield _found(
            "size_and_bits", [row], f"{1 / ratio:.4g} times smaller with weights of {';'.join(row['weight_bits'])} bits",
            f"from {FULL_BITS} bits at most {1 / least:.4g} times by precision alone",
            "a baseline file with the optimizer's state, further compression, or a count of activations",
        )  # fmt: skip


BY_ROW: tuple[Callable[[Row], Iterator[Contradiction]], ...] = (
    change_and_arms,
    printed_change_and_arms,
    share_and_cases,
    cells_and_shares,
    size_and_bits,
)


RULES = (*(rule.__name__ for rule in BY_ROW), "rate_and_time", "size_and_parameters")


def _rate_and_time(rows: list[Row]) -> Iterator[Contradiction]:
    """Compare images a second with the time of one, both of the same arm of the same network on the same device."""
    for arm in ("baseline_value", "quantized_value"):
        rates = [
            (row, row[arm])
            for row in rows
            if row["outcome"] == "throughput" and row["unit"] == "fps" and row[arm]
        ]
        times = [
            (row, row[arm])
            for row in rows
            if row["outcome"] == "latency" and row["unit"] in ("ms", "s", "us") and row[arm]
        ]
        for rate_row, rate in rates:
            for time_row, time in times:
                if rate_row["bound"] != Bound.EXACT or time_row["bound"] != Bound.EXACT:
                    continue
                factor = UNITS[time_row["unit"]].factor / 1000
                product = rate * time * factor
                slack = (half_unit(rate) / rate + half_unit(time) / time + LOOSE) * product
                if abs(product - 1) > slack:
                    yield _found(
                        "rate_and_time", [rate_row, time_row], f"{rate} fps and {time} {time_row['unit']}",
                        f"{1 / (time * factor):.4g} fps for one after another",
                        "batches, a pipeline, or a time without reading and resizing",
                    )  # fmt: skip


def _size_and_parameters(rows: list[Row]) -> Iterator[Contradiction]:
    """Compare a file with its number of parameters times their bits: it cannot be smaller."""
    for arm in ("baseline_value", "quantized_value"):
        counts = [
            (row, row[arm]) for row in rows if row["outcome"] == "params" and row["unit"] == "M" and row[arm]
        ]
        sizes = [
            (row, row[arm])
            for row in rows
            if row["outcome"] == "size" and row["unit"] in ("MB", "KB", "GB") and row[arm]
        ]
        for count_row, count in counts:
            for size_row, size in sizes:
                codes = size_row["weight_bits"]
                if arm == "quantized_value" and not codes:
                    continue
                bits = FULL_BITS if arm == "baseline_value" else min(_bits(code) for code in codes)
                least = (count - half_unit(count)) * Decimal(str(bits)) / 8 * (1 - LOOSE)
                if (size + half_unit(size)) * UNITS[size_row["unit"]].factor < least:
                    yield _found(
                        "size_and_parameters", [count_row, size_row],
                        f"{count} million parameters in {size} {size_row['unit']}",
                        f"at {bits:.3g} bits each at least {least:.4g} MB",
                        "fewer parameters stored than counted, or half precision in the baseline",
                    )  # fmt: skip


def _share(value: Decimal, unit: str) -> tuple[Decimal, Decimal]:
    """Return a share from 0 to 1 and how far its rounding may have moved it."""
    factor = _POINTS[unit] / 100
    return value * factor, half_unit(value) * factor


def _bits(code: str) -> float:
    return BITS_OF.get(code) or float(code)


def _found(rule: str, rows: list[Row], said: str, follows: str, may_be: str) -> Contradiction:
    source = rows[0]["study_id"] or rows[0]["run_id"]
    keys = tuple(row["comparison_id"] for row in rows)
    return Contradiction(rule, source, rows[0]["origin"], keys, said, follows, may_be)
