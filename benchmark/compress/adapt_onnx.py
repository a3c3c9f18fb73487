"""Nodes before the first and behind the last of an ONNX network."""

from typing import TYPE_CHECKING

from benchmark.compress.extras import optional

if TYPE_CHECKING:
    from benchmark.compress.adapt import Preparation

PIXELS, SCALED, PROBABILITIES = "medquant_pixels", "medquant_scaled", "medquant_probabilities"


def surrounded_onnx(content: bytes, preparation: "Preparation") -> bytes:
    """Return a float32 ONNX network that does a preparation inside.

    Parameters
    ----------
    content
        A network with one float32 input and one float32 output.
    preparation
        Mul and Add come first where it rescales, Softmax over the classes comes last where it asks for one.

    Raises
    ------
    MedquantError
        If the extra `onnx` is not installed.
    """
    onnx = optional("onnx", "onnx")
    helper = onnx.helper
    model = onnx.load_model_from_string(content)
    graph = model.graph
    constants = {tensor.name for tensor in graph.initializer}
    entry = next(value for value in graph.input if value.name not in constants)
    if preparation.rescales:
        numbers = {"medquant_scale": preparation.scale, "medquant_offset": preparation.offset}
        graph.initializer.extend(
            helper.make_tensor(name, onnx.TensorProto.FLOAT, [1], [value]) for name, value in numbers.items()
        )
        first = helper.make_node("Mul", [PIXELS, "medquant_scale"], [SCALED], name="medquant_mul")
        second = helper.make_node("Add", [SCALED, "medquant_offset"], [entry.name], name="medquant_add")
        rest = list(graph.node)
        del graph.node[:]
        graph.node.extend([first, second, *rest])
        entry.name = PIXELS
    if preparation.softmax:
        result = graph.output[0]
        graph.node.append(
            helper.make_node("Softmax", [result.name], [PROBABILITIES], name="medquant_softmax", axis=1)
        )
        result.name = PROBABILITIES
    return bytes(model.SerializeToString())
