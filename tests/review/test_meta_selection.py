"""What selection models promise: the likelihood's top, boundaries told, and no number where there is none."""

import json
import math
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from review.meta.equal_weight import equal_weights
from review.meta.errors import InvalidInput
from review.meta.regression import meta_regression
from review.meta.selection.step_function import selection_model
from review.meta.selection.weighted_likelihood import WeightedLikelihood, p_values
from review.meta.univariate import random_effects
from tests.reference.comparing import reference

BANGERT = reference()["datasets"]["bangertdrowns2004_SMD"]
Y, V = np.array(BANGERT["yi"]), np.array(BANGERT["vi"])
POOLED = random_effects(Y, V, method="ML", test="z")


def simulated(seed: int, k: int, mean: float, tau: float, seen: float) -> tuple[Any, Any]:
    """Draw k effects of which those with one-sided p > .025 were seen with probability `seen` only."""
    random = np.random.default_rng(seed)
    y: list[float] = []
    v: list[float] = []
    while len(y) < k:
        variance = random.uniform(0.01, 0.1)
        effect = random.normal(mean, math.sqrt(tau**2 + variance))
        if effect / math.sqrt(variance) > 1.96 or random.random() < seen:
            y.append(effect)
            v.append(variance)
    return np.array(y), np.array(v)


@pytest.mark.parametrize("alternative", ["two.sided", "greater", "less"])
def test_the_density_of_a_seen_effect_integrates_to_one(alternative: Any) -> None:
    delta, v, steps = np.array([1.0, 0.3, 0.7]), 0.09, (0.05, 0.4, 1.0)

    def density(y: float) -> float:
        p = p_values(np.array([y]), np.array([v]), alternative)
        group = np.searchsorted(steps, p).clip(0, 2)
        one = WeightedLikelihood(np.array([y]), np.array([v]), np.ones((1, 1)), steps, alternative, group)
        return math.exp(one.value(np.array([0.2]), 0.05, delta)[0])

    edges = [side * norm.isf(a) * 0.3 for a in (0.05, 0.4, 0.025, 0.2) for side in (-1, 1)]
    assert quad(density, -4, 4, points=edges, limit=400)[0] == pytest.approx(1, abs=1e-8)


@pytest.mark.parametrize("alternative", ["two.sided", "greater", "less"])
def test_the_gradient_is_the_slope_of_the_likelihood(alternative: Any) -> None:
    steps = (0.025, 0.5, 1.0)
    group = np.searchsorted(steps, p_values(Y, V, alternative)).clip(0, 2)
    x = np.column_stack((np.ones(48), np.linspace(-1, 1, 48)))
    one = WeightedLikelihood(Y, V, x, steps, alternative, group)
    at = np.array([0.2, 0.1, 0.05, 1.0, 0.4, 0.6])

    def height(theta: Any) -> float:
        return one.value(theta[:2], theta[2], theta[3:])[0]

    slope = one.value(at[:2], at[2], at[3:])[1]
    for j, step in enumerate(np.eye(6) * 1e-6):
        assert slope[j] == pytest.approx((height(at + step) - height(at - step)) / 2e-6, rel=1e-6, abs=1e-6)


def test_no_place_near_the_top_is_higher() -> None:
    found = selection_model(POOLED, steps=(0.05, 0.5), alternative="greater")
    group = np.searchsorted(found.steps, p_values(Y, V, "greater")).clip(0, 2)
    one = WeightedLikelihood(Y, V, np.ones((48, 1)), found.steps, "greater", group)
    top = np.array([found.coefficients[0].estimate, found.tau2, *(i.delta for i in found.intervals[1:])])
    best = one.value(top[:1], top[1], np.append(1.0, top[2:]))[0]
    assert found.log_likelihood == pytest.approx(best, abs=1e-9)
    random = np.random.default_rng(1)
    for size in (1e-3, 0.1, 1.0):
        for _ in range(100):
            near = top * np.exp(size * random.normal(size=4))
            assert one.value(near[:1], near[1], np.append(1.0, near[2:]))[0] <= best + 1e-9


def test_metafor_is_met_with_moderators_two_steps_and_given_weights() -> None:
    length = np.array([math.nan if x is None else x for x in BANGERT["inputs"]["length"]])
    lined = meta_regression(Y, V, np.column_stack((np.ones(48), length)), method="ML")
    found = selection_model(lined, steps=(0.05, 0.5), alternative="greater")
    assert [c.estimate for c in found.coefficients] == pytest.approx([0.03358166, 0.01492632], rel=1e-4)
    free = selection_model(random_effects(Y, V, method="FE"), steps=(0.05, 0.5), alternative="greater")
    assert (free.method, free.tau2, free.se_tau2) == ("FE", 0, None)
    assert free.coefficients[0].estimate == pytest.approx(0.08123887, rel=1e-4)
    assert [i.delta for i in free.intervals] == pytest.approx([1, 0.25841651, 0.2055011], rel=1e-4)
    assert free.intervals[1].se == pytest.approx(0.11923488, rel=1e-4)
    given = selection_model(POOLED, steps=(0.05, 0.5), alternative="greater", delta=(1, 0.5, 0.2))
    assert given.coefficients[0].estimate == pytest.approx(0.06101527, rel=1e-4)
    assert (given.selection_test, given.intervals[1].se) == (None, None)
    assert "selection is not tested" in str(given)


