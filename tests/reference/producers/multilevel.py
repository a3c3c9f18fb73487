"""Models for dependent effects beside metafor's rma.mv and clubSandwich."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from review.meta.multilevel.clustering import robust_inference
from review.meta.multilevel.model import fit_multilevel
from review.meta.multilevel.prediction import predict
from review.meta.multilevel.profile import profile_intervals
from review.meta.multilevel.result import MultilevelFit
from review.meta.result import Coefficient, JointTest
from review.meta.sandwich import wald_htz
from tests.reference.comparing import Producer, question

LEVELS = {
    "curtis1998_ROM": ("paper", "esid"),
    "konstantopoulos2011": ("district", "school"),
    "assink2016": ("study", "esid"),
}
KINDS = ("CR0", "CR1", "CR1p", "CR1S", "CR2", "CR3")
TESTED = {"multilevel_year": [1], "multilevel_deltype_year": [1, 2]}


def _design(section: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    if section == "multilevel":
        return {}
    year = np.array(inputs["year"], dtype=float)
    one = np.ones_like(year)
    if section == "multilevel_year":
        return {"design": np.column_stack((one, year - 1990)), "terms": ("intercept", "year")}
    kind = np.array(inputs["deltype"])
    columns = (one, kind == "general", kind == "overt", year)
    return {"design": np.column_stack(columns), "terms": ("intercept", "general", "overt", "year")}


@cache
def _fit(name: str, node: str) -> MultilevelFit:
    data = question(name)
    section, key = node.split("/")
    inputs = data["inputs"]
    study, estimate = LEVELS[name]
    options: dict[str, Any] = _design(section, inputs)
    if key == "study_only_REML":
        options["levels"] = ("study",)
    if key == "CHE_REML":
        options["rho"] = 0.6
    return fit_multilevel(
        data["yi"],
        data["vi"],
        study=inputs[study],
        estimate=inputs[estimate],
        method="ML" if "_ML" in key else "REML",
        test="t" if key.endswith("_t") else "z",
        **options,
    )


def _columns(coefficients: Sequence[Coefficient], statistic: str, p: str) -> dict[str, Any]:
    return {
        "beta": [c.estimate for c in coefficients],
        "se": [c.se for c in coefficients],
        statistic: [c.statistic for c in coefficients],
        "df": [c.df for c in coefficients],
        p: [c.p for c in coefficients],
        "ci_lb": [c.ci_low for c in coefficients],
        "ci_ub": [c.ci_high for c in coefficients],
    }


def _joint(test: JointTest | None) -> dict[str, Any]:
    if test is None:
        return {}
    return {"QM": test.statistic, "QMdf": [test.df, test.df_denominator], "QMp": test.p}


def _robust(fit: MultilevelFit, tested: Sequence[int], expected: Mapping[str, Any]) -> dict[str, Any]:
    as_metafor = robust_inference(fit, "CR1p", "m-p")
    cr1 = _columns(as_metafor.coefficients, "stat", "pval")
    cr2 = robust_inference(fit, "CR2")
    with_clubs = _columns(cr2.coefficients, "stat", "pval")
    if fit.p > 1:
        with_clubs |= _joint(wald_htz(cr2, fit.terms[1:]))
    found: dict[str, Any] = {
        "robust_cr1_metafor": {**cr1, "df": [cr1["df"][0]], "n_clusters": as_metafor.clusters},
        "robust_metafor_clubSandwich": with_clubs,
    }
    for kind in KINDS:
        key = f"robust_{kind}_satterthwaite"
        if "error" not in expected[key]:  # where the reference itself fails there is nothing to compare
            found[key] = _columns(robust_inference(fit, kind).coefficients, "tstat", "p")
    if tested:
        htz = wald_htz(cr2, [fit.terms[j] for j in tested])
        found["wald_HTZ"] = {
            "coefs_tested": [j + 1 for j in tested],
            "Fstat": htz.statistic,
            "df_num": htz.df,
            "df_denom": htz.df_denominator,
            "p": htz.p,
        }
    return found


def _name(data: Mapping[str, Any]) -> str:
    return str(data["name"])


def _model(data: Mapping[str, Any], node: str) -> dict[str, Any]:
    name = _name(data)
    fit = _fit(name, node)
    section, key = node.split("/")
    expected = data[section][key]
    columns = _columns(fit.coefficients, "stat", "pval")
    reml = fit.method == "REML"
    at = [1.0] if fit.p == 1 else [1.0, *np.mean(np.array(fit.design)[:, 1:], axis=0)]
    there = predict(fit, at)
    interval = there.prediction_interval
    assert interval is not None
    found = {
        "k": fit.k,
        "p": fit.p,
        "method": fit.method,
        "test": fit.test,
        "dfs": columns.pop("df"),
        **columns,
        "sigma2": fit.sigma2,
        "QE": fit.Q,
        "QEp": fit.Q_p,
        **_joint(fit.moderators),
        "logLik": fit.fit.log_likelihood_reml if reml else fit.fit.log_likelihood_ml,
        "AIC": fit.fit.aic_reml if reml else fit.fit.aic_ml,
        "BIC": fit.fit.bic_reml if reml else fit.fit.bic_ml,
        "vb": fit.covariance,
        "predict": {
            "pred": there.mean.estimate,
            "se": there.mean.se,
            "ci_lb": there.mean.ci_low,
            "ci_ub": there.mean.ci_high,
            "pi_lb": interval.low,
            "pi_ub": interval.high,
        },
        "I2_multilevel": {"total": fit.I2, "by_level": fit.I2_levels},
    }
    if "robust_CR2_satterthwaite" in expected:
        found |= _robust(fit, TESTED.get(section, []) if "wald_HTZ" in expected else [], expected)
    return found


def _profiles(data: Mapping[str, Any], node: str) -> dict[str, Any]:
    fit = profile_intervals(_fit(_name(data), node))
    assert fit.sigma2_ci is not None
    return {
        f"sigma2_{j + 1}": [value, *limits]
        for j, (value, limits) in enumerate(zip(fit.sigma2, fit.sigma2_ci, strict=True))
    }


WHY = "the reference stops where the likelihood is flat to 1e-11; a component at the boundary has no relative accuracy"
EXCEPTIONS = {
    "/sigma2/*": (1e-5, 1e-6),
    "/I2_multilevel/*": (1e-5, 1e-4),
    "/*pi_*": (1e-5, 1e-6),
    "/*ci_*": (1e-5, 1e-6),
}

MODEL = Producer(_model, 1e-5, 0.0, EXCEPTIONS, WHY)
PRODUCERS = {
    "multilevel*/three_level_*": MODEL,
    "multilevel*/study_only_REML": MODEL,
    "multilevel*/CHE_REML": MODEL,
    "multilevel/confint_profile_REML": Producer(
        _profiles, 1e-3, 5e-5, why="the reference searches the limits with a tolerance of 1.2e-4, absolute"
    ),
}
