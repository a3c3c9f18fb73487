"""Points of a scatter plot: reported, measured and filled ones apart by colour, shape and ground, and names for some."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from reports.figures import style
from reports.figures.labels import Box, spread
from reports.figures.measure import elide

MOST_NAMES: Final = 12
NAME_WIDTH: Final = 110.0
GID: Final = "rows"


@dataclass(frozen=True)
class Mark:
    """Where a row stands, what it is called, and whether it was measured or filled in."""

    x: float
    y: float
    name: str
    measured: bool = False
    filled: bool = False


_KINDS: Final = (
    ("reported", "o", style.BLUE, style.PAPER, False, False),
    ("filled (trim and fill)", "o", style.PAPER, style.INK, False, True),
    ("measured", "D", style.VERMILLION, style.PAPER, True, False),
)


def diameter(n: int) -> float:
    """Return the diameter in points of one of n marks: smaller where they are many."""
    return 5.0 if n <= 300 else 3.6 if n <= 2000 else 2.6


def draw_marks(ax: Axes, marks: Sequence[Mark], *, size: float | None = None) -> list[Line2D]:
    """Draw every mark at its number and return one legend entry for each kind that is there.

    Parameters
    ----------
    ax
        Axes whose limits are set.
    marks
        The rows.
    size
        Diameter in points; by default it follows their number.
    """
    across = diameter(len(marks)) if size is None else size
    handles = []
    for label, shape, face, edge, measured, filled in _KINDS:
        its = [m for m in marks if m.filled == filled and (m.measured and not m.filled) == measured]
        if its:
            (line,) = ax.plot(
                [m.x for m in its], [m.y for m in its], shape, color=face, markeredgecolor=edge,
                markersize=across * (0.9 if measured else 1), markeredgewidth=0.9 if filled else 0.6 if across >= 5 else 0.25,
                label=label, clip_on=False, zorder=4, gid=GID,
            )  # fmt: skip
            handles.append(line)
    return handles


def foremost(scores: Sequence[float], most: int = MOST_NAMES) -> frozenset[int]:
    """Return the places of the highest scores; of equal ones the first.

    Parameters
    ----------
    scores
        How much each row wants its name written.
    most
        How many are wanted.
    """
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    return frozenset(order[:most])


def note(ax: Axes, sentences: Sequence[str]) -> None:
    """Write what a reader must know about the marks below the axes, at the right.

    Parameters
    ----------
    ax
        The axes.
    sentences
        Short parts; none writes nothing.
    """
    if sentences:
        width = ax.get_window_extent().width
        ax.annotate(
            elide("; ".join(sentences), width, style.SMALL), (1, 0), (0, -36), xycoords="axes fraction",
            textcoords="offset points", ha="right", va="bottom", size=style.SMALL, color=style.MUTED,
        )  # fmt: skip


def name_marks(
    ax: Axes,
    marks: Sequence[Mark],
    chosen: frozenset[int],
    lines: Sequence[Box] = (),
    taken: Sequence[Box] = (),
) -> int:
    """Write the names of the chosen marks where nothing stands yet and return how many found no room.

    Parameters
    ----------
    ax
        Axes whose limits are set and whose marks are drawn.
    marks
        All marks; names keep off the others too.
    chosen
        Places of those to be named.
    lines
        Space, in points of the page, that names keep off where they can.
    taken
        Space that other words occupy.
    """
    if not marks:
        return 0
    spots = ax.transData.transform(np.array([(m.x, m.y) for m in marks]))
    near = [i for i in range(len(marks)) if i in chosen] if len(marks) > 3000 else range(len(marks))
    points = [
        (
            float(spots[i][0]),
            float(spots[i][1]),
            elide(marks[i].name, NAME_WIDTH, style.SMALL) if i in chosen else "",
        )
        for i in near
    ]
    frame = ax.get_window_extent()
    edge = Box(frame.x0, frame.y0 - 2, frame.x1, frame.y1 + 2)
    return spread(ax, points, taken, edge, lines)
