"""What bits and granularity cost inside the one study group that varies both: every network is its own control."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from review.effects import Effect
from review.meta.inference import coefficient
from review.meta.result import Coefficient, JointTest
from review.meta.robust import RobustFit, cluster_robust
from review.meta.sandwich import wald_htz
from review.pooling.classes import NOT_STATED, bit_number, granularity_class

COARSE_TO_FINE = ("per tensor", "per channel", "blockwise", "adaptive", "mixed")
FEWEST_NETWORKS = 5
"""With fewer networks in a cell their scatter tells too little of the mean."""


@dataclass(frozen=True)
class Precision:
    """One setting: bits such as "W8A8" and a granularity; its mean change over networks, and their spread."""

    bits: str
    granularity: str
    networks: int
    mean: Coefficient
    lowest: float
    median: float
    highest: float
    changes: tuple[float, ...]


@dataclass(frozen=True)
class Within:
    """The settings that one study group tried on the same networks.

    `differences` compares settings: fewer bits at each granularity, and granularities at each width; `tests` are the
    joint tests that bits, granularity or their interaction do not matter.
    """

    group: str
    effects: int
    networks: int
    settings: tuple[Precision, ...]
    differences: tuple[Coefficient, ...]
    tests: tuple[JointTest, ...]
    warnings: tuple[str, ...]

    def setting(self, bits: str, granularity: str) -> Precision | None:
        """Return one setting, None where it was not tried."""
        found = [s for s in self.settings if (s.bits, s.granularity) == (bits, granularity)]
        return found[0] if found else None


def within_group(effects: Sequence[Effect], level: float = 95.0) -> Within | None:
    """Compare the settings inside the study group that tried most of them; None where no group did.

    Parameters
    ----------
    effects
        Clean effects of one outcome.
    level
        Confidence level in percent.

    Notes
    -----
    A network is an architecture on a data set. The change is fitted on the settings by least squares with CR2 standard
    errors by network: these speak of more networks in the hands of the same group, and not of other groups. Settings that
    fewer than five networks tried are left out.
    """
    stated = [e for e in effects if _bits(e) and granularity_class(e) != NOT_STATED]
    best: list[Effect] = []
    for group in dict.fromkeys(e.group for e in stated):
        its = [e for e in stated if e.group == group]
        tried = Counter(_setting(e) for e in {(_setting(e), _network(e)): e for e in its}.values())
        its = [e for e in its if tried[_setting(e)] >= FEWEST_NETWORKS]
        if len({_setting(e) for e in its}) > 1 and len(its) > len(best):
            best = its
    return _fitted(best, level) if best else None


def _bits(effect: Effect) -> str:
    if bit_number(effect.weight_bits) is None or bit_number(effect.activation_bits) is None:
        return ""
    return f"W{effect.weight_bits[0]}A{effect.activation_bits[0]}"


def _setting(effect: Effect) -> tuple[str, str]:
    return _bits(effect), granularity_class(effect)


def _network(effect: Effect) -> tuple[str, str]:
    return effect.architecture or "", effect.dataset or ""


def _fitted(effects: list[Effect], level: float) -> Within:
    order = sorted(
        {_setting(e) for e in effects}, key=lambda s: (-_width(effects, s[0]), s[0], _fineness(s[1]))
    )
    networks = {network: i for i, network in enumerate(dict.fromkeys(_network(e) for e in effects))}
    y = np.array([e.yi for e in effects])
    cluster = np.array([networks[_network(e)] for e in effects])
    design = np.array([[float(_setting(e) == s) for s in order] for e in effects])
    terms = [f"{bits} {granularity}" for bits, granularity in order]
    unit = float(np.abs(y).max()) or 1.0
    fit = cluster_robust(design, y / unit, np.ones(y.size), cluster, terms=terms, level=level)
    settings = []
    for j, (bits, granularity) in enumerate(order):
        mine = y[design[:, j] == 1]
        found = fit.coefficients[j]
        mean = coefficient(found.term, unit * found.estimate, unit * found.se, found.df, level)
        spread = (float(mine.min()), float(median(mine.tolist())), float(mine.max()))
        count = len({n for n, inside in zip(cluster.tolist(), design[:, j], strict=True) if inside})
        settings.append(Precision(bits, granularity, count, mean, *spread, tuple(sorted(mine.tolist()))))
    differences, tests = _compared(fit, order, unit, level)
    return Within(
        effects[0].group,
        len(effects),
        len(networks),
        tuple(settings),
        differences,
        tests,
        tuple(w for w in fit.warnings if "standard error 0" not in w),
    )


def _width(effects: list[Effect], bits: str) -> float:
    return max(bit_number(e.weight_bits) or 0.0 for e in effects if _bits(e) == bits)


def _fineness(granularity: str) -> int:
    return COARSE_TO_FINE.index(granularity) if granularity in COARSE_TO_FINE else len(COARSE_TO_FINE)


Question = tuple[str, NDArray[np.float64]]


def _compared(
    fit: RobustFit, order: list[tuple[str, str]], unit: float, level: float
) -> tuple[tuple[Coefficient, ...], tuple[JointTest, ...]]:
    """Return the differences between settings, and the joint tests over them."""
    widths = list(dict.fromkeys(bits for bits, _ in order))
    kinds = sorted(dict.fromkeys(granularity for _, granularity in order), key=_fineness)
    by_bits = [
        _question(order, f"{bits} − {widths[0]}, {kind}", (bits, kind), (widths[0], kind))
        for bits in widths[1:]
        for kind in kinds
        if {(bits, kind), (widths[0], kind)} <= set(order)
    ]
    by_kind = [
        _question(order, f"{kind} − {kinds[0]}, {bits}", (bits, kind), (bits, kinds[0]))
        for bits in widths
        for kind in kinds[1:]
        if {(bits, kind), (bits, kinds[0])} <= set(order)
    ]
    both = [(name, row - by_bits[0][1]) for name, row in by_bits[1:]] if len(widths) == 2 else []
    answers = [_difference(fit, question, unit, level) for question in (*by_bits, *by_kind)]
    topics = (("bits", by_bits), ("granularity", by_kind), ("bits × granularity", both))
    tests = [_joint(fit, name, questions) for name, questions in topics if len(questions) > 1]
    return tuple(a for a in answers if a is not None), tuple(t for t in tests if t is not None)


def _question(
    order: list[tuple[str, str]], name: str, plus: tuple[str, str], minus: tuple[str, str]
) -> Question:
    row = np.zeros(len(order))
    row[order.index(plus)], row[order.index(minus)] = 1.0, -1.0
    return name, row


def _difference(fit: RobustFit, question: Question, unit: float, level: float) -> Coefficient | None:
    name, row = question
    df = wald_htz(fit, row[None, :], [name]).df_denominator
    estimate = float(row @ np.array([c.estimate for c in fit.coefficients]))
    se = math.sqrt(max(0.0, float(row @ fit.covariance @ row)))
    if df is None or not math.isfinite(df) or not se > 0:
        return None
    return coefficient(name, unit * estimate, unit * se, df, level)


def _joint(fit: RobustFit, name: str, questions: list[Question]) -> JointTest | None:
    test = wald_htz(fit, np.array([row for _, row in questions]), [term for term, _ in questions])
    return (
        JointTest((name,), test.statistic, test.df, test.df_denominator, test.p)
        if math.isfinite(test.p)
        else None
    )
