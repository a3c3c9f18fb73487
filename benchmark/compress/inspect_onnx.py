"""Reading an ONNX model; it is parsed and its shapes inferred, never executed."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from benchmark.compress.extras import optional
from benchmark.compress.facts import FileFacts, OpFact, WeightFact
from db.errors import MedquantError
from db.vocabulary import Granularity

Node = Any
"""A protocol buffer of ONNX, which has no types."""

_WEIGHT = {
    "Conv": 1,
    "ConvTranspose": 1,
    "Gemm": 1,
    "MatMul": 1,
    "ConvInteger": 1,
    "MatMulInteger": 1,
    "QLinearConv": 3,
    "QLinearMatMul": 3,
}
"""Where each operation with a kernel has it among its inputs; the data come first."""

_SCALES = {
    "QLinearConv": (4, 5, 2),
    "QLinearMatMul": (4, 5, 2),
    "ConvInteger": (None, 3, 2),
    "MatMulInteger": (None, 3, 2),
}
"""Places of the kernel's scale and zero point and of the data's zero point, in operations on integers."""

_BORDERS = {"QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear"}
_STOCK = {"", "ai.onnx", "com.microsoft", "ai.onnx.ml"}


def onnx_facts(content: bytes, name: str) -> FileFacts:
    """Return what an ONNX model holds; see `benchmark.compress.inspect.inspect_file`.

    Raises
    ------
    MedquantError
        If the extra `onnx` is not installed, or the content is no ONNX model, or damaged.

    Notes
    -----
    An operation between DequantizeLinear and QuantizeLinear (QDQ format) counts as computing in integers, which is what
    ONNX Runtime makes of it where it has such a kernel; one whose data no DequantizeLinear gives counts as
    floating point.
    """
    onnx = optional("onnx", "onnx")
    damaged = MedquantError(
        f"{name} is damaged, cut off or no ONNX model; export the network again, or give another file"
    )
    try:
        model = onnx.load_model_from_string(content)
        if not model.graph.node or not model.graph.input or not model.graph.output:
            raise damaged
        return _Reader(onnx, _with_shapes(onnx, model)).facts(len(content))
    except MedquantError:
        raise
    except Exception:  # noqa: BLE001 - protobuf's own errors and those of shape inference have no common type
        raise damaged from None


class _Reader:
    """A parsed model with its tensors by name."""

    def __init__(self, onnx: Any, model: Node) -> None:  # noqa: ANN401 - a module
        self.onnx = onnx
        self.graph = model.graph
        self.constants = {tensor.name: tensor for tensor in model.graph.initializer}
        for node in model.graph.node:
            if node.op_type == "Constant" and node.attribute and node.attribute[0].HasField("t"):
                self.constants[node.output[0]] = node.attribute[0].t
        self.made_by = {output: node for node in model.graph.node for output in node.output}
        self.readers: dict[str, list[Node]] = {}
        for node in model.graph.node:
            for tensor in node.input:
                self.readers.setdefault(tensor, []).append(node)
        values = [*model.graph.value_info, *model.graph.input, *model.graph.output]
        self.values = {value.name: value.type.tensor_type for value in values}
        self.weights: dict[str, WeightFact] = {}
        self.activations: set[str] = set()
        self.symmetric: set[bool] = set()
        self.macs: int | None = 0

    def facts(self, size: int) -> FileFacts:
        """Walk through all nodes."""
        numbers: Counter[str] = Counter()
        in_float: Counter[str] = Counter()
        custom = set()
        for node in self.graph.node:
            if node.op_type == "Constant":
                continue
            numbers[node.op_type] += 1
            if node.domain not in _STOCK:
                custom.add(f"{node.domain}.{node.op_type}")
            if node.op_type not in _BORDERS:
                in_float[node.op_type] += self._operation(node)
        entry, leave = self.graph.input[0], self.graph.output[0]
        return FileFacts(
            format="onnx",
            file_bytes=size,
            weights=tuple(self.weights.values()),
            ops=tuple(OpFact(kind, n, in_float[kind]) for kind, n in sorted(numbers.items())),
            activations=tuple(sorted(self.activations)),
            macs=self.macs,
            quantize_ops=numbers["QuantizeLinear"] + numbers["DynamicQuantizeLinear"],
            dequantize_ops=numbers["DequantizeLinear"],
            custom_ops=tuple(sorted(custom)),
            input_type=self._dtype(entry.type.tensor_type.elem_type),
            input_shape=self._shape(entry.name),
            output_type=self._dtype(leave.type.tensor_type.elem_type),
            activations_symmetric=all(self.symmetric) if self.symmetric else None,
        )

    def _operation(self, node: Node) -> bool:
        """Take note of an operation; return whether it computes in floating point."""
        kind = node.op_type
        place = _WEIGHT.get(kind)
        integer = kind in _SCALES or kind.startswith("QLinear")
        for position, tensor in enumerate(node.input):
            if integer and position not in (place, 8):
                continue  # scales and zero points; the ninth input of QLinearConv is the bias
            self._weight(tensor, kind, position == place, node)
        source = self.made_by.get(node.input[0]) if node.input else None
        dequantized = source is not None and source.op_type == "DequantizeLinear"
        if place is not None:
            if self.macs is not None and node.output[0] in self.values:
                self.macs += self._multiply_accumulates(node, node.input[place])
            else:
                self.macs = None
            zero = (
                node.input[_SCALES[kind][2]] if integer else self._zero_point(source) if dequantized else None
            )
            self.activations.add(self._type_of(zero) if zero else self._type_of(node.input[0]))
            if zero in self.constants:
                self.symmetric.add(not self.onnx.numpy_helper.to_array(self.constants[zero]).any())
        return (
            not integer and not dequantized and self._type_of(node.output[0]).startswith(("float", "bfloat"))
        )

    def _weight(self, tensor: str, kind: str, kernel: bool, node: Node) -> None:
        """Take note of a learned constant, stored as it is or before a DequantizeLinear or a Cast."""
        made = self.made_by.get(tensor)
        scale, zero, axis, dynamic = None, None, 1 if kind in {"MatMul", "Gemm"} else 0, False
        if tensor not in self.constants and made is not None and made.op_type in {"DequantizeLinear", "Cast"}:
            attributes = _attributes(made)
            tensor = made.input[0]
            if made.op_type == "DequantizeLinear":
                scale, zero = made.input[1], self._zero_point(made)
                axis = attributes["axis"].i if "axis" in attributes else axis
                if "block_size" in attributes and attributes["block_size"].i:
                    axis = -1
        elif kernel and kind in _SCALES:
            scale_at, zero_at, _ = _SCALES[kind]
            scale = node.input[scale_at] if scale_at is not None else None
            zero = node.input[zero_at] if len(node.input) > zero_at else None
            dynamic = scale_at is None
        stored = self.constants.get(tensor)
        if stored is None or (tensor in self.weights and not kernel):
            return
        dtype = self._dtype(stored.data_type)
        shape = tuple(int(length) for length in stored.dims)
        floating = dtype.startswith(("float", "bfloat"))
        if floating:
            self.weights[tensor] = WeightFact(tensor, kind, kernel, dtype, shape)
        elif scale is not None or dynamic or kind in _SCALES:
            self.weights[tensor] = self._integer(
                tensor, kind, kernel, (dtype, shape), (scale, zero, axis), dynamic
            )

    def _integer(
        self,
        tensor: str,
        kind: str,
        kernel: bool,
        stored: tuple[str, tuple[int, ...]],
        given: tuple[str | None, str | None, int],
        dynamic: bool,
    ) -> WeightFact:
        scale, zero, axis = given
        zeros = self.constants.get(zero or "")
        known = self.constants.get(scale or "") or zeros
        scales = 1
        for length in known.dims if known is not None else ():
            scales *= int(length)
        if axis < 0:
            granularity = Granularity.BLOCKWISE
        else:
            granularity = Granularity.PER_CHANNEL if scales > 1 else Granularity.PER_TENSOR
        return WeightFact(
            tensor,
            kind,
            kernel,
            *stored,
            granularity=granularity,
            symmetric=zeros is None or not self.onnx.numpy_helper.to_array(zeros).any(),
            scales=scales,
            axis=axis if granularity is Granularity.PER_CHANNEL else None,
            dynamic=dynamic,
        )

    def _multiply_accumulates(self, node: Node, kernel: str) -> int:
        stored = self.constants.get(kernel) or self.constants.get(self._before(kernel))
        shape = tuple(int(length) for length in stored.dims) if stored is not None else self._shape(kernel)
        made = _product(self._shape(node.output[0]))
        if "Transpose" in node.op_type:
            return _product(self._shape(node.input[0])) * _product(shape[1:])
        if "Conv" in node.op_type:
            return made * _product(shape[1:])  # [out, in / groups, height, width]
        transposed = (
            node.op_type == "Gemm"
            and "transB" in (attributes := _attributes(node))
            and attributes["transB"].i
        )
        return made * (shape[-1] if transposed else shape[-2])

    def _before(self, tensor: str) -> str:
        made = self.made_by.get(tensor)
        return str(made.input[0]) if made is not None and made.input else ""

    def _zero_point(self, node: Node) -> str | None:
        return str(node.input[2]) if len(node.input) > 2 and node.input[2] else None

    def _type_of(self, tensor: str) -> str:
        if tensor in self.constants:
            return self._dtype(self.constants[tensor].data_type)
        made = self.made_by.get(tensor)
        if made is not None and made.op_type == "DynamicQuantizeLinear":
            return "uint8"
        return self._dtype(self.values[tensor].elem_type) if tensor in self.values else "float32"

    def _shape(self, tensor: str) -> tuple[int, ...]:
        """Return a tensor's shape; a length that is left open counts as one, as an open batch does."""
        if tensor not in self.values:
            return ()
        return tuple(max(int(length.dim_value), 1) for length in self.values[tensor].shape.dim)

    def _dtype(self, number: int) -> str:
        name = str(self.onnx.TensorProto.DataType.Name(number)).lower()
        return {"float": "float32", "double": "float64"}.get(name, name)


def _with_shapes(onnx: Any, model: Node) -> Node:  # noqa: ANN401 - a module
    """Return a model with the shapes that can be inferred; operations of other makers have none."""
    try:
        return onnx.shape_inference.infer_shapes(model)
    except onnx.shape_inference.InferenceError:
        return model


def _attributes(node: Node) -> Mapping[str, Node]:
    return {attribute.name: attribute for attribute in node.attribute}


def _product(lengths: tuple[int, ...]) -> int:
    number = 1
    for length in lengths:
        number *= length
    return number
