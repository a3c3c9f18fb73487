"""Bad raw data get a reason or one sentence; corrections are stated; what must not matter does not."""

import inspect
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.meta.errors import InvalidInput
from review.meta.escalc.correlations import correlation, fisher_z, unbiased_correlation
from review.meta.escalc.mcnemar import mcnemar
from review.meta.escalc.means import heteroscedastic_smd, mean_difference, standardized_mean_difference
from review.meta.escalc.measures import MEASURES
from review.meta.escalc.paired_means import mean_change, paired_log_ratio_of_means
from review.meta.escalc.proportions import log_proportion, proportion
from review.meta.escalc.ratios import log_ratio_of_means
from review.meta.escalc.small_sample import exact_j
from review.meta.escalc.two_by_two import log_odds_ratio, log_risk_ratio, peto_log_odds_ratio, risk_difference

GROUPS = ([10.0], [2.0], [12], [8.0], [3.0], [15])


def test_missing_values_leave_the_row_out_and_say_which() -> None:
    found = log_odds_ratio([5, None, 3], [5, 5, math.inf], [4, 4, 4], [6, None, 6], labels=["a", "b", "c"])  # type: ignore[list-item]
    assert [(x.row, x.why) for x in found.omitted] == [
        ("b", "ai is missing and di is missing"),
        ("c", "bi is infinite"),
    ]
    assert np.isfinite(found.yi).tolist() == [True, False, False]
    assert found.rows == ("a", "b", "c")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: log_odds_ratio([5, -1], [5, 5], [4, 4], [6, 6]), "ai must be 0 or more, but row 2 has -1"),
        (lambda: log_odds_ratio([5], [5, 5], [4, 4], [6, 6]), "bi has 2 entries but ai has 1"),
        (lambda: log_odds_ratio([[5]], [5], [4], [6]), "ai has shape"),
        (lambda: log_odds_ratio([], [], [], []), "ai is empty"),
        (lambda: log_odds_ratio(["x"], [5], [4], [6]), "ai holds something that is not a number"),
        (lambda: log_odds_ratio([5], [5], [4], [6], labels=["a", "b"]), "labels has 2 entries"),
        (
            lambda: log_odds_ratio([5], [5], [4], [6], to="some"),
            "to = 'some' is unknown: choose one of only0",
        ),  # type: ignore[arg-type]
        (lambda: log_odds_ratio([5], [5], [4], [6], add=-1), "add = -1 must be a number of 0 or more"),
        (lambda: log_odds_ratio([5], [5], [4], [6], add=math.nan), "add = nan must be"),
        (lambda: proportion([5], [4]), "xi must be at most ni, but row 1 has 5"),
        (lambda: proportion([0], [0]), "ni must be greater than 0"),
        (lambda: correlation([1.2], [10]), "ri must be from -1 to 1, but row 1 has 1.2"),
        (lambda: mean_difference([1], [-1], [5], [1], [1], [5]), "sd1i must be 0 or more, but row 1 has -1"),
        (lambda: mean_difference([1], [1], [0], [1], [1], [5]), "n1i must be 1 or more"),
        (lambda: mean_change([1], [1], [1], [1], [5], [2]), "ri must be from -1 to 1"),
        (lambda: mcnemar([1.5], [2]), "b must be a whole number, but row 1 has 1.5"),
        (
            lambda: standardized_mean_difference(*GROUPS, correct=False, variance="UB"),
            "variance = 'UB' is unknown",
        ),
    ],
)
def test_errors_of_the_source_are_refused_in_one_sentence(call: Any, message: str) -> None:
    with pytest.raises(InvalidInput) as error:
        call()
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (log_risk_ratio([0], [5], [4], [6], to="none"), "a group without events has no log risk"),
        (log_odds_ratio([0], [5], [4], [6], to="none"), "empty cell"),
        (peto_log_odds_ratio([0], [5], [0], [6], to="none"), "no event, or nothing but events"),
        (log_risk_ratio([0], [5], [0], [6], drop00=True), "no event in either group (drop00)"),
        (risk_difference([0], [0], [4], [6], to="none"), "group 1 is empty"),
        (log_proportion([0], [5], to="none"), "a proportion of 0 has no logarithm"),
        (fisher_z([1.0], [10]), "a correlation of ±1 has no finite z"),
        (unbiased_correlation([0.5], [4]), "more than 4"),
        (log_ratio_of_means([1], [1], [5], [-1], [1], [5], correct=True), "opposite sign"),
        (log_ratio_of_means([0], [1], [5], [1], [1], [5], correct=True), "opposite sign, or of 0"),
        (standardized_mean_difference([1], [0], [5], [2], [0], [5]), "both standard deviations are 0"),
        (standardized_mean_difference([1], [1], [1], [2], [1], [2]), "n1 + n2 > 3"),
        (heteroscedastic_smd([1], [1], [1], [2], [1], [9]), "a group of more than 1"),
    ],
)
def test_rows_without_the_measure_are_left_out_with_a_reason(found: Any, why: str) -> None:
    assert math.isnan(found.yi[0])
    assert math.isnan(found.vi[0])
    assert why in found.omitted[0].why


