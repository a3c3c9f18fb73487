"""TensorFlow Lite files executed by LiteRT, with whatever integers they take and return."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.measure.session import (
    Images,
    Probabilities,
    Session,
    Shape,
    hushed,
    one_tensor,
    read_input,
    read_output,
)
from db.errors import MedquantError

KINDS = ("float32", "uint8", "int8", "int16")
LEVELS = np.arange(256, dtype=np.float64)


@dataclass(frozen=True)
class LitertSession:
    """A .tflite file in an interpreter whose tensors are read and written in place."""

    file: Path
    interpreter: Any
    shape: Shape
    classes: int
    batch: int
    levels: NDArray[np.generic] | None
    scale: float
    zero_point: int
    shares_work: bool

    @property
    def input_size(self) -> int:
        """Side of the images in pixels."""
        return self.shape.size

    def run(self, images: Images) -> Probabilities:
        """Return the outputs `[m, classes]` of `m <= batch` images."""
        count = len(images)
        if self.shape.channels_first:
            images = images.transpose(0, 3, 1, 2)
        # A view of the interpreter's own memory spares a copy; LiteRT forbids that it outlives this line.
        self._write(self.interpreter.tensor(self.interpreter.get_input_details()[0]["index"])(), images)
        try:
            self.interpreter.invoke()
        except (ValueError, RuntimeError) as error:
            raise MedquantError(f"LiteRT cannot execute {self.file}: {_reason(error)}") from error
        raw = self.interpreter.get_tensor(self.interpreter.get_output_details()[0]["index"])[:count]
        if raw.dtype == np.float32:
            return np.asarray(raw)
        return np.asarray((raw.astype(np.float32) - self.zero_point) * np.float32(self.scale))

    def _write(self, tensor: NDArray[Any], images: Images) -> None:
        tensor = tensor[: len(images)]
        if self.levels is None:
            tensor[:] = images
        elif _one_step_a_pixel(self.levels):  # a table costs a sixth of a small network's time, a sum nothing
            shift = self.levels.view(np.uint8)[0]
            np.add(images, shift, out=tensor.view(np.uint8))
        else:
            np.take(self.levels, images, out=tensor, mode="clip")


def open_litert(file: Path, *, threads: int, batch: int, size: int | None) -> Session:
    """Open a .tflite file; integer inputs and outputs follow their scale and zero point.

    Raises
    ------
    MedquantError
        If LiteRT cannot read it, it needs operators that LiteRT lacks, or it is no image classifier.

    Notes
    -----
    A quantized input takes round(pixel / scale) + zero point, half away from zero as the runtime's own quantize
    operator; pixels have only 256 values, so this is a table that is made once.

    References
    ----------
    Jacob et al. (2018), Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
    Inference, CVPR, equation 1: real = scale · (integer − zero point).
    """
    from ai_edge_litert.interpreter import Interpreter

    try:
        with hushed():
            interpreter = Interpreter(model_path=str(file), num_threads=threads)
            inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
            one_tensor(file, "input", len(inputs))
            one_tensor(file, "output", len(outputs))
            shape = read_input(file, _open_dimensions(inputs[0]), size)
            sides = (shape.size, shape.size)
            wanted = (batch, 3, *sides) if shape.channels_first else (batch, *sides, 3)
            if tuple(inputs[0]["shape"]) != wanted:
                interpreter.resize_tensor_input(inputs[0]["index"], wanted)
            interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise MedquantError(f"LiteRT cannot load {file}: {_reason(error)}") from error
    entry, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    classes = read_output(file, [int(d) for d in result["shape"]], batch)
    scale, zero_point = _quantization(file, "output", result)
    return LitertSession(
        file,
        interpreter,
        shape,
        classes,
        batch,
        _levels(file, entry),
        scale=scale,
        zero_point=zero_point,
        shares_work=_shares_work(interpreter),
    )


def _shares_work(interpreter: Any) -> bool:  # noqa: ANN401 - LiteRT has no types
    """Tell whether all kernels are float ones or all int8 ones; hybrid and int16 kernels work on one thread.

    The images themselves do not count: a quantized network may take them as floats.
    """
    images = {entry["index"] for entry in interpreter.get_input_details()}
    kinds = {
        np.dtype(tensor["dtype"]).name
        for tensor in interpreter.get_tensor_details()
        if len(tensor["shape"]) == 4 and tensor["index"] not in images
    }
    return kinds <= {"float32", "float16"} or kinds == {"int8"}


def _open_dimensions(entry: dict[str, Any]) -> list[int | None]:
    return [None if d < 0 else int(d) for d in entry["shape_signature"]]


def _quantization(file: Path, what: str, tensor: dict[str, Any]) -> tuple[float, int]:
    kind = np.dtype(tensor["dtype"]).name
    if kind not in KINDS:
        raise MedquantError(f"the {what} of {file} is of type {kind}: allowed: {', '.join(KINDS)}")
    scale, zero_point = tensor["quantization"]
    if kind != "float32" and not scale > 0:
        raise MedquantError(
            f"the {what} of {file} is of type {kind} but has no scale: convert it with quantized inputs and outputs"
        )
    return float(scale), int(zero_point)


def _levels(file: Path, entry: dict[str, Any]) -> NDArray[np.generic] | None:
    """Return what each pixel value becomes at the input; None where the plain value does."""
    scale, zero_point = _quantization(file, "input", entry)
    kind = np.dtype(entry["dtype"])
    if kind == np.float32 or (kind == np.uint8 and (scale, zero_point) == (1.0, 0)):
        return None
    limits = np.iinfo(kind)
    return np.asarray(np.clip(np.floor(LEVELS / scale + 0.5) + zero_point, limits.min, limits.max), kind)


def _one_step_a_pixel(levels: NDArray[np.generic]) -> bool:
    """Tell whether a table of bytes adds the same to every pixel; sums of bytes wrap around as int8 does."""
    if levels.dtype.itemsize > 1:
        return False
    bytes_ = levels.view(np.uint8)
    return bool((bytes_ - bytes_[0] == np.arange(256, dtype=np.uint8)).all())


def _reason(error: Exception) -> str:
    """Return what the runtime complains of, short and on one line."""
    text = " ".join(str(error).split())
    if "custom op" in text or "Select TensorFlow op" in text:
        lacking = text.split("custom op", 1)[-1].strip(" :.").split(". ")[0].split(" See ")[0]
        return f"it needs the operator {lacking[:60]}, which plain LiteRT lacks; convert it with built-in operators"
    if "Flatbuffer" in text or "model identifier" in text or "null/empty" in text:
        return "it is damaged or no TensorFlow Lite file; convert or copy it again"
    return f"it says {text[:160]!r}; convert it again with a fixed input size"
