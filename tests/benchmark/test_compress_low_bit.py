"""Four bits: kernels hold what was asked, within half a step of the float weights, and silence is not success."""

from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import pytest
from ai_edge_litert.tools import flatbuffer_utils

from benchmark.compress.convert import convert
from benchmark.compress.facts import describe
from benchmark.compress.inspect_tflite import tflite_facts
from benchmark.compress.low_bit import Scales, check_bits, layers_of, quantize_layers, quantize_low_bit
from benchmark.compress.ranges import activation_ranges
from benchmark.compress.schemes import SCHEMES
from benchmark.models.networks import build
from db.errors import MedquantError
from db.vocabulary import Granularity

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)

IMAGES: npt.NDArray[np.uint8] = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("low_bit")
    keras.utils.set_random_seed(0)
    build("tiny", 32, 4).save(folder / "net.keras")
    convert(folder / "net.keras", SCHEMES["float32"], folder / "net.tflite", log=folder / "log.txt")
    return (folder / "net.tflite").read_bytes()


def stored(content: bytes) -> Mapping[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], int]]:
    """Read integers, scales and axis of quantized kernels, without the code under test; two nibbles a byte."""
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(content))
    found = {}
    for tensor in model.subgraphs[0].tensors:
        data = model.buffers[tensor.buffer].data
        if data is None or not len(data) or tensor.quantization is None or tensor.quantization.scale is None:
            continue
        values = np.frombuffer(bytes(data), np.int8).astype(np.int64)
        if tensor.type == flatbuffer_utils.TensorType.INT4:
            low, high = values & 15, (values >> 4) & 15
            values = np.stack([low, high], axis=1).ravel()[: int(np.prod(tensor.shape))]
            values = np.where(values > 7, values - 16, values)
        elif tensor.type != flatbuffer_utils.TensorType.INT8:
            continue
        axis = tensor.quantization.quantizedDimension
        found[tensor.name.decode()] = (
            values.reshape(tensor.shape),
            np.asarray(tensor.quantization.scale, np.float64),
            axis,
        )
    return found


def floats(content: bytes) -> Mapping[str, npt.NDArray[np.float32]]:
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(content))
    return {
        t.name.decode(): np.frombuffer(bytes(model.buffers[t.buffer].data), np.float32).reshape(t.shape)
        for t in model.subgraphs[0].tensors
        if t.type == flatbuffer_utils.TensorType.FLOAT32
        and model.buffers[t.buffer].data is not None
        and len(model.buffers[t.buffer].data)
    }


def dequantized(
    values: npt.NDArray[np.int64], scales: npt.NDArray[np.float64], axis: int
) -> npt.NDArray[np.float64]:
    shape = [1] * values.ndim
    shape[axis] = len(scales)
    return values * scales.reshape(shape)


@pytest.mark.parametrize("code", ["int4", "int4_weight_only", "int4x8"])
def test_four_bit_kernels_lie_in_range_and_within_half_a_step_of_the_float_weights(
    content: bytes, code: str
) -> None:
    made = stored(quantize_low_bit(content, SCHEMES[code], IMAGES))
    whole = floats(content)
    for layer in layers_of(content):
        values, scales, axis = made[layer.kernel]
        most = 127 if layer.kind == "DEPTHWISE_CONV_2D" else 7
        assert values.min() >= -most - 1
        assert values.max() <= most
        assert len(np.unique(values)) > 8
        assert len(scales) == layer.channels
        shape = [1] * values.ndim
        shape[axis] = len(scales)
        error = np.abs(dequantized(values, scales, axis) - whole[layer.kernel])
        assert (error <= scales.reshape(shape) * 0.5001 + 1e-7).all()


@pytest.mark.parametrize(
    ("code", "activation_bits"), [("int4", ("8",)), ("int4_weight_only", ("32f",)), ("int4x8", ("8",))]
)
def test_only_depthwise_kernels_keep_eight_bits(
    content: bytes, code: str, activation_bits: tuple[str, ...]
) -> None:
    facts = tflite_facts(quantize_low_bit(content, SCHEMES[code], IMAGES), "made")
    assert {(kernel.op, kernel.bits) for kernel in facts.kernels} == {
        ("CONV_2D", "4"),
        ("FULLY_CONNECTED", "4"),
        ("DEPTHWISE_CONV_2D", "8"),
    }
    precision = describe(facts)
    assert precision.weight_bits == ("4", "8")
    assert precision.activation_bits == activation_bits
    assert precision.granularity is Granularity.PER_CHANNEL
    assert (facts.input_type, facts.output_type) == ("float32", "float32")


