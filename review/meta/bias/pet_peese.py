"""The effect of an endless sample: PET, PEESE, and the rule that chooses between them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from numpy.typing import ArrayLike

from review.meta.bias import words
from review.meta.bias.reading import one_of, probability
from review.meta.bias.regtest import regression_test
from review.meta.bias.result import BiasResult
from review.meta.result import Coefficient

Alternative = Literal["two-sided", "greater", "less"]
ALTERNATIVES = ("two-sided", "greater", "less")


@dataclass(frozen=True, kw_only=True)
class PetPeese(BiasResult):
    """Effects corrected for their dependence on precision.

    Parameters
    ----------
    pet
        Precision-effect test: the effect at a standard error of 0, linear in the standard error.
    pet_slope
        Its change per unit of the standard error.
    peese
        Precision-effect estimate with standard error: the same, linear in the variance.
    peese_slope
        Its change per unit of the variance.
    chosen
        "PET" or "PEESE".
    rule
        The rule of the choice, in words.
    pet_p
        The p-value that the rule looked at.
    estimate
        The chosen one.
    alpha
        Significance level of the rule.
    level
        Confidence level in percent.
    """

    pet: Coefficient
    pet_slope: Coefficient
    peese: Coefficient
    peese_slope: Coefficient
    chosen: str
    rule: str
    pet_p: float
    estimate: Coefficient
    alpha: float
    level: float

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return words.pet_peese_lines(self)

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        return words.pet_peese_sentences(self)


def pet_peese(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
    level: float = 95.0,
    labels: Sequence[object] | None = None,
) -> PetPeese:
    """Estimate the effect of an endless sample by PET and PEESE, and choose one.

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    vi
        Sampling variances, shape (n,), > 0; missing, NaN and infinite values leave the row out.
    alpha
        Significance level of the rule, 0 … 1.
    alternative
        Its test of PET against 0: "two-sided", "greater" or "less".
    level
        Confidence level in percent.
    labels
        n labels that name the rows in messages; None numbers them from 1.

    Raises
    ------
    InvalidInput
        For fewer than 3 rows, equal variances, or unknown options.

    Notes
    -----
    PEESE is taken where PET differs from 0 at alpha, else PET: with no effect the dependence on the standard error is
    linear, with an effect it is closer to quadratic. Both are weighted least squares with weights 1 / vi.

    References
    ----------
    Stanley and Doucouliagos (2014), Research Synthesis Methods 5, 60–78.
    """
    one_of({"alternative": (alternative, ALTERNATIVES)})
    probability("alpha", alpha)
    first = regression_test(yi, vi, model="lm", predictor="sei", level=level, labels=labels)
    second = regression_test(yi, vi, model="lm", predictor="vi", level=level, labels=labels)
    assert first.limit is not None  # noqa: S101 - the standard error vanishes; for the type checker
    assert second.limit is not None  # noqa: S101 - the variance vanishes; for the type checker
    pet, peese = replace(first.limit, term="PET"), replace(second.limit, term="PEESE")
    p = _p_value(pet, alternative)
    warnings = list(first.warnings)
    if math.isnan(p):
        warnings.append("PET cannot be tested, so that the rule of choice falls back on it")
    chosen = peese if p < alpha else pet
    return PetPeese(
        k=first.k,
        rows=first.rows,
        warnings=tuple(warnings),
        excluded_rows=first.excluded_rows,
        pet=pet,
        pet_slope=first.slope,
        peese=peese,
        peese_slope=second.slope,
        chosen=chosen.term,
        rule=f"PEESE where PET differs from 0 ({alternative} p < {alpha:g}), else PET",
        pet_p=p,
        estimate=chosen,
        alpha=alpha,
        level=first.level,
    )


def _p_value(pet: Coefficient, alternative: str) -> float:
    if alternative == "two-sided":
        return pet.p
    agrees = pet.statistic > 0 if alternative == "greater" else pet.statistic < 0
    return pet.p / 2 if agrees else 1 - pet.p / 2
