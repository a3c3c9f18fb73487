"""What a meta-regression hands back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from review.meta import regression_words
from review.meta.likelihood import FitStatistics
from review.meta.plain import Plain
from review.meta.result import Coefficient, JointTest, coefficient_frame
from review.meta.rows import ExcludedRow

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class RegressionEstimate(Plain):
    """Coefficients of moderators with everything that is needed to tell, check and draw them.

    Parameters
    ----------
    k
        Number of rows used.
    p
        Number of coefficients.
    clusters
        Number of clusters among the rows; None when not clustered.
    model
        The model in words.
    method
        Estimator of tau2.
    test
        "knha", "adhoc", "t" or "z": what `coefficients` rest on.
    level
        Confidence level of all intervals, in percent.
    coefficients
        One per column of the design.
    covariance
        Their covariance matrix, p rows of p.
    tau2
        Residual between-row variance, in squared units of yi.
    se_tau2
        Its standard error; None where tau2 is 0 by assumption.
    tau2_ci
        Its Q-profile limits; None where tau2 is 0 by assumption.
    I2
        Percent of the unexplained variance that lies between rows.
    I2_ci
        Limits that follow from tau2_ci.
    H2
        Unexplained over sampling variance.
    H2_ci
        Limits that follow from tau2_ci.
    R2
        Percent of the between-row variance that the moderators explain (for FE the adjusted R² of the weighted fit);
        None where there is none to explain.
    tau2_without
        Between-row variance without moderators, same rows and estimator; None where R2 is.
    Q
        Residual heterogeneity statistic.
    Q_df
        Its degrees of freedom, k − p.
    Q_p
        Its p-value.
    moderators
        Test of all coefficients but the intercept; None where there is nothing to test, or no way (warnings say why).
    term_tests
        Joint test of each term of the formula; empty without a formula.
    fit
        Log-likelihoods and information criteria.
    weights
        Percent, one per row; they sum to 100.
    fitted
        Estimates at the moderators of each row, in units of yi.
    hat
        Leverage of each row; they sum to p.
    vif
        Variance inflation factor of each coefficient; None for the intercept, empty with fewer than 2 others.
    robust
        Coefficients with CR2 standard errors and Satterthwaite df; empty when not clustered.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        The rows left out, and why.
    rows
        Labels of the rows used.
    yi
        Their effects.
    vi
        Their sampling variances.
    design
        Their moderators, k rows of p.
    """

    k: int
    p: int
    clusters: int | None
    model: str
    method: str
    test: str
    level: float
    coefficients: tuple[Coefficient, ...]
    covariance: tuple[tuple[float, ...], ...]
    tau2: float
    se_tau2: float | None
    tau2_ci: tuple[float, float] | None = None
    I2: float
    I2_ci: tuple[float, float] | None = None
    H2: float
    H2_ci: tuple[float, float] | None = None
    R2: float | None
    tau2_without: float | None
    Q: float
    Q_df: int
    Q_p: float
    moderators: JointTest | None
    term_tests: tuple[JointTest, ...] = ()
    fit: FitStatistics
    weights: tuple[float, ...]
    fitted: tuple[float, ...]
    hat: tuple[float, ...]
    vif: tuple[float | None, ...]
    robust: tuple[Coefficient, ...]
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]
    rows: tuple[str | int, ...]
    yi: tuple[float, ...]
    vi: tuple[float, ...]
    design: tuple[tuple[float, ...], ...]

    @property
    def df(self) -> int | None:
        """Degrees of freedom of tests and intervals; None for the normal distribution."""
        return None if self.test == "z" else self.k - self.p

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return tuple(c.term for c in self.coefficients)

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per coefficient; `inference` says whether the model's or the CR2 standard error stands there."""
        return coefficient_frame(self.test, self.coefficients, self.robust)

    def __str__(self) -> str:
        return regression_words.summary(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return regression_words.report(self)
