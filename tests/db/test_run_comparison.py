"""Two runs side by side: what changed is told from noise, image by image where the images are known."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from scipy.stats import binomtest
from sqlalchemy import Engine, update

from db.errors import MedquantError
from db.models.tables import Run
from db.run_comparison import Difference, RunComparison, compare_runs, mcnemar_exact
from db.session import reading, writing

AddRun = Callable[..., str]
LABELS = {"validation": "01" * 20}


def said(wrong: int) -> dict[tuple[str, str], str]:
    flipped = {"0": "1", "1": "0"}
    truth = LABELS["validation"]
    return {("fp32", "validation"): "".join(flipped[c] if i < wrong else c for i, c in enumerate(truth))}


def compared(engine: Engine, old: str = "a", new: str = "b") -> RunComparison:
    with reading(engine) as connection:
        return compare_runs(connection, old, new)


def value(metric: str, number: float | None, **given: Any) -> dict[str, Any]:
    return {"arm": "fp32", "metric": metric, "value": number, **given}


@pytest.mark.parametrize(("gained", "lost"), [(0, 0), (1, 0), (3, 1), (5, 5), (0, 8), (40, 20)])
def test_mcnemar_is_the_exact_binomial_test(gained: int, lost: int) -> None:
    wanted = binomtest(gained, gained + lost).pvalue if gained + lost else 1.0
    assert mcnemar_exact(gained, lost) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("wrong", "difference"), [(2, Difference.SAME), (4, Difference.NOISE), (12, Difference.CHANGED)]
)
def test_accuracies_on_the_same_images_are_compared_image_by_image(
    fresh_db: Engine, add_run: AddRun, wrong: int, difference: Difference
) -> None:
    for run, errors in (("a", 2), ("b", wrong)):
        accuracy = value(
            "accuracy", 1 - errors / 40, split="paper/validation", unit="fraction", ci_low=0.1, ci_high=1.0
        )
        add_run(fresh_db, run, labels=LABELS, predictions=said(errors), measurements=[accuracy])
    (found,) = compared(fresh_db).values
    assert (found.difference, found.split) == (difference, "paper/validation")
    assert found.change == pytest.approx((2 - wrong) / 40)
    assert f"0 images gained, {wrong - 2} lost of 40" in found.how


@pytest.mark.parametrize(
    ("metric", "old", "new", "difference"),
    [
        ("latency_ratio", {"value": 1.0, "ci_low": 0.9, "ci_high": 1.1}, {"value": 1.1, "ci_low": 1.0, "ci_high": 1.2}, "noise"),
        ("latency_ratio", {"value": 1.0, "ci_low": 0.9, "ci_high": 1.1}, {"value": 1.3, "ci_low": 1.2, "ci_high": 1.4}, "changed"),
        ("size_bytes", {"value": 10.0}, {"value": 11.0}, "changed"),
        ("size_bytes", {"value": 10.0}, {"value": 10.0}, "same"),
        ("load_before", {"value": 0.1}, {"value": 1.9}, "unknown"),
        ("energy_j", {"value": None}, {"value": 1.0}, "unknown"),
        ("energy_j", {"value": None}, {"value": None}, "same"),
        ("peak_rss_mb", {"value": 1.0, "unit": "MB"}, {"value": 2.0, "unit": "GB"}, "unknown"),
    ],
)  # fmt: skip
def test_other_values_are_told_apart_by_what_is_known_of_them(
    fresh_db: Engine, add_run: AddRun, metric: str, old: dict[str, Any], new: dict[str, Any], difference: str
) -> None:
    for run, given in (("a", old), ("b", new)):
        add_run(fresh_db, run, measurements=[{"arm": "fp32", "metric": metric, **given}])
    (found,) = compared(fresh_db).values
    assert found.difference == difference


def test_facts_that_differ_are_named_by_their_path(fresh_db: Engine, add_run: AddRun) -> None:
    add_run(fresh_db, "a", seed=0, measurements=[value("only_a", 1.0)])
    add_run(fresh_db, "b", seed=1, measurements=[value("only_b", 1.0)])
    with writing(fresh_db, actor="a", reason="b") as connection:
        connection.execute(
            update(Run)
            .where(Run.run_id == "b")
            .values(fingerprint={"code": "abc", "data": {"hash": "d2"}, "new": 1})
        )
    found = compared(fresh_db)
    assert {(f.name, f.old, f.new) for f in found.facts} == {
        ("seed", 0, 1), ("fingerprint.data.hash", "d1", "d2"), ("fingerprint.new", None, 1)
    }  # fmt: skip
    assert (found.only_old, found.only_new) == (("fp32 only_a",), ("fp32 only_b",))


def test_it_reads_for_people_and_for_programs(fresh_db: Engine, add_run: AddRun) -> None:
    for run, errors in (("a", 2), ("b", 12)):
        sizes = [value("size_bytes", 10.0 + errors), value("macs", 5.0)]
        add_run(fresh_db, run, labels=LABELS, predictions=said(errors), measurements=sizes)
    found = compared(fresh_db)
    lines = found.as_text().splitlines()
    assert lines[0] == "a -> b"
    assert lines[1] == "  changed: fp32 size_bytes: 12 -> 22 (counted, not sampled)"
    assert lines[2].startswith(
        "  changed: fp32 accuracy paper/validation: 0.95 -> 0.7 fraction (0 images gained, 10 lost"
    )
    assert lines[3:] == ["  1 value the same", "all facts of the runs are the same"]
    assert json.loads(json.dumps(found.as_json()))["values"][1]["change"] == 10


def test_a_run_that_is_none_is_told(fresh_db: Engine, add_run: AddRun) -> None:
    add_run(fresh_db, "a")
    with pytest.raises(MedquantError, match="there is no run 'b'; `medquant benchmark runs` lists them"):
        compared(fresh_db)
