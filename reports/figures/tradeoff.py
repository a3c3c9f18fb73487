"""Trade-off plane: how much smaller a network became, and what its accuracy paid."""

import math
from dataclasses import dataclass
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.figures import style
from reports.figures.labels import Box, spread
from reports.figures.measure import text_width
from reports.figures.scale import linear_ticks, ratio_ticks, robust_limits
from reports.figures.words import counted, listed, ratio, signed, tick_label

HEIGHT: Final = 300.0
MARK: Final = 5.6


@dataclass(frozen=True)
class TradeoffPoint:
    """One contrast: study, technique, size ratio (quantized / baseline), accuracy change in percentage points.

    `label` is what is written beside the point; `measured` points were re-measured and not reported. `ci_low` and
    `ci_high` bound the accuracy change where an interval is drawn.
    """

    study: str
    label: str
    technique: str
    size_ratio: float
    accuracy_change: float
    measured: bool = False
    ci_low: float | None = None
    ci_high: float | None = None


@dataclass(frozen=True)
class Tradeoff:
    """The points, the names of both axes, and the order of the techniques.

    `cloud` holds size ratio and accuracy change of other contrasts, drawn as grey dots behind the points.
    """

    points: tuple[TradeoffPoint, ...]
    techniques: tuple[str, ...] = ()
    size_name: str = "size, quantized / baseline"
    accuracy_name: str = "change in accuracy, percentage points"
    cloud: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a ratio that has no logarithm."""
        for point in self.points:
            if not point.size_ratio > 0:
                raise ValueError(
                    f"The size ratio of {point.label} is {point.size_ratio}; a ratio must be above 0."
                )


def table(data: Tradeoff) -> pd.DataFrame:
    """Return the points, the off-scale ones among them."""
    return pd.DataFrame(
        [
            (
                p.study,
                p.label,
                p.technique,
                p.size_ratio,
                p.accuracy_change,
                p.ci_low,
                p.ci_high,
                "measured" if p.measured else "reported",
            )
            for p in data.points
        ],
        columns=[
            "study",
            "point",
            "technique",
            "size ratio",
            "change, percentage points",
            "CI low",
            "CI high",
            "origin",
        ],
    )


def alt_text(data: Tradeoff) -> str:
    """Describe the figure from its numbers."""
    if not data.points:
        return "No study gives both a size change and an accuracy change."
    frame = table(data)
    kept = int((frame["change, percentage points"] >= 0).sum())
    within = int((frame["change, percentage points"] >= -1).sum())
    words = (
        f"Scatter plot of {counted(len(frame), 'contrast')} from {counted(frame['study'].nunique(), 'study')}: size ratio "
        f"{ratio(frame['size ratio'].min())} to {ratio(frame['size ratio'].max())} (median {ratio(frame['size ratio'].median())}), "
        f"accuracy change {signed(frame['change, percentage points'].min())} to {signed(frame['change, percentage points'].max())} "
        f"percentage points (median {signed(frame['change, percentage points'].median())}). "
        f"{kept} of {len(frame)} kept or gained accuracy, {within} lost at most 1 point. "
        f"By technique: {listed([f'{label} {n}' for label, n in frame['technique'].value_counts().items()])}."
    )
    measured = int((frame["origin"] == "measured").sum())
    if measured:
        words = f"{words} {counted(measured, 'point')} measured, drawn hollow."
    return (
        f"{words} {counted(len(data.cloud), 'contrast')} of the literature as grey dots."
        if data.cloud
        else words
    )


def limits(data: Tradeoff) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the limits of log ratio and accuracy change; points outside are drawn as arrows at the edge."""
    ratios = [p.size_ratio for p in data.points] + [x for x, _ in data.cloud]
    changes = [p.accuracy_change for p in data.points] + [y for _, y in data.cloud]
    changes += [end for p in data.points for end in (p.ci_low, p.ci_high) if end is not None]
    x = robust_limits([math.log(value) for value in ratios], keep=(0.0, math.log(0.25)), pad=0.09)
    y = robust_limits(changes, keep=(-1.0, 1.0), pad=0.12)
    share = 0.17 / 0.83 * (0.0 - x[0])  # the words of the right corners stand right of the null line
    return (x[0], max(x[1], share)), y


def _points(data: Tradeoff, ax: Axes) -> list[tuple[float, float]]:
    """Draw the points and return where they stand in points of the page."""
    names = [*data.techniques, *sorted({p.technique for p in data.points} - set(data.techniques))]
    looks = style.looks(names)
    (x0, x1), (y0, y1) = limits(data)
    places = []
    for size, change in data.cloud:
        if x0 <= math.log(size) <= x1 and y0 <= change <= y1:
            ax.plot(
                math.log(size), change, "o", color=style.NEUTRAL, alpha=0.45, markersize=3.6, markeredgewidth=0,
                zorder=2.5, gid="cloud",
            )  # fmt: skip
    for p in data.points:
        look = looks[p.technique]
        true = (math.log(p.size_ratio), p.accuracy_change)
        x, y = min(max(true[0], x0), x1), min(max(true[1], y0), y1)
        face = style.PAPER if p.measured else look.color
        if p.ci_low is not None and p.ci_high is not None:
            ends = [min(max(end, y0), y1) for end in (p.ci_low, p.ci_high)]
            ax.plot(
                [x, x],
                ends,
                color=look.color,
                linewidth=1.0,
                solid_capstyle="butt",
                zorder=3.5,
                gid="interval",
            )
        (line,) = ax.plot(
            x, y, look.marker, color=face, markeredgecolor=look.color if p.measured else style.PAPER,
            markeredgewidth=1.3 if p.measured else 0.5, markersize=MARK + (1 if p.measured else 0), clip_on=False, zorder=4,
        )  # fmt: skip
        line.set_gid(p.study)
        if (x, y) != true:
            arrow = "v" if true[1] < y0 else "^" if true[1] > y1 else "<" if true[0] < x0 else ">"
            offset = {"v": (0, -7), "^": (0, 7), "<": (-7, 0), ">": (7, 0)}[arrow]
            px, py = ax.transData.transform((x, y)) + offset
            at = ax.transData.inverted().transform((px, py))
            ax.plot(*at, arrow, color=style.INK, markersize=3.6, markeredgewidth=0, clip_on=False, zorder=4)
        px, py = ax.transData.transform((x, y))
        places.append((float(px), float(py)))
    return places


