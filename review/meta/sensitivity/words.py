"""The words of the sensitivity analyses: summaries to read, and the sentences of a paper."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from review.meta import remarks
from review.meta.tau2 import NAMES
from review.meta.wording import TESTS, number, p_value

if TYPE_CHECKING:
    from review.meta.sensitivity.baujat import Baujat
    from review.meta.sensitivity.cumulative import Cumulative
    from review.meta.sensitivity.gosh import Gosh
    from review.meta.sensitivity.influence import Influence
    from review.meta.sensitivity.leave_one_out import LeaveOneOut
    from review.meta.sensitivity.radial import Radial
    from review.meta.sensitivity.refits import Refit, Refits
    from review.meta.sensitivity.residuals import Residuals


def _listed(rows: Sequence[str | int], none: str) -> str:
    return ", ".join(map(str, rows)) if rows else none


def _fit(r: "Refit", level: float) -> str:
    interval = f"{level:g}% CI {number(r.ci_low)} to {number(r.ci_high)}"
    return f"{number(r.estimate)} (SE {number(r.se)}, {interval}, {p_value(r.p)}; τ² {number(r.tau2)}, I² {number(r.I2)}%)"


def _how(r: "Refits") -> str:
    return f"estimator: {r.method}; inference: {TESTS[r.test]}"


def left_out_lines(r: "LeaveOneOut") -> str:
    """Return a leave-one-out analysis as lines of text.

    Parameters
    ----------
    r
        The analysis.
    """
    lines = [f"leave-one-out, {r.all_rows.k} rows", _how(r), f"all rows: {_fit(r.all_rows, r.level)}"]
    lines += [f"without {one.omitted}: {_fit(one, r.level)}" for one in r.refits]
    return "\n".join(lines + remarks.lines(r.excluded_rows, r.warnings))


def left_out_report(r: "LeaveOneOut") -> str:
    """Return the sentences of a paper for a leave-one-out analysis.

    Parameters
    ----------
    r
        The analysis.
    """
    low, high = min(r.refits, key=lambda one: one.estimate), max(r.refits, key=lambda one: one.estimate)
    alpha = 1 - r.level / 100
    settled = [one for one in r.refits if math.isfinite(one.p)]
    turned = [one.omitted for one in settled if (one.p < alpha) != (r.all_rows.p < alpha)]
    changed = (
        f"leaving out {_listed(turned, '')} changes whether the interval excludes 0"
        if turned
        else "no single row decides whether the interval excludes 0"
    )
    return (
        f"Each of the {r.all_rows.k} rows was left out in turn ({NAMES[r.method]}; {TESTS[r.test]}). "
        f"The pooled effect of all rows was {number(r.all_rows.estimate)}; without one it ranged from "
        f"{number(low.estimate)} (without {low.omitted}) to {number(high.estimate)} (without {high.omitted}); {changed}."
        + remarks.sentences(r.excluded_rows, r.warnings)
    )


def cumulative_lines(r: "Cumulative") -> str:
    """Return a cumulative analysis as lines of text.

    Parameters
    ----------
    r
        The analysis.
    """
    lines = [f"cumulative, {r.all_rows.k} rows by {r.ordered_by}", _how(r)]
    lines += [f"{'+' if i else 'first'} {one.added}: {_fit(one, r.level)}" for i, one in enumerate(r.refits)]
    return "\n".join(lines + remarks.lines(r.excluded_rows, r.warnings))


def cumulative_report(r: "Cumulative") -> str:
    """Return the sentences of a paper for a cumulative analysis.

    Parameters
    ----------
    r
        The analysis.
    """
    sides = [0 if not one.ci_low * one.ci_high > 0 else math.copysign(1, one.estimate) for one in r.refits]
    since = len(sides)
    while since and sides[since - 1] == sides[-1]:
        since -= 1
    state = "includes 0" if sides[-1] == 0 else "excludes 0 on the same side"
    return (
        f"Rows were added one by one by {r.ordered_by} ({NAMES[r.method]}; {TESTS[r.test]}). From "
        f"{r.refits[since].added} on ({since + 1} of {len(sides)} rows) the {r.level:g}% interval {state}; with all rows the "
        f"pooled effect was {_fit(r.all_rows, r.level)}." + remarks.sentences(r.excluded_rows, r.warnings)
    )


def influence_lines(r: "Influence") -> str:
    """Return influence measures as lines of text.

    Parameters
    ----------
    r
        The measures.
    """
    lines = [f"influence, {len(r.rows)} rows; estimator: {r.method}; test: {r.test}"]
    for i, row in enumerate(r.rows):
        largest = max((abs(d) for d in r.dfbs[i]), default=math.nan)
        lines.append(
            f"{row}{' *' if r.is_infl[i] else ''}: rstudent {number(r.rstudent[i])}, DFFITS {number(r.dffits[i])}, Cook "
            f"{number(r.cook_d[i])}, cov.r {number(r.cov_r[i])}, τ² without {number(r.tau2_del[i])}, Q without "
            f"{number(r.QE_del[i])}, hat {number(r.hat[i])}, weight {number(r.weight[i])}%, largest |DFBETAS| "
            f"{number(largest)}"
        )
    return "\n".join(lines + remarks.lines(r.excluded_rows, r.warnings))


def influence_report(r: "Influence") -> str:
    """Return the sentences of a paper for influence measures.

    Parameters
    ----------
    r
        The measures.
    """
    return (
        "Influence was measured by leaving out each row (Viechtbauer and Cheung 2010); a row counted as influential when "
        f"|DFFITS| > {number(r.cutoffs['dffits'])}, Cook's distance lay beyond the median of χ²({len(r.terms)}), its hat value "
        f"exceeded {number(r.cutoffs['hat'])}, or a |DFBETAS| exceeded 1. Influential: {_listed(r.influential, 'none')} of "
        f"{len(r.rows)} rows." + remarks.sentences(r.excluded_rows, r.warnings)
    )


def residual_lines(r: "Residuals") -> str:
    """Return residuals as lines of text.

    Parameters
    ----------
    r
        The residuals.
    """
    lines = [f"{r.kind} residuals, {len(r.rows)} rows; estimator: {r.method}"]
    lines += [
        f"{row}: {number(a)} (SE {number(b)}, z = {number(z)})"
        for row, a, b, z in zip(r.rows, r.residual, r.se, r.z, strict=True)
    ]
    return "\n".join(lines + remarks.lines(r.excluded_rows, r.warnings))


def residual_report(r: "Residuals") -> str:
    """Return the sentences of a paper for residuals.

    Parameters
    ----------
    r
        The residuals.
    """
    return (
        f"Of {len(r.rows)} {r.kind} residuals (Viechtbauer and Cheung 2010) {len(r.outlying)} lay beyond ±1.96, where about "
        f"{number(len(r.rows) / 20, 2)} would by chance: {_listed(r.outlying, 'none')}."
        + remarks.sentences(r.excluded_rows, r.warnings)
    )


def baujat_lines(r: "Baujat") -> str:
    """Return the points of a Baujat plot as lines of text.

    Parameters
    ----------
    r
        The points.
    """
    lines = [f"Baujat plot, {len(r.rows)} rows; estimator: {r.method}"]
    lines += [
        f"{row}: contribution to heterogeneity {number(x)}, influence on the estimate {number(y)}"
        for row, x, y in zip(r.rows, r.contribution, r.influence, strict=True)
    ]
    return "\n".join(lines + remarks.lines(r.excluded_rows, r.warnings))


def baujat_report(r: "Baujat") -> str:
    """Return the sentences of a paper for a Baujat plot.

    Parameters
    ----------
    r
        The points.
    """
    x = max(range(len(r.rows)), key=lambda i: r.contribution[i])
    total = math.fsum(r.contribution)
    share = f"{number(100 * r.contribution[x] / total, 3)}% of the sum" if total > 0 else "all are 0"
    known = [i for i in range(len(r.rows)) if math.isfinite(r.influence[i])]
    text = (
        f"In the Baujat plot (Baujat et al. 2002) row {r.rows[x]} contributed most to heterogeneity ({share})"
    )
    if known:
        y = max(known, key=lambda i: r.influence[i])
        text += f" and row {r.rows[y]} moved the estimate most ({number(r.influence[y])})"
    return f"{text}." + remarks.sentences(r.excluded_rows, r.warnings)


def radial_lines(r: "Radial") -> str:
    """Return the points of a radial plot as lines of text.

    Parameters
    ----------
    r
        The points.
    """
    lines = [
        f"radial plot, {len(r.rows)} rows; estimator: {r.method}",
        f"line through 0 with slope {number(r.slope)} ({number(r.slope_low)} to {number(r.slope_high)}), band ±{number(r.band)}",
    ]
    lines += [
        f"{row}: precision {number(x)}, standardised effect {number(y)}"
        for row, x, y in zip(r.rows, r.precision, r.standardised, strict=True)
    ]
    return "\n".join(lines + remarks.lines(r.excluded_rows, r.warnings))


def radial_report(r: "Radial") -> str:
    """Return the sentences of a paper for a radial plot.

    Parameters
    ----------
    r
        The points.
    """
    return (
        f"In the radial plot (Galbraith 1988) {len(r.outside)} of {len(r.rows)} rows lay outside the {r.level:g}% band about the "
        f"line of the pooled effect: {_listed(r.outside, 'none')}."
        + remarks.sentences(r.excluded_rows, r.warnings)
    )


def _chosen(r: "Gosh") -> str:
    return f"all {r.n} subsets" if r.complete else f"{r.n} random subsets (seed {r.seed})"


def gosh_lines(r: "Gosh") -> str:
    """Return a GOSH analysis as lines of text.

    Parameters
    ----------
    r
        The analysis.
    """
    found = r.quantiles()
    lines = [f"GOSH: {_chosen(r)} of {r.k} rows; estimator: {r.method}"]
    lines += [
        f"{100 * share:g}% quantile: estimate {number(a)}, I² {number(b)}%"
        for share, a, b in zip(found["share"], found["estimate"], found["I2"], strict=True)
    ]
    return "\n".join(lines + remarks.lines(r.excluded_rows, r.warnings))


def gosh_report(r: "Gosh") -> str:
    """Return the sentences of a paper for a GOSH analysis.

    Parameters
    ----------
    r
        The analysis.
    """
    found = r.quantiles()
    a, b = found["estimate"], found["I2"]
    return (
        f"The model was fitted to {_chosen(r)} of the {r.k} rows ({NAMES[r.method]}; Olkin et al. 2012). The pooled effects had "
        f"the median {number(a[3])}, 90% of them lying between {number(a[1])} and {number(a[5])} (all between {number(a[0])} and "
        f"{number(a[6])}); I² had the median {number(b[3])}% (90% between {number(b[1])}% and {number(b[5])}%)."
        + remarks.sentences(r.excluded_rows, r.warnings)
    )
