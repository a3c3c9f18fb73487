"""A search hit as deduplication sees it, and the same hit made comparable."""

import re
from dataclasses import dataclass

from review.dedupe.identifiers import (
    arxiv_id,
    arxiv_in_address,
    doi,
    doi_in_address,
    is_preprint_doi,
    plain_address,
    pmid,
)
from review.dedupe.people import Person, people
from review.dedupe.places import Kind, kind_of, pages, plain_venue
from review.dedupe.titles import Title, read_title

_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d{2}(?!\d)")


@dataclass(frozen=True)
class Hit:
    """A record as a source gave it; every field but the key may be empty.

    Parameters
    ----------
    key
        What names the record; unique among those compared.
    authors
        In any form that databases print: `Doe, J.; Roe, R.` or `Jane Doe and Richard Roe`.
    year
        The year, or a text that holds it.
    kind
        The source's own word for the type of publication (`JOUR`, `conference paper`, `preprint` …).
    """

    key: str
    title: str = ""
    authors: str = ""
    year: str = ""
    venue: str = ""
    volume: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    arxiv: str = ""
    url: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Comparable:
    """A hit with its fields normalised.

    Parameters
    ----------
    published_doi
        The DOI, if it is not that of a preprint.
    identifiers
        Kind and value of every identifier that is there: what makes two hits meet without a title.
    """

    hit: Hit
    title: Title
    people: tuple[Person, ...]
    year: int | None
    venue: str
    volume: str
    pages: tuple[str, str]
    doi: str
    pmid: str
    arxiv: str
    address: str
    kind: Kind
    published_doi: str
    identifiers: tuple[tuple[str, str], ...]


def comparable(hit: Hit) -> Comparable:
    """Normalise every field of a hit; what cannot be read counts as absent."""
    own_doi = doi(hit.doi) or doi_in_address(hit.url)
    own_arxiv = arxiv_id(hit.arxiv) or arxiv_id(own_doi) or arxiv_in_address(hit.url)
    found = _YEAR.search(hit.year)
    title = read_title(hit.title)
    venue = plain_venue(hit.venue)
    own_pmid, address = pmid(hit.pmid, hit.url), plain_address(hit.url)
    given = (("doi", own_doi), ("pmid", own_pmid), ("arxiv", own_arxiv), ("url", address))
    return Comparable(
        hit=hit,
        title=title,
        people=people(hit.authors),
        year=int(found.group()) if found else None,
        venue=venue,
        volume=hit.volume.strip().lower(),
        pages=pages(hit.pages),
        doi=own_doi,
        pmid=own_pmid,
        arxiv=own_arxiv,
        address=address,
        kind=kind_of(hit.kind, venue, own_doi, own_arxiv, hit.pages),
        published_doi="" if is_preprint_doi(own_doi) else own_doi,
        identifiers=tuple((name, value) for name, value in given if value),
    )
