"""Batch normalization: measured statistics, and the same function in other parameters."""

from collections.abc import Iterator
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from benchmark.arms import Progress, silent


@dataclass(frozen=True)
class Statistics:
    """Mean and (biased) variance by channel of the inputs of one batch normalization."""

    mean: npt.NDArray[np.float64]
    variance: npt.NDArray[np.float64]


def batch_norms(model: keras.Model) -> list[keras.layers.BatchNormalization]:
    """Return a flat model's batch normalizations in order."""
    return [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]


def measured(
    model: keras.Model,
    images: npt.NDArray[np.uint8],
    *,
    training: bool,
    batch: int = 64,
    progress: Progress = silent,
) -> list[Statistics]:
    """Measure the inputs of every batch normalization of a flat model.

    Parameters
    ----------
    model
        A model whose layers lie flat; its weights and moving statistics are as before afterwards.
    images
        uint8 [n, size, size, 3].
    training
        False: the layers before normalize by their moving statistics; True: by those of each batch, as in
        training.
    batch
        Images at a time; with `training`, what each normalization sees.
    progress
        Told of the images done.

    Returns
    -------
    list of Statistics
        One for each of `batch_norms(model)`, pooled over all images and positions.
    """
    norms = batch_norms(model)
    if not norms:
        return []
    inputs = keras.Model(model.inputs, [layer.input for layer in norms])

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def moments(x: tf.Tensor) -> list[tuple[tf.Tensor, tf.Tensor]]:
        values = keras.tree.flatten(inputs(tf.cast(x, tf.float32), training=training))
        return [tf.nn.moments(value, list(range(value.shape.rank - 1))) for value in values]

    kept = [(layer.moving_mean.numpy(), layer.moving_variance.numpy()) for layer in norms]
    first = [np.zeros(mean.shape) for mean, _ in kept]
    second = [np.zeros(mean.shape) for mean, _ in kept]
    for done, part in _batches(images, batch):
        for index, found in enumerate(moments(part)):
            mean, variance = (value.numpy().astype(np.float64) for value in found)
            first[index] += mean * len(part)
            second[index] += (variance + np.square(mean)) * len(part)
        progress("measure batch normalization", done, len(images))
    for layer, (mean, variance) in zip(norms, kept, strict=True):
        layer.moving_mean.assign(mean)
        layer.moving_variance.assign(variance)
    n = len(images)
    return [
        Statistics(a / n, np.maximum(b / n - np.square(a / n), 0.0))
        for a, b in zip(first, second, strict=True)
    ]


def reestimate(
    model: keras.Model, images: npt.NDArray[np.uint8], *, batch: int = 64, progress: Progress = silent
) -> None:
    """Set the moving statistics to those of all the images under the present weights.

    Parameters
    ----------
    model
        A flat model; only its moving statistics change.
    images
        uint8 [n, size, size, 3], those that the model was trained on.
    batch
        Images at a time, about as many as in training.
    progress
        Told of the images done.

    Notes
    -----
    The moving average of the last few steps mixes statistics of weights that have moved on; with short epochs
    that costs many points of accuracy, though the weights are good.

    Reference
    ---------
    Wu & Johnson 2021, Rethinking "Batch" in BatchNorm, section 3 (PreciseBN).
    """
    for layer, found in zip(
        batch_norms(model),
        measured(model, images, training=True, batch=batch, progress=progress),
        strict=True,
    ):
        layer.moving_mean.assign(found.mean.astype(np.float32))
        layer.moving_variance.assign(found.variance.astype(np.float32))


def reparametrize(
    model: keras.Model, images: npt.NDArray[np.uint8], *, batch: int = 64, progress: Progress = silent
) -> None:
    """Give folded batch normalizations real statistics again, without changing the function in inference.

    Parameters
    ----------
    model
        A flat model, such as one with mean 0 and variance 1 everywhere because its statistics were folded into
        its kernels.
    images
        uint8 [n, size, size, 3], those that the model will be trained on.
    batch
        Images at a time.
    progress
        Told of the images done.

    Notes
    -----
    In inference a batch normalization is x ↦ a·x + b with a = γ/√(v+ε) and b = β − a·m. With the measured mean m′
    and variance v′ of its input, γ′ = a·√(v′+ε) and β′ = β + a·(m′ − m) give the same a and b. The switch to batch
    statistics in fine-tuning then no longer changes what the layer does.

    Reference
    ---------
    Ioffe & Szegedy 2015, Batch normalization, algorithm 2.
    """
    for layer, found in zip(
        batch_norms(model),
        measured(model, images, training=False, batch=batch, progress=progress),
        strict=True,
    ):
        gamma, beta, mean, variance = (np.asarray(value, np.float64) for value in layer.get_weights())
        slope = gamma / np.sqrt(variance + layer.epsilon)
        values = (
            slope * np.sqrt(found.variance + layer.epsilon),
            beta + slope * (found.mean - mean),
            found.mean,
            found.variance,
        )
        layer.set_weights([value.astype(np.float32) for value in values])


def _batches(images: npt.NDArray[np.uint8], batch: int) -> Iterator[tuple[int, npt.NDArray[np.uint8]]]:
    """Yield how many images are done with each batch, and the batch."""
    for start in range(0, len(images), batch):
        part = images[start : start + batch]
        yield start + len(part), part
