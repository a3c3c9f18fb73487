"""EndNote XML, each record parsed by itself by defusedxml: neither entities nor a document type are followed."""

import re
from itertools import pairwise
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from db.errors import MedquantError
from review.sources.imported import ImportedRecord, Kind, Reading, Unread, excerpt
from review.sources.kinds import kind_of, refined
from review.sources.labels import in_note
from review.sources.tidying import record_of

_RECORD = re.compile(r"<record(?:\s[^<>]*)?>")
_END = "</record>"
_OUTSIDE_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PATHS = {
    "title": "titles/title", "abstract": "abstract", "volume": "volume", "issue": "number", "pages": "pages",
    "publisher": "publisher", "issn": "isbn", "language": "language", "year": "dates/year",
    "doi": "electronic-resource-num", "key": "rec-number",
}  # fmt: skip
_VENUES = (
    "titles/secondary-title",
    "periodical/full-title",
    "alt-periodical/full-title",
    "periodical/abbr-1",
)
_LISTS = {
    "authors": "contributors/authors/author",
    "keywords": "keywords/keyword",
}
_URLS = ("urls/related-urls/url", "urls/web-urls/url")
_GROUPS = frozenset({"titles", "periodical", "alt-periodical", "dates", "contributors", "urls"})
"""What holds elements of its own."""
_NAMES = {"secondary-authors": "secondary-author", "tertiary-authors": "tertiary-author", "pub-dates": "date"}
_NOTHING_SAID = frozenset({"database", "source-app", "foreign-keys", "ref-type", "keywords", "notes"})
"""What is read elsewhere, or says of the library, not of the document."""
_PMID = re.compile(r"(?:PMID:\s?)?(\d{1,8})", re.IGNORECASE)
_NLM = re.compile(r"\bnlm\b|pubmed|medline", re.IGNORECASE)


def read_endnote_xml(name: str, text: str) -> Reading:
    """Read an EndNote XML file; see `review.sources.ris.read_ris` for the parameters.

    Raises
    ------
    MedquantError
        If the file declares a document type or entities, which no export does and an attack would.
    """
    if re.search(r"<!(?:DOCTYPE|ENTITY)", text):
        raise MedquantError(
            f"{name} declares a document type or entities, which are not read; export it from EndNote again"
        )
    starts = list(_RECORD.finditer(text))
    records, unread = [], _outside(text, starts)
    line, at = 1, 0
    for begin, end in pairwise([*(start.start() for start in starts), len(text)]):
        line, at = line + text.count("\n", at, begin), begin
        record, told = _read(text[begin:end], f"line {line}")
        unread += told
        if record is not None:
            records.append(record)
    return Reading(name, "EndNote XML", len(starts), tuple(records), tuple(unread))


def _outside(text: str, starts: list[re.Match[str]]) -> list[Unread]:
    head = text[: starts[0].start()] if starts else text
    words = " ".join(re.sub(r"<[^<>]*>", " ", head).split())
    return [Unread("line 1", excerpt(words), "it stands outside of any record", lost=False)] if words else []


def _read(piece: str, where: str) -> tuple[ImportedRecord | None, list[Unread]]:
    inside, end, after = piece.partition(_END)
    if not end:
        return None, [
            Unread(where, excerpt(re.sub(r"<[^<>]*>", " ", inside)), "the record is not closed: cut off?")
        ]
    told = []
    if words := " ".join(re.sub(r"<[^<>]*>", " ", after).split()):
        told.append(Unread(where, excerpt(words), "it stands behind the record, outside of any", lost=False))
    try:
        tree = fromstring(_OUTSIDE_XML.sub("", inside) + end, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError) as error:
        words = re.sub(r"<[^<>]*>", " ", inside)
        return None, [*told, Unread(where, excerpt(words), f"it is not well-formed XML ({error})")]
    record, doubts = _record(tree, where)
    return record, told + doubts


def _text(tree: Element, path: str) -> str:
    found = tree.find(path)
    return "" if found is None else "".join(found.itertext())


def _texts(tree: Element, path: str) -> list[str]:
    return ["".join(found.itertext()) for found in tree.iterfind(path)]


def _record(tree: Element, where: str) -> tuple[ImportedRecord | None, list[Unread]]:
    draft: dict[str, str | list[str]] = {field: _text(tree, path) for field, path in _PATHS.items()}
    draft["venue"] = next((text for path in _VENUES if (text := _text(tree, path).strip())), "")
    for field, path in _LISTS.items():
        # a carriage return inside an element parts what EndNote shows on lines of their own
        draft[field] = [item for text in _texts(tree, path) for item in text.split("\r")]
    used = {*_PATHS.values(), *_LISTS.values(), *_URLS, "contributors/authors/author"}
    if not any(map(str.strip, draft["authors"])):
        draft["authors"] = _texts(tree, "contributors/secondary-authors/author")
        used.add("contributors/secondary-authors/author")
    if not str(draft["pages"]).strip():
        draft["pages"] = _text(tree, "custom7")
        used.add("custom7")
    draft["urls"] = [text for path in _URLS for text in _texts(tree, path)]
    used |= _numbered(tree, draft)
    reference = tree.find("ref-type")
    kind = reference.get("name", "") if reference is not None else ""
    draft["kind"] = refined(kind_of(kind) or Kind.OTHER, [_text(tree, "work-type")])
    decisions = [decided for text in _texts(tree, "notes") for decided in in_note(text)[0]]
    extra = [("notes", text) for text in _texts(tree, "notes")] + _rest(tree, used, str(draft["venue"]))
    if kind_of(kind) is None:
        extra.append(("ref-type", kind))
    return record_of(draft, where, extra=extra, decisions=decisions)


def _numbered(tree: Element, draft: dict[str, str | list[str]]) -> set[str]:
    """Set the PubMed number, which EndNote keeps with the name of its base; return the path that is taken by it."""
    found = _PMID.fullmatch(_text(tree, "accession-num").strip())
    base = f"{_text(tree, 'remote-database-provider')} {_text(tree, 'remote-database-name')}"
    if found is None or not _NLM.search(base):
        return set()
    draft["pmid"] = found[1]
    return {"accession-num"}


def _rest(tree: Element, used: set[str], venue: str) -> list[tuple[str, str]]:
    """Return what no field takes, by the name of its element."""
    rest: list[tuple[str, str]] = []
    for child in tree:
        if child.tag in _GROUPS:
            rest += _inside(child, used, venue)
        elif child.tag not in used and child.tag not in _NOTHING_SAID:
            rest.append((child.tag, "".join(child.itertext())))
    return rest


def _inside(group: Element, used: set[str], venue: str) -> list[tuple[str, str]]:
    """Return what no field takes of a group, such as the editors, the short title and the day."""
    found = []
    for child in group:
        inner = [part for part in child if part.tag != "style"]
        for part in inner or [child]:
            path = "/".join((group.tag, child.tag, part.tag)[: 3 if inner else 2])
            text = "".join(part.itertext()).strip()
            if path not in used and text != venue:
                found.append((_NAMES.get(child.tag, child.tag), text))
    return found