def test_scales_for_normal_weights_err_less_in_the_square_than_those_of_extremes(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((8, 8, 64)), keras.layers.Conv2D(16, 3), keras.layers.Flatten()])
    kernel = np.random.default_rng(0).normal(0.0, 0.1, (3, 3, 64, 16)).astype(np.float32)
    model.layers[0].kernel.assign(kernel)
    model.save(tmp_path / "net.keras")
    convert(tmp_path / "net.keras", SCHEMES["float32"], tmp_path / "net.tflite", log=tmp_path / "log.txt")
    whole = (tmp_path / "net.tflite").read_bytes()
    (layer,) = layers_of(whole)

    def error(code: str) -> float:
        made = stored(quantize_low_bit(whole, SCHEMES[code]))[layer.kernel]
        if code == "int4_mse":
            rms = np.sqrt(np.mean(kernel**2, axis=(0, 1, 2)))
            np.testing.assert_allclose(made[1], 0.37755 * rms, rtol=1e-5)
        return float(np.sum((dequantized(*made) - floats(whole)[layer.kernel]) ** 2))

    assert error("int4_mse") < 0.95 * error("int4")


def test_each_layer_gets_bits_of_its_own(content: bytes) -> None:
    layers = layers_of(content)
    bits = dict(zip([layer.index for layer in layers], [4, 8, 16, 32], strict=True))
    facts = tflite_facts(quantize_layers(content, bits, scales=Scales.NORMAL), "made")
    found = {weight.name: weight.bits for weight in facts.kernels}
    assert [found[layer.kernel] for layer in layers] == ["4", "8", "16f", "32f"]


def test_a_recipe_that_quantizes_nothing_raises(content: bytes) -> None:
    layers = layers_of(content)
    with pytest.raises(MedquantError, match="was to have 4 bits and has 32f after quantization"):
        check_bits(tflite_facts(content, "same"), layers, {layer.index: 4 for layer in layers})


def test_four_bits_where_no_kernel_has_them_raise_instead_of_staying_float(content: bytes) -> None:
    bits = {layer.index: 4 for layer in layers_of(content)}
    with pytest.raises(MedquantError, match=r"DEPTHWISE_CONV_2D .* cannot have 4 bits here"):
        quantize_layers(content, bits)


def test_a_network_that_is_quantized_already_is_refused(content: bytes) -> None:
    made = quantize_low_bit(content, SCHEMES["int4"])
    with pytest.raises(MedquantError, match="no float32 kernel"):
        layers_of(made)


def test_ranges_are_the_extremes_of_the_activations_and_of_nothing_else(content: bytes) -> None:
    ranges = activation_ranges(content, IMAGES)
    kernels = {layer.kernel for layer in layers_of(content)}
    assert not kernels & set(ranges)
    pixels = ranges["image"]
    assert (pixels["min"].item(), pixels["max"].item()) == (0.0, 255.0)
    assert pixels["min"].shape == (1, 1, 1, 1)
    relu6 = [span for name, span in ranges.items() if "stem_relu" in name]
    assert relu6
    assert all(span["min"].item() >= 0.0 and span["max"].item() <= 6.0 for span in relu6)
    one, all_of_them = activation_ranges(content, IMAGES[:1]), ranges
    assert all(one[name]["max"].item() <= all_of_them[name]["max"].item() for name in ranges)


def test_images_of_another_size_are_refused(content: bytes) -> None:
    with pytest.raises(MedquantError, match="resize the images"):
        activation_ranges(content, IMAGES[:, :16, :16])


def test_the_quantizer_is_reached_through_convert(tmp_path: Path) -> None:
    keras.utils.set_random_seed(1)
    build("tiny", 32, 4).save(tmp_path / "net.keras")
    convert(tmp_path / "net.keras", SCHEMES["int4"], tmp_path / "net.tflite", log=tmp_path / "log.txt")
    assert "4" in tflite_facts((tmp_path / "net.tflite").read_bytes(), "made").shares()
