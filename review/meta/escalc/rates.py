"""Events per time at risk in two groups: xi events in ti units of time."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from review.meta.escalc.cells import To, add_to_cells
from review.meta.escalc.result import EffectSizes, Vector
from review.meta.escalc.table import Labels, Table


class _Rates(NamedTuple):
    table: Table
    x1: Vector
    t1: Vector
    x2: Vector
    t2: Vector
    text: str


def _read(
    given: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike], add: float, to: To, drop00: bool, labels: Labels
) -> _Rates:
    table = Table(dict(zip(("x1i", "t1i", "x2i", "t2i"), given, strict=True)), labels)
    table.at_least(0, "x1i", "x2i")
    table.more_than(0, "t1i", "t2i")
    if drop00:
        table.leave_out((table["x1i"] == 0) & (table["x2i"] == 0), "no event in either group (drop00)")
    (x1, x2), text = add_to_cells(table, ("x1i", "x2i"), add, to)
    return _Rates(table, x1, table["t1i"], x2, table["t2i"], text)


@np.errstate(all="ignore")
def log_rate_ratio(
    x1i: ArrayLike,
    t1i: ArrayLike,
    x2i: ArrayLike,
    t2i: ArrayLike,
    *,
    add: float = 0.5,
    to: To = "only0",
    drop00: bool = False,
    labels: Labels = None,
) -> EffectSizes:
    """Return log incidence rate ratios (IRR).

    Parameters
    ----------
    x1i, t1i, x2i, t2i
        Events (≥ 0) and time at risk (> 0) of the two groups, shape (n,).
    add, to
        What is added to the events, and where ("only0", "all", "if0all", "none").
    drop00
        Whether rows without any event are left out.
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative counts or times, unknown options, or shapes that disagree.
    """
    t, x1, t1, x2, t2, text = _read((x1i, t1i, x2i, t2i), add, to, drop00, labels)
    t.leave_out((x1 == 0) | (x2 == 0), "a group without events has no log rate")
    yi = np.log(x1 / t1) - np.log(x2 / t2)
    return t.effects("IRR", "log incidence rate ratio", yi, 1 / x1 + 1 / x2, correction=text)


@np.errstate(all="ignore")
def rate_difference(
    x1i: ArrayLike,
    t1i: ArrayLike,
    x2i: ArrayLike,
    t2i: ArrayLike,
    *,
    add: float = 0.5,
    to: To = "only0",
    drop00: bool = False,
    labels: Labels = None,
) -> EffectSizes:
    """Return differences of incidence rates (IRD).

    Parameters
    ----------
    x1i, t1i, x2i, t2i
        Events (≥ 0) and time at risk (> 0) of the two groups, shape (n,).
    add, to
        What is added to the events, and where ("only0", "all", "if0all", "none").
    drop00
        Whether rows without any event are left out.
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative counts or times, unknown options, or shapes that disagree.
    """
    t, x1, t1, x2, t2, text = _read((x1i, t1i, x2i, t2i), add, to, drop00, labels)
    vi = x1 / t1 / t1 + x2 / t2 / t2
    return t.effects("IRD", "incidence rate difference", x1 / t1 - x2 / t2, vi, correction=text)


@np.errstate(all="ignore")
def root_rate_difference(
    x1i: ArrayLike,
    t1i: ArrayLike,
    x2i: ArrayLike,
    t2i: ArrayLike,
    *,
    add: float = 0.0,
    to: To = "only0",
    drop00: bool = False,
    labels: Labels = None,
) -> EffectSizes:
    """Return differences of square root incidence rates (IRSD).

    Parameters
    ----------
    x1i, t1i, x2i, t2i
        Events (≥ 0) and time at risk (> 0) of the two groups, shape (n,).
    add, to
        What is added to the events, and where; the measure needs nothing added.
    drop00
        Whether rows without any event are left out.
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For negative counts or times, unknown options, or shapes that disagree.
    """
    t, x1, t1, x2, t2, text = _read((x1i, t1i, x2i, t2i), add, to, drop00, labels)
    yi = np.sqrt(x1 / t1) - np.sqrt(x2 / t2)
    label = "square root incidence rate difference"
    return t.effects("IRSD", label, yi, 1 / (4 * t1) + 1 / (4 * t2), correction=text)
