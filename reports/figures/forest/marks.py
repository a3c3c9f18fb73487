"""The marks of a forest plot: squares, intervals, diamonds, prediction bars, arrows, and the key to them."""

import math
from typing import Final

from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from reports.figures import style
from reports.figures.forest.data import Forest, ForestRow, ForestSummary
from reports.figures.forest.limits import limits
from reports.figures.measure import text_width

LARGEST: Final = 8.0
PLAIN: Final = 4.4
"""Side of a mark without weight, in points."""
SMALLEST: Final = 1.5
"""A square with shorter sides gets a stroke, so that the estimate is seen."""
HALF_DIAMOND: Final = 4.0
COLOR: Final = {False: style.BLUE, True: style.VERMILLION}
MARKER: Final = {False: "s", True: "D"}
Key = tuple[str, str, str, str]
"""Marker, face, edge and words."""


def marker_size(row: ForestRow, heaviest: float) -> float:
    """Return the side of a row's square in points: its area follows the weight; marks without one are all alike."""
    if row.hollow or row.weight is None or heaviest <= 0:
        return PLAIN
    return LARGEST * math.sqrt(row.weight / heaviest)


def heaviest(forest: Forest) -> float:
    """Return the largest weight of a row with an interval, 0 without any."""
    return max((row.weight for row in forest.rows if row.weight is not None and not row.hollow), default=0.0)


def draw_row(ax: Axes, row: ForestRow, y: float, largest: float) -> None:
    """Draw the mark and the interval of a row at height `y`; what leaves the axis becomes an arrow at its edge."""
    low, high = ax.get_xlim()
    color, face = COLOR[row.measured], style.PAPER if row.hollow else COLOR[row.measured]
    inside = low <= row.yi <= high
    size = marker_size(row, largest)
    if row.ci_low is not None and row.ci_high is not None:
        ends = [min(max(end, low), high) for end in (row.ci_low, row.ci_high)]
        if ends[0] < ends[1]:
            ax.plot(ends, [y, y], color=style.INK, linewidth=0.8, zorder=3, gid="interval")
            if inside and _points(ax, ends) < size - 2:
                ax.plot(ends, [y, y], color=style.ON_HUE, linewidth=0.8, zorder=5, gid="interval on mark")
        if inside and size < SMALLEST:
            ax.plot(row.yi, y, "|", color=color, markersize=5, markeredgewidth=1.0, zorder=4, gid="small")
        if inside:
            arrows(ax, row.ci_low, row.ci_high, y, size=4)
    if inside:
        ax.plot(
            row.yi, y, MARKER[row.measured], color=face, markeredgecolor=color, markeredgewidth=1.0 if row.hollow else 0.0,
            markersize=size, clip_on=False, zorder=4, gid="estimate",
        )  # fmt: skip
    else:
        edge, arrow = (low, "<") if row.yi < low else (high, ">")
        ax.plot(
            edge, y, arrow, color=face, markeredgecolor=color, markeredgewidth=1.0, markersize=5.5, clip_on=False,
            zorder=4, gid="beyond",
        )  # fmt: skip


def _points(ax: Axes, ends: list[float]) -> float:
    """Return how wide an interval is on paper."""
    low, high = ax.get_xlim()
    width = ax.get_window_extent().width * 72 / ax.figure.dpi
    return float((ends[1] - ends[0]) / (high - low) * width)


def arrows(ax: Axes, start: float, end: float, y: float, color: str = style.INK, size: float = 5) -> None:
    """Draw an arrow at each edge of the axis that an interval crosses."""
    low, high = ax.get_xlim()
    for beyond, edge, arrow in ((start < low, low, "<"), (end > high, high, ">")):
        if beyond:
            ax.plot(
                edge, y, arrow, color=color, markersize=size, markeredgewidth=0, clip_on=False, zorder=5, gid="arrow"
            )  # fmt: skip


def draw_diamond(ax: Axes, s: ForestSummary, y: float, *, overall: bool) -> None:
    """Draw a pooled estimate: a diamond as wide as its interval, hollow and without width where none is known."""
    color = style.INK if overall else style.MUTED
    low, high = ax.get_xlim()
    if not s.bounded:
        if low <= s.estimate <= high:
            ax.plot(
                s.estimate, y, "D", color=style.PAPER, markeredgecolor=color, markeredgewidth=1.0, markersize=5.5, zorder=5,
                gid="pooled without interval",
            )  # fmt: skip
        return
    # matplotlib cannot place an infinite corner; three axes away is out of sight as well
    far = 3 * (high - low)
    ends = [min(max(end, low - far), high + far) for end in (s.ci_low, s.ci_high)]
    corners = [(ends[0], y), (s.estimate, y + HALF_DIAMOND), (ends[1], y), (s.estimate, y - HALF_DIAMOND)]
    kind = "diamond" if overall else "subgroup diamond"
    ax.add_patch(
        Polygon(corners, closed=True, facecolor=color, edgecolor=color, linewidth=0.6, zorder=5, gid=kind)
    )
    arrows(ax, s.ci_low, s.ci_high, y, color)


def draw_prediction(ax: Axes, s: ForestSummary, y: float) -> None:
    """Draw the bar of a prediction interval."""
    if s.prediction is None:
        return
    low, high = ax.get_xlim()
    ends = [min(max(end, low), high) for end in s.prediction]
    ax.plot(ends, [y, y], color=style.AMBER, linewidth=3.2, solid_capstyle="butt", zorder=5, gid="prediction")
    arrows(ax, *s.prediction, y, style.AMBER)


def legend_rows(forest: Forest) -> list[list[tuple[float, Key]]]:
    """Return the key to the marks that occur, in rows that fit the page, each mark with its place."""
    rows: list[list[tuple[float, Key]]] = [[]]
    x = 4.0
    for key in _keys(forest):
        width = 22 + text_width(key[3], style.SMALL)
        if rows[-1] and x + width - 10 > style.WIDTH:
            rows.append([])
            x = 4.0
        rows[-1].append((x, key))
        x += width
    return rows


def _keys(forest: Forest) -> list[Key]:
    rows = forest.rows
    low, high = limits(forest)
    weighed = "with interval, area by weight" if any(row.weight for row in rows) else "with interval"
    unknown = "no standard error known, no interval"
    kinds = (
        (any(not r.hollow and not r.measured for r in rows), ("s", style.BLUE, style.BLUE, weighed)),
        (any(r.hollow and not r.measured for r in rows), ("s", style.PAPER, style.BLUE, unknown)),
        (
            any(not r.hollow and r.measured for r in rows),
            ("D", style.VERMILLION, style.VERMILLION, "measured"),
        ),
        (
            any(r.hollow and r.measured for r in rows),
            ("D", style.PAPER, style.VERMILLION, "measured, no interval"),
        ),
        (
            any(not low <= r.yi <= high for r in rows),
            ("<", style.PAPER, style.BLUE, "estimate beyond the axis"),
        ),
        (any(_crosses(r, low, high) for r in rows), (">", style.INK, style.INK, "interval goes on")),
    )
    return [key for present, key in kinds if present]


def _crosses(row: ForestRow, low: float, high: float) -> bool:
    if row.ci_low is None or row.ci_high is None or not low <= row.yi <= high:
        return False
    return row.ci_low < low or row.ci_high > high
