"""Log ratios of two numbers as printed: sizes, latencies, energy."""

import numpy as np
from numpy.typing import ArrayLike

from review.meta.escalc.formula import measure
from review.meta.escalc.result import EffectSizes
from review.meta.escalc.table import Labels, Table

NONE_REPORTED = "no sampling variance is reported; yi alone can be used, on the route without variances"


@measure(
    """quantized, baseline
    The two numbers in one unit, shape (n,); rows where one is not above 0 are left out.
variance, baseline_variance
    Sampling variances of their logarithms (for a mean of repeats sd² / (n mean²)), shape (n,), ≥ 0; None where
    none are reported. No variance is invented.
inverse
    Whether the unit counts the inverse of what is asked for, as images per second do of time; the sign turns.""",
    refuses="a negative variance",
)
def log_ratio(
    quantized: ArrayLike,
    baseline: ArrayLike,
    *,
    variance: ArrayLike | None = None,
    baseline_variance: ArrayLike | None = None,
    inverse: bool = False,
    labels: Labels = None,
) -> EffectSizes:
    """Return log ratios ln(quantized / baseline).

    References
    ----------
    Hedges, Gurevitch and Curtis (1999), Ecology 80, 1150–1156.
    """
    t = Table({"quantized": quantized, "baseline": baseline}, labels)
    for name in ("quantized", "baseline"):
        t.leave_out(t[name] <= 0, f"{name} is not above 0, so the ratio has no logarithm")
    yi = np.log(t["quantized"] / t["baseline"])
    vi = np.full(t.n, np.nan)
    if variance is not None or baseline_variance is not None:
        parts = {
            name: 0.0 if given is None else given
            for name, given in (("variance", variance), ("baseline_variance", baseline_variance))
        }
        read = Table({**parts, "row": np.zeros(t.n)}, t.rows)
        read.at_least(0, *parts)
        vi = read["variance"] + read["baseline_variance"]
    return t.effects(
        "LR", "log ratio, quantized over baseline", -yi if inverse else yi, vi, no_variance=NONE_REPORTED
    )
