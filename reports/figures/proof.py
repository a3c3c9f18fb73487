"""What a figure must never do: let words overlap, or let anything run over the edge."""

import math

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from numpy.typing import NDArray

from reports.figures.style import styled

Corners = NDArray[np.float64]


@styled
def text_boxes(fig: Figure) -> list[tuple[str, Corners]]:
    """Return each visible text with the four corners of its box in points, rotation respected."""
    renderer = FigureCanvasAgg(fig).get_renderer()  # type: ignore[no-untyped-call]
    fig.draw_without_rendering()
    boxes = []
    hidden = _hidden(fig)
    for artist in fig.findobj(Text):
        if not artist.get_text().strip() or not artist.get_visible() or id(artist) in hidden:
            continue
        angle = float(artist.get_rotation())
        artist.set_rotation(0)
        box = artist.get_window_extent(renderer)
        anchor = artist.get_transform().transform(artist.get_unitless_position())
        artist.set_rotation(angle)
        corners = np.array([[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1]])
        if angle % 360:
            if artist.get_rotation_mode() == "anchor":
                c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
                corners = (corners - anchor) @ np.array([[c, s], [-s, c]]) + anchor
            else:
                upright = artist.get_window_extent(renderer)
                corners = np.array(
                    [
                        [upright.x0, upright.y0],
                        [upright.x1, upright.y0],
                        [upright.x1, upright.y1],
                        [upright.x0, upright.y1],
                    ]
                )
        boxes.append((artist.get_text(), corners))
    return boxes


def _hidden(fig: Figure) -> set[int]:
    """Return the ids of axis texts that are not drawn: of axes switched off, and ticks outside the view."""
    hidden: set[int] = set()
    for axes in fig.axes:
        for axis in (axes.xaxis, axes.yaxis):
            everything = {id(text) for text in axis.findobj(Text)}
            drawn: set[int] = set()
            if axes.axison and axes.get_visible():
                shown = [label for tick in axis._update_ticks() for label in (tick.label1, tick.label2)]  # type: ignore[union-attr]
                drawn = {id(label) for label in (*shown, axis.label)}
            hidden |= everything - drawn
    return hidden


def overlapping_texts(fig: Figure, tolerance: float = 0.5) -> list[tuple[str, str]]:
    """Return the pairs of texts whose boxes overlap by more than `tolerance` points."""
    return _overlaps(text_boxes(fig), tolerance)


def _overlaps(boxes: list[tuple[str, Corners]], tolerance: float) -> list[tuple[str, str]]:
    if not boxes:
        return []
    low = np.array([corners.min(axis=0) for _, corners in boxes])
    high = np.array([corners.max(axis=0) for _, corners in boxes])
    found = []
    for i in range(len(boxes) - 1):
        meets = np.all((low[i + 1 :] < high[i]) & (high[i + 1 :] > low[i]), axis=1)
        for offset in np.flatnonzero(meets):
            j = i + 1 + int(offset)
            if _depth(boxes[i][1], boxes[j][1]) > tolerance:
                found.append((boxes[i][0], boxes[j][0]))
    return found


def _depth(one: Corners, two: Corners) -> float:
    """Return how deep two rectangles reach into each other (separating axes); not positive if apart."""
    depth = math.inf
    for corners in (one, two):
        for edge in (corners[1] - corners[0], corners[3] - corners[0]):
            axis = edge / (np.hypot(*edge) or 1.0)
            p, q = one @ axis, two @ axis
            depth = min(depth, float(min(p.max(), q.max()) - max(p.min(), q.min())))
    return depth


def clipped_texts(fig: Figure, tolerance: float = 0.5) -> list[str]:
    """Return the texts that run over the edge of the figure by more than `tolerance` points."""
    return _clipped(fig, text_boxes(fig), tolerance)


def _clipped(fig: Figure, boxes: list[tuple[str, Corners]], tolerance: float) -> list[str]:
    width, height = fig.get_size_inches() * 72
    over = []
    for text, corners in boxes:
        low, high = corners.min(axis=0), corners.max(axis=0)
        if low.min() < -tolerance or high[0] > width + tolerance or high[1] > height + tolerance:
            over.append(text)
    return over


def faults(fig: Figure, boxes: list[tuple[str, Corners]] | None = None) -> list[str]:
    """Return what is wrong with the words of a figure in sentences; an empty list is a clean figure.

    Parameters
    ----------
    fig
        The figure.
    boxes
        What `text_boxes` returned for it; None asks again.
    """
    boxes = text_boxes(fig) if boxes is None else boxes
    return [
        *(f"“{one}” overlaps “{two}”." for one, two in _overlaps(boxes, 0.5)),
        *(f"“{text}” runs over the edge." for text in _clipped(fig, boxes, 0.5)),
    ]
