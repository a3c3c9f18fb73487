"""Begg and Mazumdar's rank correlation test for funnel asymmetry."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import kendalltau

from review.meta.bias import words
from review.meta.bias.reading import few_warning, read_effects
from review.meta.bias.result import BiasResult
from review.meta.errors import InvalidInput
from review.meta.scaling import scale

Vector = NDArray[np.float64]
EXACT_UP_TO = 500
"""Above this number of rows, counting all orders takes longer than it tells."""


@dataclass(frozen=True, kw_only=True)
class RankTest(BiasResult):
    """A rank correlation of standardised effects with their variances.

    Parameters
    ----------
    tau
        Kendall's tau-b, −1 … 1: 0 in a symmetric funnel.
    p
        Two-sided p-value.
    exact
        Whether p counts all orders; else it is from the normal approximation with correction for ties.
    ties
        Whether effects or variances are tied.
    """

    tau: float
    p: float
    exact: bool
    ties: bool

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return words.rank_lines(self)

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        return words.rank_sentences(self)


def rank_test(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    exact: bool | None = None,
    labels: Sequence[object] | None = None,
) -> RankTest:
    """Test whether standardised effects and their variances are correlated by rank.

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    vi
        Sampling variances, shape (n,), > 0; missing, NaN and infinite values leave the row out.
    exact
        Whether to count all orders, which ties do not allow; None does so without ties, up to 500 rows.
    labels
        n labels that name the rows in messages; None numbers them from 1.

    Raises
    ------
    InvalidInput
        For fewer than 3 rows, equal variances, equal effects, or an exact p-value where there are ties.

    Notes
    -----
    Effects are taken about the pooled effect with weights 1 / vi and divided by the standard error of that difference,
    √(vi − 1 / Σw). Both are written as sums over the other rows: one row with nearly all weight then loses no digits.

    References
    ----------
    Begg and Mazumdar (1994), Biometrics 50, 1088–1101; Kendall (1938), Biometrika 30, 81–93.
    """
    rows = read_effects(yi, vi, labels, least=3, what="a rank test for funnel asymmetry")
    assert rows.vi is not None  # noqa: S101 - variances were given; for the type checker
    k = rows.yi.size
    if np.ptp(rows.vi) == 0:
        raise InvalidInput(f"all {k} variances are equal, so that asymmetry cannot show: report no rank test")
    if np.ptp(rows.yi) == 0:
        raise InvalidInput(f"all {k} effects are equal and have no order: report no rank test")
    scaled = scale(rows.yi, rows.vi, rows.labels)
    standardised = _standardised(scaled.y, scaled.v)
    ties = np.unique(standardised).size < k or np.unique(scaled.v).size < k
    if exact and ties:
        raise InvalidInput("an exact p-value needs effects and variances without ties: leave exact out")
    counted = k <= EXACT_UP_TO and not ties if exact is None else exact
    found = kendalltau(standardised, scaled.v, method="exact" if counted else "asymptotic")
    warnings = few_warning(k)
    if ties:
        warnings.append("ties among effects or variances: p is from the normal approximation, not exact")
    return RankTest(
        k=k,
        rows=rows.labels,
        warnings=tuple(warnings),
        excluded_rows=rows.excluded,
        tau=float(found.statistic),
        p=min(1.0, float(found.pvalue)),
        exact=counted,
        ties=ties,
    )


def _standardised(y: Vector, v: Vector) -> Vector:
    w = 1 / v
    share = w / w.sum()
    before = np.concatenate(([0.0], np.cumsum(share[:-1])))
    after = np.concatenate((np.cumsum(share[:0:-1])[::-1], [0.0]))
    mean = float(share @ y)
    # rows of one variance share one rounding: equal rows must stay equal, or ties would be broken at random
    _, first, same = np.unique(v, return_index=True, return_inverse=True)
    others = (before + after)[first][same]
    result: Vector = (y - mean) / np.sqrt(v * others)
    return result
