"""Forest plot: every contrast of an outcome with its raw data, grouped by study, and what the model makes of them.

Rows without a standard error are hollow and have no weight: they are shown, never given an invented precision.
This file holds the data, the pages, the words and the table; `forest_draw` draws.
"""

import math
from dataclasses import dataclass
from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from reports.figures import style
from reports.figures.scale import robust_limits
from reports.figures.words import counted, ratio, signed

ROWS_PER_PAGE: Final = 40


@dataclass(frozen=True)
class ForestRow:
    """One contrast.

    `baseline` and `quantized` are the values as they are to be printed (empty if not stated); `yi` and its limits
    are on the scale of the analysis (percentage points, or log ratio); no limits mean that no standard error is
    known; `weight` is in percent.
    """

    study: str
    label: str
    baseline: str
    quantized: str
    yi: float
    ci_low: float | None = None
    ci_high: float | None = None
    weight: float | None = None
    measured: bool = False

    @property
    def hollow(self) -> bool:
        """Whether the row has no interval."""
        return self.ci_low is None or self.ci_high is None


@dataclass(frozen=True)
class ForestSummary:
    """The pooled estimate: what it is called, its interval, its prediction interval, and the lines below the axis.

    `footer` names model and estimator and states the heterogeneity.
    """

    label: str
    estimate: float
    ci_low: float
    ci_high: float
    pi_low: float | None = None
    pi_high: float | None = None
    footer: tuple[str, ...] = ()


