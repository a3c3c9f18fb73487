"""The between-row variance by (restricted) maximum likelihood: the highest top of the likelihood."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from review.meta.likelihood import log_likelihood as _log_likelihood
from review.meta.likelihood import scores, slope

Vector = NDArray[np.float64]

GRID_POINTS = 48
STEPS = np.linspace(0, 1, GRID_POINTS)
MAX_STEPS = 100


def reml_tau2(y: Vector, v: Vector, basis: Vector | None = None, *, restricted: bool = True) -> float:
    """Return the REML (or ML) estimate of tau2 in the model y_i ~ N(x_i'beta, v_i + tau2).

    Parameters
    ----------
    y
        Effects, shape (k,), k > p, best centred near their mean.
    v
        Sampling variances in squared units of y, shape (k,), > 0.
    basis
        Orthonormal basis of the design, shape (k, p); None for the mean alone.
    restricted
        False for maximum likelihood.

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
    while slope(highest, y, v, basis, restricted=restricted).score > 0:
        highest *= 4
    lowest = min(float(v.min()), highest) * 1e-6
    grid = np.concatenate(([0.0], lowest * (highest / lowest) ** STEPS))
    found = scores(grid, y, v, basis, restricted=restricted)
    found[-1] = min(found[-1], 0.0)  # as the loop has made sure, up to rounding
    tops = [] if found[0] > 0 else [0.0]
    for i in np.flatnonzero((found[:-1] > 0) & (found[1:] <= 0)):
        low, high = float(grid[i]), float(grid[i + 1])
        start = low + (high - low) * float(found[i] / (found[i] - found[i + 1]))
        climbed = _climb(start, low, high, y, v, basis, restricted)
        tops.append(_search(low, high, y, v, basis, restricted) if climbed is None else climbed)
    if len(tops) == 1:
        return tops[0]
    return tops[int(_log_likelihood(np.array(tops), y, v, basis, restricted=restricted).argmax())]


def _climb(
    tau2: float,
    low: float,
    high: float,
    y: Vector,
    v: Vector,
    basis: Vector | None = None,
    restricted: bool = True,
) -> float | None:
    step = bend = before = 0.0
    for _ in range(MAX_STEPS):
        here = slope(tau2, y, v, basis, restricted=restricted)
        if not here.information > 0:
            return None
        # what the last step did to the slope is nearer the truth than what the information expects of it
        seen = (before - here.score) / step if abs(step) > 1e-7 * tau2 else bend
        bend, before = seen if seen > 0 else here.information, here.score
        step = here.score / bend
        tau2 += step
        if not low <= tau2 <= high:
            return None
        # the second term is the rounding noise of a step, on the scale of the standard error of tau2
        if abs(step) <= 1e-13 * tau2 + 1e-15 / here.information**0.5:
            return tau2
    return None


def _search(
    low: float,
    high: float,
    y: Vector,
    v: Vector,
    basis: Vector | None = None,
    restricted: bool = True,
) -> float:
    def score(tau2: float) -> float:
        return slope(tau2, y, v, basis, restricted=restricted).score

    at_low, at_high = score(low), score(high)
    if not at_low > 0 > at_high:  # the top lies on an end of the bracket, within rounding
        return low if abs(at_low) < abs(at_high) else high
    return float(brentq(score, low, high, xtol=1e-15 * high, rtol=1e-14))
