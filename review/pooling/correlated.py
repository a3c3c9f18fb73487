"""The multilevel model of correlated and hierarchical effects, where enough study groups have variances."""

import math
from collections.abc import Sequence

from review.effects import Effect
from review.meta.errors import InvalidInput
from review.meta.multilevel.model import fit_multilevel
from review.pooling.analysis import FEWEST_GROUPS, Analysis, too_few

RHO = 0.6
"""The assumed correlation of sampling errors that Pustejovsky and Tipton (2022) use where nothing is known."""
RHO_GRID = (0.0, 0.2, 0.4, 0.6, 0.8)
MAIN_GROUPS = 5
"""The model is the main one only where as many groups have variances, and these are half of all: else it would leave
out more than it tells."""
MAIN_SHARE = 0.5

KNOWN = " with a known variance"


def correlated(effects: Sequence[Effect], rho: float = RHO, level: float = 95.0) -> Analysis:
    """Pool the effects that have a variance by the model of correlated and hierarchical effects, with CR2 by group.

    Parameters
    ----------
    effects
        Clean effects of one outcome.
    rho
        Correlation of the sampling errors of one study's effects, 0 ≤ rho < 1.
    level
        Confidence level in percent.

    Notes
    -----
    Random effects of studies and of effects within studies by REML; the CR2 standard errors are by study group, so that
    a wrong rho costs precision but not validity.

    References
    ----------
    Pustejovsky and Tipton (2022), Prevention Science 23, 425–438.
    """
    name = f"multilevel, rho {rho:g}"
    why = "correlated and hierarchical effects (REML, CR2 by study group) on the rows whose variance is known"
    known = [effect for effect in effects if effect.vi is not None]
    if few := too_few((effect.group for effect in known), having=KNOWN):
        return Analysis(name, why, None, few)
    try:
        result = fit_multilevel(
            [e.yi for e in known],
            [e.vi if e.vi is not None else math.nan for e in known],
            study=[e.source for e in known],
            rho=rho,
            level=level,
            labels=[e.comparison_id for e in known],
            cluster=[e.group for e in known],
        )
    except InvalidInput as error:
        return Analysis(name, why, None, str(error))
    if not result.robust:
        return Analysis(name, why, None, "the model leaves no cluster-robust interval")
    return Analysis(name, why, result, clustered=True)


def is_main(effects: Sequence[Effect], multilevel: Analysis) -> bool:
    """Return whether the multilevel model is the main one: enough groups have variances.

    Parameters
    ----------
    effects
        Clean effects of one outcome.
    multilevel
        The fit.
    """
    having = {effect.group for effect in effects if effect.vi is not None}
    share = len(having) / max(1, len({effect.group for effect in effects}))
    return multilevel.result is not None and len(having) >= MAIN_GROUPS and share >= MAIN_SHARE


def rho_grid(effects: Sequence[Effect], rho: float = RHO, level: float = 95.0) -> list[Analysis]:
    """Repeat the multilevel model under other correlations; nothing where no study gives several effects.

    Parameters
    ----------
    effects
        Clean effects of one outcome.
    rho
        The correlation of the main fit, which is not repeated.
    level
        Confidence level in percent.
    """
    known = [effect for effect in effects if effect.vi is not None]
    if len({e.group for e in known}) < FEWEST_GROUPS or len({e.source for e in known}) == len(known):
        return []
    return [correlated(effects, other, level) for other in RHO_GRID if other != rho]
