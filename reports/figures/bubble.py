"""Bubble plot of a meta-regression: effects against one moderator, with the fitted line and its bands.

Areas follow the weights in the model. The inner band is the confidence interval of the mean effect, the outer one, with
dotted edges, the prediction interval of the true effect of a new row. Other moderators are held at their means.
Reference: Thompson and Higgins (2002), How should meta-regression analyses be undertaken and interpreted?, Statistics in
Medicine 21, 1559–1573.
"""

import math
import re
from dataclasses import dataclass
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from reports.figures import style
from reports.figures.effect_scale import put_axis, said, widened
from reports.figures.measure import elide
from reports.figures.words import counted, listed

HEIGHT: Final = 250.0
LARGEST: Final = 17.0
SMALLEST: Final = 1.6
CROWD: Final = 80


@dataclass(frozen=True)
class BubblePoint:
    """One row: its moderator, its effect, and its weight in percent."""

    label: str
    x: float
    yi: float
    weight: float
    measured: bool = False


@dataclass(frozen=True)
class Line:
    """The fitted mean over the moderator with its confidence limits and, where the model has them, prediction limits."""

    x: tuple[float, ...]
    fit: tuple[float, ...]
    ci_low: tuple[float, ...]
    ci_high: tuple[float, ...]
    pi_low: tuple[float, ...] | None = None
    pi_high: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Bubble:
    """The points and the line; `slope` is the coefficient with its limits and p value.

    `held` names the other moderators and the values at which the line holds them.
    """

    points: tuple[BubblePoint, ...]
    line: Line | None
    term: str
    measure: str
    level: float = 95.0
    slope: tuple[float, float, float, float] | None = None
    held: tuple[tuple[str, float], ...] = ()
    log: bool = False
    null: float | None = 0.0

    def __post_init__(self) -> None:
        """Refuse a point that has no place or no area."""
        for p in self.points:
            if not (math.isfinite(p.x) and math.isfinite(p.yi) and 0 < p.weight < math.inf):
                raise ValueError(
                    f"{p.label} has the moderator {p.x:g}, the effect {p.yi:g} and the weight {p.weight:g}: a bubble plot "
                    "needs finite numbers and weights above 0, so leave the row out"
                )


def table(data: Bubble) -> pd.DataFrame:
    """Return every row with its moderator, effect and weight, in the order given."""
    rows = [(p.label, p.x, p.yi, p.weight, "measured" if p.measured else "reported") for p in data.points]
    return pd.DataFrame(rows, columns=["row", data.term, "yi", "weight, percent", "origin"])


def alt_text(data: Bubble) -> str:
    """Describe the figure from its numbers."""
    if not data.points:
        return f"No row to show for {data.measure} against {spoken(data.term)}."
    x, y = [p.x for p in data.points], [p.yi for p in data.points]
    what = f"{data.measure} against {spoken(data.term)}: {counted(len(data.points), 'row')}"
    spread = f"{said(min(y), log=data.log)} to {said(max(y), log=data.log)}"
    sentences = [
        f"Bubble plot of {what}, moderator from {_number(min(x))} to {_number(max(x))}, effects from {spread}"
    ]
    if data.slope is not None and all(math.isfinite(value) for value in data.slope[:3]):
        estimate, low, high, p = data.slope
        chance = "" if math.isnan(p) else ", p < 0.001" if p < 0.001 else f", p = {p:.3f}"
        factor = " (as a factor)" if data.log else ""
        sentences.append(
            f"Slope per unit{factor} {said(estimate, log=data.log)} [{said(low, log=data.log)}; "
            f"{said(high, log=data.log)}], {data.level:g} % CI{chance}"
        )
    if data.line is not None:
        ends = [f"{said(data.line.fit[i], log=data.log)} at {_number(data.line.x[i])}" for i in (0, -1)]
        sentences.append(f"Fitted {listed(ends)}")
        if any(_cut(data)):
            sentences.append(f"{listed(_cut(data)).capitalize()} beyond the axis in part")
    if data.held:
        sentences.append(
            f"Held: {listed([f'{spoken(name)} at {_number(value)}' for name, value in data.held])}"
        )
    measured = sum(p.measured for p in data.points)
    if measured:
        sentences.append(f"{counted(measured, 'row')} measured, drawn as diamonds")
    return ". ".join(sentences) + "."


def _cut(data: Bubble) -> list[str]:
    """Return which bands leave the axis."""
    line, (low, high) = data.line, limits(data)[1]
    if line is None:
        return []
    bands = (("confidence band", line.ci_low, line.ci_high), ("prediction band", line.pi_low, line.pi_high))
    return [
        name for name, lower, upper in bands if lower and upper and (min(lower) < low or max(upper) > high)
    ]


def spoken(term: str) -> str:
    """Return the name of a coefficient as people say it: "granularity = per channel" for a category, else as it is.

    Parameters
    ----------
    term
        Name in a formula, such as "C(granularity)[T.per channel]".
    """
    match = re.fullmatch(r"(?:C\()?([\w .]+?)(?:\))?\[(?:T\.)?(.+)\]", term)
    return f"{match[1]} = {match[2]}" if match else term


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")


