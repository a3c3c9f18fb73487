"""What a search returned into the database: a search (PRISMA-S), its hits, a record for each, and decisions, or nothing.

A hit becomes a record of its own here. What is one document is the business of deduplication, which can be undone;
nothing is merged on the way in.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from db.codebook.codebook import Codebook, codebook_from_database
from db.errors import MedquantError
from db.files import table_of
from db.models.tables import Identified, Record, Screening, Search, UnreadEntry
from db.prisma import ADJUDICATED
from db.vocabulary import Answer, Route, Stage
from review.numbering import last_position, last_record, next_query
from review.sources.imported import FIELDS, Decided, ImportedRecord, Kind, Reading, Unread, excerpt
from review.sources.tags import in_words

NOT_STATED = "not stated"
_BATCH = 1000
_ARXIV = re.compile(
    r"arxiv\.org/(?:abs|pdf|html)/(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})|10\.48550/arxiv\.(\d{4}\.\d{4,5})",
    re.IGNORECASE,
)
_DOI_ADDRESS = re.compile(r"https?://(?:dx\.)?doi\.org/(10\.\d{4,9}/\S+)", re.IGNORECASE)
_STORED = frozenset({"urls", "key"})
"""The addresses have two columns; the key in the file gives way to the record's own."""


@dataclass(frozen=True)
class SearchFacts:
    """What PRISMA-S asks of a search, as far as it is known; empty texts are filled from the files, or said to be unknown."""

    by: str
    source: str = ""
    query: str = ""
    date: dt.date | None = None
    route: Route | None = None
    labels_by: str = ""


@dataclass(frozen=True)
class Import:
    """What an import writes, row by row, and what it leaves out and why."""

    search: dict[str, Any]
    records: list[dict[str, Any]]
    hits: list[dict[str, Any]]
    screenings: list[dict[str, Any]]
    known: dict[str, str]
    unread: list[tuple[str, Unread]] = field(default_factory=list)
    not_kept: dict[str, int] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)

    @property
    def lost(self) -> int:
        """How many blocks gave no record."""
        return sum(part.lost for _, part in self.unread)


def plan_import(connection: Connection, files: Sequence[tuple[Reading, bytes]], facts: SearchFacts) -> Import:
    """Work out the rows of an import; nothing is written.

    Parameters
    ----------
    connection
        An open connection; inside a writing transaction nobody can take the same numbers meanwhile.
    files
        Each file as read, and its bytes, by which an import of the same file is found again.
    facts
        What is known of the search.

    Raises
    ------
    MedquantError
        If a file was imported before, stands twice in the command, or the database holds no codebook yet.
    """
    codebook = codebook_from_database(connection)
    if not codebook.variables:
        raise MedquantError(
            "the database holds no corpus yet; `medquant db load` with the same --db fills it"
        )
    marks = [hashlib.sha256(raw).hexdigest()[:12] for _, raw in files]
    _refuse_known(connection, [reading.name for reading, _ in files], marks)
    facts = _filled(facts, [reading for reading, _ in files])
    search = {
        "query_id": next_query(connection), "reviewer": facts.by, "query": facts.query, "corpus": facts.source,
        "date": facts.date, "results_returned": sum(reading.blocks for reading, _ in files),
        "position": last_position(connection, table_of(Search)) + 1,
    }  # fmt: skip
    made = Import(search, [], [], [], {})
    number = last_record(connection)
    places = {
        table: last_position(connection, table) for table in map(table_of, (Record, Identified, Screening))
    }
    for (reading, _), mark in zip(files, marks, strict=True):
        made.unread.extend((reading.name, part) for part in reading.unread)
        for place, given in enumerate(reading.records, 1):
            number += 1
            record, key = identified(given), f"r{number:03d}"
            row = _record_row(record, key, facts) | {
                "position": places[table_of(Record)] + len(made.records) + 1
            }
            made.records.append(row)
            hit = _hit_row(record, row, facts) | {"theme": facts.by, "raw_record_id": f"{mark}-{place:05d}"}
            made.hits.append(hit | {"position": places[table_of(Identified)] + len(made.hits) + 1})
            _screen(made, reading.name, record, key, facts, codebook, places[table_of(Screening)])
            _count_not_kept(made.not_kept, record, row)
    made.known.update(_known(connection, made.records))
    made.entries.extend(_entries(made, last_position(connection, table_of(UnreadEntry))))
    return made


