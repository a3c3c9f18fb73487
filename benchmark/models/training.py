"""Training: one loop for every stage and network, whose every random choice follows from the seed."""

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from benchmark.arms import Progress, silent
from benchmark.models.networks import POOL
from benchmark.models.recipes import Epoch, Stage, rate_at
from db.errors import MedquantError

Loss = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
"""Takes a batch's targets [b, …] and outputs [b, classes] to losses [b]."""

SHIFT = 0.06
"""Largest shift of augmentation, as a share of the image's size."""

GAIN = 0.1
"""Largest change of brightness in augmentation, as a share."""


@dataclass(frozen=True)
class Plan:
    """An epoch's random choices: the order of the images, and how the image at each place is augmented."""

    order: npt.NDArray[np.int64]
    flip: npt.NDArray[np.bool_]
    shift: npt.NDArray[np.int32]
    gain: npt.NDArray[np.float32]


def epoch_plan(n: int, size: int, *, seed: int, stage: str, epoch: int, augment: bool) -> Plan:
    """Draw an epoch's choices, from (seed, stage, epoch) alone.

    Parameters
    ----------
    n
        Number of images.
    size
        Their width and height in pixels.
    seed, stage, epoch
        What the choices follow from.
    augment
        False: no flip, no shift, gain one.

    Returns
    -------
    Plan
        order [n], flip [n], shift [n, 2] in pixels (down, right), gain [n].
    """
    random = np.random.default_rng([seed, zlib.crc32(stage.encode()), epoch])
    order = random.permutation(n)
    if not augment:
        return Plan(order, np.zeros(n, np.bool_), np.zeros((n, 2), np.int32), np.ones(n, np.float32))
    reach = round(SHIFT * size)
    return Plan(
        order,
        random.random(n) < 0.5,
        random.integers(-reach, reach, (n, 2), endpoint=True).astype(np.int32),
        random.uniform(1 - GAIN, 1 + GAIN, n).astype(np.float32),
    )


def augmented(images: tf.Tensor, flip: tf.Tensor, shift: tf.Tensor, gain: tf.Tensor) -> tf.Tensor:
    """Flip left to right, shift (edges repeated) and brighten each image of a batch.

    Parameters
    ----------
    images
        uint8 [b, size, size, 3].
    flip, shift, gain
        bool [b], int32 [b, 2] in pixels (down, right), float32 [b].

    Returns
    -------
    tf.Tensor
        float32 [b, size, size, 3] in 0..255.
    """
    size = images.shape[1]
    place = tf.range(size)[None, :]
    rows = tf.clip_by_value(place - shift[:, :1], 0, size - 1)
    columns = tf.clip_by_value(place - shift[:, 1:], 0, size - 1)
    columns = tf.where(flip[:, None], size - 1 - columns, columns)
    moved = tf.gather(tf.gather(images, rows, axis=1, batch_dims=1), columns, axis=2, batch_dims=1)
    return tf.clip_by_value(tf.cast(moved, tf.float32) * gain[:, None, None, None], 0.0, 255.0)


