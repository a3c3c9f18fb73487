"""P-values of many tests at once: Holm, and Benjamini–Hochberg."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta.errors import InvalidInput

Vector = NDArray[np.float64]


def holm(p_values: ArrayLike) -> tuple[float, ...]:
    """Return p-values adjusted so that the chance of any false rejection stays below the level.

    Parameters
    ----------
    p_values
        Shape (m,), in 0 … 1.

    Raises
    ------
    InvalidInput
        For a value outside 0 … 1, or a missing one.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65–70.
    """
    p, order = _sorted(p_values)
    m = p.size
    return _back(np.minimum(1.0, np.maximum.accumulate((m - np.arange(m)) * p)), order)


def benjamini_hochberg(p_values: ArrayLike) -> tuple[float, ...]:
    """Return p-values adjusted so that the share of false among all rejections stays below the level.

    Parameters
    ----------
    p_values
        Shape (m,), in 0 … 1, of tests that are independent or positively dependent.

    Raises
    ------
    InvalidInput
        For a value outside 0 … 1, or a missing one.

    References
    ----------
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289–300.
    """
    p, order = _sorted(p_values)
    m = p.size
    scaled = m / np.arange(1, m + 1) * p
    return _back(np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1]), order)


def _sorted(p_values: ArrayLike) -> tuple[Vector, NDArray[np.intp]]:
    p = np.asarray(p_values, dtype=np.float64)
    bad = np.flatnonzero(~((p >= 0) & (p <= 1)))
    if p.ndim != 1 or bad.size:
        where = f"entry {int(bad[0]) + 1} is {p.flat[bad[0]]:g}" if bad.size else f"their shape is {p.shape}"
        raise InvalidInput(
            f"p-values must be a list of numbers from 0 to 1, but {where}: leave tests out that gave none"
        )
    order = np.argsort(p, kind="stable")
    return p[order], order


def _back(adjusted: Vector, order: NDArray[np.intp]) -> tuple[float, ...]:
    result = np.empty_like(adjusted)
    result[order] = adjusted
    return tuple(result.tolist())
