"""Promises about the funnel plot drawn from a result: contours, estimates, filled points, scales."""

import random

import numpy as np
import pytest
from matplotlib.axes import Axes

from reports.figures import funnel, proof
from reports.figures.from_results.funnel import funnel_of
from review.meta.bias.trim_and_fill import trim_and_fill
from review.meta.equal_weight import equal_weights
from review.meta.errors import InvalidInput
from review.meta.univariate import random_effects


def places(ax: Axes, gid: str) -> list[tuple[float, float]]:
    return [
        tuple(spot)
        for line in ax.lines
        if line.get_gid() == gid
        for spot in np.asarray(line.get_xydata()).tolist()
    ]


def sample(k: int, scale: float = 1.0) -> tuple[list[float], list[float]]:
    rng = random.Random(k)  # noqa: S311 - a fixed sample
    se = [0.1 + rng.random() for _ in range(k)]
    return [scale * rng.gauss(-0.3, s) for s in se], [(scale * s) ** 2 for s in se]


@pytest.mark.parametrize("scale", [1e-16, 1e-8, 1.0, 1e8, 1e16])
@pytest.mark.parametrize("k", [1, 2, 40])
def test_every_row_of_the_result_stands_at_its_effect_and_standard_error(k: int, scale: float) -> None:
    yi, vi = sample(k, scale)
    result = random_effects(yi, vi, labels=[f"study {i}" for i in range(k)])
    data = funnel_of(result, pseudo=95)
    fig = funnel.figure(data)
    shown = sorted(places(fig.axes[0], "rows"))
    frame = funnel.table(data)
    assert shown == sorted(zip(frame["yi"], frame["se"], strict=True))
    assert frame["yi"].tolist() == yi
    assert frame["se"].to_numpy() ** 2 == pytest.approx(vi)
    (low, high), (bottom, top) = fig.axes[0].get_xlim(), fig.axes[0].get_ylim()
    assert all(low < x < high and top == 0 < y < bottom for x, y in shown)
    assert proof.faults(fig) == []


def test_contours_stand_at_their_quantiles_around_the_null_not_around_the_estimate() -> None:
    data = funnel_of(random_effects(*sample(20)), null=-2.0)
    ax = funnel.figure(data).axes[0]
    depth = ax.get_ylim()[0]
    ends = sorted((x + 2.0) / depth for x, y in places(ax, "contour") if y == depth)
    assert ends == pytest.approx([-2.575829, -1.959964, -1.644854, 1.644854, 1.959964, 2.575829], abs=1e-6)
    assert {x for x, _ in places(ax, "null")} == {-2.0}
    low, high = ax.get_xlim()
    assert low < -2.0 - 2.5758 * depth
    assert high > -2.0 + 2.5758 * depth


def test_estimate_and_pseudo_limits_are_those_of_the_result() -> None:
    result = random_effects(*sample(20))
    data = funnel_of(result, pseudo=90)
    ax = funnel.figure(data).axes[0]
    estimate, depth = result.coefficients[0].estimate, ax.get_ylim()[0]
    assert {x for x, _ in places(ax, "pooled estimate")} == {estimate}
    assert [x for x, _ in places(ax, "pseudo")] == pytest.approx(
        [estimate - 1.6448536 * depth, estimate, estimate + 1.6448536 * depth]
    )
    inside = sum(abs(p.yi - estimate) <= 1.6448536 * p.se for p in data.points)
    assert f"{inside} of 20 effects within its 90 % pseudo confidence limits" in funnel.alt_text(data)
    assert not places(funnel.figure(funnel_of(result)).axes[0], "pseudo")


def test_words_count_by_kind_and_give_the_numbers() -> None:
    points = (
        funnel.FunnelPoint("a", -1.0, 0.4),
        funnel.FunnelPoint("b", 0.1, 0.5, measured=True),
        funnel.FunnelPoint("c", 2.0, 0.3, filled=True),
    )
    words = funnel.alt_text(funnel.Funnel(points, "difference", pooled=-0.5, adjusted=0.2))
    for part in (
        "2 effects with standard errors from 0.3 to 0.5, effects from −1.00 to +2.00",
        "1 effect below p = 0.05",
        "1 filled point added",
        "1 effect measured",
        "Pooled estimate −0.50",
        "Estimate with the filled points +0.20",
    ):
        assert part in words


def test_filled_points_and_their_estimate_come_from_trim_and_fill() -> None:
    yi, vi = [-0.9, -0.7, -0.5, -0.35, -0.3, -0.2, -0.25], [0.3, 0.2, 0.12, 0.05, 0.03, 0.01, 0.005]
    result = random_effects(yi, vi)
    filled = trim_and_fill(yi, vi, side="right")
    assert filled.k0 > 0
    data = funnel_of(result, filled)
    assert [(p.yi, p.se**2) for p in data.points if p.filled] == [
        (y, pytest.approx(v)) for y, v in zip(filled.filled_yi, filled.filled_vi, strict=True)
    ]
    ax = funnel.figure(data).axes[0]
    assert {x for x, _ in places(ax, "with filled points")} == {filled.estimate}
    assert len(places(ax, "rows")) == 7 + filled.k0
    assert f"7 effects with standard errors from {np.sqrt(0.005):.3g}" in funnel.alt_text(data)
    with pytest.raises(InvalidInput, match="the trim-and-fill result is of 7 rows, the analysis of 6"):
        funnel_of(random_effects(yi[1:], vi[1:]), filled)


def test_nothing_to_fill_is_said_and_draws_no_second_line() -> None:
    yi, vi = [-0.1, 0.0, 0.1], [0.02, 0.01, 0.02]
    data = funnel_of(random_effects(yi, vi), trim_and_fill(yi, vi, side="left"))
    assert "Trim and fill adds no point" in funnel.alt_text(data)
    assert places(funnel.figure(data).axes[0], "with filled points") == []


def test_kinds_of_points_differ_by_shape_and_ground() -> None:
    points = tuple(
        funnel.FunnelPoint(n, x, 0.3, filled=n == "f", measured=n == "m") for x, n in enumerate("rfm")
    )
    ax = funnel.figure(funnel.Funnel(points, "difference")).axes[0]
    looks = {(line.get_marker(), line.get_markerfacecolor()) for line in ax.lines if line.get_gid() == "rows"}
    assert looks == {("o", "#0072b2"), ("o", "#fefefe"), ("D", "#d55e00")}


def test_a_null_far_off_leaves_room_for_the_points() -> None:
    data = funnel_of(random_effects([70.0, 70.4, 69.7], [0.01, 0.02, 0.01]))
    low, high = funnel.figure(data).axes[0].get_xlim()
    assert low > -10
    assert high < 80


def test_a_funnel_without_variances_or_with_a_standard_error_of_zero_is_refused() -> None:
    with pytest.raises(InvalidInput, match="needs sampling variances"):
        funnel_of(equal_weights([1.0, 2.0, 3.0], list("abc")))
    for se in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="b has the effect 1 and the standard error"):
            funnel.Funnel((funnel.FunnelPoint("b", 1.0, se),), "difference")


def test_ties_are_all_there() -> None:
    data = funnel.Funnel(tuple(funnel.FunnelPoint(str(i), 0.5, 0.2) for i in range(7)), "difference")
    assert len(places(funnel.figure(data).axes[0], "rows")) == len(funnel.table(data)) == 7
