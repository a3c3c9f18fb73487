"""Measuring what was built: every arm alone, every contrast paired, told as rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.arms import Arm, Contrast, Runtime
from benchmark.bench import Bench, Built
from benchmark.cache import alone
from benchmark.compress.inspect import inspect_file
from benchmark.measure.energy import Energy, energy_from_meter, measure_energy, read_meter, read_rapl
from benchmark.measure.execute import predict
from benchmark.measure.footprint import Footprint, footprint
from benchmark.measure.latency import ArmLatency, Latency, compare_latency
from benchmark.measure.paired import Paired, compare
from benchmark.measure.robustness import robustness
from benchmark.measure.score import Score
from benchmark.measure.scores import Scores, score
from benchmark.measure.sizes import file_size
from benchmark.rows import Setting, comparison_rows

Parts = Mapping[str, NDArray[np.int64]]
"""The images of each part, "validation" and, where there is one, "testing"."""

CORRUPTED_IMAGES = 150
"""Robustness is measured on so many validation images, spread evenly, and for the first seed only: it takes time."""

ROUNDS = 15
"""Interleaved rounds of timing for each number of threads."""

REPEATS = 3
"""Fresh processes for memory and cold start."""

ALL_THREADS = "all threads"
ONE_THREAD = "1 thread"


@dataclass(frozen=True)
class Measured:
    """One row of the table of measurements."""

    arm: str
    metric: str
    split: str
    value: float | None
    unit: str | None
    n: int | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    note: str | None = None


@dataclass
class Rows:
    """What a run tells: predicted classes by arm and part, measurements, and comparisons."""

    predicted: dict[tuple[str, str], NDArray[np.int64]] = field(default_factory=dict)
    measurements: list[Measured] = field(default_factory=list)
    comparisons: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Contrasted:
    """A contrast with everything that was measured of it; `sizes` are the bytes of the baseline's and the arm's file."""

    contrast: Contrast
    name: str
    arm: Arm
    baseline: Arm
    paired: Mapping[str, Paired]
    scores: Mapping[tuple[str, str], Scores]
    latency: Mapping[str, Latency]
    memory: Mapping[str, Footprint]
    sizes: tuple[int, int]


def gather(bench: Bench, built: Built, parts: Parts, device: str) -> Rows:
    """Measure all arms and contrasts.

    Parameters
    ----------
    bench, built
        The run's images, and what its method built.
    parts
        Which images test.
    device
        Name of this machine, for the comparisons.
    """
    rows = Rows()
    arms = {arm.key: arm for arm in built.arms}
    classes, labels = bench.dataset.classes, bench.dataset.labels
    probabilities: dict[tuple[str, str], NDArray[np.float32]] = {}
    scores: dict[tuple[str, str], Scores] = {}
    for key, arm in arms.items():
        for part, indices in parts.items():
            found = predict(
                arm.file, arm.runtime, np.ascontiguousarray(bench.dataset.images[indices]), threads=bench.job.threads,
                progress=bench.progress,
            )  # fmt: skip
            probabilities[key, part] = found
            scores[key, part] = score(found, labels[indices], classes, seed=bench.job.seed)
            rows.predicted[key, part] = found.argmax(axis=1)
            rows.measurements += scored(key, f"{bench.split.name}/{part}", scores[key, part])
        rows.measurements += _of_file(arm)
    rows.measurements += [
        Measured(key, "size_bytes", "", size, "bytes") for key, size in built.stored.items()
    ]
    _keep(bench, probabilities)
    memory: dict[str, Footprint] = {}
    for number, contrast in enumerate(built.contrasts):
        name = (
            contrast.arm
            if contrast.arm not in [c.arm for c in built.contrasts[:number]]
            else f"{contrast.arm}|{contrast.baseline}"
        )
        arm, baseline = arms[contrast.arm], arms[contrast.baseline]
        paired = {
            part: compare(
                probabilities[baseline.key, part], probabilities[arm.key, part], labels[indices], classes, seed=bench.job.seed
            )
            for part, indices in parts.items()
        }  # fmt: skip
        for part, pair in paired.items():
            rows.measurements += pairwise(name, f"{bench.split.name}/{part}", pair)
        latency = _timed(bench, arm, baseline)
        for threads, timed in latency.items():
            rows.measurements += latencies(name, baseline.key, threads, timed)
        for one in (arm, baseline):
            if one.key not in memory:
                memory[one.key] = footprint(
                    one.file,
                    one.runtime,
                    threads=bench.job.threads,
                    repeats=REPEATS,
                    progress=bench.progress,
                )
                rows.measurements += footprints(one.key, memory[one.key])
        if number == 0:
            rows.measurements += _robust(bench, name, arm, baseline, parts["validation"])
            rows.measurements += _energy(bench, arm)
        rows.comparisons += comparison_rows(
            Setting(bench.case.network, bench.dataset.name, bench.split.name),
            Contrasted(
                contrast,
                name,
                arm,
                baseline,
                paired,
                scores,
                latency,
                memory,
                (baseline.file.stat().st_size, arm.file.stat().st_size),
            ),
            built.stored,
            device,
        )
    return rows


def scored(arm: str, split: str, scores: Scores) -> Iterator[Measured]:
    """Give what one arm's predictions on one part are worth."""
    for one in scores.every():
        yield _row(arm, split, one)
    confusion = ";".join(" ".join(str(count) for count in row) for row in scores.confusion)
    yield Measured(
        arm, "confusion", split, None, "images", scores.n, note=f"rows are true classes: {confusion}"
    )


