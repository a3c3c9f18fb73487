"""Comparisons: what a contrast becomes in the matrix, outcome by outcome."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmark.measure.score import Score
from benchmark.measure.sizes import MEGABYTE
from db.vocabulary import Bound, ChangeKind, Control, Verification

if TYPE_CHECKING:
    from benchmark.gather import Contrasted

DECIMALS = 6


@dataclass(frozen=True)
class Setting:
    """What all comparisons of a run share: the network, the data set, and how it was split."""

    network: str
    dataset: str
    split: str


def comparison_rows(
    setting: Setting, measured: "Contrasted", stored: Mapping[str, int], device: str
) -> Iterator[dict[str, Any]]:
    """Give one comparison for each outcome of a contrast, with the values of both arms.

    Parameters
    ----------
    setting
        The run's network and images.
    measured
        The contrast and what was measured of it.
    stored
        Bytes of files that are only weighed, such as the Keras file with the optimizer's state.
    device
        Where it ran.
    """
    arm, baseline = measured.arm, measured.baseline
    shared: dict[str, Any] = {
        "arm": f"{arm.label}, {setting.network}",
        "arm_key": arm.key,
        "baseline_key": baseline.key,
        "technique": list(arm.technique),
        "weight_bits": list(arm.weight_bits),
        "activation_bits": list(arm.activation_bits),
        "architecture": setting.network,
        "dataset": setting.dataset,
        "control": measured.contrast.control.value,
        "bound": Bound.EXACT.value,
        "verification": Verification.UNVERIFIED.value,
        "granularity": arm.granularity.value if arm.granularity else None,
        "symmetry": arm.symmetry.value if arm.symmetry else None,
        "calibration": arm.calibration,
        "fallback_ops": arm.fallback_ops,
        "execution": arm.execution.value,
        "device": device,
    }
    for part, paired in measured.paired.items():
        split = f"{setting.split}/{part}"
        was, now = (measured.scores[key, part] for key in (baseline.key, arm.key))
        yield {
            **shared,
            **_difference("accuracy", _known(was.accuracy), _known(now.accuracy)),
            "split": split,
            "n_test": paired.n,
            "discordant_gained": paired.gained,
            "discordant_lost": paired.lost,
        }
        for outcome, first, second in (
            ("f1", was.macro_f1, now.macro_f1),
            ("auc", was.macro_auc, now.macro_auc),
        ):
            if first.value is not None and second.value is not None:
                row = _difference(outcome, first.value, second.value)
                yield {**shared, **row, "split": split, "n_test": paired.n}
    sizes = [size / MEGABYTE for size in measured.sizes]
    yield {**shared, **_ratio("size", "MB", *sizes)}
    for key, size in stored.items():
        yield {
            **shared,
            **_ratio("size", "MB", size / MEGABYTE, sizes[1]),
            "baseline_key": key,
            "control": Control.COMBINED_COMPRESSION.value,
            "notes": "two file formats: what else than precision differs is in the size too",
        }
    for threads, timed in measured.latency.items():
        yield {
            **shared,
            **_ratio("latency", "ms", timed.baseline.p50_ms, timed.quantized.p50_ms),
            "device": f"{device}, {threads}",
        }
    before, after = (measured.memory[key].memory.value for key in (baseline.key, arm.key))
    if before and after and before > 0 and after > 0:
        yield {**shared, **_ratio("memory", "MB", before, after)}


def _known(score: Score) -> float:
    assert score.value is not None  # noqa: S101 - accuracy is defined wherever there is an image
    return score.value


def _difference(outcome: str, before: float, after: float) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "unit": "percent",
        "baseline_value": _plain(100 * before),
        "quantized_value": _plain(100 * after),
        "change_kind": ChangeKind.DIFFERENCE.value,
        "change_value": _plain(100 * (after - before)),
    }


def _ratio(outcome: str, unit: str, before: float, after: float) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "unit": unit,
        "baseline_value": _plain(before),
        "quantized_value": _plain(after),
        "change_kind": ChangeKind.RATIO.value,
        "change_value": _plain(after / before),
    }


def _plain(value: float) -> str:
    """Return a number as the matrix prints it: plain digits, six decimals, no -0."""
    if not math.isfinite(value):
        raise ValueError(value)
    text = f"{value:.{DECIMALS}f}"
    return text.lstrip("-") if float(text) == 0 else text
