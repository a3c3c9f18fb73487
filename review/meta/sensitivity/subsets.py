"""Pooling many subsets of the same rows at once."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from review.meta.batch import fit_many
from review.meta.tau2 import Method, estimate_tau2

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]

BLOCK = 150_000  # doubles per array: what stays in the cache is twice as fast
BATCHED = frozenset({"REML", "DL", "FE"})
WIDEST_BATCH = 1e8
"""Ratio of variances above which the batch, which sums weights, loses digits that one fit at a time keeps."""
GRID_POINTS = 24


@dataclass(frozen=True, eq=False)
class SubsetFits:
    """Fits of n subsets, in units of the effects given, each array of shape (n,).

    Parameters
    ----------
    size
        Number of rows in the subset.
    tau2
        Between-row variance; 0 for a single row.
    mean
        Pooled effect.
    se
        Its usual standard error.
    scatter
        Weighted sum of squares over size − 1, the Knapp–Hartung factor; NaN for a single row.
    q
        Cochran's Q.
    q_p
        Its p-value; 1 for a single row.
    i2
        I² in percent.
    h2
        H².
    """

    size: NDArray[np.intp]
    tau2: Vector
    mean: Vector
    se: Vector
    scatter: Vector
    q: Vector
    q_p: Vector
    i2: Vector
    h2: Vector


def blocks(n: int, k: int) -> Iterator[slice]:
    """Yield slices of n subsets that bound the memory of k columns.

    Parameters
    ----------
    n
        Number of subsets.
    k
        Number of rows.
    """
    step = max(1, BLOCK // k)
    yield from (slice(i, min(i + step, n)) for i in range(0, n, step))


def joined(parts: list[SubsetFits]) -> SubsetFits:
    """Return the fits of several blocks as one.

    Parameters
    ----------
    parts
        At least one.
    """
    return SubsetFits(
        *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(SubsetFits))
    )


def fit_subsets(method: str, y: Vector, v: Vector, inside: Mask) -> SubsetFits:
    """Fit subsets of the rows by one estimator.

    Parameters
    ----------
    method
        One of `review.meta.tau2.METHODS`.
    y
        Effects, shape (k,), scaled.
    v
        Sampling variances, shape (k,), > 0.
    inside
        Which rows each subset holds, shape (n, k), at least one each.

    Notes
    -----
    Each subset is centred on its own most precise row, as `random_effects` does, so that equal effects are equal
    without rounding.
    """
    size = inside.sum(axis=1)
    variances = np.where(inside, v, np.inf)
    reference = y[variances.argmin(axis=1)]
    centred = np.where(inside, y - reference[:, None], 0.0)
    tau2 = np.zeros(size.size)
    several = size > 1
    if method != "FE" and several.any():
        tau2[several] = _tau2(method, centred[several], variances[several], y, v)
    w = 1 / (variances + tau2[:, None])
    total = w.sum(axis=1)
    shift = np.einsum("nk,nk->n", w, centred) / total
    df = np.maximum(size - 1, 1)
    scatter = _scatter(w, centred, shift) / df
    w0 = 1 / variances if method != "FE" else w
    total0 = w0.sum(axis=1)
    q = _scatter(w0, centred, np.einsum("nk,nk->n", w0, centred) / total0)
    q[~several] = 0.0
    if method == "FE":
        h2 = q / df
        i2 = 100 * np.maximum(0.0, 1 - np.divide(df, q, out=np.ones(size.size), where=q > 0))
    else:
        # tr P = 2 Σ_(i<j) w_i w_j / Σw, a sum of terms that are not negative
        pairs = np.einsum("nk,nk->n", np.cumsum(w0[:, :-1], axis=1), w0[:, 1:]) if w0.shape[1] > 1 else total0
        typical = np.divide(df * total0, 2 * pairs, out=np.ones(size.size), where=several)
        i2, h2 = 100 * tau2 / (tau2 + typical), tau2 / typical + 1
    h2[~several], i2[~several], scatter[~several] = 1.0, 0.0, np.nan
    q_p = np.where(several, chdtrc(df, q), 1.0)
    return SubsetFits(size, tau2, reference + shift, 1 / np.sqrt(total), scatter, q, q_p, i2, h2)


def _scatter(w: Vector, y: Vector, mean: Vector) -> Vector:
    residual = y - mean[:, None]
    found: Vector = np.einsum("nk,nk,nk->n", w, residual, residual)
    return found


def _tau2(method: str, centred: Vector, variances: Vector, y: Vector, v: Vector) -> Vector:
    """Return tau2 of each subset of two rows or more; rows outside have an infinite variance."""
    n, k = centred.shape
    if method not in BATCHED or float(v.max()) > WIDEST_BATCH * float(v.min()):
        return _one_by_one(method, centred, variances, np.arange(n))
    found = fit_many(method, centred, variances, np.full((k, 1), k**-0.5)).tau2
    if method == "REML":  # a batch climbs one hill only
        doubt = np.flatnonzero(_hills(y, v, np.isfinite(variances)) > 1)
        found[doubt] = _one_by_one(method, centred, variances, doubt)
    return found


def _one_by_one(method: str, y: Vector, v: Vector, which: NDArray[np.intp]) -> Vector:
    found = np.empty(which.size)
    for at, i in enumerate(which.tolist()):
        inside = np.isfinite(v[i])
        found[at] = estimate_tau2(cast("Method", method), y[i, inside], v[i, inside]).value
    return found


def _hills(y: Vector, v: Vector, inside: Mask) -> NDArray[np.intp]:
    """Count the tops of each subset's restricted likelihood that a coarse grid can see; tau2 = 0 can be one."""
    y = y - float((y / v).sum() / (1 / v).sum())
    low, high = 1e-3 * float(v.min()), 4 * float(np.ptp(y)) ** 2
    grid = np.concatenate(([0.0], np.geomspace(low, max(high, 2 * low), GRID_POINTS)))
    w = 1 / (v[:, None] + grid)
    w2, y = w * w, y[:, None]
    terms = np.stack((w, w * y, w2, w2 * y, w2 * y * y), axis=1).reshape(v.size, -1)
    s1, sy, s2, s2y, s2yy = np.moveaxis((inside.astype(np.float64) @ terms).reshape(-1, 5, grid.size), 1, 0)
    mean = sy / s1
    rising = s2yy - 2 * mean * s2y + mean * mean * s2 > s1 - s2 / s1
    tops: NDArray[np.intp] = (~rising[:, 0]) + (rising[:, :-1] & ~rising[:, 1:]).sum(axis=1)
    return tops
