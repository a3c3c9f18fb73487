"""Tagged exports as single programs write them: what stands under tags of their own is found, and what they add is not."""

from pathlib import Path

import pytest

from db.vocabulary import Decision
from review.sources.imported import Decided, ImportedRecord, Kind, Reading
from review.sources.reading import read_bytes, read_source
from review.sources.writing import written

HERE = Path(__file__).parent / "exports"


def reading(name: str) -> Reading:
    return read_source(HERE / name)


def ris(*lines: str) -> ImportedRecord:
    (record,) = read_bytes("a.ris", "\n".join(["TY  - JOUR", "TI  - T", *lines, "ER  - "]).encode()).records
    return record


def whys(found: Reading) -> list[tuple[str, str]]:
    return [(part.where, part.why) for part in found.unread]


# EndNote, RIS


def test_the_further_lines_of_a_list_are_items_of_their_own() -> None:
    record = reading("endnote_desktop.ris").records[0]
    assert record.keywords == ("article", "made-up histology", "Middle Jurassic")
    assert (record.issn, dict(record.extra)["SN"]) == ("1234-5678", "8765-4321")
    assert len(record.urls) == 2


def test_a_keyword_that_is_folded_with_a_margin_stays_one() -> None:
    assert ris("KW  - a long", "      keyword", "KW  - another").keywords == ("a long keyword", "another")


def test_the_number_of_a_record_in_a_library_is_no_pubmed_number() -> None:
    assert [record.pmid for record in reading("endnote_desktop.ris").records] == ["", "39000092", ""]


def test_secondary_authors_stand_in_for_authors_that_are_not_there() -> None:
    record = reading("endnote_desktop.ris").records[1]
    assert (record.authors, "A2" in dict(record.extra)) == (("Okafor, Chidi",), False)
    both = ris("AU  - A, B", "A2  - C, D")
    assert (both.authors, both.extra) == (("A, B",), (("A2", "C, D"),))


def test_a_report_that_calls_itself_a_preprint_is_one() -> None:
    assert reading("endnote_desktop.ris").records[2].kind == Kind.PREPRINT
    server = read_bytes(
        "a.ris", b"TY  - RPRT\nTI  - T\nPB  - arXiv\nM1  - arXiv:2001.00001\nER  - \n"
    ).records[0]
    assert (server.kind, server.arxiv_id) == (Kind.PREPRINT, "2001.00001")
    assert read_bytes("a.ris", b"TY  - RPRT\nTI  - T\nPB  - NASA\nER  - \n").records[0].kind == Kind.REPORT


# identifiers under the tags of a database


@pytest.mark.parametrize(
    ("lines", "doi", "pmid"),
    [
        (("L3  - 10.5555/abc",), "10.5555/abc", ""),
        (("L1  - https://dx.doi.org/10.5555/abc",), "10.5555/abc", ""),
        (("L1  - internal-pdf://10.5555/abc.pdf",), "", ""),
        (("UR  - https://doi.org/10.5555/abc",), "10.5555/abc", ""),
        (("UR  - https://doi.org/10.5555/abc", "UR  - https://doi.org/10.5555/other"), "", ""),
        (("UR  - https://pubmed.ncbi.nlm.nih.gov/39000001/",), "", "39000001"),
        (("UR  - https://www.ncbi.nlm.nih.gov/pubmed/39000001",), "", "39000001"),
        (("C5  - 39000001", "DB  - Embase", "DB  - Medline"), "", "39000001"),
        (("C5  - 39000001", "DB  - Embase"), "", ""),
        (("C3  - PUBMED 39000001,EMBASE 2000000001",), "", "39000001"),
        (("C3  - EMBASE 2000000001",), "", ""),
        (("C2  - 39000001", "DB  - Scopus"), "", "39000001"),
        (("C2  - 39000001", "DB  - Embase"), "", ""),
        (("AN  - 39000001", "DB  - Ovid MEDLINE(R)"), "", "39000001"),
        (("ID  - 39000001", "DB  - Ovid MEDLINE(R)"), "", "39000001"),
        (("ID  - 889", "DB  - Ovid MEDLINE(R)"), "", ""),
    ],
)  # fmt: skip
def test_identifiers_are_found_under_the_tags_of_each_database(
    lines: tuple[str, ...], doi: str, pmid: str
) -> None:
    record = ris(*lines)
    assert (record.doi, record.pmid) == (doi, pmid)


