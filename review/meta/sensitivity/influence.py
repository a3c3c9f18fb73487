"""Influence of each row: what changes when it is left out, and whether that is much."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import chdtr

from review.meta.plain import Plain
from review.meta.regression_result import RegressionEstimate
from review.meta.result import PooledEstimate
from review.meta.rows import ExcludedRow
from review.meta.sensitivity import words
from review.meta.sensitivity.deletion import delete_each

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Influence(Plain):
    """Influence of each row; NaN where it cannot be told (`warnings` says why).

    Parameters
    ----------
    rows
        Labels of the rows.
    terms
        Names of the coefficients.
    method
        Estimator of tau2.
    test
        What standard errors rest on.
    rstudent
        Externally studentised residuals.
    dffits
        Change of the row's fitted value, in units of its standard error.
    cook_d
        Cook's distance: squared distance that the coefficients move, in units of their covariance (not divided by p).
    cov_r
        Determinant of the coefficients' covariance without the row over that with it; below 1 the row costs precision.
    tau2_del
        tau2 without the row, in squared units of yi.
    QE_del
        (Residual) heterogeneity statistic without the row.
    hat
        Leverage; they sum to the number of coefficients.
    weight
        Percent.
    dfbs
        DFBETAS: change of each coefficient in units of its standard error, p per row.
    is_infl
        Whether a measure crosses its cut-off.
    cutoffs
        The cut-offs, by measure.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows that the analysis had left out, and why.
    """

    rows: tuple[str | int, ...]
    terms: tuple[str, ...]
    method: str
    test: str
    rstudent: tuple[float, ...]
    dffits: tuple[float, ...]
    cook_d: tuple[float, ...]
    cov_r: tuple[float, ...]
    tau2_del: tuple[float, ...]
    QE_del: tuple[float, ...]
    hat: tuple[float, ...]
    weight: tuple[float, ...]
    dfbs: tuple[tuple[float, ...], ...]
    is_infl: tuple[bool, ...]
    cutoffs: dict[str, float]
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    @property
    def influential(self) -> tuple[str | int, ...]:
        """Labels of the rows that cross a cut-off."""
        return tuple(row for row, flagged in zip(self.rows, self.is_infl, strict=True) if flagged)

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per row."""
        import pandas as pd

        names = ("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "QE_del", "hat", "weight")
        columns: dict[str, Any] = {"row": self.rows, **{name: getattr(self, name) for name in names}}
        columns |= {f"dfbs_{term}": [row[j] for row in self.dfbs] for j, term in enumerate(self.terms)}
        return pd.DataFrame({**columns, "is_infl": self.is_infl})

    def __str__(self) -> str:
        return words.influence_lines(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return words.influence_report(self)


def influence(result: PooledEstimate | RegressionEstimate) -> Influence:
    """Measure what each row does to the fit by leaving it out.

    Parameters
    ----------
    result
        A pooled effect or a meta-regression.

    Raises
    ------
    InvalidInput
        With fewer than 2 rows, without variances, or when all effects are fitted exactly.

    Notes
    -----
    A row is called influential when |DFFITS| > 3 √(p / (k − p)), when Cook's distance lies beyond the median of χ²(p),
    when its hat value exceeds 3 p / k, or when a |DFBETAS| exceeds 1. These are conventions that point at rows to look
    at, not tests.

    References
    ----------
    Viechtbauer and Cheung (2010), Research Synthesis Methods 1, 112–125.
    """
    told = delete_each(result, "influence")
    k = result.k
    terms = tuple(c.term for c in result.coefficients)
    p = len(terms)
    cutoffs = {"dffits": 3 * (p / (k - p)) ** 0.5, "cook_d_tail": 0.5, "hat": 3 * p / k, "dfbs": 1.0}
    with np.errstate(invalid="ignore"):
        flagged = (
            (np.abs(told.dffits) > cutoffs["dffits"])
            | (chdtr(p, told.cooks_distance) > cutoffs["cook_d_tail"])
            | (told.hat > cutoffs["hat"])
            | (np.abs(told.dfbetas) > cutoffs["dfbs"]).any(axis=1)
        )
    return Influence(
        rows=result.rows,
        terms=terms,
        method=result.method,
        test=result.test,
        rstudent=tuple(told.studentised.tolist()),
        dffits=tuple(told.dffits.tolist()),
        cook_d=tuple(told.cooks_distance.tolist()),
        cov_r=tuple(told.covariance_ratio.tolist()),
        tau2_del=tuple(told.tau2.tolist()),
        QE_del=tuple(told.q.tolist()),
        hat=tuple(told.hat.tolist()),
        weight=result.weights,
        dfbs=tuple(tuple(row) for row in told.dfbetas.tolist()),
        is_infl=tuple(flagged.tolist()),
        cutoffs=cutoffs,
        warnings=told.warnings,
        excluded_rows=result.excluded_rows,
    )
