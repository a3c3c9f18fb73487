"""What an arm needs besides time: memory, and a start from nothing to the first prediction."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmark.arms import Progress, Runtime, silent
from benchmark.measure.child import PATIENCE, ArmChild
from benchmark.measure.intervals import of_median
from benchmark.measure.score import Score

REPEATS = 7
CALLS = 5
MEGABYTE = 1e6


@dataclass(frozen=True)
class Footprint:
    """Memory and start of one arm.

    `memory` is the peak of the arm's process less the same process with the runtime imported and no network; `peak`
    and `bare` are those two. `cold_start` runs from starting the process to the first prediction, `load` from opening
    the file to the first prediction.
    """

    memory: Score
    peak: Score
    bare: Score
    cold_start: Score
    load: Score


def footprint(
    file: Path,
    runtime: Runtime,
    *,
    threads: int,
    size: int | None = None,
    repeats: int = REPEATS,
    patience: float = PATIENCE,
    progress: Progress = silent,
) -> Footprint:
    """Measure memory and start of an arm, each repeat in a fresh process.

    Parameters
    ----------
    file, runtime
        The network and what executes it.
    threads
        Threads that share one call.
    size
        Side of the images in pixels, for a file that leaves it open.
    repeats
        Fresh processes; six or more give intervals.
    patience
        Seconds until a silent process counts as hanging.
    progress
        Told of every repeat.

    Raises
    ------
    MedquantError
        If the arm cannot be run, or its process ends or hangs.

    Notes
    -----
    Memory is resident memory as Linux counts it (VmHWM, VmRSS of the arm's own process; elsewhere ru_maxrss), which
    includes the interpreter, NumPy and the pages of the file that were touched. The file is warm in the system's
    cache after the first repeat: a cold start here is that of a process, not of a machine.
    """
    peaks, bares, starts, loads = [], [], [], []
    for done in range(repeats):
        progress("memory and start", done, repeats)
        with ArmChild(file, runtime, patience=patience) as arm:
            bare = arm.ask("hello", runtime=runtime.value)["bare_bytes"]
            opened = arm.ask("open", file=str(file), threads=threads, batch=1, size=size)
            starts.append((time.perf_counter_ns() - arm.started_ns) / 1e9)
            loads.append(opened["load_ns"] / 1e9)
            arm.ask("time", calls=CALLS, discard=0)
            peaks.append(arm.ask("peak")["peak_bytes"] / MEGABYTE)
            bares.append(bare / MEGABYTE)
    progress("memory and start", repeats, repeats)
    own = [peak - bare for peak, bare in zip(peaks, bares, strict=True)]
    return Footprint(
        memory=_median(
            "memory", own, "MB", "peak resident memory less that of the runtime without a network"
        ),
        peak=_median("memory_peak", peaks, "MB", "peak resident memory of the whole process"),
        bare=_median("memory_bare", bares, "MB", "resident memory with the runtime and no network"),
        cold_start=_median(
            "cold_start", starts, "s", "start of the process to first prediction, file cached"
        ),
        load=_median("load", loads, "s", "opening the file to first prediction, file cached"),
    )


def _median(metric: str, values: list[float], unit: str, note: str) -> Score:
    value, low, high = of_median(np.asarray(values))
    return Score(metric, value, low, high, len(values), unit, f"{note}; median of fresh processes")
