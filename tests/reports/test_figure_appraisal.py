"""Promises about the traffic-light plot and the summary of appraisals."""

import random
from typing import get_args

import pytest
from matplotlib.patches import Circle, Rectangle

from reports.figures import appraisal_summary, proof, traffic_light
from reports.figures.appraisal_levels import LOOKS, Level
from reports.figures.render import to_svg
from reports.figures.traffic_light import OVERALL, LightRow, TrafficLight
from reports.sections.appraisal import lights
from review.bias.tool import tools


def some_lights(
    n: int, code: str = "quantization_validity", levels: tuple[Level, ...] = get_args(Level)
) -> TrafficLight:
    rng = random.Random(n)  # noqa: S311 - a fixed sample
    blank = lights(tools()[code], ())
    rows = tuple(
        LightRow(
            f"study{i:03d}-01 with a name that is far too long for its column",
            tuple(rng.choice(levels) for _ in blank.bias),
            tuple(rng.choice(levels) for _ in blank.concern),
        )
        for i in range(n)
    )
    return TrafficLight(blank.tool, blank.bias, blank.concern, rows)


@pytest.mark.parametrize("code", tools())
@pytest.mark.parametrize("n", [1, 40, 93])
def test_every_judgement_is_one_disc_and_nothing_overlaps(code: str, n: int) -> None:
    data = some_lights(n, code)
    pages = traffic_light.figures(data)
    assert len(pages) == (3 if n == 93 else 1)
    discs = keys = 0
    for fig in pages:
        assert proof.faults(fig) == []
        discs += sum(isinstance(patch, Circle) for patch in fig.axes[0].patches)
        keys += len(data.levels)
    assert discs - keys == n * (len(data.bias) + len(data.concern))


def test_no_level_hangs_on_colour_alone() -> None:
    judged = [look for level, look in LOOKS.items() if level != "none"]
    assert len({look.symbol for look in judged}) == len({look.color for look in judged}) == len(judged)
    assert len({look.hatch for look in judged}) == len(judged)


def test_the_symbol_of_each_level_stands_in_its_disc() -> None:
    data = TrafficLight("T", ("A", OVERALL), ("A",), (LightRow("s", ("high", "low"), ("unclear",)),))
    (fig,) = traffic_light.figures(data)
    printed = [text for text, _ in proof.text_boxes(fig)]
    assert [printed.count(symbol) for symbol in ("−", "+", "?")] == [
        2,
        2,
        2,
    ]  # once in the plot, once in the key
    assert {"D1", "All", "Risk of bias", "Concern about applicability"} <= set(printed)


def test_the_table_and_the_words_say_what_the_discs_show() -> None:
    data = TrafficLight("T", ("A", OVERALL), ("A",), (LightRow("s", ("high", "none"), ("open",)),))
    assert traffic_light.table(data).iloc[0].tolist() == ["s", "high", "not judged", "appraisers differ"]
    words = traffic_light.alt_text(data)
    assert "Risk of bias, A: 1 high." in words
    assert "Concern about applicability, A: 1 appraisers differ." in words


@pytest.mark.parametrize("n", [1, 7, 500])
def test_summary_bars_are_shares_that_add_up_to_100_percent(n: int) -> None:
    data = appraisal_summary.summary_of(some_lights(n))
    fig = appraisal_summary.figure(data)
    assert proof.faults(fig) == []
    frame = appraisal_summary.table(data)
    assert (frame.iloc[:, 2:-1].sum(axis=1) == n).all()
    parts = [
        patch for patch in fig.axes[0].patches if isinstance(patch, Rectangle) and patch.get_height() == 12
    ]
    total = max(p.get_x() + p.get_width() for p in parts) - min(p.get_x() for p in parts)
    assert sum(p.get_width() for p in parts) == pytest.approx(total * len(data.bars))


def test_nothing_to_draw_is_said_in_words() -> None:
    nothing = TrafficLight("T", ("A",), (), ())
    (fig,) = traffic_light.figures(nothing)
    assert [text for text, _ in proof.text_boxes(fig)] == [traffic_light.alt_text(nothing)]
    summary = appraisal_summary.summary_of(nothing)
    assert [text for text, _ in proof.text_boxes(appraisal_summary.figure(summary))] == [
        appraisal_summary.alt_text(summary)
    ]


def test_two_renders_are_identical() -> None:
    data = some_lights(5)
    assert to_svg(traffic_light.figures(data)[0]) == to_svg(traffic_light.figures(data)[0])
    summary = appraisal_summary.summary_of(data)
    assert to_svg(appraisal_summary.figure(summary)) == to_svg(appraisal_summary.figure(summary))
