"""Questions to a fitted meta-regression: combinations of coefficients, expected effects, and which of two models."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from review.meta.contrasts_result import Contrasts, LikelihoodRatio
from review.meta.errors import InvalidInput
from review.meta.expected import Expected
from review.meta.inference import coefficient, critical_value, joint_test
from review.meta.regression_result import RegressionEstimate
from review.meta.regression_words import TESTS
from review.meta.result import PooledEstimate, PredictionInterval

Matrix = NDArray[np.float64]
Rule = Literal["k-p-1", "metafor"]


def contrasts(
    result: RegressionEstimate, combinations: ArrayLike, names: Sequence[str] | None = None
) -> Contrasts:
    """Estimate and test linear combinations of the coefficients.

    Parameters
    ----------
    result
        A meta-regression; its test and level are used.
    combinations
        Weights of the coefficients, shape (m, p), or (p,) for one.
    names
        m names; None numbers them from 1.

    Raises
    ------
    InvalidInput
        When shapes disagree.
    """
    weights = _rows(combinations, result, "combinations")
    if names is None:
        names = [f"contrast {i + 1}" for i in range(len(weights))]
    if len(names) != len(weights):
        raise InvalidInput(f"{len(names)} names for {len(weights)} contrasts: give one each")
    beta, covariance = _beta(result), np.array(result.covariance)
    each = weights @ covariance @ weights.T
    values = weights @ beta
    tested = tuple(
        coefficient(name, float(values[i]), float(np.sqrt(max(0.0, each[i, i]))), result.df, result.level)
        for i, name in enumerate(names)
    )
    return Contrasts(
        contrasts=tested,
        together=joint_test(tuple(names), values, each, result.df),
        model=result.model,
        method=result.method,
        test=result.test,
        level=result.level,
        k=result.k,
        warnings=result.warnings,
        excluded_rows=result.excluded_rows,
    )


def expected_effects(
    result: RegressionEstimate,
    moderators: ArrayLike,
    names: Sequence[str] | None = None,
    *,
    prediction: Rule = "k-p-1",
) -> tuple[Expected, ...]:
    """Return the mean effect and the prediction interval at given moderators.

    Parameters
    ----------
    result
        A meta-regression; its test and level are used.
    moderators
        Rows of a design matrix, the column of ones included, shape (m, p), or (p,) for one.
    names
        m names; None numbers them from 1.
    prediction
        Df of the prediction interval: "k-p-1" (Riley's rule with moderators), or "metafor", which follows the test:
        k − p df, or the normal distribution for "z".

    Raises
    ------
    InvalidInput
        When shapes disagree, or the rule is unknown.

    References
    ----------
    Riley, Higgins and Deeks (2011), BMJ 342, d549.
    """
    if prediction not in {"k-p-1", "metafor"}:
        raise InvalidInput(f"prediction = {prediction!r} is unknown: choose one of k-p-1, metafor")
    rows = _rows(moderators, result, "moderators")
    if names is None:
        names = [f"expected effect {i + 1}" for i in range(len(rows))]
    rule, df = (
        ("k-p-1", result.k - result.p - 1)
        if prediction == "k-p-1"
        else ("normal", None)
        if result.df is None
        else ("k-p", result.df)
    )
    critical = None if result.method == "FE" or df == 0 else critical_value(result.level, df)
    found = []
    for mean in contrasts(result, rows, names).contrasts:
        interval = None
        if critical is not None:
            half = critical * float(np.hypot(np.sqrt(result.tau2), mean.se))
            interval = PredictionInterval(mean.estimate - half, mean.estimate + half, rule, df)
        found.append(
            Expected(
                mean=mean,
                prediction_interval=interval,
                model=result.model,
                method=result.method,
                test=result.test,
                inference=TESTS[result.test],
                level=result.level,
                k=result.k,
                warnings=result.warnings,
                excluded_rows=result.excluded_rows,
            )
        )
    return tuple(found)


def likelihood_ratio(
    full: RegressionEstimate, reduced: RegressionEstimate | PooledEstimate
) -> LikelihoodRatio:
    """Test whether a model with more moderators fits better than one with fewer.

    Parameters
    ----------
    full
        The model with more moderators, by "ML".
    reduced
        The same rows with fewer moderators or none, by "ML".

    Raises
    ------
    InvalidInput
        When a fit is not by ML (restricted likelihoods of two designs cannot be compared), when the rows differ, or
        when the smaller design is no part of the larger.
    """
    if full.method != "ML" or reduced.method != "ML":
        raise InvalidInput(
            f"a likelihood-ratio test of moderators needs two fits by ML, and these are by {full.method} and "
            f"{reduced.method}: fit both anew with method ML"
        )
    if (full.yi, full.vi) != (reduced.yi, reduced.vi) or reduced.fit is None:
        raise InvalidInput(
            f"the two models rest on different rows ({full.k} and {reduced.k}): fit the smaller one to the rows of the "
            "larger one"
        )
    x = np.array(full.design)
    z = np.array(reduced.design) if isinstance(reduced, RegressionEstimate) else np.ones((full.k, 1))
    basis = np.linalg.qr(x / np.abs(x).max(axis=0))[0]
    z = z / np.abs(z).max(axis=0)
    df = x.shape[1] - z.shape[1]
    if df < 1 or float(np.abs(z - basis @ (basis.T @ z)).max()) > 1e-8:
        raise InvalidInput(
            "the smaller model is no special case of the larger one: leave terms out, and add none"
        )
    ratio = max(0.0, 2 * (full.fit.log_likelihood_ml - reduced.fit.log_likelihood_ml))
    return LikelihoodRatio(
        statistic=ratio,
        df=df,
        p=float(chdtrc(df, ratio)),
        method="ML",
        fuller=full.model,
        smaller=reduced.model,
        k=full.k,
        warnings=tuple(dict.fromkeys((*full.warnings, *reduced.warnings))),
        excluded_rows=full.excluded_rows,
    )


def _beta(result: RegressionEstimate) -> Matrix:
    return np.array([c.estimate for c in result.coefficients])


def _rows(values: ArrayLike, result: RegressionEstimate, what: str) -> Matrix:
    rows = np.atleast_2d(np.asarray(values, dtype=np.float64))
    if rows.ndim != 2 or rows.shape[1] != result.p or not np.isfinite(rows).all():
        raise InvalidInput(
            f"{what} has shape {rows.shape} but must hold rows of {result.p} finite numbers: {', '.join(result.terms)}"
        )
    return rows
