"""Promises about the forest plot: every row once, at its number, readable on every page."""

import dataclasses
import math
import random
from collections import Counter

import pytest
from matplotlib.patches import Polygon

from reports.figures import proof, style
from reports.figures.forest import plot as forest
from reports.figures.forest.layout import PAGE
from reports.figures.render import to_svg

SUMMARY = forest.ForestSummary(
    "Random-effects model (REML, Knapp–Hartung)",
    -0.42,
    -0.6,
    -0.2,
    -2.1,
    1.3,
    ("Heterogeneity: τ² = 3.2 [1.1; 9.0], I² = 87 % [70; 95], Q = 71.3 (df = 12), p < 0.0001. " * 3,),
)
COLUMNS = (forest.RawColumn("Baseline"), forest.RawColumn("Quantized"))
ARMS = (
    "int8",
    "int4 weights",
    "int8 per channel, calibrated with 500 images of the validation set, with a long name",
)


def rows(n: int, *, bare: bool = False) -> tuple[forest.ForestRow, ...]:
    rng = random.Random(n)  # noqa: S311 - a fixed sample
    found = []
    for i in range(n):
        y, se = rng.gauss(-0.4, 1), rng.uniform(0.1, 1.2)
        known = not bare and i % 3 == 0
        found.append(
            forest.ForestRow(
                f"author{i // rng.choice([1, 2, 5])}-2024",
                f"{rng.choice(ARMS)} {i}",
                y,
                y - 1.96 * se if known else None,
                y + 1.96 * se if known else None,
                rng.uniform(0.2, 3) if known else None,
                (f"{rng.uniform(80, 95):.2f} MB" if i % 4 else "", f"{rng.uniform(80, 95):.2f} MB"),
                measured=i % 7 == 0,
            )
        )
    return tuple(found)


def plot(n: int, **kwargs: object) -> forest.Forest:
    return dataclasses.replace(
        forest.Forest(rows(n), SUMMARY, "difference, percentage points", columns=COLUMNS), **kwargs
    )  # type: ignore[arg-type]


@pytest.mark.parametrize("n", [1, 5, 41, 72, 300])
def test_pages_drop_no_row_and_no_words_overlap(n: int) -> None:
    data = plot(n)
    pages = forest.pages(data)
    assert [row for page in pages for row in page.rows] == list(forest.grouped(data.rows))
    assert Counter(data.rows) == Counter(row for page in pages for row in page.rows)
    assert all(0 < len(page.rows) <= forest.ROWS_PER_PAGE for page in pages)
    for page in pages:
        fig = forest.figure(page)
        assert fig.get_size_inches()[1] * 72 <= PAGE + 10
        assert proof.faults(fig) == []


def test_the_summary_stands_on_the_last_page_with_rows() -> None:
    pages = forest.pages(plot(300), rows_per_page=1)
    assert len(pages) == 300
    assert pages[-1].last
    for page, has in ((pages[0], False), (pages[-1], True)):
        fig = forest.figure(page)
        assert any(isinstance(patch, Polygon) for patch in fig.axes[1].patches) is has
        assert ("Prediction interval" in [text for text, _ in proof.text_boxes(fig)]) is has


@pytest.mark.parametrize("n", range(30, 75, 3))
def test_a_long_footer_never_pushes_the_last_page_over_the_paper(n: int) -> None:
    summary = dataclasses.replace(SUMMARY, footer=SUMMARY.footer * 8)
    pages = forest.pages(plot(n, summary=summary))
    fig = forest.figure(pages[-1])
    assert pages[-1].rows
    assert fig.get_size_inches()[1] * 72 <= PAGE + 10
    assert sum(len(page.rows) for page in pages) == n


def test_marks_stand_at_their_numbers_level_with_their_words() -> None:
    data = plot(15)
    (page,) = forest.pages(data)
    fig = forest.figure(page)
    words, ax = fig.axes
    found = {
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]))
        for line in ax.lines
        if line.get_gid() == "estimate"
    }  # type: ignore[index]
    low, high = forest.limits(data)
    inside = [row for row in data.rows if low <= row.yi <= high]
    assert {x for x, _ in found} == {row.yi for row in inside}
    levels = {round(text.get_position()[1], 6) for text in words.texts}
    assert {round(y, 6) for _, y in found} <= levels


def test_area_follows_weight_and_rows_without_interval_are_hollow() -> None:
    data = plot(24)
    ax = forest.figure(forest.pages(data)[0]).axes[1]
    by_value = {row.yi: row for row in data.rows}
    filled = []
    for line in ax.lines:
        if line.get_gid() == "estimate":
            row = by_value[float(line.get_xdata()[0])]  # type: ignore[index]
            assert (line.get_markerfacecolor() == style.PAPER) == row.hollow
            assert line.get_marker() == ("D" if row.measured else "s")
            if not row.hollow:
                filled.append(line.get_markersize() ** 2 / (row.weight or 0))
    assert len(filled) > 4
    assert max(filled) == pytest.approx(min(filled))


