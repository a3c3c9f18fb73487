"""Standard errors that a study did not print, recovered from what it did: an interval, a p-value, a statistic."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from review.meta.errors import InvalidInput
from review.meta.escalc.formula import measure
from review.meta.escalc.result import EffectSizes, Vector
from review.meta.escalc.table import Labels, Table
from review.meta.inference import check_level

OFF_CENTRE = 0.1
LABEL = "effect size as reported"


def _upper(tail: Vector, df: Vector) -> Vector:
    """Return the value that a share `tail` of the distribution exceeds; df infinite: normal."""
    normal = -ndtri(tail)
    student = -stdtrit(np.where(np.isfinite(df), df, 1.0), tail)
    return np.where(np.isinf(df), normal, student)


def _df(df: ArrayLike | None, t: Table) -> Vector:
    if df is None:
        return np.full(t.n, math.inf)
    try:
        given = np.broadcast_to(np.asarray(df, dtype=np.float64), (t.n,))
    except (TypeError, ValueError):
        raise InvalidInput(
            f"df must be one number or one per row ({t.n} rows): None stands for the normal distribution"
        ) from None
    if (given <= 0).any():
        raise InvalidInput(
            f"df must be greater than 0, but row {t.named(given <= 0)} has less: "
            "None stands for the normal distribution"
        )
    t.leave_out(np.isnan(given), "df is missing")
    return given


def _told(what: str, df: Vector) -> list[str | None]:
    return [f"{what}, normal" if math.isinf(x) else f"{what}, t({x:g})" for x in df.tolist()]


@measure(
    """yi
    Estimates, shape (n,); None takes the middle of each interval.
low, high
    Confidence limits, shape (n,), low ≤ high.
level
    Confidence level of the intervals, in percent.
df
    Degrees of freedom of the t distribution they were made with, one number or shape (n,); None for the normal one.
log
    Whether estimates and limits are ratios, to be taken to logarithms first; they must be above 0.""",
    refuses="limits in the wrong order, an estimate outside its interval, ratios not above 0",
)
def from_confidence_interval(
    yi: ArrayLike | None,
    low: ArrayLike,
    high: ArrayLike,
    *,
    level: float = 95.0,
    df: ArrayLike | None = None,
    log: bool = False,
    labels: Labels = None,
) -> EffectSizes:
    """Return effect sizes whose standard errors come from the width of their confidence intervals.

    Notes
    -----
    (high − low) / (2 × critical value). An estimate far from the middle says that the interval was made on another
    scale, or in another way; a warning names the row.

    References
    ----------
    Altman and Bland (2011), BMJ 343, d2090 and d2304.
    """
    level = check_level(level)
    given = {"low": low, "high": high} | ({} if yi is None else {"yi": yi})
    t = Table(given, labels)
    if log:
        t.more_than(0, *given)
    t.refuse(t["low"] > t["high"], "low", "at most high")
    lower, upper = (np.log(t[name]) if log else t[name] for name in ("low", "high"))
    middle, half = lower + (upper - lower) / 2, (upper - lower) / 2
    warnings = []
    estimate = middle
    if yi is not None:
        t.refuse((t["yi"] < t["low"]) | (t["yi"] > t["high"]), "yi", "within its interval")
        estimate = np.log(t["yi"]) if log else t["yi"]
        off = np.abs(estimate - middle) > OFF_CENTRE * half
        if off.any():
            warnings.append(
                f"the estimate of row {t.named(off)} is more than {100 * OFF_CENTRE:g}% of the half-width away from "
                "the middle of its interval: the interval may have been made on another scale"
            )
    freedom = _df(df, t)
    se = half / _upper(np.full(t.n, (100 - level) / 200), freedom)
    return t.effects(
        "GEN",
        f"log of {LABEL}" if log else LABEL,
        estimate,
        se**2,
        recovered=_told(f"{level:g}% CI", freedom),
        warnings=warnings,
    )


@measure(
    """yi
    Estimates on the scale of the test, 0 where there is no effect, shape (n,).
p
    Exact p-values of the test against 0, shape (n,), 0 to 1; a bound such as "< 0.05" gives no standard error.
df
    Degrees of freedom of a t test, one number or shape (n,); None for a z test.
one_sided
    Whether the p-values are one-sided, in the direction of the effect.""",
    refuses="a p-value outside 0 to 1",
)
def from_p_value(
    yi: ArrayLike,
    p: ArrayLike,
    *,
    df: ArrayLike | None = None,
    one_sided: bool = False,
    labels: Labels = None,
) -> EffectSizes:
    """Return effect sizes whose standard errors come from their p-values.

    Notes
    -----
    |yi| / critical value. From an effect of 0, or a p-value of 0 or 1 (as rounding leaves it), nothing can be
    recovered: the row keeps its effect and has no variance.

    References
    ----------
    Altman and Bland (2011), BMJ 343, d2090.
    """
    t = Table({"yi": yi, "p": p}, labels)
    t.between(0, 1, "p")
    freedom = _df(df, t)
    statistic = _upper(t["p"] if one_sided else t["p"] / 2, freedom)
    se = np.where(statistic > 0, np.abs(t["yi"]) / statistic, np.nan)
    se = np.where((t["p"] > 0) & (t["yi"] != 0), se, np.nan)
    sides = "one-sided" if one_sided else "two-sided"
    return t.effects(
        "GEN",
        LABEL,
        t["yi"],
        se**2,
        recovered=_told(f"{sides} p", freedom),
        no_variance="an effect of 0, or this p-value, tells no standard error",
    )


@measure(
    """yi
    Estimates on the scale of the test, shape (n,).
statistic
    z or t against 0, shape (n,); its sign does not matter.""",
    refuses="values that are no numbers",
)
def from_statistic(yi: ArrayLike, statistic: ArrayLike, *, labels: Labels = None) -> EffectSizes:
    """Return effect sizes whose standard errors come from their z or t statistics."""
    t = Table({"yi": yi, "statistic": statistic}, labels)
    se = np.where((t["statistic"] != 0) & (t["yi"] != 0), np.abs(t["yi"] / t["statistic"]), np.nan)
    return t.effects(
        "GEN",
        LABEL,
        t["yi"],
        se**2,
        recovered=["test statistic"] * t.n,
        no_variance="an effect or a statistic of 0 tells no standard error",
    )
