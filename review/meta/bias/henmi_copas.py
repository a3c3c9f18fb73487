"""Henmi and Copas's interval: fixed weights, which small studies bias less, with the heterogeneity in the errors."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import gammainc

from review.meta.bias import words
from review.meta.bias.reading import read_effects
from review.meta.bias.result import BiasResult
from review.meta.design import check_span
from review.meta.errors import InvalidInput
from review.meta.heterogeneity import projection_squared_trace, projection_trace
from review.meta.inference import check_level
from review.meta.scaling import scale
from review.meta.tau2 import estimate_tau2

Vector = NDArray[np.float64]
FAR = 40.0  # standard normal deviates beyond the lower limit of an integral


@dataclass(frozen=True, kw_only=True)
class HenmiCopas(BiasResult):
    """A pooled effect with weights 1 / vi, and an interval that allows for heterogeneity.

    Parameters
    ----------
    estimate
        In units of yi.
    se
        Its standard error.
    ci_low
        Lower confidence limit.
    ci_high
        Upper confidence limit.
    critical
        By what the standard error is multiplied in the interval.
    tau2
        Between-row variance (DerSimonian–Laird).
    level
        Confidence level in percent.
    """

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    critical: float
    tau2: float
    level: float

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return words.henmi_copas_lines(self)

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        return words.henmi_copas_sentences(self)


def henmi_copas(
    yi: ArrayLike, vi: ArrayLike, *, level: float = 95.0, labels: Sequence[object] | None = None
) -> HenmiCopas:
    """Pool effects with weights 1 / vi and give Henmi and Copas's confidence interval.

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    vi
        Sampling variances, shape (n,), > 0; missing, NaN and infinite values leave the row out.
    level
        Confidence level in percent.
    labels
        n labels that name the rows in messages; None numbers them from 1.

    Raises
    ------
    InvalidInput
        For fewer than 2 rows, or variances more than 12 orders of magnitude apart.

    Notes
    -----
    The interval inverts the distribution of R / √(1 + τ̂² W2), where R is the standardised error of the estimate and
    τ̂² follows from Cochran's Q. Given R, Q is taken for a gamma variable with its true mean and variance, at the τ²
    that was found; the probability is integrated over R. All moments are written in shares of the weight and of
    τ² Σw / (1 + τ² Σw), so that no heterogeneity is too large for them.

    References
    ----------
    Henmi and Copas (2010), Statistics in Medicine 29, 2969–2983.
    """
    level = check_level(level)
    rows = read_effects(yi, vi, labels, least=2, what="Henmi and Copas's interval")
    assert rows.vi is not None  # noqa: S101 - variances were given; for the type checker
    check_span(rows.vi, rows.labels)
    scaled = scale(rows.yi, rows.vi, rows.labels)
    total = float((1 / scaled.v).sum())
    share = 1 / scaled.v / total
    tau2 = estimate_tau2("DL", scaled.y, scaled.v).value
    between = tau2 * total
    estimate = scaled.centre + scaled.unit * float(share @ scaled.y)
    se = scaled.unit * math.sqrt((1 + between * float(share @ share)) / total)
    critical = _critical(_tail(share, between), (100 - level) / 200)
    return HenmiCopas(
        k=rows.yi.size,
        rows=rows.labels,
        warnings=(),
        excluded_rows=rows.excluded,
        estimate=estimate,
        se=se,
        ci_low=estimate - critical * se,
        ci_high=estimate + critical * se,
        critical=critical,
        tau2=tau2 * scaled.unit * scaled.unit,
        level=level,
    )


def _tail(p: Vector, between: float) -> Callable[[float], float]:
    """Return the probability that R / √(1 + τ̂² W2) exceeds a value, as a function of the value.

    With p the shares of the weight, T = τ² Σw and s = 1 / (1 + T), the mean of Q is kept times s and its variance times
    s²; a = T s lies in 0 … 1, and q = s (1 + T Σp²) is the scaled variance of R.
    """
    df = p.size - 1
    s = 1 / (1 + between)
    a = between * s
    second = float(p @ p)
    rest, squared = projection_trace(p), projection_squared_trace(p)  # 1 − Σp², and tr PP
    q = s + a * second
    d = float(p @ (p - second) ** 2)
    f = float((p * p) @ (p - second) ** 2)
    before = np.concatenate(([0.0], np.cumsum(p[:-1])))
    after = np.concatenate((np.cumsum(p[:0:-1])[::-1], [0.0]))
    g = float((p * p) @ (before + after))  # Σp²(1 − p)
    mean = df * s + a * (rest * s + a * g) / q
    mean_slope = a * a * d / q
    shared = a * a * d * s / q + a**3 * f / q
    square = (a * a * d / q) ** 2
    noise = 2 * df * s * s + 4 * a * s * rest + 2 * a * a * squared - 4 * shared + 2 * square
    noise = max(
        noise, 2 * mean**2 / df
    )  # which rounding may undercut, the inequality of Cauchy and Schwarz not
    noise_slope = max(0.0, 4 * (shared - square))

    def exceeds(t: float) -> float:
        def density(z: float) -> float:
            centre, spread = mean + mean_slope * z * z, noise + noise_slope * z * z
            limit = df * s + (z * z * q / (t * t) - s) * rest / second
            below = float(gammainc(centre * centre / spread, max(0.0, limit) * centre / spread))
            return below * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

        start = t * math.sqrt(s / q)
        near = quad(density, start, start + 4, epsabs=0, epsrel=1e-12, limit=200, full_output=1)[0]
        far = quad(density, start + 4, start + FAR, epsabs=0, epsrel=1e-10, limit=200, full_output=1)[0]
        return float(near) + float(far)

    return exceeds


def _critical(exceeds: Callable[[float], float], tail: float) -> float:
    low, high = 1.0, 2.0
    while exceeds(low) < tail:
        low /= 2
    while exceeds(high) > tail:
        low, high = high, 2 * high
        if high > 1e12:
            raise InvalidInput(
                "Henmi and Copas's interval has no finite limits at this level: choose a lower level"
            )
    return float(brentq(lambda t: exceeds(t) - tail, low, high, xtol=1e-13, rtol=1e-13))
