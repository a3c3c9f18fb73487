"""An item of CSL-JSON to a record: names and dates put together, identifiers found wherever programs write them."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from review.sources.imported import FIELDS, ImportedRecord, Kind, Unread, excerpt
from review.sources.kinds import CSL, kind_of
from review.sources.tidying import record_of

AGAIN = " (first of two)"
"""So ends the name of a value whose name stood twice in the item."""
_NAMES = {
    "title": "title", "container-title": "venue", "volume": "volume", "issue": "issue", "page": "pages",
    "publisher": "publisher", "ISSN": "issn", "ISBN": "issn", "language": "language", "abstract": "abstract", "DOI": "doi",
    "PMID": "pmid", "id": "key",
}  # fmt: skip
_APART = frozenset({
    "author", "issued", "type", "URL", "keyword", "categories", "custom", "editor", "archive", "number", "note",
})  # fmt: skip
_NUMBERED = re.compile(r"[ \t]*(PMID|arXiv):?[ \t]*(\S+?)[;,]?(?:[ \t]+|$)", re.IGNORECASE)
_ARXIV = re.compile(
    r"(?:arxiv:)?(\d{4}\.\d{4,5}|[a-z-]{2,20}(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,3})?", re.IGNORECASE
)
_PMID = re.compile(r"[1-9]\d{0,8}")


def record_in_item(item: object, where: str) -> tuple[ImportedRecord | None, list[Unread]]:
    """Make a record of an item."""
    if not isinstance(item, dict):
        return None, [Unread(where, excerpt(str(item)), "it is no item of CSL-JSON")]
    draft: dict[str, str | list[str]] = {}
    extra = []
    for name, value in item.items():
        if name in _NAMES and not draft.get(_NAMES[name]):
            draft[_NAMES[name]] = _words(value)
        elif name not in _APART:
            extra.append((str(name), _words(value)))
    twice = [name for name in item if str(name).endswith(AGAIN)]
    custom = item.get("custom")
    if isinstance(custom, dict):
        own = {field: custom[field] for field in FIELDS if field in custom}
        draft |= {field: _parts(v) if isinstance(v, list) else _words(v) for field, v in own.items()}
        extra += [(f"custom {name}", _words(value)) for name, value in custom.items() if name not in own]
    elif custom is not None:
        extra.append(("custom", _words(custom)))
    if "authors" not in draft:
        draft["authors"] = [_name(author) for author in _listed(item.get("author"))]
    draft.setdefault("keywords", _parts(item.get("keyword") or item.get("categories")))
    if item.get("keyword") and item.get("categories"):
        extra.append(("categories", _words(item["categories"])))
    draft["urls"] = [*_parts(item.get("URL")), *draft.get("urls", ())]
    draft["year"] = _year(item.get("issued"))
    extra += _apart(item, draft)
    kind = _words(item.get("type"))
    draft["kind"] = kind_of(kind, CSL) or Kind.OTHER
    if kind and kind_of(kind, CSL) is None:
        extra.append(("type", kind))
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


def _apart(item: Mapping[str, object], draft: dict[str, str | list[str]]) -> list[tuple[str, str]]:
    """Fill in the identifiers that programs write into other fields; return what of these stays without a field."""
    rest = [("editor", _words(item.get("editor")))]
    number, archive = _words(item.get("number")).strip(), _words(item.get("archive"))
    preprint = "arxiv" in (archive.strip().casefold(), str(draft.get("publisher", "")).strip().casefold())
    found = _ARXIV.fullmatch(number)
    if found and (preprint or number.casefold().startswith("arxiv:")) and not draft.get("arxiv_id"):
        draft["arxiv_id"] = found[1]
        number = ""
    if archive.strip().casefold() != "arxiv" or not draft.get("arxiv_id"):
        rest.append(("archive", archive))
    rest += [("number", number), ("note", _note(_words(item.get("note")), draft))]
    return [(name, text) for name, text in rest if text]


def _note(note: str, draft: dict[str, str | list[str]]) -> str:
    """Take the PubMed number and the arXiv identifier from the lines of a note (Zotero's extra field)."""
    kept = []
    for line in note.split("\n"):
        found = _NUMBERED.match(line)
        name = {"pmid": "pmid", "arxiv": "arxiv_id"}[found[1].casefold()] if found else ""
        number = (_PMID if name == "pmid" else _ARXIV).fullmatch(found[2]) if found else None
        if found and number and not draft.get(name):
            draft[name] = number[number.lastindex or 0]
            kept.append(line[found.end() :])
        else:
            kept.append(line)
    return "\n".join(kept).strip()


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
