"""Permutation tests are the fits one by one; Holm and Benjamini–Hochberg give statsmodels' numbers."""

import gc
import math
from itertools import permutations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from review.meta import batch
from review.meta.batch import fit_many
from review.meta.errors import InvalidInput
from review.meta.multiplicity import benjamini_hochberg, holm
from review.meta.permutation import permutation_test
from review.meta.regression import meta_regression
from review.meta.reml import reml_tau2
from review.meta.univariate import random_effects
from tests.reference.comparing import reference

GOLDEN = reference()["datasets"]
Y = np.array([0.1, 0.5, 0.3, 0.9, 0.6, 1.4])
V = np.array([0.01, 0.02, 0.015, 0.05, 0.03, 0.02])
X = np.column_stack([np.ones(6), [0.0, 1, 2, 3, 4, 5]])


@pytest.mark.parametrize("test", ["knha", "adhoc", "t", "z"])
@pytest.mark.parametrize("method", ["REML", "DL", "FE"])
def test_flips_one_by_one_give_the_same(method: Any, test: Any) -> None:
    y, v = Y[:5] - 0.4, V[:5]
    one_by_one = [
        abs(random_effects(y * signs, v, method=method, test=test).coefficients[0].statistic)
        for signs in product([1, -1], repeat=5)
    ]
    expected = np.mean(np.array(one_by_one) >= one_by_one[0] - 1e-8)
    assert permutation_test(y, v, method=method, test=test).p[0] == pytest.approx(expected, abs=1e-15)


def test_shuffled_rows_one_by_one_give_the_same() -> None:
    rng = np.random.default_rng(2)
    x = np.column_stack([X[:5], rng.normal(size=5)])
    fits = [meta_regression(Y[:5], V[:5], x[list(order)], test="z") for order in permutations(range(5))]
    each = np.abs([[c.statistic for c in fit.coefficients] for fit in fits])
    joint = np.array([fit.moderators.statistic if fit.moderators else math.nan for fit in fits])
    found = permutation_test(Y[:5], V[:5], x, test="z")
    assert (found.how, found.exact, found.rearrangements) == ("rows", True, 120)
    assert found.p == pytest.approx((each >= each[0] - 1e-8).mean(axis=0), abs=1e-15)
    assert found.moderators == pytest.approx((joint >= joint[0] - 1e-8).mean(), abs=1e-15)


def test_random_rearrangements_come_near_the_exact_ones_and_repeat() -> None:
    data = GOLDEN["normand1999_MD"]
    exact = data["univariate"]["permutest_exact"]["pval"][0]
    found = permutation_test(data["yi"], data["vi"], exact=False, iterations=4000, seed=1)
    assert found.p[0] == pytest.approx(exact, abs=0.02)
    assert (found.exact, found.seed) == (False, 1)
    assert permutation_test(data["yi"], data["vi"], exact=False, iterations=4000, seed=1) == found


def test_units_do_not_matter() -> None:
    plain = permutation_test(Y, V, X)
    assert permutation_test(Y * 1e-16, V * 1e-32, X * [1, 1e16]).p == plain.p


def test_many_fits_are_the_fits_one_by_one() -> None:
    rng = np.random.default_rng(4)
    y, v = rng.normal(size=(300, 9)), rng.uniform(0.05, 2, (300, 9))
    basis = np.linalg.qr(np.column_stack([np.ones(9), rng.normal(size=9)]))[0]
    found = fit_many("REML", y, v, basis)
    one_by_one = [reml_tau2(y[i], v[i], basis) for i in range(300)]
    assert sum(x == 0 for x in one_by_one) > 30
    assert found.tau2 == pytest.approx(one_by_one, rel=1e-8, abs=1e-12)


def test_fits_that_do_not_settle_are_finished_by_the_bounded_search(monkeypatch: pytest.MonkeyPatch) -> None:
    y, v = np.vstack([Y, Y[::-1]]), np.vstack([V, V[::-1]])
    basis = np.full((6, 1), 1 / math.sqrt(6))
    whole = fit_many("REML", y, v, basis)
    monkeypatch.setattr(batch, "MAX_STEPS", 0)
    assert fit_many("REML", y, v, basis).tau2 == pytest.approx(whole.tau2, rel=1e-9)


def test_rows_with_infinite_variance_are_out() -> None:
    basis = np.full((6, 1), 1 / math.sqrt(6))
    v = np.vstack([V, V])
    v[1, 2] = math.inf
    found = fit_many("REML", np.vstack([Y, Y]), v, basis)
    rest = random_effects(np.delete(Y, 2), np.delete(V, 2))
    assert found.tau2[1] == pytest.approx(rest.tau2, rel=1e-9)
    error = math.sqrt(found.covariance[1, 0, 0] * found.scatter[1]) / math.sqrt(6)
    assert error == pytest.approx(rest.coefficients[0].se, rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((Y[:1], V[:1]), {}, "needs at least 2 rows"),
        ((Y, V, X[:, 1:] + 1), {}, "an intercept only|column of ones"),
        (([1.0, 1.0], [0.1, 0.2]), {}, "all 2 effects are equal"),
        ((np.arange(30.0), np.ones(30)), {"exact": True}, "more than 5,000,000"),
        ((Y, V), {"method": "ML"}, "method = 'ML' is unknown: choose one of REML, DL, FE"),
        ((Y, V), {"test": "F"}, "test = 'F' is unknown"),
        ((Y, V), {"iterations": 1}, "compares the effects with nothing"),
        ((Y, [1e-10, *V[1:]]), {}, "lie more than 8 orders of magnitude apart"),
        ((Y, -V), {}, "must be greater than 0"),
    ],
)
def test_what_cannot_be_rearranged_is_refused(arguments: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        permutation_test(*arguments, **options)


def test_too_few_rearrangements_for_any_evidence_are_said() -> None:
    assert "cannot give a p-value below 0.05" in permutation_test(Y[:4], V[:4]).warnings[0]
    assert permutation_test(Y, V).warnings == ()


P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@settings(deadline=None)
@given(P_VALUES)
def test_adjusted_p_values_are_those_of_statsmodels(p: list[float]) -> None:
    gc.freeze()  # statsmodels collects garbage at every call, which takes long where many modules are loaded
    try:
        by_holm, by_bh = (multipletests(p, method=name)[1] for name in ("holm", "fdr_bh"))
    finally:
        gc.unfreeze()
    assert list(holm(p)) == pytest.approx(list(by_holm), rel=1e-12)
    assert list(benjamini_hochberg(p)) == pytest.approx(list(by_bh), rel=1e-12)


def test_adjusted_p_values_of_nothing_and_of_nonsense() -> None:
    assert holm([]) == benjamini_hochberg([]) == ()
    for bad in ([0.1, math.nan], [1.2], [-0.1]):
        with pytest.raises(InvalidInput, match="from 0 to 1, but entry"):
            holm(bad)
    with pytest.raises(InvalidInput, match="shape"):
        benjamini_hochberg([[0.1]])