@pytest.mark.parametrize(
    "found",
    [
        risk_difference([5], [0], [5], [0], to="none"),
        mean_difference([1], [0], [5], [2], [0], [5]),
        mean_change([1], [2], [3], [2], [5], [1.0]),
        correlation([1.0], [10]),
        fisher_z([0.4], [3]),
    ],
)
def test_an_effect_without_a_variance_is_kept_and_listed(found: Any) -> None:
    assert math.isfinite(found.yi[0])
    assert math.isnan(found.vi[0])
    assert "variance" in found.omitted[0].why


def test_where_a_half_was_added_is_stated() -> None:
    a, b, c, d = [0, 12], [40, 38], [3, 20], [37, 30]
    found = {to: log_odds_ratio(a, b, c, d, to=to) for to in ("only0", "all", "if0all", "none")}  # type: ignore[arg-type]
    assert found["only0"].correction == "0.5 added to every cell of row 1 (to = only0)"
    assert found["all"].correction == "0.5 added to every cell of every row (to = all)"
    assert found["none"].correction == "none"
    assert found["only0"].yi[1] == found["none"].yi[1] != found["all"].yi[1]
    assert list(found["if0all"].yi) == list(found["all"].yi)
    assert log_odds_ratio(a[1:], b[1:], c[1:], d[1:], to="if0all").correction == "none"
    assert log_odds_ratio(a, b, c, d, add=0.25).yi[0] == pytest.approx(math.log(0.25 / 40.25 * 37.25 / 3.25))


def test_lajeunesses_correction_and_second_order_variance() -> None:
    plain = log_ratio_of_means(*GROUPS, correct=False)
    corrected = log_ratio_of_means(*GROUPS, correct=True, variance="second-order")
    v1, v2 = 0.2**2 / 12, (3 / 8) ** 2 / 15
    assert corrected.yi[0] - plain.yi[0] == pytest.approx((v1 - v2) / 2, rel=1e-10)
    assert corrected.vi[0] - plain.vi[0] == pytest.approx((v1**2 + v2**2) / 2, rel=1e-10)
    assert "Lajeunesse" in corrected.correction
    paired = paired_log_ratio_of_means([10.0], [2.0], [8.0], [3.0], [12], [0.5], correct=True)
    bias = (0.2**2 - (3 / 8) ** 2) / 24
    assert paired.yi[0] == pytest.approx(math.log(10 / 8) + bias, rel=1e-12)


def test_ratio_of_means_must_state_its_correction() -> None:
    for code in ("ROM", "ROMC"):
        assert (
            inspect.signature(MEASURES[code].compute).parameters["correct"].default is inspect.Parameter.empty
        )


def test_unequal_variances_have_bonetts_variance_or_the_shrunken_one() -> None:
    plain, shrunken = heteroscedastic_smd(*GROUPS), heteroscedastic_smd(*GROUPS, variance="shrunken")
    assert shrunken.vi[0] / plain.vi[0] == pytest.approx(float(exact_j([25])[0]) ** 2, rel=1e-12)
    g, s2 = plain.yi[0], (4 + 9) / 2
    by_hand = g**2 * (16 / 11 + 81 / 14) / (8 * s2**2) + (4 / 11 + 9 / 14) / s2
    assert plain.vi[0] == pytest.approx(by_hand, rel=1e-12)


def test_unbiased_variances() -> None:
    found = standardized_mean_difference(*GROUPS, variance="UB")
    j = float(exact_j([25])[0])
    assert found.vi[0] == pytest.approx(
        1 / 12 + 1 / 15 + (1 - 23 / (25 * j**2)) * found.yi[0] ** 2, rel=1e-12
    )
    assert proportion([5], [20], variance="UB").vi[0] == pytest.approx(0.25 * 0.75 / 19, rel=1e-12)
    found = risk_difference([5], [15], [8], [12], variance="UB")
    assert found.vi[0] == pytest.approx(0.25 * 0.75 / 19 + 0.4 * 0.6 / 19, rel=1e-12)
    # at r = 0 by Gauss's theorem, F(1, 1; c; 1) = (c − 1) / (c − 2):
    # (n − 3)/(n − 2) F(1, 1; n/2; 1) − 1 = (n − 3)/(n − 2) · (n/2 − 1)/(n/2 − 2) − 1 = 1 / (n − 4)
    assert unbiased_correlation([0.0], [20], variance="UB").vi[0] == pytest.approx(1 / 16, rel=1e-9)


