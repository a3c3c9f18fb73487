"""Tables of real programs, their headings as printed and their contents made up: each field finds its place."""

import io
import time
from pathlib import Path

import pytest

from db.vocabulary import Decision
from review.sources.imported import ImportedRecord, Kind
from review.sources.reading import read_bytes, read_source
from review.sources.writing import written

HERE = Path(__file__).parent / "exports"
JOURNAL = "Journal of Made-up Imaging"
ALL = "all 2 records are without a title"
NO_FIELD = "no field takes these columns"


def first_of(name: str) -> ImportedRecord:
    return read_source(HERE / name).records[0]


def row(header: str, cells: str) -> ImportedRecord:
    return read_bytes("a.csv", f"{header}\n{cells}\n".encode()).records[0]


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("springer_link.csv", {
            "title": "Alphaword networks of eight bits", "venue": JOURNAL, "volume": "3", "issue": "2", "kind": Kind.ARTICLE,
            "doi": "10.5555/made.2024.141", "urls": ("http://link.springer.com/article/10.5555/made.2024.141",),
        }),
        ("refworks.tsv", {
            "title": "Alphaword maps", "authors": ("van der Müller, Jörg", "Silva, A."), "year": 2024, "venue": JOURNAL,
            "volume": "3", "issue": "2", "pages": "11-19", "issn": "1234-5678", "pmid": "39000151", "kind": Kind.ARTICLE,
            "keywords": ("int8", "phone"), "publisher": "Nobody", "language": "English", "key": "7",
            "abstract": 'A "made-up" abstract.', "urls": ("https://example.org/151", "https://example.org/152"),
        }),
        ("ebsco.csv", {
            "venue": "Nursing of Nothing", "issn": "1234-5678", "year": 2024, "pages": "11", "key": "190000161",
            "kind": Kind.ARTICLE, "keywords": ("NEURAL networks", "NURSING", "int8"), "authors": ("Müller, Jörg", "Silva, Ana"),
        }),
        ("embase.csv", {
            "venue": JOURNAL, "issn": "1234-5678", "pages": "11-19", "pmid": "39000171", "key": "L2000000171",
            "publisher": "Nobody", "language": "English", "authors": ("Müller J.", "Silva A.-M.", "Ivanov Yu.A."),
            "keywords": (
                "int8", "phone", "1,2 madeupane (endogenous compound)", "nothing", "liver", "article", "human",
            ),
        }),
        ("cochrane_central.csv", {
            "venue": "Trials of Nothing", "pmid": "39000181", "key": "CN-00000181", "kind": Kind.ARTICLE, "pages": "39",
            "keywords": ("*Nothing", "Child, Preschool"),
        }),
        ("openalex.csv", {
            "venue": JOURNAL, "authors": ("Jörg Müller", "Ana Silva"), "keywords": ("Nothing", "Bits"), "volume": "3",
            "pages": "105752", "pmid": "39000191", "issn": "1234-5678", "kind": Kind.ARTICLE, "language": "en",
        }),
        ("pubmed.csv", {
            "authors": ("Müller Ö Jr", "van der Silva AB", "O'Nobody P", "Nothing Study Group"), "volume": "3", "issue": "2",
            "pages": "11-19", "venue": "J Made Up", "year": 2024,
        }),
        ("asreview.csv", {
            "authors": ("Müller, Jörg", "O'Nobody, Ana"), "keywords": ("int8", "phone"), "venue": "J Made Up",
            "kind": Kind.ARTICLE, "year": 2024,
        }),
    ],
)  # fmt: skip
def test_each_field_of_a_product_is_found(name: str, fields: dict[str, object]) -> None:
    record = first_of(name)
    assert {field: getattr(record, field) for field in fields} == fields


def test_further_records_of_the_products() -> None:
    okafor, ahead = read_source(HERE / "pubmed.csv").records[1:]
    assert (okafor.authors, okafor.volume, okafor.pages) == (("Okafor C",), "120 Suppl 1", "e2217")
    assert (ahead.authors, ahead.volume, ahead.pages) == (("Garçon É", "Nobody N"), "", "")
    assert dict(okafor.extra)["Citation"] == "Nothing (Nowhere). 2023;120 Suppl 1:e2217."
    kinds = {
        "springer_link.csv": [Kind.CONFERENCE, Kind.CHAPTER],
        "embase.csv": [Kind.ARTICLE, Kind.CONFERENCE],
        "openalex.csv": [Kind.CHAPTER, Kind.THESIS],
        "refworks.tsv": [Kind.CHAPTER, Kind.THESIS],
        "ebsco.csv": [Kind.CONFERENCE, Kind.ARTICLE],
        "asreview.csv": [Kind.CONFERENCE, Kind.THESIS],
        "ieee_xplore.csv": [Kind.CONFERENCE, Kind.ARTICLE],
        "cochrane_central.csv": [Kind.ARTICLE, Kind.CONFERENCE],
    }
    for name, wanted in kinds.items():
        records = read_source(HERE / name).records
        shown = [records[1].kind, records[0 if name.startswith("ieee") else 2].kind]
        assert (name, shown) == (name, wanted)
    assert ("type", "Erratum") in read_source(HERE / "embase.csv").records[1].extra
    assert [[d.decision for d in r.decisions] for r in read_source(HERE / "asreview.csv").records] == [
        [Decision.INCLUDE], [Decision.EXCLUDE], [],
    ]  # fmt: skip
    assert [r.year for r in read_source(HERE / "ebsco.csv").records] == [2024, 2023, 2022]


