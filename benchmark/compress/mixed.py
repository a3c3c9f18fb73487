"""Mixed precision: each layer's bits chosen by its measured sensitivity, under a size budget."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.arms import Progress, silent
from benchmark.compress.convert import checked_calibration, write_whole
from benchmark.compress.divergence import divergence, outputs
from benchmark.compress.inspect_tflite import tflite_facts
from benchmark.compress.knapsack import Option, choose
from benchmark.compress.low_bit import FOUR_BITS, Layer, Scales, layers_of, quantize_layers
from benchmark.compress.ranges import Ranges, activation_ranges
from db.errors import MedquantError, one_of

Images = NDArray[np.uint8]

BITS = (4, 8, 16, 32)
REFERENCE = 8


@dataclass(frozen=True)
class LayerChoice:
    """One layer: its sensitivity at each number of bits, and the bits that it got.

    `losses` are divergences in nats with this layer alone at those bits and every other at 8, less that with every
    layer at 8: so the one at 8 is 0, and a negative one is within the noise of few images or better than 8 bits.
    """

    name: str
    kind: str
    elements: int
    losses: Mapping[int, float]
    bits: int

    @property
    def size(self) -> int:
        """Bytes of the kernel at its bits."""
        return kernel_bytes(self.elements, self.bits)


@dataclass(frozen=True)
class MixedPrecision:
    """What was measured and chosen.

    Sizes are bytes of kernels, without scales, biases and tables; losses are divergences in nats from the float32
    outputs: `loss_at_8` with every layer at 8 bits, `predicted_loss` as the sum of sensitivities, `loss` measured on
    the file itself.
    """

    layers: tuple[LayerChoice, ...]
    images: int
    budget: int
    predicted_size: int
    size: int
    file_size: int
    size_at_8: int
    loss_at_8: float
    predicted_loss: float
    loss: float

    def to_json(self) -> dict[str, object]:
        """Return everything as values of JSON."""
        facts = asdict(self)
        for layer in facts["layers"]:
            layer["losses"] = {str(bits): round(loss, 8) for bits, loss in layer["losses"].items()}
        return facts


def mixed_precision(
    float_file: Path,
    out: Path,
    *,
    images: Images,
    budget: float,
    choices: Sequence[int] = (4, 8),
    progress: Progress = silent,
) -> MixedPrecision:
    """Write a file whose layers have the bits that lose least within a size budget.

    Parameters
    ----------
    float_file
        A float32 .tflite file (`benchmark.compress.convert`).
    out
        The .tflite file to write.
    images
        uint8 [n, size, size, 3], not those that test: they give the ranges of activations and the sensitivities. A few
        dozen do.
    budget
        Up to 4, a share of the kernels' bytes at 8 bits; above, bytes.
    choices
        The bits that a layer may get: some of 4, 8, 16 (float16) and 32 (float32), 8 among them. Layers that have no
        kernels for 4 bits, such as depthwise convolutions, choose among the others.
    progress
        Told after each measurement.

    Returns
    -------
    MixedPrecision
        Sensitivities, bits, and predicted and actual sizes and losses.

    Raises
    ------
    MedquantError
        If the budget cannot be met, or a layer did not get its bits.

    Notes
    -----
    Activations are int8 throughout (operations at 16 or 32 bits compute in float32). 4-bit scales follow
    the root mean square of a channel's weights (`Scales.NORMAL`). Each layer is measured by itself, none are grouped: on MobileNetV2 at 96 px with 64 images that takes well
    under a minute. Sensitivities are taken to add up, which `loss` beside `predicted_loss` lets one judge.

    References
    ----------
    Cai et al. (2020), ZeroQ, CVPR, section 3.3 (sensitivity by divergence, additive, under a size limit); Dong et al.
    (2019), HAWQ, ICCV (mixed precision by sensitivity).
    """
    if 8 not in choices or not set(choices) <= set(BITS):
        raise MedquantError(
            f"a layer cannot choose among {list(choices)} bits; {one_of([str(bits) for bits in BITS])}, 8 among them"
        )
    images = checked_calibration(images, "mixed precision")
    try:
        content = float_file.read_bytes()
    except OSError as error:
        raise MedquantError(
            f"{float_file} cannot be read ({error.strerror}); convert the network first"
        ) from None
    layers = layers_of(content)
    ranges = activation_ranges(content, images)
    reference = outputs(content, images)
    base, losses = _sensitivities(content, layers, ranges, reference, images, choices, progress)
    items = [
        [Option(kernel_bytes(layer.elements, bits), loss) for bits, loss in losses[layer.index].items()]
        for layer in layers
    ]
    at_8 = sum(kernel_bytes(layer.elements, REFERENCE) for layer in layers)
    allowed = int(budget * at_8) if budget <= 4 else int(budget)
    picked = choose(items, allowed)
    bits = {
        layer.index: tuple(losses[layer.index])[choice] for layer, choice in zip(layers, picked, strict=True)
    }
    made = quantize_layers(content, bits, ranges, scales=Scales.NORMAL)
    write_whole(out, made)
    kernels = {layer.kernel for layer in layers}
    size = sum(weight.size for weight in tflite_facts(made, str(out)).weights if weight.name in kernels)
    chosen = tuple(
        LayerChoice(
            layer.kernel.split(";")[0], layer.kind, layer.elements, losses[layer.index], bits[layer.index]
        )
        for layer in layers
    )
    return MixedPrecision(
        layers=chosen,
        images=len(images),
        budget=allowed,
        predicted_size=sum(layer.size for layer in chosen),
        size=size,
        file_size=len(made),
        size_at_8=at_8,
        loss_at_8=base,
        predicted_loss=base + sum(layer.losses[layer.bits] for layer in chosen),
        loss=divergence(reference, outputs(made, images)),
    )


def kernel_bytes(elements: int, bits: int) -> int:
    """Return the bytes that a kernel takes; two 4-bit weights share a byte."""
    return (elements * bits + 7) // 8


def _sensitivities(
    content: bytes,
    layers: Sequence[Layer],
    ranges: Ranges,
    reference: NDArray[np.float32],
    images: Images,
    choices: Sequence[int],
    progress: Progress,
) -> tuple[float, dict[int, dict[int, float]]]:
    """Return the loss with every layer at 8 bits, and by layer and bits what changes that layer alone."""
    uniform = {layer.index: REFERENCE for layer in layers}

    def loss(bits: Mapping[int, int]) -> float:
        return divergence(
            reference, outputs(quantize_layers(content, bits, ranges, scales=Scales.NORMAL), images)
        )

    tried = {
        layer.index: [bits for bits in sorted(set(choices)) if bits != 4 or layer.kind in FOUR_BITS]
        for layer in layers
    }
    total = sum(len(options) - 1 for options in tried.values())
    base = loss(uniform)
    done = 0
    losses: dict[int, dict[int, float]] = {}
    for layer in layers:
        losses[layer.index] = {}
        for bits in tried[layer.index]:
            if bits == REFERENCE:
                losses[layer.index][bits] = 0.0
                continue
            losses[layer.index][bits] = loss({**uniform, layer.index: bits}) - base
            done += 1
            progress("measuring the sensitivity of layers", done, total)
    return base, losses
