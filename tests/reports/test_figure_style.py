"""Promises about the common look and about the SVG that every figure becomes."""

import re
import xml.etree.ElementTree as ET

import pytest

from reports.figures import coverage, prisma_flow, proof, style
from reports.figures.measure import elide, text_width, wrap
from reports.figures.render import themed, to_svg
from reports.figures.scale import linear_ticks, ratio_ticks, robust_limits
from reports.figures.words import counted, listed, ratio, signed

BARS = coverage.Coverage(
    (coverage.CoverageRow("energy", 16, 4, 73), coverage.CoverageRow("PACS / RIS", 0, 0, 93))
)
FLOW = prisma_flow.PrismaFlow(
    *(prisma_flow.FlowBox(n, href) for n, href in ((10, "#a"), (2, "#b"), (8, None), (5, None))),
    *(prisma_flow.FlowBox(None) for _ in range(4)),
    prisma_flow.FlowBox(3, "#figure_1"),
)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", ["#ffffff", "#14181d"])
@pytest.mark.parametrize("hue", [*style.HUES, style.NEUTRAL, style.BROWN])
def test_every_hue_stands_out_on_paper_and_on_the_dark_page(hue: str, ground: str) -> None:
    assert contrast(hue, ground) >= 3


def test_sentinel_colours_have_one_role_each() -> None:
    values = [*style.SENTINELS.values(), *style.HUES, style.NEUTRAL, style.BROWN, style.ON_HUE]
    assert len(values) == len(set(values))


def test_categories_differ_by_more_than_colour() -> None:
    looks = style.looks([f"t{i}" for i in range(21)] + ["not stated"])
    assert len({(look.color, look.marker) for look in looks.values()}) == 22
    assert len({look.marker for look in list(looks.values())[:7]}) == 7
    assert looks["not stated"].color == style.NEUTRAL


def test_readers_own_settings_do_not_reach_the_figures() -> None:
    import matplotlib as mpl

    plain = to_svg(coverage.figure(BARS))
    with mpl.rc_context(
        {"font.family": "DejaVu Serif", "axes.grid": True, "svg.hashsalt": "x", "figure.dpi": 100}
    ):
        assert to_svg(coverage.figure(BARS)) == plain


def test_greek_and_arrows_have_glyphs() -> None:
    fig = style.new_figure(40)
    with style.context():
        style.canvas(fig).text(5, 20, "τ² ≤ 3, I² → − × – … ☆")
    assert to_svg(fig).startswith("<svg")  # a missing glyph is a warning, and warnings are errors


def test_svg_is_the_same_for_the_same_data_and_bare_of_dates() -> None:
    one, two = to_svg(coverage.figure(BARS)), to_svg(coverage.figure(BARS))
    assert one == two
    assert not re.search(r"<\?xml|<!DOCTYPE|<metadata|<style|<text|\d{4}-\d\d-\d\d", one)
    ET.fromstring(one)  # noqa: S314 - our own output


def test_two_figures_share_no_id() -> None:
    both = to_svg(coverage.figure(BARS)) + to_svg(prisma_flow.figure(FLOW))
    ids = re.findall(r' id="([^"]+)"', both)
    assert len(ids) == len(set(ids)) > 20
    assert set(re.findall(r'(?:url\(#|<use [^>]*href="#)([^")]+)', both)) <= set(ids)


def test_same_figure_twice_takes_prefixes() -> None:
    one, two = (to_svg(coverage.figure(BARS), prefix=p) for p in "ab")
    assert not set(re.findall(r' id="([^"]+)"', one)) & set(re.findall(r' id="([^"]+)"', two))


def test_themed_svg_has_words_and_variables() -> None:
    svg = themed(to_svg(coverage.figure(BARS)), "Cover & age", '1 < 2 "x"', identifier="fig-1")
    root = ET.fromstring(svg)  # noqa: S314
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "fig-1-title fig-1-desc"
    assert [child.text for child in list(root)[:2]] == ["Cover & age", '1 < 2 "x"']
    assert f"var(--fig-ink, {style.INK})" in svg
    for value in style.SENTINELS.values():
        assert svg.count(value) == svg.count(f", {value})")


