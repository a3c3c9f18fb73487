"""Residuals: how far each row lies from the fit, by itself and as judged by the others."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from review.meta.heterogeneity import unexplained
from review.meta.plain import Plain
from review.meta.regression_result import RegressionEstimate
from review.meta.result import PooledEstimate
from review.meta.rows import ExcludedRow
from review.meta.sensitivity import words
from review.meta.sensitivity.deletion import delete_each
from review.meta.sensitivity.refits import clustered_warning, independent_rows

if TYPE_CHECKING:
    import pandas as pd

Vector = NDArray[np.float64]
OUTLYING = 1.959963984540054
"""A studentised residual beyond it is called outlying: 1 row in 20 is, when the model holds."""


@dataclass(frozen=True, kw_only=True)
class Residuals(Plain):
    """Residuals of each row, with their standard errors; NaN where they cannot be told (`warnings` says why).

    Parameters
    ----------
    kind
        "internally standardised" (the row belongs to the fit) or "externally studentised" (it does not).
    method
        Estimator of tau2.
    rows
        Labels of the rows.
    residual
        Effect minus fit, in units of yi.
    se
        Standard error of the residual, in units of yi.
    z
        Residual / se.
    pearson
        Effect minus fit of all rows, over √(vi + tau2).
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows that the analysis had left out, and why.
    """

    kind: str
    method: str
    rows: tuple[str | int, ...]
    residual: tuple[float, ...]
    se: tuple[float, ...]
    z: tuple[float, ...]
    pearson: tuple[float, ...]
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    @property
    def outlying(self) -> tuple[str | int, ...]:
        """Labels of the rows whose |z| exceeds 1.96."""
        return tuple(row for row, z in zip(self.rows, self.z, strict=True) if abs(z) > OUTLYING)

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per row."""
        import pandas as pd

        names = ("residual", "se", "z", "pearson")
        return pd.DataFrame({"row": self.rows, **{name: getattr(self, name) for name in names}})

    def __str__(self) -> str:
        return words.residual_lines(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return words.residual_report(self)


def rstandard(result: PooledEstimate | RegressionEstimate) -> Residuals:
    """Return internally standardised residuals: the row belongs to the fit.

    Parameters
    ----------
    result
        A pooled effect or a meta-regression.

    Raises
    ------
    InvalidInput
        Without variances, or with fewer than 2 rows.

    References
    ----------
    Viechtbauer and Cheung (2010), Research Synthesis Methods 1, 112–125.
    """
    residual, total = pearson_parts(result)
    root = 1 / np.sqrt(total)
    if isinstance(result, RegressionEstimate):
        x = np.array(result.design)
        h = np.linalg.qr((root / root.max())[:, None] * (x / np.abs(x).max(axis=0)))[0]
        free = unexplained(h)
    else:
        w = total.min() / total
        running = np.cumsum(w)
        behind = np.concatenate((np.cumsum(w[:0:-1])[::-1], [0.0]))
        free = (np.concatenate(([0.0], running[:-1])) + behind) / running[-1]
    return _told(result, "internally standardised", residual, np.sqrt(free * total), residual * root)


def rstudent(result: PooledEstimate | RegressionEstimate) -> Residuals:
    """Return externally studentised residuals: the row is held against a fit of the others.

    Parameters
    ----------
    result
        A pooled effect or a meta-regression.

    Raises
    ------
    InvalidInput
        With fewer than 2 rows, without variances, or when all effects are fitted exactly.

    References
    ----------
    Viechtbauer and Cheung (2010), Research Synthesis Methods 1, 112–125.
    """
    deleted = delete_each(result, "a studentised residual")
    residual, total = pearson_parts(result)
    return _told(
        result,
        "externally studentised",
        deleted.residual,
        deleted.residual_se,
        residual / np.sqrt(total),
        deleted.studentised,
        deleted.warnings,
    )


def pearson_parts(result: PooledEstimate | RegressionEstimate) -> tuple[Vector, Vector]:
    """Return effect minus fit, and vi + tau2, each of shape (k,).

    Parameters
    ----------
    result
        A pooled effect or a meta-regression.

    Raises
    ------
    InvalidInput
        Without variances, or with fewer than 2 rows.
    """
    if isinstance(result, RegressionEstimate):
        return np.array(result.yi) - np.array(result.fitted), np.array(result.vi) + result.tau2
    independent_rows(result, "a residual", 2)
    tau2 = 0.0 if result.tau2 is None else result.tau2
    return np.array(result.yi) - result.coefficients[0].estimate, np.array(result.vi) + tau2


def _told(
    result: PooledEstimate | RegressionEstimate,
    kind: str,
    residual: Vector,
    se: Vector,
    pearson: Vector,
    z: Vector | None = None,
    warnings: tuple[str, ...] | None = None,
) -> Residuals:
    if warnings is None:
        warnings = tuple(clustered_warning(result)) if isinstance(result, PooledEstimate) else ()
    bare = np.flatnonzero(~(se > 0) & np.isfinite(se)).tolist()
    if z is None:
        z = np.divide(residual, se, out=np.full(se.shape, np.nan), where=se > 0)
        if bare:
            names = ", ".join(str(result.rows[i]) for i in bare)
            warnings = (
                *warnings,
                f"row {names} is fitted exactly whatever its effect, so it has no residual to test",
            )
    return Residuals(
        kind=kind,
        method=result.method,
        rows=result.rows,
        residual=tuple(residual.tolist()),
        se=tuple(se.tolist()),
        z=tuple(z.tolist()),
        pearson=tuple(pearson.tolist()),
        warnings=warnings,
        excluded_rows=result.excluded_rows,
    )
