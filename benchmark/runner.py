"""Running cases: each run in a fresh process, its life written down, its progress shown."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from sqlalchemy import Engine

from benchmark.arms import Progress
from benchmark.fingerprint import PROJECT
from benchmark.job import ERROR, LOG, RESULT, Job
from benchmark.records import fail_run, finish_run, lease_run
from db.errors import MedquantError

STOPPED = "stopped by the user"
LONGEST_LOG = 2_000
ALWAYS_SAID = re.compile(
    r"WARNING: All log messages before absl|[IWE]0000 |WARNING:absl:|INFO: Created TensorFlow Lite XNNPACK|fully_quantize: "
)
"""Beginnings of lines that say nothing of a run."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended: `error` is None where it is done, else the reason."""

    run_id: str
    error: str | None


def run_job(engine: Engine, job: Job, *, actor: str, progress: Progress) -> Outcome:
    """Run a planned job in a process of its own and write down how it ended.

    Raises
    ------
    KeyboardInterrupt
        When the user stops it; the run is then failed with that reason, and can be resumed.
    """
    if not lease_run(engine, job.run_id, actor=actor):
        return Outcome(job.run_id, "another process has taken this run")
    try:
        job.write()
        with _terminated_as_interrupted():
            why = _process(job, progress)
        result = None if why else json.loads((job.folder / RESULT).read_text(encoding="utf-8"))
    except KeyboardInterrupt:
        fail_run(engine, job.run_id, STOPPED, actor=actor, log=log_of(job))
        raise
    except (MedquantError, OSError, ValueError) as error:
        why, result = str(error), None
    if result is None:
        fail_run(
            engine, job.run_id, without_paths(job, why or "it left no result"), actor=actor, log=log_of(job)
        )
        return Outcome(job.run_id, why)
    finish_run(engine, job.run_id, result, actor=actor, log=log_of(job))
    return Outcome(job.run_id, None)


def _process(job: Job, progress: Progress) -> str | None:
    """Start the process, pass its progress on; return why it failed, None where it did not."""
    for name in (RESULT, ERROR):
        (job.folder / name).unlink(missing_ok=True)
    with (job.folder / LOG).open("ab") as log, _started(job, log.fileno()) as process:
        assert process.stdout is not None  # noqa: S101 - asked for below
        for line in process.stdout:
            try:
                stage, done, total = json.loads(line)
            except ValueError:
                continue
            progress(stage, done, total)
        code = process.wait()
    if code == 0:
        return None
    try:
        said: str = json.loads((job.folder / ERROR).read_text(encoding="utf-8"))["error"]
    except (OSError, ValueError, KeyError):
        said = (
            f"its process was killed (signal {-code})" if code < 0 else f"its process ended with code {code}"
        )
    return said


@contextmanager
def _started(job: Job, log: int) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": str(job.seed % 4_294_967_296),
        "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2"),
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "benchmark.worker", str(job.folder)],
        stdin=subprocess.PIPE,  # closes with us: the process then ends too
        stdout=subprocess.PIPE,
        stderr=log,
        env=environment,
        start_new_session=True,  # a Ctrl-C is for us to handle
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Treat a request to terminate as Ctrl-C, so that the run is written down as stopped."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def log_of(job: Job) -> str | None:
    """Return the end of what a run printed, without what TensorFlow always says and without this machine's paths."""
    try:
        text = (job.folder / LOG).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    lines = [line for line in text.splitlines() if not ALWAYS_SAID.match(line)]
    return without_paths(job, "\n".join(lines))[-LONGEST_LOG:] or None


def without_paths(job: Job, text: str) -> str:
    """Return a text with the folders of this machine told by what they are for."""
    for path, name in (
        (job.cache, "CACHE"),
        (job.data, "DATA"),
        (job.model, "MODEL"),
        (job.weights if job.weights.startswith("/") else None, "WEIGHTS"),
        (str(PROJECT), "MEDQUANT"),
        (sys.prefix, "PYTHON"),
        (sys.base_prefix, "PYTHON"),
        (str(Path.cwd()), "."),
        (str(Path.home()), "~"),
    ):
        if path is not None and len(path) > 1:
            text = text.replace(path, name)
    return text