def test_the_journal_stands_under_source_only_where_no_other_column_is_the_venue() -> None:
    assert row("Title,Source", "One,J Made Up").venue == "J Made Up"
    assert row("Authors,Title,Publication,Number", '"Doe, A; ",One,J Made Up,2').venue == "J Made Up"
    both = row("Title,Source,Journal Title", "One,Scopus,J Made Up")
    assert (both.venue, both.extra) == ("J Made Up", (("Source", "Scopus"),))


@pytest.mark.parametrize(
    ("header", "cell", "names"),
    [
        ("Authors", "Müller Ö, Roe K.", ("Müller Ö", "Roe K")),
        ("Authors", "Doe J Jr, Roe K-L", ("Doe J Jr", "Roe K-L")),
        ("Authors", "Yang Z., McNamara M.E., Ivanov Yu.A.", ("Yang Z.", "McNamara M.E.", "Ivanov Yu.A.")),
        ("Authors", "A Doe, BC van Roe, C Poe", ("A Doe", "BC van Roe", "C Poe")),
        ("Authors", "Wang C.", ("Wang C.",)),
        ("Authors", "DE LA CRUZ, MARIA JO", ("DE LA CRUZ, MARIA JO",)),
        ("Authors", "Department of Nothing, University of Nowhere", ("Department of Nothing, University of Nowhere",)),
        ("Authors", "Doe, Jane and Roe, Kim", ("Doe, Jane", "Roe, Kim")),
        ("Authors", "Doe, Jane; Roe, Kim; ", ("Doe, Jane", "Roe, Kim")),
        ("Authors", "['Doe, Jane', \"O'Roe, K\", 'P\\'oe\\u00e9', None]", ("Doe, Jane", "O'Roe, K", "P'oeé")),
        ("Authors", "[no list, of names]", ("[no list, of names]",)),
        ("Authors", "['unclosed, Jane", "['unclosed, Jane"),
        ("Author Names", "Yang Z., Nothing Group, Roe K.", ("Yang Z.", "Nothing Group", "Roe K.")),
        ('PMID,Citation,"Journal/Book",Authors', "Study Group for A and B.", ("Study Group for A and B",)),
        ('PMID,Citation,"Journal/Book",Authors', "Madonna, Roe K.", ("Madonna", "Roe K")),
        ('PMID,Citation,"Journal/Book",Authors', "Wang C.", ("Wang C",)),
    ],
)  # fmt: skip
def test_authors_are_taken_apart_where_that_is_safe(header: str, cell: str, names: object) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    record = row(f"Title,{header}", "One," + "1,x,y," * (header != "Authors" and "," in header) + quoted)
    assert record.authors == ((names,) if isinstance(names, str) else names)


@pytest.mark.parametrize("more", ["...", "\N{HORIZONTAL ELLIPSIS}", "et al."])
def test_a_list_of_names_that_the_file_cuts_short_is_told(more: str) -> None:
    found = read_bytes("a.csv", f'Title,Authors,GSRank\nOne,"A Doe, B Roe, {more}",1\n'.encode())
    assert found.records[0].authors == ("A Doe", "B Roe")
    assert found.unread[-1].why == "the file itself cuts the list of names short"
    assert found.unread[-1].where == "line 2"


def test_guards_of_other_programs_are_taken_off_every_cell_and_one_s_own_are_kept() -> None:
    record = row("Title,ISSN,Issue,Odd", '="One","=""12345678""",="4-5","=""say """"x"""""""')
    assert (record.title, record.issn, record.issue) == ("One", "1234-5678", "4-5")
    assert record.extra == (("Odd", 'say "x"'),)
    assert row("Title,Odd", "'=1+1,=1+1").title == "=1+1"
    assert row("Title,Odd", '\'="x",=1+1').title == '="x"'


def test_guards_in_a_workbook_need_no_saved_result() -> None:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    for cells in (["Title", "ISSN", "Year"], ["One", '="12345678"', "=2000+24"]):
        book.active.append(cells)
    out = io.BytesIO()
    book.save(out)
    found = read_bytes("a.xlsx", out.getvalue())
    assert (found.records[0].issn, found.records[0].year) == ("1234-5678", None)
    assert [part.what for part in found.unread] == ["=2000+24"]


