"""Runs in processes of their own: done with all rows, failed with a reason, killed and resumed with nothing lost."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from benchmark.campaign import Machine, Wanted, run_campaign, unfinished_jobs
from benchmark.catalogue import Case, case_of_text
from benchmark.records import reclaim_runs
from benchmark.runner import Outcome, run_job
from db.models.tables import Comparison, ImageSet, Measurement, Prediction, Run
from db.session import place_of, reading
from db.vocabulary import Origin, RunState, Verdict
from review.reproduction import read_verdicts

CASE = """
title = "A tiny network in float16"
about = "Small enough for a test."
method = "ptq"
network = "tiny"
input_size = 32
splits = ["paper"]
seeds = [0]
minutes = 1

[training]
start = "none"
batch = 32

[[training.stages]]
name = "first"
epochs = 1
rate = 1e-3

[[training.stages]]
name = "second"
epochs = 1
rate = 1e-3

[parameters]
scheme = "float16"

[[claims]]
study = "kanneti2026"
comparison = "kanneti2026-01"
statement = "float16 changes the accuracy from 82.20 % to 82.37 %"
arm = "float16"
baseline = "fp32"
split = "paper"
part = "validation"
tolerance = 0.5
reason = "for a test"
"""


@pytest.fixture
def case() -> Case:
    return case_of_text("tiny", CASE)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(cache=tmp_path / "cache", phantom=True, weights="none", threads=2, timing=0.2)


def _run(engine: Engine, case: Case, machine: Machine) -> tuple[Outcome, list[str]]:
    stages: list[str] = []

    def progress(_number: int, _run: Wanted) -> Callable[[str, int, int], None]:
        return lambda stage, _done, _total: stages.append(stage)

    ((_, outcome),) = run_campaign(
        engine, [Wanted(case, "paper", 0)], machine, actor="tester", progress=progress
    )
    return outcome, stages


def test_a_run_on_phantoms_goes_from_images_to_rows_and_is_no_evidence(
    seeded_db: Engine, case: Case, machine: Machine
) -> None:
    outcome, stages = _run(seeded_db, case, machine)
    assert outcome.error is None
    assert {"train: first", "train: second", "predicting"} <= set(stages)
    with reading(seeded_db) as connection:
        run = connection.execute(select(Run.__table__)).one()
        comparisons = connection.execute(
            select(Comparison.__table__).where(Comparison.origin == Origin.MEASURED)
        ).all()
        sets = connection.execute(select(ImageSet.__table__)).all()
        said = connection.execute(select(Prediction.__table__)).all()
        sizes = [
            int(
                connection.scalar(
                    select(Measurement.value).where(
                        Measurement.metric == "size_bytes", Measurement.arm == arm
                    )
                )
            )
            for arm in ("fp32", "float16")
        ]
        energy = connection.execute(
            select(Measurement.__table__).where(Measurement.metric == "energy_j")
        ).one()
    assert (run.state, run.dataset, run.synthetic) == (RunState.DONE, "phantom", True)
    assert run.fingerprint.keys() >= {
        "code_sha256", "case_sha256", "data_sha256", "training_sha256", "start_weights", "threads", "files", "seconds",
        "lock_sha256", "delegate",
    }  # fmt: skip
    assert {(row.part, row.n, row.synthetic) for row in sets} == {
        ("validation", 80, True),
        ("testing", 100, True),
    }
    assert {(row.arm, len(row.classes)) for row in said} == {
        (a, n) for a in ("fp32", "float16") for n in (80, 100)
    }
    assert {row.outcome for row in comparisons} == {"accuracy", "f1", "auc", "size", "latency", "memory"}
    like_for_like = next(row for row in comparisons if row.outcome == "size" and row.control.value == "clean")
    assert [like_for_like.baseline_value, like_for_like.quantized_value] == [
        pytest.approx(Decimal(size) / 1_000_000) for size in sizes
    ]
    assert {row.weight_bits for row in comparisons} == {("16f",)}
    assert energy.note
    assert energy.value is None or energy.value > 0


def test_a_run_on_real_images_goes_on_to_a_verdict(
    seeded_db: Engine, case: Case, machine: Machine, image_folder: Path
) -> None:
    outcome, _ = _run(seeded_db, case, replace(machine, phantom=False, data=image_folder))
    assert outcome.error is None
    with reading(seeded_db) as connection:
        (judged,) = read_verdicts(connection)
        run = connection.execute(select(Run.dataset, Run.synthetic)).one()
    assert tuple(run) == ("scans", False)
    assert (judged.comparison_id, judged.tolerance, judged.synthetic) == ("kanneti2026-01", 0.5, False)
    assert judged.published == pytest.approx(0.17)
    assert judged.verdict is Verdict.INCONCLUSIVE  # two images cannot tell half a point
    assert (judged.n_images, [seed.run_id for seed in judged.seeds]) == (2, [outcome.run_id])


def test_nothing_is_trained_twice(seeded_db: Engine, case: Case, machine: Machine) -> None:
    for _ in range(2):
        outcome, stages = _run(seeded_db, case, machine)
        assert outcome.error is None
    assert not any(stage.startswith("train") for stage in stages)
    with reading(seeded_db) as connection:
        networks = [row["built"]["training"]["fp32"] for row in connection.scalars(select(Run.fingerprint))]
        arms = connection.execute(select(Prediction.arm, Prediction.set_id, Prediction.classes)).all()
    assert sorted(network["from_cache"] for network in networks) == [False, True]
    assert len({network["weights_sha256"] for network in networks}) == 1
    assert len(set(map(tuple, arms))) == 4


def _fails(engine: Engine, case: Case, machine: Machine) -> str:
    outcome, _ = _run(engine, case, machine)
    with reading(engine) as connection:
        row = connection.execute(select(Run.state, Run.error)).one()
        assert (
            connection.scalar(
                select(func.count()).select_from(Comparison).where(Comparison.origin == Origin.MEASURED)
            )
            == 0
        )
    assert outcome.error is not None
    assert "\n" not in outcome.error
    kept = outcome.error.replace(str(machine.cache), "CACHE").replace(str(machine.data), "DATA")
    assert (row.state, row.error) == (RunState.FAILED, kept)
    return outcome.error


def test_a_file_that_is_no_image_fails_the_run_with_its_name(
    seeded_db: Engine, case: Case, machine: Machine, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / "images" / name).mkdir(parents=True)
        (tmp_path / "images" / name / "1.png").write_bytes(b"no image at all")
    told = _fails(seeded_db, case, Machine(cache=machine.cache, data=tmp_path / "images", weights="none"))
    assert "1.png" in told


def test_a_cache_that_cannot_be_written_fails_the_run(seeded_db: Engine, case: Case, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "images").write_text("in the way")
    told = _fails(seeded_db, case, Machine(cache=tmp_path / "cache", phantom=True, weights="none"))
    assert "MEDQUANT_CACHE" in told


PROGRAM = """
import sys
from pathlib import Path
from benchmark.campaign import Machine, Wanted, run_campaign
from benchmark.catalogue import case_of_text
from db.session import open_database

