"""Measured effects: synthetic ones are no evidence, and seeds are summed up as the verdicts sum them up."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from db.session import reading
from db.vocabulary import Execution, Granularity
from review.effects import SYNTHETIC, read_effects
from review.measured import MeasuredSummary, summarise_measured
from review.pool import pool_database
from review.predictions import read_predictions
from review.reproduction import read_verdicts

AddRun = Callable[..., str]
TRUTH = "0123" * 25
LABELS = {"validation": TRUTH, "testing": TRUTH[:40]}
CLAIM = {"comparison_id": "kanneti2026-01", "tolerance": 0.5}


def said(wrong: int, labels: str = TRUTH) -> str:
    return "".join(str((int(c) + 1) % 4) if i < wrong else c for i, c in enumerate(labels))


def accuracy(lost: int, **given: Any) -> dict[str, Any]:
    return {
        "baseline_value": "90", "quantized_value": str(90 - lost), "n_test": 100, "discordant_gained": 0,
        "discordant_lost": lost, "split": "paper/validation",
    } | given  # fmt: skip


def latency(ratio: str, threads: str) -> dict[str, Any]:
    return {
        "outcome": "latency", "unit": "ms", "baseline_value": "1", "quantized_value": ratio, "device": f"cpu, {threads}"
    }  # fmt: skip


def add_seed(engine: Engine, add_run: AddRun, run: str, seed: int, lost: int, **given: Any) -> None:
    predictions = {("fp32", "validation"): said(10), ("float16", "validation"): said(10 + lost)}
    add_run(
        engine, run, seed=seed, claims=[CLAIM], labels=LABELS, predictions=predictions, comparisons=[accuracy(lost)], **given
    )  # fmt: skip


def summaries(engine: Engine, *, images: bool = True) -> tuple[MeasuredSummary, ...]:
    with reading(engine) as connection:
        return summarise_measured(
            read_effects(connection).effects, read_predictions(connection) if images else None
        )


def test_synthetic_runs_have_no_effect(seeded_db: Engine, add_run: AddRun) -> None:
    add_seed(seeded_db, add_run, "phantom", 0, 3, synthetic=True)
    with reading(seeded_db) as connection:
        found = read_effects(connection)
        (pool,) = pool_database(connection, ["accuracy"])
    assert [(o.comparison_id, o.why) for o in found.omitted if o.source == "phantom"] == [
        ("phantom.01", SYNTHETIC)
    ]
    assert pool.measured == ()
    assert summaries(seeded_db) == ()


def test_a_measured_effect_knows_its_run(seeded_db: Engine, add_run: AddRun) -> None:
    add_run(seeded_db, "r1", seed=4, split="grouped", comparisons=[accuracy(2, granularity="per_tensor")])
    with reading(seeded_db) as connection:
        effect = read_effects(connection).effects[-1]
    assert effect.run is not None
    facts = (effect.run.run_id, effect.run.case_id, effect.run.seed, effect.run.split, effect.run.part)
    assert facts == ("r1", "fp16", 4, "grouped", "validation")
    assert (effect.run.arm_key, effect.run.baseline_key) == ("float16", "fp32")
    assert (effect.execution, effect.granularity) == (Execution.INTERPRETER, Granularity.PER_TENSOR)


def test_reported_effects_have_no_run(seeded_db: Engine) -> None:
    with reading(seeded_db) as connection:
        assert all(effect.run is None for effect in read_effects(connection).effects)
    assert summaries(seeded_db) == ()


def test_seeds_are_summed_up_to_one_row_with_the_interval_of_the_verdict(
    seeded_db: Engine, add_run: AddRun
) -> None:
    for seed, lost in enumerate((2, 4, 3)):
        add_seed(seeded_db, add_run, f"r{seed}", seed, lost)
    (found,) = summaries(seeded_db)
    with reading(seeded_db) as connection:
        (verdict,) = read_verdicts(connection)
    assert found.yi == pytest.approx(-3)
    assert found.seeds == ((0, pytest.approx(-2)), (1, pytest.approx(-4)), (2, pytest.approx(-3)))
    assert (found.yi, found.ci_low, found.ci_high) == (verdict.measured, verdict.ci_low, verdict.ci_high)
    assert (found.n, found.split, found.part, found.run_ids) == (
        100,
        "paper",
        "validation",
        ("r0", "r1", "r2"),
    )


def test_without_the_images_the_interval_is_no_narrower(seeded_db: Engine, add_run: AddRun) -> None:
    for seed, lost in enumerate((3, 3, 3)):
        add_seed(seeded_db, add_run, f"r{seed}", seed, lost)
    (exact,), (wide,) = summaries(seeded_db), summaries(seeded_db, images=False)
    assert exact.ci_low is not None
    assert exact.ci_high is not None
    assert wide.ci_low is not None
    assert wide.ci_high is not None
    assert wide.ci_high - wide.ci_low >= 0.97 * (exact.ci_high - exact.ci_low)


def test_splits_and_parts_stand_apart(seeded_db: Engine, add_run: AddRun) -> None:
    rows = [accuracy(2), accuracy(1, split="paper/testing", n_test=40)]
    add_run(seeded_db, "p", comparisons=rows)
    add_run(seeded_db, "g", split="grouped", comparisons=[accuracy(2, split="grouped/validation")])
    found = {(s.split, s.part) for s in summaries(seeded_db)}
    assert found == {("paper", "validation"), ("paper", "testing"), ("grouped", "validation")}


def test_threads_stand_apart_and_repeats_give_the_interval(seeded_db: Engine, add_run: AddRun) -> None:
    repeats = [
        {"arm": "float16", "metric": "latency_log_ratio_variance", "split": split, "value": value}
        for split, value in (("1 thread", 0.01), ("all threads", 0.04))
    ]
    rows = [latency("0.5", "1 thread"), latency("0.8", "all threads")]
    for seed in range(2):
        add_run(seeded_db, f"r{seed}", seed=seed, comparisons=rows, measurements=repeats)
    one, several = summaries(seeded_db)
    assert (one.device, several.device) == ("cpu, 1 thread", "cpu, all threads")
    assert (one.yi, several.yi) == pytest.approx((math.log(0.5), math.log(0.8)))
    for found, variance in ((one, 0.01), (several, 0.04)):
        assert found.ci_high == pytest.approx(found.yi + 1.959964 * math.sqrt(variance / 2))


def test_a_size_is_exact(seeded_db: Engine, add_run: AddRun) -> None:
    size = {"outcome": "size", "unit": "MB", "baseline_value": "4", "quantized_value": "2"}
    add_run(seeded_db, "r0", comparisons=[size])
    (found,) = summaries(seeded_db)
    assert found.ci_low == found.yi == found.ci_high == pytest.approx(math.log(0.5))


def test_the_last_version_and_the_last_run_of_a_seed_count(seeded_db: Engine, add_run: AddRun) -> None:
    add_seed(seeded_db, add_run, "a-new", 0, 3, text="v2", hour=15)
    add_seed(seeded_db, add_run, "z-old", 0, 9, hour=10)
    add_seed(seeded_db, add_run, "z-first", 0, 7, text="v2", hour=14)
    (found,) = summaries(seeded_db)
    assert found.run_ids == ("a-new",)
