"""Promises of the models for dependent effects, without a reference table."""

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import chdtri

from review.meta.errors import InvalidInput
from review.meta.escalc.shared_baseline import mean_differences
from review.meta.multilevel.clustering import robust_inference
from review.meta.multilevel.model import fit_multilevel, refit
from review.meta.multilevel.prediction import predict
from review.meta.multilevel.profile import profile_intervals
from review.meta.multilevel.result import MultilevelFit
from review.meta.sandwich import wald_htz
from review.meta.univariate import random_effects

Array = NDArray[np.float64]

SIZES = (1, 4, 2, 7, 3, 3, 5, 1, 2, 6)


@pytest.fixture(scope="module")
def rows() -> dict[str, Any]:
    """Return 34 effects of 10 studies on 4 data sets, with differences on all levels."""
    rng = np.random.default_rng(11)
    study = np.repeat(np.arange(len(SIZES)), SIZES)
    data = rng.integers(0, 4, study.size)
    vi = rng.uniform(0.02, 0.3, study.size)
    yi = 0.4 + rng.normal(0, 0.5, 10)[study] + rng.normal(0, 0.4, 4)[data] + rng.normal(0, np.sqrt(vi + 0.1))
    return {"yi": yi, "vi": vi, "study": study, "data": data, "x": rng.normal(size=study.size)}


def fitted(rows: dict[str, Any], **options: Any) -> MultilevelFit:
    return fit_multilevel(rows["yi"], rows["vi"], study=rows["study"], **options)


def dense_height(
    y: Array, known: Array, shared: list[Array], x: Array, *, reml: bool
) -> Callable[[Array], float]:
    """Return the log-likelihood written down as it stands in textbooks."""
    k, p = x.shape

    def height(sigma2: Array) -> float:
        m = known + sum(s * z for s, z in zip(sigma2, shared, strict=True))
        w = np.linalg.inv(m)
        information = x.T @ w @ x
        e = y - x @ np.linalg.solve(information, x.T @ w @ y)
        found = np.linalg.slogdet(m)[1] + e @ w @ e
        if reml:
            found += np.linalg.slogdet(information)[1] - np.linalg.slogdet(x.T @ x)[1]
        return float(-0.5 * (found + (k - p if reml else k) * math.log(2 * math.pi)))

    return height


def same(labels: Array) -> Array:
    return np.asarray(labels[:, None] == labels, dtype=np.float64)


def known_covariance(rows: dict[str, Any], rho: float) -> Array:
    spread = np.sqrt(rows["vi"])
    matrix = rho * same(rows["study"]) * spread * spread[:, None]
    np.fill_diagonal(matrix, rows["vi"])
    return matrix


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("rho", [None, 0.6])
@pytest.mark.parametrize("moderated", [False, True])
@pytest.mark.parametrize("factors", ["study", "study estimate", "study crossed", "study estimate crossed"])
def test_the_components_are_those_of_a_dense_likelihood(
    rows: dict[str, Any], method: Any, rho: float | None, moderated: bool, factors: str
) -> None:
    y, k = rows["yi"], rows["yi"].size
    x = np.column_stack((np.ones(k), rows["x"])) if moderated else np.ones((k, 1))
    shared = {"study": same(rows["study"]), "estimate": np.eye(k), "crossed": same(rows["data"])}
    asked = factors.split()
    found = fitted(
        rows,
        method=method,
        rho=rho,
        design=x if moderated else None,
        levels=[name for name in asked if name != "crossed"],
        crossed=rows["data"] if "crossed" in asked else None,
    )
    known = known_covariance(rows, rho or 0.0)
    height = dense_height(y, known, [shared[name] for name in asked], x, reml=method == "REML")
    best = max(
        -minimize(lambda s: -height(s * s), np.full(len(asked), start), method="Nelder-Mead").fun
        for start in (0.1, 0.5)
    )
    own = found.fit.log_likelihood_reml if method == "REML" else found.fit.log_likelihood_ml
    assert own == pytest.approx(height(np.array(found.sigma2)), abs=1e-9)
    assert own >= best - 1e-9
    assert own == pytest.approx(best, abs=1e-5)
    assert found.sigma2_levels == tuple(asked)
    assert found.converged