def test_nothing_is_weighted_where_no_row_has_a_weight() -> None:
    data = forest.Forest(rows(20, bare=True), None, "change in Dice", columns=COLUMNS)
    fig = forest.figure(forest.pages(data)[0])
    written = [text for text, _ in proof.text_boxes(fig)]
    assert "Weight" not in written
    assert "Difference" in written
    assert "20 of 20 without a standard error" in forest.alt_text(data)
    assert forest.alt_text(data).endswith("Nothing is pooled.")


def test_extreme_rows_become_arrows_and_keep_their_number() -> None:
    extreme = forest.ForestRow("collapse2025", "int4", -70.2, cells=("0.872", "0.170"))
    data = forest.Forest((*rows(20), extreme), SUMMARY, "change in Dice", columns=COLUMNS)
    low, _ = forest.limits(data)
    assert low > -20
    fig = forest.figure(forest.pages(data)[0])
    beyond = [line for line in fig.axes[1].lines if line.get_gid() == "beyond"]
    assert [float(line.get_xdata()[0]) for line in beyond] == [low]  # type: ignore[index]
    assert "−70.20" in [text for text, _ in proof.text_boxes(fig)]
    assert "1 row beyond the axis" in forest.alt_text(data)


def test_a_chosen_axis_is_kept_and_the_rest_are_arrows() -> None:
    data = plot(15, axis=(-0.5, 0.5))
    fig = forest.figure(forest.pages(data)[0])
    assert fig.axes[1].get_xlim() == (-0.5, 0.5)
    outside = sum(not -0.5 <= row.yi <= 0.5 for row in data.rows)
    assert sum(line.get_gid() == "beyond" for line in fig.axes[1].lines) == outside > 0
    assert proof.faults(fig) == []


def test_ratios_are_printed_as_ratios_on_a_log_axis() -> None:
    row = forest.ForestRow("a2020", "int8", math.log(0.25), cells=("100 MB", "25 MB"))
    data = forest.Forest((row,), None, "ratio of sizes", "Ratio", log=True, columns=COLUMNS)
    fig = forest.figure(forest.pages(data)[0])
    assert {"0.25", "1"} <= {text for text, _ in proof.text_boxes(fig)}
    assert forest.table(data)["ratio"].tolist() == pytest.approx([0.25])
    assert "0.25" in forest.alt_text(data)


def test_null_line_is_solid_and_pooled_line_dotted() -> None:
    ax = forest.figure(forest.pages(plot(20))[0]).axes[1]
    lines = {line.get_gid(): line for line in ax.lines}
    assert lines["null"].get_linestyle() == "-"
    assert set(lines["null"].get_xdata()) == {0.0}  # type: ignore[arg-type]
    assert lines["pooled"].get_linestyle() != "-"
    assert set(lines["pooled"].get_xdata()) == {-0.42}  # type: ignore[arg-type]
    assert list(lines["prediction"].get_xdata()) == [-2.1, 1.3]  # type: ignore[arg-type]
    diamond = next(patch for patch in ax.patches if isinstance(patch, Polygon))
    assert [x for x, _ in diamond.get_xy()[:4]] == [-0.6, -0.42, -0.2, -0.42]


def test_a_study_over_the_edge_is_named_again() -> None:
    one = tuple(dataclasses.replace(row, study="long2025") for row in rows(60))
    first, *others = forest.pages(forest.Forest(one, None, "change", columns=COLUMNS))
    assert "long2025" in [text for text, _ in proof.text_boxes(forest.figure(first))]
    assert others
    for page in others:
        assert "long2025 (continued)" in [text for text, _ in proof.text_boxes(forest.figure(page))]


def test_rows_of_a_study_stand_together() -> None:
    a, b = (dataclasses.replace(rows(1)[0], study=name) for name in "ab")
    assert [row.study for row in forest.grouped((a, b, a, b))] == ["a", "a", "b", "b"]


def test_words_and_table_hold_the_numbers() -> None:
    data = plot(72)
    words = forest.alt_text(data)
    assert "72 contrasts" in words
    assert "−0.42 [−0.60; −0.20], prediction interval [−2.10; +1.30]" in words
    frame = forest.table(data)
    assert len(frame) == 74
    assert frame.iloc[-1]["CI high"] == 1.3


def test_no_row_is_said_in_words() -> None:
    data = forest.Forest((), None, "latency")
    (fig,) = forest.figures(data)
    assert (
        [text for text, _ in proof.text_boxes(fig)]
        == [forest.alt_text(data)]
        == ["No contrast to show for latency."]
    )
    assert forest.pages(data) == []
    assert forest.table(data).empty


def test_a_page_needs_a_row() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        forest.pages(plot(3), rows_per_page=0)


def test_two_renders_are_identical() -> None:
    page = forest.pages(plot(20))[0]
    assert to_svg(forest.figure(page)) == to_svg(forest.figure(page))
