"""Moderators by formula: a table and "x1 + C(x2)" in, a meta-regression out."""

import ast
import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
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

ALLOWED = frozenset(
    {"C", "I", "Q", "bs", "center", "cr", "cs", "exp", "log", "log10", "log2", "poly", "scale"}
)
"""Functions that a formula may call."""
CODINGS = frozenset({"treatment", "sum", "helmert", "poly", "diff"})
PLAIN = (
    ast.Expression,
    ast.Call,
    ast.Constant,
    ast.keyword,
    ast.BinOp,
    ast.UnaryOp,
    ast.operator,
    ast.unaryop,
    ast.expr_context,
)


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
    no used row has gets no column. `term_tests` of the result holds one joint test per term of the formula. A formula may
    hold columns, numbers, operators and the functions of `ALLOWED`; it is checked before anything is evaluated.

    References
    ----------
    Wilkinson and Rogers (1973), Applied Statistics 22, 392–399.
    """
    for name in (yi, vi, labels, cluster):
        if name is not None and name not in data.columns:
            raise InvalidInput(_no_column(name, data))
    names: list[str | int] = (
        list(range(1, len(data) + 1)) if labels is None else [str(x) for x in data[labels]]
    )
    read = read_formula(formula, data, [yi, vi], names)
    rows = data.loc[read.usable]
    groups: Sequence[Hashable] | None = None if cluster is None else rows[cluster].tolist()
    fit = meta_regression(
        rows[yi].to_numpy(),
        rows[vi].to_numpy(),
        read.design,
        terms=read.terms,
        method=method,
        test=test,
        level=level,
        labels=[names[i] for i in np.flatnonzero(read.usable).tolist()],
        cluster=groups,
    )
    tests = []
    for term, columns in read.spans:
        together = contrasts(fit, np.eye(fit.p)[list(columns)]).together
        if together is not None:
            tests.append(replace(together, terms=(term,)))
    excluded = (*read.excluded, *fit.excluded_rows)
    return replace(fit, excluded_rows=excluded, term_tests=tuple(tests))


@dataclass(frozen=True, eq=False)
class Moderators:
    """The design matrix that a formula makes of a table.

    Parameters
    ----------
    usable
        Whether each row of the table has all that is needed, shape (n,).
    excluded
        The rows that have not, and why.
    design
        Design matrix of the usable rows, shape (k, p).
    terms
        p names of its columns.
    spans
        Each term of the formula but the intercept, with its columns.
    """

    usable: NDArray[np.bool_]
    excluded: tuple[ExcludedRow, ...]
    design: NDArray[np.float64]
    terms: tuple[str, ...]
    spans: tuple[tuple[str, tuple[int, ...]], ...]


def read_formula(
    formula: str, data: "pd.DataFrame", needed: Sequence[str], names: Sequence[str | int]
) -> Moderators:
    """Code the moderators of a formula over the rows that can be used.

    Parameters
    ----------
    formula
        Right-hand side in Wilkinson's notation, see `regress`.
    data
        One row per effect.
    needed
        Columns that a row must have besides its moderators.
    names
        n names of the rows for messages.

    Raises
    ------
    InvalidInput
        For a formula that cannot be read or asks for more than arithmetic on columns, a column that is not there, or no
        usable row.
    """
    if "~" in formula:
        raise InvalidInput(
            f"the formula {formula!r} has a left side: give the moderators alone, such as 'x1 + C(x2)'"
        )
    columns = [*needed, *_variables(formula, data)]
    usable = data[columns].notna().all(axis=1).to_numpy(dtype=bool)
    excluded = tuple(_why(data, i, columns, names[i]) for i in np.flatnonzero(~usable).tolist())
    if not usable.any():
        raise InvalidInput(
            f"no row can be pooled (k = 0 of {len(data)} given): each lacks an effect or a moderator"
        )
    matrix, terms, spans = _matrix(formula, data[usable])
    return Moderators(usable, excluded, matrix, tuple(terms), tuple(spans))


def _no_column(name: str, data: "pd.DataFrame") -> str:
    return f"there is no column {name!r}: choose from {', '.join(map(str, data.columns))}"


def _variables(formula: str, data: "pd.DataFrame") -> list[str]:
    from formulaic import Formula, SimpleFormula  # type: ignore[import-untyped]

    try:
        parsed: Any = Formula(formula)
    except Exception as error:  # noqa: BLE001 - the parser raises errors of many kinds
        raise InvalidInput(_unreadable(formula, error)) from None
    if not isinstance(parsed, SimpleFormula):
        raise InvalidInput(f"the formula {formula!r} has several parts: give one, such as 'x1 + C(x2)'")
    for factor in {factor for term in parsed for factor in term.factors}:
        if factor.eval_method.value == "python":
            _refuse_code(formula, str(factor.expr))
    needed = sorted(str(name) for name in parsed.required_variables)
    for name in needed:
        if name not in data.columns:
            raise InvalidInput(_no_column(name, data))
    return needed


def _refuse_code(formula: str, expression: str) -> None:
    """Refuse what is more than arithmetic: formulaic evaluates an expression with all of Python's built-ins."""
    try:
        tree = ast.parse(re.sub(r"`[^`]*`", "column", expression), mode="eval")
    except (SyntaxError, ValueError) as error:
        raise InvalidInput(_unreadable(formula, error)) from None
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        plain = isinstance(node, PLAIN)
        function = node in called and (
            (isinstance(node, ast.Name) and node.id in ALLOWED)
            or (isinstance(node, ast.Attribute) and _coding(node))
        )
        name = isinstance(node, ast.Name) and node not in called and not node.id.startswith("__")
        coding = isinstance(node, ast.Attribute) and _coding(node)
        if not (plain or function or name or coding):
            raise InvalidInput(
                f"the formula {formula!r} holds {ast.unparse(node)!r}, which is no arithmetic on columns: allowed are "
                f"columns, numbers, operators and {', '.join(sorted(ALLOWED))}"
            )


