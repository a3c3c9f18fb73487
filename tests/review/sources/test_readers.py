"""Messy exports give their records and a list of what could not be read, with place and reason; nothing vanishes."""

import io
import zipfile
from pathlib import Path

import pytest

from db.vocabulary import Decision
from review.sources.imported import Decided, Kind, Reading
from review.sources.reading import read_bytes, read_source

HERE = Path(__file__).parent


def reading(name: str) -> Reading:
    return read_source(HERE / name)


def told(found: Reading) -> list[tuple[str, str, bool]]:
    return [(part.where, part.why, part.lost) for part in found.unread]


@pytest.mark.parametrize(
    ("name", "form", "blocks", "records"),
    [
        ("cochrane.ris", "RIS", 5, 4), ("ovid.ris", "RIS", 2, 2), ("asreview.ris", "RIS", 4, 4), ("messy.bib", "BibTeX", 6, 4),
        ("pubmed.nbib", "nbib", 4, 4), ("endnote.xml", "EndNote XML", 5, 2), ("items.json", "CSL-JSON", 5, 2),
        ("scopus.csv", "CSV", 7, 4), ("pubmed.csv", "CSV", 1, 1), ("articles.csv", "CSV", 2, 2),
    ],
)  # fmt: skip
def test_records_and_losses_add_up_to_what_the_file_shows(
    name: str, form: str, blocks: int, records: int
) -> None:
    found = reading(name)
    assert (found.format, found.blocks, len(found.records)) == (form, blocks, records)
    assert len(found.lost) == blocks - records


# RIS


def test_a_full_ris_record_is_read_with_lines_that_go_on_and_strange_tags() -> None:
    record = reading("cochrane.ris").records[0]
    assert record.authors == ("Nguyen, Thi Lan", "Okafor, Chidi")
    assert (record.year, record.kind, record.venue) == (2024, Kind.ARTICLE, "Journal of Made-up Imaging")
    assert (record.volume, record.issue, record.pages) == ("3", "2", "11-19")
    assert record.doi == "10.5555/made.2024.1"
    assert record.urls == ("https://example.org/a?x=1%3By=2",)
    assert record.abstract.endswith(
        "goes on here without a tag. CT - based readings stay inside the abstract."
    )
    assert dict(record.extra) == {"XT": "Trial", "AN": "CN-00000001"}


def test_headers_open_ends_and_a_cut_are_told_with_their_lines() -> None:
    assert told(reading("cochrane.ris")) == [
        ("line 1", "it stands outside of any record", False),
        ("line 27", "it stands outside of any record", False),
        ("line 33", "it holds no year from 1900 to 2100", False),
        ("line 30", "no ER line ends it; it was read up to the next TY line", False),
        ("line 41", "there is neither a title nor an identifier nor an address", True),
        ("line 45", "the file ends inside it; it may be cut off", False),
    ]


def test_a_second_title_is_kept_beside_the_first() -> None:
    record = reading("cochrane.ris").records[2]
    assert (record.title, record.extra) == ("The other title", (("T1", "Two titles"),))


def test_tags_outside_of_records_are_told_and_a_record_without_its_first_line_is_read() -> None:
    found = reading("ovid.ris")
    assert found.unread[0].what == "DB - Made-up Ovid base Search results <1>"
    assert found.records[1].title == "A record that lost its first line"
    assert told(found)[1] == ("line 12", "no TY line begins it", False)


def test_labels_of_asreview_and_rayyan_are_decisions() -> None:
    kept, left, unseen, two = (record.decisions for record in reading("asreview.ris").records)
    assert (kept, left, unseen) == ((Decided(Decision.INCLUDE),), (Decided(Decision.EXCLUDE),), ())
    assert two == (
        Decided(Decision.INCLUDE, "Ada"),
        Decided(Decision.EXCLUDE, "Ben", "not a medical image"),
    )


# BibTeX


def test_bibtex_is_read_with_latex_abbreviations_and_groups_of_authors() -> None:
    record = reading("messy.bib").records[0]
    assert record.title == "Int8 CNNs for Écho: 50% smaller, AUC > 0.9"
    assert record.authors == ("García, Ana", "Imaging Group and Friends", "Müller, Jan")
    assert (record.venue, record.arxiv_id) == ("Journal of Made-up Imaging", "2401.01234")
    assert record.urls == ("https://example.org/~me/a_b%20c",)


def test_what_bibtexparser_sets_aside_is_read_where_that_is_safe_and_told_always() -> None:
    found = reading("messy.bib")
    assert [record.title for record in found.records[1:]] == [
        "Binary nets", "The same key, another paper", "It begins inside the broken one",
    ]  # fmt: skip
    assert [(part.where, part.lost) for part in found.unread] == [
        ("line 1", False), ("line 14", False), ("line 20", False), ("line 24", True), ("line 30", True),
    ]  # fmt: skip
    assert all(part.why.removeprefix("bibtexparser cannot read it: ") for part in found.lost)


def test_an_accent_behind_the_word_and_keeps_its_backslash() -> None:
    raw = rb"@misc{a, title = {T}, author = {A B and \"Ozt{\"u}rk, C and {X and Y}}}"
    assert read_bytes("a.bib", raw).records[0].authors == ("A B", "Öztürk, C", "X and Y")


