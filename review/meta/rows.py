"""Reading the rows of an analysis: which are pooled, which are left out and why, which are refused."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta.errors import InvalidInput

ONE_NUMBER_EACH = "give one number per row and leave a missing one empty (None or NaN)"


@dataclass(frozen=True)
class ExcludedRow:
    """A row that was left out of the analysis.

    Parameters
    ----------
    row
        The row's label, or its number counted from 1.
    why
        The reason, in words.
    """

    row: str | int
    why: str


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows that enter an analysis, and those that do not.

    Parameters
    ----------
    yi
        Effects, shape (k,), finite.
    vi
        Sampling variances, shape (k,), finite and positive; None on the no-variance route.
    labels
        k labels (or row numbers counted from 1).
    cluster
        Cluster numbers 0 … m−1, shape (k,), in order of first appearance; None when not clustered.
    excluded
        The rows left out.
    design
        Design matrix of the rows, shape (k, p), finite; None without moderators.
    terms
        p names of its columns.
    kept
        Positions of the rows among those given, counted from 0.
    """

    yi: NDArray[np.float64]
    vi: NDArray[np.float64] | None
    labels: tuple[str | int, ...]
    cluster: NDArray[np.intp] | None
    excluded: tuple[ExcludedRow, ...]
    design: NDArray[np.float64] | None = None
    terms: tuple[str, ...] = ()
    kept: tuple[int, ...] = ()


def read_rows(
    yi: ArrayLike,
    vi: ArrayLike | None,
    *,
    labels: Sequence[object] | None = None,
    cluster: Sequence[Hashable] | NDArray[np.generic] | None = None,
    design: ArrayLike | None = None,
    terms: Sequence[str] | None = None,
) -> Rows:
    """Split the rows into those that are pooled and those that are left out.

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    vi
        Sampling variances in squared units of yi, shape (n,), > 0; missing, NaN and infinite values leave the
        row out; None when no variances are used.
    labels
        n labels that name the rows in messages; None numbers them from 1.
    cluster
        n cluster labels (study, research group); None when rows are independent.
    design
        Design matrix of a meta-regression, shape (n, p); a row with a missing or infinite entry is left out.
    terms
        p names of its columns; None calls them intercept (the first column of ones), x0, x1 …

    Raises
    ------
    InvalidInput
        For shapes that disagree, values that are not numbers, a variance of zero or less, a pooled row
        without a cluster, or no row left.

    Notes
    -----
    A variance of zero or less is an error of the source, not a missing value: to truncate or drop it quietly
    would hide the error and change the weights of all other rows.
    """
    effects = _vector(yi, "yi")
    n = effects.size
    variances = None if vi is None else _vector(vi, "vi", n)
    names: tuple[str | int, ...] = tuple(range(1, n + 1))
    if labels is not None:
        if len(labels) != n:
            raise InvalidInput(f"labels has {len(labels)} entries but yi has {n}: give one label per row")
        names = tuple(x if isinstance(x, int) and not isinstance(x, bool) else str(x) for x in labels)
    if variances is not None:
        _refuse_non_positive(variances, names)
    matrix, columns = _matrix(design, terms, n)
    excluded = _excluded(
        [
            ("yi", effects),
            *([] if variances is None else [("vi", variances)]),
            *((term, matrix[:, j]) for j, term in enumerate(columns)),
        ],
        names,
    )
    kept = np.setdiff1d(np.arange(n), list(excluded)) if excluded else np.arange(n)
    if not kept.size:
        what = "yi" if variances is None else "yi and vi" if design is None else "yi, vi and moderator"
        raise InvalidInput(
            f"no row can be pooled (k = 0 of {n} given): at least one row needs a finite {what}"
        )
    return Rows(
        yi=effects[kept],
        vi=None if variances is None else variances[kept],
        labels=tuple(names[i] for i in kept.tolist()),
        cluster=None if cluster is None else _cluster_numbers(cluster, n, kept, names),
        excluded=tuple(excluded.values()),
        design=matrix[kept] if columns else None,
        terms=columns,
        kept=tuple(kept.tolist()),
    )


