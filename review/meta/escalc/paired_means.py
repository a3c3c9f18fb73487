"""Changes of a mean between two conditions on the same cases, their correlation given."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from review.meta.escalc.formula import measure
from review.meta.escalc.ratios import CORRECT_STATED, LAJEUNESSE, NO_RATIO
from review.meta.escalc.result import EffectSizes, Vector
from review.meta.escalc.small_sample import exact_j
from review.meta.escalc.table import Labels, Table

EXACT_J = "exact correction for small samples (J), n − 1 df"
CONDITIONS: Final = """m1i, sd1i, m2i, sd2i
    Means and standard deviations (≥ 0) of the two conditions, shape (n,)."""
SAMPLE: Final = """ni, ri
    Sample sizes, and correlations of the two conditions, -1 to 1, shape (n,)."""
WITH_J: Final = """correct
    Whether the exact J with n − 1 df is applied."""
REFUSED: Final = "impossible values"


def _read(given: dict[str, ArrayLike], labels: Labels) -> Table:
    table = Table(given, labels)
    table.at_least(0, *(name for name in ("sd1i", "sd2i") if name in given))
    table.at_least(1, "ni")
    table.between(-1, 1, "ri")
    return table


def _change_sd(t: Table) -> Vector:
    # sd1² + sd2² − 2 r sd1 sd2, as a sum of squares: no cancellation when r is near 1
    s1, s2, r = t["sd1i"], t["sd2i"], t["ri"]
    return np.sqrt((s1 - s2) ** 2 + 2 * (1 - r) * s1 * s2)


def _large_enough(t: Table) -> None:
    t.leave_out(t["ni"] <= 2, "the sample is too small: a standardized change needs n > 2")


@measure(CONDITIONS, SAMPLE, refuses=REFUSED)
def mean_change(
    m1i: ArrayLike,
    sd1i: ArrayLike,
    m2i: ArrayLike,
    sd2i: ArrayLike,
    ni: ArrayLike,
    ri: ArrayLike,
    *,
    labels: Labels = None,
) -> EffectSizes:
    """Return mean changes m1 − m2 (MC)."""
    t = _read({"m1i": m1i, "sd1i": sd1i, "m2i": m2i, "sd2i": sd2i, "ni": ni, "ri": ri}, labels)
    return t.effects("MC", "mean change", t["m1i"] - t["m2i"], _change_sd(t) ** 2 / t["ni"])


@measure(CONDITIONS, SAMPLE, WITH_J, refuses=REFUSED)
def change_standardized_mean_change(
    m1i: ArrayLike,
    sd1i: ArrayLike,
    m2i: ArrayLike,
    sd2i: ArrayLike,
    ni: ArrayLike,
    ri: ArrayLike,
    *,
    correct: bool = True,
    labels: Labels = None,
) -> EffectSizes:
    """Return mean changes in units of the standard deviation of the changes (SMCC).

    References
    ----------
    Gibbons, Hedeker and Davis (1993), Journal of Educational Statistics 18, 271–279.
    """
    t = _read({"m1i": m1i, "sd1i": sd1i, "m2i": m2i, "sd2i": sd2i, "ni": ni, "ri": ri}, labels)
    _large_enough(t)
    unit, n = _change_sd(t), t["ni"]
    t.leave_out(unit == 0, "the changes do not vary")
    yi = (exact_j(n - 1) if correct else 1.0) * ((t["m1i"] - t["m2i"]) / unit)
    label = "standardized mean change, SD of the changes"
    return t.effects("SMCC", label, yi, 1 / n + yi**2 / (2 * n), correction=EXACT_J if correct else "none")


@measure(
    """m1i, m2i, sd1i
    Means of the two conditions and standard deviation (≥ 0) of the first, shape (n,).""",
    SAMPLE,
    WITH_J,
    refuses=REFUSED,
)
def raw_standardized_mean_change(
    m1i: ArrayLike,
    m2i: ArrayLike,
    sd1i: ArrayLike,
    ni: ArrayLike,
    ri: ArrayLike,
    *,
    correct: bool = True,
    labels: Labels = None,
) -> EffectSizes:
    """Return mean changes in units of the first condition's standard deviation (SMCR).

    References
    ----------
    Becker (1988), British Journal of Mathematical and Statistical Psychology 41, 257–278.
    """
    t = _read({"m1i": m1i, "m2i": m2i, "sd1i": sd1i, "ni": ni, "ri": ri}, labels)
    _large_enough(t)
    t.leave_out(t["sd1i"] == 0, "the standard deviation is 0")
    n = t["ni"]
    yi = (exact_j(n - 1) if correct else 1.0) * ((t["m1i"] - t["m2i"]) / t["sd1i"])
    vi = 2 * (1 - t["ri"]) / n + yi**2 / (2 * n)
    label = "standardized mean change, SD of condition 1"
    return t.effects("SMCR", label, yi, vi, correction=EXACT_J if correct else "none")


@measure(CONDITIONS, SAMPLE, CORRECT_STATED, refuses=REFUSED)
def paired_log_ratio_of_means(
    m1i: ArrayLike,
    sd1i: ArrayLike,
    m2i: ArrayLike,
    sd2i: ArrayLike,
    ni: ArrayLike,
    ri: ArrayLike,
    *,
    correct: bool,
    labels: Labels = None,
) -> EffectSizes:
    """Return log ratios of means of two conditions on the same cases, means of one sign (ROMC).

    References
    ----------
    Lajeunesse (2011), Ecology 92, 2049–2055; Lajeunesse (2015), Ecology 96, 2056–2063.
    """
    t = _read({"m1i": m1i, "sd1i": sd1i, "m2i": m2i, "sd2i": sd2i, "ni": ni, "ri": ri}, labels)
    t.leave_out(~(np.sign(t["m1i"]) * np.sign(t["m2i"]) > 0) & np.isfinite(t["m1i"] + t["m2i"]), NO_RATIO)
    cv1, cv2, n = t["sd1i"] / np.abs(t["m1i"]), t["sd2i"] / np.abs(t["m2i"]), t["ni"]
    yi = np.log(t["m1i"] / t["m2i"])
    if correct:
        yi = yi + (cv1**2 - cv2**2) / (2 * n)
    vi = ((cv1 - cv2) ** 2 + 2 * (1 - t["ri"]) * cv1 * cv2) / n
    text = LAJEUNESSE if correct else "none"
    return t.effects("ROMC", "log ratio of means, same cases", yi, vi, correction=text)
