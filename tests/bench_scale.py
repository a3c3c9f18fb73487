"""How time and memory grow with the corpus: `make bench` (a program, not a test).

Synthetic corpora hold the shipped one many times over: every record, hit, decision, search, study, comparison and
reading again under new identifiers. Each is loaded, checked and reported by fresh processes, as a user would.
"""

import argparse
import csv
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from db.command import Steps, print_table
from db.corpus import SHIPPED

IDENTIFIERS = frozenset(
    {"query_id", "record_id", "raw_record_id", "study_id", "comparison_id", "group", "id", "place"}
)
"""Columns that name a row; a file without one of them is taken over as it is, once."""
PLACE = re.compile(r"(?<=^comparisons )\S+")
LINEAR = 1.15
"""An exponent up to this counts as about linear: ten times the rows, at most fourteen times the cost."""
MEGABYTE = 1e6


@dataclass(frozen=True)
class Cost:
    """What one command cost: seconds by the clock, peak memory and size of what it wrote in megabytes."""

    step: str
    copies: int
    seconds: float
    memory: float
    written: float


def renamed(column: str, value: str, copy: int) -> str:
    """Return the identifier of a row's copy; the first copy keeps the names it has."""
    if copy == 0 or not value:
        return value
    if column == "place":
        return PLACE.sub(lambda match: f"{match[0]}x{copy}", value)
    return "+".join(f"{part}x{copy}" for part in value.split("+")) if column == "group" else f"{value}x{copy}"


def multiply(source: Path, target: Path, copies: int) -> None:
    """Write the corpus in `source` to `target` so many times over, row by row."""
    target.mkdir(parents=True)
    for path in sorted(source.iterdir()):
        if path.suffix != ".csv":
            shutil.copyfile(path, target / path.name)
            continue
        with path.open(encoding="utf-8", newline="") as read:
            rows = list(csv.DictReader(read))
        columns = list(rows[0]) if rows else []
        named = [column for column in columns if column in IDENTIFIERS]
        if not named:
            shutil.copyfile(path, target / path.name)
            continue
        with (target / path.name).open("w", encoding="utf-8", newline="") as write:
            writer = csv.DictWriter(write, columns, lineterminator="\n")
            writer.writeheader()
            for copy in range(copies):
                writer.writerows(
                    row | {column: renamed(column, row[column], copy) for column in named} for row in rows
                )


def measured(step: str, copies: int, words: list[str], written: Path) -> Cost:
    """Run `medquant` with these words in a process of its own and return what it cost."""
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "medquant", *words],
            stdout=subprocess.DEVNULL,
            stderr=said,
            cwd=Path(__file__).parent.parent,
            env={**os.environ, "MEDQUANT_ACTOR": "benchmark"},
        )
        _, status, usage = os.wait4(process.pid, 0)  # the peak of this child alone
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            told = said.read().decode("utf-8", "replace").strip()
            sys.exit(f"{step} at {copies}×, exit code {process.returncode}: {told[-2000:]}")
    unit = 1 if sys.platform == "darwin" else 1024
    size = written.stat().st_size / MEGABYTE
    return Cost(step, copies, seconds, usage.ru_maxrss * unit / MEGABYTE, size)


def steps(corpus: Path, folder: Path) -> list[tuple[str, list[str], Path]]:
    """Return the commands in order: name, words, and the file by whose size their output is told."""
    database = folder / "medquant.db"
    at = ["--db", str(database)]
    load = ["db", "load", str(corpus), *at]
    report = ["report", "--draft", "--out", str(folder), *at]
    return [
        ("db load", load, database),
        ("db load again", load, database),
        ("db check", ["db", "check", *at], database),
        ("report --form html", [*report, "--form", "html"], folder / "report.html"),
        ("report --form pdf", [*report, "--form", "pdf"], folder / "report.pdf"),
    ]


@contextmanager
def workplace(keep: Path | None) -> Iterator[Path]:
    """Give a folder for corpora and outputs that goes away at the end, or the one to keep."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="medquant-bench-") as name:
        yield Path(name)


def growth(before: Cost, after: Cost) -> tuple[float, float]:
    """Return the ratio of the two times, and the exponent p of time ~ rows^p."""
    ratio = after.seconds / before.seconds
    return ratio, math.log10(ratio) / math.log10(after.copies / before.copies)


def told(costs: list[Cost]) -> list[list[str]]:
    """Return the rows of the table, each step from the smallest corpus to the largest."""
    rows = []
    for step in dict.fromkeys(cost.step for cost in costs):
        its = [cost for cost in costs if cost.step == step]
        changes = ["", *(_in_words(*growth(before, after)) for before, after in pairwise(its))]
        for cost, change in zip(its, changes, strict=True):
            rows.append(
                [step, f"{cost.copies}×", f"{cost.seconds:.1f}", f"{cost.memory:,.0f}", f"{cost.written:.1f}", change]
            )  # fmt: skip
    return rows


def _in_words(ratio: float, exponent: float) -> str:
    verdict = "about linear or less" if exponent <= LINEAR else "WORSE THAN LINEAR"
    return f"time ×{ratio:.1f}, exponent {exponent:.2f}: {verdict}"


def main() -> int:
    """Measure and print; the exit code is 1 if something grows worse than linear."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[1, 10, 100], metavar="N", help="how many times the corpus"
    )
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep corpora, databases and reports here")
    given = parser.parse_args()
    sizes = sorted(set(given.sizes))
    if sizes[0] < 1:
        parser.error("--sizes must be 1 or more")
    costs: list[Cost] = []
    with workplace(given.keep) as place, Steps("bench", total=len(sizes) * len(steps(place, place))) as bar:
        for copies in sizes:
            folder = place / f"x{copies}"
            shutil.rmtree(folder, ignore_errors=True)
            corpus = folder / "corpus"
            multiply(SHIPPED, corpus, copies)
            for name, words, written in steps(corpus, folder):
                bar(f"{name}, {copies}×")
                costs.append(measured(name, copies, words, written))
    print_table(
        ["Command", "Corpus", "Seconds", "Peak MB", "Output MB", "Growth"], told(costs), numeric=(1, 2, 3, 4)
    )
    worse = [row for row in told(costs) if "WORSE" in row[-1]]
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
