"""What single studies do to fits of dependent effects."""

import json
import math
from typing import Any

import numpy as np
import pytest

from review.meta.equal_weight import equal_weights
from review.meta.errors import InvalidInput
from review.meta.multilevel.dominance import with_and_without_dominant
from review.meta.multilevel.egger import egger_multilevel
from review.meta.multilevel.model import fit_multilevel
from review.meta.multilevel.rho import rho_grid
from review.meta.multilevel.sensitivity import cumulative_by_study, leave_one_study_out
from review.meta.multilevel.study_influence import influence_by_study
from review.meta.multilevel.study_models import Fitted
from review.meta.no_variance import equal_weight_regression, random_intercept
from tests.review.dependent_effects import (
    DATA,
    GROUP,
    KINDS,
    NUMBER,
    STUDY,
    Array,
    V,
    X,
    Y,
    fit,
    same,
)


@pytest.mark.parametrize("mods", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_leaving_a_study_out_is_fitting_the_others(kind: str, mods: bool) -> None:
    found = leave_one_study_out(fit(kind, mods=mods))
    assert [r.name for r in found.refits] == list(dict.fromkeys(STUDY))
    for r in found.refits:
        other = fit(kind, np.array(STUDY) != r.name, mods=mods)
        same(r.coefficients, other.coefficients)
        same(r.robust, other.robust)
        assert (r.k, r.clusters) == (other.k, 8)
        assert (r.sigma2 or ()) == pytest.approx(other.sigma2 or (), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_studies_add_up(kind: str) -> None:
    order = ["study 3", "study 0", "study 8", *(f"study {i}" for i in (1, 2, 4, 5, 6, 7))]
    found = cumulative_by_study(fit(kind), order)
    assert [r.name for r in found.refits] == order
    assert found.ordered_by == "the order given"
    for i in (2, 5, 8):
        other = fit(kind, np.isin(STUDY, order[: i + 1]))
        same(found.refits[i].inference, other.robust or other.coefficients)
    same(found.refits[-1].coefficients, found.all_studies.coefficients)


def test_studies_come_in_by_their_earliest_year() -> None:
    years = 2000.0 - NUMBER
    years[0] = 1980  # one row of study 0
    found = cumulative_by_study(fit("no variances"), by=years, ordered_by="the order of publication")
    assert [r.name for r in found.refits] == ["study 0", *(f"study {i}" for i in range(8, 0, -1))]
    assert found.refits[0].why_not is not None
    assert "one study only" in found.refits[0].why_not
    assert "order of publication" in found.report_text()


def test_a_single_row_stands_for_itself() -> None:
    y, v, study = [0.1, 0.4, 0.3, 0.9, 0.2], [0.01, 0.02, 0.04, 0.01, 0.05], ["a", "b", "b", "c", "d"]
    found = cumulative_by_study(fit_multilevel(y, v, study=study))
    first = found.refits[0]
    assert first.coefficients[0].estimate == 0.1
    assert first.coefficients[0].se == pytest.approx(0.1)
    assert first.coefficients[0].df is None
    assert any("one row" in text for text in found.warnings)


def test_wider_clusters_can_be_left_out() -> None:
    found = leave_one_study_out(fit("CHE"), cluster=GROUP)
    assert found.unit == "clusters"
    assert len(found.refits) == 8
    same(found.refits[0].coefficients, fit("CHE", np.array(GROUP) != "large lab").coefficients)
    assert "8 clusters" in found.report_text()


# influence


def dense(kind: str, sigma2: Any) -> Array:
    """Return the marginal covariance of all rows from its definition."""
    together = (np.array(STUDY)[:, None] == np.array(STUDY)).astype(float)
    if kind == "no variances":
        return np.asarray(sigma2[0] * together + sigma2[1] * np.eye(Y.size))
    known = np.diag(V)
    if kind == "CHE":
        known = 0.6 * together * np.sqrt(np.outer(V, V))
        np.fill_diagonal(known, V)
    second = (DATA[:, None] == DATA).astype(float) if kind == "crossed" else np.eye(Y.size)
    return np.asarray(known + sigma2[0] * together + sigma2[1] * second)


@pytest.mark.parametrize("mods", [False, True])
@pytest.mark.parametrize("kind", ["three levels", "CHE", "crossed", "no variances"])
def test_influence_follows_its_definitions(kind: str, mods: bool) -> None:
    whole = fit(kind, mods=mods)
    found = influence_by_study(whole)
    x = np.array(whole.design)
    beta = np.array([c.estimate for c in whole.coefficients])
    m = dense(kind, whole.sigma2)
    vb = np.linalg.inv(x.T @ np.linalg.solve(m, x))
    hats = np.diag(x @ vb @ x.T @ np.linalg.inv(m))
    assert sum(found.hat) == pytest.approx(x.shape[1], rel=1e-9)
    for i, name in enumerate(found.studies):
        out = np.array(STUDY) == name
        rest = fit(kind, ~out, mods=mods)
        change = beta - np.array([c.estimate for c in rest.coefficients])
        near = {"rel": 1e-5, "abs": 1e-7}
        assert found.cook_d[i] == pytest.approx(float(change @ np.linalg.solve(vb, change)), **near)  # type: ignore[arg-type]
        other = np.linalg.inv(x.T @ np.linalg.solve(dense(kind, rest.sigma2), x))
        assert found.dfbetas[i] == pytest.approx(change / np.sqrt(np.diag(other)), **near)  # type: ignore[arg-type]
        row = x[out].mean(axis=0)
        assert found.dffits[i] == pytest.approx(row @ change / math.sqrt(row @ other @ row), **near)  # type: ignore[arg-type]
        left = dense(kind, rest.sigma2)[np.ix_(~out, ~out)]
        without = np.linalg.inv(x[~out].T @ np.linalg.solve(left, x[~out]))
        ratio = np.linalg.det(without) / np.linalg.det(vb)
        assert found.cov_r[i] == pytest.approx(ratio, rel=1e-5)
        assert found.hat[i] == pytest.approx(hats[out].sum(), rel=1e-8)
        moved = np.array(whole.sigma2) - np.array(rest.sigma2)
        assert found.sigma2_change[i] == pytest.approx(moved, abs=1e-7)


@pytest.mark.parametrize("kind", ["equal weights", "equal studies"])
def test_influence_with_equal_weights_rests_on_cr2(kind: str) -> None:
    whole = fit(kind, mods=True)
    found = influence_by_study(whole)
    beta, vb = np.array([c.estimate for c in whole.coefficients]), np.array(whole.covariance)
    assert found.covariance == "CR2"
    assert found.sigma2_change == ((),) * 9
    out = np.array(STUDY) == "study 0"
    change = beta - np.array([c.estimate for c in fit(kind, ~out, mods=True).coefficients])
    assert found.cook_d[0] == pytest.approx(float(change @ np.linalg.solve(vb, change)), rel=1e-9)
    assert found.dfbetas[0] == pytest.approx(change / np.sqrt(np.diag(vb)), rel=1e-9)
    w = np.array(whole.weights)
    hat = np.diag(X @ np.linalg.solve(X.T @ (X * w[:, None]), (X * w[:, None]).T))
    assert found.hat[0] == pytest.approx(hat[out].sum(), rel=1e-9)


def test_an_outlying_study_is_flagged() -> None:
    y = np.where(NUMBER == 4, 25.0, Y)
    found = influence_by_study(fit_multilevel(y, V, study=STUDY))
    assert "study 4" in found.influential
    assert "study 4" in found.report_text()


def test_a_study_that_alone_carries_a_moderator_is_named() -> None:
    design = np.column_stack((np.ones(Y.size), NUMBER == 2)).astype(float)
    whole = fit_multilevel(Y, V, study=STUDY, design=design, terms=("intercept", "only there"))
    found, out = influence_by_study(whole), leave_one_study_out(whole)
    assert math.isnan(found.cook_d[list(found.studies).index("study 2")])
    assert any("without study 2 nothing can be fitted" in text for text in found.warnings)
    assert any("without study 2: no fit" in text for text in out.warnings)
    assert json.loads(found.to_json())["cook_d"].count(None) == 1


def test_exact_fits_have_no_error_to_be_measured_in() -> None:
    found = influence_by_study(equal_weight_regression([1.0] * 6, list("aabbcc")))
    assert all(math.isnan(x) for x in found.cook_d)
    assert any("no inverse" in text for text in found.warnings)


# what all of them share


@pytest.mark.parametrize("scale", [1e-16, 1e16])
def test_units_do_not_matter(scale: float) -> None:
    plain = influence_by_study(fit("CHE"))
    scaled = influence_by_study(fit_multilevel(scale * Y, scale * scale * V, study=STUDY, rho=0.6))
    assert scaled.cook_d == pytest.approx(plain.cook_d, rel=1e-5, abs=1e-9)
    assert scaled.cov_r == pytest.approx(plain.cov_r, rel=1e-6)
    assert [x[0] / scale / scale for x in scaled.sigma2_change] == pytest.approx(
        [x[0] for x in plain.sigma2_change], rel=1e-4, abs=1e-8
    )


def test_results_of_other_models_and_single_studies_are_refused() -> None:
    pooled = equal_weights(Y, STUDY)
    for analysis in (leave_one_study_out, cumulative_by_study, influence_by_study, egger_multilevel):
        with pytest.raises(InvalidInput, match="has no studies to leave out"):
            analysis(pooled)  # type: ignore[operator]
    alone = fit_multilevel(Y[:4], V[:4], study=["a"] * 4)
    with pytest.raises(InvalidInput, match="at least 2 are needed"):
        leave_one_study_out(alone)
    with pytest.raises(InvalidInput, match="only beside others"):
        influence_by_study(alone)


@pytest.mark.parametrize(
    ("order", "by", "message"),
    [
        (["study 1"], None, "each of the 9 studies once"),
        (None, [1.0], "one per row"),
        (["study 1"], [1.0], "give one of them"),
    ],
)
def test_orders_that_are_none_are_refused(order: Any, by: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        cumulative_by_study(fit("CHE"), order, by=by)


@pytest.mark.parametrize("kind", ["CHE", "no variances", "equal weights"])
def test_everything_prints_converts_and_reports(kind: str) -> None:
    y = np.where(np.arange(Y.size) == 3, np.nan, Y)
    whole: Fitted
    if kind == "CHE":
        whole = fit_multilevel(y, V, study=STUDY, rho=0.6)
    elif kind == "no variances":
        whole = random_intercept(y, STUDY)
    else:
        whole = equal_weight_regression(y, STUDY)
    n = np.delete(1 / V, 3)
    results: list[Any] = [
        leave_one_study_out(whole),
        cumulative_by_study(whole),
        influence_by_study(whole),
        with_and_without_dominant(whole),
        egger_multilevel(whole, "inverse_n", sizes=n),
    ]
    if kind == "CHE":
        results.append(rho_grid(whole, (0.2, 0.5)))  # type: ignore[arg-type]
    for r in results:
        plain = json.loads(r.to_json())
        assert plain["excluded_rows"] == [{"row": 4, "why": "yi is missing"}]
        assert len(r.to_frame()) > 1
        for text in (str(r), r.report_text()):
            assert "yi is missing" in text
            assert "nan" not in text
