"""A network of one's own, made to take pixels from 0 to 255 and to end in a softmax, as all networks here do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.compress.convert import load_network, write_whole
from benchmark.compress.facts import refuse_custom_ops
from benchmark.compress.inspect import inspect_file
from benchmark.measure.session import COLOURS, open_session, runtime_of
from db.errors import MedquantError, one_of, shown

FORMATS = ("keras", "tflite", "onnx")


@dataclass(frozen=True)
class Preparation:
    """What is done around a network: its input is `scale` · pixel + `offset`; `softmax` is put behind its output."""

    scale: float = 1.0
    offset: float = 0.0
    softmax: bool = False

    @property
    def rescales(self) -> bool:
        """Whether the network takes anything but pixels as they are."""
        return (self.scale, self.offset) != (1.0, 0.0)


RANGES = {
    "0..255": Preparation(),
    "0..1": Preparation(1 / 255),
    "-1..1": Preparation(1 / 127.5, -1.0),
}
"""By the values that a network expects of black and white, what makes them of pixels."""


@dataclass(frozen=True)
class OwnShape:
    """What a network takes and returns: square RGB images with `size` pixels a side, scores of `classes` classes."""

    size: int
    classes: int


def format_of(file: Path) -> str:
    """Return the format of a network's file, told by its suffix.

    Raises
    ------
    MedquantError
        If it is none of `FORMATS`.
    """
    name = file.suffix.lower().removeprefix(".")
    if name not in FORMATS:
        raise MedquantError(
            f"{file} is no network that can be quantized here: its suffix is {shown(file.suffix)}, "
            f"{one_of(tuple(f'.{known}' for known in FORMATS))}"
        )
    return name


def shape_of(file: Path) -> OwnShape:
    """Return what a float32 classifier of images takes and returns.

    Parameters
    ----------
    file
        A .keras, .tflite or .onnx file. It is read with `safe_mode`: code in it is not executed.

    Raises
    ------
    MedquantError
        If it cannot be read, is no image classifier, holds custom operations, or is quantized already.
    """
    if format_of(file) == "keras":
        return _keras_shape(file)
    facts = inspect_file(file)
    refuse_custom_ops(facts, str(file))
    if set(facts.shares()) - {"32f"} or facts.input_type != "float32":
        kinds = ", ".join(facts.shares())
        raise MedquantError(
            f"{file} takes {facts.input_type} and its kernels have the precision {kinds}; give the float32 network, "
            "from which the ladder makes all the others"
        )
    session = open_session(file, runtime_of(file), threads=1)
    return OwnShape(session.input_size, session.classes)


def prepare(file: Path, preparation: Preparation, out: Path) -> None:
    """Write a network with what is done around it inside the file.

    Parameters
    ----------
    file
        A .keras, .tflite or .onnx file that `shape_of` accepts.
    preparation
        What to put around it.
    out
        The file to write, of the same format.

    Raises
    ------
    MedquantError
        If the network cannot be read or the file not be written.

    Notes
    -----
    The arithmetic becomes part of the graph, so that it is quantized, timed and weighed like the rest, and every runtime
    here can execute the file with plain pixels.
    """
    match format_of(file):
        case "keras":
            _prepare_keras(file, preparation, out)
        case "tflite":
            from benchmark.compress.adapt_tflite import surrounded_tflite

            write_whole(out, surrounded_tflite(file.read_bytes(), preparation))
        case _:
            from benchmark.compress.adapt_onnx import surrounded_onnx

            write_whole(out, surrounded_onnx(file.read_bytes(), preparation))


def are_probabilities(rows: NDArray[np.float32]) -> bool:
    """Tell whether each row of scores [n, classes] is a distribution: finite, not negative, with sum one."""
    return bool(
        np.isfinite(rows).all()
        and rows.min() >= -1e-3
        and np.abs(rows.sum(axis=1, dtype=np.float64) - 1).max() <= 1e-2
    )


def _keras_shape(file: Path) -> OwnShape:
    model = load_network(file)
    inputs, outputs = _shapes(model, "inputs"), _shapes(model, "outputs")
    if len(inputs) == len(outputs) == 1 and len(inputs[0]) == 4 and len(outputs[0]) == 2:
        (_, height, width, colours), (_, classes) = inputs[0], outputs[0]
        if height and height == width and colours == COLOURS and classes and classes > 1:
            return OwnShape(int(height), int(classes))
    raise MedquantError(
        f"{file} maps inputs of shape {inputs} to outputs of shape {outputs}, which is no classifier of square RGB "
        "images; give a network with one input [n, size, size, 3] of fixed size and one output [n, classes]"
    )


def _shapes(model: Any, which: str) -> list[tuple[int | None, ...]]:  # noqa: ANN401  Keras has no types
    """Return the shapes of a network's inputs or outputs; none for a network that was never built."""
    return [tuple(tensor.shape) for tensor in getattr(model, which, None) or []]


def _prepare_keras(file: Path, preparation: Preparation, out: Path) -> None:
    import keras

    model = load_network(file)
    entry = values = keras.Input(model.inputs[0].shape[1:], name="pixels")
    if preparation.rescales:
        values = keras.layers.Rescaling(preparation.scale, preparation.offset)(values)
    scores = model(values)
    if preparation.softmax:
        scores = keras.layers.Softmax()(scores)
    keras.Model(entry, scores).save(out)
