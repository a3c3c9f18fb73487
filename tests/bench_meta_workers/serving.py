"""One package in one process: reads "task repeats" lines, answers each with seconds per call and what came out.

Needs numpy alone, so that it runs in the peers' environment too.
"""

import csv
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

Columns = dict[str, np.ndarray]
Ready = Callable[[], object]
Answer = Callable[[Any], Iterable[float]]
Job = tuple[Ready, Answer]
Task = Callable[[Columns], Job]
"""From the data to a call that is timed, and a way to read the numbers off what it returns."""


def read(file: Path) -> Columns:
    """Return the columns of a file of numbers."""
    with file.open(encoding="utf-8", newline="") as lines:
        head, *rows = list(csv.reader(lines))
    table = np.array(rows, dtype=np.float64)
    return {name: table[:, i].copy() for i, name in enumerate(head)}


def nothing(found: object) -> Iterable[float]:
    """Return no numbers: of a figure, or of what chance decides."""
    del found
    return ()


def serve(tasks: Mapping[str, Task], folder: Path) -> None:
    """Answer until the input ends.

    Parameters
    ----------
    tasks
        By name: "package task".
    folder
        Where the data lie, one file per task.
    """
    ready: dict[str, tuple[Ready, Answer]] = {}
    answers = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        name, repeats = line.rstrip("\n").rsplit(" ", 1)
        try:
            if name not in ready:
                ready[name] = tasks[name](read(folder / f"{name.rsplit(' ', 1)[1]}.csv"))
            call, answer = ready[name]
            began = time.perf_counter()
            for _ in range(int(repeats)):
                found = call()
            seconds = (time.perf_counter() - began) / int(repeats)
            told = f"{seconds!r} {' '.join(repr(float(x)) for x in answer(found))}"
        except Exception as error:  # noqa: BLE001 - whatever a package raises, it is named in the table
            told = f"absent {type(error).__name__}: {' '.join(str(error).split())}"
        print(told.strip(), file=answers, flush=True)
