"""Promises about the claims figure."""

import math

import pytest
from matplotlib.figure import Figure

from reports.figures import claims, proof
from reports.figures.render import to_svg


def mark(label: str, **given: object) -> claims.ClaimMark:
    row: dict[str, object] = {
        "case": "fp16",
        "label": label,
        "unit": claims.POINTS,
        "published": 0.17,
        "measured": -0.12,
        "ci_low": -0.42,
        "ci_high": 0.19,
        "seeds": (-0.17, 0.0, -0.17),
        "tolerance": (-0.33, 0.67),
        "sign": "?",
        "word": "inconclusive",
    }
    return claims.ClaimMark(**(row | given))  # type: ignore[arg-type]


SIZE = {
    "unit": claims.RATIO,
    "published": 0.163,
    "measured": 0.5,
    "ci_low": None,
    "ci_high": None,
    "seeds": (0.5,),
    "tolerance": (0.155, 0.171),
    "sign": "×",
    "word": "not reproduced",
}
LEVEL = {
    "unit": "percent",
    "published": 82.2,
    "measured": 88.1,
    "ci_low": 84.0,
    "ci_high": 91.0,
    "seeds": (87.0, 88.8),
    "tolerance": (79.2, 85.2),
}
DATA = claims.Claims((mark("accuracy"), mark("size, like for like", **SIZE), mark("level", **LEVEL)))


def at(fig: Figure, panel: int, gid: str) -> list[float]:
    return [float(line.get_xdata()[0]) for line in fig.axes[panel].lines if line.get_gid() == gid]  # type: ignore[index]


def test_marks_stand_at_their_numbers_and_ratios_on_a_logarithmic_axis() -> None:
    fig = claims.figure(DATA)
    assert [unit for unit, _ in DATA.panels] == [claims.POINTS, "percent", claims.RATIO]
    assert at(fig, 1, "published") == [0.17]
    assert at(fig, 1, "measured") == [-0.12]
    assert at(fig, 1, "seed") == [-0.17, 0.0, -0.17]
    assert at(fig, 2, "measured") == [88.1]
    assert at(fig, 3, "published") == [math.log(0.163)]
    assert at(fig, 3, "measured") == [math.log(0.5)]
    assert at(fig, 3, "interval") == []
    band = next(patch for patch in fig.axes[1].patches if patch.get_gid() == "tolerance")
    assert [band.get_x(), band.get_x() + band.get_width()] == pytest.approx([-0.33, 0.67])  # type: ignore[attr-defined]


def test_a_verdict_is_a_sign_and_a_word_and_no_words_overlap() -> None:
    long = mark(
        "a statement that runs over more than one line of its column " * 3, word="reproduced", sign="✓"
    )
    fig = claims.figure(claims.Claims((*DATA.marks, long)))
    assert proof.faults(fig) == []
    written = [text for text, _ in proof.text_boxes(fig)]
    for sign, word in (("?", "inconclusive"), ("×", "not reproduced"), ("✓", "reproduced")):
        assert sign in written
        assert word in written


def test_a_collapse_that_is_not_compared_is_an_arrow_with_its_number() -> None:
    far = mark("int8 per tensor", measured=-75.0, ci_low=-78.0, ci_high=-72.0, seeds=(-75.0,), tolerance=None,
               sign="≠", word="not comparable")  # fmt: skip
    data = claims.Claims((mark("accuracy"), far))
    fig = claims.figure(data)
    low, _ = claims.limits(claims.POINTS, data.marks)
    assert low > -5
    assert at(fig, 1, "measured") == [-0.12, low]
    assert "−75.00" in [text for text, _ in proof.text_boxes(fig)]
    assert proof.faults(fig) == []


def test_the_alternative_text_says_every_number() -> None:
    words = claims.alt_text(DATA)
    assert "3 claims: 2 inconclusive and 1 not reproduced" in words
    assert "published +0.17, measured −0.12 [−0.42; +0.19] percentage points, 3 seeds, inconclusive" in words
    assert "published 0.16, measured 0.50 ratio, 1 seed, not reproduced" in words
    assert len(claims.table(DATA)) == 3


def test_no_claim_is_said_in_words() -> None:
    nothing = claims.Claims(())
    assert claims.alt_text(nothing) == claims.EMPTY
    assert [text for text, _ in proof.text_boxes(claims.figure(nothing))] == [claims.EMPTY]
    assert claims.table(nothing).empty


def test_two_renders_are_identical() -> None:
    assert to_svg(claims.figure(DATA)) == to_svg(claims.figure(DATA))
