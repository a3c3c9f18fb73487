"""Promises about the radial plot."""

import math
import random

import numpy as np
import pytest
from matplotlib.figure import Figure

from reports.figures import proof, radial
from reports.figures.from_results.radial import radial_of
from review.meta.sensitivity.radial import radial as radial_numbers
from review.meta.univariate import random_effects


def sample(k: int, scale: float = 1.0, *, log: bool = False, centre: float = -0.3) -> radial.Radial:
    rng = random.Random(k)  # noqa: S311 - a fixed sample
    points = []
    for i in range(k):
        se = 0.05 + 0.5 * rng.random()
        z = rng.gauss(centre, 1.7 * se) / se
        points.append(radial.RadialPoint(f"author{i}-2020", 1 / (scale * se), z, measured=i % 9 == 8))
    c = centre * scale
    return radial.Radial(tuple(points), c, c - 0.05 * scale, c + 0.05 * scale, "risk ratio", log=log)


def spots(fig: Figure, gid: str) -> list[tuple[float, float]]:
    found = [line for ax in fig.axes for line in ax.lines if line.get_gid() == gid]
    return [tuple(s) for line in found for s in np.asarray(line.get_xydata()).tolist()]


@pytest.mark.parametrize("scale", [1e-16, 1.0, 1e16])
@pytest.mark.parametrize("k", [1, 2, 60, 400])
def test_every_row_stands_at_its_numbers_and_no_word_overlaps(k: int, scale: float) -> None:
    data = sample(k, scale)
    fig = radial.figure(data)
    assert sorted(spots(fig, "rows")) == sorted((p.precision, p.z) for p in data.points)
    assert len(radial.table(data)) == k
    (x0, x1), (y0, y1) = fig.axes[0].get_xlim(), fig.axes[0].get_ylim()
    assert all(x0 < p.precision < x1 and y0 < p.z < y1 for p in data.points)
    assert proof.faults(fig) == []


@pytest.mark.parametrize("centre", [-0.3, 0.0, 70.0])
def test_the_line_is_the_estimate_and_the_scale_reads_slopes_as_effects(centre: float) -> None:
    data = sample(30, log=centre < 0, centre=centre)
    fig = radial.figure(data)
    (_, zero), (x1, end) = spots(fig, "pooled")
    assert zero == 0
    assert end / x1 == pytest.approx(data.pooled)
    plot, scale = fig.axes
    # the ray of an effect leaves the plot at the height at which the scale names it
    height = plot.transData.transform((x1, data.pooled * x1))[1]
    assert scale.transData.transform((x1, data.pooled))[1] == pytest.approx(height)
    assert [y for _, y in spots(fig, "ci")] == [data.ci_low, data.ci_high]
    assert proof.faults(fig) == []


def test_rows_outside_the_band_are_counted_and_named() -> None:
    points = tuple(radial.RadialPoint(n, 2.0, z) for n, z in (("in", 1.9), ("edge", 2.0), ("out", -2.5)))
    data = radial.Radial(points, 0.0, -0.5, 0.5, "difference")
    words = radial.alt_text(data)
    assert "2 of 3 rows outside the 95 % band" in words
    assert "Farthest from the line: out and edge" in words
    written = [text for text, _ in proof.text_boxes(radial.figure(data))]
    assert {"out", "edge"} <= set(written)
    assert "in" not in written
    assert radial.table(data)["distance from the line"].tolist() == [1.9, 2.0, -2.5]


def test_it_is_drawn_from_the_result() -> None:
    result = random_effects([0.1, 0.3, 1.2, 0.2], [0.01, 0.02, 0.03, 0.01], labels=list("abcd"), level=90)
    numbers = radial_numbers(result)
    data = radial_of(numbers, measured={"b"})
    assert [(p.label, p.precision, p.z, p.measured) for p in data.points] == [
        (row, x, z, row == "b")
        for row, x, z in zip(numbers.rows, numbers.precision, numbers.standardised, strict=True)
    ]
    assert radial.reach(data) == pytest.approx(numbers.band)
    assert f"{len(numbers.outside)} of 4 rows outside the 90 % band" in radial.alt_text(data)
    assert (data.pooled, data.ci_low, data.ci_high) == (numbers.slope, numbers.slope_low, numbers.slope_high)


def test_limits_that_are_not_known_are_not_drawn() -> None:
    data = radial.Radial((radial.RadialPoint("a", 2.0, 1.0),), 0.5, None, None, "difference")
    fig = radial.figure(data)
    assert spots(fig, "ci") == []
    assert "Slope, the pooled estimate, +0.50. 0 of 1 row outside" in radial.alt_text(data)


def test_what_has_no_place_is_refused() -> None:
    for precision, z in ((0.0, 1.0), (math.inf, 1.0), (1.0, math.nan)):
        with pytest.raises(ValueError, match=r"^b has the precision"):
            radial.Radial((radial.RadialPoint("b", precision, z),), 0.0, -1.0, 1.0, "difference")
    with pytest.raises(ValueError, match="give finite numbers"):
        radial.Radial((), math.nan, None, None, "difference")


def test_nothing_is_said_in_words() -> None:
    nothing = radial.Radial((), 0.0, None, None, "difference")
    assert [text for text, _ in proof.text_boxes(radial.figure(nothing))] == [radial.alt_text(nothing)]
    assert radial.table(nothing).empty
