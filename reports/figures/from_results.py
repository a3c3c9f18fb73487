"""From the results of the statistics to what the figures draw."""

import math
from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reports.figures.baujat import Baujat, BaujatPoint
from reports.figures.funnel import Funnel, FunnelPoint
from reports.figures.gosh import Gosh
from reports.figures.radial import Radial, RadialPoint
from review.meta.errors import InvalidInput

if TYPE_CHECKING:
    from review.meta.bias.trim_and_fill import TrimAndFill
    from review.meta.result import PooledEstimate
    from review.meta.sensitivity import baujat, gosh, radial


def named(row: object) -> str:
    """Return the label of a row on one line.

    Parameters
    ----------
    row
        Label or number of the row.
    """
    return " ".join(str(row).split())


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
        FunnelPoint(named(row), yi, math.sqrt(vi), measured=row in measured)
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
        tuple(BaujatPoint(named(row), x, y, measured=row in measured) for row, x, y in known),
        measure,
        heterogeneity_name="squared Pearson residual (share of Q)"
        if result.method == "FE"
        else "squared Pearson residual",
        influence_name="influence on the fit, standardised",
        omitted=tuple(named(row[0]) for row in rows if row not in known),
    )


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
        tuple(RadialPoint(named(row), x, z, measured=row in measured) for row, x, z in rows),
        pooled=result.slope,
        ci_low=low,
        ci_high=high,
        measure=measure,
        level=result.level,
        log=log,
        precision_name=f"precision, 1 / {below}",
        z_name=f"effect / {below}",
    )


def gosh_of(
    result: "gosh.Gosh",
    chosen: object = None,
    *,
    whole: "PooledEstimate | None" = None,
    measure: str = "effect",
    log: bool = False,
) -> Gosh:
    """Take a GOSH plot from the fits of the subsets.

    Parameters
    ----------
    result
        What `review.meta.sensitivity.gosh` returned.
    chosen
        Label of the study whose subsets get a colour of their own (those that hold any of its rows); None for none.
    whole
        The analysis of all rows, drawn as a cross.
    measure
        Name of the effect.
    log
        Whether estimates are log ratios, to be labelled as ratios.

    Raises
    ------
    InvalidInput
        When no row has the chosen label.
    """
    holds, name = None, ""
    if chosen is not None:
        places = [i for i, row in enumerate(result.rows) if str(row) == str(chosen)]
        if not places:
            raise InvalidInput(
                f"no pooled row is labelled {chosen!r}: choose one of {', '.join(map(str, result.rows))}"
            )
        name = named(chosen) if isinstance(result.rows[places[0]], str) else f"row {chosen}"
        holds = np.logical_or.reduce([_held(result, place) for place in places])
    return Gosh(
        result.estimate,
        result.I2,
        measure,
        result.k,
        holds=holds,
        chosen=name,
        whole=None if whole is None else (whole.coefficients[0].estimate, whole.I2 or 0.0),
        possible=2**result.k - 1,
        method=result.method,
        log=log,
    )


def _held(result: "gosh.Gosh", place: int) -> NDArray[np.bool_]:
    """Return which subsets hold the row at a place; labels need not be unique."""
    return np.unpackbits(result.members[:, place // 8, None], axis=1)[:, place % 8].astype(np.bool_)


def deciding_row(result: "gosh.Gosh") -> str | int:
    """Return the label of the row whose presence moves the mean estimate of the subsets most.

    Parameters
    ----------
    result
        What `review.meta.sensitivity.gosh` returned.
    """
    gaps = []
    for place in range(result.k):
        held = _held(result, place)
        gaps.append(
            abs(float(result.estimate[held].mean() - result.estimate[~held].mean()))
            if 0 < held.sum() < result.n
            else 0.0
        )
    return result.rows[int(np.argmax(gaps))]
