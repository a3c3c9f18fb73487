"""The words of fits without single studies: lines to read, and the sentences of a paper."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from review.meta import remarks
from review.meta.multilevel.study_words import inference, refit_line
from review.meta.wording import number, p_value

if TYPE_CHECKING:
    from review.meta.multilevel.sensitivity import CumulativeByStudy, LeaveOneStudyOut
    from review.meta.multilevel.study_influence import StudyInfluence
    from review.meta.multilevel.study_refits import StudyRefit, StudySeries
    from review.meta.result import Coefficient


def _series(s: "StudySeries", title: str) -> list[str]:
    lines = [
        f"{title}; {s.model}; estimator: {s.method}; {inference(s.test, robust=bool(s.all_studies.robust))}",
        *(refit_line(r, s.level, s.sigma2_levels) for r in s.refits),
        refit_line(s.all_studies, s.level, s.sigma2_levels),
    ]
    return lines + remarks.lines(s.excluded_rows, s.warnings)


def leave_one_out_lines(s: "LeaveOneStudyOut") -> str:
    """Return one line per study left out.

    Parameters
    ----------
    s
        The result.
    """
    return "\n".join(_series(s, f"leaving out one of the {s.unit} at a time"))


def cumulative_lines(s: "CumulativeByStudy") -> str:
    """Return one line per study added.

    Parameters
    ----------
    s
        The result.
    """
    return "\n".join(_series(s, f"cumulative by study, in {s.ordered_by}"))


def leave_one_out_report(s: "LeaveOneStudyOut") -> str:
    """Return the methods and the results sentences of a paper.

    Parameters
    ----------
    s
        The result.
    """
    fitted = [r for r in s.refits if r.why_not is None]
    robust = bool(s.all_studies.robust)
    text = (
        f"Each of the {len(s.refits)} {s.unit} was left out in turn with all its rows, and the model fitted anew (model: "
        f"{s.model}), with {inference(s.test, robust=robust)}."
    )
    for j, c in enumerate(s.all_studies.inference):
        told = [(r.inference[j], r) for r in fitted]
        if not told:
            break
        low, high = min(told, key=lambda t: t[0].estimate), max(told, key=lambda t: t[0].estimate)
        text += (
            f" {c.term}: {number(c.estimate)} with all studies, between {number(low[0].estimate)} (without "
            f"{low[1].name}) and {number(high[0].estimate)} (without {high[1].name}); {_changed(c, told, s.level)}."
        )
    return text + remarks.sentences(s.excluded_rows, s.warnings)


def _changed(c: "Coefficient", told: Sequence[tuple["Coefficient", "StudyRefit"]], level: float) -> str:
    if not math.isfinite(c.p):
        return "there is no test with all studies"
    alpha = 1 - level / 100
    changed = [
        str(r.name) for other, r in told if math.isfinite(other.p) and (other.p < alpha) != (c.p < alpha)
    ]
    what = "excludes" if c.p < alpha else "includes"
    if not changed:
        return f"the {level:g}% CI {what} 0 ({p_value(c.p)}) and does so whichever study is left out"
    return f"the {level:g}% CI {what} 0 ({p_value(c.p)}), but not without {', '.join(changed)}"


def cumulative_report(s: "CumulativeByStudy") -> str:
    """Return the methods and the results sentences of a paper.

    Parameters
    ----------
    s
        The result.
    """
    robust = bool(s.all_studies.robust)
    text = (
        f"Studies were added one by one in {s.ordered_by}, and the model was fitted after each (model: {s.model}), with "
        f"{inference(s.test, robust=robust)}."
    )
    fitted = [r for r in s.refits if r.why_not is None]
    if fitted:
        first, last = fitted[0], fitted[-1]
        told = "; ".join(
            f"{a.term} went from {number(a.estimate)} ({first.clusters} stud{'y' if first.clusters == 1 else 'ies'}) to "
            f"{number(b.estimate)} ({last.clusters} studies)"
            for a, b in zip(first.inference, last.inference, strict=True)
        )
        text += f" {told}."
    return text + remarks.sentences(s.excluded_rows, s.warnings)


def influence_lines(s: "StudyInfluence") -> str:
    """Return one line per study.

    Parameters
    ----------
    s
        The result.
    """
    lines = [f"influence of {len(s.studies)} studies; {s.model}; covariance: {s.covariance}"]
    for i, name in enumerate(s.studies):
        mark = " (influential)" if s.is_infl[i] else ""
        lines.append(
            f"{name}{mark}: Cook's distance {number(s.cook_d[i])}, DFFITS {number(s.dffits[i])}, DFBETAS "
            f"{', '.join(number(x) for x in s.dfbetas[i])}, covariance ratio {number(s.cov_r[i])}, hat {number(s.hat[i])}"
        )
    return "\n".join(lines + remarks.lines(s.excluded_rows, s.warnings))


def influence_report(s: "StudyInfluence") -> str:
    """Return the methods and the results sentences of a paper.

    Parameters
    ----------
    s
        The result.
    """
    flagged = [str(name) for name in s.influential]
    found = (
        f"influential by these conventions: {', '.join(flagged)}" if flagged else "no study crossed a cut-off"
    )
    finite = [i for i, x in enumerate(s.cook_d) if math.isfinite(x)]
    top = max(finite, key=lambda i: s.cook_d[i], default=None)
    largest = (
        "" if top is None else f" The largest Cook's distance was {number(s.cook_d[top])} ({s.studies[top]})."
    )
    return (
        f"The influence of each of the {len(s.studies)} studies was measured by leaving out all its rows (Viechtbauer and "
        f"Cheung 2010), with the {s.covariance} covariance of the coefficients; {found}.{largest}"
        f"{remarks.sentences(s.excluded_rows, s.warnings)}"
    )
