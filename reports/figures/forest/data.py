"""What a forest plot shows: rows with their raw data, subgroups, pooled estimates. No drawing here."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

WIDEST_LOG: Final = 700.0
"""Natural logarithms beyond it have no ratio that a double can hold."""

MOST_DIGITS: Final = 6
LARGEST: Final = 1e7


@dataclass(frozen=True)
class RawColumn:
    """A column of the study's own data, left of the plot.

    `over` is a heading over neighbouring columns that share it (such as "Vaccinated" over "Events" and "Total");
    `left` aligns words at the left, numbers stand at the right.
    """

    head: str
    over: str = ""
    left: bool = False


@dataclass(frozen=True)
class ForestRow:
    """One effect.

    `yi` and its limits are on the scale of the analysis (percentage points, or log ratio); no limits mean that no
    standard error is known; `weight` is in percent; `cells` are the words of the raw-data columns, one each (empty
    where nothing is stated), or none at all; rows of one `study` and of one `subgroup` stand together.
    """

    study: str
    label: str
    yi: float
    ci_low: float | None = None
    ci_high: float | None = None
    weight: float | None = None
    cells: tuple[str, ...] = ()
    subgroup: str = ""
    measured: bool = False

    @property
    def hollow(self) -> bool:
        """Whether the row has no interval."""
        return self.ci_low is None or self.ci_high is None


@dataclass(frozen=True)
class ForestSummary:
    """A pooled estimate: what it is called, its interval, its prediction interval, its heterogeneity in words.

    Limits that cannot be known are NaN: the estimate is then drawn as a hollow diamond without width. `weight` is in
    percent, `cells` are totals under the raw-data columns. `heterogeneity` stands under a subgroup's diamond, for the
    overall estimate below the axis, followed by `footer`, which names model and estimator.
    """

    label: str
    estimate: float
    ci_low: float
    ci_high: float
    pi_low: float | None = None
    pi_high: float | None = None
    footer: tuple[str, ...] = ()
    heterogeneity: str = ""
    weight: float | None = None
    cells: tuple[str, ...] = ()

    @property
    def bounded(self) -> bool:
        """Whether the interval is known."""
        return not (math.isnan(self.ci_low) or math.isnan(self.ci_high))

    @property
    def prediction(self) -> tuple[float, float] | None:
        """The prediction interval, if there is one."""
        if self.pi_low is None or self.pi_high is None or math.isnan(self.pi_low + self.pi_high):
            return None
        return self.pi_low, self.pi_high


@dataclass(frozen=True)
class ForestSubgroup:
    """A subgroup's name, as its rows say it, and its own pooled estimate."""

    name: str
    summary: ForestSummary


@dataclass(frozen=True)
class Forest:
    """A whole forest plot; `log` says that `yi` is a log ratio, printed and labelled as a ratio.

    `favours_low` and `favours_high` stand below the axis on their sides of the null; empty ones are left out. `axis`
    fixes the limits on the scale of the analysis; what lies outside becomes an arrow. `also` are further pooled
    estimates under the first, such as one of another model; `between` tells the test for differences between
    subgroups. `digits` are the decimals of differences. `noun` is what a row is called in the alternative text.

    Raises
    ------
    ValueError
        If a number cannot be drawn, the cells of a row do not match the columns, or a subgroup has no row.
    """

    rows: tuple[ForestRow, ...]
    summary: ForestSummary | None
    measure: str
    estimate_head: str = "Difference"
    log: bool = False
    null: float = 0.0
    favours_low: str = "favours baseline"
    favours_high: str = "favours quantized"
    interval: str = "95 % CI"
    footer: tuple[str, ...] = ()
    axis: tuple[float, float] | None = None
    columns: tuple[RawColumn, ...] = ()
    subgroups: tuple[ForestSubgroup, ...] = ()
    also: tuple[ForestSummary, ...] = ()
    between: str = ""
    head: str = "Study and arm"
    noun: str = "contrast"
    digits: int = 2

    def __post_init__(self) -> None:
        named = [(f"{row.study} {row.label}".strip(), row.yi, row.cells) for row in self.rows]
        named += [(s.label, s.estimate, s.cells) for s in self.summaries]
        for name, value, cells in named:
            if not math.isfinite(value):
                raise ValueError(
                    f"{name} has the estimate {value}, which has no place on an axis: leave it out."
                )
            if self.log and abs(value) > WIDEST_LOG:
                raise ValueError(
                    f"{name} has the log ratio {value:g}, too large to print as a ratio: draw it with log=False."
                )
            if cells and len(cells) != len(self.columns):
                raise ValueError(
                    f"{name} has {len(cells)} cells but the forest has {len(self.columns)} columns: give one each."
                )
        for row in self.rows:
            ends = [end for end in (row.ci_low, row.ci_high, row.weight) if end is not None]
            if any(math.isnan(end) for end in ends) or (row.weight or 0.0) < 0:
                raise ValueError(
                    f"{row.study} {row.label} has a limit or weight that is no number or negative: give None for unknown."
                )
        empty = {group.name for group in self.subgroups} - {row.subgroup for row in self.rows}
        if empty:
            raise ValueError(
                f"The subgroups {sorted(empty)} have no row: leave them out, or name their rows."
            )

    @cached_property
    def scientific(self) -> bool:
        """Whether differences are written with powers of ten: very many decimals, or very large estimates."""
        largest = max((abs(x.yi) for x in self.rows), default=0.0)
        return self.digits > MOST_DIGITS or largest >= LARGEST

    @property
    def summaries(self) -> tuple[ForestSummary, ...]:
        """Every pooled estimate: of the subgroups, then overall."""
        return (*(group.summary for group in self.subgroups), *self.overall)

    @property
    def overall(self) -> tuple[ForestSummary, ...]:
        """The pooled estimates of all rows."""
        return ((self.summary,) if self.summary else ()) + self.also


def grouped(rows: tuple[ForestRow, ...]) -> tuple[ForestRow, ...]:
    """Return the rows with those of a subgroup together, and in it those of a study, in the order of first rows."""
    groups = {name: i for i, name in enumerate(dict.fromkeys(row.subgroup for row in rows))}
    studies = {key: i for i, key in enumerate(dict.fromkeys((row.subgroup, row.study) for row in rows))}
    return tuple(sorted(rows, key=lambda row: (groups[row.subgroup], studies[row.subgroup, row.study])))
