"""The tagged text of Web of Science ("plain text file"): from PT to ER, a tag's further lines set in by three blanks."""

import re

from review.sources.imported import ImportedRecord, Kind, Reading, Unread, excerpt
from review.sources.kinds import kind_of
from review.sources.outline import Block, Stray, told_strays
from review.sources.tidying import record_of

_TAGGED = re.compile(r"([A-Z][A-Z0-9])(?: (.*)|\s*)$")
_GOES_ON = re.compile(r"(?:\s{2,}|\t)\S")
_ABOUT_THE_FILE = frozenset({"FN", "VR", "EF"})
_ONE_A_LINE = frozenset({"AU", "AF", "CA", "BA", "BF", "GP", "BE", "ED", "CR"})
_FIRST_OF = {
    "title": ("TI",), "venue": ("SO", "J9", "JI"), "year": ("PY", "EA", "CY"), "volume": ("VL",), "issue": ("IS",),
    "publisher": ("PU",), "issn": ("SN", "EI", "BN"), "language": ("LA",), "abstract": ("AB",), "doi": ("DI", "D2"),
    "pmid": ("PM",), "key": ("UT",),
}  # fmt: skip
_AUTHORS = (("AF", "BF"), ("AU", "BA"))
_KINDS = {"J": Kind.ARTICLE, "C": Kind.CONFERENCE, "B": Kind.BOOK, "S": Kind.CHAPTER}
_PAPER = re.compile(r"proceedings paper|meeting abstract", re.IGNORECASE)


def read_web_of_science(name: str, text: str) -> Reading:
    """Read a tagged file of Web of Science; see `review.sources.ris.read_ris` for the parameters."""
    blocks, strays, closed = _outline(text)
    unread = told_strays(strays)
    records = []
    for block in blocks:
        record, told = _record(block)
        unread += block.located(told)
        if record is None:
            continue
        records.append(record)
        unread += [Unread(block.where, excerpt(record.title), doubt, lost=False) for doubt in block.doubts]
    if blocks and not closed:
        unread.append(Unread("the end", "no EF line", "the file may be cut off between records", lost=False))
    return Reading(name, "Web of Science", len(blocks), tuple(records), tuple(unread))


def _outline(text: str) -> tuple[list[Block], list[Stray], bool]:
    """Find the records, what stands outside of them, and whether the file says that it ends."""
    blocks: list[Block] = []
    strays: list[Stray] = []
    now: Block | None = None
    closed = stray = False
    for number, line in enumerate(text.split("\n"), 1):
        found = _TAGGED.match(line)
        tag = found[1] if found else ""
        if tag in _ABOUT_THE_FILE and (now is None or tag == "EF"):
            if now is not None:
                now.doubts.append("no ER line ends it; it was read up to the end of the file")
            now, closed, stray = None, tag == "EF", False
        elif found is not None and tag != "ER" and (now is None or tag == "PT"):
            now = _begun(now, number, tag, blocks)
            now.add(tag, found[2] or "", number)
            stray = False
        elif tag == "ER":
            now, stray = None, False
        elif found is not None and now is not None:
            now.add(tag, found[2] or "", number)
        elif line.strip() and now is not None:
            _add(now, line)
        elif line.strip():
            if not stray:
                strays.append(Stray(number))
            strays[-1].lines.append(line)
            stray = True
    if now is not None:
        now.doubts.append("the file ends inside it; it may be cut off")
    return blocks, strays, closed


def _begun(before: Block | None, number: int, tag: str, blocks: list[Block]) -> Block:
    if before is not None:
        before.doubts.append("no ER line ends it; it was read up to the next PT line")
    block = Block(number, doubts=[] if tag == "PT" else ["no PT line begins it"])
    blocks.append(block)
    return block


def _add(block: Block, line: str) -> None:
    """Add a further line of a tag: a name of its own, or words that go on; a line at the margin is doubtful."""
    tag = block.lines[-1][0]
    if not _GOES_ON.match(line):
        block.doubts.append(
            f"a line without a tag stands in it ({excerpt(line, 30)}); taken as words of {tag}"
        )
    if tag in _ONE_A_LINE:
        block.add(tag, line)
    else:
        block.extend(line)


def _record(block: Block) -> tuple[ImportedRecord | None, list[Unread]]:
    draft: dict[str, str | list[str]] = {}
    extra: list[tuple[str, str]] = []
    used = {"PT", "DT", "DE", "ID", "BP", "EP", "PS", "AR", "CA", "GP"}
    for field, tags in _FIRST_OF.items():
        values = [(tag, value) for wanted in tags for tag, value in block.tags if tag == wanted and value]
        if values:
            draft[field] = values[0][1]
            extra += values[1:]
        used.update(tags)
    names = next((found for tags in _AUTHORS if (found := block.values(*tags))), [])
    draft["authors"] = [*names, *block.values("CA", "GP")]
    used.update(tag for tags in _AUTHORS for tag in tags)
    draft["keywords"] = block.values("DE", "ID")
    pages = "-".join(block.values("BP")[:1] + block.values("EP")[:1])
    draft["pages"] = pages or "".join(block.values("PS", "AR")[:1])
    draft["kind"] = _kind(block)
    extra += [(tag, value) for tag, value in block.tags if tag not in used and value]
    extra += [(tag, value) for tag in ("DT", "AR") for value in block.values(tag)]
    return record_of(draft, block.where, extra=extra)


def _kind(block: Block) -> str:
    documents = "; ".join(block.values("DT"))
    if _PAPER.search(documents):
        return Kind.CONFERENCE
    of_document = next((kind for word in documents.split(";") if (kind := kind_of(word))), None)
    of_source = _KINDS.get(next(iter(block.values("PT")), ""))
    return of_document or of_source or Kind.OTHER
