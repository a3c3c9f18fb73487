"""Magnitude pruning: the smallest weights of pointwise and dense kernels go to zero while training goes on."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from benchmark.arms import Progress, silent
from benchmark.compress.fine_tune import copied, fine_tune, steps_of
from db.errors import MedquantError

RAMP = 0.6
"""The share of the steps in which sparsity grows; in the rest the masks stay as they are."""

UPDATES = 20
"""How often the masks are drawn anew within the ramp."""


@dataclass(frozen=True)
class Sparsity:
    """Zeros among weights: of a kernel, or of all kernels together."""

    zeros: int
    weights: int

    @property
    def share(self) -> float:
        """The share of zeros, 0..1."""
        return self.zeros / self.weights if self.weights else 0.0


def pruned(
    model: keras.Model,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.int64],
    *,
    sparsity: float,
    seed: int,
    epochs: int = 2,
    rate: float = 1e-4,
    batch: int = 32,
    augment: bool = True,
    progress: Progress = silent,
) -> keras.Model:
    """Prune a network by magnitude while it is trained on.

    Parameters
    ----------
    model
        A trained, flat network; it stays as it is.
    images, labels
        uint8 [n, size, size, 3] and integers [n].
    sparsity
        The share of zeros that every pointwise and dense kernel has in the end, 0 up to but not 1.
    seed
        Order, augmentation and dropout follow from it.
    epochs, rate, batch, augment, progress
        As in `benchmark.models.training.train`; by Adam at a constant rate.

    Returns
    -------
    keras.Model
        The same layers with pruned kernels; `sparsity_of` counts the zeros.

    Raises
    ------
    MedquantError
        If the sparsity is not allowed.

    Notes
    -----
    A zero in an ordinary file costs as much as any weight: what pruning saves shows only in the compressed size.
    Single weights are pruned, not channels, so that common kernels do not get faster. The control is
    `equal_training` of `benchmark.compress.fine_tune`.

    Reference
    ---------
    Zhu & Gupta 2017, arXiv 1710.01878, equation 1.
    """
    if not 0 <= sparsity < 1:
        raise MedquantError(
            f"the sparsity {sparsity} is not allowed; give a share of at least 0 and less than 1"
        )
    tuned = copied(model, seed)
    fine_tune(
        tuned,
        images,
        labels,
        epochs=epochs,
        rate=rate,
        batch=batch,
        seed=seed,
        augment=augment,
        after_step=masking(prunable(tuned), sparsity, steps_of(len(images), epochs, batch)),
        progress=progress,
    )
    return tuned


def prunable(model: keras.Model) -> list[keras.layers.Layer]:
    """Return the pointwise convolutions and dense layers of a flat network."""
    return [
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.Dense)
        or (isinstance(layer, keras.layers.Conv2D) and layer.kernel_size == (1, 1))
    ]


def sparsity_of(model: keras.Model) -> dict[str, Sparsity]:
    """Return the zeros that each prunable kernel has, by its layer's name.

    Parameters
    ----------
    model
        A flat network.
    """
    kernels = {layer.name: layer.kernel.numpy() for layer in prunable(model)}
    return {name: Sparsity(int(np.sum(kernel == 0)), kernel.size) for name, kernel in kernels.items()}


def total(parts: dict[str, Sparsity]) -> Sparsity:
    """Return the zeros of all kernels together."""
    return Sparsity(sum(part.zeros for part in parts.values()), sum(part.weights for part in parts.values()))


def sparsity_at(step: int, last: int, target: float) -> float:
    """Return the sparsity wanted after a step: a cubic that grows fast at first and slowly towards the target.

    Parameters
    ----------
    step
        Steps done.
    last
        The step at which the target is reached, at least 1.
    target
        The final sparsity, 0..1.

    Reference
    ---------
    Zhu & Gupta 2017, arXiv 1710.01878, equation 1, with initial sparsity 0 from step 0 on.
    """
    return target * (1 - (1 - min(step, last) / last) ** 3)


def masking(layers: list[keras.layers.Layer], target: float, steps: int) -> Callable[[], None]:
    """Return what a training loop calls in its graph after each step: draw masks on schedule, and put them on.

    Parameters
    ----------
    layers
        The layers whose kernels are pruned.
    target
        The final sparsity of each, 0..1.
    steps
        The steps of training, at least 1.

    Notes
    -----
    What is masked is zero when masks are drawn anew, hence among the smallest: a pruned weight stays pruned.
    """
    last = max(1, round(RAMP * steps))
    every = max(1, last // UPDATES)
    due = {step for step in range(1, last + 1) if step % every == 0 or step == last}
    wanted = tf.constant(
        [sparsity_at(step, last, target) if step in due else -1.0 for step in range(steps + 1)]
    )
    done = tf.Variable(0, dtype=tf.int64, trainable=False)
    masks = [tf.Variable(tf.ones(layer.kernel.shape), trainable=False) for layer in layers]

    def draw() -> tf.Tensor:
        for layer, mask in zip(layers, masks, strict=True):
            mask.assign(magnitude_mask(layer.kernel.value * mask, wanted[done]))
        return wanted[done]

    def after_step() -> None:
        done.assign(tf.minimum(done + 1, steps))
        tf.cond(wanted[done] >= 0, draw, lambda: wanted[done])
        for layer, mask in zip(layers, masks, strict=True):
            layer.kernel.assign(layer.kernel.value * mask)

    return after_step


def magnitude_mask(kernel: tf.Tensor, sparsity: tf.Tensor) -> tf.Tensor:
    """Return ones and zeros: zeros where a kernel's smallest magnitudes are, exactly round(sparsity · weights).

    Parameters
    ----------
    kernel
        float32 of any shape.
    sparsity
        Scalar, 0..1.
    """
    size = tf.size(kernel)
    zeros = tf.cast(tf.round(sparsity * tf.cast(size, tf.float32)), tf.int32)
    order = tf.argsort(tf.reshape(tf.abs(kernel), [-1]), stable=True)
    kept = tf.cast(tf.range(size) >= zeros, kernel.dtype)
    return tf.reshape(tf.scatter_nd(order[:, None], kept, [size]), kernel.shape)
