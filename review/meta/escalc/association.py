"""Association of two binary variables in a 2×2 table with cells ai, bi, ci, di."""

import math

import numpy as np

from review.meta.escalc.cell_formula import of_groups
from review.meta.escalc.cells import Cells
from review.meta.escalc.formula import Pair


@of_groups("YUQ", "Yule's Q")
def yule_q(cells: Cells) -> Pair:
    """Return Yule's coefficients of association Q (YUQ).

    References
    ----------
    Yule (1912), Journal of the Royal Statistical Society 75, 579–652.
    """
    return _yule(1.0, cells)


@of_groups("YUY", "Yule's Y")
def yule_y(cells: Cells) -> Pair:
    """Return Yule's coefficients of colligation Y (YUY).

    References
    ----------
    Yule (1912), Journal of the Royal Statistical Society 75, 579–652.
    """
    return _yule(0.5, cells)


def _yule(power: float, cells: Cells) -> Pair:
    t, a, b, c, d, _ = cells
    t.leave_out(
        (a == 0) | (b == 0) | (c == 0) | (d == 0), "a table with an empty cell has no finite odds ratio"
    )
    # (o − 1) / (o + 1) with o = odds ratio to the power
    yi = np.tanh(power * (np.log(a / b) - np.log(c / d)) / 2)
    return yi, (power / 2 * (1 - yi**2)) ** 2 * (1 / a + 1 / b + 1 / c + 1 / d)


@of_groups("PHI", "phi coefficient", add=0.0)
def phi_coefficient(cells: Cells) -> Pair:
    """Return phi coefficients, the correlations of two binary variables (PHI).

    Notes
    -----
    The variance holds for multinomial sampling: both margins random. Empty cells need nothing added.

    References
    ----------
    Yule (1912), Journal of the Royal Statistical Society 75, 579–652.
    """
    t, a, b, c, d, _ = cells
    n = a + b + c + d
    p1, p2, q1, q2 = (a + b) / n, (c + d) / n, (a + c) / n, (b + d) / n
    t.leave_out((q1 == 0) | (q2 == 0), "no event, or nothing but events, in either group")
    root = np.sqrt(p1 * p2) * np.sqrt(q1 * q2)
    yi = (a / n * (d / n) - b / n * (c / n)) / root
    unequal_p, unequal_q = p1 - p2, q1 - q2
    squares = unequal_p**2 / (p1 * p2) + unequal_q**2 / (q1 * q2)
    vi = (1 - yi**2 + yi * (1 + yi**2 / 2) * unequal_p * unequal_q / root - 0.75 * yi**2 * squares) / n
    return yi, np.where(np.abs(vi) * n < 64 * math.ulp(1.0), 0.0, vi)  # |phi| = 1: what is left is rounding
