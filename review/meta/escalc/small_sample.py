"""Hedges' exact factor J for the bias of standardized differences in small samples."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from review.meta.escalc.result import Vector

SERIES_FROM = 50.0
# of Γ(a + 1/2) / (Γ(a) √a) in powers of 1/a
SERIES = (1.0, -1 / 8, 1 / 128, 5 / 1024, -21 / 32768, -399 / 262144, 869 / 4194304, 39325 / 33554432)


@np.errstate(all="ignore")
def exact_j(df: ArrayLike) -> Vector:
    """Return J(m) = Γ(m/2) / (√(m/2) Γ((m − 1)/2)), the factor that makes a standardized difference unbiased.

    Parameters
    ----------
    df
        Degrees of freedom m of the standard deviation, shape (n,); NaN comes back where m ≤ 1.

    Notes
    -----
    A difference of two log gamma functions loses a digit for each power of ten of m; above m = 100 the ratio is
    taken from its asymptotic series.

    References
    ----------
    Hedges (1981), Journal of Educational Statistics 6, 107–128.
    """
    m = np.asarray(df, dtype=np.float64)
    a = (m - 1) / 2
    ratio = np.where(
        a < SERIES_FROM,
        np.exp(gammaln(m / 2) - gammaln(a)),
        np.sqrt(a) * np.polynomial.polynomial.polyval(1 / a, SERIES),
    )
    return np.where(m > 1, ratio / np.sqrt(m / 2), math.nan)
