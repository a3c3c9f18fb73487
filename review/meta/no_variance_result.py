"""What an analysis without sampling variances hands back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from review.meta import no_variance_words
from review.meta.plain import Plain
from review.meta.result import Coefficient, JointTest, PredictionInterval, coefficient_frame
from review.meta.rows import ExcludedRow

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class NoVarianceEstimate(Plain):
    """Coefficients that rest on the differences between studies alone, with what is needed to tell and check them.

    Parameters
    ----------
    k
        Number of rows used.
    p
        Number of coefficients.
    clusters
        Number of studies among the rows.
    model
        The model in words.
    method
        "equal weights" or "REML".
    weighting
        "row" or "study": what weighs the same; None with REML, where the variances decide.
    test
        "CR2": what `coefficients` rest on.
    level
        Confidence level of all intervals, in percent.
    coefficients
        One per column of the design, with CR2 standard errors and Satterthwaite df.
    covariance
        Their CR2 covariance matrix, p rows of p.
    model_se
        Standard errors if the model is right in every respect; None with equal weights.
    sigma2
        Variance between studies and variance within studies (sampling error included), in squared units of yi; None
        with equal weights.
    icc
        Share of the first in their sum; None with equal weights.
    log_likelihood
        Restricted log-likelihood; None with equal weights.
    moderators
        HTZ test of all coefficients but the intercept; None where there is nothing to test.
    prediction_interval
        Where the mean of a new study is expected; None with moderators, with equal weights, or where no df are left.
    weights
        Percent, one per row; they sum to 100.
    robust
        The same as `coefficients`.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        The rows left out, and why.
    rows
        Labels of the rows used.
    studies
        The study of each row.
    yi
        Their effects.
    vi
        None: there are no variances.
    terms
        Names of the columns of the design.
    design
        k rows of p.
    """

    k: int
    p: int
    clusters: int
    model: str
    method: str
    weighting: Literal["row", "study"] | None = None
    test: str = "CR2"
    level: float
    coefficients: tuple[Coefficient, ...]
    covariance: tuple[tuple[float, ...], ...]
    model_se: tuple[float, ...] | None = None
    sigma2: tuple[float, float] | None = None
    icc: float | None = None
    log_likelihood: float | None = None
    moderators: JointTest | None
    prediction_interval: PredictionInterval | None = None
    weights: tuple[float, ...]
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]
    rows: tuple[str | int, ...]
    studies: tuple[str | int, ...]
    yi: tuple[float, ...]
    vi: None = None
    terms: tuple[str, ...]
    design: tuple[tuple[float, ...], ...]

    @property
    def robust(self) -> tuple[Coefficient, ...]:
        """Return the coefficients: no other inference is offered without variances."""
        return self.coefficients

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, dicts, numbers and None; what is not finite becomes None."""
        plain = super().to_dict()
        plain["robust"] = plain["coefficients"]
        return plain

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per coefficient."""
        return coefficient_frame(self.test, self.coefficients)

    def __str__(self) -> str:
        return no_variance_words.summary(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return no_variance_words.report(self)
