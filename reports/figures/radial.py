"""Radial (Galbraith) plot: effects over their standard errors against precision.

Every row has the same vertical uncertainty, so rows outside the band around the line disagree with the pooled estimate,
the slope of the line; a ray from the origin through a row meets the scale at the right at the row's effect. References: Galbraith (1988), A note on graphical presentation of estimated odds ratios from
several clinical trials, Statistics in Medicine 7, 889–894; Galbraith (1994), Some applications of radial plots,
Journal of the American Statistical Association 89, 1232–1242.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy.special import ndtri

from reports.figures import style
from reports.figures.effect_scale import plain, put_axis, said, widened
from reports.figures.marks import Mark, draw_marks, foremost, name_marks, note
from reports.figures.words import counted, listed

HEIGHT: Final = 270.0
TOLD: Final = 3


@dataclass(frozen=True)
class RadialPoint:
    """One row: its precision (1 / standard error) and its effect over its standard error, as the line weighs them."""

    label: str
    precision: float
    z: float
    measured: bool = False


@dataclass(frozen=True)
class Radial:
    """The points, the pooled estimate with its limits if any, and the level in percent of the band around the line."""

    points: tuple[RadialPoint, ...]
    pooled: float
    ci_low: float | None
    ci_high: float | None
    measure: str
    level: float = 95.0
    log: bool = False
    precision_name: str = "precision, 1 / standard error"
    z_name: str = "effect / standard error"

    def __post_init__(self) -> None:
        """Refuse a point that has no place, or a line that has no slope."""
        for p in self.points:
            if not (0 < p.precision < math.inf and math.isfinite(p.z)):
                raise ValueError(
                    f"{p.label} has the precision {p.precision:g} and the standardised effect {p.z:g}: a radial plot needs "
                    "finite numbers and precisions above 0, so leave the row out"
                )
        if not all(math.isfinite(v) for v in (self.pooled, self.ci_low, self.ci_high) if v is not None):
            raise ValueError(
                f"the pooled estimate {self.pooled} with the limits {self.ci_low} and {self.ci_high} cannot be drawn: "
                "give finite numbers, and None for limits that are not known"
            )


def reach(data: Radial) -> float:
    """Return half the height of the band, in standard errors."""
    return -float(ndtri((100 - data.level) / 200))


def _residuals(data: Radial) -> list[float]:
    return [p.z - data.pooled * p.precision for p in data.points]


def table(data: Radial) -> pd.DataFrame:
    """Return every row with its place and its vertical distance from the line, in the order given."""
    rows = [
        (p.label, p.precision, p.z, residual, "measured" if p.measured else "reported")
        for p, residual in zip(data.points, _residuals(data), strict=True)
    ]
    return pd.DataFrame(rows, columns=["row", "precision", "z", "distance from the line", "origin"])


def alt_text(data: Radial) -> str:
    """Describe the figure from its numbers."""
    if not data.points:
        return f"No row to show in a radial plot of {data.measure}."
    residuals = [abs(r) for r in _residuals(data)]
    half = reach(data)
    outside = sum(r > half for r in residuals)
    precision = [p.precision for p in data.points]
    spread = f"{plain(min(precision))} to {plain(max(precision))}"
    sentences = [
        f"Radial plot of {data.measure}: {counted(len(data.points), 'row')} with precisions from {spread}",
        f"Slope, the pooled estimate, {said(data.pooled, log=data.log)}{_interval(data)}",
        f"{outside} of {counted(len(data.points), 'row')} outside the {data.level:g} % band around the line",
    ]
    if outside:
        first = sorted(foremost(residuals, min(TOLD, outside)), key=lambda i: (-residuals[i], i))
        sentences.append(f"Farthest from the line: {listed([data.points[i].label for i in first])}")
    measured = sum(p.measured for p in data.points)
    if measured:
        sentences.append(f"{counted(measured, 'row')} measured, drawn as diamonds")
    return ". ".join(sentences) + "."


def _interval(data: Radial) -> str:
    if data.ci_low is None or data.ci_high is None:
        return ""
    return f" [{said(data.ci_low, log=data.log)}; {said(data.ci_high, log=data.log)}]"


def limits(data: Radial) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the limits of precision and standardised effect: all points and the band are inside."""
    x = widened(0.0, max(p.precision for p in data.points))[1]
    half = reach(data)
    ends = [p.z for p in data.points] + [s * x + side * half for s in (0.0, data.pooled) for side in (-1, 1)]
    return (0.0, x), widened(min(ends), max(ends))


