"""What a selection model hands back."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from review.meta.plain import Plain
from review.meta.result import Coefficient, JointTest
from review.meta.rows import ExcludedRow
from review.meta.selection import words

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Interval:
    """How likely results of an interval of p-values were to be seen, relative to the first interval.

    Parameters
    ----------
    above
        Lower end; p-values in the interval are larger.
    to
        Upper end, inclusive.
    rows
        Number of p-values in it.
    delta
        The relative probability.
    se
        Its standard error; None where it was given, is 1 by definition, or cannot be known.
    statistic
        (delta − 1) / se; None where se is.
    p
        Two-sided p-value that delta is 1; None where se is.
    ci_low
        Lower confidence limit, not below 0; None where se is.
    ci_high
        Upper confidence limit; None where se is.
    """

    above: float
    to: float
    rows: int
    delta: float
    se: float | None
    statistic: float | None
    p: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, kw_only=True)
class SelectionEstimate(Plain):
    """Coefficients under a step-function selection model, beside those without selection.

    Parameters
    ----------
    k
        Number of rows.
    model
        The model in words.
    method
        "ML", or "FE" where tau2 is 0 by assumption.
    test
        "z".
    alternative
        "two.sided", "greater" or "less": which effects have small p-values.
    steps
        Upper ends of the intervals of p-values.
    level
        Confidence level, in percent.
    coefficients
        Estimates under selection.
    tau2
        Between-row variance under selection, in squared units of yi.
    se_tau2
        Its standard error; None at 0 or where it cannot be known.
    intervals
        One per interval of p-values; the first has delta 1.
    unadjusted
        Estimates without selection, same estimator.
    unadjusted_tau2
        tau2 without selection.
    log_likelihood
        Under selection.
    log_likelihood_unadjusted
        Without selection.
    selection_test
        Likelihood-ratio test that all estimated deltas are 1; None when none was estimated.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows that the analysis had left out, and why.
    rows
        Labels of the rows.
    """

    k: int
    model: str
    method: str
    test: str
    alternative: str
    steps: tuple[float, ...]
    level: float
    coefficients: tuple[Coefficient, ...]
    tau2: float
    se_tau2: float | None
    intervals: tuple[Interval, ...]
    unadjusted: tuple[Coefficient, ...]
    unadjusted_tau2: float
    log_likelihood: float
    log_likelihood_unadjusted: float
    selection_test: JointTest | None
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]
    rows: tuple[str | int, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per coefficient, under selection and without, and one per interval of p-values."""
        import pandas as pd

        lines: list[dict[str, Any]] = [{"part": "selection", **asdict(c)} for c in self.coefficients]
        lines += [{"part": "unadjusted", **asdict(c)} for c in self.unadjusted]
        for one in self.intervals:
            line = {name: getattr(one, name) for name in ("se", "statistic", "p", "ci_low", "ci_high")}
            lines.append(
                {"part": "delta", "term": f"{one.above:g} < p <= {one.to:g}", "estimate": one.delta, **line}
            )
        numbers = ("estimate", "se", "statistic", "df", "p", "ci_low", "ci_high")
        return pd.DataFrame(lines).astype(dict.fromkeys(numbers, "float64"))

    def __str__(self) -> str:
        return words.summary(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return words.report(self)
