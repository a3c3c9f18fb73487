"""Promises about figures as files."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pypdf
import pytest
from matplotlib.figure import Figure
from PIL import Image

from db.errors import MedquantError
from reports.figures import funnel, style
from reports.figures.save import save_figure, save_figures

TITLE = "Funnel plot – log τ²"
WORDS = 'Effects 1 < 2 & "τ²"; −0.30'


def drawing() -> Figure:
    return funnel.figure(
        funnel.Funnel((funnel.FunnelPoint("a", -0.3, 0.2), funnel.FunnelPoint("b", 0.4, 0.3)), "x")
    )


def test_svg_has_role_title_and_description_and_stands_on_paper(tmp_path: Path) -> None:
    file = save_figure(drawing(), tmp_path / "out.svg", title=TITLE, description=WORDS)
    root = ET.fromstring(file.read_bytes())  # noqa: S314 - our own output
    assert root.get("role") == "img"
    names = [child.tag.rpartition("}")[2] for child in list(root)[:3]]
    assert names == ["title", "desc", "rect"]
    assert [child.text for child in list(root)[:2]] == [TITLE, WORDS]
    labels = (root.get("aria-labelledby") or "").split()
    assert labels == [child.get("id") for child in list(root)[:2]]
    assert root[2].get("fill") == style.PAPER
    assert "var(" not in file.read_text(encoding="utf-8")


def test_png_has_the_words_and_print_resolution(tmp_path: Path) -> None:
    file = save_figure(drawing(), tmp_path / "out.PNG", title=TITLE, description=WORDS)
    with Image.open(file) as picture:
        assert (picture.info["Title"], picture.info["Description"]) == (TITLE, WORDS)
        assert picture.width == int(style.WIDTH / 72 * 300)
        assert picture.convert("RGBA").getpixel((0, 0)) == (254, 254, 254, 255)


def test_pdf_has_the_words_and_one_page_each(tmp_path: Path) -> None:
    (file,) = save_figures([drawing(), drawing()], tmp_path / "out.pdf", title=TITLE, description=WORDS)
    reader = pypdf.PdfReader(file)
    assert len(reader.pages) == 2
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.subject) == (TITLE, WORDS)
    assert float(reader.pages[0].mediabox.width) == pytest.approx(style.WIDTH, abs=0.5)


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_the_same_figure_gives_the_same_bytes_and_leaves_no_other_file(tmp_path: Path, ending: str) -> None:
    files = [save_figure(drawing(), tmp_path / f"{n}.{ending}", title="t", description="d") for n in "ab"]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"a.{ending}", f"b.{ending}"]


def test_pages_of_one_figure_are_numbered_files(tmp_path: Path) -> None:
    files = save_figures([drawing()] * 3, str(tmp_path / "forest.svg"), title="Forest", description="d")
    assert [f.name for f in files] == ["forest.svg", "forest-2.svg", "forest-3.svg"]
    assert '<title id="figure-title">Forest, page 2 of 3</title>' in files[1].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "why"), [("out.jpg", "ends in '.jpg'"), ("out", "has no ending"), ("svg", "has no ending")]
)
def test_another_ending_is_refused_in_one_sentence(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(
        MedquantError, match=f"{name} {why}, but a figure is written as .svg, .png or .pdf"
    ) as error:
        save_figure(drawing(), tmp_path / name, title="t", description="d")
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told_and_what_was_there_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "folder.svg").mkdir()
    for place in (tmp_path / "file" / "out.svg", tmp_path / "folder.svg"):
        with pytest.raises(MedquantError, match="cannot be written"):
            save_figure(drawing(), place, title="t", description="d")
    assert (tmp_path / "file").read_text() == "kept"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder.svg"]


def test_a_failed_drawing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "out.png"
    old.write_bytes(b"old")
    fig = drawing()
    monkeypatch.setattr(fig, "savefig", lambda *_args, **_options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save_figure(fig, old, title="t", description="d")
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_characters_that_a_file_cannot_hold_are_left_out(tmp_path: Path, ending: str) -> None:
    file = save_figure(drawing(), tmp_path / f"out.{ending}", title="a\x00b\x0b", description="c\x1f\nd")
    if ending == "svg":
        ET.fromstring(file.read_bytes())  # noqa: S314 - our own output


def test_no_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 1 page"):
        save_figures([], tmp_path / "out.svg", title="t", description="d")
