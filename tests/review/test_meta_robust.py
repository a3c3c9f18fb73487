"""CR2 standard errors and Satterthwaite df are clubSandwich's, and hold where clusters are awkward."""

import math
import time

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import fractional_matrix_power

from review.meta.equal_weight import equal_weights
from review.meta.errors import InvalidInput
from review.meta.robust import cluster_robust
from review.meta.univariate import random_effects
from tests.reference.comparing import reference

GOLDEN = reference()["datasets"]
Array = NDArray[np.float64]


def by_the_book(design: Array, y: Array, v: Array, cluster: NDArray[np.intp]) -> tuple[Array, Array]:
    """Return CR2 variances and df from the definition, with n × n matrices."""
    n, p = design.shape
    bread = np.linalg.inv(design.T @ (design / v[:, None]))
    residual_maker = np.eye(n) - design @ bread @ (design / v[:, None]).T
    residual = residual_maker @ y
    variances, dfs = np.zeros(p), np.zeros(p)
    for j in range(p):
        columns = []
        for i in range(cluster.max() + 1):
            at = np.flatnonzero(cluster == i)
            root = np.diag(np.sqrt(v[at]))
            inner = root @ (np.diag(v[at]) - design[at] @ bread @ design[at].T) @ root
            adjust = root @ np.real(fractional_matrix_power(inner, -0.5)) @ root
            h = adjust @ (design[at] / v[at, None]) @ bread[:, j]
            variances[j] += (h @ residual[at]) ** 2
            columns.append(residual_maker[at].T @ h)
        rows = np.array(columns)
        products = rows @ np.diag(v) @ rows.T
        dfs[j] = np.trace(products) ** 2 / (products**2).sum()
    return variances, dfs


@pytest.mark.parametrize("name", ["curtis1998_ROM", "konstantopoulos2011", "assink2016"])
def test_pooled_results_carry_it(name: str) -> None:
    data = GOLDEN[name]
    golden, cluster = data["multilevel"], data["inputs"][data["multilevel"]["cluster"]]
    pooled = random_effects(data["yi"], data["vi"], cluster=cluster)
    plain = equal_weights(data["yi"], cluster)
    assert pooled.clusters == plain.clusters == len(set(cluster))
    for found, key in ((pooled.robust[0], "rma_uni_REML_CR2"), (plain.robust[0], "no_variances_OLS_CR2")):
        assert [found.estimate, found.se, found.df] == pytest.approx(
            [golden[key][column][0] for column in ("beta", "se", "df")], rel=1e-9, abs=0
        )


@pytest.mark.parametrize("seed", range(8))
def test_low_rank_form_equals_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cluster = np.concatenate((np.arange(9), rng.integers(0, 9, 40)))
    v = np.where(rng.random(49) < 0.4, 1.0, rng.uniform(0.01, 4, 49))
    design = np.column_stack((np.ones(49), rng.normal(size=49), rng.normal(size=9)[cluster]))
    y = rng.normal(size=49) + rng.normal(size=9)[cluster]
    variances, dfs = by_the_book(design, y, v, cluster)
    found = cluster_robust(design, y, v, cluster, terms=("intercept", "row", "study"))
    assert [c.se**2 for c in found.coefficients] == pytest.approx(variances, rel=1e-8)
    assert [c.df for c in found.coefficients] == pytest.approx(dfs, rel=1e-8)


def test_every_row_its_own_cluster_is_hc2() -> None:
    data = GOLDEN["bcg_RR"]
    y, v = np.array(data["yi"]), np.array(data["vi"]) + 0.3
    w = 1 / v / (1 / v).sum()
    hc2 = (w**2 * (y - w @ y) ** 2 / (1 - w)).sum()
    found = cluster_robust(np.ones((13, 1)), y, v, np.arange(13), terms=("intercept",))
    assert found.coefficients[0].se == pytest.approx(math.sqrt(hc2), rel=1e-12)


def test_covariance_matrix_has_the_squared_errors_on_its_diagonal() -> None:
    data = GOLDEN["konstantopoulos2011"]
    given = data["inputs"]
    design = np.column_stack((np.ones(len(data["yi"])), np.array(given["year"]) - 1990))
    cluster = np.unique(given["district"], return_inverse=True)[1]
    found = cluster_robust(design, np.array(data["yi"]), np.array(data["vi"]), cluster, terms=("a", "b"))
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx([c.se for c in found.coefficients], rel=1e-12)
    assert found.covariance == pytest.approx(found.covariance.T)


