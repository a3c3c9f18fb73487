"""Differences of two group means: in their own units and standardized."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from review.meta.escalc.result import EffectSizes, Vector
from review.meta.escalc.small_sample import exact_j
from review.meta.escalc.table import Labels, Table, choice

EXACT_J = "exact correction for small samples (J)"


def read_groups(given: dict[str, ArrayLike], labels: Labels) -> Table:
    """Read means, standard deviations and sizes of two groups.

    Parameters
    ----------
    given
        The columns sd1i, n1i, sd2i, n2i (and, where needed, m1i and m2i), each of shape (n,).
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative standard deviations, sizes below 1, or shapes that disagree.
    """
    table = Table(given, labels)
    table.at_least(0, "sd1i", "sd2i")
    table.at_least(1, "n1i", "n2i")
    return table


def _two_of_each(t: Table) -> None:
    t.leave_out((t["n1i"] <= 1) | (t["n2i"] <= 1), "a standard deviation needs a group of more than 1")


@np.errstate(all="ignore")
def mean_difference(
    m1i: ArrayLike,
    sd1i: ArrayLike,
    n1i: ArrayLike,
    m2i: ArrayLike,
    sd2i: ArrayLike,
    n2i: ArrayLike,
    *,
    labels: Labels = None,
) -> EffectSizes:
    """Return mean differences m1 − m2 (MD).

    Parameters
    ----------
    m1i, sd1i, n1i, m2i, sd2i, n2i
        Means, standard deviations (≥ 0) and sizes of the two groups, shape (n,).
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative standard deviations, sizes below 1, or shapes that disagree.

    Notes
    -----
    The two groups may differ in variance.
    """
    given = {"m1i": m1i, "sd1i": sd1i, "n1i": n1i, "m2i": m2i, "sd2i": sd2i, "n2i": n2i}
    t = read_groups(given, labels)
    vi = t["sd1i"] ** 2 / t["n1i"] + t["sd2i"] ** 2 / t["n2i"]
    return t.effects("MD", "mean difference", t["m1i"] - t["m2i"], vi)


@np.errstate(all="ignore")
def standardized_mean_difference(
    m1i: ArrayLike,
    sd1i: ArrayLike,
    n1i: ArrayLike,
    m2i: ArrayLike,
    sd2i: ArrayLike,
    n2i: ArrayLike,
    *,
    correct: bool = True,
    variance: Literal["LS", "UB"] = "LS",
    labels: Labels = None,
) -> EffectSizes:
    """Return mean differences in units of the pooled standard deviation (SMD).

    Parameters
    ----------
    m1i, sd1i, n1i, m2i, sd2i, n2i
        Means, standard deviations (≥ 0) and sizes of the two groups, shape (n,).
    correct
        Whether Hedges' exact J is applied (Hedges' g); else Cohen's d.
    variance
        "LS", of large samples, or "UB", unbiased (only of Hedges' g).
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative standard deviations, sizes below 1, unknown options, or shapes that disagree.

    References
    ----------
    Hedges (1981), Journal of Educational Statistics 6, 107–128; Hedges and Olkin (1985), Statistical Methods for
    Meta-Analysis, chapter 5.
    """
    choice("variance", variance, ("LS", "UB") if correct else ("LS",))
    given = {"m1i": m1i, "sd1i": sd1i, "n1i": n1i, "m2i": m2i, "sd2i": sd2i, "n2i": n2i}
    t = read_groups(given, labels)
    n1, n2 = t["n1i"], t["n2i"]
    df = n1 + n2 - 2
    # as a mean of variances, so that neither sum nor square overflows
    pooled = np.hypot(np.sqrt((n1 - 1) / df) * t["sd1i"], np.sqrt((n2 - 1) / df) * t["sd2i"])
    t.leave_out(df <= 1, "the groups are too small: a standardized difference needs n1 + n2 > 3")
    t.leave_out(pooled == 0, "both standard deviations are 0")
    j = exact_j(df) if correct else np.ones(t.n)
    yi = j * ((t["m1i"] - t["m2i"]) / pooled)
    share = 1 / (2 * (n1 + n2)) if variance == "LS" else 1 - (df - 2) / (df * j**2)
    vi = 1 / n1 + 1 / n2 + share * yi**2
    label = "standardized mean difference"
    return t.effects("SMD", label, yi, vi, correction=EXACT_J if correct else "none")


@np.errstate(all="ignore")
def heteroscedastic_smd(
    m1i: ArrayLike,
    sd1i: ArrayLike,
    n1i: ArrayLike,
    m2i: ArrayLike,
    sd2i: ArrayLike,
    n2i: ArrayLike,
    *,
    correct: bool = True,
    variance: Literal["plain", "shrunken"] = "plain",
    labels: Labels = None,
) -> EffectSizes:
    """Return mean differences in units of the mean of two unequal variances, square root (SMDH).

    Parameters
    ----------
    m1i, sd1i, n1i, m2i, sd2i, n2i
        Means, standard deviations (≥ 0) and sizes of the two groups, shape (n,).
    correct
        Whether the exact J with n1 + n2 − 2 df is applied.
    variance
        "plain" is Bonett's at the (corrected) effect, as metafor since 4.6; "shrunken" multiplies it by J², as
        metafor before.
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative standard deviations, sizes below 1, unknown options, or shapes that disagree.

    References
    ----------
    Bonett (2008), Psychological Methods 13, 99–109.
    """
    choice("variance", variance, ("plain", "shrunken"))
    given = {"m1i": m1i, "sd1i": sd1i, "n1i": n1i, "m2i": m2i, "sd2i": sd2i, "n2i": n2i}
    t = read_groups(given, labels)
    _two_of_each(t)
    unit = np.hypot(t["sd1i"], t["sd2i"]) / np.sqrt(2)
    t.leave_out(unit == 0, "both standard deviations are 0")
    j = exact_j(t["n1i"] + t["n2i"] - 2) if correct else np.ones(t.n)
    yi = j * ((t["m1i"] - t["m2i"]) / unit)
    r1, r2 = (t["sd1i"] / unit) ** 2 / (t["n1i"] - 1), (t["sd2i"] / unit) ** 2 / (t["n2i"] - 1)
    vi = yi**2 / 8 * (r1 * (t["sd1i"] / unit) ** 2 + r2 * (t["sd2i"] / unit) ** 2) + r1 + r2
    if variance == "shrunken":
        vi = vi * j**2
    label = "standardized mean difference, unequal variances"
    return t.effects("SMDH", label, yi, vi, correction=EXACT_J if correct else "none")


@np.errstate(all="ignore")
def glass_delta(
    m1i: ArrayLike,
    n1i: ArrayLike,
    m2i: ArrayLike,
    sd2i: ArrayLike,
    n2i: ArrayLike,
    *,
    correct: bool = True,
    labels: Labels = None,
) -> EffectSizes:
    """Return mean differences in units of the second group's standard deviation (SMD1, Glass's delta).

    Parameters
    ----------
    m1i, n1i, m2i, sd2i, n2i
        Means and sizes of the two groups, standard deviation (≥ 0) of the second, shape (n,).
    correct
        Whether the exact J with n2 − 1 df is applied.
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative standard deviations, sizes below 1, or shapes that disagree.

    References
    ----------
    Glass (1976), Educational Researcher 5, 3–8; Hedges (1981), Journal of Educational Statistics 6, 107–128.
    """
    t = Table({"m1i": m1i, "n1i": n1i, "m2i": m2i, "sd2i": sd2i, "n2i": n2i}, labels)
    t.at_least(0, "sd2i")
    t.at_least(1, "n1i", "n2i")
    df: Vector = t["n2i"] - 1
    t.leave_out(df <= 1, "group 2 is too small: a size of more than 2 is needed")
    t.leave_out(t["sd2i"] == 0, "the standard deviation is 0")
    yi = (exact_j(df) if correct else 1.0) * ((t["m1i"] - t["m2i"]) / t["sd2i"])
    vi = 1 / t["n1i"] + 1 / t["n2i"] + yi**2 / (2 * t["n2i"])
    label = "standardized mean difference, SD of group 2"
    return t.effects("SMD1", label, yi, vi, correction=EXACT_J if correct else "none")
