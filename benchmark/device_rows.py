"""What a device measured, as the rows that a run leaves: everything that can be computed is computed here."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.arms import Arm, Contrast, Runtime
from benchmark.cache import content_key
from benchmark.device_result import DeviceResult
from benchmark.environment import FAMILIES, FLAGS, ID_LENGTH
from benchmark.fingerprint import code_facts
from benchmark.gather import (
    ALL_THREADS,
    ONE_THREAD,
    Contrasted,
    Measured,
    footprints,
    latencies,
    pairwise,
    scored,
)
from benchmark.measure.footprint import MEGABYTE, Footprint
from benchmark.measure.intervals import of_median, wilson
from benchmark.measure.latency import ArmLatency, Latency, load_note, paired_log_ratio, ratio_score
from benchmark.measure.paired import compare
from benchmark.measure.score import Score
from benchmark.measure.scores import score
from benchmark.pack import PART
from benchmark.rows import Setting, comparison_rows
from db.digits import digits_of
from db.vocabulary import Control, Execution, Granularity, Symmetry

THREADS = {"1": ONE_THREAD, "all": ALL_THREADS}


def rows_of(result: DeviceResult) -> dict[str, Any]:
    """Return what a run's process would leave: the rows that `benchmark.records.finish_run` writes."""
    manifest, facts = result.manifest, result.facts
    machine = _environment(facts["device"])
    images = _image_set(manifest)
    measurements, comparisons = _measured(result, machine["label"])
    return {
        "dataset": manifest["dataset"],
        "synthetic": manifest["synthetic"],
        "fingerprint": {
            **code_facts(),
            "case_sha256": result.case.case_hash,
            "data_sha256": manifest["data_sha256"],
            "images": {PART: manifest["sample"]["n"]},
            "threads": facts["device"]["usable_cores"],
            "files": {key: arm["sha256"] for key, arm in manifest["arms"].items()},
            "seconds": facts["seconds"],
            "device_result": {
                "sha256": result.sha256,
                "runner_sha256": facts["runner_sha256"],
                "began": facts["began"],
                "packed_with": manifest["made_with"],
                "sample_sha256": manifest["sample"]["sha256"],
            },
        },
        "environment": machine,
        "image_sets": [images],
        "predictions": [
            {
                "arm": key,
                "set_id": images["set_id"],
                "classes": digits_of(result.probabilities(key).argmax(axis=1).tolist()),
            }
            for key in result.working
        ],
        "measurements": [asdict(row) for row in measurements],
        "comparisons": comparisons,
    }


def _environment(device: dict[str, Any]) -> dict[str, Any]:
    cores = device["usable_cores"]
    flags = [flag for flag in device["flags"] if flag in FLAGS or flag.startswith(FAMILIES)]
    device = {**device, "flags": flags}
    named = device["device"] or device["processor"] or device["machine"] or "unknown device"
    label = f"{named}, {cores} core{'s' * (cores > 1)}, {device['system']}, Python {device['python']}"
    return {"environment_id": content_key(device)[:ID_LENGTH], "label": label, "facts": device}


def _image_set(manifest: dict[str, Any]) -> dict[str, Any]:
    sample = manifest["sample"]
    named = {
        "part": sample["part"],
        "split": manifest["split"],
        "labels": sample["labels"],
        "images": " ".join(sample["images"]),
    }
    return {
        **named,
        "set_id": content_key(named)[:32],
        "dataset": manifest["dataset"],
        "synthetic": manifest["synthetic"],
        "n": sample["n"],
        "classes": manifest["classes"],
        "facts": None,
    }


