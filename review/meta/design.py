"""The design matrix of a meta-regression, whether it can be estimated, and whether it holds a constant."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.meta.errors import InvalidInput

Matrix = NDArray[np.float64]

TIED = 1e-10  # a column whose part outside the others is smaller than this share of it depends on them
LARGEST = 1e75
WIDEST_SPAN = 1e12  # of variances: beyond it the light rows fall below the rounding error of the heavy ones


def check_span(vi: Matrix, labels: Sequence[object], widest: float = WIDEST_SPAN) -> None:
    """Refuse variances that cannot be weighed together in a regression.

    Parameters
    ----------
    vi
        Sampling variances, shape (k,), > 0.
    labels
        k names of the rows.
    widest
        Largest ratio of two variances.

    Raises
    ------
    InvalidInput
        When the largest is more than `widest` times the smallest; the two rows are named.
    """
    low, high = int(vi.argmin()), int(vi.argmax())
    if vi[high] / widest > vi[low]:
        raise InvalidInput(
            f"the variances of row {labels[low]} ({vi[low]:g}) and row {labels[high]} ({vi[high]:g}) lie more than "
            f"{math.log10(widest):.0f} orders of magnitude apart: check their units"
        )


@dataclass(frozen=True, eq=False)
class Design:
    """A design matrix X = Q R with what a fit needs to know about it.

    Parameters
    ----------
    matrix
        X, shape (k, p).
    terms
        p names of its columns.
    basis
        Q, orthonormal, shape (k, p).
    back
        R⁻¹, shape (p, p): coefficients of X from those of Q.
    intercept
        Column of ones; None without one.
    constant
        Coefficients with X a = 1, shape (p,); None when no combination of columns is constant.
    """

    matrix: Matrix
    terms: tuple[str, ...]
    basis: Matrix
    back: Matrix
    intercept: int | None
    constant: Matrix | None


def read_design(matrix: Matrix, terms: Sequence[str]) -> Design:
    """Decompose a design matrix and refuse one that cannot be estimated.

    Parameters
    ----------
    matrix
        X, shape (k, p), finite.
    terms
        p names of its columns.

    Raises
    ------
    InvalidInput
        When columns depend on each other, or when there are not more rows than columns.

    Notes
    -----
    Columns are divided by their largest entry first: whether they depend on each other must not turn on units.
    """
    k, p = matrix.shape
    largest = np.abs(matrix).max(axis=0)
    zero = [terms[j] for j in np.flatnonzero(largest == 0).tolist()]
    if zero:
        raise InvalidInput(
            f"{', '.join(zero)} is 0 in every row that can be used: leave it out, or merge its category"
        )
    if (largest > LARGEST).any() or (largest < 1 / LARGEST).any():
        raise InvalidInput(
            f"{terms[int(np.abs(np.log(largest)).argmax())]} lies beyond 1e-75 … 1e75: give it in other units"
        )
    if k <= p:
        raise InvalidInput(
            f"{k} rows for {p} coefficients leave nothing to estimate τ² and errors from (saturated model): "
            "use fewer terms or more rows"
        )
    unit = matrix / largest
    basis, triangle = np.linalg.qr(unit)
    tied = np.abs(np.diag(triangle)) <= TIED * np.linalg.norm(unit, axis=0)
    if tied.any():
        names = ", ".join(terms[j] for j in np.flatnonzero(tied).tolist())
        raise InvalidInput(
            f"{names} is a combination of the terms before it (collinear): leave it or one of them out"
        )
    back = np.linalg.inv(triangle) / largest[:, None]
    ones = np.flatnonzero((matrix == 1).all(axis=0))
    return Design(
        matrix,
        tuple(terms),
        basis,
        back,
        int(ones[0]) if ones.size else None,
        _constant(basis, back, ones),
    )


def _constant(basis: Matrix, back: Matrix, ones: NDArray[np.intp]) -> Matrix | None:
    k, p = basis.shape
    if ones.size:
        unit: Matrix = np.eye(p)[int(ones[0])]
        return unit
    inside = basis.T @ np.ones(k)
    if float(np.abs(basis @ inside - 1).max()) > TIED:
        return None
    solved: Matrix = back @ inside
    return solved
