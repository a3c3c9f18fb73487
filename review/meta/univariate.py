"""The random-effects model for independent rows."""

import math
from collections.abc import Hashable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta import heterogeneity
from review.meta.errors import InvalidInput
from review.meta.inference import check_level, coefficient, critical_value, moved
from review.meta.likelihood import fit_statistics
from review.meta.result import Coefficient, PooledEstimate, PredictionInterval
from review.meta.robust import cluster_robust
from review.meta.rows import Rows, read_rows
from review.meta.scaling import Scaled, scale
from review.meta.tau2 import METHODS, Method, estimate_tau2

Test = Literal["knha", "adhoc", "t", "z"]
DfRule = Literal["k-2", "metafor"]

TESTS = ("knha", "adhoc", "t", "z")
DF_RULES = ("k-2", "metafor")
MODELS = {
    True: "random-effects model, yi ~ N(mu, vi + tau2)",
    False: "equal-effects model, yi ~ N(mu, vi)",
}


def random_effects(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: Method = "REML",
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
        Estimator of tau2: "REML", "ML", "DL", "HE", "HS", "HSk", "SJ", "EB", "PM" or "PMM" (see
        `review.meta.tau2`); "FE" takes all rows for estimates of one effect, tau2 = 0.
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
    if rows.yi.size == 1:
        return _single(rows, method, level)

    scaled = scale(rows.yi, rows.vi, rows.labels)
    y, v, unit = scaled.y, scaled.v, scaled.unit
    k, random = y.size, method != "FE"
    tau2, se_tau2 = estimate_tau2(method, y, v)
    pooled, warnings = _pool(scaled, tau2, test, level)
    q = heterogeneity.generalized_q(0.0, y, v)
    interval = None
    if random:
        interval = _prediction(pooled, tau2 * unit * unit, k, test, level, prediction)
        if interval is None:
            warnings.append(f"no prediction interval: its rule k − 2 leaves no degrees of freedom at k = {k}")
    share = _shares(scaled, tau2, q, level, warnings, random=random)
    robust, clusters = _robust(rows, scaled, tau2, level, warnings)
    weights = 1 / (v + tau2)
    return PooledEstimate(
        k=k,
        clusters=clusters,
        model=MODELS[random],
        method=method,
        test=test,
        level=level,
        coefficients=(pooled,),
        tau2=tau2 * unit * unit,
        se_tau2=None if se_tau2 is None else se_tau2 * unit * unit,
        Q=q,
        Q_df=k - 1,
        Q_p=heterogeneity.q_p_value(q, k - 1),
        fit=fit_statistics(tau2, y, v, None, unit=unit, estimated=random),
        prediction_interval=interval,
        weights=tuple((100 * weights / weights.sum()).tolist()),
        robust=robust,
        warnings=tuple(warnings),
        excluded_rows=rows.excluded,
        rows=rows.labels,
        yi=tuple(rows.yi.tolist()),
        vi=tuple(rows.vi.tolist()),
        **share,
    )


def _shares(
    scaled: Scaled, tau2: float, q: float, level: float, warnings: list[str], *, random: bool
) -> dict[str, Any]:
    """Return I² and H², with the limits of tau2 and theirs where tau2 was estimated."""
    y, v, unit = scaled.y, scaled.v, scaled.unit
    if not random:  # what Q says beyond its expectation, as there is no tau2 to compare
        h2 = q / (y.size - 1)
        return {"I2": 100 * max(0.0, 1 - 1 / h2) if h2 > 0 else 0.0, "H2": h2}
    typical = heterogeneity.typical_variance(v)
    limits = heterogeneity.q_profile(y, v, level)
    if limits[1] == 0:
        warnings.append(
            "the effects differ less than chance alone would make them: both limits of τ² are set to 0"
        )
    low, high = limits
    return {
        "tau2_ci": (low * unit * unit, high * unit * unit),
        "I2": heterogeneity.i2_percent(tau2, typical),
        "I2_ci": (heterogeneity.i2_percent(low, typical), heterogeneity.i2_percent(high, typical)),
        "H2": heterogeneity.h2_ratio(tau2, typical),
        "H2_ci": (heterogeneity.h2_ratio(low, typical), heterogeneity.h2_ratio(high, typical)),
    }


def _pool(scaled: Scaled, tau2: float, test: Test, level: float) -> tuple[Coefficient, list[str]]:
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
    rows: Rows, scaled: Scaled, tau2: float, level: float, warnings: list[str]
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


def _single(rows: Rows, method: Method, level: float) -> PooledEstimate:
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
        method=method,
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
