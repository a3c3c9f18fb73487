"""Profile-likelihood limits of tau2, and best linear unbiased predictions of the rows' own effects."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from review.meta import remarks
from review.meta.design import Design, read_design
from review.meta.errors import InvalidInput
from review.meta.inference import critical_value
from review.meta.likelihood import profile_limits
from review.meta.plain import Told
from review.meta.regression_result import RegressionEstimate
from review.meta.result import PooledEstimate
from review.meta.rows import ExcludedRow
from review.meta.scaling import scale
from review.meta.wording import number

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Shrunken(Told):
    """Predictions of the true effects of the rows, each drawn towards what the model expects of it.

    Parameters
    ----------
    rows
        Labels of the rows.
    estimate
        Predictions, in units of yi.
    se
        Their standard errors.
    low
        Lower limits.
    high
        Upper limits.
    method
        Estimator of tau2.
    df
        Degrees of freedom of the limits; None for the normal distribution.
    test
        "knha", "adhoc", "t" or "z": what the fit, and so the limits, rest on.
    level
        Confidence level of the limits, in percent.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows that the fit had left out, and why.
    """

    rows: tuple[str | int, ...]
    estimate: tuple[float, ...]
    se: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    method: str
    df: float | None
    test: str
    level: float
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per row."""
        import pandas as pd

        names = ("rows", "estimate", "se", "low", "high")
        return pd.DataFrame({name: list(getattr(self, name)) for name in names}).rename(
            columns={"rows": "row"}
        )

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        numbers = zip(self.rows, self.estimate, self.se, self.low, self.high, strict=True)
        return [
            f"best linear unbiased predictions; {len(self.rows)} rows",
            f"estimator: {self.method}; {self.level:g}% limits: {self._limits()}",
            *(
                f"{row}: {number(y)} (SE {number(se)}, {number(a)} to {number(b)})"
                for row, y, se, a, b in numbers
            ),
            *remarks.lines(self.excluded_rows, self.warnings),
        ]

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        low, high = min(self.estimate), max(self.estimate)
        return (
            f"The true effects of {len(self.rows)} rows were predicted by shrinkage (τ² by {self.method}; limits from the "
            f"{self._limits()}); the predictions lie between {number(low)} and {number(high)}."
            f"{remarks.sentences(self.excluded_rows, self.warnings)}"
        )

    def _limits(self) -> str:
        return "normal distribution" if self.df is None else f"t distribution with {number(self.df)} df"


def profile_interval(result: PooledEstimate | RegressionEstimate) -> tuple[float, float]:
    """Return the profile-likelihood confidence limits of tau2, in squared units of yi.

    Parameters
    ----------
    result
        A fit by "REML" or "ML"; its level is used.

    Raises
    ------
    InvalidInput
        For another estimator, or when nothing was pooled: tau2 is then no maximum of a likelihood.

    References
    ----------
    Hardy and Thompson (1996), Statistics in Medicine 15, 619–629.
    """
    if result.method not in {"REML", "ML"} or result.tau2 is None or result.vi is None:
        raise InvalidInput(
            f"profile-likelihood limits need a fit of 2 or more rows by REML or ML, and this one is by {result.method}: "
            "use the Q-profile limits in tau2_ci"
        )
    design = _design(result)
    scaled = scale(
        np.array(result.yi),
        np.array(result.vi),
        result.rows,
        centred=design is None or design.constant is not None,
    )
    area = scaled.unit**2
    low, high = profile_limits(
        result.tau2 / area,
        scaled.y,
        scaled.v,
        result.level,
        None if design is None else design.basis,
        restricted=result.method == "REML",
    )
    return low * area, high * area


def shrunken_effects(result: PooledEstimate | RegressionEstimate) -> Shrunken:
    """Return the best linear unbiased prediction (BLUP) of each row's true effect.

    Parameters
    ----------
    result
        A fit with a tau2; its test and level are used.

    Raises
    ------
    InvalidInput
        When the fit has no tau2.

    Notes
    -----
    With λ = tau2 / (tau2 + vi) the prediction is λ yi + (1 − λ) xi'beta, with variance λ vi + (1 − λ)² xi'V xi.

    References
    ----------
    Raudenbush and Bryk (1985), Journal of Educational Statistics 10, 75–98; Robinson (1991), Statistical Science 6,
    15–32.
    """
    if result.tau2 is None or result.vi is None:
        raise InvalidInput(f"the model “{result.model}” has no τ², so that its rows cannot be shrunken")
    y, v = np.array(result.yi), np.array(result.vi)
    if isinstance(result, RegressionEstimate):
        x, covariance = np.array(result.design), np.array(result.covariance)
        expected, variance = np.array(result.fitted), np.einsum("ka,ab,kb->k", x, covariance, x)
    else:
        c = result.coefficients[0]
        expected, variance = np.full(y.size, c.estimate), np.full(y.size, c.se**2)
    df = result.coefficients[0].df
    share = result.tau2 / (result.tau2 + v)
    rest = v / (result.tau2 + v)
    estimate = share * y + rest * expected
    se = np.sqrt(share * v + rest * rest * variance)
    half = critical_value(result.level, df) * se
    return Shrunken(
        result.rows,
        tuple(estimate.tolist()),
        tuple(se.tolist()),
        tuple((estimate - half).tolist()),
        tuple((estimate + half).tolist()),
        result.method,
        df,
        result.test,
        result.level,
        result.warnings,
        result.excluded_rows,
    )


def _design(result: PooledEstimate | RegressionEstimate) -> Design | None:
    return (
        read_design(np.array(result.design), result.terms) if isinstance(result, RegressionEstimate) else None
    )
