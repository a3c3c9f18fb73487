"""Promises about the flow diagram: every count printed, undone stages drawn as such, boxes that link."""

import dataclasses
from itertools import combinations

import pytest
from matplotlib.patches import FancyBboxPatch, Rectangle

from reports.figures import proof
from reports.figures.prisma_flow import (
    HEADS,
    FlowBox,
    FlowItem,
    OtherMethods,
    PrismaFlow,
    alt_text,
    boxes,
    figure,
    link_labels,
    table,
)
from reports.figures.prisma_layout import layout
from reports.figures.render import to_svg

REASONS = (
    FlowItem("not quantization of the model", 171, "#r-not-quantization"),
    FlowItem("no primary study or no result of its own, in words that need several lines of the box", 43),
)
PLAIN = PrismaFlow(
    FlowBox(656, "#searches", (FlowItem("web search", 656),)),
    FlowBox(224, "#duplicates", (FlowItem("duplicate records", 224),)),
    FlowBox(432, "#screened"),
    FlowBox(339, "#excluded", REASONS),
    FlowBox(None),
    FlowBox(None),
    FlowBox(None),
    FlowBox(None),
    FlowBox(93, "#studies", (FlowItem("reports of new included studies", 93),)),
)
FULL = dataclasses.replace(
    PLAIN,
    sought=FlowBox(93),
    not_retrieved=FlowBox(3),
    assessed=FlowBox(90),
    reports_excluded=FlowBox(10, None, (FlowItem("reason one", 10),)),
    previous=FlowBox(72, "#previous", (FlowItem("reports of studies in the previous version", 75),)),
    other=OtherMethods(FlowBox(1040), FlowBox(41), FlowBox(2), FlowBox(39), FlowBox(30, "#other")),
    total=FlowBox(165, "#all"),
)


@pytest.mark.parametrize("data", [PLAIN, FULL])
def test_every_count_is_printed_and_nothing_overlaps(data: PrismaFlow) -> None:
    fig = figure(data)
    written = " ".join(text for text, _ in proof.text_boxes(fig)).replace("\u00a0", " ")
    for box in boxes(data).values():
        assert ("not done" if box.n is None else f"n = {box.n:,}") in written
        assert all(f"n = {item.n:,}" in written for item in box.items)
    assert proof.faults(fig) == []
    placed, _ = layout(data)
    assert len(placed) == len(boxes(data))
    for a, b in combinations(placed, 2):
        apart = a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y
        assert apart, (a.name, b.name)


def test_stages_that_were_not_done_are_dashed_and_say_so() -> None:
    fig = figure(PLAIN)
    dashed = [
        p
        for p in fig.axes[0].patches
        if isinstance(p, FancyBboxPatch) and p.get_linestyle() not in ("-", "solid")
    ]
    assert len(dashed) == 4
    assert alt_text(PLAIN).count("not done") == 4
    assert table(PLAIN)["n"].isna().sum() == 4
    full = figure(FULL)
    assert not [
        p
        for p in full.axes[0].patches
        if isinstance(p, FancyBboxPatch) and p.get_linestyle() not in ("-", "solid")
    ]


def test_arms_are_drawn_only_where_given() -> None:
    assert set(boxes(PLAIN)) < set(boxes(FULL)) == set(HEADS)


def test_boxes_and_reasons_link() -> None:
    fig = figure(PLAIN)
    links = [p.get_url() for p in fig.axes[0].patches if isinstance(p, Rectangle) and p.get_url()]
    assert sorted(links) == sorted(
        ["#searches", "#duplicates", "#screened", "#excluded", "#studies", "#r-not-quantization"]
    )
    assert set(links) == set(link_labels(PLAIN))
    assert (
        link_labels(PLAIN)["#r-not-quantization"]
        == "Records excluded: not quantization of the model (n = 171)"
    )
    svg = to_svg(fig)
    assert all(f'xlink:href="{href}"' in svg for href in links)
    assert "_blank" not in svg


def test_words_and_table_hold_every_count() -> None:
    words = alt_text(FULL)
    for n in ("656", "224", "432", "339", "171", "90", "72", "1,040", "165"):
        assert n in words
    assert table(FULL)["n"].notna().all()


def test_an_empty_review_has_zeros() -> None:
    nothing = PrismaFlow(*(FlowBox(0) for _ in range(9)))
    assert proof.faults(figure(nothing)) == []
    assert "Records screened: 0" in alt_text(nothing)


def test_two_renders_are_identical() -> None:
    assert to_svg(figure(FULL)) == to_svg(figure(FULL))
