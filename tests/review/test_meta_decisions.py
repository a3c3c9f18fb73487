"""Decisions against a margin agree with the intervals they stand for."""

import json
import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm, t

from review.meta.decisions import decide, held_against
from review.meta.equal_weight import equal_weights
from review.meta.errors import InvalidInput
from review.meta.regression import meta_regression
from review.meta.univariate import random_effects

Y = np.array([-0.4, -0.1, -0.6, 0.2, -0.3, -0.2, -0.5, 0.1])
V = np.array([0.04, 0.05, 0.02, 0.06, 0.05, 0.03, 0.08, 0.03])
POOLED = random_effects(Y, V)


@pytest.mark.parametrize(
    ("estimate", "equivalence", "non_inferiority"),
    [
        (0.0, "equivalent", "non-inferior"),
        (-0.6, "not shown", "not shown"),
        (-1.0, "not shown", "not shown"),
        (-1.6, "worse", "worse"),
        (1.0, "not shown", "non-inferior"),
        (1.6, "better", "non-inferior"),
    ],
)
def test_verdicts_on_a_change_of_which_a_fall_is_harmful(
    estimate: float, equivalence: str, non_inferiority: str
) -> None:
    found = held_against(estimate, 0.3, None, 1.0)
    assert (found.equivalence, found.non_inferiority) == (equivalence, non_inferiority)
    mirrored = held_against(-estimate, 0.3, None, 1.0, direction="higher")
    assert (mirrored.equivalence, mirrored.non_inferiority) == (equivalence, non_inferiority)


@pytest.mark.parametrize("df", [None, 1.0, 3.7, 40.0])
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_two_one_sided_tests_agree_with_the_interval(df: float | None, alpha: float) -> None:
    for estimate in np.linspace(-3, 3, 61).tolist():
        found = held_against(estimate, 0.25, df, 1.0, alpha=alpha)
        within = found.ci_low > -1 and found.ci_high < 1
        assert (found.equivalence == "equivalent") == within == (found.p_equivalence < alpha)
        assert (found.non_inferiority == "non-inferior") == (found.ci_low > -1)
        assert (found.equivalence == "worse") == (found.ci_high < -1) == (found.p_worse < alpha)
        assert (found.equivalence == "better") == (found.ci_low > 1)
        assert found.p_worse + found.p_non_inferiority == pytest.approx(1)


def test_p_values_are_those_of_the_t_distribution() -> None:
    found = held_against(0.2, 0.5, 7.0, 1.0)
    assert found.p_above_lower == pytest.approx(t.sf(1.2 / 0.5, 7), rel=1e-12)
    assert found.p_below_upper == pytest.approx(t.cdf(-0.8 / 0.5, 7), rel=1e-12)
    assert (found.ci_low, found.ci_high) == pytest.approx(t.interval(0.9, 7, 0.2, 0.5))


def test_the_mean_and_a_new_study_are_told_from_one_result() -> None:
    found = decide(POOLED, 0.5)
    c, interval = POOLED.coefficients[0], POOLED.prediction_interval
    assert interval is not None
    assert (found.mean.estimate, found.mean.se, found.mean.df) == (c.estimate, c.se, 7)
    assert found.inference == "model"
    n = found.new_study
    assert n is not None
    assert POOLED.tau2 is not None
    spread = np.hypot(np.sqrt(POOLED.tau2), c.se)
    assert (n.df_rule, n.decision.df) == ("k-2", 6)
    assert n.decision.se == pytest.approx(spread, rel=1e-12)
    assert n.p_below_lower == pytest.approx(t.cdf((-0.5 - c.estimate) / spread, 6), rel=1e-10)
    assert n.p_above_upper == pytest.approx(t.sf((0.5 - c.estimate) / spread, 6), rel=1e-10)
    assert n.p_below_lower + n.p_within + n.p_above_upper == pytest.approx(1, rel=1e-12)
    assert n.p_harmful == n.p_below_lower
    assert decide(POOLED, 0.5, direction="higher").new_study.p_harmful == n.p_above_upper  # type: ignore[union-attr]


def test_the_prediction_decision_is_whether_its_interval_lies_within_the_margin() -> None:
    ninety = random_effects(Y, V, level=90).prediction_interval
    assert ninety is not None
    n = decide(POOLED, 0.5).new_study
    assert n is not None
    assert (n.decision.ci_low, n.decision.ci_high) == pytest.approx((ninety.low, ninety.high))
    edge = max(-ninety.low, ninety.high)
    for margin, verdict in ((edge * 1.001, "equivalent"), (edge * 0.999, "not shown")):
        wide = decide(POOLED, margin).new_study
        assert wide is not None
        assert wide.decision.equivalence == verdict


