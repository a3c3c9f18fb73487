"""The Baujat plot's data: what each row adds to heterogeneity, and what it does to the estimate."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from review.meta.plain import Plain
from review.meta.regression_result import RegressionEstimate
from review.meta.result import PooledEstimate
from review.meta.rows import ExcludedRow
from review.meta.sensitivity import words
from review.meta.sensitivity.deletion import delete_each
from review.meta.sensitivity.residuals import pearson_parts

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Baujat(Plain):
    """Each row as a point; NaN where it cannot be told (`warnings` says why).

    Parameters
    ----------
    method
        Estimator of tau2; for "FE" the contributions sum to Q.
    rows
        Labels of the rows.
    contribution
        Squared Pearson residual, (yi − fit)² / (vi + tau2): the horizontal axis.
    influence
        Squared change of the row's fitted value when it is left out, over the variance of the fit of the others: the
        vertical axis.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows that the analysis had left out, and why.
    """

    method: str
    rows: tuple[str | int, ...]
    contribution: tuple[float, ...]
    influence: tuple[float, ...]
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per row."""
        import pandas as pd

        return pd.DataFrame(
            {"row": self.rows, "contribution": self.contribution, "influence": self.influence}
        )

    def __str__(self) -> str:
        return words.baujat_lines(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return words.baujat_report(self)


def baujat(result: PooledEstimate | RegressionEstimate) -> Baujat:
    """Return the points of a Baujat plot.

    Parameters
    ----------
    result
        A pooled effect (the original plot takes the equal-effects model, method "FE") or a meta-regression.

    Raises
    ------
    InvalidInput
        With fewer than 2 rows, without variances, or when all effects are fitted exactly.

    References
    ----------
    Baujat et al. (2002), Statistics in Medicine 21, 2641–2652.
    """
    deleted = delete_each(result, "a Baujat plot")
    residual, total = pearson_parts(result)
    moved = deleted.shift / np.sqrt(np.where(deleted.uncertainty > 0, deleted.uncertainty, np.nan))
    scaled = residual / np.sqrt(total)
    return Baujat(
        method=result.method,
        rows=result.rows,
        contribution=tuple((scaled * scaled).tolist()),
        influence=tuple((moved * moved).tolist()),
        warnings=deleted.warnings,
        excluded_rows=result.excluded_rows,
    )
