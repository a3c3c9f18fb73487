"""What one row does to a meta-regression: everything is fitted anew without it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from review.meta import remarks
from review.meta.errors import InvalidInput
from review.meta.heterogeneity import whitened
from review.meta.plain import Told
from review.meta.regression import meta_regression
from review.meta.regression_result import RegressionEstimate
from review.meta.regression_words import TESTS
from review.meta.rows import ExcludedRow
from review.meta.tau2 import NAMES, Method
from review.meta.univariate import Test
from review.meta.wording import number

if TYPE_CHECKING:
    import pandas as pd

Matrix = NDArray[np.float64]

COLUMNS = {
    "rstudent": "studentised residual",
    "cooks_distance": "Cook's distance",
    "dffits": "DFFITS",
    "covariance_ratio": "covariance ratio",
    "tau2": "τ² without it",
    "q": "QE without it",
}


@dataclass(frozen=True, kw_only=True)
class CaseDeletion(Told):
    """Influence of each row; None where it cannot be told (`warnings` says why).

    Parameters
    ----------
    rows
        Labels of the rows.
    cooks_distance
        Squared distance that the coefficients move, in units of their covariance (not divided by p).
    dfbetas
        Change of each coefficient in units of its standard error, p per row.
    rstudent
        Externally studentised residuals.
    tau2
        tau2 without the row.
    dffits
        Change of the row's own fitted value in units of its standard error.
    covariance_ratio
        Determinant of the coefficients' covariance matrix without the row over that with it.
    q
        Residual heterogeneity statistic without the row.
    deleted_residuals
        Effect minus what the others predict for it, in units of yi.
    deleted_residual_se
        Its standard error.
    uncertainty
        Variance of what the others predict for the row, in squared units of yi.
    terms
        Names of the coefficients.
    model
        The model in words.
    method
        Estimator of tau2, anew without each row.
    test
        "knha", "adhoc", "t" or "z": what the standard errors rest on.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows that the model had left out, and why.
    """

    rows: tuple[str | int, ...]
    cooks_distance: tuple[float | None, ...]
    dfbetas: tuple[tuple[float, ...] | None, ...]
    rstudent: tuple[float | None, ...]
    tau2: tuple[float | None, ...]
    dffits: tuple[float | None, ...]
    covariance_ratio: tuple[float | None, ...]
    q: tuple[float | None, ...]
    deleted_residuals: tuple[float | None, ...]
    deleted_residual_se: tuple[float | None, ...]
    uncertainty: tuple[float | None, ...]
    terms: tuple[str, ...]
    model: str
    method: str
    test: str
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per row; the change of each coefficient stands in a column dfbetas_<term>."""
        import pandas as pd

        names = (*COLUMNS, "deleted_residuals", "deleted_residual_se", "uncertainty")
        columns: dict[str, Any] = {name: getattr(self, name) for name in names}
        for j, term in enumerate(self.terms):
            columns[f"dfbetas_{term}"] = [None if change is None else change[j] for change in self.dfbetas]
        return pd.DataFrame(
            {"row": self.rows, **{n: np.array(x, dtype=np.float64) for n, x in columns.items()}}
        )

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return [
            f"case deletion; {self.model}; {len(self.rows)} rows, each left out once",
            f"estimator: {self.method}, anew without each row; inference: {TESTS[self.test]}",
            *(self._line(i) for i in range(len(self.rows))),
            *remarks.lines(self.excluded_rows, self.warnings),
        ]

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        text = (
            f"Each of the {len(self.rows)} rows was left out once and the model fitted anew (Viechtbauer and Cheung 2010; "
            f"model: {self.model}; estimator of τ²: {NAMES[self.method]}; {TESTS[self.test]})."
        )
        for name in ("cooks_distance", "rstudent"):
            size = {i: abs(x) for i, x in enumerate(getattr(self, name)) if x is not None}
            if size:
                far = max(size, key=lambda i: size[i])
                found = getattr(self, name)[far]
                text += f" The {COLUMNS[name]} furthest from 0 was {number(found)} (row {self.rows[far]})."
        if left := [x for x in self.tau2 if x is not None]:
            text += f" Without a row τ² lay between {number(min(left))} and {number(max(left))}, in squared units of the effects."
        return text + remarks.sentences(self.excluded_rows, self.warnings)

    def _line(self, i: int) -> str:
        told = [f"{words} {number(getattr(self, name)[i])}" for name, words in COLUMNS.items()]
        change = self.dfbetas[i] or (None,) * len(self.terms)
        told += [f"DFBETAS {term} {number(x)}" for term, x in zip(self.terms, change, strict=True)]
        return f"{self.rows[i]}: {', '.join(told)}"


