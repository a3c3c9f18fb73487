"""The drawing of one page of a forest plot.

Two axes lie over each other: words on a canvas in points, marks on axes whose x is the scale of the analysis
and whose y is points as well, so that a mark stands exactly at its number and level with its words.
"""

import math
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from reports.figures import style
from reports.figures.forest import ForestPage, ForestRow, limits, shown
from reports.figures.forest_layout import (
    AXIS,
    HEAD,
    LEGEND,
    LINE,
    NONE,
    RAW,
    Columns,
    alone,
    columns,
    footer_lines,
    heading,
    height,
    interval_text,
    lines,
    summary_height,
    summary_label,
    weight_text,
)
from reports.figures.measure import elide, text_width
from reports.figures.scale import linear_ticks, ratio_ticks
from reports.figures.words import signed

LARGEST: Final = 8.0
HOLLOW: Final = 4.4
COLOR: Final = {False: style.BLUE, True: style.VERMILLION}
MARKER: Final = {False: "s", True: "D"}


def _write(
    ax: Axes,
    x: float,
    y: float,
    words: str,
    *,
    right: bool = False,
    bold: bool = False,
    color: str = style.INK,
) -> None:
    ax.text(
        x, y, words, ha="right" if right else "left", va="center_baseline", size=style.SMALL,
        weight="bold" if bold else "normal", color=color,
    )  # fmt: skip


def _head(ax: Axes, page: ForestPage, at: Columns, y: float) -> None:
    _write(ax, 0.5, y, "Study and arm", bold=True)
    _write(ax, at.baseline, y, "Baseline", right=True, bold=True)
    _write(ax, at.quantized, y, "Quantized", right=True, bold=True)
    _write(ax, at.interval, y, heading(page.forest), right=True, bold=True)
    if at.weight is not None:
        _write(ax, at.weight, y, "Weight", right=True, bold=True)
    if page.of > 1:
        words = f"page {page.number} of {page.of}"
        middle = (at.plot_left + at.plot_right) / 2
        ax.text(middle, y, words, ha="center", va="center_baseline", size=style.SMALL, color=style.MUTED)
    ax.plot([0, style.WIDTH], [y - 8, y - 8], color=style.INK, linewidth=0.8)


def _cells(ax: Axes, page: ForestPage, at: Columns, row: ForestRow, y: float) -> None:
    forest = page.forest
    for edge, words in ((at.baseline, row.baseline), (at.quantized, row.quantized)):
        _write(
            ax,
            edge,
            y,
            elide(words, RAW, style.SMALL) or NONE,
            right=True,
            color=style.INK if words else style.MUTED,
        )
    _write(ax, at.estimate, y, shown(forest, row.yi), right=True)
    if row.ci_low is not None and row.ci_high is not None:
        _write(ax, at.interval, y, interval_text(forest, row.ci_low, row.ci_high), right=True)
    if at.weight is not None:
        _write(
            ax,
            at.weight,
            y,
            weight_text(row),
            right=True,
            color=style.MUTED if row.weight is None else style.INK,
        )


def marker_size(row: ForestRow, heaviest: float) -> float:
    """Return the side of a row's square in points: its area follows the weight; hollow marks are all alike."""
    if row.hollow or row.weight is None:
        return HOLLOW
    return LARGEST * math.sqrt(row.weight / heaviest)


