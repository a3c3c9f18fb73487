"""From rows to what is maximised: scaled effects, blocks, and which variance components can be estimated."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.meta.design import Design, check_span, read_design
from review.meta.errors import InvalidInput
from review.meta.multilevel.blocks import Numbers, stacks
from review.meta.multilevel.determined import determined
from review.meta.multilevel.grouping import joined, numbered
from review.meta.multilevel.inputs import Inputs
from review.meta.multilevel.known import refuse_indefinite
from review.meta.multilevel.likelihood import Problem
from review.meta.scaling import Scaled, scale

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Setup:
    """Everything a fit needs that does not depend on the variance components.

    Parameters
    ----------
    rows
        The rows.
    x
        Their design.
    scaled
        Their effects and variances in units of a typical standard error.
    problem
        What is maximised.
    names
        d names of the components.
    groups
        Group numbers of each component's factor.
    block
        Numbers of the blocks of rows that depend on each other, the crossed factor left aside.
    free
        Which components can be estimated, shape (d,).
    reasons
        Why the others cannot.
    """

    rows: Inputs
    x: Design
    scaled: Scaled
    problem: Problem
    names: tuple[str, ...]
    groups: tuple[Numbers, ...]
    block: Numbers
    free: NDArray[np.bool_]
    reasons: tuple[str, ...]

    @property
    def covariance(self) -> Array | None:
        """The given covariance of sampling errors in scaled units, shape (k, k); None without one."""
        unit = self.scaled.unit
        return None if self.rows.covariance is None else self.rows.covariance / unit / unit


def set_up(rows: Inputs, *, restricted: bool) -> Setup:
    """Prepare a fit.

    Parameters
    ----------
    rows
        The rows.
    restricted
        REML or ML.

    Raises
    ------
    InvalidInput
        When columns of the design depend on each other, for not more rows than columns, for variances more than 12
        orders of magnitude apart, or for a covariance that is not positive definite.
    """
    if rows.yi.size == 1 and len(rows.terms) == 1:
        raise InvalidInput(
            f"only row {rows.labels[0]} can be used (k = 1): a model for dependent effects needs at least 2 rows; "
            "report the row with its own standard error"
        )
    x = read_design(rows.design, rows.terms)
    check_span(rows.vi, rows.labels)
    scaled = scale(rows.yi, rows.vi, rows.labels, centred=x.constant is not None)
    study = numbered(rows.study)
    estimate = (
        np.arange(study.size, dtype=np.intp) if rows.estimate is None else numbered(rows.study, rows.estimate)
    )
    nested = {"study": study, "estimate": estimate}
    factors = [nested[level] for level in rows.levels]
    crossed = None if rows.crossed is None else numbered(rows.crossed)
    covariance = rows.covariance
    linked = [estimate, *([study] if "study" in rows.levels or rows.rho else [])]
    block = joined(study.size, linked, covariance)
    if covariance is not None:
        _refuse_indefinite(covariance, block, rows.labels)
        covariance = covariance / scaled.unit / scaled.unit
    names = rows.levels + (() if crossed is None else ("crossed",))
    groups = (*factors, *(() if crossed is None else (crossed,)))
    free, reasons = determined(x.basis, block, factors, crossed, names, restricted=restricted)
    laid = stacks(scaled.v, block, factors, study=study, rho=rows.rho, covariance=covariance)
    problem = Problem(scaled.y, x.basis, laid, crossed, restricted)
    return Setup(rows, x, scaled, problem, names, groups, block, free, reasons)


def _refuse_indefinite(covariance: Array, block: Numbers, labels: tuple[str | int, ...]) -> None:
    order = np.argsort(block, kind="stable")
    for at in np.split(order, np.cumsum(np.bincount(block))[:-1]):
        if at.size > 1:
            refuse_indefinite(covariance[np.ix_(at, at)], [str(labels[i]) for i in at])