@pytest.mark.parametrize("a", [1, 2, 10, 49, 50, 51, 500, 100_000])
def test_j_is_exact_for_small_and_large_samples(a: int) -> None:
    # Γ(a + 1/2) / Γ(a) = √π (2a)! / (4^a a! (a − 1)!), for 2a + 1 df
    if a <= 500:
        exact = Fraction(math.factorial(2 * a), 4**a * math.factorial(a) * math.factorial(a - 1))
        ratio = math.sqrt(math.pi) * float(exact)
    else:
        ratio = math.sqrt(a) * (1 - 1 / (8 * a) + 1 / (128 * a**2))
    assert exact_j([2 * a + 1])[0] == pytest.approx(
        ratio / math.sqrt(a + 0.5), rel=1e-14 if a >= 50 else 2e-14
    )


def test_j_needs_more_than_one_degree_of_freedom() -> None:
    assert np.isnan(exact_j([1.0, 0.0, -1.0])).all()
    assert exact_j([1e16])[0] == 1


@pytest.mark.parametrize("scale", [1e-100, 1e-16, 1e16, 1e100])
def test_units_of_means_do_not_matter(scale: float) -> None:
    given = [np.array(x) for x in GROUPS]
    scaled = [x * scale if i in (0, 1, 3, 4) else x for i, x in enumerate(given)]
    for code in ("SMD", "SMDH", "ROM", "CVR"):
        options = {"correct": True}
        a, b = (MEASURES[code].compute(*x, **options) for x in (given, scaled))
        assert (b.yi[0], b.vi[0]) == pytest.approx((a.yi[0], a.vi[0]), rel=1e-12)


def test_huge_counts_keep_their_digits() -> None:
    # a risk of all but one in 1e15: the usual 1/a − 1/n is 1e-15 − 1e-15
    found = log_risk_ratio([1e15 - 1], [1.0], [5e14], [5e14])
    assert found.vi[0] == pytest.approx(1 / (1e15 - 1) / 1e15 + 1e-15, rel=1e-12)
    assert log_proportion([1e15 - 1], [1e15]).vi[0] == pytest.approx(1e-30, rel=1e-12)
    phi = MEASURES["PHI"].compute([3e200], [1e200], [1e200], [3e200])
    assert phi.yi[0] == pytest.approx(0.5, rel=1e-12)


def test_nearly_perfect_correlation_of_conditions_keeps_its_digits() -> None:
    found = mean_change([2.0], [1e8], [1.0], [1e8], [4], [1 - 2**-50])
    assert found.vi[0] == pytest.approx(2 * 2**-50 * 1e16 / 4, rel=1e-12)


CELL = st.integers(0, 60)
TABLES = st.lists(st.tuples(CELL, CELL, CELL, CELL).filter(lambda t: t[0] + t[1] and t[2] + t[3]), min_size=1)


@settings(deadline=None)
@given(TABLES, st.sampled_from(["RR", "OR", "RD", "AS", "PETO", "YUQ", "YUY", "PHI"]))
def test_exchanged_groups_turn_the_sign_alone(tables: list[tuple[int, ...]], code: str) -> None:
    a, b, c, d = (np.array(x) for x in zip(*tables, strict=True))
    one, two = MEASURES[code].compute(a, b, c, d), MEASURES[code].compute(c, d, a, b)
    assert list(two.yi) == pytest.approx(list(-one.yi), rel=1e-9, abs=1e-12, nan_ok=True)
    assert list(two.vi) == pytest.approx(list(one.vi), rel=1e-9, abs=1e-15, nan_ok=True)


@settings(deadline=None)
@given(
    TABLES,
    st.sampled_from(["RR", "OR", "RD", "AS", "PETO", "YUQ", "YUY", "PHI", "MPRD", "MPRR", "MPOR", "MPORC"]),
)
def test_no_row_is_without_a_number_in_silence(tables: list[tuple[int, ...]], code: str) -> None:
    for to in ("only0", "none"):
        found = MEASURES[code].compute(*zip(*tables, strict=True), to=to)
        listed = {x.row for x in found.omitted}
        lacking = {
            row for row, y, v in zip(found.rows, found.yi, found.vi, strict=True) if not np.isfinite(y + v)
        }
        assert listed == lacking
        assert (found.vi[np.isfinite(found.vi)] > 0).all()


def test_rows_are_computed_one_by_one() -> None:
    rng = np.random.default_rng(3)
    m, sd, n = rng.uniform(1, 9, (2, 50)), rng.uniform(1, 3, (2, 50)), rng.integers(4, 40, (2, 50))
    whole = standardized_mean_difference(m[0], sd[0], n[0], m[1], sd[1], n[1])
    for i in (0, 17, 49):
        one = standardized_mean_difference(*(x[i : i + 1] for x in (m[0], sd[0], n[0], m[1], sd[1], n[1])))
        assert (one.yi[0], one.vi[0]) == (whole.yi[i], whole.vi[i])
