"""Egger's regression test for funnel asymmetry as it was first described."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from review.meta.bias import words
from review.meta.bias.regtest import regression_test
from review.meta.bias.result import BiasResult
from review.meta.result import Coefficient


@dataclass(frozen=True, kw_only=True)
class EggerTest(BiasResult):
    """Egger's test as it was first described: the intercept of yi / se on 1 / se.

    Parameters
    ----------
    intercept
        Asymmetry, in standard errors: 0 in a symmetric funnel.
    se
        Its standard error.
    t
        Its statistic.
    df
        Degrees of freedom, k − 2.
    p
        Two-sided p-value.
    ci_low
        Lower confidence limit.
    ci_high
        Upper confidence limit.
    level
        Confidence level in percent.
    limit
        The slope, which is the effect of an endless sample.
    """

    intercept: float
    se: float
    t: float
    df: int
    p: float
    ci_low: float
    ci_high: float
    level: float
    limit: Coefficient

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return words.egger_lines(self)

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        return words.egger_sentences(self)


def egger(
    yi: ArrayLike, vi: ArrayLike, *, level: float = 95.0, labels: Sequence[object] | None = None
) -> EggerTest:
    """Return Egger's test: the least-squares regression of yi / se on 1 / se, and whether its intercept is 0.

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
        For fewer than 3 rows, equal variances, or what `regression_test` refuses.

    Notes
    -----
    Divided by se, the regression of yi on se with weights 1 / vi is the same regression with slope and intercept
    exchanged.

    References
    ----------
    Egger et al. (1997), BMJ 315, 629–634.
    """
    found = regression_test(yi, vi, model="lm", predictor="sei", level=level, labels=labels)
    assert found.limit is not None  # noqa: S101 - the standard error vanishes; for the type checker
    c = found.slope
    return EggerTest(
        k=found.k,
        rows=found.rows,
        warnings=found.warnings,
        excluded_rows=found.excluded_rows,
        intercept=c.estimate,
        se=c.se,
        t=c.statistic,
        df=found.k - 2,
        p=c.p,
        ci_low=c.ci_low,
        ci_high=c.ci_high,
        level=found.level,
        limit=found.limit,
    )
