"""Evidence-gap map: two codes crossed, a bubble where there are studies, a hatched cell where there is none."""

import math
from dataclasses import dataclass
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from reports.figures import style
from reports.figures.measure import text_width
from reports.figures.words import counted, listed

NOTE: Final = "A study with several codes counts in each of its cells; the totals count every study once."
TOTALS: Final = 34.0
_LEGEND: Final = 30.0


@dataclass(frozen=True)
class GapMap:
    """Two axes of labels and the number of studies in each cell.

    `counts[i][j]` belongs to `rows[i]` and `columns[j]`. The totals are distinct studies, hence at most the
    sum of their cells; `total` is the number of distinct studies in the map.
    """

    row_title: str
    column_title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    row_totals: tuple[int, ...]
    column_totals: tuple[int, ...]
    total: int
    noun: str = "study"

    def __post_init__(self) -> None:
        """Check that counts and totals fit the labels."""
        fits = len(self.counts) == len(self.row_totals) == len(self.rows)
        fits = (
            fits
            and all(len(row) == len(self.columns) for row in self.counts)
            and len(self.column_totals) == len(self.columns)
        )
        if not fits:
            raise ValueError(
                f"A gap map of {len(self.rows)} rows and {len(self.columns)} columns needs as many counts and totals."
            )


@dataclass(frozen=True)
class _Grid:
    """Where the cells stand, in points: left edge, top edge, cell width and height."""

    left: float
    top: float
    width: float
    height: float
    largest: int

    def centre(self, row: float, column: float) -> tuple[float, float]:
        return self.left + (column + 0.5) * self.width, self.top - (row + 0.5) * self.height

    def radius(self, count: float) -> float:
        """Return the radius of a bubble: area follows the count, the largest just fits its cell."""
        return (min(self.width, self.height, 32.0) / 2 - 1.2) * math.sqrt(count / self.largest)


def empty_cells(data: GapMap) -> list[tuple[str, str]]:
    """Return the pairs of labels that no study has."""
    return [
        (r, c)
        for r, row in zip(data.rows, data.counts, strict=True)
        for c, n in zip(data.columns, row, strict=True)
        if not n
    ]


def table(data: GapMap) -> pd.DataFrame:
    """Return the cells with a total column and a total row of distinct studies."""
    frame = pd.DataFrame(data.counts, columns=list(data.columns), index=list(data.rows))
    if not data.rows:
        frame = pd.DataFrame(columns=list(data.columns), index=[])
    frame["all"] = list(data.row_totals)
    frame.loc["all"] = [*data.column_totals, data.total]
    return frame.astype(int).rename_axis(data.row_title).reset_index()


def alt_text(data: GapMap) -> str:
    """Describe the figure from its numbers."""
    if not data.rows or not data.columns:
        return f"No {data.noun} to map by {data.row_title} and {data.column_title}."
    cells = sorted(
        (
            (n, r, c)
            for r, row in zip(data.rows, data.counts, strict=True)
            for c, n in zip(data.columns, row, strict=True)
            if n
        ),
        key=lambda cell: -cell[0],
    )
    empty = len(data.rows) * len(data.columns) - len(cells)
    return (
        f"Evidence-gap map of {data.row_title} (rows) by {data.column_title} (columns), {counted(data.total, data.noun)}. "
        f"{empty} of {len(data.rows) * len(data.columns)} cells are empty. "
        f"Largest cells: {listed([f'{r} and {c} {n}' for n, r, c in cells[:5]])}. "
        f"Rows: {listed([f'{r} {n}' for r, n in zip(data.rows, data.row_totals, strict=True)])}. "
        f"Columns: {listed([f'{c} {n}' for c, n in zip(data.columns, data.column_totals, strict=True)])}."
    )


def _cell(ax: Axes, grid: _Grid, row: int, column: int, count: int) -> None:
    x, y = grid.centre(row, column)
    if not count:
        corner = (x - grid.width / 2 + 1, y - grid.height / 2 + 1)
        ax.add_artist(
            Rectangle(
                corner,
                grid.width - 2,
                grid.height - 2,
                facecolor=style.BAND,
                edgecolor=style.GRID,
                hatch="/////",
                linewidth=0,
            )
        )
        return
    radius = grid.radius(count)
    inside = math.hypot(text_width(str(count), style.SMALL), 5.0) / 2 <= radius - 0.3
    shift = (
        0.0 if inside else -min(grid.width / 2 - radius - 0.5, text_width(str(count), style.SMALL) / 2 + 0.7)
    )
    ax.add_artist(Circle((x + shift, y), radius, facecolor=style.BLUE, edgecolor="none"))
    ax.text(
        x if inside else x + shift + radius + 1.4,
        y,
        str(count),
        ha="center" if inside else "left",
        va="center_baseline",
        size=style.SMALL,
        color=style.ON_HUE if inside else style.INK,
    )


