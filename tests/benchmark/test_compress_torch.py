"""PyTorch: optional; what can be promised without it."""

import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

from benchmark.compress.torch_int8 import EXECUTION, export_torch, quantize_torch, quantized_kernels
from benchmark.compress.torch_network import torch_network
from benchmark.compress.torch_operations import OPERATIONS, end_first
from db.errors import MedquantError
from db.vocabulary import Execution


@pytest.fixture
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("torch", "torchao"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.usefixtures("without_torch")
def test_without_pytorch_a_sentence_names_the_extra(tmp_path: Path) -> None:
    images = np.zeros((1, 8, 8, 3), np.uint8)
    with pytest.raises(MedquantError, match=r"pip install 'medquant\[torch\]'"):
        export_torch(tmp_path / "net.onnx", tmp_path / "net.pt2", log=tmp_path / "log.txt")
    with pytest.raises(MedquantError, match=r"pip install 'medquant\[torch\]'"):
        quantize_torch(
            tmp_path / "net.onnx", tmp_path / "net.pt2", calibration=images, log=tmp_path / "log.txt"
        )


def test_what_is_measured_is_called_simulated() -> None:
    assert EXECUTION is Execution.SIMULATED


def test_paddings_are_turned_from_begins_and_ends_to_last_axis_first() -> None:
    assert end_first([1, 2, 3, 4], 2) == [2, 4, 1, 3]  # top, left, bottom, right → left, right, top, bottom
    assert end_first(None, 2) == [0, 0, 0, 0]


def test_kernels_are_counted_by_their_dequantization() -> None:
    class Node:
        def __init__(self, target: str) -> None:
            self.target = target

    class Module:
        class graph:  # noqa: N801
            nodes = (
                Node("quantized_decomposed.dequantize_per_channel.default"),
                Node("quantized_decomposed.dequantize_per_tensor.default"),
                Node("aten.conv2d.default"),
            )

    assert quantized_kernels(Module) == 1


def test_an_operation_that_is_not_carried_over_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", sys.modules[__name__])
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node("Gelu", ["x"], ["y"])],
        "strange",
        [helper.make_tensor_value_info("x", kind, [1, 4])],
        [helper.make_tensor_value_info("y", kind, [1, 4])],
    )
    onnx.save(helper.make_model(graph), str(tmp_path / "net.onnx"))
    with pytest.raises(MedquantError, match="has the operations Gelu, which are not carried over"):
        torch_network(tmp_path / "net.onnx")
    with pytest.raises(MedquantError, match="there is no file"):
        torch_network(tmp_path / "none.onnx")
    assert {"Conv", "Clip", "Add", "MatMul", "Softmax", "Transpose"} <= set(OPERATIONS)
