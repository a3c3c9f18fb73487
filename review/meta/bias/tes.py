"""The test of excess significance, which compares findings with their power."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import chdtrc, ndtr, ndtri
from scipy.stats import binom, binomtest

from review.meta.bias import words
from review.meta.bias.reading import one_of, probability, read_effects
from review.meta.bias.result import BiasResult
from review.meta.errors import InvalidInput
from review.meta.scaling import scale

Vector = NDArray[np.float64]
Alternative = Literal["two-sided", "greater", "less"]
Counting = Literal["auto", "exact", "chi2", "binom"]
ALTERNATIVES = ("two-sided", "greater", "less")
COUNTINGS = ("auto", "exact", "chi2", "binom")
MANY = 1_000_000
"""Up to this many sets of significant findings metafor counts exactly, and so does "auto"."""


@dataclass(frozen=True, kw_only=True)
class ExcessSignificance(BiasResult):
    """Observed and expected numbers of significant findings.

    Parameters
    ----------
    observed
        Number of significant findings.
    expected
        The sum of their powers.
    ratio
        observed / expected.
    test
        "exact" (sum of unequal chances, Poisson binomial), "chi2" or "binom".
    excess
        What the test looks for: "greater" (an excess), "less" or "two-sided".
    statistic
        χ² with 1 df; None for the other tests.
    p
        p-value.
    theta
        True effect that the powers rest on.
    theta_rule
        "given", or where it comes from.
    tau2
        Between-row variance that they rest on.
    null
        Effect under the hypothesis that each finding tested.
    alternative
        Sides of these tests.
    alpha
        Their significance level.
    power
        Power of each row.
    significant
        Whether each row is significant.
    theta_limit
        The true effect, nearest to the null, at which p is limit_alpha; None where there is none.
    limit_alpha
        p-value that defines it.
    """

    observed: int
    expected: float
    ratio: float
    test: str
    excess: str
    statistic: float | None
    p: float
    theta: float
    theta_rule: str
    tau2: float
    null: float
    alternative: str
    alpha: float
    power: tuple[float, ...]
    significant: tuple[bool, ...]
    theta_limit: float | None
    limit_alpha: float

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return words.excess_lines(self)

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        return words.excess_sentences(self)


@dataclass(frozen=True, eq=False)
class _Findings:
    """Tests at |y| / √v against c, in scaled units about the null."""

    root: Vector  # √v
    spread: Vector  # √(v + tau2)
    beyond: float  # c
    alternative: str
    observed: int

    def power(self, shift: float) -> tuple[Vector, Vector]:
        """Return the chance of a significant finding and of another, at a true effect shifted from the null."""
        edge = self.beyond * self.root
        upper, lower = (shift - edge) / self.spread, (-shift - edge) / self.spread
        if self.alternative == "greater":
            return ndtr(upper), ndtr(-upper)
        if self.alternative == "less":
            return ndtr(lower), ndtr(-lower)
        far = abs(shift)
        tail = ndtr((-far - edge) / self.spread)
        return ndtr((far - edge) / self.spread) + tail, ndtr((edge - far) / self.spread) - tail


def excess_significance(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    theta: float | None = None,
    tau2: float = 0.0,
    null: float = 0.0,
    alternative: Alternative = "two-sided",
    alpha: float = 0.05,
    test: Counting = "auto",
    excess: Alternative = "greater",
    limit_alpha: float = 0.10,
    labels: Sequence[object] | None = None,
) -> ExcessSignificance:
    """Compare how many findings are significant with how many would be, given their power.

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    vi
        Sampling variances, shape (n,), > 0; missing, NaN and infinite values leave the row out.
    theta
        True effect for the powers; None takes the mean with weights 1 / (vi + tau2).
    tau2
        Between-row variance for the powers, ≥ 0.
    null
        Effect under the null hypothesis of each finding.
    alternative
        Sides of the test of each finding: "two-sided", "greater" or "less".
    alpha
        Its significance level.
    test
        "exact", "chi2", "binom", or "auto": exact while no more than a million sets of findings are summed by
        enumeration, else chi2, which is metafor's rule; our exact test is a convolution and has no such limit.
    excess
        "greater" (more findings than expected), "less" or "two-sided".
    limit_alpha
        p-value for the limit estimate of theta ("greater" and "less" only).
    labels
        n labels that name the rows in messages; None numbers them from 1.

    Raises
    ------
    InvalidInput
        For unknown options, a negative tau2, or no row left.

    Notes
    -----
    With tau2 the expected power of a row has a closed form, as yi is then normal with variance vi + tau2. It is a test
    of whether findings agree with their power, of which selective publication is one explanation.

    References
    ----------
    Ioannidis and Trikalinos (2007), Clinical Trials 4, 245–253; exact test: Francis (2013), Journal of Mathematical
    Psychology 57, 153–169.
    """
    one_of(
        {
            "alternative": (alternative, ALTERNATIVES),
            "test": (test, COUNTINGS),
            "excess": (excess, ALTERNATIVES),
        }
    )
    probability("alpha", alpha)
    probability("limit_alpha", limit_alpha)
    for name, value in (("theta", theta), ("tau2", tau2), ("null", null)):
        if value is not None and not math.isfinite(value):
            raise InvalidInput(f"{name} = {value:g} is not a finite number: give one")
    if tau2 < 0:
        raise InvalidInput(f"tau2 = {tau2:g} is negative: a variance is 0 or more")
    rows = read_effects(yi, vi, labels, least=1, what="the test of excess significance")
    assert rows.vi is not None  # noqa: S101 - variances were given; for the type checker
    k = rows.yi.size
    scaled = scale(rows.yi - null, rows.vi, rows.labels, centred=False)
    between = tau2 / scaled.unit / scaled.unit
    w, root = 1 / (scaled.v + between), np.sqrt(scaled.v)
    shift = float(w @ scaled.y) / float(w.sum()) if theta is None else (theta - null) / scaled.unit
    beyond = -float(ndtri(alpha / 2 if alternative == "two-sided" else alpha))
    z = {"two-sided": np.abs(scaled.y), "greater": scaled.y, "less": -scaled.y}[alternative] / root
    significant = z >= beyond
    findings = _Findings(root, np.sqrt(scaled.v + between), beyond, alternative, int(significant.sum()))
    counting = _counting(k, findings.observed, excess) if test == "auto" else test
    power, other = findings.power(shift)
    p, statistic = _compare(findings.observed, power, other, counting, excess)
    expected = float(power.sum())
    limit = _limit(findings, shift, counting, excess, limit_alpha)
    return ExcessSignificance(
        k=k,
        rows=rows.labels,
        warnings=(),
        excluded_rows=rows.excluded,
        observed=findings.observed,
        expected=expected,
        ratio=findings.observed / expected if expected else math.nan,
        test=counting,
        excess=excess,
        statistic=statistic,
        p=p,
        theta=null + scaled.unit * shift if theta is None else theta,
        theta_rule="mean with weights 1 / (vi + tau2)" if theta is None else "given",
        tau2=tau2,
        null=null,
        alternative=alternative,
        alpha=alpha,
        power=tuple(power.tolist()),
        significant=tuple(significant.tolist()),
        theta_limit=None if limit is None else null + scaled.unit * limit,
        limit_alpha=limit_alpha,
    )


def _counting(k: int, observed: int, excess: str) -> str:
    sizes = {
        "greater": range(observed, k + 1),
        "less": range(observed + 1),
        "two-sided": range(k + 1),
    }[excess]
    return "exact" if sum(math.comb(k, j) for j in sizes) <= MANY else "chi2"


def _compare(
    observed: int, power: Vector, other: Vector, counting: str, excess: str
) -> tuple[float, float | None]:
    k, expected = power.size, float(power.sum())
    if counting == "exact":
        return _exact(observed, power, excess), None
    if counting == "binom":
        chance = min(1.0, expected / k)
        if excess == "two-sided":
            return float(binomtest(observed, k, chance).pvalue), None
        tail = binom.sf(observed - 1, k, chance) if excess == "greater" else binom.cdf(observed, k, chance)
        return float(tail), None
    statistic = 0.0
    for part in (expected, float(other.sum())):
        gap = observed - expected
        statistic += 0.0 if gap == 0 else gap * gap / part if part > 0 else math.inf
    both = float(chdtrc(1, statistic)) if math.isfinite(statistic) else 0.0
    if excess == "two-sided":
        return both, statistic
    agrees = observed > expected if excess == "greater" else observed < expected
    return both / 2 if agrees else 1 - both / 2, statistic


def _exact(observed: int, power: Vector, excess: str) -> float:
    chances = np.ones(1)  # of 0, 1, 2 … significant findings
    for p in power.tolist():
        chances = np.concatenate((chances * (1 - p), [0.0])) + np.concatenate(([0.0], chances * p))
    if excess == "two-sided":  # all numbers that are no likelier than the observed one
        total = chances[chances <= chances[observed] * (1 + 1e-7)].sum()
    else:
        total = (chances[observed:] if excess == "greater" else chances[: observed + 1]).sum()
    return min(1.0, float(total))


def _limit(findings: _Findings, shift: float, counting: str, excess: str, limit_alpha: float) -> float | None:
    """Return the shift from the null at which p is limit_alpha, on the side of the effect."""
    if excess == "two-sided":
        return None
    if findings.alternative == "two-sided":
        side = -1.0 if shift < 0 else 1.0
    else:
        side = 1.0 if findings.alternative == "greater" else -1.0

    def above(far: float) -> float:
        return _compare(findings.observed, *findings.power(side * far), counting, excess)[0] - limit_alpha

    start = above(0.0)
    if start == 0 or (start > 0) == (excess == "greater"):
        return None
    high = float(findings.spread.max())
    for _ in range(60):
        if (above(high) > 0) != (start > 0):
            return side * float(brentq(above, 0.0, high, xtol=1e-14 * high, rtol=1e-13))
        high *= 2
    return None
