"""Regression and random intercepts where no effect has a variance: only the studies' differences tell precision."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta.design import Design, read_design
from review.meta.errors import InvalidInput
from review.meta.inference import check_level, coefficient
from review.meta.no_variance_prediction import new_study_interval, weighted_fit
from review.meta.no_variance_result import NoVarianceEstimate
from review.meta.random_intercept import intercept_variances
from review.meta.result import JointTest
from review.meta.robust import EXACTLY, RobustFit, cluster_robust
from review.meta.rows import Rows, read_rows
from review.meta.sandwich import wald_htz
from review.meta.scaling import scale_alone

Matrix = NDArray[np.float64]
Labels = Sequence[Hashable] | NDArray[np.generic]

EQUAL = {
    "row": "no variances: every row weighs the same (ordinary least squares)",
    "study": "no variances: every study weighs the same (weighted least squares)",
}
INTERCEPT = "no variances: random intercept of studies, yi = xi'beta + u_study + e"
EXACT = 1e-14  # of the largest effect: residuals below it are rounding


@dataclass(frozen=True, eq=False)
class _Given:
    rows: Rows
    studies: tuple[str | int, ...]
    cluster: NDArray[np.intp]
    x: Design
    y: Matrix
    unit: float
    shift: Matrix  # what the centre of the effects adds to each coefficient


def equal_weight_regression(
    yi: ArrayLike,
    cluster: Labels,
    design: ArrayLike | None = None,
    *,
    terms: Sequence[str] | None = None,
    level: float = 95.0,
    labels: Sequence[object] | None = None,
    by: Literal["row", "study"] = "row",
) -> NoVarianceEstimate:
    """Fit effects without variances on moderators, all rows or all studies weighing the same, with CR2 by study.

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    cluster
        The study of each row, shape (n,).
    design
        Design matrix with its column of ones where an intercept is wanted, shape (n, p); a row with a missing or
        infinite entry is left out. None for the mean alone.
    terms
        p names of its columns; None calls them intercept, x0, x1 …
    level
        Confidence level in percent.
    labels
        n labels that name the rows in messages; None numbers them from 1.
    by
        "row" gives every row the same weight, "study" every study.

    Raises
    ------
    InvalidInput
        For unknown options, shapes that disagree, a row without a study, collinear columns, or not more rows than
        columns.

    References
    ----------
    Bell and McCaffrey (2002), Survey Methodology 28, 169–181; Tipton (2015), Psychological Methods 20, 375–393.
    """
    if by not in EQUAL:
        raise InvalidInput(f"by = {by!r} is unknown: choose one of {', '.join(EQUAL)}")
    level = check_level(level)
    g = _read(yi, cluster, design, terms, labels)
    variances = np.ones(g.y.size) if by == "row" else np.bincount(g.cluster)[g.cluster].astype(np.float64)
    fit = cluster_robust(g.x.matrix, g.y, variances, g.cluster, terms=g.x.terms, level=level)
    return _told(g, fit, 1 / variances, level, model=EQUAL[by], method="equal weights", weighting=by)


def random_intercept(
    yi: ArrayLike,
    cluster: Labels,
    design: ArrayLike | None = None,
    *,
    terms: Sequence[str] | None = None,
    level: float = 95.0,
    labels: Sequence[object] | None = None,
) -> NoVarianceEstimate:
    """Fit yi = xi'beta + u_study + e by REML, both variances estimated, with CR2 standard errors by study.

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    cluster
        The study of each row, shape (n,).
    design
        Design matrix with its column of ones where an intercept is wanted, shape (n, p); None for the mean alone.
    terms
        p names of its columns; None calls them intercept, x0, x1 …
    level
        Confidence level in percent.
    labels
        n labels that name the rows in messages; None numbers them from 1.

    Raises
    ------
    InvalidInput
        As `equal_weight_regression`; and when one study, or one row per study, or rows that agree exactly in each
        study leave a variance unknown.

    Notes
    -----
    A study with many rows weighs more than one with a single row, but the less so the more its rows agree. Without
    sampling variances the variance within studies holds the error of measurement too, and the one between
    studies what of it a study's rows share: the prediction interval is for the mean that a new study would report.

    References
    ----------
    Harville (1977), Journal of the American Statistical Association 72, 320–338; Pustejovsky and Tipton (2018), Journal of
    Business & Economic Statistics 36, 672–683; Riley, Higgins and Deeks (2011), BMJ 342, d549.
    """
    level = check_level(level)
    g = _read(yi, cluster, design, terms, labels)
    found = intercept_variances(g.x.basis, g.y, g.cluster)
    fit, bread, weights = weighted_fit(
        g.x.matrix, g.y, g.cluster, found.between, found.within, g.x.terms, level
    )
    u2 = g.unit * g.unit
    sigma2 = (found.between * u2, found.within * u2)
    determinant = float(np.linalg.slogdet(g.x.back)[1])
    result = _told(
        g,
        fit,
        weights,
        level,
        model=INTERCEPT,
        method="REML",
        model_se=tuple((g.unit * np.sqrt(np.diag(bread))).tolist()),
        sigma2=sigma2,
        icc=found.between / (found.between + found.within),
        log_likelihood=found.log_likelihood
        + determinant
        - (g.y.size - g.x.matrix.shape[1]) * math.log(g.unit),
    )
    if g.x.matrix.shape[1] > 1 or g.x.intercept is None:
        return result
    interval = new_study_interval(result.coefficients[0], sigma2[0], fit.clusters, level)
    if interval is None:
        text = "no prediction interval: its rule studies − 2 leaves no degrees of freedom, or there is no standard error"
        return replace(result, warnings=(*result.warnings, text))
    return replace(result, prediction_interval=interval)


def _read(
    yi: ArrayLike,
    cluster: Labels,
    design: ArrayLike | None,
    terms: Sequence[str] | None,
    labels: Sequence[object] | None,
) -> _Given:
    if design is None:
        if terms is not None:
            raise InvalidInput("terms name the columns of a design, but none is given")
        design = np.ones((np.asarray(yi, dtype=object).size, 1))
    rows = read_rows(yi, None, labels=labels, cluster=cluster, design=design, terms=terms)
    assert rows.cluster is not None and rows.design is not None  # noqa: S101, PT018 - both given; for the type checker
    k, p = rows.design.shape
    if k <= p:
        raise InvalidInput(
            f"{k} row{'s' * (k != 1)} for {p} coefficient{'s' * (p != 1)} leave no scatter to estimate errors from: use "
            "fewer terms or more rows"
        )
    x = read_design(rows.design, rows.terms)
    y, centre, unit = scale_alone(rows.yi, centred=x.constant is not None)
    shift = np.zeros(x.matrix.shape[1]) if x.constant is None else centre * x.constant
    names = tuple(s if isinstance(s, int) and not isinstance(s, bool) else str(s) for s in cluster)
    return _Given(rows, tuple(names[i] for i in rows.kept), rows.cluster, x, y, unit, shift)


def _told(
    g: _Given,
    fit: RobustFit,
    weights: Matrix,
    level: float,
    **more: Any,  # noqa: ANN401 - fields of the result
) -> NoVarianceEstimate:
    warnings = [told for told in fit.warnings if told != EXACTLY]
    solved = np.array([c.estimate for c in fit.coefficients])
    left = float(np.abs(g.y - g.x.matrix @ solved).max())
    fits_exactly = left <= EXACT or EXACTLY in fit.warnings
    if fits_exactly:
        warnings.append(
            "all effects are fitted exactly, so the standard errors are 0: they say nothing about a new study"
        )
    scale = 0.0 if fits_exactly else g.unit
    with np.errstate(over="ignore", under="ignore"):
        covariance = scale * (scale * fit.covariance)
    coefficients = tuple(
        coefficient(c.term, g.unit * c.estimate + float(a), scale * c.se, c.df, level)
        for c, a in zip(fit.coefficients, g.shift, strict=True)
    )
    return NoVarianceEstimate(
        k=g.y.size,
        p=g.x.matrix.shape[1],
        clusters=fit.clusters,
        level=level,
        coefficients=coefficients,
        covariance=tuple(tuple(line) for line in covariance.tolist()),
        moderators=None if fits_exactly else _moderators(g, fit),
        weights=tuple((100 * weights / weights.sum()).tolist()),
        warnings=tuple(warnings),
        excluded_rows=g.rows.excluded,
        rows=g.rows.labels,
        studies=g.studies,
        yi=tuple(g.rows.yi.tolist()),
        terms=g.x.terms,
        design=tuple(tuple(line) for line in g.x.matrix.tolist()),
        **more,
    )


def _moderators(g: _Given, fit: RobustFit) -> JointTest | None:
    tested = [term for j, term in enumerate(g.x.terms) if j != g.x.intercept]
    return wald_htz(fit, tested) if tested else None
