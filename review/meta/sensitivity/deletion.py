"""What the other rows say about each row, for pooled effects and meta-regressions alike."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.meta.case_deletion import case_deletion
from review.meta.errors import InvalidInput
from review.meta.regression_result import RegressionEstimate
from review.meta.result import PooledEstimate
from review.meta.sensitivity.refits import clustered_warning, independent_rows, refit, test_factor

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Deletion:
    """Each row against a fit of the others; NaN where it cannot be told (`warnings` says why).

    Parameters
    ----------
    fitted
        What all rows give for each row, shape (k,), in units of yi.
    hat
        Leverage, shape (k,).
    tau2
        tau2 without the row, shape (k,).
    q
        Heterogeneity statistic without the row, shape (k,).
    residual
        Effect minus what the others predict, shape (k,).
    residual_se
        Its standard error, shape (k,).
    studentised
        Their ratio, shape (k,).
    shift
        What all rows give minus what the others give, shape (k,).
    uncertainty
        Variance of what the others give, shape (k,).
    dffits
        `shift` in units of its standard error, shape (k,).
    cooks_distance
        Squared distance that the coefficients move, in units of their covariance, shape (k,).
    covariance_ratio
        Determinant of the coefficients' covariance without the row over that with it, shape (k,).
    dfbetas
        Change of each coefficient in units of its standard error, shape (k, p).
    warnings
        What a reader must know.
    """

    fitted: Vector
    hat: Vector
    tau2: Vector
    q: Vector
    residual: Vector
    residual_se: Vector
    studentised: Vector
    shift: Vector
    uncertainty: Vector
    dffits: Vector
    cooks_distance: Vector
    covariance_ratio: Vector
    dfbetas: Vector
    warnings: tuple[str, ...]


def delete_each(result: PooledEstimate | RegressionEstimate, what: str) -> Deletion:
    """Hold each row against a fit of the others.

    Parameters
    ----------
    result
        A pooled effect or a meta-regression.
    what
        Name of the analysis that asks, for messages.

    Raises
    ------
    InvalidInput
        With fewer than 2 rows, without variances, or when all effects are fitted exactly.

    Notes
    -----
    Standard errors of changes rest on all rows with the tau2 (and the Knapp–Hartung factor) of the others.

    References
    ----------
    Viechtbauer and Cheung (2010), Research Synthesis Methods 1, 112–125.
    """
    return _regression(result) if isinstance(result, RegressionEstimate) else _mean(result, what)


def _regression(result: RegressionEstimate) -> Deletion:
    found = case_deletion(result)
    p = result.p
    changes = np.array([[np.nan] * p if row is None else row for row in found.dfbetas], dtype=np.float64)
    residual = np.array(found.deleted_residuals, dtype=np.float64)
    fitted = np.array(result.fitted)
    return Deletion(
        fitted=fitted,
        hat=np.array(result.hat),
        tau2=np.array(found.tau2, dtype=np.float64),
        q=np.array(found.q, dtype=np.float64),
        residual=residual,
        residual_se=np.array(found.deleted_residual_se, dtype=np.float64),
        studentised=np.array(found.rstudent, dtype=np.float64),
        shift=fitted - (np.array(result.yi) - residual),
        uncertainty=np.array(found.uncertainty, dtype=np.float64),
        dffits=np.array(found.dffits, dtype=np.float64),
        cooks_distance=np.array(found.cooks_distance, dtype=np.float64),
        covariance_ratio=np.array(found.covariance_ratio, dtype=np.float64),
        dfbetas=changes,
        warnings=found.warnings,
    )


def _mean(result: PooledEstimate, what: str) -> Deletion:
    scaled = independent_rows(result, what, 2)
    if not result.coefficients[0].se > 0:
        raise InvalidInput(
            "all effects are equal and their Knapp–Hartung standard error is 0, so that no row can be weighed against "
            "the others: use the test adhoc or z"
        )
    k, y, v = result.k, scaled.y, scaled.v
    fits = refit(result, scaled, np.vstack((~np.eye(k, dtype=np.bool_), np.ones((1, k), dtype=np.bool_))))
    factor = test_factor(result.test, fits.scatter)
    without, mean, tau2 = factor[:-1], fits.mean[:-1], fits.tau2[:-1]
    variance = fits.se**2 * factor
    shift = float(fits.mean[-1]) - mean
    uncertain = variance[:-1]
    residual = y - mean
    spread = np.sqrt(without * (v + tau2) + uncertain)
    hat = np.array(result.weights) / 100
    # the variance of the mean of all rows, were tau2 that of the others
    all_rows = 1 / np.array([float((1 / (v + t)).sum()) for t in tau2.tolist()])
    exact = ~(without > 0)
    warnings = clustered_warning(result)
    if exact.any():
        names = ", ".join(str(result.rows[i]) for i in np.flatnonzero(exact).tolist())
        warnings.append(
            f"without row {names} the others are equal and their Knapp–Hartung standard error is 0, so that a change "
            "has no error to be measured in"
        )
    if k == 2:
        warnings.append("each of the 2 rows is held against a single other one, which tells nothing about τ²")
    unit = scaled.unit
    return Deletion(
        fitted=np.full(k, result.coefficients[0].estimate),
        hat=hat,
        tau2=tau2 * unit**2,
        q=fits.q[:-1],
        residual=residual * unit,
        residual_se=spread * unit,
        studentised=_over(residual, spread, exact),
        shift=shift * unit,
        uncertainty=uncertain * unit**2,
        dffits=_over(shift, np.sqrt(without * hat * (v + tau2)), exact),
        cooks_distance=shift**2 / float(variance[-1]),
        covariance_ratio=np.where(exact, np.nan, uncertain / float(variance[-1])),
        dfbetas=_over(shift, np.sqrt(without * all_rows), exact)[:, None],
        warnings=tuple(warnings),
    )


def _over(above: Vector, below: Vector, exact: NDArray[np.bool_]) -> Vector:
    ratio: Vector = np.divide(above, below, out=np.full(above.shape, np.nan), where=~exact)
    return ratio
