"""The front of the readers: a file's format from its ending and its first words, its records from its own reader."""

import re
from collections.abc import Callable
from pathlib import Path

from db.errors import MedquantError, one_of
from review.sources.imported import ImportedRecord, Reading, Unread, excerpt
from review.sources.opening import bytes_of, members_of, text_of

FORMATS = ("ris", "bibtex", "nbib", "web-of-science", "endnote-xml", "csl-json", "csv", "xlsx", "zip")
_ENDINGS = {
    ".ris": "ris", ".bib": "bibtex", ".bibtex": "bibtex", ".nbib": "nbib", ".cgi": "nbib", ".ovd": "nbib", ".xml": "endnote-xml", ".json": "csl-json",
    ".ciw": "web-of-science", ".csv": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".zip": "zip",
}  # fmt: skip
_SIGNS = (
    ("ris", re.compile(r"^\s{0,3}TY\s{1,2}-", re.MULTILINE)),
    ("nbib", re.compile(r"^PMID- *\d|^VN  - Ovid|^<\d+\.? ?>\s*$", re.MULTILINE)),
    ("web-of-science", re.compile(r"\A\s*FN (?=\S)|^PT [A-Z]$", re.MULTILINE)),
    ("bibtex", re.compile(r"^\s*@\w+\s*[{(]", re.MULTILINE)),
    ("endnote-xml", re.compile(r"\A\s*<(?:\?xml|xml|records)")),
    ("csl-json", re.compile(r"\A\s*[\[{]")),
)


def read_source(path: Path, form: str | None = None) -> Reading:
    """Read the export of a search.

    Parameters
    ----------
    path
        The file.
    form
        One of `FORMATS`; without it the ending says, and for .txt the first words.

    Raises
    ------
    MedquantError
        If the file cannot be opened, or is none of the formats as a whole. What goes wrong with a single record is
        told in the reading instead.
    """
    return read_bytes(path.name, bytes_of(path), form)


def read_bytes(name: str, raw: bytes, form: str | None = None) -> Reading:
    """Read what a file holds; see `read_source`."""
    form = form or _ENDINGS.get(Path(name).suffix.lower()) or _by_content(name, raw)
    if form not in FORMATS:
        raise MedquantError(f"{form} is no format that is read; {one_of(FORMATS)}")
    if not raw.strip():
        raise MedquantError(f"{name} is empty; export the search again")
    reading = _read(name, raw, form)
    if not reading.complete:
        raise MedquantError(
            f"{name} shows {reading.blocks} records, but {len(reading.records)} were read and {len(reading.lost)} told "
            "as lost: this is a mistake of the reader; please report it with the file"
        )
    return reading


def _read(name: str, raw: bytes, form: str) -> Reading:
    if form == "zip":
        return _archive(name, raw)
    if form == "xlsx":
        from review.sources.workbook import read_xlsx

        return read_xlsx(name, raw)
    text, guessed = text_of(name, raw)
    reading = _reader(form)(name, text)
    told = [Unread("the file", "its letters", guessed, lost=False)] if guessed else []
    if not reading.blocks:
        told.append(
            Unread("the file", excerpt(text), f"no record of {reading.format} begins in it", lost=False)
        )
    return Reading(name, reading.format, reading.blocks, reading.records, (*told, *reading.unread))


def _reader(form: str) -> Callable[[str, str], Reading]:
    """Return the reader of a format; its library is imported only now."""
    match form:
        case "ris":
            from review.sources.ris import read_ris as reader
        case "bibtex":
            from review.sources.bibtex import read_bibtex as reader
        case "nbib":
            from review.sources.nbib import read_nbib as reader
        case "web-of-science":
            from review.sources.web_of_science import read_web_of_science as reader
        case "endnote-xml":
            from review.sources.endnote_xml import read_endnote_xml as reader
        case "csl-json":
            from review.sources.csl_json import read_csl_json as reader
        case _:
            from review.sources.table import read_csv_table as reader
    return reader


def _by_content(name: str, raw: bytes) -> str:
    if raw.startswith(b"PK\x03\x04"):
        return "xlsx" if b"xl/" in raw[:4096] else "zip"
    head, _ = text_of(name, raw[:200_000])
    for form, sign in _SIGNS:
        if sign.search(head):
            return form
    first = head.split("\n", 1)[0].casefold()
    if re.search(r"[,;\t]", first) and re.search(r"title|doi|pmid|\bti\b", first):
        return "csv"
    raise MedquantError(
        f"{name} looks like none of the formats that are read; name its format with --format: {', '.join(FORMATS)}"
    )


def _archive(name: str, raw: bytes) -> Reading:
    """Read the exports in an archive, such as Rayyan's: its articles; the log of clicks beside them is no record."""
    records: list[ImportedRecord] = []
    unread: list[Unread] = []
    blocks = 0
    forms: set[str] = set()
    members = members_of(name, raw)
    same = [
        f"articles{ending}" for ending in (".csv", ".ris", ".bib", ".xlsx") if f"articles{ending}" in members
    ]
    for inner, content in members.items():
        if inner in same[1:]:
            why = f"{same[0]} beside it holds the same records"
            unread.append(Unread(inner, inner, why, lost=False))
            continue
        form = _ENDINGS.get(Path(inner).suffix.lower())
        if inner == "customizations_log.csv":
            why = "the log of clicks is not read; the decisions stand in the notes of the articles"
            unread.append(Unread(inner, inner, why, lost=False))
            continue
        if form is None or form == "zip" or not content.strip():
            unread.append(Unread(inner, inner, "it is no export that is read here", lost=False))
            continue
        reading = read_bytes(inner, content, form)
        forms.add(reading.format)
        blocks += reading.blocks
        records += reading.records
        unread += [
            Unread(f"{inner}, {part.where}", part.what, part.why, lost=part.lost) for part in reading.unread
        ]
    if not forms:
        raise MedquantError(f"{name} holds no export of a search; {one_of(tuple(_ENDINGS))}")
    return Reading(name, f"zip of {', '.join(sorted(forms))}", blocks, tuple(records), tuple(unread))
