"""A table's columns to fields: the headings of PubMed, Scopus, Web of Science, IEEE Xplore, Zotero, Rayyan and ASReview."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from review.sources.imported import FIELDS, Decided, ImportedRecord, Kind, Unread, excerpt
from review.sources.kinds import kind_of
from review.sources.labels import LABEL_COLUMNS, in_label, in_note
from review.sources.tidying import record_of

_HEADINGS: Mapping[str, str] = {
    heading: field
    for field, headings in {
        "title": "title articletitle documenttitle primarytitle publicationtitle1 ti",
        "authors": "authors author authornames authorfullnames firstauthors af au",
        "year": "year publicationyear py publicationdate date publishedyear",
        "venue": "venue journal journalbook sourcetitle publicationtitle publicationname containertitle secondarytitle booktitle so",
        "volume": "volume vl", "issue": "issue number is", "pages": "pages page", "publisher": "publisher pu",
        "issn": "issn isbn isbns sn ei", "language": "language languageoforiginaldocument la", "abstract": "abstract abstractnote notesabstract ab",
        "keywords": "keywords authorkeywords manualtags ieeeterms indexkeywords keywordsplus keyword de", "doi": "doi articledoi di",
        "arxiv_id": "arxivid arxiv", "pmid": "pmid pubmedid pm", "urls": "urls url link pdflink otherurls address",
        "key": "key recordid id accessionnumber eid utuniquewosid utuniqueid ut", "kind": "kind itemtype documenttype publicationtype type dt",
    }.items()
    for heading in headings.split()
}  # fmt: skip
_NOTES = "notes"
_PAGES = {
    "pagestart": "first page", "startpage": "first page", "bp": "first page",
    "pageend": "last page", "endpage": "last page", "ep": "last page",
}  # fmt: skip
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
OWN = "MEDQUANT: "
"""What a Rayyan file has no column for stands behind this in its notes, as JSON without bars and closing braces."""
_PUBMED_NAMES = re.compile(
    r"(?:[^,;]+ [A-Z]{1,4}, )+[^,;]+ [A-Z]{1,4}\.?|(?:[^,;]+ (?:[A-Z]\.-?){1,4}, )+[^,;]+ (?:[A-Z]\.-?){1,4}"
)


@dataclass(frozen=True)
class Columns:
    """Which column of a table holds which field; `own` tells a file that medquant wrote, read without guesses."""

    names: tuple[str, ...]
    fields: Mapping[int, str]
    labels: frozenset[int]
    own: bool

    def unread(self) -> list[Unread]:
        """Tell the columns that no field takes; their cells are kept beside the records."""
        left = [n for i, n in enumerate(self.names) if n and i not in self.fields and i not in self.labels]
        if not left:
            return []
        return [
            Unread(
                "the heading",
                excerpt(", ".join(left)),
                "no field takes these columns; kept as extra",
                lost=False,
            )
        ]


def columns_of(header: Sequence[str]) -> Columns | None:
    """Return what the columns of a table hold; None where none is a title or an identifier."""
    names = tuple(" ".join(cell.split()) for cell in header)
    plain = [re.sub(r"[^a-z0-9]", "", name.casefold()) for name in names]
    fields = {i: _HEADINGS[name] for i, name in enumerate(plain) if name in _HEADINGS}
    if {"ti", "ut"} <= set(plain):  # Web of Science calls its own keywords ID
        fields |= {i: "keywords" for i, name in enumerate(plain) if name == "id"}
    fields |= {i: _PAGES[name] for i, name in enumerate(plain) if name in _PAGES}
    fields |= {i: _NOTES for i, name in enumerate(plain) if name == _NOTES}
    labels = frozenset(i for i, name in enumerate(plain) if name in LABEL_COLUMNS)
    if not {"title", "doi", "pmid", "arxiv_id", "urls"} & set(fields.values()):
        return None
    return Columns(names, fields, labels, own=names[: len(FIELDS)] == FIELDS)


def record_in(
    columns: Columns, cells: Sequence[str], where: str
) -> tuple[ImportedRecord | None, list[Unread]]:
    """Make a record of a row."""
    row = _Row(where)
    for i, cell in enumerate(cells):
        if not cell.strip():
            continue
        name = columns.names[i] if i < len(columns.names) else f"column {i + 1}"
        if i in columns.labels:
            row.label(name, cell)
        else:
            row.add(name, columns.fields.get(i), cell)
    row.end()
    if not columns.own:
        _guess(row.draft, row.extra)
    record, told = record_of(row.draft, where, extra=row.extra, decisions=row.decisions)
    return record, told + [part for part in row.unread if record is not None]


class _Row:
    """A row under construction."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.draft: dict[str, str | list[str]] = {}
        self.extra: list[tuple[str, str]] = []
        self.decisions: list[Decided] = []
        self.unread: list[Unread] = []
        self.pages: dict[str, str] = {}

    def label(self, name: str, cell: str) -> None:
        found = in_label(cell)
        if found is None:
            self._tell(f"{name} {excerpt(cell)}", "it is no label; allowed: 1, 0 or empty")
        self.decisions += found or []

    def add(self, name: str, field: str | None, cell: str) -> None:
        held = self.draft.get(field or "")
        if field == _NOTES:
            self.decisions += in_note(cell)[0]
            own, kept = _own(cell)
            self.draft |= own
            self.extra.append((name, kept))
        elif field == "urls":
            self.draft["urls"] = [*(held or ()), cell]
        elif field in _PAGES.values() and field not in self.pages:
            self.pages[str(field)] = cell
        elif field == "keywords" and isinstance(held, str) and ";" in f"{held}{cell}":
            self.draft["keywords"] = f"{held}; {cell}"
        elif field is None or field in self.draft or field in self.pages:
            self.extra.append((name, cell))
        else:
            self.draft[field] = cell

    def end(self) -> None:
        if self.pages and "pages" not in self.draft:
            self.draft["pages"] = "-".join(self.pages.values())
        elif self.pages:
            self.extra += self.pages.items()
        for field in ("pages", "issue", "volume"):
            value = str(self.draft.get(field, ""))
            if _DATE.fullmatch(value.strip()):
                self._tell(f"{field} {value}", "a spreadsheet made a date of it; kept as it stands")

    def _tell(self, what: str, why: str) -> None:
        self.unread.append(Unread(self.where, what, why, lost=False))


