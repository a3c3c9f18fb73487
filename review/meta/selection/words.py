"""The words of a selection model: a summary to read, and the sentences of a paper."""

from typing import TYPE_CHECKING

from review.meta import remarks
from review.meta.wording import number, p_value

if TYPE_CHECKING:
    from review.meta.result import Coefficient
    from review.meta.selection.result import Interval, SelectionEstimate

SIDES = {
    "two.sided": "two-sided p-values",
    "greater": "one-sided p-values, small for effects above 0",
    "less": "one-sided p-values, small for effects below 0",
}


def _line(c: "Coefficient", level: float) -> str:
    if c.se != c.se:  # NaN
        return f"{c.term}: {number(c.estimate)} (no standard error)"
    interval = f"{level:g}% CI {number(c.ci_low)} to {number(c.ci_high)}"
    return f"{c.term}: {number(c.estimate)} (SE {number(c.se)}, {interval}, z = {number(c.statistic)}, {p_value(c.p)})"


def _interval(one: "Interval", level: float) -> str:
    text = f"{one.above:g} < p ≤ {one.to:g} ({one.rows} row{'s' * (one.rows != 1)}): {number(one.delta)}"
    if one.se is None:
        return text
    return f"{text} (SE {number(one.se)}, {level:g}% CI {number(one.ci_low)} to {number(one.ci_high)})"


def _test(r: "SelectionEstimate") -> str:
    if r.selection_test is None:
        return "the weights were given, so selection is not tested"
    t = r.selection_test
    return f"likelihood-ratio test of selection: χ²({t.df}) = {number(t.statistic)}, {p_value(t.p)}"


def summary(r: "SelectionEstimate") -> str:
    """Return the result as lines of text.

    Parameters
    ----------
    r
        The result.
    """
    lines = [f"{r.model}; {r.k} rows", f"estimator: {r.method}; {SIDES[r.alternative]}; normal distribution"]
    lines += [f"under selection, {_line(c, r.level)}" for c in r.coefficients]
    lines += [f"without selection, {_line(c, r.level)}" for c in r.unadjusted]
    lines.append(f"τ² = {number(r.tau2)} (without selection {number(r.unadjusted_tau2)})")
    lines += [f"relative probability of being seen, {_interval(one, r.level)}" for one in r.intervals]
    lines.append(_test(r))
    return "\n".join(lines + remarks.lines(r.excluded_rows, r.warnings))


def report(r: "SelectionEstimate") -> str:
    """Return the methods and the results sentences of a paper.

    Parameters
    ----------
    r
        The result.
    """
    found = "; ".join(_line(c, r.level) for c in r.coefficients)
    plain = "; ".join(_line(c, r.level) for c in r.unadjusted)
    weights = "; ".join(_interval(one, r.level) for one in r.intervals)
    text = (
        f"A step-function selection model (Vevea and Hedges 1995; {SIDES[r.alternative]}) was fitted to {r.k} rows by maximum "
        f"likelihood. Under selection: {found}; without: {plain}. Relative probabilities of being seen: {weights}; "
        f"{_test(r)}."
    )
    return text + remarks.sentences(r.excluded_rows, r.warnings)
