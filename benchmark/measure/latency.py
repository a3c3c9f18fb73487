"""How long one prediction takes: two arms, interleaved, each in a fresh process of its own."""

import os
import time
from contextlib import ExitStack
from dataclasses import dataclass
from math import exp, log, sqrt
from pathlib import Path

import numpy as np
from scipy import stats

from benchmark.arms import Progress, Runtime, silent
from benchmark.measure.child import PATIENCE, ArmChild
from benchmark.measure.score import LEVEL, Score
from db.errors import MedquantError

ROUNDS = 20
SECONDS = 8.0
WARM_UP = 10
DISCARD = 2
CALLS = (3, 400)
SETTLE = 0.02
MILLISECOND = 1e6
BUSY = 0.5

NAMES = ("baseline", "quantized")

ArmFile = tuple[Path, Runtime]


@dataclass(frozen=True)
class ArmLatency:
    """Times of one arm's calls in milliseconds; a call takes `batch` images."""

    calls: int
    mean_ms: float
    p50_ms: float
    p90_ms: float
    p99_ms: float
    block_medians_ms: tuple[float, ...]
    images_per_second: float


@dataclass(frozen=True)
class Latency:
    """Two arms timed in turn; `log_ratio` is ln(quantized / baseline) with its sampling `variance`.

    `order` names the arm of each block as it was timed. `load_before` and `load_after` are the machine's load averages
    over one minute; the later one includes this measurement.
    """

    threads: int
    batch: int
    baseline: ArmLatency
    quantized: ArmLatency
    log_ratio: float
    variance: float
    ratio: Score
    order: tuple[str, ...]
    load_before: float | None
    load_after: float | None
    note: str


def compare_latency(
    baseline: ArmFile,
    quantized: ArmFile,
    *,
    threads: int,
    batch: int = 1,
    size: int | None = None,
    rounds: int = ROUNDS,
    seconds: float = SECONDS,
    seed: int = 0,
    patience: float = PATIENCE,
    progress: Progress = silent,
) -> Latency:
    """Time two arms in turn.

    Parameters
    ----------
    baseline, quantized
        Each arm's file and runtime.
    threads
        Threads that share one call.
    batch
        Images of one call; 1 for latency, more for throughput. If an arm takes no batches, both get single images.
    size
        Side of the images in pixels, for files that leave it open.
    rounds
        How many blocks each arm gets, at least 2.
    seconds
        About how long the timing takes in all; it settles how many calls (3 to 400) a block has.
    seed
        Of the order within each round.
    patience
        Seconds until a silent process counts as hanging.
    progress
        Told of every block.

    Raises
    ------
    MedquantError
        If an arm cannot be run, or its process ends or hangs.

    Notes
    -----
    A call is what an application waits for: filling the input from uint8 pixels, executing, reading the output. The
    pixels are noise; the time of dense kernels does not depend on them. Each arm lives in its own process, so that
    neither inherits the other's caches, memory or thread pools. Clocks, heat and other programs change with time:
    within a round the arms are timed one right after the other, in random order, and the ratio is formed within
    rounds, so that what slows both cancels. Each block begins with calls that are not counted, after a pause in which
    the other arm's threads come to rest.

    References
    ----------
    Kalibera and Jones (2013), Rigorous Benchmarking in Reasonable Time, ISMM; Georges, Buytaert and Eeckhout (2007),
    Statistically Rigorous Java Performance Evaluation, OOPSLA. The interval is the paired t interval of the logarithms
    of block medians' ratios.
    """
    if rounds < 2:
        raise MedquantError(f"{rounds} rounds of timing give no interval: allowed are 2 or more")
    load_before = load()
    with ExitStack() as stack:
        arms = {
            name: stack.enter_context(ArmChild(file, runtime, patience=patience))
            for name, (file, runtime) in zip(NAMES, (baseline, quantized), strict=True)
        }
        batch = _opened_together(arms, threads, batch, size)
        calls = {name: _calls_of_a_block(arm, seconds / (2 * rounds)) for name, arm in arms.items()}
        times: dict[str, list[list[int]]] = {name: [] for name in arms}
        order = block_order(rounds, seed)
        stage = f"timing, {threads} thread{'s' * (threads > 1)}"
        for done, name in enumerate(order):
            progress(stage, done, len(order))
            time.sleep(SETTLE)
            times[name].append(arms[name].ask("time", calls=calls[name], discard=DISCARD)["ns"])
        progress(stage, len(order), len(order))
    first, second = (_summary(times[name], batch) for name in NAMES)
    log_ratio, variance = paired_log_ratio(first.block_medians_ms, second.block_medians_ms)
    return Latency(
        threads=threads,
        batch=batch,
        baseline=first,
        quantized=second,
        log_ratio=log_ratio,
        variance=variance,
        ratio=ratio_score(log_ratio, variance, rounds),
        order=order,
        load_before=load_before,
        load_after=load(),
        note=load_note(load_before, os.cpu_count() or 1),
    )


