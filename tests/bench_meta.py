"""Time the meta-analysis beside metafor and three Python packages, and say whether the gates hold: `make bench-meta`.

Every package runs in a process of its own, on one thread, and is asked task by task; rounds are interleaved, each in another
order, so that what slows the machine slows all. A call that takes less than `SHORTEST` is repeated within its round; one that
takes minutes has fewer rounds. Medians, ratios to ours, and how far the answers lie apart are printed. Packages that are not
installed, and tasks that one of them does not have, are named.
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np

WORKERS = Path(__file__).parent / "bench_meta_workers"
OURS = "medquant"
ROUNDS, SHORTEST, LONGEST = 9, 0.02, 40.0
ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1"
)
PYTHON_PEERS = ("PyMetaAnalysis", "PyMARE", "pystatsbio")
R, SPARSE = "metafor", "metafor (sparse)"
TASKS = {
    "reml_10": ("REML, k = 10", (R, *PYTHON_PEERS)),
    "reml_72": ("REML, k = 72", (R, *PYTHON_PEERS)),
    "reml_1000": ("REML, k = 1000", (R, *PYTHON_PEERS)),
    "leave_one_out": ("leave-one-out, k = 72", (R, "PyMetaAnalysis")),
    "cumulative": ("cumulative, k = 72", (R, "PyMetaAnalysis")),
    "permutation": ("1000 permutations, REML, k = 72", (R, "PyMARE")),
    "permutation_dl": ("1000 permutations, DL, k = 72", (R, "PyMARE")),
    "gosh": ("GOSH, 10,000 REML subsets, k = 72", (R,)),
    "three_level": ("three-level REML, 72 × 5", (R, SPARSE)),
    "che": ("CHE, REML, 72 × 5", (R,)),
    "three_level_large": ("three-level REML, 300 studies, 2,220 rows", (R, SPARSE)),
    "profile": ("profile intervals, three-level 72 × 5", (R,)),
    "forest": ("forest plot, k = 72", (R, "PyMetaAnalysis")),
}
GATES = (
    ("reml_72", PYTHON_PEERS, 1.0),
    ("leave_one_out", ("PyMetaAnalysis",), 10.0),
    ("gosh", (R,), 50.0),
    ("three_level", (R,), 10.0),
    ("three_level", (SPARSE,), 5.0),
    ("three_level_large", (R,), 10.0),
    ("three_level_large", (SPARSE,), 5.0),
    ("profile", (R,), 20.0),
)
"""Task, whom it is held to (the fastest of them), and how many times as fast we must be."""


@dataclass
class Race:
    """One package at one task."""

    task: str
    package: str
    worker: "Worker"
    repeats: int = 1
    rounds: int = ROUNDS
    seconds: list[float] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)
    absent: str = ""

    def run(self) -> None:
        """Ask once and keep the seconds of one call."""
        if self.absent or len(self.seconds) >= self.rounds:
            return
        seconds, self.answer, self.absent = self.worker.ask(f"{self.package} {self.task} {self.repeats}")
        if not self.absent:
            self.seconds.append(seconds)

    def warm_up(self) -> None:
        """Ask to see how long it takes, twice where it is short, as the first call imports; what is long counts."""
        self.run()
        if self.seconds and self.seconds[0] < LONGEST / 20:
            self.run()
        if self.absent:
            return
        first = self.seconds[-1]
        self.rounds = max(1, min(ROUNDS, int(LONGEST / max(first, 1e-9))))
        if first < LONGEST / 2:
            self.repeats = max(1, int(SHORTEST / max(first, 1e-7)))
            self.seconds.clear()


class Worker:
    """A process that answers lines."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.process = subprocess.Popen(
            [*command, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | ONE_THREAD,
        )

    def ask(self, line: str) -> tuple[float, list[float], str]:
        """Return seconds, numbers, and why there are none."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            words = self.process.stdout.readline().split()
        except BrokenPipeError:
            words = []
        if not words or words[0] == "absent":
            return 0.0, [], " ".join(words[1:]) or "its process ended"
        seconds, *numbers = map(float, words)
        return seconds, numbers, ""

    def close(self) -> None:
        """Let the process end."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, help="Python of the environment that has the Python packages")
    parser.add_argument("--only", nargs="*", choices=list(TASKS), default=list(TASKS), help="tasks to time")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_data(Path(folder))
        with workers(Path(folder), arguments.peers) as by_package:
            races = [
                Race(task, package, by_package[package])
                for task in arguments.only
                for package in (OURS, *TASKS[task][1])
                if package in by_package
            ]
            run(races)
    show(races)
    sys.exit(0 if show_gates(races) else 1)


