"""How many effects are missing on one side: the estimators L0, R0 and Q0, repeated until their number settles."""

import math

import numpy as np
from numpy.typing import NDArray

from review.meta.errors import InvalidInput
from review.meta.tau2 import Method, estimate_tau2

Vector = NDArray[np.float64]
TIE = 1e-12  # deviations that differ by less than this share of the largest are taken for equal


def settle(
    estimator: str, method: Method, y: Vector, v: Vector
) -> tuple[float, int, float, float | None, int]:
    """Return the estimate before and after rounding, the centre, the standard error and the rounds it took.

    Parameters
    ----------
    estimator
        "L0", "R0" or "Q0".
    method
        Estimator of tau2.
    y
        Effects, shape (k,), ascending; those missing are thought to be small.
    v
        Their variances, shape (k,).

    Raises
    ------
    InvalidInput
        When all rows would be trimmed, Q0 is not defined, or the number does not settle.
    """
    k, k0, seen = y.size, 0, [0]
    while True:
        centre = _centre(method, y[: k - k0], v[: k - k0])
        ranks = _signed_ranks(y - centre)
        raw = _missing(estimator, ranks)
        following = max(0, round(raw))
        if following >= k:
            raise InvalidInput(
                f"{estimator} would trim all {k} rows: choose another estimator, or report no trim and fill"
            )
        if following == k0:
            return raw, k0, centre, _standard_error(estimator, raw, k), len(seen)
        if following in seen:
            raise InvalidInput(
                f"the number of missing effects swings between {k0} and {following} without end: "
                "choose another estimator or method"
            )
        k0 = following
        seen.append(k0)


def _centre(method: Method, y: Vector, v: Vector) -> float:
    tau2 = estimate_tau2(method, y, v).value if y.size > 1 else 0.0
    w = 1 / (v + tau2)
    return float(w @ y) / float(w.sum())


def _signed_ranks(deviations: Vector) -> Vector:
    size = np.abs(deviations)
    tolerance = TIE * float(size.max())
    order = np.argsort(size, kind="stable")
    # a run of sizes within the tolerance is one tie, ranked in the order of the effects
    group = np.concatenate(([0], np.cumsum(np.diff(size[order]) > tolerance)))
    ranks = np.empty(size.size)
    ranks[order[np.lexsort((order, group))]] = np.arange(1, size.size + 1)
    signed: Vector = ranks * np.where(size > tolerance, np.sign(deviations), 0.0)
    return signed


def _missing(estimator: str, signed: Vector) -> float:
    k, positive = signed.size, float(signed[signed > 0].sum())
    if estimator == "L0":
        return (4 * positive - k * (k + 1)) / (2 * k - 1)
    if estimator == "R0":
        # the run of largest ranks that are all positive, less 1; deviations of 0 have the smallest ranks
        return k - max(int((signed <= 0).sum()), float(-signed.min())) - 1
    inside = 2 * k * k - 4 * positive + 0.25
    if inside < 0:
        raise InvalidInput(
            f"Q0 is not defined where nearly all effects lie on one side ({k} rows): choose L0 or R0"
        )
    return k - 0.5 - math.sqrt(inside)


def _standard_error(estimator: str, raw: float, k: int) -> float | None:
    if estimator == "R0":
        return math.sqrt(2 * max(0.0, raw) + 2)
    variance = (
        k * (k + 1) * (2 * k + 1)
        + 10 * raw**3
        + 27 * raw**2
        + 17 * raw
        - 18 * k * raw**2
        - 18 * k * raw
        + 6 * k**2 * raw
    ) / 24
    if variance < 0:
        return None
    if estimator == "L0":
        return 4 * math.sqrt(variance) / (2 * k - 1)
    return 2 * math.sqrt(variance) / math.sqrt((k - 0.5) ** 2 - raw * (2 * k - raw - 1))
