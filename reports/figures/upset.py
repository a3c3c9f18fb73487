"""Combinations of methods (UpSet): which sets occur together, how often, and how large each set is.

Reference: Lex, Gehlenborg, Strobelt, Vuillemot, Pfister (2014), UpSet: visualization of intersecting sets.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from reports.figures import style
from reports.figures.measure import text_width
from reports.figures.words import counted, listed

ROW: Final = 15.0
BARS: Final = 92.0
SIZES: Final = 62.0
MOST: Final = 30


@dataclass(frozen=True)
class UpSet:
    """Per study the labels of its sets; `groups` names kinds of sets and orders the rows.

    A label outside every group stands in a last group without a name.
    """

    memberships: tuple[tuple[str, ...], ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    noun: str = "study"
    most_combinations: int = MOST


def set_sizes(data: UpSet) -> list[tuple[str, str, int]]:
    """Return (group, set, number of studies), groups in order, largest set first within a group."""
    counts = Counter(label for sets in data.memberships for label in set(sets))
    group_of = {label: name for name, labels in data.groups for label in labels}
    order = {name: i for i, (name, _) in enumerate(data.groups)}
    rows = [(group_of.get(label, ""), label, n) for label, n in counts.items()]
    return sorted(
        rows, key=lambda row: (order.get(row[0], len(order)), row[1] in style.SILENT, -row[2], row[1])
    )


def combinations(data: UpSet) -> list[tuple[frozenset[str], int]]:
    """Return each combination of sets that occurs, most frequent first."""
    counts = Counter(frozenset(sets) for sets in data.memberships)
    return sorted(counts.items(), key=lambda item: (-item[1], len(item[0]), sorted(item[0])))


def table(data: UpSet) -> pd.DataFrame:
    """Return every combination with its count; none is left out here."""
    order = [label for _, label, _ in set_sizes(data)]
    rows = [
        (" + ".join(label for label in order if label in sets) or "none", len(sets), n)
        for sets, n in combinations(data)
    ]
    return pd.DataFrame(rows, columns=["combination", "sets", "studies"])


def left_out(data: UpSet) -> tuple[int, int]:
    """Return how many combinations, and studies in them, are in the table only."""
    rest = combinations(data)[data.most_combinations :]
    return len(rest), sum(n for _, n in rest)


def alt_text(data: UpSet) -> str:
    """Describe the figure from its numbers."""
    if not data.memberships:
        return "No combination of methods to show."
    frame = table(data)
    top = [f"{row.combination} {row.studies}" for row in frame.head(8).itertuples()]
    sizes = [f"{label} {n}" for _, label, n in set_sizes(data)]
    words = (
        f"UpSet plot of {counted(len(data.memberships), data.noun)} in {counted(len(frame), 'combination')} of methods. "
        f"Most frequent: {listed(top)}. Set sizes: {listed(sizes)}."
    )
    combos, studies = left_out(data)
    if combos:
        words += f" {counted(combos, 'rarer combination')} ({counted(studies, data.noun)}) stand in the table only."
    return words


def _colors(data: UpSet) -> dict[str, str]:
    names = list(dict.fromkeys(group for group, _, _ in set_sizes(data)))
    palette = (style.BLUE, style.VERMILLION, style.GREEN, style.PURPLE)
    return {name: palette[i % len(palette)] for i, name in enumerate(names)}


def _matrix(data: UpSet, ax: Axes, left: float, step: float, top: float) -> None:
    rows = set_sizes(data)
    shown = combinations(data)[: data.most_combinations]
    colors = _colors(data)
    for i in range(0, len(rows), 2):
        ax.add_patch(
            Rectangle(
                (0, top - (i + 1) * ROW), style.WIDTH, ROW, facecolor=style.BAND, edgecolor="none", zorder=0
            )
        )
    for j, (sets, _) in enumerate(shown):
        x = left + (j + 0.5) * step
        inside = [i for i, (_, label, _) in enumerate(rows) if label in sets]
        if len(inside) > 1:
            ax.plot(
                [x, x],
                [top - (inside[0] + 0.5) * ROW, top - (inside[-1] + 0.5) * ROW],
                color=style.MUTED,
                linewidth=1.2,
                zorder=2,
            )
        for i, (group, label, _) in enumerate(rows):
            color = colors[group] if label in sets else style.GRID
            ax.plot(
                x,
                top - (i + 0.5) * ROW,
                "o",
                color=color,
                markersize=6.5 if label in sets else 3.5,
                markeredgewidth=0,
                zorder=3,
            )


def _bars(data: UpSet, ax: Axes, left: float, step: float, top: float) -> None:
    shown = combinations(data)[: data.most_combinations]
    largest = shown[0][1]
    for j, (_, n) in enumerate(shown):
        height = (BARS - 14) * n / largest
        ax.add_patch(
            Rectangle(
                (left + (j + 0.5) * step - step * 0.32, top + 5),
                step * 0.64,
                height,
                facecolor=style.MUTED,
                edgecolor="none",
            )
        )
        ax.text(left + (j + 0.5) * step, top + 7 + height, str(n), ha="center", va="bottom", size=style.SMALL)
    ax.text(
        left - 6,
        top + BARS - 6,
        "studies with exactly\nthis combination",
        ha="right",
        va="top",
        size=style.SMALL,
        color=style.MUTED,
    )


def _sizes(data: UpSet, ax: Axes, top: float) -> None:
    rows = set_sizes(data)
    colors = _colors(data)
    largest = max(n for _, _, n in rows)
    for i, (group, label, n) in enumerate(rows):
        y = top - (i + 0.5) * ROW
        width = (SIZES - 18) * n / largest
        ax.add_patch(Rectangle((SIZES - width, y - 4), width, 8, facecolor=colors[group], edgecolor="none"))
        ax.text(SIZES - width - 3, y, str(n), ha="right", va="center_baseline", size=style.SMALL)
        ax.text(SIZES + 6, y, label, ha="left", va="center_baseline")
    ax.text(2, top + 6, "studies in the set", va="bottom", size=style.SMALL, color=style.MUTED)


def _legend(data: UpSet, ax: Axes, y: float) -> None:
    x = 4.0
    for name, color in _colors(data).items():
        if name:
            ax.plot(x + 3, y, "o", color=color, markersize=6.5, markeredgewidth=0)
            ax.text(x + 10, y, name, va="center_baseline", size=style.SMALL)
            x += 24 + text_width(name, style.SMALL)
    combos, studies = left_out(data)
    if combos:
        words = f"{counted(combos, 'rarer combination')} ({counted(studies, data.noun)}) in the table only"
        ax.text(
            style.WIDTH - 4, y, words, ha="right", va="center_baseline", size=style.SMALL, color=style.MUTED
        )


@style.styled
def draw(data: UpSet, ax: Axes) -> Axes:
    """Draw set sizes, matrix and bars on axes whose units are points (see `style.canvas`)."""
    rows = set_sizes(data)
    top = 22 + ROW * len(rows)
    left = SIZES + 14 + max(text_width(label) for _, label, _ in rows)
    shown = min(len(combinations(data)), data.most_combinations)
    step = min((style.WIDTH - left - 4) / shown, 22.0)
    _matrix(data, ax, left, step, top)
    _bars(data, ax, left, step, top)
    _sizes(data, ax, top)
    _legend(data, ax, 9)
    return ax


@style.styled
def figure(data: UpSet) -> Figure:
    """Return the figure at print size; its height follows the number of sets."""
    if not data.memberships or not set_sizes(data):
        return style.empty_figure("No combination of methods to show.")
    fig = style.new_figure(22 + ROW * len(set_sizes(data)) + BARS + 8)
    draw(data, style.canvas(fig))
    return fig
