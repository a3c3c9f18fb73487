"""Low-rank factorization: exact at full rank, as wrong as the singular values left out, and never larger."""

from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import pytest

from benchmark.compress.low_rank import factorize, factorized, ranks, split
from benchmark.models.networks import build
from benchmark.models.training import forward
from db.errors import MedquantError

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)

RANDOM = np.random.default_rng(0)
IMAGES: npt.NDArray[np.uint8] = RANDOM.integers(0, 256, (48, 32, 32, 3), dtype=np.uint8)
LABELS: npt.NDArray[np.int64] = RANDOM.integers(0, 4, 48)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    network = build("tiny", 32, 4)
    network.set_weights([RANDOM.normal(0.5, 0.3, weight.shape) ** 2 for weight in network.get_weights()])
    return network


@pytest.mark.parametrize("rank", [1, 3, 8])
def test_the_squared_error_is_the_energy_of_the_singular_values_left_out(rank: int) -> None:
    matrix = RANDOM.normal(size=(12, 8)).astype(np.float32)
    left, right = split(matrix, rank)
    assert (left.shape, right.shape) == ((12, rank), (rank, 8))
    left_out = np.linalg.svd(matrix, compute_uv=False)[rank:]
    assert np.sum((matrix - left @ right) ** 2) == pytest.approx(np.sum(left_out**2), rel=1e-4, abs=1e-9)
    np.testing.assert_allclose(np.linalg.norm(left, axis=0), np.linalg.norm(right, axis=1), rtol=1e-4)


def test_full_rank_changes_nothing_but_the_layers(model: keras.Model) -> None:
    whole = factorize(model, {"pointwise": 8, "probabilities": 4})
    assert np.ptp(forward(model, IMAGES), axis=1).min() > 0.01
    np.testing.assert_allclose(forward(whole, IMAGES), forward(model, IMAGES), atol=1e-5)
    names = [layer.name for layer in whole.layers]
    at = names.index("pointwise_reduce")
    assert names[at : at + 3] == ["pointwise_reduce", "pointwise", "pointwise_bn"]
    thin = factorize(model, {"pointwise": 2})
    assert np.abs(forward(thin, IMAGES) - forward(model, IMAGES)).max() > 1e-3


def test_strides_bias_and_activation_survive_the_split() -> None:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((8, 8, 6))
    x = keras.layers.Conv2D(10, 1, strides=2, activation="relu", bias_initializer="ones", name="wide")(inputs)
    outputs = keras.layers.Dense(5, activation="tanh", bias_initializer="ones", name="dense")(x)
    source = keras.Model(inputs, outputs)
    images = RANDOM.normal(size=(3, 8, 8, 6)).astype(np.float32)
    whole = factorize(source, {"wide": 6, "dense": 5})
    np.testing.assert_allclose(whole(images), source(images), atol=1e-5)
    assert not whole.get_layer("wide_reduce").use_bias
    assert whole.get_layer("wide_reduce").strides == (2, 2)


def test_ranks_keep_the_energy_asked_for_and_no_more(model: keras.Model) -> None:
    kernel = model.get_layer("pointwise").kernel.numpy()[0, 0]
    squares = np.linalg.svd(kernel, compute_uv=False) ** 2
    energy = float(squares[:3].sum() / squares.sum()) - 1e-4
    assert ranks(model, energy=energy)["pointwise"] == 3


def test_only_kernels_that_get_smaller_are_split(model: keras.Model) -> None:
    assert ranks(model, energy=1.0) == {}
    assert ranks(model, fraction=1.0) == {}
    assert ranks(model, fraction=0.5) == {"pointwise": 4, "probabilities": 2}


def test_a_budget_of_parameters_is_met_with_the_highest_energy(model: keras.Model) -> None:
    share = 0.9
    chosen = ranks(model, parameters=share)
    assert factorize(model, chosen).count_params() <= share * model.count_params()
    assert ranks(model, parameters=1.0) == {}


def test_training_on_gives_ordinary_layers_that_can_be_saved(model: keras.Model, tmp_path: Path) -> None:
    before = model.get_weights()
    tuned = factorized(model, IMAGES, LABELS, fraction=0.25, seed=0, epochs=1, rate=1e-2, batch=16)
    assert tuned.count_params() < model.count_params()
    assert all(type(layer).__module__.startswith("keras.") for layer in tuned.layers)
    start = factorize(model, ranks(model, fraction=0.25))
    assert not np.array_equal(
        start.get_layer("pointwise_reduce").kernel, tuned.get_layer("pointwise_reduce").kernel
    )
    for old, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, now)
    tuned.save(tmp_path / "tuned.keras")
    again = keras.saving.load_model(tmp_path / "tuned.keras", compile=False, safe_mode=True)
    np.testing.assert_allclose(forward(again, IMAGES[:4]), forward(tuned, IMAGES[:4]), atol=1e-6)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "chosen by nothing; give one of energy, fraction, parameters"),
        ({"energy": 0.9, "fraction": 0.5}, "chosen by energy and fraction; give one of"),
        ({"energy": 0.0}, "energy 0.0 is not allowed; give a share above 0"),
        ({"parameters": 0.01}, "cannot be cut to 1% of its parameters"),
    ],
)
def test_a_wrong_choice_of_ranks_is_told_in_one_sentence(
    model: keras.Model, given: Mapping[str, float], told: str
) -> None:
    with pytest.raises(MedquantError, match=told):
        ranks(model, **given)
