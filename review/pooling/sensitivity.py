"""How much the main estimate owes to choices: what is weighed, which rows enter, who counts as one group."""

import math
from collections.abc import Mapping, Sequence

from db.vocabulary import Bound, Origin
from review.effects import Effect, Effects
from review.meta.errors import InvalidInput
from review.meta.no_variance import random_intercept
from review.meta.univariate import random_effects
from review.pooling.analysis import Analysis, equal, sure_group, too_few
from review.pooling.sharing import by_dataset

KNOWN = " with a known variance"


def choices(
    clean: Sequence[Effect],
    everything: Sequence[Effect],
    measured: Sequence[Effect],
    *,
    dominant: str | None,
    level: float,
) -> list[Analysis]:
    """Repeat the estimate under other weights, other rows and other groups.

    Parameters
    ----------
    clean
        The effects of the main estimate.
    everything
        The same and those of contrasts that are not clean.
    measured
        The effects of own runs.
    dominant
        The group with a large share of the effects; None where there is none.
    level
        Confidence level in percent.
    """
    found = [
        equal(
            clean,
            "each comparison once",
            "gives weight to studies with many comparisons",
            by="row",
            level=level,
        ),
        equal(
            [e for e in clean if e.bound == Bound.EXACT],
            "exact values only",
            "leaves out bounds and rounded words",
            level=level,
        ),
    ]
    found.insert(1, _random_intercept(clean, level))
    if dominant is not None:
        rest = [e for e in clean if e.group != dominant]
        found.append(
            equal(rest, f"without {dominant}", "leaves out the group with most comparisons", level=level)
        )
    if len(everything) > len(clean):
        why = "adds contrasts in which more than precision may differ"
        found.append(equal(everything, "all contrasts", why, level=level))
    if measured:
        found.append(equal([*clean, *measured], "with measured rows", "adds our own runs", level=level))
    return found + _grouped(clean, level)


def _random_intercept(clean: Sequence[Effect], level: float) -> Analysis:
    """Pool by a random intercept of groups, where several groups give several effects each."""
    name, why = (
        "random intercept",
        "weighs a group the more, the more comparisons it has and the less these agree",
    )
    groups = [effect.group for effect in clean]
    if few := too_few(groups):
        return Analysis(name, why, None, few)
    try:
        labels = [effect.comparison_id for effect in clean]
        return Analysis(
            name, why, random_intercept([e.yi for e in clean], groups, labels=labels, level=level)
        )
    except InvalidInput as error:
        return Analysis(name, why, None, str(error))


def _grouped(clean: Sequence[Effect], level: float) -> list[Analysis]:
    """Count groups otherwise, where that changes which studies are one."""
    found = []
    groups = {effect.group for effect in clean}
    if len({sure_group(effect) for effect in clean}) != len(groups):
        why = "counts studies that only may share data as independent"
        found.append(equal(clean, "possible sharing apart", why, level=level, grouping=sure_group))
    wider = by_dataset(clean)
    if len({wider(effect) for effect in clean}) != len(groups):
        why = "counts study groups that name a data set in common as one"
        found.append(equal(clean, "one data set, one group", why, level=level, grouping=wider))
    return found


def leave_one_out(clean: Sequence[Effect], level: float) -> tuple[Analysis, ...]:
    """Repeat the main estimate without each group; empty where too few are left.

    Parameters
    ----------
    clean
        The effects of the main estimate.
    level
        Confidence level in percent.
    """
    found = [
        equal([e for e in clean if e.group != group], group, "without this group", level=level)
        for group in sorted({e.group for e in clean})
    ]
    return tuple(found) if all(analysis.result is not None for analysis in found) else ()


def inverse_variance(
    clean: Sequence[Effect], outcome: str, grid: Mapping[float, Effects], level: float
) -> list[Analysis]:
    """Pool the effects that have a variance, under each assumed correlation where variances rest on one.

    Parameters
    ----------
    clean
        The effects of the main estimate.
    outcome
        Code of the outcome.
    grid
        All effects by the assumed correlation of the arms.
    level
        Confidence level in percent.
    """
    name, why = "inverse variance", "random effects (REML, Knapp-Hartung) on the rows whose variance is known"
    known = [effect for effect in clean if effect.vi is not None]
    if few := too_few((effect.group for effect in known), having=KNOWN):
        return [Analysis(name, why, None, few)]
    analyses = [_reml(known, name, why, level)]
    if any(rests_on_correlation(effect) for effect in known):
        for phi, other in grid.items():
            rows = [e for e in other.of(outcome, origin=Origin.REPORTED) if e.vi is not None]
            told = "varies the assumed correlation of the arms"
            analyses.append(_reml(rows, f"{name}, correlation {phi}", told, level))
    return analyses


def rests_on_correlation(effect: Effect) -> bool:
    """Return whether the variance of an effect rests on an assumed correlation of its arms.

    Parameters
    ----------
    effect
        An effect.
    """
    return "assumed correlation" in effect.variance_from


def _reml(effects: Sequence[Effect], name: str, why: str, level: float) -> Analysis:
    try:
        result = random_effects(
            [e.yi for e in effects],
            [e.vi if e.vi is not None else math.nan for e in effects],
            test="knha",
            level=level,
            labels=[e.comparison_id for e in effects],
            cluster=[e.group for e in effects],
        )
    except InvalidInput as error:
        return Analysis(name, why, None, str(error))
    return Analysis(name, why, result)