@contextmanager
def workers(folder: Path, peers: Path | None) -> Iterator[dict[str, Worker]]:
    """Yield the processes by package; those that cannot be started are named."""
    with ExitStack() as stack:

        def start(command: list[str]) -> Worker:
            worker = Worker(command, folder)
            stack.callback(worker.close)
            return worker

        found = {OURS: start([sys.executable, str(WORKERS / "ours.py")])}
        if peers is not None and peers.is_file():
            found |= dict.fromkeys(PYTHON_PEERS, start([str(peers), str(WORKERS / "peers.py")]))
        else:
            print(f"absent: {', '.join(PYTHON_PEERS)} (no environment of peers was made)")
        if rscript := shutil.which("Rscript"):
            found |= dict.fromkeys((R, SPARSE), start([rscript, "--vanilla", str(WORKERS / "metafor.R")]))
        else:
            print("absent: metafor (no Rscript on this machine)")
        yield found


def write_data(folder: Path) -> None:
    """Write made-up effects for each task: mean 0.3, tau2 0.05 (0.03 and 0.02 by level), variances as of 20 to 200 rows."""
    rng = np.random.default_rng(20_240_101)
    sizes = {name: np.ones(int(name[5:]), int) for name in TASKS if name.startswith("reml_")}
    sizes |= dict.fromkeys(
        ("leave_one_out", "cumulative", "permutation", "permutation_dl", "gosh", "forest"), np.ones(72, int)
    )
    sizes |= dict.fromkeys(("three_level", "che", "profile"), np.full(72, 5))
    sizes["three_level_large"] = np.tile([2, 3, 5, 6, 7, 8, 9, 10, 11, 13], 30)
    for name, rows in sizes.items():
        study = np.repeat(np.arange(rows.size), rows)
        vi = 4 / rng.integers(20, 200, study.size)
        yi = 0.3 + rng.normal(0, 0.03**0.5, rows.size)[study] + rng.normal(0, np.sqrt(0.02 + vi))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(("yi", "vi", "study", "row"))
            lines.writerows(zip(yi.tolist(), vi.tolist(), study.tolist(), range(study.size), strict=True))


def run(races: list[Race]) -> None:
    """Time everything, rounds interleaved after one that tells how long each takes."""
    for race in races:
        race.warm_up()
    rng = np.random.default_rng(0)
    for _ in range(ROUNDS):
        for i in rng.permutation(len(races)).tolist():
            races[i].run()


def show(races: list[Race]) -> None:
    """Print seconds, ratios to ours, and how far the answers lie apart."""
    for task in dict.fromkeys(race.task for race in races):
        print(TASKS[task][0])
        own = next((race for race in races if (race.task, race.package) == (task, OURS)), None)
        for race in (race for race in races if race.task == task):
            if race.absent:
                print(f"  {race.package:<18} absent: {race.absent[:120]}")
                continue
            line = f"  {race.package:<18} {median(race.seconds):10.5f} s"
            if own is not None and not own.absent and race is not own:
                line += f" {median(race.seconds) / median(own.seconds):9.1f} x ours"
                line += apart(own.answer, race.answer)
            print(line + (f"   ({len(race.seconds)} rounds)" if len(race.seconds) < ROUNDS else ""))


def apart(own: list[float], other: list[float]) -> str:
    """Return how far two answers lie apart, where both have numbers."""
    if not own or not other:
        return ""
    if len(own) != len(other):
        return f"   {len(other)} numbers, ours {len(own)}"
    return f"   answers {max(abs(a - b) for a, b in zip(own, other, strict=True)):.0e} apart"


def show_gates(races: list[Race]) -> bool:
    """Print whether each gate holds, and return whether none is missed; what could not be timed is said."""
    middle = {(race.task, race.package): median(race.seconds) for race in races if race.seconds}
    held = True
    print("gates")
    for task, others, least in GATES:
        if task not in {race.task for race in races}:
            continue
        told = f"  {TASKS[task][0]}: at least {least:g} x as fast as {' and '.join(others)}"
        there = [middle[task, other] for other in others if (task, other) in middle]
        if (task, OURS) not in middle:
            print(f"{told}: MISSED, as ours gives no answer")
            held = False
            continue
        if not there:
            print(f"{told}: not timed")
            continue
        ratio = min(there) / middle[task, OURS]
        held = held and ratio >= least
        print(f"{told}: {ratio:.1f} x, {'holds' if ratio >= least else 'MISSED'}")
    return held


if __name__ == "__main__":
    main()
