"""Claimed versus measured: what re-measurement says of each published claim, by equivalence testing.

A claim is reproduced where the 90 % interval of measured - published lies within the tolerance that its case fixed
before anything was measured (two one-sided tests at 5 %), not reproduced where it lies wholly outside, and otherwise
inconclusive. Shares are compared in percentage points, sizes and times as ratios.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import stdev
from typing import Any

from sqlalchemy import Connection, select

from db.codebook.codebook import codebook_from_database
from db.models.tables import Case, Claim, Comparison, Run
from db.vocabulary import Origin, Quantity, RunState, Verdict
from review.claim_answer import Answer, Contrast, Measured, answer
from review.claim_published import Published, is_logarithm, published_value
from review.claim_words import (
    absent_words,
    decided_words,
    elsewhere_words,
    image_words,
    open_words,
    seed_words,
)
from review.meta.repeated import equivalence
from review.predictions import read_predictions
from review.repeats import read_repeats

NOT_MEASURED = "not measured yet"


@dataclass(frozen=True)
class SeedValue:
    """What one run (one seed) measured of the quantity that a claim is about, in the claim's unit."""

    run_id: str
    seed: int | None
    value: float


@dataclass(frozen=True)
class ClaimVerdict:
    """One claim of a case with its published value, what was measured of it, and the verdict.

    `published`, `measured`, the intervals and the seeds' values are in `unit`: "percentage points" for changes of
    shares, "percent" for their levels, "ratio" (quantized / baseline) for sizes, latencies and the like, or the
    outcome's own unit for their levels. `tolerance` is in percentage points, or in percent of a ratio. `verdict` is
    None while nothing that answers the claim is measured. `ci_low` and `ci_high` bound the 95 % interval;
    `equivalence_low` and `equivalence_high` bound the 90 % interval of measured - published (of measured / published
    for ratios) that the verdict rests on.
    """

    case_id: str
    case_title: str
    position: int
    study_id: str
    comparison_id: str | None
    statement: str
    quantity: Quantity
    outcome: str
    arm_key: str
    baseline_key: str
    verdict: Verdict | None
    why: str
    published: float | None
    published_text: str
    measured: float | None
    ci_low: float | None
    ci_high: float | None
    equivalence_low: float | None
    equivalence_high: float | None
    tolerance: float | None
    tolerance_reason: str
    unit: str
    seeds: tuple[SeedValue, ...]
    seed_sd: float | None
    n_images: int | None
    split: str | None
    part: str | None
    synthetic: bool
    runs_failed: int


def read_verdicts(connection: Connection) -> tuple[ClaimVerdict, ...]:
    """Return what re-measurement says of every claim, in the order of cases and claims.

    Parameters
    ----------
    connection
        An open connection to an evidence database.

    Notes
    -----
    Of each case the newest version with runs counts: that of the last run on real images that is done, else of the
    last run that is done, else of the last run.
    """
    measured = _read_measured(connection)
    runs: dict[str, list[Any]] = {}
    columns = [Run.run_id, Run.case_hash, Run.case_id, Run.split, Run.seed, Run.state, Run.synthetic]
    for run in connection.execute(select(*columns, Run.finished_at).order_by(Run.finished_at, Run.run_id)):
        runs.setdefault(run.case_id, []).append(run)
    published = {
        row.comparison_id: row
        for row in connection.execute(
            select(Comparison.__table__).where(Comparison.origin == Origin.REPORTED)
        )
    }
    cases = connection.execute(
        select(Case.case_id, Case.case_hash, Case.title).order_by(Case.case_hash)
    ).all()
    verdicts: list[ClaimVerdict] = []
    for case_id in sorted({case.case_id for case in cases}):
        case_runs = runs.get(case_id, [])
        versions = {case.case_hash: case for case in cases if case.case_id == case_id}
        version = versions[_newest(case_runs, versions)]
        claims = connection.execute(
            select(Claim.__table__).where(Claim.case_hash == version.case_hash).order_by(Claim.position)
        ).all()
        own = [run for run in case_runs if run.case_hash == version.case_hash]
        of_case = [_judge(claim, version, own, published, measured) for claim in claims]
        verdicts += [_with_siblings(verdict, of_case) for verdict in of_case]
    return tuple(verdicts)


def _read_measured(connection: Connection) -> Measured:
    comparisons: dict[str, list[Any]] = {}
    query = select(Comparison.__table__).where(Comparison.origin == Origin.MEASURED)
    for row in connection.execute(query.order_by(Comparison.position, Comparison.comparison_id)):
        comparisons.setdefault(row.run_id, []).append(row)
    return Measured(
        comparisons,
        read_repeats(connection),
        read_predictions(connection),
        codebook_from_database(connection),
    )


def _newest(runs: Sequence[Any], versions: Mapping[str, Any]) -> str:
    known = [run for run in runs if run.case_hash in versions]
    done = [run for run in known if run.state == RunState.DONE]
    real = [run for run in done if not run.synthetic]
    for chosen in (real, done, known):
        if chosen:
            return str(chosen[-1].case_hash)
    return max(versions)


