"""Contour-enhanced funnel plot: standard error against effect, with the regions of significance around the null.

Reference: Peters, Sutton, Jones, Abrams, Rushton (2008), Contour-enhanced meta-analysis funnel plots.
"""

import math
from dataclasses import dataclass
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from reports.figures import style
from reports.figures.scale import ratio_ticks
from reports.figures.words import counted, ratio, signed

LEVELS: Final = ((0.10, 1.6448536269514722), (0.05, 1.959963984540054), (0.01, 2.5758293035489004))
SHADES: Final = (0.10, 0.22, 0.40)


@dataclass(frozen=True)
class FunnelPoint:
    """One effect with its standard error; `filled` points were imputed (trim and fill), `measured` ones re-measured."""

    study: str
    yi: float
    se: float
    filled: bool = False
    measured: bool = False


@dataclass(frozen=True)
class Funnel:
    """The points, the name of the effect, whether `yi` is a log ratio, the pooled estimate if any, and the null."""

    points: tuple[FunnelPoint, ...]
    measure: str
    log: bool = False
    pooled: float | None = None
    null: float = 0.0


def _shown(data: Funnel, value: float) -> str:
    return ratio(math.exp(value)) if data.log else signed(value)


def table(data: Funnel) -> pd.DataFrame:
    """Return the points with the two-sided p value against the null."""
    rows = [
        (p.study, p.yi, p.se, math.erfc(abs(p.yi - data.null) / p.se / math.sqrt(2)), p.filled, p.measured)
        for p in data.points
    ]
    return pd.DataFrame(rows, columns=["study", "yi", "se", "p", "filled", "measured"])


def alt_text(data: Funnel) -> str:
    """Describe the figure from its numbers."""
    if not data.points:
        return f"No effect with a standard error for {data.measure}: no funnel."
    frame = table(data)
    filled = int(frame["filled"].sum())
    words = (
        f"Contour funnel plot of {data.measure}: {counted(len(frame) - filled, 'effect')} with standard errors from "
        f"{frame['se'].min():.3g} to {frame['se'].max():.3g}, effects from {_shown(data, frame['yi'].min())} to "
        f"{_shown(data, frame['yi'].max())}. {counted(int(((frame['p'] < 0.05) & ~frame['filled']).sum()), 'effect')} "
        f"below p = 0.05 against {_shown(data, data.null) if data.log else f'{data.null:g}'}."
    )
    if filled:
        words += f" {counted(filled, 'filled point')} added by trim and fill, hollow."
    if data.pooled is not None:
        words += f" Pooled estimate {_shown(data, data.pooled)}."
    return words


def _markers(data: Funnel, ax: Axes) -> list[Line2D]:
    kinds = (
        ("reported", "o", style.BLUE, style.PAPER, False, False),
        ("filled (trim and fill)", "o", style.PAPER, style.INK, True, False),
        ("measured", "D", style.VERMILLION, style.PAPER, False, True),
    )
    handles = []
    for label, marker, face, edge, filled, measured in kinds:
        chosen = [p for p in data.points if p.filled == filled and (p.measured and not p.filled) == measured]
        if chosen:
            (line,) = ax.plot(
                [p.yi for p in chosen],
                [p.se for p in chosen],
                marker,
                color=face,
                markeredgecolor=edge,
                markersize=5,
                markeredgewidth=0.7,
                label=label,
                zorder=4,
            )
            handles.append(line)
    return handles


@style.styled
def draw(data: Funnel, ax: Axes) -> Axes:
    """Draw contours, null line, pooled line and points."""
    deepest = max(p.se for p in data.points) * 1.06
    spread = max(abs(p.yi - data.null) for p in data.points)
    reach = max(spread * 1.1, LEVELS[-1][1] * deepest * 1.05)
    ax.set(xlim=(data.null - reach, data.null + reach), ylim=(deepest, 0))
    edges = [z * deepest for _, z in LEVELS] + [reach]
    contours = []
    for (level, _), inner, outer, shade in zip(LEVELS, edges, edges[1:], SHADES, strict=False):
        last = outer == reach
        for side in (-1, 1):
            tip = [(data.null, 0.0)]
            far = (
                [(data.null + side * outer, 0.0), (data.null + side * outer, deepest)]
                if last
                else [(data.null + side * outer, deepest)]
            )
            shape = [*tip, *far, (data.null + side * inner, deepest)]
            ax.fill(
                [x for x, _ in shape],
                [y for _, y in shape],
                color=style.BLUE,
                alpha=shade,
                linewidth=0,
                zorder=1,
            )
        upper = {0.10: "0.05 < p < 0.10", 0.05: "0.01 < p < 0.05", 0.01: "p < 0.01"}[level]
        contours.append(Patch(facecolor=style.BLUE, alpha=shade, label=upper))
    for _, z in LEVELS:
        for side in (-1, 1):
            ax.plot(
                [data.null, data.null + side * z * deepest],
                [0, deepest],
                color=style.MUTED,
                linewidth=0.5,
                zorder=2,
            )
    ax.plot([data.null] * 2, [0, deepest], color=style.INK, linewidth=0.8, zorder=3)
    handles: list[Line2D | Patch] = [*_markers(data, ax)]
    if data.pooled is not None:
        handles += ax.plot(
            [data.pooled] * 2,
            [0, deepest],
            color=style.INK,
            linestyle=(0, (1, 2)),
            linewidth=1.0,
            zorder=3,
            label="pooled estimate",
        )
    ax.set_xlabel(data.measure)
    ax.set_ylabel("standard error")
    if data.log:
        ticks = ratio_ticks(data.null - reach, data.null + reach)
        ax.set_xticks([math.log(tick) for tick in ticks], [f"{tick:g}" for tick in ticks])
    handles += contours
    ax.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(1.02, 1.0), borderaxespad=0, labelspacing=0.7
    )
    return ax


@style.styled
def figure(data: Funnel) -> Figure:
    """Return the figure at print size."""
    if not data.points:
        return style.empty_figure(f"No effect with a standard error for {data.measure}: no funnel.")
    fig = style.new_figure(220)
    draw(data, style.place(fig, 44, 34, style.WIDTH - 44 - 120, 178))
    return fig
