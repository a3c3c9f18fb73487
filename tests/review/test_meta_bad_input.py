"""Bad input gets a right answer or one sentence that names the rows; never a silent NaN or a negative tau2."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from review.meta.errors import InvalidInput
from review.meta.univariate import random_effects


@pytest.mark.parametrize("bad", [-0.01, 0.0, -0.0, -math.inf])
def test_variance_of_zero_or_less_names_row_value_and_what_is_allowed(bad: float) -> None:
    with pytest.raises(InvalidInput, match="greater than 0, but row Smith 2019: vi = ") as error:
        random_effects([0.1, 0.2], [0.1, bad], labels=["Lee 2020", "Smith 2019"])
    assert f"vi = {bad:g}" in str(error.value)
    assert "\n" not in str(error.value)


def test_many_bad_rows_are_counted_not_listed() -> None:
    with pytest.raises(InvalidInput, match="row 10: vi = -1 and 5 more"):
        random_effects([0.0] * 15, [-1.0] * 15)


def test_rows_without_a_number_are_left_out_and_listed() -> None:
    yi = [0.1, math.nan, 0.3, math.inf, 0.5, None]
    vi = [0.1, 0.1, math.nan, 0.1, math.inf, None]
    found = random_effects(yi, vi)  # type: ignore[arg-type]
    assert [(x.row, x.why) for x in found.excluded_rows] == [
        (2, "yi is missing"),
        (3, "vi is missing"),
        (4, "yi is infinite"),
        (5, "vi is infinite"),
        (6, "yi is missing and vi is missing"),
    ]
    assert (found.k, found.rows, found.yi) == (1, (1,), (0.1,))


def test_what_is_left_out_does_not_change_the_rest() -> None:
    without = random_effects([0.1, 0.4, 0.9], [0.01, 0.02, 0.03], cluster=["a", "b", "b"])
    with_gap = random_effects(
        [0.1, 7.0, 0.4, 0.9], [0.01, math.nan, 0.02, 0.03], cluster=["a", None, "b", "b"]
    )
    assert with_gap.coefficients == without.coefficients
    assert with_gap.robust == without.robust


def test_pandas_columns_with_gaps_are_read() -> None:
    yi = pd.Series([0.1, None, 0.4], dtype="Float64")
    found = random_effects(
        yi, pd.Series([0.1, 0.1, 0.1]), cluster=pd.Series(["a", "b", "c"]), labels=pd.Series([7, 8, 9])
    )  # type: ignore[arg-type]
    assert (found.k, found.clusters, [x.row for x in found.excluded_rows]) == (2, 2, [8])


@pytest.mark.parametrize(("yi", "vi"), [([], []), ([math.nan], [0.1]), ([0.1, 0.2], [None, math.inf])])
def test_no_row_left_is_refused(yi: Any, vi: Any) -> None:
    with pytest.raises(InvalidInput, match="k = 0"):
        random_effects(yi, vi)


def test_one_row_claims_neither_heterogeneity_nor_prediction() -> None:
    found = random_effects([0.3], [0.04], cluster=["a"])
    c = found.coefficients[0]
    assert (c.estimate, c.se, c.df, found.test) == (0.3, 0.2, None, "z")
    assert c.ci_high == pytest.approx(0.3 + 0.2 * 1.959963984540054, rel=1e-12)
    nothing = (found.tau2, found.tau2_ci, found.I2, found.H2, found.Q, found.Q_p, found.prediction_interval)
    assert nothing == (None,) * 7
    assert found.weights == (100.0,)
    assert "k = 1" in found.warnings[0]
    assert math.isnan(found.robust[0].se)


def test_two_rows_have_no_riley_interval_and_say_so() -> None:
    found = random_effects([0.1, 0.5], [0.01, 0.01])
    assert found.prediction_interval is None
    assert any("k = 2" in text for text in found.warnings)
    assert random_effects([0.1, 0.5], [0.01, 0.01], prediction="metafor").prediction_interval is not None


def test_equal_effects_have_no_heterogeneity_and_the_zero_error_is_explained() -> None:
    found = random_effects([0.1] * 5, [0.01, 0.02, 0.03, 0.04, 0.05])
    assert (found.tau2, found.tau2_ci, found.I2, found.H2, found.Q, found.Q_p) == (0, (0, 0), 0, 1, 0, 1)
    assert found.coefficients[0].estimate == 0.1
    assert found.coefficients[0].se == 0
    assert any("Knapp–Hartung standard error is 0" in text for text in found.warnings)
    usual = random_effects([0.1] * 5, [0.01, 0.02, 0.03, 0.04, 0.05], test="adhoc").coefficients[0]
    assert usual.se == pytest.approx(1 / math.sqrt(100 + 50 + 100 / 3 + 25 + 20), rel=1e-12)


@pytest.mark.parametrize("gap", [1e-320, 1e-170, 1e-20])
def test_effects_that_differ_by_next_to_nothing_have_no_heterogeneity(gap: float) -> None:
    assert random_effects([0.0, gap, 0.0], [1.0, 2.0, 1.0]).tau2 == 0


def test_less_scatter_than_chance_puts_tau2_and_its_limits_at_zero() -> None:
    found = random_effects([0.10, 0.11, 0.10, 0.11], [1.0] * 4)
    assert (found.tau2, found.tau2_ci, found.I2) == (0, (0, 0), 0)
    assert any("set to 0" in text for text in found.warnings)


@pytest.mark.parametrize("scale", [1e-100, 1e-16, 1e16, 1e100])
def test_tiny_and_huge_units_give_the_same_answer(scale: float) -> None:
    yi, vi = np.array([0.1, 0.5, -0.2, 0.9]), np.array([0.01, 0.02, 0.015, 0.05])
    plain, scaled = random_effects(yi, vi), random_effects(yi * scale, vi * scale**2)
    assert plain.tau2 is not None
    assert scaled.tau2 is not None
    assert scaled.tau2 / scale / scale == pytest.approx(plain.tau2, rel=1e-10)
    assert pytest.approx(plain.I2, rel=1e-10) == scaled.I2
    assert scaled.coefficients[0].ci_low / scale == pytest.approx(plain.coefficients[0].ci_low, rel=1e-10)


def test_one_nearly_exact_row_takes_the_weight_without_losing_digits() -> None:
    # with v = 1e-30 and no heterogeneity to speak of, the mean is that row's effect and Q comes from the others
    found = random_effects([0.3, 0.3 + 1e-3, 0.3 - 2e-3], [1e-30, 1.0, 1.0])
    assert found.tau2 == 0
    assert found.coefficients[0].estimate == 0.3
    assert pytest.approx(5e-6, rel=1e-9) == found.Q


def test_rows_out_of_all_proportion_are_named() -> None:
    with pytest.raises(InvalidInput, match="row 3 lies more than 75 orders of magnitude away"):
        random_effects([0.1, 0.2, 0.3], [1.0, 1.0, 1e-200])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "DL2"}, "method = 'DL2' is unknown: choose one of REML"),
        ({"test": "wald"}, "test = 'wald' is unknown: choose one of knha, adhoc, t, z"),
        ({"prediction": "k"}, "prediction = 'k' is unknown"),
        ({"level": 0.95}, "level = 0.95 is no confidence level: give it in percent"),
        ({"level": 100}, "level = 100"),
        ({"level": math.nan}, "level = nan"),
        ({"labels": ["a"]}, "labels has 1 entries but yi has 2"),
        ({"cluster": ["a"]}, "cluster has 1 entries but yi has 2"),
        ({"cluster": ["a", None]}, "row 2 has no cluster"),
        ({"cluster": ["a", math.nan]}, "row 2 has no cluster"),
        ({"cluster": [pd.NA, "b"]}, "row 1 has no cluster"),
        ({"cluster": ["a", " "]}, "row 2 has no cluster"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        random_effects([0.1, 0.2], [0.1, 0.1], **options)


@pytest.mark.parametrize(
    ("yi", "vi", "message"),
    [
        ([0.1, 0.2], [0.1], "vi has 1 entries but yi has 2"),
        ([[0.1, 0.2]], [0.1, 0.1], "yi has shape"),
        (["high", 0.2], [0.1, 0.1], "yi holds something that is not a number"),
    ],
)
def test_shapes_and_types_that_make_no_sense_are_refused(yi: Any, vi: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        random_effects(yi, vi)


def test_refusals_can_be_caught_as_value_errors() -> None:
    assert issubclass(InvalidInput, ValueError)
