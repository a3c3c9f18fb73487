"""Trained networks: made once by content, stage by stage, so that nothing is ever trained twice."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from benchmark.arms import Progress, silent
from benchmark.cache import content_key, made_once
from benchmark.models.networks import check_network
from benchmark.models.recipes import Epoch, Recipe, Stage
from benchmark.models.start_weights import NONE, StartWeights

if TYPE_CHECKING:
    import keras

TRAINING_VERSION = 1
"""Raised whenever the same recipe would train another network than before."""

MODEL = "model.keras"
TOLD = "training.json"

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TrainingSpec:
    """What determines a trained network, besides its training images.

    Parameters
    ----------
    network, size, classes
        As in `networks.build`.
    recipe
        Stages, batch and augmentation, as `recipes.Recipe`.
    seed
        Initial weights, order, augmentation and dropout follow from it.
    start
        As in `start_weights.start_weights`.
    """

    network: str
    size: int
    classes: int
    recipe: Recipe
    seed: int
    start: StartWeights = NONE


@dataclass(frozen=True)
class Trained:
    """A trained network in the cache.

    Parameters
    ----------
    path
        Its Keras file, without optimizer.
    key
        SHA-256 of everything that determined it.
    weights_sha256
        Of its weights as little-endian float32, layer by layer.
    history
        Every epoch from the first stage on.
    seconds
        What training took when it was done, all stages together.
    stages
        The stages' names in order, with those of derived networks.
    fresh
        Whether anything was trained just now.
    """

    path: Path
    key: str
    weights_sha256: str
    history: tuple[Epoch, ...]
    seconds: float
    stages: tuple[str, ...]
    fresh: bool = field(default=False, compare=False)

    def load(self) -> keras.Model:
        """Return the network."""
        return load_network(self.path)


def data_key(images: Images, labels: Labels) -> str:
    """Return the SHA-256 of exactly these training images and labels, in this order."""
    digest = hashlib.sha256(json.dumps(images.shape).encode())
    digest.update(np.ascontiguousarray(images).data)
    digest.update(np.ascontiguousarray(labels, dtype="<i8").data)
    return digest.hexdigest()


def load_network(path: Path) -> keras.Model:
    """Return the network of a Keras file, safely: a file with code in it is refused."""
    import keras

    return keras.models.load_model(path, compile=False, safe_mode=True)


def weights_sha256(model: keras.Model) -> str:
    """Return the SHA-256 of a network's parameters and moving statistics, layer by layer."""
    digest = hashlib.sha256()
    for value in model.weights:
        digest.update(json.dumps([value.name, list(value.shape)]).encode())
        digest.update(np.ascontiguousarray(value.numpy(), dtype="<f4").data)
    return digest.hexdigest()


def obtain_trained(
    spec: TrainingSpec,
    images: Images,
    labels: Labels,
    *,
    cache: Path,
    data: str | None = None,
    progress: Progress = silent,
) -> Trained:
    """Return the network of a spec, from the cache as far as its stages lie there.

    Parameters
    ----------
    spec
        Network, recipe, seed and start weights.
    images, labels
        The training images, uint8 [n, size, size, 3], and their classes [n].
    cache
        The cache's folder.
    data
        `data_key(images, labels)`, where it is known already.
    progress
        Told of each batch.

    Returns
    -------
    Trained
        The network after the last stage. A run that was killed goes on after its last finished stage.

    Raises
    ------
    MedquantError
        If there is no such network, or the start weights are none of its own.
    """
    check_network(spec.network, spec.size, spec.classes)
    trained: Trained | None = None
    for stage in spec.recipe.stages:
        parts: dict[str, object] = {
            "network": spec.network,
            "size": spec.size,
            "classes": spec.classes,
            "stage": asdict(stage),
            "batch": spec.recipe.batch,
            "augment": spec.recipe.augment,
            "seed": spec.seed,
            "start": spec.start.sha256 or spec.start.name,
            "data": data or data_key(images, labels),
        }

        def make(model: keras.Model, at: Stage = stage) -> list[Epoch]:
            return _run_stage(model, at, spec, images, labels, progress)

        def begin() -> keras.Model:
            return _started(spec, images, progress)

        trained = _kept(cache, "trained", stage.name, parts, trained, begin, make)
    if trained is None:
        raise ValueError("a recipe needs at least one stage")
    return trained


