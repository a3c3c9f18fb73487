"""Promises about the Baujat plot."""

import random

import numpy as np
import pytest

from reports.figures import baujat, proof
from reports.figures.from_results.baujat import baujat_of
from reports.figures.render import to_svg
from review.meta.sensitivity.baujat import baujat as baujat_numbers
from review.meta.univariate import random_effects


def sample(k: int, scale: float = 1.0) -> baujat.Baujat:
    rng = random.Random(k)  # noqa: S311 - a fixed sample
    return baujat.Baujat(
        tuple(
            baujat.BaujatPoint(
                f"author{i}-2020", scale * rng.expovariate(1), scale * rng.expovariate(9), measured=i % 9 == 8
            )
            for i in range(k)
        ),
        "accuracy",
    )


def shown(data: baujat.Baujat) -> list[tuple[float, float]]:
    ax = baujat.figure(data).axes[0]
    return sorted(
        tuple(s)
        for line in ax.lines
        if line.get_gid() == "rows"
        for s in np.asarray(line.get_xydata()).tolist()
    )


@pytest.mark.parametrize("scale", [1e-16, 1.0, 1e16])
@pytest.mark.parametrize("k", [1, 2, 60, 300, 2000])
def test_every_row_stands_at_its_numbers_and_no_word_overlaps(k: int, scale: float) -> None:
    data = sample(k, scale)
    assert shown(data) == sorted((p.heterogeneity, p.influence) for p in data.points)
    assert len(baujat.table(data)) == k
    fig = baujat.figure(data)
    (x0, x1), (y0, y1) = fig.axes[0].get_xlim(), fig.axes[0].get_ylim()
    assert all(x0 <= p.heterogeneity < x1 and y0 <= p.influence < y1 for p in data.points)
    assert proof.faults(fig) == []


def test_the_rows_farthest_out_are_named() -> None:
    data = sample(60)
    written = [text for text, _ in proof.text_boxes(baujat.figure(data))]
    far = max(data.points, key=lambda p: p.heterogeneity)
    assert far.label in written
    assert sum(p.label in written for p in data.points) <= 12
    assert all(
        p.label in [text for text, _ in proof.text_boxes(baujat.figure(sample(5)))] for p in sample(5).points
    )


def test_the_words_have_the_numbers() -> None:
    data = baujat.Baujat(
        (
            baujat.BaujatPoint("a", 1.0, 0.1),
            baujat.BaujatPoint("b", 8.0, 0.4),
            baujat.BaujatPoint("c", 0.5, 0.05),
        ),
        "accuracy",
        omitted=("d",),
    )
    words = baujat.alt_text(data)
    assert "3 rows, contribution to the heterogeneity Q up to 8 (sum 9.5)" in words
    assert "Farthest from the origin: b (8; 0.4), a (1; 0.1) and c (0.5; 0.05)" in words
    assert "Without a place, as the numbers cannot be told: d" in words
    assert "1 row without a place" in [text for text, _ in proof.text_boxes(baujat.figure(data))]


def test_it_is_drawn_from_the_result() -> None:
    yi, vi = [0.1, 0.3, 1.2, 0.2], [0.01, 0.02, 0.03, 0.01]
    numbers = baujat_numbers(random_effects(yi, vi, labels=list("abcd"), method="FE"))
    data = baujat_of(numbers, measured={"c"})
    assert [(p.label, p.heterogeneity, p.influence) for p in data.points] == list(
        zip(numbers.rows, numbers.contribution, numbers.influence, strict=True)
    )
    assert [p.label for p in data.points if p.measured] == ["c"]
    assert proof.faults(baujat.figure(data)) == []


def test_equal_rows_at_the_origin_are_drawn() -> None:
    data = baujat.Baujat(tuple(baujat.BaujatPoint(f"row {i}", 0.0, 0.0) for i in range(3)), "accuracy")
    assert shown(data) == [(0.0, 0.0)] * 3
    assert proof.faults(baujat.figure(data)) == []


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_a_number_without_a_place_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match=r"^b has the contribution"):
        baujat.Baujat((baujat.BaujatPoint("b", bad, 1.0),), "accuracy")


def test_nothing_is_said_in_words_and_two_drawings_are_the_same_bytes() -> None:
    nothing = baujat.Baujat((), "accuracy")
    assert [text for text, _ in proof.text_boxes(baujat.figure(nothing))] == [baujat.alt_text(nothing)]
    assert baujat.table(nothing).empty
    assert to_svg(baujat.figure(sample(30))) == to_svg(baujat.figure(sample(30)))
