"""The MEDLINE format (nbib), as PubMed writes it, and the tagged text of Ovid, which is akin to it."""

import re

from review.sources.imported import ImportedRecord, Kind, Reading, Unread, excerpt
from review.sources.kinds import kind_of
from review.sources.outline import Block, medline_outline, told_strays
from review.sources.ovid_source import ovid_source
from review.sources.tidying import record_of

_TAKEN = {
    "title": ("TI", "BTI", "CTI"), "venue": ("JT", "TA", "BTI"), "year": ("DP", "DEP", "YR"), "volume": ("VI",), "issue": ("IP",),
    "pages": ("PG",), "publisher": ("PB",), "issn": ("IS",), "language": ("LA", "LG"), "abstract": ("AB",), "pmid": ("PMID", "PM"),
    "key": ("UI", "AN"),
}  # fmt: skip
_LISTS = {"keywords": ("OT", "MH", "KW"), "authors": ("FAU", "CN"), "urls": ("XL",)}
_OVID = {"issn": "IB", "publisher": "PI"}
"""What Ovid calls the ISBN and the publisher of a book; in PubMed's files the tags mean nothing of the kind."""
_ROLE = re.compile(
    r"\s?\[(?:Author|Reprint|Inventor|Editor|Correspond|E-?mail)([^\[\]]{0,300})\]?\s*$", re.IGNORECASE
)
_MEDLINE = re.compile(r"medline|pubmed", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,8}")
_ARTICLE_NUMBER = re.compile(r"[A-Za-z]{0,3}\d{1,9}")
_DOI = re.compile(r"(\S+)\s+\[doi\]")
_KINDS = {
    "journal article": Kind.ARTICLE,
    "preprint": Kind.PREPRINT,
    "dataset": Kind.DATASET,
    "congress": Kind.CONFERENCE,
    "book": Kind.BOOK,
    "technical report": Kind.REPORT,
}


def read_nbib(name: str, text: str) -> Reading:
    """Read a MEDLINE file; see `review.sources.ris.read_ris` for the parameters."""
    blocks, strays = medline_outline(text)
    unread = told_strays(strays)
    records = []
    for block in blocks:
        record, told = _record(block)
        unread += block.located(told)
        if record is None:
            continue
        records.append(record)
        unread += [Unread(block.where, excerpt(record.title), doubt, lost=False) for doubt in block.doubts]
        if not record.pmid and not block.values("VN", "DB"):
            unread.append(Unread(block.where, excerpt(record.title), "no PMID line begins it", lost=False))
    if records and text and not text.endswith("\n"):
        last = records[-1]
        unread.append(
            Unread(
                last.where, excerpt(last.title), "the file ends inside a line; it may be cut off", lost=False
            )
        )
    return Reading(name, "nbib", len(blocks), tuple(records), tuple(unread))


def _record(block: Block) -> tuple[ImportedRecord | None, list[Unread]]:
    draft: dict[str, str | list[str]] = {}
    used = {"DO"}
    further: list[tuple[str, str]] = []
    for field, tags in _TAKEN.items():
        found = [(tag, value) for wanted in tags for tag, value in block.tags if tag == wanted and value]
        if found:
            draft[field] = " ".join(block.values("AB")) if field == "abstract" else found[0][1]
            further += () if field == "abstract" else found[1:]
        used.update(tags)
    for field, tags in _LISTS.items():
        draft[field] = block.values(*tags)
        used.update(tags)
    if not block.values("FAU"):
        draft["authors"] = [_ROLE.sub("", name) for name in block.values("AU", "CN")]
        further += [("AU", name) for name in block.values("AU") if "mail" in name.casefold()]
    used.add("AU")
    if block.values("VN", "DB"):
        used |= _ovid(block, draft)
    if not draft.get("pages"):
        numbers = [value for value in block.values("LID", "AID") if _ARTICLE_NUMBER.fullmatch(value)]
        draft["pages"] = "".join(numbers[:1])
    dois = [match[1] for value in block.values("LID", "AID") if (match := _DOI.fullmatch(value))]
    draft["doi"] = (dois or block.values("DO") or [""])[0]
    draft["kind"] = _kind(block.values("PT"))
    rest = [(tag, value) for tag, value in block.tags if tag not in used and not _DOI.fullmatch(value)]
    record, told = record_of(draft, block.where, extra=[*further, *rest])
    if record is not None:
        told += [
            Unread(
                block.where,
                f"{tag} {excerpt(value)}",
                "it stands twice in it: did two records run into one?",
                lost=False,
            )
            for tag, value in further
            if tag in ("TI", "PMID")
        ]
    return record, told


def _ovid(block: Block, draft: dict[str, str | list[str]]) -> set[str]:
    """Fill a draft with what Ovid keeps elsewhere than PubMed; return the tags that are taken up by that."""
    taken = set()
    for field, tag in _OVID.items():
        if not draft.get(field) and (values := block.values(tag)):
            draft[field] = values[0]
            taken.add(tag)
    base = " ".join(block.values("DB"))
    key = str(draft.get("key", ""))
    if not draft.get("pmid") and _MEDLINE.search(base) and _NUMBER.fullmatch(key):
        draft["pmid"] = key
    for line in block.values("SO")[:1]:
        draft.update({name: text for name, text in ovid_source(line).items() if not draft.get(name)})
    return taken


def _kind(words: list[str]) -> Kind:
    kinds = [kind for word in words if (kind := _KINDS.get(word.casefold()) or kind_of(word))]
    return Kind.PREPRINT if Kind.PREPRINT in kinds else kinds[0] if kinds else Kind.OTHER
