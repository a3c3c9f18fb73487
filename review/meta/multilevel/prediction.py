"""The effect that a model expects, for the moderators of a new estimate of a new study."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from review.meta.errors import InvalidInput
from review.meta.expected import Expected
from review.meta.inference import coefficient, critical_value
from review.meta.multilevel.result import MultilevelFit
from review.meta.multilevel.words import TESTS
from review.meta.result import Coefficient, PredictionInterval

Array = NDArray[np.float64]


def predict(fit: MultilevelFit, at: Sequence[float] | Array = (1.0,)) -> Expected:
    """Return the expected effect at given moderators.

    Parameters
    ----------
    fit
        A fit.
    at
        One row of a design matrix, shape (p,), with the 1 of the intercept.

    Raises
    ------
    InvalidInput
        For another number of moderators, or one that is not finite.

    Notes
    -----
    The interval adds the variance components of all levels to the squared standard error; its distribution is that of
    the model's own test, t with k − p df or normal.
    """
    row = np.asarray(at, dtype=np.float64)
    if row.shape != (fit.p,) or not np.isfinite(row).all():
        raise InvalidInput(
            f"at has shape {row.shape} but must hold {fit.p} finite numbers: {', '.join(fit.terms)}"
        )
    estimates = np.array([c.estimate for c in fit.coefficients])
    variance = float(row @ np.array(fit.covariance) @ row)
    mean = coefficient("prediction", float(row @ estimates), math.sqrt(max(variance, 0.0)), fit.df, fit.level)
    return Expected(
        mean=mean,
        prediction_interval=interval_about(mean, sum(fit.sigma2), fit.df, fit.p, fit.level),
        model=fit.model,
        method=fit.method,
        test=fit.test,
        inference=TESTS[fit.test],
        level=fit.level,
        k=fit.k,
        warnings=fit.warnings,
        excluded_rows=fit.excluded_rows,
    )


def interval_about(
    mean: Coefficient, heterogeneity: float, df: int | None, p: int, level: float
) -> PredictionInterval:
    """Return the prediction interval about a mean.

    Parameters
    ----------
    mean
        The expected effect.
    heterogeneity
        Sum of the variance components.
    df
        k − p; None for the normal distribution.
    p
        Number of coefficients.
    level
        Confidence level in percent.
    """
    half = critical_value(level, df) * math.hypot(math.sqrt(heterogeneity), mean.se)
    rule = "normal" if df is None else "k-1" if p == 1 else "k-p"
    return PredictionInterval(mean.estimate - half, mean.estimate + half, rule, df)
