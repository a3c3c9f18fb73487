"""From an estimate, its standard error and its degrees of freedom to a test and an interval."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, fdtrc, ndtr, ndtri, stdtr, stdtrit

from review.meta.errors import InvalidInput
from review.meta.result import Coefficient, JointTest


def check_level(level: float) -> float:
    """Return the confidence level when it is one.

    Parameters
    ----------
    level
        In percent, more than 1 and less than 100.

    Raises
    ------
    InvalidInput
        When it lies outside; 0.95 is refused, since 95 is what was meant.
    """
    if not 1 < level < 100:
        raise InvalidInput(f"level = {level:g} is no confidence level: give it in percent, such as 95")
    return float(level)


def critical_value(level: float, df: float | None) -> float:
    """Return the two-sided critical value of the t distribution, or of the normal one.

    Parameters
    ----------
    level
        Confidence level in percent.
    df
        Degrees of freedom, > 0; None for the normal distribution.
    """
    # the lower tail keeps its digits where 1 − tail would round to 1
    tail = (100 - level) / 200
    return -float(ndtri(tail) if df is None else stdtrit(df, tail))


def coefficient(term: str, estimate: float, se: float, df: float | None, level: float) -> Coefficient:
    """Test an estimate against 0 and give its confidence interval.

    Parameters
    ----------
    term
        What is estimated.
    estimate
        The estimate.
    se
        Its standard error, ≥ 0; NaN where it cannot be known, and then test and interval are NaN too.
    df
        Degrees of freedom of the t distribution, > 0; None for the normal distribution.
    level
        Confidence level in percent.

    Notes
    -----
    With a standard error of 0 the interval shrinks to a point and the statistic is undefined (NaN); who calls says
    so in a warning.
    """
    if math.isnan(se) or (df is not None and not df > 0):
        nan = math.nan
        return Coefficient(term, estimate, nan, nan, nan, nan, nan, nan)
    half = critical_value(level, df) * se
    statistic = estimate / se if se > 0 else math.nan
    tail = ndtr(-abs(statistic)) if df is None else stdtr(df, -abs(statistic))
    return Coefficient(term, estimate, se, statistic, df, 2 * float(tail), estimate - half, estimate + half)


def moved(c: Coefficient, unit: float, centre: float, level: float) -> Coefficient:
    """Return a coefficient of centred, scaled effects in the units of the effects themselves.

    Parameters
    ----------
    c
        a coefficient of (yi − centre) / unit.
    unit
        > 0.
    centre
        In units of yi.
    level
        Confidence level in percent.
    """
    return coefficient(c.term, centre + unit * c.estimate, unit * c.se, c.df, level)


def joint_test(
    names: tuple[str, ...], estimates: NDArray[np.float64], covariance: NDArray[np.float64], df: float | None
) -> JointTest | None:
    """Test whether several coefficients are all 0.

    Parameters
    ----------
    names
        m names of what is tested.
    estimates
        Shape (m,).
    covariance
        Their covariance matrix, shape (m, m).
    df
        Denominator degrees of freedom of the F distribution; None for χ².

    Notes
    -----
    Wald's statistic b'V⁻¹b ~ χ²(m), or over m ~ F(m, df). None when the covariance has no inverse: a standard error
    of 0, or coefficients that depend on each other.
    """
    m = len(names)
    spread = np.sqrt(np.diag(covariance))
    if not m or not (spread > 0).all():
        return None
    correlation = covariance / spread / spread[:, None]
    if not float(np.linalg.eigvalsh(correlation)[0]) > 1e-13:
        return None
    z = estimates / spread
    wald = float(z @ np.linalg.solve(correlation, z))
    if df is None:
        return JointTest(names, wald, m, None, float(chdtrc(m, wald)))
    return JointTest(names, wald / m, m, df, float(fdtrc(m, df, wald / m)))
