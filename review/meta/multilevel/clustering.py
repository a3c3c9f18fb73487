"""Cluster-robust inference for a model of dependent effects."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from review.meta.cluster_pieces import Kind
from review.meta.errors import InvalidInput
from review.meta.inference import coefficient
from review.meta.multilevel.blocks import Numbers
from review.meta.multilevel.grouping import joined, numbered
from review.meta.multilevel.inputs import inputs_of
from review.meta.multilevel.result import MultilevelFit
from review.meta.multilevel.setup import Setup, set_up
from review.meta.result import Coefficient
from review.meta.robust import DfRule, RobustFit
from review.meta.sandwich import robust_blocks

Array = NDArray[np.float64]


def working_blocks(setup: Setup, theta: Array) -> list[tuple[Numbers, Array]]:
    """Return the working covariance of rows that depend on each other, in scaled units.

    Parameters
    ----------
    setup
        The prepared fit.
    theta
        Variance components, shape (d,).

    Returns
    -------
    Pairs of row numbers, counted from 0, and their covariance matrix; rows of different pairs are independent.
    """
    k = setup.scaled.y.size
    found = []
    nested = len(setup.problem.stacks[0].shared)
    for stack in setup.problem.stacks:
        m = stack.known + sum(theta[j] * stack.shared[j] for j in range(nested))
        for rows, matrix in zip(stack.rows, m, strict=True):
            n = int((rows < k).sum())
            found.append((rows[:n], matrix[:n, :n]))
    crossed = setup.problem.crossed
    if crossed is None:
        return found
    wide = joined(k, (setup.block, crossed))
    order = np.argsort(wide, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(wide))[:-1])
    place = np.empty(k, dtype=np.intp)
    matrices = []
    for rows in parts:
        place[rows] = np.arange(rows.size)
        matrices.append(theta[-1] * (crossed[rows][:, None] == crossed[rows]).astype(np.float64))
    for rows, matrix in found:
        matrices[int(wide[rows[0]])][np.ix_(place[rows], place[rows])] += matrix
    return list(zip(parts, matrices, strict=True))


def clusters_of(setup: Setup) -> Numbers:
    """Return the numbers of independent clusters: studies, or the wider clusters named, joined where rows depend.

    Parameters
    ----------
    setup
        The prepared fit.
    """
    rows = setup.rows
    linked = [numbered(rows.study), setup.block]
    if rows.cluster is not None:
        linked.append(numbered(rows.cluster))
    if setup.problem.crossed is not None:
        linked.append(setup.problem.crossed)
    return joined(rows.yi.size, linked)


def robust_scaled(
    setup: Setup, theta: Array, level: float, kind: Kind = "CR2", df_rule: DfRule = "Satterthwaite"
) -> RobustFit:
    """Return the cluster-robust fit in scaled units.

    Parameters
    ----------
    setup
        The prepared fit.
    theta
        Variance components, shape (d,), scaled.
    level
        Confidence level in percent.
    kind
        Correction for few clusters, see `review.meta.sandwich.robust_blocks`.
    df_rule
        "Satterthwaite" or "m-p".
    """
    return robust_blocks(
        setup.x.matrix,
        setup.scaled.y,
        working_blocks(setup, theta),
        terms=setup.x.terms,
        level=level,
        kind=kind,
        df_rule=df_rule,
        cluster=clusters_of(setup),
    )


def in_units(setup: Setup, fit: RobustFit, level: float) -> tuple[Coefficient, ...]:
    """Return the coefficients of a scaled robust fit in the units of the effects.

    Parameters
    ----------
    setup
        The prepared fit.
    fit
        Its robust fit.
    level
        Confidence level in percent.
    """
    shift = np.zeros(len(setup.x.terms))
    if setup.x.constant is not None:
        shift = setup.scaled.centre * setup.x.constant
    unit = setup.scaled.unit
    return tuple(
        coefficient(c.term, unit * c.estimate + float(a), unit * c.se, c.df, level)
        for c, a in zip(fit.coefficients, shift, strict=True)
    )


def robust_coefficients(
    setup: Setup, theta: Array, level: float
) -> tuple[tuple[Coefficient, ...], int | None, tuple[str, ...]]:
    """Return CR2 coefficients, the number of clusters they rest on, and warnings; none and None where there can be none.

    Parameters
    ----------
    setup
        The prepared fit.
    theta
        Variance components, shape (d,), scaled.
    level
        Confidence level in percent.
    """
    clusters = int(clusters_of(setup).max()) + 1
    studies = len(set(setup.rows.study))
    if clusters < 2:
        why = "all rows depend on each other, and at least 2 independent clusters are needed"
        return (), None, (f"no cluster-robust standard errors: {why}",)
    try:
        fit = robust_scaled(setup, theta, level)
    except InvalidInput:  # all else about the input has been checked
        why = "the shared variance is so far above the sampling variances that rows of one study cannot be told apart"
        return (), None, (f"no cluster-robust standard errors: {why}",)
    joins = (
        f"the crossed factor joins {studies} studies to {clusters} independent clusters, on which the robust standard "
        "errors rest"
    )
    crossed = setup.rows.crossed is not None and clusters < studies
    return in_units(setup, fit, level), fit.clusters, ((joins,) if crossed else ()) + fit.warnings


def robust_inference(fit: MultilevelFit, kind: Kind = "CR2", df_rule: DfRule = "Satterthwaite") -> RobustFit:
    """Return cluster-robust inference for a fit, for `review.meta.sandwich.wald_htz` and other corrections than CR2.

    Parameters
    ----------
    fit
        A fit.
    kind
        Correction for few clusters, see `review.meta.sandwich.robust_blocks`.
    df_rule
        "Satterthwaite" or "m-p".

    Raises
    ------
    InvalidInput
        For unknown options.
    """
    setup = set_up(inputs_of(fit), restricted=fit.method == "REML")
    unit = setup.scaled.unit
    found = robust_scaled(setup, np.array(fit.sigma2) / unit / unit, fit.level, kind, df_rule)
    return replace(
        found, coefficients=in_units(setup, found, fit.level), covariance=found.covariance * unit * unit
    )
