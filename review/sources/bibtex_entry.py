"""Records as BibTeX entries, with keys that are unique and that BibTeX takes."""

import re
from collections.abc import Iterator, Sequence

from review.sources.imported import ImportedRecord, Kind
from review.sources.kinds import BIBTEX, on_preprint_server
from review.sources.latex import latex_of

_BOOKS = (Kind.CONFERENCE, Kind.CHAPTER)


def entries(records: Sequence[ImportedRecord]) -> Iterator[str]:
    """Give one entry a record; a key that BibTeX would not take, or that stands twice, is kept in `medquantkey`."""
    used: set[str] = set()
    for number, record in enumerate(records, 1):
        key = re.sub(r"[^A-Za-z0-9_:.+/-]", "", record.key) or f"record{number}"
        while key.casefold() in used:
            key = f"{key}-{number}"
        used.add(key.casefold())
        lines = [f"  {name} = {{{value}}}," for name, value in _fields(record, key) if value]
        if key != record.key and not record.key:
            lines.append("  medquantkey = {},")
        yield "\n".join([f"@{BIBTEX[record.kind]}{{{key},", *lines, "}", ""])


def _fields(record: ImportedRecord, key: str) -> Iterator[tuple[str, str]]:
    yield "title", latex_of(record.title)
    yield "author", " and ".join(_name(author) for author in record.authors)
    yield "year", "" if record.year is None else str(record.year)
    yield "booktitle" if record.kind in _BOOKS else "journal", latex_of(record.venue)
    for name, text in (
        ("volume", record.volume), ("number", record.issue), ("pages", record.pages), ("publisher", record.publisher),
        ("issn", record.issn), ("language", record.language), ("abstract", record.abstract), ("doi", record.doi),
        ("pmid", record.pmid),
    ):  # fmt: skip
        yield name, latex_of(text)
    # the last semicolon tells a reader that commas belong to the words
    yield "keywords", latex_of("; ".join(record.keywords) + ";") if record.keywords else ""
    yield "eprint", record.arxiv_id
    yield "archiveprefix", "arXiv" if record.arxiv_id else ""
    yield "medquantkind", record.kind.value if _looks_like_another(record) else ""
    yield "url", "".join(record.urls[:1])
    yield "otherurls", " ".join(record.urls[1:])
    yield "medquantkey", latex_of(record.key) if key != record.key else ""


def _looks_like_another(record: ImportedRecord) -> bool:
    """Whether a reader would take the entry for a preprint, by its archive, or its journal or publisher."""
    if record.kind == Kind.OTHER:
        return bool(record.arxiv_id) or on_preprint_server(record.venue, record.publisher)
    return record.kind == Kind.ARTICLE and on_preprint_server(record.venue)


def _name(author: str) -> str:
    latex = latex_of(author)
    return f"{{{latex}}}" if "\\" in latex or re.search(r"\band\b", author, re.IGNORECASE) else latex
