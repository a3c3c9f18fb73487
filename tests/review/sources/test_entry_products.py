"""EndNote XML and BibTeX as single programs write them: nothing that has a field of ours stays outside of it."""

from pathlib import Path

import pytest

from db.vocabulary import Decision
from review.sources.imported import Decided, ImportedRecord, Kind, Reading
from review.sources.reading import read_bytes, read_source
from review.sources.writing import ENDINGS, written

HERE = Path(__file__).parent / "exports"


def reading(name: str) -> Reading:
    return read_source(HERE / name)


# EndNote XML


def test_endnote_xml_gives_the_pubmed_number_and_keeps_what_no_field_takes() -> None:
    first, second, third = reading("endnote_20.xml").records
    assert (first.pmid, first.issn, first.pages) == ("39000141", "1234-5678", "S105")
    assert first.keywords == ("Skin", "Adolescent")
    extra = dict(first.extra)
    assert (extra["short-title"], extra["pdf-urls"], extra["date"]) == (
        "Skin nets",
        "internal-pdf://made.pdf",
        "Dec",
    )
    assert extra["further ISSN or ISBN"] == "8765-4321"
    assert (second.authors, second.pmid) == (("Okafor, Chidi",), "")
    assert (dict(second.extra)["accession-num"], second.decisions) == (
        "WOS:000000000000142", (Decided(Decision.INCLUDE),),
    )  # fmt: skip
    assert third.pages == "e77"


# BibTeX


def test_scopus_and_europe_pmc_entries() -> None:
    found = reading("scopus.bib")
    first, second, third = found.records
    assert (first.keywords, first.pages, first.pmid) == (
        ("cyberattacks", "power systems"),
        "9451",
        "39000131",
    )
    assert (second.kind, second.arxiv_id) == (Kind.PREPRINT, "2301.00132")
    assert (third.kind, third.pmid, third.title) == (Kind.PREPRINT, "39000133", "Charlieword naïve rounding")
    assert third.abstract == "Purpose A made-up abstract, P = 0.02."


def bibtex(entry: str) -> ImportedRecord:
    (record,) = read_bytes("a.bib", entry.encode()).records
    return record


def test_an_abbreviation_of_a_journal_is_no_empty_venue() -> None:
    assert bibtex(r"@article{a, title = {T}, journal = {\pasp}, eid = {034102}}").venue == (
        "Publications of the Astronomical Society of the Pacific"
    )
    assert bibtex(r"@article{a, title = {T}, journal = {\oddj}}").venue == "oddj"


def test_keywords_of_authors_and_of_the_database_come_together() -> None:
    record = bibtex("@article{a, title = {T}, author_keywords = {a; b}, keywords = {B; c}}")
    assert record.keywords == ("B", "c", "a")


def test_a_conference_paper_among_articles_is_known_by_its_type() -> None:
    assert bibtex("@article{a, title = {T}, type = {Conference paper}}").kind == Kind.CONFERENCE
    assert bibtex("@article{a, title = {T}, type = {Review}}").kind == Kind.ARTICLE


@pytest.mark.parametrize("form", ["bibtex", "ris"])
@pytest.mark.parametrize("kind", [Kind.ARTICLE, Kind.OTHER, Kind.REPORT, Kind.PREPRINT])
def test_a_kind_that_looks_like_a_preprint_comes_back_from_our_own_files(kind: Kind, form: str) -> None:
    record = ImportedRecord(title="T", kind=kind, venue="bioRxiv", publisher="arXiv", arxiv_id="2301.00132")
    back = read_bytes(f"a{ENDINGS[form]}", written([record], form)).records
    assert [one.kind for one in back] == [kind]


def test_letters_of_private_use_come_back_from_our_own_bibtex() -> None:
    record = ImportedRecord(title="T{\U000f0000 \U000f0001}")
    assert read_bytes("a.bib", written([record], "bibtex")).records[0].title == record.title


def test_the_encoding_line_of_a_bibtex_file_is_silent() -> None:
    assert read_bytes("a.bib", b"% Encoding: UTF-8\n\n@misc{a, title = {T}}\n").unread == ()
