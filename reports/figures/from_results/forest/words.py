"""What a forest plot says of a result: heterogeneity, model, estimator, test, what was left out."""

import math
from typing import TYPE_CHECKING, Final

from reports.figures.from_results.names import name_of
from reports.figures.words import counted
from review.meta import wording
from review.meta.multilevel import words as multilevel_words
from review.meta.multilevel.result import MultilevelFit
from review.meta.no_variance_result import NoVarianceEstimate
from review.meta.regression_result import RegressionEstimate
from review.meta.result import Coefficient, JointTest, PooledEstimate
from review.meta.rows import ExcludedRow

if TYPE_CHECKING:
    from review.meta.sensitivity.refits import Refit

MOST_LEFT_OUT: Final = 5
"""So many rows left out are named, more are counted."""


def with_limits(value: float, limits: tuple[float, float] | None, unit: str = "") -> str:
    """Return a number with its limits in brackets, three figures each."""
    words = f"{figure(value)}{unit}"
    if limits is None or any(math.isnan(end) for end in limits):
        return words
    return f"{words} [{figure(limits[0])}; {figure(limits[1])}]"


def figure(value: float) -> str:
    """Return a number that cannot be negative with three figures."""
    if math.isinf(value):
        return "∞"
    return f"{value:.0f}" if 999.5 <= value < 1e5 else f"{value:.3g}"


def heterogeneity(result: PooledEstimate | RegressionEstimate, name: str = "Heterogeneity") -> str:
    """Return I² and τ² with their limits and the test of Q; "" where the model has none of them."""
    parts = []
    if result.I2 is not None:
        parts.append(f"I² = {with_limits(result.I2, result.I2_ci, ' %')}")
    if result.tau2 is not None and result.method != "FE":
        parts.append(f"τ² = {with_limits(result.tau2, result.tau2_ci)}")
    if result.Q is not None and result.Q_df:
        parts.append(_q(result.Q, result.Q_df, result.Q_p))
    return f"{name}: {', '.join(_whole(part) for part in parts)}" if parts else ""


def heterogeneity_of(refit: "Refit") -> str:
    """Return I², τ² and the test of Q of a refit, which come without limits; "" for a single row."""
    if refit.k < 2:
        return ""
    parts = (f"I² = {figure(refit.I2)} %", f"τ² = {figure(refit.tau2)}", _q(refit.Q, refit.Q_df, refit.Q_p))
    return f"Heterogeneity: {', '.join(_whole(part) for part in parts)}"


def _whole(part: str) -> str:
    """Return a part that no line break cuts."""
    return part.replace(", ", ",").replace(" ", "\u00a0").replace(",", ", ")


def _q(q: float, df: int, p: float | None) -> str:
    return f"Q = {figure(q)} (df = {df}), {wording.p_value(math.nan if p is None else p)}"


def between(test: JointTest | None) -> str:
    """Return the test for differences between subgroups as one line; "" without one."""
    if test is None:
        return ""
    if test.df_denominator is None:
        found = f"χ² = {figure(test.statistic)} (df = {test.df})"
    else:
        found = f"F = {figure(test.statistic)} (df = {test.df} and {test.df_denominator:.3g})"
    return f"Test for subgroup differences: {found}, {wording.p_value(test.p)}."


def named(method: str, k: int) -> str:
    """Return the short name of a pooled estimate, written at its diamond."""
    if k == 1:
        return "One row, not pooled"
    return {"FE": "Equal-effects model", "equal weights": "Mean, equal weights"}.get(
        method, "Random-effects model"
    )


def model(
    words: str, method: str | None, test: str, *, prediction_rule: str | None = None, limits: bool = False
) -> str:
    """Return the sentence that names model, estimator, test, and what the intervals rest on."""
    parts = [words[0].upper() + words[1:]]
    if method not in {None, "FE", "equal weights"}:
        parts.append(f"τ² by {method}")
    parts.append(wording.TESTS.get(test, test))
    if prediction_rule:
        parts.append(f"prediction interval: {wording.DF_RULES.get(prediction_rule, prediction_rule)}")
    if limits:
        parts.append("limits of τ² by Q-profile, those of I² follow")
    return "; ".join(parts) + "."


def contributions(fit: MultilevelFit) -> bool:
    """Say whether the shares that rows have in the pooled effect can be drawn: none is negative."""
    return bool(fit.row_sum_weights) and min(fit.row_sum_weights) >= 0


def multilevel_model(fit: MultilevelFit, prediction_rule: str | None) -> str:
    """Return the sentence that names a multilevel model, its estimator, its test and its weights."""
    parts = [f"{fit.model[0].upper()}{fit.model[1:]}", f"variance components by {fit.method}"]
    parts.append(multilevel_words.TESTS.get(fit.test, fit.test))
    if prediction_rule:
        parts.append(f"prediction interval: {wording.DF_RULES.get(prediction_rule, prediction_rule)}")
    if fit.sigma2_ci is not None:
        parts.append("limits of variance components by profile likelihood")
    parts.append(
        "weights: share of a row in the pooled effect"
        if contributions(fit)
        else "weights: diagonal of the weight matrix"
    )
    return "; ".join(parts) + "."


def multilevel_heterogeneity(fit: MultilevelFit) -> str:
    """Return I² and the variance components level by level, and the test of Q."""
    shares = [
        f"{figure(share)} % {multilevel_words.LEVELS[name]}"
        for name, share in zip(fit.sigma2_levels, fit.I2_levels, strict=True)
    ]
    parts = [f"I² = {figure(fit.I2)} %" + (f" ({' + '.join(shares)})" if len(shares) > 1 else "")]
    limits = fit.sigma2_ci or (None,) * len(fit.sigma2)
    for name, value, ends, n in zip(fit.sigma2_levels, fit.sigma2, limits, fit.sigma2_groups, strict=True):
        parts.append(f"σ² {multilevel_words.LEVELS[name]} = {with_limits(value, ends)} ({n} groups)")
    return f"Heterogeneity: {', '.join([*parts, _whole(_q(fit.Q, fit.Q_df, fit.Q_p))])}"


def scatter(fit: NoVarianceEstimate) -> str:
    """Return the two variances of a model of rows that come without their own; "" where it has none."""
    if fit.sigma2 is None:
        return ""
    parts = (
        f"variance between studies = {figure(fit.sigma2[0])}",
        f"within studies, sampling error included = {figure(fit.sigma2[1])}",
    )
    return f"Scatter: {', '.join(parts)}"


def robust(c: Coefficient, clusters: int | None) -> str:
    """Return the sentence about a cluster-robust interval."""
    where = "" if clusters is None else f" over {counted(clusters, 'cluster')}"
    df = "" if c.df is None else f", {c.df:.1f} degrees of freedom (Satterthwaite)"
    return f"Cluster-robust interval: CR2 standard error{where}{df}."


def remarks(excluded: tuple[ExcludedRow, ...], warnings: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sentences about rows left out and about what a reader must know."""
    found = []
    if excluded:
        shown = "; ".join(f"{name_of(x.row)} ({x.why})" for x in excluded[:MOST_LEFT_OUT])
        more = len(excluded) - MOST_LEFT_OUT
        rest = f"; and {more} more" if more > 0 else ""
        found.append(f"{counted(len(excluded), 'row')} left out: {shown}{rest}.")
    found += [f"Note: {text}." for text in warnings]
    return tuple(found)


def axis_measure(measure: str, *, log: bool) -> str:
    """Return the words under the axis, which say when it is logarithmic."""
    return f"{measure} (log scale)" if log else measure
