"""Names beside points, placed one after the other where nothing stands yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from reports.figures import style
from reports.figures.measure import text_width

HALF_POINT: Final = 3.6
LINE: Final = 8.6
_RINGS: Final = (5.0, 10.0, 16.0, 23.0, 31.0)
_SIDES: Final = ((1, 0), (-1, 0), (0.7, 0.8), (-0.7, 0.8), (0.7, -0.8), (-0.7, -0.8), (0, 1), (0, -1))


@dataclass(frozen=True)
class Box:
    """A rectangle in points of the page."""

    x0: float
    y0: float
    x1: float
    y1: float


def candidates(x: float, y: float, width: float) -> list[tuple[float, Box]]:
    """Return places for a label of this width around a point, nearest first, with their distance."""
    found = []
    for ring in _RINGS:
        for dx, dy in _SIDES:
            cx, cy = x + dx * ring, y + dy * ring
            left = cx if dx > 0 else cx - width if dx < 0 else cx - width / 2
            found.append((ring, Box(left, cy - LINE / 2, left + width, cy + LINE / 2)))
    return found


def _place(
    x: float, y: float, width: float, frame: Box, busy: list[Box], lines: Sequence[Box], names: list[Box]
) -> tuple[float, Box] | None:
    """Return the first free place: one that also keeps off `lines` if there is any."""
    everything = np.array([(b.x0, b.y0, b.x1, b.y1) for b in busy])
    words = np.array([(b.x0, b.y0, b.x1, b.y1) for b in names]).reshape(-1, 4)
    free = []
    for ring, box in candidates(x, y, width):
        if box.x0 < frame.x0 or box.x1 > frame.x1 + 8 or box.y0 < frame.y0 or box.y1 > frame.y1:
            continue
        if _hits(everything, box) or (ring > _RINGS[1] and _crosses(x, y, box, words)):
            continue
        if not any(_hits(np.array([(b.x0, b.y0, b.x1, b.y1)]), box) for b in lines):
            return ring, box
        free.append((ring, box))
    return free[0] if free else None


def _hits(boxes: NDArray[np.float64], box: Box) -> bool:
    clash = (boxes[:, 0] < box.x1) & (boxes[:, 2] > box.x0) & (boxes[:, 1] < box.y1) & (boxes[:, 3] > box.y0)
    return bool(clash.any())


def _foot(x: float, y: float, box: Box) -> tuple[float, float]:
    """Return where the line from a point meets the box of its label."""
    return min(max(x, box.x0), box.x1), min(max(y, box.y0), box.y1)


def _crosses(x: float, y: float, box: Box, words: NDArray[np.float64]) -> bool:
    """Say whether the line from a point to its label runs through another label."""
    foot = _foot(x, y, box)
    for share in (0.2, 0.4, 0.6, 0.8):
        px, py = x + share * (foot[0] - x), y + share * (foot[1] - y)
        if _hits(words, Box(px - 1, py - 1, px + 1, py + 1)):
            return True
    return False


def spread(
    ax: Axes,
    points: Sequence[tuple[float, float, str]],
    taken: Sequence[Box],
    frame: Box,
    lines: Sequence[Box] = (),
) -> int:
    """Write the label of each point in the first free place and return how many found none.

    Parameters
    ----------
    ax
        Axes to write on.
    points
        Place in points of the page, and label; equal labels at equal places are written once.
    taken
        Space that other words occupy.
    frame
        Edges that no label may cross.

    lines
        Space that labels keep off where they can, such as the null lines.

    Notes
    -----
    Greedy: points at the edges first, which have the least room; those with the fewest neighbours last. A label further than one
    ring away gets a thin line to its point.
    """
    spots = np.array([(x, y) for x, y, _ in points]).reshape(-1, 2)
    names = list(taken)
    busy = [*taken, *(Box(x - HALF_POINT, y - HALF_POINT, x + HALF_POINT, y + HALF_POINT) for x, y in spots)]
    crowd = [int(((abs(spots - spot)) < (60, 20)).all(axis=1).sum()) for spot in spots]

    def inside(k: int) -> bool:
        x, y, _ = points[k]
        return frame.x0 + 6 < x < frame.x1 - 6 and frame.y0 + 6 < y < frame.y1 - 6

    seen: set[tuple[float, float, str]] = set()
    lost = 0
    to_data = ax.transData.inverted().transform
    for i in sorted(range(len(points)), key=lambda k: (inside(k), -crowd[k], points[k][0], points[k][1])):
        x, y, label = points[i]
        key = (round(x, 1), round(y, 1), label)
        if key in seen or not label:
            continue
        seen.add(key)
        found = _place(x, y, text_width(label, style.SMALL) + 2, frame, busy, lines, names)
        if found is None:
            lost += 1
            continue
        ring, box = found
        busy.append(box)
        names.append(box)
        if ring > _RINGS[1]:
            ends = to_data([(x, y), _foot(x, y, box)])
            ax.plot(ends[:, 0], ends[:, 1], color=style.MUTED, linewidth=0.4, zorder=3)
        left, middle = to_data((box.x0 + 1, (box.y0 + box.y1) / 2))
        ax.text(left, middle, label, ha="left", va="center_baseline", size=style.SMALL, zorder=5)
    return lost
