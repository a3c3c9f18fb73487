"""Start weights: what a network knows before training, and how a fingerprint tells it."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from benchmark.arms import Progress, silent
from db.errors import MedquantError, shown

if TYPE_CHECKING:
    import keras

KNOWN = {
    "1ad7e340094c8bffd944815c0bce76f84f499428c18ffdae8736c22c0e086f5e": (
        "Google's ImageNet weights, int8-rounded, batch-norm folded"
    ),
}
"""Remarks on files that are known, by their SHA-256."""

PRETRAINED = ("mobilenet_v2",)
"""Networks for which start weights exist."""

DOWNLOAD = "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/"
DOWNLOADED = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5"


@dataclass(frozen=True)
class StartWeights:
    """What training starts from, as the fingerprint keeps it.

    Parameters
    ----------
    name
        "none" (random), "imagenet" (Keras' own download), or the name of a file.
    sha256
        Of the file; empty for "none".
    remark
        What should be known about them, such as "int8-rounded, batch-norm folded".
    file
        Where they lie on this machine; no part of the fingerprint.
    """

    name: str
    sha256: str = ""
    remark: str = ""
    file: Path | None = None

    def parts(self) -> dict[str, object]:
        """Return the description as values of JSON, for a fingerprint."""
        return {key: value for key, value in asdict(self).items() if key != "file"}


NONE = StartWeights("none", remark="random initialization by the seed")


def start_weights(given: str, network: str) -> StartWeights:
    """Find the start weights that were asked for and describe them.

    Parameters
    ----------
    given
        "none", "imagenet", "auto" (ImageNet's where they can be fetched, else none; for phantoms), or the path of a
        `.weights.h5` file of `keras.applications.MobileNetV2(weights=None)`, with its top.
    network
        The network that shall start from them.

    Raises
    ------
    MedquantError
        If there is no such file, the download fails, or the network has no start weights.
    """
    if given == NONE.name:
        return NONE
    if given == "auto":
        try:
            return start_weights("imagenet", network)
        except MedquantError:
            return NONE
    if network not in PRETRAINED:
        raise MedquantError(
            f"there are no start weights for the network {shown(network)}, only for {', '.join(PRETRAINED)}; "
            "give --weights none"
        )
    downloaded = given == "imagenet"
    file = _download() if downloaded else Path(given)
    try:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise MedquantError(
            f"the start weights {shown(given)} cannot be read ({error.strerror}); give --weights the path of a "
            ".weights.h5 file, or imagenet, or none"
        ) from error
    remark = "Keras' ImageNet weights" if downloaded else KNOWN.get(digest, "a file of the user's own")
    return StartWeights(given if downloaded else file.name, digest, remark, file)


def load_start(
    model: keras.Model, start: StartWeights, images: npt.NDArray[np.uint8], *, progress: Progress = silent
) -> None:
    """Put start weights into a fresh network's backbone.

    Parameters
    ----------
    model
        A MobileNetV2 of `benchmark.models.networks`; its head stays as initialized.
    start
        What `start_weights` found; "none" changes nothing.
    images
        uint8 [n, size, size, 3], the training images: where batch normalization lies folded in the kernels, its
        statistics are measured on them (`batch_norm.reparametrize`; the function stays the same).
    progress
        Told of the images done.

    Raises
    ------
    MedquantError
        If the file holds no weights of MobileNetV2.
    """
    from benchmark.models.batch_norm import batch_norms, reparametrize

    if start.file is None:
        return
    source = _source(start.file)
    for layer in model.layers:
        if layer.weights and layer.name in source:
            layer.set_weights(source[layer.name])
    if all(not layer.moving_mean.numpy().any() for layer in batch_norms(model)):
        reparametrize(model, images, progress=progress)


def _source(file: Path) -> dict[str, list[npt.NDArray[np.float32]]]:
    """Return the weights of Keras' MobileNetV2 by layer name, read from a file that may be anything."""
    import keras

    network = keras.applications.MobileNetV2(weights=None)
    try:
        network.load_weights(file)
    except Exception as error:
        raise MedquantError(
            f"the start weights {shown(str(file))} are no weights of keras.applications.MobileNetV2 with its top "
            f"({type(error).__name__}); give --weights such a .weights.h5 file, or imagenet, or none"
        ) from error
    weights = {layer.name: layer.get_weights() for layer in network.layers if layer.weights}
    if not all(np.isfinite(value).all() for values in weights.values() for value in values):
        raise MedquantError(
            f"the start weights {shown(str(file))} hold numbers that are not finite; give another file"
        )
    return weights


def _download() -> Path:
    """Return Keras' copy of its ImageNet weights, downloaded where it is missing."""
    import keras

    try:
        return Path(keras.utils.get_file(DOWNLOADED, DOWNLOAD + DOWNLOADED, cache_subdir="models"))
    except Exception as error:
        raise MedquantError(
            "Keras' ImageNet weights cannot be downloaded from storage.googleapis.com; name a file that you have "
            "with --weights PATH, or start from random weights with --weights none"
        ) from error
