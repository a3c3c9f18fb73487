"""Single proportions: xi events among ni cases, raw and transformed."""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from review.meta.escalc.cells import To, add_to_cells
from review.meta.escalc.formula import Pair, measure
from review.meta.escalc.result import EffectSizes, Vector
from review.meta.escalc.table import Labels, Table, choice

TAKES: Final = """xi, ni
    Events and cases, shape (n,), 0 ≤ xi ≤ ni, ni > 0.
add, to
    What is added to events and non-events, and where ("only0", "all", "if0all", "none")."""
UNBIASED: Final = """variance
    "LS" divides by the number of cases, "UB" (unbiased) by that number less one."""
REFUSED: Final = "impossible counts, unknown options"


class Counts(NamedTuple):
    """Events and non-events after correction, and the table that they came from.

    Parameters
    ----------
    table
        Holds the rows and the reasons why some are left out.
    x, m
        Events and non-events, shape (n,).
    text
        The correction in words.
    """

    table: Table
    x: Vector
    m: Vector
    text: str


class OfCounts(Protocol):
    """A measure of single proportions."""

    def __call__(
        self, xi: ArrayLike, ni: ArrayLike, *, add: float = ..., to: To = ..., labels: Labels = ...
    ) -> EffectSizes:
        """Return effect sizes from counts."""


def _read(xi: ArrayLike, ni: ArrayLike, add: float, to: To, labels: Labels) -> Counts:
    given = Table({"xi": xi, "ni": ni}, labels)
    given.at_least(0, "xi")
    given.more_than(0, "ni")
    given.refuse(given["xi"] > given["ni"], "xi", "at most ni")
    with_rest = Table({"xi": given["xi"], "ni": given["ni"], "mi": given["ni"] - given["xi"]}, given.rows)
    (x, m), text = add_to_cells(with_rest, ("xi", "mi"), add, to)
    return Counts(given, x, m, text)


def _of_counts(code: str, label: str, *, add: float = 0.5) -> Callable[[Callable[[Counts], Pair]], OfCounts]:
    """Make a measure of single proportions from a formula on corrected counts."""
    usual = add

    def make(formula: Callable[[Counts], Pair]) -> OfCounts:
        @measure(TAKES, refuses=REFUSED, formula=formula)
        def of_counts(
            xi: ArrayLike, ni: ArrayLike, *, add: float = usual, to: To = "only0", labels: Labels = None
        ) -> EffectSizes:
            counts = _read(xi, ni, add, to, labels)
            return counts.table.effects(code, label, *formula(counts), correction=counts.text)

        return of_counts

    return make


@measure(TAKES, UNBIASED, refuses=REFUSED)
def proportion(
    xi: ArrayLike,
    ni: ArrayLike,
    *,
    add: float = 0.5,
    to: To = "only0",
    variance: Literal["LS", "UB"] = "LS",
    labels: Labels = None,
) -> EffectSizes:
    """Return raw proportions x / n (PR)."""
    choice("variance", variance, ("LS", "UB"))
    t, x, m, text = _read(xi, ni, add, to, labels)
    n = x + m
    less = 1 if variance == "UB" else 0
    return t.effects("PR", "proportion", x / n, x / n * (m / n) / (n - less), correction=text)


@_of_counts("PLN", "log proportion")
def log_proportion(counts: Counts) -> Pair:
    """Return log proportions ln(x / n) (PLN)."""
    t, x, m, _ = counts
    t.leave_out(x == 0, "a proportion of 0 has no logarithm")
    # 1/x − 1/n, without the cancellation
    return -np.log1p(m / x), m / (x * (x + m))


@_of_counts("PLO", "log odds")
def logit_proportion(counts: Counts) -> Pair:
    """Return log odds ln(x / (n − x)) (PLO)."""
    t, x, m, _ = counts
    t.leave_out((x == 0) | (m == 0), "a proportion of 0 or 1 has no finite odds")
    return np.log(x / m), 1 / x + 1 / m


@_of_counts("PAS", "arcsine proportion", add=0.0)
def arcsine_proportion(counts: Counts) -> Pair:
    """Return arcsine square root proportions (PAS), which need nothing added."""
    _, x, m, _ = counts
    n = x + m
    return np.arcsin(np.sqrt(x / n)), 1 / (4 * n)


@_of_counts("PFT", "double arcsine proportion", add=0.0)
def freeman_tukey_proportion(counts: Counts) -> Pair:
    """Return Freeman–Tukey double arcsine proportions (PFT), which need nothing added.

    References
    ----------
    Freeman and Tukey (1950), Annals of Mathematical Statistics 21, 607–611.
    """
    _, x, m, _ = counts
    n = x + m
    return (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))) / 2, 1 / (4 * n + 2)
