"""The likelihood of tau2: its slope, its height, and what follows from them."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import chdtri

from review.meta.heterogeneity import projection_trace, unexplained, whitened

Vector = NDArray[np.float64]
LOG_2PI = math.log(2 * math.pi)


class Slope(NamedTuple):
    """Twice the derivative of the log-likelihood in tau2, and twice the Fisher information times 2."""

    score: float
    information: float


@dataclass(frozen=True)
class FitStatistics:
    """Log-likelihoods of a fit and the information criteria that follow.

    Parameters
    ----------
    log_likelihood_ml
        Log-likelihood at the estimates.
    log_likelihood_reml
        Restricted log-likelihood at the estimates; it can be compared between fits of one design only.
    aic_ml
        Akaike's criterion; tau2 counts as a parameter where it was estimated.
    aic_reml
        The same from the restricted log-likelihood.
    bic_ml
        Schwarz's criterion with k rows.
    bic_reml
        The same from the restricted log-likelihood, with k − p rows.
    aicc_ml
        Akaike's criterion corrected for small k.
    aicc_reml
        The same from the restricted log-likelihood, with k − p rows.
    """

    log_likelihood_ml: float
    log_likelihood_reml: float
    aic_ml: float
    aic_reml: float
    bic_ml: float
    bic_reml: float
    aicc_ml: float
    aicc_reml: float


def slope(
    tau2: float, y: Vector, v: Vector, basis: Vector | None = None, *, restricted: bool = True
) -> Slope:
    """Return the slope of the (restricted) log-likelihood at one tau2, and the information there.

    Parameters
    ----------
    tau2
        Between-row variance, ≥ 0.
    y
        Effects, shape (k,).
    v
        Sampling variances, shape (k,), > 0.
    basis
        Orthonormal basis of the design, shape (k, p); None for the mean alone.
    restricted
        Whether the coefficients are integrated out (REML) or put at their estimates (ML).

    Notes
    -----
    REML: y'PPy − tr P and tr PP; ML: y'PPy − tr W and tr WW, with W = diag(1 / (v + tau2)).

    References
    ----------
    Viechtbauer (2005), Journal of Educational and Behavioral Statistics 30, 261–293.
    """
    w = 1 / (v + tau2)
    w2 = w * w
    if basis is None:
        s1 = float(w.sum())
        residual = y - float(w @ y) / s1
        fit, s2 = float(w2 @ (residual * residual)), float(w2.sum())
        if not restricted:
            return Slope(fit - s1, s2)
        s3 = float((w2 * w).sum())
        return Slope(fit - projection_trace(w), s2 - 2 * s3 / s1 + (s2 / s1) ** 2)
    e, h, _ = whitened(w, y, basis)
    fit = float(w @ (e * e))
    if not restricted:
        return Slope(fit - float(w.sum()), float(w2.sum()))
    free = unexplained(h)
    inner = h.T @ (w[:, None] * h)
    return Slope(fit - float(w @ free), float(w2 @ (2 * free - 1)) + float((inner * inner).sum()))


def scores(
    tau2: Vector, y: Vector, v: Vector, basis: Vector | None = None, *, restricted: bool = True
) -> Vector:
    """Return the slopes at many tau2 at once.

    Parameters
    ----------
    tau2
        Shape (n,), ≥ 0.
    y
        Effects, shape (k,).
    v
        Sampling variances, shape (k,), > 0.
    basis
        Orthonormal basis of the design, shape (k, p); None for the mean alone.
    restricted
        REML or ML.
    """
    w = 1 / (v + tau2[:, None])
    total = w.sum(axis=1)
    if basis is None:
        residual = w * (y - ((w @ y) / total)[:, None])
        trace = total
        if restricted:
            trace = 2 * np.einsum("nk,nk->n", np.cumsum(w[:, :-1], axis=1), w[:, 1:]) / total
        of_mean: Vector = np.einsum("nk,nk->n", residual, residual) - trace
        return of_mean
    root = np.sqrt(w)
    h = np.linalg.qr(root[:, :, None] * basis)[0]
    z = root * y
    e = z - (h @ (np.swapaxes(h, 1, 2) @ z[:, :, None]))[:, :, 0]
    trace = (w * (1 - (h * h).sum(axis=2))).sum(axis=1) if restricted else total
    slopes: Vector = (w * e * e).sum(axis=1) - trace
    return slopes


def log_likelihood(
    tau2: Vector, y: Vector, v: Vector, basis: Vector | None = None, *, restricted: bool = True
) -> Vector:
    """Return the (restricted) log-likelihood at many tau2, the coefficients at their estimates.

    Parameters
    ----------
    tau2
        Shape (n,), ≥ 0.
    y
        Effects, shape (k,).
    v
        Sampling variances, shape (k,), > 0.
    basis
        Orthonormal basis of the design, shape (k, p); None for the mean alone.
    restricted
        REML or ML.

    Notes
    -----
    In an orthonormal basis log|X'X| − log|X'WX| is −log|Q'WQ|: the value does not depend on how the moderators are
    coded.

    References
    ----------
    Viechtbauer (2010), Journal of Statistical Software 36(3), 1–48.
    """
    k, p = y.size, 1 if basis is None else basis.shape[1]
    total = v + tau2[:, None]
    if basis is None:
        w = 1 / total
        sums = w.sum(axis=1)
        residual = y - ((w @ y) / sums)[:, None]
        squares, log_det = np.einsum("nk,nk,nk->n", w, residual, residual), np.log(sums / k)
    else:
        root = 1 / np.sqrt(total)
        h, triangle = np.linalg.qr(root[:, :, None] * basis)
        z = root * y
        e = z - (h @ (np.swapaxes(h, 1, 2) @ z[:, :, None]))[:, :, 0]
        squares = np.einsum("nk,nk->n", e, e)
        log_det = 2 * np.log(np.abs(np.diagonal(triangle, axis1=1, axis2=2))).sum(axis=1)
    parts = np.log(total).sum(axis=1) + squares + k * LOG_2PI
    if restricted:
        parts += log_det - p * LOG_2PI
    result: Vector = -0.5 * parts
    return result


def fit_statistics(
    tau2: float, y: Vector, v: Vector, basis: Vector | None, *, unit: float, estimated: bool
) -> FitStatistics:
    """Return log-likelihoods and information criteria in the units of the effects.

    Parameters
    ----------
    tau2
        Its estimate, in squared units of y.
    y
        Effects, shape (k,), divided by `unit`.
    v
        Sampling variances, shape (k,), divided by unit².
    basis
        Orthonormal basis of the design, shape (k, p); None for the mean alone.
    unit
        What the effects were divided by.
    estimated
        Whether tau2 was estimated, and so counts as a parameter.
    """
    k, p = y.size, 1 if basis is None else basis.shape[1]
    at = np.array([tau2])
    found: dict[str, float] = {}
    for name, n, restricted in (("ml", k, False), ("reml", k - p, True)):
        height = float(log_likelihood(at, y, v, basis, restricted=restricted)[0]) - n * math.log(unit)
        parameters = p + estimated
        rows = max(n, parameters + 2)
        found[f"log_likelihood_{name}"] = height
        found[f"aic_{name}"] = 2 * parameters - 2 * height
        found[f"bic_{name}"] = parameters * math.log(n) - 2 * height
        found[f"aicc_{name}"] = 2 * parameters * rows / (rows - parameters - 1) - 2 * height
    return FitStatistics(**found)


def profile_limits(
    tau2: float, y: Vector, v: Vector, level: float, basis: Vector | None = None, *, restricted: bool = True
) -> tuple[float, float]:
    """Return the profile-likelihood confidence limits of tau2.

    Parameters
    ----------
    tau2
        Its (RE)ML estimate.
    y
        Effects, shape (k,).
    v
        Sampling variances, shape (k,), > 0.
    level
        In percent.
    basis
        Orthonormal basis of the design, shape (k, p); None for the mean alone.
    restricted
        REML or ML, as the estimate.

    Notes
    -----
    The limits are the places nearest the estimate where the log-likelihood has fallen by half the χ²(1) quantile;
    the lower one is 0 when it does not fall so far.

    References
    ----------
    Hardy and Thompson (1996), Statistics in Medicine 15, 619–629.
    """
    drop = float(chdtri(1, (100 - level) / 100)) / 2

    def height(t: float) -> float:
        return float(log_likelihood(np.array([t]), y, v, basis, restricted=restricted)[0])

    target = height(tau2) - drop
    high = max(2 * tau2, float(v.min()))
    while height(high) > target:
        high *= 2
    upper = float(brentq(lambda t: height(t) - target, tau2, high, xtol=1e-12 * high, rtol=1e-12))
    if height(0.0) >= target:
        return 0.0, upper
    low, above = tau2 / 2, tau2
    while height(low) > target:
        low, above = low / 2, low
    return float(brentq(lambda t: height(t) - target, low, above, xtol=1e-12 * above, rtol=1e-12)), upper