def _measured(result: DeviceResult, device: str) -> tuple[list[Measured], list[dict[str, Any]]]:
    manifest, labels = result.manifest, result.labels
    classes, split = tuple(manifest["classes"]), manifest["split"]
    place = f"{split}/{PART}"
    found = {key: result.probabilities(key) for key in result.working}
    scores = {(key, PART): score(rows, labels, classes, seed=manifest["seed"]) for key, rows in found.items()}
    memory = {key: _footprint(result.facts["arms"][key]["memory"]) for key in found}
    rows = list(
        chain.from_iterable(
            chain(scored(key, place, scores[key, PART]), _alone(result, key), footprints(key, memory[key]))
            for key in found
        )
    )
    rows += [
        Measured(key, "accuracy", place, None, None, note=f"not executed: {arm['error']}")
        for key, arm in result.facts["arms"].items()
        if "error" in arm
    ]
    comparisons: list[dict[str, Any]] = []
    taken: set[str] = set()
    for pair in manifest["contrasts"]:
        arm, baseline = pair["arm"], pair["baseline"]
        if arm not in found or baseline not in found:
            continue
        name = arm if arm not in taken else f"{arm}|{baseline}"
        taken.add(arm)
        paired = compare(found[baseline], found[arm], labels, classes, seed=manifest["seed"])
        latency = {THREADS[key]: _latency(result, key, baseline, arm) for key in result.facts["load"]}
        rows += pairwise(name, place, paired)
        for threads, timed in latency.items():
            rows += latencies(name, baseline, threads, timed)
        contrasted = Contrasted(
            Contrast(arm, baseline, Control(pair["control"])),
            name,
            _arm(manifest, arm),
            _arm(manifest, baseline),
            {PART: paired},
            scores,
            latency,
            memory,
            (manifest["arms"][baseline]["bytes"], manifest["arms"][arm]["bytes"]),
        )
        setting = Setting(result.case.network, manifest["dataset"], split)
        comparisons += comparison_rows(setting, contrasted, {}, device)
    return rows, comparisons


def _alone(result: DeviceResult, key: str) -> Iterator[Measured]:
    """Give what is measured of an arm by itself: its file, and whether it predicts as where it was packed."""
    sample, packed = result.manifest["sample"], result.manifest["arms"][key]
    agree, n = result.facts["arms"][key]["agree"], sample["n"]
    yield Measured(key, "size_bytes", "", packed["bytes"], "bytes")
    yield Measured(
        key,
        "agreement_with_packer",
        f"{result.manifest['split']}/{PART}",
        agree / n,
        "fraction",
        n,
        *wilson(agree, n),
        "same class as on the machine that packed; Wilson",
    )


def _arm(manifest: dict[str, Any], key: str) -> Arm:
    packed = manifest["arms"][key]
    return Arm(
        key=key,
        label=packed["label"],
        file=Path(packed["file"]),
        runtime=Runtime.LITERT,
        technique=tuple(packed["technique"]),
        weight_bits=tuple(packed["weight_bits"]),
        activation_bits=tuple(packed["activation_bits"]),
        granularity=Granularity(packed["granularity"]) if packed["granularity"] else None,
        symmetry=Symmetry(packed["symmetry"]) if packed["symmetry"] else None,
        calibration=packed["calibration"],
        fallback_ops=packed["fallback_ops"],
        execution=Execution.DEVICE,
    )


def _latency(result: DeviceResult, threads: str, baseline: str, arm: str) -> Latency:
    first, second = (_arm_latency(result.facts["arms"][key]["latency"][threads]) for key in (baseline, arm))
    log_ratio, variance = paired_log_ratio(first.block_medians_ms, second.block_medians_ms)
    load, cores = result.facts["load"][threads], result.facts["device"]["usable_cores"]
    return Latency(
        threads=1 if threads == "1" else cores,
        batch=1,
        baseline=first,
        quantized=second,
        log_ratio=log_ratio,
        variance=variance,
        ratio=ratio_score(log_ratio, variance, len(first.block_medians_ms)),
        order=(),
        load_before=load["before"],
        load_after=load["after"],
        note=load_note(load["before"], cores),
    )


def _arm_latency(timed: dict[str, Any]) -> ArmLatency:
    return ArmLatency(
        **{**timed, "block_medians_ms": tuple(timed["block_medians_ms"])},
        images_per_second=1000 / timed["p50_ms"],
    )


def _footprint(repeats: list[dict[str, Any]]) -> Footprint:
    def median(metric: str, values: list[float], unit: str, note: str) -> Score:
        value, low, high = of_median(np.asarray(values, np.float64))
        return Score(metric, value, low, high, len(values), unit, f"{note}; median of fresh processes")

    peaks = [one["peak_bytes"] / MEGABYTE for one in repeats]
    bares = [one["bare_bytes"] / MEGABYTE for one in repeats]
    own = [peak - bare for peak, bare in zip(peaks, bares, strict=True)]
    starts = [one["cold_start_ms"] / 1000 for one in repeats]
    loads = [one["load_ms"] / 1000 for one in repeats]
    return Footprint(
        memory=median("memory", own, "MB", "peak resident memory less that of the runtime without a network"),
        peak=median("memory_peak", peaks, "MB", "peak resident memory of the whole process"),
        bare=median("memory_bare", bares, "MB", "resident memory with the runtime and no network"),
        cold_start=median("cold_start", starts, "s", "start of the process to first prediction, file cached"),
        load=median("load", loads, "s", "opening the file to first prediction, file cached"),
    )
