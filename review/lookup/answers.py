"""Answers of Crossref, OpenAlex and arXiv as records; nothing in them is trusted to have the type it should have."""

import html
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from db.vocabulary import DocumentKind
from review.sources.imported import ImportedRecord
from review.sources.tidying import record_of

_MOST = 2_000
"""Authors, keywords and words at one place of an abstract that are read; no work has more."""
_LONGEST_ABSTRACT = 20_000
_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_KINDS = {
    "journal-article": DocumentKind.ARTICLE, "article": DocumentKind.ARTICLE, "review": DocumentKind.ARTICLE,
    "letter": DocumentKind.ARTICLE, "editorial": DocumentKind.ARTICLE, "proceedings-article": DocumentKind.CONFERENCE,
    "conference-paper": DocumentKind.CONFERENCE, "book": DocumentKind.BOOK, "monograph": DocumentKind.BOOK,
    "edited-book": DocumentKind.BOOK, "book-chapter": DocumentKind.CHAPTER, "dissertation": DocumentKind.THESIS,
    "report": DocumentKind.REPORT, "posted-content": DocumentKind.PREPRINT, "preprint": DocumentKind.PREPRINT,
    "dataset": DocumentKind.DATASET, "software": DocumentKind.SOFTWARE,
}  # fmt: skip


def crossref_record(raw: bytes) -> ImportedRecord | None:
    """Read Crossref's answer to `/works/DOI`; None where it is none."""
    item = _mapping(_mapping(_json(raw)).get("message"))
    names = [_natural(author) for author in _listed(item.get("author"))]
    issued = [
        _mapping(item.get(name)) for name in ("published", "issued", "published-print", "published-online")
    ]
    years = [_text(_first(_first(date.get("date-parts")))) for date in issued]
    draft: dict[str, str | list[str]] = {
        "title": _plain(_first(item.get("title"))), "authors": [name for name in names if name],
        "year": next((year for year in years if year), ""), "venue": _plain(_first(item.get("container-title"))),
        "volume": _text(item.get("volume")), "issue": _text(item.get("issue")),
        "pages": _text(item.get("page")) or _text(item.get("article-number")), "publisher": _plain(item.get("publisher")),
        "issn": _text(_first(item.get("ISSN")) or _first(item.get("ISBN"))), "language": _text(item.get("language")),
        "abstract": _plain(item.get("abstract")), "keywords": [_plain(word) for word in _listed(item.get("subject"))],
        "doi": _text(item.get("DOI")), "kind": _KINDS.get(_text(item.get("type")), DocumentKind.OTHER),
        "urls": [_text(item.get("URL"))],
    }  # fmt: skip
    return record_of(draft, "Crossref")[0]


def openalex_record(raw: bytes) -> ImportedRecord | None:
    """Read OpenAlex' answer to `/works/doi:DOI`; None where it is none."""
    work = _mapping(_json(raw))
    place = _mapping(work.get("primary_location"))
    source, biblio, ids = (
        _mapping(place.get("source")),
        _mapping(work.get("biblio")),
        _mapping(work.get("ids")),
    )
    names = [
        _text(_mapping(_mapping(entry).get("author")).get("display_name"))
        for entry in _listed(work.get("authorships"))
    ]
    ends = [_text(biblio.get("first_page")), _text(biblio.get("last_page"))]
    draft: dict[str, str | list[str]] = {
        "title": _plain(work.get("title") or work.get("display_name")), "authors": [name for name in names if name],
        "year": _text(work.get("publication_year")), "venue": _plain(source.get("display_name")),
        "volume": _text(biblio.get("volume")), "issue": _text(biblio.get("issue")),
        "pages": "-".join(dict.fromkeys(filter(None, ends))), "publisher": _plain(source.get("host_organization_name")),
        "issn": _text(source.get("issn_l")), "language": _text(work.get("language")),
        "abstract": _uninverted(work.get("abstract_inverted_index")),
        "keywords": [_plain(_mapping(word).get("display_name")) for word in _listed(work.get("keywords"))],
        "doi": _text(work.get("doi") or ids.get("doi")), "pmid": _text(ids.get("pmid")),
        "kind": _KINDS.get(_text(work.get("type")), DocumentKind.OTHER),
        "urls": [_text(place.get("landing_page_url"))],
    }  # fmt: skip
    return record_of(draft, "OpenAlex")[0]


def arxiv_record(raw: bytes) -> ImportedRecord | None:
    """Read the Atom feed that arXiv answers to one identifier; None where it knows none.

    Notes
    -----
    To a malformed identifier arXiv answers with an entry titled "Error" whose id is no abstract page.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        feed = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError):
        return None
    entry = feed.find(f"{_ATOM}entry")
    if entry is None or "/abs/" not in (address := _inside(entry, f"{_ATOM}id")):
        return None
    draft: dict[str, str | list[str]] = {
        "title": _inside(entry, f"{_ATOM}title"), "abstract": _inside(entry, f"{_ATOM}summary"),
        "authors": [_inside(author, f"{_ATOM}name") for author in entry.findall(f"{_ATOM}author")[:_MOST]],
        "year": _inside(entry, f"{_ATOM}published")[:4], "doi": _inside(entry, f"{_ARXIV}doi"),
        "arxiv_id": address.partition("/abs/")[2], "venue": "arXiv", "urls": [address],
        "kind": DocumentKind.PREPRINT,
    }  # fmt: skip
    return record_of(draft, "arXiv")[0]


def _inside(tree: Element, path: str) -> str:
    found = tree.find(path)
    return "" if found is None else "".join(found.itertext()).strip()


def _json(raw: bytes) -> object:
    try:
        return json.loads(raw, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: object) -> Sequence[object]:
    return value[:_MOST] if isinstance(value, list) else []


def _first(value: object) -> object:
    return next(iter(_listed(value)), None) if isinstance(value, list) else value


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return (
        str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**12 else ""
    )


def _plain(value: object) -> str:
    """Return a text without the marks of JATS and HTML that publishers leave in it."""
    text = re.sub(r"<jats:title>\s*Abstract\s*</jats:title>", " ", _text(value), flags=re.IGNORECASE)
    text = re.sub(r"</?(?:jats:(?:p|sec|title)|p|br|div)\b[^<>]*>", " ", text)
    text = re.sub(r"</?[A-Za-z][\w:.-]*(?:\s[^<>]*)?/?>", "", text)
    return " ".join(html.unescape(text).split())


def _natural(author: object) -> str:
    said = _mapping(author)
    given, family = _text(said.get("given")), _text(said.get("family"))
    return " ".join(filter(None, (given, family))) or _text(said.get("name"))


def _uninverted(index: object) -> str:
    """Return the abstract that OpenAlex gives as the places of each word."""
    placed = [
        (place, word)
        for word, places in _mapping(index).items()
        for place in _listed(places)
        if isinstance(place, int) and 0 <= place < _LONGEST_ABSTRACT
    ]
    return _plain(" ".join(word for _, word in sorted(placed)[:_LONGEST_ABSTRACT]))
