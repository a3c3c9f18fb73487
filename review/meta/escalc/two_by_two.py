"""Measures of a 2×2 table: events and non-events of two independent groups.

| | event | no event |
|---|---|---|
| group 1 | ai | bi |
| group 2 | ci | di |
"""

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from review.meta.escalc.cell_formula import GROUPS, REFUSED, of_groups
from review.meta.escalc.cells import Cells, To, read_cells
from review.meta.escalc.formula import Pair, measure
from review.meta.escalc.result import EffectSizes
from review.meta.escalc.table import Labels, choice

UNBIASED: Final = """variance
    "LS" divides by the group sizes, "UB" (unbiased) by the group sizes less one."""


@of_groups("RR", "log risk ratio")
def log_risk_ratio(cells: Cells) -> Pair:
    """Return log risk ratios ln(p1 / p2) (RR).

    References
    ----------
    Fleiss and Berlin (2009), in The Handbook of Research Synthesis and Meta-Analysis, 2nd ed., 237–253.
    """
    t, a, b, c, d, _ = cells
    n1, n2 = a + b, c + d
    t.leave_out((a == 0) | (c == 0), "a group without events has no log risk")
    # 1/a − 1/n1, without the cancellation
    vi = b / (a * n1) + d / (c * n2)
    return np.log(a / n1) - np.log(c / n2), vi


@of_groups("OR", "log odds ratio")
def log_odds_ratio(cells: Cells) -> Pair:
    """Return log odds ratios ln(ad / bc) (OR).

    References
    ----------
    Fleiss and Berlin (2009), in The Handbook of Research Synthesis and Meta-Analysis, 2nd ed., 237–253.
    """
    t, a, b, c, d, _ = cells
    t.leave_out((a == 0) | (b == 0) | (c == 0) | (d == 0), "a table with an empty cell has no log odds ratio")
    return np.log(a / b) - np.log(c / d), 1 / a + 1 / b + 1 / c + 1 / d


@measure(GROUPS, UNBIASED, refuses=REFUSED)
def risk_difference(
    ai: ArrayLike,
    bi: ArrayLike,
    ci: ArrayLike,
    di: ArrayLike,
    *,
    add: float = 0.5,
    to: To = "only0",
    drop00: bool = False,
    variance: Literal["LS", "UB"] = "LS",
    labels: Labels = None,
) -> EffectSizes:
    """Return risk differences p1 − p2 (RD).

    References
    ----------
    Fleiss and Berlin (2009), in The Handbook of Research Synthesis and Meta-Analysis, 2nd ed., 237–253.
    """
    choice("variance", variance, ("LS", "UB"))
    t, a, b, c, d, text = read_cells((ai, bi, ci, di), add, to, labels, drop00=drop00)
    n1, n2 = a + b, c + d
    less = 1 if variance == "UB" else 0
    vi = a / n1 * (b / n1) / (n1 - less) + c / n2 * (d / n2) / (n2 - less)
    return t.effects("RD", "risk difference", a / n1 - c / n2, vi, correction=text)


@of_groups("AS", "arcsine risk difference", add=0.0)
def arcsine_difference(cells: Cells) -> Pair:
    """Return differences of arcsine square root risks (AS), which need nothing added to empty cells.

    References
    ----------
    Rücker, Schwarzer, Carpenter and Olkin (2009), Statistics in Medicine 28, 721–738.
    """
    _, a, b, c, d, _ = cells
    n1, n2 = a + b, c + d
    return np.arcsin(np.sqrt(a / n1)) - np.arcsin(np.sqrt(c / n2)), 1 / (4 * n1) + 1 / (4 * n2)


@of_groups("PETO", "log odds ratio (Peto)")
def peto_log_odds_ratio(cells: Cells) -> Pair:
    """Return log odds ratios by Peto's one-step method (PETO).

    Notes
    -----
    Single empty cells need nothing added.

    References
    ----------
    Yusuf, Peto, Lewis, Collins and Sleight (1985), Progress in Cardiovascular Diseases 27, 335–371.
    """
    t, a, b, c, d, _ = cells
    n1, n2 = a + b, c + d
    n = n1 + n2
    t.leave_out((a + c == 0) | (b + d == 0), "no event, or nothing but events, in either group")
    t.leave_out(n <= 1, "a table of one case has no hypergeometric variance")
    # observed less expected, written as (ad − bc) / n
    observed = a * (d / n) - b * (c / n)
    v = (a + c) * ((b + d) / (n - 1)) * (n1 / n) * (n2 / n)
    return observed / v, 1 / v
