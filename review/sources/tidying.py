"""The words of a file to a record: white space, years, identifiers and addresses made plain, losses told."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from db.codebook.codebook import check_url
from db.csvfile import LONGEST_CELL
from db.errors import DataError
from review.sources.cleaning import distinct, pages_of, serial_numbers, without_markup, without_null
from review.sources.imported import Decided, Draft, ImportedRecord, Kind, Unread, excerpt

_YEAR = re.compile(r"(?<!\d)(?:19\d\d|20\d\d|2100)(?=(?:(?:0\d|1[0-2])[0-3]\d)?(?!\d))")
"""A year, alone or before the month and the day of a date without marks (20240801)."""
_DOI = re.compile(r"10\.\d{4,9}/[^\s;]+")
_ARXIV = re.compile(r"(?<![\d.])(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?!\d)", re.ASCII)
_DOI_ADDRESS = re.compile(r"https?://(?:dx\.|www\.)?doi\.org/(10\.\d{4,9}/[^\s?#]+)", re.IGNORECASE)
_PUBMED_ADDRESS = re.compile(
    r"https?://(?:pubmed\.ncbi\.nlm\.nih\.gov|(?:www\.)?ncbi\.nlm\.nih\.gov/pubmed)/([1-9]\d{0,8})/?(?:\?.*)?",
    re.IGNORECASE,
)
_PMID = re.compile(r"(?<!\d)([1-9]\d{0,8})(?!\d)", re.ASCII)
_PLAIN = ("title", "venue", "volume", "issue", "pages", "publisher", "issn", "language", "abstract", "key")
_MOST_ADDRESSES = 100
_LONGEST_DATE = 30
_MOST_BESIDE = 40
"""Letters that may stand beside an identifier unsaid, such as its address; more are something else that ran into it."""
_SEPARATING = re.compile(r"[;{}\\]")
"""What separates addresses in a cell of the corpus, or ends them in BibTeX; no address holds it as a sign."""


_FURTHER = "further ISSN or ISBN"


class _Told(Protocol):
    def __call__(self, name: str, text: str, why: str) -> str: ...


def tidy(text: str) -> str:
    """Return a text on one line without control characters and half characters (lone surrogates)."""
    line = " ".join(text.split())
    if line.isascii() and line.isprintable():
        return line
    return " ".join("".join(c for c in line if unicodedata.category(c) not in ("Cc", "Cs")).split())


def items(value: str | Sequence[str]) -> tuple[str, ...]:
    """Return the items of a list whose file separates them by lines of their own or by semicolons."""
    parts = [value] if isinstance(value, str) else value
    found = (tidy(item).strip(", ") for part in parts for item in part.split(";"))
    return tuple(item for item in found if item)


def record_of(
    draft: Draft,
    where: str,
    *,
    extra: Iterable[tuple[str, str]] = (),
    decisions: Iterable[Decided] = (),
) -> tuple[ImportedRecord | None, list[Unread]]:
    """Make a record of what a file prints.

    Parameters
    ----------
    draft
        Fields of `ImportedRecord` as printed; `kind` is a value of `Kind`.
    where
        The place in the file.
    extra, decisions
        What else the file says of the record.

    Returns
    -------
    The record, or None where neither a title nor anything that would find the document is there, and what was left out.
    """
    unread: list[Unread] = []

    def told(name: str, text: str, why: str) -> str:
        unread.append(Unread(where, f"{name} {excerpt(text)}", why, lost=False))
        return ""

    def one(name: str) -> str:
        value = draft.get(name, "")
        text = tidy(value if isinstance(value, str) else " ".join(value))
        if len(text) > LONGEST_CELL:
            return told(name, text, f"it is longer than the {LONGEST_CELL:,} characters that a cell may hold")
        return text

    plain = {name: one(name) for name in _PLAIN}
    plain |= {name: without_markup(plain[name]) for name in ("title", "abstract")}
    plain["pages"] = pages_of(plain["pages"])
    numbers = serial_numbers(plain["issn"])
    plain["issn"] = "".join(numbers[:1])
    record = ImportedRecord(
        **plain,
        kind=Kind(one("kind") or Kind.OTHER),
        authors=tuple(map(without_null, items(draft.get("authors", ())))),
        keywords=distinct(items(draft.get("keywords", ()))),
        year=_year(one("year"), told),
        doi=_found(_DOI, "doi", one("doi"), "it is no DOI, which begins with 10. and a number", told).rstrip(
            ".,"
        ),
        arxiv_id=_found(_ARXIV, "arxiv_id", one("arxiv_id"), "it is no arXiv identifier", told),
        pmid=_found(_PMID, "pmid", one("pmid"), "it is no PubMed number", told),
        urls=_addresses(draft.get("urls", ()), told),
        decisions=tuple(decisions),
        extra=(
            *((name, text) for name, raw in extra if (text := tidy(raw))),
            *((_FURTHER, number) for number in numbers[1:]),
        ),
        where=where,
    )
    if record.urls and not (record.doi and record.pmid):
        record = replace(
            record,
            doi=record.doi or _of_addresses(_DOI_ADDRESS, record.urls).rstrip(".,"),
            pmid=record.pmid or _of_addresses(_PUBMED_ADDRESS, record.urls),
        )
    names = (record.title, record.doi, record.arxiv_id, record.pmid, record.urls)
    if not any(names):
        return None, [
            Unread(where, _gist(record), "there is neither a title nor an identifier nor an address")
        ]
    if not record.title:
        told("title", _gist(record), "it has none; its identifier or address stands for it")
    return record, unread


def _gist(record: ImportedRecord) -> str:
    said = [*record.authors[:1], str(record.year or ""), record.venue, record.key, record.abstract]
    said += [text for _, text in record.extra]
    return excerpt(", ".join(part for part in said if part)) or "an empty record"


def _year(text: str, told: _Told) -> int | None:
    if not text:
        return None
    if found := _YEAR.search(text):
        if len(text) > _LONGEST_DATE:
            told("year", text, "more than a date stands there; only the first year was taken")
        return int(found[0])
    told("year", text, "it holds no year from 1900 to 2100")
    return None


def _found(pattern: re.Pattern[str], name: str, text: str, why: str, told: _Told) -> str:
    if not text:
        return ""
    found = pattern.search(text)
    if found is None:
        return told(name, text, why)
    if len(text) - len(found[0]) > _MOST_BESIDE:
        told(name, text, "more than an identifier stands there; only the first was taken")
    return found[found.lastindex or 0]


def _of_addresses(pattern: re.Pattern[str], urls: Sequence[str]) -> str:
    """Return the identifier that the addresses hold; several of a kind are of other documents, so none is taken."""
    found = {match[1] for url in urls if (match := pattern.fullmatch(url))}
    return found.pop() if len(found) == 1 else ""


def _addresses(value: str | Sequence[str], told: _Told) -> tuple[str, ...]:
    parts = [value] if isinstance(value, str) else value
    words = [word for part in parts for word in re.split(r"\s+|;(?=\s|https?://|$)", part)]
    found: dict[str, None] = {}
    for word in filter(None, map(tidy, words)):
        address = _SEPARATING.sub(lambda found: f"%{ord(found[0]):02X}", word)
        try:
            check_url(address)
        except DataError:
            told("urls", word, "it is no http or https address")
            continue
        if len(found) == _MOST_ADDRESSES or len(address) > LONGEST_CELL // _MOST_ADDRESSES:
            told("urls", word, f"a record has at most {_MOST_ADDRESSES} addresses of reasonable length")
            continue
        found[address] = None
    return tuple(found)
