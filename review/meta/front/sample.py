"""The columns that a question needs, read from its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from review.meta.errors import InvalidInput
from review.meta.front.question import Question, check_question
from review.meta.rows import ExcludedRow, absent

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, kw_only=True)
class Sample:
    """The columns that a question needs, read from its table, one entry per usable row.

    Parameters
    ----------
    yi
        Effects, shape (n,), NaN where missing.
    vi
        Sampling variances, shape (n,); None on the no-variance route.
    labels
        Names of the rows.
    cluster, study, estimate, crossed
        Labels as text, or None where not asked for.
    design
        Design matrix, shape (n, p); None without moderators.
    terms
        Its p names.
    excluded
        Rows that the formula could not use.
    places
        Positions of the rows in the table, counted from 0.
    """

    yi: NDArray[np.float64]
    vi: NDArray[np.float64] | None
    labels: tuple[str | int, ...]
    cluster: tuple[str | None, ...] | None
    study: tuple[str | None, ...] | None
    estimate: tuple[str | None, ...] | None
    crossed: tuple[str | None, ...] | None
    design: NDArray[np.float64] | None
    terms: tuple[str, ...]
    excluded: tuple[ExcludedRow, ...]
    places: tuple[int, ...]

    @property
    def used_clusters(self) -> list[str] | None:
        """The clusters of the rows that a model uses; None where rows are not clustered."""
        if self.cluster is None:
            return None
        used = set(self.used)
        return [str(name) for name, place in zip(self.cluster, self.places, strict=True) if place in used]

    @property
    def used(self) -> list[int]:
        """Positions in the table of the rows that a model uses: those whose numbers are all finite."""
        finite = np.isfinite(self.yi)
        if self.vi is not None:
            finite = finite & np.isfinite(self.vi)
        if self.design is not None:
            finite = finite & np.isfinite(self.design).all(axis=1)
        return [place for place, good in zip(self.places, finite.tolist(), strict=True) if good]


def read_sample(data: "pd.DataFrame", question: Question) -> Sample:
    """Take the columns that a question names out of a table.

    Parameters
    ----------
    data
        One row per effect.
    question
        What is asked.

    Raises
    ------
    InvalidInput
        For options that contradict each other, a column that is not there or holds no numbers, a standard error of
        zero or less, or a formula that cannot be read.
    """
    check_question(question)
    table = data.reset_index(drop=True)
    names: tuple[str | int, ...] = tuple(range(1, len(table) + 1))
    if question.labels is not None:
        words = _words(table, question.labels) or ()
        names = tuple(word if word is not None else number for word, number in zip(words, names, strict=True))
    yi = _numbers(table, question.yi)
    vi = variances_of(table, question, names)
    usable = np.ones(len(table), dtype=bool)
    design: NDArray[np.float64] | None = None
    terms: tuple[str, ...] = ()
    excluded: tuple[ExcludedRow, ...] = ()
    if question.mods is not None:
        from review.meta.moderators import read_formula

        columns = [question.yi, *([] if vi is None else [str(question.se or question.vi)])]
        read = read_formula(question.mods, table, columns, names)
        usable, design, terms, excluded = read.usable, read.design, read.terms, read.excluded
    kept = np.flatnonzero(usable).tolist()

    def labels(column: str | None) -> tuple[str | None, ...] | None:
        words = _words(table, column)
        return None if words is None else tuple(words[i] for i in kept)

    return Sample(
        yi=yi[usable],
        vi=None if vi is None else vi[usable],
        labels=tuple(names[i] for i in kept),
        cluster=labels(question.cluster or question.study),
        study=labels(question.study),
        estimate=labels(question.estimate),
        crossed=labels(question.crossed),
        design=design,
        terms=terms,
        excluded=excluded,
        places=tuple(kept),
    )


def _words(table: "pd.DataFrame", column: str | None) -> list[str | None] | None:
    """Return a column as text; whole numbers without a decimal point."""
    if column is None:
        return None
    if column not in table.columns:
        raise InvalidInput(f"there is no column {column!r}: choose from {', '.join(map(str, table.columns))}")
    return [None if absent(value) else _word(value) for value in table[column].tolist()]


def _word(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _numbers(table: "pd.DataFrame", column: str) -> NDArray[np.float64]:
    _words(table, column)
    found = []
    for row, value in enumerate(table[column].tolist(), 1):
        if not absent(value) and not isinstance(value, int | float):
            raise InvalidInput(f"row {row}: {column} = {value!r} is no number: write one, or leave it empty")
        found.append(np.nan if absent(value) else float(value))
    return np.array(found, dtype=np.float64)


def variances_of(
    table: "pd.DataFrame", question: Question, names: Sequence[str | int]
) -> NDArray[np.float64] | None:
    """Return the sampling variances of a table, squared standard errors where it has those.

    Parameters
    ----------
    table
        One row per effect.
    question
        Which column holds them.
    names
        Names of the rows for messages.

    Returns
    -------
    Shape (n,), NaN where missing; None on the no-variance route.

    Raises
    ------
    InvalidInput
        If no column was named, it is not there or holds words, or a standard error is zero or less.
    """
    if not question.variances:
        return None
    if question.se is None:
        if question.vi is None:
            raise InvalidInput(
                "neither variances nor standard errors were given: name the column of one of them"
            )
        return _numbers(table, question.vi)
    errors = _numbers(table, question.se)
    bad = np.flatnonzero(errors <= 0)
    if bad.size:
        listed = ", ".join(f"row {names[i]}: {question.se} = {errors[i]:g}" for i in bad[:10].tolist())
        raise InvalidInput(
            f"a standard error must be greater than 0, but {listed}: correct it, or leave it empty"
        )
    with np.errstate(over="ignore", under="ignore"):
        squared = np.asarray(errors**2)
    lost = np.flatnonzero(np.isfinite(errors) & ~((squared > 0) & np.isfinite(squared)))
    if lost.size:
        listed = ", ".join(f"row {names[i]}: {question.se} = {errors[i]:g}" for i in lost[:10].tolist())
        raise InvalidInput(
            f"the square of a standard error is its variance and must fit a double, but {listed}: check its units"
        )
    return squared
