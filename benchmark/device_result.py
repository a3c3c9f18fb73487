"""The result of a pack that ran on another device: read from an untrusted file, checked, and never taken at its word."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.cache import content_key
from benchmark.catalogue import SPLITS, Case, case_of_text
from benchmark.data.dataset import PHANTOM
from benchmark.pack import FORMAT, MOST_IMAGES, PART, VERSION
from benchmark.untrusted import flag, keyed, listed, number, one, optional, parsed, record, text, whole
from db.codebook.codebook import BITS
from db.digits import DIGITS, classes_of
from db.errors import DataError, MedquantError, shown
from db.vocabulary import Control, Granularity, Symmetry

RESULT_FORMAT, RESULT_VERSION = "medquant-device-result", 1
LARGEST = 16_000_000
"""Bytes of the largest result: 2,000 images, 36 classes and a dozen arms fit."""

_HEX = "0123456789abcdef"
_SHA256 = text(64, allowed=_HEX, least=64)
_KEY = text(40, allowed="abcdefghijklmnopqrstuvwxyz0123456789_")
_CODES = listed(text(20, allowed="abcdefghijklmnopqrstuvwxyz0123456789_."), most=8)
_BITS = listed(text(10, matching=BITS), most=8)
_DIGITS = text(MOST_IMAGES, allowed=DIGITS)
_TIME = number(0, 1e7)
_BYTES = whole(0, 2**50)
_MOST_ARMS = 16

_MANIFEST = record(
    {
        "format": one((FORMAT,)),
        "version": whole(VERSION, VERSION),
        "case_id": text(100),
        "case_hash": _SHA256,
        "text": text(100_000, lines=True),
        "after": optional(text(100_000, lines=True)),
        "split": one(SPLITS),
        "seed": whole(0, 2**31 - 1),
        "dataset": text(),
        "data_sha256": _SHA256,
        "synthetic": flag,
        "classes": listed(text(100), least=2, most=len(DIGITS)),
        "input_size": whole(8, 1024),
        "sample": record(
            {
                "part": one((PART,)),
                "file": one(("images.npy",)),
                "sha256": _SHA256,
                "n": whole(1, MOST_IMAGES),
                "labels": _DIGITS,
                "images": listed(text(12, allowed=_HEX, least=12), least=1, most=MOST_IMAGES),
            }
        ),
        "arms": keyed(
            _KEY,
            record(
                {
                    "label": text(),
                    "file": text(60, allowed="abcdefghijklmnopqrstuvwxyz0123456789_./"),
                    "sha256": _SHA256,
                    "bytes": whole(1, 2**40),
                    "technique": _CODES,
                    "weight_bits": _BITS,
                    "activation_bits": _BITS,
                    "granularity": optional(one(tuple(Granularity))),
                    "symmetry": optional(one(tuple(Symmetry))),
                    "calibration": optional(text()),
                    "fallback_ops": optional(text(1000)),
                    "reference": _DIGITS,
                }
            ),
            most=_MOST_ARMS,
        ),
        "contrasts": listed(
            record({"arm": _KEY, "baseline": _KEY, "control": one(tuple(Control))}), most=_MOST_ARMS
        ),
        "made_with": record(
            {
                "medquant": optional(text(60)),
                "code_sha256": _SHA256,
                "commit": optional(text(40, allowed=_HEX)),
                "ai_edge_litert": text(60),
            }
        ),
        "licence": text(1000),
    }
)
_THREADS = one(("1", "all"))
_LATENCY = record(
    {
        "calls": whole(1, 10**7),
        "mean_ms": _TIME,
        "p50_ms": number(1e-6, 1e7),
        "p90_ms": _TIME,
        "p99_ms": _TIME,
        "block_medians_ms": listed(number(1e-6, 1e7), least=2, most=10_000),
    }
)
_MEMORY = record({"bare_bytes": _BYTES, "peak_bytes": _BYTES, "cold_start_ms": _TIME, "load_ms": _TIME})
_MEASURED_ARM = record(
    {
        "probabilities": listed(
            listed(number(-0.5, 1.5), least=2, most=len(DIGITS)), least=1, most=MOST_IMAGES
        ),
        "correct": whole(0, MOST_IMAGES),
        "agree": whole(0, MOST_IMAGES),
        "memory": listed(_MEMORY, least=1, most=1000),
        "latency": keyed(_THREADS, _LATENCY, most=2),
    }
)
_FAILED_ARM = record({"error": text(300)})


def _arm(value: Any, where: str) -> Any:  # noqa: ANN401 - JSON
    failed = isinstance(value, dict) and "error" in value
    return (_FAILED_ARM if failed else _MEASURED_ARM)(value, where)


_LOAD = optional(number(0, 1e6))
_RESULT = record(
    {
        "format": one((RESULT_FORMAT,)),
        "version": whole(RESULT_VERSION, RESULT_VERSION),
        "manifest": _MANIFEST,
        "runner_sha256": _SHA256,
        "began": text(40),
        "seconds": number(0, 1e7),
        "device": record(
            {
                "device": optional(text()),
                "processor": optional(text()),
                "machine": optional(text()),
                "flags": listed(text(40), most=300),
                "usable_cores": whole(1, 100_000),
                "memory_gib": optional(whole(0, 1_000_000)),
                "governor": optional(text()),
                "system": optional(text()),
                "kernel": optional(text()),
                "python": optional(text()),
                "packages": keyed(text(60), optional(text()), most=10),
            }
        ),
        "load": keyed(_THREADS, record({"before": _LOAD, "after": _LOAD}), most=2),
        "arms": keyed(_KEY, _arm, most=_MOST_ARMS),
    }
)


@dataclass(frozen=True)
class DeviceResult:
    """A checked result: the case it is of, everything that was said, and the hash of that."""

    case: Case
    facts: dict[str, Any]
    sha256: str

    @property
    def manifest(self) -> dict[str, Any]:
        """What was packed."""
        return dict(self.facts["manifest"])

    @property
    def working(self) -> tuple[str, ...]:
        """The arms that the device could execute."""
        return tuple(key for key, arm in self.facts["arms"].items() if "error" not in arm)

    @property
    def labels(self) -> NDArray[np.int64]:
        """The true class of each image."""
        sample, classes = self.manifest["sample"], self.manifest["classes"]
        return np.array(classes_of(sample["labels"], n=sample["n"], classes=len(classes)), np.int64)

    def probabilities(self, arm: str) -> NDArray[np.float64]:
        """Return what an arm said of each image, [n, classes]."""
        return np.array(self.facts["arms"][arm]["probabilities"], np.float64)


def read_result(path: Path) -> DeviceResult:
    """Read a result.

    Parameters
    ----------
    path
        The result.json that a pack's runner wrote.

    Raises
    ------
    MedquantError
        If it cannot be read or is too large.
    DataError
        For the first thing in it that is not as it should be.

    Notes
    -----
    The file may come from anywhere: its size is limited, every key and value is checked, and what can be computed
    (accuracy, agreement, the hash of the case) is computed here and must agree with what the file says.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise MedquantError(
            f"{path} cannot be read ({error.strerror or error}); name the result.json that run.py wrote"
        ) from None
    if len(content) > LARGEST:
        raise MedquantError(f"{path} has more than {LARGEST:,} bytes, which no result of a pack has")
    facts: dict[str, Any] = _RESULT(parsed(content, path.name), path.name)
    manifest = facts["manifest"]
    case = case_of_text(manifest["case_id"], manifest["text"], manifest["after"])
    if case.case_hash != manifest["case_hash"]:
        raise DataError("the text of the case has another SHA-256 than it says", file=path.name)
    result = DeviceResult(case, facts, content_key(facts))
    _check(result, path.name)
    return result


