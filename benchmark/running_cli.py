"""The verbs of `medquant benchmark` that run cases."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from db.command import add_verb, whole

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from benchmark.arms import Progress
    from benchmark.campaign import Machine, Wanted
    from benchmark.runner import Outcome


def add_running_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `run` and `resume`."""
    run = add_verb(
        verbs, "run", "run cases, each in a fresh process, and add what they measure to the database"
    )
    run.add_argument(
        "cases", nargs="*", metavar="CASE", help="cases by name; `medquant benchmark cases` lists them"
    )
    run.add_argument("--all", action="store_true", help="all cases")
    run.add_argument(
        "--quick", action="store_true", help="the quick ladder: its cases, first split and seed only"
    )
    run.add_argument(
        "--missing", action="store_true", help="only what no finished run of the case answers yet"
    )
    run.add_argument("--seed", type=whole, action="append", default=[], metavar="N", help="only these seeds")
    run.add_argument(
        "--split", action="append", default=[], choices=("paper", "grouped"), help="only these splits"
    )
    run.add_argument(
        "--model", type=Path, metavar="FILE", help="a network of your own: .keras, .tflite or .onnx"
    )
    run.add_argument(
        "--range",
        dest="value_range",
        choices=("0..255", "0..1", "-1..1"),
        default="0..255",
        help="pixel values that --model expects (default: 0..255)",
    )
    add_images(run)
    add_machine(run)
    run.set_defaults(run=_run)

    resume = add_verb(
        verbs, "resume", "finish what was planned, interrupted or failed; nothing is trained twice"
    )
    resume.add_argument("--cache", type=Path, metavar="DIR", help="the cache that the runs were planned with")
    resume.add_argument(
        "--by", metavar="NAME", help="who runs them (default: MEDQUANT_ACTOR, else log-in name)"
    )
    resume.set_defaults(run=_resume)


def add_images(parser: argparse.ArgumentParser) -> None:
    """Let a verb say which images it uses."""
    images = parser.add_mutually_exclusive_group()
    images.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="a folder of class folders, or of Training and Testing (default: MEDQUANT_DATA, else the public archive)",
    )
    images.add_argument("--phantom", action="store_true", help="synthetic images instead; never evidence")
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="DIR",
        help="what is made once and kept (default: MEDQUANT_CACHE, else the user's cache folder)",
    )


def add_machine(parser: argparse.ArgumentParser) -> None:
    """Let a verb say what it starts from and how it measures."""
    parser.add_argument(
        "--weights",
        metavar="FILE",
        help="start weights: a .weights.h5 file, imagenet or none (default: MEDQUANT_WEIGHTS, else imagenet; with "
        "--phantom none where imagenet cannot be fetched)",
    )
    parser.add_argument(
        "--threads", type=whole, metavar="N", help="what all threads means (default: the processors)"
    )
    parser.add_argument(
        "--timing",
        type=float,
        default=4.0,
        metavar="SECONDS",
        help="how long each contrast is timed (default: 4)",
    )
    parser.add_argument("--meter", type=Path, metavar="CSV", help="the log of an external power meter")
    parser.add_argument(
        "--by", metavar="NAME", help="who runs it (default: MEDQUANT_ACTOR, else log-in name)"
    )


def _run(given: argparse.Namespace) -> int:
    from benchmark.campaign import run_campaign, wanted_runs, without_done
    from db.errors import MedquantError
    from db.schema import open_current
    from db.session import current_actor, reading

    engine = open_current(given.db)
    machine = machine_of(given)
    cases = _chosen(given)
    wanted = wanted_runs(
        cases, splits=given.split, seeds=given.seed, quick=given.quick or given.model is not None
    )
    if given.missing:
        with reading(engine) as connection:
            wanted = without_done(connection, wanted, synthetic=machine.phantom)
    if not wanted:
        if given.missing:
            print("nothing is missing: every wanted run is done")
            return 0
        raise MedquantError("none of the cases has such a split; allowed: paper, grouped, as the case says")
    total = len(wanted)

    def progress(number: int, run: "Wanted") -> "Progress":
        return _bar(f"[{number + 1}/{total}] {run.case.case_id} {run.split} seed {run.seed}: ")

    outcomes = run_campaign(engine, wanted, machine, actor=current_actor(given.by), progress=progress)
    failed = _told(outcome for _, outcome in outcomes)
    if given.model is not None and not failed:
        _tell_own(given, engine, cases[0].case_hash)
    _tell_verdicts(given, engine, {case.case_id for case in cases})
    return 1 if failed else 0


