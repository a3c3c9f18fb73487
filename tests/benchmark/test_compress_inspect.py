"""Inspecting: parameters and multiply-accumulates by hand, fallbacks told, damaged and strange files refused."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.compress.convert import convert
from benchmark.compress.facts import FileFacts, WeightFact, bits_code, describe, refuse_custom_ops
from benchmark.compress.inspect import inspect_file
from benchmark.compress.inspect_tflite import tflite_facts
from benchmark.compress.low_bit import layers_of, quantize_layers
from benchmark.compress.ranges import activation_ranges
from benchmark.compress.schemes import SCHEMES
from db.errors import MedquantError
from db.vocabulary import Granularity

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)

IMAGES: npt.NDArray[np.uint8] = np.random.default_rng(0).integers(0, 256, (4, 16, 16, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("inspect")
    keras.utils.set_random_seed(0)
    layers = keras.layers
    keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            layers.Conv2D(8, 3, strides=2, padding="same", bias_initializer="random_normal"),
            layers.DepthwiseConv2D(3, padding="same", bias_initializer="random_normal"),
            layers.Conv2D(16, 1, bias_initializer="random_normal"),
            layers.Conv2DTranspose(4, 2, strides=2, use_bias=False),
            layers.Flatten(),
            layers.Dense(2, activation="softmax", bias_initializer="random_normal"),
        ]
    ).save(folder / "net.keras")
    convert(folder / "net.keras", SCHEMES["float32"], folder / "net.tflite", log=folder / "log.txt")
    return (folder / "net.tflite").read_bytes()


def edited(content: bytes, change: Callable[[schema.ModelT], None]) -> bytes:
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(content))
    change(model)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def test_parameters_and_multiply_accumulates_are_those_counted_by_hand(content: bytes) -> None:
    facts = tflite_facts(content, "net")
    kernels = {
        "CONV_2D": 8 * 27 + 16 * 8,
        "DEPTHWISE_CONV_2D": 72,
        "TRANSPOSE_CONV": 4 * 4 * 16,
        "FULLY_CONNECTED": 2048,
    }
    found = dict.fromkeys(kernels, 0)
    for kernel in facts.kernels:
        found[kernel.op] += kernel.elements
    assert found == kernels
    assert facts.parameters == sum(kernels.values()) + 8 + 8 + 16 + 2
    stem, depthwise, pointwise = 8 * 8 * 8 * 27, 8 * 8 * 8 * 9, 8 * 8 * 16 * 8
    transposed, dense = 8 * 8 * 16 * 4 * 4, 2 * 1024
    assert facts.macs == stem + depthwise + pointwise + transposed + dense


def test_a_float_file_has_no_granularity_and_no_fallback(content: bytes) -> None:
    precision = describe(tflite_facts(content, "net"))
    assert (precision.weight_bits, precision.activation_bits) == (("32f",), ("32f",))
    assert (precision.granularity, precision.symmetry, precision.fallback_ops) == (None, None, None)


def test_an_operation_left_in_float_is_told_as_a_fallback(content: bytes) -> None:
    layers = layers_of(content)
    bits = {layer.index: 32 if layer.kind == "FULLY_CONNECTED" else 8 for layer in layers}
    facts = tflite_facts(quantize_layers(content, bits, activation_ranges(content, IMAGES)), "made")
    precision = describe(facts)
    assert precision.fallback_ops == "FULLY_CONNECTED 1"
    assert precision.activation_bits == ("8", "32f")
    assert set(precision.weight_bits) == {"8", "32f"}
    assert facts.dequantize_ops > 1
    assert facts.to_json()["float_ops"] == {"FULLY_CONNECTED": 1}


def test_shares_count_elements_and_bytes(content: bytes) -> None:
    layers = layers_of(content)
    bits = {layer.index: 4 if layer.kind == "FULLY_CONNECTED" else 32 for layer in layers}
    facts = tflite_facts(quantize_layers(content, bits, weight_only=True), "made")
    rest = 8 * 27 + 16 * 8 + 72 + 256
    assert facts.shares() == pytest.approx({"4": 2048 / (2048 + rest), "32f": rest / (2048 + rest)})
    assert facts.byte_shares() == pytest.approx(
        {"4": 1024 / (1024 + 4 * rest), "32f": 4 * rest / (1024 + 4 * rest)}
    )
    assert next(iter(facts.shares())) == "4"


def test_blockwise_scales_are_told_as_such(content: bytes) -> None:
    from ai_edge_quantizer import quantizer
    from ai_edge_quantizer.qtyping import QuantGranularity

    recipe = quantizer.Quantizer(bytearray(content))
    recipe.add_dynamic_config(".*", "FULLY_CONNECTED", 4, QuantGranularity.BLOCKWISE_32)
    made = bytes(recipe.quantize(enable_progress_report=False).quantized_model)
    facts = tflite_facts(made, "made")
    kinds = {kernel.op: (kernel.bits, kernel.granularity) for kernel in facts.kernels}
    assert kinds["FULLY_CONNECTED"] == ("4", Granularity.BLOCKWISE)
    assert kinds["CONV_2D"] == ("32f", None)


def test_custom_operations_are_listed_and_refused(content: bytes) -> None:
    def strange(model: schema.ModelT) -> None:
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
        code.customCode = "FlexErfinv"
        model.operatorCodes.append(code)
        model.subgraphs[0].operators[-1].opcodeIndex = len(model.operatorCodes) - 1
        model.subgraphs[0].operators[-1].builtinOptions = None
        model.subgraphs[0].operators[-1].builtinOptionsType = 0

    facts = tflite_facts(edited(content, strange), "net")
    assert facts.custom_ops == ("FlexErfinv",)
    with pytest.raises(MedquantError, match=r"net\.tflite holds the custom operations FlexErfinv"):
        refuse_custom_ops(facts, "net.tflite")
    refuse_custom_ops(tflite_facts(content, "net"), "net.tflite")


def test_strange_missing_and_damaged_files_are_told_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    for name, inside, message in (
        ("a.tflite", b"\x80\x04pickle", "mark TFL3 is missing"),
        ("b.tflite", b"", "mark TFL3 is missing"),
        ("c.tflite", content[:60], "is damaged or cut off"),
        ("d.h5", content, r"ends in neither \.tflite nor \.onnx"),
    ):
        (tmp_path / name).write_bytes(inside)
        with pytest.raises(MedquantError, match=message):
            inspect_file(tmp_path / name)
    with pytest.raises(MedquantError, match="cannot be read"):
        inspect_file(tmp_path / "none.tflite")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_anywhere_gives_facts_or_a_sentence_and_nothing_else(
    content: bytes, data: st.DataObject
) -> None:
    damaged = bytearray(content[: data.draw(st.integers(8, len(content)))])
    for _ in range(data.draw(st.integers(0, 4))):
        damaged[data.draw(st.integers(8, len(damaged) - 1)) if len(damaged) > 8 else 0] = data.draw(
            st.integers(0, 255)
        )
    with contextlib.suppress(MedquantError):
        assert isinstance(tflite_facts(bytes(damaged), "damaged"), FileFacts)


def test_codes_of_precision_are_those_of_the_codebook() -> None:
    codes = ("int8", "uint8", "int4", "int16", "float16", "float32", "bfloat16")
    assert [bits_code(dtype) for dtype in codes] == ["8", "8", "4", "16", "16f", "32f", "bf16"]
    odd = WeightFact("w", "CONV_2D", kernel=True, dtype="int4", shape=(3, 5))
    assert (odd.elements, odd.size) == (15, 8)


def test_the_facts_are_plain_json(content: bytes) -> None:
    import json

    facts = json.loads(json.dumps(tflite_facts(content, "net").to_json(tensors=True)))
    assert facts["kernels"] == 5
    assert facts["input"] == ["float32", 1, 16, 16, 3]
    assert len(facts["tensors"]) == 9
