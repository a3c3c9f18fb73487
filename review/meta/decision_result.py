"""What a decision against a margin hands back."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from review.meta import decision_words
from review.meta.plain import Plain
from review.meta.rows import ExcludedRow

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["equivalent", "non-inferior", "not shown", "worse", "better"]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What the tests against a margin say of one quantity.

    Parameters
    ----------
    estimate
        The expected change, in units of yi.
    se
        Its standard error, or the standard deviation of the predictive distribution.
    df
        Degrees of freedom of the t distribution; None for the normal one.
    ci_low
        Lower limit of the (1 − 2 alpha) interval.
    ci_high
        Its upper limit.
    p_above_lower
        One-sided p-value that the change is not above −margin.
    p_below_upper
        One-sided p-value that the change is not below +margin.
    p_equivalence
        The larger of the two: significance of the two one-sided tests.
    p_non_inferiority
        The one of the two on the harmful side.
    p_worse
        One-sided p-value that the change does not exceed the margin on the harmful side.
    equivalence
        "equivalent": the interval lies within the margins; "worse" or "better": it lies beyond one; else "not shown".
    non_inferiority
        "non-inferior": the interval lies above the harmful margin; "worse": beyond it; else "not shown".
    """

    estimate: float
    se: float
    df: float | None
    ci_low: float
    ci_high: float
    p_above_lower: float
    p_below_upper: float
    p_equivalence: float
    p_non_inferiority: float
    p_worse: float
    equivalence: Verdict
    non_inferiority: Verdict


@dataclass(frozen=True, kw_only=True)
class NewStudy:
    """What is predicted of the true effect of a new study.

    Parameters
    ----------
    decision
        The same decisions on the prediction interval.
    df_rule
        How the degrees of freedom of the predictive distribution came about.
    p_below_lower
        Probability that the change of a new study is below −margin.
    p_above_upper
        Probability that it is above +margin.
    p_within
        Probability that it lies within the margins.
    p_harmful
        Probability that it exceeds the margin on the harmful side.
    """

    decision: Decision
    df_rule: str
    p_below_lower: float
    p_above_upper: float
    p_within: float
    p_harmful: float


@dataclass(frozen=True, kw_only=True)
class MarginDecision(Plain):
    """A pooled change held against a margin.

    Parameters
    ----------
    term
        The coefficient that was tested.
    margin
        In units of yi, > 0.
    alpha
        Level of each one-sided test.
    direction
        Which change is harmful: "lower" (a fall, as of accuracy) or "higher" (a rise, as of an error rate).
    inference
        "CR2" where robust standard errors were used, else "model".
    mean
        Decisions on the mean change.
    new_study
        Decisions on, and probabilities for, a new study; None without a prediction interval.
    warnings
        What a reader must know before deciding, those of the result included.
    excluded_rows
        Rows that the analysis had left out, and why.
    """

    term: str
    margin: float
    alpha: float
    direction: str
    inference: str
    mean: Decision
    new_study: NewStudy | None
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    @property
    def verdict(self) -> Verdict:
        """What is shown of the mean change: "equivalent", "worse", "better" or "not shown"."""
        return self.mean.equivalence

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, dicts, numbers and None; what is not finite becomes None."""
        return {**super().to_dict(), "verdict": self.verdict}

    def to_frame(self) -> "pd.DataFrame":
        """Return one line for the mean, and one for a new study."""
        import pandas as pd

        lines: list[dict[str, Any]] = [{"of": "mean", **asdict(self.mean)}]
        if self.new_study is not None:
            chances = {
                name: getattr(self.new_study, name)
                for name in ("p_below_lower", "p_above_upper", "p_within", "p_harmful")
            }
            lines.append({"of": "new study", **asdict(self.new_study.decision), **chances})
        return pd.DataFrame(lines).astype({"df": "float64"})

    def __str__(self) -> str:
        return decision_words.summary(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return decision_words.report(self)