def cross_entropy(smoothing: float, classes: int) -> Loss:
    """Return the cross-entropy of integer labels against probabilities, with label smoothing.

    Reference
    ---------
    Szegedy et al. 2016, Rethinking the Inception architecture, section 7.
    """

    def loss(targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        wanted = tf.one_hot(targets, classes) * (1 - smoothing) + smoothing / classes
        return -tf.reduce_sum(wanted * tf.math.log(tf.maximum(outputs, 1e-7)), axis=-1)

    return loss


def optimizer_for(stage: Stage) -> keras.optimizers.Optimizer:
    """Return a new optimizer for a stage: AdamW that leaves normalizations and biases undecayed."""
    optimizer = keras.optimizers.AdamW(learning_rate=stage.rate, weight_decay=stage.decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def train(
    model: keras.Model,
    images: npt.NDArray[np.uint8] | npt.NDArray[np.float32],
    targets: npt.NDArray[np.generic],
    stage: Stage,
    *,
    seed: int,
    batch: int = 32,
    augment: bool = True,
    loss: Loss | None = None,
    after_step: Callable[[], None] | None = None,
    progress: Progress = silent,
) -> list[Epoch]:
    """Train a model's trainable weights through one stage, in place.

    Parameters
    ----------
    model
        Takes float32 [n, size, size, 3] in 0..255, gives probabilities [n, classes]. What is trainable is trained,
        whatever `stage.trainable` says; batch normalizations with `trainable = False` stay in inference.
    images
        uint8 [n, size, size, 3]; or features, float32 [n, width], which are never augmented.
    targets
        Integer labels [n]; with a `loss` of your own, any array [n, …].
    stage
        Epochs, rate and schedule.
    seed
        Order, augmentation and dropout follow from it and the stage's name.
    batch
        Images of a step; the rest of an epoch that does not fill one is left out, in each epoch another.
    augment
        Whether images are flipped, shifted and brightened.
    loss
        The loss, if not cross-entropy.
    after_step
        Called in the graph after each step, such as to put a mask of pruning on again.
    progress
        Told of each step.

    Raises
    ------
    MedquantError
        If the loss is no longer a finite number.

    Returns
    -------
    list of Epoch
        The history. Moving statistics are as the last steps left them: `batch_norm.reestimate` mends them.

    Notes
    -----
    `Model.fit` compiles for XLA by default, which is several times slower on a CPU.
    """
    keras.utils.set_random_seed(seed)
    n, batch = len(images), min(batch, len(images))
    flat = images.ndim == 2
    optimizer = optimizer_for(stage)
    weights = model.trainable_variables
    optimizer.build(weights)
    labelled = loss is None
    losses = loss or cross_entropy(stage.smoothing, model.output_shape[-1])

    @tf.function(jit_compile=False)  # type: ignore[untyped-decorator]
    def step(
        x: tf.Tensor, wanted: tf.Tensor, flip: tf.Tensor, shift: tf.Tensor, gain: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        values = x if flat else augmented(x, flip, shift, gain)
        with tf.GradientTape() as tape:
            outputs = model(values, training=True)
            mean = tf.reduce_mean(losses(wanted, outputs))
        optimizer.apply(tape.gradient(mean, weights), weights)
        if after_step is not None:
            after_step()
        right = tf.constant(np.nan)
        if labelled:
            right = tf.reduce_mean(tf.cast(tf.argmax(outputs, -1) == tf.cast(wanted, tf.int64), tf.float32))
        return mean, right

    steps = n // batch
    history = []
    for epoch in range(stage.epochs):
        began = time.perf_counter()
        plan = epoch_plan(n, images.shape[1], seed=seed, stage=stage.name, epoch=epoch, augment=augment)
        seen = np.zeros((steps, 2))
        for index in range(steps):
            at = slice(index * batch, (index + 1) * batch)
            optimizer.learning_rate.assign(rate_at(stage, epoch * steps + index, stage.epochs * steps))
            chosen = plan.order[at]
            found = step(images[chosen], targets[chosen], plan.flip[at], plan.shift[at], plan.gain[at])
            seen[index] = [float(value) for value in found]
            progress(f"train: {stage.name}", epoch * steps + index + 1, stage.epochs * steps)
        mean_loss, accuracy = seen.mean(axis=0)
        if not np.isfinite(mean_loss):
            raise MedquantError(
                f"the training loss became {mean_loss} in epoch {epoch + 1} of the stage {stage.name}; lower its rate"
            )
        share = float(accuracy) if labelled else None
        history.append(Epoch(stage.name, float(mean_loss), share, round(time.perf_counter() - began, 3)))
    return history


def train_head(
    model: keras.Model,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.int64],
    stage: Stage,
    *,
    seed: int,
    batch: int = 32,
    progress: Progress = silent,
) -> list[Epoch]:
    """Train only the layers behind the pool, on features that the frozen backbone gives once.

    Parameters
    ----------
    model
        A network of `benchmark.models.networks`; its backbone stays as it is.
    images, labels
        uint8 [n, size, size, 3] and integers [n].
    stage, seed, batch, progress
        As in `train`.
    """
    pool = next(index for index, layer in enumerate(model.layers) if layer.name == POOL)
    features = forward(keras.Model(model.inputs, model.layers[pool].output), images, progress=progress)
    head = keras.Sequential([keras.Input(features.shape[1:]), *model.layers[pool + 1 :]])
    return train(head, features, labels, stage, seed=seed, batch=batch, progress=progress)


def forward(
    model: keras.Model, images: npt.NDArray[np.uint8], *, batch: int = 64, progress: Progress = silent
) -> npt.NDArray[np.float32]:
    """Return a model's outputs in inference, [n, …]."""

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def run(x: tf.Tensor) -> tf.Tensor:
        return model(tf.cast(x, tf.float32), training=False)

    parts = []
    for start in range(0, len(images), batch):
        parts.append(run(images[start : start + batch]).numpy())
        progress("forward", min(start + batch, len(images)), len(images))
    return np.concatenate(parts)
