"""The pages of the PDF looked at as pictures: nothing is cut, nothing sticks out, no page is left nearly empty."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pypdf import PdfReader

from reports.context import (
    Block,
    Bullets,
    Cell,
    Code,
    Column,
    Document,
    Figure,
    KeyNumber,
    KeyNumbers,
    Meta,
    Note,
    Paragraph,
    Section,
    Table,
    code,
    link,
    strong,
    text,
)
from reports.pdf.render import render_pdf

DPI = 50
MILLIMETRE = DPI / 25.4
LONG_CELL = ("A cell that goes on and on, so that it has to wrap in its narrow column. " * 9)[:620]
LONG_WORD = "x" * 120
ADDRESS = "https://example.org/a/very/long/path/without/an/end?with=parameters&and=more#" + "fragment" * 9
SENTENCES = "Ordinary words stand here in order to be the words of an ordinary paragraph. " * 6
PARAGRAPH = Paragraph(text(SENTENCES))


@dataclass(frozen=True)
class Page:
    """A page as a picture: which pixels bear ink, and its orientation."""

    ink: NDArray[np.bool_]
    turned: bool

    def margin(self, millimetres: float) -> bool:
        """Say whether there is ink in the outer margin of this width."""
        edge = int(millimetres * MILLIMETRE)
        inner = self.ink.copy()
        inner[edge:-edge, edge:-edge] = False
        return bool(inner.any())

    def sides(self, millimetres: float) -> bool:
        """Say whether there is ink within this distance of the left or right edge."""
        edge = int(millimetres * MILLIMETRE)
        return bool(self.ink[:, :edge].any() or self.ink[:, -edge:].any())

    def used(self) -> float:
        """Return the share of the height between the running lines down to the last ink."""
        body = self.ink[int(20 * MILLIMETRE) : -int(18 * MILLIMETRE)]
        rows = np.flatnonzero(body.any(axis=1))
        return float(rows[-1] + 1) / len(body) if len(rows) else 0.0


def _look(pdf: bytes, folder: Path) -> list[Page]:
    """Return the pages as pictures; without pdftoppm tests skip, except in CI, where they fail."""
    if shutil.which("pdftoppm") is None:
        message = "pdftoppm is missing: install poppler-utils"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    (folder / "page.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", "page.pdf", "page"], cwd=folder, check=True)
    pages = []
    for path in sorted(folder.glob("page-*.pgm")):
        head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", path.read_bytes())
        assert head is not None
        width, height = int(head[1]), int(head[2])
        grey = np.frombuffer(path.read_bytes()[head.end() :], dtype=np.uint8).reshape(height, width)
        pages.append(Page(grey < 250, width > height))
    return pages


def _drawing(width: int, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}"><rect width="{width}" height="{height}" fill="#0072b2"/></svg>'
    )


def _figure(number: int, width: int, height: int) -> Figure:
    return Figure(
        id=f"figure-{number}",
        number=number,
        title="A drawing",
        caption=text("It says little. " * 5),
        alt="A rectangle.",
        svg=_drawing(width, height),
        width="wide" if width > 400 else "column",
    )


def _unkind_table(name: str, landscape: bool) -> Table:
    rows = tuple(
        (Cell(f"k{row}"), Cell(LONG_CELL), Cell(LONG_WORD), Cell(ADDRESS, href=ADDRESS), Cell(f"{row}.5"))
        for row in range(7)
    )
    columns = (
        Column("Key", width=0.2),
        Column("Long", width=0.3),
        Column(LONG_WORD),
        Column("Address", align="right"),
        Column("n", align="right"),
    )
    return Table(name, f"Table 1. {LONG_WORD} {SENTENCES}", columns, rows, landscape=landscape)


def _many_columns(name: str, landscape: bool) -> Table:
    columns = tuple(Column(f"Heterogeneity {number}", width=1 + number % 3) for number in range(20))
    rows = tuple(tuple(Cell(f"classification {row}.{place}") for place in range(20)) for row in range(12))
    return Table(name, "Table 2. Twenty columns.", columns, rows, landscape=landscape)


@pytest.fixture(scope="module")
def unkind_document() -> Document:
    """Make everything too long, too wide, too tall or empty."""
    blocks: tuple[Block, ...] = (
        PARAGRAPH,
        Bullets(()),
        Paragraph(()),
        KeyNumbers(()),
        Code("", ""),
        Note(text(LONG_WORD * 3, " ", link(ADDRESS, ADDRESS))),
        Code("  indented\n" + "y" * 300 + "\n\ttab\r\nend", ""),
        KeyNumbers(tuple(KeyNumber("1,234,567 (−3.45 to 12.3)", LONG_WORD) for _ in range(7))),
        Bullets((text(LONG_WORD * 2), text(strong(ADDRESS), code(ADDRESS)), text(link(ADDRESS, ADDRESS)))),
    )
    deep = Section("deep", "Third level", (PARAGRAPH,), (Section("deeper", "Fourth level", (PARAGRAPH,)),))
    figures = (_figure(1, 480, 1100), _figure(2, 900, 300), _figure(3, 200, 100), _figure(4, 480, 640))
    giant = Table("giant", "Giant.", (Column("A"), Column("B")), ((Cell("a"), Cell(LONG_CELL * 12)),))
    return Document(
        meta=Meta(
            title=f"{LONG_WORD} and more",
            subtitle=LONG_WORD,
            release=ADDRESS,
            release_hash="f" * 128,
            version="1",
            schema="2",
            date="2025-11-21",
            licence="Words of a licence. " * 9,
            draft=False,
            description="",
            keywords=(LONG_WORD, "b"),
        ),
        sections=(
            Section("words", f"Words {LONG_WORD}", blocks, (Section("second", "Second " * 20, (), (deep,)),)),
            Section("empty", "Empty section", ()),
            Section("figures", "Figures", (PARAGRAPH, *figures, PARAGRAPH)),
            Section(
                "tables",
                "Tables",
                (
                    _unkind_table("upright", landscape=False),
                    PARAGRAPH,
                    _many_columns("crowded", landscape=False),
                    giant,
                    Table("hidden", "Nothing on paper.", (Column("A", paper=False),), ((Cell("a"),),)),
                ),
            ),
            Section("turned", "Turned", (PARAGRAPH, _unkind_table("wide", landscape=True), PARAGRAPH)),
            Section("many", "Many", (_many_columns("many-columns", landscape=True),)),
            Section("end", "End", (PARAGRAPH,) * 4),
        ),
    )


@pytest.fixture(scope="module", params=["sample", "unkind"])
def rendered(request: pytest.FixtureRequest, sample_document: Document, unkind_document: Document) -> bytes:
    """Each document in turn, as a PDF."""
    return render_pdf(sample_document if request.param == "sample" else unkind_document)


@pytest.fixture(scope="module")
def pages(rendered: bytes, tmp_path_factory: pytest.TempPathFactory) -> list[Page]:
    return _look(rendered, tmp_path_factory.mktemp("pages"))


def test_nothing_reaches_the_edge_of_the_paper(pages: list[Page]) -> None:
    assert [number for number, page in enumerate(pages, start=1) if page.margin(8.0)] == []


def test_nothing_sticks_out_of_the_columns(pages: list[Page]) -> None:
    assert [number for number, page in enumerate(pages, start=1) if page.sides(18.0)] == []


def test_no_page_is_left_nearly_empty(pages: list[Page]) -> None:
    """The last page, and a page before the paper turns, end where their text ends."""
    kept = [page for page, following in pairwise(pages) if page.turned == following.turned]
    assert min(page.used() for page in kept) > 0.3
    assert all(page.used() > 0.02 for page in pages)


def test_no_heading_stands_at_the_foot_of_a_page(rendered: bytes) -> None:
    reader = PdfReader(BytesIO(rendered))

    def check(nodes: object) -> None:
        assert isinstance(nodes, list)
        for node in nodes:
            if isinstance(node, list):
                check(node)
            else:
                assert float(node.top) > 95, node.title

    check(reader.outline)


def test_long_words_and_cells_are_whole(unkind_document: Document) -> None:
    reader = PdfReader(BytesIO(render_pdf(unkind_document)))
    words = re.sub(r"\s+", "", "".join(page.extract_text() for page in reader.pages))
    assert words.count(LONG_WORD) >= 25
    assert words.count(ADDRESS) >= 10
    assert words.count(re.sub(r"\s+", "", LONG_CELL)) >= 10


def test_words_move_to_the_turned_page_they_would_leave_lonely(
    sample_document: Document, tmp_path: Path
) -> None:
    pdf = render_pdf(sample_document)
    reader = PdfReader(BytesIO(pdf))
    page = next(page for page in reader.pages[1:] if "Agreement of reviewers" in page.extract_text())
    assert page.mediabox.width > page.mediabox.height
    assert "Included studies" in page.extract_text()


def _figures_after_words(document: Document, paragraphs: int, height: int) -> Document:
    blocks = (*(PARAGRAPH,) * paragraphs, _figure(1, 480, height))
    return replace(document, sections=(Section("only", "Only", blocks),))


@pytest.mark.parametrize(("height", "count"), [(180, 1), (220, 1), (250, 2)])
def test_a_figure_shrinks_a_little_to_stay_with_its_words(
    make_document: Callable[..., Document], height: int, count: int
) -> None:
    """Of the three, the first fits below its words, the second after shrinking to 86 %, the third does not."""
    document = _figures_after_words(make_document(1), 5, height)
    assert len(PdfReader(BytesIO(render_pdf(document))).pages) == count


def test_a_tall_figure_fits_one_page(make_document: Callable[..., Document], tmp_path: Path) -> None:
    pages = _look(render_pdf(_figures_after_words(make_document(1), 0, 2000)), tmp_path)
    assert len(pages) == 2
    assert not pages[1].margin(8.0)
    assert pages[1].used() > 0.9