def _check(result: DeviceResult, name: str) -> None:
    """Refuse a result whose parts do not belong together."""
    manifest, arms = result.manifest, result.facts["arms"]
    sample, classes = manifest["sample"], manifest["classes"]
    if len(sample["images"]) != sample["n"] or len(result.labels) != sample["n"]:
        raise DataError(f"it names {len(sample['images'])} images and has {sample['n']}", file=name)
    if manifest["dataset"] == PHANTOM and not manifest["synthetic"]:
        raise DataError("phantoms are synthetic, and it says that they are not", file=name)
    if len(set(classes)) < len(classes) or any(";" in one_class for one_class in classes):
        raise DataError("two classes have one name, or a name has a semicolon", file=name)
    if set(arms) != set(manifest["arms"]):
        raise DataError("it has other arms than were packed", file=name)
    for contrast in manifest["contrasts"]:
        for key in (contrast["arm"], contrast["baseline"]):
            if key not in arms:
                raise DataError(f"it compares {shown(key)}, which is no arm", file=name)
    if not result.working:
        raise DataError("no arm could be executed; there is nothing to take in", file=name)
    for key in result.working:
        _check_arm(result, key, f"{name}, arm {key}")
    for threads in result.facts["load"]:
        if len({len(arms[key]["latency"][threads]["block_medians_ms"]) for key in result.working}) > 1:
            raise DataError("its arms were timed in different numbers of rounds", file=name)


def _check_arm(result: DeviceResult, key: str, where: str) -> None:
    """Refuse an arm whose numbers do not follow from its predictions."""
    manifest, arm = result.manifest, result.facts["arms"][key]
    n, classes = manifest["sample"]["n"], len(manifest["classes"])
    rows = arm["probabilities"]
    if len(rows) != n or any(len(row) != classes for row in rows):
        raise DataError(f"it has no {n} × {classes} probabilities", file=where)
    reference = classes_of(manifest["arms"][key]["reference"], n=n, classes=classes)
    found = result.probabilities(key).argmax(axis=1)
    counted = {"correct": (found == result.labels).sum(), "agree": (found == reference).sum()}
    for what, number_of in counted.items():
        if arm[what] != number_of:
            raise DataError(
                f"it says {arm[what]} for {what!r}, and its predictions give {number_of}; it was changed after the run, "
                "so run the pack again",
                file=where,
            )
    if set(arm["latency"]) != set(result.facts["load"]):
        raise DataError("it was timed with other numbers of threads than the rest", file=where)
