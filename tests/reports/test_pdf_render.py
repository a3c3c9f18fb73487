"""The PDF as a file: tagged, titled, navigable, safe, the same bytes each time."""

import dataclasses
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from types import ModuleType

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from reports.context import Block, Cell, Column, Document, Figure, Paragraph, Section, Table, link, text
from reports.pdf.render import PdfError, render_pdf


@pytest.fixture(scope="module")
def pdf(sample_document: Document) -> bytes:
    return render_pdf(sample_document)


@pytest.fixture(scope="module")
def reader(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


@pytest.fixture(scope="module")
def words(reader: PdfReader) -> str:
    """All text without white space, so that line ends do not matter."""
    return _squeezed(" ".join(page.extract_text() for page in reader.pages))


def _squeezed(words: str) -> str:
    return re.sub(r"\s+", "", words)


def _elements(node: object) -> Iterator[DictionaryObject]:
    """Yield the elements of the structure tree."""
    if isinstance(node, IndirectObject):
        node = node.get_object()
    if isinstance(node, ArrayObject):
        for child in node:
            yield from _elements(child)
    elif isinstance(node, DictionaryObject):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from _elements(node["/K"])


def _tags(reader: PdfReader) -> "Counter[str]":
    return Counter(str(element["/S"]) for element in _elements(reader.root_object["/StructTreeRoot"]))


def _links(reader: PdfReader) -> list[DictionaryObject]:
    return [
        note.get_object()
        for page in reader.pages
        for note in page.get("/Annots", ())
        if note.get_object()["/Subtype"] == "/Link"
    ]


def _addresses(reader: PdfReader) -> list[str]:
    actions = (note["/A"].get_object() for note in _links(reader) if "/A" in note)
    return [str(action["/URI"]) for action in actions if "/URI" in action]


def _sections(sections: tuple[Section, ...]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _sections(section.sections)


def _with(document: Document, *blocks: Block) -> Document:
    return dataclasses.replace(document, sections=(Section("only", "Only section", blocks),))


def test_it_is_tagged_for_assistive_technology(reader: PdfReader) -> None:
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    tags = _tags(reader)
    assert {"/Document", "/Title", "/H1", "/H2", "/P", "/L", "/Table", "/TH", "/TD", "/Link", "/TOC"} <= set(
        tags
    )


def test_it_names_its_standard(reader: PdfReader) -> None:
    assert reader.xmp_metadata is not None
    assert b"<pdfuaid:part>1</pdfuaid:part>" in reader.xmp_metadata.stream.get_data()


def test_metadata_are_those_of_the_document(reader: PdfReader, sample_document: Document) -> None:
    assert reader.metadata is not None
    assert reader.metadata.title == sample_document.meta.title
    assert reader.metadata.subject == sample_document.meta.description
    assert reader.metadata["/Keywords"] == "quantization, medical imaging"


def test_bookmarks_follow_the_sections(reader: PdfReader, sample_document: Document) -> None:
    def titles(nodes: object) -> Iterator[str]:
        assert isinstance(nodes, list)
        for node in nodes:
            if isinstance(node, list):
                yield from titles(node)
            else:
                yield node.title

    assert list(titles(reader.outline)) == [section.title for section in _sections(sample_document.sections)]


def test_pages_are_numbered(reader: PdfReader) -> None:
    total = len(reader.pages)
    assert "/PageLabels" in reader.root_object
    for number, page in enumerate(reader.pages, start=1):
        assert f"{number} / {total}" in page.extract_text()


def test_the_contents_name_every_section_with_its_page(reader: PdfReader, sample_document: Document) -> None:
    sections = list(_sections(sample_document.sections))
    assert _tags(reader)["/TOCI"] == len(sections)
    first = _squeezed(reader.pages[0].extract_text())
    for section in sections:
        assert _squeezed(section.title) in first


def test_the_title_block_says_what_this_is(reader: PdfReader, sample_document: Document) -> None:
    first = _squeezed(reader.pages[0].extract_text())
    meta = sample_document.meta
    for fact in (
        meta.title,
        meta.subtitle,
        meta.release,
        meta.release_hash,
        meta.version,
        meta.schema,
        meta.date,
    ):
        assert _squeezed(fact) in first
    assert "DRAFT" in first


def test_a_final_document_bears_no_draft_mark(sample_document: Document) -> None:
    final = dataclasses.replace(sample_document.meta, draft=False)
    reader = PdfReader(BytesIO(render_pdf(dataclasses.replace(sample_document, meta=final))))
    assert not any("draft" in page.extract_text().lower() for page in reader.pages)


def test_every_word_is_there_as_it_stands(words: str, samples: ModuleType, sample_document: Document) -> None:
    for section in _sections(sample_document.sections):
        assert _squeezed(section.title) in words
    assert words.count(_squeezed(samples.HOSTILE)) >= 8
    assert words.count(samples.LONG_WORD) >= 4
    assert "≥0%,≤100%" in words
    assert "τ²" in words
    assert "[U+" not in words


def test_figures_have_their_alternative_text(reader: PdfReader, sample_document: Document) -> None:
    given = [
        block.alt
        for section in _sections(sample_document.sections)
        for block in section.blocks
        if isinstance(block, Figure)
    ]
    tree = _elements(reader.root_object["/StructTreeRoot"])
    assert [str(element["/Alt"]) for element in tree if element["/S"] == "/Figure"] == given


def test_figures_lead_to_their_numbers(words: str) -> None:
    assert re.search(r"Figure1\.Publicationsperyear\..*?Data:Table2,page\d", words)


def test_drawings_stay_vectors(reader: PdfReader) -> None:
    assert not any(list(page.images) for page in reader.pages)


def test_fonts_are_our_own_and_embedded(reader: PdfReader) -> None:
    names = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"].get("/Font", DictionaryObject()).values()
    }
    assert names
    assert all(re.search(r"^/[A-Z]{6}\+(SourceSansPro|DejaVuSans)", name) for name in names), names


def test_table_heads_are_repeated_and_tagged_once(reader: PdfReader, sample_document: Document) -> None:
    turned = [page.extract_text() for page in reader.pages if page.mediabox.width > page.mediabox.height]
    assert len(turned) > 2
    assert all("Architecture" in page and "Framework" in page for page in turned)
    tables = [
        block
        for section in _sections(sample_document.sections)
        for block in section.blocks
        if isinstance(block, Table)
    ]
    tags = _tags(reader)
    assert tags["/Table"] == len(tables)
    assert tags["/TH"] == sum(column.paper for table in tables for column in table.columns)
    assert tags["/TD"] == sum(
        len(table.rows) * sum(column.paper for column in table.columns) or 1 for table in tables
    )


def test_columns_for_the_screen_only_are_not_printed(words: str) -> None:
    assert "Remarks" not in words
    assert "tothenearesthalfpoint" not in words


def test_only_good_addresses_are_links(reader: PdfReader, samples: ModuleType) -> None:
    found = _addresses(reader)
    assert found
    assert all(address.startswith(("https://", "http://", "mailto:")) for address in found)
    assert not set(found) & set(samples.BAD_ADDRESSES)
    assert not any("onmouseover" in address for address in found)


def test_every_printed_cell_with_an_address_is_a_link(reader: PdfReader, samples: ModuleType) -> None:
    expected = Counter(
        cell.href
        for row in samples.study_table().rows
        for cell, column in zip(row, samples.STUDY_COLUMNS, strict=True)
        if cell.href and cell.text and column.paper and cell.href not in samples.BAD_ADDRESSES
    )
    found = Counter(_addresses(reader))
    assert {address: found[address] for address in expected} == expected


def test_links_say_where_they_lead(reader: PdfReader) -> None:
    assert all(str(note["/Contents"]).strip() for note in _links(reader))


def test_internal_links_reach_rows_tables_and_figures(sample_document: Document) -> None:
    rows = tuple((Cell(f"Row {number}"),) for number in range(150))
    document = _with(
        sample_document,
        Paragraph(
            text(
                link("row", "#row-149"),
                link("filtered", "#table?Technique=qat"),
                link("nowhere", "#elsewhere"),
                link("table", "#table"),
            )
        ),
        Table(
            "table", "Table 1. Rows.", (Column("Row"),), rows, row_ids=tuple(f"row-{n}" for n in range(150))
        ),
    )
    reader = PdfReader(BytesIO(render_pdf(document)))
    body = [note for note in _links(reader) if "/URI" not in note.get("/A", {})]
    pages = [_page_of(reader, note) for note in body]
    assert len(body) == 3
    assert pages[0] == len(reader.pages) - 1
    assert pages[1] == pages[2] < pages[0]


def _page_of(reader: PdfReader, note: DictionaryObject) -> int:
    goal = note["/Dest"] if "/Dest" in note else note["/A"]["/D"]
    if isinstance(goal, str):
        goal = reader.named_destinations[goal].dest_array
    page = goal.get_object()[0].get_object()
    return next(
        number
        for number, other in enumerate(reader.pages)
        if other.indirect_reference == page.indirect_reference
    )


def test_the_same_input_gives_the_same_bytes(sample_document: Document, pdf: bytes) -> None:
    digests = {
        hashlib.sha256(render_pdf(sample_document, timestamp=moment)).hexdigest()
        for moment in (86400, 86400, 0)
    }
    assert len(digests) == 2
    assert render_pdf(sample_document) == pdf


def test_without_a_timestamp_the_documents_date_counts(reader: PdfReader) -> None:
    assert reader.metadata is not None
    assert str(reader.metadata["/CreationDate"]).startswith("D:20251121")


@pytest.mark.parametrize("date", ["November 2025", "", "2025-11-21T10:00:00+02:00"])
def test_any_date_prints(sample_document: Document, date: str) -> None:
    meta = dataclasses.replace(sample_document.meta, date=date)
    assert render_pdf(_with(dataclasses.replace(sample_document, meta=meta))).startswith(b"%PDF")


def test_a_document_without_sections_is_a_title_page(sample_document: Document) -> None:
    reader = PdfReader(BytesIO(render_pdf(dataclasses.replace(sample_document, sections=()))))
    assert len(reader.pages) == 1


def _figure(alt: str = "A bar.", svg: str | None = None) -> Figure:
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9pt" height="9pt"><rect width="9" height="9"/></svg>'
    )
    return Figure("figure", 1, "Bar", text("A bar."), alt, drawing if svg is None else svg)


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ((_figure(alt=" "),), "figure 'figure' has no alternative text"),
        ((_figure(svg="<svg"),), "failed to parse SVG"),
        ((_figure(svg="no drawing"),), "failed to parse SVG"),
        ((_figure(), _figure()), "the id 'figure' names 2 places"),
        ((Table("", "Table 1.", (Column("A"),), ()),), "empty id"),
    ],
)
def test_what_cannot_be_printed_is_one_clear_sentence(
    sample_document: Document, blocks: tuple[Block, ...], message: str
) -> None:
    with pytest.raises(PdfError, match=r"^The PDF could not be made: .*\.$") as caught:
        render_pdf(_with(sample_document, *blocks))
    assert message in str(caught.value)


def test_rows_short_of_cells_are_filled_up(sample_document: Document) -> None:
    table = Table(
        "table", "Rows.", (Column("A"), Column("B")), ((Cell("one"),), (Cell("two"), Cell("three")))
    )
    reader = PdfReader(BytesIO(render_pdf(_with(sample_document, table))))
    assert _tags(reader)["/TD"] == 4
