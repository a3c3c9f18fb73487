"""Numbers of journals, pages, years, markup and names are made plain in the same way for every format."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.sources.cleaning import distinct, pages_of, serial_numbers, without_markup, without_null
from review.sources.imported import ImportedRecord, Kind
from review.sources.kinds import kind_of, on_preprint_server, refined
from review.sources.tags import in_words
from review.sources.tidying import record_of

SIGNS = st.lists(
    st.sampled_from(
        ["1234-5678", "12345678", "(electronic)", "ISSN", ", ", "; ", "[", '"', "<", "<b>", "b>", "</i>", "<sup>2</sup>", "-", "–",
         "p", "pp", ". ", " ", "12", "S1", "null", ",", "x", "978-3-16-148410-0", "sup>", "/"]
    ),
    max_size=7,
).map("".join)  # fmt: skip


def tidied(**draft: str | list[str]) -> ImportedRecord:
    record, _ = record_of({"title": "T", **draft}, "")
    assert record is not None
    return record


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1234-5678 (electronic)", ["1234-5678"]),
        ("12345678 (ISSN)", ["1234-5678"]),
        ("1234-567x", ["1234-567X"]),
        ("1234-5678, 8765-4321", ["1234-5678", "8765-4321"]),
        ("1234-5678, 1234-5678", ["1234-5678"]),
        ('["1234-5678", "8765-4321"]', ["1234-5678", "8765-4321"]),
        ('="12345678"', ["1234-5678"]),
        ("1234-5678 (Print)\r8765-4321", ["1234-5678", "8765-4321"]),
        ("3-540-20222-6 (cloth)", ["3-540-20222-6"]),
        ("978-3-16-148410-0", ["978-3-16-148410-0"]),
        ("see volume 1234-5678", ["see volume 1234-5678"]),
        ("no number", ["no number"]),
        ("", []),
    ],
)
def test_serial_numbers_lose_their_labels_and_other_words_stay(text: str, numbers: list[str]) -> None:
    assert serial_numbers(text) == numbers


def test_further_serial_numbers_are_kept_beside() -> None:
    record = tidied(issn="1234-5678 (electronic); 8765-4321 (print)")
    assert (record.issn, record.extra) == ("1234-5678", (("further ISSN or ISBN", "8765-4321"),))


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("S105-S105", "S105"), ("pp 278-298", "278-298"), ("58 – 67", "58-67"), ("1279\u20101297", "1279-1297"), ("p. 39", "39"),
        ("No-Specified", ""), ("e123", "e123"), ("415-429.e415", "415-429.e415"), ("1, 3-4", "1, 3-4"), ("xii", "xii"),
    ],
)  # fmt: skip
def test_pages(text: str, pages: str) -> None:
    assert pages_of(text) == pages


@pytest.mark.parametrize(
    ("text", "year"),
    [("20200812", 2020), ("Start date: 20170812", 2017), ("2020/05/01/", 2020), ("20209999", None), ("120200812", None), ("18991231", None)],
)  # fmt: skip
def test_years_of_dates_without_marks(text: str, year: int | None) -> None:
    assert tidied(year=text).year == year


def test_markup_is_taken_out_of_titles_and_abstracts() -> None:
    assert (
        without_markup("An <i>in vivo</i> study of CO<sub>2</sub> at 10<sup>-3</sup>")
        == "An in vivo study of CO2 at 10⁻³"
    )
    assert tidied(abstract="<h4>Aim</h4>To see.<br/>More").abstract == "Aim To see. More"
    assert without_markup('<span class="x">P</span> < 0.05') == "P < 0.05"
    assert without_markup("where a <p and q> b") == "where a <p and q> b"
    assert without_markup("x < i > y <unknown> z") == "x < i > y <unknown> z"


def test_names_without_null_and_words_once() -> None:
    assert tidied(authors=["van den Hoven, null", "Null, Ada", "null"]).authors == (
        "van den Hoven",
        "Null, Ada",
        "null",
    )
    assert distinct(["Alagoas", "x", "ALAGOAS"]) == ("Alagoas", "x")


@given(text=SIGNS)
def test_what_is_made_plain_stays_so(text: str) -> None:
    for once in (pages_of, without_markup, without_null):
        assert once(once(text)) == once(text)
    assert [number for found in serial_numbers(text) for number in serial_numbers(found)] == serial_numbers(
        text
    )
    record = tidied(issn=text, pages=text, abstract=text, authors=[text], keywords=[text])
    again = tidied(
        issn=record.issn, pages=record.pages, abstract=record.abstract, authors=list(record.authors), keywords=list(record.keywords)
    )  # fmt: skip
    assert (again.issn, again.pages, again.abstract) == (record.issn, record.pages, record.abstract)
    assert (again.authors, again.keywords) == (record.authors, record.keywords)


def test_addresses_give_identifiers_only_where_they_agree() -> None:
    doi, other = "https://doi.org/10.5555/a.", "https://www.doi.org/10.5555/b"
    assert tidied(urls=[doi]).doi == "10.5555/a"
    assert tidied(urls=[doi, other]).doi == ""
    assert tidied(urls=[doi], doi="10.5555/own").doi == "10.5555/own"
    assert tidied(urls=["https://pubmed.ncbi.nlm.nih.gov/39000001/?x=1"]).pmid == "39000001"
    assert tidied(urls=["https://pubmed.ncbi.nlm.nih.gov/?term=39000001"]).pmid == ""


def test_kinds_in_the_words_of_databases() -> None:
    words = (
        "Erratum",
        "Conference Abstract",
        "Book Chapter",
        "Editorial",
        "Proceedings Paper",
        "Dissertation",
        "patent",
    )
    assert [kind_of(word) for word in words] == [
        Kind.ARTICLE, Kind.CONFERENCE, Kind.CHAPTER, Kind.ARTICLE, Kind.CONFERENCE, Kind.THESIS, None,
    ]  # fmt: skip
    assert refined(Kind.BOOK, ["preprint"]) == Kind.BOOK
    assert refined(Kind.OTHER, ["no word", "Journal Article"]) == Kind.ARTICLE
    assert on_preprint_server("arXiv preprint arXiv:2001.00001")
    assert not on_preprint_server("Archives of Nothing", "")


def test_tags_are_said_in_words() -> None:
    assert (in_words("A2"), in_words("Odd column")) == (
        "secondary authors or editors (A2)",
        "extra Odd column",
    )


def test_hostile_cells_end_in_no_time() -> None:
    began = time.monotonic()
    for piece in (" ", ",", "<b ", "1-", "null, ", "[", "1234-5678 ", ". 1 (", "L2  -   "):
        text = piece * (900_000 // len(piece))
        tidied(issn=text, pages=text, abstract=text, title=f"T{text}", authors=[f"a{text}null"], year=text)
    assert time.monotonic() - began < 20
