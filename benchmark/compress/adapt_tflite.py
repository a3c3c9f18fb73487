"""Operations before the first and behind the last of a TensorFlow Lite file."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from benchmark.compress.adapt import Preparation


def surrounded_tflite(content: bytes, preparation: "Preparation") -> bytes:
    """Return a float32 TensorFlow Lite file that does a preparation inside.

    Parameters
    ----------
    content
        A file with one float32 input and one float32 output.
    preparation
        MUL and ADD come first where it rescales, SOFTMAX comes last where it asks for one.
    """
    from ai_edge_litert.tools import flatbuffer_utils

    graph = _Graph(flatbuffer_utils.read_model_from_bytearray(bytearray(content)))
    if preparation.rescales:
        graph.rescale(preparation.scale, preparation.offset)
    if preparation.softmax:
        graph.softmax()
    return bytes(flatbuffer_utils.convert_object_to_bytearray(graph.model))


class _Graph:
    """The main graph of a parsed file, to which operations are added."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - the generated schema has no types
        from ai_edge_litert import schema_py_generated as schema

        self.schema: Any = schema
        self.model = model
        self.main = model.subgraphs[0]

    def rescale(self, scale: float, offset: float) -> None:
        """Let the graph take pixels, and give what was its input scale · pixel + offset."""
        kinds, schema = self.schema.BuiltinOperator, self.schema
        old = int(self.main.inputs[0])
        pixels, scaled = self._like(old, b"pixels"), self._like(old, b"pixels_scaled")
        options = (schema.BuiltinOptions.MulOptions, schema.MulOptionsT())
        first = self._operation(kinds.MUL, [pixels, self._constant(b"scale", scale)], scaled, *options)
        options = (schema.BuiltinOptions.AddOptions, schema.AddOptionsT())
        second = self._operation(kinds.ADD, [scaled, self._constant(b"offset", offset)], old, *options)
        self.main.operators = [first, second, *self.main.operators]
        self.main.inputs = [pixels]
        self._rename("inputs", old, pixels)

    def softmax(self) -> None:
        """Let the graph return the softmax of what was its output."""
        schema = self.schema
        old = int(self.main.outputs[0])
        result = self._like(old, b"probabilities")
        options = schema.SoftmaxOptionsT()
        options.beta = 1.0
        kind = schema.BuiltinOperator.SOFTMAX
        last = self._operation(kind, [old], result, schema.BuiltinOptions.SoftmaxOptions, options)
        self.main.operators = [*self.main.operators, last]
        self.main.outputs = [result]
        self._rename("outputs", old, result)

    def _like(self, tensor: int, name: bytes) -> int:
        """Add a tensor that an operation will fill, shaped as another."""
        model = self.main.tensors[tensor]
        self.model.buffers.append(self.schema.BufferT())
        added = self.schema.TensorT()
        added.shape, added.shapeSignature, added.hasRank = model.shape, model.shapeSignature, model.hasRank
        return self._added(added, name)

    def _constant(self, name: bytes, value: float) -> int:
        buffer = self.schema.BufferT()
        buffer.data = np.frombuffer(np.float32(value).tobytes(), np.uint8)
        self.model.buffers.append(buffer)
        added = self.schema.TensorT()
        added.shape, added.hasRank = [1], True
        return self._added(added, name)

    def _added(self, tensor: Any, name: bytes) -> int:  # noqa: ANN401
        tensor.name = b"medquant/" + name
        tensor.type = self.schema.TensorType.FLOAT32
        tensor.buffer = len(self.model.buffers) - 1
        self.main.tensors.append(tensor)
        return len(self.main.tensors) - 1

    def _operation(self, kind: int, inputs: list[int], output: int, number: int, options: Any) -> Any:  # noqa: ANN401
        code = self.schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = kind
        self.model.operatorCodes.append(code)
        operation = self.schema.OperatorT()
        operation.opcodeIndex = len(self.model.operatorCodes) - 1
        operation.inputs, operation.outputs = inputs, [output]
        operation.builtinOptionsType, operation.builtinOptions = number, options
        return operation

    def _rename(self, which: str, old: int, new: int) -> None:
        """Let the signatures speak of the new tensor."""
        for signature in self.model.signatureDefs or []:
            for named in getattr(signature, which) or []:
                if signature.subgraphIndex == 0 and named.tensorIndex == old:
                    named.tensorIndex = new
