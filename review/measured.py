"""Measured effects told once for each contrast: the seeds of a case summed up, for figures and tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from db.vocabulary import Control, Execution, Granularity, Measure
from review.claim_answer import EXACT
from review.effects import SHARES_OF_TEST_CASES, Effect, RunFacts
from review.meta.repeated import RepeatedMean, repeated_change, repeated_values
from review.predictions import Correct, Predictions

OF_THE_MACHINE = frozenset({"latency", "throughput", "memory", "energy", "power"})
"""Outcomes that depend on the machine and its threads."""


@dataclass(frozen=True)
class MeasuredSummary:
    """One measured contrast of a case over its seeds, on one split and part of the data, with one execution.

    `device` is the machine, with its threads, for outcomes that depend on it; those of several stand apart.
    `yi` is the mean change, `ci_low` and `ci_high` its 95 % interval (None where nothing tells it), and `seeds` holds
    each seed's change, all in percentage points (measure "difference") or natural log ratios; `n` is the number of
    images where they were counted.
    """

    case_id: str
    arm_key: str
    baseline_key: str
    outcome: str
    split: str | None
    part: str | None
    execution: Execution | None
    device: str | None
    measure: Measure
    arm: str
    technique: tuple[str, ...]
    weight_bits: tuple[str, ...]
    control: Control
    granularity: Granularity | None
    architecture: str | None
    dataset: str | None
    yi: float
    ci_low: float | None
    ci_high: float | None
    seeds: tuple[tuple[int | None, float], ...]
    n: int | None
    run_ids: tuple[str, ...]
    comparison_ids: tuple[str, ...]


def summarise_measured(
    effects: Iterable[Effect], predictions: Predictions | None = None
) -> tuple[MeasuredSummary, ...]:
    """Sum up measured effects over seeds, in the order of cases, arms and outcomes.

    Parameters
    ----------
    effects
        Any effects; reported ones are passed over.
    predictions
        What arms said of images (`review.predictions.read_predictions`). With it the interval of an accuracy is the
        one that the verdict of a claim rests on; without it the interval is wider, since images that change under
        several seeds cannot be told from others.

    Notes
    -----
    Of two versions of a case the one with the later run counts, and of two runs of one split and seed the later one.
    """
    told = [effect for effect in effects if effect.run is not None and None not in _arms(effect.run)]
    told.sort(key=lambda effect: _when(effect.run))
    newest = {effect.run.case_id: effect.run.case_hash for effect in told if effect.run}
    groups: dict[tuple[object, ...], list[Effect]] = {}
    for effect in told:
        run = effect.run
        if run is not None and run.case_hash == newest[run.case_id]:
            place = (run.split, run.part, effect.execution, _device(effect))
            key = (run.case_id, *_arms(run), effect.outcome, *place)
            groups.setdefault(key, []).append(effect)
    ordered = sorted(groups.items(), key=lambda item: tuple(str(part or "") for part in item[0]))
    return tuple(_summary(group, predictions) for _, group in ordered)


def _arms(run: RunFacts) -> tuple[str | None, str | None]:
    return run.arm_key, run.baseline_key


def _device(effect: Effect) -> str | None:
    """Return the machine, with its threads, where the outcome depends on it."""
    return effect.run.device if effect.run and effect.outcome in OF_THE_MACHINE else None


def _when(run: RunFacts | None) -> tuple[str, str]:
    return ("", "") if run is None else (run.finished_at.isoformat() if run.finished_at else "", run.run_id)


def _summary(group: Sequence[Effect], predictions: Predictions | None) -> MeasuredSummary:
    rows = _one_a_seed(group)
    first = rows[-1]
    run = first.run
    assert run is not None  # noqa: S101 - the caller took measured effects only
    mean = _mean(rows, predictions)
    interval = mean.interval(95.0)
    return MeasuredSummary(
        case_id=run.case_id,
        arm_key=run.arm_key or "",
        baseline_key=run.baseline_key or "",
        outcome=first.outcome,
        split=run.split,
        part=run.part,
        execution=first.execution,
        device=_device(first),
        measure=first.measure,
        arm=first.arm,
        technique=first.technique,
        weight_bits=first.weight_bits,
        control=first.control,
        granularity=first.granularity,
        architecture=first.architecture,
        dataset=first.dataset,
        yi=mean.value,
        ci_low=None if interval is None else interval[0],
        ci_high=None if interval is None else interval[1],
        seeds=tuple((e.run.seed if e.run else None, y) for e, y in zip(rows, mean.by_seed, strict=True)),
        n=mean.clusters or first.n_test,
        run_ids=tuple(e.source for e in rows),
        comparison_ids=tuple(e.comparison_id for e in rows),
    )


def _one_a_seed(group: Sequence[Effect]) -> list[Effect]:
    """Keep the last run of each seed, in the order of seeds."""
    chosen: dict[object, Effect] = {}
    for effect in group:
        if effect.run:
            chosen[effect.run.seed if effect.run.seed is not None else effect.source] = effect
    return sorted(chosen.values(), key=_seed)


def _seed(effect: Effect) -> tuple[int, str]:
    seed = effect.run.seed if effect.run else None
    return (-1 if seed is None else seed, effect.source)


def _pair(effect: Effect, predictions: Predictions) -> tuple[Correct, Correct] | None:
    """Return which images the baseline and the quantized arm of an effect have right."""
    run = effect.run
    if run is None:
        return None
    baseline = predictions.correct(run.run_id, run.baseline_key or "", run.part, run.split)
    quantized = predictions.correct(run.run_id, run.arm_key or "", run.part, run.split)
    return None if baseline is None or quantized is None else (baseline, quantized)


def _mean(rows: Sequence[Effect], predictions: Predictions | None) -> RepeatedMean:
    """Return the mean over seeds, from the images themselves where they are known."""
    if predictions is not None and rows[0].outcome in SHARES_OF_TEST_CASES:
        pairs = [_pair(effect, predictions) for effect in rows]
        known = [pair for pair in pairs if pair is not None]
        if len(known) == len(rows):
            return repeated_change(
                [b.right for b, _ in known], [q.right for _, q in known], [b.images for b, _ in known]
            )
    return repeated_values(
        [effect.yi for effect in rows],
        [effect.vi for effect in rows],
        exact=rows[0].outcome in EXACT,
        shared=rows[0].measure == Measure.DIFFERENCE,
    )
