"""From a pooled effect to its funnel plot."""

import math
from collections.abc import Collection
from typing import TYPE_CHECKING

from reports.figures.from_results.names import one_line
from reports.figures.funnel import Funnel, FunnelPoint
from review.meta.errors import InvalidInput

if TYPE_CHECKING:
    from review.meta.bias.trim_and_fill import TrimAndFill
    from review.meta.result import PooledEstimate


def funnel_of(
    result: "PooledEstimate",
    filled: "TrimAndFill | None" = None,
    *,
    measure: str = "effect",
    log: bool = False,
    null: float = 0.0,
    pseudo: float | None = None,
    measured: Collection[object] = (),
) -> Funnel:
    """Take a funnel plot from a pooled effect.

    Parameters
    ----------
    result
        The analysis.
    filled
        Its trim-and-fill result, whose filled points are drawn hollow.
    measure
        Name of the effect.
    log
        Whether yi is a log ratio, to be labelled as a ratio.
    null
        Effect around which the contours stand.
    pseudo
        Level in percent of pseudo confidence limits around the pooled effect; None for none.
    measured
        Labels of the rows that were measured.

    Raises
    ------
    InvalidInput
        For an analysis without variances, or a trim-and-fill result of other rows.
    """
    if result.vi is None:
        raise InvalidInput("a funnel plot needs sampling variances, but this analysis has none: give vi")
    points = [
        FunnelPoint(one_line(row), yi, math.sqrt(vi), measured=row in measured)
        for row, yi, vi in zip(result.rows, result.yi, result.vi, strict=True)
    ]
    if filled is not None:
        if filled.k_total - filled.k0 != result.k:
            raise InvalidInput(
                f"the trim-and-fill result is of {filled.k_total - filled.k0} rows, the analysis of {result.k}: "
                "take both from the same rows"
            )
        added = zip(filled.filled_yi, filled.filled_vi, strict=True)
        points += [
            FunnelPoint(f"filled {n}", yi, math.sqrt(vi), filled=True) for n, (yi, vi) in enumerate(added, 1)
        ]
    return Funnel(
        tuple(points),
        measure,
        log=log,
        pooled=result.coefficients[0].estimate,
        null=null,
        adjusted=None if filled is None else filled.estimate,
        pseudo=pseudo,
    )
