"""Trained networks are made once, stage by stage, and a killed run goes on where it stopped."""

import dataclasses
import json
from pathlib import Path

import keras
import numpy as np
import pytest

from benchmark.models import trained as module
from benchmark.models.keras_files import keras_file_sizes
from benchmark.models.networks import build
from benchmark.models.recipes import Epoch, Recipe, Stage
from benchmark.models.start_weights import StartWeights
from benchmark.models.trained import Trained, TrainingSpec, data_key, obtain_derived, obtain_trained
from db.errors import MedquantError

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)
"""Keras writes its variables by a way of NumPy's that is deprecated."""

RECIPE = Recipe(
    "test",
    (
        Stage("head", 2, 1e-2, trainable="head"),
        Stage("fine", 1, 1e-3),
        Stage("last", 1, 1e-3, schedule="cosine"),
    ),
    batch=8,
)
SPEC = TrainingSpec("tiny", 32, 4, RECIPE, seed=1)


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (24, 32, 32, 3), dtype=np.uint8)


@pytest.fixture
def labels() -> np.ndarray:
    return np.arange(24, dtype=np.int64) % 4


@pytest.fixture
def stages_trained(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of stages that are really trained from now on."""
    seen: list[str] = []
    original = module._run_stage

    def noted(model: keras.Model, stage: Stage, *rest: object) -> list[Epoch]:
        history = original(model, stage, *rest)
        seen.append(stage.name)
        return history

    monkeypatch.setattr(module, "_run_stage", noted)
    return seen


def test_each_stage_is_kept_and_nothing_is_trained_twice(
    cache: Path, images: np.ndarray, labels: np.ndarray, stages_trained: list[str]
) -> None:
    first = obtain_trained(SPEC, images, labels, cache=cache)
    again = obtain_trained(SPEC, images, labels, cache=cache)
    assert stages_trained == ["head", "fine", "last"]
    assert (first.fresh, again.fresh) == (True, False)
    assert again == first
    assert first.stages == ("head", "fine", "last")
    assert [epoch.stage for epoch in first.history] == ["head", "head", "fine", "last"]
    assert first.weights_sha256 == module.weights_sha256(first.load())
    assert first.path.name == "model.keras"
    assert first.seconds > 0
    assert not first.load().compiled


def test_a_longer_recipe_goes_on_from_the_stages_that_it_shares(
    cache: Path, images: np.ndarray, labels: np.ndarray, stages_trained: list[str]
) -> None:
    short = dataclasses.replace(SPEC, recipe=dataclasses.replace(RECIPE, stages=RECIPE.stages[:2]))
    obtain_trained(short, images, labels, cache=cache)
    obtain_trained(SPEC, images, labels, cache=cache)
    assert stages_trained == ["head", "fine", "last"]


def test_a_run_that_was_killed_resumes_after_its_last_finished_stage_to_the_same_weights(
    tmp_path: Path,
    images: np.ndarray,
    labels: np.ndarray,
    stages_trained: list[str],
) -> None:
    whole = obtain_trained(SPEC, images, labels, cache=tmp_path / "whole")
    stages_trained.clear()

    def killed(stage: str, _done: int, _all: int) -> None:
        if stage == "train: last":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        obtain_trained(SPEC, images, labels, cache=tmp_path / "killed", progress=killed)
    assert stages_trained == ["head", "fine"]
    resumed = obtain_trained(SPEC, images, labels, cache=tmp_path / "killed")
    assert stages_trained == ["head", "fine", "last"]
    assert resumed.weights_sha256 == whole.weights_sha256
    assert resumed.key == whole.key


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": 2},
        {"size": 64},
        {"classes": 5},
        {"network": "linear_attention"},
        {"start": StartWeights("other", "f" * 64)},
        {"recipe": dataclasses.replace(RECIPE, batch=4)},
        {"recipe": dataclasses.replace(RECIPE, augment=False)},
        {"recipe": dataclasses.replace(RECIPE, stages=(Stage("head", 2, 2e-2, "head"),))},
    ],
)
def test_whatever_changes_the_network_changes_its_key(
    changed: dict[str, object],
    cache: Path,
    images: np.ndarray,
    labels: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_started", lambda *_: build("tiny", 32, 4))
    monkeypatch.setattr(module, "_run_stage", lambda *_: [])
    first = dataclasses.replace(SPEC, recipe=dataclasses.replace(RECIPE, stages=RECIPE.stages[:1]))
    other = dataclasses.replace(first, **changed)
    if "recipe" in changed:
        other = dataclasses.replace(
            other, recipe=dataclasses.replace(other.recipe, stages=other.recipe.stages[:1])
        )
    keys = {obtain_trained(spec, images, labels, cache=cache).key for spec in (first, other)}
    assert len(keys) == 2


def test_images_labels_and_their_order_are_part_of_the_key(images: np.ndarray, labels: np.ndarray) -> None:
    keys = {
        data_key(images, labels),
        data_key(images[::-1], labels[::-1]),
        data_key(images, labels[::-1]),
        data_key(images[:-1], labels[:-1]),
    }
    assert len(keys) == 4
    assert data_key(images.copy(), labels.astype(np.int32)) == data_key(images, labels)


def test_a_derived_network_is_made_once_for_its_parent_and_parts(
    cache: Path, images: np.ndarray, labels: np.ndarray
) -> None:
    parent = obtain_trained(SPEC, images, labels, cache=cache)
    made: list[str] = []

    def halved(model: keras.Model) -> tuple[keras.Model, list[Epoch]]:
        made.append(model.name)
        model.set_weights([value / 2 for value in model.get_weights()])
        return model, [Epoch("halve", 0.5, None, 0.1)]

    def obtain(of: Trained, rate: float) -> Trained:
        return obtain_derived("halve", {"rate": rate}, of, halved, cache=cache)

    first, again, other = obtain(parent, 0.1), obtain(parent, 0.1), obtain(parent, 0.2)
    assert len(made) == 2
    assert first == again
    assert other.key != first.key
    assert first.stages == (*parent.stages, "halve")
    assert first.history[:-1] == parent.history
    assert first.seconds >= parent.seconds
    assert first.load().get_weights()[0] == pytest.approx(parent.load().get_weights()[0] / 2)
    assert obtain(first, 0.1).key != first.key


def test_what_was_told_of_a_stage_is_read_again_as_it_was(
    cache: Path, images: np.ndarray, labels: np.ndarray
) -> None:
    trained = obtain_trained(SPEC, images, labels, cache=cache)
    told = json.loads(trained.path.with_name("training.json").read_text())
    assert told["key"] == trained.key
    assert told["stages"] == ["head", "fine", "last"]
    assert [Epoch(**epoch) for epoch in told["history"]] == list(trained.history[-1:])


def test_a_network_that_does_not_exist_leaves_no_trace(
    cache: Path, images: np.ndarray, labels: np.ndarray
) -> None:
    with pytest.raises(MedquantError, match="there is no network"):
        obtain_trained(dataclasses.replace(SPEC, network="vgg"), images, labels, cache=cache)
    assert not cache.exists()


def test_a_file_with_adams_moments_holds_about_three_times_the_weights() -> None:
    model = build("mobilenet_v2", 96, 4)
    sizes = keras_file_sizes(model)
    weights = 4 * model.count_params()
    assert weights < sizes.h5 < 1.05 * weights
    assert sizes.h5_with_optimizer == pytest.approx(35.44e6, rel=0.005)
    assert 2.9 * sizes.h5 < sizes.h5_with_optimizer < 3.1 * sizes.h5
    assert 2.8 * sizes.keras < sizes.keras_with_optimizer < 3.1 * sizes.keras


def test_measuring_the_files_leaves_the_model_as_it_is() -> None:
    model = build("tiny", 32, 4)
    model.trainable = False
    before = module.weights_sha256(model)
    keras_file_sizes(model)
    assert module.weights_sha256(model) == before
    assert not model.compiled
    assert not model.trainable
