"""Meta-regression gives metafor's numbers, and refuses what cannot be estimated."""

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from review.meta.case_deletion import case_deletion
from review.meta.contrasts import expected_effects, likelihood_ratio
from review.meta.moderators import regress
from review.meta.regression import meta_regression
from review.meta.regression_result import RegressionEstimate
from review.meta.univariate import random_effects

GOLDEN: dict[str, Any] = {
    f"{data_set}/{name}": {**golden, "all_yi": data["yi"], "all_vi": data["vi"]}
    for data_set, data in json.loads(
        (Path(__file__).parent / "golden" / "metareg.json").read_text(encoding="utf-8")
    )["datasets"].items()
    for name, golden in data.get("metareg", {}).items()
}
CASES = [
    (name, method, test)
    for name in GOLDEN
    for method in GOLDEN[name]["fits"]
    for test in GOLDEN[name]["fits"][method]
]
ITERATIVE = {"rel": 1e-8, "abs": 1e-12}
# metafor's own tau2 without moderators stops at 1e-14 relative; R² takes the difference of two
SHARE = {"rel": 1e-8, "abs": 1e-8}


def fit(name: str, method: Any = "REML", test: Any = "z") -> RegressionEstimate:
    golden = GOLDEN[name]
    rows = np.array(golden["rows_used"]) - 1
    return meta_regression(
        np.array(golden["all_yi"])[rows],
        np.array(golden["all_vi"])[rows],
        golden["X"],
        terms=golden["X_names"],
        method=method,
        test=test,
    )


def told(found: RegressionEstimate) -> dict[str, Any]:
    """Return a fit under metafor's names."""
    c, s = found.coefficients, found.fit
    return {
        "beta": [x.estimate for x in c],
        "se": [x.se for x in c],
        "stat": [x.statistic for x in c],
        "ci_lb": [x.ci_low for x in c],
        "ci_ub": [x.ci_high for x in c],
        "tau2": found.tau2,
        "se_tau2": found.se_tau2,
        "QE": found.Q,
        "I2": found.I2,
        "H2": found.H2,
        "vt": found.tau2 * (100 / found.I2 - 1) if found.tau2 > 1e-6 else None,
        "logLik_ML": s.log_likelihood_ml,
        "logLik_REML": s.log_likelihood_reml,
        "AIC_ML": s.aic_ml,
        "AIC_REML": s.aic_reml,
        "BIC_ML": s.bic_ml,
        "BIC_REML": s.bic_reml,
        "AICc_ML": s.aicc_ml,
        "AICc_REML": s.aicc_reml,
    }


def test_every_estimator_and_sixteen_designs_are_compared() -> None:
    assert len(GOLDEN) == 16
    assert len(CASES) == 16 * 9 * 2


@pytest.mark.parametrize(("name", "method", "test"), CASES)
def test_coefficients_heterogeneity_and_likelihood(name: str, method: str, test: str) -> None:
    fits = GOLDEN[name]["fits"][method]
    golden, found = {**fits["z"], **fits[test]}, fit(name, method, test)
    values = told(found)
    for key, value in values.items():
        if key not in golden or value is None:
            continue
        if key.startswith("ci_"):
            # a limit near 0 has no relative accuracy: its error, a few of those of the SE, is measured in SEs
            off = (np.array(value) - golden[key]) / np.array(golden["se"])
            assert np.abs(off).max() < 5e-8, key
        else:
            assert value == pytest.approx(golden[key], **(SHARE if key in {"I2", "H2"} else ITERATIVE)), key
    assert [c.p for c in found.coefficients] == pytest.approx(golden["pval"], rel=1e-6, abs=0)
    assert np.array(found.covariance) == pytest.approx(np.array(golden["vb"]), rel=1e-8, abs=1e-14)
    # with years about 1950 metafor's normal equations lose half the digits of QE (see the exact test below)
    assert found.Q_p == pytest.approx(golden["QEp"], rel=1e-5, abs=0)
    # percent: 100 times the error of a ratio of two tau2, each good to 1e-8
    assert pytest.approx(golden["R2"], rel=1e-8, abs=1e-6) == found.R2
    assert found.moderators is not None
    assert found.moderators.statistic == pytest.approx(golden["QM"], **ITERATIVE)
    assert found.moderators.p == pytest.approx(golden["QMp"], rel=1e-6, abs=0)
    assert [found.moderators.df, found.moderators.df_denominator] == golden["QM_df"]


@pytest.mark.parametrize("name", GOLDEN)
def test_fitted_values_hat_values_and_q_profile(name: str) -> None:
    golden, found = GOLDEN[name], fit(name)
    assert list(found.fitted) == pytest.approx(golden["fitted"], **ITERATIVE)
    assert list(found.hat) == pytest.approx(golden["hat"], **ITERATIVE)
    assert math.fsum(found.hat) == pytest.approx(found.p, rel=1e-12)
    limits, shares = golden["ci_qprofile"], (found.tau2_ci, found.I2_ci, found.H2_ci)
    for key, value, interval in zip(
        ("tau2", "I2", "H2"), (found.tau2, found.I2, found.H2), shares, strict=True
    ):
        assert interval is not None
        assert [value, *interval] == pytest.approx(limits[key], **ITERATIVE)
        if key == "tau2":
            assert [math.sqrt(x) for x in (value, *interval)] == pytest.approx(limits["tau"], **ITERATIVE)


