"""Cumulative meta-analysis: the pooled effect as rows come in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from review.meta.errors import InvalidInput
from review.meta.result import PooledEstimate
from review.meta.rows import absent
from review.meta.sensitivity import words
from review.meta.sensitivity.refits import (
    Refit,
    Refits,
    clustered_warning,
    frame,
    independent_rows,
    refit,
    special_warnings,
    told,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class UpToRow(Refit):
    """The pooled effect of the rows up to and including one.

    Parameters
    ----------
    added
        Label of the row that was added last.
    """

    added: str | int


@dataclass(frozen=True, kw_only=True)
class Cumulative(Refits):
    """The pooled effect of the first row, the first two, and so on.

    Parameters
    ----------
    order
        Positions of the rows (counted from 0 among those pooled) in the order in which they were added.
    ordered_by
        What the order rests on: "the order of the rows" or the name given.
    refits
        One per row, in that order; the last holds all rows.
    """

    order: tuple[int, ...]
    ordered_by: str
    refits: tuple[UpToRow, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per row added."""
        return frame(self.refits, "added")

    def __str__(self) -> str:
        return words.cumulative_lines(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return words.cumulative_report(self)


def cumulative(
    result: PooledEstimate,
    order: Sequence[Any] | NDArray[np.generic] | Mapping[Any, Any] | None = None,
    *,
    ordered_by: str = "the values given",
) -> Cumulative:
    """Pool the rows one after the other, tau2 estimated anew at each step.

    Parameters
    ----------
    result
        A random-effects or equal-effects analysis; its estimator, test and level are kept.
    order
        What to sort the rows by (publication years, say): one value per pooled row in their order, or one per row given
        where rows are numbered, or a mapping from row label to value; ties keep the order of the rows. None keeps the
        order of the rows throughout.
    ordered_by
        What the values are, for the text.

    Raises
    ------
    InvalidInput
        Without variances, or when the values do not fit the rows, are missing or cannot be compared.

    References
    ----------
    Lau et al. (1992), New England Journal of Medicine 327, 248–254.
    """
    scaled = independent_rows(result, "a cumulative analysis")
    places = list(range(result.k)) if order is None else _sorted(_values(order, result), result.rows)
    inside = np.zeros((result.k, result.k), dtype=np.bool_)
    inside[:, places] = np.tri(result.k, dtype=np.bool_)
    lines = told(refit(result, scaled, inside), scaled, result.test, result.level)
    refits = tuple(UpToRow(added=result.rows[at], **line) for at, line in zip(places, lines, strict=True))
    names = [f"with row {r.added} added" if r.k > 1 else f"at the start (row {r.added})" for r in refits]
    return Cumulative(
        method=result.method,
        test=result.test,
        level=result.level,
        all_rows=Refit(**lines[-1]),
        order=tuple(places),
        ordered_by="the order of the rows" if order is None else ordered_by,
        refits=refits,
        warnings=(*clustered_warning(result), *special_warnings(refits, names, result.test)),
        excluded_rows=result.excluded_rows,
    )


def _values(
    order: Sequence[Any] | NDArray[np.generic] | Mapping[Any, Any], result: PooledEstimate
) -> list[Any]:
    """Return one value per pooled row."""
    if isinstance(order, Mapping):
        lost = [label for label in result.rows if label not in order]
        if lost:
            raise InvalidInput(
                f"row {', '.join(map(str, lost[:10]))} has no value to order by: give one for every pooled row"
            )
        return [order[label] for label in result.rows]
    values = order.tolist() if isinstance(order, np.ndarray) else list(order)
    if len(values) == result.k:
        return values
    labels = [*result.rows, *(x.row for x in result.excluded_rows)]
    numbered = sorted((x for x in labels if isinstance(x, int)), key=int)
    if len(values) == len(labels) and numbered == list(range(1, len(labels) + 1)):
        return [values[int(label) - 1] for label in result.rows]
    raise InvalidInput(
        f"order has {len(values)} values but {result.k} rows were pooled: give one value per pooled row, or a mapping "
        "from row label to value"
    )


def _sorted(values: list[Any], labels: Sequence[object]) -> list[int]:
    lost = [str(label) for value, label in zip(values, labels, strict=True) if absent(value)]
    if lost:
        raise InvalidInput(
            f"row {', '.join(lost[:10])} has no value to order by: give one for every pooled row"
        )
    try:
        return sorted(range(len(values)), key=lambda i: values[i])
    except TypeError as error:
        raise InvalidInput(
            f"the values to order by cannot be compared with each other ({error}): give numbers only, or text only"
        ) from None
