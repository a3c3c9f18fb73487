"""Where there are no variances: regression, random intercepts by REML, and rows averaged under an assumed rho."""

import json
import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from review.meta.aggregate import aggregate_rho
from review.meta.equal_weight import equal_weights
from review.meta.errors import InvalidInput
from review.meta.no_variance import equal_weight_regression, random_intercept
from review.meta.no_variance_prediction import predict_new_study
from review.meta.univariate import random_effects

Array = NDArray[np.float64]


def rows(seed: int = 0, studies: int = 12, between: float = 1.0) -> tuple[Array, list[str], Array]:
    """Return effects, studies of 1 to 7 rows, and a design with a moderator within and one between studies."""
    rng = np.random.default_rng(seed)
    study = np.concatenate((np.arange(studies), rng.integers(0, studies, 2 * studies)))
    y = math.sqrt(between) * rng.normal(size=studies)[study] + 0.5 * rng.normal(size=study.size)
    design = np.column_stack(
        (np.ones(study.size), rng.normal(size=study.size), rng.normal(size=studies)[study])
    )
    return y + 0.7 * design[:, 1], [f"s{i}" for i in study], design


def restricted_log_likelihood(y: Array, study: list[str], x: Array, between: float, within: float) -> float:
    same = np.array(study)[:, None] == np.array(study)
    v = between * same + within * np.eye(y.size)
    w = np.linalg.inv(v)
    inner = x.T @ w @ x
    residual = y - x @ np.linalg.solve(inner, x.T @ w @ y)
    parts = np.linalg.slogdet(v)[1] + np.linalg.slogdet(inner)[1] + residual @ w @ residual
    return -0.5 * float((y.size - x.shape[1]) * math.log(2 * math.pi) + parts)


@pytest.mark.parametrize("seed", range(5))
def test_both_variances_maximise_the_restricted_likelihood(seed: int) -> None:
    y, study, x = rows(seed)
    found = random_intercept(y, study, x)
    assert found.sigma2 is not None
    assert found.log_likelihood == pytest.approx(
        restricted_log_likelihood(y, study, x, *found.sigma2), rel=1e-10
    )
    for between, within in ((1.02, 1), (0.98, 1), (1, 1.02), (1, 0.98), (1.05, 0.99), (4, 0.5)):
        there = restricted_log_likelihood(y, study, x, found.sigma2[0] * between, found.sigma2[1] * within)
        assert there < found.log_likelihood


def test_balanced_studies_give_the_analysis_of_variance() -> None:
    rng = np.random.default_rng(1)
    y = rng.normal(size=(8, 1)) + 0.3 * rng.normal(size=(8, 5))
    within = y.var(axis=1, ddof=1).mean()
    between = y.mean(axis=1).var(ddof=1) - within / 5
    found = random_intercept(y.ravel(), np.repeat(np.arange(8), 5))
    assert found.sigma2 == pytest.approx((between, within), rel=1e-9)
    assert found.coefficients[0].estimate == pytest.approx(y.mean(), rel=1e-12)
    assert found.coefficients[0].df == pytest.approx(7, rel=1e-9)
    assert found.coefficients[0].se == pytest.approx(y.mean(axis=1).std(ddof=1) / math.sqrt(8), rel=1e-9)
    assert found.icc == pytest.approx(between / (between + within), rel=1e-9)


def test_studies_that_differ_less_than_chance_have_no_variance_between_them() -> None:
    y = [1.0, 2.0, 3.0, 1.5, 2.0, 2.5, 0.0, 2.1, 4.0]
    found = random_intercept(y, list("aaabbbccc"))
    assert found.sigma2 is not None
    assert found.sigma2[0] == 0
    assert found.coefficients[0].estimate == pytest.approx(np.mean(y), rel=1e-12)
    assert found.weights == pytest.approx([100 / 9] * 9)


def test_the_prediction_interval_is_for_the_mean_of_a_new_study() -> None:
    y, study, _ = rows(3)
    found = random_intercept(y, study)
    c, interval = found.coefficients[0], found.prediction_interval
    assert interval is not None
    assert found.sigma2 is not None
    from scipy import stats

    half = stats.t.ppf(0.975, 10) * math.sqrt(found.sigma2[0] + c.se**2)
    assert (interval.low, interval.high) == pytest.approx((c.estimate - half, c.estimate + half), rel=1e-10)
    assert (interval.df, interval.df_rule) == (10, "studies-2")
    found_new = predict_new_study(found, [1.0])
    expected, same = found_new.mean, found_new.prediction_interval
    assert expected.se == pytest.approx(c.se, rel=1e-9)
    assert expected.df == pytest.approx(c.df, rel=1e-9)
    assert same is not None
    assert same.low == pytest.approx(interval.low, rel=1e-9)


