"""BibTeX, split by bibtexparser; what it sets aside (`failed_blocks`) is read where that is safe, and told always."""

import logging
import re
import warnings
from collections.abc import Iterator

from bibtexparser import library
from bibtexparser.entrypoint import parse_string
from bibtexparser.model import (
    Block,
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    ImplicitComment,
    ParsingFailedBlock,
    String,
)

from db.errors import MedquantError
from review.sources.imported import ImportedRecord, Kind, Reading, Unread, excerpt
from review.sources.kinds import BIBTEX, kind_of
from review.sources.labels import in_note
from review.sources.latex import plain_text
from review.sources.tidying import record_of

_START = re.compile(r"^[ \t]*@(\w+)[ \t\n]*[{(]", re.MULTILINE)
_NO_RECORD = frozenset({"comment", "string", "preamble"})
_FIRST_OF = {
    "title": ("title",), "venue": ("journal", "journaltitle", "booktitle", "howpublished", "school", "institution"),
    "volume": ("volume",), "issue": ("number", "issue"), "pages": ("pages",), "publisher": ("publisher",),
    "issn": ("issn", "isbn"), "language": ("language", "langid"), "abstract": ("abstract",), "doi": ("doi",),
    "pmid": ("pmid", "pubmed_id"), "year": ("year", "date"), "key": ("medquantkey",), "keywords": ("keywords", "keyword"),
}  # fmt: skip
_NO_WORDS = frozenset({"author", "url", "otherurls", "eprint", "archiveprefix", "eprinttype", "note"})


def read_bibtex(name: str, text: str) -> Reading:
    """Read a BibTeX file; see `review.sources.ris.read_ris` for the parameters.

    Raises
    ------
    MedquantError
        If bibtexparser breaks off on it as a whole.
    """
    parsed = _split(name, text)
    records: list[ImportedRecord] = []
    unread: list[Unread] = []
    seen: set[int] = set()
    for block in parsed.blocks:
        where = f"line {(block.start_line or 0) + 1}"
        entry, doubt, lost = _entry(block)
        if entry is not None:
            record, told = _record(entry, where)
            unread += told
            if record is not None:
                records.append(record)
        if doubt and (entry is None or record is not None):
            unread.append(Unread(where, excerpt(block.raw or ""), doubt, lost=lost))
        if entry is not None or lost:
            seen.add((block.start_line or 0) + 1)
    missed = [start for start in _starts(text) if start[0] not in seen]
    swallowed = [
        Unread(f"line {line}", what, "it begins inside another entry that has no end")
        for line, what in missed
    ]
    blocks = len(records) + sum(part.lost for part in unread) + len(swallowed)
    return Reading(name, "BibTeX", blocks, tuple(records), (*unread, *swallowed))


def _split(name: str, text: str) -> library.Library:
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what it warns of is told by `unread`
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return parse_string(text)
    except Exception as error:  # noqa: BLE001 - the file is a stranger's, and the library promises nothing for it
        raise MedquantError(
            f"{name} cannot be read as BibTeX ({type(error).__name__}); export it again"
        ) from None


def _starts(text: str) -> Iterator[tuple[int, str]]:
    line, at = 1, 0
    for start in _START.finditer(text):
        line, at = line + text.count("\n", at, start.start()), start.start()
        if start[1].casefold() not in _NO_RECORD:
            yield line, excerpt(text[start.start() : start.start() + 200])


def _entry(block: Block) -> tuple[Entry | None, str, bool]:
    """Return the entry of a block, what is doubtful about it, and whether a record is lost."""
    if isinstance(block, Entry):
        return block, "", False
    if isinstance(block, ParsingFailedBlock):
        inner = block.ignore_error_block
        if isinstance(block, DuplicateBlockKeyBlock) and isinstance(inner, Entry):
            return inner, f"the key {excerpt(block.key)} stands twice; both entries were read", False
        if isinstance(block, DuplicateFieldKeyBlock) and isinstance(inner, Entry):
            twice = ", ".join(sorted(block.duplicate_keys))
            return (
                inner,
                f"{twice} stands twice in it; the first counts, the others are kept as they are",
                False,
            )
        if isinstance(inner, String):
            return None, "an abbreviation cannot be read", False
        return None, f"bibtexparser cannot read it: {_why(block.error)}", True
    if isinstance(block, ImplicitComment):
        return None, "it stands outside of any entry", False
    return None, "", False


def _why(error: Exception) -> str:
    said = str(getattr(error, "abort_reason", "")) or str(error) or type(error).__name__
    return excerpt(said, 160).rstrip(".")


def _record(entry: Entry, where: str) -> tuple[ImportedRecord | None, list[Unread]]:
    fields: dict[str, str] = {}
    extra: list[tuple[str, str]] = []
    for field in entry.fields:
        name, value = field.key.casefold(), str(field.value)
        if name in fields:
            extra.append((name, plain_text(value)))
        else:
            fields[name] = value
    draft: dict[str, str | list[str]] = {
        "kind": kind_of(entry.entry_type, BIBTEX) or Kind.OTHER,
        "key": entry.key,
    }
    used = set(_NO_WORDS)
    for target, names in _FIRST_OF.items():
        chosen = next((name for name in names if name in fields), None)
        if chosen is not None:
            draft[target] = plain_text(fields[chosen])
            used.add(chosen)
    keywords = str(draft.get("keywords", ""))
    draft["keywords"] = keywords if ";" in keywords else keywords.split(",")
    draft["authors"] = _authors(fields.get("author", ""))
    draft["urls"] = [_address(fields.get(name, "")) for name in ("url", "otherurls")]
    if _is_arxiv(fields):
        draft["arxiv_id"] = plain_text(fields["eprint"])
    elif "eprint" in fields:
        extra.append(("eprint", plain_text(fields["eprint"])))
    note = plain_text(fields.get("note", ""))
    decisions, _ = in_note(note)
    extra += [("note", note)] + [(name, plain_text(fields[name])) for name in fields if name not in used]
    if kind_of(entry.entry_type, BIBTEX) is None:
        extra.append(("type", entry.entry_type))
    return record_of(draft, where, extra=extra, decisions=decisions)


def _is_arxiv(fields: dict[str, str]) -> bool:
    archive = fields.get("archiveprefix") or fields.get("eprinttype") or ""
    return "eprint" in fields and (
        archive.casefold() == "arxiv" or bool(re.fullmatch(r"\d{4}\.\d{4,5}", fields["eprint"]))
    )


def _authors(names: str) -> list[str]:
    """Split at each " and " outside of braces; bibtexparser's own splitter eats a backslash that follows one."""
    found = [""]
    depth = 0
    for part in re.split(r"(\\[{}]|[{}]|\sand\s)", names):
        depth += (part == "{") - (part == "}")
        if depth <= 0 and part.strip() == "and" and part != "and":
            found.append("")
        else:
            found[-1] += part
    return [plain_text(name) for name in found if name.strip()]


def _address(value: str) -> str:
    """Return an address, in which % and ~ and _ are letters like others; only a backslash makes it LaTeX."""
    return re.sub(
        r"\\([%&#_~])(?:\{\})?",
        r"\1",
        value.removeprefix("\\url{").rstrip("}") if value.startswith("\\url{") else value,
    )
