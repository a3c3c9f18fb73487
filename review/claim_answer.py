"""The measured answer to a claim: one mean over the seeds of a case, from predictions where they are kept."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.codebook.codebook import Codebook
from db.places import part_of
from db.vocabulary import Measure, Quantity
from review.effects import (
    POINTS,
    SHARES_OF_TEST_CASES,
    NoEffect,
    effect_size,
    variance,
)
from review.meta.repeated import (
    RepeatedMean,
    repeated_change,
    repeated_counts,
    repeated_level,
    repeated_values,
)
from review.predictions import Correct, Predictions
from review.repeats import Repeats, latency_variance

EXACT = frozenset({"size", "params", "flops"})
"""Outcomes without sampling error: they are counted, not sampled."""


@dataclass(frozen=True)
class Contrast:
    """What is asked of runs: an outcome of an arm against a baseline (or of the baseline alone) on some images."""

    quantity: Quantity
    outcome: str
    arm_key: str | None
    baseline_key: str | None
    part: str | None


@dataclass(frozen=True)
class Answer:
    """What runs say: the mean over their seeds, in percentage points, percent, or natural logarithms.

    `runs` are the runs behind `mean.by_seed`, in its order; `unit` is None for shares and ratios.
    """

    mean: RepeatedMean
    runs: tuple[Any, ...]
    logarithm: bool
    unit: str | None


@dataclass(frozen=True)
class Measured:
    """Measured rows to answer from: comparisons by run, variances of latencies, and predictions."""

    comparisons: Mapping[str, Sequence[Any]]
    repeats: Repeats
    predictions: Predictions
    codebook: Codebook


def answer(contrast: Contrast, runs: Sequence[Any], measured: Measured) -> Answer | None:
    """Return what runs measured of a contrast; None where no run holds it.

    Parameters
    ----------
    contrast
        What is asked.
    runs
        Rows of `runs`, oldest first; of two runs of the same split and seed the later one counts.
    measured
        The rows of all runs.
    """
    if contrast.outcome in SHARES_OF_TEST_CASES:
        found = _from_predictions(contrast, runs, measured.predictions)
        if found is not None:
            return found
    if contrast.quantity == Quantity.BASELINE:
        return _level(contrast, runs, measured)
    return _change(contrast, runs, measured)


def _latest(runs: Sequence[Any], find: Callable[[Any], Any]) -> tuple[list[Any], list[Any]]:
    """Return for each split and seed the latest run that holds what is asked, and what it holds."""
    found: dict[tuple[Any, Any], tuple[Any, Any]] = {}
    for run in runs:
        value = find(run)
        if value is not None:
            key = (run.split, run.seed if run.seed is not None else run.run_id)
            found.pop(key, None)
            found[key] = (run, value)
    ordered = sorted(
        found.values(), key=lambda pair: (pair[0].split or "", pair[0].seed or 0, pair[0].run_id)
    )
    return [run for run, _ in ordered], [value for _, value in ordered]


def _from_predictions(contrast: Contrast, runs: Sequence[Any], predictions: Predictions) -> Answer | None:
    def find(run: Any) -> tuple[Correct, Correct] | None:  # noqa: ANN401
        baseline = predictions.correct(run.run_id, contrast.baseline_key or "", contrast.part, run.split)
        if contrast.quantity == Quantity.BASELINE:
            return None if baseline is None else (baseline, baseline)
        quantized = predictions.correct(run.run_id, contrast.arm_key or "", contrast.part, run.split)
        return None if baseline is None or quantized is None else (baseline, quantized)

    found, pairs = _latest(runs, find)
    if not found:
        return None
    baseline, images = [b.right for b, _ in pairs], [b.images for b, _ in pairs]
    if contrast.quantity == Quantity.BASELINE:
        return Answer(repeated_level(baseline, images), tuple(found), logarithm=False, unit="percent")
    change = repeated_change(baseline, [q.right for _, q in pairs], images)
    return Answer(change, tuple(found), logarithm=False, unit=None)


def _change(contrast: Contrast, runs: Sequence[Any], measured: Measured) -> Answer | None:
    """Answer from the comparisons of the runs: discordant counts for shares of images, else values."""

    def find(run: Any) -> Any:  # noqa: ANN401
        row = _comparison(contrast, measured.comparisons.get(run.run_id, ()))
        if row is None:
            return None
        try:
            measure, yi = effect_size(row, measured.codebook)
        except NoEffect:
            return None
        vi = latency_variance(row, measured.repeats) or variance(row, measure, 0.0)[0]
        return row, measure, yi, vi

    found, rows = _latest(runs, find)
    if not found:
        return None
    logarithm = rows[0][1] == Measure.LOG_RATIO
    counts = [(r.discordant_gained, r.discordant_lost, r.n_test) for r, *_ in rows]
    if contrast.outcome in SHARES_OF_TEST_CASES and all(None not in c for c in counts):
        gained, lost, n = zip(*counts, strict=True)
        return Answer(repeated_counts(gained, lost, n), tuple(found), logarithm=False, unit=None)
    mean = repeated_values(
        [yi for *_, yi, _ in rows],
        [vi for *_, vi in rows],
        exact=contrast.outcome in EXACT,
        shared=not logarithm,
    )
    return Answer(mean, tuple(found), logarithm=logarithm, unit=None)


def _comparison(contrast: Contrast, rows: Sequence[Any]) -> Any:  # noqa: ANN401
    """Return the comparison of two arms in an outcome, on the part that is asked where the row names one."""
    for row in rows:
        same = (row.outcome, row.arm_key, row.baseline_key) == (
            contrast.outcome, contrast.arm_key, contrast.baseline_key
        )  # fmt: skip
        if same and (contrast.part is None or part_of(row.split) in (None, contrast.part)):
            return row
    return None


def _level(contrast: Contrast, runs: Sequence[Any], measured: Measured) -> Answer | None:
    """Answer with the level of the baseline arm from the comparisons in which it stands."""

    def find(run: Any) -> Any:  # noqa: ANN401
        for row in measured.comparisons.get(run.run_id, ()):
            on_part = contrast.part is None or part_of(row.split) in (None, contrast.part)
            if row.outcome != contrast.outcome or not on_part:
                continue
            for key, value in ((row.baseline_key, row.baseline_value), (row.arm_key, row.quantized_value)):
                if key == contrast.baseline_key and value is not None and value > 0:
                    return row, float(value)
        return None

    found, rows = _latest(runs, find)
    if not found or len({row.unit for row, _ in rows}) > 1:
        return None
    unit = rows[0][0].unit
    info = measured.codebook.outcomes.get(contrast.outcome)
    if info is not None and info.measure == Measure.LOG_RATIO:
        values = [math.log(value) for _, value in rows]
        mean = repeated_values(values, [None] * len(rows), exact=contrast.outcome in EXACT)
        return Answer(mean, tuple(found), logarithm=True, unit=unit)
    if unit not in POINTS:
        return None
    mean = repeated_values([value * POINTS[unit] for _, value in rows], [None] * len(rows))
    return Answer(mean, tuple(found), logarithm=False, unit="percent")
