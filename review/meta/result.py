"""What an analysis hands back: frozen results that print, convert to a table and to JSON."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from review.meta import wording
from review.meta.likelihood import FitStatistics
from review.meta.plain import Plain
from review.meta.rows import ExcludedRow

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Coefficient:
    """One estimate with its test against 0 and its confidence interval.

    Parameters
    ----------
    term
        What is estimated ("intercept" is the pooled effect).
    estimate
        In units of yi.
    se
        Standard error, in units of yi; NaN where it cannot be known.
    statistic
        Estimate / se.
    df
        Degrees of freedom of the t distribution; None for the normal one.
    p
        Two-sided p-value.
    ci_low
        Lower confidence limit, in units of yi.
    ci_high
        Upper confidence limit, in units of yi.
    """

    term: str
    estimate: float
    se: float
    statistic: float
    df: float | None
    p: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True)
class JointTest:
    """A test that several coefficients, or combinations of them, are all 0.

    Parameters
    ----------
    terms
        What is tested.
    statistic
        F where df_denominator is given, else χ².
    df
        Number of combinations tested.
    df_denominator
        Denominator degrees of freedom of F; None for χ².
    p
        p-value.
    """

    terms: tuple[str, ...]
    statistic: float
    df: int
    df_denominator: float | None
    p: float


@dataclass(frozen=True)
class PredictionInterval:
    """Where the true effect of a new study is expected to lie.

    Parameters
    ----------
    low
        Lower limit, in units of yi.
    high
        Upper limit, in units of yi.
    df_rule
        "k-2" or "k-1" (t distribution), or "normal".
    df
        The degrees of freedom that the rule gave; None for the normal distribution.
    """

    low: float
    high: float
    df_rule: str
    df: float | None


@dataclass(frozen=True, kw_only=True)
class PooledEstimate(Plain):
    """A pooled effect with everything that is needed to tell, check and draw it.

    Parameters
    ----------
    k
        Number of rows pooled.
    clusters
        Number of clusters among them; None when not clustered.
    model
        The model in words.
    method
        Estimator: one of `review.meta.tau2.METHODS`, or "equal weights".
    test
        "knha", "adhoc", "t", "z" or "CR2": what `coefficients` rest on.
    level
        Confidence level of all intervals, in percent.
    coefficients
        The estimates; the pooled effect has the term "intercept".
    tau2
        Between-row variance, in squared units of yi; None where the model has none.
    tau2_ci
        Its Q-profile limits; None where the model has none.
    se_tau2
        Its standard error; None where the model has none.
    I2
        Percent of the total variance that lies between rows, 0 … 100.
    I2_ci
        Limits that follow from tau2_ci.
    H2
        Total over sampling variance, ≥ 1.
    H2_ci
        Limits that follow from tau2_ci.
    Q
        Cochran's statistic.
    Q_df
        Its degrees of freedom.
    Q_p
        Its p-value.
    fit
        Log-likelihoods and information criteria; None without variances, or when nothing was pooled.
    prediction_interval
        None where it cannot be given (warnings say why).
    weights
        Percent, one per pooled row; they sum to 100.
    robust
        The coefficients with CR2 standard errors and Satterthwaite df; empty when not clustered.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        The rows left out, and why.
    rows
        Labels of the pooled rows, in the order of the input.
    yi
        Their effects.
    vi
        Their sampling variances; None on the no-variance route.
    """

    k: int
    clusters: int | None
    model: str
    method: str
    test: str
    level: float
    coefficients: tuple[Coefficient, ...]
    tau2: float | None = None
    tau2_ci: tuple[float, float] | None = None
    se_tau2: float | None = None
    I2: float | None = None
    I2_ci: tuple[float, float] | None = None
    H2: float | None = None
    H2_ci: tuple[float, float] | None = None
    Q: float | None = None
    Q_df: int | None = None
    Q_p: float | None = None
    fit: FitStatistics | None = None
    prediction_interval: PredictionInterval | None = None
    weights: tuple[float, ...]
    robust: tuple[Coefficient, ...]
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]
    rows: tuple[str | int, ...]
    yi: tuple[float, ...]
    vi: tuple[float, ...] | None

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per coefficient; `inference` says whether the model's or the CR2 standard error stands there."""
        robust = () if self.robust == self.coefficients else self.robust
        return coefficient_frame(self.test, self.coefficients, robust)

    def __str__(self) -> str:
        return wording.summary(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return wording.report(self)


def coefficient_frame(
    test: str, coefficients: tuple[Coefficient, ...], robust: tuple[Coefficient, ...] = ()
) -> "pd.DataFrame":
    """Return one line per coefficient; `inference` says whose standard error stands there.

    Parameters
    ----------
    test
        What the coefficients rest on.
    coefficients
        As the model's own test gives them.
    robust
        With CR2 standard errors, told below them.
    """
    import pandas as pd

    lines = [{"inference": test, **asdict(c)} for c in coefficients]
    lines += [{"inference": "CR2", **asdict(c)} for c in robust]
    return pd.DataFrame(lines).astype({"df": "float64"})
