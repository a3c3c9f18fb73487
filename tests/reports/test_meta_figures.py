"""`medquant review meta` draws what it computed, or says in one sentence why there is no such figure."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from matplotlib.text import Text

import medquant as front_door
from reports.meta_figures import FIGURES, Look
from review.meta.front.answer import answer
from review.meta.front.question import Question
from review.meta_table import read_table

ROWS = "yi,vi,study,who,n,year\n" + "".join(
    f"{0.1 * i - 0.4},{0.02 + 0.01 * (i % 4)},s{i // 2},row {i},{100 + i},{2010 + i}\n" for i in range(10)
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "table.csv"
    file.write_text(ROWS, encoding="utf-8")
    return file


def drawn(table: Path, *words: str) -> int:
    return front_door.main(["review", "meta", str(table), "--labels", "who", *words])


@pytest.mark.parametrize("name", ["forest", "funnel", "baujat", "gosh", "radial", "leave-one-out-forest"])
def test_each_figure_is_an_svg_with_its_words(
    name: str, table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "figure.svg"
    assert drawn(table, f"--{name}", str(file), "--measure", "Change") == 0, capsys.readouterr().err
    assert capsys.readouterr().out.endswith("figure.svg: written\n")
    root = ET.parse(file).getroot()  # noqa: S314 - our own file
    assert root.get("role") == "img"
    words = [child.text or "" for child in root if child.tag.endswith(("title", "desc"))]
    assert len(words) == 2
    assert "Change" in words[0]
    assert len(words[1]) > 60


def words_of(table: Path, question: Question, look: Look) -> set[str]:
    """Return every text of the forest's pages."""
    pages, _ = FIGURES["forest"](answer(read_table(table), question), look)
    return {text.get_text() for page in pages for text in page.findobj(Text) if isinstance(text, Text)}


def test_a_forest_shows_columns_and_sides(table: Path) -> None:
    columns = {"year": [2010 + i for i in range(10)]}
    look = Look(measure="Change", favours=("worse", "better"), columns=columns)
    found = words_of(table, Question(labels="who"), look)
    assert found >= {"year", "2013", "row 9", "Change"}
    assert all(any(side in word for word in found) for side in ("worse", "better"))


@pytest.mark.parametrize(
    "question",
    [
        Question(study="study", estimate="who"),
        Question(cluster="study"),
        Question(cluster="study", vi=None, variances=False),
    ],
)
def test_rows_of_a_cluster_stand_under_its_name(question: Question, table: Path) -> None:
    assert words_of(table, question, Look()) >= {"s0", "s3"}


def test_a_cumulative_forest_and_a_bubble_plot(table: Path, tmp_path: Path) -> None:
    assert drawn(table, "--cumulative", "year", "--cumulative-forest", str(tmp_path / "c.png")) == 0
    assert drawn(table, "--mods", "year", "--bubble", str(tmp_path / "b.pdf")) == 0
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "b.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--bubble", "x.svg"], "no bubble plot: .* --mods"),
        (["--mods", "year", "--forest", "x.svg"], "without --mods"),
        (["--multilevel", "study/who", "--gosh", "x.svg"], "without --multilevel"),
        (["--cumulative-forest", "x.svg"], "--cumulative"),
        (["--forest", "x.gif"], r"\.svg, \.png or \.pdf"),
        (["--columns", "nothing", "--forest", "x.svg"], "no column 'nothing'"),
    ],
)
def test_a_figure_that_there_is_not_is_told(
    words: list[str],
    said: str,
    table: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import re

    monkeypatch.chdir(table.parent)
    assert drawn(table, *words) == 1
    error = capsys.readouterr().err
    assert re.search(said, error), error
    assert len(error.splitlines()) == 1
    assert sorted(path.name for path in table.parent.iterdir()) == ["table.csv"]
