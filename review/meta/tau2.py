"""The between-row variance by eleven estimators."""

import math
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from review.meta.heterogeneity import (
    generalized_q,
    projection_squared_trace,
    projection_trace,
    tau2_where_q_is,
    whitened,
)
from review.meta.reml import reml_tau2

Vector = NDArray[np.float64]
Method = Literal["REML", "ML", "DL", "HE", "HS", "HSk", "SJ", "EB", "PM", "PMM", "FE"]
METHODS: tuple[str, ...] = get_args(Method)

NAMES = {
    "REML": "restricted maximum likelihood (Viechtbauer 2005)",
    "ML": "maximum likelihood (Hardy and Thompson 1996)",
    "DL": "method of moments (DerSimonian and Laird 1986)",
    "HE": "unweighted method of moments (Hedges and Olkin 1985)",
    "HS": "Hunter–Schmidt (Hunter and Schmidt 1990)",
    "HSk": "Hunter–Schmidt with small-sample correction (Brannick et al. 2019)",
    "SJ": "Sidik–Jonkman (Sidik and Jonkman 2005)",
    "EB": "empirical Bayes (Morris 1983)",
    "PM": "Paule–Mandel (Paule and Mandel 1982)",
    "PMM": "median-unbiased Paule–Mandel (Viechtbauer 2021)",
    "FE": "no heterogeneity: equal effects, weights 1 / vi",
}


class Tau2(NamedTuple):
    """An estimate of tau2 and its standard error, None where tau2 is 0 by assumption or rounding leaves none."""

    value: float
    se: float | None


def estimate_tau2(method: Method, y: Vector, v: Vector, basis: Vector | None = None) -> Tau2:
    """Estimate tau2 in the model y_i ~ N(x_i'beta, v_i + tau2), never below 0.

    Parameters
    ----------
    method
        "REML", "ML", "DL", "HE", "HS", "HSk", "SJ", "EB", "PM", "PMM" or "FE" (tau2 = 0 by assumption).
    y
        Effects, shape (k,), k > p, best centred near their mean.
    v
        Sampling variances in squared units of y, shape (k,), > 0.
    basis
        Orthonormal basis of the design, shape (k, p); None for the mean alone.

    Notes
    -----
    EB solves the same equation as PM, Q(tau2) = k − p; PMM puts the median of χ²(k − p) in the place of its mean.
    Standard errors are those of metafor: from the information (ML, REML), or from the variance of a quadratic form.

    References
    ----------
    Viechtbauer (2005), Journal of Educational and Behavioral Statistics 30, 261–293; Veroniki et al. (2016), Research
    Synthesis Methods 7, 55–79; PMM: Viechtbauer (2021), Median-unbiased estimators for the amount of heterogeneity in
    meta-analysis, European Congress of Methodology, Valencia.
    """
    if method == "FE":
        return Tau2(0.0, None)
    if method in {"REML", "ML"}:
        value = reml_tau2(y, v, basis, restricted=method == "REML")
        w = 1 / (v + value)
        information = projection_squared_trace(w, basis) if method == "REML" else float((w * w).sum())
        return Tau2(value, math.sqrt(2 / information) if information > 0 else None)
    if method in {"EB", "PM", "PMM"}:
        return _estimating_equation(method, y, v, basis)
    return {"HE": _hedges, "SJ": _sidik_jonkman}.get(method, _weighted_moments)(method, y, v, basis)


def _estimating_equation(method: str, y: Vector, v: Vector, basis: Vector | None) -> Tau2:
    k = y.size
    df = k - (1 if basis is None else basis.shape[1])
    target = float(chdtri(df, 0.5)) if method == "PMM" else float(df)
    value = tau2_where_q_is(target, y, v, basis)
    return Tau2(value, math.sqrt(2 / df) * k / float((1 / (v + value)).sum()))


def _weighted_moments(method: str, y: Vector, v: Vector, basis: Vector | None) -> Tau2:
    """DL, HS and HSk: from Cochran's Q."""
    k, w = y.size, 1 / v
    df = k - (1 if basis is None else basis.shape[1])
    q, trace, total = generalized_q(0.0, y, v, basis), projection_trace(w, basis), float(w.sum())
    raw, scale = {
        "DL": ((q - df) / trace, 1 / trace),
        "HS": ((q - k) / total, 1 / total),
        "HSk": ((q * k / df - k) / total, k / df / total),
    }[method]
    value = max(0.0, raw)
    squared = projection_squared_trace(w, basis)
    return Tau2(value, scale * math.sqrt(2 * df + 4 * value * trace + 2 * value**2 * squared))


def _hedges(method: str, y: Vector, v: Vector, basis: Vector | None) -> Tau2:
    del method
    k = y.size
    q = np.full((k, 1), 1 / np.sqrt(k)) if basis is None else basis
    df = k - q.shape[1]
    residual = y - q @ (q.T @ y)
    free = 1 - (q * q).sum(axis=1)
    trace = float(v @ free)  # tr PV
    value = max(0.0, (float(residual @ residual) - trace) / df)
    inner = q.T @ (v[:, None] * q)
    squared = float((v * v) @ (2 * free - 1)) + float((inner * inner).sum())  # tr PVPV
    return Tau2(value, math.sqrt(2 * squared + 4 * value * trace + 2 * value**2 * df) / df)


def _sidik_jonkman(method: str, y: Vector, v: Vector, basis: Vector | None) -> Tau2:
    del method
    k = y.size
    rough = float(
        ((y - y.mean()) ** 2).mean()
    )  # of the effects, not of the residuals, as its authors have it
    if rough == 0:
        return Tau2(0.0, 0.0)
    q = np.full((k, 1), 1 / np.sqrt(k)) if basis is None else basis
    df, w = k - q.shape[1], 1 / (v + rough)
    e, h, _ = whitened(w, y, q)
    value = rough * float(e @ e) / df
    # P = √W (I − HH') √W; traces of PVPV, PVP and PP, with V = diag(v)
    free = 1 - (h * h).sum(axis=1)
    a = w * v

    def trace(first: Vector, second: Vector) -> float:
        left, right = h.T @ (first[:, None] * h), h.T @ (second[:, None] * h)
        return float((first * second) @ (2 * free - 1)) + float((left * right).sum())

    noise = 2 * trace(a, a) + 4 * value * trace(a, w) + 2 * value**2 * trace(w, w)
    return Tau2(value, rough / df * math.sqrt(noise))
