"""Correlations: raw, corrected for bias, and Fisher's z."""

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import hyp2f1

from review.meta.escalc.formula import measure
from review.meta.escalc.result import EffectSizes
from review.meta.escalc.table import Labels, Table, choice

TAKES: Final = """ri, ni
    Correlations, -1 to 1, and sample sizes, shape (n,)."""
UNBIASED: Final = """variance
    "LS", of large samples, or "UB", unbiased."""
REFUSED: Final = "correlations beyond 1, sample sizes below 1"


def _read(ri: ArrayLike, ni: ArrayLike, labels: Labels) -> Table:
    table = Table({"ri": ri, "ni": ni}, labels)
    table.between(-1, 1, "ri")
    table.at_least(1, "ni")
    return table


@measure(TAKES, refuses=REFUSED)
def correlation(ri: ArrayLike, ni: ArrayLike, *, labels: Labels = None) -> EffectSizes:
    """Return raw correlations (COR).

    References
    ----------
    Hedges and Olkin (1985), Statistical Methods for Meta-Analysis, chapter 11.
    """
    t = _read(ri, ni, labels)
    r, n = t["ri"], t["ni"]
    vi = np.where(n > 1, ((1 - r) * (1 + r)) ** 2 / (n - 1), np.nan)
    return t.effects("COR", "correlation", r, vi, no_variance="a variance needs a sample of more than 1")


@measure(TAKES, UNBIASED, refuses=f"{REFUSED}, unknown options")
def unbiased_correlation(
    ri: ArrayLike, ni: ArrayLike, *, variance: Literal["LS", "UB"] = "LS", labels: Labels = None
) -> EffectSizes:
    """Return correlations corrected for their bias towards zero (UCOR).

    Notes
    -----
    The unbiased estimate of the variance can be negative when |r| is large and n small; the row then has none.

    References
    ----------
    Olkin and Pratt (1958), Annals of Mathematical Statistics 29, 201–211.
    """
    choice("variance", variance, ("LS", "UB"))
    t = _read(ri, ni, labels)
    r, n = t["ri"], t["ni"]
    t.leave_out(n <= 4, "the correction needs a sample of more than 4")
    rest = (1 - r) * (1 + r)
    yi = r * hyp2f1(0.5, 0.5, (n - 2) / 2, rest)
    if variance == "LS":
        vi = ((1 - yi) * (1 + yi)) ** 2 / (n - 1)
    else:
        vi = yi**2 - 1 + (n - 3) / (n - 2) * rest * hyp2f1(1, 1, n / 2, rest)
        vi = np.where(vi < 0, np.nan, vi)  # unbiased, but no variance
    text = "Olkin–Pratt correction for bias"
    return t.effects("UCOR", "correlation, corrected for bias", yi, vi, correction=text)


@measure(TAKES, refuses=REFUSED)
def fisher_z(ri: ArrayLike, ni: ArrayLike, *, labels: Labels = None) -> EffectSizes:
    """Return Fisher's z-transformed correlations (ZCOR).

    References
    ----------
    Fisher (1921), Metron 1, 3–32.
    """
    t = _read(ri, ni, labels)
    r, n = t["ri"], t["ni"]
    t.leave_out(np.abs(r) == 1, "a correlation of ±1 has no finite z")
    vi = np.where(n > 3, 1 / (n - 3), np.nan)
    return t.effects(
        "ZCOR", "Fisher's z", np.arctanh(r), vi, no_variance="a variance needs a sample of more than 3"
    )
