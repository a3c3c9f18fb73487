"""Axes that cope with extremes: limits that show the bulk, and ticks at round ratios."""

import math
from collections.abc import Sequence

import numpy as np


def robust_limits(
    values: Sequence[float], keep: Sequence[float] = (), reach: float = 3.0, pad: float = 0.06
) -> tuple[float, float]:
    """Return limits that hold `keep` and the bulk of `values`.

    The bulk lies within `reach` interquartile ranges of the quartiles. Values beyond it are taken in, nearest
    first, while the axis stays below three times the bulk; the rest is left to be drawn as arrows at the edge, so
    that one collapsed network does not flatten all others.

    Parameters
    ----------
    values
        Finite numbers on the scale of the axis; may be empty.
    keep
        Numbers that must be inside, such as the null.
    reach
        Interquartile ranges allowed beyond the quartiles.
    pad
        Share of the span added at each end.
    """
    data = np.asarray(values, dtype=float)
    low, high = (min(keep), max(keep)) if keep else (math.inf, -math.inf)
    if data.size:
        q1, q3 = np.quantile(data, [0.25, 0.75])
        fence = reach * (q3 - q1) if q3 > q1 else math.inf
        inside = data[(data >= q1 - fence) & (data <= q3 + fence)]
        low, high = min(low, float(inside.min())), max(high, float(inside.max()))
        most = 3 * (high - low)
        for value in sorted((float(v) for v in data), key=lambda v: max(low - v, v - high)):
            if max(high, value) - min(low, value) <= most:
                low, high = min(low, value), max(high, value)
    if not math.isfinite(low):
        low, high = 0.0, 0.0
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        half = 0.5 * max(abs(low), abs(high)) or 0.5
        low, high = low - half, high + half
    margin = pad * (high - low)
    return low - margin, high + margin


def ratio_ticks(low: float, high: float, most: int = 7) -> list[float]:
    """Return round ratios whose logarithms lie between `low` and `high`: 1-2-5 steps, fewer where they crowd."""
    decades = range(math.floor(low / math.log(10)) - 1, math.ceil(high / math.log(10)) + 1)
    candidates: list[float] = []
    for steps in (
        (1, 1.1, 1.25, 1.5, 1.75, 2, 3, 4, 5, 6, 7, 8, 9),
        (1, 1.5, 2, 3, 5, 7),
        (1, 2, 5),
        (1, 3),
        (1,),
    ):
        candidates = [float(f"{step * 10.0**decade:.6g}") for decade in decades for step in steps]
        candidates = [tick for tick in candidates if low <= math.log(tick) <= high]
        if len(candidates) <= most:
            return candidates
    every = -(-len(candidates) // most)
    start = next((i % every for i, tick in enumerate(candidates) if tick == 1.0), 0)
    return candidates[start::every]


def linear_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers between `low` and `high`, zero among them where it is inside."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [float(f"{k * step:.10g}") for k in range(first, last + 1)]
