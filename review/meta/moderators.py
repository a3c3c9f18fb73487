"""Moderators by formula: a table and "x1 + C(x2)" in, a meta-regression out."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from review.meta.contrasts import contrasts
from review.meta.errors import InvalidInput
from review.meta.regression import meta_regression
from review.meta.regression_result import RegressionEstimate
from review.meta.rows import ExcludedRow
from review.meta.tau2 import Method
from review.meta.univariate import Test

if TYPE_CHECKING:
    import pandas as pd


def regress(
    formula: str,
    data: "pd.DataFrame",
    *,
    yi: str = "yi",
    vi: str = "vi",
    labels: str | None = None,
    cluster: str | None = None,
    method: Method = "REML",
    test: Test = "knha",
    level: float = 95.0,
) -> RegressionEstimate:
    """Fit effects on the moderators that a formula names.

    Parameters
    ----------
    formula
        Right-hand side in Wilkinson's notation, such as "bits + C(technique)" or "0 + C(technique)" (no intercept);
        numbers enter as they are, words as categories, the first in sorted order being the reference.
    data
        One row per effect.
    yi
        Column of effects.
    vi
        Column of sampling variances.
    labels
        Column that names the rows in messages; None numbers them from 1.
    cluster
        Column of clusters; `robust` then holds CR2 standard errors.
    method
        Estimator of tau2, see `review.meta.tau2`.
    test
        "knha", "adhoc", "t" or "z".
    level
        Confidence level in percent.

    Raises
    ------
    InvalidInput
        For a column that is not there, a formula that cannot be read, or what `meta_regression` refuses.

    Notes
    -----
    Rows with a missing effect, variance or moderator are left out before categories are coded, so that a category that
    no used row has gets no column. `term_tests` of the result holds one joint test per term of the formula. A formula is
    code: it is evaluated, and must not come from strangers.

    References
    ----------
    Wilkinson and Rogers (1973), Applied Statistics 22, 392–399.
    """
    if "~" in formula:
        raise InvalidInput(
            f"the formula {formula!r} has a left side: give the moderators alone, such as 'x1 + C(x2)'"
        )
    for name in (yi, vi, labels, cluster):
        if name is not None and name not in data.columns:
            raise InvalidInput(_no_column(name, data))
    needed = _variables(formula, data)
    names: list[str | int] = (
        list(range(1, len(data) + 1)) if labels is None else [str(x) for x in data[labels]]
    )
    usable = data[[yi, vi, *needed]].notna().all(axis=1).to_numpy()
    lost = {i: _why(data, i, [yi, vi, *needed], names[i]) for i in np.flatnonzero(~usable).tolist()}
    rows = data[usable]
    if rows.empty:
        raise InvalidInput(
            f"no row can be pooled (k = 0 of {len(data)} given): each lacks an effect or a moderator"
        )
    matrix, terms, spans = _matrix(formula, rows)
    kept = [names[i] for i in np.flatnonzero(usable).tolist()]
    groups: Sequence[Hashable] | None = None if cluster is None else rows[cluster].tolist()
    fit = meta_regression(
        rows[yi].to_numpy(),
        rows[vi].to_numpy(),
        matrix,
        terms=terms,
        method=method,
        test=test,
        level=level,
        labels=kept,
        cluster=groups,
    )
    tests = []
    for term, columns in spans:
        together = contrasts(fit, np.eye(fit.p)[columns]).together
        if together is not None:
            tests.append(replace(together, terms=(term,)))
    excluded = (*lost.values(), *fit.excluded_rows)
    return replace(fit, excluded_rows=excluded, term_tests=tuple(tests))


def _no_column(name: str, data: "pd.DataFrame") -> str:
    return f"there is no column {name!r}: choose from {', '.join(map(str, data.columns))}"


def _variables(formula: str, data: "pd.DataFrame") -> list[str]:
    from formulaic import Formula  # type: ignore[import-untyped]

    try:
        needed = sorted(str(name) for name in Formula(formula).required_variables)
    except Exception as error:  # noqa: BLE001 - the parser raises errors of many kinds
        raise InvalidInput(_unreadable(formula, error)) from None
    for name in needed:
        if name not in data.columns:
            raise InvalidInput(_no_column(name, data))
    return needed


def _unreadable(formula: str, error: Exception) -> str:
    reason = " ".join(str(error).split()) or type(error).__name__
    return f"the formula {formula!r} cannot be read ({reason}): write it like 'x1 + C(x2)'"


def _why(data: "pd.DataFrame", i: int, columns: list[str], name: str | int) -> ExcludedRow:
    missing = [column for column in columns if data[column].isna().iloc[i]]
    return ExcludedRow(name, " and ".join(f"{column} is missing" for column in missing))


def _matrix(
    formula: str, rows: "pd.DataFrame"
) -> tuple[NDArray[np.float64], list[str], list[tuple[str, list[int]]]]:
    """Return the design matrix, names of its columns, and the columns of each term but the intercept."""
    from formulaic import model_matrix

    try:
        built: Any = model_matrix(formula, rows, na_action="ignore", context={})
    except Exception as error:  # noqa: BLE001 - whatever an expression of the formula raises
        raise InvalidInput(_unreadable(formula, error)) from None
    terms = ["intercept" if name == "Intercept" else str(name) for name in built.columns]
    spans = [
        (str(term), list(indices))
        for term, indices in built.model_spec.term_indices.items()
        if str(term) != "1" and indices
    ]
    return np.asarray(built, dtype=np.float64), terms, spans
