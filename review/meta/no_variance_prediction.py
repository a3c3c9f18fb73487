"""What a random-intercept model without sampling variances expects of a new study."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta import wording
from review.meta.errors import InvalidInput
from review.meta.expected import Expected
from review.meta.inference import coefficient, critical_value
from review.meta.no_variance_result import NoVarianceEstimate
from review.meta.result import Coefficient, PredictionInterval
from review.meta.robust import RobustFit
from review.meta.sandwich import robust_blocks
from review.meta.scaling import scale_alone

Matrix = NDArray[np.float64]


def predict_new_study(result: NoVarianceEstimate, at: ArrayLike, *, term: str = "expected") -> Expected:
    """Return the expected effect at given moderators, and where the mean of a new study of that kind would lie.

    Parameters
    ----------
    result
        What `random_intercept` gave.
    at
        Moderators in the order of the terms, the 1 of an intercept included, shape (p,), not all 0.
    term
        What the prediction is called.

    Raises
    ------
    InvalidInput
        For equal weights, which know no variance between studies, or moderators of another number.

    Notes
    -----
    The combination is made a coefficient of its own by turning the design, so that it has its own Satterthwaite df. The
    interval is None with fewer than 3 studies or without a standard error.
    """
    if result.sigma2 is None:
        raise InvalidInput("equal weights estimate no variance between studies: use random_intercept")
    a = np.asarray(at, dtype=np.float64)
    if a.shape != (result.p,) or not np.isfinite(a).all() or not a.any():
        raise InvalidInput(
            f"moderators have shape {a.shape} but must be {result.p} finite numbers, not all 0"
        )
    length = float(np.linalg.norm(a))
    turn = np.linalg.qr(np.column_stack((a / length, np.eye(result.p))))[0]  # its first column is ±a / length
    sign = math.copysign(1.0, float(turn[:, 0] @ a))
    numbers: dict[str | int, int] = {}
    cluster = np.array([numbers.setdefault(s, len(numbers)) for s in result.studies], dtype=np.intp)
    y, centre, unit = scale_alone(np.array(result.yi), centred=False)
    names = [term, *(f"direction {j}" for j in range(1, result.p))]
    between, within = (s / unit / unit for s in result.sigma2)
    x = np.array(result.design) @ (sign * turn)
    fit, _, _ = weighted_fit(x, y - centre, cluster, between, within, names, result.level)
    c = fit.coefficients[0]
    size = unit * length
    expected = coefficient(term, size * c.estimate, size * c.se, c.df, result.level)
    return Expected(
        mean=expected,
        prediction_interval=new_study_interval(expected, result.sigma2[0], fit.clusters, result.level),
        model=result.model,
        method=result.method,
        test=result.test,
        inference=wording.TESTS[result.test],
        level=result.level,
        k=result.k,
        warnings=result.warnings,
        excluded_rows=result.excluded_rows,
    )


def weighted_fit(
    x: Matrix,
    y: Matrix,
    cluster: NDArray[np.intp],
    between: float,
    within: float,
    terms: Sequence[str],
    level: float,
) -> tuple[RobustFit, Matrix, Matrix]:
    """Return the robust fit at given variances, the model's own covariance, and the weights of the rows.

    Parameters
    ----------
    x
        Design matrix, shape (k, p).
    y
        Effects, shape (k,).
    cluster
        Study numbers 0 … m−1, shape (k,).
    between
        Variance between studies, ≥ 0.
    within
        Variance within studies, > 0.
    terms
        p names of the columns.
    level
        Confidence level in percent.
    """
    order = np.argsort(cluster, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(cluster))[:-1])
    blocks = [(rows, between + within * np.eye(rows.size)) for rows in parts]
    fit = robust_blocks(x, y, blocks, terms=terms, level=level)
    bread = fit.directions.T @ fit.directions
    weights = 1 / (within + np.bincount(cluster)[cluster] * between)
    return fit, bread, weights


def new_study_interval(
    pooled: Coefficient, between: float, studies: int, level: float
) -> PredictionInterval | None:
    """Return where the mean of a new study is expected; None with fewer than 3 studies or without a standard error.

    Parameters
    ----------
    pooled
        The expected effect.
    between
        Variance between studies, ≥ 0.
    studies
        Number of studies.
    level
        Confidence level in percent.
    """
    if studies < 3 or not math.isfinite(pooled.se):
        return None
    half = critical_value(level, studies - 2) * math.hypot(math.sqrt(between), pooled.se)
    return PredictionInterval(pooled.estimate - half, pooled.estimate + half, "studies-2", studies - 2)