def test_predictions_are_combinations_of_coefficients() -> None:
    y, study, x = rows(4)
    found = random_intercept(y, study, x)
    at = np.array([1.0, -0.5, 2.0])
    expected = predict_new_study(found, at).mean
    beta = np.array([c.estimate for c in found.coefficients])
    assert expected.estimate == pytest.approx(at @ beta, rel=1e-10)
    assert expected.se == pytest.approx(math.sqrt(at @ np.array(found.covariance) @ at), rel=1e-9)
    only = predict_new_study(found, [0.0, 1.0, 0.0]).mean
    assert only.df == pytest.approx(found.coefficients[1].df, rel=1e-8)


@pytest.mark.parametrize("by", ["row", "study"])
def test_regression_on_a_constant_is_the_mean(by: Any) -> None:
    y, study, _ = rows(5)
    plain = equal_weights(y, study, by=by)
    found = equal_weight_regression(y, study, np.ones((y.size, 1)), by=by)
    for key in ("estimate", "se", "df", "p", "ci_low", "ci_high"):
        assert getattr(found.coefficients[0], key) == pytest.approx(
            getattr(plain.coefficients[0], key), rel=1e-9
        )
    assert found.weights == pytest.approx(plain.weights)
    assert found.prediction_interval is None
    assert found.moderators is None


def test_least_squares_with_moderators() -> None:
    y, study, x = rows(6)
    found = equal_weight_regression(y, study, x, terms=("intercept", "bits", "year"))
    assert [c.estimate for c in found.coefficients] == pytest.approx(
        np.linalg.lstsq(x, y)[0].tolist(), rel=1e-10
    )
    assert found.moderators is not None
    assert found.moderators.terms == ("bits", "year")
    assert found.sigma2 is None


@pytest.mark.parametrize("scale", [1e-150, 1e-16, 1e16, 1e150])
@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_units_and_origin_do_not_matter(scale: float, offset: float) -> None:
    y, study, x = rows(7)
    plain, moved = random_intercept(y, study, x), random_intercept(scale * (y + offset), study, x)
    assert plain.sigma2 is not None
    assert moved.sigma2 is not None
    tight = {"rel": 1e-9 if not offset else 1e-6}
    assert [s / scale / scale for s in moved.sigma2] == pytest.approx(plain.sigma2, **tight)
    assert [c.se / scale for c in moved.coefficients] == pytest.approx(
        [c.se for c in plain.coefficients], **tight
    )
    assert moved.coefficients[1].p == pytest.approx(plain.coefficients[1].p, **tight)


def test_order_of_rows_does_not_matter() -> None:
    y, study, x = rows(8)
    turn = np.random.default_rng(0).permutation(y.size)
    plain, other = random_intercept(y, study, x), random_intercept(y[turn], [study[i] for i in turn], x[turn])
    assert other.sigma2 == pytest.approx(plain.sigma2, rel=1e-9)
    assert [c.df for c in other.coefficients] == pytest.approx([c.df for c in plain.coefficients], rel=1e-7)


