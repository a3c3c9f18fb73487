"""Meta-regression: effects explained by moderators, with what is left between rows in tau2."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta import heterogeneity
from review.meta.design import Design, check_span, read_design
from review.meta.errors import InvalidInput
from review.meta.inference import check_level, coefficient, joint_test
from review.meta.likelihood import fit_statistics
from review.meta.regression_result import RegressionEstimate
from review.meta.result import Coefficient
from review.meta.robust import cluster_robust
from review.meta.rows import Rows, read_rows
from review.meta.scaling import Scaled, scale
from review.meta.tau2 import METHODS, Method, estimate_tau2
from review.meta.univariate import TESTS, Test

Matrix = NDArray[np.float64]

MODELS = {
    True: "mixed-effects meta-regression, yi ~ N(xi'beta, vi + tau2)",
    False: "meta-regression without residual heterogeneity, yi ~ N(xi'beta, vi)",
}


@dataclass(frozen=True, eq=False)
class _Fit:
    """Weighted least squares at one tau2, in units of the scaled effects and of X."""

    estimates: Matrix
    half: Matrix  # covariance = half half'
    residuals: Matrix
    hat: Matrix
    scatter: float


def meta_regression(
    yi: ArrayLike,
    vi: ArrayLike,
    design: ArrayLike,
    *,
    terms: Sequence[str] | None = None,
    method: Method = "REML",
    test: Test = "knha",
    level: float = 95.0,
    labels: Sequence[object] | None = None,
    cluster: Sequence[Hashable] | NDArray[np.generic] | None = None,
) -> RegressionEstimate:
    """Fit effects on moderators under yi ~ N(xi'beta, vi + tau2).

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    vi
        Sampling variances in squared units of yi, shape (n,), > 0; missing, NaN and infinite values leave the row
        out.
    design
        Design matrix with its column of ones where an intercept is wanted, shape (n, p); a row with a missing or
        infinite entry is left out.
    terms
        p names of its columns; None calls them intercept, x0, x1 …
    method
        Estimator of tau2, see `review.meta.tau2`; "FE" takes tau2 = 0.
    test
        "knha" (Knapp–Hartung), "adhoc" (the same, never narrower than the usual standard errors), "t" (usual standard
        errors, k − p df) or "z" (normal distribution).
    level
        Confidence level of all intervals, in percent.
    labels
        n labels that name the rows in messages; None numbers them from 1.
    cluster
        n cluster labels; `robust` then holds CR2 standard errors with Satterthwaite df.

    Raises
    ------
    InvalidInput
        For a variance of zero or less, variances more than 12 orders of magnitude apart, unknown options, shapes that
        disagree, a row without a cluster, collinear columns, or not more rows than columns.

    Notes
    -----
    The design is orthonormalised once (X = QR): tau2, its limits, R² and the tests do not depend on how moderators are
    coded or in which units they are.

    References
    ----------
    Viechtbauer (2010), Journal of Statistical Software 36(3), 1–48; Knapp and Hartung (2003), Statistics in Medicine
    22, 2693–2710; R²: Raudenbush (2009), in: The Handbook of Research Synthesis and Meta-Analysis, 295–315.
    """
    for name, given, allowed in (("method", method, METHODS), ("test", test, TESTS)):
        if given not in allowed:
            raise InvalidInput(f"{name} = {given!r} is unknown: choose one of {', '.join(allowed)}")
    level = check_level(level)
    rows = read_rows(yi, vi, labels=labels, cluster=cluster, design=design, terms=terms)
    assert rows.vi is not None  # noqa: S101 - variances were given; for the type checker
    assert rows.design is not None  # noqa: S101 - a design was given; for the type checker
    x = read_design(rows.design, rows.terms)
    check_span(rows.vi, rows.labels)
    scaled = scale(rows.yi, rows.vi, rows.labels, centred=x.constant is not None)
    y, v, unit = scaled.y, scaled.v, scaled.unit
    k, p = x.matrix.shape
    random = method != "FE"
    tau2, se_tau2 = estimate_tau2(method, y, v, x.basis)
    fit = _weighted_fit(x, y, 1 / (v + tau2))
    warnings: list[str] = []
    coefficients, covariance = _tested(fit, x, scaled, test, level, warnings)
    tested = [j for j in range(p) if j != x.intercept]
    moderators = joint_test(
        tuple(x.terms[j] for j in tested),
        np.array([coefficients[j].estimate for j in tested]),
        covariance[np.ix_(tested, tested)],
        None if test == "z" else k - p,
    )
    q = heterogeneity.generalized_q(0.0, y, v, x.basis)
    limited: dict[str, Any] = {}
    typical = heterogeneity.typical_variance(v, x.basis)
    if random:
        low, high = heterogeneity.q_profile(y, v, level, x.basis)
        limited = {
            "tau2_ci": (low * unit * unit, high * unit * unit),
            "I2_ci": (heterogeneity.i2_percent(low, typical), heterogeneity.i2_percent(high, typical)),
            "H2_ci": (heterogeneity.h2_ratio(low, typical), heterogeneity.h2_ratio(high, typical)),
        }
        if high == 0:
            warnings.append(
                "the effects differ from the fit less than chance alone would make them: both limits of τ² are set to 0"
            )
    explained, without = _explained(method, x, y, v, tau2)
    robust, clusters = _robust(rows, x, scaled, tau2, level, warnings)
    weights = 1 / (v + tau2)
    return RegressionEstimate(
        k=k,
        p=p,
        clusters=clusters,
        model=MODELS[random],
        method=method,
        test=test,
        level=level,
        coefficients=coefficients,
        covariance=tuple(tuple(line) for line in covariance.tolist()),
        tau2=tau2 * unit * unit,
        se_tau2=None if se_tau2 is None else se_tau2 * unit * unit,
        I2=heterogeneity.i2_percent(tau2, typical)
        if random
        else 100 * max(0.0, q - (k - p)) / q
        if q
        else 0.0,
        H2=heterogeneity.h2_ratio(tau2, typical) if random else q / (k - p),
        R2=explained,
        tau2_without=None if without is None else without * unit * unit,
        Q=q,
        Q_df=k - p,
        Q_p=heterogeneity.q_p_value(q, k - p),
        moderators=moderators,
        fit=fit_statistics(tau2, y, v, x.basis, unit=unit, estimated=random),
        weights=tuple((100 * weights / weights.sum()).tolist()),
        fitted=tuple((rows.yi - unit * fit.residuals).tolist()),
        hat=tuple(fit.hat.tolist()),
        vif=_inflation(covariance, x.intercept),
        robust=robust,
        warnings=tuple(warnings),
        excluded_rows=rows.excluded,
        rows=rows.labels,
        yi=tuple(rows.yi.tolist()),
        vi=tuple(rows.vi.tolist()),
        design=tuple(tuple(line) for line in x.matrix.tolist()),
        **limited,
    )


def _weighted_fit(x: Design, y: Matrix, w: Matrix) -> _Fit:
    e, h, triangle = heterogeneity.whitened(w, y, x.basis)
    root = np.sqrt(w)
    inverse = np.linalg.inv(triangle)
    half = x.back @ inverse
    return _Fit(half @ (h.T @ (root * y)), half, e / root, (h * h).sum(axis=1), float(e @ e))


def _tested(
    fit: _Fit, x: Design, scaled: Scaled, test: Test, level: float, warnings: list[str]
) -> tuple[tuple[Coefficient, ...], Matrix]:
    k, p = x.matrix.shape
    ratio = fit.scatter / (k - p)
    factor = {"knha": ratio, "adhoc": max(1.0, ratio), "t": 1.0, "z": 1.0}[test]
    half = scaled.unit * math.sqrt(factor) * fit.half
    covariance = half @ half.T
    estimates = scaled.unit * fit.estimates
    if x.constant is not None:
        estimates = estimates + scaled.centre * x.constant
    if test == "knha" and ratio < 1e-20:
        warnings.append(
            "the moderators fit all effects exactly, so the Knapp–Hartung standard errors are 0 and say nothing about "
            "precision: use the test adhoc or z"
        )
        covariance = np.zeros((p, p))
    coefficients = tuple(
        coefficient(
            term,
            float(estimates[j]),
            math.sqrt(covariance[j, j]),
            None if test == "z" else k - p,
            level,
        )
        for j, term in enumerate(x.terms)
    )
    return coefficients, covariance


def _explained(
    method: Method, x: Design, y: Matrix, v: Matrix, tau2: float
) -> tuple[float | None, float | None]:
    """Return R² in percent and tau2 without moderators."""
    k, p = x.matrix.shape
    if x.constant is None or p == 1:
        return None, None
    if method == "FE":  # adjusted R² of the weighted fit
        total = heterogeneity.generalized_q(0.0, y, v)
        if total == 0:
            return None, None
        share = heterogeneity.generalized_q(0.0, y, v, x.basis) / total
        return 100 * max(0.0, 1 - share * (k - 1) / (k - p)), None
    without = estimate_tau2(method, y, v).value
    if without == 0:
        return None, 0.0
    return 100 * max(0.0, (without - tau2) / without), without


def _inflation(covariance: Matrix, intercept: int | None) -> tuple[float | None, ...]:
    p = covariance.shape[0]
    others = [j for j in range(p) if j != intercept]
    spread = np.sqrt(np.diag(covariance))[others]
    if len(others) < 2 or not (spread > 0).all():
        return ()
    correlation = covariance[np.ix_(others, others)] / spread / spread[:, None]
    factors = dict(zip(others, np.diag(np.linalg.inv(correlation)).tolist(), strict=True))
    return tuple(factors.get(j) for j in range(p))


def _robust(
    rows: Rows, x: Design, scaled: Scaled, tau2: float, level: float, warnings: list[str]
) -> tuple[tuple[Coefficient, ...], int | None]:
    if rows.cluster is None:
        return (), None
    fit = cluster_robust(x.matrix, scaled.y, scaled.v + tau2, rows.cluster, terms=x.terms, level=level)
    if fit.clusters < rows.yi.size:
        warnings.append(
            "τ² and the model's own tests take rows of one cluster for independent: use the robust results"
        )
    warnings.extend(fit.warnings)
    shift = np.zeros(x.matrix.shape[1]) if x.constant is None else scaled.centre * x.constant
    moved = (
        coefficient(c.term, scaled.unit * c.estimate + float(a), scaled.unit * c.se, c.df, level)
        for c, a in zip(fit.coefficients, shift, strict=True)
    )
    return tuple(moved), fit.clusters
