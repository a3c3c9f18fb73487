"""Where an own change lies in the literature: against the prediction interval and the reported study groups."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

from sqlalchemy import Connection, select

from db.codebook.codebook import Codebook, codebook_from_database
from db.errors import MedquantError, one_of, shown
from db.models.tables import Comparison, Run
from db.vocabulary import Direction, Measure, Origin
from review.effects import Effect, Effects, NoEffect, effect_size, read_effects
from review.pooling.analysis import FEWEST_GROUPS, new_group_interval
from review.pooling.classes import BIT_CLASSES, bit_class


@dataclass(frozen=True)
class Placement:
    """An observed change against the literature's clean comparisons.

    `change`, `low` and `high` are in percentage points or ratios (`unit`). `low` and `high` bound the 95 % prediction
    interval for the mean of one more study group, by the rule named in `df_rule`; `inside` is None where too few
    groups report to give one. `share_worse` is the share of the `k` reported group means that are worse than the
    change.
    """

    outcome: str
    among: str
    change: float
    unit: str
    inside: bool | None
    low: float | None
    high: float | None
    df_rule: str
    share_worse: float | None
    k: int
    sentence: str


@dataclass(frozen=True)
class PlacedComparison:
    """A measured comparison of a run and where it lies."""

    comparison_id: str
    arm: str
    place: str | None
    synthetic: bool
    placement: Placement


def place_change(
    effects: Effects, codebook: Codebook, outcome: str, change: float, bits: str | None = None
) -> Placement:
    """Place a change among the literature's clean comparisons of an outcome.

    Parameters
    ----------
    effects
        All effects of the database.
    codebook
        Which outcomes there are, and which way they are better.
    outcome
        Code of the outcome.
    change
        Percentage points for shares and scores; the ratio quantized / baseline, more than 0, for sizes, times and
        the like.
    bits
        Compare with this class of bit width of the weights (`review.pooling.classes.BIT_CLASSES`) where enough study groups
        report it, else with all.

    Raises
    ------
    MedquantError
        If the outcome is unknown or never pooled, or the change is not what its measure takes.
    """
    if outcome not in codebook.outcomes:
        raise MedquantError(f"{shown(outcome)} is no outcome; {one_of([*codebook.outcomes])}")
    info = codebook.outcomes[outcome]
    if info.measure == Measure.NONE:
        raise MedquantError(f"{info.label} is not pooled, so that nothing can be placed among it")
    logarithm = info.measure == Measure.LOG_RATIO
    if not math.isfinite(change) or (logarithm and change <= 0):
        needed = "a ratio quantized / baseline, more than 0" if logarithm else "percentage points"
        raise MedquantError(f"a change of {info.label} of {change} cannot be; give {needed}")
    rows, among = _among(effects.of(outcome, origin=Origin.REPORTED), bits)
    means = _group_means(rows)
    interval = new_group_interval(rows)
    yi = math.log(change) if logarithm else change
    sign = {Direction.HIGHER: 1, Direction.LOWER: -1, Direction.NEITHER: 0}[info.better]
    told = bool(means) and sign != 0
    worse = sum(sign * mean < sign * yi for mean in means) / len(means) if told else None
    better = sum(sign * mean > sign * yi for mean in means) / len(means) if told else None
    low, high = (None, None) if interval is None else interval
    unit = "ratio" if logarithm else "percentage points"
    placement = Placement(
        outcome=outcome,
        among=among,
        change=change,
        unit=unit,
        inside=None if interval is None else interval[0] <= yi <= interval[1],
        low=math.exp(low) if logarithm and low is not None else low,
        high=math.exp(high) if logarithm and high is not None else high,
        df_rule=f"t with k − 1 = {len(means) - 1} degrees of freedom" if interval else "",
        share_worse=worse,
        k=len(means),
        sentence="",
    )
    side = 0 if interval is None else (yi > interval[1]) - (yi < interval[0])
    return replace(placement, sentence=_sentence(placement, side * sign, better))


def place_run(connection: Connection, run_id: str) -> list[PlacedComparison]:
    """Place every pooled comparison of a run among the literature.

    Raises
    ------
    MedquantError
        If there is no such run, or it has no comparison.
    """
    run = connection.execute(select(Run.run_id, Run.synthetic).where(Run.run_id == run_id)).first()
    if run is None:
        raise MedquantError(f"there is no run {shown(run_id)}; `medquant benchmark runs` lists them")
    codebook, effects = codebook_from_database(connection), read_effects(connection)
    query = select(Comparison.__table__).where(Comparison.run_id == run_id).order_by(Comparison.position)
    placed = []
    for row in connection.execute(query):
        try:
            measure, yi = effect_size(row, codebook)
        except NoEffect:
            continue
        change = math.exp(yi) if measure == Measure.LOG_RATIO else yi
        placement = place_change(effects, codebook, row.outcome, change, bit_class(row.weight_bits))
        placed.append(_placed(row, bool(run.synthetic), placement))
    if not placed:
        raise MedquantError(f"run {shown(run_id)} has no comparison that could be placed; is it done?")
    return placed


def _placed(row: Any, synthetic: bool, placement: Placement) -> PlacedComparison:  # noqa: ANN401
    arms = f"{row.arm_key} against {row.baseline_key}" if row.arm_key and row.baseline_key else row.arm
    device = row.device if row.outcome == "latency" else None
    return PlacedComparison(row.comparison_id, arms, row.split or device, synthetic, placement)


def _among(rows: list[Effect], bits: str | None) -> tuple[list[Effect], str]:
    """Return the rows to compare with, and their name."""
    if bits in BIT_CLASSES[:3]:
        alike = [effect for effect in rows if bit_class(effect.weight_bits) == bits]
        if len({effect.group for effect in alike}) >= FEWEST_GROUPS:
            return alike, f"clean comparisons ({bits})"
    return rows, "clean comparisons"


def _group_means(rows: Sequence[Effect]) -> list[float]:
    groups = dict.fromkeys(effect.group for effect in rows)
    return [fmean(effect.yi for effect in rows if effect.group == group) for group in groups]


def _sentence(placed: Placement, side: int, share_better: float | None) -> str:
    """Say where the change lies; `side` is 1 for better than the interval, -1 for worse."""
    groups = f"{placed.k} study group{'' if placed.k == 1 else 's'}"
    if placed.low is None or placed.high is None:
        few = f"only {groups} report{'s' if placed.k == 1 else ''}" if placed.k else "no study group reports"
        return f"{few} {placed.outcome} in {placed.among}: too few for a prediction interval"
    unit = " points" if placed.unit == "percentage points" else " times"
    bounds = f"({_number(placed.low)} to {_number(placed.high)}{unit})"
    named = f"the literature's 95 % prediction interval {bounds}"
    if placed.inside:
        where = f"inside {named}"
    else:
        where = {1: f"better than {named}", -1: f"worse than {named}"}.get(side, f"outside {named}")
    if placed.share_worse is None or share_better is None:
        return f"{where}, from {groups} with {placed.among}"
    if placed.share_worse >= share_better:
        return f"{where}; better than {_percent(placed.share_worse)} of {groups} with {placed.among}"
    return f"{where}; worse than {_percent(share_better)} of {groups} with {placed.among}"


def _percent(share: float) -> str:
    return f"{math.floor(100 * share + 1e-9)} %"


def _number(value: float) -> str:
    return (f"{value:.1f}" if abs(value) >= 1 else f"{value:.2g}").replace("-", "−")