# PubMed


def test_nbib_is_read_with_folded_lines_full_names_and_the_doi_among_identifiers() -> None:
    record = reading("pubmed.nbib").records[0]
    assert record.title.endswith("on a microcontroller: a study of nothing.")
    assert record.abstract == "First sentence. Second sentence - with a dash."
    assert record.authors == ("Lindqvist, Maja", "Abe, Kenji")
    assert (record.pmid, record.doi, record.year) == ("39000001", "10.5555/made.2025.3", 2025)


def test_nbib_tells_strays_a_missing_number_and_a_cut() -> None:
    assert [where for where, _, _ in told(reading("pubmed.nbib"))] == [
        "line 24", "line 21", "line 26", "line 28",
    ]  # fmt: skip


# EndNote XML, CSL-JSON


def test_one_broken_xml_record_breaks_no_other() -> None:
    found = reading("endnote.xml")
    assert found.records[0].title == "Post-training quantization of U-Net"
    assert found.records[0].authors == ("Silva, Rui", "Wójcik, Ewa")
    assert found.records[1].title == "Fine again"
    assert [(part.where, part.what) for part in found.lost] == [
        ("line 4", "A bare & sign breaks this one"),
        ("line 5", "An unknown &nbsp; entity"),
        ("line 7", "Cut off in the mi"),
    ]


def test_csl_items_before_a_cut_are_kept_and_names_are_put_together() -> None:
    found = reading("items.json")
    assert found.records[0].authors == ("Ito, Yui", "Histology Consortium", "van der Berg, Jan")
    assert (found.records[0].year, found.records[0].venue) == (2022, "Histology of Nothing")
    assert found.records[1].extra == (("note", "kept as extra"), ("type", "interview"))
    assert [part.where for part in found.lost] == ["line 8", "item 2", "item 3"]


# tables and archives


def test_a_quote_that_nothing_closes_costs_its_own_row_only() -> None:
    found = reading("scopus.csv")
    assert found.records[-1].title == "It stands behind the open quote"
    assert [part.where for part in found.lost] == ["line 4", "line 6", "line 8"]


def test_a_row_s_bad_cells_are_told_and_its_good_ones_kept() -> None:
    record = reading("scopus.csv").records[2]
    assert (record.title, record.year, record.doi, record.urls) == ("=SUM(A1)", None, "", ())
    assert [part.what for part in reading("scopus.csv").unread if part.where == "line 7"] == [
        "year 1812", "doi not a doi", "urls ftp://example.org",
    ]  # fmt: skip


def test_headings_of_pubmed_are_known_and_its_names_split() -> None:
    (record,) = reading("pubmed.csv").records
    assert (record.authors, record.pmid, record.venue) == (("Lindqvist M", "Abe KT"), "39000009", "J Made Up")


def test_a_label_column_holds_decisions() -> None:
    found = read_bytes("a.csv", b"title,included\nA,1\nB,0\nC,\nD,perhaps\n")
    assert [[d.decision for d in record.decisions] for record in found.records] == [
        [Decision.INCLUDE], [Decision.EXCLUDE], [], [],
    ]  # fmt: skip
    assert told(found) == [("line 5", "it is no label; allowed: 1, 0 or empty", False)]


def test_a_workbook_is_read_from_its_heading_on() -> None:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    for row in (["Exported today"], ["Title", "Year", "Odd"], ["One", 2024, 1.0], [None, None, "x"]):
        book.active.append(row)
    book.create_sheet("More")
    out = io.BytesIO()
    book.save(out)
    found = read_bytes("a.xlsx", out.getvalue())
    assert [(r.title, r.year, r.extra) for r in found.records] == [("One", 2024, (("Odd", "1"),))]
    assert [(part.where, part.lost) for part in found.unread] == [
        ("row 1", False), ("the heading", False), ("row 4", True), ("the workbook", False),
    ]  # fmt: skip


def test_a_rayyan_archive_gives_records_with_the_votes_of_each_reviewer() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as inside:
        inside.write(HERE / "articles.csv", "articles.csv")
        inside.writestr("articles.ris", "TY  - JOUR\nTI  - First of Rayyan\nER  - \n")
        inside.writestr("customizations_log.csv", "article_id,key,value\n1,included,1\n")
    found = read_bytes("rayyan.zip", out.getvalue())
    assert [record.title for record in found.records] == ["First of Rayyan", "Second of Rayyan"]
    assert found.records[0].decisions == (Decided(Decision.INCLUDE, "Ada"), Decided(Decision.MAYBE, "Ben"))
    assert found.records[1].decisions == (
        Decided(Decision.EXCLUDE, "Ada", "wrong population,foreign language"),
    )
    assert {part.where for part in found.unread if "articles.csv" not in part.where} == {
        "articles.ris", "customizations_log.csv",
    }  # fmt: skip


def test_the_format_of_a_text_file_is_seen_from_its_first_words() -> None:
    for name, form in (
        ("ovid.ris", "RIS"),
        ("pubmed.nbib", "nbib"),
        ("messy.bib", "BibTeX"),
        ("endnote.xml", "EndNote XML"),
    ):
        assert read_bytes("export.txt", (HERE / name).read_bytes()).format == form
