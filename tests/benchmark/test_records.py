"""The life of a run in the database: planned, leased, done or failed; nothing is lost when a process dies."""

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update

from benchmark.campaign import Machine, unfinished_jobs, wanted_runs, without_done
from benchmark.catalogue import Case, find_cases
from benchmark.job import Job, read_job
from benchmark.records import GONE, fail_run, finish_run, lease_run, plan_run, reclaim_runs
from db.errors import MedquantError
from db.models.tables import Case as CaseRow
from db.models.tables import Claim, Comparison, Environment, Measurement, Prediction, Run
from db.session import place_of, reading, writing
from db.vocabulary import Origin, RunState

RESULT: dict[str, Any] = {
    "dataset": "toy",
    "synthetic": False,
    "fingerprint": {"data": "abc"},
    "environment": {"environment_id": "e1", "label": "a machine", "facts": {"cores": 2}},
    "image_sets": [
        {
            "set_id": "s1",
            "dataset": "toy",
            "split": "paper",
            "part": "validation",
            "synthetic": False,
            "n": 3,
            "classes": ["a", "b"],
            "labels": "010",
            "images": "aaa bbb ccc",
            "facts": {"near": 0},
        }
    ],
    "predictions": [{"arm": "fp32", "set_id": "s1", "classes": "010"}, {"arm": "int8", "set_id": "s1", "classes": "011"}],
    "measurements": [
        {
            "arm": "int8", "metric": "accuracy", "split": "paper/validation", "value": 66.7, "unit": "percent",
            "n": 3, "ci_low": 20.0, "ci_high": 94.0, "note": None,
        },
        {
            "arm": "int8", "metric": "energy_j", "split": "", "value": None, "unit": "J",
            "n": None, "ci_low": None, "ci_high": None, "note": "no counter",
        },
    ],
    "comparisons": [
        {
            "arm": "int8 PTQ", "arm_key": "int8", "baseline_key": "fp32", "technique": ["ptq"], "weight_bits": ["8"],
            "activation_bits": ["8"], "architecture": "tiny", "dataset": "toy", "device": "a machine",
            "outcome": "accuracy", "unit": "percent", "baseline_value": "100.0000", "quantized_value": "66.6667",
            "change_kind": "difference", "change_value": "-33.3333", "bound": "exact", "n_test": 3,
            "control": "clean", "verification": "unverified", "split": "paper/validation", "granularity": "per_channel",
            "symmetry": "symmetric", "execution": "interpreter", "discordant_gained": 0, "discordant_lost": 1,
        }
    ],
}  # fmt: skip


@pytest.fixture
def case() -> Case:
    return find_cases(["int8"])[0]


def _plan(engine: Engine, case: Case, seed: int = 0) -> str:
    return plan_run(engine, case, split="paper", seed=seed, synthetic=False, actor="tester")


def _state(engine: Engine, run_id: str) -> tuple[RunState, str | None]:
    with reading(engine) as connection:
        row = connection.execute(select(Run.state, Run.error).where(Run.run_id == run_id)).one()
    return row.state, row.error


def test_a_planned_run_brings_its_case_and_claims_along_once(seeded_db: Engine, case: Case) -> None:
    first, second = _plan(seeded_db, case), _plan(seeded_db, case, seed=1)
    assert first != second
    with reading(seeded_db) as connection:
        assert connection.execute(select(CaseRow.case_id, CaseRow.text)).all() == [("int8", case.text)]
        assert connection.scalar(select(func.count()).select_from(Claim)) == len(case.claims)
        assert set(connection.scalars(select(Run.case_hash))) == {case.case_hash}


def test_a_case_that_names_an_unknown_study_is_refused_whole(seeded_db: Engine, case: Case) -> None:
    wrong = replace(case, claims=(replace(case.claims[0], study="nobody2030"),))
    with pytest.raises(MedquantError, match="names the study 'nobody2030'"):
        _plan(seeded_db, wrong)
    wrong = replace(case, claims=(replace(case.claims[1], comparison="nobody2030-01"),))
    with pytest.raises(MedquantError, match="names the comparison 'nobody2030-01'"):
        _plan(seeded_db, wrong)
    with reading(seeded_db) as connection:
        assert connection.scalar(select(func.count()).select_from(Run)) == 0


def test_only_one_process_gets_a_run(seeded_db: Engine, case: Case) -> None:
    run = _plan(seeded_db, case)
    assert lease_run(seeded_db, run, actor="a")
    assert not lease_run(seeded_db, run, actor="b")
    assert _state(seeded_db, run) == (RunState.LEASED, None)


def test_a_finished_run_has_all_its_rows(seeded_db: Engine, case: Case) -> None:
    run = _plan(seeded_db, case)
    lease_run(seeded_db, run, actor="a")
    finish_run(seeded_db, run, RESULT, actor="a", log="said something")
    with reading(seeded_db) as connection:
        row = connection.execute(select(Run.__table__)).one()
        assert (row.state, row.dataset, row.environment_id, row.log) == (
            RunState.DONE,
            "toy",
            "e1",
            "said something",
        )
        assert row.fingerprint == {"data": "abc"}
        assert connection.scalar(select(func.count()).select_from(Prediction)) == 2
        assert connection.scalar(select(func.count()).select_from(Measurement)) == 2
        measured = connection.execute(
            select(Comparison.__table__).where(Comparison.origin == Origin.MEASURED)
        ).one()
        assert (measured.comparison_id, measured.run_id, measured.technique) == (f"{run}.01", run, ("ptq",))
        assert (str(measured.change_value), measured.discordant_lost) == ("-33.3333", 1)


