"""The Keras files that a user would have of a network: with and without the optimizer's state."""

import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path

import keras


@dataclass(frozen=True)
class KerasFiles:
    """Sizes in bytes of a network's files, in both formats of Keras."""

    h5_with_optimizer: int
    h5: int
    keras_with_optimizer: int
    keras: int


def keras_file_sizes(model: keras.Model) -> KerasFiles:
    """Write a network as a user would and return the sizes of its files.

    Parameters
    ----------
    model
        Any Keras model; it stays as it is.

    Returns
    -------
    KerasFiles
        With the state of Adam, as after `fit`, and without.

    Notes
    -----
    Adam keeps two moments for each trainable parameter, so that a file saved after training holds about three times
    the weights: a "compression" measured from there is mostly the removal of the moments.

    Reference
    ---------
    Kingma & Ba 2015, Adam, algorithm 1.
    """
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    with tempfile.TemporaryDirectory() as folder:
        bare = [_size(copy, Path(folder) / f"bare{suffix}") for suffix in (".h5", ".keras")]
        copy.trainable = True
        copy.compile("adam", "sparse_categorical_crossentropy", jit_compile=False)
        copy.optimizer.build(copy.trainable_variables)
        full = [_size(copy, Path(folder) / f"full{suffix}") for suffix in (".h5", ".keras")]
    return KerasFiles(h5_with_optimizer=full[0], h5=bare[0], keras_with_optimizer=full[1], keras=bare[1])


def _size(model: keras.Model, file: Path) -> int:
    """Save a model and return its file's bytes."""
    talk = logging.getLogger("absl")
    before = talk.level
    talk.setLevel(logging.ERROR)  # that HDF5 is the older format is known: such files are what is weighed
    try:
        model.save(file)
    finally:
        talk.setLevel(before)
    return file.stat().st_size
