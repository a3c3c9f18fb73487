"""The rows of a forest plot, made from the rows of a result."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Final

from reports.figures.forest.data import ForestRow, ForestSummary, RawColumn
from reports.figures.from_results.names import one_line
from review.meta.inference import critical_value

FEWEST_DIGITS: Final = 2


@dataclass(frozen=True)
class RawData:
    """A column of the studies' own data: one cell per row of the result, in its order.

    Parameters
    ----------
    head
        Heading.
    cells
        Words or numbers; None and NaN are printed as a dash.
    over
        Heading over this and neighbouring columns that have the same.
    total
        Whether the sum of the numbers stands at the pooled estimates.
    left
        Whether the column is aligned at the left, as words are.
    """

    head: str
    cells: Sequence[object]
    over: str = ""
    total: bool = False
    left: bool = False

    @property
    def column(self) -> RawColumn:
        """The column without its cells."""
        return RawColumn(self.head, self.over, self.left)


@dataclass(frozen=True)
class Drawn:
    """The rows of a result and how they are named, k entries each.

    Parameters
    ----------
    names
        Labels of the result's rows.
    yi
        Their effects.
    vi
        Their sampling variances; None where there are none.
    weights
        Percent; None where rows have none.
    level
        Confidence level of their intervals, in percent.
    """

    names: tuple[str, ...]
    yi: tuple[float, ...]
    vi: tuple[float, ...] | None
    weights: tuple[float, ...] | None
    level: float

    @property
    def k(self) -> int:
        """Number of rows."""
        return len(self.yi)


def cell(value: object) -> str:
    """Return a raw value as it is printed: nothing for None and NaN, six figures of a number at most."""
    if value is None:
        return ""
    if not isinstance(value, Real) or isinstance(value, Integral):
        return str(value).replace("-", "−") if isinstance(value, Integral) else one_line(value)
    return "" if math.isnan(value) else f"{float(value):.6g}".replace("-", "−")


def one_each(values: Sequence[object] | None, k: int, what: str) -> None:
    """Check that a sequence has one entry per row.

    Raises
    ------
    ValueError
        If it has not.
    """
    if values is not None and len(values) != k:
        raise ValueError(
            f"{what} has {len(values)} entries but the result has {k} rows: give one per row of result.rows."
        )


def rows_of(
    drawn: Drawn,
    *,
    labels: Sequence[str] | None,
    studies: Sequence[str] | None,
    groups: Sequence[str],
    columns: Sequence[RawData],
) -> tuple[ForestRow, ...]:
    """Return one row of the figure per row of the result, with the interval that its own variance gives.

    Parameters
    ----------
    drawn
        The result's rows.
    labels
        What to call them; None takes their labels in the result.
    studies
        Their studies, under whose names they stand; None lets each stand alone.
    groups
        Their subgroups; empty names for none.
    columns
        Raw data.

    Raises
    ------
    ValueError
        If a sequence does not have one entry per row.
    """
    k = drawn.k
    for values, what in (
        (labels, "labels"),
        (studies, "studies"),
        (groups, "groups"),
        *((c.cells, f"column {c.head}") for c in columns),
    ):
        one_each(values, k, what)
    names = [one_line(x) for x in (drawn.names if labels is None else labels)]
    heads = names if studies is None else [one_line(x) for x in studies]
    found = []
    for i in range(k):
        low, high = (
            own_interval(drawn.yi[i], drawn.vi[i], drawn.level) if drawn.vi is not None else (None, None)
        )
        label = "" if heads[i] == names[i] else names[i]
        found.append(
            ForestRow(
                heads[i] if studies is not None else unique(heads, i),
                label,
                drawn.yi[i],
                low,
                high,
                None if drawn.weights is None or drawn.vi is None else drawn.weights[i],
                tuple(cell(c.cells[i]) for c in columns),
                groups[i],
            )
        )
    return tuple(found)


def own_interval(yi: float, vi: float, level: float = 95.0) -> tuple[float, float]:
    """Return the interval that an effect's own variance gives it (normal distribution).

    Parameters
    ----------
    yi
        The effect.
    vi
        Its sampling variance.
    level
        In percent.
    """
    half = critical_value(level, None) * math.sqrt(vi)
    return yi - half, yi + half


def unique(names: list[str], i: int) -> str:
    """Return the name of a row that stands alone, counted where another row has the same."""
    if names.count(names[i]) == 1:
        return names[i]
    return f"{names[i]} ({names[: i + 1].count(names[i])})"


def totals(columns: Sequence[RawData], places: Sequence[int]) -> tuple[str, ...]:
    """Return the sums of the columns that have totals over some rows; () where no column has."""
    if not any(c.total for c in columns):
        return ()
    return tuple(_sum([c.cells[i] for i in places]) if c.total else "" for c in columns)


def _sum(values: Sequence[object]) -> str:
    numbers = [x for x in values if isinstance(x, Real) and not math.isnan(x)]
    if not numbers:
        return ""
    whole = [int(x) for x in numbers if isinstance(x, Integral)]
    return cell(sum(whole) if len(whole) == len(numbers) else math.fsum(numbers))


def digits_for(rows: Sequence[ForestRow], pooled: Sequence[ForestSummary]) -> int:
    """Return the decimals that intervals need: two figures of the width of a typical row or a pooled estimate."""
    ends = [(r.ci_low, r.ci_high) for r in rows if r.ci_low is not None and r.ci_high is not None]
    widths = _widths(ends)
    typical = [*widths[len(widths) // 2 :][:1], *_widths([(s.ci_low, s.ci_high) for s in pooled])]
    if not typical:
        return FEWEST_DIGITS
    return max(FEWEST_DIGITS, 1 - math.floor(math.log10(min(typical))))


def _widths(ends: Sequence[tuple[float, float]]) -> list[float]:
    """Return the widths of intervals that have one, in ascending order."""
    return sorted(high - low for low, high in ends if math.isfinite(high - low) and high > low)
