"""Leave-one-out: the pooled effect without each row."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from review.meta.result import PooledEstimate
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
class WithoutRow(Refit):
    """The pooled effect without one row.

    Parameters
    ----------
    omitted
        Label of the row left out.
    """

    omitted: str | int


@dataclass(frozen=True, kw_only=True)
class LeaveOneOut(Refits):
    """The pooled effect without each row in turn.

    Parameters
    ----------
    refits
        One per row, in the order of the rows.
    """

    refits: tuple[WithoutRow, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per row left out."""
        return frame(self.refits, "omitted")

    def __str__(self) -> str:
        return words.left_out_lines(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return words.left_out_report(self)


def leave_one_out(result: PooledEstimate) -> LeaveOneOut:
    """Pool the rows without each of them in turn, tau2 estimated anew.

    Parameters
    ----------
    result
        A random-effects or equal-effects analysis; its estimator, test and level are kept.

    Raises
    ------
    InvalidInput
        With fewer than 2 rows, or without variances.

    References
    ----------
    Viechtbauer and Cheung (2010), Research Synthesis Methods 1, 112–125.
    """
    scaled = independent_rows(result, "leave-one-out", 2)
    k = result.k
    inside = np.vstack((~np.eye(k, dtype=np.bool_), np.ones((1, k), dtype=np.bool_)))
    *lines, whole = told(refit(result, scaled, inside), scaled, result.test, result.level)
    refits = tuple(WithoutRow(omitted=label, **line) for label, line in zip(result.rows, lines, strict=True))
    names = [f"without row {label}" for label in result.rows]
    return LeaveOneOut(
        method=result.method,
        test=result.test,
        level=result.level,
        all_rows=Refit(**whole),
        refits=refits,
        warnings=(*clustered_warning(result), *special_warnings(refits, names, result.test)),
        excluded_rows=result.excluded_rows,
    )
