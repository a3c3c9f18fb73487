"""How much of the variance lies on each level, and how much each row weighs."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from review.meta.heterogeneity import typical_variance
from review.meta.multilevel.likelihood import Fit, Problem

Array = NDArray[np.float64]


def typical(problem: Problem, at_zero: Fit, v: Array, *, independent: bool) -> float:
    """Return the sampling variance of a typical row, (k − p) / tr P with the sampling errors alone.

    Parameters
    ----------
    problem
        What was fitted.
    at_zero
        The fit with all components 0.
    v
        Sampling variances, shape (k,).
    independent
        Whether sampling errors are independent.

    References
    ----------
    Higgins and Thompson (2002), Statistics in Medicine 21, 1539–1558.
    """
    if independent:
        return typical_variance(v, problem.basis)
    k, p = problem.basis.shape
    total = 0.0
    start = 0
    for stack, root in zip(problem.stacks, at_zero.pieces.roots, strict=True):
        used = stack.rows < k
        q = at_zero.pieces.q[start : start + stack.places, -p:].reshape(*stack.rows.shape, p)
        start += stack.places
        seen = np.swapaxes(root, 1, 2) @ q
        total += float((root * root).sum(axis=1)[used].sum()) - float((seen * seen).sum())
    return float((k - p) / total)


def i2_by_level(sigma2: Sequence[float], typical_variance: float) -> tuple[float, ...]:
    """Return the percent of the total variance that each component makes up.

    Parameters
    ----------
    sigma2
        Variance components, ≥ 0.
    typical_variance
        Sampling variance of a typical row, > 0.
    """
    total = sum(sigma2) + typical_variance
    return tuple(100 * s / total for s in sigma2)


def row_weights(problem: Problem, fit: Fit) -> tuple[Array, Array]:
    """Return the diagonal of M⁻¹ and its row sums, both in percent.

    Parameters
    ----------
    problem
        What was fitted.
    fit
        The fit at the estimated components.

    Notes
    -----
    The pooled effect is the mean of the rows weighted by the row sums; the diagonal says how precise a row is by itself,
    given all others.
    """
    k = problem.y.size
    groups = fit.pieces.crossed.shape[1]
    q = fit.pieces.q[:, :groups]
    ones = np.concatenate(
        [
            root @ (stack.rows < k)[:, :, None]
            for stack, root in zip(problem.stacks, fit.pieces.roots, strict=True)
        ],
        axis=None,
    )
    left = ones - q @ (q.T @ ones)
    diagonal, sums = np.zeros(k + 1), np.zeros(k + 1)
    start = 0
    for stack, root in zip(problem.stacks, fit.pieces.roots, strict=True):
        part = slice(start, start + stack.places)
        start += stack.places
        back = np.swapaxes(root, 1, 2)
        seen = back @ q[part].reshape(*stack.rows.shape, groups)
        diagonal[stack.rows] = (root * root).sum(axis=1) - (seen * seen).sum(axis=2)
        sums[stack.rows] = (back @ left[part].reshape(*stack.rows.shape, 1))[:, :, 0]
    diagonal, sums = diagonal[:k], sums[:k]
    return 100 * diagonal / diagonal.sum(), 100 * sums / sums.sum()
