"""What Egger's regression, the dominant cluster and the assumed rho say of dependent effects."""

import numpy as np
import pytest

from review.meta.errors import InvalidInput
from review.meta.multilevel.dominance import dominant_cluster, with_and_without_dominant, without_dominant
from review.meta.multilevel.egger import egger_multilevel
from review.meta.multilevel.model import fit_multilevel
from review.meta.multilevel.rho import rho_grid
from tests.review.dependent_effects import GROUP, KINDS, NUMBER, RNG, STUDY, TERMS, V, X, Y, fit, same

# Egger


@pytest.mark.parametrize("mods", [False, True])
@pytest.mark.parametrize("kind", ["three levels", "CHE", "crossed"])
def test_egger_is_the_slope_of_the_standard_error_with_cr2(kind: str, mods: bool) -> None:
    found = egger_multilevel(fit(kind, mods=mods))
    other = fit(kind, mods=mods, more=np.sqrt(V))
    same((*found.others, found.slope), other.robust)
    same([found.model_slope], other.coefficients[-1:])
    assert (found.limit is None) == mods


def test_egger_rests_on_the_model_where_a_crossed_factor_joins_all_studies() -> None:
    data = RNG.permutation([f"data {i % 5}" for i in range(NUMBER.size)]).tolist()
    found = egger_multilevel(fit_multilevel(Y, V, study=STUDY, crossed=data))
    assert found.inference == "t"
    assert found.slope == found.model_slope
    assert "no cluster-robust standard errors" in found.report_text()
    assert "CR2" not in str(found)


def test_other_predictors() -> None:
    whole, n = fit("CHE"), 4 / V
    by_variance = egger_multilevel(whole, "variance")
    by_size = egger_multilevel(whole, "inverse_n", sizes=n)
    assert by_size.slope.estimate == pytest.approx(4 * by_variance.slope.estimate, rel=1e-8)
    assert by_size.slope.p == pytest.approx(by_variance.slope.p, rel=1e-7)
    root = egger_multilevel(whole, "sqrt_inverse_n", sizes=n)
    assert root.slope.p == pytest.approx(egger_multilevel(whole).slope.p, rel=1e-7)
    assert "an infinite sample" in root.report_text()


@pytest.mark.parametrize("kind", ["no variances", "equal weights"])
def test_egger_without_variances_takes_sample_sizes(kind: str) -> None:
    whole = fit(kind)
    with pytest.raises(InvalidInput, match="needs sampling variances"):
        egger_multilevel(whole)
    with pytest.raises(InvalidInput, match="needs sizes"):
        egger_multilevel(whole, "inverse_n")
    found = egger_multilevel(whole, "sqrt_inverse_n", sizes=1 / V)
    same([found.slope], fit(kind, more=np.sqrt(V)).robust[-1:])
    assert found.model_slope is None


def test_egger_refuses_what_it_cannot_tell() -> None:
    whole = fit("CHE")
    with pytest.raises(InvalidInput, match="choose one of se"):
        egger_multilevel(whole, "n")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="one per row"):
        egger_multilevel(whole, "inverse_n", sizes=[1.0, 2.0])
    with pytest.raises(InvalidInput, match="greater than 0"):
        egger_multilevel(whole, "inverse_n", sizes=-V)
    equal = fit_multilevel(Y, np.full(Y.size, 0.1), study=STUDY)
    with pytest.raises(InvalidInput, match="the same in all"):
        egger_multilevel(equal)
    with pytest.raises(InvalidInput, match="in the model already"):
        egger_multilevel(fit("CHE", more=np.sqrt(V)))


# the dominant cluster, and rho


def test_the_dominant_cluster_has_most_rows() -> None:
    found = dominant_cluster(GROUP, V)
    rows = GROUP.count("large lab")
    assert (found.cluster, found.rows, found.k, found.clusters) == ("large lab", rows, 32, 8)
    assert found.row_share == rows / 32
    assert found.weight_share == pytest.approx(100 * V[np.array(GROUP) == "large lab"].sum() / V.sum())
    assert dominant_cluster(["a", "b"], [1.0, 3.0]).cluster == "b"
    assert dominant_cluster(["a", "b"]).cluster == "a"


@pytest.mark.parametrize("kind", KINDS)
def test_the_fit_without_the_dominant_cluster(kind: str) -> None:
    whole = fit(kind)
    found = with_and_without_dominant(whole, GROUP)
    keep = np.array(GROUP) != "large lab"
    same(found.without.coefficients, fit(kind, keep).coefficients)
    same(found.all_rows.coefficients, whole.coefficients)
    rest, dominant = without_dominant(whole)
    assert dominant.cluster == "study 0"
    assert "study 0" not in rest.studies
    assert "large lab gives" in found.report_text()


def test_wider_clusters_of_the_fit_are_taken() -> None:
    whole = fit_multilevel(Y, V, study=STUDY, cluster=GROUP)
    assert with_and_without_dominant(whole).dominant.cluster == "large lab"


def test_nothing_is_left_without_the_only_cluster() -> None:
    with pytest.raises(InvalidInput, match="without it nothing is left"):
        with_and_without_dominant(fit("CHE"), ["one"] * Y.size)
    with pytest.raises(InvalidInput, match="one per row"):
        with_and_without_dominant(fit("CHE"), ["one"])
    with pytest.raises(InvalidInput, match="no row"):
        dominant_cluster([])
    with pytest.raises(InvalidInput, match="0 or more"):
        dominant_cluster(["a"], [-1.0])


def test_the_grid_of_rho_refits() -> None:
    found = rho_grid(fit("three levels", mods=True))
    assert found.rhos == (0, 0.2, 0.4, 0.6, 0.8, 0.9)
    for rho, r in ((0.6, found.fits[3]), (0.9, found.fits[5])):
        other = fit_multilevel(Y, V, study=STUDY, design=X, terms=TERMS, rho=rho)
        same(r.coefficients, other.coefficients)
        same(r.robust, other.robust)
    same(found.fits[0].coefficients, fit("three levels", mods=True).coefficients)
    assert found.to_frame().shape[0] == 24


def test_a_grid_that_cannot_be_is_refused() -> None:
    given = fit_multilevel(Y, None, covariance=np.diag(V), study=STUDY)
    with pytest.raises(InvalidInput, match="no rho to vary"):
        rho_grid(given)
    with pytest.raises(InvalidInput, match="no sampling errors"):
        rho_grid(fit("no variances"))  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        rho_grid(fit("CHE"), (0.5, 1.0))
    with pytest.raises(InvalidInput, match="at least one"):
        rho_grid(fit("CHE"), ())
