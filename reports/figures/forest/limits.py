"""How far the axis of a forest plot reaches, and its ticks."""

import math
from itertools import pairwise
from typing import Final

from reports.figures import style
from reports.figures.forest.data import WIDEST_LOG, Forest
from reports.figures.measure import text_width
from reports.figures.scale import linear_ticks, ratio_ticks, robust_limits
from reports.figures.words import tick_label

CLOSEST: Final = 20.0
"""Points from tick to tick at least."""
_FEWEST: Final = 3


def limits(forest: Forest) -> tuple[float, float]:
    """Return the limits of the axis, the same on every page.

    They hold the null, the pooled estimates and the bulk of rows and intervals; the rest becomes arrows. Pooled
    intervals and prediction intervals are taken in as long as they do not double the axis.
    """
    if forest.axis is not None:
        return forest.axis
    values = [row.yi for row in forest.rows]
    for row in forest.rows:
        values += [end for end in (row.ci_low, row.ci_high) if end is not None and math.isfinite(end)]
    keep = [forest.null, *(s.estimate for s in forest.summaries)]
    low, high = robust_limits(values, keep)
    span = 2 * (high - low)
    for s in forest.summaries:
        for end in (s.ci_low, s.ci_high, *(s.prediction or ())):
            wide_low, wide_high = min(low, end), max(high, end)
            if math.isfinite(end) and wide_high - wide_low <= span:
                low, high = wide_low, wide_high
    if forest.log:
        low, high = max(low, -WIDEST_LOG), min(high, WIDEST_LOG)
    return low, high


def ticks(forest: Forest, low: float, high: float, width: float) -> list[tuple[float, str]]:
    """Return places and labels of the ticks on an axis of this width in points: round, and never touching."""
    found: list[tuple[float, str]] = []
    for most in range(max(int(width / CLOSEST), _FEWEST), 1, -1):
        found = _ratio_labels(low, high, most) if forest.log else _linear_labels(low, high, most)
        edges = [
            ((value - low) / (high - low) * width, text_width(label, style.SMALL)) for value, label in found
        ]
        clear = all(b[0] - a[0] > (a[1] + b[1]) / 2 + 3 for a, b in pairwise(edges))
        if clear:
            return found
    return found[:1]


def _ratio_labels(low: float, high: float, most: int) -> list[tuple[float, str]]:
    found = [(math.log(tick), f"{tick:g}") for tick in ratio_ticks(low, high, most)]
    if len(found) >= 2:
        return found
    # an axis within a few percent of one ratio has no round ratios: take round differences of the ratio
    return [(math.log(t), f"{t:.10g}") for t in linear_ticks(math.exp(low), math.exp(high), most) if t > 0]


def _linear_labels(low: float, high: float, most: int) -> list[tuple[float, str]]:
    return [(tick, tick_label(tick)) for tick in linear_ticks(low, high, most)]
