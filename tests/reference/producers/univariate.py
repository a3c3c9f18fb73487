"""Fits of the mean alone under the reference's names."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from review.meta.heterogeneity import typical_variance
from review.meta.likelihood import FitStatistics
from review.meta.permutation import permutation_test
from review.meta.profile import profile_interval, shrunken_effects
from review.meta.result import PooledEstimate
from review.meta.tau2 import METHODS
from review.meta.univariate import random_effects
from tests.reference.comparing import Producer

TESTS = {"REML": ("z", "knha", "t", "adhoc")}
PREDICTION = {"default": "metafor", "riley": "k-2"}


def fits(data: Mapping[str, Any], node: str) -> Any:
    return {method: by_one_method(data, method) for method in METHODS}


def by_one_method(data: Mapping[str, Any], method: Any) -> dict[str, Any]:
    y, v = data["yi"], data["vi"]
    told: dict[str, Any] = {}
    for test in TESTS.get(method, ("z", "knha")):
        by_rule: dict[str, PooledEstimate] = {
            key: random_effects(y, v, method=method, test=test, prediction=rule)  # type: ignore[arg-type]
            for key, rule in PREDICTION.items()
        }
        told[test] = pooled(by_rule["riley"]) | {"prediction": {k: predicted(f) for k, f in by_rule.items()}}
    last = by_rule["riley"]
    return told | {
        "weights_pct": last.weights,
        "ci_qprofile": heterogeneity(last),
        "tau2_default_tol": last.tau2,
    }


def pooled(found: PooledEstimate) -> dict[str, Any]:
    c, v = found.coefficients[0], np.array(found.vi)
    return {
        "k": found.k,
        "p": 1,
        "tau2": found.tau2,
        "se_tau2": found.se_tau2,
        "beta": [c.estimate],
        "se": [c.se],
        "stat": [c.statistic],
        "pval": [c.p],
        "ci_lb": [c.ci_low],
        "ci_ub": [c.ci_high],
        "vb": [[c.se**2]],
        "QE": found.Q,
        "QE_df": found.Q_df,
        "QEp": found.Q_p,
        "I2": found.I2,
        "H2": found.H2,
        "vt": typical_variance(v),
        "test": found.test,
        "ddf": [c.df],
        **likelihood(found.fit),
    }


def likelihood(s: FitStatistics | None) -> dict[str, Any]:
    assert s is not None
    return {
        "logLik_ML": s.log_likelihood_ml,
        "logLik_REML": s.log_likelihood_reml,
        "AIC_ML": s.aic_ml,
        "AIC_REML": s.aic_reml,
        "BIC_ML": s.bic_ml,
        "BIC_REML": s.bic_reml,
        "AICc_ML": s.aicc_ml,
        "AICc_REML": s.aicc_reml,
    }


def predicted(found: PooledEstimate) -> dict[str, Any]:
    c, interval = found.coefficients[0], found.prediction_interval
    mean = {"pred": c.estimate, "se": c.se, "ci_lb": c.ci_low, "ci_ub": c.ci_high}
    return mean if interval is None else mean | {"pi_lb": interval.low, "pi_ub": interval.high}


def heterogeneity(found: Any) -> dict[str, Any]:
    """Return estimate and limits of a fit, pooled or regressed, as the reference's `confint` does."""
    if found.tau2_ci is None:
        return {}
    tau2 = (found.tau2, *found.tau2_ci)
    return {
        "tau2": tau2,
        "tau": [math.sqrt(x) for x in tau2],
        "I2": (found.I2, *found.I2_ci),
        "H2": (found.H2, *found.H2_ci),
    }


def profile_likelihood(data: Mapping[str, Any], node: str) -> Any:
    found = random_effects(data["yi"], data["vi"], method="REML")
    return {"tau2": (found.tau2, *profile_interval(found))}


def best_predictions(data: Mapping[str, Any], node: str) -> Any:
    found = shrunken_effects(random_effects(data["yi"], data["vi"], method="REML", test="z"))
    return {"pred": found.estimate, "se": found.se, "pi_lb": found.low, "pi_ub": found.high}


def sign_flips(data: Mapping[str, Any], node: str) -> Any:
    found = permutation_test(data["yi"], data["vi"])
    assert (found.exact, found.how, found.method, found.test) == (True, "signs", "REML", "knha")
    return {"pval": found.p, "n_perm": found.rearrangements}


PRODUCERS = {
    "univariate/fits": Producer(
        fits,
        rtol=1e-8,
        atol=1e-14,
        exceptions={"/PM*/tau2_default_tol": (0.0, 1.3e-4), "/*/tau2_default_tol": (0.0, 1e-5)},
        why="by default metafor stops at an absolute change of 1e-5 in tau2, for PM and PMM of 1.2e-4, however small tau2 is",
    ),
    "univariate/confint_REML_profile_likelihood": Producer(profile_likelihood, rtol=1e-8, atol=1e-12),
    "univariate/blup_REML": Producer(best_predictions, rtol=1e-8, atol=1e-14),
    "univariate/permutest_exact": Producer(sign_flips, rtol=0.0),
}