def machine_of(given: argparse.Namespace) -> "Machine":
    """Return what the command line says of images, start weights, cache and threads.

    Raises
    ------
    MedquantError
        If a file or folder that it names does not exist.
    """
    import os

    from benchmark.cache import cache_folder
    from benchmark.campaign import NAMED_WEIGHTS, Machine, processors
    from db.errors import MedquantError

    data = given.data
    if data is None and not given.phantom and os.environ.get("MEDQUANT_DATA"):
        data = Path(os.environ["MEDQUANT_DATA"])
    if data is not None and not data.is_dir():
        raise MedquantError(f"{data} is no folder; --data names a folder of class folders with images")
    weights = given.weights or os.environ.get("MEDQUANT_WEIGHTS") or ("auto" if given.phantom else "imagenet")
    if weights not in NAMED_WEIGHTS and not Path(weights).is_file():
        raise MedquantError(f"{weights} is no file; --weights takes a .weights.h5 file, imagenet or none")
    for path, option in ((given.model, "--model"), (given.meter, "--meter")):
        if path is not None and not path.is_file():
            raise MedquantError(f"{path} is no file; {option} names one that exists")
    return Machine(
        cache=cache_folder(given.cache),
        data=data,
        phantom=given.phantom,
        weights=weights,
        threads=given.threads or processors(),
        model=given.model,
        value_range=given.value_range,
        meter=given.meter,
        timing=min(max(given.timing, 0.1), 3600.0),
    )


def _chosen(given: argparse.Namespace):  # type: ignore[no-untyped-def]  # noqa: ANN202 - list[Case], imported late
    from benchmark.catalogue import find_cases, read_cases
    from db.errors import MedquantError

    ways = [bool(given.cases), given.all, given.quick, given.model is not None]
    if sum(ways) != 1:
        raise MedquantError("say what to run with one of: names of cases, --all, --quick, --model FILE")
    if given.model is not None:
        from benchmark.own_model import case_of_model

        return [case_of_model(given.model, given.value_range)]
    if given.cases:
        return find_cases(given.cases)
    cases = [case for case in read_cases().values() if given.all or case.quick]
    return sorted(cases, key=lambda case: (case.method != "baseline", case.minutes))


def _resume(given: argparse.Namespace) -> int:
    from benchmark.cache import cache_folder
    from benchmark.campaign import unfinished_jobs
    from benchmark.runner import run_job
    from db.schema import open_current
    from db.session import current_actor

    engine = open_current(given.db)
    actor = current_actor(given.by)
    jobs = unfinished_jobs(engine, cache_folder(given.cache), actor=actor)
    if not jobs:
        print("nothing to resume: no run is planned, interrupted or failed")
        return 0
    total = len(jobs)
    return (
        1
        if _told(
            run_job(
                engine,
                job,
                actor=actor,
                progress=_bar(f"[{number}/{total}] {job.case_id} {job.split} seed {job.seed}: "),
            )
            for number, job in enumerate(jobs, start=1)
        )
        else 0
    )


def _bar(label: str) -> "Progress":
    from benchmark.progress import Bar

    return Bar(label)


def _told(outcomes: "Iterable[Outcome]") -> int:
    """Say of each run how it ended; return how many failed."""
    failed = 0
    for outcome in outcomes:
        print(f"{outcome.run_id}: {f'failed: {outcome.error}' if outcome.error else 'done'}", file=sys.stderr)
        failed += outcome.error is not None
    return failed


def _tell_own(given: argparse.Namespace, engine: "Engine", case_hash: str) -> None:
    """Print what quantization costs a network of one's own, and where that lies in the literature."""
    from benchmark.own_report import last_run, own_lines
    from db.session import reading

    with reading(engine) as connection:
        if run_id := last_run(connection, case_hash):
            for line in own_lines(connection, run_id, getattr(given, "place_run", None)):
                print(line)


def _tell_verdicts(given: argparse.Namespace, engine: "Engine", cases: set[str]) -> None:
    """Print what the runs say of the claims, where the front door knows a judge."""
    from db.session import reading

    if not hasattr(given, "judge"):
        return
    with reading(engine) as connection:
        for verdict in given.judge(connection):
            if verdict.case_id in cases and verdict.verdict is not None:
                print(
                    f"{verdict.case_id}: {verdict.statement}: {verdict.verdict.value.replace('_', ' ')}; {verdict.why}"
                )
