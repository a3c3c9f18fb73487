"""Differences of two group means: in their own units and standardized."""

from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from review.meta.escalc.formula import measure
from review.meta.escalc.result import EffectSizes, Vector
from review.meta.escalc.small_sample import exact_j
from review.meta.escalc.table import Labels, Table, choice

EXACT_J = "exact correction for small samples (J)"
NO_SD = "a standard deviation needs a group of more than 1"
GROUPS: Final = """m1i, sd1i, n1i, m2i, sd2i, n2i
    Means, standard deviations (≥ 0) and sizes of the two groups, shape (n,)."""
REFUSED: Final = "negative standard deviations, sizes below 1"


class Groups(NamedTuple):
    """Means, standard deviations and sizes of two groups, and the table that holds them.

    Parameters
    ----------
    table
        Holds the rows and the reasons why some are left out.
    m1, sd1, n1, m2, sd2, n2
        Shape (n,).
    """

    table: Table
    m1: Vector
    sd1: Vector
    n1: Vector
    m2: Vector
    sd2: Vector
    n2: Vector


def read_groups(
    m1i: ArrayLike,
    sd1i: ArrayLike,
    n1i: ArrayLike,
    m2i: ArrayLike,
    sd2i: ArrayLike,
    n2i: ArrayLike,
    labels: Labels,
) -> Groups:
    """Read means, standard deviations and sizes of two groups.

    Parameters
    ----------
    m1i, sd1i, n1i, m2i, sd2i, n2i
        Means, standard deviations and sizes, shape (n,).
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative standard deviations, sizes below 1, or shapes that disagree.
    """
    given = {"m1i": m1i, "sd1i": sd1i, "n1i": n1i, "m2i": m2i, "sd2i": sd2i, "n2i": n2i}
    table = Table(given, labels)
    check_groups(table)
    return Groups(table, *(table[name] for name in given))


def check_groups(table: Table) -> None:
    """Refuse negative standard deviations and sizes below 1.

    Parameters
    ----------
    table
        Holds sd1i, n1i, sd2i and n2i.

    Raises
    ------
    InvalidInput
        Where a row has one.
    """
    table.at_least(0, "sd1i", "sd2i")
    table.at_least(1, "n1i", "n2i")


@measure(GROUPS, refuses=REFUSED)
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

    Notes
    -----
    The two groups may differ in variance.
    """
    t, m1, sd1, n1, m2, sd2, n2 = read_groups(m1i, sd1i, n1i, m2i, sd2i, n2i, labels)
    vi = sd1**2 / n1 + sd2**2 / n2
    return t.effects("MD", "mean difference", m1 - m2, vi)


@measure(
    GROUPS,
    """correct
    Whether Hedges' exact J is applied (Hedges' g); else Cohen's d.
variance
    "LS", of large samples, or "UB", unbiased (only of Hedges' g).""",
    refuses=f"{REFUSED}, unknown options",
)
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

    References
    ----------
    Hedges (1981), Journal of Educational Statistics 6, 107–128; Hedges and Olkin (1985), Statistical Methods for
    Meta-Analysis, chapter 5.
    """
    choice("variance", variance, ("LS", "UB") if correct else ("LS",))
    t, m1, sd1, n1, m2, sd2, n2 = read_groups(m1i, sd1i, n1i, m2i, sd2i, n2i, labels)
    df = n1 + n2 - 2
    # as a mean of variances, so that neither sum nor square overflows
    pooled = np.hypot(np.sqrt((n1 - 1) / df) * sd1, np.sqrt((n2 - 1) / df) * sd2)
    t.leave_out(df <= 1, "the groups are too small: a standardized difference needs n1 + n2 > 3")
    t.leave_out(pooled == 0, "both standard deviations are 0")
    j = exact_j(df) if correct else np.ones(t.n)
    yi = j * ((m1 - m2) / pooled)
    share = 1 / (2 * (n1 + n2)) if variance == "LS" else 1 - (df - 2) / (df * j**2)
    vi = 1 / n1 + 1 / n2 + share * yi**2
    label = "standardized mean difference"
    return t.effects("SMD", label, yi, vi, correction=EXACT_J if correct else "none")


@measure(
    GROUPS,
    """correct
    Whether the exact J with n1 + n2 − 2 df is applied.
variance
    "plain" is Bonett's at the (corrected) effect, as metafor since 4.6; "shrunken" multiplies it by J², as
    metafor before.""",
    refuses=f"{REFUSED}, unknown options",
)
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

    References
    ----------
    Bonett (2008), Psychological Methods 13, 99–109.
    """
    choice("variance", variance, ("plain", "shrunken"))
    t, m1, sd1, n1, m2, sd2, n2 = read_groups(m1i, sd1i, n1i, m2i, sd2i, n2i, labels)
    t.leave_out((n1 <= 1) | (n2 <= 1), NO_SD)
    unit = np.hypot(sd1, sd2) / np.sqrt(2)
    t.leave_out(unit == 0, "both standard deviations are 0")
    j = exact_j(n1 + n2 - 2) if correct else np.ones(t.n)
    yi = j * ((m1 - m2) / unit)
    r1, r2 = (sd1 / unit) ** 2 / (n1 - 1), (sd2 / unit) ** 2 / (n2 - 1)
    vi = yi**2 / 8 * (r1 * (sd1 / unit) ** 2 + r2 * (sd2 / unit) ** 2) + r1 + r2
    if variance == "shrunken":
        vi = vi * j**2
    label = "standardized mean difference, unequal variances"
    return t.effects("SMDH", label, yi, vi, correction=EXACT_J if correct else "none")


@measure(
    """m1i, n1i, m2i, sd2i, n2i
    Means and sizes of the two groups, standard deviation (≥ 0) of the second, shape (n,).
correct
    Whether the exact J with n2 − 1 df is applied.""",
    refuses=REFUSED,
)
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
