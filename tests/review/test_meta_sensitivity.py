"""What leaving rows out, adding them up and taking subsets promise."""

import json
from typing import Any

import numpy as np
import pytest

from review.meta.case_deletion import case_deletion
from review.meta.equal_weight import equal_weights
from review.meta.errors import InvalidInput
from review.meta.regression import meta_regression
from review.meta.result import PooledEstimate
from review.meta.sensitivity.baujat import baujat
from review.meta.sensitivity.cumulative import cumulative
from review.meta.sensitivity.gosh import gosh
from review.meta.sensitivity.influence import influence
from review.meta.sensitivity.leave_one_out import leave_one_out
from review.meta.sensitivity.radial import radial
from review.meta.sensitivity.refits import Refit
from review.meta.sensitivity.residuals import rstandard, rstudent
from review.meta.sensitivity.subsets import fit_subsets
from review.meta.tau2 import METHODS
from review.meta.univariate import random_effects

Y = np.array([0.1, 0.35, -0.2, 0.8, 0.42, 0.15, 1.6, 0.05])
V = np.array([0.04, 0.09, 0.02, 0.15, 0.05, 0.01, 0.08, 0.03])
X = np.column_stack((np.ones(8), [1.0, 2, 3, 4, 5, 6, 8, 7]))
LABELS = list("abcdefgh")
ANALYSES = (leave_one_out, cumulative, influence, rstandard, rstudent, baujat, radial, gosh)


def same_fit(one: Refit, whole: PooledEstimate) -> None:
    c = whole.coefficients[0]
    assert (one.k, one.Q_df, one.df) == (whole.k, whole.Q_df, c.df)
    for name in ("estimate", "se", "statistic", "p", "ci_low", "ci_high"):
        assert getattr(one, name) == pytest.approx(getattr(c, name), rel=1e-9, nan_ok=True), name
    for name in ("tau2", "I2", "H2", "Q", "Q_p"):
        assert getattr(one, name) == pytest.approx(getattr(whole, name), rel=1e-9, abs=1e-12), name


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("test", ["knha", "adhoc", "t", "z"])
def test_leaving_a_row_out_is_pooling_the_others(method: Any, test: Any) -> None:
    whole = random_effects(Y, V, method=method, test=test, labels=LABELS, level=90)
    found = leave_one_out(whole)
    same_fit(found.all_rows, whole)
    for i, one in enumerate(found.refits):
        assert one.omitted == LABELS[i]
        same_fit(one, random_effects(np.delete(Y, i), np.delete(V, i), method=method, test=test, level=90))


@pytest.mark.parametrize("method", METHODS)
def test_adding_rows_up_is_pooling_the_first_ones(method: Any) -> None:
    found = cumulative(random_effects(Y, V, method=method))
    assert found.order == tuple(range(8))
    for n, one in enumerate(found.refits[1:], start=2):
        same_fit(one, random_effects(Y[:n], V[:n], method=method))
    first = found.refits[0]
    assert (first.estimate, first.df) == (Y[0], None)
    assert first.se == pytest.approx(np.sqrt(V[0]))
    assert (first.tau2, first.Q, first.Q_p, first.I2, first.H2) == (0, 0, 1, 0, 1)


@pytest.mark.parametrize(
    ("effects", "variances"),
    [
        (Y * 1e-16, V * 1e-32),
        (Y * 1e16, V * 1e32),
        (Y + 1e6, V),
        (Y, V * 10.0 ** np.linspace(-6, 6, 8)),
        (Y, V * 10.0 ** np.linspace(-30, 30, 8)),
        (np.append(Y, 1e8), np.append(V, 0.1)),
    ],
)
@pytest.mark.parametrize("method", ["REML", "DL", "PM"])
def test_extreme_scales_leave_out_as_well(method: Any, effects: Any, variances: Any) -> None:
    found = leave_one_out(random_effects(effects, variances, method=method, test="z"))
    for i, one in enumerate(found.refits):
        rest = random_effects(np.delete(effects, i), np.delete(variances, i), method=method, test="z")
        assert one.estimate == pytest.approx(rest.coefficients[0].estimate, rel=1e-9)
        assert one.se == pytest.approx(rest.coefficients[0].se, rel=1e-7)
        assert pytest.approx(rest.Q, rel=1e-6) == one.Q


