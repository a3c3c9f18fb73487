"""The same float32 network for PyTorch: the few operations of its ONNX graph, executed one by one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.compress.extras import optional
from benchmark.compress.torch_operations import OPERATIONS, Tensor, operations
from db.errors import MedquantError, one_of

Attributes = dict[str, Any]


def torch_network(onnx_file: Path) -> Any:  # noqa: ANN401 - a torch.nn.Module
    """Return a PyTorch module that computes what a float32 ONNX file does, with the same weights.

    Parameters
    ----------
    onnx_file
        Written by `benchmark.compress.onnx_export`.

    Raises
    ------
    MedquantError
        If the extra `torch` or `onnx` is not installed, or the graph has an operation that is not carried over.

    Notes
    -----
    One network description serves every framework: nothing is rebuilt by hand, so no weight can be permuted wrongly.
    """
    torch, onnx = optional("torch", "torch"), optional("onnx", "onnx")
    if not onnx_file.is_file():
        raise MedquantError(f"there is no file {onnx_file}; export the network to ONNX first")
    try:
        graph = onnx.load(str(onnx_file)).graph
    except Exception:  # noqa: BLE001 - protobuf's own errors
        raise MedquantError(f"{onnx_file} is no ONNX model; export the network again") from None
    strangers = sorted({node.op_type for node in graph.node} - set(OPERATIONS))
    if strangers:
        raise MedquantError(
            f"{onnx_file} has the operations {', '.join(strangers)}, which are not carried over to PyTorch; "
            f"{one_of(OPERATIONS)}"
        )
    constants = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    functions = operations(torch)
    steps = [
        (
            functions[node.op_type],
            tuple(node.input),
            tuple(node.output),
            {item.name: onnx.helper.get_attribute_value(item) for item in node.attribute},
        )
        for node in graph.node
    ]
    return _module(torch, steps, constants, graph.input[0].name, graph.output[0].name)


def _module(
    torch: Any,  # noqa: ANN401
    steps: list[tuple[Callable[..., Tensor], tuple[str, ...], tuple[str, ...], Attributes]],
    constants: dict[str, Any],
    entry: str,
    leave: str,
) -> Any:  # noqa: ANN401
    whole = {name: value.tolist() for name, value in constants.items() if _plain(value)}
    tensors = {name: value for name, value in constants.items() if not _plain(value)}
    names = {name: f"constant_{number}" for number, name in enumerate(tensors)}

    class Network(torch.nn.Module):  # type: ignore[misc]
        """The graph's nodes in their order; integers such as axes and single numbers such as bounds are plain numbers, the rest are buffers."""

        def __init__(self) -> None:
            super().__init__()
            for name, value in tensors.items():
                self.register_buffer(names[name], torch.from_numpy(np.array(value)))

        def forward(self, image: Tensor) -> Tensor:
            """Return the probabilities of an image."""
            values: dict[str, Any] = {entry: image, "": None, **whole}
            values |= {name: getattr(self, attribute) for name, attribute in names.items()}
            for operation, inputs, made, attributes in steps:
                result = operation(*(values[name] for name in inputs), **attributes)
                values |= zip(made, result if isinstance(result, tuple) else (result,), strict=True)
            return values[leave]

    return Network().eval()


def _plain(value: NDArray[np.generic]) -> bool:
    """Tell shapes, axes and single numbers from weights."""
    return value.dtype.kind in "iu" or value.ndim == 0
