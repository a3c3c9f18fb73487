"""Each block of the document as plain data: printable words, places to break, links that lead somewhere."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from reports.context import (
    Block,
    Bullets,
    Cell,
    Code,
    Document,
    Figure,
    KeyNumbers,
    Note,
    Paragraph,
    Section,
    Span,
    Table,
    Text,
)
from reports.pdf.columns import grid
from reports.pdf.fonts import width
from reports.pdf.measures import BODY, HEADINGS, LANDSCAPE, PATIENCE, PORTRAIT, SMALL, VALUE
from reports.pdf.words import Pieces, address, anchor, breakable, one_line, shown

Data = dict[str, object]

MOST_ROWS: Final = 5_000
"""Rows of a table that are printed; the HTML page holds all. A cell costs some 20 KB of memory while it is set."""
_KEYS_A_ROW: Final = 5
_LEADING: Final = 1.45
_NUMBERED: Final = re.compile(r"^((?:Table|Figure)\s+[\w.-]*\w)[.:]\s+")
"""How a caption that numbers itself begins."""


class DocumentError(ValueError):
    """The document is incomplete or contradicts itself: a figure without words, an anchor that stands twice."""


@dataclass(frozen=True)
class Item:
    """One thing in the flow: its data, whether its page is turned, and its height in points where it is words.

    The height is an estimate; None means a table or a figure. Headings have a level, everything else has 0.
    """

    data: Data
    height: float | None
    turned: bool = False
    level: int = 0


def outline(sections: Iterable[Section], level: int = 1) -> Iterator[tuple[int, Section]]:
    """Return every section with its level, in reading order."""
    for section in sections:
        yield level, section
        yield from outline(section.sections, level + 1)


def anchors(document: Document) -> frozenset[str]:
    """Return every place that a link can lead to: rows that are not printed are none.

    Raises
    ------
    DocumentError
        If an anchor is empty or stands twice.
    """
    names: list[str] = []
    for _, section in outline(document.sections):
        names.append(section.id)
        for block in section.blocks:
            if isinstance(block, Figure | Table):
                names.append(block.id)
            if isinstance(block, Table):
                names.extend(block.row_ids[: min(len(block.rows), MOST_ROWS)])
    if "" in names:
        raise DocumentError("a section, figure, table or row has an empty id: give it one to link to")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DocumentError(f"the id {twice[0]!r} names {names.count(twice[0])} places: ids must be unique")
    return frozenset(names)


def _height(texts: Sequence[str], size: float, room: float, around: float) -> float:
    """Estimate the height in points of texts set below each other, with white around each."""
    return sum(max(ceil(1.1 * width(text, size) / room), 1) * size * _LEADING + around for text in texts)


def _words(text: Text) -> str:
    return "".join(span.text for span in text)


class Typesetter:
    """Turn blocks into data, knowing the places that links can lead to."""

    def __init__(self, document: Document) -> None:
        self.targets = anchors(document)
        self.captions = {
            block.id: one_line(block.caption)
            for _, section in outline(document.sections)
            for block in section.blocks
            if isinstance(block, Table)
        }
        self.drawings: list[str] = []

    def _goal(self, href: str | None) -> Data:
        if url := address(href):
            return {"url": url}
        if name := anchor(href, self.targets):
            return {"to": name}
        return {}

    def _span(self, span: Span, size: float, room: float) -> Data:
        words = one_line(span.text)
        pieces: Pieces = words
        if not span.code:
            pieces = breakable(words, size, room, heavy=span.strong, patience=PATIENCE)
        data: Data = {"text": pieces}
        if span.strong:
            data["strong"] = True
        if span.code:
            data["code"] = True
        return data | (self._goal(span.href) if words.strip() else {})

    def text(self, text: Text, size: float = BODY, room: float = PORTRAIT[0]) -> list[Data]:
        """Return the spans of a text."""
        return [self._span(span, size, room) for span in text]

    def _cell(self, cell: Cell, size: float, room: float) -> object:
        words = one_line(cell.text)
        pieces = breakable(words, size, room)
        goal = self._goal(cell.href) if words.strip() else {}
        if cell.tone != "plain":
            goal = {**goal, "tone": cell.tone}
        return {"text": pieces, **goal} if goal else pieces

    def _table(self, table: Table) -> tuple[Data, bool]:
        """Return a table with its printed columns only, and whether its page is turned."""
        shape = grid(table)
        size, rooms = shape.size, shape.rooms()
        columns = [table.columns[place] for place in shape.places]
        rows: list[Data] = []
        blank = Cell("")
        for number, row in enumerate(table.rows[:MOST_ROWS]):
            cells = [row[place] if place < len(row) else blank for place in shape.places]
            data: Data = {
                "cells": [self._cell(cell, size, room) for cell, room in zip(cells, rooms, strict=True)]
            }
            if number < len(table.row_ids):
                data["id"] = table.row_ids[number]
            heights = (
                _height((cell.text,), size, room, 0.0) for cell, room in zip(cells, rooms, strict=True)
            )
            if max(heights, default=0.0) > LANDSCAPE[1] / 3:
                data["tall"] = True
            rows.append(data)
        caption = one_line(table.caption)
        if len(table.rows) > MOST_ROWS:
            caption += f" (the first {MOST_ROWS:,} of {len(table.rows):,} rows; the HTML page holds all)"
        named = _NUMBERED.match(caption)
        cut = named.end() if named else 0
        printed: Data = {
            "id": table.id,
            "head": caption[:cut],
            "caption": breakable(caption[cut:], SMALL, PORTRAIT[0], patience=PATIENCE),
            "size": size,
            "widths": shape.widths,
            "aligns": [column.align for column in columns],
            "labels": [
                breakable(one_line(column.label), size, room, heavy=True)
                for column, room in zip(columns, rooms, strict=True)
            ],
            "rows": rows,
        }
        return printed, shape.turned

    def _figure(self, figure: Figure) -> Data:
        """Return a figure; its drawing is kept for a file of its own."""
        if not figure.alt.strip():
            raise DocumentError(f"figure {figure.id!r} has no alternative text: say in words what it shows")
        self.drawings.append(shown(figure.svg))
        title = one_line(figure.title)
        data: Data = {
            "id": figure.id,
            "file": f"{len(self.drawings)}.svg",
            "head": f"Figure {figure.number}. ",
            "title": title if title.endswith((".", "?", "!")) else f"{title}.",
            "caption": self.text(figure.caption, SMALL),
            "alt": one_line(figure.alt),
            "wide": figure.width == "wide",
        }
        if figure.table_id in self.captions:
            named = _NUMBERED.match(self.captions[figure.table_id])
            data["table"] = {"id": figure.table_id, "label": named.group(1) if named else "data table"}
        return data

    def _key_numbers(self, block: KeyNumbers) -> Data:
        count = len(block.items)
        lines = max(ceil(count / _KEYS_A_ROW), 1)
        across = max(ceil(count / lines), 1)
        room = PORTRAIT[0] / across - 16
        widest = max((width(one_line(item.value), VALUE, heavy=True) for item in block.items), default=1.0)
        size = max(min(VALUE, VALUE * room / max(widest, 1.0)), BODY)
        return {
            "across": across,
            "size": size,
            "items": [
                {
                    "value": breakable(one_line(item.value), size, room, heavy=True),
                    "label": breakable(one_line(item.label), SMALL, room),
                }
                for item in block.items
            ],
        }

    def item(self, block: Block) -> Item | None:
        """Return the item of one block, or None where it holds nothing to print."""
        across = PORTRAIT[0]
        data: Data
        height: float | None
        turned = False
        match block:
            case Paragraph() if not _words(block.text).strip():
                return None
            case Bullets(items=()) | KeyNumbers(items=()):
                return None
            case Code() if not block.text.strip():
                return None
            case Paragraph():
                data = {"text": self.text(block.text)}
                height = _height((_words(block.text),), BODY, across, 9)
            case Bullets():
                data = {"items": [self.text(item, room=across - 14) for item in block.items]}
                height = 14 + _height([_words(item) for item in block.items], BODY, across - 14, 2)
            case Note():
                data = {"tone": block.tone, "text": self.text(block.text, room=across - 60)}
                height = _height((_words(block.text),), BODY, across - 60, 38)
            case KeyNumbers():
                data = self._key_numbers(block)
                height = 90.0
            case Code():
                words = shown(block.text).expandtabs(4).strip("\n")
                data = {"text": words}
                height = 38 + _height(words.split("\n"), BODY, across, 0)
            case Table():
                (data, turned), height = self._table(block), None
            case Figure():
                data, height = self._figure(block), None
        return Item(data | {"kind": block.kind}, height, turned)

    def heading(self, section: Section, level: int) -> Item:
        """Return the item of a section's title."""
        size = HEADINGS[min(level, len(HEADINGS)) - 1]
        title = one_line(section.title)
        pieces = breakable(title, size, PORTRAIT[0], heavy=True, patience=PATIENCE)
        data: Data = {"kind": "heading", "level": level, "id": section.id, "text": pieces}
        return Item(data, _height((title,), size, PORTRAIT[0], 34), level=level)
