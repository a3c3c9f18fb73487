"""RIS, as Ovid, Embase, Cochrane, Scopus, Zotero, EndNote, Rayyan and ASReview write it.

The tags of a record are read by rispy, one record at a time, so that a broken one breaks no other. What rispy would
skip without a word (lines outside, a second line of a tag that may stand once, a record without its end) is found
before.
"""

import re

import rispy  # type: ignore[import-untyped]

from review.sources.imported import Decided, ImportedRecord, Kind, Reading, Unread, excerpt
from review.sources.kinds import RIS, kind_of, on_preprint_server, refined
from review.sources.labels import in_note
from review.sources.outline import Block, ris_outline, told_strays
from review.sources.ris_identifiers import NO_PAGE, identify, unknown_values
from review.sources.tidying import record_of

_TAGS = frozenset(rispy.TAG_KEY_MAPPING)
_FIRST_OF = {
    "title": ("title", "primary_title"),
    "venue": ("secondary_title", "alternate_title3", "journal_name", "alternate_title2", "alternate_title1"),
    "year": ("year", "publication_year", "date"),
    "doi": ("doi",),
    "volume": ("volume",),
    "issue": ("number",),
    "publisher": ("publisher",),
    "issn": ("issn",),
    "language": ("language",),
    "key": ("id",),
}
_ALL_OF = {
    "authors": ("authors", "first_authors"),
    "keywords": ("keywords",),
    "urls": ("urls",),
    "abstract": ("abstract",),
}
_ARXIV = re.compile(r"arXiv:\s*(\S+)", re.IGNORECASE)
_COPYRIGHT = re.compile(r"Copyright of .{1,300} is the property of ", re.IGNORECASE)
_RUN_IN = re.compile(r"(?<!\s)\s{3,40}(?=[A-Z][A-Z0-9]  - )")
_NO_BLANKS = frozenset({"UR", "DO", "L1", "L2", "L3", "L4", "LK"})
"""What holds no blank by itself: Rayyan writes the next line of an Embase record behind it."""
_EMBASE = re.compile(r"L\d{6,10}")


def read_ris(name: str, text: str) -> Reading:
    """Read a RIS file.

    Parameters
    ----------
    name
        What the file is called.
    text
        Its text with plain line ends.
    """
    blocks, strays = ris_outline(text, _TAGS.__contains__)
    unread = told_strays(strays)
    records = []
    for block in blocks:
        record, told = _record(block)
        unread += block.located(told)
        unread += [
            Unread(block.where, excerpt(" ".join(block.values("TI", "T1"))), doubt, lost=False)
            for doubt in block.doubts
            if record is not None
        ]
        if record is not None:
            records.append(record)
    return Reading(name, "RIS", len(blocks), tuple(records), tuple(unread))


def _record(block: Block) -> tuple[ImportedRecord | None, list[Unread]]:
    block.lines = [line for tag, parts in block.lines for line in _split(tag, parts)]
    parsed = _parsed(block)
    if parsed is None:
        return None, [Unread(block.where, excerpt(str(block.tags)), "rispy finds no record in it")]
    draft: dict[str, str | list[str]] = {}
    for field, names in _FIRST_OF.items():
        draft[field] = _first(parsed, names)
    for field, names in _ALL_OF.items():
        draft[field] = [value for name in names for value in _take(parsed, name)]
    extra = _abstract(parsed, draft) + _pages(parsed, draft)
    draft["kind"] = _kind(parsed, draft)
    if not draft["authors"]:
        draft["authors"] = _take(parsed, "secondary_authors") or unknown_values(parsed, "ED")
    if not draft["publisher"]:
        draft["publisher"] = "".join(unknown_values(parsed, "PU")[:1])
    decisions = _notes(parsed, draft)
    identify(block, parsed, draft)
    if not draft["key"]:
        numbers = [*_strings(parsed, "accession_number"), *filter(_EMBASE.fullmatch, block.values("U2"))]
        draft["key"] = "".join(numbers[:1])
    return record_of(draft, block.where, extra=_rest(block, parsed) + extra, decisions=decisions)


def _split(tag: str, parts: list[str]) -> list[tuple[str, list[str]]]:
    """Return a tag's line as the lines that ran into it."""
    if tag not in _NO_BLANKS or len(parts) != 1:
        return [(tag, parts)]
    first, *others = _RUN_IN.split(parts[0])
    return [(tag, [first]), *((other[:2], [other[6:].strip()]) for other in others)]


