"""Do small studies tell larger changes: Egger's regression with cluster-robust inference, where it can say anything."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from review.effects import Effect
from review.meta.errors import InvalidInput
from review.meta.regression import meta_regression
from review.meta.result import Coefficient
from review.pooling.analysis import too_few

FEWEST_EFFECTS = 10
"""With fewer effects the test cannot tell asymmetry from chance (Sterne et al., BMJ 2011;343:d4002)."""
FEWEST_GROUPS_WITH_SE = 4
TERM = "standard error"


@dataclass(frozen=True)
class SmallStudies:
    """Egger's regression: the slope on the standard error, and how many effects have one; else why there is none."""

    effects: int
    groups: int
    slope: Coefficient | None
    warnings: tuple[str, ...]
    too_few: str | None = None


def small_study_test(effects: Sequence[Effect], level: float = 95.0) -> SmallStudies:
    """Regress effects on their standard errors, with CR2 standard errors by study group.

    Parameters
    ----------
    effects
        Clean effects of one outcome; those without a variance are not used.
    level
        Confidence level in percent.

    Notes
    -----
    A random-effects meta-regression (REML) on the standard error, whose test is robust to the dependence of effects of
    one group. A slope other than 0 says that small studies differ, be it by selective publication or otherwise.

    References
    ----------
    Egger et al. (1997), BMJ 315, 629–634; Rodgers and Pustejovsky (2021), Psychological Methods 26, 141–160.
    """
    known = [(e, math.sqrt(e.vi)) for e in effects if e.vi is not None]
    groups = [effect.group for effect, _ in known]
    few = too_few(groups, FEWEST_GROUPS_WITH_SE, " with a standard error")
    if len(known) < FEWEST_EFFECTS:
        few = f"{len(known)} effect(s) with a standard error, at least {FEWEST_EFFECTS} are needed"
    errors = [error for _, error in known]
    if few is None and max(errors) - min(errors) < 1e-9 * max(errors):
        few = "all standard errors are equal"
    counts = len(known), len(set(groups))
    if few is not None:
        return SmallStudies(*counts, None, (), few)
    try:
        fit = meta_regression(
            [effect.yi for effect, _ in known],
            [error**2 for error in errors],
            [[1.0, error] for error in errors],
            terms=("intercept", TERM),
            level=level,
            labels=[effect.comparison_id for effect, _ in known],
            cluster=groups,
        )
    except InvalidInput as refused:
        return SmallStudies(*counts, None, (), str(refused))
    slope = fit.robust[1]
    warnings = tuple(warning for warning in fit.warnings if f"of {TERM}" in warning)
    if not math.isfinite(slope.p):
        return SmallStudies(*counts, None, warnings, "one study group alone decides the slope")
    return SmallStudies(*counts, slope, warnings)