def case_deletion(result: RegressionEstimate) -> CaseDeletion:
    """Leave each row out once, tau2 estimated anew.

    Parameters
    ----------
    result
        A meta-regression.

    Raises
    ------
    InvalidInput
        When the moderators fit all effects exactly.

    Notes
    -----
    Differences of coefficients are divided by the standard errors that all rows would have with the tau2 of the rest,
    and with the Knapp–Hartung factor of the rest where the test has one.

    References
    ----------
    Viechtbauer and Cheung (2010), Research Synthesis Methods 1, 112–125.
    """
    x, y, v = np.array(result.design), np.array(result.yi), np.array(result.vi)
    beta = np.array([c.estimate for c in result.coefficients])
    if not all(c.se > 0 for c in result.coefficients):
        raise InvalidInput("all effects are fitted exactly, so that no row can be weighed against the others")
    factor = _factor(result)
    cook: list[float | None] = []
    changes: list[tuple[float, ...] | None] = []
    residuals: list[float | None] = []
    left: list[float | None] = []
    fits: list[float | None] = []
    ratios: list[float | None] = []
    q: list[float | None] = []
    deleted: list[float | None] = []
    errors: list[float | None] = []
    uncertainty: list[float | None] = []
    stuck: list[str] = []
    exact: list[str] = []
    columns: tuple[list[Any], ...] = (
        *(cook, changes, residuals, left, fits),
        *(ratios, q, deleted, errors, uncertainty),
    )
    for i in range(result.k):
        keep = np.arange(result.k) != i
        try:
            rest = meta_regression(
                y[keep],
                v[keep],
                x[keep],
                terms=result.terms,
                method=cast("Method", result.method),
                test=cast("Test", result.test),
                level=result.level,
            )
        except InvalidInput:
            stuck.append(str(result.rows[i]))
            for column in columns:
                column.append(None)
            continue
        other = np.array([c.estimate for c in rest.coefficients])
        moved = beta - other
        expected = x[i] @ other
        uncertain = float(x[i] @ np.array(rest.covariance) @ x[i])
        cook.append(float(((x @ moved) ** 2 / (v + result.tau2)).sum()) / factor)
        scatter = _factor(rest)
        error = float(np.sqrt(scatter * (v[i] + rest.tau2) + uncertain))
        if all(c.se > 0 for c in rest.coefficients):
            changes.append(tuple((moved / _spread(x, v + rest.tau2, rest)).tolist()))
            spread = float(np.sqrt(scatter * result.hat[i] * (v[i] + rest.tau2)))
            fits.append(float(x[i] @ moved) / spread if spread > 0 else 0.0)
            ratios.append(_determinants(rest.covariance, result.covariance))
            residuals.append(float(y[i] - expected) / error)
        else:
            for column in (changes, fits, ratios, residuals):
                column.append(None)
            exact.append(str(result.rows[i]))
        left.append(rest.tau2)
        q.append(rest.Q)
        deleted.append(float(y[i] - expected))
        errors.append(error)
        uncertainty.append(uncertain)
    told = (
        (stuck, "the model cannot be fitted: that row alone decides a coefficient, or too few are left"),
        (exact, "the others are fitted exactly, and a change of coefficients has no error to be measured in"),
    )
    warnings = tuple(f"without row {', '.join(names)} {what}" for names, what in told if names)
    return CaseDeletion(
        rows=result.rows,
        cooks_distance=tuple(cook),
        dfbetas=tuple(changes),
        rstudent=tuple(residuals),
        tau2=tuple(left),
        dffits=tuple(fits),
        covariance_ratio=tuple(ratios),
        q=tuple(q),
        deleted_residuals=tuple(deleted),
        deleted_residual_se=tuple(errors),
        uncertainty=tuple(uncertainty),
        terms=result.terms,
        model=result.model,
        method=result.method,
        test=result.test,
        warnings=warnings,
        excluded_rows=result.excluded_rows,
    )


def _determinants(above: tuple[tuple[float, ...], ...], below: tuple[tuple[float, ...], ...]) -> float:
    """Return the ratio of two determinants, which alone could leave the range of a double."""
    size = np.sqrt(np.diag(np.array(below)))
    first, second = (np.linalg.slogdet(np.array(m) / size / size[:, None])[1] for m in (above, below))
    return float(np.exp(first - second))


def _spread(x: Matrix, total: Matrix, rest: RegressionEstimate) -> Matrix:
    """Return the standard errors of all rows' coefficients with the tau2 and the Knapp–Hartung factor of the rest."""
    size = np.abs(x).max(axis=0)
    triangle = whitened(1 / total, total, x / size)[2]
    inverse = np.linalg.inv(triangle)
    usual = np.sqrt((inverse * inverse).sum(axis=1)) / size
    spread: Matrix = usual * np.sqrt(_factor(rest))
    return spread


def _factor(rest: RegressionEstimate) -> float:
    if rest.test not in {"knha", "adhoc"}:
        return 1.0
    y, v, fitted = np.array(rest.yi), np.array(rest.vi), np.array(rest.fitted)
    ratio = float(((y - fitted) ** 2 / (v + rest.tau2)).sum()) / rest.Q_df
    return max(1.0, ratio) if rest.test == "adhoc" else ratio
