"""Effect sizes: from a comparison as recorded to the change that can be pooled.

| outcome | measure | yi | vi |
|---|---|---|---|
| shares and scores | difference | quantized - baseline, percentage points | discordant counts, else n_test with an assumed correlation |
| size, time, memory, energy | log ratio | ln(quantized / baseline) | of a measured latency, where its repeats give one |
"""

import math
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, select

from db.codebook.codebook import Codebook, codebook_from_database
from db.models.tables import Comparison, Run
from db.places import part_of
from db.study_groups import read_groups
from db.vocabulary import (
    Bound,
    ChangeKind,
    Control,
    Execution,
    Granularity,
    Measure,
    Origin,
    Verification,
)
from review.paired_variance import (
    paired_variance_from_counts,
    paired_variance_from_margins,
    paired_variance_from_sds,
)
from review.repeats import latency_variance, read_repeats

ASSUMED_CORRELATION = 0.5
CORRELATION_GRID = (0.0, 0.3, 0.5, 0.7, 0.9)
SHARES_OF_TEST_CASES = frozenset({"accuracy"})
"""Outcomes whose n is the number of test cases; sensitivity and precision rest on fewer, unknown, cases."""

OWN_RUNS = "own runs"
"""The group of all measured comparisons: runs of one house are no independent studies."""

SYNTHETIC = "synthetic images are no evidence"

POINTS = {"percent": 1.0, "fraction": 100.0}
_INVERSE = frozenset({("energy", "GOPS/J"), ("latency", "fps")})
"""Units that count the inverse of their outcome: work for each joule, images for each second."""


@dataclass(frozen=True)
class RunFacts:
    """Where a measured effect comes from: its run, and the two arms in the run's own names.

    `split` tells how training and test images were told apart, `part` which of the images were tested.
    """

    run_id: str
    case_id: str
    case_hash: str | None
    seed: int | None
    split: str | None
    part: str | None
    device: str | None
    arm_key: str | None
    baseline_key: str | None
    finished_at: datetime | None


@dataclass(frozen=True)
class Effect:
    """One effect with its provenance.

    `yi` is in percentage points (measure "difference") or a natural log ratio; `vi` is its sampling variance in
    squared units of yi, None where none can be known; `variance_from` says where it comes from. `baseline` and
    `quantized` are the arms as printed, with the unit. `run` is None for what a study reports. `group` counts studies
    that only may share authors or data as one, `sure_group` (None: as `group`) does not.
    """

    comparison_id: str
    source: str
    group: str
    origin: Origin
    outcome: str
    measure: Measure
    arm: str
    technique: tuple[str, ...]
    weight_bits: tuple[str, ...]
    control: Control
    bound: Bound
    yi: float
    vi: float | None
    variance_from: str
    n_test: int | None
    baseline: str
    quantized: str
    source_url: str | None
    locator: str | None
    as_printed: str | None
    dataset: str | None
    architecture: str | None
    verification: Verification
    execution: Execution | None = None
    granularity: Granularity | None = None
    run: RunFacts | None = None
    activation_bits: tuple[str, ...] = ()
    device: str | None = None
    sure_group: str | None = None


@dataclass(frozen=True)
class Omitted:
    """A comparison without an effect size, and why."""

    comparison_id: str
    source: str
    origin: Origin
    outcome: str
    control: Control
    why: str
    verification: Verification


@dataclass(frozen=True)
class Effects:
    """All effects that could be computed, and the comparisons for which none could."""

    effects: tuple[Effect, ...]
    omitted: tuple[Omitted, ...]

    @property
    def verification(self) -> Counter[Verification]:
        """How many reported comparisons are in each state of verification."""
        everything: tuple[Effect | Omitted, ...] = (*self.effects, *self.omitted)
        return Counter(row.verification for row in everything if row.origin == Origin.REPORTED)

    def of(
        self, outcome: str, *, control: Control | None = Control.CLEAN, origin: Origin | None = None
    ) -> list[Effect]:
        """Return the effects of an outcome, by default of clean contrasts only."""
        return [
            effect
            for effect in self.effects
            if effect.outcome == outcome
            and (control is None or effect.control == control)
            and (origin is None or effect.origin == origin)
        ]


