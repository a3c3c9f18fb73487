"""Where there are no variances, weights are equal, inference rests on studies, and nothing is invented."""

import math

import numpy as np
import pytest
from scipy import stats

from review.meta.equal_weight import equal_weights
from review.meta.errors import InvalidInput

YI = [-1.0, -1.2, -0.8, -1.9, -0.4, -1.1, -1.3]
STUDY = ["a", "a", "a", "b", "c", "d", "d"]


def test_every_row_weighs_the_same_by_default() -> None:
    found = equal_weights(YI, STUDY)
    assert found.coefficients[0].estimate == pytest.approx(np.mean(YI), rel=1e-14)
    assert found.weights == pytest.approx([100 / 7] * 7)
    assert "every row" in found.model


def test_every_study_weighs_the_same_on_request() -> None:
    found = equal_weights(YI, STUDY, by="study")
    means = [-1.0, -1.9, -0.4, -1.2]
    assert found.coefficients[0].estimate == pytest.approx(np.mean(means), rel=1e-14)
    assert found.weights == pytest.approx([100 / 12] * 3 + [25, 25] + [12.5] * 2)
    assert "every study" in found.model
    assert (found.k, found.clusters) == (7, 4)


def test_study_means_are_tested_by_students_t() -> None:
    found, student = (
        equal_weights(YI, STUDY, by="study").coefficients[0],
        stats.ttest_1samp([-1.0, -1.9, -0.4, -1.2], 0),
    )
    assert found.statistic == pytest.approx(student.statistic, rel=1e-12)
    assert found.p == pytest.approx(student.pvalue, rel=1e-12)
    assert found.df == pytest.approx(3, rel=1e-12)
    interval = student.confidence_interval(0.95)
    assert (found.ci_low, found.ci_high) == pytest.approx((interval.low, interval.high), rel=1e-12)


def test_repeating_the_rows_of_a_study_does_not_move_the_mean_of_studies() -> None:
    more = equal_weights([*YI, -1.9, -1.9], [*STUDY, "b", "b"], by="study")
    assert more.coefficients == equal_weights(YI, STUDY, by="study").coefficients


def test_neither_heterogeneity_nor_prediction_is_claimed() -> None:
    found = equal_weights(YI, STUDY)
    nothing = (
        found.tau2,
        found.tau2_ci,
        found.I2,
        found.H2,
        found.Q,
        found.Q_p,
        found.prediction_interval,
        found.vi,
    )
    assert nothing == (None,) * 8
    assert (found.method, found.test) == ("equal weights", "CR2")
    assert found.robust == found.coefficients


@pytest.mark.parametrize("by", ["row", "study"])
def test_one_study_has_an_estimate_and_no_interval(by: str) -> None:
    found = equal_weights([1.0, 2.0, 6.0], ["a"] * 3, by=by)  # type: ignore[arg-type]
    c = found.coefficients[0]
    assert c.estimate == pytest.approx(3)
    assert all(math.isnan(x) for x in (c.se, c.statistic, c.p, c.ci_low, c.ci_high))
    assert any("at least 2" in text for text in found.warnings)


def test_missing_effects_are_left_out_by_name() -> None:
    found = equal_weights([1.0, None, 2.0, math.inf], list("abcd"), labels=["A", "B", "C", "D"])  # type: ignore[list-item]
    assert [(x.row, x.why) for x in found.excluded_rows] == [("B", "yi is missing"), ("D", "yi is infinite")]
    assert (found.k, found.clusters) == (2, 2)


def test_equal_effects_are_told_to_say_nothing_about_precision() -> None:
    found = equal_weights([0.1] * 4, list("abcd"))
    assert found.coefficients[0].estimate == 0.1
    assert found.coefficients[0].se == 0
    assert any("all effects are equal" in text for text in found.warnings)


@pytest.mark.parametrize("scale", [1e-300, 1e-16, 1e16, 1e300])
def test_units_do_not_matter(scale: float) -> None:
    plain = equal_weights(YI, STUDY).coefficients[0]
    scaled = equal_weights(np.array(YI) * scale, STUDY).coefficients[0]
    assert scaled.se / scale == pytest.approx(plain.se, rel=1e-12)
    assert scaled.df == pytest.approx(plain.df, rel=1e-12)


def test_unknown_weighting_is_refused() -> None:
    with pytest.raises(InvalidInput, match="choose one of row, study"):
        equal_weights(YI, STUDY, by="journal")  # type: ignore[arg-type]
