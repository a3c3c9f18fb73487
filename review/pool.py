"""Pooling the database's effects, outcome by outcome, by the model that the evidence allows.

Few studies print a variance and many give several comparisons. The main estimate therefore weighs each group of
studies equally, with a cluster-robust (CR2) interval; equal weight per comparison, exact values alone and the pool
without its largest group are sensitivity analyses; where at least three studies have variances, random effects by
REML with Knapp-Hartung are added. Where there are too few studies, no number is given.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Literal

from scipy.stats import t as student
from sqlalchemy import Connection

from db.codebook.codebook import Codebook, OutcomeInfo, codebook_from_database
from db.models.base import PLAIN_NUMBER
from db.vocabulary import Bound, Control, Measure, Origin
from review.effects import CORRELATION_GRID, Effect, Effects, read_effects
from review.meta.equal_weight import equal_weights
from review.meta.result import PooledEstimate
from review.meta.univariate import random_effects

FEWEST_GROUPS = 3
"""With fewer independent groups of studies no pooled number is given: its interval would rest on one contrast."""
DOMINANT = 1 / 3
"""A group with at least this share of an outcome's rows is left out once, to show what it does."""

BIT_CLASSES = ("16 bits", "8 bits", "below 8 bits", "several or not stated")
"""Classes of bit width of the weights; an arm that pools several widths stands in the last."""


def bit_class(weight_bits: Sequence[str]) -> str:
    """Return the class of bit width of an arm's weights."""
    if len(weight_bits) != 1:
        return BIT_CLASSES[3]
    width = weight_bits[0].removeprefix("bf").removesuffix("f")
    bits = float(width) if PLAIN_NUMBER.fullmatch(width) else 1.0  # binary and ternary
    return BIT_CLASSES[0] if bits > 8 else BIT_CLASSES[1] if bits == 8 else BIT_CLASSES[2]


@dataclass(frozen=True)
class Analysis:
    """One pooled estimate and what it is: `name` for people, `why` says what it tells apart."""

    name: str
    why: str
    result: PooledEstimate | None
    too_few: str | None = None


@dataclass(frozen=True)
class OutcomePool:
    """Everything about one outcome: its effects, the main estimate, sensitivity analyses, what was left out.

    `new_group` is where the mean of one more group of studies is expected (see `new_group_interval`).
    """

    outcome: OutcomeInfo
    measure: Measure
    effects: tuple[Effect, ...]
    measured: tuple[Effect, ...]
    not_clean: int
    groups: int
    studies: int
    largest_group: str | None
    main: Analysis
    sensitivity: tuple[Analysis, ...]
    new_group: tuple[float, float] | None

    @property
    def unit(self) -> str:
        """What yi counts."""
        return "percentage points" if self.measure == Measure.DIFFERENCE else "log ratio"


def pool_database(connection: Connection, outcomes: Iterable[str] | None = None) -> list[OutcomePool]:
    """Pool every outcome that has clean reported effects, in codebook order.

    Parameters
    ----------
    connection
        An open connection.
    outcomes
        Only these (default: all).
    """
    codebook = codebook_from_database(connection)
    effects = read_effects(connection)
    assumed = any("assumed correlation" in effect.variance_from for effect in effects.effects)
    grid = {phi: read_effects(connection, correlation=phi) for phi in CORRELATION_GRID} if assumed else {}
    chosen = list(codebook.outcomes) if outcomes is None else list(outcomes)
    pools = [pool_outcome(effects, outcome, codebook, grid) for outcome in chosen]
    return [pool for pool in pools if pool.effects]


