"""Text made fit for paper: what no font can print is romanised, what is too long gets places to break.

Everything that leaves this module is data for the template (strings and lists of strings), never markup.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

from anyascii import anyascii

from reports.pdf.fonts import printable, width

Pieces = str | list[str]
"""A text, or its parts where the line may break between any two of them."""

_LINE_ENDS: Final = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES: Final = re.compile(r"\s+")
_DROPPED: Final = frozenset({"\ufeff", *map(chr, range(0xFE00, 0xFE10))})
"""The byte order mark and variation selectors: they print nothing, and PDF/UA or the fonts refuse them."""
_REORDERING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Controls that could show a text in another order than it is stored."""

_SEAM: Final = re.compile(r"(?<=[/;,._\-=&?:|@+)\]}–—])(?![/;,._\-=&?:|@+)\]}–—])")
"""After these characters an address or identifier breaks without harm."""
_URL: Final = re.compile(r"https?://[^\s\"<>\\^`{|}\x00-\x1f\x7f-\x9f]+", re.IGNORECASE)
_MAIL: Final = re.compile(r"mailto:[^\s\"<>\\^`{|}@:/]+@[^\s\"<>\\^`{|}@:/]+", re.IGNORECASE)
_LONGEST_ADDRESS: Final = 2000
"""Readers and Typst itself refuse very long addresses (Typst: more than 8000 characters)."""


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    if character in "\n\t" or (character == "\u00ad"):
        return character
    if character in _DROPPED:
        return ""
    hidden = unicodedata.category(character) in {"Cc", "Cn", "Co", "Cs"} or character in _REORDERING
    if not hidden and printable(character):
        return character
    roman = "" if hidden else anyascii(character).strip()
    return roman or f"[U+{ord(character):04X}]"


def shown(words: str) -> str:
    """Return the text with every character printable, line ends as newlines.

    Notes: a font for all scripts would be many times larger than the rest of the project, so a letter that the
    fonts lack is romanised (the HTML page keeps the original), and what has no romanisation is spelled as `[U+4E2D]`.
    """
    if words.isascii() and words.isprintable():
        return words
    words = "".join(map(_shown, _LINE_ENDS.sub("\n", words)))
    return words.replace("][U+", " U+") if "][U+" in words else words


def one_line(words: str) -> str:
    """Return printable text in which any run of white space with a line end or tab is one space."""
    words = shown(words)
    return _SPACES.sub(" ", words) if "\n" in words or "\t" in words else words


def shorten(words: str, size: float, room: float) -> str:
    """Return the text on one line, cut with an ellipsis where it is wider than `room` points."""
    words = one_line(words)
    if width(words, size) <= room:
        return words
    while words and width(words + "…", size) > room:
        words = words[:-1]
    return words.rstrip() + "…"


def _chunks(piece: str, size: float, room: float, heavy: bool) -> list[str]:
    """Cut a piece at every `room` points, never before a mark that belongs to the character in front of it."""
    chunks: list[str] = []
    for character in piece:
        joined = unicodedata.category(character).startswith("M") or character == "\u200d"
        if chunks and (joined or width(chunks[-1] + character, size, heavy) <= room):
            chunks[-1] += character
        else:
            chunks.append(character)
    return chunks


def breakable(words: str, size: float, room: float, *, heavy: bool = False, patience: float = 1.0) -> Pieces:
    """Return the text, with places to break in each word that does not fit into a line.

    Parameters
    ----------
    words
        Printable text on one line.
    size, room
        Type size and width of the line in points.
    heavy
        Whether the text is set in semibold.
    patience
        Share of the line that a single word may fill before it is broken at its seams (punctuation); a part
        without seams is broken between any two characters when it fills more than this share, too.
    """
    limit = room * patience
    if len(words) * size * 1.1 < limit:
        return words
    pieces = [""]
    for token in re.split(r"(\s+)", words):
        if width(token, size, heavy) <= limit:
            pieces[-1] += token
            continue
        for part in _SEAM.split(token):
            chunks = (
                [part]
                if width(part, size, heavy) <= limit
                else _chunks(part, size, min(room / 4, 2 * size), heavy)
            )
            pieces.extend(chunks)
        pieces.append("")
    kept = [piece for piece in pieces if piece]
    return kept[0] if len(kept) == 1 else kept


def address(href: str | None) -> str | None:
    """Return an address that a reader may follow (http, https, mailto) in ASCII, or None for any other."""
    if not href or len(href) > _LONGEST_ADDRESS:
        return None
    if _MAIL.fullmatch(href):
        return quote(href, safe="%:@!$&'()*+,;=?/#[]~-._")
    if not _URL.fullmatch(href):
        return None
    try:
        host = urlsplit(href).hostname
    except ValueError:
        return None
    if not host:
        return None
    try:
        return quote(href, safe="%:@!$&'()*+,;=?/#[]~-._")
    except UnicodeEncodeError:
        return None


def anchor(href: str | None, targets: frozenset[str]) -> str | None:
    """Return the id that `#id` or `#id?query` names, or None where the document has no such place."""
    if not href or not href.startswith("#"):
        return None
    name = href[1:]
    if name in targets:
        return name
    name = name.partition("?")[0]
    return name if name in targets else None