def write_import(connection: Connection, made: Import) -> None:
    """Write what `plan_import` worked out in the same transaction; `connection` comes from `db.session.writing`."""
    connection.execute(insert(table_of(Search)), [made.search])
    for model, rows in (
        (Record, made.records), (Identified, made.hits), (Screening, made.screenings), (UnreadEntry, made.entries),
    ):  # fmt: skip
        for start in range(0, len(rows), _BATCH):
            connection.execute(insert(table_of(model)), rows[start : start + _BATCH])


def _entries(made: Import, last: int) -> list[dict[str, Any]]:
    """Return the rows of what could not be read, so that it can be looked up after the import."""
    return [
        {
            "position": place, "query_id": made.search["query_id"], "file": file, "place": part.where,
            "lost": Answer.YES if part.lost else Answer.NO, "reason": part.why, "text": part.what or None,
        }
        for place, (file, part) in enumerate(made.unread, last + 1)
    ]  # fmt: skip


def identified(record: ImportedRecord) -> ImportedRecord:
    """Return a record with the DOI and the arXiv identifier that stand in its addresses, where it names none itself."""
    text = " ".join((record.doi, *record.urls))
    doi, arxiv = record.doi, record.arxiv_id
    if not doi:
        doi = next(
            (found[1].rstrip(".,") for url in record.urls if (found := _DOI_ADDRESS.fullmatch(url))), ""
        )
    if not arxiv and (found := _ARXIV.search(text)):
        arxiv = found[1] or found[2]
    return replace(record, doi=doi, arxiv_id=arxiv)


def _refuse_known(connection: Connection, names: list[str], marks: list[str]) -> None:
    hits = table_of(Identified)
    for i, (name, mark) in enumerate(zip(names, marks, strict=True)):
        if mark in marks[:i]:
            raise MedquantError(f"{name} is the same file as {names[marks.index(mark)]}; name each file once")
        found = connection.execute(
            select(hits.c.theme, hits.c.query).where(hits.c.raw_record_id.startswith(f"{mark}-")).limit(1)
        ).first()
        if found:
            raise MedquantError(
                f"{name} was imported before, by {found.theme} (query: {excerpt(found.query or NOT_STATED, 60)}); "
                "`medquant db history searches` shows the change, and `medquant review undo` takes it back"
            )


def _filled(facts: SearchFacts, readings: list[Reading]) -> SearchFacts:
    """Fill in what the files themselves say; what nobody says is called not stated, never guessed."""
    names = ", ".join(reading.name for reading in readings)
    source = facts.source
    if not source and readings and all(reading.format == "nbib" for reading in readings):
        source = "PubMed"
    if not source:
        said = {text for r in readings for record in r.records for name, text in record.extra if name == "DB"}
        source = said.pop() if len(said) == 1 else f"{NOT_STATED} (file {names})"
    return replace(
        facts,
        source=source,
        query=facts.query or f"{NOT_STATED} (file {names})",
        date=facts.date or dt.datetime.now(dt.UTC).date(),
    )


def _record_row(record: ImportedRecord, key: str, facts: SearchFacts) -> dict[str, Any]:
    """Return the row of a record, with every field that the table has a column for."""
    row: dict[str, Any] = dict.fromkeys(table_of(Record).columns.keys())
    row |= {name: _cell(getattr(record, name)) for name in FIELDS if name in row}
    if record.kind == Kind.OTHER:  # it is what a reader says where a file says nothing
        row["kind"] = None
    return row | {
        "record_id": key,
        "title": record.title
        or f"[no title: {record.doi or record.arxiv_id or record.pmid or record.urls[0]}]",
        "authors": ";".join(map(_natural, record.authors)) or None,
        "url": record.urls[0] if record.urls else None,
        "other_urls": ";".join(record.urls[1:]) or None,
        "first_found_by_query": facts.query,
        "found_in_source": facts.source,
    }


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        return ";".join(value) or None
    return (str(value) if isinstance(value, str) else value) or None


