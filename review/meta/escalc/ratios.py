"""Log ratios of two groups: of means, of standard deviations, of coefficients of variation."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from review.meta.escalc.means import read_groups
from review.meta.escalc.result import EffectSizes
from review.meta.escalc.table import Labels, Table, choice

ORDERS = ("first-order", "second-order")
NO_RATIO = "means of opposite sign, or of 0, have no log ratio"
LAJEUNESSE = "correction for small samples (Lajeunesse 2015)"
NAKAGAWA = "correction for small samples, 1 / (2 (n − 1))"


@np.errstate(all="ignore")
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
    """Return log ratios of means ln(m1 / m2) (ROM).

    Parameters
    ----------
    m1i, sd1i, n1i, m2i, sd2i, n2i
        Means (of one sign), standard deviations (≥ 0) and sizes of the two groups, shape (n,).
    correct
        Whether the bias of small samples is taken out of yi; must be stated, as packages differ in their default.
    variance
        "first-order", or "second-order", with the next term of the expansion.
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative standard deviations, sizes below 1, unknown options, or shapes that disagree.

    References
    ----------
    Hedges, Gurevitch and Curtis (1999), Ecology 80, 1150–1156; Lajeunesse (2015), Ecology 96, 2056–2063.
    """
    choice("variance", variance, ORDERS)
    given = {"m1i": m1i, "sd1i": sd1i, "n1i": n1i, "m2i": m2i, "sd2i": sd2i, "n2i": n2i}
    t = read_groups(given, labels)
    t.leave_out(~(np.sign(t["m1i"]) * np.sign(t["m2i"]) > 0) & np.isfinite(t["m1i"] + t["m2i"]), NO_RATIO)
    v1 = (t["sd1i"] / t["m1i"]) ** 2 / t["n1i"]
    v2 = (t["sd2i"] / t["m2i"]) ** 2 / t["n2i"]
    yi = np.log(t["m1i"] / t["m2i"])
    if correct:
        yi = yi + (v1 - v2) / 2
    vi = v1 + v2
    if variance == "second-order":
        vi = vi + (v1**2 + v2**2) / 2
    return t.effects("ROM", "log ratio of means", yi, vi, correction=LAJEUNESSE if correct else "none")


@np.errstate(all="ignore")
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

    Parameters
    ----------
    sd1i, n1i, sd2i, n2i
        Standard deviations (≥ 0) and sizes of the two groups, shape (n,).
    correct
        Whether the bias of small samples is taken out.
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative standard deviations, sizes below 1, or shapes that disagree.

    References
    ----------
    Nakagawa, Poulin, Mengersen, Reinhold, Engqvist, Lagisz and Senior (2015), Methods in Ecology and Evolution 6,
    143–152.
    """
    t = read_groups({"sd1i": sd1i, "n1i": n1i, "sd2i": sd2i, "n2i": n2i}, labels)
    _spread(t)
    half1, half2 = 1 / (2 * (t["n1i"] - 1)), 1 / (2 * (t["n2i"] - 1))
    yi = np.log(t["sd1i"] / t["sd2i"])
    if correct:
        yi = yi + (half1 - half2)
    return t.effects(
        "VR", "log variability ratio", yi, half1 + half2, correction=NAKAGAWA if correct else "none"
    )


@np.errstate(all="ignore")
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
    """Return log ratios of coefficients of variation (CVR).

    Parameters
    ----------
    m1i, sd1i, n1i, m2i, sd2i, n2i
        Means (> 0), standard deviations (≥ 0) and sizes of the two groups, shape (n,).
    correct
        Whether the bias of small samples is taken out.
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative standard deviations, sizes below 1, or shapes that disagree.

    Notes
    -----
    Mean and standard deviation are taken to be independent, as they are for normal data.

    References
    ----------
    Nakagawa, Poulin, Mengersen, Reinhold, Engqvist, Lagisz and Senior (2015), Methods in Ecology and Evolution 6,
    143–152.
    """
    given = {"m1i": m1i, "sd1i": sd1i, "n1i": n1i, "m2i": m2i, "sd2i": sd2i, "n2i": n2i}
    t = read_groups(given, labels)
    _spread(t)
    t.leave_out((t["m1i"] <= 0) | (t["m2i"] <= 0), "a coefficient of variation needs a mean above 0")
    cv1, cv2 = t["sd1i"] / t["m1i"], t["sd2i"] / t["m2i"]
    half1, half2 = 1 / (2 * (t["n1i"] - 1)), 1 / (2 * (t["n2i"] - 1))
    yi = np.log(cv1) - np.log(cv2)
    if correct:
        yi = yi + (half1 - half2)
    vi = half1 + half2 + cv1**2 / t["n1i"] + cv2**2 / t["n2i"]
    label = "log ratio of coefficients of variation"
    return t.effects("CVR", label, yi, vi, correction=NAKAGAWA if correct else "none")


def _spread(t: Table) -> None:
    t.leave_out((t["n1i"] <= 1) | (t["n2i"] <= 1), "a standard deviation needs a group of more than 1")
    t.leave_out((t["sd1i"] == 0) | (t["sd2i"] == 0), "a standard deviation of 0 has no logarithm")
