"""Does the effect differ between techniques, bit widths, data sets …: each class pooled, and a test between them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from review.effects import Effect
from review.meta.result import JointTest
from review.meta.robust import FEW_DF, cluster_robust
from review.meta.sandwich import wald_htz
from review.pooling.analysis import FEWEST_GROUPS, Analysis, equal, new_group_interval
from review.pooling.classes import BIT_CLASSES, TECHNIQUES, By, class_of, is_told


@dataclass(frozen=True)
class Subgroup:
    """The effects of one class: how many, from how many studies and groups, pooled where these suffice.

    `told` is False for arms that pool several classes or state none; `new_group` is as in `OutcomePool`.
    """

    name: str
    told: bool
    effects: int
    studies: int
    groups: int
    pooled: Analysis
    new_group: tuple[float, float] | None


@dataclass(frozen=True)
class Subgroups:
    """All classes of one moderator, and the test that those pooled have one mean; `no_test` says why there is none."""

    by: By
    classes: tuple[Subgroup, ...]
    test: JointTest | None
    no_test: str | None
    warnings: tuple[str, ...] = ()

    @property
    def pooled(self) -> tuple[Subgroup, ...]:
        """The classes that have a number."""
        return tuple(one for one in self.classes if one.pooled.result is not None)


def subgroups(effects: Sequence[Effect], by: By, level: float = 95.0) -> Subgroups:
    """Pool each class of effects and test whether the classes differ.

    Parameters
    ----------
    effects
        Clean effects of one outcome.
    by
        What they are grouped by.
    level
        Confidence level in percent.

    Notes
    -----
    A study group may stand in several classes, so that the classes are not independent: the means of group and class
    are regressed on the classes, and the test is the approximate Hotelling T² on the CR2 covariance by group. Classes
    that state nothing, and classes of fewer than three groups, are not in the test.

    References
    ----------
    Tipton and Pustejovsky (2015), Journal of Educational and Behavioral Statistics 40, 604–634.
    """
    members: dict[str, list[Effect]] = {}
    for effect in effects:
        members.setdefault(class_of(effect, by), []).append(effect)
    why = f"one {by}"
    classes = tuple(
        Subgroup(
            name=name,
            told=is_told(name, by),
            effects=len(its),
            studies=len({e.source for e in its}),
            groups=len({e.group for e in its}),
            pooled=equal(its, name, why, level=level),
            new_group=new_group_interval(its, level),
        )
        for name, its in sorted(members.items(), key=lambda item: _place(item[0], by, len(item[1])))
    )
    test, no_test, warnings = _between(
        {one.name: members[one.name] for one in classes if one.told and one.pooled.result is not None}
    )
    return Subgroups(by, classes, test, no_test, warnings)


def _place(name: str, by: By, size: int) -> tuple[bool, int, int, str]:
    """Order classes: those of a scale along it, others by size, those that state nothing last."""
    order = {"bits": BIT_CLASSES, "technique": TECHNIQUES}.get(by, ())
    return not is_told(name, by), order.index(name) if name in order else 0, 0 if order else -size, name


def _between(members: dict[str, list[Effect]]) -> tuple[JointTest | None, str | None, tuple[str, ...]]:
    names = list(members)
    if len(names) < 2:
        have = f"only {names[0]} has" if names else "no class has"
        return None, f"{have} at least {FEWEST_GROUPS} study groups", ()
    cells = [
        (name, group, fmean(e.yi for e in its if e.group == group))
        for name, its in members.items()
        for group in dict.fromkeys(e.group for e in its)
    ]
    groups = {group: i for i, group in enumerate(dict.fromkeys(group for _, group, _ in cells))}
    design = np.array([[float(name == other) for other in names] for name, _, _ in cells])
    y = np.array([mean for _, _, mean in cells])
    scale = float(np.abs(y - y[0]).max())
    if scale == 0:
        return None, "all classes have the same effects", ()
    cluster = np.array([groups[group] for _, group, _ in cells])
    fit = cluster_robust(design, (y - y[0]) / scale, np.ones(y.size), cluster, terms=names)
    m = len(names)
    test = wald_htz(
        fit,
        np.column_stack([-np.ones(m - 1), np.eye(m - 1)]),
        [f"{name} − {names[0]}" for name in names[1:]],
    )
    if not math.isfinite(test.p):
        return None, "there are too few study groups for as many classes", ()
    df = test.df_denominator
    few = df is not None and df < FEW_DF - 1e-9
    warnings = (f"the test between classes has {df:.3g} df, fewer than 4",) if few else ()
    return test, None, warnings
