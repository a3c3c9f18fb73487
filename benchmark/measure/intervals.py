"""Confidence intervals of proportions and of their paired differences."""

from math import sqrt

import numpy as np
from scipy import stats

from benchmark.measure.score import LEVEL, Floats

Interval = tuple[float, float]


def quantile(level: float = LEVEL) -> float:
    """Return the two-sided quantile of the standard normal distribution."""
    return float(stats.norm.ppf((1 + level) / 2))


def wilson(successes: int, n: int, level: float = LEVEL) -> Interval:
    """Return the score interval of a proportion of n > 0 trials.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22, 209–212; without continuity correction, as
    recommended by Brown, Cai and DasGupta (2001), Statistical Science 16, 101–133.
    """
    z = quantile(level)
    p = successes / n
    centre = p + z * z / (2 * n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # The ends are exact at 0 and n successes; rounding must not take them past the proportion.
    low = 0.0 if successes == 0 else (centre - half) / (1 + z * z / n)
    high = 1.0 if successes == n else (centre + half) / (1 + z * z / n)
    return low, high


def bonett_price(gained: int, lost: int, n: int, level: float = LEVEL) -> Interval:
    """Return the adjusted Wald interval of (gained − lost) / n, a difference of paired proportions.

    Notes
    -----
    One is added to each discordant count, so that the interval keeps a width when nothing changed.

    References
    ----------
    Bonett and Price (2012), Adjusted Wald confidence interval for a difference of binomial proportions based on
    paired data, Journal of Educational and Behavioral Statistics 37, 479–488.
    """
    up, down = (gained + 1) / (n + 2), (lost + 1) / (n + 2)
    half = quantile(level) * sqrt((up + down - (up - down) ** 2) / (n + 2))
    return max(-1.0, up - down - half), min(1.0, up - down + half)


def newcombe(both: int, gained: int, lost: int, neither: int, level: float = LEVEL) -> Interval:
    """Return the score interval of (gained − lost) / n, a difference of paired proportions.

    Parameters
    ----------
    both, gained, lost, neither
        How many of the n > 0 pairs have both right, only the first right, only the second right, none right.
    level
        Of confidence, between 0 and 1.

    References
    ----------
    Newcombe (1998), Improved confidence intervals for the difference between binomial proportions based on paired
    data, Statistics in Medicine 17, 2635–2650, method 10.
    """
    n = both + gained + lost + neither
    first, second = both + gained, both + lost
    (low1, high1), (low2, high2) = wilson(first, n, level), wilson(second, n, level)
    p1, p2 = first / n, second / n
    margins = first * (n - first) * second * (n - second)
    excess = both * neither - gained * lost
    corrected = max(excess - n / 2, 0.0) if excess > 0 else float(excess)
    phi = corrected / sqrt(margins) if margins else 0.0

    def combined(a: float, b: float) -> float:
        return sqrt(max(a * a - 2 * phi * a * b + b * b, 0.0))

    return p1 - p2 - combined(p1 - low1, high2 - p2), p1 - p2 + combined(high1 - p1, p2 - low2)


def of_mean(values: Floats, level: float = LEVEL) -> tuple[float, float | None, float | None]:
    """Return the mean of values, shape (n,), with its t interval; none for fewer than two values."""
    mean = float(values.mean(dtype=np.float64))
    if len(values) < 2:
        return mean, None, None
    half = (
        float(stats.t.ppf((1 + level) / 2, len(values) - 1)) * float(values.std(ddof=1)) / sqrt(len(values))
    )
    return mean, mean - half, mean + half


def percentiles(draws: Floats, level: float = LEVEL) -> Interval:
    """Return the percentile interval of bootstrap draws, shape (draws,); undefined draws (NaN) are left out.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """
    low, high = np.nanquantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def of_median(values: Floats, level: float = LEVEL) -> tuple[float, float | None, float | None]:
    """Return the median of values, shape (n,), with its interval by order statistics; none for fewer than six.

    References
    ----------
    Conover (1999), Practical Nonparametric Statistics, section 3.2: the count below the median is binomial.
    """
    n, ordered = len(values), np.sort(values)
    median = float(np.median(ordered))
    beyond = int(stats.binom.ppf((1 - level) / 2, n, 0.5)) if n else 0
    if beyond < 1:
        return median, None, None
    return median, float(ordered[beyond - 1]), float(ordered[n - beyond])
