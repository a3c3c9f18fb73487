"""A few hand-made runs beside the shipped corpus: two splits, three seeds, one failed run, one on synthetic images."""

import datetime as dt
import hashlib
import random
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, insert

from db.digits import digits_of
from db.models.tables import Case, Claim, Comparison, Environment, ImageSet, Measurement, Prediction, Run
from db.session import writing
from db.vocabulary import (
    Bound,
    ChangeKind,
    Control,
    Execution,
    Granularity,
    Origin,
    Quantity,
    RunState,
    Symmetry,
    Verification,
)

CLASSES = ("glioma", "meningioma", "no tumour", "pituitary")
SETS = {("paper", "validation"): 573, ("paper", "testing"): 394, ("grouped", "validation"): 500}
SEEDS = (0, 1, 2)
FLIPS = {"float16": 1, "int8": 14}
BYTES = {
    "fp32": 9_010_000,
    "float16": 4_520_000,
    "int8": 2_671_000,
    "keras": 9_300_000,
    "keras_with_optimizer": 27_800_000,
}
FAILURE = "the memory of this machine did not suffice; try a smaller network"
BEGAN = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)

CASES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "fp16": (
        "float16 post-training quantization of MobileNetV2",
        [
            {
                "comparison_id": "kanneti2026-01",
                "arm_key": "float16",
                "tolerance": 0.5,
                "statement": "float16 changes the accuracy of MobileNetV2 from 82.20 % to 82.37 %",
                "reason": "half a point is about three of the 573 validation images",
            },
            {
                "comparison_id": "kanneti2026-02",
                "arm_key": "float16",
                "outcome": "size",
                "part": None,
                "tolerance": 5.0,
                "statement": "float16 makes the stored network 6.14 times smaller, like for like",
                "reason": "file sizes have no sampling error",
            },
            {
                "comparison_id": "kanneti2026-02",
                "arm_key": "float16",
                "baseline_key": "keras_with_optimizer",
                "outcome": "size",
                "part": None,
                "tolerance": 5.0,
                "statement": "35.34 MB to 5.76 MB, read as a Keras file with the optimizer's state",
                "reason": "file sizes have no sampling error",
            },
            {
                "comparison_id": "cruzromero2025-01",
                "study_id": "cruzromero2025",
                "arm_key": "float16",
                "tolerance": 0.5,
                "comparable": False,
                "statement": "float16 changes the accuracy of a MobileNet on conjunctiva photographs",
                "reason": "photographs are not brain MRI",
            },
        ],
    ),
    "int8": (
        "Full int8 quantization of MobileNetV2, per channel",
        [
            {
                "arm_key": "int8",
                "statement": "full-integer quantization is left for future work",
                "reason": "the preprint describes it and gives no figure",
            }
        ],
    ),
    "distillation": (
        "DenseNet-101 teaches DenseNet-31",
        [
            {
                "arm_key": "distilled_int4",
                "baseline_key": "distilled",
                "statement": "distillation followed by low-bit quantization is left for future work",
                "reason": "the preprint describes it and gives no figure",
            }
        ],
    ),
}


def seed_runs(engine: Engine) -> None:
    """Write cases, claims and runs into a database that holds the shipped corpus."""
    with writing(engine, actor="tester", reason="hand-made runs") as connection:
        for case_id, (title, claims) in CASES.items():
            _case(connection, case_id, title, claims)
        connection.execute(insert(Environment).values(ENVIRONMENT))
        labels = {place: _labels(place) for place in SETS}
        for place, its in labels.items():
            connection.execute(insert(ImageSet).values(_image_set(place, its)))
        connection.execute(
            insert(ImageSet).values(
                _image_set(("paper", "validation"), _labels(("phantom", "")), synthetic=True)
            )
        )
        for split in ("paper", "grouped"):
            for seed in SEEDS:
                for case_id, arm in (("fp16", "float16"), ("int8", "int8")):
                    _done(connection, case_id, arm, split, seed, labels)
        phantom = {("paper", "validation"): labels["paper", "validation"]}
        _done(connection, "int8", "int8", "paper", 9, phantom, synthetic=True)
        connection.execute(
            insert(Run).values(
                _run("distillation", "paper", 0, RunState.FAILED, error=FAILURE, finished_at=BEGAN)
            )
        )


ENVIRONMENT = {
    "environment_id": "env-1",
    "label": "2-core x86-64 machine",
    "facts": {
        "cpu_model": "Intel Xeon",
        "cpu_count": 2,
        "cpu_flags": ["avx2", "avx512f"],
        "threads": 2,
        "packages": {"tensorflow": "2.21.0", "ai-edge-litert": "2.3.0"},
    },
}


