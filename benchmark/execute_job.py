"""From a job to a result: open the images, build the arms, measure them, tell it as rows."""

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.arms import Progress
from benchmark.bench import Bench
from benchmark.cache import content_key
from benchmark.data.dataset import Dataset, PhantomSource, open_dataset, source_of
from benchmark.data.duplicates import Duplicates, duplicates_of
from benchmark.data.leakage import Leakage, leakage
from benchmark.data.splits import Split, grouped_split, paper_split
from benchmark.environment import environment
from benchmark.fingerprint import code_facts
from benchmark.gather import Parts, gather
from benchmark.job import Job
from benchmark.methods.registry import build
from benchmark.stopwatch import Stopwatch
from db.digits import DIGITS, digits_of
from db.errors import MedquantError

PHANTOMS_A_CLASS = 100


def execute(job: Job, progress: Progress) -> dict[str, Any]:
    """Run a job and return its result: the rows that the runner writes down."""
    watch = progress = Stopwatch(progress)
    bench, duplicates = open_bench(job, progress)
    case, dataset, split = bench.case, bench.dataset, bench.split
    leaks = leakage(dataset, split, duplicates)
    parts = _parts(split)
    built = build(bench)
    machine = environment()
    rows = gather(bench, built, parts, machine.label)
    sets = {name: _image_set(dataset, split, name, indices, leaks) for name, indices in parts.items()}
    return {
        "dataset": dataset.name,
        "synthetic": dataset.synthetic,
        "fingerprint": {
            **code_facts(),
            "case_sha256": case.case_hash,
            "data_sha256": dataset.content_hash,
            "training_sha256": bench.data,
            "images": {
                "training": len(split.training),
                **{name: len(found) for name, found in parts.items()},
            },
            "start_weights": bench.start.parts(),
            "threads": job.threads,
            "delegate": "XNNPACK",
            "files": {arm.key: hashlib.sha256(arm.file.read_bytes()).hexdigest() for arm in built.arms},
            "built": dict(built.facts),
            "stage_seconds": (stages := watch.seconds()),
            "seconds": round(sum(stages.values()), 1),
        },
        "environment": {
            "environment_id": machine.environment_id,
            "label": machine.label,
            "facts": dict(machine.facts),
        },
        "image_sets": list(sets.values()),
        "predictions": [
            {"arm": arm, "set_id": sets[part]["set_id"], "classes": digits_of(classes)}
            for (arm, part), classes in rows.predicted.items()
        ],
        "measurements": [asdict(row) for row in rows.measurements],
        "comparisons": rows.comparisons,
    }


def open_bench(job: Job, progress: Progress) -> tuple[Bench, Duplicates]:
    """Return a job's case with its images, split as the job says, and the duplicates among them."""
    source = (
        PhantomSource(PHANTOMS_A_CLASS)
        if job.phantom
        else source_of(Path(job.data) if job.data else None, False)
    )
    dataset = open_dataset(source, job.case.input_size, cache=Path(job.cache), progress=progress)
    _refuse_too_many_classes(dataset)
    duplicates = duplicates_of(source, cache=Path(job.cache), progress=progress)
    split = paper_split(dataset) if job.split == "paper" else grouped_split(dataset, duplicates.groups)
    return Bench(job, job.case, dataset, split, progress), duplicates


def _refuse_too_many_classes(dataset: Dataset) -> None:
    if len(dataset.classes) > len(DIGITS):
        raise MedquantError(
            f"{dataset.name} has {len(dataset.classes)} classes; at most {len(DIGITS)} can be stored: merge classes, or "
            "leave some out"
        )


def _parts(split: Split) -> Parts:
    named = {"validation": split.validation, "testing": split.testing}
    return {name: indices for name, indices in named.items() if len(indices)}


def _image_set(
    dataset: Dataset, split: Split, part: str, indices: NDArray[np.int64], leaks: Leakage
) -> dict[str, Any]:
    labels = digits_of(dataset.labels[indices])
    images = " ".join(dataset.digests[index][:12] for index in indices)
    return {
        "set_id": content_key({"part": part, "split": split.name, "labels": labels, "images": images})[:32],
        "dataset": dataset.name,
        "split": split.name,
        "part": part,
        "synthetic": dataset.synthetic,
        "n": len(indices),
        "classes": list(dataset.classes),
        "labels": labels,
        "images": images,
        "facts": _leaks_of(leaks, part),
    }


def _leaks_of(leaks: Leakage, part: str) -> dict[str, object]:
    """Return how many images of a part have a twin among those that trained the network."""
    leak = next(leak for leak in leaks.leaks if leak.side == part and leak.other == "training")
    return {
        "side": part,
        "other": leak.other,
        "other_images": leak.other_images,
        "images": leak.total.images,
        "exact": leak.total.exact,
        "near": leak.total.near,
        "threshold": leaks.threshold,
    }
