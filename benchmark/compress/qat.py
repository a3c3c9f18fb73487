"""Quantization-aware training to full int8."""

from collections.abc import Iterator
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from benchmark.arms import Progress, silent
from benchmark.compress.fake_quant import (
    KERNELS,
    ActivationRange,
    FakeQuantizedKernel,
    KernelGrid,
    folded,
    kernel_grid,
)
from benchmark.compress.fine_tune import STAGE, copied, frozen_norms
from benchmark.models.recipes import Stage
from benchmark.models.training import train

SAME_GRID = (
    keras.layers.Dropout,
    keras.layers.Flatten,
    keras.layers.MaxPooling2D,
    keras.layers.Permute,
    keras.layers.Reshape,
    keras.layers.ZeroPadding2D,
)
"""Layers that move values without making new ones: their output stays on the grid of their input."""


@dataclass(frozen=True)
class Fusion:
    """What an integer kernel computes in one piece, by the names of layers.

    `norms` are the batch normalizations folded into a kernel, by its name; `fused` the layers whose output exists
    only inside such a piece, because an activation follows; `first` those that take the network's input.
    """

    norms: dict[str, keras.layers.BatchNormalization]
    fused: frozenset[str]
    first: frozenset[str]


def qat(
    model: keras.Model,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.int64],
    *,
    calibration: npt.NDArray[np.uint8],
    seed: int,
    epochs: int = 2,
    rate: float = 2e-5,
    batch: int = 32,
    augment: bool = True,
    progress: Progress = silent,
) -> keras.Model:
    """Train a network on under the rounding of full int8, for an ordinary full-int8 conversion afterwards.

    Parameters
    ----------
    model
        A trained, flat network; it stays as it is.
    images, labels
        uint8 [n, size, size, 3] and integers [n].
    calibration
        uint8 [m, size, size, 3]: images that the ranges of activations begin with, such as those of the conversion.
    seed
        Order, augmentation and dropout follow from it.
    epochs, rate, batch, augment, progress
        As in `benchmark.models.training.train`; by Adam at a constant rate.

    Returns
    -------
    keras.Model
        The same layers with new kernels and biases, in float32 and without fake quantization.

    Notes
    -----
    Kernels are rounded by channel, symmetrically, with batch normalization folded in as the converter folds it;
    activations by tensor, where integer kernels write them. Batch normalization is frozen, so that the grid
    does not move with a batch's statistics. The control is `equal_training` of `benchmark.compress.fine_tune`
    with frozen batch normalization.

    Reference
    ---------
    Jacob et al., CVPR 2018, section 3; Krishnamoorthi 2018, arXiv 1806.08342, section 4.
    """
    tuned = copied(model, seed)
    rounded = fake_quantized(tuned)
    calibrate(rounded, calibration, progress=progress)
    with frozen_norms(tuned):
        stage = Stage(STAGE, epochs, rate)
        train(rounded, images, labels, stage, seed=seed, batch=batch, augment=augment, progress=progress)
    return copied(tuned, seed)


def fake_quantized_kernels(model: keras.Model) -> dict[str, KernelGrid]:
    """Return the integers and scales that full-int8 conversion gives every kernel, by the layer's name.

    Parameters
    ----------
    model
        A flat network.
    """
    fusion = fusion_of(model)
    grids = {}
    for layer in model.layers:
        if isinstance(layer, KERNELS):
            kernel, _ = folded(layer, fusion.norms.get(layer.name))
            integers, scale = kernel_grid(kernel, depthwise=isinstance(layer, keras.layers.DepthwiseConv2D))
            grids[layer.name] = KernelGrid(integers.numpy().astype(np.int8), scale.numpy())
    return grids


