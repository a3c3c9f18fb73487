"""What each cluster adds to a sandwich estimator, once working covariances are rotated to diagonal ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Kind = Literal["CR0", "CR1", "CR1p", "CR1S", "CR2", "CR3"]

DETERMINED = 1e-10  # a direction whose residual share is below this is fitted by the one cluster alone
BATCH = 2_000_000  # doubles per batch of square matrices


@dataclass(frozen=True, eq=False)
class Pieces:
    """One entry per cluster, in the coordinates of an orthonormal basis Q of the whitened design.

    Parameters
    ----------
    scores
        Q_i' Ã_i' e_i, the adjusted scores, shape (m, p).
    leverage
        Q_i' Ã_i' Q_i, shape (m, p, p).
    kept
        Q_i' Ã_i' (I − Q_i Q_i') Ã_i Q_i, shape (m, p, p): the variance of the scores if the working model holds.
    seen
        Q_i' Π Q_i, shape (m, p, p), where Π leaves out the directions that a cluster alone decides.
    """

    scores: Array
    leverage: Array
    kept: Array
    seen: Array


def cluster_pieces(
    basis: Array, residual: Array, spectrum: Array, cluster: NDArray[np.intp], kind: Kind
) -> Pieces:
    """Adjust the residuals of each cluster and return what standard errors, df and tests are made of.

    Parameters
    ----------
    basis
        Orthonormal basis Q of the whitened design, shape (k, p).
    residual
        Whitened residuals, shape (k,).
    spectrum
        Eigenvalues of the working covariances, one per whitened row, shape (k,), > 0.
    cluster
        Cluster numbers 0 … m−1, shape (k,).
    kind
        "CR2" and "CR3" adjust; the others share the residuals as they are.

    Notes
    -----
    Clusters of one size are worked on together. Only CR2 with unequal eigenvalues within a cluster needs square
    matrices of the cluster's size: CR0 and CR3 do not depend on how the working covariance is factored.
    """
    clusters, p = int(cluster.max()) + 1, basis.shape[1]
    scores = np.zeros((clusters, p))
    leverage, kept, seen = (np.zeros((clusters, p, p)) for _ in range(3))
    for which, rows in _batches(cluster, spectrum, square=kind == "CR2"):
        q = basis[rows]
        if kind == "CR2":
            adjusted, projected = _bias_reduced(q, spectrum[rows])
            seen[which] = kept[which] = np.swapaxes(projected, 1, 2) @ projected
        else:
            adjusted, kept[which], seen[which] = _unweighted(q, kind)
        scores[which] = np.einsum("cnp,cn->cp", adjusted, residual[rows])
        leverage[which] = np.swapaxes(q, 1, 2) @ adjusted
    return Pieces(scores, leverage, kept, seen)


def _batches(
    cluster: NDArray[np.intp], spectrum: Array, *, square: bool
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield clusters that can be worked on together: same size, and eigenvalues all alike within or not."""
    order = np.argsort(cluster, kind="stable")
    sizes = np.bincount(cluster)
    starts = np.cumsum(sizes) - sizes
    for size in np.unique(sizes):
        which = np.flatnonzero(sizes == size)
        rows = order[starts[which][:, None] + np.arange(size)]
        flat = np.ptp(spectrum[rows], axis=1) == 0 if square else np.ones(which.size, dtype=np.bool_)
        if flat.any():
            yield which[flat], rows[flat]
        uneven = np.flatnonzero(~flat)
        step = max(1, BATCH // int(size) ** 2)
        for i in range(0, uneven.size, step):
            part = uneven[i : i + step]
            yield which[part], rows[part]


def _unweighted(q: Array, kind: Kind) -> tuple[Array, Array, Array]:
    """Return Ã_i Q_i, its working variance, and Q_i' Π Q_i, where Ã_i is I or (I − Q_i Q_i')⁻¹."""
    u, s, vt = np.linalg.svd(q, full_matrices=False)
    remaining = (1 - s) * (1 + s)  # eigenvalues of I − Q_i Q_i'
    free = remaining > DETERMINED
    seen = _turned(vt, s * s * free)
    if kind != "CR3":
        return q, _turned(vt, s * s * np.where(free, remaining, 0.0)), seen
    inverse = np.divide(1.0, remaining, out=np.zeros_like(remaining), where=free)
    return (u * (s * inverse)[:, None, :]) @ vt, _turned(vt, s * s * inverse), seen


def _turned(vt: Array, values: Array) -> Array:
    turned: Array = np.swapaxes(vt, 1, 2) @ (values[:, :, None] * vt)
    return turned


def _bias_reduced(q: Array, m: Array) -> tuple[Array, Array]:
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
