"""From the numbers of `review.meta.sensitivity.baujat` to the plot."""

import math
from collections.abc import Collection
from typing import TYPE_CHECKING

from reports.figures.baujat import Baujat, BaujatPoint
from reports.figures.from_results.names import one_line

if TYPE_CHECKING:
    from review.meta.sensitivity import baujat


def baujat_of(
    result: "baujat.Baujat", *, measure: str = "effect", measured: Collection[object] = ()
) -> Baujat:
    """Take a Baujat plot from its numbers; rows without them are named as omitted.

    Parameters
    ----------
    result
        What `review.meta.sensitivity.baujat` returned.
    measure
        Name of the effect.
    measured
        Labels of the rows that were measured.
    """
    rows = list(zip(result.rows, result.contribution, result.influence, strict=True))
    known = [row for row in rows if math.isfinite(row[1]) and math.isfinite(row[2])]
    return Baujat(
        tuple(BaujatPoint(one_line(row), x, y, measured=row in measured) for row, x, y in known),
        measure,
        heterogeneity_name="squared Pearson residual (share of Q)"
        if result.method == "FE"
        else "squared Pearson residual",
        influence_name="influence on the fit, standardised",
        omitted=tuple(one_line(row[0]) for row in rows if row not in known),
    )
