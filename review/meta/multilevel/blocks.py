"""Rows that depend on each other, laid out as stacks of small matrices of one size."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dtrtri

Array = NDArray[np.float64]
Numbers = NDArray[np.intp]

SIZES = (1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64)
"""Blocks up to one of these sizes are filled up to the largest among them; above, each size has its own stack."""
LOOP = 48  # from here on one call per matrix is faster than one for a stack


@dataclass(frozen=True, eq=False)
class Stack:
    """b blocks of n rows.

    Parameters
    ----------
    rows
        Row numbers, shape (b, n); places that are filled up hold the number of rows, k.
    known
        Covariance of the sampling errors, shape (b, n, n); the identity where filled up.
    members
        Per random factor the indicators of its groups, shape (b, n, g); None where each row is a group of its own.
    shared
        Per random factor the matrix that says which rows share a group, shape (b, n, n).
    """

    rows: Numbers
    known: Array
    members: tuple[Array | None, ...]
    shared: tuple[Array, ...]

    @property
    def places(self) -> int:
        """Number of rows, those filled up included."""
        return self.rows.size


def stacks(
    v: Array,
    block: Numbers,
    factors: Sequence[Numbers],
    *,
    study: Numbers,
    rho: float | None = None,
    covariance: Array | None = None,
) -> tuple[Stack, ...]:
    """Lay blocks of rows out in stacks.

    Parameters
    ----------
    v
        Sampling variances, shape (k,), > 0.
    block
        Block numbers 0 … m−1, shape (k,).
    factors
        Group numbers of each random factor whose groups lie within blocks, shape (k,).
    study
        Study numbers, shape (k,).
    rho
        Correlation of sampling errors within a study; None for independent errors.
    covariance
        Covariance of the sampling errors, shape (k, k); None follows v and rho.
    """
    k = v.size
    order = np.argsort(block, kind="stable")
    sizes = np.bincount(block)
    starts = np.cumsum(sizes) - sizes
    room = np.array([next((s for s in SIZES if s >= size), size) for size in sizes.tolist()])
    found = []
    for space in np.unique(room):
        which = np.flatnonzero(room == space)
        n = int(sizes[which].max())
        place = starts[which][:, None] + np.arange(n)
        used = np.arange(n) < sizes[which][:, None]
        rows = np.where(used, order[np.minimum(place, k - 1)], k)
        known = _known(v, rows, used, study, rho, covariance)
        members, shared = [], []
        for groups in factors:
            inside = _members(groups, rows, used)
            alone = inside.shape[2] == n and bool((inside.sum(axis=(1, 2)) == used.sum(axis=1)).all())
            alone = alone and bool((inside.sum(axis=1) <= 1).all())
            shared.append(inside @ np.swapaxes(inside, 1, 2))
            members.append(None if alone and used.all() else inside)
        found.append(Stack(rows, known, tuple(members), tuple(shared)))
    return tuple(found)


def _known(
    v: Array,
    rows: Numbers,
    used: NDArray[np.bool_],
    study: Numbers,
    rho: float | None,
    covariance: Array | None,
) -> Array:
    n = rows.shape[1]
    safe = np.where(used, rows, 0)
    if covariance is not None:
        matrix = covariance[safe[:, :, None], safe[:, None, :]]
    elif rho:
        spread = np.sqrt(v[safe])
        same = study[safe][:, :, None] == study[safe][:, None, :]
        matrix = rho * same * (spread[:, :, None] * spread[:, None, :])
    else:
        matrix = np.zeros((*rows.shape, n))
    both = used[:, :, None] & used[:, None, :]
    matrix = np.where(both, matrix, 0.0)
    np.einsum("bii->bi", matrix)[:] = np.where(used, v[safe], 1.0)
    return matrix


def _members(groups: Numbers, rows: Numbers, used: NDArray[np.bool_]) -> Array:
    b, n = rows.shape
    own = np.where(used, groups[np.where(used, rows, 0)], -1)
    # the first place with the same group names the group inside its block
    first = (own[:, :, None] == own[:, None, :]).argmax(axis=2)
    inside = np.zeros((b, n, n))
    at, place = np.nonzero(used)
    inside[at, place, first[at, place]] = 1.0
    kept: Array = inside[:, :, inside.any(axis=(0, 1))]
    return kept


def inverse_roots(m: Array) -> tuple[Array, float]:
    """Return roots R with R M R' = I for a stack of matrices, and the logarithm of the product of their determinants.

    Parameters
    ----------
    m
        Positive definite matrices, shape (b, n, n).
    """
    n = m.shape[1]
    if n == 1:
        return 1 / np.sqrt(m), float(np.log(m).sum())
    variances = np.einsum("bii->bi", m)
    spread = np.sqrt(variances)
    # rows in their own units, so that wide ranges of variances cost no digits
    correlations = m / (spread[:, :, None] * spread[:, None, :])
    log_det = float(np.log(variances).sum())
    try:
        root = np.linalg.cholesky(correlations)
    except (
        np.linalg.LinAlgError
    ):  # a component beyond 1e15 sampling variances: what is left of these is rounding
        values, vectors = np.linalg.eigh(correlations)
        values = np.maximum(values, n * np.finfo(float).eps)
        turned = np.swapaxes(vectors / np.sqrt(values)[:, None, :], 1, 2)
        return turned / spread[:, None, :], log_det + float(np.log(values).sum())
    log_det += 2 * float(np.log(np.einsum("bii->bi", root)).sum())
    if n < LOOP:
        inverse = np.tril(np.linalg.inv(root))
    else:
        inverse = np.stack([dtrtri(part, lower=1)[0] for part in root])
    return inverse / spread[:, None, :], log_det


def with_common(root: Array, common: Array, variance: float) -> tuple[Array, float]:
    """Return roots of M + variance × cc' from roots of M, and what the logarithm of the determinants grows by.

    Parameters
    ----------
    root
        R with R M R' = I, shape (b, n, n).
    common
        c, shape (b, n, 1), 1 for the rows that share an effect and 0 for places that are filled up.
    variance
        Variance of the shared effect, > 0.

    Notes
    -----
    R cc' R' has one direction: there the root is divided by √(1 + variance × c'R'Rc), elsewhere it stays. A Cholesky
    root of the sum would lose all digits of sampling variances far below the shared one.
    """
    along = root @ common
    squared = (along * along).sum(axis=1, keepdims=True)
    growth = variance * squared
    shrink = growth / (np.sqrt(1 + growth) * (1 + np.sqrt(1 + growth)))  # 1 − 1/√(1 + growth)
    turned = root - (shrink / squared) * along @ (np.swapaxes(along, 1, 2) @ root)
    return turned, float(np.log1p(growth).sum())
