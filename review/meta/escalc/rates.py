"""Events per time at risk in two groups: xi events in ti units of time."""

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from review.meta.escalc.cells import To, add_to_cells
from review.meta.escalc.formula import Pair, measure
from review.meta.escalc.result import EffectSizes, Vector
from review.meta.escalc.table import Labels, Table

COLUMNS = ("x1i", "t1i", "x2i", "t2i")
TAKES: Final = """x1i, t1i, x2i, t2i
    Events (≥ 0) and time at risk (> 0) of the two groups, shape (n,).
add, to
    What is added to the events, and where ("only0", "all", "if0all", "none").
drop00
    Whether rows without any event are left out."""
REFUSED: Final = "negative counts or times, unknown options"


class Rates(NamedTuple):
    """Events after correction with their times, and the table that they came from.

    Parameters
    ----------
    table
        Holds the rows and the reasons why some are left out.
    x1, t1, x2, t2
        Events and time at risk of the two groups, shape (n,).
    text
        The correction in words.
    """

    table: Table
    x1: Vector
    t1: Vector
    x2: Vector
    t2: Vector
    text: str


class OfRates(Protocol):
    """A measure of two incidence rates."""

    def __call__(
        self,
        x1i: ArrayLike,
        t1i: ArrayLike,
        x2i: ArrayLike,
        t2i: ArrayLike,
        *,
        add: float = ...,
        to: To = ...,
        drop00: bool = ...,
        labels: Labels = ...,
    ) -> EffectSizes:
        """Return effect sizes from events and times."""


def _of_rates(code: str, label: str, *, add: float = 0.5) -> Callable[[Callable[[Rates], Pair]], OfRates]:
    """Make a measure of two rates from a formula on corrected events."""
    usual = add

    def make(formula: Callable[[Rates], Pair]) -> OfRates:
        @measure(TAKES, refuses=REFUSED, formula=formula)
        def of_rates(
            x1i: ArrayLike,
            t1i: ArrayLike,
            x2i: ArrayLike,
            t2i: ArrayLike,
            *,
            add: float = usual,
            to: To = "only0",
            drop00: bool = False,
            labels: Labels = None,
        ) -> EffectSizes:
            t = Table(dict(zip(COLUMNS, (x1i, t1i, x2i, t2i), strict=True)), labels)
            t.at_least(0, "x1i", "x2i")
            t.more_than(0, "t1i", "t2i")
            if drop00:
                t.leave_out((t["x1i"] == 0) & (t["x2i"] == 0), "no event in either group (drop00)")
            (x1, x2), text = add_to_cells(t, ("x1i", "x2i"), add, to)
            pair = formula(Rates(t, x1, t["t1i"], x2, t["t2i"], text))
            return t.effects(code, label, *pair, correction=text)

        return of_rates

    return make


@_of_rates("IRR", "log incidence rate ratio")
def log_rate_ratio(rates: Rates) -> Pair:
    """Return log incidence rate ratios (IRR)."""
    t, x1, t1, x2, t2, _ = rates
    t.leave_out((x1 == 0) | (x2 == 0), "a group without events has no log rate")
    return np.log(x1 / t1) - np.log(x2 / t2), 1 / x1 + 1 / x2


@_of_rates("IRD", "incidence rate difference")
def rate_difference(rates: Rates) -> Pair:
    """Return differences of incidence rates (IRD)."""
    _, x1, t1, x2, t2, _ = rates
    return x1 / t1 - x2 / t2, x1 / t1 / t1 + x2 / t2 / t2


@_of_rates("IRSD", "square root incidence rate difference", add=0.0)
def root_rate_difference(rates: Rates) -> Pair:
    """Return differences of square root incidence rates (IRSD), which need nothing added."""
    _, x1, t1, x2, t2, _ = rates
    return np.sqrt(x1 / t1) - np.sqrt(x2 / t2), 1 / (4 * t1) + 1 / (4 * t2)
