"""EndNote XML, each record parsed by itself by defusedxml: neither entities nor a document type are followed."""

import re
from itertools import pairwise
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from db.errors import MedquantError
from review.sources.imported import ImportedRecord, Kind, Reading, Unread, excerpt
from review.sources.kinds import kind_of
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
_TAKEN = frozenset(
    {
        "titles",
        "contributors",
        "dates",
        "periodical",
        "alt-periodical",
        "urls",
        "keywords",
        "ref-type",
        "notes",
    }
    | {path for path in _PATHS.values() if "/" not in path}
)


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
    draft["authors"] = _texts(tree, "contributors/authors/author")
    draft["keywords"] = _texts(tree, "keywords/keyword")
    draft["urls"] = _texts(tree, "urls/related-urls/url") + _texts(tree, "urls/web-urls/url")
    reference = tree.find("ref-type")
    kind = reference.get("name", "") if reference is not None else ""
    draft["kind"] = kind_of(kind) or Kind.OTHER
    decisions, _ = in_note(_text(tree, "notes"))
    extra = [(child.tag, "".join(child.itertext())) for child in tree if child.tag not in _TAKEN]
    extra += [("notes", text) for text in _texts(tree, "notes")]
    extra += [("secondary-author", text) for text in _texts(tree, "contributors/secondary-authors/author")]
    return record_of(draft, where, extra=extra, decisions=decisions)
