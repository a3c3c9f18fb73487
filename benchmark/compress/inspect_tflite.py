"""Reading a TensorFlow Lite flatbuffer; it is parsed, never executed."""

import struct
from collections import Counter
from collections.abc import Sequence
from typing import Any

from benchmark.compress.facts import BITS, FileFacts, OpFact, WeightFact
from db.errors import MedquantError
from db.vocabulary import Granularity

Table = Any
"""An object of the generated schema, which has no types."""

_KERNEL = {
    "CONV_2D": 1,
    "DEPTHWISE_CONV_2D": 1,
    "FULLY_CONNECTED": 1,
    "TRANSPOSE_CONV": 1,
    "BATCH_MATMUL": 1,
    "EMBEDDING_LOOKUP": 1,
    "CONV_3D": 1,
}
_DATA = {"TRANSPOSE_CONV": 2, "EMBEDDING_LOOKUP": 0}
_BROKEN = (
    struct.error,
    IndexError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
)


def tflite_facts(content: bytes, name: str) -> FileFacts:
    """Return what a TensorFlow Lite flatbuffer holds; see `inspect_file`.

    Raises
    ------
    MedquantError
        If it is no such flatbuffer, or damaged.
    """
    if content[4:8] != b"TFL3":
        raise MedquantError(
            f"{name} is no TensorFlow Lite file (its mark TFL3 is missing); convert the network, or give another file"
        )
    from ai_edge_litert import schema_py_generated as schema

    try:
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
        return _Reader(model).facts(len(content))
    except _BROKEN as error:
        raise MedquantError(
            f"{name} is damaged or cut off: its tables cannot be read ({type(error).__name__}); make it again"
        ) from None


