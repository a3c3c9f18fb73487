"""A campaign: which runs of which cases are wanted, one after the other, and what became of them."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select

from benchmark.arms import Progress
from benchmark.catalogue import Case
from benchmark.job import Job, read_job
from benchmark.records import plan_run, reclaim_runs
from benchmark.runner import Outcome, run_job
from db.errors import MedquantError
from db.models.tables import Run
from db.session import reading
from db.vocabulary import RunState

NAMED_WEIGHTS = ("imagenet", "none", "auto")
"""Start weights that are no file; see `benchmark.models.start_weights`."""


@dataclass(frozen=True)
class Machine:
    """What is the same for all runs of a campaign: images, start weights, cache, threads."""

    cache: Path
    data: Path | None = None
    phantom: bool = False
    weights: str = "imagenet"
    threads: int = 1
    model: Path | None = None
    value_range: str = "0..255"
    meter: Path | None = None
    timing: float = 4.0


@dataclass(frozen=True)
class Wanted:
    """One run that is wanted."""

    case: Case
    split: str
    seed: int


def wanted_runs(
    cases: Sequence[Case], *, splits: Sequence[str] = (), seeds: Sequence[int] = (), quick: bool = False
) -> list[Wanted]:
    """Return the runs of cases: each split and seed of each case, or those named; quick: the first of both."""
    return [
        Wanted(case, split, seed)
        for case in cases
        for split in [s for s in case.splits if not splits or s in splits][: 1 if quick else None]
        for seed in (list(seeds) or list(case.seeds))[: 1 if quick else None]
    ]


def without_done(connection: Connection, wanted: Sequence[Wanted], *, synthetic: bool) -> list[Wanted]:
    """Return the wanted runs that no finished run of the same version of the case answers."""
    rows = connection.execute(
        select(Run.case_hash, Run.split, Run.seed).where(
            Run.state == RunState.DONE, Run.synthetic == synthetic
        )
    )
    done = {(row.case_hash, row.split, row.seed) for row in rows}
    return [run for run in wanted if (run.case.case_hash, run.split, run.seed) not in done]


def run_campaign(
    engine: Engine,
    wanted: Sequence[Wanted],
    machine: Machine,
    *,
    actor: str,
    progress: Callable[[int, Wanted], Progress],
) -> Iterator[tuple[Wanted, Outcome]]:
    """Plan all wanted runs, then run them one after the other; give each with how it ended.

    Parameters
    ----------
    engine
        The database.
    wanted
        The runs, in order.
    machine
        What they share.
    actor
        Who runs them.
    progress
        Called with the number of the run, from 0, and the run; gives what shows the progress of it.
    """
    reclaim_runs(engine, actor=actor)
    planned = [
        plan_run(engine, w.case, split=w.split, seed=w.seed, synthetic=machine.phantom, actor=actor)
        for w in wanted
    ]
    jobs = [job_of(run_id, w, machine) for run_id, w in zip(planned, wanted, strict=True)]
    for job in jobs:
        job.write()
    for number, (job, run) in enumerate(zip(jobs, wanted, strict=True)):
        yield run, run_job(engine, job, actor=actor, progress=progress(number, run))


def job_of(run_id: str, wanted: Wanted, machine: Machine) -> Job:
    """Return the job of a wanted run on this machine."""
    case = wanted.case
    after = None
    text = case.text
    if case.after is not None:
        after, text = case.texts
    return Job(
        run_id=run_id,
        case_id=case.case_id,
        text=text,
        after=after,
        split=wanted.split,
        seed=wanted.seed,
        cache=str(machine.cache.resolve()),
        data=str(machine.data.resolve()) if machine.data else None,
        phantom=machine.phantom,
        weights=_resolved(machine.weights),
        threads=machine.threads,
        model=str(machine.model.resolve()) if machine.model else None,
        value_range=machine.value_range,
        meter=str(machine.meter.resolve()) if machine.meter else None,
        timing=machine.timing,
    )


def _resolved(weights: str) -> str:
    return weights if weights in NAMED_WEIGHTS else str(Path(weights).resolve())


def unfinished_jobs(engine: Engine, cache: Path, *, actor: str) -> list[Job]:
    """Return jobs for the planned runs, and for the failed ones that no other run of the same kind answers.

    A failed run stays as it is; its job is planned anew under a new name.

    Raises
    ------
    MedquantError
        If the job of a run is not in this cache: it was planned on another machine or its folder was removed.
    """
    reclaim_runs(engine, actor=actor)
    with reading(engine) as connection:
        rows = connection.execute(
            select(Run.run_id, Run.state, Run.case_hash, Run.split, Run.seed, Run.synthetic).order_by(
                Run.run_id
            )
        ).all()
    answered = {_kind(row) for row in rows if row.state != RunState.FAILED}
    jobs = []
    for row in rows:
        if row.state != RunState.PLANNED and (row.state != RunState.FAILED or _kind(row) in answered):
            continue
        answered.add(_kind(row))
        job = read_job(cache / "runs" / row.run_id)
        if job is None:
            raise MedquantError(
                f"the job of run {row.run_id} is not in the cache {cache}; name the cache that has it with "
                f"--cache, or run the case again with `medquant benchmark run {row.run_id.split('.')[0]}`"
            )
        if row.state == RunState.FAILED:
            again = plan_run(
                engine, job.case, split=job.split, seed=job.seed, synthetic=job.phantom, actor=actor
            )
            job = replace(job, run_id=again)
            job.write()
        jobs.append(job)
    return jobs


def _kind(row: Any) -> tuple[object, ...]:  # noqa: ANN401 - a row of runs
    return (row.case_hash, row.split, row.seed, row.synthetic)


def processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