def test_weights_of_one_are_no_selection() -> None:
    found = selection_model(POOLED, steps=(0.025, 0.5), delta=(1, 1, 1))
    assert found.coefficients[0].estimate == pytest.approx(POOLED.coefficients[0].estimate, rel=1e-8)
    assert found.coefficients[0].estimate == pytest.approx(found.unadjusted[0].estimate, rel=1e-8)
    assert found.tau2 == pytest.approx(POOLED.tau2, rel=1e-6)
    assert POOLED.fit is not None
    assert found.log_likelihood == pytest.approx(POOLED.fit.log_likelihood_ml, rel=1e-10)
    assert found.log_likelihood_unadjusted == pytest.approx(POOLED.fit.log_likelihood_ml, rel=1e-10)


def test_known_selection_is_found_and_undone() -> None:
    y, v = simulated(3, 400, 0.2, 0.1, 0.2)
    found = selection_model(random_effects(y, v), steps=0.025, alternative="greater")
    assert found.unadjusted[0].estimate > 0.27
    assert found.coefficients[0].ci_low < 0.2 < found.coefficients[0].ci_high
    one = found.intervals[1]
    assert one.ci_low is not None
    assert one.ci_high is not None
    assert one.ci_low < 0.2 < one.ci_high
    assert found.selection_test is not None
    assert found.selection_test.p < 1e-6
    assert "χ²(1)" in found.report_text()


@pytest.mark.parametrize("factor", [-1.0, 1e-14, 1e14])
def test_units_and_sign_do_not_matter(factor: float) -> None:
    base = selection_model(POOLED, alternative="greater")
    other: Any = "less" if factor < 0 else "greater"
    moved = selection_model(random_effects(Y * factor, V * factor**2, method="ML"), alternative=other)
    assert moved.coefficients[0].estimate == pytest.approx(factor * base.coefficients[0].estimate, rel=1e-6)
    assert moved.coefficients[0].se == pytest.approx(abs(factor) * base.coefficients[0].se, rel=1e-6)
    assert moved.intervals[1].delta == pytest.approx(base.intervals[1].delta, rel=1e-6)
    assert moved.selection_test == pytest.approx(base.selection_test) or (
        moved.selection_test is not None
        and base.selection_test is not None
        and moved.selection_test.statistic == pytest.approx(base.selection_test.statistic, rel=1e-6)
    )


def test_the_order_of_rows_and_of_steps_does_not_matter() -> None:
    base = selection_model(POOLED, steps=(0.05, 0.5))
    turned = selection_model(random_effects(Y[::-1], V[::-1], method="ML"), steps=(0.5, 1.0, 0.05, 0.5))
    assert turned.steps == base.steps == (0.05, 0.5, 1.0)
    assert turned.coefficients[0].estimate == pytest.approx(base.coefficients[0].estimate, rel=1e-7)


def test_an_interval_without_p_values_and_a_bound_are_told() -> None:
    found = selection_model(random_effects([0.3, 0.31, 0.29, 0.3, 0.35], [0.2] * 5), steps=0.025)
    assert [one.rows for one in found.intervals] == [0, 5]
    told = " ".join(found.warnings)
    assert "no row has a p-value in 0 < p ≤ 0.025" in told
    assert "lies on a bound of its range" in told


def test_few_p_values_are_told() -> None:
    few = random_effects([1.0, 0.1, 0.2, -0.1, 0.15, 0.05, 0.0], [0.04] * 7)
    assert any("few p-values in 0 < p ≤ 0.025 (1)" in text for text in selection_model(few).warnings)


def test_no_heterogeneity_lies_on_the_boundary_without_an_error() -> None:
    y, v = simulated(5, 60, 0.3, 0.0, 0.4)
    found = selection_model(random_effects(0.3 + 0.2 * (y - 0.3), v, method="ML"))
    assert (found.tau2, found.se_tau2) == (0, None)
    assert found.coefficients[0].se > 0
    assert found.to_dict()["se_tau2"] is None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"steps": 0}, "must be p-values above 0 and below 1"),
        ({"steps": (0.025, 1.2)}, "must be p-values"),
        ({"steps": float("nan")}, "must be p-values"),
        ({"steps": 1.0}, "nothing but 1"),
        ({"alternative": "both"}, "alternative = 'both' is unknown"),
        ({"delta": (1,)}, "delta has 1 weights but the steps make 2"),
        ({"delta": (0.5, None)}, "the first weight must be 1"),
        ({"delta": (1, -1)}, "0 and above"),
        ({"delta": (1, 0)}, "weight 0 holds p-values"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: Any, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        selection_model(POOLED, **given)


def test_too_few_rows_and_no_variances_are_refused() -> None:
    with pytest.raises(InvalidInput, match="2 rows are too few for 3 parameters"):
        selection_model(random_effects([1.0, 2.0], [0.1, 0.1]))
    with pytest.raises(InvalidInput, match="needs sampling variances"):
        selection_model(equal_weights([1.0, 2, 3], cluster=[1, 2, 3]))


def test_the_result_tells_itself() -> None:
    found = selection_model(random_effects([*Y, math.nan], [*V, 1.0], method="ML"), steps=(0.05, 0.5))
    assert json.loads(found.to_json()) == found.to_dict()
    assert list(found.to_frame()["part"]) == ["selection", "unadjusted", "delta", "delta", "delta"]
    assert "left out: row 49 (yi is missing)" in str(found)
    assert "49, yi is missing" in found.report_text()
    clustered = random_effects(Y, V, cluster=np.arange(48) // 2)
    assert any("24 clusters" in text for text in selection_model(clustered).warnings)
