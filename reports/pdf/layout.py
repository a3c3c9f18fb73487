"""What is printed where: the title block, the contents, and runs of upright and turned pages.

The template receives plain data (strings, numbers, lists, dictionaries) and decides how things look.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, cast

from reports.context import Document, Meta
from reports.pdf.blocks import Data, Item, Typesetter, outline
from reports.pdf.fonts import width
from reports.pdf.measures import (
    BODY,
    HEADINGS,
    INSET,
    LANDSCAPE,
    MARGIN,
    PATIENCE,
    PORTRAIT,
    SMALL,
    SUBTITLE,
    TITLE,
)
from reports.pdf.words import breakable, one_line, shorten

_CONTENTS: Final = 44
"""A table of contents with more entries than this lists top sections only."""
_ONE_COLUMN: Final = 5
"""A table of contents with no more entries than this has one column."""
_SHORT: Final = 0.2
"""A page with less than this share of its height in use is a poor end of a run."""

_LEAST: Final = 0.84
"""A figure may shrink to this share to fill the page it would leave, so that its type stays above 6 points …"""
_LEAST_ALONE: Final = 0.65
"""… and to this where less than `_SPARSE` of that page would be in use."""
_SPARSE: Final = 0.33
_AROUND: Final = 44.0
"""White above and below a figure and its last line of words, in points."""


def _contents(document: Document) -> Data:
    """Return the depth of the table of contents and the heading at which its second column begins."""
    found = [(level, section) for level, section in outline(document.sections) if level <= 2]
    depth = 2 if len(found) <= _CONTENTS else 1
    listed = [(level, section) for level, section in found if level <= depth]
    room = PORTRAIT[0] / 2 - 40
    heights = [
        1 + width(one_line(section.title), BODY) // room + (0.2 if level == 1 else 0.0)
        for level, section in listed
    ]
    split = None
    if len(listed) > _ONE_COLUMN:
        apart = [abs(sum(heights[:place]) - sum(heights[place:])) for place in range(1, len(listed))]
        split = listed[1 + apart.index(min(apart))][1].id
    return {"depth": depth, "split": split, "shown": len(listed) > 1}


def _title(meta: Meta) -> Data:
    """Return the title block and the running lines."""
    facts = (
        ("Data release", meta.release),
        ("Tool version", meta.version),
        ("Date", meta.date),
        ("Data hash", meta.release_hash),
        ("Schema", meta.schema),
        ("Licence", meta.licence),
    )
    language, _, region = meta.language.partition("-")
    title = one_line(meta.title)
    keywords = one_line("; ".join(meta.keywords))
    room = PORTRAIT[0] / 3 - 12
    return {
        "title": title,
        "shown_title": breakable(title, TITLE, PORTRAIT[0], heavy=True, patience=PATIENCE),
        "running": shorten(title, SMALL, PORTRAIT[0] * 0.64),
        "running_release": shorten(f"Release {meta.release}", SMALL, PORTRAIT[0] * 0.24),
        "subtitle": breakable(one_line(meta.subtitle), SUBTITLE, PORTRAIT[0], patience=PATIENCE),
        "description": one_line(meta.description),
        "keywords": [one_line(word) for word in meta.keywords],
        "shown_keywords": breakable(keywords, SMALL, PORTRAIT[0], patience=PATIENCE),
        "facts": [
            {"label": label, "value": breakable(one_line(value), SMALL, room, heavy=True)}
            for label, value in facts
        ],
        "draft": meta.draft,
        "language": language.lower() or "en",
        "region": region.upper() if len(region) == 2 else None,
    }


def _before(items: Sequence[Item], index: int) -> range:
    """Return the places of the words that lead to `index`: back to the first heading of its chain.

    Notes: from "1 Methods", "1.1 Search", a paragraph and the table at `index` all three come back; an earlier
    sibling "1.0" with words of its own ends the chain.
    """
    start = place = index
    level: int | None = None
    while place > 0 and items[place - 1].height is not None:
        place -= 1
        if items[place].level:
            if level is not None and items[place].level >= level:
                break
            start, level = place, items[place].level
    return range(start, index)


def _after(items: Sequence[Item], index: int) -> range:
    """Return the places of the words that follow `index` before the next heading, table or figure."""
    end = index + 1
    while end < len(items) and items[end].height is not None and not items[end].level:
        end += 1
    return range(index + 1, end)


def _tail(items: Sequence[Item], end: int) -> range:
    """Return the places of the last words before `end`: a section of words, or what follows a table or figure."""
    chain = _before(items, end)
    if chain:
        return chain
    start = end
    while start > 0 and items[start - 1].height is not None:
        start -= 1
    return range(start, end)


@dataclass(frozen=True)
class Drawn:
    """A figure where it was put: heights in points, places down the page from its top edge.

    `words_page` and `words_end` are where the block before it ends; `page` is the figure's own page.
    """

    figure: str
    page: int
    drawing: float
    caption: float
    words_page: int
    words_end: float


class Layout:
    """A document laid out: the template's data, and the drawings (SVG) that it names `1.svg`, `2.svg`, ….

    Raises
    ------
    DocumentError
        If a figure has no alternative text, or an anchor is empty or stands twice.
    """

    def __init__(self, document: Document) -> None:
        typesetter = Typesetter(document)
        self._items: list[Item] = []
        for level, section in outline(document.sections):
            self._items.append(typesetter.heading(section, level))
            self._items.extend(item for item in map(typesetter.item, section.blocks) if item is not None)
        self.drawings = typesetter.drawings
        self._head: Data = {
            "meta": _title(document.meta),
            "contents": _contents(document),
            "page": {"margin": MARGIN, "portrait": PORTRAIT, "landscape": LANDSCAPE, "inset": INSET},
            "type": {
                "body": BODY,
                "small": SMALL,
                "title": TITLE,
                "subtitle": SUBTITLE,
                "headings": HEADINGS,
            },
        }
        self._turned = [item.turned for item in self._items]
        self._headings: dict[str, float] = {}
        self._introduce_figures()
        self._turn_words()

    def _introduce_figures(self) -> None:
        """Tell each figure the height of the headings right above it, and the block before these who comes next."""
        for index, item in enumerate(self._items):
            if item.data["kind"] != "figure":
                continue
            item.data["shrink"] = 1.0
            place, between = index - 1, 0.0
            while place >= 0 and self._items[place].level:
                between += self._items[place].height or 0.0
                place -= 1
            item.data["headings"] = between
            if place >= 0:
                self._items[place].data["next"] = item.data["id"]
                self._headings[str(item.data["id"])] = between

    def _turn_words(self) -> None:
        """Let a turned table take along the words that lead to it and those that follow it.

        Notes: otherwise an upright page would be left with a heading and one sentence.
        """
        for index, item in enumerate(self._items):
            if item.turned:
                for place in (*_before(self._items, index), *_after(self._items, index)):
                    self._turned[place] = True

    def _runs(self) -> list[range]:
        """Return the places of the items, grouped by whether their page is turned."""
        starts = [
            place
            for place in range(len(self._items))
            if place == 0 or self._turned[place] != self._turned[place - 1]
        ]
        ends = [*starts[1:], len(self._items)] if starts else []
        return [range(start, end) for start, end in zip(starts, ends, strict=True)]

    @property
    def cells(self) -> int:
        """Return the number of printed table cells, which is what laying out costs."""
        tables = (item.data for item in self._items if item.data["kind"] == "table")
        return sum(
            len(cast("list[Data]", data["rows"])) * len(cast("tuple[float, ...]", data["widths"]))
            for data in tables
        )

    def fill_ends(self, ends: dict[int, float]) -> bool:
        """Move the end of upright runs to the turned pages that follow, where it would stand there alone.

        Parameters
        ----------
        ends
            Number of each upright run before a turned one, and how far down its last page it reaches, in points
            from the top edge.

        Returns
        -------
        bool
            Whether anything moved. Only a section of few words moves; everything else stays where it is.
        """
        moved = False
        runs = self._runs()
        for number, end in ends.items():
            if end - MARGIN["top"] > _SHORT * PORTRAIT[1]:
                continue
            tail = _tail(self._items, runs[number].stop)
            height = sum(self._items[place].height or 0.0 for place in tail)
            if tail and tail.start >= runs[number].start and height < _SHORT * PORTRAIT[1]:
                for place in tail:
                    self._turned[place] = True
                moved = True
        return moved

    def fill_gaps(self, figures: Iterable[Drawn]) -> bool:
        """Shrink the first figure that only just went to the next page and left a gap; say whether there is one."""
        upright = {
            str(item.data["id"]): item.data
            for item, turned in zip(self._items, self._turned, strict=True)
            if item.data["kind"] == "figure" and not turned and item.data["shrink"] == 1.0
        }
        for drawn in figures:
            if drawn.figure not in upright or drawn.page != drawn.words_page + 1:
                continue
            used = drawn.words_end - MARGIN["top"]
            around = self._headings[drawn.figure] + drawn.caption + _AROUND
            fits = (PORTRAIT[1] - used - around) / drawn.drawing
            if fits >= (_LEAST if used > _SPARSE * PORTRAIT[1] else _LEAST_ALONE):
                upright[drawn.figure]["shrink"] = min(fits, 0.999)
                return True
        return False

    def data(self) -> Data:
        """Return the template's data."""
        runs = self._runs()
        return {
            **self._head,
            "runs": [
                {
                    "turned": self._turned[run.start],
                    "watched": not self._turned[run.start] and run is not runs[-1],
                    "items": [self._items[place].data for place in run],
                }
                for run in runs
            ],
        }
