"""Weights of four bits by ai-edge-quantizer, layer by layer, checked by reading the file back."""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.compress.facts import FileFacts
from benchmark.compress.inspect_tflite import tflite_facts
from benchmark.compress.ranges import Ranges, activation_ranges
from benchmark.compress.schemes import Scheme
from db.errors import MedquantError

Images = NDArray[np.uint8]

FOUR_BITS = ("CONV_2D", "FULLY_CONNECTED")
"""The operations that have kernels for 4-bit weights; depthwise convolutions, 3 % of MobileNetV2, have none."""

EIGHT_BITS = (*FOUR_BITS, "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV")
"""The operations whose kernels can have 8 bits."""


class Scales(StrEnum):
    """How a channel's scale is chosen, by ai-edge-quantizer's names.

    EXTREMES: the greatest absolute weight is the greatest integer. NORMAL: 0.378 times the root mean square, which errs
    least in the square if weights are normally distributed; the few that lie beyond are clipped.
    """

    EXTREMES = "min_max_uniform_quantize"
    NORMAL = "MSE"


_NAMES = {"TRANSPOSE_CONV": "CONV_2D_TRANSPOSE"}


@dataclass(frozen=True)
class Layer:
    """An operation with a kernel: its place in the file, its kind, its output's name and its kernel's shape."""

    index: int
    kind: str
    scope: str
    kernel: str
    shape: tuple[int, ...]

    @property
    def channels(self) -> int:
        """Output channels, each with a scale of its own."""
        return self.shape[-1] if self.kind == "DEPTHWISE_CONV_2D" else self.shape[0]

    @property
    def elements(self) -> int:
        """Number of weights."""
        return int(np.prod(self.shape))


def quantize_low_bit(content: bytes, scheme: Scheme, calibration: Images | None = None) -> bytes:
    """Return a float32 TensorFlow Lite file with 4-bit weights per channel.

    Parameters
    ----------
    content
        The float32 file.
    scheme
        "int4" (activations become int8 at run time), "int4_mse" (the same with other scales), "int4_weight_only"
        (weights are dequantized, arithmetic is float32) or "int4x8" (int8 activations by calibration).
    calibration
        uint8 [n, size, size, 3], needed where `scheme.calibrated`.

    Raises
    ------
    MedquantError
        If no tensor was quantized, or not as asked.

    Notes
    -----
    Depthwise kernels get 8 bits: no runtime here executes them in 4. The zero point is 0; a channel's scale is its
    greatest absolute weight over 7 or, where `scheme.normal_scales`, 0.378 times their root mean square.
    """
    layers = layers_of(content)
    bits = {layer.index: 4 if layer.kind in FOUR_BITS else 8 for layer in layers}
    ranges = (
        activation_ranges(content, calibration) if scheme.calibrated and calibration is not None else None
    )
    return quantize_layers(
        content,
        bits,
        ranges,
        weight_only=scheme.activation_bits == "32f",
        scales=Scales.NORMAL if scheme.normal_scales else Scales.EXTREMES,
    )


def layers_of(content: bytes) -> tuple[Layer, ...]:
    """Return the operations of a float32 file whose kernels can be quantized, in their order.

    Raises
    ------
    MedquantError
        If there are none.
    """
    from ai_edge_litert.tools import flatbuffer_utils
    from ai_edge_quantizer.utils import tfl_flatbuffer_utils

    model = flatbuffer_utils.read_model_from_bytearray(bytearray(content))
    graph = model.subgraphs[0]
    layers = []
    for index, op in enumerate(graph.operators):
        kind = flatbuffer_utils.opcode_to_name(model, op.opcodeIndex)
        if kind not in EIGHT_BITS:
            continue
        kernel = graph.tensors[op.inputs[1]]
        if model.buffers[kernel.buffer].data is None or kernel.type != flatbuffer_utils.TensorType.FLOAT32:
            continue
        scope = tfl_flatbuffer_utils.get_op_scope(op, graph.tensors)
        shape = tuple(int(length) for length in kernel.shape)
        layers.append(Layer(index, kind, scope, kernel.name.decode(), shape))
    if not layers:
        raise MedquantError(
            f"the network has no float32 kernel of {', '.join(EIGHT_BITS)}; start from a float32 file with such layers"
        )
    return tuple(layers)


