"""Every verdict is reached by rows that deserve it, and says why."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import Engine, delete, update

from db.models.tables import Comparison, ImageSet, Prediction
from db.session import place_of, reading, writing
from db.vocabulary import RunState, Verdict
from review.meta.repeated import repeated_change
from review.predictions import read_predictions
from review.reproduction import ClaimVerdict, read_verdicts

AddRun = Callable[..., str]
N = 573
LABELS = {"validation": "0123" * 143 + "0"}
HEADLINE = {"comparison_id": "kanneti2026-01", "tolerance": 0.5}
SIZE = {"comparison_id": "kanneti2026-02", "tolerance": 5.0, "outcome": "size", "part": None}


def said(wrong: int, labels: str = LABELS["validation"]) -> str:
    """Return predictions of which the first `wrong` are not the labels."""
    return "".join(str((int(c) + 1) % 4) if i < wrong else c for i, c in enumerate(labels))


def both(baseline_wrong: int, quantized_wrong: int) -> dict[tuple[str, str], str]:
    return {("fp32", "validation"): said(baseline_wrong), ("float16", "validation"): said(quantized_wrong)}


def size(baseline: str, quantized: str, key: str = "fp32") -> Mapping[str, Any]:
    return {
        "outcome": "size", "unit": "MB", "baseline_value": baseline, "quantized_value": quantized, "baseline_key": key
    }  # fmt: skip


def verdicts(engine: Engine) -> tuple[ClaimVerdict, ...]:
    with reading(engine) as connection:
        return read_verdicts(connection)


def only(engine: Engine) -> ClaimVerdict:
    (verdict,) = verdicts(engine)
    return verdict


def test_the_headline_is_reproduced_and_is_one_image(seeded_db: Engine, add_run: AddRun) -> None:
    for seed in range(3):
        add_run(
            seeded_db, f"r{seed}", seed=seed, claims=[HEADLINE], labels=LABELS, predictions=both(102, 101)
        )
    found = only(seeded_db)
    assert (found.verdict, found.unit, found.n_images) == (Verdict.REPRODUCED, "percentage points", N)
    assert (found.published, found.measured) == (pytest.approx(0.17), pytest.approx(100 / N))
    assert [(s.run_id, s.seed) for s in found.seeds] == [("r0", 0), ("r1", 1), ("r2", 2)]
    assert found.seed_sd == 0
    assert found.equivalence_low is not None
    assert found.equivalence_high is not None
    assert -0.5 < found.equivalence_low < 0 < found.equivalence_high < 0.5
    assert "lies within ±0.5" in found.why
    assert "is one image: one of 573 images is 0.175 points" in found.why
    assert (found.published_text, found.tolerance_reason) == ("82.20 -> 82.37", "a reason")


def test_a_change_far_from_the_published_one_is_not_reproduced(seeded_db: Engine, add_run: AddRun) -> None:
    add_run(seeded_db, "r0", claims=[HEADLINE], labels=LABELS, predictions=both(100, 160))
    found = only(seeded_db)
    assert found.verdict == Verdict.NOT_REPRODUCED
    assert found.equivalence_high is not None
    assert found.equivalence_high < -0.5
    assert "wholly outside ±0.5" in found.why
    assert "One seed: the interval speaks of other images, not of other trainings." in found.why


def test_too_wide_an_interval_is_inconclusive(seeded_db: Engine, add_run: AddRun) -> None:
    add_run(seeded_db, "r0", claims=[HEADLINE], labels=LABELS, predictions=both(100, 102))
    found = only(seeded_db)
    assert found.verdict == Verdict.INCONCLUSIVE
    assert "partly within and partly outside" in found.why


def test_another_kind_of_contrast_is_not_comparable(seeded_db: Engine, add_run: AddRun) -> None:
    claim = HEADLINE | {"comparable": False, "reason": "other photographs"}
    add_run(seeded_db, "r0", claims=[claim], labels=LABELS, predictions=both(102, 101))
    found = only(seeded_db)
    assert (found.verdict, found.why) == (Verdict.NOT_COMPARABLE, "Other photographs.")
    assert found.measured == pytest.approx(100 / N)
    assert found.equivalence_low is None


def test_synthetic_images_are_not_comparable(seeded_db: Engine, add_run: AddRun) -> None:
    open_question = {"arm_key": "float16"}
    add_run(
        seeded_db,
        "r0",
        claims=[HEADLINE, open_question],
        labels=LABELS,
        predictions=both(102, 101),
        synthetic=True,
    )
    for found in verdicts(seeded_db):
        assert (found.verdict, found.synthetic) == (Verdict.NOT_COMPARABLE, True)
        assert "no evidence" in found.why


def test_real_images_count_where_there_are_both(seeded_db: Engine, add_run: AddRun) -> None:
    add_run(seeded_db, "r0", claims=[HEADLINE], labels=LABELS, predictions=both(102, 101))
    add_run(seeded_db, "r1", labels=LABELS, predictions=both(102, 300), synthetic=True, seed=1, hour=13)
    add_run(seeded_db, "r2", text="a later version", labels=LABELS, synthetic=True, hour=14)
    found = only(seeded_db)
    assert (found.synthetic, [s.run_id for s in found.seeds]) == (False, ["r0"])


def test_a_comparison_that_the_corpus_lacks_is_not_comparable(seeded_db: Engine, add_run: AddRun) -> None:
    claim = HEADLINE | {"comparison_id": "nobody2020-01"}
    add_run(seeded_db, "r0", claims=[claim], labels=LABELS, predictions=both(102, 101))
    found = only(seeded_db)
    assert (found.verdict, found.published) == (Verdict.NOT_COMPARABLE, None)
    assert found.why == "The loaded corpus has no comparison nobody2020-01."


def test_an_open_question_is_answered_without_a_verdict_on_anybody(
    seeded_db: Engine, add_run: AddRun
) -> None:
    add_run(seeded_db, "r0", claims=[{}], labels=LABELS, predictions=both(100, 106))
    found = only(seeded_db)
    assert (found.verdict, found.published, found.published_text) == (Verdict.OPEN, None, "left open")
    assert found.measured == pytest.approx(-600 / N)
    assert found.why.startswith(
        "The study leaves it open; measured: −1.05 percentage points, 95 % interval −"
    )


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.PLANNED])
def test_without_a_done_run_nothing_is_measured_yet(
    seeded_db: Engine, add_run: AddRun, state: RunState
) -> None:
    add_run(seeded_db, "r0", claims=[HEADLINE], state=state)
    found = only(seeded_db)
    assert (found.verdict, found.why, found.seeds) == (None, "not measured yet", ())
    assert found.runs_failed == (state == RunState.FAILED)


def test_a_done_run_that_lacks_the_arms_says_so(seeded_db: Engine, add_run: AddRun) -> None:
    add_run(
        seeded_db, "r0", claims=[HEADLINE | {"arm_key": "int4"}], labels=LABELS, predictions=both(100, 100)
    )
    found = only(seeded_db)
    assert found.verdict is None
    assert (
        found.why == "runs are done, but none holds the accuracy of int4 and fp32 on paper validation images"
    )


def test_a_size_is_told_from_the_file_that_explains_it(seeded_db: Engine, add_run: AddRun) -> None:
    claims = [SIZE, SIZE | {"baseline_key": "keras_with_optimizer"}]
    sizes = [size("11.30", "5.74"), size("35.44", "5.74", "keras_with_optimizer")]
    for seed in range(3):
        add_run(seeded_db, f"r{seed}", seed=seed, claims=claims, comparisons=sizes)
    alike, with_optimizer = verdicts(seeded_db)
    assert (alike.verdict, alike.unit) == (Verdict.NOT_REPRODUCED, "ratio")
    assert alike.published == pytest.approx(5.76 / 35.34)
    assert alike.measured == pytest.approx(5.74 / 11.30)
    assert "measured / published is 3.12, wholly outside ±5 %" in alike.why.lower()
    assert (
        "float16 against keras_with_optimizer instead of fp32 gives a ratio of 0.162 (6.17 times less)"
        in (alike.why.replace("Float16", "float16"))
    )
    assert "optimizer's state, not on the reduced precision" in alike.why
    assert with_optimizer.verdict == Verdict.REPRODUCED
    assert with_optimizer.equivalence_low == pytest.approx(5.74 / 35.44 / (5.76 / 35.34))
    assert with_optimizer.ci_low == with_optimizer.ci_high


@pytest.mark.parametrize(
    ("quantized", "verdict"),
    [("5.999", Verdict.REPRODUCED), ("5.486", Verdict.REPRODUCED), ("6.06", Verdict.NOT_REPRODUCED)],
)
def test_a_ratio_may_differ_by_its_tolerance_in_percent(
    seeded_db: Engine, add_run: AddRun, quantized: str, verdict: Verdict
) -> None:
    add_run(seeded_db, "r0", claims=[SIZE], comparisons=[size("35.34", quantized)])
    assert only(seeded_db).verdict == verdict


def test_a_baseline_is_compared_by_its_level(seeded_db: Engine, add_run: AddRun) -> None:
    claim = HEADLINE | {"quantity": "baseline", "arm_key": "fp32", "tolerance": 6.0}
    for seed, wrong in enumerate((100, 102, 104)):
        add_run(seeded_db, f"r{seed}", seed=seed, claims=[claim], labels=LABELS, predictions=both(wrong, 9))
    found = only(seeded_db)
    assert (found.verdict, found.unit, found.published) == (Verdict.REPRODUCED, "percent", 82.2)
    assert found.measured == pytest.approx(100 * 471 / N)
    assert [s.value for s in found.seeds] == pytest.approx([100 * (N - w) / N for w in (100, 102, 104)])
    assert found.seed_sd == pytest.approx(200 / N)


def test_discordant_counts_stand_in_for_missing_predictions(seeded_db: Engine, add_run: AddRun) -> None:
    row = {
        "baseline_value": "82.20", "quantized_value": "82.37", "split": "paper/validation", "n_test": N,
        "discordant_gained": 1, "discordant_lost": 0,
    }  # fmt: skip
    add_run(seeded_db, "r0", claims=[HEADLINE], labels=LABELS, predictions=both(102, 101), comparisons=[row])
    whole = only(seeded_db)
    with writing(seeded_db, actor="a", reason="b") as connection:
        connection.execute(delete(Prediction))
    found = only(seeded_db)
    assert (found.measured, found.ci_low, found.verdict) == (
        pytest.approx(whole.measured), pytest.approx(whole.ci_low), whole.verdict
    )  # fmt: skip


def test_the_interval_is_that_of_the_arithmetic(seeded_db: Engine, add_run: AddRun) -> None:
    for seed in range(2):
        add_run(
            seeded_db,
            f"r{seed}",
            seed=seed,
            claims=[HEADLINE],
            labels=LABELS,
            predictions=both(90 + seed, 95),
        )
    found = only(seeded_db)
    with reading(seeded_db) as connection:
        known = read_predictions(connection)
    arms = [[known.correct(f"r{s}", arm, "validation") for s in range(2)] for arm in ("fp32", "float16")]
    baseline, quantized = ([c.right for c in arm if c] for arm in arms)
    mean = repeated_change(baseline, quantized, [c.images for c in arms[0] if c])
    assert (found.ci_low, found.ci_high) == pytest.approx(mean.interval(95))


def test_a_run_on_another_split_does_not_answer(seeded_db: Engine, add_run: AddRun) -> None:
    add_run(seeded_db, "r0", claims=[HEADLINE], labels=LABELS, predictions=both(102, 300), split="grouped")
    assert only(seeded_db).why == "not measured yet"


def test_a_seed_that_was_run_again_counts_once_by_its_later_run(seeded_db: Engine, add_run: AddRun) -> None:
    add_run(seeded_db, "later", claims=[HEADLINE], labels=LABELS, predictions=both(102, 101), hour=15)
    add_run(seeded_db, "sooner", claims=[HEADLINE], labels=LABELS, predictions=both(102, 300), hour=14)
    assert [s.run_id for s in only(seeded_db).seeds] == ["later"]


def test_the_version_of_a_case_that_ran_last_counts(seeded_db: Engine, add_run: AddRun) -> None:
    add_run(seeded_db, "old", claims=[HEADLINE], labels=LABELS, predictions=both(102, 300), hour=10)
    strict = HEADLINE | {"tolerance": 0.1}
    add_run(seeded_db, "new", claims=[strict], text="v2", labels=LABELS, predictions=both(102, 101), hour=11)
    found = only(seeded_db)
    assert (found.tolerance, [s.run_id for s in found.seeds]) == (0.1, ["new"])


def test_a_latency_takes_its_interval_from_its_repeats(seeded_db: Engine, add_run: AddRun) -> None:
    row = {
        "outcome": "latency", "unit": "ms", "baseline_value": "2.0", "quantized_value": "1.0", "device": "cpu, 1 thread"
    }  # fmt: skip
    repeats = {"arm": "float16", "metric": "latency_log_ratio_variance", "split": "1 thread", "value": 0.01}
    claim = {"outcome": "latency", "part": None}
    add_run(seeded_db, "r0", claims=[claim], comparisons=[row], measurements=[repeats])
    found = only(seeded_db)
    assert found.measured == pytest.approx(0.5)
    assert found.ci_high == pytest.approx(math.exp(math.log(0.5) + 1.959964 * 0.1))


def test_one_latency_without_repeats_has_no_interval(seeded_db: Engine, add_run: AddRun) -> None:
    row = {"outcome": "latency", "unit": "ms", "baseline_value": "2.0", "quantized_value": "1.0"}
    with writing(seeded_db, actor="a", reason="b") as connection:
        connection.execute(
            update(Comparison)
            .where(Comparison.comparison_id == "kanneti2026-02")
            .values(outcome="latency", unit="ms")
        )
    add_run(seeded_db, "r0", claims=[SIZE | {"outcome": "latency"}], comparisons=[row])
    found = only(seeded_db)
    assert (found.verdict, found.ci_low) == (Verdict.INCONCLUSIVE, None)
    assert "run more seeds" in found.why


def test_damaged_predictions_are_passed_over(seeded_db: Engine, add_run: AddRun) -> None:
    add_run(seeded_db, "r0", claims=[HEADLINE], labels=LABELS, predictions=both(102, 101))
    with writing(seeded_db, actor="a", reason="b") as connection:
        connection.execute(update(ImageSet).values(labels="01"))
    assert only(seeded_db).verdict is None


def test_without_cases_there_is_no_verdict(fresh_db: Engine) -> None:
    assert verdicts(fresh_db) == ()


def test_the_command_lists_claims_for_people_and_programs(
    seeded_db: Engine, add_run: AddRun, medquant: Callable[..., Any]
) -> None:
    import json

    add_run(seeded_db, "r0", claims=[HEADLINE, {}], labels=LABELS, predictions=both(102, 101))
    path = place_of(seeded_db)
    lines = medquant("review", "claims", "--db", path).out.splitlines()
    assert lines[0].split() == [
        "claim",
        "study",
        "published",
        "measured",
        "95",
        "%",
        "CI",
        "seeds",
        "verdict",
    ]
    assert lines[1].startswith("fp16 1: accuracy  kanneti2026  82.20 -> 82.37  +0.17 points  ")
    assert lines[1].endswith("reproduced")
    assert "One seed" in medquant("review", "claims", "--why", "--db", path).out
    told = json.loads(medquant("review", "claims", "--json", "--db", path).out)
    assert [row["verdict"] for row in told] == ["reproduced", "open"]


def test_the_command_says_where_no_case_was_run(seeded_db: Engine, medquant: Callable[..., Any]) -> None:
    done = medquant("review", "claims", "--db", place_of(seeded_db))
    assert (done.code, done.out) == (
        0,
        "no case with claims was run; `medquant benchmark cases` lists them\n",
    )