def test_the_highest_of_several_tops_is_found_for_a_subset_too() -> None:
    random = np.random.default_rng(7)
    seen = 0
    for _ in range(60):
        y, v = random.standard_t(1.2, (1, 8))[0], 10.0 ** random.uniform(-4, 2, 8)
        inside = random.random((40, 8)) < 0.6
        inside = inside[inside.sum(axis=1) > 1]
        found = fit_subsets("REML", y, v, inside).tau2
        one_by_one = [random_effects(y[m], v[m], test="z").tau2 for m in inside]
        assert found == pytest.approx(one_by_one, rel=1e-6, abs=1e-9)
        seen += len(inside)
    assert seen > 2000


def test_cumulative_order_is_stable_and_taken_from_values_or_a_mapping() -> None:
    whole = random_effects(Y, V, labels=LABELS)
    years = [2001, 1999, 2001, 1999, 2020, 2001, 1998, 1999]
    found = cumulative(whole, years, ordered_by="year")
    assert [one.added for one in found.refits] == list("gbdhacfe")
    assert cumulative(whole, dict(zip(LABELS, years, strict=True))).order == found.order
    assert cumulative(whole, np.array(years)).order == found.order
    assert "by year" in str(found)


def test_cumulative_order_of_all_given_rows_skips_those_left_out() -> None:
    whole = random_effects([np.nan, *Y], [0.1, *V])
    assert cumulative(whole, [99, 8, 7, 6, 5, 4, 3, 2, 1]).order == tuple(reversed(range(8)))


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ([1, 2], "order has 2 values but 8 rows"),
        ([1, 2, None, 4, 5, 6, np.nan, 8], "row c, g has no value"),
        ([1, 2, "x", 4, 5, 6, 7, 8], "cannot be compared"),
        ({"a": 1}, "row b, c, d, e, f, g, h has no value"),
    ],
)
def test_an_order_that_does_not_fit_is_refused(order: Any, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        cumulative(random_effects(Y, V, labels=LABELS), order)


@pytest.mark.parametrize("test", ["knha", "z"])
@pytest.mark.parametrize("method", ["REML", "FE", "SJ"])
def test_a_pooled_effect_and_its_regression_have_the_same_influence(method: Any, test: Any) -> None:
    mean = influence(random_effects(Y, V, method=method, test=test))
    line = influence(meta_regression(Y, V, np.ones((8, 1)), method=method, test=test))
    for name in ("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "QE_del", "hat", "weight"):
        assert getattr(mean, name) == pytest.approx(getattr(line, name), rel=1e-8, abs=1e-10), name
    assert np.array(mean.dfbs) == pytest.approx(np.array(line.dfbs), rel=1e-8)
    assert mean.is_infl == line.is_infl
    for ours in (rstandard, rstudent, baujat):
        one = ours(random_effects(Y, V, method=method, test=test)).to_frame()
        other = ours(meta_regression(Y, V, np.ones((8, 1)), method=method, test=test)).to_frame()
        assert one.to_numpy(float) == pytest.approx(other.to_numpy(float), rel=1e-8)


def test_influence_of_a_regression_is_that_of_case_deletion() -> None:
    result = meta_regression(Y, V, X)
    found, told = influence(result), case_deletion(result)
    assert found.cook_d == told.cooks_distance
    assert found.rstudent == told.rstudent == rstudent(result).z
    assert sum(found.hat) == pytest.approx(2)


def test_an_outlier_is_called_influential_and_the_others_are_not() -> None:
    found = influence(random_effects([0.1, 0.12, 0.08, 0.11, 5.0, 0.1], [0.01] * 6, labels=list("abcdef")))
    assert found.influential == ("e",)
    assert "Influential: e of 6 rows" in found.report_text()
    assert rstudent(random_effects(Y, V, labels=LABELS)).outlying == ("g",)


def test_contributions_of_equal_effects_sum_to_q() -> None:
    whole = random_effects(Y, V, method="FE")
    assert sum(baujat(whole).contribution) == pytest.approx(whole.Q, rel=1e-12)


def test_residuals_sum_to_nothing_when_weighted_and_their_errors_are_below_the_total() -> None:
    whole = random_effects(Y, V)
    found = rstandard(whole)
    assert np.dot(whole.weights, found.residual) == pytest.approx(0, abs=1e-12)
    assert whole.tau2 is not None
    assert (np.array(found.se) < np.sqrt(V + whole.tau2)).all()


def test_a_row_that_carries_all_weight_keeps_the_digits_of_its_residual_error() -> None:
    found = rstandard(random_effects([0.0, 1.0, 2.0], [1e-14, 1.0, 1.0], method="FE"))
    assert found.se[0] == pytest.approx(np.sqrt(1e-14 - 1 / (1e14 + 2)), rel=0.02)
    assert found.se[0] == pytest.approx(1e-14 * np.sqrt(2), rel=1e-9)


def test_the_radial_line_goes_through_the_points_of_equal_effects() -> None:
    found = radial(random_effects([0.5] * 4, [0.1, 0.2, 0.3, 0.4], test="z"))
    assert np.array(found.standardised) == pytest.approx(found.slope * np.array(found.precision))
    assert found.outside == ()


def test_gosh_takes_every_subset_once_where_there_are_few() -> None:
    whole = random_effects(Y, V, labels=LABELS)
    found = gosh(whole)
    assert (found.complete, found.n, found.seed) == (True, 255, None)
    held = np.column_stack([found.holds(label) for label in LABELS])
    assert len({row.tobytes() for row in held}) == 255
    assert (held.sum(axis=1) == found.size).all()
    full = int(found.size.argmax())
    assert found.estimate[full] == pytest.approx(whole.coefficients[0].estimate, rel=1e-10)
    assert found.tau2[full] == pytest.approx(whole.tau2, rel=1e-9)
    single = found.size == 1
    assert sorted(found.estimate[single]) == pytest.approx(sorted(Y))
    assert not found.I2[single].any()


def test_random_subsets_follow_the_seed_and_are_never_empty() -> None:
    whole = random_effects(Y[:3], V[:3])
    one, same, other = (gosh(whole, subsets=6, seed=s) for s in (4, 4, 5))
    assert (one.complete, one.n, one.seed) == (False, 6, 4)
    assert (one.estimate == same.estimate).all()
    assert (one.estimate != other.estimate).any()
    many = gosh(random_effects(np.tile(Y, 3), np.tile(V, 3), method="FE"), subsets=20_000)
    assert (many.size > 0).all()
    assert many.size.mean() == pytest.approx(12, abs=0.1)
    assert many.n == len(many.to_frame()) == 20_000


@pytest.mark.parametrize("given", [{"subsets": 0}, {"subsets": 2.5}, {"seed": -1}, {"subsets": True}])
def test_gosh_refuses_numbers_out_of_range(given: Any) -> None:
    with pytest.raises(InvalidInput, match="give a whole number from"):
        gosh(random_effects(Y, V), **given)


def test_gosh_names_the_rows_it_knows() -> None:
    with pytest.raises(InvalidInput, match="no pooled row is labelled 'z'"):
        gosh(random_effects(Y, V)).holds("z")


@pytest.mark.parametrize("analysis", ANALYSES)
def test_every_analysis_tells_itself_and_what_was_left_out(analysis: Any) -> None:
    found = analysis(random_effects([*Y, np.nan], [*V, 0.1], labels=[*LABELS, "gone"]))
    assert "row gone (yi is missing)" in str(found)
    assert "gone, yi is missing" in found.report_text()
    assert json.loads(found.to_json()) == found.to_dict()
    assert len(found.to_frame()) in {8, 255}
    assert found.method == "REML"
    with pytest.raises(AttributeError):
        found.method = "DL"


@pytest.mark.parametrize("analysis", ANALYSES)
def test_rows_of_one_cluster_are_pointed_out(analysis: Any) -> None:
    clustered = random_effects(Y, V, cluster=[1, 1, 2, 2, 3, 3, 4, 4])
    assert any("belong to 4 clusters" in text for text in analysis(clustered).warnings)
    assert not any("clusters" in text for text in analysis(random_effects(Y, V, cluster=range(8))).warnings)


@pytest.mark.parametrize("analysis", ANALYSES)
def test_a_result_without_variances_is_refused(analysis: Any) -> None:
    with pytest.raises(InvalidInput, match="needs sampling variances"):
        analysis(equal_weights(Y, cluster=[1, 1, 2, 2, 3, 3, 4, 4]))


@pytest.mark.parametrize("analysis", [leave_one_out, cumulative, radial, gosh])
def test_what_holds_for_pooled_effects_only_says_so(analysis: Any) -> None:
    with pytest.raises(InvalidInput, match="takes the result of random_effects"):
        analysis(meta_regression(Y, V, X))


@pytest.mark.parametrize("analysis", [leave_one_out, influence, rstandard, rstudent, baujat, gosh])
def test_one_row_is_too_few(analysis: Any) -> None:
    with pytest.raises(InvalidInput, match="at least 2 rows, but 1 was pooled"):
        analysis(random_effects([1.0], [0.1]))


def test_two_rows_leave_one_with_its_own_variance() -> None:
    found = leave_one_out(random_effects([1.0, 2.0], [0.1, 0.4]))
    assert [(one.estimate, one.df) for one in found.refits] == [(2.0, None), (1.0, None)]
    assert any("without row 1, without row 2 one row is left" in text for text in found.warnings)
    told = influence(random_effects([1.0, 2.0], [0.1, 0.4], method="FE", test="z"))
    assert told.rstudent == pytest.approx([-np.sqrt(2), np.sqrt(2)])


def test_equal_effects_have_no_knapp_hartung_test_and_it_is_said() -> None:
    same = random_effects([0.3] * 5, [0.1, 0.2, 0.3, 0.1, 0.2])
    found = leave_one_out(same)
    assert all(one.se == 0 and one.estimate == 0.3 for one in found.refits)
    assert any("Knapp–Hartung standard error is 0" in text for text in found.warnings)
    for analysis in (influence, rstudent, baujat):
        with pytest.raises(InvalidInput, match="use the test adhoc or z"):
            analysis(same)
    assert influence(random_effects([0.3] * 5, [0.1] * 5, test="z")).cook_d == (0.0,) * 5


def test_others_that_are_equal_give_no_number_but_a_warning() -> None:
    found = influence(random_effects([0.1, 0.3, 0.3, 0.3], [0.1, 0.2, 0.3, 0.4], labels=list("abcd")))
    assert np.isnan([found.dffits[0], found.rstudent[0], found.dfbs[0][0]]).all()
    assert np.isfinite(found.dffits[1:]).all()
    assert any("without row a the others are equal" in text for text in found.warnings)
    assert found.to_dict()["dffits"][0] is None


def test_a_row_that_alone_decides_a_coefficient_is_named() -> None:
    lonely = np.column_stack((np.ones(8), [1.0, 0, 0, 0, 0, 0, 0, 0]))
    found = influence(meta_regression(Y, V, lonely, labels=LABELS, test="z"))
    assert np.isnan(found.cook_d[0])
    assert found.is_infl[0]
    assert any("without row a the model cannot be fitted" in text for text in found.warnings)
    assert np.isnan(baujat(meta_regression(Y, V, lonely)).influence[0])


def test_scale_sign_and_order_do_not_change_influence() -> None:
    base = influence(random_effects(Y, V))
    for moved in (random_effects(-1e9 * Y, 1e18 * V), random_effects(Y * 1e-9, V * 1e-18)):
        assert influence(moved).cook_d == pytest.approx(base.cook_d, rel=1e-8)
    turned = influence(random_effects(Y[::-1], V[::-1]))
    assert turned.dffits[::-1] == pytest.approx(base.dffits, rel=1e-8)


def test_reports_name_the_rows_that_matter() -> None:
    whole = random_effects(Y, V, labels=LABELS)
    text = leave_one_out(whole).report_text()
    assert "Each of the 8 rows was left out in turn" in text
    assert "(without g)" in text
    assert "From a on (1 of 8 rows) the 95% interval includes 0" in cumulative(whole).report_text()
    assert "all 255 subsets" in gosh(whole).report_text()
    assert "random subsets (seed 1)" in gosh(whole, subsets=100).report_text()
