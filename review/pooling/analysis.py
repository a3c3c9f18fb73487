"""One pooled estimate of an outcome: every study group weighing the same, or every comparison."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any, Literal, Protocol

from scipy.stats import t as student

from review.effects import Effect
from review.meta.equal_weight import equal_weights
from review.meta.result import Coefficient

FEWEST_GROUPS = 3
"""With fewer independent groups of studies no pooled number is given: its interval would rest on one contrast."""

Grouping = Callable[[Effect], str]


class Result(Protocol):
    """What every pooled result of `review.meta` holds."""

    @property
    def k(self) -> int:
        """Number of rows pooled."""

    @property
    def level(self) -> float:
        """Confidence level in percent."""

    @property
    def coefficients(self) -> tuple[Coefficient, ...]:
        """The estimates, the pooled effect first."""

    @property
    def robust(self) -> tuple[Coefficient, ...]:
        """The same with CR2 standard errors."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know before using the numbers."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""


@dataclass(frozen=True)
class Analysis:
    """One pooled estimate and what it is: `name` for people, `why` says what it tells apart.

    `too_few` says why there is no number; it is None where there is one. `clustered` tells that the cluster-robust
    interval of the result is the one to be told, and not the model's own.
    """

    name: str
    why: str
    result: Result | None
    too_few: str | None = None
    clustered: bool = False

    @property
    def effect(self) -> Coefficient | None:
        """The pooled effect with the interval that is to be told; None where there is no number."""
        if self.result is None:
            return None
        return (self.result.robust if self.clustered else self.result.coefficients)[0]


def shared_group(effect: Effect) -> str:
    """Return the group of an effect's study; studies that only may share data count as one."""
    return effect.group


def sure_group(effect: Effect) -> str:
    """Return the group of an effect's study where only sure sharing counts."""
    return effect.sure_group or effect.group


def too_few(groups: Iterable[str], needed: int = FEWEST_GROUPS, having: str = "") -> str | None:
    """Return why there is no number, or None where there are enough groups.

    Parameters
    ----------
    groups
        The group of each effect.
    needed
        The fewest groups that give a number.
    having
        What the counted groups have, such as " with a known variance".
    """
    count = len(set(groups))
    return None if count >= needed else f"{count} study group(s){having}, at least {needed} are needed"


def equal(
    effects: Sequence[Effect],
    name: str,
    why: str,
    *,
    by: Literal["row", "study"] = "study",
    level: float = 95.0,
    grouping: Grouping = shared_group,
) -> Analysis:
    """Pool effects with equal weights and CR2 inference by group.

    Parameters
    ----------
    effects
        Effects of one outcome.
    name
        Name of the analysis.
    why
        What it tells apart.
    by
        What weighs the same: each "row" or each group ("study").
    level
        Confidence level in percent.
    grouping
        Which group an effect belongs to.
    """
    groups = [grouping(effect) for effect in effects]
    if few := too_few(groups):
        return Analysis(name, why, None, f"{len(set(groups))} independent {few.split(' ', 1)[1]}")
    labels = [effect.comparison_id for effect in effects]
    result = equal_weights([e.yi for e in effects], groups, labels=labels, by=by, level=level)
    return Analysis(name, why, result)


def new_group_interval(effects: Sequence[Effect], level: float = 95.0) -> tuple[float, float] | None:
    """Return where the mean effect of one more group of studies is expected to lie.

    Parameters
    ----------
    effects
        Effects of one outcome.
    level
        Percent.

    Notes
    -----
    A prediction interval for one more value of a sample: mean ± t(m - 1) s sqrt(1 + 1/m) over the m group means, as
    if these were normal and alike. It needs no sampling variances and cannot part chance from heterogeneity, so it
    stands in for the interval of a random-effects model where nothing else can be had. None below three groups.
    """
    means = [
        fmean(e.yi for e in effects if e.group == group) for group in dict.fromkeys(e.group for e in effects)
    ]
    m = len(means)
    if m < FEWEST_GROUPS:
        return None
    half = float(student.ppf(0.5 + level / 200, m - 1)) * stdev(means) * math.sqrt(1 + 1 / m)
    return fmean(means) - half, fmean(means) + half