def test_runs_of_one_machine_share_its_environment_and_images(seeded_db: Engine, case: Case) -> None:
    for seed in (0, 1):
        run = _plan(seeded_db, case, seed)
        lease_run(seeded_db, run, actor="a")
        finish_run(seeded_db, run, RESULT, actor="a", log=None)
    with reading(seeded_db) as connection:
        assert connection.scalar(select(func.count()).select_from(Environment)) == 1
        positions = connection.scalars(
            select(Comparison.position).where(Comparison.origin == Origin.MEASURED)
        ).all()
    assert len(set(positions)) == 2


def test_a_result_that_cannot_be_stored_leaves_nothing_of_it(seeded_db: Engine, case: Case) -> None:
    run = _plan(seeded_db, case)
    lease_run(seeded_db, run, actor="a")
    broken = {**RESULT, "comparisons": [{**RESULT["comparisons"][0], "outcome": "no such outcome"}]}
    with pytest.raises(MedquantError):
        finish_run(seeded_db, run, broken, actor="a", log=None)
    with reading(seeded_db) as connection:
        assert connection.scalar(select(func.count()).select_from(Prediction)) == 0
    assert _state(seeded_db, run) == (RunState.LEASED, None)


def test_a_failed_run_says_why_and_a_done_run_does_not_fail_later(seeded_db: Engine, case: Case) -> None:
    run = _plan(seeded_db, case)
    fail_run(seeded_db, run, "the disk is full", actor="a")
    assert _state(seeded_db, run) == (RunState.FAILED, "the disk is full")
    done = _plan(seeded_db, case, 1)
    finish_run(seeded_db, done, RESULT, actor="a", log=None)
    fail_run(seeded_db, done, "too late", actor="a")
    assert _state(seeded_db, done) == (RunState.DONE, None)


def test_a_run_whose_process_is_gone_is_failed_and_a_living_one_is_not(seeded_db: Engine, case: Case) -> None:
    dead, alive = _plan(seeded_db, case), _plan(seeded_db, case, 1)
    program = (
        "import sys; from benchmark.records import lease_run; from db.session import open_database; "
        "lease_run(open_database(sys.argv[1]), sys.argv[2], actor='child')"
    )
    subprocess.run([sys.executable, "-c", program, place_of(seeded_db), dead], check=True)
    lease_run(seeded_db, alive, actor="a")
    assert _state(seeded_db, dead) == (RunState.LEASED, None)
    assert reclaim_runs(seeded_db, actor="a") == [dead]
    assert _state(seeded_db, dead) == (RunState.FAILED, GONE)
    assert _state(seeded_db, alive) == (RunState.LEASED, None)


def test_a_number_given_to_a_later_process_does_not_keep_a_dead_lease_alive(
    seeded_db: Engine, case: Case
) -> None:
    run = _plan(seeded_db, case)
    lease_run(seeded_db, run, actor="a")
    with reading(seeded_db) as connection:
        lease = connection.scalar(select(Run.fingerprint).where(Run.run_id == run))["lease"]
    assert lease["process"] == os.getpid()
    with writing(seeded_db, actor="a", reason="test") as connection:
        connection.execute(update(Run).values(fingerprint={"lease": {**lease, "began": "1"}}))
    assert reclaim_runs(seeded_db, actor="a") == [run]


def _job(case: Case, run_id: str, machine: Machine, seed: int = 0) -> Job:
    after, text = case.texts
    return Job(run_id, case.case_id, text, after, "paper", seed, str(machine.cache))


def test_failed_and_planned_runs_are_resumed_and_answered_ones_are_not(
    seeded_db: Engine, case: Case, tmp_path: Any
) -> None:
    machine = Machine(cache=tmp_path)
    failed, planned, answered = (_plan(seeded_db, case, seed) for seed in (0, 1, 2))
    for seed, run in enumerate((failed, planned, answered)):
        _job(case, run, machine, seed).write()
    fail_run(seeded_db, failed, "killed", actor="a")
    fail_run(seeded_db, answered, "killed", actor="a")
    finish_run(seeded_db, _plan(seeded_db, case, 2), RESULT, actor="a", log=None)
    jobs = unfinished_jobs(seeded_db, tmp_path, actor="a")
    assert {job.seed for job in jobs} == {0, 1}
    assert planned in {job.run_id for job in jobs}
    assert failed not in {job.run_id for job in jobs}
    assert _state(seeded_db, failed) == (RunState.FAILED, "killed")
    assert all(read_job(job.folder) == job and job.case == case for job in jobs)


def test_a_job_that_is_not_in_the_cache_is_one_sentence(seeded_db: Engine, case: Case, tmp_path: Any) -> None:
    _plan(seeded_db, case)
    with pytest.raises(MedquantError, match=r"is not in the cache .* run the case again"):
        unfinished_jobs(seeded_db, tmp_path, actor="a")


def test_missing_runs_are_those_that_no_finished_run_answers(seeded_db: Engine, case: Case) -> None:
    finish_run(seeded_db, _plan(seeded_db, case, 1), RESULT, actor="a", log=None)
    wanted = wanted_runs([case], splits=["paper"])
    with reading(seeded_db) as connection:
        missing = without_done(connection, wanted, synthetic=False)
        on_phantoms = without_done(connection, wanted, synthetic=True)
    assert [run.seed for run in wanted] == [0, 1, 2]
    assert [run.seed for run in missing] == [0, 2]
    assert len(on_phantoms) == 3


def test_the_quick_ladder_takes_the_first_split_and_seed() -> None:
    wanted = wanted_runs(find_cases(["fp16", "int8"]), quick=True)
    assert [(run.case.case_id, run.split, run.seed) for run in wanted] == [
        ("fp16", "paper", 0),
        ("int8", "paper", 0),
    ]
