"""Any working covariance of a study's rows: CR0 … CR3, Satterthwaite df and the HTZ test by their definitions."""

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.linalg import fractional_matrix_power

from review.meta.errors import InvalidInput
from review.meta.robust import cluster_robust
from review.meta.sandwich import KINDS, Block, robust_blocks, wald_htz

Array = NDArray[np.float64]
TERMS = ("intercept", "row", "study")


def example(seed: int, studies: int = 9) -> tuple[Array, Array, list[Block], Array]:
    """Return design, effects, blocks of mixed sizes with dense covariances, and the whole covariance."""
    rng = np.random.default_rng(seed)
    cluster = np.concatenate((np.arange(studies), rng.integers(0, studies, 4 * studies)))
    k = cluster.size
    blocks, whole = [], np.zeros((k, k))
    for i in range(studies):
        rows = np.flatnonzero(cluster == i)
        root = rng.normal(size=(rows.size, rows.size + 2))
        m = root @ root.T / rows.size + 0.2 * np.eye(rows.size)
        blocks.append((rows, m))
        whole[np.ix_(rows, rows)] = m
    design = np.column_stack((np.ones(k), rng.normal(size=k), rng.normal(size=studies)[cluster]))
    return design, rng.normal(size=k) + rng.normal(size=studies)[cluster], blocks, whole


def adjustments(kind: str, design: Array, blocks: list[Block], whole: Array) -> list[Array]:
    """Return A_i from the definition, with a Cholesky factor as clubSandwich takes it."""
    bread = np.linalg.inv(design.T @ np.linalg.solve(whole, design))
    found = []
    for rows, m in blocks:
        x = design[rows]
        if kind == "CR2":
            d = np.linalg.cholesky(m).T
            inner = d @ (m - x @ bread @ x.T) @ d.T
            found.append(d.T @ np.real(fractional_matrix_power(inner, -0.5)) @ d)
        elif kind == "CR3":
            found.append(np.linalg.inv(np.eye(rows.size) - x @ bread @ x.T @ np.linalg.inv(m)))
        else:
            found.append(np.eye(rows.size))
    return found


def by_the_book(kind: str, design: Array, y: Array, blocks: list[Block], whole: Array) -> tuple[Array, Array]:
    """Return robust covariance and P, shape (p, p, m, m), with k × k matrices."""
    k, p = design.shape
    bread = np.linalg.inv(design.T @ np.linalg.solve(whole, design))
    maker = np.eye(k) - design @ bread @ design.T @ np.linalg.inv(whole)
    scores, lines = [], []
    for (rows, m), a in zip(blocks, adjustments(kind, design, blocks, whole), strict=True):
        h = a.T @ np.linalg.solve(m, design[rows]) @ bread
        scores.append(h.T @ (maker @ y)[rows])
        lines.append((maker[rows].T @ h).T)
    g = np.array(lines)  # (m, p, k)
    m, n = len(blocks), design.shape[0]
    factor = {
        "CR1": m / (m - 1),
        "CR1p": m / (m - p),
        "CR1S": m * (n - 1) / ((m - 1) * (n - p)),
    }.get(kind, 1.0)
    return factor * np.array(scores).T @ np.array(scores), np.einsum("isk,kl,jtl->stij", g, whole, g)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_every_kind_follows_its_definition(kind: Any, seed: int) -> None:
    design, y, blocks, whole = example(seed)
    covariance, pairs = by_the_book(kind, design, y, blocks, whole)
    found = robust_blocks(design, y, blocks, terms=TERMS, kind=kind)
    assert found.covariance == pytest.approx(covariance, rel=1e-8)
    for j, c in enumerate(found.coefficients):
        assert c.se == pytest.approx(math.sqrt(covariance[j, j]), rel=1e-8)
        assert c.df == pytest.approx(np.trace(pairs[j, j]) ** 2 / (pairs[j, j] ** 2).sum(), rel=1e-8)
    assert (found.kind, found.clusters) == (kind, 9)