def test_estimates_of_one_inner_label_share_its_effect(rows: dict[str, Any]) -> None:
    inner = np.arange(rows["study"].size) // 2
    found = fitted(rows, estimate=inner)
    pairs = same(rows["study"]) * same(inner)
    height = dense_height(
        rows["yi"], np.diag(rows["vi"]), [same(rows["study"]), pairs], np.ones((34, 1)), reml=True
    )
    best = -minimize(lambda s: -height(s * s), [0.4, 0.4], method="Nelder-Mead").fun
    assert found.fit.log_likelihood_reml == pytest.approx(height(np.array(found.sigma2)), abs=1e-9)
    assert found.fit.log_likelihood_reml == pytest.approx(best, abs=1e-5)
    assert found.sigma2_groups == (10, len({*zip(rows["study"].tolist(), inner.tolist(), strict=True)}))


def test_mean_errors_and_weights_are_those_of_generalised_least_squares(rows: dict[str, Any]) -> None:
    found = fitted(rows, rho=0.5, crossed=rows["data"])
    study, inner, data = found.sigma2
    m = (
        known_covariance(rows, 0.5)
        + study * same(rows["study"])
        + inner * np.eye(34)
        + data * same(rows["data"])
    )
    w = np.linalg.inv(m)
    mean = w.sum(axis=0) @ rows["yi"] / w.sum()
    assert found.coefficients[0].estimate == pytest.approx(mean, rel=1e-12)
    assert found.coefficients[0].se == pytest.approx(1 / math.sqrt(w.sum()), rel=1e-12)
    assert found.weights == pytest.approx(100 * np.diag(w) / np.trace(w), rel=1e-10)
    assert found.row_sum_weights == pytest.approx(100 * w.sum(axis=0) / w.sum(), rel=1e-10)
    assert np.dot(found.row_sum_weights, rows["yi"]) / 100 == pytest.approx(mean, rel=1e-12)


def test_shares_of_variance_follow_from_the_typical_sampling_variance(rows: dict[str, Any]) -> None:
    for rho in (None, 0.7):
        found = fitted(rows, rho=rho)
        w = np.linalg.inv(known_covariance(rows, rho or 0.0))
        p = w - np.outer(w.sum(axis=1), w.sum(axis=0)) / w.sum()
        total = sum(found.sigma2) + 33 / np.trace(p)
        assert found.I2_levels == pytest.approx([100 * s / total for s in found.sigma2], rel=1e-10)
        assert pytest.approx(sum(found.I2_levels)) == found.I2
        assert pytest.approx(rows["yi"] @ p @ rows["yi"], rel=1e-10) == found.Q


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("levels", [("study", "estimate"), ("study",), ("estimate",)])
def test_independent_rows_give_the_univariate_model(
    rows: dict[str, Any], method: Any, levels: tuple[str, ...]
) -> None:
    alone = random_effects(rows["yi"], rows["vi"], method=method, test="t")
    found = fit_multilevel(rows["yi"], rows["vi"], study=range(34), levels=levels, method=method)
    assert sum(found.sigma2) == pytest.approx(alone.tau2, rel=1e-9)
    assert found.coefficients[0].ci_high == pytest.approx(alone.coefficients[0].ci_high, rel=1e-9)
    assert pytest.approx(found.I2, rel=1e-8) == alone.I2
    assert pytest.approx(found.Q, rel=1e-12) == alone.Q
    assert alone.fit is not None
    assert found.fit.aic_reml == pytest.approx(alone.fit.aic_reml, rel=1e-10)
    assert found.weights == pytest.approx(alone.weights, rel=1e-8)
    assert any("cannot be told from" in text for text in found.warnings) == (len(levels) == 2)


def test_one_study_gives_the_univariate_model_and_says_so(rows: dict[str, Any]) -> None:
    alone = random_effects(rows["yi"], rows["vi"], test="z")
    found = fit_multilevel(rows["yi"], rows["vi"], study=["only"] * 34, test="z")
    assert found.sigma2 == (0.0, pytest.approx(alone.tau2, rel=1e-9))
    assert found.coefficients[0].se == pytest.approx(alone.coefficients[0].se, rel=1e-9)
    assert found.robust == ()
    assert found.robust_clusters is None
    assert "variance between studies cannot be estimated" in found.warnings[0]
    assert "2 independent clusters" in found.warnings[1]


