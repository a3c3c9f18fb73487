"""Networks: their shapes, sizes and attention, and that they convert to built-in operators."""

from pathlib import Path

import keras
import numpy as np
import pytest

from benchmark.compress.convert import convert
from benchmark.compress.inspect import inspect_file
from benchmark.compress.schemes import scheme_of
from benchmark.models import densenet, mobilevit
from benchmark.models.attention import linear_attention, softmax_attention
from benchmark.models.networks import MOMENTUM, NAMES, POOL, build
from db.errors import MedquantError

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)
"""Keras writes its variables by a way of NumPy's that is deprecated."""

PARAMETERS = {
    "mobilenet_v2": 2_257_984 + (1280 * 512 + 512) + (512 * 4 + 4),
    "densenet_101": 5_237_188,
    "densenet_31": 781_444,
    "densenet_33": 845_636,
    "mobilevit_xxs": 956_420,
    "linear_attention": 1_391_076,
    "tiny": 612,
}


@pytest.mark.parametrize("name", NAMES)
def test_a_network_takes_images_of_0_to_255_and_gives_probabilities(name: str) -> None:
    keras.utils.set_random_seed(0)
    model = build(name, 64, 4)
    assert model.input_shape == (None, 64, 64, 3)
    assert model.count_params() == PARAMETERS[name]
    assert model.layers[1].get_config()["scale"] == pytest.approx(1 / 127.5)
    images = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3)).astype(np.float32)
    found = model(images).numpy()
    assert found.shape == (2, 4)
    assert found.sum(axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert found.min() >= 0


@pytest.mark.parametrize("name", NAMES)
def test_layers_lie_flat_with_one_pool_and_one_momentum(name: str) -> None:
    model = build(name, 32, 3)
    assert [layer.name for layer in model.layers].count(POOL) == 1
    assert not [layer for layer in model.layers if isinstance(layer, keras.Model)]
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert {layer.momentum for layer in norms} == {MOMENTUM}


def test_equal_seeds_give_equal_weights_and_others_do_not() -> None:
    def kernel(seed: int) -> np.ndarray:
        keras.utils.set_random_seed(seed)
        return build("tiny", 32, 4).get_weights()[0]

    assert np.array_equal(kernel(1), kernel(1))
    assert not np.array_equal(kernel(1), kernel(2))


@pytest.mark.parametrize(
    ("name", "size", "classes", "told"),
    [
        ("resnet", 64, 4, "allowed: mobilenet_v2, densenet_101"),
        ("tiny", 50, 4, "a multiple of 32"),
        ("tiny", 0, 4, "a multiple of 32"),
        ("tiny", 32, 1, "at least 2 classes"),
    ],
)
def test_what_cannot_be_built_is_told_in_a_sentence(name: str, size: int, classes: int, told: str) -> None:
    with pytest.raises(MedquantError, match=told):
        build(name, size, classes)


@pytest.mark.parametrize("name", densenet.BLOCKS)
def test_a_densenet_is_as_deep_as_its_name_says(name: str) -> None:
    model = build(name, 32, 4)
    weighted = (keras.layers.Conv2D, keras.layers.Dense)
    found = sum(isinstance(layer, weighted) for layer in model.layers)
    assert found == densenet.depth(densenet.BLOCKS[name]) == int(name.removeprefix("densenet_"))


def test_no_four_blocks_make_a_densenet_32() -> None:
    assert all(densenet.depth((a, b, 2, 2)) != 32 for a in range(1, 20) for b in range(1, 20))


def test_densenet_121_has_the_parameters_of_keras_own() -> None:
    inputs = keras.Input((32, 32, 3))
    own = keras.Model(inputs, densenet.backbone(inputs, (6, 12, 24, 16)))
    assert (
        own.count_params() == keras.applications.DenseNet121(weights=None, include_top=False).count_params()
    )


def test_a_mobilevit_token_holds_the_same_place_of_each_patch() -> None:
    image = np.arange(2 * 6 * 6 * 3, dtype=np.float32).reshape(2, 6, 6, 3)
    tokens = keras.ops.convert_to_numpy(mobilevit.unfold(image))
    assert tokens.shape == (2 * 4, 9, 3)
    for batch, row, column in ((0, 0, 0), (1, 0, 1), (1, 1, 0), (0, 1, 1)):
        wanted = image[batch, row::2, column::2].reshape(9, 3)
        assert np.array_equal(tokens[4 * batch + 2 * row + column], wanted)
    assert np.array_equal(keras.ops.convert_to_numpy(mobilevit.fold(tokens, 6)), image)


def tokens(count: int) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    return [random.normal(size=(2, 3, count, 8)).astype(np.float32) for _ in range(3)]


def test_linear_attention_equals_its_quadratic_form() -> None:
    q, k, v = tokens(50)
    phi = [np.where(x > 0, x + 1, np.exp(x)).astype(np.float64) for x in (q, k)]
    scores = phi[0] @ phi[1].transpose(0, 1, 3, 2)
    wanted = scores / scores.sum(axis=-1, keepdims=True) @ v
    assert keras.ops.convert_to_numpy(linear_attention(q, k, v)) == pytest.approx(wanted, abs=1e-5)


def test_softmax_attention_equals_its_definition() -> None:
    q, k, v = tokens(20)
    scores = np.exp(q @ k.transpose(0, 1, 3, 2) / np.sqrt(8))
    wanted = scores / scores.sum(axis=-1, keepdims=True) @ v
    assert keras.ops.convert_to_numpy(softmax_attention(q, k, v)) == pytest.approx(wanted, abs=1e-5)


def largest(attention: object, count: int) -> int:
    """Return the elements of the largest tensor that attention over so many tokens computes."""
    import tensorflow as tf

    spec = tf.TensorSpec((1, 1, count, 8), tf.float32)
    graph = tf.function(attention).get_concrete_function(spec, spec, spec).graph
    shapes = [out.shape for op in graph.get_operations() for out in op.outputs]
    return max(shape.num_elements() for shape in shapes if shape.rank)


def test_linear_attention_never_holds_a_square_of_the_tokens() -> None:
    assert largest(linear_attention, 400) == 400 * 8
    assert largest(linear_attention, 800) == 2 * largest(linear_attention, 400)
    assert largest(softmax_attention, 400) == 400 * 400


def executed(file: Path, image: np.ndarray) -> np.ndarray:
    """Return the probabilities that a TFLite file gives for an image, its input and output quantized or not."""
    from ai_edge_litert.interpreter import Interpreter

    network = Interpreter(model_path=str(file))
    network.allocate_tensors()
    given, found = network.get_input_details()[0], network.get_output_details()[0]
    if given["dtype"] == np.int8:
        scale, zero = given["quantization"]
        image = np.clip(np.round(image / scale + zero), -128, 127).astype(np.int8)
    network.set_tensor(given["index"], image)
    network.invoke()
    values = network.get_tensor(found["index"])
    scale, zero = found["quantization"]
    return (values.astype(np.float32) - zero) * scale if found["dtype"] == np.int8 else values


@pytest.mark.filterwarnings("ignore:Statistics for quantized inputs were expected:UserWarning")
@pytest.mark.parametrize("name", ["tiny", "mobilevit_xxs", "linear_attention"])
def test_a_network_converts_to_built_in_operators_in_float_and_in_int8(name: str, tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    model = build(name, 64, 4)
    model.save(tmp_path / "network.keras")
    images = np.random.default_rng(1).integers(0, 256, (8, 64, 64, 3), dtype=np.uint8)
    image = images[:1].astype(np.float32)
    for code, tolerance in (("float32", 1e-5), ("int8", 0.1)):
        file = tmp_path / f"{code}.tflite"
        scheme = scheme_of(code)
        calibration = images if scheme.calibrated else None
        convert(tmp_path / "network.keras", scheme, file, calibration=calibration, log=tmp_path / "log.txt")
        assert inspect_file(file).custom_ops == ()
        assert executed(file, image) == pytest.approx(model(image).numpy(), abs=tolerance)
