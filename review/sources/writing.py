"""Records to the formats of other programs; the readers beside this give the same fields back."""

import json
from collections.abc import Callable, Mapping, Sequence

from db.csvfile import csv_bytes
from db.errors import MedquantError, one_of
from review.sources.imported import FIELDS, ImportedRecord, Kind
from review.sources.kinds import CSL, RIS, on_preprint_server
from review.sources.ris_identifiers import NO_PAGE
from review.sources.table import guarded

RAYYAN_COLUMNS = (
    "key", "title", "year", "month", "day", "journal", "issn", "volume", "issue", "pages", "authors", "url", "language",
    "publisher", "location", "abstract", "notes", "doi", "keywords", "pubmed_id", "pmc_id",
)  # fmt: skip
Records = Sequence[ImportedRecord]


def written(records: Records, form: str) -> bytes:
    """Return records as a file of a format.

    Parameters
    ----------
    records
        What is written: the fields in `FIELDS`; where a record was read, what else stood there and decisions are not.
    form
        One of `WRITERS`.

    Raises
    ------
    MedquantError
        If the format is none of them.
    """
    if form not in WRITERS:
        raise MedquantError(f"{form} is no format that is written; {one_of(tuple(WRITERS))}")
    return WRITERS[form](records)


def _ris(records: Records) -> bytes:
    lines = []
    for record in records:
        year = "" if record.year is None else str(record.year)
        arxiv = f"arXiv:{record.arxiv_id}" if record.arxiv_id else ""
        pmid = f"PMID:{record.pmid}" if record.pmid else ""
        # a report of a preprint server would be read as a preprint
        server = record.kind == Kind.REPORT and on_preprint_server(record.venue, record.publisher)
        pairs = [
            ("TY", RIS[record.kind]), ("M3", "report" if server else ""), ("ID", record.key), ("TI", record.title),
            *(("AU", name) for name in record.authors), ("PY", year), ("T2", record.venue), ("VL", record.volume),
            ("IS", record.issue), ("C7" if NO_PAGE.fullmatch(record.pages) else "SP", record.pages),
            ("PB", record.publisher), ("SN", record.issn), ("LA", record.language), ("AB", record.abstract),
            *(("KW", word) for word in record.keywords), ("DO", record.doi), ("AN", pmid), ("M1", arxiv),
            *(("UR", address) for address in record.urls),
        ]  # fmt: skip
        lines += [f"{tag}  - {value}" for tag, value in pairs if value]
        lines += ["ER  - ", ""]
    return "\n".join(lines).encode()


def _bibtex(records: Records) -> bytes:
    from review.sources.bibtex_entry import entries

    return "\n".join(entries(records)).encode()


def _csl_json(records: Records) -> bytes:
    return (json.dumps([_item(record) for record in records], indent=1, ensure_ascii=False) + "\n").encode()


def _item(record: ImportedRecord) -> dict[str, object]:
    item: dict[str, object] = {
        "id": record.key, "type": CSL[record.kind], "title": record.title, "container-title": record.venue,
        "volume": record.volume, "issue": record.issue, "page": record.pages, "publisher": record.publisher,
        "ISSN": record.issn, "language": record.language, "abstract": record.abstract, "DOI": record.doi,
        "PMID": record.pmid, "URL": "".join(record.urls[:1]), "keyword": "; ".join(record.keywords),
        "author": [_name(author) for author in record.authors],
    }  # fmt: skip
    if record.year is not None:
        item["issued"] = {"date-parts": [[record.year]]}
    custom: dict[str, object] = {"arxiv_id": record.arxiv_id, "urls": list(record.urls[1:])}
    item["custom"] = {name: value for name, value in custom.items() if value}
    return {name: value for name, value in item.items() if value or name == "id"}


def _name(author: str) -> dict[str, str]:
    family, comma, given = author.partition(", ")
    return {"family": family, "given": given} if comma and family and given else {"literal": author}


def _cells(record: ImportedRecord) -> dict[str, str]:
    cells = {}
    for name in FIELDS:
        value = getattr(record, name)
        cells[name] = guarded(
            "; ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
        )
    return cells


def _csv(records: Records) -> bytes:
    return csv_bytes(FIELDS, map(_cells, records))


def _rayyan_csv(records: Records) -> bytes:
    return csv_bytes(RAYYAN_COLUMNS, map(_rayyan_cells, records))


def _rayyan_cells(record: ImportedRecord) -> dict[str, str]:
    """Return Rayyan's cells; what it has no column for goes into the notes, which Rayyan gives back."""
    own: dict[str, object] = {
        "kind": record.kind.value,
        "arxiv_id": record.arxiv_id,
        "urls": list(record.urls) if len(record.urls) > 1 else [],
    }
    if any(" and " in f" {name} " for name in record.authors):
        own["authors"] = list(record.authors)
    if record.keywords and len(record.keywords) == 1:
        own["keywords"] = list(record.keywords)
    # bars and braces are what the reader finds the end by
    kept = json.dumps({k: v for k, v in own.items() if v}, ensure_ascii=False)[:-1]
    kept = kept.replace("|", "\\u007c").replace("}", "\\u007d") + "}"
    cells = {
        "key": record.key, "title": record.title, "year": "" if record.year is None else str(record.year),
        "journal": record.venue, "issn": record.issn, "volume": record.volume, "issue": record.issue, "pages": record.pages,
        "authors": " and ".join(record.authors), "url": "".join(record.urls[:1]), "language": record.language,
        "publisher": record.publisher, "abstract": record.abstract,
        "notes": f"MEDQUANT: {kept}", "doi": record.doi, "keywords": "; ".join(record.keywords),
        "pubmed_id": record.pmid,
    }  # fmt: skip
    return {name: guarded(cell) for name, cell in cells.items()}


WRITERS: Mapping[str, Callable[[Records], bytes]] = {
    "ris": _ris,
    "bibtex": _bibtex,
    "csl-json": _csl_json,
    "rayyan-csv": _rayyan_csv,
    "csv": _csv,
}
ENDINGS = {"ris": ".ris", "bibtex": ".bib", "csl-json": ".json", "rayyan-csv": ".csv", "csv": ".csv"}
