"""The words of a decision against a margin: a summary to read, and the sentences of a paper."""

from typing import TYPE_CHECKING

from review.meta import remarks
from review.meta.wording import DF_RULES, number, p_value

if TYPE_CHECKING:
    from review.meta.decision_result import Decision, MarginDecision

HARM = {"lower": "a fall is harmful", "higher": "a rise is harmful"}
EQUIVALENCE = {
    "equivalent": "equivalent: the change lies within the margins",
    "worse": "worse: the change exceeds the margin on the harmful side",
    "better": "better: the change exceeds the margin on the harmless side",
    "not shown": "not shown: the interval crosses a margin, so neither equivalence nor a relevant change is established",
}
NON_INFERIORITY = {
    "non-inferior": "non-inferior: the harm, if any, is smaller than the margin",
    "worse": "worse: the harm exceeds the margin",
    "not shown": "not shown: the interval crosses the harmful margin",
}


def _interval(d: "Decision", alpha: float, kind: str) -> str:
    return f"{100 * (1 - 2 * alpha):g}% {kind} {number(d.ci_low)} to {number(d.ci_high)}"


def _mean(r: "MarginDecision") -> str:
    d = r.mean
    shape = "normal distribution" if d.df is None else f"t distribution with {number(d.df, 3)} df"
    errors = "CR2 cluster-robust" if r.inference == "CR2" else "the model's own"
    return f"{number(d.estimate)} ({_interval(d, r.alpha, 'CI')}; {errors} standard error {number(d.se)}, {shape})"


def _chances(r: "MarginDecision") -> str:
    n = r.new_study
    if n is None:
        return "not predicted"
    return (
        f"below −{number(r.margin)} with probability {number(n.p_below_lower, 3)}, above {number(r.margin)} with probability "
        f"{number(n.p_above_upper, 3)}, within the margins with probability {number(n.p_within, 3)}"
    )


def summary(r: "MarginDecision") -> str:
    """Return a decision as lines of text.

    Parameters
    ----------
    r
        The decision.
    """
    d = r.mean
    lines = [
        f"margin ±{number(r.margin)} in units of the effects; {HARM[r.direction]}; one-sided level {r.alpha:g}",
        f"{r.term}: {_mean(r)}",
        f"equivalence of the mean ({p_value(d.p_equivalence)}): {EQUIVALENCE[d.equivalence]}",
        f"non-inferiority of the mean ({p_value(d.p_non_inferiority)}): {NON_INFERIORITY[d.non_inferiority]}",
    ]
    if r.new_study is not None:
        n = r.new_study
        told = DF_RULES.get(n.df_rule, n.df_rule)
        lines += [
            f"new study: {_interval(n.decision, r.alpha, 'prediction interval')} ({told})",
            f"equivalence of a new study: {EQUIVALENCE[n.decision.equivalence]}",
            f"non-inferiority of a new study: {NON_INFERIORITY[n.decision.non_inferiority]}",
            f"a new study lies {_chances(r)}",
        ]
    return "\n".join(lines + remarks.lines(r.excluded_rows, r.warnings))


def report(r: "MarginDecision") -> str:
    """Return the methods and the results sentences of a paper.

    Parameters
    ----------
    r
        The decision.
    """
    d = r.mean
    text = (
        f"Equivalence was tested by two one-sided tests at {r.alpha:g} against margins of ±{number(r.margin)} (Schuirmann 1987); "
        f"{HARM[r.direction]}. The pooled change was {_mean(r)}: equivalence {_said(d.equivalence)} "
        f"({p_value(d.p_equivalence)}), non-inferiority {_said(d.non_inferiority)} ({p_value(d.p_non_inferiority)})."
    )
    if r.new_study is not None:
        n = r.new_study
        text += (
            f" The {_interval(n.decision, r.alpha, 'prediction interval')} ({DF_RULES.get(n.df_rule, n.df_rule)}) says of a new "
            f"study: equivalence {_said(n.decision.equivalence)}; its change is {_chances(r)}."
        )
    return text + remarks.sentences(r.excluded_rows, r.warnings)


def _said(verdict: str) -> str:
    return {
        "equivalent": "was shown",
        "non-inferior": "was shown",
        "worse": "was refuted (worse than the margin)",
        "better": "was refuted (better than the margin)",
    }.get(verdict, "was not shown")
