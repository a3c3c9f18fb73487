"""Promises about the bubble plot of a meta-regression."""

import math

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from reports.figures import bubble, proof
from reports.figures.from_results.bubble import bubble_of
from reports.figures.render import to_svg
from review.meta.errors import InvalidInput
from review.meta.regression import meta_regression
from review.meta.regression_result import RegressionEstimate


def fitted(k: int = 40, scale: float = 1.0, **options: object) -> RegressionEstimate:
    rng = np.random.default_rng(k)
    x, z = rng.choice([2.0, 3.0, 4.0, 8.0], k), rng.random(k)
    x[:2] = 2.0, 8.0
    v = 0.01 + rng.random(k) ** 3
    y = 0.4 * x - 3 + z + rng.normal(0, np.sqrt(v + 0.2))
    design = np.column_stack([np.ones(k), x, z])
    return meta_regression(scale * y, scale**2 * v, design, terms=["intercept", "bits", "share"], **options)  # type: ignore[arg-type]


def circles(fig: Figure) -> list[tuple[float, float, float]]:
    found = []
    for cloud in fig.axes[0].collections:
        if isinstance(cloud, PathCollection):
            sizes = np.broadcast_to(cloud.get_sizes(), len(cloud.get_offsets()))
            found += [
                (float(x), float(y), float(s)) for (x, y), s in zip(cloud.get_offsets(), sizes, strict=True)
            ]
    return found


def curves(fig: Figure, gid: str) -> list[np.ndarray]:
    return [np.asarray(line.get_xydata()) for line in fig.axes[0].lines if line.get_gid() == gid]


@pytest.mark.parametrize("scale", [1e-14, 1.0, 1e14])
@pytest.mark.parametrize("k", [4, 40, 400])
def test_every_row_stands_at_its_moderator_and_effect_with_an_area_by_weight(k: int, scale: float) -> None:
    result = fitted(k, scale)
    data = bubble_of(result, "bits")
    fig = bubble.figure(data)
    found = sorted((x, y) for x, y, _ in circles(fig))
    assert found == sorted(zip([row[1] for row in result.design], result.yi, strict=True))
    assert len(bubble.table(data)) == k
    weight = dict(zip(result.yi, result.weights, strict=True))
    visible = [(s, weight[y]) for _, y, s in circles(fig) if s > bubble.SMALLEST**2]
    ratios = [s / w for s, w in visible]
    assert max(ratios) == pytest.approx(min(ratios))
    assert proof.faults(fig) == []


def test_line_and_bands_are_those_of_the_model_with_the_others_at_their_means() -> None:
    result = fitted(level=90)
    fig = bubble.figure(bubble_of(result, "bits"))
    share = np.mean([row[2] for row in result.design])
    b = [c.estimate for c in result.coefficients]
    (line,) = curves(fig, "fit")
    assert line[:, 1] == pytest.approx(b[0] + b[1] * line[:, 0] + b[2] * share)
    at = np.array([1.0, line[30, 0], share])
    variance = float(at @ np.array(result.covariance) @ at)
    t = 1.6870936  # t quantile .95 with 40 - 3 df
    data = bubble_of(result, "bits").line
    assert data is not None
    assert data.ci_high[30] - data.fit[30] == pytest.approx(t * math.sqrt(variance), rel=1e-6)
    assert data.pi_high is not None
    assert data.pi_high[30] - data.fit[30] == pytest.approx(t * math.sqrt(variance + result.tau2), rel=1e-6)
    low, high = curves(fig, "pi")
    assert (low[:, 1] < line[:, 1]).all()
    assert (high[:, 1] > line[:, 1]).all()
    assert (min(line[:, 0]), max(line[:, 0])) == (2.0, 8.0)


def test_another_moderator_can_be_held_elsewhere() -> None:
    result = fitted()
    here, there = (
        bubble_of(result, "bits", hold={"share": 0.0}),
        bubble_of(result, "bits", hold={"share": 1.0}),
    )
    assert here.line is not None
    assert there.line is not None
    assert there.line.fit[0] - here.line.fit[0] == pytest.approx(result.coefficients[2].estimate)
    assert "Held: share at 0" in bubble.alt_text(here)


