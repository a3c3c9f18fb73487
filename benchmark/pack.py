"""Packing a case: its TensorFlow Lite files, a sample of images and a runner in one zip for another device."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.arms import Arm, Progress, Runtime
from benchmark.bench import Bench, Built
from benchmark.catalogue import Case
from benchmark.compress.convert import write_whole
from benchmark.compress.inspect import inspect_file
from benchmark.data.download import BRAIN_TUMOR
from benchmark.execute_job import open_bench
from benchmark.fingerprint import code_facts
from benchmark.job import Job
from benchmark.measure.execute import predict
from benchmark.methods.registry import build
from db.digits import digits_of
from db.errors import MedquantError

FORMAT, VERSION = "medquant-pack", 1
RUNNER = Path(__file__).parent / "device" / "run.py"
PART = "validation sample"
"""The part of the data that a pack holds: no other run has it, so that its accuracy is never taken for a whole part's."""

DEFAULT_IMAGES, MOST_IMAGES = 100, 2000
_DATE = (2020, 1, 1, 0, 0, 0)
"""Of all files in the zip: equal content, equal zip."""

REQUIREMENTS = "numpy\nai-edge-litert\n"
README = """\
This pack measures quantized networks on this device. With Python 3.9 or newer:

    pip install -r requirements.txt
    python run.py

It checks the files, runs every network on the sample of images, times them interleaved with one and with all threads,
and writes result.json, which `medquant benchmark unpack result.json` takes in on the machine that made the pack.
Nothing is sent anywhere. result.json names the model of the processor and the versions of the software, and neither this
machine, nor its user, nor a path.

{licence}
"""
PUBLIC = (
    "Images: a sample of Bhuvaji et al., Brain Tumor Classification (MRI), under the licence of that data set; cite it "
    "when you use them. The runner is under the MIT licence."
)
SYNTHETIC = "Images: synthetic phantoms, evidence of nothing. All of this pack is under the MIT licence."
PRIVATE = (
    "Images: from the packer's own folder, under that folder's licence. They may show patients: keep this pack to those "
    "who may see them. The runner is under the MIT licence."
)


@dataclass(frozen=True)
class Packed:
    """A pack that was written: its file, its arms, and how many images it holds."""

    file: Path
    arms: tuple[str, ...]
    images: int


def pack(job: Job, out: Path, *, images: int, include_images: bool, progress: Progress) -> Packed:
    """Write the zip of one run of a case; what the cache lacks is built first.

    Parameters
    ----------
    job
        The case, its split and seed, the images, and the cache.
    out
        The zip file to write.
    images
        How many images the sample holds at most, 1 to 2,000: equally many of each class.
    include_images
        Whether images of a folder that is not the public set may be packed.
    progress
        Told of what is being built.

    Raises
    ------
    MedquantError
        If the images may not be packed, there are too few, the case has no TensorFlow Lite network, or the zip cannot be
        written.
    """
    if not 1 <= images <= MOST_IMAGES:
        raise MedquantError(f"{images} images were asked for; allowed: 1 to {MOST_IMAGES:,}")
    job.folder.mkdir(parents=True, exist_ok=True)
    bench, _ = open_bench(job, progress)
    licence = _licence(bench, include_images)
    chosen = balanced_sample(bench.split.validation, bench.dataset.labels, images)
    built = packable(job.case, build(bench))
    pixels = np.ascontiguousarray(bench.dataset.images[chosen])
    stream = io.BytesIO()
    np.save(stream, pixels, allow_pickle=False)
    files = {f"arms/{arm.key}.tflite": arm.file.read_bytes() for arm in built.arms}
    files["images.npy"] = stream.getvalue()
    references = {
        arm.key: digits_of(
            predict(arm.file, arm.runtime, pixels, threads=job.threads, progress=progress).argmax(axis=1)
        )
        for arm in built.arms
    }
    manifest = _manifest(bench, built, chosen, files, references, licence)
    files["manifest.json"] = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
    files["README.txt"] = README.format(licence=licence).encode()
    files["requirements.txt"] = REQUIREMENTS.encode()
    files["run.py"] = RUNNER.read_bytes()
    write_whole(out, _zipped(files, f"medquant-{job.case_id}-{job.split}-s{job.seed}"))
    return Packed(out, tuple(references), len(chosen))