@pytest.mark.parametrize(
    ("y", "study", "message"),
    [
        ([1.0, 2, 3], "aaa", "one study only"),
        ([1.0, 2, 3], "abc", "every study has one row"),
        ([1.0, 1, 3, 3], "aabb", "agree exactly"),
        ([0.1] * 5, "aabbc", "agree exactly"),
        ([math.nan, None], "ab", "k = 0 of 2"),
        ([1.0], "a", "1 row for 1 coefficient leave"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(y: Any, study: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        random_intercept(y, list(study))


def test_moderators_that_use_up_all_studies_are_refused() -> None:
    y = [1.0, 2, 3, 5, 4, 1]
    with pytest.raises(InvalidInput, match="variance between studies from"):
        random_intercept(y, list("aabbcc"), np.repeat(np.eye(3), 2, axis=0))
    within = np.column_stack((np.ones(6), np.kron(np.eye(3), [[1.0], [-1.0]])))
    with pytest.raises(InvalidInput, match="variance within studies from"):
        random_intercept(y, list("aabbcc"), within)


def test_collinear_moderators_and_unknown_options_are_refused() -> None:
    y, study, x = rows(9)
    with pytest.raises(InvalidInput, match="collinear"):
        random_intercept(y, study, np.column_stack((x, x[:, 1] * 3)))
    with pytest.raises(InvalidInput, match="choose one of row, study"):
        equal_weight_regression(y, study, x, by="journal")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="none is given"):
        random_intercept(y, study, terms=("a",))
    with pytest.raises(InvalidInput, match="equal weights estimate no variance"):
        predict_new_study(equal_weight_regression(y, study, x), [1, 0, 0])
    with pytest.raises(InvalidInput, match="3 finite numbers"):
        predict_new_study(random_intercept(y, study, x), [1, 0])


def test_exact_fits_are_told_to_say_nothing() -> None:
    _, study, x = rows(10)
    found = equal_weight_regression(x @ [1.0, 2.0, -1.0], study, x)
    assert [c.se for c in found.coefficients] == [0, 0, 0]
    assert any("fitted exactly" in text for text in found.warnings)


def test_results_print_convert_and_report() -> None:
    y, study, x = rows(11)
    y[2] = math.nan
    found = random_intercept(y, study, x, terms=("intercept", "bits", "year"))
    plain = json.loads(found.to_json())
    assert plain["sigma2"] == list(found.sigma2 or ())
    assert plain["robust"] == plain["coefficients"]
    assert plain["excluded_rows"] == [{"row": 3, "why": "yi is missing"}]
    assert found.to_frame()["term"].tolist() == ["intercept", "bits", "year"]
    for text in (str(found), found.report_text()):
        assert "REML" in text
        assert "CR2" in text
        assert "yi is missing" in text
        assert "random intercept" in text


# one effect per study


def test_rows_of_a_study_are_averaged_by_generalised_least_squares() -> None:
    rng = np.random.default_rng(0)
    y, v, study = rng.normal(size=9), rng.uniform(0.5, 2, 9), list("aabbbbccd")
    for rho in (-0.2, 0.0, 0.6, 0.95):
        found = aggregate_rho(y, v, study, rho=rho)
        assert found.studies == ("a", "b", "c", "d")
        for i, name in enumerate("abcd"):
            at = np.flatnonzero(np.array(study) == name)
            covariance = rho * np.sqrt(np.outer(v[at], v[at]))
            np.fill_diagonal(covariance, v[at])
            w = np.linalg.inv(covariance)
            assert found.vi[i] == pytest.approx(1 / w.sum(), rel=1e-12)
            assert found.yi[i] == pytest.approx((w @ y[at]).sum() / w.sum(), rel=1e-12)
            plain = aggregate_rho(y, v, study, rho=rho, weighting="equal")
            assert plain.yi[i] == pytest.approx(y[at].mean(), rel=1e-12)
            assert plain.vi[i] == pytest.approx(covariance.mean(), rel=1e-12)


def test_negative_weights_are_told() -> None:
    found = aggregate_rho([1.0, 2.0, 0.0], [1.0, 25.0, 1.0], ["x", "x", "y"], rho=0.8)
    assert "study x" in found.warnings[0]
    assert found.yi[0] < 1  # outside both rows
    assert aggregate_rho([1.0, 2.0], [1.0, 25.0], ["x", "x"], rho=0.8, weighting="equal").warnings == ()


@pytest.mark.parametrize("rho", [1.0, -0.5, math.nan, 3.0])
def test_impossible_correlations_are_refused(rho: float) -> None:
    with pytest.raises(InvalidInput, match="no correlation that 3 rows"):
        aggregate_rho([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], ["x"] * 3, rho=rho)


@pytest.mark.parametrize("scale", [1e-16, 1e16])
def test_aggregates_scale(scale: float) -> None:
    y, v, study = np.array([1.0, 2.0, 4.0]), np.array([0.3, 0.5, 0.2]), ["x", "x", "x"]
    plain, scaled = aggregate_rho(y, v, study), aggregate_rho(scale * y, scale * scale * v, study)
    assert scaled.yi[0] / scale == pytest.approx(plain.yi[0], rel=1e-13)
    assert scaled.vi[0] / scale / scale == pytest.approx(plain.vi[0], rel=1e-13)


def test_aggregates_print_and_pool() -> None:
    found = aggregate_rho([1.0, 2.0, 4.0, None], [0.3, 0.5, 0.2, 1], ["x", "x", "y", "z"])  # type: ignore[list-item]
    assert json.loads(found.to_json())["sizes"] == [2, 1]
    assert found.to_frame().shape == (2, 4)
    assert "rho = 0.6" in str(found)
    assert "assumption" in found.report_text()
    assert "yi is missing" in found.report_text()
    assert random_effects(found.yi, found.vi, labels=found.studies).k == 2
    with pytest.raises(InvalidInput, match="choose one of precision, equal"):
        aggregate_rho([1.0], [1.0], ["x"], weighting="none")  # type: ignore[arg-type]