@style.styled
def draw(data: Radial, ax: Axes) -> Axes:
    """Draw band, line, points, and the scale on which slopes are read as effects."""
    (x0, x1), (y0, y1) = limits(data)
    ax.set(xlim=(x0, x1), ylim=(y0, y1))
    half = reach(data)
    ends = np.array([x0, x1])
    line = data.pooled * ends
    ax.axhline(0, color=style.GRID, linewidth=0.8, zorder=1)
    ax.fill_between(
        ends, line - half, line + half, color=style.BLUE, alpha=0.16, linewidth=0, zorder=1.5, gid="band"
    )
    ax.plot(ends, line, color=style.INK, linewidth=1.1, zorder=2, gid="pooled")
    marks = [Mark(p.precision, p.z, p.label, p.measured) for p in data.points]
    handles: list[Line2D | Patch] = [*draw_marks(ax, marks)]
    distance = [abs(r) for r in _residuals(data)]
    outside = [r if r > half else 0.0 for r in distance]
    chosen = foremost(outside) & {i for i, r in enumerate(outside) if r > 0}
    lost = name_marks(ax, marks, frozenset(chosen))
    note(ax, [f"{counted(lost, 'name')} without room"] if lost else [])
    put_axis(ax, "x", data.precision_name)
    ax.tick_params(axis="x", pad=5)  # the origin may be labelled on both axes
    put_axis(ax, "y", data.z_name)
    _scale(data, ax)
    handles += [
        Line2D([], [], color=style.INK, linewidth=1.1, label="pooled estimate (slope)"),
        Patch(facecolor=style.BLUE, alpha=0.16, label=f"{data.level:g} % band"),
    ]
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4, borderaxespad=0)
    return ax


def _scale(data: Radial, ax: Axes) -> None:
    """Draw the scale of effects on the right edge: a ray from the origin through a point meets it at the point's effect."""
    (_, x1), (y0, y1) = limits(data)
    figure = ax.get_figure(root=True)
    assert figure is not None  # noqa: S101 - these axes stand on a figure; for the type checker
    scale = figure.add_axes(ax.get_position().bounds, zorder=ax.get_zorder() - 1)
    scale.set(xlim=(0, x1), ylim=(y0 / x1, y1 / x1), xticks=[])
    scale.yaxis.tick_right()
    scale.yaxis.set_label_position("right")
    scale.spines["right"].set_visible(True)
    for side in ("left", "bottom"):
        scale.spines[side].set_visible(False)
    put_axis(scale, "y", data.measure, log=data.log)
    if data.ci_low is not None and data.ci_high is not None:
        ends = [min(max(end, y0 / x1), y1 / x1) for end in (data.ci_low, data.ci_high)]
        scale.plot(
            [x1, x1],
            ends,
            color=style.INK,
            linewidth=3.2,
            solid_capstyle="butt",
            clip_on=False,
            zorder=5,
            gid="ci",
        )


@style.styled
def figure(data: Radial) -> Figure:
    """Return the figure at print size."""
    if not data.points:
        return style.empty_figure(alt_text(data))
    fig = style.new_figure(HEIGHT)
    draw(data, style.place(fig, 48, 42, style.WIDTH - 48 - 52, HEIGHT - 42 - 22))
    return fig
