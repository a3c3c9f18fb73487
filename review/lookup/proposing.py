"""What was found for a record, beside what stands there: gaps that it fills, and values that differ.

Nothing but an empty field is ever written. An answer about another document (another identifier, another title) fills
nothing and is told.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from db.codebook.codebook import check_url
from db.errors import DataError, MedquantError, shown
from review.editing import SUBJECTS, read_all, read_one, set_fields
from review.lookup.servers import ARXIV, CROSSREF, OPENALEX, Asking, Server
from review.sources.imported import ImportedRecord

FIELDS = (
    "title", "authors", "year", "kind", "venue", "volume", "issue", "pages", "publisher", "issn", "language", "abstract",
    "keywords", "doi", "arxiv_id", "pmid", "url",
)  # fmt: skip
GAPS = ("authors", "year", "venue", "abstract")
"""What `--missing` looks for: without it a record is hard to find, screen or cite."""
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(\S+)", re.IGNORECASE)
_ARXIV = re.compile(
    r"(?:https?://arxiv\.org/(?:abs|pdf)/|arxiv:\s*)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?",
    re.IGNORECASE | re.ASCII,
)
_UNTITLED = "[no title: "
_ALIKE = 60.0
"""Likeness of two titles in percent below which an answer is taken to be about another document."""


@dataclass(frozen=True)
class Proposal:
    """One field: what stands there, what was found, and where; `fills` tells a gap from a value that differs."""

    field: str
    present: str
    found: str
    source: str
    fills: bool


@dataclass(frozen=True)
class Looked:
    """What was asked for a record (an empty identifier: for a document that is no record here), and what came of it."""

    record: str
    doi: str
    arxiv_id: str
    proposals: tuple[Proposal, ...] = ()
    sources: tuple[str, ...] = ()
    remarks: tuple[str, ...] = field(default=())

    @property
    def asked(self) -> str:
        """The identifiers, as they are printed."""
        said = [f"DOI {self.doi}" if self.doi else "", f"arXiv {self.arxiv_id}" if self.arxiv_id else ""]
        return ", ".join(filter(None, said))


def subjects(connection: Connection, words: Sequence[str]) -> list[dict[str, str]]:
    """Return the rows that words name: a record, or the record with a DOI or arXiv identifier, or a row of that alone.

    Raises
    ------
    MedquantError
        If a word is none of these, or the record has neither a DOI nor an arXiv identifier.
    """
    rows = read_all(connection, SUBJECTS["record"])
    known = {row["record_id"]: row for row in rows}
    return [known[word] if word in known else _by_identifier(word, rows) for word in words]


def _by_identifier(word: str, rows: Sequence[dict[str, str]]) -> dict[str, str]:
    doi, arxiv = _DOI.fullmatch(word), _ARXIV.fullmatch(word)
    if doi is None and arxiv is None:
        raise MedquantError(
            f"{shown(word)} is no record, DOI or arXiv identifier; allowed: a record such as r001, 10.1000/xyz, 2401.01234"
        )
    name, text = ("doi", doi[1]) if doi else ("arxiv_id", arxiv[1] if arxiv else "")
    same = (row for row in rows if row[name].casefold() == text.casefold())
    return next(same, {"record_id": "", name: text})


def with_gaps(connection: Connection) -> list[dict[str, str]]:
    """Return the records that can be looked up and lack one of `GAPS`."""
    return [
        row
        for row in read_all(connection, SUBJECTS["record"])
        if (row["doi"] or row["arxiv_id"]) and any(row.get(name) == "" for name in GAPS)
    ]


def look_up(row: Mapping[str, str], asking: Asking) -> Looked:
    """Ask about one record; nothing is written."""
    doi, arxiv = row.get("doi", ""), row.get("arxiv_id", "")
    if not arxiv and (found := _ARXIV_DOI.fullmatch(doi)):
        arxiv = found[1]
    looked = Looked(row.get("record_id", ""), doi, arxiv)
    if not doi and not arxiv:
        return _with(looked, remarks=["it has neither a DOI nor an arXiv identifier to look up"])
    proposals: dict[str, Proposal] = {}
    sources, remarks = [], []
    for server, identifier in _questions(doi, arxiv):
        answer = asking.ask(server, identifier)
        if answer is None:
            if server.name not in asking.down:
                remarks.append(f"{server.name} does not know {identifier}")
            continue
        if why := _another(row, answer, server, identifier):
            remarks.append(f"{server.name} tells of another document, which is left out: {why}")
            continue
        sources.append(server.name)
        for proposal in _compared(row, answer, server.name):
            proposals.setdefault(proposal.field, proposal)
    ordered = [proposals[name] for name in FIELDS if name in proposals]
    return _with(looked, proposals=ordered, sources=sources, remarks=remarks)


def _with(
    looked: Looked,
    *,
    proposals: Iterable[Proposal] = (),
    sources: Iterable[str] = (),
    remarks: Iterable[str] = (),
) -> Looked:
    return Looked(
        looked.record, looked.doi, looked.arxiv_id, tuple(proposals), tuple(sources), tuple(remarks)
    )


def _questions(doi: str, arxiv: str) -> list[tuple[Server, str]]:
    """Return who is asked what: Crossref does not know the DOIs that arXiv gives."""
    asked = [] if not doi or _ARXIV_DOI.fullmatch(doi) else [(CROSSREF, doi)]
    asked += [(OPENALEX, doi)] if doi else []
    return [*asked, (ARXIV, arxiv)] if arxiv else asked


def _another(row: Mapping[str, str], answer: ImportedRecord, server: Server, identifier: str) -> str:
    given = answer.arxiv_id if server is ARXIV else answer.doi
    if given.casefold() != identifier.casefold():
        return f"its identifier is {shown(given)}"
    title = row.get("title", "")
    if not title or title.startswith("[") or not answer.title:
        return ""
    from rapidfuzz.fuzz import token_set_ratio
    from rapidfuzz.utils import default_process

    if token_set_ratio(title, answer.title, processor=default_process) < _ALIKE:
        return f"its title is {shown(answer.title)}"
    return ""


def _compared(row: Mapping[str, str], answer: ImportedRecord, source: str) -> list[Proposal]:
    known = SUBJECTS["record"].table.columns
    made = []
    for name in FIELDS:
        found = _cell(answer, name)
        present = row.get(name, "")
        present = "" if name == "title" and present.startswith(_UNTITLED) else present
        if not found or name not in known or _same(present, found):
            continue
        made.append(Proposal(name, present, found, source, fills=not present))
    return made


def _cell(answer: ImportedRecord, name: str) -> str:
    if name == "url":
        return answer.urls[0] if answer.urls else ""
    value = getattr(answer, name)
    if name == "kind" and value == "other":
        return ""
    text = ";".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
    try:
        check_url(text) if name == "url" else None
    except DataError:
        return ""
    return text


def _same(present: str, found: str) -> bool:
    return " ".join(present.split()).casefold().rstrip(".") == found.casefold().rstrip(".")


def write(connection: Connection, found: Sequence[Looked]) -> int:
    """Write what fills a field that is still empty, and return how many fields those are.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`.
    found
        What `look_up` gave.

    Raises
    ------
    DataError, MedquantError
        If a value is not allowed. Nothing is written then.
    """
    written = 0
    for looked in found:
        filling = {p.field: p.found for p in looked.proposals if p.fills}
        if not looked.record or not filling:
            continue
        now = read_one(connection, SUBJECTS["record"], looked.record)
        values = {
            name: text
            for name, text in filling.items()
            if not now[name] or (name == "title" and now[name].startswith(_UNTITLED))
        }
        if values:
            set_fields(connection, SUBJECTS["record"], looked.record, values)
            written += len(values)
    return written
