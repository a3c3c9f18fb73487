"""Standard errors that stay right when rows of one cluster depend on each other: CR2 with Satterthwaite df."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.meta.errors import InvalidInput
from review.meta.inference import coefficient
from review.meta.result import Coefficient

Array = NDArray[np.float64]

FEW_DF = 4.0
DETERMINED = 1e-10  # a direction whose residual share is below this is fitted by the one cluster alone
BATCH = 2_000_000  # doubles per batch of square matrices


@dataclass(frozen=True, eq=False)
class RobustFit:
    """A weighted least-squares fit with cluster-robust inference.

    Parameters
    ----------
    coefficients
        Estimates with CR2 standard errors and Satterthwaite df, one per column of the design.
    covariance
        CR2 covariance matrix of the estimates, shape (p, p).
    clusters
        Number of clusters.
    warnings
        What a reader must know before using the numbers.
    """

    coefficients: tuple[Coefficient, ...]
    covariance: Array
    clusters: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Pieces:
    """One entry per cluster, in the coordinates of Q: adjusted scores, Q_i' M_i G^(−1/2) Q_i and Q_i' Π Q_i."""

    scores: Array
    leverage: Array
    kept: Array


def cluster_robust(
    design: Array,
    y: Array,
    variances: Array,
    cluster: NDArray[np.intp],
    *,
    terms: Sequence[str],
    level: float = 95.0,
) -> RobustFit:
    """Fit y on X by weighted least squares, with CR2 standard errors and Satterthwaite degrees of freedom.

    Parameters
    ----------
    design
        Design matrix, shape (k, p), of full column rank.
    y
        Effects, shape (k,).
    variances
        Variances of the rows under the working model, shape (k,), > 0; their reciprocals are the weights.
    cluster
        Cluster numbers 0 … m−1, shape (k,).
    terms
        p names of the columns.
    level
        Confidence level in percent.

    Raises
    ------
    InvalidInput
        When columns of the design depend on each other.

    Notes
    -----
    With M_i the working covariance of cluster i, D_i its square root and B = (X'M⁻¹X)⁻¹, residuals are multiplied
    by A_i = D_i (D_i (M_i − X_i B X_i') D_i)^(−1/2) D_i, so that the estimate is unbiased if the working model
    holds, and nearly so if it does not. Where a cluster alone fits a direction of X the inverse is Moore–Penrose's.
    The design is orthonormalised once (M^(−1/2) X = Q R); clusters of one size are worked on together, and the
    df need only p numbers per cluster, so that time grows with the number of clusters and not with its square.
    The df are written as sums of terms ≥ 0, hence lose no digits when one cluster dominates.

    References
    ----------
    Bell and McCaffrey (2002), Survey Methodology 28, 169–181; Pustejovsky and Tipton (2018), Journal of Business
    & Economic Statistics 36, 672–683; df below 4: Tipton (2015), Psychological Methods 20, 375–393.
    """
    spread = np.sqrt(variances)
    white = design / spread[:, None]
    basis, triangle = np.linalg.qr(white)
    _refuse_collinear(white, triangle, terms)
    target = y / spread
    fitted = basis.T @ target
    estimates = np.linalg.solve(triangle, fitted)
    pieces = _pieces(basis, target - basis @ fitted, variances, cluster)

    half = np.linalg.solve(triangle, pieces.scores.T)  # one column per cluster
    covariance = half @ half.T
    clusters = int(cluster.max()) + 1
    directions = np.linalg.inv(triangle).T
    coefficients, warnings = [], []
    for j, term in enumerate(terms):
        d = directions[:, j]
        diagonal = np.einsum("a,cab,b->c", d, pieces.kept, d)
        share = float(diagonal.sum()) / float(d @ d)
        if clusters < 2 or share < 1e-6:
            warnings.append(
                f"no cluster-robust standard error for {term}: one cluster alone decides it, and at least 2 are needed"
            )
            coefficients.append(coefficient(term, float(estimates[j]), math.nan, math.nan, level))
            continue
        df = _satterthwaite(diagonal, pieces.leverage @ d)
        if share < 1 - 1e-6:
            warnings.append(
                f"the robust standard error of {term} cannot see clusters that alone decide a term: "
                f"expect it to be {100 * (1 - math.sqrt(share)):.2g}% too small"
            )
        if df < FEW_DF:
            warnings.append(
                f"the robust test of {term} has {df:.3g} Satterthwaite df, fewer than 4: "
                "its interval and p-value are not to be relied on (Tipton 2015)"
            )
        coefficients.append(coefficient(term, float(estimates[j]), math.sqrt(covariance[j, j]), df, level))
    return RobustFit(tuple(coefficients), covariance, clusters, tuple(warnings))


def _refuse_collinear(white: Array, triangle: Array, terms: Sequence[str]) -> None:
    lengths = np.linalg.norm(white, axis=0)
    if white.shape[0] < white.shape[1]:
        raise InvalidInput(
            f"{white.shape[0]} rows cannot carry {white.shape[1]} coefficients: use fewer terms"
        )
    tied = [terms[j] for j in np.flatnonzero(np.abs(np.diag(triangle)) <= 1e-10 * lengths).tolist()]
    if tied:
        raise InvalidInput(f"{', '.join(tied)} is a combination of the other terms: leave one of them out")


def _satterthwaite(diagonal: Array, leverage: Array) -> float:
    # P_ij = −t_i't_j off the diagonal; Σ_{i<j} (t_i't_j)² from running sums of t t'
    outer = leverage[:, :, None] * leverage[:, None, :]
    before = np.cumsum(outer, axis=0)[:-1]
    off = float(np.einsum("cab,cab->", before, outer[1:]))
    return float(diagonal.sum()) ** 2 / (float(diagonal @ diagonal) + 2 * off)


def _pieces(basis: Array, residual: Array, variances: Array, cluster: NDArray[np.intp]) -> _Pieces:
    clusters, p = int(cluster.max()) + 1, basis.shape[1]
    scores, leverage, kept = np.zeros((clusters, p)), np.zeros((clusters, p, p)), np.zeros((clusters, p, p))
    for which, rows in _batches(cluster, variances):
        q, m = basis[rows], variances[rows]
        adjusted, projected = _adjusted(q, m)
        scores[which] = np.einsum("cnp,cn->cp", adjusted, residual[rows])
        leverage[which] = np.swapaxes(q, 1, 2) @ adjusted
        kept[which] = np.swapaxes(projected, 1, 2) @ projected
    return _Pieces(scores, leverage, kept)


def _batches(
    cluster: NDArray[np.intp], variances: Array
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield clusters that can be worked on together: same size, and variances all alike within or not."""
    order = np.argsort(cluster, kind="stable")
    sizes = np.bincount(cluster)
    starts = np.cumsum(sizes) - sizes
    for size in np.unique(sizes):
        which = np.flatnonzero(sizes == size)
        rows = order[starts[which][:, None] + np.arange(size)]
        flat = np.ptp(variances[rows], axis=1) == 0
        if flat.any():
            yield which[flat], rows[flat]
        uneven = np.flatnonzero(~flat)
        step = max(1, BATCH // int(size) ** 2)
        for i in range(0, uneven.size, step):
            part = uneven[i : i + step]
            yield which[part], rows[part]


def _adjusted(q: Array, m: Array) -> tuple[Array, Array]:
    """Return M_i G^(−1/2) Q_i and ΠQ_i, where G = M_i (I − Q_i Q_i') M_i and Π projects on the range of G.

    G is D_i (M_i − X_i B X_i') D_i in the coordinates of Q, and so M_i^(1/2) A_i M_i⁻¹ X_i B becomes M_i G^(−1/2) Q_i R⁻ᵀ.
    """
    u, s, vt = np.linalg.svd(q, full_matrices=False)
    remaining = (1 - s) * (1 + s)  # eigenvalues of I − Q_i Q_i'
    free = remaining > DETERMINED
    root = np.sqrt(np.where(free, remaining, 0.0))
    if (m == m[:, :1]).all():
        inverse = np.divide(1.0, root, out=np.zeros_like(root), where=free)
        return (u * (s * inverse)[:, None, :]) @ vt, (u * (s * free)[:, None, :]) @ vt
    # the singular values of a factor of G keep twice the digits of G's eigenvalues
    size = m.shape[1]
    factor = m[:, :, None] * (np.eye(size) + (u * (root - 1)[:, None, :]) @ np.swapaxes(u, 1, 2))
    left_vectors, sigma, _ = np.linalg.svd(factor)
    rank = size - (~free).sum(axis=1)
    within = np.arange(size) < rank[:, None]
    inverse = np.divide(1.0, sigma, out=np.zeros_like(sigma), where=within)
    coordinates = np.swapaxes(left_vectors, 1, 2) @ q
    adjusted = m[:, :, None] * (left_vectors @ (inverse[:, :, None] * coordinates))
    return adjusted, within[:, :, None] * coordinates
