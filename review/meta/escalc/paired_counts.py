"""Measures of a paired 2×2 table: two conditions judged on the same cases.

| | condition 2 yes | condition 2 no |
|---|---|---|
| condition 1 yes | ai | bi |
| condition 1 no | ci | di |

For two networks on the same images: ai both right, bi only the first right, ci only the second right, di both wrong.
"""

import numpy as np

from review.meta.escalc.cell_formula import of_pairs
from review.meta.escalc.cells import Cells
from review.meta.escalc.formula import Pair
from review.meta.escalc.result import Vector


def _spread(cells: Cells) -> Vector:
    """Return (b + c − (b − c)² / n) / n, n times the variance of the difference, without the cancellation."""
    _, a, b, c, d, _ = cells
    n = a + b + c + d
    return b / n * ((a + c + d) / n) + c / n * ((a + b + d) / n) + 2 * (b / n) * (c / n)


@of_pairs("MPRD", "difference of paired proportions")
def paired_risk_difference(cells: Cells) -> Pair:
    """Return differences of paired proportions p1 − p2 (MPRD).

    References
    ----------
    McNemar (1947), Psychometrika 12, 153–157; Newcombe (1998), Statistics in Medicine 17, 2635–2650.
    """
    _, a, b, c, d, _ = cells
    n = a + b + c + d
    return (b - c) / n, _spread(cells) / n


@of_pairs("MPRR", "log ratio of paired proportions")
def paired_log_risk_ratio(cells: Cells) -> Pair:
    """Return log ratios of paired proportions ln(p1 / p2) (MPRR).

    Notes
    -----
    The variance follows from the multinomial distribution of the four cells by the delta method.
    """
    t, a, b, c, _, _ = cells
    t.leave_out((a + b == 0) | (a + c == 0), "a proportion of 0 has no logarithm")
    # log1p keeps its digits where the proportions are close
    return np.log1p((b - c) / (a + c)), (b + c) / (a + b) / (a + c)


@of_pairs("MPOR", "log ratio of marginal odds")
def paired_log_odds_ratio(cells: Cells) -> Pair:
    """Return log ratios of the marginal odds of paired proportions (MPOR).

    References
    ----------
    Becker and Balagtas (1993), Biometrics 49, 997–1009.
    """
    t, a, b, c, d, _ = cells
    n = a + b + c + d
    yes1, no1, yes2, no2 = a + b, c + d, a + c, b + d
    t.leave_out(
        (yes1 == 0) | (no1 == 0) | (yes2 == 0) | (no2 == 0), "a proportion of 0 or 1 has no finite odds"
    )
    vi = _spread(cells) / n / (yes1 / n * (no1 / n)) / (yes2 / n * (no2 / n))
    return np.log(yes1 / no1) - np.log(yes2 / no2), vi


@of_pairs("MPORC", "conditional log odds ratio")
def conditional_log_odds_ratio(cells: Cells) -> Pair:
    """Return conditional log odds ratios ln(b / c) of matched pairs (MPORC).

    References
    ----------
    Curtin, Elbourne and Altman (2002), Statistics in Medicine 21, 2145–2159.
    """
    t, _, b, c, _, _ = cells
    t.leave_out(
        (b == 0) | (c == 0), "pairs that all changed one way, or not at all, have no finite odds ratio"
    )
    return np.log(b) - np.log(c), 1 / b + 1 / c


@of_pairs("MPPETO", "conditional log odds ratio (Peto)")
def peto_conditional_log_odds_ratio(cells: Cells) -> Pair:
    """Return conditional log odds ratios of matched pairs by Peto's one-step method (MPPETO).

    References
    ----------
    Curtin, Elbourne and Altman (2002), Statistics in Medicine 21, 2145–2159.
    """
    t, _, b, c, _, _ = cells
    t.leave_out(b + c == 0, "no pair changed")
    return 2 * (b - c) / (b + c), 4 / (b + c)