class NoEffect(Exception):  # noqa: N818 - it says what it is
    """A comparison has no effect size; the message says why."""


def read_effects(connection: Connection, *, correlation: float = ASSUMED_CORRELATION) -> Effects:
    """Compute the effect of every comparison in the database.

    Parameters
    ----------
    connection
        An open connection.
    correlation
        Assumed correlation of the two arms' results on the same test case, -1 to 1; it is clipped to the range
        that the two accuracies allow.
    """
    codebook = codebook_from_database(connection)
    groups, sure = read_groups(connection), read_groups(connection, possible=False)
    facts = [Run.run_id, Run.case_id, Run.case_hash, Run.seed, Run.split, Run.synthetic, Run.finished_at]
    runs = {row.run_id: row for row in connection.execute(select(*facts))}
    repeats = read_repeats(connection)
    effects, omitted = [], []
    # run_id is null in reported rows; position tells the order within one run only
    for row in connection.execute(
        select(Comparison.__table__).order_by(
            Comparison.origin.desc(), Comparison.run_id, Comparison.position, Comparison.comparison_id
        )
    ):
        source = row.study_id or row.run_id
        run = runs.get(row.run_id)
        try:
            if run is not None and run.synthetic:
                raise NoEffect(SYNTHETIC)
            measure, yi = effect_size(row, codebook)
            vi, why = variance(row, measure, correlation)
            if (found := latency_variance(row, repeats)) is not None:
                vi, why = found, "repeats"
        except NoEffect as reason:
            omitted.append(
                Omitted(
                    comparison_id=row.comparison_id,
                    source=source,
                    origin=row.origin,
                    outcome=row.outcome,
                    control=row.control,
                    why=str(reason),
                    verification=row.verification,
                )
            )
            continue
        effects.append(
            Effect(
                comparison_id=row.comparison_id,
                source=source,
                group=OWN_RUNS if row.origin == Origin.MEASURED else groups.get(source, source),
                origin=row.origin,
                outcome=row.outcome,
                measure=measure,
                arm=row.arm,
                technique=row.technique,
                weight_bits=row.weight_bits,
                control=row.control,
                bound=row.bound,
                yi=yi,
                vi=vi,
                variance_from=why,
                n_test=row.n_test,
                baseline=_printed(row.baseline_value, row.unit),
                quantized=_printed(row.quantized_value, row.unit),
                source_url=row.source_url,
                locator=row.locator,
                as_printed=row.as_printed,
                dataset=row.dataset,
                architecture=row.architecture,
                verification=row.verification,
                execution=row.execution,
                granularity=row.granularity,
                run=None if run is None else _run_facts(row, run),
                activation_bits=row.activation_bits,
                device=row.device,
                sure_group=OWN_RUNS if row.origin == Origin.MEASURED else sure.get(source, source),
            )
        )
    return Effects(tuple(effects), tuple(omitted))


def _run_facts(row, run) -> RunFacts:  # type: ignore[no-untyped-def]  # noqa: ANN001
    return RunFacts(
        run_id=run.run_id,
        case_id=run.case_id,
        case_hash=run.case_hash,
        seed=run.seed,
        split=run.split,
        part=part_of(row.split),
        device=row.device,
        arm_key=row.arm_key,
        baseline_key=row.baseline_key,
        finished_at=run.finished_at,
    )


