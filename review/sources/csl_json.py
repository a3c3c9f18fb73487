"""CSL-JSON, as Zotero, Crossref and pandoc write it."""

import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from db.errors import MedquantError
from review.sources.imported import FIELDS, ImportedRecord, Kind, Reading, Unread, excerpt
from review.sources.kinds import CSL, kind_of
from review.sources.tidying import record_of

_NAMES = {
    "title": "title", "container-title": "venue", "volume": "volume", "issue": "issue", "page": "pages",
    "publisher": "publisher", "ISSN": "issn", "ISBN": "issn", "language": "language", "abstract": "abstract", "DOI": "doi",
    "PMID": "pmid", "id": "key",
}  # fmt: skip
_LISTS = ("author", "issued", "type", "URL", "keyword", "categories", "custom", "editor", "archive", "number")
_AGAIN = " (first of two)"
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
        record, told = _record(item, f"item {place}")
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
            made[f"{name}{_AGAIN}"] = made[name]
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


def _record(item: object, where: str) -> tuple[ImportedRecord | None, list[Unread]]:
    if not isinstance(item, dict):
        return None, [Unread(where, excerpt(str(item)), "it is no item of CSL-JSON")]
    draft: dict[str, str | list[str]] = {}
    extra = []
    for name, value in item.items():
        if name in _NAMES and not draft.get(_NAMES[name]):
            draft[_NAMES[name]] = _words(value)
        elif name not in _LISTS:
            extra.append((str(name), _words(value)))
    twice = [name for name in item if str(name).endswith(_AGAIN)]
    custom = item.get("custom")
    if isinstance(custom, dict):
        own = {field: custom[field] for field in FIELDS if field in custom}
        draft |= {field: _parts(v) if isinstance(v, list) else _words(v) for field, v in own.items()}
        extra += [(f"custom {name}", _words(value)) for name, value in custom.items() if name not in own]
    if "authors" not in draft:
        draft["authors"] = [_name(author) for author in _listed(item.get("author"))]
    draft.setdefault("keywords", _parts(item.get("keyword") or item.get("categories")))
    draft["urls"] = [*_parts(item.get("URL")), *draft.get("urls", ())]
    draft["year"] = _year(item.get("issued"))
    kind = _words(item.get("type"))
    draft["kind"] = kind_of(kind, CSL) or Kind.OTHER
    if kind and kind_of(kind, CSL) is None:
        extra.append(("type", kind))
    if _words(item.get("archive")).casefold() == "arxiv":
        draft["arxiv_id"] = _words(item.get("number"))
    extra += [(name, _words(item[name])) for name in ("editor",) if name in item]
    record, told = record_of(draft, where, extra=extra)
    if record is not None:
        told += [
            Unread(
                where,
                excerpt(name),
                "a name stands twice in it; the last counts, the first is kept beside",
                lost=False,
            )
            for name in twice
        ]
    return record, told


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _parts(value: object) -> list[str]:
    return [_words(part) for part in _listed(value)]


def _words(value: object) -> str:
    """Return the words of a value; a list of one stands for its item (Crossref), anything deeper is shown as JSON."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool | int | float):
        return str(value)
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "a value nested too deeply"


def _name(author: object) -> str:
    if not isinstance(author, Mapping):
        return _words(author)
    named: Mapping[str, Any] = author
    if literal := _words(named.get("literal")):
        return literal
    family = " ".join(filter(None, (_words(named.get("non-dropping-particle")), _words(named.get("family")))))
    given = " ".join(filter(None, (_words(named.get("given")), _words(named.get("dropping-particle")))))
    return ", ".join(filter(None, (family, given, _words(named.get("suffix")))))


def _year(issued: object) -> str:
    if not isinstance(issued, Mapping):
        return _words(issued)
    parts = issued.get("date-parts")
    while isinstance(parts, list) and parts:
        parts = parts[0]
    return _words(parts) if parts else _words(issued.get("raw") or issued.get("literal"))
