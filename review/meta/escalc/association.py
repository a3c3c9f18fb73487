"""Association of two binary variables in a 2×2 table with cells ai, bi, ci, di."""

import math

import numpy as np
from numpy.typing import ArrayLike

from review.meta.escalc.cells import Cells, To, read_cells
from review.meta.escalc.result import EffectSizes
from review.meta.escalc.table import Labels


@np.errstate(all="ignore")
def yule_q(
    ai: ArrayLike,
    bi: ArrayLike,
    ci: ArrayLike,
    di: ArrayLike,
    *,
    add: float = 0.5,
    to: To = "only0",
    drop00: bool = False,
    labels: Labels = None,
) -> EffectSizes:
    """Return Yule's coefficients of association Q (YUQ).

    Parameters
    ----------
    ai, bi, ci, di
        Counts of the 2×2 tables, shape (n,), ≥ 0.
    add, to
        What is added to the cells, and where ("only0", "all", "if0all", "none").
    drop00
        Whether tables without any event, or with nothing but events, are left out.
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative counts, unknown options, or shapes that disagree.

    References
    ----------
    Yule (1912), Journal of the Royal Statistical Society 75, 579–652.
    """
    return _yule("YUQ", "Yule's Q", 1.0, read_cells((ai, bi, ci, di), add, to, labels, drop00=drop00))


@np.errstate(all="ignore")
def yule_y(
    ai: ArrayLike,
    bi: ArrayLike,
    ci: ArrayLike,
    di: ArrayLike,
    *,
    add: float = 0.5,
    to: To = "only0",
    drop00: bool = False,
    labels: Labels = None,
) -> EffectSizes:
    """Return Yule's coefficients of colligation Y (YUY).

    Parameters
    ----------
    ai, bi, ci, di
        Counts of the 2×2 tables, shape (n,), ≥ 0.
    add, to
        What is added to the cells, and where ("only0", "all", "if0all", "none").
    drop00
        Whether tables without any event, or with nothing but events, are left out.
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative counts, unknown options, or shapes that disagree.

    References
    ----------
    Yule (1912), Journal of the Royal Statistical Society 75, 579–652.
    """
    return _yule("YUY", "Yule's Y", 0.5, read_cells((ai, bi, ci, di), add, to, labels, drop00=drop00))


def _yule(measure: str, label: str, power: float, cells: Cells) -> EffectSizes:
    t, a, b, c, d, text = cells
    t.leave_out(
        (a == 0) | (b == 0) | (c == 0) | (d == 0), "a table with an empty cell has no finite odds ratio"
    )
    # (o − 1) / (o + 1) with o = odds ratio to the power
    yi = np.tanh(power * (np.log(a / b) - np.log(c / d)) / 2)
    vi = (power / 2 * (1 - yi**2)) ** 2 * (1 / a + 1 / b + 1 / c + 1 / d)
    return t.effects(measure, label, yi, vi, correction=text)


@np.errstate(all="ignore")
def phi_coefficient(
    ai: ArrayLike,
    bi: ArrayLike,
    ci: ArrayLike,
    di: ArrayLike,
    *,
    add: float = 0.0,
    to: To = "only0",
    drop00: bool = False,
    labels: Labels = None,
) -> EffectSizes:
    """Return phi coefficients, the correlations of two binary variables (PHI).

    Parameters
    ----------
    ai, bi, ci, di
        Counts of the 2×2 tables, shape (n,), ≥ 0.
    add, to
        What is added to the cells, and where ("only0", "all", "if0all", "none"); the measure needs nothing added.
    drop00
        Whether tables without any event, or with nothing but events, are left out.
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative counts, unknown options, or shapes that disagree.

    Notes
    -----
    The variance holds for multinomial sampling: both margins random.

    References
    ----------
    Yule (1912), Journal of the Royal Statistical Society 75, 579–652.
    """
    t, a, b, c, d, text = read_cells((ai, bi, ci, di), add, to, labels, drop00=drop00)
    n = a + b + c + d
    p1, p2, q1, q2 = (a + b) / n, (c + d) / n, (a + c) / n, (b + d) / n
    t.leave_out((q1 == 0) | (q2 == 0), "no event, or nothing but events, in either group")
    root = np.sqrt(p1 * p2) * np.sqrt(q1 * q2)
    yi = (a / n * (d / n) - b / n * (c / n)) / root
    unequal_p, unequal_q = p1 - p2, q1 - q2
    squares = unequal_p**2 / (p1 * p2) + unequal_q**2 / (q1 * q2)
    vi = (1 - yi**2 + yi * (1 + yi**2 / 2) * unequal_p * unequal_q / root - 0.75 * yi**2 * squares) / n
    vi = np.where(np.abs(vi) * n < 64 * math.ulp(1.0), 0.0, vi)  # |phi| = 1: what is left is rounding
    return t.effects("PHI", "phi coefficient", yi, vi, correction=text)
