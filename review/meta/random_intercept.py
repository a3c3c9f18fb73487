"""The REML variances of a random-intercept model when no sampling variance is known."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from review.meta.errors import InvalidInput

Matrix = NDArray[np.float64]

TIED = 1e-10  # a coefficient varies within studies when more than this share of it does
NO_SCATTER = 1e-13  # of the largest effect: scatter below it is rounding
LOWEST, HIGHEST = 1e-12, 1e24  # of the between-study over the within-study variance
GRID = 150


@dataclass(frozen=True)
class InterceptVariances:
    """Variances of study effects and of rows within studies.

    Parameters
    ----------
    between
        Variance of study effects, ≥ 0.
    within
        Variance of the rows of one study, sampling error included, > 0.
    log_likelihood
        Restricted log-likelihood, with the determinant of X'V⁻¹X and none of X'X.
    """

    between: float
    within: float
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class _Sums:
    """The rows split into what varies within studies and the m study means."""

    rotated: Matrix  # what varies within studies in few rows: R with R'R = X'(I − mean)X
    turned: Matrix  # the matching part of y
    outside: float  # what no coefficient explains within studies, a sum of squares
    sizes: Matrix
    means: Matrix
    effects: Matrix
    df: int


@dataclass(frozen=True, eq=False)
class _At:
    """The profiled REML criterion (−2 log-likelihood without constants) at each ratio, and its slope."""

    criterion: Matrix
    slope: Matrix
    scatter: Matrix


def intercept_variances(basis: Matrix, y: Matrix, study: NDArray[np.intp]) -> InterceptVariances:
    """Estimate both variances of y = X b + u_study + e by restricted maximum likelihood.

    Parameters
    ----------
    basis
        Orthonormal basis of the design, shape (k, p).
    y
        Effects, shape (k,), scaled to about 1.
    study
        Study numbers 0 … m−1, shape (k,).

    Raises
    ------
    InvalidInput
        When the rows cannot tell the two variances apart, or the rows of each study agree exactly.

    Notes
    -----
    Only the ratio of the variances is searched for. The criterion's slope is followed on a grid of ratios from 1e-12 to 1e24,
    each sign change is finished by bracketing, and the lowest of these points and of ratio 0 is taken: a likelihood with
    several tops does not mislead.

    References
    ----------
    Harville (1977), Journal of the American Statistical Association 72, 320–338.
    """
    sums = _sums(basis, y, study)
    ratios = np.geomspace(LOWEST, HIGHEST, GRID)
    slope = _at(sums, ratios).slope
    found = [0.0]
    for i in np.flatnonzero((slope[:-1] < 0) & (slope[1:] >= 0)).tolist():
        root = brentq(
            lambda t: float(_at(sums, np.array([math.exp(t)])).slope[0]),
            math.log(ratios[i]),
            math.log(ratios[i + 1]),
            xtol=1e-14,
            rtol=1e-14,
        )
        found.append(math.exp(root))
    if slope[-1] < 0:
        found.append(HIGHEST)
    at = _at(sums, np.array(found))
    best = int(at.criterion.argmin())
    within = float(at.scatter[best]) / sums.df
    constant = sums.df * (math.log(2 * math.pi / sums.df) + 1)
    return InterceptVariances(found[best] * within, within, -(float(at.criterion[best]) + constant) / 2)


def _sums(basis: Matrix, y: Matrix, study: NDArray[np.intp]) -> _Sums:
    k, p = basis.shape
    sizes = np.bincount(study).astype(np.float64)
    m = sizes.size
    means = np.column_stack([np.bincount(study, weights=basis[:, j]) for j in range(p)]) / sizes[:, None]
    effects = np.bincount(study, weights=y) / sizes
    inner, deviation = basis - means[study], y - effects[study]
    alone = sizes[study] == 1
    inner[alone], deviation[alone] = 0.0, 0.0
    u, values, vt = np.linalg.svd(inner, full_matrices=False)
    rank = int((values > TIED).sum())
    _refuse_confounded(k, p, m, rank)
    turned = u[:, :rank].T @ deviation
    left = deviation - u[:, :rank] @ turned
    outside = float(left @ left)
    if outside <= k * (NO_SCATTER * float(np.abs(y).max())) ** 2:
        raise InvalidInput(
            "the rows of each study agree exactly, so that no variance within studies can be estimated: "
            'give one row per study, or weigh studies equally (by="study")'
        )
    rotated = values[:rank, None] * vt[:rank]
    return _Sums(rotated, turned, outside, sizes, means, effects, k - p)


def _refuse_confounded(k: int, p: int, m: int, rank: int) -> None:
    if m < 2:
        raise InvalidInput(
            "one study only: its rows cannot tell how studies differ, give at least 2 studies or use equal weights"
        )
    if k == m:
        raise InvalidInput(
            "every study has one row, so that variances between and within studies cannot be told apart: "
            "use equal weights"
        )
    if m - (p - rank) < 1:
        raise InvalidInput(
            f"{m} studies carry {p - rank} coefficients that do not vary within studies, so that nothing is left to "
            "estimate the variance between studies from: use fewer terms"
        )
    if k - m - rank < 1:
        raise InvalidInput(
            f"{k} rows of {m} studies carry {rank} coefficients that vary within studies, so that nothing is left to "
            "estimate the variance within studies from: use fewer terms"
        )


def _at(s: _Sums, ratios: Matrix) -> _At:
    rank, p = s.rotated.shape
    c = s.sizes / (1 + ratios[:, None] * s.sizes)  # weights of the study means; rows within studies weigh 1
    root = np.sqrt(c)
    stack = np.concatenate(
        (
            np.broadcast_to(np.column_stack((s.rotated, s.turned)), (ratios.size, rank, p + 1)),
            root[:, :, None] * np.column_stack((s.means, s.effects)),
        ),
        axis=1,
    )
    q, r = np.linalg.qr(stack[:, :, :p])
    target = stack[:, :, p]
    residual = target - (q @ (np.swapaxes(q, 1, 2) @ target[:, :, None]))[:, :, 0]
    # once more, since one projection leaves rounding of the size of the target
    residual -= (q @ (np.swapaxes(q, 1, 2) @ residual[:, :, None]))[:, :, 0]
    scatter = s.outside + (residual**2).sum(axis=1)
    hat = (q[:, rank:] ** 2).sum(axis=2)
    slope = (c * (1 - hat)).sum(axis=1) - s.df * (c * residual[:, rank:] ** 2).sum(axis=1) / scatter
    diagonal = np.abs(np.diagonal(r, axis1=1, axis2=2))
    criterion = s.df * np.log(scatter) + np.log1p(ratios[:, None] * s.sizes).sum(axis=1)
    criterion += 2 * np.log(diagonal).sum(axis=1)
    return _At(criterion, slope, scatter)
