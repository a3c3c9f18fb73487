"""Eleven estimators of tau2 hold what they promise at any scale, and at the edges."""

import math
from typing import Any

import numpy as np
import pytest
import scipy.optimize
from scipy.stats import chi2
from statsmodels.stats.meta_analysis import combine_effects

from review.meta.errors import InvalidInput
from review.meta.heterogeneity import generalized_q
from review.meta.likelihood import log_likelihood
from review.meta.profile import profile_interval, shrunken_effects
from review.meta.reml import reml_tau2
from review.meta.result import PooledEstimate
from review.meta.tau2 import METHODS, estimate_tau2
from review.meta.univariate import random_effects
from tests.reference.comparing import reference

GOLDEN = reference()["datasets"]


def fit(name: str, method: Any, test: Any = "z", **options: Any) -> PooledEstimate:
    return random_effects(GOLDEN[name]["yi"], GOLDEN[name]["vi"], method=method, test=test, **options)


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_likelihood_has_fallen_by_half_the_chi2_quantile_at_its_limits(method: Any) -> None:
    found = fit("bcg_RR", method, level=90)
    y, v = np.array(found.yi), np.array(found.vi)
    low, high = profile_interval(found)
    heights = log_likelihood(np.array([low, found.tau2, high]), y, v, restricted=method == "REML")
    assert heights[[0, 2]] == pytest.approx(heights[1] - chi2.ppf(0.9, 1) / 2, rel=1e-9)


def test_profile_likelihood_needs_a_maximum_of_the_likelihood() -> None:
    with pytest.raises(InvalidInput, match="this one is by DL: use the Q-profile limits"):
        profile_interval(fit("bcg_RR", "DL"))


def test_predictions_lie_between_the_row_and_the_mean() -> None:
    found = fit("bcg_RR", "REML", "knha")
    mean = found.coefficients[0].estimate
    for y, shrunken in zip(found.yi, shrunken_effects(found).estimate, strict=True):
        assert min(y, mean) <= shrunken <= max(y, mean)


@pytest.mark.parametrize("name", ["bcg_RR", "molloy2014_ZCOR"])
def test_statsmodels_agrees_where_it_has_the_method(name: str) -> None:
    y, v = np.array(GOLDEN[name]["yi"]), np.array(GOLDEN[name]["vi"])
    assert fit(name, "DL").tau2 == pytest.approx(combine_effects(y, v, method_re="dl").tau2, rel=1e-12)
    # its own absolute tolerance bounds the agreement
    assert fit(name, "PM").tau2 == pytest.approx(
        combine_effects(y, v, method_re="pm", atol=1e-8).tau2, rel=1e-4
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scale", [1e-100, 1e-16, 1e16, 1e100])
def test_units_do_not_matter_to_any_estimator(method: Any, scale: float) -> None:
    yi, vi = np.array([0.1, 0.5, -0.2, 0.9]), np.array([0.01, 0.02, 0.015, 0.05])
    plain = random_effects(yi, vi, method=method)
    scaled = random_effects(yi * scale, vi * scale**2, method=method)
    assert plain.tau2 is not None
    assert scaled.tau2 is not None
    assert plain.fit is not None
    assert scaled.fit is not None
    assert scaled.tau2 / scale / scale == pytest.approx(plain.tau2, rel=1e-10)
    assert scaled.coefficients[0].estimate / scale == pytest.approx(plain.coefficients[0].estimate, rel=1e-10)
    assert scaled.fit.log_likelihood_reml == pytest.approx(
        plain.fit.log_likelihood_reml - 3 * math.log(scale), rel=1e-10
    )


@pytest.mark.parametrize("method", METHODS)
def test_less_scatter_than_chance_never_makes_tau2_negative(method: Any) -> None:
    found = random_effects([0.10, 0.11, 0.10, 0.11], [1.0] * 4, method=method)
    assert found.tau2 is not None
    if method == "SJ":  # positive by construction, whatever the effects
        assert 0 < found.tau2 < 1e-4
    else:
        assert found.tau2 == 0
    assert pytest.approx(0, abs=0.01) == found.I2


@pytest.mark.parametrize("method", METHODS)
def test_equal_effects_have_no_heterogeneity(method: Any) -> None:
    found = random_effects([0.1] * 5, [0.01, 0.02, 0.03, 0.04, 0.05], method=method, test="z")
    assert (found.tau2, found.Q, found.I2) == (0, 0, 0)
    assert found.coefficients[0].estimate == pytest.approx(0.1, rel=1e-15)
    assert all(math.isfinite(x) for x in (found.coefficients[0].se, found.se_tau2 or 0.0))


@pytest.mark.parametrize("method", METHODS)
def test_one_and_two_rows(method: Any) -> None:
    alone = random_effects([0.3], [0.04], method=method)
    assert (alone.method, alone.tau2, alone.fit) == (method, None, None)
    pair = random_effects([0.0, 3.0], [1.0, 1.0], method=method)
    # the sample variance 4.5 less v, where the estimator divides by k − 1
    closed = {"ML": 3**2 / 4 - 1, "HS": (4.5 - 2) / 2, "HSk": (2 * 4.5 - 2) / 2, "SJ": 2.25 * 4.5 / 3.25}
    closed |= {"PMM": 4.5 / chi2.median(1) - 1, "FE": 0.0}
    assert pair.tau2 == pytest.approx(closed.get(method, 3.5), rel=1e-12)


def test_paule_mandel_solves_its_equation() -> None:
    y, v = np.array(GOLDEN["bcg_RR"]["yi"]), np.array(GOLDEN["bcg_RR"]["vi"])
    assert generalized_q(estimate_tau2("PM", y, v).value, y, v) == pytest.approx(12, rel=1e-12)
    assert generalized_q(estimate_tau2("PMM", y, v).value, y, v) == pytest.approx(chi2.median(12), rel=1e-12)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("restricted", [True, False])
def test_no_tau2_is_likelier_with_moderators(seed: int, restricted: bool) -> None:
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(12), rng.normal(size=(12, 2))])
    y, v = rng.normal(size=12) * 0.7, rng.uniform(0.05, 1, 12)
    basis = np.linalg.qr(x)[0]
    grid = np.concatenate(([0.0], np.geomspace(1e-6, 20, 5000)))
    heights = log_likelihood(grid, y, v, basis, restricted=restricted)
    tau2 = reml_tau2(y, v, basis, restricted=restricted)
    assert log_likelihood(np.array([tau2]), y, v, basis, restricted=restricted)[0] >= heights.max() - 1e-12


def test_the_mean_alone_is_the_regression_on_a_constant() -> None:
    y, v = np.array(GOLDEN["bcg_RR"]["yi"]), np.array(GOLDEN["bcg_RR"]["vi"])
    basis = np.full((13, 1), 1 / math.sqrt(13))
    for method in METHODS:
        one, other = estimate_tau2(method, y, v), estimate_tau2(method, y, v, basis)  # type: ignore[arg-type]
        assert other.value == pytest.approx(one.value, rel=1e-11)
        assert (other.se or 0.0) == pytest.approx(one.se or 0.0, rel=1e-11)


def test_scipy_finds_the_same_maximum() -> None:
    y, v = np.array(GOLDEN["bcg_RR"]["yi"]), np.array(GOLDEN["bcg_RR"]["vi"])
    best = scipy.optimize.minimize_scalar(
        lambda t: -log_likelihood(np.array([t]), y, v)[0],
        bounds=(0, 2),
        method="bounded",
        options={"xatol": 1e-9},
    )
    assert fit("bcg_RR", "REML").tau2 == pytest.approx(best.x, rel=1e-6)