def test_singleton_studies_among_others_are_no_obstacle() -> None:
    yi, vi = [0.1, 0.9, 0.3, 0.5, -0.4], [0.1, 0.2, 0.1, 0.1, 0.3]
    found = fit_multilevel(yi, vi, study=["a", "b", "c", "c", "d"])
    assert found.clusters == 4
    assert min(found.sigma2) >= 0
    assert all(math.isfinite(x) for x in (found.coefficients[0].se, found.robust[0].se, found.I2))


def test_equal_effects_have_no_heterogeneity(rows: dict[str, Any]) -> None:
    found = profile_intervals(fit_multilevel(np.full(34, 1.3), rows["vi"], study=rows["study"]))
    assert found.sigma2 == (0.0, 0.0)
    assert found.I2 == 0
    assert found.Q == 0
    assert found.coefficients[0].estimate == 1.3
    assert found.sigma2_ci is not None
    assert all(low == 0 < high < 1 for low, high in found.sigma2_ci)


@pytest.mark.parametrize("unit", [1e-16, 1e-8, 1e8, 1e16])
@pytest.mark.parametrize("options", [{}, {"rho": 0.6}, {"crossed": True}])
def test_units_do_not_matter(rows: dict[str, Any], unit: float, options: dict[str, Any]) -> None:
    if options.get("crossed") is True:
        options = {"crossed": rows["data"]}
    one = profile_intervals(fitted(rows, **options))
    other = profile_intervals(
        fitted({**rows, "yi": rows["yi"] * unit, "vi": rows["vi"] * unit * unit}, **options)
    )
    assert np.array(other.sigma2) / unit / unit == pytest.approx(np.array(one.sigma2), rel=1e-6, abs=1e-12)
    assert np.array(other.sigma2_ci) / unit / unit == pytest.approx(
        np.array(one.sigma2_ci), rel=1e-6, abs=1e-9
    )
    assert other.coefficients[0].estimate / unit == pytest.approx(one.coefficients[0].estimate, rel=1e-9)
    assert other.coefficients[0].p == pytest.approx(one.coefficients[0].p, rel=1e-7)
    for mine, theirs in zip(other.robust, one.robust, strict=True):
        assert mine.df == pytest.approx(theirs.df, rel=1e-7)


def test_order_and_shift_do_not_matter(rows: dict[str, Any]) -> None:
    one = fitted(rows, rho=0.3)
    order = np.random.default_rng(5).permutation(34)
    shuffled = {name: values[order] for name, values in rows.items()}
    other = fitted({**shuffled, "yi": shuffled["yi"] + 1000}, rho=0.3)
    assert other.sigma2 == pytest.approx(one.sigma2, rel=1e-6)
    assert other.coefficients[0].estimate - 1000 == pytest.approx(one.coefficients[0].estimate, rel=1e-8)
    assert other.robust[0].se == pytest.approx(one.robust[0].se, rel=1e-8)
    assert other.weights == pytest.approx(np.array(one.weights)[order], rel=1e-7)


def test_the_sign_turns_round_and_nothing_else(rows: dict[str, Any]) -> None:
    one, other = fitted(rows), fitted({**rows, "yi": -rows["yi"]})
    assert other.sigma2 == pytest.approx(one.sigma2, rel=1e-8)
    assert other.coefficients[0].ci_low == pytest.approx(-one.coefficients[0].ci_high, rel=1e-9)


def test_rho_zero_is_independence_and_a_given_covariance_is_followed(rows: dict[str, Any]) -> None:
    assert fitted(rows, rho=0.0).sigma2 == pytest.approx(fitted(rows).sigma2, rel=1e-9)
    given = fit_multilevel(
        rows["yi"], None, study=rows["study"], covariance=known_covariance(rows, 0.6), test="t"
    )
    assumed = fitted(rows, rho=0.6)
    assert given.sigma2 == pytest.approx(assumed.sigma2, rel=1e-8)
    assert given.robust[0].se == pytest.approx(assumed.robust[0].se, rel=1e-8)
    assert given.rho is None
    assert "given covariance" in given.model


def test_comparisons_that_share_a_baseline_are_weighed_by_their_covariance() -> None:
    shared = mean_differences(
        [5.0, 6.0, 4.0, 3.0],
        [1.0] * 4,
        [20] * 4,
        [4.0, 4.0, 3.5, 3.5],
        [1.0] * 4,
        [20] * 4,
        baseline=["p", "p", "q", "q"],
    )
    found = fit_multilevel(shared.yi, None, study=shared.baseline, covariance=shared.V)
    assert found.vi == tuple(np.diag(shared.V).tolist())
    alone = fit_multilevel(shared.yi, found.vi, study=shared.baseline)
    assert pytest.approx(shared.yi @ _centred(np.linalg.inv(shared.V)) @ shared.yi) == found.Q
    assert alone.Q < found.Q


