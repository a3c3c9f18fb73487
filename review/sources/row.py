"""A row of a table to a record: what its cells hold, and what follows from several of them."""

import json
import re
from collections.abc import Mapping, Sequence

from review.sources.author_cells import cut_short, names_in
from review.sources.cells import cited, listed, run_in
from review.sources.headings import ARTICLE_NUMBER, CITATION, FIRST_PAGE, LAST_PAGE, NOTES, Columns
from review.sources.imported import FIELDS, Decided, ImportedRecord, Kind, Unread, excerpt
from review.sources.kinds import RIS, kind_of
from review.sources.labels import in_label, in_note
from review.sources.tidying import record_of

OWN = "MEDQUANT: "
"""What a Rayyan file has no column for stands behind this in its notes, as JSON without bars and closing braces."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_BY_BARS = frozenset({"authorshipsrawauthorname", "authorshipsauthordisplayname", "keywordsdisplayname"})
_BY_COMMAS = frozenset({"authornames"})
_BESIDE = (FIRST_PAGE, LAST_PAGE, ARTICLE_NUMBER, CITATION)
_KINDS: Mapping[str, Kind] = {
    "article-journal": Kind.ARTICLE, "retracted": Kind.ARTICLE, "chapter conferencepaper": Kind.CONFERENCE,
    "reference work entry": Kind.CHAPTER, "ieee book chapters": Kind.CHAPTER, "book, section": Kind.CHAPTER, "book, whole": Kind.BOOK,
    "book, edited": Kind.BOOK, "ieee books": Kind.BOOK, "conference proceeding": Kind.CONFERENCE,
}  # fmt: skip
_CLOSER = frozenset({
    "letter", "note", "editorial", "editorial material", "short survey", "data paper", "case report", "erratum", "correction",
    "retraction", "retracted", "retracted publication", "meeting abstract", "conference abstract", "conference review",
})  # fmt: skip
"""Words that say more than the kind they mean, and are kept beside it."""


def record_in(
    columns: Columns, cells: Sequence[str], where: str
) -> tuple[ImportedRecord | None, list[Unread]]:
    """Make a record of a row."""
    row = _Row(columns, where)
    for i, cell in enumerate(cells):
        if cell.strip():
            row.add(i, cell)
    draft = row.draft()
    record, told = record_of(draft, where, extra=row.extra, decisions=row.decisions)
    return record, told + [part for part in row.unread if record is not None]


class _Row:
    """A row under construction: its cells by field, each with the number of its column."""

    def __init__(self, columns: Columns, where: str) -> None:
        self.columns = columns
        self.where = where
        self.cells: dict[str, list[tuple[int, str]]] = {}
        self.own: dict[str, str | list[str]] = {}
        self.extra: list[tuple[str, str]] = []
        self.decisions: list[Decided] = []
        self.unread: list[Unread] = []

    @property
    def foreign(self) -> bool:
        """Whether another program wrote the row, so that its cells have to be made out."""
        return not (self.columns.own or self.own)

    def add(self, i: int, cell: str) -> None:
        field = self.columns.fields.get(i)
        if i in self.columns.labels:
            self._label(i, cell)
        elif field == NOTES:
            self.decisions += in_note(cell)[0]
            own, kept = _own(cell)
            self.own |= own
            self.extra.append((self._name(i), kept))
        elif field is None:
            self.extra.append((self._name(i), cell))
        else:
            self.cells.setdefault(field, []).append((i, cell))

    def draft(self) -> dict[str, str | list[str]]:
        """Return the fields; what a field has no place for goes to `extra`."""
        made: dict[str, str | list[str]] = {}
        for field in [name for name in self.cells if name not in _BESIDE]:
            if field == "urls":
                made[field] = self._addresses()
            elif field == "keywords" and self.foreign:
                made[field] = self._keywords()
            elif field == "authors" and not self.columns.own:
                made[field] = self._authors(*self._first(field))
            else:
                made[field] = self._plain(field)
        made |= self.own
        self._pages(made)
        made["kind"] = self._kind(str(made.get("kind", "")))
        return made

    def _plain(self, field: str) -> str:
        _, cell = self._first(field)
        if field == "doi" and self.foreign:
            cell, others_in = run_in(cell)
            self.extra += others_in
        return cell

    def _addresses(self) -> list[str]:
        found = []
        for _, cell in self.cells["urls"]:
            parts = (listed(cell) or [cell]) if self.foreign else [cell]
            for part in parts:
                address, others = run_in(part) if self.foreign else (part, [])
                found.append(address)
                self.extra += others
        return found

    def _keywords(self) -> list[str]:
        """Return the words of all columns of keywords, each of which separates them in its own way."""
        made: list[str] = []
        for i, cell in self.cells["keywords"]:
            plain = self.columns.plain[i]
            if (words := listed(cell)) is None:
                by = "|" if plain in _BY_BARS else ";" if ";" in cell else ", " if "emtree" in plain else ","
                words = cell.split(by)
            made += words
        return made

    def _authors(self, i: int, cell: str) -> list[str]:
        plain = self.columns.plain[i]
        if not self.foreign:
            return cell.split(" and ")
        if plain in _BY_BARS:
            return cell.split("|")
        if plain == "authorsprimary":  # RefWorks writes de Jong,Ype
            cell = re.sub(r",(?=[^\s,;])", ", ", cell)
        if self.columns.of_pubmed:
            cell = cell.strip().removesuffix(".")
        names = names_in(cell, by_commas=self.columns.of_pubmed or plain in _BY_COMMAS)
        if cut_short(names):
            self._tell(f"{self._name(i)} {excerpt(cell)}", "the file itself cuts the list of names short")
            names.pop()
        return names

    def _pages(self, made: dict[str, str | list[str]]) -> None:
        """Fill in pages, volume and issue from the columns that hold a part of them."""
        beside = {name: self._first(name) for name in _BESIDE if name in self.cells}
        if CITATION in beside:
            i, citation = beside[CITATION]
            self.extra.append((self._name(i), citation))
            for name, value in cited(citation).items():
                made.setdefault(name, value)
        ends = [beside[name][1].strip() for name in (FIRST_PAGE, LAST_PAGE) if name in beside]
        for name, value in (
            ("pages", "-".join(dict.fromkeys(ends))),
            (ARTICLE_NUMBER, beside.get(ARTICLE_NUMBER, (0, ""))[1]),
        ):
            if value and "pages" in made:
                self.extra.append((name, value))
            elif value:
                made["pages"] = value
        for field in ("pages", "issue", "volume"):
            value = str(made.get(field, ""))
            if _DATE.fullmatch(value.strip()):
                self._tell(f"{field} {value}", "a spreadsheet made a date of it; kept as it stands")

    def _kind(self, word: str) -> Kind:
        words = [" ".join(part.split()).casefold() for part in word.split(";")]
        known = [kind for part in words if (kind := kind_of(part, RIS) or _KINDS.get(part))]
        if word and (not known or not _CLOSER.isdisjoint(words)):
            self.extra.append(("type", word))
        return Kind.CONFERENCE if Kind.CONFERENCE in known else (known or [Kind.OTHER])[0]

    def _label(self, i: int, cell: str) -> None:
        found = in_label(cell)
        if found is None:
            self._tell(f"{self._name(i)} {excerpt(cell)}", "it is no label; allowed: 1, 0 or empty")
        self.decisions += found or []

    def _first(self, field: str) -> tuple[int, str]:
        """Return the first cell of a field; further ones are kept beside the record."""
        first, *others = self.cells[field]
        self.extra += [(self._name(i), cell) for i, cell in others]
        return first

    def _name(self, i: int) -> str:
        names = self.columns.names
        return (names[i] if i < len(names) else "") or f"column {i + 1}"

    def _tell(self, what: str, why: str) -> None:
        self.unread.append(Unread(self.where, what, why, lost=False))


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