def block_order(rounds: int, seed: int) -> tuple[str, ...]:
    """Return which arm each block times: in every round both, in random order."""
    generator = np.random.default_rng(seed)
    return tuple(name for _ in range(rounds) for name in generator.permutation(NAMES).tolist())


def paired_log_ratio(baseline: tuple[float, ...], quantized: tuple[float, ...]) -> tuple[float, float]:
    """Return the mean of ln(quantized / baseline) over rounds and the variance of that mean."""
    logs = np.log(np.asarray(quantized) / np.asarray(baseline))
    return float(logs.mean()), float(logs.var(ddof=1)) / len(logs)


def load() -> float | None:
    """Return the machine's load average over one minute; None where the system keeps none."""
    try:
        return os.getloadavg()[0]
    except (OSError, AttributeError):
        return None


def load_note(before: float | None, cores: int) -> str:
    """Return what is to be said of the machine's load before a measurement; nothing if it was quiet."""
    if before is None:
        return "the load of the machine is unknown"
    if before > BUSY * cores:
        return f"other programs were running: load {before:.1f} on {cores} cores before the measurement"
    return ""


def _opened_together(arms: dict[str, ArmChild], threads: int, batch: int, size: int | None) -> int:
    """Open both arms for the same batch, and return it."""
    for arm in arms.values():
        arm.ask("hello", runtime=arm.runtime.value)

    def opened(wanted: int) -> set[int]:
        answers = [
            arm.ask("open", file=str(arm.file), threads=threads, batch=wanted, size=size)
            for arm in arms.values()
        ]
        return {int(answer["batch"]) for answer in answers}

    try:
        batches = opened(batch)
    except MedquantError:
        if batch == 1:
            raise
        batches = set()
    if len(batches) != 1 and batch > 1:
        batches = opened(1)
    if len(batches) != 1:
        raise MedquantError(
            "the two arms take different numbers of images at once: convert both for single images"
        )
    return batches.pop()


def _calls_of_a_block(arm: ArmChild, seconds: float) -> int:
    """Warm an arm up, and return how many of its calls fill some seconds."""
    median = float(np.median(arm.ask("time", calls=CALLS[0], discard=WARM_UP)["ns"]))
    return int(np.clip(seconds * 1e9 / max(median, 1.0), *CALLS))


def _summary(blocks: list[list[int]], batch: int) -> ArmLatency:
    times = np.concatenate([np.asarray(block, np.float64) for block in blocks]) / MILLISECOND
    p50, p90, p99 = (float(q) for q in np.quantile(times, [0.5, 0.9, 0.99]))
    return ArmLatency(
        calls=len(times),
        mean_ms=float(times.mean()),
        p50_ms=p50,
        p90_ms=p90,
        p99_ms=p99,
        block_medians_ms=tuple(float(np.median(block)) / MILLISECOND for block in blocks),
        images_per_second=1000 * batch / p50,
    )


def ratio_score(log_ratio: float, variance: float, rounds: int) -> Score:
    """Return quantized / baseline with its interval, from the mean of the rounds' logarithms and its variance."""
    half = float(stats.t.ppf((1 + LEVEL) / 2, rounds - 1)) * sqrt(variance)
    note = f"quantized / baseline; paired t interval of log ratios of {rounds} interleaved blocks"
    return Score(
        "latency", exp(log_ratio), exp(log_ratio - half), exp(log_ratio + half), rounds, "ratio", note
    )


def block_log_ratios(latency: Latency) -> tuple[float, ...]:
    """Return ln(quantized / baseline) of each round: what the interval is made of."""
    pairs = zip(latency.baseline.block_medians_ms, latency.quantized.block_medians_ms, strict=True)
    return tuple(log(quantized / baseline) for baseline, quantized in pairs)
