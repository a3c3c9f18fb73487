"""Profile-likelihood confidence intervals of variance components."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from review.meta.multilevel.estimation import climb
from review.meta.multilevel.inputs import inputs_of
from review.meta.multilevel.likelihood import Problem
from review.meta.multilevel.result import MultilevelFit
from review.meta.multilevel.setup import set_up

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

PRECISE = 1e-9
MAX_STEPS = 60
WIDEST = 1e12


def profile_intervals(fit: MultilevelFit) -> MultilevelFit:
    """Return a fit with the profile-likelihood confidence limits of its variance components.

    Parameters
    ----------
    fit
        A fit.

    Notes
    -----
    A limit is where the likelihood, maximised over all other parameters, has fallen by half the χ²(1) quantile from
    its top; the lower one is 0 when it does not fall so far. The fall's square root is nearly linear in the component's
    square root: safeguarded Newton steps on that scale need few fits, each started from the one before, and the slope
    of the profile comes free, being the score at the constrained maximum. A component that cannot be estimated has
    the limits 0 and infinity.

    References
    ----------
    Hardy and Thompson (1996), Statistics in Medicine 15, 619–629.
    """
    setup = set_up(inputs_of(fit), restricted=fit.method == "REML")
    unit = setup.scaled.unit
    theta = np.array(fit.sigma2) / unit / unit
    drop = float(chdtri(1, (100 - fit.level) / 100)) / 2
    limits = []
    for j in range(theta.size):
        if not setup.free[j]:
            limits.append((0.0, math.inf))
            continue
        found = _Profile(setup.problem, setup.free, theta, j, drop)
        limits.append((found.lower() * unit * unit, found.upper() * unit * unit))
    return replace(fit, sigma2_ci=tuple(limits))


class _Profile:
    """The profile of one component; each fit starts where the last one ended."""

    def __init__(self, problem: Problem, free: Mask, theta: Array, component: int, drop: float) -> None:
        self.problem, self.component = problem, component
        self.others = free.copy()
        self.others[component] = False
        self.top, self.near = theta, theta
        here = climb(problem, theta, self.others)
        self.target = here.fit.height - drop
        self.drop = drop
        information = float(here.slopes.expected[component, component])
        self.step = 1 / math.sqrt(information)

    def at(self, value: float) -> tuple[float, float]:
        """Return how far the profile lies above the target, and its slope."""
        start = self.near.copy()
        start[self.component] = value
        found = climb(self.problem, start, self.others)
        self.near = found.fit.theta
        return found.fit.height - self.target, float(found.slopes.score[self.component])

    def lower(self) -> float:
        top = float(self.top[self.component])
        if top == 0:
            return 0.0
        self.near = self.top
        above, _ = self.at(0.0)
        if above >= 0:
            return 0.0
        self.near = self.top
        return self._between(0.0, top, max(0.0, top - 2 * self.step))

    def upper(self) -> float:
        top = float(self.top[self.component])
        self.near = self.top
        low, high = top, top + 2 * self.step
        for _ in range(MAX_STEPS):
            above, _ = self.at(high)
            if above < 0:
                break
            low, high = high, 2 * high
            if high > WIDEST * (top + self.step):
                return math.inf
        return self._between(high, low, (low + high) / 2)

    def _between(self, outside: float, inside: float, guess: float) -> float:
        """Return where the profile crosses the target, between a place below it and one above it."""
        x = guess if min(outside, inside) < guess < max(outside, inside) else (outside + inside) / 2
        for _ in range(MAX_STEPS):
            above, slope = self.at(x)
            if above >= 0:
                inside = x
            else:
                outside = x
            # fall from the top, r² = 2 (top − profile), taken linear in √x
            fall = math.sqrt(max(2 * (self.drop - above), 0.0))
            turned = -slope * 2 * math.sqrt(x) / fall if fall > 0 else 0.0
            following = math.nan
            if turned != 0:
                root = math.sqrt(x) + (math.sqrt(2 * self.drop) - fall) / turned
                following = root * root if root > 0 else math.nan
            if not min(outside, inside) < following < max(outside, inside):
                following = (outside + inside) / 2
            if abs(following - x) <= PRECISE * x or abs(outside - inside) <= PRECISE * inside:
                return following
            x = following
        return x
