"""How far a network's outputs move away from those of another."""

import os

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Probabilities = NDArray[np.float32]

FLOOR = 1 / 512
"""Half a step of an int8 softmax: what lies below it, a quantized network may give as zero."""


def outputs(content: bytes, images: Images) -> Probabilities:
    """Return the outputs [n, classes] of a TensorFlow Lite file on uint8 images [n, size, size, 3]."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(
        model_content=content,
        num_threads=os.process_cpu_count()
        if hasattr(os, "process_cpu_count")
        else len(os.sched_getaffinity(0)),
    )
    interpreter.allocate_tensors()
    entry = interpreter.get_input_details()[0]["index"]
    leave = interpreter.get_output_details()[0]["index"]
    rows = []
    for image in images:
        interpreter.set_tensor(entry, image[None].astype(np.float32))
        interpreter.invoke()
        rows.append(interpreter.get_tensor(leave)[0])
    return np.stack(rows)


def divergence(reference: Probabilities, changed: Probabilities) -> float:
    """Return the Kullback-Leibler divergence of probabilities from reference ones, in nats, mean over images.

    Parameters
    ----------
    reference, changed
        Probabilities [n, classes]; those below 1/512 count as 1/512, and rows are scaled to sum to one.

    Reference
    ---------
    Cai et al. (2020), ZeroQ, CVPR, equation 3: the sensitivity of a layer is the mean divergence of the outputs
    when that layer alone is quantized.
    """
    first, second = (_floored(values) for values in (reference, changed))
    return float(np.mean(np.sum(first * (np.log(first) - np.log(second)), axis=1)))


def _floored(values: Probabilities) -> NDArray[np.float64]:
    raised = np.maximum(values.astype(np.float64), FLOOR)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
