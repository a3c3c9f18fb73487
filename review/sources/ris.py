"""RIS, as Ovid, Embase, Cochrane, Scopus, Zotero, EndNote, Rayyan and ASReview write it.

The tags of a record are read by rispy, one record at a time, so that a broken one breaks no other. What rispy would
skip without a word (lines outside, a second line of a tag that may stand once, a record without its end) is found
before.
"""

import re

import rispy  # type: ignore[import-untyped]

from review.sources.imported import Decided, ImportedRecord, Kind, Reading, Unread, excerpt
from review.sources.kinds import RIS, kind_of
from review.sources.labels import in_note
from review.sources.outline import Block, ris_outline
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
_PMID = re.compile(r"PMID:\s*(\d+)|(\d+)", re.IGNORECASE)
_PUBMED = re.compile(r"pubmed|medline", re.IGNORECASE)


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
    unread = [stray.unread() for stray in strays]
    records = []
    for block in blocks:
        record, told = _record(block)
        unread += told
        unread += [
            Unread(block.where, excerpt(" ".join(block.values("TI", "T1"))), doubt, lost=False)
            for doubt in block.doubts
            if record is not None
        ]
        if record is not None:
            records.append(record)
    return Reading(name, "RIS", len(blocks), tuple(records), tuple(unread))


def _record(block: Block) -> tuple[ImportedRecord | None, list[Unread]]:
    parsed = _parsed(block)
    if parsed is None:
        return None, [Unread(block.where, excerpt(str(block.tags)), "rispy finds no record in it")]
    draft: dict[str, str | list[str]] = {
        "kind": kind_of(_pop(parsed, "type_of_reference"), RIS) or Kind.OTHER
    }
    for field, names in _FIRST_OF.items():
        draft[field] = _first(parsed, names)
    for field, names in _ALL_OF.items():
        draft[field] = [value for name in names for value in _take(parsed, name)]
    if not draft["abstract"]:
        draft["abstract"] = _take(parsed, "notes_abstract")
    draft["pages"] = "-".join(filter(None, (_first(parsed, ("start_page",)), _first(parsed, ("end_page",)))))
    decisions = _notes(parsed, draft)
    _accession(parsed, draft)
    return record_of(draft, block.where, extra=_rest(block, parsed), decisions=decisions)


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


def _accession(parsed: dict[str, object], draft: dict[str, str | list[str]]) -> None:
    found = _PMID.fullmatch(_pop(parsed | {}, "accession_number"))
    host = f"{parsed.get('name_of_database', '')} {parsed.get('database_provider', '')}"
    if found and (found[1] or _PUBMED.search(host)):
        draft["pmid"] = found[1] or found[2]
        del parsed["accession_number"]


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
