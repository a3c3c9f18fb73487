"""Meta-regression does not depend on coding or units, and refuses what cannot be estimated."""

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from review.meta.case_deletion import case_deletion
from review.meta.contrasts import contrasts, expected_effects, likelihood_ratio
from review.meta.errors import InvalidInput
from review.meta.moderators import regress
from review.meta.profile import profile_interval, shrunken_effects
from review.meta.regression import meta_regression
from review.meta.univariate import random_effects

X = np.column_stack([np.ones(6), [0.0, 1, 2, 3, 4, 5], [0.0, 1, 0, 1, 0, 1]])
Y = np.array([0.1, 0.5, 0.3, 0.9, 0.6, 1.4])
V = np.array([0.01, 0.02, 0.015, 0.05, 0.03, 0.02])


def test_variance_inflation_is_one_over_what_the_others_leave() -> None:
    found = meta_regression(Y, np.full(6, 0.02), X, terms=("intercept", "dose", "new"))
    r2 = np.corrcoef(X[:, 1], X[:, 2])[0, 1] ** 2  # equal variances: an ordinary correlation
    assert found.vif[0] is None
    assert found.vif[1:] == pytest.approx([1 / (1 - r2)] * 2, rel=1e-12)
    assert meta_regression(Y, V, X[:, :2]).vif == ()


def test_contrasts_are_coefficients_of_another_coding() -> None:
    cells = np.column_stack([1 - X[:, 2], X[:, 2]])
    means = meta_regression(Y, V, cells, terms=("old", "new"))
    coded = meta_regression(Y, V, X[:, [0, 2]], terms=("intercept", "new"))
    asked = contrasts(means, [[-1, 1], [1, 0]], ("difference", "old"))
    assert asked.contrasts[0].estimate == pytest.approx(coded.coefficients[1].estimate, rel=1e-12)
    assert asked.contrasts[0].p == pytest.approx(coded.coefficients[1].p, rel=1e-11)
    assert asked.contrasts[1].se == pytest.approx(coded.coefficients[0].se, rel=1e-12)
    assert means.tau2 == pytest.approx(coded.tau2, rel=1e-12)
    assert pytest.approx(coded.R2, rel=1e-10, abs=1e-10) == means.R2
    assert asked.together is not None
    # contrasts that repeat each other have no joint test
    assert contrasts(means, [[-1, 1], [-2, 2]]).together is None


@pytest.mark.parametrize("test", ["knha", "adhoc", "t", "z"])
def test_one_column_of_ones_is_the_random_effects_model(test: Any) -> None:
    found, pooled = meta_regression(Y, V, np.ones((6, 1)), test=test), random_effects(Y, V, test=test)
    for key in ("estimate", "se", "ci_low", "ci_high", "p"):
        assert getattr(found.coefficients[0], key) == pytest.approx(
            getattr(pooled.coefficients[0], key), rel=1e-10
        )
    assert (found.moderators, found.R2, found.vif) == (None, None, ())
    assert found.tau2_ci == pytest.approx(pooled.tau2_ci, rel=1e-10)
    assert profile_interval(found) == pytest.approx(profile_interval(pooled), rel=1e-8)
    assert shrunken_effects(found).se == pytest.approx(shrunken_effects(pooled).se, rel=1e-10)


@pytest.mark.parametrize("scale", [1e-100, 1e-16, 1e16, 1e100])
def test_units_of_effects_do_not_matter(scale: float) -> None:
    plain, scaled = meta_regression(Y, V, X), meta_regression(Y * scale, V * scale**2, X)
    assert scaled.tau2 / scale / scale == pytest.approx(plain.tau2, rel=1e-9)
    assert [c.estimate / scale for c in scaled.coefficients] == pytest.approx(
        [c.estimate for c in plain.coefficients], rel=1e-9
    )
    assert [c.p for c in scaled.coefficients] == pytest.approx([c.p for c in plain.coefficients], rel=1e-9)


@pytest.mark.parametrize("scale", [1e-16, 1e16])
def test_units_and_origin_of_a_moderator_do_not_matter(scale: float) -> None:
    plain = meta_regression(Y, V, X)
    moved = X.copy()
    moved[:, 1] = (moved[:, 1] + 1950) * scale
    other = meta_regression(Y, V, moved)
    assert other.tau2 == pytest.approx(plain.tau2, rel=1e-9)
    assert other.coefficients[1].estimate * scale == pytest.approx(plain.coefficients[1].estimate, rel=1e-9)
    assert other.coefficients[1].p == pytest.approx(plain.coefficients[1].p, rel=1e-9)
    assert other.moderators is not None
    assert plain.moderators is not None
    assert other.moderators.statistic == pytest.approx(plain.moderators.statistic, rel=1e-9)


def test_a_far_origin_of_the_effects_costs_no_digits() -> None:
    plain, far = meta_regression(Y, V, X), meta_regression(Y + 2**20, V, X)
    assert far.tau2 == pytest.approx(plain.tau2, rel=1e-7)
    assert far.coefficients[1].estimate == pytest.approx(plain.coefficients[1].estimate, rel=1e-7)
    assert far.coefficients[0].estimate - 2**20 == pytest.approx(plain.coefficients[0].estimate, abs=1e-8)