def pairwise(name: str, split: str, paired: Paired) -> Iterator[Measured]:
    """Give how the two arms of a contrast differ on one part."""
    for one in paired.every():
        metric = one.metric if one.metric in ("agreement", "probability_change") else f"{one.metric}_change"
        yield _row(name, split, one, metric)
    yield Measured(name, "mcnemar_p", split, paired.mcnemar_p, None, paired.n, note="exact, two-sided")
    yield Measured(name, "flips", split, len(paired.flips), "images", paired.n)


def _row(arm: str, split: str, one: Score, metric: str | None = None) -> Measured:
    return Measured(
        arm,
        metric or one.metric,
        split,
        one.value,
        one.unit,
        one.n,
        one.ci_low,
        one.ci_high,
        one.note or None,
    )


def _of_file(arm: Arm) -> Iterator[Measured]:
    size = file_size(arm.file)
    yield Measured(arm.key, "size_bytes", "", size.stored, "bytes")
    yield Measured(arm.key, "size_gzip_bytes", "", size.compressed, "bytes")
    if arm.runtime is Runtime.TORCH:
        return  # its files hold a program; what is in them is not read back
    facts = inspect_file(arm.file)
    yield Measured(arm.key, "parameters", "", facts.parameters, None)
    yield Measured(arm.key, "macs", "", facts.macs, None, note="multiply-accumulates for one image")
    quantized = sum(share for code, share in facts.shares().items() if code != "32f")
    yield Measured(
        arm.key,
        "quantized_share",
        "",
        round(quantized, 6),
        "fraction",
        len(facts.kernels),
        note=_told(facts.shares()),
    )


def _told(shares: Mapping[str, float]) -> str:
    return "kernel elements by bits: " + ", ".join(f"{code} {share:.4f}" for code, share in shares.items())


def _timed(bench: Bench, arm: Arm, baseline: Arm) -> dict[str, Latency]:
    """Time both arms interleaved, while no other run on this machine is being timed."""
    threads = {ONE_THREAD: 1, ALL_THREADS: bench.job.threads}
    if bench.job.threads == 1:
        threads.pop(ALL_THREADS)
    with alone(bench.cache, "timing"):
        return {
            name: compare_latency(
                (baseline.file, baseline.runtime),
                (arm.file, arm.runtime),
                threads=number,
                rounds=ROUNDS,
                seconds=bench.job.timing,
                seed=bench.job.seed,
                progress=bench.progress,
            )
            for name, number in threads.items()
        }