def _label(p: TradeoffPoint, off: bool) -> str:
    """Return the name of a point; one off the plane says where it is."""
    return f"{p.label} ({ratio(p.size_ratio)}, {signed(p.accuracy_change, 1)})" if off else p.label


def _hints(ax: Axes, lift: float) -> list[Box]:
    """Write in the corners what they mean, and return the space they take."""
    boxes = []
    frame = ax.get_window_extent()
    for x, y, words in (
        (0, 1, "smaller, score gained"),
        (1, 1, "larger,\nscore gained"),
        (0, 0, "smaller, score lost"),
        (1, 0, "larger,\nscore lost"),
    ):
        ax.annotate(
            words,
            (x, y),
            (4 - 8 * x, -4 if y else 4 + lift),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right" if x else "left",
            va="top" if y else "bottom",
            color=style.MUTED,
            style="italic",
            size=style.SMALL,
        )
        width = max(text_width(line, style.SMALL) for line in words.split("\n")) + 6
        high = 4.0 + 9.5 * len(words.split("\n"))
        left = frame.x1 - width if x else frame.x0
        bottom = frame.y1 - high if y else frame.y0 + lift
        boxes.append(Box(left, bottom, left + width, bottom + high))
    return boxes


def _legend(data: Tradeoff, ax: Axes) -> None:
    present = {p.technique for p in data.points}
    names = [*data.techniques, *sorted(present - set(data.techniques))]
    looks = style.looks(names)
    handles = [
        ax.plot([], [], looks[n].marker, color=looks[n].color, markersize=MARK, markeredgewidth=0, label=n)[0]
        for n in names
        if n in present
    ]
    if any(p.measured for p in data.points):
        handles += ax.plot(
            [],
            [],
            "o",
            color=style.PAPER,
            markeredgecolor=style.INK,
            markeredgewidth=1.3,
            markersize=MARK,
            label="hollow: measured",
        )
    if data.cloud:
        handles += ax.plot(
            [],
            [],
            "o",
            color=style.NEUTRAL,
            alpha=0.6,
            markersize=3.6,
            markeredgewidth=0,
            label="reported by studies",
        )
    ax.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 1.01),
        ncols=7,
        borderaxespad=0,
        columnspacing=1.2,
        handletextpad=0.1,
    )


@style.styled
def draw(data: Tradeoff, ax: Axes) -> Axes:
    """Draw the plane; x is the log ratio labelled as ratio, so artists stand at `ln(size_ratio)`."""
    (x0, x1), (y0, y1) = limits(data)
    ax.set(xlim=(x0, x1), ylim=(y0, y1))
    ticks = ratio_ticks(x0, x1, most=9)
    ax.set_xticks([math.log(tick) for tick in ticks], [f"{tick:g}" for tick in ticks])
    levels = linear_ticks(y0, y1, most=8)
    ax.set_yticks(levels, [tick_label(level) for level in levels])
    ax.grid(visible=True)
    off = [not (x0 <= math.log(p.size_ratio) <= x1 and y0 <= p.accuracy_change <= y1) for p in data.points]
    ax.tick_params(length=0, pad=11 if any(off) else 4)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.axhline(0, color=style.INK, linewidth=0.8, zorder=2)
    ax.axvline(0, color=style.INK, linewidth=0.8, zorder=2)
    ax.set_xlabel(data.size_name)
    ax.set_ylabel(data.accuracy_name)
    taken = _hints(ax, 6.0 if any(off) else 0.0)
    places = _points(data, ax)
    frame = ax.get_window_extent()
    zero_x, zero_y = ax.transData.transform((0.0, 0.0))
    lines = [Box(frame.x0, zero_y - 1, frame.x1, zero_y + 1), Box(zero_x - 1, frame.y0, zero_x + 1, frame.y1)]
    named = [(x, y, _label(p, is_off)) for (x, y), p, is_off in zip(places, data.points, off, strict=True)]
    lost = spread(ax, named, taken, Box(frame.x0, frame.y0 - 5, frame.x1, frame.y1 + 5), lines)
    if lost:
        words = f"{counted(lost, 'name')} without room: see the table"
        ax.annotate(
            words,
            (1, 0),
            (0, -30),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right",
            size=style.SMALL,
            color=style.MUTED,
        )
    _legend(data, ax)
    return ax


@style.styled
def figure(data: Tradeoff) -> Figure:
    """Return the figure at print size."""
    if not data.points:
        return style.empty_figure("No study gives both a size change and an accuracy change.")
    fig = style.new_figure(HEIGHT)
    draw(data, style.place(fig, 46, 40, style.WIDTH - 58, HEIGHT - 40 - 26))
    return fig