def fake_quantized(model: keras.Model) -> keras.Model:
    """Return a network on the same variables that rounds kernels and activations as full int8 does.

    Parameters
    ----------
    model
        A flat network. Its activations' ranges are empty until `calibrate`.

    Notes
    -----
    Probabilities are not rounded: the converter gives a softmax the fixed grid of 1/256. Layers other than
    convolutions and dense layers keep their weights, and have their outputs rounded.
    """
    fusion = fusion_of(model)
    folded_norms = {norm.name for norm in fusion.norms.values()}
    final = set(model.output_names)

    def call(layer: keras.layers.Layer, *args: keras.KerasTensor, **kwargs: object) -> keras.KerasTensor:
        if layer.name in fusion.first:
            args = tuple(ActivationRange(f"{layer.name}_input_range")(value) for value in args)
        if layer.name in folded_norms:
            return args[0] if layer.name in fusion.fused else ActivationRange(f"{layer.name}_range")(args[0])
        if not isinstance(layer, KERNELS):
            outputs = layer(*args, **kwargs)
        else:
            outputs = FakeQuantizedKernel(layer, fusion.norms.get(layer.name))(*args)
            if not _is_linear(layer):
                if not _is_rectifier(layer.activation):
                    outputs = ActivationRange(f"{layer.name}_logits_range")(outputs)
                outputs = keras.layers.Activation(layer.activation, name=f"{layer.name}_activation")(outputs)
        if layer.name in fusion.fused or layer.name in final or isinstance(layer, SAME_GRID):
            return outputs
        return ActivationRange(f"{layer.name}_range")(outputs)

    return keras.models.clone_model(model, clone_function=lambda layer: layer, call_function=call)


def calibrate(
    rounded: keras.Model, images: npt.NDArray[np.uint8], *, batch: int = 32, progress: Progress = silent
) -> None:
    """Set every activation's range to the extremes that the images give, under rounded kernels.

    Parameters
    ----------
    rounded
        A network from `fake_quantized`.
    images
        uint8 [m, size, size, 3].
    batch, progress
        Images at a time, and who is told of them.
    """
    ranges = [layer for layer in rounded.layers if isinstance(layer, ActivationRange)]

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def observe(x: tf.Tensor) -> None:
        rounded(tf.cast(x, tf.float32), training=False)

    for layer in ranges:
        layer.observing = True
        layer.low.assign(0.0)
        layer.high.assign(0.0)
    try:
        for start in range(0, len(images), batch):
            observe(images[start : start + batch])
            progress("calibrate", min(start + batch, len(images)), len(images))
    finally:
        for layer in ranges:
            layer.observing = False


def fusion_of(model: keras.Model) -> Fusion:
    """Find what integer kernels compute in one piece: kernel, batch normalization, rectifier."""
    takers = _takers(model)

    def sole(name: str) -> keras.layers.Layer | None:
        found = takers.get(name, [])
        return found[0] if len(found) == 1 and name not in model.output_names else None

    norms = {
        layer.name: norm
        for layer in model.layers
        if isinstance(layer, KERNELS)
        and _is_linear(layer)
        and isinstance(norm := sole(layer.name), keras.layers.BatchNormalization)
    }
    fused = {name for name in takers if (taker := sole(name)) is not None and _is_rectifier(taker)} | set(
        norms
    )
    fused -= {layer.name for layer in model.layers if isinstance(layer, SAME_GRID)}
    inputs = {layer.name for layer in model.layers if isinstance(layer, keras.layers.InputLayer)}
    first = frozenset(taker.name for name in inputs for taker in takers.get(name, []))
    return Fusion(norms, frozenset(fused), first)


def _takers(model: keras.Model) -> dict[str, list[keras.layers.Layer]]:
    """Return which layers take each layer's output."""
    makers = {id(tensor): layer.name for layer, tensor in _ends(model, "output")}
    takers: dict[str, list[keras.layers.Layer]] = {}
    for layer, tensor in _ends(model, "input"):
        if not isinstance(layer, keras.layers.InputLayer):
            takers.setdefault(makers[id(tensor)], []).append(layer)
    return takers


def _ends(model: keras.Model, end: str) -> Iterator[tuple[keras.layers.Layer, keras.KerasTensor]]:
    for layer in model.operations:
        for tensor in keras.tree.flatten(getattr(layer, end)):
            yield layer, tensor


def _is_linear(layer: keras.layers.Layer) -> bool:
    return layer.activation is keras.activations.linear


def _is_rectifier(what: object) -> bool:
    """Tell whether an activation, or a layer of one, is a ReLU or ReLU6, which integer kernels apply as they write."""
    if isinstance(what, keras.layers.ReLU):
        return what.max_value in (None, 6) and not what.negative_slope and not what.threshold
    if isinstance(what, keras.layers.Activation):
        what = what.activation
    return what in (keras.activations.relu, keras.activations.relu6)