def _centred(w: Array) -> Array:
    return np.asarray(w - np.outer(w.sum(axis=1), w.sum(axis=0)) / w.sum())


def test_errors_that_covary_between_studies_make_one_cluster_of_them(rows: dict[str, Any]) -> None:
    matrix = np.diag(rows["vi"])
    matrix[0, 33] = matrix[33, 0] = 0.01
    found = fit_multilevel(rows["yi"], rows["vi"], study=rows["study"], covariance=matrix)
    assert found.clusters == 10
    assert found.robust_clusters == 9


@pytest.mark.parametrize("rho", [1, 1.5, -0.1, math.nan, math.inf, "0.6x"])
def test_rho_out_of_range_is_refused(rows: dict[str, Any], rho: Any) -> None:
    with pytest.raises(InvalidInput, match=r"rho = .* from 0 up to"):
        fitted(rows, rho=rho)


def bad(change: str, rows: dict[str, Any]) -> dict[str, Any]:
    vi, k = rows["vi"], 34
    asymmetric, indefinite = np.diag(vi), np.sqrt(np.outer(vi, vi))
    asymmetric[0, 1] = 0.05
    options: dict[str, dict[str, Any]] = {
        "negative": {"vi": np.where(np.arange(k) == 2, -1.0, vi)},
        "zero": {"vi": np.where(np.arange(k) == 2, 0.0, vi)},
        "all missing": {"yi": np.full(k, np.nan)},
        "one row": {"yi": np.where(np.arange(k) == 4, 1.0, np.nan)},
        "no vi": {"vi": None},
        "span": {"vi": np.where(np.arange(k) == 2, 1e13, vi)},
        "study missing": {"study": [None, *range(33)]},
        "study short": {"study": range(33)},
        "study text": {"study": "x" * 34},
        "crossed missing": {"crossed": ["a"] * 33 + [""]},
        "collinear": {"design": np.column_stack((np.ones(k), rows["x"], 2 * rows["x"]))},
        "saturated": {"design": np.eye(k)},
        "method": {"method": "DL"},
        "test": {"test": "knha"},
        "level": {"level": 0.95},
        "levels": {"levels": ("study", "paper")},
        "both": {"rho": 0.3, "covariance": np.diag(vi)},
        "shape": {"covariance": np.eye(3)},
        "asymmetric": {"covariance": asymmetric},
        "indefinite": {"covariance": indefinite},
        "contradiction": {"covariance": 2 * np.diag(vi)},
    }
    return {"yi": rows["yi"], "vi": vi, "study": rows["study"], **options[change]}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("negative", "row 3: vi = -1"),
        ("zero", "row 3: vi = 0"),
        ("all missing", "k = 0 of 34"),
        ("one row", r"only row 5 can be used \(k = 1\)"),
        ("no vi", "vi is missing"),
        ("span", "orders of magnitude apart"),
        ("study missing", "row 1 has no study"),
        ("study short", "study has 33 entries but yi has 34"),
        ("study text", "one study label per row"),
        ("crossed missing", "row 34 has no crossed"),
        ("collinear", "x2 is a combination"),
        ("saturated", "saturated"),
        ("method", "choose one of REML, ML"),
        ("test", "choose one of t, z"),
        ("level", "such as 95"),
        ("levels", "name study, estimate"),
        ("both", "give one of them"),
        ("shape", r"must be \(34, 34\)"),
        ("asymmetric", "rows 1 and 2"),
        ("indefinite", "not positive definite"),
        ("contradiction", "row 1 has vi"),
    ],
)
def test_bad_input_gets_one_clear_sentence(rows: dict[str, Any], change: str, says: str) -> None:
    options = bad(change, rows)
    with pytest.raises(InvalidInput, match=says) as caught:
        fit_multilevel(options.pop("yi"), options.pop("vi"), **options)
    assert "\n" not in str(caught.value)


