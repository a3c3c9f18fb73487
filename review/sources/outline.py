"""The outline of a tagged text: which lines make a record, and which stand outside of all."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from review.sources.boilerplate import outside
from review.sources.imported import Unread

_COMPARED = 60
"""So many letters tell a line from the others."""
_TOO_SHORT = 4
_LOOKED_AT = 2_000
_MOST_LOCATED = 100
"""No record but one made for harm gives more remarks; each is looked for in all its lines."""


@dataclass
class Block:
    """Lines of one record, by tag, and what is doubtful about its edges."""

    line: int
    lines: list[tuple[str, list[str]]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    places: list[tuple[int, str]] = field(default_factory=list)

    @property
    def where(self) -> str:
        """The place in the file."""
        return f"line {self.line}"

    def add(self, tag: str, value: str, line: int = 0) -> None:
        """Add a tagged line."""
        self.lines.append((tag, [value.strip()]))
        if line:
            self.places.append((line, value))

    def located(self, told: Iterable[Unread]) -> list[Unread]:
        """Return remarks with the place of the line that holds what they are about, where one is found."""
        return [
            replace(part, where=self._place(part)) if number < _MOST_LOCATED and not part.lost else part
            for number, part in enumerate(told)
        ]

    def _place(self, part: Unread) -> str:
        name, _, words = part.what[:_COMPARED].partition(" ")
        if (
            name == "title" or len(words) < _TOO_SHORT
        ):  # a title that is not there is told in words of the whole record
            return part.where
        found = (line for line, value in self.places if words in " ".join(value[:_LOOKED_AT].split()))
        return next((f"line {line}" for line in found), part.where)

    def extend(self, words: str) -> None:
        """Add the words of a line that goes on where the one before ended."""
        self.lines[-1][1].append(words.strip())

    @cached_property
    def tags(self) -> list[tuple[str, str]]:
        """The tags with what they hold; asked for when the last line was added."""
        return [(tag, " ".join(filter(None, parts))) for tag, parts in self.lines]

    def values(self, *tags: str) -> list[str]:
        """Return what the tags hold, in the order of the tags given."""
        return [value for wanted in tags for tag, value in self.tags if tag == wanted and value]


@dataclass
class Stray:
    """Lines outside of records."""

    line: int
    lines: list[str] = field(default_factory=list)


def told_strays(strays: Iterable[Stray]) -> list[Unread]:
    """Tell the lines outside of records, those that a program writes around each of its records once."""
    return outside((stray.line, stray.lines) for stray in strays)


def ris_outline(text: str, known: Callable[[str], bool]) -> tuple[list[Block], list[Stray]]:
    """Find the records of a RIS text: from TY to ER, or to the next TY, or to the end of the file.

    Parameters
    ----------
    text
        The file, with plain line ends.
    known
        Whether RIS has a tag; only such a tag may be set off by one blank instead of two.
    """
    blocks: list[Block] = []
    strays: list[Stray] = []
    now: Block | None = None
    stray: Stray | None = None
    for number, line in enumerate(text.split("\n"), 1):
        tag, value = _tagged(line, known)
        if tag == "TY":
            if now is not None:
                now.doubts.append("no ER line ends it; it was read up to the next TY line")
            now = Block(number)
            now.add(tag, value, number)
            blocks.append(now)
        elif now is None and tag == "NL" and blocks:  # Ovid writes the journal's short name behind the end
            blocks[-1].add(tag, value, number)
        elif now is None:
            stray = _outside(strays, stray, number, line)
            continue
        elif tag == "ER":
            now = None
        elif tag:
            now.add(tag, value, number)
        elif line.strip():
            _go_on(now, line, number)
        stray = None
    if now is not None:
        now.doubts.append("the file ends inside it; it may be cut off")
    return _rescued(blocks, strays, known)


def _go_on(block: Block, line: str, number: int) -> None:
    """Add a line without a tag: EndNote writes a list's further items at the margin; all else goes on in words."""
    tag = block.lines[-1][0]
    if tag in _LISTS and not line[0].isspace():
        block.add(tag, line, number)
    else:
        block.extend(line)


_LISTS = frozenset({"KW", "SN"})
_LINE = re.compile(r"\s{0,3}([A-Z][A-Z0-9])(\s{1,2})-(?:\s(.*)|)$|\s{0,3}([A-Z][A-Z0-9])  -(.*)$")


def _tagged(line: str, known: Callable[[str], bool]) -> tuple[str, str]:
    found = _LINE.match(line)
    if found is None:
        return "", ""
    if found[4]:
        return found[4], found[5]
    if len(found[2]) == 1 and not known(found[1]):
        return "", ""
    return found[1], found[3] or ""


def _outside(strays: list[Stray], current: Stray | None, number: int, line: str) -> Stray | None:
    if not line.strip():
        return None
    if current is None:
        current = Stray(number)
        strays.append(current)
    current.lines.append(line)
    return current


def _rescued(
    blocks: list[Block], strays: list[Stray], known: Callable[[str], bool]
) -> tuple[list[Block], list[Stray]]:
    """Make blocks of stray lines that are records without their TY line."""
    left = []
    for stray in strays:
        block = Block(stray.line, doubts=["no TY line begins it"])
        ended = False
        for line in stray.lines:
            tag, value = _tagged(line, known)
            ended = ended or tag == "ER"
            if tag and tag != "ER":
                block.add(tag, value)
            elif not tag and block.lines:
                block.extend(line)
            elif not tag:
                block.add("N1", line)
        if block.values("TI", "T1") or (ended and block.lines):
            blocks.append(block)
        else:
            left.append(stray)
    return sorted(blocks, key=lambda block: block.line), left


_ONCE = frozenset({"OWN", "STAT", "TI", "BTI", "AB", "DP", "JT", "TA", "VI", "PG", "UI", "VN", "DB", "AN"})
_NUMBERED = re.compile(r"<\d+\.? ?>\s*$")
"""Ovid numbers its records so."""
_MEDLINE = re.compile(r"([A-Z][A-Z0-9]{0,3})\s{0,3}-(?:\s(.*)|)$")


def medline_outline(text: str) -> tuple[list[Block], list[Stray]]:
    """Find the records of a MEDLINE text (nbib): each begins with PMID, or after an empty line with what it had before.

    An empty line in the middle of a record does not cut it in two.
    """
    blocks: list[Block] = []
    strays: list[Stray] = []
    now: Block | None = None
    stray: Stray | None = None
    gap = False
    for number, line in enumerate(text.split("\n"), 1):
        found = _MEDLINE.match(line)
        if not line.strip() or _NUMBERED.match(line):
            now = now if not line.strip() else None
            gap, stray = True, None
            continue
        if found is None and (now is None or gap):
            stray = _outside(strays, stray, number, line)
            continue
        if now is None or (found and _begins(now, found[1], gap=gap)):
            now = Block(number)
            blocks.append(now)
        elif gap:
            now.doubts.append("an empty line stands in it; it was read on behind that line")
        if found is None:
            now.extend(line)
        else:
            now.add(found[1], found[2] or "", number)
        gap, stray = False, None
    return blocks, strays


def _begins(before: Block, tag: str, *, gap: bool) -> bool:
    """Whether a tag begins another record: PMID does, and behind an empty line what the record before has already."""
    if tag == "PMID":
        return True
    return (gap or bool(before.doubts)) and tag in _ONCE and any(tag == other for other, _ in before.lines)
