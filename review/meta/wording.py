"""The words of a result: a summary to read, and the sentences of a paper."""

import math
from typing import TYPE_CHECKING

from review.meta import remarks

if TYPE_CHECKING:
    from review.meta.result import Coefficient, PooledEstimate, PredictionInterval

TESTS = {
    "knha": "Knapp–Hartung standard error, t distribution with k − 1 df",
    "adhoc": "Knapp–Hartung standard error, never below the usual one, t distribution with k − 1 df",
    "t": "usual standard error, t distribution with k − 1 df",
    "z": "usual standard error, normal distribution",
    "CR2": "CR2 cluster-robust standard error, t distribution with Satterthwaite df",
}
DF_RULES = {
    "k-2": "t distribution with k − 2 df (Riley 2011)",
    "k-1": "t distribution with k − 1 df",
    "groups-1": "t distribution with groups − 1 df",
    "k-p": "t distribution with k − p df",
    "k-p-1": "t distribution with k − p − 1 df (Riley 2011)",
    "studies-2": "t distribution with studies − 2 df",
    "normal": "normal distribution",
}
CITATIONS = {
    "REML": "Viechtbauer 2005",
    "knha": "Knapp and Hartung 2003",
    "adhoc": "Knapp and Hartung 2003; Röver et al. 2015",
}


def number(value: float | None, digits: int = 4) -> str:
    """Return a number for reading, or "not estimable" where there is none.

    Parameters
    ----------
    value
        The number.
    digits
        Significant digits.
    """
    return "not estimable" if value is None or not math.isfinite(value) else f"{value:.{digits}g}"


def p_value(p: float) -> str:
    """Return a p-value as papers print it.

    Parameters
    ----------
    p
        Between 0 and 1, or NaN.
    """
    if math.isnan(p):
        return "p not defined"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _interval(low: float, high: float, level: float, kind: str = "CI") -> str:
    if not (math.isfinite(low) and math.isfinite(high)):
        return f"{level:g}% {kind} not estimable"
    return f"{level:g}% {kind} {number(low)} to {number(high)}"


def _tested(c: "Coefficient") -> str:
    name = "z" if c.df is None else f"t({number(c.df, 3)})"
    return f"{name} = {number(c.statistic)}, {p_value(c.p)}" if math.isfinite(c.statistic) else p_value(c.p)


def coefficient_line(c: "Coefficient", level: float) -> str:
    """Return an estimate with its error, interval and test on one line.

    Parameters
    ----------
    c
        The estimate.
    level
        Confidence level in percent.
    """
    spread = f"SE {number(c.se)}, {_interval(c.ci_low, c.ci_high, level)}, {_tested(c)}"
    return f"{c.term}: {number(c.estimate)} ({spread})"


def _heterogeneity(r: "PooledEstimate") -> str:
    tau2 = f"τ² = {number(r.tau2)}"
    if r.tau2_ci is not None:
        tau2 += f" ({_interval(*r.tau2_ci, r.level)}, Q-profile)"
    share = f"I² = {number(r.I2)}%, H² = {number(r.H2)}"
    return f"{tau2}, {share}, Q({r.Q_df}) = {number(r.Q)}, {p_value(math.nan if r.Q_p is None else r.Q_p)}"


def prediction_line(interval: "PredictionInterval", level: float) -> str:
    """Return where the effect of a new study is expected, and the df rule.

    Parameters
    ----------
    interval
        The prediction interval.
    level
        In percent.
    """
    limits = _interval(interval.low, interval.high, level, "prediction interval")
    return f"{limits} ({DF_RULES[interval.df_rule]})"


def _size(r: "PooledEstimate") -> str:
    rows = f"{r.k} row{'s' * (r.k != 1)}"
    return rows if r.clusters is None else f"{rows} in {r.clusters} cluster{'s' * (r.clusters != 1)}"


def summary(r: "PooledEstimate") -> str:
    """Return the result as lines of text that name estimator, df rule and the rows left out.

    Parameters
    ----------
    r
        The result.
    """
    lines = [f"{r.model}; {_size(r)}", f"estimator: {r.method}; inference: {TESTS[r.test]}"]
    lines += [coefficient_line(c, r.level) for c in r.coefficients]
    if r.robust != r.coefficients:
        lines += [f"robust (CR2, Satterthwaite df): {coefficient_line(c, r.level)}" for c in r.robust]
    if r.tau2 is not None:
        lines.append(f"heterogeneity: {_heterogeneity(r)}")
    if r.prediction_interval is not None:
        lines.append(prediction_line(r.prediction_interval, r.level))
    return "\n".join(lines + remarks.lines(r.excluded_rows, r.warnings))


def report(r: "PooledEstimate") -> str:
    """Return the methods and the results sentences of a paper.

    Parameters
    ----------
    r
        The result.
    """
    cited = "; ".join(CITATIONS[key] for key in (r.method, r.test) if key in CITATIONS)
    methods = f"Model: {r.model}; estimator: {r.method}; {TESTS[r.test]}{f' ({cited})' if cited else ''}."
    if r.robust:
        methods += (
            " Standard errors robust to dependence within clusters used the CR2 correction with Satterthwaite "
            "degrees of freedom (Pustejovsky and Tipton 2018)."
        )
    c = r.coefficients[0]
    found = f"The pooled effect of {_size(r)} was {number(c.estimate)}"
    results = f"{found} ({_interval(c.ci_low, c.ci_high, r.level)}; {_tested(c)})."
    if r.robust and r.robust != r.coefficients:
        b = r.robust[0]
        results += f" With cluster-robust errors: {_interval(b.ci_low, b.ci_high, r.level)}; {_tested(b)}."
    if r.tau2 is not None:
        results += f" Heterogeneity: {_heterogeneity(r)}."
    if r.prediction_interval is not None:
        results += f" For a new study: {prediction_line(r.prediction_interval, r.level)}."
    return f"{methods} {results}{remarks.sentences(r.excluded_rows, r.warnings)}"
