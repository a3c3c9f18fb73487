"""The drawing of one page of a forest plot.

Two axes lie over each other: words on a canvas in points, marks on axes whose x is the scale of the analysis
and whose y is points as well, so that a mark stands exactly at its number and level with its words.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from reports.figures import style
from reports.figures.forest.columns import spans
from reports.figures.forest.data import Forest, ForestRow, ForestSummary
from reports.figures.forest.layout import LINE, RULE, Line, Plan, height
from reports.figures.forest.limits import limits, ticks
from reports.figures.forest.marks import (
    draw_diamond,
    draw_prediction,
    draw_row,
    heaviest,
    legend_rows,
)
from reports.figures.forest.words import NONE, heading, interval_text, shown, weight_text
from reports.figures.measure import elide, text_width


def _write(
    ax: Axes,
    x: float,
    y: float,
    words: str,
    *,
    align: str = "left",
    bold: bool = False,
    color: str = style.INK,
) -> None:
    ax.text(
        x, y, words, ha=align, va="center_baseline", size=style.SMALL, weight="bold" if bold else "normal", color=color
    )  # fmt: skip


def _head(ax: Axes, plan: Plan, y: float, page: str) -> None:
    """Write the headings of the columns, lowest line at `y`, and which page this is."""
    forest, at = plan.forest, plan.at
    _write(ax, 0.5, y, forest.head, bold=True)
    for column, (left, right) in zip(forest.columns, at.raw, strict=True):
        _write(
            ax,
            left if column.left else right,
            y,
            column.head,
            align="left" if column.left else "right",
            bold=True,
        )
    for first, last, words in spans(forest):
        left, right = at.raw[first][0], at.raw[last][1]
        _write(ax, (left + right) / 2, y + LINE, words, align="center", bold=True)
        ax.plot([left, right], [y + LINE / 2] * 2, color=style.MUTED, linewidth=0.5)
    _write(ax, at.interval, y, heading(forest), align="right", bold=True)
    if at.weight is not None:
        _write(ax, at.weight, y, "Weight", align="right", bold=True)
    _write(ax, (at.plot_left + at.plot_right) / 2, y, page, align="center", color=style.MUTED)
    ax.plot([0, style.WIDTH], [y - 8, y - 8], color=style.INK, linewidth=0.8)


def _raw(ax: Axes, plan: Plan, cells: tuple[str, ...], y: float, *, totals: bool = False) -> None:
    """Write the raw data of a row, with a dash where nothing is stated, or totals."""
    padded = cells or (("",) * len(plan.at.raw))
    for column, (left, right), words in zip(plan.forest.columns, plan.at.raw, padded, strict=True):
        text = elide(words, right - left, style.SMALL, bold=totals) or ("" if totals else NONE)
        x, align = (left, "left") if column.left else (right, "right")
        _write(ax, x, y, text, align=align, bold=totals, color=style.INK if words else style.MUTED)


def _cells(ax: Axes, plan: Plan, row: ForestRow, y: float) -> None:
    forest, at = plan.forest, plan.at
    _raw(ax, plan, row.cells, y)
    _write(ax, at.estimate, y, shown(forest, row.yi), align="right")
    if row.ci_low is not None and row.ci_high is not None:
        _write(ax, at.interval, y, interval_text(forest, row.ci_low, row.ci_high), align="right")
    if at.weight is not None:
        color = style.MUTED if row.weight is None else style.INK
        _write(ax, at.weight, y, weight_text(row.weight), align="right", color=color)


def _pooled_cells(ax: Axes, plan: Plan, s: ForestSummary, y: float) -> None:
    forest, at = plan.forest, plan.at
    if s.cells:
        _raw(ax, plan, s.cells, y, totals=True)
    _write(ax, at.estimate, y, shown(forest, s.estimate), align="right", bold=True)
    _write(ax, at.interval, y, interval_text(forest, s.ci_low, s.ci_high), align="right", bold=True)
    if at.weight is not None and s.weight is not None:
        _write(ax, at.weight, y, weight_text(s.weight), align="right", bold=True)


def _line(words: Axes, ax: Axes, plan: Plan, line: Line, y: float) -> None:
    """Draw one line whose middle is at `y`, with the row or the pooled estimate that it carries."""
    if line.band:
        words.add_patch(
            Rectangle((0, y - LINE / 2), style.WIDTH, LINE, facecolor=style.BAND, edgecolor="none", zorder=-1)
        )
    if line.lead:
        _write(words, 0.5, y, line.lead, bold=True)
    _write(
        words, 0.5 + line.indent, y, line.text, bold=line.bold, color=style.MUTED if line.note else style.INK
    )
    if line.row is not None:
        _cells(words, plan, line.row, y)
        draw_row(ax, line.row, y, heaviest(plan.forest))
    if line.summary is not None:
        _pooled_cells(words, plan, line.summary, y)
        draw_diamond(ax, line.summary, y, overall=line.overall)
    if line.prediction is not None and line.prediction.prediction is not None:
        text = interval_text(plan.forest, *line.prediction.prediction)
        _write(words, plan.at.interval, y, text, align="right", bold=True)
        draw_prediction(ax, line.prediction, y)


def _axis(words: Axes, ax: Axes, plan: Plan, y: float, top: float) -> None:
    """Draw grid, null line, pooled line and the axis at `y` with its words below."""
    forest, at = plan.forest, plan.at
    low, high = ax.get_xlim()
    width = at.plot_right - at.plot_left
    ax.plot([low, high], [y, y], color=style.MUTED, linewidth=0.7, zorder=3)
    for value, label in ticks(forest, low, high, width):
        ax.plot([value, value], [y, top], color=style.GRID, linewidth=0.5, zorder=0)
        ax.plot([value, value], [y, y - 3], color=style.MUTED, linewidth=0.7, zorder=3)
        ax.text(value, y - 9, label, ha="center", va="center_baseline", size=style.SMALL)
    ax.plot([forest.null] * 2, [y, top], color=style.INK, linewidth=0.9, zorder=2, gid="null")
    if forest.summary:
        ax.plot(
            [forest.summary.estimate] * 2, [y, top], color=style.INK, linewidth=0.9, linestyle=(0, (1, 2)), zorder=2,
            gid="pooled",
        )  # fmt: skip
    half = text_width(forest.measure, style.TEXT) / 2
    middle = min(max((at.plot_left + at.plot_right) / 2, half + 2), style.WIDTH - half - 2)
    words.text(middle, y - 21, forest.measure, ha="center", va="center_baseline")
    _favours(words, forest, at.plot_left + (forest.null - low) / (high - low) * width, y - 33)


def _favours(ax: Axes, forest: Forest, zero: float, y: float) -> None:
    """Write which side favours what; the two meet below the null, unless one would leave the page there."""
    left = f"← {forest.favours_low}" if forest.favours_low else ""
    right = f"{forest.favours_high} →" if forest.favours_high else ""
    seam = max(zero, text_width(left, style.SMALL) + 5)
    seam = min(seam, style.WIDTH - text_width(right, style.SMALL) - 5)
    _write(ax, seam - 5, y, left, align="right", color=style.MUTED)
    _write(ax, seam + 5, y, right, color=style.MUTED)


def _legend(ax: Axes, plan: Plan, y: float) -> None:
    for i, keys in enumerate(legend_rows(plan.forest)):
        level = y - i * LINE
        for x, (marker, face, edge, label) in keys:
            ax.plot(x, level, marker, color=face, markeredgecolor=edge, markersize=5, markeredgewidth=1.0)
            _write(ax, x + 7, level, label, color=style.MUTED)


def draw(plan: Plan, start: int, stop: int, page: str = "") -> Figure:
    """Return the figure of the rows `start` to `stop`; call it inside `style.context`."""
    forest, at, last = plan.forest, plan.at, stop == len(plan.rows)
    found = plan.lines(start, stop)
    total = plan.head + height(found) + (plan.tail if last else 0.0) + plan.axis + plan.legend + 4
    fig = style.new_figure(total)
    words = style.canvas(fig)
    ax = style.place(fig, at.plot_left, 0, at.plot_right - at.plot_left, total)
    ax.set(xlim=limits(forest), ylim=(0, total))
    ax.axis("off")
    y = top = total - plan.head
    _head(words, plan, y + 15, page)
    if last and plan.overall:
        found = [*found, *plan.overall]
    for line in found:
        if line.overall and line is plan.overall[0]:
            words.plot([0, style.WIDTH], [y - RULE / 2] * 2, color=style.GRID, linewidth=0.8)
            y -= RULE
        _line(words, ax, plan, line, y - line.gap - line.height / 2)
        y -= line.height + line.gap
    y -= 4
    _axis(words, ax, plan, y, top)
    y -= plan.axis
    _legend(words, plan, y)
    if last:
        for i, text in enumerate(plan.footer):
            _write(words, 0.5, y - plan.legend + 2 - i * LINE, text, color=style.MUTED)
    return fig