def test_a_model_without_heterogeneity_has_no_prediction_band() -> None:
    data = bubble_of(fitted(method="FE"), "bits")
    assert data.line is not None
    assert data.line.pi_low is None
    assert curves(bubble.figure(data), "pi") == []
    assert "95 % prediction" not in [text for text, _ in proof.text_boxes(bubble.figure(data))]


def test_the_words_have_the_numbers() -> None:
    result = fitted()
    slope = result.coefficients[1]
    words = bubble.alt_text(bubble_of(result, "bits", measure="change", measured={3, 4}))
    assert words.startswith(
        "Bubble plot of change against bits: 40 rows, moderator from 2 to 8, effects from "
    )
    assert (
        f"Slope per unit +{slope.estimate:.2f} [+{slope.ci_low:.2f}; +{slope.ci_high:.2f}], 95 % CI, p < 0.001"
        in words
    )
    assert "2 rows measured" in words
    assert "Slope per unit (as a factor) " in bubble.alt_text(bubble_of(result, "bits", log=True))


def test_a_band_that_leaves_the_axis_is_said() -> None:
    result = meta_regression(
        [1.0, 2.0, 1.2], [0.01, 0.01, 0.01], [[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], terms=["intercept", "x"]
    )
    data = bubble_of(result, "x")
    assert "beyond the axis in part" in bubble.alt_text(data)
    (_, _), (low, high) = bubble.limits(data)
    assert high - low < 4
    assert proof.faults(bubble.figure(data)) == []


def test_a_category_is_spoken_and_has_two_places() -> None:
    x = [0.0, 1.0, 0.0, 1.0, 1.0]
    result = meta_regression(
        [1.0, 2.0, 1.2, 2.5, 2.1], [0.1] * 5, np.column_stack([np.ones(5), x]),
        terms=["intercept", "C(granularity)[T.per channel]"],
    )  # fmt: skip
    fig = bubble.figure(bubble_of(result, "C(granularity)[T.per channel]"))
    assert fig.axes[0].get_xlabel() == "granularity = per channel"
    assert fig.axes[0].get_xticks().tolist() == [0, 1]
    assert bubble.spoken("log(bits)") == "log(bits)"
    assert bubble.spoken("technique[low-bit]") == "technique = low-bit"


def test_a_term_that_one_line_cannot_tell_is_refused() -> None:
    result = fitted()
    for term in ("intercept", "nothing"):
        with pytest.raises(InvalidInput, match=f"no moderator '{term}' to draw: choose one of bits, share"):
            bubble_of(result, term)
    with pytest.raises(InvalidInput, match="'depth' cannot be held"):
        bubble_of(result, "bits", hold={"depth": 1.0})
    x = np.arange(9.0)
    for other, column in (("I(x ** 2)", x * x), ("x:z", x * np.sin(x))):
        curved = meta_regression(
            np.cos(x), np.ones(9), np.column_stack([np.ones(9), x, column]), terms=["one", "x", other]
        )
        with pytest.raises(InvalidInput, match="no single line tells its effect"):
            bubble_of(curved, "x")


def test_what_has_no_place_or_area_is_refused_and_nothing_is_said_in_words() -> None:
    with pytest.raises(ValueError, match=r"^b has the moderator"):
        bubble.Bubble((bubble.BubblePoint("b", math.nan, 1.0, 1.0),), None, "x", "effect")
    with pytest.raises(ValueError, match="weights above 0"):
        bubble.Bubble((bubble.BubblePoint("b", 1.0, 1.0, 0.0),), None, "x", "effect")
    nothing = bubble.Bubble((), None, "x", "effect")
    assert [text for text, _ in proof.text_boxes(bubble.figure(nothing))] == [bubble.alt_text(nothing)]
    assert bubble.table(nothing).empty


def test_one_point_and_ties_are_drawn() -> None:
    for n in (1, 5):
        data = bubble.Bubble(
            tuple(bubble.BubblePoint(str(i), 3.0, 0.5, 100 / n) for i in range(n)), None, "x", "effect"
        )
        fig = bubble.figure(data)
        assert [(x, y) for x, y, _ in circles(fig)] == [(3.0, 0.5)] * n
        assert proof.faults(fig) == []
        assert to_svg(fig) == to_svg(bubble.figure(data))