def test_embase_cochrane_and_ebsco_records_are_read_whole() -> None:
    first, second, third = reading("embase_com.ris").records
    assert (first.pmid, first.key, first.issn) == ("39000111", "L2000000111", "1234-567X")
    assert (second.kind, second.doi, second.pages) == (Kind.CONFERENCE, "10.5555/made.2023.112", "e12292")
    assert second.abstract == "A made-up abstract."
    assert dict(second.extra)["AB"].startswith("Copyright of Annals")
    assert "N2" not in dict(second.extra)
    assert (third.pmid, third.key, third.year) == ("39000113", "CN-00000113", 2022)
    assert (third.publisher, third.pages) == ("NOBODY PRESS", "278-298")


def test_the_accession_number_is_the_key_where_there_is_no_other() -> None:
    assert ris("AN  - WOS:000282053100002").key == "WOS:000282053100002"
    assert ris("AN  - WOS:000282053100002", "ID  - 7").key == "7"


@pytest.mark.parametrize(
    ("lines", "pages", "extra"),
    [
        (("SP  - No", "EP  - Specified"), "", {}),
        (("SP  - S105", "EP  - S105"), "S105", {}),
        (("SP  - 146p",), "", {"SP": "146p"}),
        (("C7  - e123",), "e123", {}),
        (("SP  - 3", "C7  - e123"), "3", {"C7": "e123"}),
        (("PG  - 14316",), "14316", {}),
    ],
)  # fmt: skip
def test_pages_and_what_stands_in_their_place(
    lines: tuple[str, ...], pages: str, extra: dict[str, str]
) -> None:
    record = ris(*lines)
    assert (record.pages, dict(record.extra)) == (pages, extra)


def test_a_number_of_pages_comes_back_from_our_own_ris() -> None:
    assert (
        read_bytes("a.ris", written([ImportedRecord(title="T", pages="146p")], "ris")).records[0].pages
        == "146p"
    )


# Ovid


def test_what_ovid_writes_around_its_records_is_told_once() -> None:
    found = reading("ovid_psycinfo.ris")
    assert whys(found) == [
        (
            "line 24",
            "it stands outside of any record; 2 more such pieces, written by the program that made the file, are left out too",
        )
    ]
    assert dict(found.records[0].extra)["NL"] == "J Made Up Psychol"
    assert [record.pages for record in found.records] == ["", "847-856", ""]
    assert (found.records[1].doi, found.records[2].pmid) == ("10.5555/made.2023.82", "39000083")


def test_the_header_of_each_record_of_cochrane_is_told_once() -> None:
    one = 'Record #{0} of 500\nProvider: A library\nContent: text/plain; charset="UTF-8"\n\nTY  - JOUR\nTI  - T{0}\nER  - \n\n'
    found = read_bytes("a.ris", "".join(one.format(n) for n in range(1, 501)).encode())
    assert (len(found.records), len(found.unread)) == (500, 1)
    assert "499 more such pieces" in found.unread[0].why


def test_lines_that_no_program_writes_are_told_each() -> None:
    found = read_bytes(
        "a.ris", b"".join(b"Odd words %d\nTY  - JOUR\nTI  - T\nER  - \n" % n for n in range(5))
    )
    assert [part.what for part in found.unread] == [f"Odd words {n}" for n in range(5)]


