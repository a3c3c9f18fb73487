"""How much effects differ beyond chance: Cochran's Q, I², H² and the Q-profile interval of tau2."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import chdtrc, chdtri

Vector = NDArray[np.float64]

MANY_ROWS = 3000
"""Above this a k × k matrix is not built for the sake of digits that only wild variances cost."""


def whitened(w: Vector, y: Vector, basis: Vector) -> tuple[Vector, Vector, Vector]:
    """Return the residuals of a weighted fit times √w, and the fit's own orthonormal basis H and triangle T.

    Parameters
    ----------
    w
        Weights, shape (k,), > 0.
    y
        Effects, shape (k,).
    basis
        Orthonormal basis Q of the design, shape (k, p).

    Notes
    -----
    √W Q = H T; the row sums of H² are the hat values, and (T'T)⁻¹ the covariance of the coefficients of Q.
    """
    root = np.sqrt(w)
    h, triangle = np.linalg.qr(root[:, None] * basis)
    z = root * y
    return z - h @ (h.T @ z), h, triangle


def generalized_q(tau2: float, y: Vector, v: Vector, basis: Vector | None = None) -> float:
    """Return the weighted residual sum of squares of the fit with weights 1 / (v + tau2).

    Parameters
    ----------
    tau2
        Between-row variance, ≥ 0; Cochran's Q is the value at 0.
    y
        Effects, shape (k,).
    v
        Sampling variances, shape (k,), > 0.
    basis
        Orthonormal basis of the design, shape (k, p); None for the mean alone.

    References
    ----------
    Cochran (1954), Biometrics 10, 101–129.
    """
    w = 1 / (v + tau2)
    if basis is not None:
        e = whitened(w, y, basis)[0]
        return float(e @ e)
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


def typical_variance(v: Vector, basis: Vector | None = None) -> float:
    """Return the variance of a typical row, from which I² and H² are computed.

    Parameters
    ----------
    v
        Sampling variances, shape (k,), k > p, > 0.
    basis
        Orthonormal basis of the design, shape (k, p); None for the mean alone.

    References
    ----------
    Higgins and Thompson (2002), Statistics in Medicine 21, 1539–1558.
    """
    df = v.size - (1 if basis is None else basis.shape[1])
    return df / projection_trace(1 / v, basis)


def projection_trace(w: Vector, basis: Vector | None = None) -> float:
    """Return tr P, the trace of the matrix that takes the weighted fit out.

    Parameters
    ----------
    w
        Weights, shape (k,), > 0.
    basis
        Orthonormal basis of the design, shape (k, p); None for the mean alone.

    Notes
    -----
    For the mean Σw − Σw²/Σw is written as 2 Σ_(i<j) w_i w_j / Σw, which loses no digits when one row carries nearly
    all weight.
    """
    if basis is not None:
        return float(w @ unexplained(np.linalg.qr(np.sqrt(w)[:, None] * basis)[0]))
    running = np.cumsum(w)
    return 2 * float(running[:-1] @ w[1:]) / float(running[-1])


def projection_squared_trace(w: Vector, basis: Vector | None = None) -> float:
    """Return tr PP, of which the standard errors of tau2 are made.

    Parameters
    ----------
    w
        Weights, shape (k,), > 0.
    basis
        Orthonormal basis of the design, shape (k, p); None for the mean alone.

    Notes
    -----
    For the mean it is written as Σ (w_i Σ_(j≠i) w_j)² + 2 Σ_(i<j) w_i² w_j², over (Σw)²: a sum of terms ≥ 0.
    """
    if basis is None:
        before = np.concatenate(([0.0], np.cumsum(w[:-1])))
        after = np.concatenate((np.cumsum(w[:0:-1])[::-1], [0.0]))
        share = w / (before[-1] + w[-1])
        own = share * (before + after)
        squared = np.cumsum(w * w)
        return float(own @ own) + 2 * float(squared[:-1] @ (share * share)[1:])
    h = np.linalg.qr(np.sqrt(w)[:, None] * basis)[0]
    if w.size > MANY_ROWS:
        inner = h.T @ (w[:, None] * h)
        return float((w * w) @ (1 - 2 * (h * h).sum(axis=1))) + float((inner * inner).sum())
    entries = h @ h.T
    np.fill_diagonal(entries, unexplained(h))
    return float(w @ (entries * entries) @ w)


def unexplained(h: Vector) -> Vector:
    """Return 1 − hat value of each row.

    Parameters
    ----------
    h
        Orthonormal basis of a weighted fit, shape (k, p).

    Notes
    -----
    Where a row nearly decides a coefficient, 1 − h_ii is taken from Σ_(j≠i) h_ij² = h_ii (1 − h_ii), which loses no
    digits; no more than 2p rows can have a hat value above ½.
    """
    hat = (h * h).sum(axis=1)
    free: Vector = 1 - hat
    for i in np.flatnonzero(hat > 0.5).tolist():
        other = h @ h[i]
        other[i] = 0.0
        free[i] = float(other @ other) / float(hat[i])
    return free


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


def q_profile(y: Vector, v: Vector, level: float, basis: Vector | None = None) -> tuple[float, float]:
    """Return the Q-profile confidence limits of tau2.

    Parameters
    ----------
    y
        Effects, shape (k,), k > p.
    v
        Sampling variances, shape (k,), > 0.
    level
        In percent.
    basis
        Orthonormal basis of the design, shape (k, p); None for the mean alone.

    Notes
    -----
    A limit below 0 is set to 0. Both are 0 when the effects differ less than chance alone would make them: the
    profile then has no solution at 0 or above.

    References
    ----------
    Viechtbauer (2007), Statistics in Medicine 26, 37–52.
    """
    tail = (100 - level) / 200
    df = y.size - (1 if basis is None else basis.shape[1])
    low, high = float(chdtri(df, tail)), float(chdtri(df, 1 - tail))
    return tau2_where_q_is(low, y, v, basis), tau2_where_q_is(high, y, v, basis)


def tau2_where_q_is(target: float, y: Vector, v: Vector, basis: Vector | None = None) -> float:
    """Return the tau2 at which the generalized Q falls to a value, 0 when it lies below it from the start.

    Parameters
    ----------
    target
        The value, > 0.
    y
        Effects, shape (k,).
    v
        Sampling variances, shape (k,), > 0.
    basis
        Orthonormal basis of the design, shape (k, p); None for the mean alone.

    Notes
    -----
    Q falls steadily in tau2, so that a bracketed search cannot miss; its tolerance is relative.
    """

    def above(tau2: float) -> float:
        return generalized_q(tau2, y, v, basis) - target

    if above(0.0) <= 0:
        return 0.0
    high = float(np.ptp(y)) ** 2
    while above(high) > 0:
        high *= 4
    low = high
    # from below as well: a limit near 0 then keeps its digits, as the search is relative to a near bracket
    while low > 0 and above(low) <= 0:
        low, high = low / 16, low
    return float(brentq(above, low, high, xtol=1e-15 * high, rtol=1e-14))