def obtain_derived(
    name: str,
    parts: Mapping[str, object],
    parent: Trained,
    make: Callable[[keras.Model], tuple[keras.Model, list[Epoch]]],
    *,
    cache: Path,
) -> Trained:
    """Return a network that a method made out of a trained one, from the cache where it lies there.

    Parameters
    ----------
    name
        What the method is called, such as "qat": the derived stage's name.
    parts
        Everything besides the parent on which the result depends (seed, rates, data key, the method's own
        version …), as values of JSON.
    parent
        The network that it starts from.
    make
        Takes the parent's network, freshly loaded, and returns the derived one with its history.
    cache
        The cache's folder.
    """
    return _kept(cache, "derived", name, {"method": name, **parts}, parent, parent.load, make)


def _started(spec: TrainingSpec, images: Images, progress: Progress) -> keras.Model:
    """Return a spec's network before its first stage."""
    import keras

    from benchmark.models.networks import build
    from benchmark.models.start_weights import load_start

    keras.utils.set_random_seed(spec.seed)
    model = build(spec.network, spec.size, spec.classes)
    load_start(model, spec.start, images, progress=progress)
    return model


def _run_stage(
    model: keras.Model, stage: Stage, spec: TrainingSpec, images: Images, labels: Labels, progress: Progress
) -> list[Epoch]:
    """Train a network through one stage, in place; where all was trained, mend the moving statistics."""
    from benchmark.models.batch_norm import reestimate
    from benchmark.models.training import train, train_head

    batch = spec.recipe.batch
    if stage.trainable == "head":
        return train_head(model, images, labels, stage, seed=spec.seed, batch=batch, progress=progress)
    history = train(
        model,
        images,
        labels,
        stage,
        seed=spec.seed,
        batch=batch,
        augment=spec.recipe.augment,
        progress=progress,
    )
    reestimate(model, images, progress=progress)
    return history


def _kept(
    cache: Path,
    kind: str,
    name: str,
    parts: Mapping[str, object],
    parent: Trained | None,
    begin: Callable[[], keras.Model],
    make: Callable[[keras.Model], list[Epoch] | tuple[keras.Model, list[Epoch]]],
) -> Trained:
    """Return the cache's entry for these parts after `parent`, made out of it where it is missing."""
    whole = {
        **parts,
        "version": TRAINING_VERSION,
        "previous": parent.key if parent else "",
        "keras": version("keras").partition(".")[0],
        "tensorflow": version("tensorflow").partition(".")[0],
    }
    key = content_key(whole)

    def fill(folder: Path) -> None:
        began = time.perf_counter()
        model = parent.load() if parent else begin()
        made = make(model)
        model, history = made if isinstance(made, tuple) else (model, made)
        model.save(folder / MODEL, include_optimizer=False)
        told = {
            "key": key,
            "stages": [*(parent.stages if parent else ()), name],
            "history": [asdict(epoch) for epoch in history],
            "seconds": round(time.perf_counter() - began, 3),
            "weights_sha256": weights_sha256(model),
        }
        (folder / TOLD).write_text(json.dumps(told, indent=1), encoding="utf-8")

    folder, fresh = made_once(cache, kind, whole, fill)
    told = json.loads((folder / TOLD).read_text(encoding="utf-8"))
    own = tuple(Epoch(**epoch) for epoch in told["history"])
    return Trained(
        folder / MODEL,
        key,
        told["weights_sha256"],
        (*(parent.history if parent else ()), *own),
        (parent.seconds if parent else 0.0) + told["seconds"],
        tuple(told["stages"]),
        fresh or (parent.fresh if parent else False),
    )
