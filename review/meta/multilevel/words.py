"""The words of a model for dependent effects: a summary to read, and the sentences of a paper."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from review.meta import remarks
from review.meta.regression_words import joint
from review.meta.wording import DF_RULES, number, p_value

if TYPE_CHECKING:
    from review.meta.multilevel.result import MultilevelFit
    from review.meta.result import Coefficient

TESTS = {
    "t": "model-based standard errors, t and F distributions with k − p df",
    "z": "model-based standard errors, normal and χ² distributions",
}
METHODS = {"REML": "restricted maximum likelihood", "ML": "maximum likelihood"}
LEVELS = {
    "study": "between studies",
    "estimate": "within studies",
    "crossed": "between levels of the crossed factor",
}


def model(levels: Sequence[str], rho: float | None, *, given: bool, moderators: bool) -> str:
    """Return the name of a model.

    Parameters
    ----------
    levels
        Its variance components: "study", "estimate", "crossed".
    rho
        Correlation of sampling errors within a study; None for none assumed.
    given
        Whether the covariance of sampling errors was given.
    moderators
        Whether there are moderators.
    """
    random = " + ".join(LEVELS[level] for level in levels)
    kind = "three-level" if tuple(levels) == ("study", "estimate") else "multilevel"
    if rho is not None and "study" in levels and "estimate" in levels:
        kind = "correlated and hierarchical effects (CHE)"
    errors = "independent sampling errors"
    if given:
        errors = "the given covariance of sampling errors"
    elif rho is not None:
        errors = f"sampling errors of one study correlated by rho = {rho:g}"
    regression = " meta-regression" if moderators else ""
    return f"{kind}{regression} model, random effects {random}, {errors}"


def _line(c: "Coefficient", level: float) -> str:
    if not math.isfinite(c.se):
        return f"{c.term}: {number(c.estimate)} (SE not estimable)"
    name = "z" if c.df is None else f"t({number(c.df, 3)})"
    interval = f"{level:g}% CI {number(c.ci_low)} to {number(c.ci_high)}"
    return f"{c.term}: {number(c.estimate)} (SE {number(c.se)}, {interval}, {name} = {number(c.statistic)}, {p_value(c.p)})"


def _components(r: "MultilevelFit") -> str:
    limits = r.sigma2_ci or (None,) * len(r.sigma2)
    told = []
    for name, value, groups, share, ci in zip(
        r.sigma2_levels, r.sigma2, r.sigma2_groups, r.I2_levels, limits, strict=True
    ):
        shown = f"σ² {LEVELS[name]} = {number(value)}"
        if ci is not None:
            shown += f" ({r.level:g}% CI {number(ci[0])} to {number(ci[1])}, profile likelihood)"
        told.append(f"{shown} ({groups} groups, I² = {number(share)}%)")
    return f"{'; '.join(told)}; I² in all = {number(r.I2)}%; Q({r.Q_df}) = {number(r.Q)}, {p_value(r.Q_p)}"


def _prediction(r: "MultilevelFit") -> str | None:
    pi = r.prediction_interval
    if pi is None:
        return None
    return f"{r.level:g}% prediction interval {number(pi.low)} to {number(pi.high)} ({DF_RULES[pi.df_rule]})"


def _size(r: "MultilevelFit") -> str:
    return f"{r.k} rows in {r.clusters} stud{'ies' if r.clusters != 1 else 'y'}"


def summary(r: "MultilevelFit") -> str:
    """Return the result as lines of text that name estimator, df rule and the rows left out.

    Parameters
    ----------
    r
        The result.
    """
    lines = [
        f"{r.model}; {_size(r)}",
        f"estimator: {r.method} (log-likelihood {number(_height(r), 6)}); inference: {TESTS[r.test]}",
    ]
    lines += [_line(c, r.level) for c in r.coefficients]
    lines += [f"robust (CR2, Satterthwaite df): {_line(c, r.level)}" for c in r.robust]
    if r.moderators is not None:
        lines.append(f"moderators: {joint(r.moderators)}")
    lines.append(f"heterogeneity: {_components(r)}")
    if (shown := _prediction(r)) is not None:
        lines.append(shown)
    return "\n".join(lines + remarks.lines(r.excluded_rows, r.warnings))


def _height(r: "MultilevelFit") -> float:
    return r.fit.log_likelihood_reml if r.method == "REML" else r.fit.log_likelihood_ml


def _cited(r: "MultilevelFit") -> str:
    if r.rho is not None:
        return " (Pustejovsky and Tipton 2022)"
    return " (Konstantopoulos 2011; Van den Noortgate et al. 2013)" if "estimate" in r.sigma2_levels else ""


def report(r: "MultilevelFit") -> str:
    """Return the methods and the results sentences of a paper.

    Parameters
    ----------
    r
        The result.
    """
    methods = f"Model: {r.model}{_cited(r)}; variance components by {METHODS[r.method]}; {TESTS[r.test]}."
    if r.robust:
        methods += (
            f" Standard errors robust to dependence within {r.robust_clusters} clusters used the CR2 correction with "
            "Satterthwaite degrees of freedom (Pustejovsky and Tipton 2018)."
        )
    if r.sigma2_ci is not None:
        methods += " Limits of variance components are those of the profile likelihood."
    told = "; ".join(_line(c, r.level) for c in r.coefficients)
    what = "the pooled effect was" if r.p == 1 else "the coefficients were"
    results = f"In {_size(r)} {what} {told}."
    if r.moderators is not None:
        results += f" Moderators together: {joint(r.moderators)}."
    if r.robust:
        results += f" With cluster-robust errors: {'; '.join(_line(c, r.level) for c in r.robust)}."
    results += f" Heterogeneity: {_components(r)}."
    if (shown := _prediction(r)) is not None:
        results += f" For a new estimate of a new study: {shown}."
    return f"{methods} {results}{remarks.sentences(r.excluded_rows, r.warnings)}"
