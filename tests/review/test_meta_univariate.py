"""The random-effects model finds the highest top of the likelihood and names its rules."""

import math
from typing import Any

import numpy as np
import pytest

from review.meta import reml
from review.meta.reml import _climb, _log_likelihood, reml_tau2
from review.meta.result import PooledEstimate
from review.meta.univariate import random_effects
from tests.reference.comparing import reference

GOLDEN = reference()["datasets"]


def fit(name: str, test: Any, **options: Any) -> PooledEstimate:
    return random_effects(GOLDEN[name]["yi"], GOLDEN[name]["vi"], test=test, **options)


def test_weights_sum_to_100_percent() -> None:
    for name in GOLDEN:
        assert math.fsum(fit(name, "knha").weights) == pytest.approx(100, rel=1e-14)


def test_tau2_of_one_data_set_lies_at_the_boundary() -> None:
    assert [name for name in GOLDEN if fit(name, "z").tau2 == 0] == ["hart1999_IRR"]


@pytest.mark.parametrize(
    ("test", "rule", "named", "df"),
    [
        ("knha", "k-2", "k-2", 11),
        ("z", "k-2", "k-2", 11),
        ("knha", "metafor", "k-1", 12),
        ("z", "metafor", "normal", None),
    ],
)
def test_prediction_interval_names_its_rule(test: str, rule: Any, named: str, df: int | None) -> None:
    interval = fit("bcg_RR", test, prediction=rule).prediction_interval
    assert interval is not None
    assert (interval.df_rule, interval.df) == (named, df)


def test_defaults_are_reml_knapp_hartung_95_percent_and_riley() -> None:
    found = random_effects(GOLDEN["bcg_RR"]["yi"], GOLDEN["bcg_RR"]["vi"])
    assert (found.method, found.test, found.level) == ("REML", "knha", 95.0)
    assert found == fit("bcg_RR", "knha", level=95.0, prediction="k-2")


def test_higher_level_widens_every_interval() -> None:
    narrow, wide = fit("bcg_RR", "knha", level=90), fit("bcg_RR", "knha", level=99)
    assert wide.coefficients[0].ci_low < narrow.coefficients[0].ci_low
    assert wide.coefficients[0].ci_high > narrow.coefficients[0].ci_high
    assert wide.tau2_ci is not None
    assert narrow.tau2_ci is not None
    assert wide.tau2_ci[0] < narrow.tau2_ci[0]
    assert wide.tau2_ci[1] > narrow.tau2_ci[1]
    assert wide.prediction_interval is not None
    assert narrow.prediction_interval is not None
    assert wide.prediction_interval.high > narrow.prediction_interval.high


def test_ad_hoc_floor_acts_only_where_knapp_hartung_would_be_narrower() -> None:
    acts = fit("hart1999_IRR", "knha").coefficients[0].se < fit("hart1999_IRR", "z").coefficients[0].se
    assert acts
    assert fit("hart1999_IRR", "adhoc").coefficients[0].se == fit("hart1999_IRR", "z").coefficients[0].se
    assert fit("bcg_RR", "adhoc").coefficients[0].se == fit("bcg_RR", "knha").coefficients[0].se


def test_two_rows_follow_the_closed_form() -> None:
    # with equal variances REML is the sample variance less v: (3 − 0)²/2 − 1
    found = random_effects([0.0, 3.0], [1.0, 1.0], test="t")
    assert found.tau2 == pytest.approx(3.5, rel=1e-12)
    assert found.coefficients[0].se == pytest.approx(math.sqrt(4.5 / 2), rel=1e-12)


def test_reml_takes_the_higher_of_two_maxima() -> None:
    # the restricted likelihood has a maximum at 0 and a higher one near 1.73; scoring from 0 would stay there
    y, v = np.array([1.25, 0.07, -2.43, 0.07, -1.67]), np.array([0.0724, 0.0004, 0.6931, 0.0019, 0.2743])
    grid = np.concatenate(([0.0], np.geomspace(1e-8, 50, 20_000)))
    heights = _log_likelihood(grid, y, v)
    assert heights[0] > heights[1]
    tau2 = reml_tau2(y, v)
    assert tau2 == pytest.approx(grid[heights.argmax()], rel=1e-3)
    assert _log_likelihood(np.array([tau2]), y, v)[0] >= heights.max()


def test_reml_tells_two_nearly_equal_maxima_apart() -> None:
    # the tops, near 0.0024 and 0.052, differ by 1e-6 in log-likelihood: less than a coarse grid can see
    y = np.array([-0.02, -0.073, -0.125, -0.385, 0.553, 0.555, 0.596, -1.86])
    v = np.array([0.001, 2.254, 2.489, 0.428, 0.48, 0.486, 0.176, 0.554])
    grid = np.concatenate(([0.0], np.geomspace(1e-6, 5, 50_000)))
    heights = _log_likelihood(grid, y, v)
    assert _log_likelihood(np.array([reml_tau2(y, v)]), y, v)[0] >= heights.max()


def test_scoring_gives_up_when_it_leaves_its_hill() -> None:
    # equal variances: the top is at 3.5
    y, v = np.array([0.0, 3.0]), np.ones(2)
    assert _climb(1.0, 0.5, 2.0, y, v) is None
    assert _climb(1.0, 0.5, 4.0, y, v) == pytest.approx(3.5, rel=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_scoring_and_bounded_search_agree(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(seed)
    y, v = rng.normal(size=10), rng.uniform(0.01, 1, 10)
    scored = reml_tau2(y, v)
    monkeypatch.setattr(reml, "_climb", lambda *_: None)
    assert reml_tau2(y, v) == pytest.approx(scored, rel=1e-10)


def test_dependent_rows_bring_a_warning_and_single_rows_do_not() -> None:
    yi, vi = GOLDEN["bcg_RR"]["yi"], GOLDEN["bcg_RR"]["vi"]
    shared = random_effects(yi, vi, cluster=[i // 2 for i in range(13)])
    assert any("take rows of one cluster for independent" in text for text in shared.warnings)
    assert random_effects(yi, vi, cluster=list(range(13))).warnings == ()
    assert random_effects(yi, vi).robust == ()