def latencies(name: str, baseline: str, threads: str, timed: Latency) -> Iterator[Measured]:
    """Give how long the two arms of a contrast take."""
    yield Measured(
        name, "latency_ratio", threads, timed.ratio.value, "ratio", timed.ratio.n, timed.ratio.ci_low,
        timed.ratio.ci_high, "; ".join(filter(None, (timed.ratio.note, timed.note))),
    )  # fmt: skip
    yield Measured(name, "latency_log_ratio_variance", threads, timed.variance, None, timed.ratio.n)
    for label, value in (("load_before", timed.load_before), ("load_after", timed.load_after)):
        yield Measured(name, label, threads, value, None, note="load average of the machine over one minute")
    for arm, found in ((name, timed.quantized), (f"{baseline} beside {name}", timed.baseline)):
        yield from _times(arm, threads, found)


def _times(arm: str, threads: str, found: ArmLatency) -> Iterator[Measured]:
    for metric, value, unit in (
        ("latency_p50_ms", found.p50_ms, "ms"),
        ("latency_p90_ms", found.p90_ms, "ms"),
        ("latency_p99_ms", found.p99_ms, "ms"),
        ("latency_mean_ms", found.mean_ms, "ms"),
        ("throughput", found.images_per_second, "images/s"),
    ):
        yield Measured(arm, metric, threads, value, unit, found.calls)


def footprints(key: str, found: Footprint) -> Iterator[Measured]:
    """Give the memory and the start of one arm."""
    for metric, one, scale, unit in (
        ("peak_rss_mb", found.memory, 1.0, "MB"),
        ("peak_rss_process_mb", found.peak, 1.0, "MB"),
        ("cold_start_ms", found.cold_start, 1000.0, "ms"),
        ("load_ms", found.load, 1000.0, "ms"),
    ):
        value, low, high = (None if x is None else scale * x for x in (one.value, one.ci_low, one.ci_high))
        yield Measured(key, metric, "", value, unit, one.n, low, high, one.note)


def _robust(
    bench: Bench, name: str, arm: Arm, baseline: Arm, indices: NDArray[np.int64]
) -> Iterator[Measured]:
    if bench.job.seed != bench.case.seeds[0]:
        return
    chosen = indices[np.linspace(0, len(indices) - 1, min(CORRUPTED_IMAGES, len(indices))).astype(np.int64)]
    images = np.ascontiguousarray(bench.dataset.images[chosen])
    found = robustness(
        lambda x: predict(baseline.file, baseline.runtime, x, threads=bench.job.threads),
        lambda x: predict(arm.file, arm.runtime, x, threads=bench.job.threads),
        images,
        bench.dataset.labels[chosen],
        bench.dataset.classes,
        progress=bench.progress,
    )
    for one in found:
        note = f"{one.strength:g} {one.strength_unit}; baseline {one.baseline.value:.4f}, arm {one.quantized.value:.4f}"
        change = one.change
        yield Measured(
            name, f"robustness:{one.corruption}:{one.severity}", f"{bench.split.name}/validation", change.value, change.unit,
            change.n, change.ci_low, change.ci_high, note,
        )  # fmt: skip


def _energy(bench: Bench, arm: Arm) -> Iterator[Measured]:
    """Give the energy of one prediction from a real counter or meter, else no value and the reason."""
    counter = read_rapl()
    if isinstance(counter, str) and bench.job.meter is None:
        yield Measured(arm.key, "energy_j", "", None, "J", note=counter)
        return
    found: Energy = measure_energy(arm.file, arm.runtime, threads=bench.job.threads)
    if bench.job.meter is not None:
        found = energy_from_meter(found, read_meter(Path(bench.job.meter)))
    one = found.per_inference
    value, low, high = (None if x is None else x / 1000 for x in (one.value, one.ci_low, one.ci_high))
    yield Measured(arm.key, "energy_j", "", value, "J", found.calls, low, high, found.energy_method)


def _keep(bench: Bench, probabilities: Mapping[tuple[str, str], NDArray[np.float32]]) -> None:
    """Keep every arm's probabilities of every image in the run's folder."""
    named = {f"{arm}.{part}": found for (arm, part), found in probabilities.items()}
    np.savez_compressed(bench.job.folder / "probabilities.npz", **named)  # type: ignore[arg-type]
