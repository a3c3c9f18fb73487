"""Contour-enhanced funnel plot: standard error against effect, with the regions of significance around the null.

References: Light and Pillemer (1984), Summing Up; Peters, Sutton, Jones, Abrams, Rushton (2008), Contour-enhanced
meta-analysis funnel plots, Journal of Clinical Epidemiology 61, 991–996.
"""

import math
from dataclasses import dataclass
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy.special import ndtri

from reports.figures import style
from reports.figures.effect_scale import plain, put_axis, said, widened
from reports.figures.marks import Mark, draw_marks
from reports.figures.words import counted

LEVELS: Final = ((0.10, 1.6448536269514722), (0.05, 1.959963984540054), (0.01, 2.5758293035489004))
SHADES: Final = (0.08, 0.18, 0.32)
REGIONS: Final = ("0.05 < p < 0.10", "0.01 < p < 0.05", "p < 0.01")


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
    """The points, the name of the effect, whether `yi` is a log ratio, the pooled estimate if any, and the null.

    `adjusted` is the estimate with the filled points; `pseudo` is the level in percent of the pseudo confidence limits
    around the pooled estimate, within which that share of effects would lie if chance alone made them differ.
    """

    points: tuple[FunnelPoint, ...]
    measure: str
    log: bool = False
    pooled: float | None = None
    null: float = 0.0
    adjusted: float | None = None
    pseudo: float | None = None

    def __post_init__(self) -> None:
        """Refuse a point that has no place."""
        for p in self.points:
            if not (math.isfinite(p.yi) and math.isfinite(p.se) and p.se > 0):
                raise ValueError(
                    f"{p.study} has the effect {p.yi:g} and the standard error {p.se:g}: a funnel plot needs finite "
                    "effects and standard errors above 0, so leave the row out"
                )


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
    observed = frame[~frame["filled"]]
    null = said(data.null, log=data.log) if data.log else f"{data.null:g}"
    depth = f"{plain(frame['se'].min())} to {plain(frame['se'].max())}"
    spread = f"{said(frame['yi'].min(), log=data.log)} to {said(frame['yi'].max(), log=data.log)}"
    number = counted(len(observed), "effect")
    sentences = [
        f"Contour funnel plot of {data.measure}: {number} with standard errors from {depth}, effects from {spread}",
        f"{counted(int((observed['p'] < 0.05).sum()), 'effect')} below p = 0.05 against {null}",
    ]
    if len(observed) < len(frame):
        number = counted(len(frame) - len(observed), "filled point")
        sentences.append(f"{number} added by trim and fill, hollow")
    elif data.adjusted is not None:
        sentences.append("Trim and fill adds no point")
    if observed["measured"].any():
        sentences.append(f"{counted(int(observed['measured'].sum()), 'effect')} measured, drawn as diamonds")
    if data.pooled is not None:
        sentences.append(f"Pooled estimate {said(data.pooled, log=data.log)}")
        if data.pseudo is not None:
            inside = _inside(data)
            sentences.append(
                f"{inside} of {counted(len(observed), 'effect')} within its {data.pseudo:g} % pseudo confidence limits"
            )
    if data.adjusted is not None and len(observed) < len(frame):
        sentences.append(f"Estimate with the filled points {said(data.adjusted, log=data.log)}")
    return ". ".join(sentences) + "."


def _critical(level: float) -> float:
    return -float(ndtri((100 - level) / 200))


def _inside(data: Funnel) -> int:
    """Count the observed effects within the pseudo confidence limits."""
    assert data.pooled is not None  # noqa: S101 - asked only then
    assert data.pseudo is not None  # noqa: S101 - asked only then
    reach = _critical(data.pseudo)
    return sum(abs(p.yi - data.pooled) <= reach * p.se for p in data.points if not p.filled)