def _legend(ax: Axes, data: GapMap, grid: _Grid, y: float) -> None:
    x = grid.left
    ax.add_artist(
        Rectangle((x, y - 6), 16, 12, facecolor=style.BAND, edgecolor=style.GRID, hatch="/////", linewidth=0)
    )
    label = f"no {data.noun} in the corpus"
    ax.text(x + 20, y, label, va="center_baseline", size=style.SMALL)
    x += 20 + text_width(label, style.SMALL) + 18
    largest = grid.largest
    for count in sorted({1, max(1, round(largest / 4)), largest}):
        radius = grid.radius(count)
        ax.add_artist(Circle((x + radius, y), radius, facecolor=style.BLUE, edgecolor="none"))
        words = counted(count, data.noun)
        ax.text(x + 2 * radius + 4, y, words, va="center_baseline", size=style.SMALL)
        x += 2 * radius + 4 + text_width(words, style.SMALL) + 14


def _frame(data: GapMap) -> tuple[_Grid, float, float, bool]:
    """Lay the map out; return the grid, the height of the figure, of its head, and whether labels are slanted."""
    left = max(text_width(row) for row in (*data.rows, "all")) + 9
    left = max(left, text_width(data.row_title, style.TEXT, bold=True) + 9)
    widest = max(text_width(column) for column in data.columns)
    n = len(data.columns)
    slanted = widest + 4 > min((style.WIDTH - left - TOTALS) / n, 60.0)
    lean = 0.0
    if slanted:
        lean = max(0.0, text_width(data.columns[-1]) * math.cos(math.pi / 4) - TOTALS)
    width = min((style.WIDTH - left - TOTALS - lean) / n, 60.0)
    head = (widest * math.sin(math.pi / 4) + 12 if slanted else 14) + 16
    height = min(max(width, 17.0), 25.0)
    largest = max((n for row in data.counts for n in row), default=1) or 1
    total = head + height * len(data.rows) + 20 + _LEGEND
    return _Grid(left, total - head, width, height, largest), total, head, slanted


@style.styled
def draw(data: GapMap, ax: Axes) -> Axes:
    """Draw the map on axes whose units are points (see `style.canvas`)."""
    grid, total, _, slanted = _frame(data)
    right = grid.left + grid.width * len(data.columns)
    bottom = grid.top - grid.height * len(data.rows)
    for i, (label, counts) in enumerate(zip(data.rows, data.counts, strict=True)):
        y = grid.centre(i, 0)[1]
        ax.text(grid.left - 6, y, label, ha="right", va="center_baseline")
        ax.text(
            right + TOTALS - 8, y, str(data.row_totals[i]), ha="right", va="center_baseline", weight="bold"
        )
        for j, count in enumerate(counts):
            _cell(ax, grid, i, j, count)
    for j, label in enumerate(data.columns):
        x = grid.centre(0, j)[0]
        if slanted:
            ax.text(
                x + 1,
                grid.top + 5,
                label,
                rotation=45,
                rotation_mode="anchor",
                ha="left",
                va="center_baseline",
            )
        else:
            ax.text(x, grid.top + 5, label, ha="center", va="baseline")
        ax.text(x, bottom - 10, str(data.column_totals[j]), ha="center", va="center_baseline", weight="bold")
    for k in range(len(data.rows) + 1):
        ax.plot(
            [grid.left, right], [grid.top - k * grid.height] * 2, color=style.GRID, linewidth=0.5, zorder=0
        )
    for k in range(len(data.columns) + 1):
        ax.plot(
            [grid.left + k * grid.width] * 2, [bottom, grid.top], color=style.GRID, linewidth=0.5, zorder=0
        )
    ax.text(grid.left - 6, bottom - 10, "all", ha="right", va="center_baseline", weight="bold")
    ax.text(right + TOTALS - 8, bottom - 10, str(data.total), ha="right", va="center_baseline", weight="bold")
    ax.text(grid.left - 6, grid.top + 5, data.row_title, ha="right", va="baseline", weight="bold")
    ax.text(right + TOTALS - 8, grid.top + 5, "all", ha="right", va="baseline", weight="bold")
    ax.text(grid.left, total - 10, data.column_title, ha="left", va="baseline", weight="bold")
    _legend(ax, data, grid, _LEGEND / 2)
    return ax


@style.styled
def figure(data: GapMap) -> Figure:
    """Return the figure at print size; its height follows the number of rows."""
    if not data.rows or not data.columns:
        return style.empty_figure(f"No {data.noun} to map by {data.row_title} and {data.column_title}.")
    fig = style.new_figure(_frame(data)[1])
    draw(data, style.canvas(fig))
    return fig
