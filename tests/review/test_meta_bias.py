"""Small-study effects: what each analysis promises, beyond the reference values it meets in test_golden.py."""

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammainc
from scipy.stats import binom

from review.meta.bias.egger import egger
from review.meta.bias.failsafe import fail_safe_n
from review.meta.bias.henmi_copas import henmi_copas
from review.meta.bias.pet_peese import pet_peese
from review.meta.bias.ranktest import rank_test
from review.meta.bias.regtest import PREDICTORS, regression_test
from review.meta.bias.tes import excess_significance
from review.meta.bias.trim_and_fill import trim_and_fill
from review.meta.errors import InvalidInput
from review.meta.univariate import random_effects

BCG = np.array([
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
    (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232),
    (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
])  # fmt: skip
A, B, C, D = BCG.T.astype(float)
Y = np.log(A / (A + B)) - np.log(C / (C + D))
V = 1 / A - 1 / (A + B) + 1 / C - 1 / (C + D)

Analysis = Callable[..., Any]
ANALYSES: dict[str, Analysis] = {
    "regression": regression_test,
    "lm": lambda y, v, **o: regression_test(y, v, model="lm", **o),
    "egger": egger,
    "pet_peese": pet_peese,
    "rank": rank_test,
    "trim_and_fill": trim_and_fill,
    "rosenthal": fail_safe_n,
    "orwin": lambda y, v, **o: fail_safe_n(y, v, kind="Orwin", weighted=True, **o),
    "rosenberg": lambda y, v, **o: fail_safe_n(y, v, kind="Rosenberg", **o),
    "excess": excess_significance,
    "henmi_copas": henmi_copas,
}
ASYMMETRY = ["regression", "lm", "egger", "pet_peese", "rank"]
COUNTED: tuple[Any, ...] = ("chi2", "exact")
every = pytest.mark.parametrize("analysis", ANALYSES.values(), ids=ANALYSES)


def test_viechtbauer_2010_bcg() -> None:
    r = egger(Y, V)
    assert (round(r.t, 4), r.df, round(r.p, 4)) == (-1.4013, 11, 0.1887)
    found = rank_test(Y, V)
    assert (round(found.tau, 4), round(found.p, 4), found.exact) == (0.0256, 0.9524, True)
    assert fail_safe_n(Y, V).n == 598


@every
def test_a_result_converts_prints_and_tells_its_rows(analysis: Analysis) -> None:
    y, v = [*Y, math.nan], [*V, 1.0]
    r = analysis(y, v, labels=[f"study {i}" for i in range(14)])
    assert [x.row for x in r.excluded_rows] == ["study 13"]
    assert (r.k, r.rows[0]) == (13, "study 0")
    assert json.loads(r.to_json()) == r.to_dict()
    assert len(r.to_frame()) == 1
    assert "study 13" in str(r)
    assert "study 13" in r.report_text()
    assert "nan" not in r.report_text().lower()
    assert analysis(Y, V).to_dict().keys() == r.to_dict().keys()


@every
def test_the_order_of_rows_does_not_matter(analysis: Analysis) -> None:
    order = np.random.default_rng(3).permutation(13)
    first, second = analysis(Y, V).to_dict(), analysis(Y[order], V[order]).to_dict()
    for name, value in first.items():
        if isinstance(value, float):
            assert second[name] == pytest.approx(value, rel=1e-9), name


@every
@pytest.mark.parametrize("unit", [1e-16, 1e-3, 1e16])
def test_units_do_not_matter(analysis: Analysis, unit: float) -> None:
    first, second = analysis(Y, V).to_dict(), analysis(unit * Y, unit * unit * V).to_dict()
    for name in ("p", "t", "tau", "k0", "n", "expected", "critical", "ratio"):
        if first.get(name) is not None:
            assert second[name] == pytest.approx(first[name], rel=1e-8), name
    for name in ("estimate", "theta_limit", "mean"):
        if isinstance(first.get(name), float):
            assert second[name] == pytest.approx(unit * first[name], rel=1e-8), name


@pytest.mark.parametrize("name", ASYMMETRY)
def test_fewer_than_ten_effects_are_warned_of(name: str) -> None:
    assert "Sterne et al. 2011" in " ".join(ANALYSES[name](Y[:9], V[:9]).warnings)
    assert not ANALYSES[name](Y[:10], V[:10]).warnings


@pytest.mark.parametrize("name", [*ASYMMETRY, "trim_and_fill"])
@pytest.mark.parametrize("k", [1, 2])
def test_fewer_than_three_effects_are_refused(name: str, k: int) -> None:
    with pytest.raises(InvalidInput, match=rf"at least 3 rows, but only {k} can be used"):
        ANALYSES[name](Y[:k], V[:k])


@pytest.mark.parametrize("name", [*ASYMMETRY, "trim_and_fill"])
def test_equal_variances_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match=r"same in all 5 rows|5 variances are equal"):
        ANALYSES[name](Y[:5], [0.1] * 5)


