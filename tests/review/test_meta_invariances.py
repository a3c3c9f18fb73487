"""What must not matter does not: order, origin, units, sign, and the names of clusters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.meta.equal_weight import equal_weights
from review.meta.reml import _log_likelihood, reml_tau2
from review.meta.result import PooledEstimate
from review.meta.univariate import random_effects

EFFECT = st.integers(-4000, 4000).map(lambda n: n / 1000)
VARIANCE = st.integers(1, 4000).map(lambda n: n / 1000)
ROWS = st.lists(st.tuples(EFFECT, VARIANCE, st.integers(0, 4)), min_size=3, max_size=15)

# tau2 solves an equation that can be flat: the order of summation then moves it by more than rounding
FLAT = {"rel": 1e-6, "abs": 1e-7}


def columns(rows: list[tuple[float, float, int]]) -> tuple[np.ndarray, np.ndarray, list[int]]:
    return np.array([r[0] for r in rows]), np.array([r[1] for r in rows]), [r[2] for r in rows]


def told(found: PooledEstimate) -> list[float]:
    """Return what is in units of yi: estimate, interval, error."""
    c = found.coefficients[0]
    return [c.estimate, c.ci_low, c.ci_high, c.se]


@settings(deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows: list[tuple[float, float, int]], random: object) -> None:
    yi, vi, cluster = columns(rows)
    turned = list(reversed(range(len(rows))))
    random.shuffle(turned)  # type: ignore[attr-defined]
    a = random_effects(yi, vi, cluster=cluster)
    b = random_effects(yi[turned], vi[turned], cluster=[cluster[i] for i in turned])
    assert told(b) == pytest.approx(told(a), **FLAT)
    assert b.tau2 == pytest.approx(a.tau2, **FLAT)
    assert b.weights == pytest.approx([a.weights[i] for i in turned], **FLAT)
    assert b.robust[0].se == pytest.approx(a.robust[0].se, nan_ok=True, **FLAT)
    assert b.robust[0].df == pytest.approx(a.robust[0].df, nan_ok=True, **FLAT)


@settings(deadline=None)
@given(ROWS, st.integers(-1000, 1000))
def test_a_shift_of_the_effects_shifts_the_estimate_alone(
    rows: list[tuple[float, float, int]], shift: int
) -> None:
    yi, vi, _ = columns(rows)
    a, b = random_effects(yi, vi), random_effects(yi + shift, vi)
    assert b.coefficients[0].estimate - shift == pytest.approx(a.coefficients[0].estimate, **FLAT)
    assert b.coefficients[0].se == pytest.approx(a.coefficients[0].se, **FLAT)
    assert b.tau2 == pytest.approx(a.tau2, **FLAT)
    assert pytest.approx(a.Q, **FLAT) == b.Q


@settings(deadline=None)
@given(ROWS, st.integers(-40, 40))
def test_units_scale_the_results_exactly(rows: list[tuple[float, float, int]], exponent: int) -> None:
    yi, vi, cluster = columns(rows)
    unit = 2.0**exponent  # powers of 2 are exact, and so must the results be
    a, b = random_effects(yi, vi, cluster=cluster), random_effects(yi * unit, vi * unit**2, cluster=cluster)
    assert told(b) == pytest.approx([x * unit for x in told(a)], rel=1e-12, abs=0)
    assert a.tau2 is not None
    assert b.tau2 == pytest.approx(a.tau2 * unit**2, rel=1e-12, abs=0)
    assert pytest.approx(a.I2, rel=1e-12, abs=0) == b.I2
    assert b.robust[0].df == pytest.approx(a.robust[0].df, rel=1e-12, nan_ok=True)


@settings(deadline=None)
@given(ROWS)
def test_a_change_of_sign_mirrors_the_results(rows: list[tuple[float, float, int]]) -> None:
    yi, vi, cluster = columns(rows)
    a, b = random_effects(yi, vi, cluster=cluster), random_effects(-yi, vi, cluster=cluster)
    estimate, low, high, se = told(a)
    assert told(b) == pytest.approx([-estimate, -high, -low, se], rel=1e-12, abs=1e-15)
    assert b.tau2 == a.tau2


@settings(deadline=None)
@given(ROWS)
def test_names_of_clusters_do_not_matter(rows: list[tuple[float, float, int]]) -> None:
    yi, vi, cluster = columns(rows)
    a, b = (
        random_effects(yi, vi, cluster=cluster),
        random_effects(yi, vi, cluster=[f"study {9 - c}" for c in cluster]),
    )
    assert repr(a.robust) == repr(b.robust)  # NaN does not equal itself
    assert a.clusters == b.clusters


@settings(deadline=None)
@given(ROWS)
def test_every_row_its_own_cluster_gives_hc2(rows: list[tuple[float, float, int]]) -> None:
    yi, vi, _ = columns(rows)
    found = random_effects(yi, vi, cluster=range(len(rows)))  # type: ignore[arg-type]
    w = np.array(found.weights) / 100
    hc2 = (w**2 * (yi - found.coefficients[0].estimate) ** 2 / (1 - w)).sum()
    assert found.robust[0].se == pytest.approx(np.sqrt(hc2), rel=1e-9, abs=1e-12)


@settings(deadline=None)
@given(st.lists(EFFECT, min_size=2, max_size=20))
def test_equal_weights_of_single_rows_give_students_t(effects: list[float]) -> None:
    found = equal_weights(effects, range(len(effects))).coefficients[0]  # type: ignore[arg-type]
    assert found.se == pytest.approx(np.std(effects, ddof=1) / np.sqrt(len(effects)), rel=1e-9, abs=1e-12)
    assert found.df == pytest.approx(len(effects) - 1, rel=1e-12)


@settings(deadline=None)
@given(ROWS)
def test_no_tau2_is_likelier_than_the_one_found(rows: list[tuple[float, float, int]]) -> None:
    yi, vi, _ = columns(rows)
    tau2 = reml_tau2(yi, vi)
    assert tau2 >= 0
    grid = np.concatenate(([0.0], np.geomspace(1e-9, 100, 2000)))
    best = _log_likelihood(grid, yi, vi).max()
    assert _log_likelihood(np.array([tau2]), yi, vi)[0] >= best - 1e-9


@settings(deadline=None)
@given(ROWS)
def test_heterogeneity_stays_in_its_range(rows: list[tuple[float, float, int]]) -> None:
    found = random_effects(*columns(rows)[:2])
    assert found.tau2 is not None
    assert found.tau2_ci is not None
    assert found.I2 is not None
    assert found.H2 is not None
    assert 0 <= found.tau2_ci[0] <= found.tau2_ci[1] < np.inf
    assert 0 <= found.I2 < 100
    assert pytest.approx(1 / (1 - found.I2 / 100), rel=1e-9) == found.H2
    assert sum(found.weights) == pytest.approx(100)
