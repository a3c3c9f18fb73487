"""What must not matter to a meta-regression does not: order, units, sign, coding of moderators, halved rows."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from review.meta.errors import InvalidInput
from review.meta.regression import meta_regression
from review.meta.regression_result import RegressionEstimate
from review.meta.subgroups import common_groups
from review.meta.tau2 import METHODS
from review.meta.univariate import TESTS, random_effects

EFFECT = st.integers(-4000, 4000).map(lambda n: n / 1000)
VARIANCE = st.integers(1, 4000).map(lambda n: n / 1000)
MODERATOR = st.integers(-20, 20).map(float)
Row = tuple[float, float, float, float]
ROWS = st.lists(st.tuples(EFFECT, VARIANCE, MODERATOR, MODERATOR), min_size=5, max_size=15)
METHOD, TEST = st.sampled_from(METHODS), st.sampled_from(TESTS)

# tau2 solves an equation that can be flat: the order of summation then moves it by more than rounding
FLAT = {"rel": 1e-6, "abs": 1e-6}


def columns(rows: list[Row]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return effects, variances and a design whose columns stand well apart."""
    table = np.array(rows)
    design = np.column_stack([np.ones(len(rows)), table[:, 2:]])
    assume(np.linalg.matrix_rank(design) == 3)
    # two columns that are nearly one tell nothing exactly
    assume(float(np.linalg.cond(design)) < 300)
    return table[:, 0], table[:, 1], design


def fit(y: np.ndarray, v: np.ndarray, x: np.ndarray, method: Any, test: Any) -> RegressionEstimate:
    try:
        return meta_regression(y, v, x, method=method, test=test)
    except InvalidInput:
        assume(False)
        raise


def told(found: RegressionEstimate) -> np.ndarray:
    """Return one row per coefficient: estimate, error and limits."""
    return np.array([[c.estimate, c.se, c.ci_low, c.ci_high] for c in found.coefficients])


@settings(deadline=None, max_examples=50)
@given(ROWS, st.randoms(use_true_random=False), METHOD, TEST)
def test_order_of_rows_does_not_matter(rows: list[Row], random: Any, method: Any, test: Any) -> None:
    y, v, x = columns(rows)
    turned = list(range(len(rows)))
    random.shuffle(turned)
    a, b = fit(y, v, x, method, test), fit(y[turned], v[turned], x[turned], method, test)
    assert told(b) == pytest.approx(told(a), **FLAT)
    assert b.tau2 == pytest.approx(a.tau2, **FLAT)
    assert b.hat == pytest.approx([a.hat[i] for i in turned], **FLAT)


@settings(deadline=None, max_examples=50)
@given(ROWS, st.integers(-30, 30), METHOD, TEST)
def test_units_scale_the_results_exactly(rows: list[Row], exponent: int, method: Any, test: Any) -> None:
    y, v, x = columns(rows)
    unit = 2.0**exponent  # powers of 2 are exact, and so must the results be
    a, b = fit(y, v, x, method, test), fit(y * unit, v * unit**2, x, method, test)
    assert told(b) == pytest.approx(unit * told(a), rel=1e-11, abs=1e-13 * unit)
    assert b.tau2 == pytest.approx(a.tau2 * unit**2, rel=1e-11, abs=0)
    assert pytest.approx(a.I2, rel=1e-11) == b.I2
    assert (a.R2 is None and b.R2 is None) or pytest.approx(a.R2, rel=1e-9, abs=1e-9) == b.R2


@settings(deadline=None, max_examples=50)
@given(ROWS, METHOD, TEST)
def test_a_change_of_sign_mirrors_the_results(rows: list[Row], method: Any, test: Any) -> None:
    y, v, x = columns(rows)
    a, b = told(fit(y, v, x, method, test)), told(fit(-y, v, x, method, test))
    assert b[:, [0, 1, 3, 2]] == pytest.approx(a * [-1, 1, -1, -1], rel=1e-9, abs=1e-12)


@settings(deadline=None, max_examples=50)
@given(ROWS, st.integers(-1000, 1000), METHOD, TEST)
def test_a_shift_of_the_effects_moves_the_intercept_alone(
    rows: list[Row], shift: int, method: Any, test: Any
) -> None:
    y, v, x = columns(rows)
    a, b = fit(y, v, x, method, test), fit(y + shift, v, x, method, test)
    assert told(b) - [[shift, 0, shift, shift], [0] * 4, [0] * 4] == pytest.approx(told(a), **FLAT)
    assert b.tau2 == pytest.approx(a.tau2, **FLAT)


@settings(deadline=None, max_examples=50)
@given(ROWS, st.integers(-50, 50), st.integers(-8, 8), METHOD, TEST)
def test_coding_of_a_moderator_changes_its_coefficient_alone(
    rows: list[Row], origin: int, exponent: int, method: Any, test: Any
) -> None:
    y, v, x = columns(rows)
    unit = 2.0**exponent
    coded = x.copy()
    coded[:, 1] = (x[:, 1] - origin) * unit
    a, b = fit(y, v, x, method, test), fit(y, v, coded, method, test)
    assert b.tau2 == pytest.approx(a.tau2, **FLAT)
    assert told(b)[1] * unit == pytest.approx(told(a)[1], **FLAT)
    assert told(b)[2] == pytest.approx(told(a)[2], **FLAT)
    assert b.fitted == pytest.approx(a.fitted, **FLAT)
    assert (b.R2 is None) == (a.R2 is None)


@settings(deadline=None, max_examples=50)
@given(ROWS, st.integers(0, 14))
def test_two_halves_of_a_row_weigh_what_it_weighed(rows: list[Row], at: int) -> None:
    y, v, x = columns(rows)
    at %= len(rows)
    halves = v.copy()
    halves[at] *= 2
    a = fit(y, v, x, "FE", "z")
    b = fit(np.append(y, y[at]), np.append(halves, halves[at]), np.vstack([x, x[at]]), "FE", "z")
    assert told(b) == pytest.approx(told(a), rel=1e-9, abs=1e-9)
    assert pytest.approx(a.Q, rel=1e-9, abs=1e-9) == b.Q
    assert b.hat[at] + b.hat[-1] == pytest.approx(a.hat[at], rel=1e-9, abs=1e-12)


@settings(deadline=None, max_examples=50)
@given(ROWS, METHOD, TEST)
def test_a_constant_alone_is_the_mean(rows: list[Row], method: Any, test: Any) -> None:
    y, v = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    a, b = random_effects(y, v, method=method, test=test), fit(y, v, np.ones((len(y), 1)), method, test)
    assert b.tau2 == pytest.approx(a.tau2, **FLAT)
    c = a.coefficients[0]
    assert told(b)[0] == pytest.approx([c.estimate, c.se, c.ci_low, c.ci_high], **FLAT)


@settings(deadline=None, max_examples=50)
@given(ROWS, st.sampled_from(["REML", "DL", "PM", "FE"]))
def test_names_of_groups_do_not_matter(rows: list[Row], method: Any) -> None:
    y, v = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    group = [i % 2 for i in range(len(rows))]
    a = common_groups(y, v, group, method=method, test="z")
    b = common_groups(y, v, ["even" if g == 0 else "odd" for g in group], method=method, test="z")
    assert told(b.model).tolist() == told(a.model).tolist()
    assert a.between is not None
    assert b.between is not None
    assert (b.between.statistic, b.between.df, b.between.p) == (
        a.between.statistic,
        a.between.df,
        a.between.p,
    )
