"""The likelihood of effects that were seen with a probability that depends on their p-value, in steps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Vector = NDArray[np.float64]
LOG_2PI = float(np.log(2 * np.pi))


def p_values(y: Vector, v: Vector, alternative: str) -> Vector:
    """Return the p-value of each effect by itself.

    Parameters
    ----------
    y
        Effects, shape (k,).
    v
        Sampling variances, shape (k,), > 0.
    alternative
        "two.sided", "greater" or "less".
    """
    z = y / np.sqrt(v)
    if alternative == "two.sided":
        both: Vector = 2 * ndtr(-np.abs(z))
        return both
    one: Vector = ndtr(-z) if alternative == "greater" else ndtr(z)
    return one


@dataclass(frozen=True, eq=False)
class WeightedLikelihood:
    """The log-likelihood of coefficients, tau2 and the weight of each interval of p-values, with its gradient.

    Parameters
    ----------
    y
        Effects, shape (k,), scaled but not centred: p-values are about 0.
    v
        Sampling variances, shape (k,), > 0.
    x
        Design, shape (k, p).
    steps
        Upper ends of the m intervals, the last one 1.
    alternative
        "two.sided", "greater" or "less".
    group
        Number of the interval that holds each row's p-value, shape (k,).

    Notes
    -----
    With A_i = Σ_j δ_j P(p_i in interval j) the density of a seen effect is δ_(g(i)) φ(y_i) / A_i. P(p_i ≤ a) is a normal
    tail in each direction that counts as extreme.

    References
    ----------
    Hedges (1992), Statistical Science 7, 246–255; Vevea and Hedges (1995), Psychometrika 60, 419–435.
    """

    y: Vector
    v: Vector
    x: Vector
    steps: tuple[float, ...]
    alternative: str
    group: NDArray[np.intp]

    def bounds(self) -> list[tuple[float, Vector]]:
        """Return the side (+1 above, −1 below) and the effects beyond which p ≤ a, shape (k, m − 1), per tail."""
        inner = np.array(self.steps[:-1])
        se = np.sqrt(self.v)[:, None]
        if self.alternative == "two.sided":
            beyond = -ndtri(inner / 2) * se
            return [(1.0, beyond), (-1.0, -beyond)]
        beyond = -ndtri(inner) * se
        return [(1.0, beyond)] if self.alternative == "greater" else [(-1.0, -beyond)]

    def value(self, beta: Vector, tau2: float, delta: Vector) -> tuple[float, Vector]:
        """Return the log-likelihood, and its gradient in coefficients, tau2 and δ.

        Parameters
        ----------
        beta
            Shape (p,).
        tau2
            More than minus the smallest variance.
        delta
            Weights, shape (m,), ≥ 0.
        """
        mean, total = self.x @ beta, self.v + tau2
        s = np.sqrt(total)
        k, m = self.y.size, delta.size
        seen, by_mean, by_total = np.zeros((k, m + 1)), np.zeros((k, m + 1)), np.zeros((k, m + 1))
        seen[:, m] = 1.0
        for side, beyond in self.bounds():
            u = side * (mean[:, None] - beyond) / s[:, None]
            density = np.exp(-0.5 * u * u) / np.sqrt(2 * np.pi)
            seen[:, 1:m] += ndtr(u)
            by_mean[:, 1:m] += side * density / s[:, None]
            by_total[:, 1:m] -= density * u / (2 * total[:, None])
        shares = np.diff(seen, axis=1)
        weight = shares @ delta
        e = self.y - mean
        height = float(
            np.log(delta[self.group]).sum()
            - 0.5 * (np.log(total) + e * e / total + LOG_2PI).sum()
            - np.log(weight).sum()
        )
        slope_mean = e / total - (np.diff(by_mean, axis=1) @ delta) / weight
        slope_tau2 = (0.5 * (e * e / total - 1) / total - (np.diff(by_total, axis=1) @ delta) / weight).sum()
        counts = np.bincount(self.group, minlength=m)
        slope_delta = np.divide(counts, delta, out=np.zeros(m), where=counts > 0) - (
            shares / weight[:, None]
        ).sum(axis=0)
        return height, np.concatenate((self.x.T @ slope_mean, [slope_tau2], slope_delta))

    def information(self, beta: Vector, tau2: float, delta: Vector) -> Vector:
        """Return minus the second derivatives in coefficients, tau2 and δ, from differences of the gradient.

        Parameters
        ----------
        beta
            Shape (p,).
        tau2
            Between-row variance.
        delta
            Weights, shape (m,).

        Notes
        -----
        Differences at two widths are combined, which takes out their first error.
        """
        at = np.concatenate((beta, [tau2], delta))
        p = beta.size
        width = np.empty(at.size)
        width[:p] = 1e-3 * float(np.sqrt((self.v + tau2).min())) / np.abs(self.x).max(axis=0)
        width[p] = 1e-3 * float((self.v + tau2).min())
        width[p + 1 :] = 1e-3 * delta

        def slope(theta: Vector) -> Vector:
            return self.value(theta[:p], float(theta[p]), theta[p + 1 :])[1]

        lines = []
        for j, w in enumerate(width.tolist()):
            step = np.zeros(at.size)
            step[j] = w
            wide = (slope(at + step) - slope(at - step)) / (2 * w)
            near = (slope(at + step / 2) - slope(at - step / 2)) / w
            lines.append((wide - 4 * near) / 3)
        matrix = np.array(lines)
        symmetric: Vector = (matrix + matrix.T) / 2
        return symmetric
