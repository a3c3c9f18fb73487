"""How much effects differ beyond chance: Cochran's Q, I², H² and the Q-profile interval of tau2."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import chdtrc, chdtri

Vector = NDArray[np.float64]


def generalized_q(tau2: float, y: Vector, v: Vector) -> float:
    """Return the weighted sum of squares about the weighted mean, with weights 1 / (v + tau2).

    Parameters
    ----------
    tau2
        Between-row variance, ≥ 0; Cochran's Q is the value at 0.
    y
        Effects, shape (k,).
    v
        Sampling variances, shape (k,), > 0.

    References
    ----------
    Cochran (1954), Biometrics 10, 101–129.
    """
    w = 1 / (v + tau2)
    residual = y - float(w @ y) / float(w.sum())
    return float(w @ (residual * residual))


def q_p_value(q: float, df: int) -> float:
    """Return the probability of a larger Q when all rows share one effect.

    Parameters
    ----------
    q
        Cochran's Q, ≥ 0.
    df
        Its degrees of freedom, ≥ 1.
    """
    return float(chdtrc(df, q))


def typical_variance(v: Vector) -> float:
    """Return the variance of a typical row, from which I² and H² are computed.

    Parameters
    ----------
    v
        Sampling variances, shape (k,), k ≥ 2, > 0.

    References
    ----------
    Higgins and Thompson (2002), Statistics in Medicine 21, 1539–1558.
    """
    return (v.size - 1) / projection_trace(1 / v)


def projection_trace(w: Vector) -> float:
    """Return Σw − Σw²/Σw, the trace of the matrix that takes the weighted mean out.

    Parameters
    ----------
    w
        Weights, shape (k,), > 0.

    Notes
    -----
    Written as 2 Σ_(i<j) w_i w_j / Σw, which loses no digits when one row carries nearly all weight.
    """
    running = np.cumsum(w)
    return 2 * float(running[:-1] @ w[1:]) / float(running[-1])


def i2_percent(tau2: float, typical: float) -> float:
    """Return I², the percent of total variance that lies between rows.

    Parameters
    ----------
    tau2
        Between-row variance, ≥ 0.
    typical
        Variance of a typical row, > 0.

    References
    ----------
    Higgins and Thompson (2002), Statistics in Medicine 21, 1539–1558.
    """
    return 100 * tau2 / (tau2 + typical)


def h2_ratio(tau2: float, typical: float) -> float:
    """Return H², total over sampling variance.

    Parameters
    ----------
    tau2
        Between-row variance, ≥ 0.
    typical
        Variance of a typical row, > 0.

    References
    ----------
    Higgins and Thompson (2002), Statistics in Medicine 21, 1539–1558.
    """
    return tau2 / typical + 1


def q_profile(y: Vector, v: Vector, level: float) -> tuple[float, float]:
    """Return the Q-profile confidence limits of tau2.

    Parameters
    ----------
    y
        Effects, shape (k,), k ≥ 2.
    v
        Sampling variances, shape (k,), > 0.
    level
        In percent.

    Notes
    -----
    A limit below 0 is set to 0. Both are 0 when the effects differ less than chance alone would make them: the
    profile then has no solution at 0 or above.

    References
    ----------
    Viechtbauer (2007), Statistics in Medicine 26, 37–52.
    """
    tail = (100 - level) / 200
    df = y.size - 1
    return _solve(float(chdtri(df, tail)), y, v), _solve(float(chdtri(df, 1 - tail)), y, v)


def _solve(target: float, y: Vector, v: Vector) -> float:
    if generalized_q(0.0, y, v) <= target:
        return 0.0
    high = float(np.ptp(y)) ** 2
    while generalized_q(high, y, v) > target:
        high *= 4
    low = high
    # from below as well: a limit near 0 then keeps its digits, as the search is relative to a near bracket
    while low > 0 and generalized_q(low, y, v) <= target:
        low, high = low / 16, low
    root = brentq(lambda t: generalized_q(t, y, v) - target, low, high, xtol=1e-15 * high, rtol=1e-14)
    return float(root)