def case_hash(case_id: str) -> str:
    """Return the hash of a case's text."""
    return hashlib.sha256(f"title = '{case_id}'".encode()).hexdigest()


def run_id(case_id: str, split: str, seed: int, *, synthetic: bool = False) -> str:
    """Return the name of a run."""
    return f"{case_id}.{split}.s{seed}.{'phantom' if synthetic else 'aaaa'}"


def _case(connection: Connection, case_id: str, title: str, claims: list[dict[str, Any]]) -> None:
    connection.execute(
        insert(Case).values(
            case_hash=case_hash(case_id), case_id=case_id, title=title, text=f"title = '{case_id}'"
        )
    )
    for position, claim in enumerate(claims, start=1):
        row = {
            "study_id": "kanneti2026",
            "quantity": Quantity.CHANGE,
            "outcome": "accuracy",
            "baseline_key": "fp32",
            "split": "paper",
            "part": "validation",
            "comparable": True,
        } | claim
        connection.execute(insert(Claim).values(case_hash=case_hash(case_id), position=position, **row))


def _run(case_id: str, split: str, seed: int, state: RunState, **given: Any) -> dict[str, Any]:
    synthetic = bool(given.get("synthetic"))
    return {
        "run_id": run_id(case_id, split, seed, synthetic=synthetic),
        "case_id": case_id,
        "case_hash": case_hash(case_id),
        "dataset": "phantom" if synthetic else "brain-tumor-mri",
        "split": split,
        "seed": seed,
        "state": state,
        "started_at": BEGAN,
    } | given


def _set_id(place: tuple[str, str], *, synthetic: bool = False) -> str:
    return f"{'phantom-' if synthetic else ''}{place[0]}-{place[1]}"


def _labels(place: tuple[str, str]) -> list[int]:
    return [k % len(CLASSES) for k in range(SETS.get(place, 573))]


def _image_set(place: tuple[str, str], labels: list[int], *, synthetic: bool = False) -> dict[str, Any]:
    split, part = place
    exact, near = (88, 225) if part == "testing" else (0, 26)
    leak = {
        "side": part,
        "other": "training",
        "other_images": 2297,
        "images": len(labels),
        "exact": exact,
        "near": near,
    }
    return {
        "set_id": _set_id(place, synthetic=synthetic),
        "dataset": "phantom" if synthetic else "brain-tumor-mri",
        "split": split,
        "part": part,
        "synthetic": synthetic,
        "n": len(labels),
        "classes": CLASSES,
        "labels": digits_of(labels),
        "images": " ".join(
            hashlib.sha256(f"{place}{k}".encode()).hexdigest()[:12] for k in range(len(labels))
        ),
        "facts": {"split": split, "leaks": [leak]},
    }


def _said(labels: list[int], wrong: list[int]) -> list[int]:
    said = list(labels)
    for place in wrong:
        said[place] = (said[place] + 1) % len(CLASSES)
    return said


