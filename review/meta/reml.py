"""The between-row variance by restricted maximum likelihood."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from review.meta.heterogeneity import projection_trace

Vector = NDArray[np.float64]

GRID_POINTS = 48
MAX_STEPS = 100


class _Slope(NamedTuple):
    score: float
    information: float


def reml_tau2(y: Vector, v: Vector) -> float:
    """Return the REML estimate of tau2 in the model y_i ~ N(mu, v_i + tau2).

    Parameters
    ----------
    y
        Effects, shape (k,), k ≥ 2, best centred near their mean.
    v
        Sampling variances in squared units of y, shape (k,), > 0.

    Notes
    -----
    The restricted likelihood can have more than one maximum, and scoring from a single start can settle on a lower
    one or swing without end. So the slope on a coarse grid finds every hill, Fisher scoring climbs each, a bounded
    search finishes where scoring leaves the hill, and the highest top wins, tau2 = 0 being one of them. All tolerances
    are relative.

    References
    ----------
    Viechtbauer (2005), Journal of Educational and Behavioral Statistics 30, 261–293.
    """
    spread = float(np.ptp(y))
    if spread**2 <= 1e-20 * float(v.min()):  # nothing is left to explain, and squares would vanish
        return 0.0
    highest = 2 * spread**2
    while _slope(highest, y, v).score > 0:
        highest *= 4
    lowest = min(float(v.min()), highest) * 1e-6
    grid = np.concatenate(([0.0], np.geomspace(lowest, highest, GRID_POINTS)))
    scores = _scores(grid, y, v)
    scores[-1] = min(scores[-1], 0.0)  # as the loop has made sure, up to rounding
    tops = [] if scores[0] > 0 else [0.0]
    for i in np.flatnonzero((scores[:-1] > 0) & (scores[1:] <= 0)):
        low, high = float(grid[i]), float(grid[i + 1])
        start = low + (high - low) * float(scores[i] / (scores[i] - scores[i + 1]))
        climbed = _climb(start, low, high, y, v)
        tops.append(_search(low, high, y, v) if climbed is None else climbed)
    return tops[0] if len(tops) == 1 else tops[int(_log_likelihood(np.array(tops), y, v).argmax())]


def _scores(tau2: Vector, y: Vector, v: Vector) -> Vector:
    w = 1 / (v + tau2[:, None])
    running = np.cumsum(w, axis=1)
    total = running[:, -1]
    residual = w * (y - ((w @ y) / total)[:, None])
    scores: Vector = (residual**2).sum(axis=1) - 2 * (running[:, :-1] * w[:, 1:]).sum(axis=1) / total
    return scores


def _log_likelihood(tau2: Vector, y: Vector, v: Vector) -> Vector:
    total = v + tau2[:, None]
    w = 1 / total
    sum_w = w.sum(axis=1)
    residual = y - ((w @ y) / sum_w)[:, None]
    likelihood: Vector = -0.5 * (np.log(total).sum(axis=1) + np.log(sum_w) + (w * residual**2).sum(axis=1))
    return likelihood


def _slope(tau2: float, y: Vector, v: Vector) -> _Slope:
    w = 1 / (v + tau2)
    w2 = w * w
    s1, s2, s3 = float(w.sum()), float(w2.sum()), float((w2 * w).sum())
    residual = y - float(w @ y) / s1
    # twice the derivative of the restricted log-likelihood, y'PPy − tr P, and tr PP
    return _Slope(float(w2 @ (residual * residual)) - projection_trace(w), s2 - 2 * s3 / s1 + (s2 / s1) ** 2)


def _climb(tau2: float, low: float, high: float, y: Vector, v: Vector) -> float | None:
    for _ in range(MAX_STEPS):
        slope = _slope(tau2, y, v)
        if not slope.information > 0:
            return None
        step = slope.score / slope.information
        tau2 += step
        if not low <= tau2 <= high:
            return None
        # the second term is the rounding noise of a step, on the scale of the standard error of tau2
        if abs(step) <= 1e-13 * tau2 + 1e-15 / slope.information**0.5:
            return tau2
    return None


def _search(low: float, high: float, y: Vector, v: Vector) -> float:
    at_low, at_high = _slope(low, y, v).score, _slope(high, y, v).score
    if not at_low > 0 > at_high:  # the top lies on an end of the bracket, within rounding
        return low if abs(at_low) < abs(at_high) else high
    return float(brentq(lambda t: _slope(t, y, v).score, low, high, xtol=1e-15 * high, rtol=1e-14))
