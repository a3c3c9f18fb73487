"""The known covariance of sampling errors: independent, correlated within studies, or given."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta.errors import InvalidInput

Array = NDArray[np.float64]

ALIKE = 1e-8  # rounding of a covariance matrix that was computed elsewhere
SINGULAR = 1e-12


def check_rho(rho: float | None) -> float | None:
    """Return the correlation of sampling errors when it is one.

    Parameters
    ----------
    rho
        0 ≤ rho < 1; None for independent errors.

    Raises
    ------
    InvalidInput
        When it lies outside.

    Notes
    -----
    Below 0 the covariance of a large study is not positive definite; at 1 the errors of two rows are one.
    """
    if rho is None:
        return None
    try:
        value = float(rho)
    except (TypeError, ValueError):
        value = math.nan
    if not 0 <= value < 1 - SINGULAR:
        raise InvalidInput(
            f"rho = {rho} is no correlation that sampling errors of one study can share: give a number from 0 up to, "
            "but less than, 1, such as 0.6"
        )
    return value


def read_covariance(covariance: ArrayLike, vi: ArrayLike | None, labels: tuple[str | int, ...]) -> Array:
    """Return a covariance matrix of sampling errors when it is symmetric and agrees with vi.

    Parameters
    ----------
    covariance
        Shape (n, n), in squared units of yi; a row that is left out may hold NaN.
    vi
        Its diagonal, shape (n,); None takes it from the matrix.
    labels
        n labels that name the rows in messages.

    Raises
    ------
    InvalidInput
        For another shape, values that are not numbers, a matrix that is not symmetric, or one that contradicts vi.
    """
    n = len(labels)
    try:
        matrix = np.asarray(covariance, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"the covariance holds something that is not a number ({error})") from None
    if matrix.shape != (n, n):
        raise InvalidInput(
            f"the covariance has shape {matrix.shape} but must be ({n}, {n}): one row and one column per effect"
        )
    spread = np.sqrt(np.abs(np.diag(matrix)))
    scale = spread[:, None] * spread
    with np.errstate(invalid="ignore"):
        uneven = np.argwhere(np.abs(matrix - matrix.T) > ALIKE * scale)
    if uneven.size:
        i, j = uneven[0].tolist()
        raise InvalidInput(
            f"the covariance is not symmetric: rows {labels[i]} and {labels[j]} have {matrix[i, j]:g} and "
            f"{matrix[j, i]:g}; give one value for each pair"
        )
    if vi is not None:
        given = np.asarray(vi, dtype=np.float64)
        with np.errstate(invalid="ignore"):
            differ = np.flatnonzero(np.abs(given - np.diag(matrix)) > ALIKE * np.abs(given))
        if differ.size:
            i = int(differ[0])
            raise InvalidInput(
                f"row {labels[i]} has vi = {given[i]:g} but {matrix[i, i]:g} on the diagonal of the covariance: "
                "give one of them, or make them agree"
            )
    return np.asarray((matrix + matrix.T) / 2, dtype=np.float64)


def refuse_indefinite(matrix: Array, rows: list[str]) -> None:
    """Refuse a covariance that is no covariance of anything.

    Parameters
    ----------
    matrix
        Covariance of the rows that depend on each other, shape (m, m), diagonal > 0.
    rows
        Their m names.

    Raises
    ------
    InvalidInput
        When it is not finite or not positive definite.
    """
    spread = np.sqrt(np.diag(matrix))
    if not np.isfinite(matrix).all():
        raise InvalidInput(
            f"the covariance of row {', '.join(rows[:10])} is missing or infinite somewhere: give every entry"
        )
    least = float(np.linalg.eigvalsh(matrix / spread[:, None] / spread)[0])
    if least < SINGULAR:
        raise InvalidInput(
            f"the covariance of row {', '.join(rows[:10])} is not positive definite (smallest eigenvalue of the "
            f"correlations {least:.2g}): no sampling errors covary like that; correct it, or pool rows that repeat "
            "each other into one"
        )
