"""The PDF of the shipped corpus, as `medquant report` builds it: tagged, whole, and looked at as pictures."""

import os
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pypdf import PdfReader

import medquant as front_door
from reports.document import OUTLINE, read_outline
from tests.databases import Databases

DPI = 40
MILLIMETRE = DPI / 25.4
Picture = NDArray[np.bool_]


@pytest.fixture(scope="module")
def built(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the PDF of the shipped corpus."""
    out = tmp_path_factory.mktemp("report")
    words = ["report", "--db", databases.loaded, "--out", out, "--form", "pdf", "--date", "2026-11-21"]
    assert front_door.main([str(word) for word in words]) == 0
    return out / "report.pdf"


@pytest.fixture(scope="module")
def reader(built: Path) -> PdfReader:
    return PdfReader(built)


@pytest.fixture(scope="module")
def poppler() -> None:
    """Ask for poppler’s programs; without them tests skip, except in CI, where they fail."""
    if shutil.which("pdftoppm") is None or shutil.which("pdftotext") is None:
        message = "poppler-utils is missing: run tests/setup_tools.sh"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


@pytest.fixture(scope="module")
def words(built: Path, poppler: None) -> str:
    """Return all words of the PDF on one line."""
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", built, "-"], capture_output=True, check=True)
    return re.sub(r"\s+", " ", done.stdout.decode("utf-8"))


@pytest.fixture(scope="module")
def pictures(built: Path, poppler: None) -> list[Picture]:
    """Return where each page bears ink."""
    subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", built, built.with_name("page")], check=True)
    return [_ink(path) for path in sorted(built.parent.glob("page-*.pgm"))]


def _ink(path: Path) -> Picture:
    content = path.read_bytes()
    head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", content)
    assert head is not None
    grey = np.frombuffer(content[head.end() :], dtype=np.uint8).reshape(int(head[2]), int(head[1]))
    return grey < 250


def _used(ink: Picture) -> float:
    """Return the share of the height between the running lines down to the last ink."""
    body = ink[int(20 * MILLIMETRE) : -int(18 * MILLIMETRE)]
    rows = np.flatnonzero(body.any(axis=1))
    return float(rows[-1] + 1) / len(body) if len(rows) else 0.0


def test_it_is_tagged_and_says_that_it_is_accessible(reader: PdfReader) -> None:
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert "/StructTreeRoot" in root
    about = root["/Metadata"].get_object().get_data().decode("utf-8")
    assert re.search(r"<pdfuaid:part>1</pdfuaid:part>", about)


def test_every_section_has_a_bookmark_and_a_heading(reader: PdfReader, words: str) -> None:
    titles = [title for name, title in read_outline(OUTLINE) if name != "appraisal"]  # none in the corpus yet
    assert [mark.title for mark in reader.outline if not isinstance(mark, list)] == titles
    assert [
        title for title in titles if words.count(title) < 2
    ] == []  # in the contents and above the section


def test_every_figure_and_table_is_printed(words: str) -> None:
    figures = [int(number) for number in re.findall(r"Figure (\d+)\. ", words)]
    assert sorted(set(figures)) == list(range(1, max(figures) + 1))
    assert max(figures) >= 15
    for caption in ("Included studies and their variables", "PRISMA 2020 checklist"):
        assert caption in words


def test_no_character_is_spelled_out(words: str) -> None:
    assert "U+" not in words


def test_no_page_is_empty_or_nearly_so(pictures: list[Picture], reader: PdfReader) -> None:
    assert len(pictures) == len(reader.pages)
    same_turn = [one for one, following in pairwise(pictures) if one.shape == following.shape]
    assert min(_used(ink) for ink in same_turn) > 0.3
    assert min(_used(ink) for ink in pictures) > 0.02


def test_nothing_reaches_the_outer_margins(pictures: list[Picture]) -> None:
    edge = int(8 * MILLIMETRE)
    for number, ink in enumerate(pictures, start=1):
        inner = ink.copy()
        inner[edge:-edge, edge:-edge] = False
        assert not inner.any(), f"page {number}"


def test_nothing_sticks_out_of_the_columns(pictures: list[Picture]) -> None:
    edge = int(18 * MILLIMETRE)
    over = [n for n, ink in enumerate(pictures, start=1) if ink[:, :edge].any() or ink[:, -edge:].any()]
    assert over == []


def test_links_lead_to_sources_and_to_places_in_the_document(reader: PdfReader) -> None:
    addresses, places = 0, 0
    for page in reader.pages:
        for note in page.get("/Annots") or []:
            link = note.get_object()
            assert link["/Subtype"] == "/Link"
            if "/A" in link and "/URI" in link["/A"]:
                addresses += 1
                assert str(link["/A"]["/URI"]).startswith(("http://", "https://"))
            else:
                places += 1
    assert addresses > 500
    assert places > 100
