"""CSL-JSON, as Zotero, Crossref and pandoc write it."""

import json
import re
from itertools import pairwise

from db.errors import MedquantError
from review.sources.csl_item import AGAIN, record_in_item
from review.sources.imported import Reading, Unread, excerpt

_MOST_REREADS = 20
_SIGNS = ("title", "DOI", "type", "URL")
_BETWEEN = re.compile(r"[\s,]*")
_NEXT = re.compile(r"[\s,}\]](\{\s*\")")
_ITEM = re.compile(r"\{\s*\"(?:id|type|title|DOI|citation-key)\"\s*:")
_WRAPPED = re.compile(r"\s*\{\s*\"items\"\s*:\s*\[")


def read_csl_json(name: str, text: str) -> Reading:
    """Read a CSL-JSON file, also one that is cut off; see `review.sources.ris.read_ris` for the parameters.

    Raises
    ------
    MedquantError
        If the text is no list of items at all.
    """
    pieces, unread = _pieces(name, text)
    records = []
    lost = sum(part.lost for part in unread)
    for place, item in enumerate(pieces, 1):
        record, told = record_in_item(item, f"item {place}")
        unread += told
        if record is not None:
            records.append(record)
        lost += record is None
    return Reading(name, "CSL-JSON", len(records) + lost, tuple(records), tuple(unread))


def _pieces(name: str, text: str) -> tuple[list[object], list[Unread]]:
    """Return the items of the list, one after the other, so that those around a break are kept."""
    try:
        whole = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return _around_breaks(name, text)
    if isinstance(whole, dict):
        whole = whole.get("items", [whole])
    if not isinstance(whole, list):
        raise MedquantError(f"{name} is no CSL-JSON; allowed: a list of items, each with a type and a title")
    return whole, []


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Make an object; of a name that stands twice the last value counts, as in every program, and the first is kept."""
    made: dict[str, object] = {}
    for name, value in pairs:
        if name in made and made[name] != value:
            made[f"{name}{AGAIN}"] = made[name]
        made[name] = value
    return made


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=lambda _: None)
"""NaN and Infinity, which programs write for a value that is not there, are no value."""


class _Effort:
    """Decodes items, and gives up on a text that was made to be read over and over."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.left = _MOST_REREADS * len(text) + _MOST_REREADS
        self.why = ""

    def item(self, at: int) -> tuple[object, int] | None:
        """Return the item that begins here and where it ends; None where it is no JSON (see `why`)."""
        try:
            return _DECODER.raw_decode(self.text, at)
        except json.JSONDecodeError as error:
            self.left -= error.pos - at
            self.why = error.msg.removesuffix(" at")
        except (ValueError, RecursionError):
            self.left -= len(self.text) - at
            self.why = "nested too deeply, or a number too long"
        return None

    def behind(self, at: int) -> int:
        """Return where the next item begins that can be read and has what an item has."""
        for begin in _NEXT.finditer(self.text, at + 1):
            if self.left <= 0:
                break
            found = self.item(begin.start(1))
            if found and isinstance(found[0], dict) and not found[0].keys().isdisjoint(_SIGNS):
                return begin.start(1)
        return len(self.text)


def _around_breaks(name: str, text: str) -> tuple[list[object], list[Unread]]:
    """Read item after item; behind one that is no JSON, go on at the next that begins like an item."""
    start = text.find("[")
    if text.lstrip().startswith("{") and not _WRAPPED.match(text):
        start = text.find("{") - 1  # an object a line, without a list around them
    if start < -1 or "{" not in text:
        raise MedquantError(f"{name} is no CSL-JSON; allowed: a list of items, each with a type and a title")
    found: list[object] = []
    unread: list[Unread] = []
    at, closed = start + 1, False
    effort = _Effort(text)
    while (at := _BETWEEN.match(text, at).end()) < len(text):  # type: ignore[union-attr]  # it matches nothing as well
        if text[at] == "]":
            closed = (later := _ITEM.search(text, at)) is None
            if later is None:
                break
            what = excerpt(text[at : later.start()])
            unread.append(
                Unread("the end", what, "the list ends here, but items follow; they are read", lost=False)
            )
            at = later.start()
        elif item := effort.item(at):
            found.append(item[0])
            at = item[1]
        else:
            why = f"it is not well-formed JSON ({effort.why}): cut off?"
            behind = effort.behind(at)
            unread += _lost(text, at, behind, why)
            at = behind
    rest = text[at + 1 :].strip()
    if closed and rest and rest != "}":
        unread.append(Unread("the end", excerpt(rest), "it stands behind the list", lost=False))
    if not closed and start >= 0 and not (unread and at >= len(text)):
        unread.append(Unread("the end", "nothing", "the list is not closed: cut off?", lost=False))
    return found, unread


def _lost(text: str, at: int, behind: int, why: str) -> list[Unread]:
    """Tell a piece that is no JSON, each thing in it that begins like an item for itself."""
    starts = [at, *(found.start() for found in _ITEM.finditer(text, at + 1, behind))]
    line, before = text.count("\n", 0, at) + 1, at
    told = []
    for begin, end in pairwise([*starts, behind]):
        line, before = line + text.count("\n", before, begin), begin
        told.append(Unread(f"line {line}", excerpt(text[begin:end]), why))
    return told
