"""Widths of table columns on paper: the wished shares, but no column narrower than its longest word."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from reports.context import Table
from reports.pdf.fonts import width
from reports.pdf.measures import INSET, LANDSCAPE, PORTRAIT, TABLE
from reports.pdf.words import one_line

LONGEST_WORD: Final = 96.0
"""Words wider than this (in points) may be broken rather than widen their column."""
NARROWEST: Final = 0.4
"""A table of little text is narrower than the page, but not narrower than this share of it."""

_BREAKS: Final = re.compile(r"[\s/;|,–—-]+")
_MANY_COLUMNS: Final = 6
_AIRY: Final = 1.25
"""A table of little text is so many times as wide as its text."""
_LINES: Final = 12
"""No column should be so narrow that a cell has more lines than this …"""
_WIDEST: Final = 0.45
"""… unless it takes this share of the table."""
_RAGGED: Final = 1.15
"""Lines of ragged text are not full: a text takes so many times its width."""


@dataclass(frozen=True)
class Grid:
    """The printed columns of a table by their place among all, their widths and type size, and the page's turn."""

    places: tuple[int, ...]
    widths: tuple[float, ...]
    size: float
    turned: bool

    def rooms(self) -> tuple[float, ...]:
        """Return the width of the text in each column."""
        return tuple(part - 2 * INSET for part in self.widths)


def _longest_word(texts: Iterable[str], heavy: bool = False) -> float:
    """Return the width at 1 point of the widest word that should stay whole."""
    words = {word for text in texts for word in _BREAKS.split(text)}
    widths = (width(word + "-", 1.0, heavy) for word in words if len(word) < LONGEST_WORD / 3)
    return max((value for value in widths if value * TABLE[0] <= LONGEST_WORD), default=0.0)


def share_out(total: float, wishes: Sequence[float], least: Sequence[float]) -> tuple[float, ...]:
    """Divide `total` in proportion to `wishes`, giving each part at least its `least` where that is possible.

    Parameters
    ----------
    total
        Width of the table in points.
    wishes
        Relative widths, positive.
    least
        Least width of each part in points; if their sum exceeds `total`, they are the proportions themselves.
    """
    if sum(least) >= total:
        return tuple(total * part / sum(least) for part in least)
    fixed: set[int] = set()
    while True:
        room = total - sum(least[index] for index in fixed)
        wished = sum(wish for index, wish in enumerate(wishes) if index not in fixed)
        shares = [
            least[index] if index in fixed else room * wish / wished for index, wish in enumerate(wishes)
        ]
        narrow = {index for index, share in enumerate(shares) if index not in fixed and share < least[index]}
        if not narrow:
            return tuple(shares)
        fixed |= narrow


def grid(table: Table) -> Grid:
    """Return the columns of a table that are printed, as wide as their text needs.

    Notes: a table that asks for a turned page gets it, unless each of its cells fits on one line of an upright
    page at the largest size: then turning would only tear the flow of pages.
    """
    places = tuple(index for index, column in enumerate(table.columns) if column.paper)
    words: list[float] = []
    lines: list[float] = []
    for index in places:
        texts = {one_line(row[index].text) for row in table.rows if index < len(row)}
        label = one_line(table.columns[index].label)
        words.append(max(_longest_word(texts), _longest_word((label,), heavy=True)))
        lines.append(max([width(text, 1.0) for text in texts] + [width(label, 1.0, heavy=True)]))
    wishes = [max(table.columns[index].width, 0.01) for index in places]
    white = 2 * INSET + 0.5
    sizes = TABLE if len(places) <= _MANY_COLUMNS else TABLE[1:]
    turned = table.landscape and sum(lines) * sizes[0] + white * len(places) > PORTRAIT[0]
    total = LANDSCAPE[0] if turned else PORTRAIT[0]
    size = next((size for size in sizes if sum(words) * size + white * len(places) <= total), sizes[-1])
    whole = [part * size + white for part in lines]
    if _AIRY * sum(whole) <= total:
        total = max(_AIRY * sum(whole), NARROWEST * total)
        return Grid(places, share_out(total, wishes, whole), size, turned)
    if sum(whole) <= total:
        return Grid(places, share_out(total, wishes, whole), size, turned)
    least = [part * size + white for part in words]
    wanted = [
        max(low, min(line * size * _RAGGED / _LINES + white, _WIDEST * total))
        for low, line in zip(least, lines, strict=True)
    ]
    spare, extra = total - sum(least), sum(wanted) - sum(least)
    share = max(min(spare / extra, 1.0), 0.0) if extra else 0.0
    least = [low + share * (want - low) for low, want in zip(least, wanted, strict=True)]
    return Grid(places, share_out(total, wishes, least), size, turned)