def balanced_sample(indices: NDArray[np.int64], labels: NDArray[np.int64], images: int) -> NDArray[np.int64]:
    """Return equally many of the indices for each class, spread evenly over the class: always the same ones.

    Raises
    ------
    MedquantError
        If there are fewer images wanted than classes.
    """
    members = [indices[labels[indices] == label] for label in np.unique(labels[indices])]
    each = min(images // len(members), *(len(of_class) for of_class in members))
    if each < 1:
        raise MedquantError(
            f"{images} images were asked for and there are {len(members)} classes; ask for at least {len(members)}"
        )
    picked = [of_class[np.linspace(0, len(of_class) - 1, each).astype(np.int64)] for of_class in members]
    return np.concatenate(picked)


def packable(case: Case, built: Built) -> Built:
    """Return what of a case another device can execute: arms in TensorFlow Lite files, and contrasts of two such.

    Raises
    ------
    MedquantError
        If there is none.
    """
    arms = {arm.key: arm for arm in built.arms if arm.runtime is Runtime.LITERT}
    contrasts = tuple(one for one in built.contrasts if one.arm in arms and one.baseline in arms)
    compared = {key for one in contrasts for key in (one.arm, one.baseline)}
    if not contrasts and built.contrasts:
        raise MedquantError(
            f"the case {case.case_id} compares no two TensorFlow Lite networks; pack one that does, such as int8"
        )
    kept = tuple(arm for key, arm in arms.items() if key in compared or not contrasts)
    for arm in kept:
        if (kind := inspect_file(arm.file).input_type) != "float32":
            raise MedquantError(
                f"the arm {arm.key} takes {kind} pixels; only networks that take float32 can be packed"
            )
    return replace(built, arms=kept, contrasts=contrasts)


def _licence(bench: Bench, include_images: bool) -> str:
    if bench.dataset.synthetic:
        return SYNTHETIC
    if bench.dataset.content_hash == BRAIN_TUMOR.tree:
        return PUBLIC
    if not include_images:
        raise MedquantError(
            f"the images of {bench.dataset.name} are not the public set and may show patients, so that they are not "
            "packed; give --include-images where they may travel, or --phantom for synthetic ones"
        )
    return PRIVATE


def _manifest(
    bench: Bench,
    built: Built,
    chosen: NDArray[np.int64],
    files: Mapping[str, bytes],
    references: Mapping[str, str],
    licence: str,
) -> dict[str, Any]:
    case, dataset, job = bench.case, bench.dataset, bench.job
    return {
        "format": FORMAT,
        "version": VERSION,
        "case_id": case.case_id,
        "case_hash": case.case_hash,
        "text": job.text,
        "after": job.after,
        "split": job.split,
        "seed": job.seed,
        "dataset": dataset.name,
        "data_sha256": dataset.content_hash,
        "synthetic": dataset.synthetic,
        "classes": list(dataset.classes),
        "input_size": dataset.size,
        "sample": {
            "part": PART,
            "file": "images.npy",
            "sha256": _sha256(files["images.npy"]),
            "n": len(chosen),
            "labels": digits_of(dataset.labels[chosen]),
            "images": [dataset.digests[index][:12] for index in chosen],
        },
        "arms": {arm.key: _arm_facts(arm, files, references[arm.key]) for arm in built.arms},
        "contrasts": [
            {"arm": one.arm, "baseline": one.baseline, "control": one.control.value}
            for one in built.contrasts
        ],
        "made_with": {
            **{name: code_facts()[name] for name in ("medquant", "code_sha256", "commit")},
            "ai_edge_litert": metadata.version("ai-edge-litert"),
        },
        "licence": licence,
    }


def _arm_facts(arm: Arm, files: Mapping[str, bytes], reference: str) -> dict[str, Any]:
    content = files[f"arms/{arm.key}.tflite"]
    return {
        "label": arm.label,
        "file": f"arms/{arm.key}.tflite",
        "sha256": _sha256(content),
        "bytes": len(content),
        "technique": list(arm.technique),
        "weight_bits": list(arm.weight_bits),
        "activation_bits": list(arm.activation_bits),
        "granularity": arm.granularity.value if arm.granularity else None,
        "symmetry": arm.symmetry.value if arm.symmetry else None,
        "calibration": arm.calibration,
        "fallback_ops": arm.fallback_ops,
        "reference": reference,
    }


def _zipped(files: Mapping[str, bytes], folder: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{name}", _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return stream.getvalue()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