def test_rows_that_cannot_be_used_are_named(rows: dict[str, Any]) -> None:
    yi, vi = rows["yi"].copy(), rows["vi"].copy()
    yi[3], vi[6] = np.nan, np.inf
    found = fit_multilevel(yi, vi, study=rows["study"], labels=[f"r{i}" for i in range(34)], rho=0.6)
    keep = ~np.isin(np.arange(34), (3, 6))
    assert [(x.row, x.why) for x in found.excluded_rows] == [
        ("r3", "yi is missing"),
        ("r6", "vi is infinite"),
    ]
    without = fit_multilevel(yi[keep], vi[keep], study=rows["study"][keep], rho=0.6)
    assert found.sigma2 == without.sigma2
    assert "left out: row r3 (yi is missing)" in str(found)


def test_a_component_that_nothing_tells_of_is_held_at_zero(rows: dict[str, Any]) -> None:
    dummies = same(rows["study"])[:, np.unique(rows["study"], return_index=True)[1]]
    for method in ("REML", "ML"):
        found = fitted(rows, design=dummies, method=method)
        assert found.sigma2[0] == 0
        assert "between studies cannot be estimated" in found.warnings[0]
        assert math.isinf(profile_intervals(found).sigma2_ci[0][1])  # type: ignore[index]
    doubled = fitted(rows, crossed=rows["study"])
    assert doubled.sigma2[2] == 0
    assert "that between studies, as the same rows share them" in doubled.warnings[0]
    assert doubled.sigma2[:2] == pytest.approx(fitted(rows).sigma2, rel=1e-9)


def test_a_shared_variance_far_above_the_sampling_errors_keeps_its_digits() -> None:
    study = np.repeat(np.arange(6), 3)
    means = np.array([0.0, 3.0, -2.0, 5.0, 1.0, -4.0])
    yi = means[study] + np.tile([-1e-7, 0.0, 1e-7], 6)
    found = fit_multilevel(yi, np.full(18, 1e-14), study=study, levels=("study",))
    # balanced: the study means are a sample of their own
    assert found.sigma2[0] == pytest.approx(means.var(ddof=1), rel=1e-6)
    assert found.coefficients[0].se == pytest.approx(math.sqrt(means.var(ddof=1) / 6), rel=1e-6)
    assert found.robust == ()
    assert "far above the sampling variances" in found.warnings[-1]


def test_of_two_tops_of_the_likelihood_the_higher_one_is_taken() -> None:
    yi = [-0.735, -0.14, -0.5, -0.23, 0.23, 0.008, 0.27, 0.172, 0.196, -0.838, -0.21, -1.269, -1.172, -1.139]
    vi = [0.01204, 0.02007, 0.02369, 0.05402, 0.00121, 0.03913, 0.0026, 0.00837, 0.00825, 0.00191, 0.33344]
    vi += [0.09977, 0.00891, 0.00441]
    study = np.repeat(np.arange(4), (4, 5, 1, 4))
    inner = np.array([2, 0, 2, 2, 0, 2, 1, 1, 1, 0, 1, 0, 2, 0])
    found = fit_multilevel(yi, vi, study=study, estimate=inner)
    shared = [same(study), same(study) * same(inner)]
    height = dense_height(np.array(yi), np.diag(vi), shared, np.ones((14, 1)), reml=True)
    edge = max(np.linspace(0.2, 0.6, 401), key=lambda s: height(np.array([s, 0.0])))
    lower = height(np.array([edge, 0.0]))
    assert lower > height(np.array([edge, 1e-3]))  # a top on the edge, but not the highest
    assert found.sigma2 == pytest.approx((0.328882, 0.0139927), rel=1e-4)
    assert found.fit.log_likelihood_reml > lower + 0.005


def test_limits_of_a_component_are_where_the_profile_has_fallen(rows: dict[str, Any]) -> None:
    found = profile_intervals(fitted(rows, crossed=rows["data"]))
    shared = [same(rows["study"]), np.eye(34), same(rows["data"])]
    height = dense_height(rows["yi"], np.diag(rows["vi"]), shared, np.ones((34, 1)), reml=True)
    target = found.fit.log_likelihood_reml - chdtri(1, 0.05) / 2
    assert found.sigma2_ci is not None
    for j, (value, limits) in enumerate(zip(found.sigma2, found.sigma2_ci, strict=True)):
        assert limits[0] <= value < limits[1]
        for limit in limits:
            others = [i for i in range(3) if i != j]

            def fallen(roots: Array, limit: float = limit, j: int = j, others: list[int] = others) -> float:
                sigma2 = np.empty(3)
                sigma2[j], sigma2[others] = limit, roots**2
                return -height(sigma2)

            start = np.sqrt(np.maximum(np.array(found.sigma2)[others], 0.01))
            profile = -minimize(
                fallen, start, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-10}
            ).fun
            if limit > 0:
                assert profile == pytest.approx(target, abs=1e-6)
            else:
                assert profile >= target - 1e-6


