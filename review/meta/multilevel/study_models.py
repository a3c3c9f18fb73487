"""What leaving studies out needs of a fit, with variances (multilevel, CHE, crossed) and without them alike."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.meta.design import read_design
from review.meta.errors import InvalidInput
from review.meta.multilevel import model
from review.meta.multilevel.clustering import working_blocks
from review.meta.multilevel.grouping import Numbers, numbered
from review.meta.multilevel.inputs import inputs_of
from review.meta.multilevel.likelihood import fit_at
from review.meta.multilevel.result import MultilevelFit
from review.meta.multilevel.setup import set_up
from review.meta.no_variance import equal_weight_regression, random_intercept
from review.meta.no_variance_result import NoVarianceEstimate

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Fitted = MultilevelFit | NoVarianceEstimate

EVERYWHERE = 10_000  # rows times studies up to which each refit searches all variance components, not near the old ones


@dataclass(frozen=True, eq=False)
class Leverage:
    """How far studies can pull a fit, and what its coefficients' covariance is at other variance components.

    Parameters
    ----------
    hat
        Sum of the hat values of each study's rows, shape (m,); they sum to p.
    covariance_at
        Gives the covariance of the coefficients, shape (p, p), from the variance components in squared units of yi.
    kind
        "model" where the covariance is the model's; "CR2" where only the robust one is known, at any components.
    """

    hat: Array
    covariance_at: Callable[[Sequence[float]], Array]
    kind: str


def studies_of(fit: Fitted) -> tuple[tuple[Hashable, ...], Numbers]:
    """Return the studies in order of first appearance, and the number of each row's study.

    Parameters
    ----------
    fit
        A fit.

    Raises
    ------
    InvalidInput
        For a result that is no fit of dependent effects.
    """
    if not isinstance(fit, MultilevelFit | NoVarianceEstimate):
        raise InvalidInput(
            f"a {type(fit).__name__} has no studies to leave out: give the result of fit_multilevel, random_intercept or "
            "equal_weight_regression"
        )
    return tuple(dict.fromkeys(fit.studies)), numbered(fit.studies)


def refit_rows(fit: Fitted, keep: Mask, *, robust: bool = True) -> Fitted:
    """Fit the same model to some of the rows.

    Parameters
    ----------
    fit
        A fit.
    keep
        Which of its rows to keep, shape (k,).
    robust
        Whether robust inference is wanted where the model has another of its own.

    Raises
    ------
    InvalidInput
        When what is left cannot be fitted.
    """
    if isinstance(fit, MultilevelFit):
        return model.refit(fit, keep, robust=robust, near=fit.k * fit.clusters > EVERYWHERE)
    at = np.flatnonzero(keep)
    return _without_variances(fit, at, np.array(fit.design)[at], fit.terms)


def refit_design(fit: Fitted, design: Array, terms: Sequence[str]) -> Fitted:
    """Fit the same rows on other moderators.

    Parameters
    ----------
    fit
        A fit.
    design
        Design matrix, shape (k, p), finite.
    terms
        p names of its columns.

    Raises
    ------
    InvalidInput
        When columns depend on each other, or the rows are too few.
    """
    if isinstance(fit, MultilevelFit):
        return model.refit(fit, design=design, terms=terms, near=False)
    return _without_variances(fit, np.arange(fit.k), design, terms)


def _without_variances(
    fit: NoVarianceEstimate, at: NDArray[np.intp], design: Array, terms: Sequence[str]
) -> NoVarianceEstimate:
    if not at.size:
        raise InvalidInput("no row is left to fit: keep at least two studies")
    y, studies = np.array(fit.yi)[at], [fit.studies[i] for i in at]
    labels = [fit.rows[i] for i in at]
    if fit.weighting is None:
        return random_intercept(y, studies, design, terms=terms, level=fit.level, labels=labels)
    return equal_weight_regression(
        y, studies, design, terms=terms, level=fit.level, labels=labels, by=fit.weighting
    )


def leverage(fit: Fitted) -> Leverage:
    """Return hat values by study, and the covariance of the coefficients as it turns on variance components.

    Parameters
    ----------
    fit
        A fit.
    """
    names, numbers = studies_of(fit)
    if isinstance(fit, MultilevelFit):
        return _with_variances(fit, numbers)
    design = np.array(fit.design)
    if fit.sigma2 is None:
        robust = np.array(fit.covariance)
        sizes = np.bincount(numbers)[numbers] if fit.weighting == "study" else np.ones(fit.k)
        q = np.linalg.qr(read_design(design, fit.terms).basis / np.sqrt(sizes)[:, None])[0]
        return Leverage(_sums(numbers, (q * q).sum(axis=1)), lambda _: robust, "CR2")
    white = _whitened(design, fit.terms, numbers, fit.sigma2)[0]
    q = np.linalg.qr(white)[0]
    of_rows = np.concatenate((numbers, np.arange(len(names))))  # rows within studies, then study means
    hat = _sums(of_rows, (q * q).sum(axis=1))

    def covariance_at(sigma2: Sequence[float]) -> Array:
        stacked, back = _whitened(design, fit.terms, numbers, sigma2)
        half = back @ np.linalg.inv(np.linalg.qr(stacked, mode="r"))
        covariance: Array = half @ half.T
        return covariance

    return Leverage(hat, covariance_at, "model")


def _sums(numbers: Numbers, values: Array) -> Array:
    sums: Array = np.bincount(numbers, weights=values).astype(np.float64)
    return sums


def _whitened(
    design: Array, terms: Sequence[str], numbers: Numbers, sigma2: Sequence[float]
) -> tuple[Array, Array]:
    """Return rows about their study's mean and study means, each over its standard deviation, and R⁻¹ of the design."""
    x = read_design(design, terms)
    between, within = sigma2
    sizes = np.bincount(numbers).astype(np.float64)
    means = np.column_stack([np.bincount(numbers, weights=column) for column in x.basis.T]) / sizes[:, None]
    inner = (x.basis - means[numbers]) / np.sqrt(within)
    outer = means / np.sqrt(between + within / sizes)[:, None]
    return np.concatenate((inner, outer)), x.back


def _with_variances(fit: MultilevelFit, numbers: Numbers) -> Leverage:
    setup = set_up(inputs_of(fit), restricted=fit.method == "REML")
    unit, back = setup.scaled.unit, setup.x.back

    def covariance_at(sigma2: Sequence[float]) -> Array:
        half = unit * (back @ fit_at(np.array(sigma2) / unit / unit, setup.problem).half)
        covariance: Array = half @ half.T
        return covariance

    theta = np.array(fit.sigma2) / unit / unit
    half = fit_at(theta, setup.problem).half
    hat = np.zeros(fit.k)
    for rows, m in working_blocks(setup, theta):
        x = setup.x.basis[rows]
        hat[rows] = (((x @ half) @ half.T) * np.linalg.solve(m, x)).sum(axis=1)
    return Leverage(_sums(numbers, hat), covariance_at, "model")
