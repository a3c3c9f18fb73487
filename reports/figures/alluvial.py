"""Alluvial diagram: how the codes of one axis run into those of the next.

A study with several codes on an axis is split in equal parts, so that every study has the weight one and the
ribbons leaving an axis are as wide as those arriving at it. The number at a label counts whole studies.
"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from reports.figures import style
from reports.figures.measure import elide, text_width
from reports.figures.words import counted, listed

HEIGHT: Final = 330.0
SLOT: Final = 10.5
GAP: Final = 3.0
BAR: Final = 7.0
UNKNOWN: Final = "not stated"
NOTE: Final = (
    "Ribbon width: studies, a study with several codes split in equal parts. Numbers: whole studies with the code, "
    "so they may add up to more than all studies."
)


@dataclass(frozen=True)
class Alluvial:
    """Axis titles, and per study its labels on each axis (an empty tuple is drawn as "not stated").

    An axis of more than `most_labels` labels has its rarest merged into one, "other (n codes)".
    """

    axes: tuple[str, ...]
    studies: tuple[tuple[tuple[str, ...], ...], ...]
    most_labels: int = 16


@dataclass(frozen=True)
class _Node:
    """One label on one axis: its whole studies, and its bar from `bottom` to `top` in points."""

    label: str
    studies: int
    weight: float
    bottom: float = 0.0
    top: float = 0.0


def _codes(study: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code or UNKNOWN for code in study)) or (UNKNOWN,)


def merged(data: Alluvial) -> list[dict[str, str]]:
    """Return per axis the label under which each label is drawn: itself, or "other (n codes)"."""
    result = []
    for place in range(len(data.axes)):
        counts: dict[str, int] = defaultdict(int)
        for study in data.studies:
            for code in _codes(study[place]):
                counts[code] += 1
        spoken = sorted(
            (label for label in counts if label not in style.SILENT),
            key=lambda label: (-counts[label], label),
        )
        keep = data.most_labels - (len(counts) - len(spoken))
        rest = spoken[keep - 1 :] if len(spoken) > keep else []
        names = {label: label for label in counts}
        names.update({label: f"other ({len(rest)} codes)" for label in rest})
        result.append(names)
    return result


def _drawn(data: Alluvial) -> list[list[tuple[str, ...]]]:
    names = merged(data)
    return [
        [tuple(dict.fromkeys(names[i][code] for code in _codes(codes))) for i, codes in enumerate(study)]
        for study in data.studies
    ]


def nodes(data: Alluvial) -> list[list[_Node]]:
    """Return per axis its nodes, largest first, merged and silent labels last, without a place yet."""
    result = []
    drawn = _drawn(data)
    for place in range(len(data.axes)):
        studies: dict[str, int] = defaultdict(int)
        weight: dict[str, float] = defaultdict(float)
        for study in drawn:
            for code in study[place]:
                studies[code] += 1
                weight[code] += 1 / len(study[place])
        order = sorted(
            studies,
            key=lambda label: (label in style.SILENT, label.startswith("other ("), -studies[label], label),
        )
        result.append([_Node(label, studies[label], weight[label]) for label in order])
    return result


def flows(data: Alluvial) -> list[dict[tuple[str, str, str], float]]:
    """Return per pair of neighbouring axes the weight of (first-axis label, left label, right label)."""
    result = []
    drawn = _drawn(data)
    for left, right in pairwise(range(len(data.axes))):
        weights: dict[tuple[str, str, str], float] = defaultdict(float)
        for study in drawn:
            firsts = study[0] if left else ("",)
            share = 1 / (len(firsts) * len(study[left]) * len(study[right]))
            for first, a, b in product(firsts, study[left], study[right]):
                weights[(first or a, a, b)] += share
        result.append(dict(weights))
    return result


def table(data: Alluvial) -> pd.DataFrame:
    """Return the ribbons between neighbouring axes, summed over the colours."""
    rows = []
    for (one, two), weights in zip(pairwise(data.axes), flows(data), strict=True):
        sums: dict[tuple[str, str], float] = defaultdict(float)
        for (_, a, b), weight in weights.items():
            sums[a, b] += weight
        ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
        rows += [(one, a, two, b, round(weight, 2)) for (a, b), weight in ordered]
    return pd.DataFrame(rows, columns=["from axis", "from", "to axis", "to", "studies (split)"])


def alt_text(data: Alluvial) -> str:
    """Describe the figure from its numbers."""
    if not data.studies:
        return "No study to follow along the axes."
    parts = [f"Alluvial diagram of {counted(len(data.studies), 'study')} along {listed(data.axes)}"]
    for title, axis in zip(data.axes, nodes(data), strict=True):
        parts.append(f"{title}: {listed([f'{node.label} {node.studies}' for node in axis])}")
    frame = table(data).sort_values("studies (split)", ascending=False, kind="stable").head(4)
    strongest = [f"{row['from']} to {row['to']} {row['studies (split)']:g}" for _, row in frame.iterrows()]
    return ". ".join([*parts, f"Widest ribbons: {listed(strongest)}"]) + "."


def _placed(axis: list[_Node], scale: float, height: float) -> list[_Node]:
    """Stack the nodes from the top, each in a slot that is high enough for its label."""
    slots = [max(node.weight * scale, SLOT) for node in axis]
    spare = height - sum(slots) - GAP * (len(axis) - 1)
    gap = GAP + min(max(spare, 0.0) / max(len(axis) - 1, 1), 12.0)
    y = height - (height - sum(slots) - gap * (len(axis) - 1)) / 2
    result = []
    for node, slot in zip(axis, slots, strict=True):
        middle, half = y - slot / 2, node.weight * scale / 2
        result.append(_Node(node.label, node.studies, node.weight, middle - half, middle + half))
        y -= slot + gap
    return result


def _scale(axes: list[list[_Node]], height: float) -> float:
    """Return the points per study with which the fullest axis just fits."""

    def needed(scale: float) -> float:
        return max(
            sum(max(node.weight * scale, SLOT) for node in axis) + GAP * (len(axis) - 1) for axis in axes
        )

    low, high = 0.0, height / max(sum(node.weight for node in axes[0]), 1e-9)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if needed(middle) <= height else (low, middle)
    return low


def _ribbon(
    x0: float, x1: float, left: tuple[float, float], right: tuple[float, float], color: str
) -> PathPatch:
    """Return a ribbon from the span `left` (bottom, top) at x0 to the span `right` at x1."""
    bend = (x1 - x0) * 0.5
    points = [
        (x0, left[1]),
        (x0 + bend, left[1]),
        (x1 - bend, right[1]),
        (x1, right[1]),
        (x1, right[0]),
        (x1 - bend, right[0]),
        (x0 + bend, left[0]),
        (x0, left[0]),
        (x0, left[1]),
    ]
    kinds = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return PathPatch(Path(points, kinds), facecolor=color, edgecolor="none", alpha=0.5, zorder=1)


def _ribbons(
    ax: Axes,
    axes: list[list[_Node]],
    links: list[dict[tuple[str, str, str], float]],
    xs: list[float],
    scale: float,
) -> None:
    order = {node.label: i for i, node in enumerate(axes[0])}
    colors = style.looks([node.label for node in axes[0]])
    for place, weights in enumerate(links):
        left = {node.label: i for i, node in enumerate(axes[place])}
        right = {node.label: i for i, node in enumerate(axes[place + 1])}
        spans: dict[tuple[str, str, str], list[tuple[float, float]]] = defaultdict(list)
        for side, here, there, own in ((axes[place], left, right, 1), (axes[place + 1], right, left, 2)):
            level = {node.label: node.top for node in side}
            for key in sorted(weights, key=lambda k: (here[k[own]], order[k[0]], there[k[3 - own]])):
                top = level[key[own]]
                level[key[own]] = top - weights[key] * scale
                spans[key].append((level[key[own]], top))
        for key, (one, two) in spans.items():
            ax.add_artist(_ribbon(xs[place] + BAR, xs[place + 1], one, two, colors[key[0]].color))


def _labels(ax: Axes, data: Alluvial, axes: list[list[_Node]], xs: list[float], height: float) -> None:
    colors = style.looks([node.label for node in axes[0]])
    room = xs[1] - xs[0] - BAR - 8 if len(xs) > 1 else style.WIDTH
    last = len(axes) - 1
    for place, (axis, x) in enumerate(zip(axes, xs, strict=True)):
        side = "right" if place == 0 else "left"
        at = x - 4 if place == 0 else x + BAR + 4
        for node in axis:
            color = colors[node.label].color if place == 0 else style.MUTED
            ax.add_artist(
                Rectangle(
                    (x, node.bottom), BAR, node.top - node.bottom, facecolor=color, edgecolor="none", zorder=2
                )
            )
            words, middle = f"{node.label}  {node.studies}", (node.bottom + node.top) / 2
            if 0 < place < last:
                words = f"{elide(node.label, room - text_width(f'  {node.studies}', style.SMALL), style.SMALL)}  {node.studies}"
                ground = Rectangle(
                    (at - 2, middle - 4.6),
                    text_width(words, style.SMALL) + 4,
                    9.2,
                    facecolor=style.PAPER,
                    alpha=0.72,
                )
                ground.set(edgecolor="none", zorder=2.5)
                ax.add_artist(ground)
            ax.text(at, middle, words, ha=side, va="center_baseline", size=style.SMALL, zorder=3)
        ax.text(at, height + 12, data.axes[place], ha=side, va="baseline", weight="bold")


@style.styled
def draw(data: Alluvial, ax: Axes) -> Axes:
    """Draw the diagram on axes whose units are points (see `style.canvas`)."""
    plain = nodes(data)
    widths = [
        max([text_width(f"{node.label}  {node.studies}", style.SMALL) for node in axis])
        for axis in (plain[0], plain[-1])
    ]
    left = max(widths[0], text_width(data.axes[0], bold=True)) + 8
    right = style.WIDTH - BAR - max(widths[1], text_width(data.axes[-1], bold=True)) - 8
    xs = [left + (right - left) * i / max(len(plain) - 1, 1) for i in range(len(plain))]
    height = ax.get_ylim()[1] - 26
    scale = _scale(plain, height)
    axes = [[*_placed(axis, scale, height)] for axis in plain]
    axes = [[_Node(n.label, n.studies, n.weight, n.bottom + 2, n.top + 2) for n in axis] for axis in axes]
    _ribbons(ax, axes, flows(data), xs, scale)
    _labels(ax, data, axes, xs, height)
    return ax


@style.styled
def figure(data: Alluvial) -> Figure:
    """Return the figure at print size."""
    if not data.studies:
        return style.empty_figure("No study to follow along the axes.")
    fig = style.new_figure(HEIGHT)
    draw(data, style.canvas(fig))
    return fig