def test_a_wider_cluster_is_followed_and_a_narrower_one_is_not(rows: dict[str, Any]) -> None:
    group = rows["study"] // 3
    assert fitted(rows, cluster=group).robust_clusters == 4
    assert fitted(rows, cluster=range(34)).robust == fitted(rows).robust
    crossed = fitted(rows, crossed=rows["study"] // 5)
    assert crossed.robust_clusters == 2
    assert any("joins 10 studies to 2" in text for text in crossed.warnings)


def test_other_corrections_and_joint_tests_come_from_the_same_fit(rows: dict[str, Any]) -> None:
    design = np.column_stack((np.ones(34), rows["x"], rows["x"] ** 2))
    found = fitted(rows, design=design, terms=("intercept", "x", "x2"), rho=0.6)
    plain, corrected = robust_inference(found, "CR0"), robust_inference(found, "CR2")
    assert corrected.coefficients == found.robust
    assert plain.coefficients[1].se < corrected.coefficients[1].se
    test = wald_htz(corrected, ["x", "x2"])
    assert test.df == 2
    assert 0 < test.p < 1
    assert found.moderators is not None
    assert found.moderators.df_denominator == 31


def test_a_prediction_adds_all_components_to_the_error_of_the_mean(rows: dict[str, Any]) -> None:
    found = fitted(rows, test="z")
    there = predict(found)
    interval = there.prediction_interval
    assert interval is not None
    half = 1.959963984540054 * math.sqrt(sum(found.sigma2) + found.coefficients[0].se ** 2)
    assert interval.high - interval.low == pytest.approx(2 * half)
    assert found.prediction_interval == interval
    assert (interval.df_rule, fitted(rows).prediction_interval.df_rule) == ("normal", "k-1")  # type: ignore[union-attr]
    with pytest.raises(InvalidInput, match="1 finite numbers"):
        predict(found, (1.0, 2.0))


def test_a_refit_equals_a_fit_of_what_is_left(rows: dict[str, Any]) -> None:
    full = fitted(rows, rho=0.4, crossed=rows["data"], estimate=np.arange(34) // 2)
    for left_out in range(10):
        keep = rows["study"] != left_out
        part = {name: values[keep] for name, values in rows.items()}
        fresh = fitted(part, rho=0.4, crossed=part["data"], estimate=(np.arange(34) // 2)[keep])
        for near in (True, False):
            again = refit(full, keep, near=near)
            assert again.sigma2 == pytest.approx(fresh.sigma2, rel=1e-6, abs=1e-9)
            assert again.coefficients[0].estimate == pytest.approx(fresh.coefficients[0].estimate, rel=1e-7)
            assert again.robust_clusters == fresh.robust_clusters
    design = np.column_stack((np.ones(34), rows["x"]))
    sloped = refit(full, design=design, terms=("intercept", "x"), robust=False)
    assert sloped.terms == ("intercept", "x")
    assert sloped.robust == ()
    with pytest.raises(InvalidInput, match="no row is left"):
        refit(full, np.zeros(34, dtype=bool))


def test_the_result_says_what_it_rests_on(rows: dict[str, Any]) -> None:
    found = profile_intervals(fitted(rows, rho=0.6))
    assert "correlated and hierarchical effects" in found.model
    assert "rho = 0.6" in found.model
    for text in (str(found), found.report_text()):
        assert "34 rows in 10 studies" in text
        assert "CR2" in text
        assert "profile likelihood" in text
        assert "prediction interval" in text
    told = json.loads(found.to_json())
    assert told["sigma2"] == list(found.sigma2)
    assert told["sigma2_levels"] == ["study", "estimate"]
    assert told["studies"] == rows["study"].tolist()
    assert found.to_frame()["inference"].tolist() == ["t", "CR2"]
    assert "three-level model" in fitted(rows).model