def _guess(draft: dict[str, str | list[str]], extra: list[tuple[str, str]]) -> None:
    authors, kind = draft.get("authors", ""), draft.get("kind", "")
    if isinstance(authors, str) and ";" not in authors:
        if " and " in authors:
            draft["authors"] = authors.split(" and ")
        elif _PUBMED_NAMES.fullmatch(authors):
            draft["authors"] = (
                authors.rstrip(".").split(",")
                if authors[-2:-1].isupper() and "., " not in authors
                else authors.split(",")
            )
    keywords = draft.get("keywords", "")
    if isinstance(keywords, str) and ";" not in keywords:
        draft["keywords"] = keywords.split(",")
    if isinstance(kind, str) and kind and kind_of(kind) is None:
        extra.append(("type", kind))
        draft["kind"] = Kind.OTHER
    elif isinstance(kind, str):
        draft["kind"] = kind_of(kind) or Kind.OTHER


def _own(note: str) -> tuple[dict[str, str | list[str]], str]:
    """Return the fields that medquant wrote into the notes of a Rayyan file, and the rest of the notes."""
    before, mark, behind = note.partition(OWN)
    told, brace, rest = behind.partition("}")
    try:
        said = json.loads(told + brace) if mark else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        return {}, note
    own = {
        name: [str(part) for part in value] if isinstance(value, list) else str(value)
        for name, value in said.items()
        if name in FIELDS
    }
    return own, before + rest
