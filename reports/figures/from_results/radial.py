"""From the numbers of `review.meta.sensitivity.radial` to the plot."""

import math
from collections.abc import Collection
from typing import TYPE_CHECKING

from reports.figures.from_results.names import one_line
from reports.figures.radial import Radial, RadialPoint

if TYPE_CHECKING:
    from review.meta.sensitivity import radial


def radial_of(
    result: "radial.Radial", *, measure: str = "effect", log: bool = False, measured: Collection[object] = ()
) -> Radial:
    """Take a radial plot from its numbers.

    Parameters
    ----------
    result
        What `review.meta.sensitivity.radial` returned.
    measure
        Name of the effect.
    log
        Whether yi is a log ratio, to be labelled as a ratio.
    measured
        Labels of the rows that were measured.
    """
    below = "standard error" if result.method == "FE" else "√(vi + τ²)"
    rows = zip(result.rows, result.precision, result.standardised, strict=True)
    low, high = (end if math.isfinite(end) else None for end in (result.slope_low, result.slope_high))
    return Radial(
        tuple(RadialPoint(one_line(row), x, z, measured=row in measured) for row, x, z in rows),
        pooled=result.slope,
        ci_low=low,
        ci_high=high,
        measure=measure,
        level=result.level,
        log=log,
        precision_name=f"precision, 1 / {below}",
        z_name=f"effect / {below}",
    )