class _Reader:
    """A parsed flatbuffer with names instead of numbers."""

    def __init__(self, model: Table) -> None:
        from ai_edge_litert import schema_py_generated as schema

        self.model = model
        self.types = {
            number: kind.lower()
            for kind, number in vars(schema.TensorType).items()
            if isinstance(number, int)
        }
        self.kinds = {
            number: kind for kind, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)
        }
        self.weights: dict[tuple[int, int], WeightFact] = {}
        self.numbers: Counter[str] = Counter()
        self.in_float: Counter[str] = Counter()
        self.activations: set[str] = set()
        self.symmetric: set[bool] = set()
        self.custom: set[str] = set()
        self.macs = 0

    def facts(self, size: int) -> FileFacts:
        """Walk through all operations."""
        for index, graph in enumerate(self.model.subgraphs):
            made_by = {int(out): op for op in graph.operators for out in op.outputs}
            for op in graph.operators:
                self._operation(op, graph, made_by, index)
        main = self.model.subgraphs[0]
        entry, leave = main.tensors[main.inputs[0]], main.tensors[main.outputs[0]]
        return FileFacts(
            format="tflite",
            file_bytes=size,
            weights=tuple(self.weights.values()),
            ops=tuple(OpFact(kind, n, self.in_float[kind]) for kind, n in sorted(self.numbers.items())),
            activations=tuple(sorted(self.activations)),
            macs=self.macs,
            quantize_ops=self.numbers["QUANTIZE"],
            dequantize_ops=self.numbers["DEQUANTIZE"],
            custom_ops=tuple(sorted(self.custom)),
            input_type=self.types[entry.type],
            input_shape=_shape(entry),
            output_type=self.types[leave.type],
            activations_symmetric=all(self.symmetric) if self.symmetric else None,
        )

    def kind(self, op: Table) -> str:
        """Return the name of an operation."""
        code = self.model.operatorCodes[op.opcodeIndex]
        number = max(code.builtinCode, code.deprecatedBuiltinCode)
        if self.kinds[number] == "CUSTOM":
            custom = code.customCode.decode("utf-8", "replace")
            self.custom.add(custom)
            return f"CUSTOM {custom}"
        return str(self.kinds[number])

    def constant(self, tensor: Table) -> bool:
        """Tell whether a tensor's values stand in the file."""
        buffer = self.model.buffers[tensor.buffer]
        return (buffer.data is not None and len(buffer.data) > 0) or bool(buffer.size)

    def _operation(self, op: Table, graph: Table, made_by: dict[int, Table], index: int) -> None:
        kind = self.kind(op)
        self.numbers[kind] += 1
        if kind == "DEQUANTIZE" and self.constant(graph.tensors[op.inputs[0]]):
            return  # a stored weight on its way: told with the operation that reads it
        inputs = [int(i) for i in op.inputs]
        tensors: list[Table] = [graph.tensors[i] if i >= 0 else None for i in inputs]
        sources = [self._stored(i, graph, made_by) for i in inputs]
        place = _KERNEL.get(kind)
        data = tensors[_DATA.get(kind, 0)]
        for position, source in enumerate(sources):
            if source is None:
                continue
            tensor = graph.tensors[source]
            if not self._learned(tensor):
                continue
            dynamic = (
                position == place
                and source == inputs[position]
                and tensor.type != data.type
                and self._float(data)
                and not self._float(tensor)
            )
            fact = self._weight(tensor, kind, position == place, dynamic)
            known = self.weights.get((index, source))
            if known is None or (fact.kernel and not known.kernel):
                self.weights[index, source] = fact
        if place is not None and len(tensors) > place:
            self.macs += _macs(kind, tensors, graph.tensors[op.outputs[0]], op)
            self.activations.add(self.types[data.type])
            if not self._float(data) and data.quantization is not None:
                self.symmetric.add(_symmetric(data.quantization))
        if kind not in {"QUANTIZE", "DEQUANTIZE"} and self._computes_in_float(op, tensors, graph):
            self.in_float[kind] += 1

    def _stored(self, tensor: int, graph: Table, made_by: dict[int, Table]) -> int | None:
        """Return the constant that a tensor is, or is dequantized from."""
        if tensor < 0:
            return None
        if self.constant(graph.tensors[tensor]):
            return tensor
        op = made_by.get(tensor)
        if op is not None and self.kind(op) == "DEQUANTIZE" and self.constant(graph.tensors[op.inputs[0]]):
            return int(op.inputs[0])
        return None

    def _learned(self, tensor: Table) -> bool:
        """Tell weights from shapes, axes and paddings: these are integers without a scale."""
        return self._float(tensor) or _scales(tensor.quantization) > 0

    def _float(self, tensor: Table) -> bool:
        return str(self.types[tensor.type]).startswith(("float", "bfloat"))

    def _weight(self, tensor: Table, kind: str, kernel: bool, dynamic: bool) -> WeightFact:
        dtype, shape, given = self.types[tensor.type], _shape(tensor), tensor.quantization
        name = tensor.name.decode("utf-8", "replace") if tensor.name else ""
        if dtype not in BITS:
            raise ValueError(dtype)
        if self._float(tensor):
            return WeightFact(name, kind, kernel, dtype, shape)
        blocks = given.details
        if blocks is not None and hasattr(blocks, "blockSize"):
            return WeightFact(
                name, kind, kernel, dtype, shape, Granularity.BLOCKWISE, True, axis=given.quantizedDimension,
                dynamic=dynamic,
            )  # fmt: skip
        scales = _scales(given)
        axis = int(given.quantizedDimension)
        channels = scales > 1 or (len(shape) > 1 and shape[axis] == 1 and kind != "DEPTHWISE_CONV_2D")
        return WeightFact(
            name, kind, kernel, dtype, shape,
            Granularity.PER_CHANNEL if channels else Granularity.PER_TENSOR,
            _symmetric(given), scales, axis if channels else None, dynamic,
        )  # fmt: skip

    def _computes_in_float(self, op: Table, tensors: Sequence[Table], graph: Table) -> bool:
        """Tell whether an operation reads and writes floating point and no integer tensor with a scale."""
        given = [tensor for tensor in tensors if tensor is not None]
        made = [graph.tensors[int(i)] for i in op.outputs]
        if any(_scales(tensor.quantization) and not self._float(tensor) for tensor in given + made):
            return False
        return any(self._float(tensor) for tensor in made)


def _shape(tensor: Table) -> tuple[int, ...]:
    return tuple(int(length) for length in tensor.shape) if tensor.shape is not None else ()


def _scales(quantization: Table) -> int:
    if quantization is None:
        return 0
    if quantization.details is not None and hasattr(quantization.details, "blockSize"):
        return 1
    return 0 if quantization.scale is None else len(quantization.scale)


def _symmetric(quantization: Table) -> bool:
    return quantization.zeroPoint is None or all(int(zero) == 0 for zero in quantization.zeroPoint)


def _macs(kind: str, tensors: Sequence[Table], output: Table, op: Table) -> int:
    """Multiply-accumulates of one operation at the shapes in the file."""
    kernel, made = _shape(tensors[1]), _product(_shape(output))
    if kind in {"CONV_2D", "CONV_3D"}:
        return made * _product(kernel[1:] if kind == "CONV_2D" else kernel[:-1])
    if kind == "DEPTHWISE_CONV_2D":
        return made * kernel[1] * kernel[2]
    if kind == "FULLY_CONNECTED":
        return made * kernel[-1]
    if kind == "TRANSPOSE_CONV":
        return _product(_shape(tensors[2])[:-1]) * _product(kernel)
    if kind == "BATCH_MATMUL":
        return (
            made * _shape(tensors[0])[-2 if op.builtinOptions is not None and op.builtinOptions.adjX else -1]
        )
    return 0


def _product(lengths: Sequence[int]) -> int:
    number = 1
    for length in lengths:
        number *= length
    return number
