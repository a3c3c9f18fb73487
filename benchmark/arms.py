"""Arms: a network in a file, with how its precision was reduced; contrasts: which arm is compared with which."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from db.vocabulary import Control, Execution, Granularity, Symmetry

Progress = Callable[[str, int, int], None]
"""Called with the name of a stage, the steps done and the steps in all (0 where nobody knows)."""


def silent(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody: the progress of a call that nobody watches."""


class Runtime(StrEnum):
    """What executes an arm's file."""

    LITERT = "litert"
    ONNXRUNTIME = "onnxruntime"
    TORCH = "torch"


@dataclass(frozen=True)
class Arm:
    """A network in a file (.tflite, .onnx or .pt2), ready to be executed and measured.

    `weight_bits` and `activation_bits` are codes such as "8", "4", "16f", "32f"; `granularity`, `symmetry` and
    `fallback_ops` are read back from the file, not taken from what was asked; `calibration` names the images and
    their number.
    """

    key: str
    label: str
    file: Path
    runtime: Runtime
    technique: tuple[str, ...] = ()
    weight_bits: tuple[str, ...] = ("32f",)
    activation_bits: tuple[str, ...] = ("32f",)
    granularity: Granularity | None = None
    symmetry: Symmetry | None = None
    calibration: str | None = None
    fallback_ops: str | None = None
    execution: Execution = Execution.INTERPRETER


@dataclass(frozen=True)
class Contrast:
    """A quantized arm against its baseline, by their keys, and whether precision is the only difference."""

    arm: str
    baseline: str
    control: Control = Control.CLEAN
