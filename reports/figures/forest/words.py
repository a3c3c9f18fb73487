"""The words and numbers of a forest plot: cells, headings, its table and its alternative text."""

import math
from typing import Final

import pandas as pd

from reports.figures.forest.data import WIDEST_LOG, Forest, ForestRow, ForestSummary, grouped
from reports.figures.words import counted, ratio, signed

NONE: Final = "–"
HUGE: Final = 1e9
"""A difference beyond it is written with a power of ten, whatever the others are."""
USUAL_DIGITS: Final = 2
MOST_RATIO_DIGITS: Final = 15
NEAR_ONE: Final = math.log(10)
"""Ratios between 0.1 and 10 take the decimals that their intervals need."""


def shown(forest: Forest, value: float) -> str:
    """Return a value on the scale of the analysis as a reader wants it: a ratio, or a difference with its sign."""
    if math.isinf(value):
        return ("0" if forest.log else "−∞") if value < 0 else "∞"
    if forest.log:
        return _ratio(value, forest.digits)
    if forest.scientific or abs(value) >= HUGE:
        return f"{value:+.2e}".replace("-", "−") if value else "0"
    return signed(value, forest.digits)


def _ratio(log_ratio: float, digits: int) -> str:
    if log_ratio > WIDEST_LOG:
        return "∞"
    if log_ratio < -WIDEST_LOG:
        return "0"
    value = math.exp(log_ratio)
    if digits > USUAL_DIGITS and abs(log_ratio) < NEAR_ONE:
        return f"{value:.{min(digits, MOST_RATIO_DIGITS)}f}"
    return ratio(value) if value < 99_999.5 else f"{value:.1e}"


def interval_text(forest: Forest, low: float, high: float) -> str:
    """Return an interval as printed in its column."""
    if math.isnan(low) or math.isnan(high):
        return "[not known]"
    return f"[{shown(forest, low)}; {shown(forest, high)}]"


def estimate_text(forest: Forest, s: ForestSummary) -> str:
    """Return a pooled estimate with its interval as a sentence has it."""
    return f"{shown(forest, s.estimate)} {interval_text(forest, s.ci_low, s.ci_high)}"


def weight_text(weight: float | None) -> str:
    """Return a weight as printed in its column; what has none has a dash."""
    return NONE if weight is None else f"{weight:.1f} %"


def heading(forest: Forest) -> str:
    """Return the heading over estimates and intervals."""
    has = bool(forest.summaries) or any(not row.hollow for row in forest.rows)
    return f"{forest.estimate_head} [{forest.interval}]" if has else forest.estimate_head


def label_of(row: ForestRow) -> str:
    """Return what is written at a row: its label, and that it was measured."""
    return f"{row.label} (measured)".strip() if row.measured else row.label


def table(forest: Forest) -> pd.DataFrame:
    """Return every row, after each subgroup its pooled estimate, and the overall ones with prediction intervals.

    Numbers are on the scale that the figure prints: log ratios are given as ratios.
    """
    heads = [f"{c.over}: {c.head}" if c.over else c.head for c in forest.columns]
    blank = ("",) * len(heads)
    closing = {group.name: group.summary for group in forest.subgroups}
    ordered = grouped(forest.rows)
    lines: list[tuple[object, ...]] = []
    for i, row in enumerate(ordered):
        lines.append(
            (row.study, row.subgroup, row.label, *(row.cells or blank), *_numbers(forest, row.yi, row.ci_low, row.ci_high),
             _or_nan(row.weight), "measured" if row.measured else "reported")
        )  # fmt: skip
        last = i + 1 == len(ordered) or ordered[i + 1].subgroup != row.subgroup
        if last and row.subgroup in closing:
            lines += _pooled(forest, closing[row.subgroup], row.subgroup, blank)
    for s in forest.overall:
        lines += _pooled(forest, s, "", blank)
    name = "ratio" if forest.log else "difference"
    ends = [name, "CI low", "CI high", "weight, percent", "origin"]
    frame = pd.DataFrame(lines, columns=["study", "subgroup", "arm", *heads, *ends])
    return frame if any(row.subgroup for row in forest.rows) else frame.drop(columns="subgroup")


def _pooled(
    forest: Forest, s: ForestSummary, subgroup: str, blank: tuple[str, ...]
) -> list[tuple[object, ...]]:
    numbers = _numbers(forest, s.estimate, s.ci_low, s.ci_high)
    lines: list[tuple[object, ...]] = [
        (s.label, subgroup, "", *(s.cells or blank), *numbers, _or_nan(s.weight), "pooled")
    ]
    if s.prediction:
        numbers = _numbers(forest, None, *s.prediction)
        lines.append(("Prediction interval", subgroup, "", *blank, *numbers, math.nan, "pooled"))
    return lines


def _numbers(forest: Forest, *values: float | None) -> tuple[float, ...]:
    known = [_or_nan(value) for value in values]
    if not forest.log:
        return tuple(known)
    return tuple(math.inf if value > WIDEST_LOG else math.exp(value) for value in known)


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def alt_text(forest: Forest, limits: tuple[float, float]) -> str:
    """Describe the figure, whose axis has these limits, from its numbers."""
    if not forest.rows:
        return f"No {forest.noun} to show for {forest.measure}."
    values = sorted(row.yi for row in forest.rows)
    sentences = [f"Forest plot of {forest.measure}: {_spread(forest, forest.rows)}"]
    bare = sum(row.hollow for row in forest.rows)
    if bare:
        sentences.append(f"{bare} of {len(values)} without a standard error, drawn hollow")
    measured = sum(row.measured for row in forest.rows)
    if measured:
        sentences.append(f"{counted(measured, 'row')} measured, the others reported")
    low, high = limits
    outside = sum(not low <= row.yi <= high for row in forest.rows)
    if outside:
        sentences.append(f"{counted(outside, 'row')} beyond the axis, drawn as arrows")
    for group in forest.subgroups:
        rows = tuple(row for row in forest.rows if row.subgroup == group.name)
        sentences.append(
            f"Subgroup {group.name}: {_spread(forest, rows)}; {_summary_words(forest, group.summary)}"
        )
    sentences += [_summary_words(forest, s) for s in forest.overall] or ["Nothing is pooled"]
    if forest.between:
        sentences.append(forest.between.removesuffix("."))
    return ". ".join(sentences) + "."


def _spread(forest: Forest, rows: tuple[ForestRow, ...]) -> str:
    values = sorted(row.yi for row in rows)
    middle = values[(len(values) - 1) // 2] / 2 + values[len(values) // 2] / 2
    what = counted(len(values), forest.noun)
    studies = len({row.study for row in rows})
    if any(row.label for row in rows) or studies < len(rows):
        what += f" from {counted(studies, 'study')}"
    return (
        f"{what}, {shown(forest, values[0])} to {shown(forest, values[-1])}, median {shown(forest, middle)}"
    )


def _summary_words(forest: Forest, s: ForestSummary) -> str:
    words = f"{s.label}: {estimate_text(forest, s)}"
    if s.prediction:
        words += f", prediction interval {interval_text(forest, *s.prediction)}"
    if s.heterogeneity:
        words += f". {s.heterogeneity.removesuffix('.')}"
    return words