def test_few_df_are_flagged() -> None:
    few = equal_weights([1.0, 2.0, 4.0, 4.5], ["a", "a", "b", "c"])
    assert any("fewer than 4" in text for text in few.warnings)
    assert few.robust[0].df is not None
    assert few.robust[0].df < 4
    many = equal_weights([1.0, 2.0, 4.0, 4.5, 3.0, 2.5], list("abcdef"))
    assert many.robust[0].df == pytest.approx(5, rel=1e-12)
    assert many.warnings == ()


def test_one_cluster_gives_an_estimate_and_no_invented_error() -> None:
    found = cluster_robust(
        np.ones((3, 1)), np.array([1.0, 2.0, 6.0]), np.ones(3), np.zeros(3, int), terms=("intercept",)
    )
    assert found.coefficients[0].estimate == pytest.approx(3)
    assert math.isnan(found.coefficients[0].se)
    assert math.isnan(found.coefficients[0].ci_low)
    assert "at least 2" in found.warnings[0]


def test_a_term_that_one_cluster_decides_is_flagged() -> None:
    # the moderator is 1 in one cluster only: its own residual there is 0 by construction
    cluster = np.repeat(np.arange(6), 3)
    design = np.column_stack((np.ones(18), cluster == 0)).astype(float)
    y = np.random.default_rng(3).normal(size=18)
    found = cluster_robust(design, y, np.ones(18), cluster, terms=("intercept", "only there"))
    assert any("only there" in text and "too small" in text for text in found.warnings)


def test_one_dominating_cluster_has_one_df() -> None:
    # weights 1 : 1e-5 : 1e-5; nearly all that varies is the difference of one cluster from the rest
    v = np.array([1.0, 1e5, 1e5])
    found = cluster_robust(np.ones((3, 1)), np.array([0.0, 1.0, 2.0]), v, np.arange(3), terms=("intercept",))
    variances, dfs = by_the_book(np.ones((3, 1)), np.array([0.0, 1.0, 2.0]), v, np.arange(3))
    assert found.coefficients[0].se ** 2 == pytest.approx(variances[0], rel=1e-8)
    assert found.coefficients[0].df == pytest.approx(dfs[0], rel=1e-8)
    assert dfs[0] == pytest.approx(1, rel=1e-4)


def test_collinear_terms_are_named() -> None:
    design = np.column_stack((np.ones(6), np.arange(6.0), 2 * np.arange(6.0) + 1))
    with pytest.raises(InvalidInput, match="twice is a combination of the other terms"):
        cluster_robust(design, np.arange(6.0), np.ones(6), np.arange(6), terms=("intercept", "once", "twice"))


def test_more_terms_than_rows_are_refused() -> None:
    with pytest.raises(InvalidInput, match="2 rows cannot carry 3 coefficients"):
        cluster_robust(np.eye(2, 3), np.ones(2), np.ones(2), np.arange(2), terms=("a", "b", "c"))


def test_ten_thousand_clusters_take_no_square_matrix() -> None:
    # 30,000 rows: an n × n matrix would need 7 GB; the bound is loose, it only tells linear from square
    rng = np.random.default_rng(5)
    cluster = np.repeat(np.arange(10_000), 3)
    design = np.column_stack((np.ones(30_000), rng.normal(size=30_000)))
    start = time.perf_counter()
    found = cluster_robust(
        design, rng.normal(size=30_000), rng.uniform(1, 2, 30_000), cluster, terms=("a", "b")
    )
    assert time.perf_counter() - start < 10
    assert found.coefficients[0].se == pytest.approx(math.sqrt(1 / 30_000), rel=0.1)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_an_exact_fit_is_told_and_not_tested(scale: float) -> None:
    """Two groups whose effects agree: what rounding leaves of the residuals is no evidence of anything."""
    group = np.tile([0.0, 1.0], 4)
    design, y = np.column_stack((np.ones(8), group)), scale * (0.1 + 5.3 * group)
    v = np.array([0.1, 0.12, 0.14, 0.16] * 2) * scale**2
    fit = cluster_robust(design, y, v, np.arange(8) // 2, terms=("intercept", "group"))
    assert [c.se for c in fit.coefficients] == [0.0, 0.0]
    assert all(math.isnan(c.p) for c in fit.coefficients)
    assert "fitted exactly" in fit.warnings[-1]


def test_a_nearly_exact_fit_is_tested() -> None:
    y = np.array([0.1, 5.4, 0.1, 5.4, 0.1, 5.4, 0.1, 5.4 + 1e-9])
    fit = cluster_robust(
        np.column_stack((np.ones(8), np.tile([0.0, 1.0], 4))),
        y,
        np.ones(8),
        np.arange(8) // 2,
        terms=("a", "b"),
    )
    assert fit.coefficients[1].se == pytest.approx(2.5e-10, rel=0.2)
    assert not any("exactly" in text for text in fit.warnings)
