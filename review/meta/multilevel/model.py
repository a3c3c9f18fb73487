"""Pooling effects that depend on each other: several estimates of one study, shared samples, crossed factors."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta import heterogeneity
from review.meta.errors import InvalidInput
from review.meta.inference import check_level, coefficient, joint_test
from review.meta.likelihood import FitStatistics
from review.meta.multilevel import words
from review.meta.multilevel.clustering import robust_coefficients
from review.meta.multilevel.estimation import maximise
from review.meta.multilevel.grouping import Labels
from review.meta.multilevel.inputs import LEVELS, Inputs, cut_down, inputs_of, read_inputs
from review.meta.multilevel.likelihood import Fit, fit_at
from review.meta.multilevel.prediction import interval_about
from review.meta.multilevel.result import MultilevelFit
from review.meta.multilevel.setup import Setup, set_up
from review.meta.multilevel.shares import i2_by_level, row_weights, typical
from review.meta.result import Coefficient

Array = NDArray[np.float64]
Method = Literal["REML", "ML"]
Test = Literal["t", "z"]

METHODS = ("REML", "ML")
TESTS = ("t", "z")


def fit_multilevel(
    yi: ArrayLike,
    vi: ArrayLike | None,
    *,
    study: Labels,
    estimate: Labels | None = None,
    crossed: Labels | None = None,
    rho: float | None = None,
    covariance: ArrayLike | None = None,
    levels: Sequence[str] = LEVELS,
    design: ArrayLike | None = None,
    terms: Sequence[str] | None = None,
    method: Method = "REML",
    test: Test = "t",
    level: float = 95.0,
    labels: Sequence[object] | None = None,
    cluster: Labels | None = None,
) -> MultilevelFit:
    """Pool effects that depend on each other, or fit them on moderators.

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    vi
        Sampling variances in squared units of yi, shape (n,), > 0; missing, NaN and infinite values leave the row out;
        None takes the diagonal of `covariance`.
    study
        n labels of the outer level: rows of one study share a random effect.
    estimate
        n labels of the inner level, within studies; None takes each row for an estimate of its own.
    crossed
        n labels of a second factor that cuts across studies (the data set), with a random effect of its own.
    rho
        Correlation of the sampling errors of one study, 0 ≤ rho < 1: the covariance of rows i and j is
        rho √(vi vj). None takes sampling errors for independent.
    covariance
        Covariance matrix of the sampling errors, shape (n, n), in squared units of yi, for comparisons that share a
        baseline; instead of rho.
    levels
        Which nested random effects there are: ("study", "estimate"), ("study",) or ("estimate",).
    design
        Design matrix with its column of ones where an intercept is wanted, shape (n, p); a row with a missing or
        infinite entry is left out. None pools.
    terms
        p names of its columns; None calls them intercept, x0, x1 …
    method
        "REML" or "ML".
    test
        "t" (k − p df) or "z" (normal distribution).
    level
        Confidence level of all intervals, in percent.
    labels
        n labels that name the rows in messages; None numbers them from 1.
    cluster
        n labels of clusters wider than studies (the research group), for `robust`; None takes studies.

    Raises
    ------
    InvalidInput
        For a variance of zero or less, variances more than 12 orders of magnitude apart, rho out of its range, a
        covariance that is not positive definite, unknown options, shapes that disagree, a row without a study,
        collinear columns, or not more rows than columns.

    Notes
    -----
    Sampling (co)variances are taken for known. A variance component that the grouping of the rows cannot tell from the
    others, or from the fixed part, is held at 0, and a warning says so. `robust` rests on clusters that share nothing:
    with a crossed factor these are the sets of studies that it joins.

    References
    ----------
    Konstantopoulos (2011), Research Synthesis Methods 2, 61–76; Van den Noortgate, López-López, Marín-Martínez and
    Sánchez-Meca (2013), Behavior Research Methods 45, 576–594; Pustejovsky and Tipton (2022), Prevention Science 23,
    425–438.
    """
    for name, given, allowed in (("method", method, METHODS), ("test", test, TESTS)):
        if given not in allowed:
            raise InvalidInput(f"{name} = {given!r} is unknown: choose one of {', '.join(allowed)}")
    level = check_level(level)
    rows = read_inputs(
        yi,
        vi,
        study=study,
        estimate=estimate,
        crossed=crossed,
        cluster=cluster,
        rho=rho,
        covariance=covariance,
        levels=levels,
        design=design,
        terms=terms,
        labels=labels,
    )
    return _fitted(rows, method, test, level, None, robust=True)


def refit(
    fit: MultilevelFit,
    keep: NDArray[np.bool_] | None = None,
    *,
    design: ArrayLike | None = None,
    terms: Sequence[str] | None = None,
    robust: bool = True,
    near: bool = True,
) -> MultilevelFit:
    """Fit the same model to some of the rows, or with other moderators.

    Parameters
    ----------
    fit
        A fit.
    keep
        Which of its rows to keep, shape (k,); None keeps all.
    design
        Another design matrix for all rows of the fit, shape (k, p), finite; None keeps its own.
    terms
        p names of its columns.
    robust
        Whether cluster-robust inference is wanted too: it takes about as long as the fit.
    near
        Whether the search starts (and, when it settles, ends) at the components of `fit`; False searches everywhere.

    Raises
    ------
    InvalidInput
        When what is left cannot be fitted: no row, not more rows than columns, or columns that depend on each other.
    """
    rows = inputs_of(fit)
    if design is not None:
        matrix = np.asarray(design, dtype=np.float64)
        names = tuple(f"x{j}" for j in range(matrix.shape[1])) if terms is None else tuple(terms)
        rows = Inputs(**{**rows.__dict__, "design": matrix, "terms": names})
    if keep is not None:
        if not np.any(keep):
            raise InvalidInput("no row is left to fit: keep at least two")
        rows = cut_down(rows, np.asarray(keep, dtype=np.bool_))
    start = np.array(fit.sigma2) if near else None
    return _fitted(rows, fit.method, fit.test, fit.level, start, robust=robust)


def _fitted(
    rows: Inputs, method: str, test: str, level: float, start: Array | None, *, robust: bool
) -> MultilevelFit:
    setup = set_up(rows, restricted=method == "REML")
    x, unit, problem = setup.x, setup.scaled.unit, setup.problem
    k, p = x.matrix.shape
    found = maximise(problem, setup.free, None if start is None else start / unit / unit)
    best = found.fit
    at_zero = fit_at(np.zeros(problem.components), problem)
    df = None if test == "z" else k - p
    coefficients, covariance = _coefficients(setup, best, df, level)
    warnings = list(setup.reasons)
    if not found.converged:
        warnings.append(
            "the search for the variance components did not settle: take them, and what rests on them, as approximate"
        )
    tested = [j for j in range(p) if j != x.intercept]
    typical_variance = typical(
        problem, at_zero, setup.scaled.v, independent=rows.rho is None and rows.covariance is None
    )
    shares = i2_by_level(best.theta.tolist(), typical_variance)
    sigma2 = tuple(float(t) * unit * unit for t in best.theta)
    diagonal, sums = row_weights(problem, best)
    pooled = p == 1 and x.intercept == 0
    certain, clusters, notes = robust_coefficients(setup, best.theta, level) if robust else ((), None, ())
    warnings.extend(notes)
    return MultilevelFit(
        k=k,
        p=p,
        clusters=len(set(rows.study)),
        robust_clusters=clusters,
        model=words.model(setup.names, rows.rho, given=rows.covariance is not None, moderators=not pooled),
        method=method,
        test=test,
        level=level,
        rho=rows.rho,
        coefficients=coefficients,
        covariance=tuple(tuple(line) for line in covariance.tolist()),
        sigma2=sigma2,
        sigma2_levels=setup.names,
        sigma2_groups=tuple(int(g.max()) + 1 for g in setup.groups),
        converged=found.converged,
        I2=sum(shares),
        I2_levels=shares,
        Q=at_zero.squares,
        Q_df=k - p,
        Q_p=heterogeneity.q_p_value(at_zero.squares, k - p),
        moderators=joint_test(
            tuple(x.terms[j] for j in tested),
            np.array([coefficients[j].estimate for j in tested]),
            covariance[np.ix_(tested, tested)],
            df,
        ),
        fit=_statistics(best, k, p, int(setup.free.sum()), unit),
        prediction_interval=interval_about(coefficients[0], sum(sigma2), df, p, level) if pooled else None,
        weights=tuple(diagonal.tolist()),
        row_sum_weights=tuple(sums.tolist()) if pooled else (),
        robust=certain,
        warnings=tuple(warnings),
        excluded_rows=rows.excluded,
        rows=rows.labels,
        yi=tuple(rows.yi.tolist()),
        vi=tuple(rows.vi.tolist()),
        studies=rows.study,
        estimates=rows.estimate,
        crossed=rows.crossed,
        cluster=rows.cluster,
        design=tuple(tuple(line) for line in x.matrix.tolist()),
        known_covariance=None
        if rows.covariance is None
        else tuple(tuple(line) for line in rows.covariance.tolist()),
    )


def _coefficients(
    setup: Setup, best: Fit, df: int | None, level: float
) -> tuple[tuple[Coefficient, ...], Array]:
    x, unit = setup.x, setup.scaled.unit
    half = unit * (x.back @ best.half)
    covariance = half @ half.T
    estimates = unit * (x.back @ best.estimates)
    if x.constant is not None:
        estimates = estimates + setup.scaled.centre * x.constant
    found = tuple(
        coefficient(term, float(estimates[j]), math.sqrt(covariance[j, j]), df, level)
        for j, term in enumerate(x.terms)
    )
    return found, covariance


def _statistics(best: Fit, k: int, p: int, estimated: int, unit: float) -> FitStatistics:
    found: dict[str, float] = {}
    for name, n, extra in (("ml", k, 0.0), ("reml", k - p, best.log_det_fixed)):
        height = -0.5 * (n * math.log(2 * math.pi) + best.log_det + best.squares + extra) - n * math.log(unit)
        parameters = p + estimated
        rows = max(n, parameters + 2)
        found[f"log_likelihood_{name}"] = height
        found[f"aic_{name}"] = 2 * parameters - 2 * height
        found[f"bic_{name}"] = parameters * math.log(n) - 2 * height
        found[f"aicc_{name}"] = 2 * parameters * rows / (rows - parameters - 1) - 2 * height
    return FitStatistics(**found)