def _vector(values: ArrayLike, name: str, length: int | None = None) -> NDArray[np.float64]:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            f"{name} holds something that is not a number ({error}): {ONE_NUMBER_EACH}"
        ) from None
    if array.ndim != 1:
        raise InvalidInput(f"{name} has shape {array.shape} but must be one-dimensional: {ONE_NUMBER_EACH}")
    if length is not None and array.size != length:
        raise InvalidInput(f"{name} has {array.size} entries but yi has {length}: {ONE_NUMBER_EACH}")
    return array


def _refuse_non_positive(variances: NDArray[np.float64], names: tuple[str | int, ...]) -> None:
    bad = np.flatnonzero(variances <= 0)
    if bad.size:
        listed = ", ".join(f"row {names[i]}: vi = {variances[i]:g}" for i in bad[:10])
        more = f" and {bad.size - 10} more" if bad.size > 10 else ""
        raise InvalidInput(
            f"a sampling variance must be greater than 0, but {listed}{more}: "
            "correct it at the source, or leave it empty to exclude the row"
        )


def _excluded(
    columns: Sequence[tuple[str, NDArray[np.float64]]], names: tuple[str | int, ...]
) -> dict[int, ExcludedRow]:
    good = np.logical_and.reduce([np.isfinite(values) for _, values in columns])
    found = {}
    for i in np.flatnonzero(~good).tolist():
        why = [
            f"{column} is {'missing' if np.isnan(values[i]) else 'infinite'}"
            for column, values in columns
            if not np.isfinite(values[i])
        ]
        found[i] = ExcludedRow(names[i], " and ".join(why))
    return found


def _matrix(
    design: ArrayLike | None, terms: Sequence[str] | None, n: int
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    if design is None:
        return np.empty((n, 0)), ()
    try:
        matrix = np.asarray(design, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            f"the design matrix holds something that is not a number ({error}): code categories as 0 and 1"
        ) from None
    if matrix.ndim != 2 or matrix.shape[0] != n or not matrix.shape[1]:
        raise InvalidInput(
            f"the design matrix has shape {matrix.shape} but must be ({n}, p): one row per effect, one column per term"
        )
    p = matrix.shape[1]
    if terms is None:
        constant = (matrix == 1).all(axis=0)
        first = int(constant.argmax()) if constant.any() else -1
        return matrix, tuple("intercept" if j == first else f"x{j}" for j in range(p))
    if len(terms) != p or len(set(terms)) != p:
        raise InvalidInput(f"{len(terms)} terms name {p} columns: give each column a name of its own")
    return matrix, tuple(str(term) for term in terms)


def _cluster_numbers(
    cluster: Sequence[Hashable] | NDArray[np.generic],
    n: int,
    kept: NDArray[np.intp],
    names: tuple[str | int, ...],
) -> NDArray[np.intp]:
    if len(cluster) != n:
        raise InvalidInput(f"cluster has {len(cluster)} entries but yi has {n}: give one cluster per row")
    values = list(cluster)
    lost = [names[i] for i in kept if absent(values[i])]
    if lost:
        raise InvalidInput(
            f"row {', '.join(map(str, lost[:10]))} has no cluster: name the study of every row, "
            "and give a row that stands alone a cluster of its own"
        )
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(values[i], len(numbers)) for i in kept], dtype=np.intp)


def absent(value: object) -> bool:
    """Return whether a label is missing: None, NaN, NA, or blank.

    Parameters
    ----------
    value
        A label.
    """
    if value is None or type(value).__name__ in {
        "NAType",
        "NaTType",
    }:  # pandas' own, without importing pandas
        return True
    return not value.strip() if isinstance(value, str) else bool(value != value)