@pytest.mark.parametrize(
    ("header", "cells", "pages", "beside"),
    [
        ("First Page,Last Page", "11,19", "11-19", ()),
        ("First Page,Last Page", "11,11", "11", ()),
        ("Page start,Page end,Art. No.", "11,19,e7", "11-19", (("article number", "e7"),)),
        ("Page start,Page end,Art. No.", ",,e7", "e7", ()),
        ("Pages,First Page,Last Page", "1-2,11,19", "1-2", (("pages", "11-19"),)),
        ("TI,UT,PS,AR", "x,1,11-19,e7", "11-19", (("TI", "x"), ("article number", "e7"))),
        ("TI,UT,BP,EP,AR", "x,1,,,e7", "e7", (("TI", "x"),)),
    ],
)
def test_pages_and_article_numbers(
    header: str, cells: str, pages: str, beside: tuple[tuple[str, str], ...]
) -> None:
    record = row(f"Title,{header}", f"One,{cells}")
    assert (record.pages, record.extra) == (pages, beside)


def test_lines_of_ris_that_ran_into_cells_of_rayyan_are_parted() -> None:
    record = row(
        "key,title,url,doi",
        "rayyan-1,One,https://example.org/a?b=c     U2  - L2000000221,"
        "10.5555/made.221     LK  - https://example.org/d",
    )
    assert (record.urls, record.doi) == (("https://example.org/a?b=c",), "10.5555/made.221")
    assert set(record.extra) == {("U2", "L2000000221"), ("LK", "https://example.org/d")}


# what is told of the heading


def test_a_column_that_looks_like_a_missing_field_is_told_apart_from_the_rest() -> None:
    found = read_bytes(
        "a.csv", b"DOI,Work Title,Cited by,Empty\n10.5555/made.1,One,4,\n10.5555/made.2,Two,3,\n"
    )
    assert [(part.what, part.why) for part in found.unread] == [
        ("DOI, Work Title, Cited by, Empty", f"{ALL}; it may stand in Work Title: name this column title and import again"),
        ("Work Title", f"{NO_FIELD}, but title may stand in them; kept as extra; if so, name them so and import again"),
        ("Cited by", f"{NO_FIELD}; kept as extra"),
    ]  # fmt: skip
    assert {part.where for part in found.unread} == {"the heading"}


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("DOI,Title", f"{ALL}: the column of titles is empty"),
        ("DOI,Odd", f"{ALL}; name the column with the titles title and import again"),
    ],
)
def test_that_there_is_no_title_at_all_is_told_once(header: str, why: str) -> None:
    raw = f"{header}\n10.5555/made.1,\n10.5555/made.2,\n".encode()
    assert [part.why for part in read_bytes("a.csv", raw).unread] == [why]


def test_a_single_record_without_a_title_is_told_where_it_stands() -> None:
    found = read_bytes("a.csv", b"DOI,Title\n10.5555/made.1,\n10.5555/made.2,Two\n")
    assert [part.where for part in found.unread] == ["line 2"]


def test_names_without_anything_between_them_are_told_once() -> None:
    found = [part for part in read_source(HERE / "springer_link.csv").unread if "SpringerLink" in part.why]
    assert [(part.where, part.what) for part in found] == [
        ("the heading", "Authors, such as Jörg MüllerAna Silva")
    ]
    raw = b"Item Title,Item DOI,Authors\nOne,10.5555/made.1,Ann McRoe\nTwo,10.5555/made.2,Bo DeLind\n"
    assert read_bytes("a.csv", raw).unread == ()


@pytest.mark.parametrize("form", ["csv", "rayyan-csv"])
def test_what_medquant_itself_wrote_is_not_made_out(form: str) -> None:
    record = ImportedRecord(
        title="One",
        authors=("Doe J, Roe K",),
        keywords=("['a', 'b']",),
        kind=Kind.REPORT,
        doi="10.5555/made.1",
    )
    (back,) = read_bytes("a.csv", written([record], form)).records
    assert (back.authors, back.keywords, back.kind) == (record.authors, record.keywords, record.kind)


def test_a_kind_that_nobody_knows_in_a_file_of_medquant_is_kept_beside() -> None:
    raw = written([ImportedRecord(title="One", kind=Kind.THESIS)], "csv").replace(b"thesis", b"pamphlet")
    (record,) = read_bytes("a.csv", raw).records
    assert (record.kind, record.extra) == (Kind.OTHER, (("type", "pamphlet"),))


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Authors", "['" * 300_000),
        ("Authors", "['" + "\\'" * 300_000 + "]"),
        ("Authors", "[" + "'a' " * 200_000 + "]"),
        ("Authors", "Doe J, " * 150_000 + "x"),
        ("Authors", "A. and " * 150_000),
        ("Item DOI,Item Title,Authors", "McA" * 300_000),
        ("DOI", "10.5555/made" + " U2  -" * 150_000),
        ("PMID,Journal/Book,Citation", "2024;" * 200_000),
        ("PMID,Journal/Book,Citation", "2024 ;1(" + "(" * 500_000),
        ("Type", "x;" * 300_000),
        ("Keywords", "[" + '"a", ' * 200_000 + "]"),
        ("ISSN", '="' + '""' * 300_000),
    ],
)
def test_a_cell_that_was_made_to_be_slow_is_read_in_seconds(header: str, cell: str) -> None:
    first = "1," * header.count(",")
    quoted = cell.replace('"', '""')
    began = time.monotonic()
    read_bytes("a.csv", f'Title,{header}\nOne,{first}"{quoted}"\n'.encode())
    assert time.monotonic() - began < 10