database, cache, case = sys.argv[1:]

def progress(number, run):
    return lambda stage, done, total: print(stage, flush=True)

machine = Machine(cache=Path(cache), phantom=True, weights="none", threads=2, timing=0.2)
wanted = [Wanted(case_of_text("tiny", case), "paper", 0)]
try:
    for _, outcome in run_campaign(open_database(database), wanted, machine, actor="tester", progress=progress):
        print("ended", outcome.error, flush=True)
except KeyboardInterrupt:
    sys.exit(130)
"""


def _killed_at(engine: Engine, machine: Machine, stage: str, how: signal.Signals) -> int:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, place_of(engine), str(machine.cache), CASE],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    watchdog = threading.Timer(120, process.kill)
    watchdog.start()
    for line in process.stdout:
        if line.startswith(stage):
            process.send_signal(how)
            break
    process.stdout.close()
    code = process.wait()
    watchdog.cancel()
    return code


def test_a_killed_run_is_seen_and_resumed_after_its_last_finished_stage(
    seeded_db: Engine, case: Case, machine: Machine
) -> None:
    _killed_at(seeded_db, machine, "train: second", signal.SIGKILL)
    with reading(seeded_db) as connection:
        (lost,) = connection.scalars(select(Run.run_id)).all()
    for _ in range(100):  # its own process ends when the pipe to it closes
        if not _workers_of(machine.cache):
            break
        time.sleep(0.1)
    assert not _workers_of(machine.cache)
    assert reclaim_runs(seeded_db, actor="tester") == [lost]
    (job,) = unfinished_jobs(seeded_db, machine.cache, actor="tester")
    stages: list[str] = []
    outcome = run_job(
        seeded_db, job, actor="tester", progress=lambda stage, _done, _total: stages.append(stage)
    )
    assert outcome.error is None
    assert "train: second" in stages
    assert "train: first" not in stages
    with reading(seeded_db) as connection:
        states = dict(connection.execute(select(Run.run_id, Run.state)).all())
    assert states == {lost: RunState.FAILED, job.run_id: RunState.DONE}


def _workers_of(cache: Path) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"benchmark.worker" in words and any(str(cache).encode() in word for word in words):
            found.append(path.parent.name)
    return found


def test_a_run_that_the_user_stops_is_written_down_as_stopped(
    seeded_db: Engine, case: Case, machine: Machine
) -> None:
    assert _killed_at(seeded_db, machine, "train: first", signal.SIGTERM) == 130
    with reading(seeded_db) as connection:
        row = connection.execute(select(Run.state, Run.error)).one()
    assert (row.state, row.error) == (RunState.FAILED, "stopped by the user")


def test_a_worker_that_is_killed_fails_its_run_and_says_so(
    seeded_db: Engine, case: Case, machine: Machine
) -> None:
    def progress(_number: int, _run: Wanted) -> Callable[[str, int, int], None]:
        def kill(stage: str, _done: int, _total: int) -> None:
            if stage.startswith("train"):
                for worker in _workers_of(machine.cache):
                    os.kill(int(worker), signal.SIGKILL)

        return kill

    ((_, outcome),) = run_campaign(
        seeded_db, [Wanted(case, "paper", 0)], machine, actor="tester", progress=progress
    )
    assert outcome.error == "its process was killed (signal 9)"
