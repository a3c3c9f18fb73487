"""The words of a meta-regression: a summary to read, and the sentences of a paper."""

from typing import TYPE_CHECKING

from review.meta import remarks
from review.meta.tau2 import NAMES
from review.meta.wording import number, p_value

if TYPE_CHECKING:
    from review.meta.regression_result import RegressionEstimate
    from review.meta.result import Coefficient, JointTest

TESTS = {
    "knha": "Knapp–Hartung standard errors (Knapp and Hartung 2003), t and F distributions with k − p df",
    "adhoc": "Knapp–Hartung standard errors, never below the usual ones (Röver et al. 2015), t and F distributions with "
    "k − p df",
    "t": "usual standard errors, t and F distributions with k − p df",
    "z": "usual standard errors, normal and χ² distributions",
}


def joint(test: "JointTest | None") -> str:
    """Return a joint test as papers print it.

    Parameters
    ----------
    test
        The test; None where none can be made.
    """
    if test is None:
        return "no joint test"
    if test.df_denominator is None:
        return f"χ²({test.df}) = {number(test.statistic)}, {p_value(test.p)}"
    return f"F({test.df}, {number(test.df_denominator, 3)}) = {number(test.statistic)}, {p_value(test.p)}"


def _line(c: "Coefficient", level: float) -> str:
    name = "z" if c.df is None else f"t({number(c.df, 3)})"
    interval = f"{level:g}% CI {number(c.ci_low)} to {number(c.ci_high)}"
    return f"{c.term}: {number(c.estimate)} (SE {number(c.se)}, {interval}, {name} = {number(c.statistic)}, {p_value(c.p)})"


def _heterogeneity(r: "RegressionEstimate") -> str:
    tau2 = f"residual τ² = {number(r.tau2)}"
    if r.tau2_ci is not None:
        low, high = r.tau2_ci
        tau2 += f" ({r.level:g}% CI {number(low)} to {number(high)}, Q-profile)"
    share = f"I² = {number(r.I2)}%, H² = {number(r.H2)}"
    explained = "" if r.R2 is None else f", R² = {number(r.R2)}%"
    return f"{tau2}, {share}{explained}, QE({r.Q_df}) = {number(r.Q)}, {p_value(r.Q_p)}"


def summary(r: "RegressionEstimate") -> str:
    """Return the result as lines of text that name estimator, df rule and the rows left out.

    Parameters
    ----------
    r
        The result.
    """
    clusters = "" if r.clusters is None else f" in {r.clusters} clusters"
    lines = [
        f"{r.model}; {r.k} rows{clusters}, {r.p} coefficients",
        f"estimator: {r.method}; inference: {TESTS[r.test]}",
    ]
    lines += [_line(c, r.level) for c in r.coefficients]
    lines += [f"robust (CR2, Satterthwaite df): {_line(c, r.level)}" for c in r.robust]
    lines.append(f"moderators: {joint(r.moderators)}")
    lines += [f"term {t.terms[0]}: {joint(t)}" for t in r.term_tests]
    lines.append(f"heterogeneity: {_heterogeneity(r)}")
    return "\n".join(lines + remarks.lines(r.excluded_rows, r.warnings))


def report(r: "RegressionEstimate") -> str:
    """Return the methods and the results sentences of a paper.

    Parameters
    ----------
    r
        The result.
    """
    methods = f"Model: {r.model}; estimator of τ²: {NAMES[r.method]}; {TESTS[r.test]}."
    if r.robust:
        methods += (
            " Standard errors robust to dependence within clusters used the CR2 correction with Satterthwaite "
            "degrees of freedom (Pustejovsky and Tipton 2018)."
        )
    told = "; ".join(_line(c, r.level) for c in r.coefficients)
    results = f"In {r.k} rows the coefficients were: {told}. Moderators together: {joint(r.moderators)}."
    if r.robust:
        results += f" With cluster-robust errors: {'; '.join(_line(c, r.level) for c in r.robust)}."
    results += f" Heterogeneity: {_heterogeneity(r)}."
    return f"{methods} {results}{remarks.sentences(r.excluded_rows, r.warnings)}"
