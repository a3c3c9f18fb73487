"""Pruning: the schedule is the paper's, the smallest go, and zeros stay zeros up to the converted file."""

import itertools
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf

from benchmark.compress.convert import convert
from benchmark.compress.fine_tune import equal_training
from benchmark.compress.pruning import (
    Sparsity,
    magnitude_mask,
    masking,
    prunable,
    pruned,
    sparsity_at,
    sparsity_of,
    total,
)
from benchmark.compress.schemes import SCHEMES
from benchmark.models.networks import build
from db.errors import MedquantError

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Statistics for quantized inputs were expected:UserWarning"),
]

RANDOM = np.random.default_rng(0)
IMAGES: npt.NDArray[np.uint8] = RANDOM.integers(0, 256, (48, 32, 32, 3), dtype=np.uint8)
LABELS: npt.NDArray[np.int64] = RANDOM.integers(0, 4, 48)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    return build("tiny", 32, 4)


@pytest.fixture(scope="module")
def thinned(model: keras.Model) -> keras.Model:
    return pruned(model, IMAGES, LABELS, sparsity=0.75, seed=0, epochs=2, rate=1e-2, batch=8)


def test_sparsity_grows_by_the_cubic_of_zhu_and_gupta() -> None:
    assert sparsity_at(0, 10, 0.8) == 0
    assert sparsity_at(5, 10, 0.8) == pytest.approx(0.8 * (1 - 0.125))
    assert sparsity_at(10, 10, 0.8) == sparsity_at(99, 10, 0.8) == 0.8


def test_the_smallest_magnitudes_are_masked_and_exactly_so_many() -> None:
    kernel = tf.constant([[[[0.5, -0.1, 0.3], [-0.9, 0.1, -0.2]]]])
    np.testing.assert_array_equal(magnitude_mask(kernel, tf.constant(0.5)), [[[[1, 0, 1], [1, 0, 0]]]])
    assert np.sum(magnitude_mask(tf.ones([1, 1, 7, 9]), tf.constant(0.5)) == 0) == round(0.5 * 63)


def test_pointwise_and_dense_kernels_end_at_exactly_the_sparsity_asked_for(thinned: keras.Model) -> None:
    assert sparsity_of(thinned) == {"pointwise": Sparsity(96, 128), "probabilities": Sparsity(48, 64)}
    assert total(sparsity_of(thinned)).share == 0.75
    for name in ("stem", "depthwise"):
        assert np.all(thinned.get_layer(name).kernel.numpy())


def test_zeros_are_zeros_in_the_converted_file(thinned: keras.Model, tmp_path: Path) -> None:
    from ai_edge_litert.interpreter import Interpreter

    thinned.save(tmp_path / "thinned.keras")
    file = tmp_path / "thinned.tflite"
    convert(tmp_path / "thinned.keras", SCHEMES["int8"], file, calibration=IMAGES, log=tmp_path / "log.txt")
    interpreter = Interpreter(model_path=str(file))
    interpreter.allocate_tensors()
    stored = {
        tuple(detail["shape"]): interpreter.get_tensor(detail["index"])
        for detail in interpreter.get_tensor_details()
        if detail["dtype"] is np.int8 and len(detail["quantization_parameters"]["scales"]) > 1
    }
    kernels = {layer.name: layer.kernel.numpy() for layer in prunable(thinned)}
    assert np.all(stored[16, 1, 1, 8][kernels["pointwise"].transpose(3, 0, 1, 2) == 0] == 0)
    assert np.all(stored[4, 16][kernels["probabilities"].T == 0] == 0)


def test_a_pruned_weight_stays_pruned_and_the_ramp_ends_before_training_does() -> None:
    keras.utils.set_random_seed(0)
    layer = keras.layers.Dense(16)
    layer.build((None, 32))
    after_step = tf.function(masking([layer], 0.5, 20))
    zeros = []
    for _ in range(20):
        layer.kernel.assign_add(RANDOM.normal(size=(32, 16)) * 0.1)
        after_step()
        zeros.append(layer.kernel.numpy() == 0)
    for before, now in itertools.pairwise(zeros):
        assert np.all(now[before])
    assert [int(mask.sum()) for mask in zeros[11:]] == [256] * 9
    assert 0 < zeros[0].sum() < zeros[5].sum() < 256


def test_the_original_stays_and_no_sparsity_is_the_control(model: keras.Model) -> None:
    before = model.get_weights()
    given = {"seed": 1, "epochs": 1, "rate": 1e-3, "batch": 16}
    nothing = pruned(model, IMAGES, LABELS, sparsity=0.0, **given)
    control = equal_training(model, IMAGES, LABELS, frozen=False, **given)
    for ours, theirs in zip(nothing.get_weights(), control.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    for old, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, now)


@pytest.mark.parametrize("sparsity", [-0.1, 1.0, float("nan")])
def test_a_sparsity_that_cannot_be_is_refused(model: keras.Model, sparsity: float) -> None:
    with pytest.raises(MedquantError, match="give a share of at least 0 and less than 1"):
        pruned(model, IMAGES, LABELS, sparsity=sparsity, seed=0)