@every
@pytest.mark.parametrize("bad", [0.0, -1.0])
def test_a_variance_of_zero_or_less_is_refused(analysis: Analysis, bad: float) -> None:
    with pytest.raises(InvalidInput, match="row 2: vi ="):
        analysis(Y[:4], [0.1, bad, 0.2, 0.3])


@every
def test_no_rows_are_refused(analysis: Analysis) -> None:
    with pytest.raises(InvalidInput, match="k = 0"):
        analysis([], [])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: regression_test(Y, V, model="ols"), "model = 'ols' is unknown"),  # type: ignore[arg-type]
        (lambda: regression_test(Y, V, predictor="se"), "predictor = 'se' is unknown"),  # type: ignore[arg-type]
        (lambda: regression_test(Y, V, predictor="ni"), "needs sample sizes"),
        (lambda: regression_test(Y, V, predictor="ni", ni=[1, 2]), "one sample size per row"),
        (lambda: regression_test(Y, V, predictor="ni", ni=[0, *A[1:]]), "row 1: ni = 0"),
        (lambda: trim_and_fill(Y, V, side="both"), "side = 'both' is unknown"),  # type: ignore[arg-type]
        (
            lambda: trim_and_fill(Y, V, method="FE", estimator="Q0", test="z", level=0.95),
            "give it in percent",
        ),
        (lambda: fail_safe_n(Y), "needs variances"),
        (lambda: fail_safe_n(Y, kind="Orwin", target=0), "reached by no number"),
        (lambda: fail_safe_n(Y, V, alpha=5), "alpha = 5 is no significance level"),
        (lambda: excess_significance(Y, V, tau2=-1), "tau2 = -1 is negative"),
        (lambda: excess_significance(Y, V, theta=math.nan), "theta = nan is not a finite number"),
        (lambda: rank_test([1, 1, 2, 3], [0.1, 0.1, 0.2, 0.3], exact=True), "without ties"),
        (lambda: rank_test([1, 1, 1], [0.1, 0.2, 0.3]), "effects are equal"),
        (lambda: henmi_copas(Y[:3], [1e-9, 1, 1e9]), "orders of magnitude"),
        (lambda: pet_peese(Y, V, alternative="upper"), "alternative = 'upper' is unknown"),  # type: ignore[arg-type]
    ],
)
def test_bad_options_get_one_sentence(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        call()


def test_least_squares_of_statsmodels_give_eggers_test() -> None:
    fit = sm.OLS(Y / np.sqrt(V), sm.add_constant(1 / np.sqrt(V))).fit()
    r = egger(Y, V)
    assert [r.intercept, r.se, r.t, r.p] == pytest.approx(
        [fit.params[0], fit.bse[0], fit.tvalues[0], fit.pvalues[0]], rel=1e-10
    )
    assert [r.ci_low, r.ci_high] == pytest.approx(fit.conf_int()[0], rel=1e-9)


@pytest.mark.parametrize("predictor", PREDICTORS)
def test_weighted_least_squares_of_statsmodels_give_every_predictor(predictor: Any) -> None:
    n = A + B + C + D
    x = {"sei": np.sqrt(V), "vi": V, "ni": n, "ninv": 1 / n, "sqrtni": np.sqrt(n), "sqrtninv": 1 / np.sqrt(n)}
    fit = sm.WLS(Y, sm.add_constant(x[predictor]), weights=1 / V).fit()
    r = regression_test(Y, V, ni=n, model="lm", predictor=predictor)
    assert [r.slope.estimate, r.slope.se, r.slope.p] == pytest.approx(
        [fit.params[1], fit.bse[1], fit.pvalues[1]], rel=1e-9
    )
    assert (r.limit is None) == (predictor in {"ni", "sqrtni"})


def test_clusters_give_a_robust_slope() -> None:
    r = regression_test(Y, V, cluster=list("aabbccddeeffg"))
    assert r.robust is not None
    assert r.clusters == 7
    assert r.robust.estimate == pytest.approx(r.slope.estimate)
    assert r.robust.df is not None
    assert r.robust.df < 7
    assert "CR2" in r.report_text()


def test_a_missing_sample_size_leaves_its_row_out() -> None:
    r = regression_test(Y, V, ni=[math.nan, *A[1:]], predictor="ninv")
    assert (r.k, r.excluded_rows[0].row) == (12, 1)


def test_a_perfect_line_is_told_and_not_tested() -> None:
    r = egger(1 + 2 * np.sqrt(V), V)
    assert r.intercept == pytest.approx(2)
    assert math.isnan(r.p)
    assert "exactly" in r.warnings[0]
    assert json.loads(r.to_json())["p"] is None


def test_pet_peese_follows_its_rule() -> None:
    weak, strong = pet_peese(Y, V), pet_peese(Y + 5, V)
    assert (weak.chosen, weak.estimate) == ("PET", weak.pet)
    assert (strong.chosen, strong.estimate) == ("PEESE", strong.peese)
    assert pet_peese(Y + 5, V, alternative="less").chosen == "PET"
    assert pet_peese(Y - 5, V, alternative="less").pet_p == pytest.approx(pet_peese(Y - 5, V).pet_p / 2)
    assert "p < 0.05" in weak.rule


def test_ties_give_the_normal_approximation() -> None:
    r = rank_test([1, 2, 2, 3, 5, 6], [0.1, 0.2, 0.2, 0.3, 0.4, 0.1])
    assert (r.ties, r.exact) == (True, False)
    assert "ties" in r.warnings[-1]


def test_rows_that_are_equal_stay_tied_in_the_rank_test() -> None:
    """Four kinds of row, three times each: among the 12 their order is that of the four, and Kendall's tau-b is 1/3."""
    y, v = np.tile([0.1, 0.3, 0.2, 0.5], 3), 1 / np.tile([17.0, 32, 41, 9], 3)
    assert rank_test(y, v).tau == pytest.approx(1 / 3, rel=1e-12)


def test_one_row_with_all_weight_keeps_the_rank_test_apart() -> None:
    r = rank_test([0.0, 1, 3, 2], [1e-30, 1, 2, 3])
    assert math.isfinite(r.p)


@pytest.mark.parametrize("estimator", ["L0", "R0", "Q0"])
def test_trim_and_fill_pools_what_it_put_in(estimator: Any) -> None:
    r = trim_and_fill(Y, V, estimator=estimator, side="right", test="z")
    y, v = np.concatenate((Y, r.filled_yi)), np.concatenate((V, r.filled_vi))
    pooled = random_effects(y, v, test="z")
    assert (r.k_total, len(r.filled_yi)) == (13 + r.k0, r.k0)
    assert [r.estimate, r.tau2] == pytest.approx([pooled.coefficients[0].estimate, pooled.tau2], rel=1e-12)


def test_trim_and_fill_with_a_tight_rule_as_metafor_gives_it() -> None:
    r = trim_and_fill(Y, V, estimator="Q0", side="right", test="z")
    assert [r.estimate, r.tau2] == pytest.approx([-0.65708278348854876, 0.33128763343810419], rel=1e-10)


def test_trim_and_fill_mirrors() -> None:
    r, mirrored = trim_and_fill(Y, V), trim_and_fill(-Y, V)
    assert {r.side, mirrored.side} == {"left", "right"}
    assert r.k0 == mirrored.k0
    assert r.estimate == pytest.approx(-mirrored.estimate, rel=1e-12)
    assert r.filled_yi == pytest.approx([-x for x in mirrored.filled_yi], rel=1e-12)


@pytest.mark.parametrize("estimator", ["L0", "R0", "Q0"])
def test_equal_effects_miss_nothing(estimator: Any) -> None:
    assert trim_and_fill([1.0] * 5, V[:5], estimator=estimator, side="left").k0 == 0


def test_q0_says_where_it_is_not_defined() -> None:
    odds = np.log(A / B) - np.log(C / D)
    with pytest.raises(InvalidInput, match="choose L0 or R0"):
        trim_and_fill(odds, 1 / A + 1 / B + 1 / C + 1 / D, estimator="Q0", side="right", method="FE")


def test_fail_safe_n_undoes_the_finding() -> None:
    found = fail_safe_n(Y, V, kind="Rosenberg")
    w = 1 / V
    for n, lost in ((found.n, True), (found.n - 1, False)):
        z = (w @ Y) / math.sqrt(w.sum() + n * w.mean())
        assert (abs(z) <= 1.959963984540054) == lost
    orwin = fail_safe_n([0.4] * 5, kind="Orwin", target=-0.1)
    assert (orwin.n, orwin.target) == (15, 0.1)
    assert fail_safe_n([0.1, -0.1], [1, 1]).n == 0
    assert fail_safe_n([0.1, 0.1], kind="Orwin", target=1).n == 0


def test_equal_powers_make_the_exact_test_binomial() -> None:
    y, v = [2.5, 2.5, 0.5, 2.5, 0.1, 0.2], [1.0] * 6
    exact, simple = excess_significance(y, v, test="exact"), excess_significance(y, v, test="binom")
    assert exact.p == pytest.approx(simple.p, rel=1e-12)
    assert exact.p == pytest.approx(binom.sf(2, 6, exact.power[0]), rel=1e-12)


def test_the_exact_test_is_chosen_up_to_a_million_sets() -> None:
    y = np.array([2.5] * 10 + [0.5] * 11)
    assert excess_significance(y[1:20], np.ones(19)).test == "exact"
    assert excess_significance(y, np.ones(21)).test == "chi2"
    chi2, exact = (excess_significance(y, np.ones(21), test=t) for t in COUNTED)
    assert 0 < chi2.p < exact.p < 0.1


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("tau2", [0.0, 0.3])
def test_power_is_the_integral_over_true_effects(alternative: Any, tau2: float) -> None:
    r = excess_significance(Y, V, theta=-0.4, tau2=tau2, alternative=alternative)
    draws = np.random.default_rng(1).normal(size=(200_000, 13)) * np.sqrt(V + tau2) - 0.4
    z = draws / np.sqrt(V)
    beyond = {"two-sided": abs(z) > 1.96, "greater": z > 1.645, "less": z < -1.645}[alternative]
    assert r.power == pytest.approx(beyond.mean(axis=0), abs=0.006)


@pytest.mark.parametrize("test", ["exact", "chi2", "binom"])
@pytest.mark.parametrize("excess", ["greater", "less"])
def test_the_limit_estimate_has_the_p_value_asked_for(test: Any, excess: Any) -> None:
    r = excess_significance(Y, V, test=test, excess=excess)
    assert r.theta_limit is not None
    again = excess_significance(Y, V, test=test, excess=excess, theta=r.theta_limit)
    assert again.p == pytest.approx(0.1, rel=1e-8)


@pytest.mark.parametrize("spread", [0.5, 1, 30])
def test_henmi_copas_integrates_the_moments_of_q(spread: float) -> None:
    y, v = Y[:6] * spread, V[:6]
    r = henmi_copas(y, v, level=90)
    w = 1 / v
    cov = np.diag(v + r.tau2)
    project = np.diag(w) - np.outer(w, w) / w.sum()
    loads = w / math.sqrt(w.sum())
    variance = loads @ cov @ loads
    given = cov @ loads / variance
    left = cov - np.outer(given, given) * variance
    w2 = (w @ w) / w.sum()

    def density(x: float) -> float:
        m, pc = given * x, project @ left
        mean = np.trace(pc) + m @ project @ m
        noise = 2 * np.trace(pc @ pc) + 4 * m @ pc @ project @ m
        limit = 5 + ((x / r.critical) ** 2 - 1) * (w.sum() - w2) / w2
        below = gammainc(mean**2 / noise, max(0, limit) * mean / noise)
        return float(below * math.exp(-x * x / 2 / variance) / math.sqrt(2 * math.pi * variance))

    edge = 12 * math.sqrt(variance)
    assert quad(density, r.critical, r.critical + edge, limit=200)[0] == pytest.approx(0.05, rel=1e-6)
    assert r.estimate == pytest.approx((w @ y) / w.sum())


def test_a_higher_level_gives_a_wider_interval() -> None:
    assert (
        henmi_copas(Y, V, level=80).critical
        < henmi_copas(Y, V).critical
        < henmi_copas(Y, V, level=99).critical
    )


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-5, 5), st.floats(0.01, 10)),
        min_size=3,
        max_size=12,
        unique_by=lambda row: row[1],
    )
)
def test_any_rows_get_numbers_or_one_sentence(drawn: list[tuple[float, float]]) -> None:
    y, v = zip(*drawn, strict=True)
    for analysis in ANALYSES.values():
        try:
            r = analysis(y, v)
        except InvalidInput:
            continue
        for name in ("p", "estimate", "se", "expected", "tau"):
            value = getattr(r, name, None)
            assert not isinstance(value, float) or math.isfinite(value) or r.warnings
        assert getattr(r, "tau2", 0) is None or getattr(r, "tau2", 0) >= 0