def _mark(ax: Axes, row: ForestRow, y: float, heaviest: float) -> None:
    low, high = ax.get_xlim()
    color = COLOR[row.measured]
    if row.ci_low is not None and row.ci_high is not None:
        ax.plot(
            [max(row.ci_low, low), min(row.ci_high, high)], [y, y], color=style.INK, linewidth=0.8, zorder=3
        )
        for beyond, edge, arrow in ((row.ci_low < low, low, "<"), (row.ci_high > high, high, ">")):
            if beyond and low <= row.yi <= high:
                ax.plot(
                    edge, y, arrow, color=style.INK, markersize=4, markeredgewidth=0, clip_on=False, zorder=3
                )
    face = style.PAPER if row.hollow else color
    if low <= row.yi <= high:
        size = marker_size(row, heaviest)
        ax.plot(
            row.yi, y, MARKER[row.measured], color=face, markeredgecolor=color, markeredgewidth=1.0 if row.hollow else 0.0,
            markersize=size, clip_on=False, zorder=4, gid="estimate",
        )  # fmt: skip
    else:
        edge, arrow = (low, "<") if row.yi < low else (high, ">")
        ax.plot(
            edge,
            y,
            arrow,
            color=face,
            markeredgecolor=color,
            markeredgewidth=1.0,
            markersize=5.5,
            clip_on=False,
            zorder=4,
            gid="beyond",
        )


def _summary(words: Axes, ax: Axes, page: ForestPage, at: Columns, y: float) -> float:
    """Draw diamond and prediction bar from `y` downwards and return where they end."""
    forest, s = page.forest, page.forest.summary
    if s is None:
        return y
    low, high = ax.get_xlim()
    words.plot([0, style.WIDTH], [y - 2, y - 2], color=style.GRID, linewidth=0.8)
    y -= 6 + (LINE + 2) / 2
    for i, text in enumerate(summary_label(forest)):
        _write(words, 0.5, y - i * (LINE + 2), text, bold=True)
    corners = [(s.ci_low, y), (s.estimate, y + 4), (s.ci_high, y), (s.estimate, y - 4)]
    ax.add_patch(
        Polygon(corners, closed=True, facecolor=style.INK, edgecolor=style.INK, linewidth=0.6, zorder=5)
    )
    _beyond(ax, s.ci_low, s.ci_high, y)
    _write(words, at.estimate, y, shown(forest, s.estimate), right=True, bold=True)
    _write(words, at.interval, y, interval_text(forest, s.ci_low, s.ci_high), right=True, bold=True)
    y -= (LINE + 2) * len(summary_label(forest))
    if s.pi_low is not None and s.pi_high is not None:
        _write(words, 0.5, y, "Prediction interval", bold=True)
        ends = [max(s.pi_low, low), min(s.pi_high, high)]
        ax.plot(
            ends, [y, y], color=style.AMBER, linewidth=3.2, solid_capstyle="butt", zorder=5, gid="prediction"
        )
        _beyond(ax, s.pi_low, s.pi_high, y, style.AMBER)
        _write(words, at.interval, y, interval_text(forest, s.pi_low, s.pi_high), right=True, bold=True)
        y -= LINE + 2
    return y + (LINE + 2) / 2


def _beyond(ax: Axes, ci_low: float, ci_high: float, y: float, color: str = style.INK) -> None:
    low, high = ax.get_xlim()
    for beyond, edge, arrow in ((ci_low < low, low, "<"), (ci_high > high, high, ">")):
        if beyond:
            ax.plot(edge, y, arrow, color=color, markersize=5, markeredgewidth=0, clip_on=False, zorder=5)


