"""The random-effects model for independent rows."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta import heterogeneity
from review.meta.errors import InvalidInput
from review.meta.inference import check_level, coefficient, critical_value, moved
from review.meta.reml import reml_tau2
from review.meta.result import Coefficient, PooledEstimate, PredictionInterval
from review.meta.robust import cluster_robust
from review.meta.rows import Rows, read_rows

Vector = NDArray[np.float64]
Test = Literal["knha", "adhoc", "t", "z"]
DfRule = Literal["k-2", "metafor"]

METHODS = ("REML",)
TESTS = ("knha", "adhoc", "t", "z")
DF_RULES = ("k-2", "metafor")
WIDEST = 1e75  # cubes of weights and squares of effects must fit a double


@dataclass(frozen=True, eq=False)
class _Scaled:
    """Effects about the most precise one, in units of a typical standard error."""

    y: Vector
    v: Vector
    centre: float
    unit: float


def random_effects(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: Literal["REML"] = "REML",
    test: Test = "knha",
    level: float = 95.0,
    labels: Sequence[object] | None = None,
    cluster: Sequence[Hashable] | NDArray[np.generic] | None = None,
    prediction: DfRule = "k-2",
) -> PooledEstimate:
    """Pool effects under yi ~ N(mu, vi + tau2), tau2 estimated from the rows.

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    vi
        Sampling variances in squared units of yi, shape (n,), > 0; missing, NaN and infinite values leave the row
        out.
    method
        Estimator of tau2: "REML".
    test
        "knha" (Knapp–Hartung), "adhoc" (the same, never narrower than the usual standard error), "t" (usual
        standard error, k−1 df) or "z" (normal distribution).
    level
        Confidence level of all intervals, in percent.
    labels
        n labels that name the rows in messages; None numbers them from 1.
    cluster
        n cluster labels; `robust` then holds CR2 standard errors with Satterthwaite df.
    prediction
        Df of the prediction interval: "k-2" (Riley), or "metafor", whose default follows the test: k−1 df,
        or the normal distribution for "z".

    Raises
    ------
    InvalidInput
        For a variance of zero or less, unknown options, shapes that disagree, a row without a cluster, or
        no row left.

    Notes
    -----
    From one row tau2 cannot be told: the row is handed back with its own variance, no heterogeneity and no prediction
    interval. Effects are centred on the most precise row and divided by a typical standard error (a power of 2, so
    without rounding) before any sum is taken: results then do not depend on the units of the effects.

    References
    ----------
    Viechtbauer (2005), Journal of Educational and Behavioral Statistics 30, 261–293; Knapp and Hartung (2003),
    Statistics in Medicine 22, 2693–2710; Röver, Knapp and Friede (2015), BMC Medical Research Methodology 15, 99;
    Riley, Higgins and Deeks (2011), BMJ 342, d549.
    """
    for name, given, allowed in (
        ("method", method, METHODS),
        ("test", test, TESTS),
        ("prediction", prediction, DF_RULES),
    ):
        if given not in allowed:
            raise InvalidInput(f"{name} = {given!r} is unknown: choose one of {', '.join(allowed)}")
    level = check_level(level)
    rows = read_rows(yi, vi, labels=labels, cluster=cluster)
    assert rows.vi is not None  # noqa: S101 - variances were given; for the type checker
    scaled = _scale(rows)
    if rows.yi.size == 1:
        return _single(rows, level)

    y, v, unit = scaled.y, scaled.v, scaled.unit
    k = y.size
    tau2 = reml_tau2(y, v)
    pooled, warnings = _pool(scaled, tau2, test, level)
    limits = heterogeneity.q_profile(y, v, level)
    typical = heterogeneity.typical_variance(v)
    q = heterogeneity.generalized_q(0.0, y, v)
    if limits[1] == 0:
        warnings.append(
            "the effects differ less than chance alone would make them: both limits of τ² are set to 0"
        )
    interval = _prediction(pooled, tau2 * unit * unit, k, test, level, prediction)
    if interval is None:
        warnings.append(f"no prediction interval: its rule k − 2 leaves no degrees of freedom at k = {k}")
    robust, clusters = _robust(rows, scaled, tau2, level, warnings)
    weights = 1 / (v + tau2)
    return PooledEstimate(
        k=k,
        clusters=clusters,
        model="random-effects model, yi ~ N(mu, vi + tau2)",
        method=method,
        test=test,
        level=level,
        coefficients=(pooled,),
        tau2=tau2 * unit * unit,
        tau2_ci=(limits[0] * unit * unit, limits[1] * unit * unit),
        I2=heterogeneity.i2_percent(tau2, typical),
        I2_ci=(heterogeneity.i2_percent(limits[0], typical), heterogeneity.i2_percent(limits[1], typical)),
        H2=heterogeneity.h2_ratio(tau2, typical),
        H2_ci=(heterogeneity.h2_ratio(limits[0], typical), heterogeneity.h2_ratio(limits[1], typical)),
        Q=q,
        Q_df=k - 1,
        Q_p=heterogeneity.q_p_value(q, k - 1),
        prediction_interval=interval,
        weights=tuple((100 * weights / weights.sum()).tolist()),
        robust=robust,
        warnings=tuple(warnings),
        excluded_rows=rows.excluded,
        rows=rows.labels,
        yi=tuple(rows.yi.tolist()),
        vi=tuple(rows.vi.tolist()),
    )


def _scale(rows: Rows) -> _Scaled:
    assert rows.vi is not None  # noqa: S101 - variances were given; for the type checker
    unit = 2.0 ** round(math.log2(float(np.median(rows.vi))) / 2)
    centre = float(rows.yi[rows.vi.argmin()])
    with np.errstate(over="ignore", under="ignore"):
        y, v = (rows.yi - centre) / unit, rows.vi / unit / unit
    bad = ~((v > 1 / WIDEST) & (v < WIDEST) & (np.abs(y) < WIDEST))
    if bad.any():
        listed = ", ".join(str(rows.labels[i]) for i in np.flatnonzero(bad)[:10])
        raise InvalidInput(
            f"row {listed} lies more than 75 orders of magnitude away from the others: check the units of yi and vi"
        )
    return _Scaled(y, v, centre, unit)


def _pool(scaled: _Scaled, tau2: float, test: Test, level: float) -> tuple[Coefficient, list[str]]:
    y, df = scaled.y, scaled.y.size - 1
    w = 1 / (scaled.v + tau2)
    mean = float(w @ y) / float(w.sum())
    usual = 1 / math.sqrt(float(w.sum()))
    # Knapp–Hartung: the scatter that was found, over the scatter that the weights expect
    ratio = float(w @ (y - mean) ** 2) / df
    factor = {"knha": ratio, "adhoc": max(1.0, ratio), "t": 1.0, "z": 1.0}[test]
    pooled = coefficient(
        "intercept",
        scaled.centre + scaled.unit * mean,
        scaled.unit * usual * math.sqrt(factor),
        None if test == "z" else df,
        level,
    )
    if pooled.se == 0:
        return pooled, [
            (
                "all effects are equal, so the Knapp–Hartung standard error is 0 and says nothing about precision: "
                "use the test adhoc or z"
            )
        ]
    return pooled, []


def _prediction(
    pooled: Coefficient, tau2: float, k: int, test: Test, level: float, rule: DfRule
) -> PredictionInterval | None:
    name, df = ("k-2", k - 2) if rule == "k-2" else ("normal", None) if test == "z" else ("k-1", k - 1)
    if df == 0:
        return None
    half = critical_value(level, df) * math.hypot(math.sqrt(tau2), pooled.se)
    return PredictionInterval(pooled.estimate - half, pooled.estimate + half, name, df)


def _robust(
    rows: Rows, scaled: _Scaled, tau2: float, level: float, warnings: list[str]
) -> tuple[tuple[Coefficient, ...], int | None]:
    if rows.cluster is None:
        return (), None
    y = scaled.y
    fit = cluster_robust(
        np.ones((y.size, 1)), y, scaled.v + tau2, rows.cluster, terms=("intercept",), level=level
    )
    if fit.clusters < y.size:
        warnings.append(
            "τ², the prediction interval and the model's own test take rows of one cluster for independent: "
            "for inference on the mean use the robust results"
        )
    warnings.extend(fit.warnings)
    return tuple(moved(c, scaled.unit, scaled.centre, level) for c in fit.coefficients), fit.clusters


def _single(rows: Rows, level: float) -> PooledEstimate:
    assert rows.vi is not None  # noqa: S101 - variances were given; for the type checker
    only = coefficient("intercept", float(rows.yi[0]), math.sqrt(float(rows.vi[0])), None, level)
    warnings = [
        (
            "one row only (k = 1): nothing is pooled, its own variance gives the interval (normal distribution), and "
            "neither τ² nor a prediction interval can be estimated"
        )
    ]
    nan = math.nan
    robust: tuple[Coefficient, ...] = ()
    if rows.cluster is not None:
        robust = (coefficient("intercept", only.estimate, nan, None, level),)
        warnings.append("no cluster-robust standard error: at least 2 clusters are needed")
    return PooledEstimate(
        k=1,
        clusters=None if rows.cluster is None else 1,
        model="one row, not pooled",
        method="REML",
        test="z",
        level=level,
        coefficients=(only,),
        weights=(100.0,),
        robust=robust,
        warnings=tuple(warnings),
        excluded_rows=rows.excluded,
        rows=rows.labels,
        yi=tuple(rows.yi.tolist()),
        vi=tuple(rows.vi.tolist()),
    )