@dataclass(frozen=True)
class Forest:
    """A whole forest plot; `log` says that `yi` is a log ratio, printed and labelled as a ratio.

    `favours_low` and `favours_high` stand below the axis on their sides of the null. `axis` fixes the limits on the
    scale of the analysis instead of those that `limits` would choose; what lies outside becomes an arrow.
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


@dataclass(frozen=True)
class ForestPage:
    """The rows of one page of a forest plot; the last page has the summary."""

    forest: Forest
    rows: tuple[ForestRow, ...]
    number: int
    of: int
    continues: bool = False

    @property
    def last(self) -> bool:
        """Whether this is the last page."""
        return self.number == self.of


def shown(forest: Forest, value: float) -> str:
    """Return a value on the scale of the analysis as a reader wants it: a ratio, or points with their sign."""
    return ratio(math.exp(value)) if forest.log else signed(value)


def grouped(rows: tuple[ForestRow, ...]) -> tuple[ForestRow, ...]:
    """Return the rows with those of a study together, studies in the order of their first row."""
    order = {study: i for i, study in enumerate(dict.fromkeys(row.study for row in rows))}
    return tuple(sorted(rows, key=lambda row: order[row.study]))


def limits(forest: Forest) -> tuple[float, float]:
    """Return the limits of the axis, the same on every page.

    They hold the null, the pooled estimate and the bulk of rows and intervals; the rest becomes arrows. The
    pooled interval and the prediction interval are taken in as long as they do not double the axis.
    """
    if forest.axis is not None:
        return forest.axis
    values = [row.yi for row in forest.rows]
    for row in forest.rows:
        if row.ci_low is not None and row.ci_high is not None:
            values += [row.ci_low, row.ci_high]
    keep = [forest.null]
    summary = forest.summary
    if summary:
        keep.append(summary.estimate)
    low, high = robust_limits(values, keep)
    if summary:
        ends = [summary.ci_low, summary.ci_high, summary.pi_low, summary.pi_high]
        for end in (value for value in ends if value is not None and math.isfinite(value)):
            wide_low, wide_high = min(low, end), max(high, end)
            if wide_high - wide_low <= 2 * (high - low):
                low, high = wide_low, wide_high
    return low, high


def pages(forest: Forest, rows_per_page: int = ROWS_PER_PAGE) -> list[ForestPage]:
    """Split a forest plot into pages of about equal length that fit the paper.

    Every row stands on exactly one page, a page never has more than `rows_per_page` rows, and the summary never
    stands alone. Where a study runs over the edge, its name is said again.

    Raises
    ------
    ValueError
        If `rows_per_page` is below 1.
    """
    from reports.figures.forest_layout import chunks

    if rows_per_page < 1:
        raise ValueError(f"rows_per_page is {rows_per_page}; a page needs at least 1 row.")
    parts = chunks(forest, grouped(forest.rows), rows_per_page)
    result = []
    before = None
    for number, part in enumerate(parts, 1):
        result.append(ForestPage(forest, part, number, len(parts), continues=part[0].study == before))
        before = part[-1].study
    return result


def table(forest: Forest) -> pd.DataFrame:
    """Return every row and, at the end, the pooled estimate and the prediction interval.

    Numbers are on the scale that the figure prints: log ratios are given as ratios.
    """

    def number(value: float | None) -> float:
        return math.nan if value is None else math.exp(value) if forest.log else value

    name = "ratio" if forest.log else "difference"
    rows: list[tuple[object, ...]] = [
        (row.study, row.label, row.baseline, row.quantized, number(row.yi), number(row.ci_low), number(row.ci_high),
         math.nan if row.weight is None else row.weight, "measured" if row.measured else "reported")
        for row in grouped(forest.rows)
    ]  # fmt: skip
    s = forest.summary
    if s:
        rows.append(
            (s.label, "", "", "", number(s.estimate), number(s.ci_low), number(s.ci_high), math.nan, "pooled")
        )
        if s.pi_low is not None and s.pi_high is not None:
            rows.append(
                (
                    "Prediction interval",
                    "",
                    "",
                    "",
                    math.nan,
                    number(s.pi_low),
                    number(s.pi_high),
                    math.nan,
                    "pooled",
                )
            )
    return pd.DataFrame(
        rows,
        columns=[
            "study",
            "arm",
            "baseline",
            "quantized",
            name,
            "CI low",
            "CI high",
            "weight, percent",
            "origin",
        ],
    )


def alt_text(forest: Forest) -> str:
    """Describe the figure from its numbers."""
    if not forest.rows:
        return f"No contrast to show for {forest.measure}."
    values = sorted(row.yi for row in forest.rows)
    studies = len({row.study for row in forest.rows})
    bare = sum(row.hollow for row in forest.rows)
    low, high = limits(forest)
    outside = sum(not low <= row.yi <= high for row in forest.rows)
    middle = (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2
    spread = f"{shown(forest, values[0])} to {shown(forest, values[-1])}, median {shown(forest, middle)}"
    what = f"{counted(len(values), 'contrast')} from {counted(studies, 'study')}"
    sentences = [
        f"Forest plot of {forest.measure}: {what}, {spread}",
        f"{bare} of {len(values)} without a standard error, drawn hollow",
    ]
    measured = sum(row.measured for row in forest.rows)
    if measured:
        sentences.append(f"{counted(measured, 'row')} measured, the others reported")
    if outside:
        sentences.append(f"{counted(outside, 'row')} beyond the axis, drawn as arrows")
    s = forest.summary
    if s:
        words = (
            f"{s.label}: {shown(forest, s.estimate)} [{shown(forest, s.ci_low)}; {shown(forest, s.ci_high)}]"
        )
        if s.pi_low is not None and s.pi_high is not None:
            words += f", prediction interval [{shown(forest, s.pi_low)}; {shown(forest, s.pi_high)}]"
        sentences.append(words)
    else:
        sentences.append("Nothing is pooled")
    return ". ".join(sentences) + "."


@style.styled
def figure(page: ForestPage) -> Figure:
    """Return one page at print size."""
    from reports.figures import forest_draw

    return forest_draw.draw(page)


@style.styled
def figures(forest: Forest, rows_per_page: int = ROWS_PER_PAGE) -> list[Figure]:
    """Return every page at print size; a forest without rows is one figure that says so."""
    if not forest.rows:
        return [style.empty_figure(f"No contrast to show for {forest.measure}.")]
    return [figure(page) for page in pages(forest, rows_per_page)]
