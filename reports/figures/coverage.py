"""Reporting coverage: which deployment variables the texts seen speak of."""

from dataclasses import dataclass
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.figures import style
from reports.figures.measure import text_width
from reports.figures.words import counted

STATES: Final = ("reported", "unclear", "not mentioned in the text seen")
COLORS: Final = (style.BLUE, style.AMBER, style.GRID)
ROW: Final = 19.0
HEAD: Final = 34.0


@dataclass(frozen=True)
class CoverageRow:
    """One variable and the number of studies in each state."""

    label: str
    yes: int
    unclear: int
    not_mentioned: int

    @property
    def total(self) -> int:
        """Number of studies judged on this variable."""
        return self.yes + self.unclear + self.not_mentioned

    @property
    def counts(self) -> tuple[int, int, int]:
        """The three counts in the order of `STATES`."""
        return self.yes, self.unclear, self.not_mentioned


@dataclass(frozen=True)
class Coverage:
    """The variables, drawn from top to bottom in this order."""

    rows: tuple[CoverageRow, ...]


def table(data: Coverage) -> pd.DataFrame:
    """Return the counts per variable and the share that reports it."""
    return pd.DataFrame(
        [
            (row.label, *row.counts, row.total, 100 * row.yes / row.total if row.total else float("nan"))
            for row in data.rows
        ],
        columns=["variable", *STATES, "studies", "reported, percent"],
    )


def alt_text(data: Coverage) -> str:
    """Describe the figure from its numbers."""
    if not data.rows:
        return "No deployment variable to show."
    sentences = [
        f"{row.label}: {row.yes} of {counted(row.total, 'study')} reported, {row.unclear} unclear, {row.not_mentioned} not mentioned"
        for row in data.rows
    ]
    return "Bars of 100 percent, one per deployment variable. " + ". ".join(sentences) + "."


@style.styled
def draw(data: Coverage, ax: Axes) -> Axes:
    """Draw one bar of 100 percent a variable, with the three counts in columns to its right."""
    for y, row in enumerate(data.rows):
        left = 0.0
        for count, color, hatch in zip(row.counts, COLORS, ("", "////", ""), strict=True):
            share = 100 * count / row.total if row.total else 0.0
            if count:
                ax.barh(
                    y,
                    share,
                    left=left,
                    height=0.62,
                    color=color,
                    hatch=hatch,
                    edgecolor=style.PAPER,
                    linewidth=0.6,
                )
            left += share
    ax.set_yticks(range(len(data.rows)), [row.label for row in data.rows], size=style.TEXT)
    ax.set_ylim(len(data.rows) - 0.5, -0.5)
    ax.set_xlim(0, 100)
    ax.set_xticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"])
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.set_xlabel("share of studies")
    return ax


def _counts(data: Coverage, fig: Figure, bottom: float, right: float) -> None:
    """Print the counts beside the bars, under headings that carry the colours of the bars."""
    page = style.canvas(fig)
    heads = ("reported", "unclear", "not mentioned\nin the text seen")
    edges = (right + 44, right + 82, right + 136)
    height = ROW * len(data.rows)
    for edge, head, color, hatch in zip(edges, heads, COLORS, ("", "////", ""), strict=True):
        page.text(
            edge, bottom + height + 12, head, ha="right", va="bottom", size=style.SMALL, linespacing=1.0
        )
        page.bar(
            edge,
            6,
            width=-22,
            bottom=bottom + height + 3,
            align="edge",
            color=color,
            hatch=hatch,
            edgecolor=style.PAPER,
            linewidth=0.6,
        )
    for y, row in enumerate(data.rows):
        for edge, count in zip(edges, row.counts, strict=True):
            page.text(
                edge,
                bottom + height - ROW * (y + 0.5),
                str(count),
                ha="right",
                va="center_baseline",
                weight="bold" if count else "normal",
                color=style.INK if count else style.MUTED,
            )


@style.styled
def figure(data: Coverage) -> Figure:
    """Return the figure at print size."""
    if not data.rows:
        return style.empty_figure("No deployment variable to show.")
    left = min(max(text_width(row.label) for row in data.rows) + 10, 190.0)
    bottom, height = 30.0, ROW * len(data.rows)
    fig = style.new_figure(bottom + height + HEAD)
    right = style.WIDTH - 146
    draw(data, style.place(fig, left, bottom, right - left, height))
    _counts(data, fig, bottom, right)
    return fig