def limits(data: Funnel) -> tuple[tuple[float, float], float]:
    """Return the limits of the effects and the deepest standard error: all points, contours and lines are inside."""
    deepest = max(p.se for p in data.points) * 1.06
    reach = LEVELS[-1][1] * deepest
    ends = [data.null - reach, data.null + reach, *(p.yi for p in data.points)]
    ends += [value for value in (data.pooled, data.adjusted) if value is not None]
    if data.pooled is not None and data.pseudo is not None:
        ends += [data.pooled + side * _critical(data.pseudo) * deepest for side in (-1, 1)]
    return widened(min(ends), max(ends)), deepest


def _contours(data: Funnel, ax: Axes) -> list[Patch]:
    """Shade the regions of significance around the null and return their legend entries."""
    low, high = ax.get_xlim()
    deepest = ax.get_ylim()[0]
    null = data.null
    for i, ((_, inner), shade) in enumerate(zip(LEVELS, SHADES, strict=True)):
        for side, edge in ((-1, low), (1, high)):
            corners = [(null, 0.0), (null + side * inner * deepest, deepest)]
            if i + 1 < len(LEVELS):
                corners.append((null + side * LEVELS[i + 1][1] * deepest, deepest))
            else:
                corners += [(edge, deepest), (edge, 0.0)]
            ax.fill(
                *zip(*corners, strict=True),
                color=style.BLUE,
                alpha=shade,
                linewidth=0,
                zorder=1,
                gid=REGIONS[i],
            )
            ax.plot(
                [null, null + side * inner * deepest], [0, deepest], color=style.MUTED, linewidth=0.5, zorder=2,
                gid="contour",
            )  # fmt: skip
    ax.plot([null] * 2, [0, deepest], color=style.INK, linewidth=0.8, zorder=3, gid="null")
    outer = Patch(facecolor="none", edgecolor=style.MUTED, linewidth=0.5, label="p > 0.10")
    shaded = [
        Patch(facecolor=style.BLUE, alpha=shade, label=words)
        for words, shade in zip(REGIONS, SHADES, strict=True)
    ]
    return [outer, *shaded]


def _estimates(data: Funnel, ax: Axes) -> list[Line2D]:
    """Draw the pooled estimates and the pseudo confidence limits and return their legend entries."""
    deepest = ax.get_ylim()[0]
    handles = []
    for value, label, dashes in (
        (data.pooled, "pooled estimate", (0, (1, 2))),
        (data.adjusted if any(p.filled for p in data.points) else None, "with filled points", (0, (5, 2))),
    ):
        if value is not None:
            handles += ax.plot(
                [value] * 2, [0, deepest], color=style.INK, linestyle=dashes, linewidth=1.0, zorder=3, label=label, gid=label
            )  # fmt: skip
    if data.pooled is not None and data.pseudo is not None:
        reach = _critical(data.pseudo) * deepest
        handles += ax.plot(
            [data.pooled - reach, data.pooled, data.pooled + reach], [deepest, 0, deepest], color=style.INK,
            linestyle=(0, (3, 1.5, 1, 1.5)), linewidth=0.8, zorder=3, gid="pseudo",
            label=f"pseudo {data.pseudo:g} % limits",
        )  # fmt: skip
    return handles


@style.styled
def draw(data: Funnel, ax: Axes) -> Axes:
    """Draw contours, null line, pooled line and points."""
    (low, high), deepest = limits(data)
    ax.set(xlim=(low, high), ylim=(deepest, 0))
    contours = _contours(data, ax)
    lines = _estimates(data, ax)
    points = draw_marks(ax, [Mark(p.yi, p.se, p.study, p.measured, p.filled) for p in data.points])
    put_axis(ax, "x", data.measure, log=data.log, most=7)
    put_axis(ax, "y", "standard error")
    ax.legend(
        handles=[*points, *lines, *contours], loc="upper left", bbox_to_anchor=(1.02, 1.0), borderaxespad=0,
        labelspacing=0.7,
    )  # fmt: skip
    return ax


@style.styled
def figure(data: Funnel) -> Figure:
    """Return the figure at print size."""
    if not data.points:
        return style.empty_figure(f"No effect with a standard error for {data.measure}: no funnel.")
    fig = style.new_figure(220)
    draw(data, style.place(fig, 44, 34, style.WIDTH - 44 - 120, 178))
    return fig
