"""Effects in units in which sums neither overflow nor lose digits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.meta.errors import InvalidInput

Vector = NDArray[np.float64]
WIDEST = 1e75  # cubes of weights and squares of effects must fit a double


@dataclass(frozen=True, eq=False)
class Scaled:
    """Effects about the most precise one, in units of a typical standard error.

    Parameters
    ----------
    y
        (yi − centre) / unit, shape (k,).
    v
        vi / unit², shape (k,).
    centre
        The effect of the most precise row, or 0.
    unit
        A power of 2, so that division does not round.
    """

    y: Vector
    v: Vector
    centre: float
    unit: float


def scale(yi: Vector, vi: Vector, labels: Sequence[object], *, centred: bool = True) -> Scaled:
    """Centre the effects on the most precise row and divide by a typical standard error.

    Parameters
    ----------
    yi
        Effects, shape (k,), finite.
    vi
        Sampling variances, shape (k,), > 0.
    labels
        k names of the rows, for the message.
    centred
        False leaves the origin where it is, for designs that hold no constant.

    Raises
    ------
    InvalidInput
        When a row lies out of all proportion to the others.
    """
    unit = 2.0 ** round(math.log2(float(np.sort(vi)[vi.size // 2])) / 2)
    centre = float(yi[vi.argmin()]) if centred else 0.0
    with np.errstate(over="ignore", under="ignore"):
        y, v = (yi - centre) / unit, vi / unit / unit
    bad = ~((v > 1 / WIDEST) & (v < WIDEST) & (np.abs(y) < WIDEST))
    if bad.any():
        listed = ", ".join(str(labels[i]) for i in np.flatnonzero(bad)[:10])
        raise InvalidInput(
            f"row {listed} lies more than 75 orders of magnitude away from the others: check the units of yi and vi"
        )
    return Scaled(y, v, centre, unit)


def scale_alone(yi: Vector, *, centred: bool = True) -> tuple[Vector, float, float]:
    """Return effects without variances as (yi − centre) / unit, with centre and unit.

    Parameters
    ----------
    yi
        Effects, shape (k,), finite.
    centred
        False leaves the origin where it is, for designs that hold no constant.

    Raises
    ------
    InvalidInput
        When the effects span more than a double can hold.
    """
    centre = float(yi[0]) if centred else 0.0
    with np.errstate(over="ignore"):
        y = yi - centre
        unit = float(np.abs(y).max()) or 1.0
    if not np.isfinite(unit):
        raise InvalidInput("yi spans more than a double can hold: check the units of the largest value")
    return y / unit, centre, unit