def _judge(
    claim: Any,  # noqa: ANN401
    case: Any,  # noqa: ANN401
    runs: Sequence[Any],
    reported: Mapping[str, Any],
    measured: Measured,
) -> ClaimVerdict:
    """Weigh one claim."""
    fitting = [run for run in runs if claim.split is None or run.split in (None, claim.split)]
    done = [run for run in fitting if run.state == RunState.DONE]
    synthetic = bool(done) and all(run.synthetic for run in done)
    done = [run for run in done if run.synthetic == synthetic]
    contrast = Contrast(claim.quantity, claim.outcome, claim.arm_key, claim.baseline_key, claim.part)
    found = answer(contrast, done, measured)
    published = published_value(claim, reported, measured.codebook)
    blank = ClaimVerdict(
        case_id=case.case_id, case_title=case.title, position=claim.position, study_id=claim.study_id,
        comparison_id=claim.comparison_id, statement=claim.statement, quantity=claim.quantity,
        outcome=claim.outcome, arm_key=claim.arm_key, baseline_key=claim.baseline_key, verdict=None,
        why=absent_words(claim) if done else NOT_MEASURED, published=None, published_text=published.text,
        measured=None, ci_low=None, ci_high=None, equivalence_low=None, equivalence_high=None,
        tolerance=claim.tolerance, tolerance_reason=claim.reason, unit=_unit(claim, measured, published, found),
        seeds=(), seed_sd=None, n_images=None, split=claim.split, part=claim.part, synthetic=synthetic,
        runs_failed=sum(run.state == RunState.FAILED for run in fitting),
    )  # fmt: skip
    if published.value is not None:
        blank = replace(
            blank,
            published=math.exp(published.value)
            if is_logarithm(claim.outcome, measured.codebook)
            else published.value,
        )
    return blank if found is None else _decided(_with_answer(blank, found), claim, found, published)


def _with_answer(blank: ClaimVerdict, found: Answer) -> ClaimVerdict:
    """Add what was measured, in the claim's unit."""

    def told(value: float) -> float:
        return math.exp(value) if found.logarithm else value

    interval = found.mean.interval(95.0)
    values = [told(value) for value in found.mean.by_seed]
    return replace(
        blank,
        measured=told(found.mean.value),
        ci_low=None if interval is None else told(interval[0]),
        ci_high=None if interval is None else told(interval[1]),
        seeds=tuple(SeedValue(r.run_id, r.seed, v) for r, v in zip(found.runs, values, strict=True)),
        seed_sd=stdev(values) if len(values) > 1 else None,
        n_images=found.mean.clusters or None,
    )


def _decided(verdict: ClaimVerdict, claim: Any, found: Answer, published: Published) -> ClaimVerdict:  # noqa: ANN401
    """Give the verdict and its reason."""
    if claim.comparison_id is None:
        why = [open_words(verdict), seed_words(verdict)]
        state = Verdict.NOT_COMPARABLE if verdict.synthetic else Verdict.OPEN
        return replace(verdict, verdict=state, why=_sentences(_synthetic(verdict), *why))
    incomparable = _incomparable(verdict, claim, found, published)
    if incomparable or published.value is None:
        return replace(verdict, verdict=Verdict.NOT_COMPARABLE, why=_sentences(incomparable))
    tolerance = math.log1p(claim.tolerance / 100) if found.logarithm else claim.tolerance
    test = equivalence(found.mean, published.value, tolerance)
    state = Verdict.INCONCLUSIVE
    if test is not None:
        state = Verdict.REPRODUCED if test.within else Verdict.NOT_REPRODUCED if test.outside else state
        low, high = (math.exp(b) if found.logarithm else b for b in (test.low, test.high))
        verdict = replace(verdict, equivalence_low=low, equivalence_high=high)
    why = [decided_words(verdict, state), image_words(verdict, published.n_test), seed_words(verdict)]
    return replace(verdict, verdict=state, why=_sentences(*why))


def _incomparable(verdict: ClaimVerdict, claim: Any, found: Answer, published: Published) -> str:  # noqa: ANN401
    if not claim.comparable:
        return str(claim.reason)
    if verdict.synthetic:
        return _synthetic(verdict)
    if published.why:
        return published.why
    if claim.quantity == Quantity.BASELINE and found.unit != published.unit:
        return f"it was published in {published.unit} and measured in {found.unit}"
    return ""


def _synthetic(verdict: ClaimVerdict) -> str:
    return "the images were synthetic, which are no evidence" if verdict.synthetic else ""


def _sentences(*parts: str) -> str:
    said = [part.strip().rstrip(".") for part in parts if part.strip()]
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in said)


def _unit(claim: Any, measured: Measured, published: Published, found: Answer | None) -> str:  # noqa: ANN401
    if claim.quantity == Quantity.CHANGE:
        return "ratio" if is_logarithm(claim.outcome, measured.codebook) else "percentage points"
    return (found.unit if found is not None else None) or published.unit or "percent"


def _with_siblings(verdict: ClaimVerdict, of_case: Sequence[ClaimVerdict]) -> ClaimVerdict:
    """Point from a size that is not reproduced to the other reading of the same published value that is."""
    if verdict.verdict != Verdict.NOT_REPRODUCED:
        return verdict
    for other in of_case:
        same = (other.comparison_id, other.quantity) == (verdict.comparison_id, verdict.quantity)
        if same and other.verdict == Verdict.REPRODUCED:
            return replace(verdict, why=_sentences(verdict.why, elsewhere_words(verdict, other)))
    return verdict
