"""ONNX files executed by ONNX Runtime on the processor."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.measure.session import (
    Images,
    Probabilities,
    Session,
    Shape,
    one_tensor,
    read_input,
    read_output,
)
from db.errors import MedquantError

KINDS: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
}
RESULTS = ("tensor(float)", "tensor(float16)")
ERRORS_ONLY = 3


@dataclass(frozen=True)
class OnnxSession:
    """An .onnx file in an ONNX Runtime session."""

    file: Path
    session: Any
    name: str
    shape: Shape
    kind: type[np.generic]
    classes: int
    batch: int

    @property
    def input_size(self) -> int:
        """Side of the images in pixels."""
        return self.shape.size

    @property
    def shares_work(self) -> bool:
        """Yes: ONNX Runtime splits every operator."""
        return True

    def run(self, images: Images) -> Probabilities:
        """Return the outputs `[m, classes]` of `m <= batch` images."""
        count = len(images)
        if self.shape.batch is not None and count < self.shape.batch:
            images = np.concatenate(
                [images, np.zeros((self.shape.batch - count, *images.shape[1:]), np.uint8)]
            )
        if self.shape.channels_first:
            images = images.transpose(0, 3, 1, 2)
        fed = np.ascontiguousarray(images, dtype=self.kind)
        try:
            (raw,) = self.session.run(None, {self.name: fed})
        except failures() as error:
            raise MedquantError(f"ONNX Runtime cannot execute {self.file}: {_reason(error)}") from error
        return np.asarray(raw[:count], dtype=np.float32)


def open_onnx(file: Path, *, threads: int, batch: int, size: int | None) -> Session:
    """Open an .onnx file whose input is pixels as float32, float16 or uint8, channels first or last.

    Raises
    ------
    MedquantError
        If ONNX Runtime is not installed or cannot read it, it needs operators that ONNX Runtime lacks, or it is
        no image classifier.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise MedquantError(
            f"{file} needs ONNX Runtime, which is not installed: install medquant's onnx extra"
        ) from error

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    try:
        session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except failures() as error:
        raise MedquantError(f"ONNX Runtime cannot load {file}: {_reason(error)}") from error
    inputs, outputs = session.get_inputs(), session.get_outputs()
    one_tensor(file, "input", len(inputs))
    one_tensor(file, "output", len(outputs))
    entry, result = inputs[0], outputs[0]
    if entry.type not in KINDS or result.type not in RESULTS:
        raise MedquantError(
            f"{file} maps {entry.type} to {result.type}: allowed are inputs {', '.join(KINDS)} and outputs "
            f"{', '.join(RESULTS)}"
        )
    shape = read_input(file, _open_dimensions(entry.shape), size)
    fixed = shape.batch or batch
    classes = read_output(file, _open_dimensions(result.shape), fixed)
    return OnnxSession(file, session, entry.name, shape, KINDS[entry.type], classes, fixed)


def failures() -> tuple[type[Exception], ...]:
    """Return what ONNX Runtime raises; it has no common ancestor below Exception."""
    from onnxruntime.capi import onnxruntime_pybind11_state as native

    names = (
        "Fail",
        "InvalidProtobuf",
        "InvalidGraph",
        "InvalidArgument",
        "NotImplemented",
        "RuntimeException",
    )
    return tuple(getattr(native, name) for name in names)


def _open_dimensions(shape: list[Any]) -> list[int | None]:
    return [d if isinstance(d, int) and d > 0 else None for d in shape]


def _reason(error: Exception) -> str:
    """Return what the runtime complains of, short and on one line."""
    text = " ".join(str(error).split()).rpartition("failed:")[2]
    if "Protobuf" in text:
        return "it is damaged or no ONNX file; export or copy it again"
    if "is not a registered" in text or "No Op registered" in text:
        return f"it needs an operator that ONNX Runtime lacks ({text[:120]}); export it again"
    return f"it says {text[:160]!r}; export it again"
