"""Pooling 2×2 tables without a variance of each: Mantel and Haenszel's method."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from review.meta.errors import InvalidInput
from review.meta.inference import check_level, coefficient
from review.meta.tables import ChiSquare, TablePool, Tables, heterogeneity_of, hypergeometric, read_tables

Vector = NDArray[np.float64]
Measure = Literal["OR", "RR", "RD"]
MEASURES = ("OR", "RR", "RD")


def mantel_haenszel(
    a: ArrayLike,
    b: ArrayLike,
    c: ArrayLike,
    d: ArrayLike,
    *,
    measure: Measure = "OR",
    level: float = 95.0,
    labels: Sequence[object] | None = None,
) -> TablePool:
    """Pool 2×2 tables by Mantel and Haenszel's weights.

    Parameters
    ----------
    a
        Events in the first group, shape (n,), counts ≥ 0; a table with a missing count is left out.
    b
        Non-events in the first group.
    c
        Events in the second group.
    d
        Non-events in the second group.
    measure
        "OR", "RR" or "RD".
    level
        Confidence level in percent.
    labels
        n labels that name the tables; None numbers them from 1.

    Raises
    ------
    InvalidInput
        For counts below 0, an empty group, no table left, or tables that together hold no ratio.

    Notes
    -----
    No cell is changed for the estimate, so that tables with a zero cell count as they are; only the tables' own effects
    in Q need ½ added to all cells of a table that has a zero.

    References
    ----------
    Mantel and Haenszel (1959), JNCI 22, 719–748; variances: Robins, Breslow and Greenland (1986), Biometrics 42,
    311–323 (OR), Greenland and Robins (1985), Biometrics 41, 55–68 (RR), Sato, Greenland and Robins (1989), Biometrics
    45, 1323–1324 (RD); Breslow and Day (1980); Tarone (1985), Biometrika 72, 91–95.
    """
    if measure not in MEASURES:
        raise InvalidInput(f"measure = {measure!r} is unknown: choose one of {', '.join(MEASURES)}")
    level = check_level(level)
    t = read_tables(a, b, c, d, labels)
    estimate, se = {"OR": _odds, "RR": _risk, "RD": _difference}[measure](t)
    warnings = []
    if not (math.isfinite(estimate) and math.isfinite(se) and se > 0):
        raise InvalidInput(
            f"the {t.a.size} tables together have no {measure} with an error: one group has no events, or only events, "
            "in all of them"
        )
    pooled = coefficient(measure if measure == "RD" else f"log {measure}", estimate, se, None, level)
    yi, vi, changed = _own_effects(t, measure)
    told = np.isfinite(yi) & (vi > 0)
    if not told.all():
        warnings.append(
            f"{int((~told).sum())} of {t.a.size} tables have no effect of their own and stand outside Q"
        )
    association, breslow_day, tarone = _odds_tests(t, estimate) if measure == "OR" else (None, None, None)
    return TablePool(
        "Mantel–Haenszel",
        measure,
        t.a.size,
        level,
        pooled,
        heterogeneity_of(yi[told], vi[told], estimate),
        association,
        breslow_day,
        tarone,
        f"none for the estimate; ½ to the cells of {changed} tables with a zero, for Q alone",
        tuple(warnings),
        t.excluded,
    )


def _odds(t: Tables) -> tuple[float, float]:
    p, q = (t.a + t.d) / t.n, (t.b + t.c) / t.n
    r, s = t.a / t.n * t.d, t.b / t.n * t.c
    up, down = float(r.sum()), float(s.sum())
    if not (up > 0 and down > 0):
        return math.nan, math.nan
    variance = (
        float((p * r).sum()) / up**2
        + float((p * s + q * r).sum()) / (up * down)
        + float((q * s).sum()) / down**2
    ) / 2
    return math.log(up / down), math.sqrt(variance)


def _risk(t: Tables) -> tuple[float, float]:
    up, down = float((t.a * (t.n2 / t.n)).sum()), float((t.c * (t.n1 / t.n)).sum())
    if not (up > 0 and down > 0):
        return math.nan, math.nan
    noise = float((t.n1 / t.n * (t.n2 / t.n) * (t.a + t.c) - t.a / t.n * t.c).sum())
    return math.log(up / down), math.sqrt(max(0.0, noise) / (up * down))


def _difference(t: Tables) -> tuple[float, float]:
    weight = float((t.n1 * (t.n2 / t.n)).sum())
    estimate = float((t.a * (t.n2 / t.n) - t.c * (t.n1 / t.n)).sum()) / weight
    first, second = t.n1 / t.n, t.n2 / t.n
    tilt = float((t.c * first**2 - t.a * second**2 + first * second * (t.n2 - t.n1) / 2).sum())
    spread = float((t.a * (t.n2 - t.c) / t.n + t.c * (t.n1 - t.a) / t.n).sum()) / 2
    return estimate, math.sqrt(max(0.0, estimate * tilt + spread)) / weight


def _own_effects(t: Tables, measure: Measure) -> tuple[Vector, Vector, int]:
    zero = (t.a == 0) | (t.b == 0) | (t.c == 0) | (t.d == 0)
    a, b, c, d = (x + 0.5 * zero for x in (t.a, t.b, t.c, t.d))
    n1, n2 = a + b, c + d
    yi: Vector
    vi: Vector
    if measure == "OR":
        yi, vi = np.log(a / b) - np.log(c / d), 1 / a + 1 / b + 1 / c + 1 / d
    elif measure == "RR":
        yi, vi = np.log(a / n1) - np.log(c / n2), 1 / a - 1 / n1 + 1 / c - 1 / n2
    else:
        yi, vi = a / n1 - c / n2, a * b / n1**3 + c * d / n2**3
    return yi, vi, int(zero.sum())


def _odds_tests(t: Tables, log_odds: float) -> tuple[ChiSquare, ChiSquare | None, ChiSquare | None]:
    excess, variance = hypergeometric(t)
    z2 = max(0.0, abs(float(excess.sum())) - 0.5) ** 2 / float(variance.sum())
    association = ChiSquare(z2, 1, float(chdtrc(1, z2)))
    events = t.a + t.c
    open_ = (events > 0) & (t.b + t.d > 0)
    k = int(open_.sum())
    if k < 2:
        return association, None, None
    a, n1, n2, m = t.a[open_], t.n1[open_], t.n2[open_], events[open_]
    x = _expected(math.exp(log_odds), n1, n2, m)
    spread = 1 / (1 / x + 1 / (n1 - x) + 1 / (m - x) + 1 / (n2 - m + x))
    statistic = float(((a - x) ** 2 / spread).sum())
    tarone = statistic - float((a - x).sum()) ** 2 / float(spread.sum())
    return (
        association,
        ChiSquare(statistic, k - 1, float(chdtrc(k - 1, statistic))),
        ChiSquare(tarone, k - 1, float(chdtrc(k - 1, tarone))),
    )


def _expected(odds: float, n1: Vector, n2: Vector, m: Vector) -> Vector:
    """Return the first cell that has the given odds ratio with the margins of the table."""
    if odds == 1:
        equal: Vector = n1 * m / (n1 + n2)
        return equal
    # (1 − ψ) x² + (n2 − m + ψ (n1 + m)) x − ψ n1 m = 0, in the form that does not cancel
    linear = n2 - m + odds * (n1 + m)
    root = np.sqrt(linear**2 + 4 * (1 - odds) * odds * n1 * m)
    x: Vector = 2 * odds * n1 * m / (linear + root)
    return x