def test_no_colour_is_left_to_the_default_black() -> None:
    assert not re.search(
        r"#000000|\bblack\b", to_svg(prisma_flow.figure(FLOW)) + to_svg(coverage.figure(BARS))
    )


def test_links_keep_their_address_and_get_a_spoken_label() -> None:
    svg = themed(
        to_svg(prisma_flow.figure(FLOW)), "t", "d", identifier="f", link_labels=prisma_flow.link_labels(FLOW)
    )
    assert 'role="group"' in svg
    assert '<a xlink:href="#a" aria-label="Records identified from databases and registers (n = 10)">' in svg
    assert '<a xlink:href="#figure_1"' in svg


def test_themed_refuses_what_is_no_svg() -> None:
    with pytest.raises(ValueError, match="to_svg"):
        themed("<p>", "t", "d", identifier="f")


def test_the_proof_finds_an_overlap_and_a_cut_word() -> None:
    fig = style.new_figure(40)
    ax = style.canvas(fig)
    ax.text(20, 20, "one word")
    ax.text(25, 22, "another")
    ax.text(style.WIDTH - 5, 20, "cut at the edge")
    assert proof.overlapping_texts(fig) == [("one word", "another")]
    assert proof.clipped_texts(fig) == ["cut at the edge"]


def test_slanted_words_are_judged_by_their_slanted_boxes() -> None:
    fig = style.new_figure(80)
    ax = style.canvas(fig)
    for x in (20, 40):
        ax.text(x, 10, "a slanted label", rotation=45, rotation_mode="anchor")
    assert proof.overlapping_texts(fig) == []


def test_wrapping_loses_no_word_and_keeps_the_width() -> None:
    words = "int8 per channel calibrated with 500 images Pneumonoultramicroscopicsilicovolcanoconiosis"
    lines = wrap(words, 60)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    assert max(text_width(line) for line in lines) <= 60
    assert wrap("", 60) == [""]
    assert wrap("n = 5 n\u00a0=\u00a05", text_width("n = 5") + 1) == ["n = 5", "n\u00a0=\u00a05"]


def test_eliding_keeps_the_width_and_what_fits() -> None:
    assert elide("short", 60) == "short"
    assert elide("a very long label", 40).endswith("…")
    assert text_width(elide("a very long label", 40)) <= 40


def test_limits_hold_the_bulk_and_leave_the_collapsed_outside() -> None:
    values = [-0.5, -0.4, -0.3, -0.2, 0.0, 0.1, -70.0]
    low, high = robust_limits(values, keep=(0.0,))
    assert -3 < low < -0.5
    assert high > 0.1
    assert robust_limits([], keep=(0.0,)) == (-0.56, 0.56)
    assert robust_limits([2.0, 2.0])[0] < 2 < robust_limits([2.0, 2.0])[1]


def test_ticks_are_round_and_inside() -> None:
    assert ratio_ticks(-3.2, 0.3) == [0.05, 0.1, 0.2, 0.5, 1.0]
    assert linear_ticks(-70, 3) == [-60.0, -40.0, -20.0, 0.0]
    assert len(ratio_ticks(-30, 30)) <= 7
    assert 1.0 in ratio_ticks(-30, 30)


def test_words_of_numbers() -> None:
    assert [counted(1, "study"), counted(1200, "study"), counted(2, "row")] == [
        "1 study",
        "1,200 studies",
        "2 rows",
    ]
    assert [listed([]), listed(["a"]), listed(["a", "b", "c"])] == ["", "a", "a, b and c"]
    assert [signed(-1.234), signed(0.0), signed(-0.001), signed(2, 1)] == ["−1.23", "0.00", "0.00", "+2.0"]
    assert [ratio(0.25), ratio(0.0312), ratio(12), ratio(1), ratio(1234.0)] == [
        "0.25",
        "0.031",
        "12.0",
        "1.00",
        "1,234",
    ]