def _natural(author: str) -> str:
    """Return a name as the corpus writes it, first name first; a name with two commas stays as it is."""
    family, comma, given = author.partition(", ")
    return f"{given} {family}" if comma and given and "," not in given else author


def _hit_row(record: ImportedRecord, row: dict[str, Any], facts: SearchFacts) -> dict[str, Any]:
    return {
        "title": record.title or None, "year": record.year, "url": row["url"], "doi": row["doi"],
        "arxiv_id": row["arxiv_id"], "query": facts.query, "source": facts.source, "record_id": row["record_id"],
        "route": facts.route,
    }  # fmt: skip


def _screen(
    made: Import,
    file: str,
    record: ImportedRecord,
    key: str,
    facts: SearchFacts,
    codebook: Codebook,
    last: int,
) -> None:
    """Add the decisions that a record brought; two by one reviewer, or in the name of the consensus, are told."""
    seen: dict[str, Decided] = {}
    for given in record.decisions:
        reviewer = given.reviewer or facts.labels_by or facts.by
        why = ""
        if reviewer == ADJUDICATED:
            why = f"{ADJUDICATED} is the name of the consensus, not of a reviewer"
        elif reviewer in seen and seen[reviewer].decision != given.decision:
            why = f"{reviewer} decided {seen[reviewer].decision} as well; the first counts"
        if why:
            made.unread.append((file, Unread(record.where, given.decision, why, lost=False)))
        if why or reviewer in seen:
            continue
        seen[reviewer] = given
        coded = given.reason if given.reason in codebook.terms.get("exclusion_reason", {}) else None
        made.screenings.append({
            "record_id": key, "reviewer": reviewer, "stage": Stage.TITLE_ABSTRACT, "decision": given.decision,
            "reason": coded, "note": None if coded else given.reason or None, "position": last + len(made.screenings) + 1,
        })  # fmt: skip


def _count_not_kept(counts: dict[str, int], record: ImportedRecord, row: dict[str, Any]) -> None:
    """Count what was read but has no column in the database, so that the command can say so."""
    said = [name for name in FIELDS if getattr(record, name) not in ("", (), None, Kind.OTHER)]
    names = [name for name in said if name not in row and name not in _STORED]
    for name in {*names, *(in_words(name) for name, _ in record.extra)}:
        counts[name] = counts.get(name, 0) + 1


def _known(connection: Connection, rows: list[dict[str, Any]]) -> dict[str, str]:
    """Return which new records have the DOI, arXiv or PubMed identifier of one that is there, or of an earlier one here."""
    table = table_of(Record)
    names = ("doi", "arxiv_id", "pmid")
    first: dict[tuple[str, str], str] = {}
    for old in connection.execute(select(table.c.record_id, *(table.c[name] for name in names))).mappings():
        for name in names:
            if old[name]:
                first.setdefault((name, old[name].casefold()), old["record_id"])
    known: dict[str, str] = {}
    for row in rows:
        for name in names:
            if row[name]:
                other = first.setdefault((name, row[name].casefold()), row["record_id"])
                if other != row["record_id"]:
                    known.setdefault(row["record_id"], other)
    return known


def read_files(paths: Sequence[Path], form: str | None) -> list[tuple[Reading, bytes]]:
    """Read the files of a command, whole, before the database is touched.

    Raises
    ------
    MedquantError
        If one of them cannot be read as a whole.
    """
    from review.sources.opening import bytes_of
    from review.sources.reading import read_bytes

    files = []
    for path in paths:
        raw = bytes_of(path)
        files.append((read_bytes(path.name, raw, form), raw))
    return files