@pytest.mark.parametrize("kind", ["CR0", "CR2", "CR3"])
def test_hotelling_follows_its_definition(kind: Any) -> None:
    design, y, blocks, whole = example(11, studies=14)
    covariance, pairs = by_the_book(kind, design, y, blocks, whole)
    c = np.array([[0.0, 1.0, 0.0], [0.0, 1.0, -2.0]])
    pairs = np.einsum("sa,abij,tb->stij", c, pairs, c)
    root = np.real(fractional_matrix_power(np.einsum("stii->st", pairs), -0.5))
    p = np.einsum("sa,abij,tb->stij", root, pairs, root)
    total = sum((p[s, s] * p[t, t]).sum() + (p[s, t] * p[s, t].T).sum() for s in range(2) for t in range(2))
    eta = 6 / total
    estimates = np.linalg.solve(
        design.T @ np.linalg.solve(whole, design), design.T @ np.linalg.solve(whole, y)
    )
    squared = (c @ estimates) @ np.linalg.solve(c @ covariance @ c.T, c @ estimates)
    found = wald_htz(robust_blocks(design, y, blocks, terms=TERMS, kind=kind), c)
    assert found.df == 2
    assert found.df_denominator == pytest.approx(eta - 1, rel=1e-8)
    assert found.statistic == pytest.approx((eta - 1) / (eta * 2) * squared, rel=1e-8)
    assert found.p == pytest.approx(stats.f.sf(found.statistic, 2, eta - 1), rel=1e-10)


def test_one_constraint_is_the_t_test_squared() -> None:
    design, y, blocks, _ = example(2)
    fit = robust_blocks(design, y, blocks, terms=TERMS)
    test = wald_htz(fit, ["study"])
    assert test.statistic == pytest.approx(fit.coefficients[2].statistic ** 2, rel=1e-10)
    assert test.df_denominator == pytest.approx(fit.coefficients[2].df, rel=1e-10)
    assert test.p == pytest.approx(fit.coefficients[2].p, rel=1e-10)


def test_the_joint_test_does_not_turn_on_coding() -> None:
    design, y, blocks, _ = example(5, studies=15)
    turn = np.array([[1.0, 0.3, -2.0], [0.0, 2.0, 1.0], [0.0, -1.0, 1e3]])
    plain = wald_htz(robust_blocks(design, y, blocks, terms=TERMS), TERMS[1:])
    other = wald_htz(robust_blocks(design @ turn, y, blocks, terms=TERMS), TERMS[1:])
    assert other.statistic == pytest.approx(plain.statistic, rel=1e-9)
    assert other.df_denominator == pytest.approx(plain.df_denominator, rel=1e-9)


def test_diagonal_blocks_are_the_fast_route() -> None:
    design, y, blocks, whole = example(3)
    v = np.diag(whole)
    cluster = np.zeros(y.size, dtype=np.intp)
    for i, (rows, _) in enumerate(blocks):
        cluster[rows] = i
    diagonal = [(rows, np.diag(v[rows])) for rows, _ in blocks]
    fast, blockwise = (
        cluster_robust(design, y, v, cluster, terms=TERMS),
        robust_blocks(design, y, diagonal, terms=TERMS),
    )
    assert blockwise.covariance == pytest.approx(fast.covariance, rel=1e-12)
    assert [c.df for c in blockwise.coefficients] == pytest.approx(
        [c.df for c in fast.coefficients], rel=1e-10
    )


def test_clusters_may_be_wider_than_blocks() -> None:
    design, y, blocks, whole = example(6)
    cluster = np.zeros(y.size, dtype=np.intp)
    for i, (rows, _) in enumerate(blocks):
        cluster[rows] = i // 2
    merged: list[Block] = []
    for i in range(5):
        rows = np.flatnonzero(cluster == i)
        merged.append((rows, whole[np.ix_(rows, rows)]))
    wide = robust_blocks(design, y, blocks, terms=TERMS, cluster=cluster)
    assert wide.clusters == 5
    assert wide.covariance == pytest.approx(
        robust_blocks(design, y, merged, terms=TERMS).covariance, rel=1e-9
    )
    with pytest.raises(InvalidInput, match="spans several clusters"):
        robust_blocks(design, y, merged, terms=TERMS, cluster=np.arange(y.size))


def test_metafors_robust_is_cr1p_with_clusters_minus_coefficients() -> None:
    design, y, blocks, _ = example(8)
    plain = robust_blocks(design, y, blocks, terms=TERMS, kind="CR0")
    found = robust_blocks(design, y, blocks, terms=TERMS, kind="CR1p", df_rule="m-p")
    assert [c.df for c in found.coefficients] == [6, 6, 6]
    assert found.covariance == pytest.approx(plain.covariance * 9 / 6, rel=1e-12)


@pytest.mark.parametrize("scale", [1e-16, 1e16])
def test_units_do_not_matter(scale: float) -> None:
    design, y, blocks, _ = example(9)
    plain = robust_blocks(design, y, blocks, terms=TERMS)
    scaled = robust_blocks(design, scale * y, [(rows, scale * scale * m) for rows, m in blocks], terms=TERMS)
    assert [c.se / scale for c in scaled.coefficients] == pytest.approx(
        [c.se for c in plain.coefficients], rel=1e-11
    )
    assert [c.df for c in scaled.coefficients] == pytest.approx([c.df for c in plain.coefficients], rel=1e-9)


