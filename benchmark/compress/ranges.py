"""Calibration: between which values each activation lies on a set of images."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.errors import MedquantError

Images = NDArray[np.uint8]
Ranges = dict[str, dict[str, NDArray[np.float32]]]


def activation_ranges(content: bytes, images: Images) -> Ranges:
    """Return the least and greatest value of every float tensor over images.

    Parameters
    ----------
    content
        A float32 TensorFlow Lite file.
    images
        uint8 [n, size, size, 3] of the size that the network takes.

    Returns
    -------
    dict
        By tensor name "min" and "max", each float32 [1, …, 1] of the tensor's rank: what ai-edge-quantizer calls
        the quantization statistics of a calibration.

    Raises
    ------
    MedquantError
        If the images do not fit, or an activation is not finite.

    Notes
    -----
    The extremes over all images are taken, as the TensorFlow Lite converter does, not ai-edge-quantizer's moving
    average of each image's extremes, so that schemes differ in precision and not in calibration. Graph
    optimizations of the interpreter are off: with them, tensors inside fused operations hold no values. Constants
    are left out: a range given for a kernel would make ai-edge-quantizer share one scale among its channels.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_content=content,
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    entry = interpreter.get_input_details()[0]
    if [int(length) for length in entry["shape"][1:]] != list(images.shape[1:]):
        raise MedquantError(
            f"calibration images are {list(images.shape[1:])} and the network takes "
            f"{[int(length) for length in entry['shape'][1:]]}; resize the images"
        )
    activations = _activations(content)
    low: dict[str, float] = {}
    high: dict[str, float] = {}
    ranks: dict[str, int] = {}
    for image in images:
        interpreter.set_tensor(entry["index"], image[None].astype(np.float32))
        interpreter.invoke()
        for detail in interpreter.get_tensor_details():
            name = detail["name"]
            values = _values(interpreter, detail) if name in activations else None
            if values is not None and values.size:
                low[name] = min(low.get(name, np.inf), float(values.min()))
                high[name] = max(high.get(name, -np.inf), float(values.max()))
                ranks[name] = values.ndim
    for name, value in low.items():
        if not np.isfinite(value) or not np.isfinite(high[name]):
            raise MedquantError(
                f"the activation {name!r} is not finite on the calibration images; the network is damaged or was "
                "trained until it diverged: train it again"
            )
    return {
        name: {
            "min": np.full((1,) * ranks[name], low[name], np.float32),
            "max": np.full((1,) * ranks[name], high[name], np.float32),
        }
        for name in low
    }


def _activations(content: bytes) -> set[str]:
    """Return the names of the tensors that operations make, and of the inputs."""
    from ai_edge_litert.tools import flatbuffer_utils

    model = flatbuffer_utils.read_model_from_bytearray(bytearray(content))
    return {
        graph.tensors[index].name.decode()
        for graph in model.subgraphs
        for index in [*graph.inputs, *(out for op in graph.operators for out in op.outputs)]
    }


def _values(interpreter: Any, detail: dict[str, Any]) -> NDArray[np.float32] | None:  # noqa: ANN401
    """Return a float tensor's values, or None where it has none."""
    if detail["dtype"] is not np.float32 or not detail["name"]:
        return None
    try:
        values: NDArray[np.float32] = interpreter.get_tensor(detail["index"])
    except ValueError:  # a tensor that no operation of this graph fills
        return None
    return values
