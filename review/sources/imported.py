"""What a reader of search exports gives: records, and for all the rest the place and the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db.vocabulary import Decision, DocumentKind

Kind = DocumentKind


@dataclass(frozen=True)
class Decided:
    """A screening decision that stands in an export; `reviewer` is empty where the file names nobody."""

    decision: Decision
    reviewer: str = ""
    reason: str = ""


@dataclass(frozen=True)
class ImportedRecord:
    """One record as its file tells it, white space made plain and identifiers without their address.

    `extra` holds what the file says beyond the fields, by tag, column or field name; `where` says where it begins.
    Authors and keywords hold no semicolon, since that separates them in many files.
    """

    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    kind: Kind = Kind.OTHER
    venue: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    publisher: str = ""
    issn: str = ""
    language: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    doi: str = ""
    arxiv_id: str = ""
    pmid: str = ""
    urls: tuple[str, ...] = ()
    key: str = ""
    decisions: tuple[Decided, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    where: str = ""


FIELDS = (
    "key", "kind", "title", "authors", "year", "venue", "volume", "issue", "pages", "publisher", "issn",
    "language", "abstract", "keywords", "doi", "arxiv_id", "pmid", "urls",
)  # fmt: skip
"""The fields that every written format keeps."""


@dataclass(frozen=True)
class Unread:
    """Something that could not be read: where it stands, what stands there, why, and whether a whole block is lost.

    A part of a record that was left out (`lost` false) comes beside the record; a lost block gave no record.
    """

    where: str
    what: str
    why: str
    lost: bool = True


@dataclass(frozen=True)
class Reading:
    """What a file gave: `blocks` is what its outline shows, and equals the records and the lost blocks together."""

    name: str
    format: str
    blocks: int
    records: tuple[ImportedRecord, ...]
    unread: tuple[Unread, ...] = ()

    @property
    def lost(self) -> tuple[Unread, ...]:
        """The blocks that gave no record."""
        return tuple(part for part in self.unread if part.lost)

    @property
    def complete(self) -> bool:
        """Whether every block of the file is accounted for."""
        return self.blocks == len(self.records) + len(self.lost)


Draft = Mapping[str, str | Sequence[str]]
"""A record under construction: fields of `ImportedRecord` as the file prints them."""


LONGEST_EXCERPT = 500
"""So much of what could not be read is kept."""
SHOWN = 80
"""So much of it stands on a line for people."""


def excerpt(text: str, limit: int = LONGEST_EXCERPT) -> str:
    """Return the beginning of a piece of a file on one line."""
    line = " ".join(text[: 4 * limit].split())
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    return line if len(line) <= limit else line[:limit] + "…"
