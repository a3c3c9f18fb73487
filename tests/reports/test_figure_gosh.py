"""Promises about the GOSH plot."""

import time

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from reports.figures import gosh, proof
from reports.figures.from_results.gosh import deciding_row, gosh_of
from reports.figures.render import to_svg
from review.meta.errors import InvalidInput
from review.meta.sensitivity.gosh import gosh as gosh_numbers
from review.meta.univariate import random_effects

YI = [0.1, 0.12, 0.3, 0.2, 0.15, 0.9]
VI = [0.01, 0.02, 0.03, 0.01, 0.02, 0.01]
NAMES = ["a", "b", "b", "c", "d", "the outlier"]


def sample(n: int, scale: float = 1.0, *, chosen: bool = True) -> gosh.Gosh:
    rng = np.random.default_rng(n)
    holds = rng.random(n) < 0.5
    estimates = scale * np.where(holds, rng.normal(-0.2, 0.05, n), rng.normal(-0.4, 0.06, n))
    i2 = np.clip(np.where(holds, rng.normal(60, 15, n), rng.normal(10, 25, n)), 0, 99)
    return gosh.Gosh(
        estimates,
        i2,
        "difference",
        14,
        holds=holds if chosen else None,
        chosen="qu2025",
        whole=(-0.3 * scale, 55.0),
    )


def bars(fig: Figure, label: str) -> list[float]:
    outlines = [p for ax in fig.axes for p in ax.patches if isinstance(p, StepPatch) and p.get_gid() == label]
    return [float(np.sum(p.get_data().values)) for p in outlines]


@pytest.mark.parametrize("scale", [1e-16, 1.0, 1e16])
@pytest.mark.parametrize("chosen", [True, False])
@pytest.mark.parametrize("n", [1, 3, 1000])
def test_few_subsets_are_dots_at_their_numbers(n: int, chosen: bool, scale: float) -> None:
    data = sample(n, scale, chosen=chosen)
    fig = gosh.figure(data)
    names = {label for label, _, _ in gosh.groups(data)}
    dots = np.vstack([line.get_xydata() for line in fig.axes[0].lines if line.get_gid() in names])
    assert sorted(map(tuple, dots.tolist())) == sorted(
        zip(data.estimates.tolist(), data.I2.tolist(), strict=True)
    )
    assert gosh.table(data)["number"].sum() == n
    assert proof.faults(fig) == []


def test_the_two_clouds_differ_by_more_than_colour() -> None:
    lines = {line.get_gid(): line for line in gosh.figure(sample(1000)).axes[0].lines}
    without, held = lines["without qu2025"], lines["with qu2025"]
    assert without.get_marker() != held.get_marker()
    assert without.get_color() != held.get_color()


@pytest.mark.parametrize("chosen", [True, False])
def test_many_subsets_are_counted_in_hexagons_and_none_is_lost(chosen: bool) -> None:
    data = sample(20_000, chosen=chosen)
    fig = gosh.figure(data)
    (cells,) = [c for c in fig.axes[0].collections if isinstance(c, PolyCollection)]
    (x0, x1), (y0, y1) = fig.axes[0].get_xlim(), fig.axes[0].get_ylim()
    assert x0 < data.estimates.min() < data.estimates.max() < x1
    assert y0 < data.I2.min() < data.I2.max() < y1
    assert len(cells.get_offsets()) == len(gosh.hexagons(data, fig.axes[0])[0])
    assert gosh.hexagons(data, fig.axes[0])[0].sum() == 20_000
    for label, inside, _ in gosh.groups(data):
        assert bars(fig, label) == [inside.sum(), inside.sum()]
    assert proof.faults(fig) == []


def test_hexagons_take_the_hue_of_the_subsets_in_them() -> None:
    far = np.repeat([0.0, 1.0], 1000)
    data = gosh.Gosh(far, np.repeat([10.0, 90.0], 1000), "difference", 11, holds=far > 0.5, chosen="x")
    fig = gosh.figure(data)
    (cells,) = [c for c in fig.axes[0].collections if isinstance(c, PolyCollection)]
    hues = {tuple(np.round(np.asarray(color)[:3] * 255).astype(int)) for color in cells.get_facecolor()}
    assert hues == {(0, 0x72, 0xB2), (0xD5, 0x5E, 0)}


def test_the_words_have_the_numbers() -> None:
    data = gosh.Gosh(
        np.array([0.1, 0.3, 0.5]), np.array([0.0, 20.0, 40.0]), "difference", 5,
        holds=np.array([True, False, True]), chosen="qu2025", whole=(0.25, 30.0), possible=31, method="REML",
    )  # fmt: skip
    words = gosh.alt_text(data)
    for part in (
        "3 subsets of 31 of 5 rows fitted by REML",
        "Without qu2025, 1: estimate +0.30 to +0.30, median +0.30; I² 20 to 20 %",
        "With qu2025, 2: estimate +0.10 to +0.50, median +0.30; I² 0 to 40 %, median 20 %",
        "All rows together: +0.25, I² 30 %",
    ):
        assert part in words


def test_it_is_drawn_from_the_result_and_rows_of_one_study_count_together() -> None:
    result = random_effects(YI, VI, labels=NAMES)
    numbers = gosh_numbers(result)
    data = gosh_of(numbers, "b", whole=result)
    assert data.holds is not None
    assert data.holds.sum() == 48  # 63 subsets of 6 rows; 15 hold neither row of b
    assert (data.possible, data.k, data.whole) == (63, 6, (result.coefficients[0].estimate, result.I2))
    assert "63 subsets of 6 rows fitted by REML" in gosh.alt_text(data)
    assert deciding_row(numbers) == "the outlier"
    assert proof.faults(gosh.figure(data)) == []
    with pytest.raises(InvalidInput, match="no pooled row is labelled 'z': choose one of a, b"):
        gosh_of(numbers, "z")


def test_a_row_number_is_called_a_row() -> None:
    numbers = gosh_numbers(random_effects(YI, VI))
    assert [label for label, _, _ in gosh.groups(gosh_of(numbers, "6"))] == ["without row 6", "with row 6"]
    assert [label for label, _, _ in gosh.groups(gosh_of(numbers))] == ["all subsets"]


def test_numbers_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(ValueError, match="2 estimates, 3 values of I²"):
        gosh.Gosh(np.zeros(2), np.zeros(3), "difference", 2)
    with pytest.raises(ValueError, match="1 of 2 subsets have no finite"):
        gosh.Gosh(np.array([0.0, np.nan]), np.zeros(2), "difference", 2)


def test_nothing_is_said_in_words() -> None:
    nothing = gosh.Gosh(np.empty(0), np.empty(0), "difference", 0)
    assert [text for text, _ in proof.text_boxes(gosh.figure(nothing))] == [gosh.alt_text(nothing)]
    assert gosh.table(nothing).empty


def test_a_hundred_thousand_subsets_take_seconds_and_a_small_file() -> None:
    data = sample(100_000)
    before = time.perf_counter()
    svg = to_svg(gosh.figure(data))
    assert time.perf_counter() - before < 5
    assert len(svg) < 700_000
    assert svg == to_svg(gosh.figure(data))