def quantize_layers(
    content: bytes,
    bits: Mapping[int, int],
    ranges: Ranges | None = None,
    *,
    weight_only: bool = False,
    scales: Scales = Scales.EXTREMES,
) -> bytes:
    """Return a float32 TensorFlow Lite file with the kernels of its layers quantized to bits of their own.

    Parameters
    ----------
    content
        The float32 file.
    bits
        By `Layer.index` 4, 8, 16 (float16) or 32 (left alone).
    ranges
        Of the activations (`activation_ranges`): with them, all activations become int8 and operations without
        integer kernels stay in float32; without, activations stay float32 in the file and become int8 at run time.
    weight_only
        Whether arithmetic stays in float32 too; only without `ranges`.
    scales
        How the scales of 4-bit kernels are chosen.

    Raises
    ------
    MedquantError
        If a layer did not get the bits that were asked for.
    """
    from ai_edge_quantizer import quantizer

    layers = layers_of(content)
    recipe = quantizer.Quantizer(bytearray(content))
    if ranges is not None:
        recipe.add_static_config(".*", "*", 8, 8)
        for border in ("INPUT", "OUTPUT"):  # float32 outside, as in every other file
            recipe.update_quantization_recipe(".*", border, algorithm_key="no_quantize")
    for layer in layers:
        rule = _Rule(bits[layer.index], ranges is not None, weight_only, scales)
        try:
            _add(recipe, layer, rule)
        except ValueError as error:
            raise MedquantError(
                f"{layer.kind} {layer.kernel.split(';')[0]!r} cannot have {rule.bits} bits here; give it 8 or 32 bits"
            ) from error
    if not recipe.get_quantization_recipe():
        return content
    with warnings.catch_warnings():
        # It opens a debugging interpreter only to read its list of tensors.
        warnings.filterwarnings(
            "ignore", "Warning: Enabling `experimental_preserve_all_tensors`", UserWarning
        )
        made = recipe.quantize(ranges, enable_progress_bar=False, enable_progress_report=False)
    result = bytes(made.quantized_model)
    check_bits(tflite_facts(result, "the quantized file"), layers, bits)
    return result


def check_bits(facts: FileFacts, layers: tuple[Layer, ...], bits: Mapping[int, int]) -> None:
    """Raise an error unless each kernel of a file has the bits that were asked for.

    Raises
    ------
    MedquantError
        Naming the first kernel that has not.

    Notes
    -----
    ai-edge-quantizer passes silently over what it does not support: a recipe may quantize nothing at all.
    """
    codes = {4: "4", 8: "8", 16: "16f", 32: "32f"}
    found = {weight.name: weight.bits for weight in facts.weights}
    for layer in layers:
        asked = codes[bits[layer.index]]
        if found.get(layer.kernel) != asked:
            raise MedquantError(
                f"{layer.kind} {layer.kernel.split(';')[0]!r} was to have {asked} bits and has "
                f"{found.get(layer.kernel, 'no')} after quantization: ai-edge-quantizer does not support that layer; "
                "give it 8 or 32 bits"
            )


@dataclass(frozen=True)
class _Rule:
    """What one layer gets."""

    bits: int
    static: bool
    weight_only: bool
    scales: Scales


def _add(recipe: Any, layer: Layer, rule: _Rule) -> None:  # noqa: ANN401
    """Add one layer's rule; later rules overrule earlier ones."""
    from ai_edge_quantizer.qtyping import TFLOperationName

    regex = f"^{re.escape(layer.scope)}$"
    kind = TFLOperationName(_NAMES.get(layer.kind, layer.kind))
    algorithm = rule.scales.value if rule.bits == 4 else Scales.EXTREMES.value
    if rule.bits == 32:
        if rule.static:
            recipe.update_quantization_recipe(regex, kind, algorithm_key="no_quantize")
    elif rule.bits == 16:
        recipe.add_weight_only_config(regex, kind, num_bits=16, algorithm_key="float_casting")
    elif rule.static:
        recipe.add_static_config(regex, kind, 8, rule.bits, algorithm_key=algorithm)
    elif rule.weight_only:
        recipe.add_weight_only_config(regex, kind, rule.bits, algorithm_key=algorithm)
    else:
        recipe.add_dynamic_config(regex, kind, rule.bits, algorithm_key=algorithm)
