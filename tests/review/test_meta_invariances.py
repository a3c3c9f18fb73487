"""What must not matter does not: order, origin, units, sign, halved rows, and the names of clusters."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.meta.equal_weight import equal_weights
from review.meta.multilevel.model import fit_multilevel
from review.meta.reml import _log_likelihood, reml_tau2
from review.meta.result import PooledEstimate
from review.meta.robust import cluster_robust
from review.meta.sandwich import robust_blocks
from review.meta.subgroups import separate_groups
from review.meta.tau2 import METHODS
from review.meta.univariate import TESTS, random_effects

EFFECT = st.integers(-4000, 4000).map(lambda n: n / 1000)
VARIANCE = st.integers(1, 4000).map(lambda n: n / 1000)
METHOD, TEST = st.sampled_from(METHODS), st.sampled_from(TESTS)
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
@given(ROWS, st.randoms(use_true_random=False), METHOD, TEST)
def test_order_of_rows_does_not_matter(
    rows: list[tuple[float, float, int]], random: object, method: Any, test: Any
) -> None:
    yi, vi, cluster = columns(rows)
    turned = list(reversed(range(len(rows))))
    random.shuffle(turned)  # type: ignore[attr-defined]
    a = random_effects(yi, vi, method=method, test=test, cluster=cluster)
    b = random_effects(yi[turned], vi[turned], method=method, test=test, cluster=[cluster[i] for i in turned])
    assert told(b) == pytest.approx(told(a), **FLAT)
    assert b.tau2 == pytest.approx(a.tau2, **FLAT)
    assert b.weights == pytest.approx([a.weights[i] for i in turned], **FLAT)
    assert b.robust[0].se == pytest.approx(a.robust[0].se, nan_ok=True, **FLAT)
    assert b.robust[0].df == pytest.approx(a.robust[0].df, nan_ok=True, **FLAT)


@settings(deadline=None)
@given(ROWS, st.integers(-1000, 1000), METHOD, TEST)
def test_a_shift_of_the_effects_shifts_the_estimate_alone(
    rows: list[tuple[float, float, int]], shift: int, method: Any, test: Any
) -> None:
    yi, vi, _ = columns(rows)
    a, b = (random_effects(y, vi, method=method, test=test) for y in (yi, yi + shift))
    assert b.coefficients[0].estimate - shift == pytest.approx(a.coefficients[0].estimate, **FLAT)
    assert b.coefficients[0].se == pytest.approx(a.coefficients[0].se, **FLAT)
    assert b.tau2 == pytest.approx(a.tau2, **FLAT)
    assert pytest.approx(a.Q, **FLAT) == b.Q


@settings(deadline=None)
@given(ROWS, st.integers(-40, 40), METHOD, TEST)
def test_units_scale_the_results_exactly(
    rows: list[tuple[float, float, int]], exponent: int, method: Any, test: Any
) -> None:
    yi, vi, cluster = columns(rows)
    unit = 2.0**exponent  # powers of 2 are exact, and so must the results be
    a, b = (random_effects(yi * u, vi * u**2, method=method, test=test, cluster=cluster) for u in (1, unit))
    assert told(b) == pytest.approx([x * unit for x in told(a)], rel=1e-12, abs=0)
    assert a.tau2 is not None
    assert b.tau2 == pytest.approx(a.tau2 * unit**2, rel=1e-12, abs=0)
    assert pytest.approx(a.I2, rel=1e-12, abs=0) == b.I2
    assert b.robust[0].df == pytest.approx(a.robust[0].df, rel=1e-12, nan_ok=True)


@settings(deadline=None)
@given(ROWS, METHOD, TEST)
def test_a_change_of_sign_mirrors_the_results(
    rows: list[tuple[float, float, int]], method: Any, test: Any
) -> None:
    yi, vi, cluster = columns(rows)
    a, b = (random_effects(y, vi, method=method, test=test, cluster=cluster) for y in (yi, -yi))
    estimate, low, high, se = told(a)
    assert told(b) == pytest.approx([-estimate, -high, -low, se], rel=1e-12, abs=1e-15)
    assert b.tau2 == a.tau2


@settings(deadline=None)
@given(ROWS, st.integers(0, 14))
def test_two_halves_of_a_row_weigh_what_it_weighed(rows: list[tuple[float, float, int]], at: int) -> None:
    yi, vi, _ = columns(rows)
    at %= len(rows)
    halved_y, halved_v = np.append(yi, yi[at]), np.append(vi, 2 * vi[at])
    halved_v[at] *= 2
    a = random_effects(yi, vi, method="FE", test="z")
    b = random_effects(halved_y, halved_v, method="FE", test="z")
    assert told(b) == pytest.approx(told(a), rel=1e-12, abs=1e-12)
    assert pytest.approx(a.Q, rel=1e-9, abs=1e-12) == b.Q


def test_two_halves_of_a_row_are_one_row_of_their_study() -> None:
    # the study's true effect is one, so that two independent halves of its row tell what the row told
    y, v = np.array([0.1, 0.5, -0.3, 0.9, 0.2, 0.6]), np.array([0.02, 0.05, 0.03, 0.1, 0.04, 0.02])
    alone = random_effects(y, v, test="z")
    halved = fit_multilevel(
        np.append(y, y[:3]),
        np.concatenate([2 * v[:3], v[3:], 2 * v[:3]]),
        study=[*range(6), 0, 1, 2],
        levels=("study",),
        test="z",
    )
    assert halved.sigma2 == pytest.approx([alone.tau2], rel=1e-6)
    assert halved.coefficients[0].estimate == pytest.approx(alone.coefficients[0].estimate, rel=1e-6)
    assert halved.coefficients[0].se == pytest.approx(alone.coefficients[0].se, rel=1e-6)


@settings(deadline=None)
@given(ROWS, st.integers(0, 14))
def test_uncorrected_robust_errors_take_two_halves_for_the_row(
    rows: list[tuple[float, float, int]], at: int
) -> None:
    # CR1 to CR3 count rows or weigh them within clusters, and so may not
    yi, vi, cluster = columns(rows)
    at %= len(rows)
    halves = np.append(vi, 2 * vi[at])
    halves[at] *= 2
    a = uncorrected_error(yi, vi, cluster)
    assert uncorrected_error(np.append(yi, yi[at]), halves, [*cluster, cluster[at]]) == pytest.approx(
        a, rel=1e-8, abs=1e-9
    )


def uncorrected_error(y: np.ndarray, v: np.ndarray, cluster: list[int]) -> float:
    """Return the CR0 standard error of the weighted mean."""
    members = [np.flatnonzero(np.array(cluster) == c) for c in sorted(set(cluster))]
    blocks = [(m, np.diag(v[m])) for m in members]
    found = robust_blocks(np.ones((y.size, 1)), y, blocks, terms=("mean",), kind="CR0")
    return float(np.sqrt(found.covariance[0, 0])) if len(blocks) > 1 else 0.0


@settings(deadline=None)
@given(ROWS, st.floats(1e-6, 1e6))
def test_the_unit_of_the_working_variances_does_not_matter_to_robust_errors(
    rows: list[tuple[float, float, int]], unit: float
) -> None:
    yi, vi, cluster = columns(rows)
    design = np.column_stack([np.ones(len(rows)), np.arange(len(rows)) % 3])
    number = np.unique(cluster, return_inverse=True)[1]
    a, b = (cluster_robust(design, yi, v, number, terms=("mean", "slope")) for v in (vi, unit * vi))
    for one, other in zip(a.coefficients, b.coefficients, strict=True):
        assert other.estimate == pytest.approx(one.estimate, rel=1e-9, abs=1e-9)
        assert other.se == pytest.approx(one.se, rel=1e-6, abs=1e-7, nan_ok=True)
        assert other.df == pytest.approx(one.df, rel=1e-6, nan_ok=True)


@settings(deadline=None)
@given(ROWS, METHOD, TEST)
def test_groups_are_pooled_as_if_alone(rows: list[tuple[float, float, int]], method: Any, test: Any) -> None:
    yi, vi, group = columns(rows)
    found = separate_groups(yi, vi, group, method=method, test=test)
    for name, pooled in zip(found.groups, found.pooled, strict=True):
        mine = np.array(group) == int(name)
        alone = random_effects(yi[mine], vi[mine], method=method, test=test)
        assert told(pooled) == pytest.approx(told(alone), rel=1e-12, abs=1e-12, nan_ok=True)


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