def _coding(node: ast.Attribute) -> bool:
    """Tell whether an attribute is one of the codings of categories, such as contr.treatment."""
    return isinstance(node.value, ast.Name) and node.value.id == "contr" and node.attr in CODINGS


def _unreadable(formula: str, error: Exception) -> str:
    marked = re.sub("\x1b\\[[0-9;]*m|[⧛⧚]", "", str(error))
    reason = " ".join(marked.split()) or type(error).__name__
    return f"the formula {formula!r} cannot be read ({reason}): write it like 'x1 + C(x2)'"


def _why(data: "pd.DataFrame", i: int, columns: list[str], name: str | int) -> ExcludedRow:
    missing = [column for column in columns if data[column].isna().iloc[i]]
    return ExcludedRow(name, " and ".join(f"{column} is missing" for column in missing))


def _matrix(
    formula: str, rows: "pd.DataFrame"
) -> tuple[NDArray[np.float64], list[str], list[tuple[str, tuple[int, ...]]]]:
    """Return the design matrix, names of its columns, and the columns of each term but the intercept."""
    from formulaic import model_matrix

    try:
        with np.errstate(all="ignore"):  # what is not finite leaves the row out, with its reason
            built: Any = model_matrix(formula, rows, na_action="ignore", context={})
    except Exception as error:  # noqa: BLE001 - whatever an expression of the formula raises
        raise InvalidInput(_unreadable(formula, error)) from None
    values = np.asarray(built, dtype=np.float64)
    terms = ["intercept" if name == "Intercept" else str(name) for name in built.columns]
    spans = [
        (str(term), tuple(indices))
        for term, indices in built.model_spec.term_indices.items()
        if str(term) != "1" and indices
    ]
    return values, terms, spans
