"""CSL-JSON, as Zotero, Crossref and pandoc write it."""

import json
from collections.abc import Mapping, Sequence
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
_MOST_DEEP = 50


def read_csl_json(name: str, text: str) -> Reading:
    """Read a CSL-JSON file, also one that is cut off; see `review.sources.ris.read_ris` for the parameters.

    Raises
    ------
    MedquantError
        If the text is no list of items at all.
    """
    pieces, unread = _pieces(name, text)
    records = []
    lost = 0
    for place, item in enumerate(pieces, 1):
        record, told = _record(item, f"item {place}")
        unread += told
        if record is not None:
            records.append(record)
        lost += record is None
    lost += sum(part.lost for part in unread if part.where == "the end")
    return Reading(name, "CSL-JSON", len(records) + lost, tuple(records), tuple(unread))


def _pieces(name: str, text: str) -> tuple[list[object], list[Unread]]:
    """Return the items of the list, one after the other, so that those before a break are kept."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return _before_break(name, text)
    if isinstance(whole, dict):
        whole = whole.get("items", [whole])
    if not isinstance(whole, list):
        raise MedquantError(f"{name} is no CSL-JSON; allowed: a list of items, each with a type and a title")
    return whole, []


def _before_break(name: str, text: str) -> tuple[list[object], list[Unread]]:
    decoder = json.JSONDecoder()
    start = text.find("[")
    if start < 0:
        raise MedquantError(f"{name} is no CSL-JSON; allowed: a list of items, each with a type and a title")
    found: list[object] = []
    at = start + 1
    while True:
        while at < len(text) and (text[at].isspace() or text[at] == ","):
            at += 1
        if at >= len(text) or text[at] == "]":
            break
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            why = f"it is not well-formed JSON ({getattr(error, 'msg', 'nested too deeply').removesuffix(' at')}): cut off?"
            return found, [Unread("the end", excerpt(text[at:]), why)]
        found.append(item)
    why = "the list is not closed: cut off?" if at >= len(text) else "it stands behind the list"
    return found, [Unread("the end", excerpt(text[at + 1 :]) or "nothing", why, lost=False)]


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
    return record_of(draft, where, extra=extra)


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
