"""What a model for dependent effects hands back."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from review.meta.likelihood import FitStatistics
from review.meta.multilevel import words
from review.meta.plain import Plain
from review.meta.result import Coefficient, JointTest, PredictionInterval, coefficient_frame
from review.meta.rows import ExcludedRow

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class MultilevelFit(Plain):
    """Pooled effects of dependent rows, with everything that is needed to tell, check, draw and refit them.

    Parameters
    ----------
    k
        Number of rows used.
    p
        Number of coefficients.
    clusters
        Number of studies among the rows.
    robust_clusters
        Number of independent clusters that `robust` rests on; None where there is no robust inference.
    model
        The model in words.
    method
        "REML" or "ML".
    test
        "t" (k − p df) or "z": what `coefficients` rest on.
    level
        Confidence level of all intervals, in percent.
    rho
        Assumed correlation of sampling errors within a study; None where errors are independent or their covariance
        was given.
    coefficients
        One per column of the design; the pooled effect has the term "intercept".
    covariance
        Their covariance matrix under the model, p rows of p.
    sigma2
        Variance components, outer level first, in squared units of yi.
    sigma2_levels
        What each is a variance between: "study", "estimate", "crossed".
    sigma2_groups
        Number of groups of each.
    sigma2_ci
        Their profile-likelihood limits; None until `profile_intervals` adds them.
    converged
        Whether the search for the components settled.
    I2
        Percent of the total variance that is heterogeneity of any level.
    I2_levels
        The same for each level; they sum to I2.
    Q
        Residual heterogeneity statistic, with the known covariance of sampling errors.
    Q_df
        Its degrees of freedom, k − p.
    Q_p
        Its p-value.
    moderators
        Test of all coefficients but the intercept; None where there is nothing to test.
    fit
        Log-likelihoods and information criteria.
    prediction_interval
        Where the true effect of a new estimate of a new study is expected; None with moderators (see
        `review.meta.multilevel.prediction.predict`).
    weights
        Percent, one per row, from the diagonal of the weight matrix; they sum to 100.
    row_sum_weights
        What each row contributes to the pooled effect, in percent (they can be negative under a high rho); empty with
        moderators.
    robust
        Coefficients with CR2 standard errors and Satterthwaite df; empty where there are too few clusters.
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
    studies
        Their studies.
    estimates
        Labels of the inner level; None where each row is an estimate of its own.
    crossed
        Labels of the crossed factor; None without one.
    cluster
        Labels of wider clusters for `robust`; None takes studies.
    design
        Design matrix of the rows, k rows of p.
    known_covariance
        Covariance of the sampling errors, where one was given, k rows of k.
    """

    k: int
    p: int
    clusters: int
    robust_clusters: int | None
    model: str
    method: str
    test: str
    level: float
    rho: float | None
    coefficients: tuple[Coefficient, ...]
    covariance: tuple[tuple[float, ...], ...]
    sigma2: tuple[float, ...]
    sigma2_levels: tuple[str, ...]
    sigma2_groups: tuple[int, ...]
    sigma2_ci: tuple[tuple[float, float], ...] | None = None
    converged: bool
    I2: float
    I2_levels: tuple[float, ...]
    Q: float
    Q_df: int
    Q_p: float
    moderators: JointTest | None
    fit: FitStatistics
    prediction_interval: PredictionInterval | None
    weights: tuple[float, ...]
    row_sum_weights: tuple[float, ...]
    robust: tuple[Coefficient, ...]
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]
    rows: tuple[str | int, ...]
    yi: tuple[float, ...]
    vi: tuple[float, ...]
    studies: tuple[Hashable, ...]
    estimates: tuple[Hashable, ...] | None
    crossed: tuple[Hashable, ...] | None
    cluster: tuple[Hashable, ...] | None
    design: tuple[tuple[float, ...], ...]
    known_covariance: tuple[tuple[float, ...], ...] | None

    @property
    def df(self) -> int | None:
        """Degrees of freedom of the model's own tests and intervals; None for the normal distribution."""
        return None if self.test == "z" else self.k - self.p

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return tuple(c.term for c in self.coefficients)

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, dicts, numbers, strings and None; what is not finite becomes None."""
        plain = super().to_dict()
        for name in ("studies", "estimates", "crossed", "cluster"):
            if plain[name] is not None:
                plain[name] = [x if isinstance(x, str | int) else str(x) for x in plain[name]]
        return plain

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per coefficient; `inference` says whether the model's or the CR2 standard error stands there."""
        return coefficient_frame(self.test, self.coefficients, self.robust)

    def __str__(self) -> str:
        return words.summary(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return words.report(self)
