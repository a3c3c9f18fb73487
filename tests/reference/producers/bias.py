"""Small-study effects: regression and rank tests, PET-PEESE, trim and fill, fail-safe N, excess significance, Henmi–Copas."""

from collections.abc import Mapping
from typing import Any

from review.meta.bias.egger import egger
from review.meta.bias.failsafe import fail_safe_n
from review.meta.bias.henmi_copas import henmi_copas
from review.meta.bias.pet_peese import pet_peese
from review.meta.bias.ranktest import rank_test
from review.meta.bias.regtest import regression_test
from review.meta.bias.tes import excess_significance
from review.meta.bias.trim_and_fill import trim_and_fill
from review.meta.errors import InvalidInput
from tests.reference.comparing import Producer

Data = Mapping[str, Any]
SIZES = {
    "bcg": ("tpos", "tneg", "cpos", "cneg"),
    "two groups": ("n1i", "n2i"),
    "one group": ("ni",),
}
"""The columns that make up the sample size."""


def _sizes(data: Data) -> list[float]:
    inputs = data["inputs"]
    columns = next(names for names in SIZES.values() if all(name in inputs for name in names))
    return [sum(parts) for parts in zip(*(inputs[name] for name in columns), strict=True)]


def _regression(data: Data, node: str) -> dict[str, Any]:
    del node
    yi, vi = data["yi"], data["vi"]
    found = {}
    for key in data["univariate"]["regtest"]:
        fit, predictor = key.rsplit("_", 1)
        if fit == "lm":
            r = regression_test(yi, vi, ni=_sizes(data), model="lm", predictor=predictor)
        else:
            method = fit.split("_")[1]
            test = "knha" if fit.endswith("knha") else "z"
            r = regression_test(yi, vi, ni=_sizes(data), predictor=predictor, method=method, test=test)  # type: ignore[arg-type]
        found[key] = {
            "stat": r.slope.statistic,
            "pval": r.slope.p,
            "ddf": r.slope.df,
            "limit_est": None if r.limit is None else r.limit.estimate,
            "limit_ci_lb": None if r.limit is None else r.limit.ci_low,
            "limit_ci_ub": None if r.limit is None else r.limit.ci_high,
            "slope": r.slope.estimate,
        }
    return found


def _egger(data: Data, node: str) -> dict[str, Any]:
    del node
    r = egger(data["yi"], data["vi"])
    return {"intercept": r.intercept, "se": r.se, "t": r.t, "p": r.p, "df": r.df}


def _pet_peese(data: Data, node: str) -> dict[str, Any]:
    del node
    r = pet_peese(data["yi"], data["vi"])
    return {
        "pet_est": r.pet.estimate,
        "pet_se": r.pet.se,
        "pet_p": r.pet.p,
        "pet_slope": r.pet_slope.estimate,
        "pet_slope_p": r.pet_slope.p,
        "peese_est": r.peese.estimate,
        "peese_se": r.peese.se,
        "peese_p": r.peese.p,
    }


def _rank(data: Data, node: str) -> dict[str, Any]:
    del node
    r = rank_test(data["yi"], data["vi"])
    return {"tau": r.tau, "pval": r.p}


def _trim_and_fill(data: Data, node: str) -> dict[str, Any]:
    del node
    found: dict[str, Any] = {}
    for key in data["univariate"]["trimfill"]:
        method, estimator, side = key.split("_")
        try:
            r = trim_and_fill(data["yi"], data["vi"], estimator=estimator, side=side, method=method, test="z")
        except InvalidInput:  # where the reference fails too
            found[key] = {}
            continue
        found[key] = {
            "side": r.side,
            "k0": r.k0,
            "se_k0": r.se_k0,
            "p_k0": r.p_k0,
            "k_total": r.k_total,
            "beta": r.estimate,
            "se": r.se,
            "ci_lb": r.ci[0],
            "ci_ub": r.ci[1],
            "tau2": r.tau2,
            "filled_yi": r.filled_yi,
            "filled_vi": r.filled_vi,
        }
    return found


def _fail_safe(data: Data, node: str) -> dict[str, Any]:
    del node
    first = fail_safe_n(data["yi"], data["vi"], kind="Rosenthal")
    second = fail_safe_n(data["yi"], data["vi"], kind="Rosenberg")
    return {
        "rosenthal": {"fsnum": first.n, "pval": first.p},
        "rosenberg": {"fsnum": second.n, "pval": second.p, "meanes": second.mean},
    }


def _excess(data: Data, node: str) -> dict[str, Any]:
    del node
    r = excess_significance(data["yi"], data["vi"])
    return {"O": r.observed, "E": r.expected, "X2": r.statistic, "pval": r.p, "theta": r.theta}


def _henmi_copas(data: Data, node: str) -> dict[str, Any]:
    del node
    r = henmi_copas(data["yi"], data["vi"])
    return {"beta": r.estimate, "se": r.se, "ci_lb": r.ci_low, "ci_ub": r.ci_high}


PRODUCERS = {
    "univariate/regtest": Producer(
        _regression,
        1e-10,
        0.0,
        {"/rma_REML*": (1e-8, 0.0)},
        "closed forms but for the iterative tau2 of REML",
    ),
    "univariate/egger_classic": Producer(_egger, 1e-12),
    "univariate/pet_peese": Producer(_pet_peese, 1e-12),
    "univariate/ranktest": Producer(_rank, 1e-12),
    "univariate/trimfill": Producer(
        _trim_and_fill,
        1e-12,
        0.0,
        {"/REML*": (1e-4, 1e-8)},
        "the reference refits REML with its default stopping rule (1e-5 on tau2), whatever rule it was given; "
        "refitted to the filled data with a tight one it agrees to 1e-10",
    ),
    "univariate/fsn": Producer(_fail_safe, 1e-12),
    "univariate/tes": Producer(_excess, 1e-12),
    "univariate/hc_henmi_copas": Producer(
        _henmi_copas,
        1e-12,
        0.0,
        {"/ci_*": (1e-4, 1e-4)},
        "the reference solved for its limits to 1.2e-4 (uniroot's default)",
    ),
}
