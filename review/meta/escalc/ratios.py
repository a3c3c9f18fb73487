"""Log ratios of two groups: of means, of standard deviations, of coefficients of variation."""

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from review.meta.escalc.formula import measure
from review.meta.escalc.means import GROUPS, NO_SD, REFUSED, check_groups, read_groups
from review.meta.escalc.result import EffectSizes
from review.meta.escalc.table import Labels, Table, choice

ORDERS = ("first-order", "second-order")
NO_RATIO = "means of opposite sign, or of 0, have no log ratio"
LAJEUNESSE = "correction for small samples (Lajeunesse 2015)"
NAKAGAWA = "correction for small samples, 1 / (2 (n − 1))"
CORRECT: Final = """correct
    Whether the bias of small samples is taken out of yi."""
CORRECT_STATED: Final = f"{CORRECT.removesuffix('.')}; must be stated, as packages differ in their default."


@measure(
    GROUPS,
    CORRECT_STATED,
    """variance
    "first-order", or "second-order", with the next term of the expansion.""",
    refuses=f"{REFUSED}, unknown options",
)
def log_ratio_of_means(
    m1i: ArrayLike,
    sd1i: ArrayLike,
    n1i: ArrayLike,
    m2i: ArrayLike,
    sd2i: ArrayLike,
    n2i: ArrayLike,
    *,
    correct: bool,
    variance: Literal["first-order", "second-order"] = "first-order",
    labels: Labels = None,
) -> EffectSizes:
    """Return log ratios of means ln(m1 / m2), of one sign (ROM).

    References
    ----------
    Hedges, Gurevitch and Curtis (1999), Ecology 80, 1150–1156; Lajeunesse (2015), Ecology 96, 2056–2063.
    """
    choice("variance", variance, ORDERS)
    t, m1, sd1, n1, m2, sd2, n2 = read_groups(m1i, sd1i, n1i, m2i, sd2i, n2i, labels)
    t.leave_out(~(np.sign(m1) * np.sign(m2) > 0) & np.isfinite(m1 + m2), NO_RATIO)
    v1 = (sd1 / m1) ** 2 / n1
    v2 = (sd2 / m2) ** 2 / n2
    yi = np.log(m1 / m2)
    if correct:
        yi = yi + (v1 - v2) / 2
    vi = v1 + v2
    if variance == "second-order":
        vi = vi + (v1**2 + v2**2) / 2
    return t.effects("ROM", "log ratio of means", yi, vi, correction=LAJEUNESSE if correct else "none")


@measure(
    """sd1i, n1i, sd2i, n2i
    Standard deviations (≥ 0) and sizes of the two groups, shape (n,).""",
    CORRECT,
    refuses=REFUSED,
)
def log_variability_ratio(
    sd1i: ArrayLike,
    n1i: ArrayLike,
    sd2i: ArrayLike,
    n2i: ArrayLike,
    *,
    correct: bool = True,
    labels: Labels = None,
) -> EffectSizes:
    """Return log ratios of standard deviations ln(sd1 / sd2) (VR).

    References
    ----------
    Nakagawa, Poulin, Mengersen, Reinhold, Engqvist, Lagisz and Senior (2015), Methods in Ecology and Evolution 6,
    143–152.
    """
    t = Table({"sd1i": sd1i, "n1i": n1i, "sd2i": sd2i, "n2i": n2i}, labels)
    check_groups(t)
    _spread(t)
    half1, half2 = 1 / (2 * (t["n1i"] - 1)), 1 / (2 * (t["n2i"] - 1))
    yi = np.log(t["sd1i"] / t["sd2i"])
    if correct:
        yi = yi + (half1 - half2)
    return t.effects(
        "VR", "log variability ratio", yi, half1 + half2, correction=NAKAGAWA if correct else "none"
    )


@measure(GROUPS, CORRECT, refuses=REFUSED)
def log_cv_ratio(
    m1i: ArrayLike,
    sd1i: ArrayLike,
    n1i: ArrayLike,
    m2i: ArrayLike,
    sd2i: ArrayLike,
    n2i: ArrayLike,
    *,
    correct: bool = True,
    labels: Labels = None,
) -> EffectSizes:
    """Return log ratios of coefficients of variation, means above 0 (CVR).

    Notes
    -----
    Mean and standard deviation are taken to be independent, as they are for normal data.

    References
    ----------
    Nakagawa, Poulin, Mengersen, Reinhold, Engqvist, Lagisz and Senior (2015), Methods in Ecology and Evolution 6,
    143–152.
    """
    t, m1, sd1, n1, m2, sd2, n2 = read_groups(m1i, sd1i, n1i, m2i, sd2i, n2i, labels)
    _spread(t)
    t.leave_out((m1 <= 0) | (m2 <= 0), "a coefficient of variation needs a mean above 0")
    cv1, cv2 = sd1 / m1, sd2 / m2
    half1, half2 = 1 / (2 * (n1 - 1)), 1 / (2 * (n2 - 1))
    yi = np.log(cv1) - np.log(cv2)
    if correct:
        yi = yi + (half1 - half2)
    vi = half1 + half2 + cv1**2 / n1 + cv2**2 / n2
    label = "log ratio of coefficients of variation"
    return t.effects("CVR", label, yi, vi, correction=NAKAGAWA if correct else "none")


def _spread(t: Table) -> None:
    t.leave_out((t["n1i"] <= 1) | (t["n2i"] <= 1), NO_SD)
    t.leave_out((t["sd1i"] == 0) | (t["sd2i"] == 0), "a standard deviation of 0 has no logarithm")
