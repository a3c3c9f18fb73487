"""Sampling variances of a paired change: from discordant counts, from standard deviations, from the margins alone.

References: McNemar Q. Psychometrika 1947;12:153-7 (paired change). Newcombe RG. Stat Med 1998;17:2635-50 (paired
difference of proportions; phi). Warrens MJ. Psychometrika 2008;73:777-89 (range of phi given the margins).
"""

import math


def paired_variance_from_counts(gained: int, lost: int, n: int) -> float | None:
    """Return the variance of a paired change of accuracy in squared percentage points.

    Parameters
    ----------
    gained, lost
        Test cases that only the quantized, only the baseline arm has right.
    n
        Number of test cases.

    Notes
    -----
    (b + c - (b - c)^2 / n) / n^2; None if no case changed, or all the same way, since a variance of 0 would claim
    certainty, and if more cases changed than were tested.
    """
    if gained + lost > n:
        return None
    value = (gained + lost - (gained - lost) ** 2 / n) / n**2 * 1e4
    return value or None


def paired_variance_from_sds(baseline: float, quantized: float, n: int, correlation: float) -> float | None:
    """Return the variance of a paired difference of two means in squared units of the standard deviations.

    Parameters
    ----------
    baseline, quantized
        Standard deviations over test cases.
    n
        Number of test cases.
    correlation
        Correlation of the two arms' results on the same case, -1 to 1.

    Notes
    -----
    None if it is 0, since that would claim certainty.
    """
    value = (baseline**2 + quantized**2 - 2 * correlation * baseline * quantized) / n
    return value if value > 0 else None


def paired_variance_from_margins(p: float, q: float, n: int, correlation: float) -> float:
    """Return the variance of a paired difference of two shares in squared percentage points.

    Parameters
    ----------
    p, q
        Shares of the baseline and the quantized arm, 0 to 1.
    n
        Number of test cases.
    correlation
        Phi of the two arms' results on the same case; clipped to what the shares allow.
    """
    low, high = phi_range(p, q)
    phi = min(max(correlation, low), high)
    spread = math.sqrt(p * (1 - p)) * math.sqrt(q * (1 - q))
    return max(p * (1 - p) + q * (1 - q) - 2 * phi * spread, 0.0) / n * 1e4


def phi_range(p: float, q: float) -> tuple[float, float]:
    """Return the smallest and largest phi of two binary variables with the shares p and q (Fréchet bounds)."""
    spread = math.sqrt(p * (1 - p)) * math.sqrt(q * (1 - q))
    if spread == 0:
        return 0.0, 0.0
    return -min(p * q, (1 - p) * (1 - q)) / spread, min(p * (1 - q), q * (1 - p)) / spread
