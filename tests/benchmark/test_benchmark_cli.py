"""`medquant benchmark` at the command line: what it lists and shows, and one clear sentence for every mistake."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from benchmark.catalogue import find_cases, read_cases
from benchmark.records import fail_run, finish_run, plan_run
from db.session import place_of

Medquant = Callable[..., Any]
VERBS = (
    "cases",
    "run",
    "resume",
    "runs",
    "show",
    "compare",
    "leakage",
    "export",
    "phantom",
    "pack",
    "unpack",
)
HEAVY = (
    "tensorflow",
    "keras",
    "numpy",
    "pandas",
    "sqlalchemy",
    "matplotlib",
    "PIL",
    "onnxruntime",
    "ai_edge_litert",
)

ASK_EVERY_VERB = """
import contextlib, io, json, sys, medquant
for verb in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        medquant.main(["benchmark", verb, "--help"])
print(json.dumps([name for name in json.loads(sys.argv[2]) if name in sys.modules]))
"""


def _result(classes: str) -> dict[str, Any]:
    right = sum(a == b for a, b in zip(classes, "0101010101", strict=True))
    return {
        "dataset": "toy",
        "synthetic": False,
        "fingerprint": {"data_sha256": "abc", "threads": 2},
        "environment": {"environment_id": "e1", "label": "a machine", "facts": {"cores": 2}},
        "image_sets": [
            {
                "set_id": "s1", "dataset": "toy", "split": "paper", "part": "validation", "synthetic": False, "n": 10,
                "classes": ["no_tumor", "tumor"], "labels": "0101010101", "images": " ".join(f"{i:012x}" for i in range(10)),
                "facts": None,
            }
        ],
        "predictions": [
            {"arm": "fp32", "set_id": "s1", "classes": "0101010100"},
            {"arm": "int8", "set_id": "s1", "classes": classes},
        ],
        "measurements": [
            {
                "arm": "int8", "metric": "accuracy", "split": "paper/validation", "value": right / 10,
                "unit": "fraction", "n": 10, "ci_low": 0.1, "ci_high": 1.0, "note": None,
            }
        ],
        "comparisons": [
            {
                "arm": "int8", "arm_key": "int8", "baseline_key": "fp32", "technique": ["ptq"], "weight_bits": ["8"],
                "outcome": "accuracy", "unit": "percent", "baseline_value": "90.0000",
                "quantized_value": f"{10 * right}.0000", "change_kind": "difference",
                "change_value": f"{10 * right - 90}.0000", "bound": "exact", "n_test": 10, "control": "clean",
                "verification": "unverified", "split": "paper/validation", "execution": "interpreter",
                "discordant_gained": 0, "discordant_lost": 9 - right,
            }
        ],
    }  # fmt: skip


@pytest.fixture
def done(seeded_db: Engine) -> tuple[str, str]:
    case = find_cases(["int8"])[0]
    runs = []
    for classes in ("0101010100", "0101010000"):
        run = plan_run(seeded_db, case, split="paper", seed=0, synthetic=False, actor="tester")
        finish_run(seeded_db, run, _result(classes), actor="tester", log="it said this")
        runs.append(run)
    return runs[0], runs[1]


def test_cases_are_listed_with_the_state_of_their_runs_and_their_verdicts(
    seeded_db: Engine, done: tuple[str, str], medquant: Medquant
) -> None:
    shown = medquant("benchmark", "cases", "--db", place_of(seeded_db), "--json")
    cases = {case["case"]: case for case in json.loads(shown.out)}
    assert cases.keys() == read_cases().keys()
    assert cases["int8"]["runs"] == {"done": 2}
    assert cases["int8"]["verdicts"] == ["open", "not_comparable"]
    assert (cases["fp16"]["runs"], cases["fp16"]["verdicts"]) == ({}, [])
    told = medquant("benchmark", "cases", "--db", place_of(seeded_db))
    assert "2 done" in next(line for line in told.out.splitlines() if line.startswith("int8 "))


def test_failed_runs_are_listed_with_their_reason(seeded_db: Engine, medquant: Medquant) -> None:
    run = plan_run(seeded_db, find_cases(["int8"])[0], split="paper", seed=0, synthetic=False, actor="t")
    fail_run(seeded_db, run, "the disk is full", actor="t")
    told = medquant("benchmark", "runs", "--db", place_of(seeded_db))
    assert run in told.out
    assert "the disk is full" in told.out


def test_a_run_shows_its_flips_by_image_and_class(
    seeded_db: Engine, done: tuple[str, str], medquant: Medquant
) -> None:
    told = medquant("benchmark", "show", done[1], "--db", place_of(seeded_db))
    assert "1 of 10 images decided otherwise" in told.out
    assert "000000000007  true tumor: tumor -> no_tumor" in told.out
    assert "it said this" in told.out
    facts = json.loads(medquant("benchmark", "show", done[1], "--db", place_of(seeded_db), "--json").out)
    assert facts["environment"]["cores"] == 2
    assert facts["flips"][0]["images"] == [
        {"image": "000000000007", "true": "tumor", "baseline": "tumor", "arm": "no_tumor"}
    ]


def test_two_runs_are_compared_by_what_changed(
    seeded_db: Engine, done: tuple[str, str], medquant: Medquant
) -> None:
    told = medquant("benchmark", "compare", *done, "--db", place_of(seeded_db))
    assert told.code == 0
    assert "accuracy" in told.out
    same = medquant("benchmark", "compare", done[0], done[0], "--db", place_of(seeded_db), "--json")
    assert json.loads(same.out)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "nothing"), "there is no run 'nothing'"),
        (("show", "int8"), "begins 2 runs"),
        (("run",), "say what to run"),
        (("run", "int8", "--all"), "say what to run"),
        (("run", "int9", "--phantom"), "there is no case 'int9'"),
        (("run", "int8", "--data", "/nowhere/at/all"), "is no folder"),
        (("run", "int8", "--phantom", "--weights", "/nowhere.h5"), "is no file; --weights takes"),
        (("run", "int8_per_tensor", "--phantom", "--split", "grouped"), "none of the cases has such a split"),
    ],
)
def test_a_mistake_is_one_sentence(
    seeded_db: Engine, done: tuple[str, str], medquant: Medquant, words: tuple[str, ...], told: str
) -> None:
    outcome = medquant("benchmark", words[0], *words[1:], "--db", place_of(seeded_db))
    assert outcome.code == 1
    assert told in outcome.err
    assert len(outcome.err.strip().splitlines()) == 1


def test_nothing_is_missing_where_every_run_is_done(
    seeded_db: Engine, done: tuple[str, str], medquant: Medquant, tmp_path: Path
) -> None:
    words = ("run", "int8", "--missing", "--seed", "0", "--split", "paper", "--weights", "none")
    outcome = medquant("benchmark", *words, "--cache", tmp_path, "--db", place_of(seeded_db))
    assert (outcome.code, outcome.out) == (0, "nothing is missing: every wanted run is done\n")


def test_phantoms_are_written_and_their_leakage_is_reported(medquant: Medquant, tmp_path: Path) -> None:
    images = tmp_path / "images"
    assert medquant("benchmark", "phantom", "--out", images, "--per-class", "6", "--size", "32").code == 0
    told = medquant("benchmark", "leakage", "--data", images, "--size", "32", "--cache", tmp_path / "cache")
    assert "Leakage of the paper split" in told.out
    assert "Leakage of the grouped split" in told.out
    counts = json.loads(
        medquant(
            "benchmark", "leakage", "--data", images, "--size", "32", "--cache", tmp_path / "cache", "--json"
        ).out
    )
    assert [count["split"] for count in counts] == ["paper", "grouped"]


def test_results_are_exported_by_case(
    seeded_db: Engine, done: tuple[str, str], medquant: Medquant, tmp_path: Path
) -> None:
    words = ("benchmark", "export", "--out", tmp_path, "--db", place_of(seeded_db))
    assert medquant(*words).code == 0
    assert list(tmp_path.glob("*.json")) == []  # a data set of one's own leaves the house only by name
    assert medquant(*words, "--dataset", "toy").code == 0
    assert [path.name for path in tmp_path.glob("*.json")] == ["int8.json"]


def test_the_help_of_the_benchmark_names_every_verb(medquant: Medquant) -> None:
    told = medquant("benchmark", "--help")
    assert told.code == 0
    for verb in (
        "cases",
        "run",
        "resume",
        "runs",
        "show",
        "compare",
        "leakage",
        "export",
        "phantom",
        "pack",
        "unpack",
    ):
        assert verb in told.out


def test_no_help_imports_anything_heavy() -> None:
    words = [json.dumps(VERBS), json.dumps(HEAVY)]
    done = subprocess.run([sys.executable, "-c", ASK_EVERY_VERB, *words], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")