@pytest.mark.parametrize("name", GOLDEN)
def test_expected_effects_at_the_rows(name: str) -> None:
    golden, found = GOLDEN[name]["predict_rows"], fit(name)
    at = expected_effects(found, found.design, prediction="metafor")
    errors = np.array([x.mean.se for x in at])
    for key, values in (
        ("pred", [x.mean.estimate for x in at]),
        ("se", [x.mean.se for x in at]),
        ("ci_lb", [x.mean.ci_low for x in at]),
        ("ci_ub", [x.mean.ci_high for x in at]),
        ("pi_lb", [x.prediction_interval.low for x in at if x.prediction_interval]),
        ("pi_ub", [x.prediction_interval.high for x in at if x.prediction_interval]),
    ):
        assert np.abs((np.array(values) - golden[key]) / errors).max() < 5e-8, key


def test_residual_heterogeneity_is_exact_with_years_that_are_not_centred() -> None:
    golden = GOLDEN["bcg_RD/ablat_year"]
    y, w = [Fraction(a) for a in golden["all_yi"]], [1 / Fraction(a) for a in golden["all_vi"]]
    columns = [[Fraction(row[j]) for row in golden["X"]] for j in range(3)]
    # Gram–Schmidt in rational numbers
    residual, basis = y, []
    for column in [*columns, y]:
        residual = column
        for other in basis:
            share = sum(map(_product, w, residual, other)) / sum(map(_product, w, other, other))
            residual = [a - share * b for a, b in zip(residual, other, strict=True)]
        basis.append(residual)
    exact = float(sum(map(_product, w, residual, residual)))
    assert pytest.approx(exact, rel=1e-13) == fit("bcg_RD/ablat_year", "FE").Q


def _product(a: Fraction, b: Fraction, c: Fraction) -> Fraction:
    return a * b * c


@pytest.mark.parametrize("name", GOLDEN)
def test_case_deletion(name: str) -> None:
    golden, found = GOLDEN[name], case_deletion(fit(name))
    compared = 0
    for i in range(len(found.rows)):
        # metafor gives up on single rows where its scoring does not converge; the bounded search goes on
        for key, value in (("cooks", found.cooks_distance[i]), ("rstudent_z", found.rstudent[i])):
            if golden[key][i] is not None:
                assert value == pytest.approx(golden[key][i], rel=1e-7, abs=1e-10)
                compared += 1
        if golden["dfbetas"][i][0] is not None:
            assert found.dfbetas[i] == pytest.approx(golden["dfbetas"][i], rel=1e-7, abs=1e-9)
            compared += 1
    assert compared >= 2 * len(found.rows)


@pytest.mark.parametrize("name", GOLDEN)
def test_likelihood_ratio_against_no_moderators(name: str) -> None:
    golden, full = GOLDEN[name]["lrt_ML_vs_null"], fit(name, "ML")
    test = likelihood_ratio(full, random_effects(full.yi, full.vi, method="ML"))
    assert test.statistic == pytest.approx(golden["LRT"], **ITERATIVE)
    assert test.p == pytest.approx(golden["pval"], rel=1e-7)
    assert test.df == golden["df"]


def test_formula_gives_metafors_design() -> None:
    data = json.loads((Path(__file__).parent / "golden" / "metareg.json").read_text(encoding="utf-8"))[
        "datasets"
    ]
    for name, formula in (
        ("bcg_RR/ablat_year", "ablat + year"),
        ("bcg_RR/ablat_alloc", "ablat + C(alloc)"),
        ("bangertdrowns2004_SMD/length_wic_interaction", "length * wic"),
        ("bangertdrowns2004_SMD/grade_factor", "C(grade)"),
        ("bangertdrowns2004_SMD/cubic_length", "length + I(length**2) + I(length**3)"),
        ("molloy2014_ZCOR/quality_meanage", "quality + meanage"),
    ):
        columns, golden = data[name.split("/")[0]], GOLDEN[name]
        frame = pd.DataFrame({**columns["inputs"], "yi": columns["yi"], "vi": columns["vi"]})
        found = regress(formula, frame, test="z")
        assert np.array(found.design) == pytest.approx(np.array(golden["X"]))
        assert list(found.rows) == golden["rows_used"]
        assert [c.estimate for c in found.coefficients] == pytest.approx(
            golden["fits"]["REML"]["z"]["beta"], **ITERATIVE
        )
        assert len(found.excluded_rows) == len(frame) - found.k
