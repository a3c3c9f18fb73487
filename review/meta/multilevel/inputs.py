"""The rows of a model for dependent effects, as they are read, taken back out of a fit, and cut down."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta.errors import InvalidInput
from review.meta.multilevel.grouping import Labels, plain_labels
from review.meta.multilevel.known import check_rho, read_covariance
from review.meta.rows import ExcludedRow, read_rows

if TYPE_CHECKING:
    from review.meta.multilevel.result import MultilevelFit

Array = NDArray[np.float64]
Names = tuple[Hashable, ...]

LEVELS = ("study", "estimate")


@dataclass(frozen=True, eq=False)
class Inputs:
    """Rows that can be fitted.

    Parameters
    ----------
    yi
        Effects, shape (k,).
    vi
        Sampling variances, shape (k,), > 0.
    labels
        k names of the rows.
    study
        k labels of the outer level.
    estimate
        k labels of the inner level; None where each row stands for itself.
    crossed
        k labels of the crossed factor; None without one.
    cluster
        k labels of wider clusters; None takes studies.
    design
        Design matrix, shape (k, p).
    terms
        p names of its columns.
    levels
        The nested random effects, outer level first.
    rho
        Correlation of sampling errors within a study; None for none.
    covariance
        Covariance of the sampling errors, shape (k, k); None where none was given.
    excluded
        The rows left out.
    """

    yi: Array
    vi: Array
    labels: tuple[str | int, ...]
    study: Names
    estimate: Names | None
    crossed: Names | None
    cluster: Names | None
    design: Array
    terms: tuple[str, ...]
    levels: tuple[str, ...]
    rho: float | None
    covariance: Array | None
    excluded: tuple[ExcludedRow, ...]


def read_inputs(
    yi: ArrayLike,
    vi: ArrayLike | None,
    *,
    study: Labels,
    estimate: Labels | None,
    crossed: Labels | None,
    cluster: Labels | None,
    rho: float | None,
    covariance: ArrayLike | None,
    levels: Sequence[str],
    design: ArrayLike | None,
    terms: Sequence[str] | None,
    labels: Sequence[object] | None,
) -> Inputs:
    """Read rows, and split them into those that are used and those that are left out.

    Parameters
    ----------
    yi, vi, study, estimate, crossed, cluster, rho, covariance, levels, design, terms, labels
        See `review.meta.multilevel.model.fit_multilevel`.

    Raises
    ------
    InvalidInput
        See there.
    """
    n = np.size(np.asarray(yi, dtype=object))
    matrix = None
    if covariance is not None:
        if rho is not None:
            raise InvalidInput("rho and covariance both say how sampling errors covary: give one of them")
        names = tuple(range(1, n + 1)) if labels is None else tuple(str(x) for x in labels)
        matrix = read_covariance(covariance, vi, names)
        vi = np.diag(matrix)
    elif vi is None:
        raise InvalidInput("vi is missing: give sampling variances, or their covariance matrix")
    rows = read_rows(
        yi,
        vi,
        labels=labels,
        design=design,
        terms=None if design is None else terms,
    )
    assert rows.vi is not None  # noqa: S101 - variances were given; for the type checker
    kept = np.array(rows.kept)
    optional = {
        name: None if given is None else plain_labels(given, n, rows, name)
        for name, given in (("estimate", estimate), ("crossed", crossed), ("cluster", cluster))
    }
    return Inputs(
        yi=rows.yi,
        vi=rows.vi,
        labels=rows.labels,
        study=plain_labels(study, n, rows, "study"),
        design=np.ones((kept.size, 1)) if rows.design is None else rows.design,
        terms=rows.terms or ("intercept",),
        levels=_levels(levels),
        rho=check_rho(rho),
        covariance=None if matrix is None else matrix[np.ix_(kept, kept)],
        excluded=rows.excluded,
        **optional,
    )


def _levels(levels: Sequence[str]) -> tuple[str, ...]:
    asked = (levels,) if isinstance(levels, str) else tuple(levels)
    if not asked or len(set(asked)) < len(asked) or not set(asked) <= set(LEVELS):
        raise InvalidInput(
            f"levels = {levels!r} is unknown: name study, estimate, or both, and give a further factor as crossed"
        )
    return tuple(level for level in LEVELS if level in asked)


def inputs_of(fit: "MultilevelFit") -> Inputs:
    """Return the rows that a fit was made from.

    Parameters
    ----------
    fit
        A fit.
    """
    return Inputs(
        yi=np.array(fit.yi),
        vi=np.array(fit.vi),
        labels=fit.rows,
        study=fit.studies,
        estimate=fit.estimates,
        crossed=fit.crossed,
        cluster=fit.cluster,
        design=np.array(fit.design),
        terms=fit.terms,
        levels=tuple(level for level in fit.sigma2_levels if level in LEVELS),
        rho=fit.rho,
        covariance=None if fit.known_covariance is None else np.array(fit.known_covariance),
        excluded=fit.excluded_rows,
    )


def cut_down(rows: Inputs, keep: NDArray[np.bool_]) -> Inputs:
    """Return some of the rows.

    Parameters
    ----------
    rows
        Rows that can be fitted.
    keep
        Which to keep, shape (k,).
    """
    at = np.flatnonzero(keep).tolist()

    def some(names: Names | None) -> Names | None:
        return None if names is None else tuple(names[i] for i in at)

    return replace(
        rows,
        yi=rows.yi[at],
        vi=rows.vi[at],
        labels=tuple(rows.labels[i] for i in at),
        study=tuple(rows.study[i] for i in at),
        estimate=some(rows.estimate),
        crossed=some(rows.crossed),
        cluster=some(rows.cluster),
        design=rows.design[at],
        covariance=None if rows.covariance is None else rows.covariance[np.ix_(at, at)],
    )