def _kind(parsed: dict[str, object], draft: dict[str, str | list[str]]) -> Kind:
    words = _strings(parsed, "type_of_work")
    kind = refined(kind_of(_pop(parsed, "type_of_reference"), RIS) or Kind.OTHER, words)
    server = on_preprint_server(str(draft["venue"]), str(draft["publisher"]))
    return Kind.PREPRINT if kind == Kind.REPORT and server and not words else kind


def _abstract(parsed: dict[str, object], draft: dict[str, str | list[str]]) -> list[tuple[str, str]]:
    """Set the abstract; return the notices of copyright that stand under the same tag."""
    values, notes = list(draft["abstract"]), _take(parsed, "notes_abstract")
    values, notes = (values, notes) if values else (notes, [])
    parsed["notes_abstract"] = [value for value in notes if value not in values]
    notices = [value for value in values[1:] if _COPYRIGHT.match(value)]
    draft["abstract"] = [value for value in values if value not in notices]
    return [("AB", value) for value in notices]


def _pages(parsed: dict[str, object], draft: dict[str, str | list[str]]) -> list[tuple[str, str]]:
    """Set the pages, or the article's number in their place; return what is said of them besides."""
    first, last = _first(parsed, ("start_page",)), _first(parsed, ("end_page",))
    if (first, last) == ("No", "Specified"):  # Ovid cuts "No Pagination Specified" in two
        first = last = ""
    beside = [("SP", first)] if NO_PAGE.fullmatch(first) else []
    first = "" if beside else first
    pages = "-".join(filter(None, (first, last)))
    if not pages:
        pages = "".join((unknown_values(parsed, "PG") or _take(parsed, "custom7"))[:1])
    draft["pages"] = pages
    return beside


def _parsed(block: Block) -> dict[str, object] | None:
    tags = block.tags if block.tags[0][0] == "TY" else [("TY", "GEN"), *block.tags]
    lines = [f"{tag}  - {' '.join(value.split())}" for tag, value in tags]
    found = rispy.loads(
        "\n".join([*lines, "ER  - "]), delimiter_tags_mapping={}, enforce_list_tags=False
    )  # a second line of a tag stays beside the first
    return dict(found[0]) if len(found) == 1 else None


def _take(parsed: dict[str, object], name: str) -> list[str]:
    value = parsed.pop(name, None)
    values = value if isinstance(value, list) else [value]
    return [str(part) for part in values if part]


def _strings(parsed: dict[str, object], name: str) -> list[str]:
    return _take(dict(parsed), name)


def _pop(parsed: dict[str, object], name: str) -> str:
    return " ".join(_take(parsed, name))


def _first(parsed: dict[str, object], names: tuple[str, ...]) -> str:
    """Return the first of equivalent tags; others that say something else stay where `_rest` finds them."""
    chosen = ""
    for name in names:
        values = _take(parsed, name)
        if not chosen and values:
            chosen, values = values[0], values[1:]
        if others := [value for value in values if value != chosen]:
            parsed[name] = others
    return chosen


def _notes(parsed: dict[str, object], draft: dict[str, str | list[str]]) -> list[Decided]:
    decisions: list[Decided] = []
    kept = []
    for note in _take(parsed, "notes"):
        found, alone = in_note(note)
        decisions += found
        if not alone:
            kept.append(note)
    parsed["notes"] = kept
    numbers = _take(parsed, "note")
    for value in [*numbers, *kept]:
        if (found_id := _ARXIV.fullmatch(value)) and not draft.get("arxiv_id"):
            draft["arxiv_id"] = found_id[1]
            for values in (numbers, kept):
                if value in values:
                    values.remove(value)
    parsed["note"] = numbers
    return decisions


def _rest(block: Block, parsed: dict[str, object]) -> list[tuple[str, str]]:
    """Return what no field takes, by tag."""
    tags = {name: tag for tag, name in rispy.TAG_KEY_MAPPING.items()}
    rest = []
    if (kind := " ".join(block.values("TY"))) and kind_of(kind, RIS) is None:
        rest.append(("TY", kind))
    unknown = parsed.pop("unknown_tag", {})
    if isinstance(unknown, dict):
        rest += [(str(tag), str(value)) for tag, values in unknown.items() for value in values]
    for name in list(parsed):
        rest += [(tags.get(name, name), value) for value in _take(parsed, name)]
    return rest
