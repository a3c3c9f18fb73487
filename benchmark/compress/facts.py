"""What a network's file holds: weights and operations as they are stored, and the precision they add up to."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from db.errors import MedquantError
from db.vocabulary import Granularity, Symmetry

BITS = {
    "float64": 64, "float32": 32, "float16": 16, "bfloat16": 16,
    "int64": 64, "int32": 32, "int16": 16, "int8": 8, "int4": 4, "int2": 2,
    "uint64": 64, "uint32": 32, "uint16": 16, "uint8": 8, "uint4": 4, "uint2": 2, "bool": 8,
}  # fmt: skip
"""Bits of a stored element by the name of its type."""


@dataclass(frozen=True)
class WeightFact:
    """A constant tensor that was learned: a kernel of a convolution or matrix product, a bias, a scale.

    `op` is the operation that reads it (through dequantization, if any); `granularity` and `symmetric` are None
    where it is stored in floating point; `scales` counts the scales; `dynamic` says that the kernel is an integer
    and its operation's activations are floating-point, to be quantized at run time.
    """

    name: str
    op: str
    kernel: bool
    dtype: str
    shape: tuple[int, ...]
    granularity: Granularity | None = None
    symmetric: bool | None = None
    scales: int = 0
    axis: int | None = None
    dynamic: bool = False

    @property
    def elements(self) -> int:
        """Number of elements."""
        number = 1
        for length in self.shape:
            number *= length
        return number

    @property
    def size(self) -> int:
        """Stored size in bytes, without scales."""
        return (self.elements * BITS[self.dtype] + 7) // 8

    @property
    def quantized(self) -> bool:
        """Whether it is stored in integers."""
        return self.granularity is not None

    @property
    def bits(self) -> str:
        """The code of its precision: "8", "4", "16f", "32f"."""
        return bits_code(self.dtype)


@dataclass(frozen=True)
class OpFact:
    """How often an operation stands in the file, how often it computes in floating point, and on which types."""

    kind: str
    number: int
    in_float: int


@dataclass(frozen=True)
class FileFacts:
    """What a .tflite or .onnx file holds.

    `activations` are the types of the tensors that the operations with kernels read; `macs` are the
    multiply-accumulates for one image of convolutions, fully connected layers and matrix products, None where a shape
    that they need is not known.
    """

    format: str
    file_bytes: int
    weights: tuple[WeightFact, ...]
    ops: tuple[OpFact, ...]
    activations: tuple[str, ...]
    macs: int | None
    quantize_ops: int
    dequantize_ops: int
    custom_ops: tuple[str, ...]
    input_type: str
    input_shape: tuple[int, ...]
    output_type: str
    activations_symmetric: bool | None = None

    @property
    def parameters(self) -> int:
        """Number of learned numbers: kernels, biases, scales and offsets."""
        return sum(weight.elements for weight in self.weights)

    @property
    def kernels(self) -> tuple[WeightFact, ...]:
        """The kernels of convolutions, fully connected layers and matrix products; else all weights."""
        return tuple(weight for weight in self.weights if weight.kernel) or self.weights

    def shares(self) -> dict[str, float]:
        """Return the share of kernel elements by precision, such as {"8": 0.97, "32f": 0.03}, largest first."""
        return _shares((weight.bits, weight.elements) for weight in self.kernels)

    def byte_shares(self) -> dict[str, float]:
        """Return the share of kernel bytes by precision, largest first."""
        return _shares((weight.bits, weight.size) for weight in self.kernels)

    def to_json(self, *, tensors: bool = False) -> dict[str, object]:
        """Return the facts as values of JSON: sums and shares, and on request one entry for each tensor."""
        facts: dict[str, object] = {
            "format": self.format,
            "bytes": self.file_bytes,
            "weight_bytes": sum(weight.size for weight in self.weights),
            "parameters": self.parameters,
            "macs": self.macs,
            "kernels": len(self.kernels),
            "kernels_quantized": sum(weight.quantized for weight in self.kernels),
            "kernel_elements": {code: round(share, 6) for code, share in self.shares().items()},
            "kernel_bytes": {code: round(share, 6) for code, share in self.byte_shares().items()},
            "activations": list(self.activations),
            "ops": {op.kind: op.number for op in self.ops},
            "float_ops": {op.kind: op.in_float for op in self.ops if op.in_float},
            "quantize_ops": self.quantize_ops,
            "dequantize_ops": self.dequantize_ops,
            "custom_ops": list(self.custom_ops),
            "input": [self.input_type, *self.input_shape],
            "output": self.output_type,
            "precision": asdict(describe(self)),
        }
        if tensors:
            facts["tensors"] = [asdict(weight) for weight in self.weights]
        return facts


@dataclass(frozen=True)
class Precision:
    """How precision is reduced in a file, in the words of `benchmark.arms.Arm`."""

    weight_bits: tuple[str, ...]
    activation_bits: tuple[str, ...]
    granularity: Granularity | None
    symmetry: Symmetry | None
    fallback_ops: str | None


def describe(facts: FileFacts) -> Precision:
    """Return what an arm says of its precision, read from its file.

    Notes
    -----
    Granularity and symmetry are those of quantized kernels. Integer kernels whose operation reads floating-point
    activations directly are dynamic-range quantization: activations become int8 at run time, hence the code "8".
    Fallbacks are, in a file with integer activations, every operation that computes in floating point, and in a
    dynamic-range or weight-only file those whose kernel stayed in floating point.
    """
    kernels = [weight for weight in facts.kernels if weight.quantized]
    granularities = {weight.granularity for weight in kernels}
    activation_bits = {bits_code(dtype) for dtype in facts.activations}
    if any(weight.dynamic for weight in kernels):
        activation_bits |= {"8"}
        if all(weight.dynamic for weight in facts.kernels):
            activation_bits -= {"32f"}
    integer = any(not dtype.startswith(("float", "bfloat")) for dtype in facts.activations)
    if not kernels:
        fallbacks: Counter[str] = Counter()
    elif integer:
        fallbacks = Counter({op.kind: op.in_float for op in facts.ops if op.in_float})
    else:
        fallbacks = Counter(weight.op for weight in facts.kernels if not weight.quantized)
    return Precision(
        weight_bits=tuple(facts.shares()) or ("32f",),
        activation_bits=tuple(sorted(activation_bits, key=lambda code: (code.endswith("f"), code)))
        or ("32f",),
        granularity=granularities.pop()
        if len(granularities) == 1
        else Granularity.MIXED
        if granularities
        else None,
        symmetry=None
        if not kernels
        else Symmetry.SYMMETRIC
        if all(weight.symmetric for weight in kernels)
        else Symmetry.ASYMMETRIC,
        fallback_ops=", ".join(f"{kind} {number}" for kind, number in sorted(fallbacks.items())) or None,
    )


def refuse_custom_ops(facts: FileFacts, name: str) -> None:
    """Raise an error in one sentence if a file holds operations that no stock runtime has.

    Raises
    ------
    MedquantError
        Naming the operations.
    """
    if facts.custom_ops:
        raise MedquantError(
            f"{name} holds the custom operations {', '.join(facts.custom_ops)}, which only their maker's runtime can "
            "execute; convert the network with built-in operations only"
        )


def bits_code(dtype: str) -> str:
    """Return the code of a type's precision: "int8" is "8", "float16" is "16f"."""
    if dtype == "bfloat16":
        return "bf16"
    return f"{BITS[dtype]}f" if dtype.startswith("float") else str(BITS[dtype])


def _shares(parts: Iterable[tuple[str, int]]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for code, number in parts:
        counts[code] += number
    total = counts.total()
    return {code: number / total for code, number in counts.most_common()} if total else {}