def pool_outcome(
    effects: Effects, outcome: str, codebook: Codebook, grid: dict[float, Effects] | None = None
) -> OutcomePool:
    """Pool one outcome.

    Parameters
    ----------
    effects
        All effects.
    outcome
        Code of the outcome.
    codebook
        Names and measures.
    grid
        The same effects under other assumed correlations, for the sensitivity of variances that rest on one.
    """
    info = codebook.outcomes[outcome]
    clean = effects.of(outcome, origin=Origin.REPORTED)
    measured = effects.of(outcome, origin=Origin.MEASURED)
    everything = effects.of(outcome, control=None, origin=Origin.REPORTED)
    sizes = Counter(effect.group for effect in clean)
    largest, most = sizes.most_common(1)[0] if sizes else (None, 0)
    if len(sizes) < 2 or most < DOMINANT * len(clean):
        largest = None
    main = _equal(
        clean,
        "each study group once",
        "main estimate: no study weighs more because it prints more rows",
        by="study",
    )
    sensitivity = [
        _equal(clean, "each comparison once", "gives weight to studies with many comparisons", by="row"),
        _equal(
            [e for e in clean if e.bound == Bound.EXACT],
            "exact values only",
            "leaves out bounds and rounded words",
            by="study",
        ),
    ]
    if largest is not None:
        rest = [e for e in clean if e.group != largest]
        sensitivity.append(
            _equal(rest, f"without {largest}", "leaves out the group with most comparisons", by="study")
        )
    if len(everything) > len(clean):
        sensitivity.append(
            _equal(
                everything,
                "all contrasts",
                "adds contrasts in which more than precision may differ",
                by="study",
            )
        )
    if measured:
        sensitivity.append(_equal(clean + measured, "with measured rows", "adds our own runs", by="study"))
    sensitivity += _by_bits(clean)
    if main.result is None:
        sensitivity = []
    sensitivity += _random(clean, outcome, grid or {})
    return OutcomePool(
        outcome=info,
        measure=info.measure,
        effects=tuple(clean),
        measured=tuple(measured),
        not_clean=sum(e.control != Control.CLEAN for e in everything),
        groups=len(sizes),
        studies=len({effect.source for effect in clean}),
        largest_group=largest,
        main=main,
        sensitivity=tuple(sensitivity),
        new_group=new_group_interval(clean) if main.result is not None else None,
    )


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


def _equal(effects: Sequence[Effect], name: str, why: str, *, by: Literal["row", "study"]) -> Analysis:
    groups = [effect.group for effect in effects]
    count = len(set(groups))
    if count < FEWEST_GROUPS:
        return Analysis(
            name, why, None, f"{count} independent study group(s), at least {FEWEST_GROUPS} are needed"
        )
    result = equal_weights([e.yi for e in effects], groups, labels=[e.comparison_id for e in effects], by=by)
    return Analysis(name, why, result)


def _by_bits(effects: Sequence[Effect]) -> list[Analysis]:
    """Pool each class of bit width that enough study groups report."""
    why = "one bit width of the weights"
    analyses = [
        _equal([e for e in effects if bit_class(e.weight_bits) == name], f"{name} alone", why, by="study")
        for name in BIT_CLASSES[:3]
    ]
    return [analysis for analysis in analyses if analysis.result is not None]


def _random(effects: Sequence[Effect], outcome: str, grid: dict[float, Effects]) -> list[Analysis]:
    """Random effects on the rows with a variance, under each assumed correlation where variances rest on one."""
    name, why = "inverse variance", "random effects (REML, Knapp-Hartung) on the rows whose variance is known"
    with_variance = [effect for effect in effects if effect.vi is not None]
    count = len({effect.group for effect in with_variance})
    if count < FEWEST_GROUPS:
        few = f"{count} study group(s) with a known variance, at least {FEWEST_GROUPS} are needed"
        return [Analysis(name, why, None, few)]
    analyses = [Analysis(name, why, _reml(with_variance))]
    if any("assumed correlation" in effect.variance_from for effect in with_variance):
        for phi, other in grid.items():
            rows = [e for e in other.of(outcome, origin=Origin.REPORTED) if e.vi is not None]
            analyses.append(
                Analysis(
                    f"{name}, correlation {phi}", "varies the assumed correlation of the arms", _reml(rows)
                )
            )
    return analyses


def _reml(effects: Sequence[Effect]) -> PooledEstimate:
    return random_effects(
        [e.yi for e in effects],
        [e.vi if e.vi is not None else math.nan for e in effects],
        test="knha",
        labels=[e.comparison_id for e in effects],
        cluster=[e.group for e in effects],
    )
