"""Where a work appeared: venue, pages, and the kind of publication."""

import re
from enum import StrEnum

from rapidfuzz import fuzz

_PAGES = re.compile(r"([a-z]{0,3}\d+)(?:\s*[-–—]+\s*([a-z]{0,3}\d+))?", re.IGNORECASE)
_SMALL = frozenset({"the", "of", "and", "in", "on", "for", "a", "an", "de", "la", "und", "et"})
_CONFERENCE = re.compile(
    r"\b(?:proceedings|proc|conference|conf|symposium|workshop|congress|meeting|lncs|lecture notes)\b"
)
_ABSTRACT = re.compile(r"\b(?:abstracts?|suppl(?:ement)?|poster)\b")
_PREPRINT = re.compile(
    r"\b(?:arxiv|biorxiv|medrxiv|chemrxiv|techrxiv|preprints?|ssrn|research square|corr|osf|authorea)\b"
)


class Kind(StrEnum):
    """The kind of publication, as far as it can be told."""

    UNKNOWN = "unknown"
    PREPRINT = "preprint"
    ABSTRACT = "meeting abstract"
    CONFERENCE = "conference paper"
    ARTICLE = "journal article"


_TOLD = (
    (Kind.PREPRINT, re.compile(r"preprint|posted|unpublished|^unpb$", re.IGNORECASE)),
    (Kind.ABSTRACT, re.compile(r"abstract|poster|^abst$", re.IGNORECASE)),
    (Kind.CONFERENCE, re.compile(r"conf|proceeding|^cpaper$|^inproceedings$", re.IGNORECASE)),
    (Kind.ARTICLE, re.compile(r"journal|article|^jour$|^ejour$", re.IGNORECASE)),
)


def plain_venue(text: str) -> str:
    """Return a venue in plain small letters without small words."""
    words = re.sub(r"[^a-z0-9]+", " ", text.lower()).split()
    return " ".join(word for word in words if word not in _SMALL)


def pages(text: str) -> tuple[str, str]:
    """Return the first and last page in full (`1123-34` gives 1123 and 1134); empty where not given."""
    found = _PAGES.search(text)
    if not found:
        return "", ""
    first, last = found.group(1).lower(), (found.group(2) or "").lower()
    if last and len(last) < len(first) and last.isdigit():
        last = first[: len(first) - len(last)] + last
    return first, last


def kind_of(told: str, venue: str, doi: str, arxiv: str, page_range: str) -> Kind:
    """Return the kind of publication by the source's own word, else by venue, pages and DOI."""
    for kind, pattern in _TOLD:
        if told and pattern.search(told):
            # sources file meeting abstracts in supplements as journal articles
            return Kind.ABSTRACT if kind != Kind.PREPRINT and _ABSTRACT.search(venue) else kind
    if _PREPRINT.search(venue):
        return Kind.PREPRINT
    if _ABSTRACT.search(venue) or re.match(r"\s*S\d+(?:\s*-\s*S?\d+)?\s*$", page_range):
        return Kind.ABSTRACT
    if _CONFERENCE.search(venue):
        return Kind.CONFERENCE
    if venue:
        return Kind.ARTICLE
    from review.dedupe.identifiers import is_preprint_doi

    if is_preprint_doi(doi) or (arxiv and not doi):
        return Kind.PREPRINT
    return Kind.UNKNOWN


def venues_alike(a: str, b: str) -> float | None:
    """Return how alike two venues are, 0 to 100, abbreviations understood; None if one is empty."""
    if not a or not b:
        return None
    if a == b or _abbreviates(a, b) or _abbreviates(b, a):
        return 100.0
    return fuzz.token_sort_ratio(a, b)


def _abbreviates(short: str, long: str) -> bool:
    """Whether each word of the one begins the word of the other at its place: `med image anal`."""
    parts, words = short.split(), long.split()
    return len(parts) == len(words) and all(w.startswith(p) for p, w in zip(parts, words, strict=True))


def pages_agree(a: tuple[str, str], b: tuple[str, str]) -> bool | None:
    """Whether the first pages are the same; None if one is not given."""
    return a[0] == b[0] if a[0] and b[0] else None