def test_a_new_study_far_outside_keeps_the_digits_of_its_probability() -> None:
    far = random_effects([100.0, 100.4, 99.7, 100.1], [0.01] * 4, test="z", prediction="metafor")
    n = decide(far, 97.0).new_study
    assert n is not None
    spread = n.decision.se
    assert n.p_within == pytest.approx(norm.cdf(-3.05 / spread), rel=0.5)
    assert 0 < n.p_within < 1e-10
    assert n.decision.equivalence == "better"
    worse = decide(far, 97.0, direction="higher")
    assert worse.new_study is not None
    assert worse.verdict == worse.new_study.decision.equivalence == "worse"


def test_robust_errors_are_preferred_and_can_be_declined() -> None:
    clustered = random_effects(Y, V, cluster=[1, 1, 2, 2, 3, 3, 4, 4])
    robust = decide(clustered, 0.5)
    assert robust.inference == "CR2"
    assert (robust.mean.se, robust.mean.df) == (clustered.robust[0].se, clustered.robust[0].df)
    assert any("degrees of freedom only" in text for text in robust.warnings)
    assert any("not on the robust one" in text for text in robust.warnings)
    assert decide(clustered, 0.5, inference="model").mean.se == clustered.coefficients[0].se
    assert decide(clustered, 0.5, inference="robust").mean == robust.mean
    with pytest.raises(InvalidInput, match="no robust standard errors"):
        decide(POOLED, 0.5, inference="robust")


def test_other_results_decide_too_and_say_what_they_cannot_predict() -> None:
    plain = decide(equal_weights(Y, cluster=[1, 1, 2, 2, 3, 3, 4, 4]), 0.5)
    assert plain.inference == "CR2"
    assert plain.new_study is None
    assert any("no prediction for a new study" in text for text in plain.warnings)
    line = meta_regression(Y, V, np.column_stack((np.ones(8), np.arange(8.0))), terms=("intercept", "bits"))
    slope = decide(line, 0.2, term="bits")
    assert (slope.term, slope.mean.estimate) == ("bits", line.coefficients[1].estimate)
    assert slope.new_study is None
    assert decide(random_effects(Y, V, method="FE"), 0.5).new_study is None
    with pytest.raises(InvalidInput, match="no coefficient 'size': choose one of intercept, bits"):
        decide(line, 0.2, term="size")


@pytest.mark.parametrize("margin", [0, -1, float("nan"), float("inf"), True, "1", None])
def test_a_margin_must_be_a_finite_number_above_0(margin: Any) -> None:
    with pytest.raises(InvalidInput, match="margin"):
        decide(POOLED, margin)


@pytest.mark.parametrize("alpha", [0, 0.5, 5, -0.1, float("nan"), True])
def test_alpha_must_lie_between_0_and_a_half(alpha: Any) -> None:
    with pytest.raises(InvalidInput, match="alpha"):
        decide(POOLED, 0.5, alpha=alpha)


@pytest.mark.parametrize("given", [{"direction": "down"}, {"inference": "CR2"}])
def test_unknown_options_are_named(given: Any) -> None:
    with pytest.raises(InvalidInput, match="is unknown: choose one of"):
        decide(POOLED, 0.5, **given)


def test_an_estimate_without_an_error_cannot_be_decided_upon() -> None:
    with pytest.raises(InvalidInput, match="cannot be tested against a margin"):
        decide(random_effects([0.3] * 5, [0.1] * 5), 0.5)
    with pytest.raises(InvalidInput, match="cannot be tested against a margin"):
        decide(random_effects(Y, V, cluster=["one"] * 8), 0.5)


def test_units_do_not_matter() -> None:
    base = decide(POOLED, 0.5)
    for unit in (1e-15, 1e15):
        moved = decide(random_effects(Y * unit, V * unit**2), 0.5 * unit)
        assert moved.mean.p_equivalence == pytest.approx(base.mean.p_equivalence, rel=1e-8)
        assert moved.new_study is not None
        assert base.new_study is not None
        assert moved.new_study.p_harmful == pytest.approx(base.new_study.p_harmful, rel=1e-8)


def test_the_result_tells_itself() -> None:
    found = decide(random_effects([*Y, np.nan], [*V, 0.1]), 0.5)
    assert json.loads(found.to_json()) == found.to_dict()
    assert found.to_dict()["verdict"] == found.verdict == found.mean.equivalence
    assert list(found.to_frame()["of"]) == ["mean", "new study"]
    assert "a fall is harmful" in str(found)
    assert "row 9 (yi is missing)" in str(found)
    text = found.report_text()
    assert "two one-sided tests at 0.05 against margins of ±0.5 (Schuirmann 1987)" in text
    assert "90% prediction interval" in text
    shown = decide(POOLED, 5.0)
    assert shown.verdict == "equivalent"
    assert "equivalence was shown" in shown.report_text()


def test_an_estimate_without_a_standard_error_is_refused_in_words() -> None:
    with pytest.raises(InvalidInput, match="an estimate of 1 with no standard error cannot be tested"):
        held_against(1.0, math.nan, None, 0.5)