def _axis(words: Axes, ax: Axes, page: ForestPage, at: Columns, y: float, top: float) -> None:
    """Draw grid, null line, pooled line and the axis at `y` with its words below."""
    forest = page.forest
    low, high = ax.get_xlim()
    room = max(int((at.plot_right - at.plot_left) / 20), 2)
    if forest.log:
        ticks = [(math.log(tick), f"{tick:g}") for tick in ratio_ticks(low, high, most=room)]
    else:
        ticks = [
            (tick, "0" if tick == 0 else signed(tick, 10).rstrip("0").rstrip("."))
            for tick in linear_ticks(low, high, most=room)
        ]
    ax.plot([low, high], [y, y], color=style.MUTED, linewidth=0.7, zorder=3)
    for value, label in ticks:
        ax.plot([value, value], [y, top], color=style.GRID, linewidth=0.5, zorder=0)
        ax.plot([value, value], [y, y - 3], color=style.MUTED, linewidth=0.7, zorder=3)
        ax.text(value, y - 9, label, ha="center", va="center_baseline", size=style.SMALL)
    ax.plot([forest.null] * 2, [y, top], color=style.INK, linewidth=0.9, zorder=2, gid="null")
    if forest.summary:
        ax.plot(
            [forest.summary.estimate] * 2,
            [y, top],
            color=style.INK,
            linewidth=0.9,
            linestyle=(0, (1, 2)),
            zorder=2,
            gid="pooled",
        )
    middle = (at.plot_left + at.plot_right) / 2
    half = text_width(forest.measure, style.TEXT) / 2
    middle = min(max(middle, half + 2), style.WIDTH - half - 2)
    words.text(middle, y - 21, forest.measure, ha="center", va="center_baseline")
    zero = at.plot_left + (forest.null - low) / (high - low) * (at.plot_right - at.plot_left)
    left, right = f"← {forest.favours_low}", f"{forest.favours_high} →"
    # the two meet below the null, unless one would leave the page there
    seam = max(zero, text_width(left, style.SMALL) + 5)
    seam = min(seam, style.WIDTH - text_width(right, style.SMALL) - 5)
    _write(words, seam - 5, y - 33, left, right=True, color=style.MUTED)
    _write(words, seam + 5, y - 33, right, color=style.MUTED)


def _legend(ax: Axes, page: ForestPage, y: float) -> None:
    rows = page.forest.rows
    low, high = limits(page.forest)
    kinds = (
        (
            any(not r.hollow and not r.measured for r in rows),
            "s",
            style.BLUE,
            style.BLUE,
            "with interval, area by weight" if any(r.weight for r in rows) else "with interval",
        ),
        (
            any(r.hollow and not r.measured for r in rows),
            "s",
            style.PAPER,
            style.BLUE,
            "no standard error known, no interval",
        ),
        (any(not r.hollow and r.measured for r in rows), "D", style.VERMILLION, style.VERMILLION, "measured"),
        (
            any(r.hollow and r.measured for r in rows),
            "D",
            style.PAPER,
            style.VERMILLION,
            "measured, no interval",
        ),
        (any(not low <= r.yi <= high for r in rows), "<", style.PAPER, style.BLUE, "beyond the axis"),
    )
    x = 4.0
    for present, marker, face, edge, label in kinds:
        if present:
            ax.plot(x, y, marker, color=face, markeredgecolor=edge, markersize=5, markeredgewidth=1.0)
            _write(ax, x + 7, y, label, color=style.MUTED)
            x += 22 + text_width(label, style.SMALL)


def draw(page: ForestPage) -> Figure:
    """Return the figure of one page; call it inside `style.context`."""
    forest, at = page.forest, columns(page.forest)
    found = lines(page.rows, alone(forest), at.label, continued=page.continues)
    tail = summary_height(forest) if page.last else 0.0
    total = HEAD + height(found) + tail + AXIS + LEGEND + 4
    fig = style.new_figure(total)
    words = style.canvas(fig)
    ax = style.place(fig, at.plot_left, 0, at.plot_right - at.plot_left, total)
    ax.set(xlim=limits(forest), ylim=(0, total))
    ax.axis("off")
    _head(words, page, at, total - 9)
    y = top = total - HEAD
    heaviest = max(
        (row.weight for row in forest.rows if row.weight is not None and not row.hollow), default=1.0
    )
    for line in found:
        middle = y - line.gap - LINE / 2
        if line.lead:
            _write(words, 0.5, middle, line.lead, bold=True)
        _write(words, 0.5 + line.indent, middle, line.text, bold=line.bold)
        if line.row is not None:
            _cells(words, page, at, line.row, middle)
            _mark(ax, line.row, middle, heaviest)
        y -= LINE + line.gap
    if page.last:
        y = _summary(words, ax, page, at, y)
    _axis(words, ax, page, at, y - 4, top)
    y -= 4 + AXIS
    _legend(words, page, y)
    if page.last:
        for i, text in enumerate(footer_lines(forest)):
            _write(words, 0.5, y - LEGEND + 2 - i * LINE, text, color=style.MUTED)
    return fig
