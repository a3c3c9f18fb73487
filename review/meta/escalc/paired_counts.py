"""Measures of a paired 2×2 table: two conditions judged on the same cases.

| | condition 2 yes | condition 2 no |
|---|---|---|
| condition 1 yes | ai | bi |
| condition 1 no | ci | di |

For two networks on the same images: ai both right, bi only the first right, ci only the second right, di both wrong.
"""

import numpy as np
from numpy.typing import ArrayLike

from review.meta.escalc.cells import To, read_cells
from review.meta.escalc.result import EffectSizes
from review.meta.escalc.table import Labels


@np.errstate(all="ignore")
def paired_risk_difference(
    ai: ArrayLike,
    bi: ArrayLike,
    ci: ArrayLike,
    di: ArrayLike,
    *,
    add: float = 0.5,
    to: To = "only0",
    labels: Labels = None,
) -> EffectSizes:
    """Return differences of paired proportions p1 − p2 (MPRD).

    Parameters
    ----------
    ai, bi, ci, di
        Counts of the paired 2×2 tables, shape (n,), ≥ 0.
    add, to
        What is added to the cells, and where ("only0", "all", "if0all", "none").
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative counts, unknown options, or shapes that disagree.

    References
    ----------
    McNemar (1947), Psychometrika 12, 153–157; Newcombe (1998), Statistics in Medicine 17, 2635–2650.
    """
    t, a, b, c, d, text = read_cells((ai, bi, ci, di), add, to, labels, groups=False)
    n = a + b + c + d
    # (b + c − (b − c)² / n) / n², without the cancellation
    vi = (b / n * ((a + c + d) / n) + c / n * ((a + b + d) / n) + 2 * (b / n) * (c / n)) / n
    return t.effects("MPRD", "difference of paired proportions", (b - c) / n, vi, correction=text)


@np.errstate(all="ignore")
def paired_log_risk_ratio(
    ai: ArrayLike,
    bi: ArrayLike,
    ci: ArrayLike,
    di: ArrayLike,
    *,
    add: float = 0.5,
    to: To = "only0",
    labels: Labels = None,
) -> EffectSizes:
    """Return log ratios of paired proportions ln(p1 / p2) (MPRR).

    Parameters
    ----------
    ai, bi, ci, di
        Counts of the paired 2×2 tables, shape (n,), ≥ 0.
    add, to
        What is added to the cells, and where ("only0", "all", "if0all", "none").
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative counts, unknown options, or shapes that disagree.

    Notes
    -----
    The variance follows from the multinomial distribution of the four cells by the delta method.
    """
    t, a, b, c, _, text = read_cells((ai, bi, ci, di), add, to, labels, groups=False)
    t.leave_out((a + b == 0) | (a + c == 0), "a proportion of 0 has no logarithm")
    vi = (b + c) / (a + b) / (a + c)
    yi = np.log1p((b - c) / (a + c))  # keeps its digits where the proportions are close
    return t.effects("MPRR", "log ratio of paired proportions", yi, vi, correction=text)


@np.errstate(all="ignore")
def paired_log_odds_ratio(
    ai: ArrayLike,
    bi: ArrayLike,
    ci: ArrayLike,
    di: ArrayLike,
    *,
    add: float = 0.5,
    to: To = "only0",
    labels: Labels = None,
) -> EffectSizes:
    """Return log ratios of the marginal odds of paired proportions (MPOR).

    Parameters
    ----------
    ai, bi, ci, di
        Counts of the paired 2×2 tables, shape (n,), ≥ 0.
    add, to
        What is added to the cells, and where ("only0", "all", "if0all", "none").
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative counts, unknown options, or shapes that disagree.

    References
    ----------
    Becker and Balagtas (1993), Biometrics 49, 997–1009.
    """
    t, a, b, c, d, text = read_cells((ai, bi, ci, di), add, to, labels, groups=False)
    n = a + b + c + d
    yes1, no1, yes2, no2 = a + b, c + d, a + c, b + d
    t.leave_out(
        (yes1 == 0) | (no1 == 0) | (yes2 == 0) | (no2 == 0), "a proportion of 0 or 1 has no finite odds"
    )
    yi = np.log(yes1 / no1) - np.log(yes2 / no2)
    spread = b / n * ((a + c + d) / n) + c / n * ((a + b + d) / n) + 2 * (b / n) * (c / n)
    vi = spread / n / (yes1 / n * (no1 / n)) / (yes2 / n * (no2 / n))
    return t.effects("MPOR", "log ratio of marginal odds", yi, vi, correction=text)


@np.errstate(all="ignore")
def conditional_log_odds_ratio(
    ai: ArrayLike,
    bi: ArrayLike,
    ci: ArrayLike,
    di: ArrayLike,
    *,
    add: float = 0.5,
    to: To = "only0",
    labels: Labels = None,
) -> EffectSizes:
    """Return conditional log odds ratios ln(b / c) of matched pairs (MPORC).

    Parameters
    ----------
    ai, bi, ci, di
        Counts of the paired 2×2 tables, shape (n,), ≥ 0.
    add, to
        What is added to the cells, and where ("only0", "all", "if0all", "none").
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative counts, unknown options, or shapes that disagree.

    References
    ----------
    Curtin, Elbourne and Altman (2002), Statistics in Medicine 21, 2145–2159.
    """
    t, _, b, c, _, text = read_cells((ai, bi, ci, di), add, to, labels, groups=False)
    t.leave_out(
        (b == 0) | (c == 0), "pairs that all changed one way, or not at all, have no finite odds ratio"
    )
    vi = 1 / b + 1 / c
    return t.effects("MPORC", "conditional log odds ratio", np.log(b) - np.log(c), vi, correction=text)


@np.errstate(all="ignore")
def peto_conditional_log_odds_ratio(
    ai: ArrayLike,
    bi: ArrayLike,
    ci: ArrayLike,
    di: ArrayLike,
    *,
    add: float = 0.5,
    to: To = "only0",
    labels: Labels = None,
) -> EffectSizes:
    """Return conditional log odds ratios of matched pairs by Peto's one-step method (MPPETO).

    Parameters
    ----------
    ai, bi, ci, di
        Counts of the paired 2×2 tables, shape (n,), ≥ 0.
    add, to
        What is added to the cells, and where ("only0", "all", "if0all", "none").
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative counts, unknown options, or shapes that disagree.

    References
    ----------
    Curtin, Elbourne and Altman (2002), Statistics in Medicine 21, 2145–2159.
    """
    t, _, b, c, _, text = read_cells((ai, bi, ci, di), add, to, labels, groups=False)
    t.leave_out(b + c == 0, "no pair changed")
    yi = 2 * (b - c) / (b + c)
    return t.effects("MPPETO", "conditional log odds ratio (Peto)", yi, 4 / (b + c), correction=text)