def effect_size(row, codebook: Codebook) -> tuple[Measure, float]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Return the measure of a comparison's outcome and its effect.

    Raises
    ------
    NoEffect
        If the outcome is not pooled or the row does not hold what its measure needs.
    """
    measure = codebook.outcomes[row.outcome].measure
    if measure == Measure.NONE:
        raise NoEffect("the outcome is not pooled")
    if measure == Measure.DIFFERENCE:
        return measure, difference(
            row.change_kind, row.change_value, row.unit, row.baseline_value, row.quantized_value
        )
    ratio = log_ratio(row.change_kind, row.change_value, row.baseline_value, row.quantized_value)
    return measure, -ratio if (row.outcome, row.unit) in _INVERSE else ratio


def difference(
    kind: ChangeKind, change: Decimal | None, unit: str, baseline: Decimal | None, quantized: Decimal | None
) -> float:
    """Return quantized - baseline in percentage points.

    Raises
    ------
    NoEffect
        If the unit is no share, or neither both arms nor a difference are given.
    """
    if unit not in POINTS:
        raise NoEffect(f"the unit {unit} is no share")
    points = POINTS[unit]
    if baseline is not None and quantized is not None:
        return float(quantized - baseline) * points
    if kind == ChangeKind.DIFFERENCE and change is not None:
        return float(change) * points
    if baseline is not None and change is not None and kind in (ChangeKind.RATIO, ChangeKind.PERCENT_CHANGE):
        relative = float(change) - 1 if kind == ChangeKind.RATIO else float(change) / 100
        return float(baseline) * relative * points
    raise NoEffect("one arm alone" if kind == ChangeKind.NONE else "a relative change without its baseline")


def log_ratio(
    kind: ChangeKind, change: Decimal | None, baseline: Decimal | None, quantized: Decimal | None
) -> float:
    """Return ln(quantized / baseline).

    Raises
    ------
    NoEffect
        If neither both arms nor a ratio are given, or the ratio is not positive.
    """
    if baseline is not None and quantized is not None:
        ratio = float(quantized / baseline) if baseline else 0.0
    elif kind == ChangeKind.RATIO and change is not None:
        ratio = float(change)
    elif kind == ChangeKind.PERCENT_CHANGE and change is not None:
        ratio = 1 + float(change) / 100
    else:
        raise NoEffect("one arm alone" if kind == ChangeKind.NONE else "a difference without its arms")
    if ratio <= 0:
        raise NoEffect("the ratio is not positive")
    return math.log(ratio)


def variance(row, measure: Measure, correlation: float) -> tuple[float | None, str]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Return the sampling variance of a difference and where it comes from; None where none can be known."""
    if measure != Measure.DIFFERENCE:
        return None, f"none: {row.origin} ratio"
    if not row.n_test:
        return None, "none: no size of the test set"
    n = row.n_test
    assumed = f"assumed correlation {correlation}"
    counted = row.outcome in SHARES_OF_TEST_CASES
    if counted and row.discordant_gained is not None and row.discordant_lost is not None:
        value = paired_variance_from_counts(row.discordant_gained, row.discordant_lost, n)
        return (value, "discordant counts") if value else (None, "none: no case changed, or all did")
    points = POINTS[row.unit]
    if row.baseline_sd is not None and row.quantized_sd is not None:
        a, b = float(row.baseline_sd) * points, float(row.quantized_sd) * points
        value = paired_variance_from_sds(a, b, n, correlation)
        return (value, f"standard deviations, {assumed}") if value else (None, "none: no spread")
    if (
        row.outcome in SHARES_OF_TEST_CASES
        and row.baseline_value is not None
        and row.quantized_value is not None
    ):
        p, q = float(row.baseline_value) * points / 100, float(row.quantized_value) * points / 100
        if not (0 <= p <= 1 and 0 <= q <= 1):
            return None, "none: a share below 0 or above 100 %"
        value = paired_variance_from_margins(p, q, n, correlation)
        return (value, f"n_test, {assumed}") if value else (None, "none: both arms all right or all wrong")
    return None, "none: no spread"


def _printed(value: Decimal | None, unit: str) -> str:
    if value is None:
        return ""
    number = format(value, "f")
    return {"percent": f"{number} %", "fraction": number, "ratio": number, "other": number}.get(
        unit, f"{number} {unit}"
    )
