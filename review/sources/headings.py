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
        "title": "title articletitle documenttitle primarytitle publicationtitle1",
        "authors": "authors author authornames authorfullnames firstauthors",
        "year": "year publicationyear py publicationdate date publishedyear",
        "venue": "venue journal journalbook sourcetitle publicationtitle publicationname containertitle secondarytitle booktitle",
        "volume": "volume vl", "issue": "issue number", "pages": "pages page", "publisher": "publisher",
        "issn": "issn isbn", "language": "language languageoforiginaldocument", "abstract": "abstract abstractnote notesabstract",
        "keywords": "keywords authorkeywords manualtags ieeeterms keyword", "doi": "doi articledoi",
        "arxiv_id": "arxivid arxiv", "pmid": "pmid pubmedid", "urls": "urls url link pdflink otherurls address",
        "key": "key recordid id accessionnumber eid utuniquewosid", "kind": "kind itemtype documenttype publicationtype type",
    }.items()
    for heading in headings.split()
}  # fmt: skip
_NOTES = "notes"
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
    fields |= {i: _NOTES for i, name in enumerate(plain) if name == _NOTES}
    labels = frozenset(i for i, name in enumerate(plain) if name in LABEL_COLUMNS)
    if not {"title", "doi", "pmid", "arxiv_id", "urls"} & set(fields.values()):
        return None
    return Columns(names, fields, labels, own=names[: len(FIELDS)] == FIELDS)


def record_in(
    columns: Columns, cells: Sequence[str], where: str
) -> tuple[ImportedRecord | None, list[Unread]]:
    """Make a record of a row."""
    draft: dict[str, str | list[str]] = {}
    extra: list[tuple[str, str]] = []
    decisions: list[Decided] = []
    unread: list[Unread] = []
    for i, cell in enumerate(cells):
        name = columns.names[i] if i < len(columns.names) else f"column {i + 1}"
        field = columns.fields.get(i)
        if not cell.strip():
            continue
        if i in columns.labels:
            found = in_label(cell)
            if found is None:
                unread.append(
                    Unread(
                        where, f"{name} {excerpt(cell)}", "it is no label; allowed: 1, 0 or empty", lost=False
                    )
                )
            decisions += found or []
        elif field == _NOTES:
            decisions += in_note(cell)[0]
            own, kept = _own(cell)
            draft |= own
            extra.append((name, kept))
        elif field == "urls":
            draft["urls"] = [*draft.get("urls", ()), cell]
        elif field is None or field in draft:
            extra.append((name, cell))
        else:
            draft[field] = cell
    if not columns.own:
        _guess(draft, extra)
    record, told = record_of(draft, where, extra=extra, decisions=decisions)
    return record, told + [part for part in unread if record is not None]


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
