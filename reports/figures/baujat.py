"""Baujat plot: what each row adds to the heterogeneity against what it does to the pooled estimate.

Rows at the top right both disagree with the others and move the result. Reference: Baujat, Mahé, Pignon, Hill (2002),
A graphical method for exploring heterogeneity in meta-analyses, Statistics in Medicine 21, 2641–2652.
"""

import math
from dataclasses import dataclass
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.figures import style
from reports.figures.effect_scale import plain, put_axis, widened
from reports.figures.marks import Mark, draw_marks, foremost, name_marks, note
from reports.figures.words import counted, listed

HEIGHT: Final = 250.0
TOLD: Final = 3
EMPTY: Final = "No row to show in a Baujat plot of {}."


@dataclass(frozen=True)
class BaujatPoint:
    """One row: its share in the heterogeneity statistic, and how far leaving it out moves the pooled estimate."""

    label: str
    heterogeneity: float
    influence: float
    measured: bool = False


@dataclass(frozen=True)
class Baujat:
    """The points, the name of the effect, what both axes show, and the rows that have no place (`omitted`)."""

    points: tuple[BaujatPoint, ...]
    measure: str
    heterogeneity_name: str = "contribution to the heterogeneity Q"
    influence_name: str = "influence on the pooled estimate"
    omitted: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a point that has no place."""
        for p in self.points:
            if not (0 <= p.heterogeneity < math.inf and 0 <= p.influence < math.inf):
                raise ValueError(
                    f"{p.label} has the contribution {p.heterogeneity:g} and the influence {p.influence:g}: "
                    "a Baujat plot needs finite numbers of 0 or more, so leave the row out"
                )


def _scores(data: Baujat) -> list[float]:
    """Return how far each row stands from the origin, both axes being as long as their largest value."""
    x = max((p.heterogeneity for p in data.points), default=0.0) or 1.0
    y = max((p.influence for p in data.points), default=0.0) or 1.0
    return [math.hypot(p.heterogeneity / x, p.influence / y) for p in data.points]


def table(data: Baujat) -> pd.DataFrame:
    """Return every row with both numbers, in the order given."""
    rows = [
        (p.label, p.heterogeneity, p.influence, "measured" if p.measured else "reported") for p in data.points
    ]
    return pd.DataFrame(rows, columns=["row", data.heterogeneity_name, data.influence_name, "origin"])


def alt_text(data: Baujat) -> str:
    """Describe the figure from its numbers."""
    if not data.points:
        return EMPTY.format(data.measure)
    scores = _scores(data)
    first = sorted(foremost(scores, TOLD), key=lambda i: (-scores[i], i))
    names = [
        f"{data.points[i].label} ({plain(data.points[i].heterogeneity)}; {plain(data.points[i].influence)})"
        for i in first
    ]
    total = plain(math.fsum(p.heterogeneity for p in data.points))
    most = [plain(max(p.heterogeneity for p in data.points)), plain(max(p.influence for p in data.points))]
    across = f"{data.heterogeneity_name} up to {most[0]} (sum {total})"
    sentences = [
        f"Baujat plot of {data.measure}: {counted(len(data.points), 'row')}, {across} against {data.influence_name} up to {most[1]}",
        f"Farthest from the origin: {listed(names)}",
    ]
    measured = sum(p.measured for p in data.points)
    if measured:
        sentences.append(f"{counted(measured, 'row')} measured, drawn as diamonds")
    if data.omitted:
        sentences.append(f"Without a place, as the numbers cannot be told: {listed(data.omitted)}")
    return ". ".join(sentences) + "."


def _upper(values: list[float]) -> float:
    top = max(values)
    return widened(0.0, top, 0.08)[1] if top > 0 else 1.0


@style.styled
def draw(data: Baujat, ax: Axes) -> Axes:
    """Draw the points and name those farthest from the origin."""
    ax.set(
        xlim=(0, _upper([p.heterogeneity for p in data.points])),
        ylim=(0, _upper([p.influence for p in data.points])),
    )
    ax.grid(visible=True)
    ax.tick_params(length=0)
    ax.tick_params(axis="x", pad=7)  # both axes label the origin
    put_axis(ax, "x", data.heterogeneity_name)
    put_axis(ax, "y", data.influence_name)
    marks = [Mark(p.heterogeneity, p.influence, p.label, p.measured) for p in data.points]
    handles = draw_marks(ax, marks)
    lost = name_marks(ax, marks, foremost(_scores(data)))
    notes = [f"{counted(len(data.omitted), 'row')} without a place"] if data.omitted else []
    note(ax, [*notes, f"{counted(lost, 'name')} without room"] if lost else notes)
    if len(handles) > 1:
        ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, borderaxespad=0)
    return ax


@style.styled
def figure(data: Baujat) -> Figure:
    """Return the figure at print size."""
    if not data.points:
        return style.empty_figure(alt_text(data))
    fig = style.new_figure(HEIGHT)
    draw(data, style.place(fig, 48, 42, style.WIDTH - 60, HEIGHT - 42 - 20))
    return fig
