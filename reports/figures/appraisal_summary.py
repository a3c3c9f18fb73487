"""The summary of appraisals: one bar of 100 percent a domain, stacked by level, bias above applicability."""

from dataclasses import dataclass
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.figures import style
from reports.figures.appraisal_levels import LOOKS, Level, draw_key
from reports.figures.measure import elide, text_width
from reports.figures.traffic_light import BIAS, CONCERN, TrafficLight
from reports.figures.words import counted, listed

ROW: Final = 17.0
HEADING: Final = 18.0
FOOT: Final = 46.0
WIDEST_LABEL: Final = 190.0


@dataclass(frozen=True)
class SummaryBar:
    """The levels of one domain over all appraisals; `kind` is "Risk of bias" or "Concern about applicability"."""

    kind: str
    name: str
    counts: tuple[tuple[Level, int], ...]

    @property
    def total(self) -> int:
        """Number of appraisals."""
        return sum(n for _, n in self.counts)


@dataclass(frozen=True)
class AppraisalSummary:
    """The bars from top to bottom, by tool."""

    tool: str
    bars: tuple[SummaryBar, ...]


def summary_of(data: TrafficLight) -> AppraisalSummary:
    """Count the levels of each column of a traffic-light plot."""
    bars = []
    for kind, names, field in ((BIAS, data.bias, "bias"), (CONCERN, data.concern, "concern")):
        for place, name in enumerate(names):
            levels = [getattr(row, field)[place] for row in data.rows]
            bars.append(SummaryBar(kind, name, tuple((level, levels.count(level)) for level in LOOKS)))
    return AppraisalSummary(data.tool, tuple(bars) if data.rows else ())


def table(data: AppraisalSummary) -> pd.DataFrame:
    """Return the counts of each bar."""
    columns = ["judged", "domain", *(look.words for look in LOOKS.values()), "appraisals"]
    rows = [(bar.kind.lower(), bar.name, *(n for _, n in bar.counts), bar.total) for bar in data.bars]
    return pd.DataFrame(rows, columns=columns)


def alt_text(data: AppraisalSummary) -> str:
    """Describe the figure from its counts."""
    if not data.bars:
        return "No appraisal to show."
    sentences = [
        f"{bar.kind}, {bar.name}: " + listed([f"{n} {LOOKS[level].words}" for level, n in bar.counts if n])
        for bar in data.bars
    ]
    return (
        f"Bars of 100 percent of {counted(data.bars[0].total, 'appraisal')} by {data.tool}, one a domain. "
        + ". ".join(sentences)
        + "."
    )


@style.styled
def figure(data: AppraisalSummary) -> Figure:
    """Return the figure at print size."""
    if not data.bars:
        return style.empty_figure("No appraisal to show.")
    kinds = list(dict.fromkeys(bar.kind for bar in data.bars))
    left = min(max(text_width(bar.name) for bar in data.bars) + 10, WIDEST_LABEL)
    fig = style.new_figure(FOOT + ROW * len(data.bars) + HEADING * len(kinds))
    page = style.canvas(fig)
    top = float(fig.get_size_inches()[1] * 72)
    width = style.WIDTH - left - 12
    for kind in kinds:
        page.text(0, top - 12, kind, weight="bold", va="baseline")
        top -= HEADING
        for bar in (bar for bar in data.bars if bar.kind == kind):
            page.text(0, top - ROW / 2, elide(bar.name, left - 8), va="center_baseline")
            _stack(page, bar, left, top - ROW / 2, width)
            top -= ROW
    for percent in (0, 25, 50, 75, 100):
        page.text(
            left + width * percent / 100,
            FOOT - 12,
            f"{percent}{' %' if percent == 100 else ''}",
            ha="center",
            va="baseline",
            size=style.SMALL,
            color=style.MUTED,
        )
    page.text(
        left + width / 2, FOOT - 23, "share of appraisals", ha="center", va="baseline", size=style.SMALL
    )
    draw_key(page, 0, 8, {level for bar in data.bars for level, n in bar.counts if n})
    return fig


def _stack(page: Axes, bar: SummaryBar, left: float, y: float, width: float) -> None:
    for level, n in bar.counts:
        if not n:
            continue
        look = LOOKS[level]
        part = width * n / bar.total
        page.barh(
            y,
            part,
            left=left,
            height=ROW - 5,
            color=look.color,
            edgecolor=style.PAPER,
            linewidth=0.6,
            hatch=look.hatch,
        )
        words = f"{look.symbol} {n}".strip()
        room = text_width(words, style.SMALL, bold=True) + 6
        if part >= room:
            hue = style.INK if level == "none" else style.ON_HUE
            if look.hatch:  # a plain ground, so that the hatch does not run through the number
                page.barh(
                    y, room, left=left + (part - room) / 2, height=ROW - 6, color=look.color, linewidth=0
                )
            page.text(
                left + part / 2,
                y,
                words,
                ha="center",
                va="center_baseline",
                size=style.SMALL,
                weight="bold",
                color=hue,
            )
        left += part
