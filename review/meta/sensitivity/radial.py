"""The radial (Galbraith) plot's data: effects over their standard errors against precision."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from review.meta.inference import critical_value
from review.meta.plain import Plain
from review.meta.result import PooledEstimate
from review.meta.rows import ExcludedRow
from review.meta.sensitivity import words
from review.meta.sensitivity.refits import clustered_warning, independent_rows

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Radial(Plain):
    """Each row as a point, and the line of the pooled effect through the origin.

    Parameters
    ----------
    method
        Estimator of tau2.
    level
        Confidence level in percent, of `band` and the limits.
    rows
        Labels of the rows.
    precision
        1 / √(vi + tau2), in units of 1 / yi: the horizontal axis.
    standardised
        yi / √(vi + tau2): the vertical axis.
    slope
        The pooled effect: the slope of the line.
    slope_low
        Its lower confidence limit.
    slope_high
        Its upper confidence limit.
    band
        Half the height of the band about the line within which `level` percent of the points should lie.
    outside
        Labels of the rows beyond the band.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows that the analysis had left out, and why.
    """

    method: str
    level: float
    rows: tuple[str | int, ...]
    precision: tuple[float, ...]
    standardised: tuple[float, ...]
    slope: float
    slope_low: float
    slope_high: float
    band: float
    outside: tuple[str | int, ...]
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per row."""
        import pandas as pd

        return pd.DataFrame(
            {"row": self.rows, "precision": self.precision, "standardised": self.standardised}
        )

    def __str__(self) -> str:
        return words.radial_lines(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return words.radial_report(self)


def radial(result: PooledEstimate) -> Radial:
    """Return the points of a radial plot.

    Parameters
    ----------
    result
        A random-effects or equal-effects analysis; tau2 is part of a row's standard error.

    Raises
    ------
    InvalidInput
        Without variances.

    References
    ----------
    Galbraith (1988), Technometrics 30, 271–281.
    """
    independent_rows(result, "a radial plot")
    total = np.sqrt(np.array(result.vi) + (0.0 if result.tau2 is None else result.tau2))
    y = np.array(result.yi)
    c = result.coefficients[0]
    band = critical_value(result.level, None)
    beyond = np.abs((y - c.estimate) / total) > band
    warnings = clustered_warning(result)
    if c.se == 0 or math.isnan(c.se):
        warnings.append("the pooled effect has no standard error to draw limits from")
    return Radial(
        method=result.method,
        level=result.level,
        rows=result.rows,
        precision=tuple((1 / total).tolist()),
        standardised=tuple((y / total).tolist()),
        slope=c.estimate,
        slope_low=c.ci_low,
        slope_high=c.ci_high,
        band=band,
        outside=tuple(row for row, out in zip(result.rows, beyond.tolist(), strict=True) if out),
        warnings=tuple(warnings),
        excluded_rows=result.excluded_rows,
    )
