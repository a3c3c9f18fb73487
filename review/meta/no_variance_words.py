"""The words of an analysis without variances: a summary to read, and the sentences of a paper."""

import math
from typing import TYPE_CHECKING

from review.meta import remarks
from review.meta.wording import number, p_value

if TYPE_CHECKING:
    from review.meta.no_variance_result import NoVarianceEstimate
    from review.meta.result import Coefficient, JointTest, PredictionInterval

INFERENCE = "CR2 standard errors by study, t distribution with Satterthwaite df"
CITED = "Pustejovsky and Tipton 2018"


def line(c: "Coefficient", level: float) -> str:
    """Return a coefficient with its interval and test, as papers print it.

    Parameters
    ----------
    c
        The coefficient.
    level
        Confidence level in percent.
    """
    if not math.isfinite(c.se):
        return f"{c.term}: {number(c.estimate)} (no standard error)"
    name = "z" if c.df is None else f"t({number(c.df, 3)})"
    interval = f"{level:g}% CI {number(c.ci_low)} to {number(c.ci_high)}"
    return f"{c.term}: {number(c.estimate)} (SE {number(c.se)}, {interval}, {name} = {number(c.statistic)}, {p_value(c.p)})"


def joint(test: "JointTest") -> str:
    """Return an HTZ test as papers print it.

    Parameters
    ----------
    test
        The test.
    """
    if not math.isfinite(test.p):
        return "not testable with so few studies (HTZ)"
    df = f"{test.df}, {number(test.df_denominator, 3)}"
    return f"F({df}) = {number(test.statistic)}, {p_value(test.p)} (HTZ)"


def _prediction(interval: "PredictionInterval", level: float, verb: str = "") -> str:
    return (
        f"{level:g}% prediction interval for the mean of a new study {verb}{number(interval.low)} to {number(interval.high)} "
        f"(t distribution with {number(interval.df)} df, studies − 2)"
    )


def _variances(r: "NoVarianceEstimate") -> str:
    assert r.sigma2 is not None  # noqa: S101 - asked for only with REML; for the type checker
    between, within = r.sigma2
    return (
        f"variance between studies {number(between)}, within studies {number(within)} (sampling error included), "
        f"intraclass correlation {number(r.icc)}"
    )


def summary(r: "NoVarianceEstimate") -> str:
    """Return the result as lines of text that name estimator, df rule and the rows left out.

    Parameters
    ----------
    r
        The result.
    """
    lines = [
        f"{r.model}; {r.k} rows in {r.clusters} {'study' if r.clusters == 1 else 'studies'}",
        f"estimator: {r.method}; inference: {INFERENCE}",
        *(line(c, r.level) for c in r.coefficients),
    ]
    if r.moderators is not None:
        lines.append(f"moderators: {joint(r.moderators)}")
    if r.sigma2 is not None:
        lines.append(_variances(r))
    if r.prediction_interval is not None:
        lines.append(_prediction(r.prediction_interval, r.level))
    return "\n".join(lines + remarks.lines(r.excluded_rows, r.warnings))


def report(r: "NoVarianceEstimate") -> str:
    """Return the methods and the results sentences of a paper.

    Parameters
    ----------
    r
        The result.
    """
    how = f"estimated by {r.method}" if r.sigma2 is not None else "fitted by least squares"
    methods = f"The effects come without sampling variances. Model: {r.model}, {how}; inference by {INFERENCE} ({CITED})."
    told = "; ".join(line(c, r.level) for c in r.coefficients)
    results = f"In {r.k} rows of {r.clusters} studies: {told}."
    if r.moderators is not None:
        results += f" Moderators together: {joint(r.moderators)}."
    if r.sigma2 is not None:
        results += f" Estimated {_variances(r)}."
    if r.prediction_interval is not None:
        results += f" The {_prediction(r.prediction_interval, r.level, 'is ')}."
    return f"{methods} {results}{remarks.sentences(r.excluded_rows, r.warnings)}"
