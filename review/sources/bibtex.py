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
from review.sources.boilerplate import Piece, outside
from review.sources.imported import ImportedRecord, Kind, Reading, Unread, excerpt
from review.sources.journals import JOURNALS
from review.sources.kinds import BIBTEX, kind_of, on_preprint_server, refined
from review.sources.labels import in_note
from review.sources.latex import plain_text
from review.sources.tidying import record_of

_START = re.compile(r"^[ \t]*@(\w+)[ \t\n]*[{(]", re.MULTILINE)
_NO_RECORD = frozenset({"comment", "string", "preamble"})
_FIRST_OF = {
    "title": ("title",), "venue": ("journal", "journaltitle", "booktitle", "howpublished", "school", "institution"),
    "volume": ("volume",), "issue": ("number", "issue"),
    "pages": ("pages", "eid", "art_number", "article-number", "articleno", "elocation-id"), "publisher": ("publisher",),
    "issn": ("issn", "isbn"), "language": ("language", "langid"), "abstract": ("abstract",), "doi": ("doi",),
    "pmid": ("pmid", "pubmed_id"), "year": ("year", "date"), "key": ("medquantkey",),
}  # fmt: skip
_KEYWORDS = ("keywords", "keyword", "author_keywords", "keywords-plus")
_NO_WORDS = frozenset({
    "author", "url", "otherurls", "eprint", "archiveprefix", "eprinttype", "note", "medquantkind", *_KEYWORDS,
})  # fmt: skip
_PMID = re.compile(r"\bPMID:\s?(\d{1,9})\b", re.IGNORECASE)
_MACRO = re.compile(r"\\([a-z]{2,8})", re.IGNORECASE)


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
    strays: list[Piece] = []
    for block in parsed.blocks:
        where = f"line {(block.start_line or 0) + 1}"
        if isinstance(block, ImplicitComment):
            strays.append(((block.start_line or 0) + 1, (block.raw or "").split("\n")))
            continue
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
    told = outside(strays, "it stands outside of any entry")
    return Reading(name, "BibTeX", blocks, tuple(records), (*told, *unread, *swallowed))


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
    draft: dict[str, str | list[str]] = {"key": entry.key}
    used = set(_NO_WORDS)
    for target, names in _FIRST_OF.items():
        chosen = next((name for name in names if name in fields), None)
        if chosen is not None:
            draft[target] = _words(fields[chosen])
            used.add(chosen)
    draft["keywords"] = [word for name in _KEYWORDS for word in _keywords(plain_text(fields.get(name, "")))]
    draft["authors"] = _authors(fields.get("author", ""))
    draft["urls"] = [_address(fields.get(name, "")) for name in ("url", "otherurls")]
    if _is_arxiv(fields):
        draft["arxiv_id"] = plain_text(fields["eprint"])
    elif "eprint" in fields:
        extra.append(("eprint", plain_text(fields["eprint"])))
    note = plain_text(fields.get("note", ""))
    if not draft.get("pmid") and (found := _PMID.fullmatch(entry.key) or _PMID.search(note)):
        draft["pmid"] = found[1]
    draft["kind"] = _kind(entry, fields, draft)
    decisions, _ = in_note(note)
    extra += [("note", note)] + [(name, _words(fields[name])) for name in fields if name not in used]
    if kind_of(entry.entry_type, BIBTEX) is None:
        extra.append(("type", entry.entry_type))
    return record_of(draft, where, extra=extra, decisions=decisions)


def _kind(entry: Entry, fields: dict[str, str], draft: dict[str, str | list[str]]) -> Kind:
    """Return what an entry is; servers of preprints write articles, and what has no journal is miscellaneous."""
    own = fields.get("medquantkind", "")
    if own in set(Kind):
        return Kind(own)
    kind = refined(
        kind_of(entry.entry_type, BIBTEX) or Kind.OTHER,
        [plain_text(fields.get(name, "")) for name in ("type", "document_type", "entrysubtype")],
    )
    on_server = on_preprint_server(str(draft.get("venue", "")))
    if kind == Kind.OTHER and (
        "arxiv_id" in draft or on_server or on_preprint_server(str(draft.get("publisher", "")))
    ):
        return Kind.PREPRINT
    return Kind.PREPRINT if kind == Kind.ARTICLE and on_server else kind


def _keywords(text: str) -> list[str]:
    return text.split(";") if ";" in text else text.split(",")


def _words(value: str) -> str:
    """Return a value in words; one that LaTeX would print as nothing, such as an abbreviation of a journal, as its name."""
    text = plain_text(value)
    if text.strip() or not (found := _MACRO.fullmatch(value.strip("{} \t\n"))):
        return text
    return JOURNALS.get(found[1], found[1])


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