def areas(data: Bubble) -> list[float]:
    """Return the areas of the bubbles in square points: they follow the weights, and the smallest can still be seen.

    The largest bubble shrinks where rows are many, so that all bubbles together do not cover the plot.
    """
    heaviest = max(p.weight for p in data.points)
    largest = LARGEST**2 * min(1.0, CROWD / len(data.points))
    return [max(largest * (p.weight / heaviest), SMALLEST**2) for p in data.points]


def limits(data: Bubble) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the limits of moderator and effect: all points, and the bands as far as they do not triple the axis."""
    x = [p.x for p in data.points]
    y = [p.yi for p in data.points]
    low, high = min(y), max(y)
    if data.line is not None:
        low, high = min(low, *data.line.fit), max(high, *data.line.fit)
        floor, ceiling = low - (high - low), high + (high - low)
        for lower, upper in ((data.line.ci_low, data.line.ci_high), (data.line.pi_low, data.line.pi_high)):
            if lower is not None and upper is not None:
                low = min(low, max(min(lower), floor))
                high = max(high, min(max(upper), ceiling))
    return widened(min(x), max(x), 0.07), widened(low, high, 0.07)


def _bands(data: Bubble, ax: Axes) -> list[Line2D | Patch]:
    """Draw the line and its bands and return their legend entries."""
    line = data.line
    if line is None:
        return []
    handles: list[Line2D | Patch] = list(
        ax.plot(line.x, line.fit, color=style.INK, linewidth=1.2, zorder=3, label="fitted mean", gid="fit")
    )
    ax.fill_between(
        line.x, line.ci_low, line.ci_high, color=style.BLUE, alpha=0.26, linewidth=0, zorder=1.5, gid="ci"
    )
    handles.append(Patch(facecolor=style.BLUE, alpha=0.26, label=f"{data.level:g} % CI"))
    if line.pi_low is not None and line.pi_high is not None:
        for edge in (line.pi_low, line.pi_high):
            (dotted,) = ax.plot(
                line.x, edge, color=style.MUTED, linewidth=0.9, linestyle=(0, (1, 2)), zorder=2, gid="pi",
                label=f"{data.level:g} % prediction",
            )  # fmt: skip
        ax.fill_between(
            line.x, line.pi_low, line.pi_high, color=style.BLUE, alpha=0.07, linewidth=0, zorder=1
        )
        handles.append(dotted)
    return handles


def _bubbles(data: Bubble, ax: Axes) -> list[Line2D]:
    """Draw the bubbles, the large ones first so that none hides another, and return their legend entries."""
    sized = sorted(zip(data.points, areas(data), strict=True), key=lambda pair: -pair[1])
    handles = []
    for label, color, shape, measured in (
        ("reported", style.BLUE, "o", False),
        ("measured", style.VERMILLION, "D", True),
    ):
        its = [(p, size) for p, size in sized if p.measured == measured]
        if its:
            ax.scatter(
                [p.x for p, _ in its], [p.yi for p, _ in its], s=[size for _, size in its], marker=shape,
                facecolor=color, alpha=0.55, edgecolor=style.PAPER, linewidth=0.7, zorder=4, clip_on=False, gid=label,
            )  # fmt: skip
            handles += ax.plot(
                [],
                [],
                shape,
                color=color,
                alpha=0.55,
                markersize=7,
                markeredgewidth=0,
                label=f"{label}, area by weight",
            )
    return handles


@style.styled
def draw(data: Bubble, ax: Axes) -> Axes:
    """Draw bands, line and bubbles."""
    (x0, x1), (y0, y1) = limits(data)
    ax.set(xlim=(x0, x1), ylim=(y0, y1))
    if data.null is not None and y0 <= data.null <= y1:
        ax.axhline(data.null, color=style.INK, linewidth=0.6, zorder=1.2, gid="null")
    lines = _bands(data, ax)
    points = _bubbles(data, ax)
    put_axis(ax, "y", data.measure, log=data.log)
    values = sorted({p.x for p in data.points})
    if len(values) <= 2 and all(value in (0.0, 1.0) for value in values):
        ax.set_xticks(values, [f"{value:g}" for value in values])
        ax.set_xlabel(elide(spoken(data.term), ax.get_window_extent().width))
    else:
        put_axis(ax, "x", spoken(data.term), most=7)
    ax.legend(
        handles=[*points, *lines], loc="lower left", bbox_to_anchor=(0, 1.01), ncols=5, borderaxespad=0,
    )  # fmt: skip
    return ax


@style.styled
def figure(data: Bubble) -> Figure:
    """Return the figure at print size."""
    if not data.points:
        return style.empty_figure(alt_text(data))
    fig = style.new_figure(HEIGHT)
    draw(data, style.place(fig, 48, 36, style.WIDTH - 60, HEIGHT - 36 - 22))
    return fig