def test_rows_without_a_moderator_are_left_out_and_named() -> None:
    x = X.copy()
    x[2, 1], x[4, 2] = math.nan, math.inf
    found = meta_regression(Y, V, x, terms=("intercept", "dose", "new"), test="z")
    assert [(r.row, r.why) for r in found.excluded_rows] == [(3, "dose is missing"), (5, "new is infinite")]
    assert found.rows == (1, 2, 4, 6)


@pytest.mark.parametrize(
    ("design", "options", "message"),
    [
        (X[:5], {}, r"the design matrix has shape \(5, 3\) but must be \(6, p\)"),
        (np.ones(6), {}, "the design matrix has shape"),
        ([["a"]] * 6, {}, "something that is not a number"),
        (np.column_stack([X, X[:, 1] + 2]), {}, "x3 is a combination of the terms before it"),
        (np.column_stack([X, np.zeros(6)]), {}, "x3 is 0 in every row"),
        (np.column_stack([X, X[:, 1] * 1e90]), {}, "x3 lies beyond 1e-75"),
        (np.eye(6), {}, "6 rows for 6 coefficients leave nothing"),
        (X, {"terms": ["a", "b"]}, "2 terms name 3 columns"),
        (X, {"terms": ["a", "b", "b"]}, "3 terms name 3 columns: give each column a name of its own"),
        (X, {"method": "GENQ"}, "method = 'GENQ' is unknown"),
        (X, {"test": "wald"}, "test = 'wald' is unknown"),
        (X, {"level": 0.95}, "give it in percent"),
        (X * math.nan, {}, "no row can be pooled"),
    ],
)
def test_what_cannot_be_estimated_is_refused(design: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        meta_regression(Y, V, design, **options)


def test_effects_on_a_line_are_fitted_exactly_and_it_is_said() -> None:
    line = 0.25 * X[:, 1] + 1
    found = meta_regression(line, V, X[:, :2])
    assert found.tau2 == 0
    assert [c.estimate for c in found.coefficients] == pytest.approx([1, 0.25], rel=1e-12)
    assert any("fit all effects exactly" in text for text in found.warnings)
    assert found.moderators is None
    assert all(c.se == 0 for c in found.coefficients)
    with pytest.raises(InvalidInput, match="fitted exactly"):
        case_deletion(found)
    usual = meta_regression(line, V, X[:, :2], test="z")
    assert usual.coefficients[1].se > 0


def test_a_row_that_alone_decides_a_coefficient_is_named() -> None:
    only = np.column_stack([np.ones(6), np.eye(6)[:, 3]])
    found = case_deletion(meta_regression(Y, V, only, labels=list("abcdef")))
    assert found.cooks_distance[3] is None
    assert found.warnings[0].startswith("without row d the model cannot be fitted")
    assert sum(x is None for x in found.cooks_distance) == 1


def test_a_row_without_which_the_rest_is_fitted_exactly_is_named() -> None:
    off = np.array([1.0, 1.25, 1.5, 1.75, 2.0, 9.0])
    found = case_deletion(meta_regression(off, V, X[:, :2]))
    assert found.dfbetas[5] is None
    assert found.warnings == (
        "without row 6 the others are fitted exactly, and a change of coefficients has no error to be measured in",
    )
    assert all(x is not None and math.isfinite(x) for x in found.cooks_distance)


def test_variances_out_of_all_proportion_are_named() -> None:
    with pytest.raises(InvalidInput, match=r"row b \(1e-14\) and row d \(0.05\) lie more than 12 orders"):
        meta_regression(Y, [0.01, 1e-14, *V[2:]], X, labels=list("abcdef"))


@pytest.mark.parametrize("tiny", [1e-6, 1e-9, 1e-12])
def test_one_nearly_exact_row_costs_no_digits(tiny: float) -> None:
    # the row alone decides the third coefficient: what is left is the regression without both
    x = np.column_stack([X[:, :2], np.eye(6)[:, 0]])
    found = meta_regression(Y, [tiny, *V[1:]], x, method="DL", test="z")
    rest = meta_regression(Y[1:], V[1:], X[1:, :2], method="DL", test="z")
    assert found.tau2 == pytest.approx(rest.tau2, rel=1e-9, abs=1e-14)
    assert found.se_tau2 == pytest.approx(rest.se_tau2, rel=1e-9)
    assert pytest.approx(rest.Q, rel=1e-9) == found.Q
    assert found.coefficients[1].estimate == pytest.approx(rest.coefficients[1].estimate, rel=1e-9)


def test_models_that_cannot_be_compared_are_refused() -> None:
    full, reduced = meta_regression(Y, V, X, method="ML"), meta_regression(Y, V, X[:, :2], method="ML")
    assert likelihood_ratio(full, reduced).df == 1
    with pytest.raises(InvalidInput, match="two fits by ML"):
        likelihood_ratio(meta_regression(Y, V, X), reduced)
    with pytest.raises(InvalidInput, match="different rows"):
        likelihood_ratio(full, random_effects(Y[:5], V[:5], method="ML"))
    with pytest.raises(InvalidInput, match="no special case"):
        likelihood_ratio(reduced, full)
    with pytest.raises(InvalidInput, match="no special case"):
        likelihood_ratio(full, meta_regression(Y, V, np.column_stack([X[:, 0], Y]), method="ML"))


def test_prediction_interval_names_its_rule() -> None:
    found = meta_regression(Y, V, X)
    riley = expected_effects(found, [1, 2, 0])[0].prediction_interval
    default = expected_effects(found, [1, 2, 0], prediction="metafor")[0].prediction_interval
    assert riley is not None
    assert default is not None
    assert (riley.df_rule, riley.df, default.df_rule, default.df) == ("k-p-1", 2, "k-p", 3)
    assert riley.high > default.high
    assert expected_effects(meta_regression(Y, V, X, method="FE"), [1, 2, 0])[0].prediction_interval is None
    with pytest.raises(InvalidInput, match="rows of 3 finite numbers"):
        expected_effects(found, [1, 2])
    with pytest.raises(InvalidInput, match="is unknown"):
        expected_effects(found, [1, 2, 0], prediction="k")  # type: ignore[arg-type]


def test_clusters_bring_robust_coefficients() -> None:
    found = meta_regression(Y, V, X[:, :2], cluster=["a", "a", "b", "b", "c", "d"])
    assert found.clusters == 4
    assert [c.estimate for c in found.robust] == pytest.approx(
        [c.estimate for c in found.coefficients], rel=1e-9
    )
    assert any("use the robust results" in text for text in found.warnings)
    shifted = meta_regression(Y + 100, V, X[:, :2], cluster=["a", "a", "b", "b", "c", "d"])
    assert shifted.robust[0].estimate == pytest.approx(found.robust[0].estimate + 100, rel=1e-12)
    assert shifted.robust[0].se == pytest.approx(found.robust[0].se, rel=1e-8)


def test_result_reads_as_text_table_and_json() -> None:
    found = meta_regression(
        [*Y, math.nan], [*V, 0.1], np.vstack([X, X[:1]]), terms=("intercept", "dose", "new")
    )
    text = str(found)
    for part in ("estimator: REML", "dose: ", "F(2, 3)", "QE(3)", "R² = ", "left out: row 7 (yi is missing)"):
        assert part in text
    assert "restricted maximum likelihood" in found.report_text()
    assert "Knapp and Hartung 2003" in found.report_text()
    plain = json.loads(found.to_json())
    assert plain["coefficients"][1]["term"] == "dose"
    assert plain["moderators"]["df"] == 2
    assert list(found.to_frame()["term"]) == ["intercept", "dose", "new"]


def test_formula_tests_each_term_and_names_what_is_missing() -> None:
    frame = pd.DataFrame(
        {
            "yi": [*Y, 0.2, 0.7],
            "vi": [*V, 0.1, None],
            "dose": [*X[:, 1], None, 3.0],
            "kind": [*"abcabc", "d", "d"],
            "who": list("stuvwxyz"),
            "team": list("aabbccdd"),
        }
    )
    found = regress("dose + kind", frame, labels="who", cluster="team")
    assert [(x.row, x.why) for x in found.excluded_rows] == [("y", "dose is missing"), ("z", "vi is missing")]
    assert found.terms == (
        "intercept",
        "dose",
        "kind[T.b]",
        "kind[T.c]",
    )  # no column for d, which no used row has
    assert [(t.terms, t.df, t.df_denominator) for t in found.term_tests] == [
        (("dose",), 1, 2),
        (("kind",), 2, 2),
    ]
    assert found.term_tests[0].p == pytest.approx(found.coefficients[1].p, rel=1e-10)
    assert "term kind: F(2, 2)" in str(found)
    assert len(found.robust) == 4
    assert regress("0 + kind", frame).terms == ("kind[a]", "kind[b]", "kind[c]", "kind[d]")


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("yi ~ dose", "has a left side"),
        ("dose +", "cannot be read"),
        ("amount", "no column 'amount': choose from yi, vi, dose"),
        ("log(dose, 3, 4)", "cannot be read"),
        ("dose + I(2 * dose)", "collinear"),
    ],
)
def test_formulas_that_make_no_sense_are_refused(formula: str, message: str) -> None:
    frame = pd.DataFrame({"yi": Y, "vi": V, "dose": X[:, 1]})
    with pytest.raises(InvalidInput, match=message):
        regress(formula, frame)


def test_columns_that_are_not_there_are_named() -> None:
    with pytest.raises(InvalidInput, match="no column 'vi': choose from yi, dose"):
        regress("dose", pd.DataFrame({"yi": Y, "dose": X[:, 1]}))
