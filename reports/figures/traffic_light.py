"""The traffic-light plot: one row a study or comparison, one disc a domain, risk of bias beside applicability."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.figures import style
from reports.figures.appraisal_levels import LOOKS, Level, draw_key, draw_light
from reports.figures.measure import elide, text_width, wrap
from reports.figures.words import counted, listed

ROWS_PER_PAGE: Final = 40
ROW: Final = 14.5
LINE: Final = 9.6
WIDEST_NAME: Final = 120.0
WIDEST_COLUMN: Final = 34.0
GAP: Final = 18.0
OVERALL: Final = "Overall"
BIAS: Final = "Risk of bias"
CONCERN: Final = "Concern about applicability"


@dataclass(frozen=True)
class LightRow:
    """One study or comparison: its levels of bias and of concern, in the order of the plot's columns."""

    name: str
    bias: tuple[Level, ...]
    concern: tuple[Level, ...]


@dataclass(frozen=True)
class TrafficLight:
    """What one tool says: names of the domains judged for bias and for applicability, and the rows.

    `Overall` may stand last among both.
    """

    tool: str
    bias: tuple[str, ...]
    concern: tuple[str, ...]
    rows: tuple[LightRow, ...]

    @property
    def codes(self) -> dict[str, str]:
        """Short headings: D1, D2 … for the domains, “All” for `Overall`."""
        domains = [name for name in dict.fromkeys((*self.bias, *self.concern)) if name != OVERALL]
        return {name: f"D{number}" for number, name in enumerate(domains, start=1)} | {OVERALL: "All"}

    @property
    def levels(self) -> set[Level]:
        """The levels that occur."""
        return {level for row in self.rows for level in (*row.bias, *row.concern)}


def table(data: TrafficLight) -> pd.DataFrame:
    """Return one row a study or comparison with a column a domain, for bias and for applicability."""
    columns = [f"{BIAS.lower()}: {name}" for name in data.bias] + [
        f"{CONCERN.lower()}: {name}" for name in data.concern
    ]
    rows = [(row.name, *(LOOKS[level].words for level in (*row.bias, *row.concern))) for row in data.rows]
    return pd.DataFrame(rows, columns=["appraised", *columns])


def alt_text(data: TrafficLight) -> str:
    """Describe the figure from its levels."""
    if not data.rows:
        return "No appraisal to show."
    sentences = [
        f"{what}, {name}: {_counted([getattr(row, field)[place] for row in data.rows])}"
        for what, field, names in ((BIAS, "bias", data.bias), (CONCERN, "concern", data.concern))
        for place, name in enumerate(names)
    ]
    return (
        f"Traffic-light plot of {counted(len(data.rows), 'appraisal')} by {data.tool}, a disc with a symbol for each domain. "
        + ". ".join(sentences)
        + "."
    )


def _counted(levels: Sequence[Level]) -> str:
    return listed([f"{levels.count(level)} {look.words}" for level, look in LOOKS.items() if level in levels])


def figures(data: TrafficLight) -> tuple[Figure, ...]:
    """Return the figure at print size, on as many pages as its rows need."""
    if not data.rows:
        return (style.empty_figure("No appraisal to show."),)
    pages = -(-len(data.rows) // ROWS_PER_PAGE)
    each = -(-len(data.rows) // pages)
    return tuple(_page(data, data.rows[start : start + each]) for start in range(0, len(data.rows), each))


@style.styled
def _page(data: TrafficLight, rows: Sequence[LightRow]) -> Figure:
    left = min(max(text_width(row.name) for row in data.rows) + 10, WIDEST_NAME)
    columns = len(data.bias) + len(data.concern)
    pitch = min(WIDEST_COLUMN, (style.WIDTH - left - GAP) / max(columns, 1))
    blocks = [(BIAS, data.bias, left)]
    if data.concern:
        blocks.append((CONCERN, data.concern, left + pitch * len(data.bias) + GAP))
    # the last block may spread to the edge of the page, the first only to where the next begins
    ends = [start for _, _, start in blocks[1:]] + [style.WIDTH]
    titles = [
        wrap(title, end - start - 6, style.TEXT, bold=True)
        for (title, _, start), end in zip(blocks, ends, strict=True)
    ]
    key = wrap(
        " · ".join(
            f"{code} {name}".replace(" ", "\N{NO-BREAK SPACE}")
            for name, code in data.codes.items()
            if code != "All"
        ),
        style.WIDTH - 4,
        style.SMALL,
    )
    foot = 20 + LINE * len(key)
    head = 16 + LINE * max(map(len, titles))
    fig = style.new_figure(foot + ROW * len(rows) + head)
    page = style.canvas(fig)
    top = foot + ROW * len(rows)
    for (_, names, start), lines in zip(blocks, titles, strict=True):
        _heading(page, data, names, start, pitch, top, lines)
    for number, row in enumerate(rows):
        y = top - ROW * (number + 0.5)
        if number % 2:
            page.axhspan(y - ROW / 2, y + ROW / 2, color=style.BAND, linewidth=0, zorder=0)
        page.text(0, y, elide(row.name, left - 8), va="center_baseline")
        for (_, names, start), levels in zip(blocks, (row.bias, row.concern), strict=False):
            for place in range(len(names)):
                draw_light(page, start + pitch * (place + 0.5), y, levels[place])
    draw_key(page, 0, foot - 9, data.levels)
    for number, line in enumerate(key):
        page.text(0, foot - 24 - LINE * number, line, size=style.SMALL, color=style.MUTED, va="baseline")
    return fig


def _heading(
    page: Axes,
    data: TrafficLight,
    names: Sequence[str],
    start: float,
    pitch: float,
    top: float,
    lines: list[str],
) -> None:
    for number, line in enumerate(reversed(lines)):
        page.text(start, top + 17 + LINE * number, line, weight="bold", va="baseline")
    for place, name in enumerate(names):
        page.text(
            start + pitch * (place + 0.5),
            top + 4,
            data.codes[name],
            ha="center",
            va="baseline",
            size=style.SMALL,
            weight="bold" if name == OVERALL else "normal",
        )