def test_the_source_line_of_ovid_gives_venue_volume_issue_and_pages() -> None:
    first, second, third = reading("ovid_biosis.txt").records
    assert first.authors == ("Müller, Jörg", "Bianchi, L. M.")
    assert dict(first.extra)["AU"].endswith("E-mail: nobody@example.org]")
    assert (first.venue, first.volume, first.issue, first.pages) == (
        "Forest Ecology & Nothing", "201", "2-3", "327-334",
    )  # fmt: skip
    assert (first.kind, first.key, first.issn) == (Kind.ARTICLE, "PREV202400000121", "1234-5678")
    assert (second.venue, second.volume, second.issue) == ("Annals of Nothing", "12", "Supplement 3")
    assert (second.kind, second.pmid) == (Kind.CONFERENCE, "39000122")
    assert (third.venue, third.pages, third.kind) == ("Methods in nothing", "371-397", Kind.CHAPTER)
    assert (third.issn, third.publisher) == ("3-540-20222-6", "Nobody GmbH & Co. KG, Nowhere")


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("Made Journal. 12(3):45-50, January 2020.", ("Made Journal", "12", "3", "45-50")),
        ("Made Journal. 12 (3) (pp 45-50), 2020. Article Number: 12.", ("Made Journal", "12", "3", "45-50")),
        ("Made Reviews. 3:CD001234, 2019 03 12.", ("Made Reviews", "3", "", "CD001234")),
        ("J Made. (12):3-5, 2001.", ("J Made", "", "12", "3-5")),
        ("Words without a shape, 2020.", ("", "", "", "")),
    ],
)
def test_source_lines(line: str, fields: tuple[str, str, str, str]) -> None:
    raw = f"VN  - Ovid Technologies\nDB  - Embase\nUI  - 2000000001\nTI  - T\nSO  - {line}\n"
    (record,) = read_bytes("a.cgi", raw.encode()).records
    assert (record.venue, record.volume, record.issue, record.pages) == fields
    assert ("SO", line) in record.extra


def test_a_number_of_embase_is_the_key_and_no_pubmed_number() -> None:
    (record,) = read_bytes(
        "a.cgi", b"VN  - Ovid Technologies\nDB  - Embase\nUI  - 39000001\nTI  - T\n"
    ).records
    assert (record.key, record.pmid) == ("39000001", "")


def test_the_article_number_and_the_electronic_date_of_pubmed() -> None:
    (record,) = read_bytes(
        "a.nbib", b"PMID- 1\nTI  - T\nLID - 10.5555/x [doi]\nLID - e80092\nDEP - 20221130\n"
    ).records
    assert (record.pages, record.year, record.doi) == ("e80092", 2022, "10.5555/x")


# Rayyan and ASReview


def test_lines_that_rayyan_runs_together_are_parted() -> None:
    found = reading("rayyan.ris")
    first = found.records[0]
    assert found.unread == ()
    assert [record.key for record in found.records] == [
        "rayyan-10000001",
        "rayyan-10000002",
        "rayyan-10000003",
    ]
    assert first.urls == ("https://www.example.org/record?id=L2000000101&from=export",)
    assert (first.doi, first.issn, first.keywords) == ("10.5555/made.2024.101", "1234-5678", ("keratin",))
    assert ("U2", "L2000000101") in first.extra
    assert "LK" in dict(first.extra)


def test_a_reviewer_with_braces_in_the_name_decides() -> None:
    assert [record.decisions for record in reading("rayyan.ris").records] == [
        (Decided(Decision.INCLUDE, "Ada {1}"),),
        (Decided(Decision.EXCLUDE, "Ada {1}", "wrong population"),),
        (Decided(Decision.MAYBE, "Ada {1}"),),
    ]


@pytest.mark.parametrize(
    ("note", "decisions", "kept"),
    [
        ("ASReview_relevant", [Decision.INCLUDE], False),
        ("ASReview_relevant. More words.", [Decision.INCLUDE], True),
        ("More words. ASReview_irrelevant", [Decision.EXCLUDE], True),
        ("More words. ASReview_not_seen", [], True),
        ("ASReview_not_seen", [], False),
        ("ASReview_validate_relevant", [], True),
        ("ASReview_validate_relevant ASReview_irrelevant", [Decision.EXCLUDE], True),
        ("xASReview_relevant", [], True),
    ],
)
def test_labels_of_asreview_count_anywhere_in_a_note(
    note: str, decisions: list[Decision], kept: bool
) -> None:
    record = ris(f"N1  - {note}")
    assert [decided.decision for decided in record.decisions] == decisions
    assert (("N1", note) in record.extra) == kept


# places


def test_a_remark_names_the_line_that_it_is_about() -> None:
    raw = b"TY  - JOUR\nTI  - T\nPY  - in press\nUR  - ftp://example.org/a\nER  - \n"
    assert [part.where for part in read_bytes("a.ris", raw).unread] == ["line 3", "line 4"]
    raw = b"PMID- 1\nTI  - T\nDP  - in press\n"
    assert [part.where for part in read_bytes("a.nbib", raw).unread] == ["line 3"]
    raw = b"FN x\nPT J\nTI T\nPY in press\nER\nEF\n"
    assert [part.where for part in read_bytes("a.ciw", raw).unread] == ["line 4"]
