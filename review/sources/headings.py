"""A table's columns to fields, by the headings that databases and reference managers print."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from review.sources.imported import FIELDS, Unread, excerpt
from review.sources.labels import LABEL_COLUMNS

NOTES = "notes"
FIRST_PAGE, LAST_PAGE, ARTICLE_NUMBER, CITATION = "first page", "last page", "article number", "citation"
"""What columns hold besides fields: parts of the pages, and PubMed's citation, in which volume, issue and pages stand."""
_HEADINGS: Mapping[str, str] = {
    heading: field
    for field, headings in {
        "title": "title articletitle documenttitle primarytitle publicationtitle1 ti itemtitle titleprimary",
        "authors": "authors author authornames authorfullnames firstauthors af au authorsprimary"
        " authorshipsrawauthorname authorshipsauthordisplayname",
        "year": "year publicationyear py publicationdate date publishedyear pubyear",
        "venue": "venue journal journalbook sourcetitle publicationtitle publicationname containertitle secondarytitle booktitle so"
        " journaltitle journalname periodicalfull periodicalabbrev titlesecondary primarylocationsourcedisplayname",
        "volume": "volume vl journalvolume bibliovolume", "issue": "issue number is journalissue biblioissue",
        "pages": "pages page", "publisher": "publisher pu bookpublisher primarylocationsourcehostorganizationname",
        "issn": "issn isbn isbns sn ei issnisbn primarylocationsourceissnl",
        "language": "language languageoforiginaldocument la articlelanguage", "abstract": "abstract abstractnote notesabstract ab",
        "keywords": "keywords authorkeywords manualtags automatictags ieeeterms indexkeywords keywordsplus keyword de subjects"
        " emtreedrugindexterms emtreedrugindextermsmajorfocus emtreemedicalindexterms emtreemedicalindextermsmajorfocus"
        " keywordsdisplayname",
        "doi": "doi articledoi di itemdoi", "arxiv_id": "arxivid arxiv", "pmid": "pmid pubmedid pm medlinepmid idspmid",
        "urls": "urls url link pdflink otherurls address plink permalink articleurl fulltextlink embaselink"
        " primarylocationlandingpageurl",
        "key": "key recordid id accessionnumber eid utuniquewosid utuniqueid ut centralid pui embaseaccessionid referenceid",
        "kind": "kind itemtype documenttype publicationtype type dt doctype contenttype typeofreference documentidentifier"
        " referencetype",
        FIRST_PAGE: "pagestart startpage bp firstpage bibliofirstpage", LAST_PAGE: "pageend endpage ep lastpage bibliolastpage otherpages",
        ARTICLE_NUMBER: "artno articlenumber articleno", NOTES: "notes",
    }.items()
    for heading in headings.split()
}  # fmt: skip
_VENUE_IF_NO_OTHER = ("source", "publication", "alternatetitle3")
"""With Cochrane and Google Scholar the journal; with Scopus and Embase something else, beside a column of the journal."""
_WEB_OF_SCIENCE = {"id": "keywords", "ar": ARTICLE_NUMBER, "ps": "pages"}
_LOOKS_LIKE = {
    "title": "title", "author": "authors", "doi": "doi", "pmid": "pmid", "pubmed": "pmid", "abstract": "abstract",
    "journal": "venue", "source": "venue", "year": "year", "keyword": "keywords", "volume": "volume", "pages": "pages",
}  # fmt: skip
_NEEDED = {"title", "doi", "pmid", "arxiv_id", "urls"}


@dataclass(frozen=True)
class Columns:
    """Which column of a table holds which field; `own` tells a file that medquant wrote, read without guesses."""

    names: tuple[str, ...]
    plain: tuple[str, ...]
    fields: Mapping[int, str]
    labels: frozenset[int]
    own: bool

    @property
    def of_pubmed(self) -> bool:
        """Whether PubMed wrote the table."""
        return {"pmid", "citation", "journalbook"} <= set(self.plain)

    @property
    def of_springer(self) -> bool:
        """Whether SpringerLink wrote the table; it prints names without anything between them."""
        return {"itemtitle", "itemdoi"} <= set(self.plain)

    def likely(self, field: str) -> list[str]:
        """Return the columns that no field takes and that look like a field which no column has."""
        if field in self.fields.values():
            return []
        return [self.names[i] for i in self._left() if self._looks_like(i) == field]

    def unread(self, used: Set[str]) -> list[Unread]:
        """Tell the columns that no field takes and that hold anything; those that look like a missing field first."""
        left = [i for i in self._left() if self.names[i] in used]
        wanting = {
            i: field
            for i in left
            if (field := self._looks_like(i)) and field not in self.fields.values() and not self.own
        }
        told = []
        if wanting:
            why = (
                f"no field takes these columns, but {', '.join(dict.fromkeys(wanting.values()))} may stand in them; "
                "kept as extra; if so, name them so and import again"
            )
            told.append(self._columns(wanting, why))
        if others := [i for i in left if i not in wanting]:
            told.append(self._columns(others, "no field takes these columns; kept as extra"))
        return told

    def _columns(self, which: Sequence[int] | Mapping[int, str], why: str) -> Unread:
        return Unread("the heading", excerpt(", ".join(self.names[i] for i in which)), why, lost=False)

    def _left(self) -> list[int]:
        return [i for i, n in enumerate(self.names) if n and i not in self.fields and i not in self.labels]

    def _looks_like(self, i: int) -> str:
        return next((field for sign, field in _LOOKS_LIKE.items() if sign in self.plain[i]), "")


def columns_of(header: Sequence[str]) -> Columns | None:
    """Return what the columns of a table hold; None where none is a title or an identifier."""
    names = tuple(" ".join(cell.split()) for cell in header)
    plain = tuple(re.sub(r"[^a-z0-9]", "", name.casefold()) for name in names)
    known = dict(_HEADINGS)
    if {"ti", "ut"} <= set(plain):  # Web of Science has short names of its own
        known |= _WEB_OF_SCIENCE
    if {"pmid", "citation", "journalbook"} <= set(plain):
        known["citation"] = CITATION
    fields = {i: known[name] for i, name in enumerate(plain) if name in known}
    if "venue" not in fields.values():
        fields |= next(({plain.index(name): "venue"} for name in _VENUE_IF_NO_OTHER if name in plain), {})
    if not _NEEDED & set(fields.values()):
        return None
    labels = frozenset(i for i, name in enumerate(plain) if name in LABEL_COLUMNS)
    return Columns(names, plain, fields, labels, own=names[: len(FIELDS)] == FIELDS)
