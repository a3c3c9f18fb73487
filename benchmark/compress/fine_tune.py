"""Fine-tuning: a copy of a trained network trained on, in the one loop of `benchmark.models.training`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import keras
import numpy as np
import numpy.typing as npt

from benchmark.arms import Progress, silent
from benchmark.models.batch_norm import batch_norms, reestimate
from benchmark.models.recipes import Stage
from benchmark.models.training import train
from db.errors import MedquantError

STAGE = "compress"
"""The stage's name in every compression and control: order and augmentation follow from it and the seed."""


def copied(model: keras.Model, seed: int) -> keras.Model:
    """Return a model of new layers with the same weights; the original stays as it is.

    Parameters
    ----------
    model
        A functional model whose layers lie flat.
    seed
        What the dropout of the copy follows from.

    Raises
    ------
    MedquantError
        If a layer is itself a model.
    """
    nested = [layer.name for layer in model.layers if isinstance(layer, keras.Model)]
    if nested:
        raise MedquantError(
            f"the network {model.name} holds other networks as layers ({', '.join(nested)}); build it flat, with "
            "their layers as its own"
        )
    keras.utils.set_random_seed(seed)
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    return twin


@contextmanager
def frozen_norms(model: keras.Model) -> Iterator[None]:
    """Keep every batch normalization in inference, with its parameters as they are, while the block runs."""
    norms = batch_norms(model)
    before = [layer.trainable for layer in norms]
    try:
        for layer in norms:
            layer.trainable = False
        yield
    finally:
        for layer, trainable in zip(norms, before, strict=True):
            layer.trainable = trainable


def steps_of(images: int, epochs: int, batch: int) -> int:
    """Return how many steps `train` takes: the rest of an epoch that does not fill a batch is left out."""
    return epochs * (images // min(batch, images))


def fine_tune(
    model: keras.Model,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.int64],
    *,
    seed: int,
    epochs: int,
    rate: float,
    batch: int,
    augment: bool,
    after_step: Callable[[], None] | None = None,
    progress: Progress = silent,
) -> None:
    """Train a model on by Adam at a constant rate, in place, and measure its batch normalizations anew.

    Parameters
    ----------
    model
        A flat model; what is trainable is trained.
    images, labels
        uint8 [n, size, size, 3] and integers [n].
    seed, epochs, rate, batch, augment, after_step, progress
        As in `benchmark.models.training.train`.

    Notes
    -----
    A network whose kernels were cut down has other statistics than before; they are estimated again under the
    final weights, as after training.
    """
    train(
        model,
        images,
        labels,
        Stage(STAGE, epochs, rate),
        seed=seed,
        batch=batch,
        augment=augment,
        after_step=after_step,
        progress=progress,
    )
    reestimate(model, images, progress=progress)


def equal_training(
    model: keras.Model,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.int64],
    *,
    seed: int,
    epochs: int,
    rate: float,
    batch: int = 32,
    augment: bool = True,
    frozen: bool,
    progress: Progress = silent,
) -> keras.Model:
    """Train a network on exactly as a compression does, without compressing it: its control.

    Parameters
    ----------
    model
        A trained, flat network; it stays as it is.
    images, labels
        uint8 [n, size, size, 3] and integers [n].
    seed, epochs, rate, batch, augment, progress
        As given to the compression: equal values give the same batches, augmentation and optimizer.
    frozen
        Whether batch normalization is frozen: as `qat` does, and `pruned` and `factorized` do not.

    Returns
    -------
    keras.Model
        The same layers with new weights.

    Notes
    -----
    Whatever further training alone gives, this has too; the rest is what the compression did.
    """
    tuned = copied(model, seed)
    if not frozen:
        fine_tune(
            tuned,
            images,
            labels,
            seed=seed,
            epochs=epochs,
            rate=rate,
            batch=batch,
            augment=augment,
            progress=progress,
        )
        return tuned
    with frozen_norms(tuned):
        stage = Stage(STAGE, epochs, rate)
        train(tuned, images, labels, stage, seed=seed, batch=batch, augment=augment, progress=progress)
    return tuned