def _done(
    connection: Connection,
    case_id: str,
    arm: str,
    split: str,
    seed: int,
    labels: dict[tuple[str, str], list[int]],
    *,
    synthetic: bool = False,
) -> None:
    """Write a finished run: the quantized arm loses more images than it gains, the more the fewer bits it has."""
    row = _run(
        case_id, split, seed, RunState.DONE, synthetic=synthetic, finished_at=BEGAN + dt.timedelta(minutes=5),
        environment_id="env-1", fingerprint={"code": "abc"},
    )  # fmt: skip
    connection.execute(insert(Run).values(row))
    name = row["run_id"]
    rng = random.Random(seed)  # noqa: S311 - a fixed sample
    number = 0
    for place, truth in labels.items():
        if place[0] != split:
            continue
        lots = rng.sample(range(len(truth)), len(truth) // 6 + seed + 20)
        wrong, gained, lost = lots[20:], lots[20 : 20 + FLIPS[arm] // 2 + seed % 2], lots[: FLIPS[arm]]
        after = [k for k in wrong if k not in gained] + lost
        set_id = _set_id(place, synthetic=synthetic)
        for key, its in (("fp32", wrong), (arm, after)):
            connection.execute(
                insert(Prediction).values(
                    run_id=name, arm=key, set_id=set_id, classes=digits_of(_said(truth, its))
                )
            )
            _measure(
                connection, name, key, "accuracy", f"{split}/{place[1]}", 100 * (1 - len(its) / len(truth)),
                unit="percent", n=len(truth),
            )  # fmt: skip
        same = 100 * (1 - (len(gained) + len(lost)) / len(truth))
        _measure(
            connection, name, arm, "agreement", f"{split}/{place[1]}", same, unit="percent", n=len(truth),
            ci_low=same - 1, ci_high=min(same + 1, 100.0),
        )  # fmt: skip
        number += 1
        connection.execute(
            insert(Comparison).values(
                _comparison(name, number, arm)
                | {
                    "outcome": "accuracy",
                    "unit": "percent",
                    "split": "/".join(place),
                    "n_test": len(truth),
                    "baseline_value": _share(wrong, truth),
                    "quantized_value": _share(after, truth),
                    "change_kind": ChangeKind.DIFFERENCE,
                    "change_value": _share(after, truth) - _share(wrong, truth),
                    "discordant_gained": len(gained),
                    "discordant_lost": len(lost),
                }
            )
        )
    for baseline in ("fp32", *(["keras_with_optimizer"] if arm == "float16" else [])):
        number += 1
        mb = {key: (Decimal(size) / 1_000_000) for key, size in BYTES.items()}
        connection.execute(
            insert(Comparison).values(
                _comparison(name, number, arm)
                | {
                    "outcome": "size",
                    "unit": "MB",
                    "baseline_key": baseline,
                    "baseline_value": mb[baseline],
                    "quantized_value": mb[arm],
                    "change_kind": ChangeKind.RATIO,
                    "change_value": round(mb[arm] / mb[baseline], 6),
                    "control": Control.CLEAN if baseline == "fp32" else Control.UNCLEAR,
                }
            )
        )
    for key in ("fp32", arm, *(["keras", "keras_with_optimizer"] if arm == "float16" else [])):
        _measure(connection, name, key, "size_bytes", "", BYTES[key], unit="bytes")
    for threads, value in (("1 thread", 0.66), ("all threads", 0.7)):
        ratio = value + seed / 100 + (0.4 if arm == "float16" else 0)
        _measure(
            connection, name, arm, "latency_ratio", threads, ratio, unit="ratio", n=50, ci_low=ratio - 0.02,
            ci_high=ratio + 0.02,
        )  # fmt: skip
        for key, median in ((f"fp32 beside {arm}", 1.7), (arm, 1.7 * ratio)):
            _measure(connection, name, key, "latency_p50_ms", threads, median, unit="ms")
    _measure(connection, name, arm, "energy_j", "", None, unit="J", note="no energy counter is readable")
    for severity in (1, 3):
        for corruption in ("noise", "contrast"):
            _measure(
                connection, name, arm, f"robustness:{corruption}:{severity}", f"{split}/validation", -0.5 * severity,
                unit="percentage points", n=150, ci_low=-0.5 * severity - 1, ci_high=-0.5 * severity + 1,
            )  # fmt: skip


def _share(wrong: list[int], truth: list[int]) -> Decimal:
    return round(Decimal(100 * (len(truth) - len(wrong))) / len(truth), 4)


def _comparison(run: str, number: int, arm: str) -> dict[str, Any]:
    return {
        "comparison_id": f"{run}.{number:02d}",
        "origin": Origin.MEASURED,
        "run_id": run,
        "arm": {"float16": "float16 weights", "int8": "int8 per channel"}[arm],
        "technique": ("ptq",),
        "weight_bits": ("16f",) if arm == "float16" else ("8",),
        "activation_bits": ("32f",) if arm == "float16" else ("8",),
        "architecture": "MobileNetV2",
        "dataset": "brain-tumor-mri",
        "device": "2-core x86-64 machine",
        "bound": Bound.EXACT,
        "control": Control.CLEAN,
        "verification": Verification.UNVERIFIED,
        "execution": Execution.INTERPRETER,
        "granularity": None if arm == "float16" else Granularity.PER_CHANNEL,
        "symmetry": None if arm == "float16" else Symmetry.SYMMETRIC,
        "calibration": None if arm == "float16" else "200 training images",
        "fallback_ops": "SOFTMAX" if arm == "int8" else None,
        "arm_key": arm,
        "baseline_key": "fp32",
        "position": 1000 + number,
    }


def _measure(
    connection: Connection, run: str, arm: str, metric: str, split: str, value: float | None, **given: Any
) -> None:
    connection.execute(
        insert(Measurement).values(run_id=run, arm=arm, metric=metric, split=split, value=value, **given)
    )
