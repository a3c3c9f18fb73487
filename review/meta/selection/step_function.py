"""Step-function selection models by maximum likelihood."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from review.meta.design import Design, check_span, read_design
from review.meta.errors import InvalidInput
from review.meta.inference import coefficient
from review.meta.likelihood import log_likelihood
from review.meta.regression_result import RegressionEstimate
from review.meta.reml import reml_tau2
from review.meta.result import Coefficient, JointTest, PooledEstimate
from review.meta.scaling import Scaled, scale
from review.meta.selection.climb import LARGEST, SMALLEST, Top, climb
from review.meta.selection.result import Interval, SelectionEstimate
from review.meta.selection.weighted_likelihood import WeightedLikelihood, p_values
from review.meta.sensitivity.refits import clustered_warning, independent_rows

Vector = NDArray[np.float64]
Alternative = Literal["two.sided", "greater", "less"]
ALTERNATIVES = ("two.sided", "greater", "less")

FEW = 4
"""p-values; the weight of an interval that holds fewer is told with a warning."""
UNSEEN = 1e-4
"""A weight below it is taken for 0 by standard errors, as there is no slope to speak of."""


def selection_model(
    result: PooledEstimate | RegressionEstimate,
    *,
    steps: float | Sequence[float] = 0.025,
    alternative: Alternative = "two.sided",
    delta: Sequence[float | None] | None = None,
) -> SelectionEstimate:
    """Fit a step-function selection model: results are seen with a probability that changes at some p-values.

    Parameters
    ----------
    result
        A pooled effect or a meta-regression; fitted anew by maximum likelihood, or with tau2 = 0 where its method is
        "FE".
    steps
        p-values at which the probability changes, more than 0 and less than 1 (a final 1 may be given). One step makes
        the three-parameter model: mean, tau2, and one weight.
    alternative
        "two.sided" (p-values of both directions), "greater" (small for effects above 0) or "less" (below 0).
    delta
        Weights of the intervals where they are given rather than estimated (None for those to be estimated), one more
        than steps, the first of them 1.

    Raises
    ------
    InvalidInput
        For steps or weights out of range, fewer rows than parameters, no variances, or when no top of the likelihood is
        found.

    Notes
    -----
    Weights are relative to the first interval, and sought between 0.00001 and 100. tau2 = 0 and weights below 0.0001 are
    held where they are when standard errors are taken from the second derivatives.

    References
    ----------
    Hedges (1992), Statistical Science 7, 246–255; Vevea and Hedges (1995), Psychometrika 60, 419–435; given weights: Vevea
    and Woods (2005), Psychological Methods 10, 428–443.
    """
    if alternative not in ALTERNATIVES:
        raise InvalidInput(
            f"alternative = {alternative!r} is unknown: choose one of {', '.join(ALTERNATIVES)}"
        )
    ends = _steps(steps)
    fixed = _weights(delta, len(ends))
    y, v, x, scaled, warnings = _read(result)
    random = result.method != "FE"
    group = np.searchsorted(ends, p_values(y, v, alternative)).clip(0, len(ends) - 1)
    counts = np.bincount(group, minlength=len(ends))
    if any(fixed[j] == 0 and counts[j] for j in range(len(ends))):
        raise InvalidInput(
            "an interval with weight 0 holds p-values that were seen: give it a weight above 0"
        )
    needed = x.matrix.shape[1] + random + int(np.isnan(fixed).sum())
    if result.k < needed:
        raise InvalidInput(
            f"{result.k} rows are too few for {needed} parameters: use fewer steps or moderators, or give the weights"
        )
    likelihood = WeightedLikelihood(scaled.y, scaled.v, x.basis, ends, alternative, group)
    tau2 = reml_tau2(scaled.y, scaled.v, x.basis, restricted=False) if random else 0.0
    plain, plain_covariance = _unadjusted(x, scaled, tau2)
    top = climb(likelihood, plain, tau2, fixed, random=random)
    if not top.settled:
        raise InvalidInput(
            "the selection model did not converge: its likelihood has no clear top for these rows, so use fewer steps, "
            "another alternative, or given weights"
        )
    before = float(log_likelihood(np.array([tau2]), scaled.y, scaled.v, x.basis, restricted=False)[0])
    covariance = _covariance(likelihood, top, fixed, random, warnings)
    warnings += _doubts(ends, counts, fixed, top)
    unit, p = scaled.unit, x.matrix.shape[1]
    se_tau2 = float(np.sqrt(covariance[p, p])) * unit**2
    free = int(np.isnan(fixed).sum())
    ratio = max(0.0, 2 * (top.height - before))
    shift = result.k * math.log(unit)
    return SelectionEstimate(
        k=result.k,
        model=f"step-function selection model, steps at p = {', '.join(f'{a:g}' for a in ends[:-1])}, "
        + ("yi ~ N(xi'beta, vi + tau2)" if random else "yi ~ N(xi'beta, vi)"),
        method="ML" if random else "FE",
        test="z",
        alternative=alternative,
        steps=ends,
        level=result.level,
        coefficients=_coefficients(x, top.beta, covariance[:p, :p], unit, result.level),
        tau2=top.tau2 * unit**2,
        se_tau2=se_tau2 if math.isfinite(se_tau2) else None,
        intervals=_intervals(ends, counts, top.delta, np.diag(covariance)[p + 1 :], result.level),
        unadjusted=_coefficients(x, plain, plain_covariance, unit, result.level),
        unadjusted_tau2=tau2 * unit**2,
        log_likelihood=top.height - shift,
        log_likelihood_unadjusted=before - shift,
        selection_test=JointTest(("delta",), ratio, free, None, float(chdtrc(free, ratio))) if free else None,
        warnings=tuple(warnings),
        excluded_rows=result.excluded_rows,
        rows=result.rows,
    )


def _steps(steps: float | Sequence[float]) -> tuple[float, ...]:
    given = np.atleast_1d(np.asarray(steps, dtype=np.float64))
    if given.ndim != 1 or not given.size or not ((given > 0) & (given <= 1)).all():
        raise InvalidInput(
            f"steps = {steps!r} must be p-values above 0 and below 1, such as 0.025 or (0.025, 0.5)"
        )
    ends = np.unique(np.append(given, 1.0))
    if ends.size < 2:
        raise InvalidInput(
            "steps holds nothing but 1: give a p-value at which the probability changes, such as 0.025"
        )
    return tuple(ends.tolist())


def _weights(delta: Sequence[float | None] | None, m: int) -> Vector:
    if delta is None:
        return np.array([1.0] + [np.nan] * (m - 1))
    if len(delta) != m:
        raise InvalidInput(
            f"delta has {len(delta)} weights but the steps make {m} intervals: give one per interval"
        )
    fixed = np.array([np.nan if d is None else d for d in delta], dtype=np.float64)
    if np.isnan(fixed[0]):
        fixed[0] = 1.0
    given = fixed[~np.isnan(fixed)]
    if fixed[0] != 1 or not (np.isfinite(given) & (given >= 0)).all():
        raise InvalidInput(
            f"delta = {delta!r}: the first weight must be 1, and the others None or 0 and above"
        )
    return fixed


def _read(
    result: PooledEstimate | RegressionEstimate,
) -> tuple[Vector, Vector, Design, Scaled, list[str]]:
    if isinstance(result, RegressionEstimate):
        matrix, terms, warnings = np.array(result.design), result.terms, list[str]()
        if result.clusters is not None and result.clusters != result.k:
            warnings.append(f"rows of the {result.clusters} clusters are taken for independent here")
    else:
        independent_rows(result, "a selection model", 2)
        matrix, terms, warnings = np.ones((result.k, 1)), ("intercept",), clustered_warning(result)
    y, v = np.array(result.yi), np.array(result.vi, dtype=np.float64)
    check_span(v, result.rows)
    return y, v, read_design(matrix, terms), scale(y, v, result.rows, centred=False), warnings


def _unadjusted(x: Design, scaled: Scaled, tau2: float) -> tuple[Vector, Vector]:
    root = 1 / np.sqrt(scaled.v + tau2)
    h, triangle = np.linalg.qr(root[:, None] * x.basis)
    inverse = np.linalg.inv(triangle)
    return inverse @ (h.T @ (root * scaled.y)), inverse @ inverse.T


def _covariance(
    likelihood: WeightedLikelihood, top: Top, fixed: Vector, random: bool, warnings: list[str]
) -> Vector:
    """Return the covariance of coefficients, tau2 and δ, NaN where a parameter is held."""
    p = top.beta.size
    open_ = np.concatenate(
        (np.ones(p, dtype=np.bool_), [random and top.tau2 > 0], np.isnan(fixed) & (top.delta >= UNSEEN))
    )
    covariance = np.full((open_.size, open_.size), np.nan)
    at = np.flatnonzero(open_)
    information = likelihood.information(top.beta, top.tau2, np.maximum(top.delta, 1e-300))[np.ix_(at, at)]
    size = np.sqrt(np.abs(np.diag(information)))
    if (size > 0).all():
        values, turn = np.linalg.eigh(information / size / size[:, None])
        if values[0] > 1e-10:
            covariance[np.ix_(at, at)] = (turn / values) @ turn.T / size / size[:, None]
            return covariance
    warnings.append(
        "no standard errors: the likelihood is flat at its top (its second derivatives cannot be inverted), so the rows "
        "do not tell the parameters apart"
    )
    return covariance


def _doubts(ends: tuple[float, ...], counts: NDArray[np.intp], fixed: Vector, top: Top) -> list[str]:
    """Return what makes the estimated weights doubtful."""
    if not np.isnan(fixed).any():
        return []
    found = []
    names = [f"{low:g} < p ≤ {high:g}" for low, high in pairwise((0.0, *ends))]
    empty = [name for name, n in zip(names, counts.tolist(), strict=True) if not n]
    few = [f"{name} ({n})" for name, n in zip(names, counts.tolist(), strict=True) if 0 < n < FEW]
    if empty:
        found.append(
            f"no row has a p-value in {', '.join(empty)}: the rows cannot tell the weights that rest on it, so choose other "
            "steps"
        )
    if few:
        found.append(f"few p-values in {', '.join(few)}: the weights that rest on them are hardly known")
    edge = np.isnan(fixed) & ((top.delta <= 1.001 * SMALLEST) | (top.delta >= 0.999 * LARGEST))
    if edge.any():
        listed = ", ".join(names[j] for j in np.flatnonzero(edge).tolist())
        found.append(
            f"the weight of {listed} lies on a bound of its range ({SMALLEST:g} to {LARGEST:g}): treat all results of this "
            "model with caution"
        )
    return found


def _coefficients(
    x: Design, beta: Vector, covariance: Vector, unit: float, level: float
) -> tuple[Coefficient, ...]:
    estimates, spread = unit * (x.back @ beta), x.back @ covariance @ x.back.T
    return tuple(
        coefficient(term, float(estimates[j]), unit * math.sqrt(spread[j, j]), None, level)
        for j, term in enumerate(x.terms)
    )


def _intervals(
    ends: tuple[float, ...], counts: NDArray[np.intp], delta: Vector, variances: Vector, level: float
) -> tuple[Interval, ...]:
    found = []
    for j, (low, high) in enumerate(pairwise((0.0, *ends))):
        value, variance = float(delta[j]), float(variances[j])
        told: tuple[float | None, ...] = (None,) * 5
        if variance > 0:
            se = math.sqrt(variance)
            c, from_one = coefficient("", value, se, None, level), coefficient("", value - 1, se, None, level)
            told = (se, from_one.statistic, from_one.p, max(0.0, c.ci_low), c.ci_high)
        found.append(Interval(low, high, int(counts[j]), value, *told))
    return tuple(found)
