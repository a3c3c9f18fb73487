"""A result prints, converts to a table and to JSON, writes its sentences, and cannot be changed."""

import dataclasses
import json
import math

import pytest

from review.meta.equal_weight import equal_weights
from review.meta.result import PooledEstimate
from review.meta.univariate import random_effects

YI, VI = [0.1, 0.5, -0.2, 0.9, math.nan], [0.01, 0.02, 0.015, 0.05, 0.1]
LABELS = ["Lee", "Kim", "Roy", "Diaz", "Chen"]


@pytest.fixture
def pooled() -> PooledEstimate:
    return random_effects(YI, VI, labels=LABELS, cluster=["x", "x", "y", "z", "z"])


def test_json_has_the_promised_keys_and_full_precision(pooled: PooledEstimate) -> None:
    told = json.loads(pooled.to_json())
    promised = "k method test coefficients tau2 tau2_ci I2 H2 Q Q_df Q_p prediction_interval weights robust warnings excluded_rows"
    assert set(promised.split()) <= set(told)
    assert list(told["coefficients"][0]) == [
        "term",
        "estimate",
        "se",
        "statistic",
        "df",
        "p",
        "ci_low",
        "ci_high",
    ]
    assert list(told["robust"][0]) == list(told["coefficients"][0])
    assert {"low", "high", "df_rule"} <= set(told["prediction_interval"])
    assert told["excluded_rows"] == [{"row": "Chen", "why": "yi is missing"}]
    assert told["coefficients"][0]["estimate"] == pooled.coefficients[0].estimate
    assert told["tau2_ci"] == list(pooled.tau2_ci or ())
    assert len(told["weights"]) == told["k"] == 4


def test_json_writes_null_for_what_is_not_known() -> None:
    told = json.loads(equal_weights([1.0, 2.0], ["a", "a"]).to_json())
    assert told["coefficients"][0]["se"] is None
    assert told["tau2"] is None
    assert told["prediction_interval"] is None
    assert told["coefficients"][0]["estimate"] == 1.5


def test_table_has_a_line_per_coefficient_and_inference(pooled: PooledEstimate) -> None:
    table = pooled.to_frame()
    assert list(table["inference"]) == ["knha", "CR2"]
    assert table.loc[1, "se"] == pooled.robust[0].se
    assert list(equal_weights([1.0, 2.0], ["a", "b"]).to_frame()["inference"]) == ["CR2"]
    assert math.isnan(random_effects(YI, VI, test="z").to_frame()["df"][0])


def test_text_names_estimator_df_rules_and_rows_left_out(pooled: PooledEstimate) -> None:
    text = str(pooled)
    for part in (
        "4 rows in 3 clusters",
        "REML",
        "Knapp–Hartung",
        "k − 1 df",
        "Satterthwaite",
        "k − 2 df (Riley 2011)",
    ):
        assert part in text
    assert "left out: row Chen (yi is missing)" in text
    assert all(f"warning: {warning}" in text for warning in pooled.warnings)
    assert pooled.warnings


def test_sentences_carry_methods_numbers_and_limits(pooled: PooledEstimate) -> None:
    text = pooled.report_text()
    c = pooled.coefficients[0]
    for part in (
        "REML",
        "Knapp and Hartung 2003",
        f"{c.estimate:.4g}",
        f"{c.ci_low:.4g} to {c.ci_high:.4g}",
        "Q(3)",
    ):
        assert part in text
    assert "CR2 correction with Satterthwaite" in text
    assert "Rows left out (1): Chen, yi is missing" in text
    assert text.endswith(".")
    assert "nan" not in text


def test_sentences_of_the_route_without_variances_claim_no_heterogeneity() -> None:
    text = equal_weights([1.0, 2.0, 4.0], ["a", "b", "b"]).report_text()
    assert "every row weighs the same" in text
    for absent in ("τ²", "I²", "prediction", "Heterogeneity", "None"):
        assert absent not in text
    alone = equal_weights([1.0, 2.0], ["a", "a"])
    assert "95% CI not estimable" in alone.report_text()
    assert "nan" not in str(alone)


def test_small_p_values_are_not_printed_as_zero() -> None:
    found = random_effects([5.0, 5.1, 4.9, 5.05], [0.01] * 4, test="z")
    assert found.coefficients[0].p < 1e-100
    assert "p < 0.001" in found.report_text()


def test_results_cannot_be_changed(pooled: PooledEstimate) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        pooled.tau2 = 0.0  # type: ignore[misc]
    assert hash(pooled) == hash(random_effects(YI, VI, labels=LABELS, cluster=["x", "x", "y", "z", "z"]))
