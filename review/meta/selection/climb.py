"""Finding the top of a selection model's likelihood, boundaries included."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from review.meta.selection.weighted_likelihood import WeightedLikelihood

Vector = NDArray[np.float64]

SMALLEST, LARGEST = 1e-5, 100.0
"""Bounds of δ: a likelihood that rises without end is stopped there, and the result says so."""
NEWTON_STEPS = 60


class Top(NamedTuple):
    """The highest point found: coefficients, tau2, δ, log-likelihood, and whether it is a top."""

    beta: Vector
    tau2: float
    delta: Vector
    height: float
    settled: bool


class _Path:
    """Parameters as the search sees them: coefficients, log(1 + tau2), log δ, the fixed ones taken out."""

    def __init__(self, likelihood: WeightedLikelihood, fixed: Vector, *, random: bool) -> None:
        self.likelihood, self.fixed, self.p = likelihood, fixed, likelihood.x.shape[1]
        self.free = np.concatenate((np.ones(self.p, dtype=np.bool_), [random], np.isnan(fixed)))
        top = np.log1p(1e6 * max(1.0, float(np.ptp(likelihood.y)) ** 2))
        low = np.concatenate((np.full(self.p, -np.inf), [0.0], np.full(fixed.size, np.log(SMALLEST))))
        high = np.concatenate((np.full(self.p, np.inf), [top], np.full(fixed.size, np.log(LARGEST))))
        self.low, self.high = low[self.free], high[self.free]
        self.rest = np.concatenate((np.zeros(self.p + 1), np.log(np.where(fixed > 0, fixed, 1.0))))

    def natural(self, theta: Vector) -> tuple[Vector, float, Vector]:
        full = self.rest.copy()
        full[self.free] = theta
        delta = np.exp(full[self.p + 1 :])
        return full[: self.p], float(np.expm1(full[self.p])), np.where(self.fixed == 0, 0.0, delta)

    def inner(self, beta: Vector, tau2: float, delta: Vector) -> Vector:
        full = np.concatenate((beta, [np.log1p(tau2)], np.log(np.maximum(delta, SMALLEST))))
        clipped: Vector = np.clip(full[self.free], self.low, self.high)
        return clipped

    def down(self, theta: Vector) -> tuple[float, Vector]:
        """Return minus the log-likelihood and its gradient."""
        beta, tau2, delta = self.natural(theta)
        height, slope = self.likelihood.value(beta, tau2, delta)
        chain = np.concatenate((np.ones(self.p), [1 + tau2], delta))
        return -height, -(slope * chain)[self.free]

    def bend(self, theta: Vector) -> Vector:
        """Return the second derivatives of minus the log-likelihood, from differences of its gradient."""
        lines = []
        for j in range(theta.size):
            step = np.zeros(theta.size)
            step[j] = 1e-5 * max(1.0, abs(float(theta[j])) if j < self.p else 1.0)
            lines.append((self.down(theta + step)[1] - self.down(theta - step)[1]) / (2 * step[j]))
        matrix = np.array(lines)
        symmetric: Vector = (matrix + matrix.T) / 2
        return symmetric


def climb(likelihood: WeightedLikelihood, beta: Vector, tau2: float, fixed: Vector, *, random: bool) -> Top:
    """Return the highest top that several starts lead to.

    Parameters
    ----------
    likelihood
        The model, effects in units of a typical standard error.
    beta
        Coefficients without selection, shape (p,).
    tau2
        tau2 without selection.
    fixed
        Weights that are given, NaN for those to be estimated, shape (m,).
    random
        False holds tau2 at 0.

    Notes
    -----
    A quasi-Newton search within the bounds comes near, Newton steps finish. Starts differ in δ and tau2, as the
    likelihood can have several tops.
    """
    path = _Path(likelihood, fixed, random=random)
    best: Top | None = None
    for weight, spread in ((1.0, 1.0), (0.2, 1.0), (5.0, 1.0), (1.0, 0.1), (0.2, 0.1), (5.0, 3.0)):
        delta = np.where(np.isnan(fixed), weight, fixed)
        start = path.inner(beta, spread * tau2 + 1e-3, delta)
        found = minimize(
            path.down,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=list(zip(path.low, path.high, strict=True)),
            options={"maxiter": 500, "ftol": 1e-14, "gtol": 1e-9},
        )
        theta, settled = _finish(path, np.clip(found.x, path.low, path.high))
        height = -path.down(theta)[0]
        if (
            best is None
            or height > best.height + 1e-9
            or (settled and not best.settled and height > best.height - 1e-9)
        ):
            best = Top(*path.natural(theta), height, settled)
    assert best is not None  # noqa: S101 - there is a start; for the type checker
    return best


def _finish(path: _Path, theta: Vector) -> tuple[Vector, bool]:
    """Take Newton steps in what does not press against a bound; say whether nothing is left to gain."""
    for _ in range(NEWTON_STEPS):
        value, slope = path.down(theta)
        stuck = ((theta <= path.low) & (slope >= 0)) | ((theta >= path.high) & (slope <= 0))
        inside = np.flatnonzero(~stuck)
        if not inside.size:
            return theta, True
        bend = path.bend(theta)[np.ix_(inside, inside)]
        values, turn = np.linalg.eigh(bend)
        sizes = np.maximum(np.abs(values), 1e-8 * max(float(np.abs(values).max()), 1e-8))
        move = np.zeros(theta.size)
        move[inside] = -(turn @ ((turn.T @ slope[inside]) / sizes))
        gain = -float(move @ slope)
        if gain < 1e-13 * max(1.0, abs(value)):
            return theta, True
        share = 1.0
        while share > 1e-10:
            tried = np.clip(theta + share * move, path.low, path.high)
            if path.down(tried)[0] < value:
                theta = tried
                break
            share /= 4
        else:  # rounding hides what is left to gain
            return theta, gain < 1e-8 * max(1.0, abs(value))
    return theta, False
