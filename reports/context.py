"""The contract of both templates: one frozen document that the HTML page and the PDF print alike.

A `Document` is data only: sections hold blocks, blocks hold text, tables and figures. Whatever a template
prints stands in here, so that the two forms cannot contradict each other.
"""

from dataclasses import dataclass, field
from typing import Literal

Align = Literal["left", "right", "center"]
NoteKind = Literal["info", "warning", "error"]
Tone = Literal["plain", "good", "bad", "unsure"]


@dataclass(frozen=True)
class Span:
    """A run of text in one style, optionally a link (an http(s) address, or `#id` of a place in the document)."""

    text: str
    href: str | None = None
    strong: bool = False
    code: bool = False


Text = tuple[Span, ...]


def text(*parts: str | Span) -> Text:
    """Join plain strings and spans into one text."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def link(label: str, href: str) -> Span:
    """Return a span that leads to an address or to `#id`."""
    return Span(label, href=href)


def strong(label: str) -> Span:
    """Return a span of importance."""
    return Span(label, strong=True)


def code(label: str) -> Span:
    """Return a span of code: a command, a file name, an identifier."""
    return Span(label, code=True)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    text: Text
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class Bullets:
    """A bulleted list."""

    items: tuple[Text, ...]
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True)
class Note:
    """A boxed remark that a reader must not miss."""

    text: Text
    tone: NoteKind = "info"
    kind: Literal["note"] = "note"


@dataclass(frozen=True)
class KeyNumber:
    """One number of the summary with what it counts."""

    value: str
    label: str


@dataclass(frozen=True)
class KeyNumbers:
    """A strip of a few large numbers."""

    items: tuple[KeyNumber, ...]
    kind: Literal["key_numbers"] = "key_numbers"


@dataclass(frozen=True)
class Code:
    """Text to copy as it stands: a command, a BibTeX entry."""

    text: str
    language: str
    kind: Literal["code"] = "code"


@dataclass(frozen=True)
class Cell:
    """A table cell: the text, a link to where the value stands, a note (locator, as printed) for the tooltip.

    `sort` orders the column where the text does not (numbers); None means "after everything else". `tone` colours
    words that say the same without it.
    """

    text: str
    href: str | None = None
    note: str | None = None
    sort: float | str | None = None
    tone: Tone = "plain"


@dataclass(frozen=True)
class Column:
    """A table column: heading, alignment, relative width on paper; `paper=False` is on the HTML page only.

    `filter` says how an interactive table lets the reader narrow this column: not at all, or by choosing among
    its values (`;` separates several values in a cell).
    """

    label: str
    align: Align = "left"
    width: float = 1.0
    paper: bool = True
    filter: Literal["none", "choice"] = "none"


@dataclass(frozen=True)
class Table:
    """A captioned table; `interactive` tables sort, filter and search on the HTML page.

    `row_ids` (same length as `rows`, or empty) are anchors in the document, such as `study-ren2021`.
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    interactive: bool = False
    row_ids: tuple[str, ...] = ()
    collapsed: bool = False
    landscape: bool = False
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Figure:
    """A figure with its words: caption, alternative text, notes; `table_id` is where its numbers stand.

    `svg` is a complete SVG element whose ink, paper and grid are the colours of `reports.figures.style`;
    the HTML form replaces these by the page's own variables, so that dark mode works. `link_labels` gives the
    spoken label of each link inside the drawing, by its address.
    """

    id: str
    number: int
    title: str
    caption: Text
    alt: str
    svg: str
    table_id: str | None = None
    link_labels: tuple[tuple[str, str], ...] = ()
    width: Literal["column", "wide"] = "column"
    kind: Literal["figure"] = "figure"


Block = Paragraph | Bullets | Note | KeyNumbers | Code | Table | Figure


@dataclass(frozen=True)
class Section:
    """A section of the page; subsections are sections of level 3."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    sections: tuple["Section", ...] = ()


@dataclass(frozen=True)
class Meta:
    """The title block: what this page is, of which data, made by what, when."""

    title: str
    subtitle: str
    release: str
    release_hash: str
    version: str
    schema: str
    date: str
    licence: str
    draft: bool
    description: str
    keywords: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True)
class Document:
    """Everything that a page says, in order."""

    meta: Meta
    sections: tuple[Section, ...] = field(default_factory=tuple)
