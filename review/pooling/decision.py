"""Whether the pooled change stays within a margin, and how likely a new study group exceeds it."""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from db.vocabulary import Direction, Measure
from review.meta.decision_result import MarginDecision
from review.meta.decisions import decide
from review.meta.errors import InvalidInput
from review.meta.result import Coefficient, PredictionInterval

if TYPE_CHECKING:
    from review.pool import OutcomePool


@dataclass(frozen=True)
class _Main:
    """The main estimate with the interval of a new study group, which a pool without variances keeps apart."""

    coefficients: tuple[Coefficient, ...]
    level: float
    warnings: tuple[str, ...]
    prediction_interval: PredictionInterval | None


def decide_pool(pool: "OutcomePool", margin: float) -> MarginDecision | None:
    """Hold an outcome's main estimate against a margin.

    Parameters
    ----------
    pool
        The pool of one outcome.
    margin
        The largest change that does not matter: percentage points, > 0; for log ratios a ratio, > 1, such as 1.1.

    Returns
    -------
    The decision, on the scale of the effects; None where the outcome is not pooled.

    Raises
    ------
    InvalidInput
        For a margin out of range, or an outcome of which neither more nor less is better.
    """
    if pool.main.effect is None or pool.main.result is None:
        return None
    if pool.outcome.better == Direction.NEITHER:
        raise InvalidInput(
            f"of {pool.outcome.code} neither more nor less is better, so that no change is harm"
        )
    if pool.measure == Measure.LOG_RATIO:
        if not (margin > 1 and math.isfinite(margin)):
            raise InvalidInput(
                f"margin = {margin:g} for a ratio must be more than 1: give 1.1 for ten percent"
            )
        margin = math.log(margin)
    result = pool.main.result
    interval: PredictionInterval | None = getattr(result, "prediction_interval", None)
    if interval is None and pool.new_group is not None:
        interval = PredictionInterval(*pool.new_group, "groups-1", pool.groups - 1)
    main = _Main((pool.main.effect,), result.level, result.warnings, interval)
    harm: Literal["lower", "higher"] = "lower" if pool.outcome.better == Direction.HIGHER else "higher"
    found = decide(main, margin, direction=harm)
    return (
        replace(found, inference="CR2")
        if pool.main.clustered or result.coefficients == result.robust
        else found
    )
