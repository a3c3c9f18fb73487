"""The reference's names for what leaving rows out, adding them up and taking subsets give."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from review.meta.result import PooledEstimate
from review.meta.sensitivity.baujat import baujat
from review.meta.sensitivity.cumulative import cumulative
from review.meta.sensitivity.gosh import gosh
from review.meta.sensitivity.influence import influence
from review.meta.sensitivity.leave_one_out import leave_one_out
from review.meta.sensitivity.refits import Refit
from review.meta.sensitivity.residuals import rstandard, rstudent
from review.meta.univariate import random_effects
from tests.reference.comparing import Producer

Data = Mapping[str, Any]
COLUMNS = {
    "estimate": "estimate",
    "se": "se",
    "zval": "statistic",
    "stat": "statistic",
    "pval": "p",
    "ci_lb": "ci_low",
    "ci_ub": "ci_high",
    "Q": "Q",
    "Qp": "Q_p",
    "I2": "I2",
    "H2": "H2",
    "tau2": "tau2",
}


def _pooled(data: Data, method: str, test: Any = "z") -> PooledEstimate:
    return random_effects(data["yi"], data["vi"], method=method, test=test)  # type: ignore[arg-type]


def _columns(refits: tuple[Refit, ...], method: str) -> dict[str, list[float]]:
    table = {name: [getattr(r, field) for r in refits] for name, field in COLUMNS.items()}
    return {**table, "tau2": []} if method == "FE" else table


def leave1out(data: Data, node: str) -> Any:
    found = {m: _columns(leave_one_out(_pooled(data, m)).refits, m) for m in ("FE", "DL", "REML")}
    found["REML_knha"] = _columns(leave_one_out(_pooled(data, "REML", "knha")).refits, "REML")
    return found


def cumul(data: Data, node: str) -> Any:
    by = data["inputs"][data["univariate"]["cumul"]["order_name"]]
    found = {}
    for method in ("FE", "DL", "REML"):
        result = cumulative(_pooled(data, method), by)
        found[method] = {
            "row_order": [i + 1 for i in result.order],
            **_columns(result.refits, method),
        }
    return found


def influential(data: Data, node: str) -> Any:
    names = ("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "QE_del", "hat", "weight", "is_infl")
    found = {}
    for method in ("DL", "REML"):
        result = influence(_pooled(data, method))
        found[method] = {name: getattr(result, name) for name in names}
        found[method]["dfbs"] = tuple(row[0] for row in result.dfbs)
    return found


def residuals(data: Data, node: str) -> Any:
    inside, outside = rstandard(_pooled(data, "REML")), rstudent(_pooled(data, "REML"))
    return {
        "rstandard_z": inside.z,
        "rstandard_se": inside.se,
        "rstudent_resid": outside.residual,
        "rstudent_se": outside.se,
        "rstudent_z": outside.z,
        "pearson_DL": rstandard(_pooled(data, "DL")).pearson,
    }


def baujat_points(data: Data, node: str) -> Any:
    points = baujat(_pooled(data, "FE"))
    return {"x": points.contribution, "y": points.influence}


def all_subsets(data: Data, node: str) -> Any:
    found = gosh(_pooled(data, "FE"))
    return {
        "n": found.n,
        "mean": float(np.mean(found.estimate)),
        "sd": float(np.std(found.estimate, ddof=1)),
        "quantiles": found.quantiles()["estimate"],
        "I2_mean": float(np.mean(found.I2)),
    }


ITERATIVE = {"/REML*": (1e-9, 1e-11), "*/Qp/*": (1e-11, 0.0)}

PRODUCERS = {
    "univariate/leave1out": Producer(leave1out, rtol=1e-12, atol=1e-300, exceptions=ITERATIVE),
    "univariate/cumul": Producer(cumul, rtol=1e-12, exceptions=ITERATIVE),
    "univariate/influence": Producer(
        influential,
        rtol=2e-11,
        atol=1e-15,
        exceptions=ITERATIVE,
        why="differences of means that are nearly equal",
    ),
    "univariate/residuals": Producer(
        residuals, rtol=1e-9, atol=1e-11, exceptions={"/pearson_DL*": (1e-12, 0.0)}, why="REML"
    ),
    "univariate/baujat": Producer(
        baujat_points, rtol=1e-9, atol=1e-15, why="squares of differences of means that are nearly equal"
    ),
    "univariate/gosh_FE_all_subsets": Producer(all_subsets, rtol=1e-12),
}