def test_a_study_of_three_hundred_rows_among_singletons() -> None:
    rng = np.random.default_rng(4)
    k = 320
    m = 0.4 + np.diag(rng.uniform(0.1, 2, 300))
    blocks = [(np.arange(300), m), *((np.array([i]), np.array([[1.3]])) for i in range(300, k))]
    found = robust_blocks(np.ones((k, 1)), rng.normal(size=k), blocks, terms=("intercept",))
    assert found.clusters == 21
    c = found.coefficients[0]
    assert c.df is not None
    assert 10 < c.df < 20
    assert c.se > 0


def test_a_term_that_one_cluster_decides_is_flagged_whatever_the_kind() -> None:
    design, y, blocks, _ = example(1)
    only = np.zeros(y.size)
    only[blocks[0][0]] = 1.0
    for kind in ("CR0", "CR2", "CR3"):
        found = robust_blocks(
            np.column_stack((design, only)), y, blocks, terms=(*TERMS, "only there"), kind=kind
        )
        assert any("only there" in text and "too small" in text for text in found.warnings)
        assert all(math.isfinite(c.se) for c in found.coefficients)


@pytest.mark.parametrize("kind", KINDS)
def test_one_cluster_gives_no_standard_error(kind: Any) -> None:
    found = robust_blocks(
        np.ones((3, 1)),
        np.array([1.0, 2, 6]),
        [(np.arange(3), np.eye(3) + 0.2)],
        terms=("intercept",),
        kind=kind,
    )
    assert math.isnan(found.coefficients[0].se)
    assert "at least 2" in found.warnings[0]
    assert math.isnan(wald_htz(found, ["intercept"]).p)


def test_more_coefficients_than_clusters_leave_cr1p_undefined() -> None:
    design, y, blocks, _ = example(1, studies=3)
    found = robust_blocks(design, y, blocks, terms=TERMS, kind="CR1p")
    assert all(math.isnan(c.se) for c in found.coefficients)
    assert "more clusters (3) than coefficients (3)" in found.warnings[0]


def test_too_few_clusters_for_the_joint_test_are_said_to_be() -> None:
    design, y, blocks, _ = example(1, studies=3)
    assert math.isnan(wald_htz(robust_blocks(design, y, blocks, terms=TERMS), TERMS).p)


@pytest.mark.parametrize(
    ("m", "message"),
    [
        (np.array([[1.0, 1.0], [1.0, 1.0]]), "row 1, 2 is not positive definite"),
        (np.array([[1.0, 2.0], [2.0, 1.0]]), "row 1, 2 is not positive definite"),
        (np.array([[1.0, 0.0], [0.0, -1.0]]), "variances must be greater than 0"),
        (np.array([[1.0, math.nan], [math.nan, 1.0]]), "not positive definite"),
    ],
)
def test_impossible_covariances_name_their_rows(m: Array, message: str) -> None:
    blocks = [(np.array([0, 1]), m), (np.array([2, 3]), np.eye(2))]
    with pytest.raises(InvalidInput, match=message):
        robust_blocks(np.ones((4, 1)), np.arange(4.0), blocks, terms=("intercept",))


def test_rows_outside_all_blocks_and_unknown_options_are_refused() -> None:
    blocks = [(np.array([0, 1]), np.eye(2)), (np.array([1, 2]), np.eye(2))]
    with pytest.raises(InvalidInput, match="row 2 stands in 2 blocks"):
        robust_blocks(np.ones((3, 1)), np.arange(3.0), blocks, terms=("intercept",))
    design, y, good, _ = example(0)
    with pytest.raises(InvalidInput, match="choose one of CR0"):
        robust_blocks(design, y, good, terms=TERMS, kind="CR4")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="choose one of Satterthwaite"):
        robust_blocks(design, y, good, terms=TERMS, df_rule="z")  # type: ignore[arg-type]
    fit = robust_blocks(design, y, good, terms=TERMS)
    with pytest.raises(InvalidInput, match="nowhere cannot be tested"):
        wald_htz(fit, ["nowhere"])
    with pytest.raises(InvalidInput, match="depend on each other"):
        wald_htz(fit, np.array([[0.0, 1, 0], [0, 2, 0]]))
    with pytest.raises(InvalidInput, match="one column per term"):
        wald_htz(fit, np.ones((1, 2)))
