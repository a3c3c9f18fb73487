"""Influence of each study on a fit of dependent effects: what changes when all its rows are left out."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtr

from review.meta.errors import InvalidInput
from review.meta.multilevel import sensitivity_words as words
from review.meta.multilevel.study_models import Fitted, Leverage, leverage, refit_rows, studies_of
from review.meta.multilevel.study_refits import Told, levels_of
from review.meta.rows import ExcludedRow

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
NEARLY_SINGULAR = 1e-12


@dataclass(frozen=True, kw_only=True)
class StudyInfluence(Told):
    """Influence of each study; NaN where it cannot be told (`warnings` says why).

    Parameters
    ----------
    model
        The model in words.
    method
        Estimator of the variance components.
    covariance
        Of the coefficients: "model", or "CR2" with equal weights, which have no other.
    studies
        Labels of the studies.
    terms
        Names of the coefficients.
    sigma2_levels
        What the variance components lie between; empty with equal weights.
    rows
        Number of rows of each study.
    cook_d
        Cook's distance: squared distance that the coefficients move, in units of their covariance (not divided by p).
    dfbetas
        Change of each coefficient in units of its standard error, p per study.
    dffits
        Change of the study's mean fitted value in units of its standard error.
    cov_r
        Determinant of the coefficients' covariance without the study over that with it; below 1 the study costs
        precision.
    sigma2_change
        Variance components of all studies minus those without the study, in squared units of yi; none per study with
        equal weights.
    hat
        Sum of the hat values of the study's rows; they sum to the number of coefficients.
    is_infl
        Whether a measure crosses its cut-off.
    cutoffs
        The cut-offs, by measure.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows that the analysis had left out, and why.
    """

    model: str
    method: str
    covariance: str
    studies: tuple[Hashable, ...]
    terms: tuple[str, ...]
    sigma2_levels: tuple[str, ...]
    rows: tuple[int, ...]
    cook_d: tuple[float, ...]
    dfbetas: tuple[tuple[float, ...], ...]
    dffits: tuple[float, ...]
    cov_r: tuple[float, ...]
    sigma2_change: tuple[tuple[float, ...], ...]
    hat: tuple[float, ...]
    is_infl: tuple[bool, ...]
    cutoffs: dict[str, float]
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    @property
    def influential(self) -> tuple[Hashable, ...]:
        """Labels of the studies that cross a cut-off."""
        return tuple(name for name, flagged in zip(self.studies, self.is_infl, strict=True) if flagged)

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per study."""
        import pandas as pd

        columns: dict[str, Any] = {"study": self.studies, "rows": self.rows}
        columns |= {name: getattr(self, name) for name in ("cook_d", "dffits", "cov_r", "hat")}
        columns |= {f"dfbetas_{t}": [x[j] for x in self.dfbetas] for j, t in enumerate(self.terms)}
        columns |= {
            f"sigma2_{s}_change": [x[j] for x in self.sigma2_change] for j, s in enumerate(self.sigma2_levels)
        }
        return pd.DataFrame({**columns, "is_infl": self.is_infl})

    def __str__(self) -> str:
        return words.influence_lines(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return words.influence_report(self)


def influence_by_study(fit: Fitted) -> StudyInfluence:
    """Measure what each study does to the fit by leaving out all its rows.

    Parameters
    ----------
    fit
        What `fit_multilevel`, `random_intercept` or `equal_weight_regression` gave.

    Raises
    ------
    InvalidInput
        With fewer than 2 studies, or for another kind of result.

    Notes
    -----
    Cook's distance rests on the covariance of the coefficients of all studies; DFBETAS and DFFITS on that which all
    rows would have with the variance components of the rest (metafor's conventions for rma.mv). A study is called
    influential when Cook's distance lies beyond the median of χ²(p), when its hat value exceeds 3 p / m in m studies,
    or when a |DFBETAS| exceeds 1: conventions that point at studies to look at, not tests.

    References
    ----------
    Viechtbauer and Cheung (2010), Research Synthesis Methods 1, 112–125.
    """
    names, numbers = studies_of(fit)
    m, p = len(names), fit.p
    if m < 2:
        raise InvalidInput("only one study was fitted: its influence shows only beside others")
    pull = leverage(fit)
    beta = np.array([c.estimate for c in fit.coefficients])
    design = np.array(fit.design)
    whole = _Scale(pull.covariance_at(fit.sigma2 or ()))
    lines, stuck = [], []
    for i, name in enumerate(names):
        try:
            rest = refit_rows(fit, numbers != i, robust=False)
        except InvalidInput as error:
            stuck.append(f"without {name} nothing can be fitted: {error}")
            lines.append(_unknown(fit))
            continue
        lines.append(_measured(fit, rest, beta, whole, pull, design[numbers == i].mean(axis=0)))
    if not whole.invertible:
        stuck.append(
            "the covariance of the coefficients has no inverse (an exact fit, or fewer studies than coefficients), so that "
            "changes have no error to be measured in"
        )
    cook, dffits, ratio = (np.array([line[j] for line in lines], dtype=np.float64) for j in range(3))
    dfbetas = np.array([line[3] for line in lines], dtype=np.float64).reshape(m, p)
    cutoffs = {"cook_d_tail": 0.5, "hat": 3 * p / m, "dfbetas": 1.0}
    with np.errstate(invalid="ignore"):
        flagged = (
            (chdtr(p, cook) > cutoffs["cook_d_tail"])
            | (pull.hat > cutoffs["hat"])
            | (np.abs(dfbetas) > cutoffs["dfbetas"]).any(axis=1)
        )
    return StudyInfluence(
        model=fit.model,
        method=fit.method,
        covariance=pull.kind,
        studies=names,
        terms=tuple(c.term for c in fit.coefficients),
        sigma2_levels=levels_of(fit),
        rows=tuple(np.bincount(numbers).tolist()),
        cook_d=tuple(cook.tolist()),
        dfbetas=tuple(tuple(line) for line in dfbetas.tolist()),
        dffits=tuple(dffits.tolist()),
        cov_r=tuple(ratio.tolist()),
        sigma2_change=tuple(line[4] for line in lines),
        hat=tuple(pull.hat.tolist()),
        is_infl=tuple(flagged.tolist()),
        cutoffs=cutoffs,
        warnings=tuple(stuck),
        excluded_rows=fit.excluded_rows,
    )


_Line = tuple[float, float, float, list[float], tuple[float, ...]]


class _Scale:
    """A covariance matrix as standard errors and a correlation matrix, so that units do not matter."""

    def __init__(self, covariance: Array) -> None:
        self.spread = np.sqrt(np.diag(covariance))
        self.invertible = bool(np.isfinite(covariance).all() and (self.spread > 0).all())
        if self.invertible:
            self.correlation = covariance / self.spread / self.spread[:, None]
            self.invertible = float(np.linalg.eigvalsh(self.correlation)[0]) > NEARLY_SINGULAR

    def distance(self, change: Array) -> float:
        if not self.invertible:
            return float("nan")
        z = change / self.spread
        return float(z @ np.linalg.solve(self.correlation, z))

    def in_errors(self, change: Array) -> Array:
        known = self.spread > 0
        counted: Array = np.divide(change, self.spread, out=np.full(change.shape, np.nan), where=known)
        return counted

    def log_determinant(self) -> float:
        if not self.invertible:
            return float("nan")
        return 2 * float(np.log(self.spread).sum()) + float(np.linalg.slogdet(self.correlation)[1])


def _measured(
    fit: Fitted, rest: Fitted, beta: Array, whole: _Scale, pull: Leverage, mean_row: Array
) -> _Line:
    change = beta - np.array([c.estimate for c in rest.coefficients])
    covariance = pull.covariance_at(rest.sigma2 or ())
    with np.errstate(invalid="ignore"):
        spread = float(np.sqrt(max(float(mean_row @ covariance @ mean_row), 0.0)))
    others = _Scale(_covariance(rest))
    ratio = float(np.exp(others.log_determinant() - whole.log_determinant()))
    sigma2 = tuple(a - b for a, b in zip(fit.sigma2 or (), rest.sigma2 or (), strict=True))
    return (
        whole.distance(change),
        float(mean_row @ change) / spread if spread > 0 else float("nan"),
        ratio,
        _Scale(covariance).in_errors(change).tolist(),
        sigma2,
    )


def _covariance(fit: Fitted) -> Array:
    return leverage(fit).covariance_at(fit.sigma2 or ())


def _unknown(fit: Fitted) -> _Line:
    nan = float("nan")
    return nan, nan, nan, [nan] * fit.p, (nan,) * len(fit.sigma2 or ())
