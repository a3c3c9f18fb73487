"""PyTorch's own post-training quantization of the same network: PT2E, int8, per channel."""

import warnings
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.compress.convert import checked_calibration, write_whole
from benchmark.compress.extras import optional
from benchmark.compress.torch_network import torch_network
from benchmark.quiet import quiet
from db.errors import MedquantError
from db.vocabulary import Execution

Images = NDArray[np.uint8]

EXECUTION = Execution.SIMULATED
"""How a quantized .pt2 file is executed: its convolutions compute in float32 on values that were rounded to int8.

Integer kernels need a graph that PyTorch's compiler has lowered on the machine that runs it; a saved program is not.
"""


def export_torch(onnx_file: Path, out: Path, *, log: Path) -> None:
    """Write the float32 network as an exported PyTorch program.

    Parameters
    ----------
    onnx_file
        The float32 network (`benchmark.compress.onnx_export`).
    out
        The .pt2 file to write: float32 [1, size, size, 3] in 0..255 to probabilities [1, classes].
    log
        The file to which PyTorch's talk is appended.

    Raises
    ------
    MedquantError
        If the extra `torch` is not installed, or the network cannot be carried over.
    """
    torch = optional("torch", "torch")
    network, example = torch_network(onnx_file), _example(torch, onnx_file)
    with quiet(log), _unwarned():
        _save(torch, torch.export.export(network, (example,)), out)


def quantize_torch(onnx_file: Path, out: Path, *, calibration: Images, log: Path) -> None:
    """Write the network quantized to int8 by PT2E as an exported PyTorch program.

    Parameters
    ----------
    onnx_file
        The float32 network (`benchmark.compress.onnx_export`).
    out
        The .pt2 file to write; input and output stay float32.
    calibration
        uint8 [n, size, size, 3]: the images on which the ranges of activations are found.
    log
        The file to which PyTorch's talk is appended.

    Raises
    ------
    MedquantError
        If the extra `torch` is not installed, the images do not fit, or nothing was quantized.

    Notes
    -----
    The quantizer is the one for x86 processors: convolutions and linear layers get symmetric int8 weights per channel and
    asymmetric uint8 activations per tensor, with ranges by histograms; additions between them are left in float32 unless
    they are fused with a convolution. So framework, observer and coverage differ from TensorFlow Lite's int8, the
    network does not. The export is strict, because the quantizer knows operations by the function that was called, which only
    a strict export keeps. Execution is simulated, see `EXECUTION`.
    """
    torch = optional("torch", "torch")
    with quiet(log), _unwarned():
        pt2e = optional("torchao.quantization.pt2e.quantize_pt2e", "torch")
        x86 = optional("torchao.quantization.pt2e.quantizer.x86_inductor_quantizer", "torch")
    images = checked_calibration(calibration, "PyTorch's int8")
    network, example = torch_network(onnx_file), _example(torch, onnx_file)
    if list(images.shape[1:]) != list(example.shape[1:]):
        raise MedquantError(
            f"calibration images are {list(images.shape[1:])} and the network takes {list(example.shape[1:])}; resize them"
        )
    with quiet(log), _unwarned(), torch.no_grad():
        quantizer = x86.X86InductorQuantizer().set_global(x86.get_default_x86_inductor_quantization_config())
        prepared = pt2e.prepare_pt2e(
            torch.export.export(network, (example,), strict=True).module(), quantizer
        )
        for image in images:
            prepared(torch.from_numpy(image[None].astype(np.float32)))
        converted = pt2e.convert_pt2e(prepared)
        if not quantized_kernels(converted):
            raise MedquantError(
                f"PyTorch quantized no layer of {onnx_file}; the network needs convolutions or linear layers"
            )
        _save(torch, torch.export.export(converted, (example,)), out)


def quantized_kernels(module: Any) -> int:  # noqa: ANN401 - a torch.fx.GraphModule
    """Return how many kernels of a converted graph are stored in int8 and dequantized per channel."""
    return sum("dequantize_per_channel" in str(node.target) for node in module.graph.nodes)


def _example(torch: Any, onnx_file: Path) -> Any:  # noqa: ANN401
    """Return an empty image of the size that a network takes."""
    onnx = optional("onnx", "onnx")
    shape = onnx.load(str(onnx_file)).graph.input[0].type.tensor_type.shape.dim
    return torch.zeros([max(int(length.dim_value), 1) for length in shape])


def _save(torch: Any, program: Any, out: Path) -> None:  # noqa: ANN401
    with TemporaryDirectory() as scratch:
        made = Path(scratch) / "made.pt2"
        torch.export.save(program, str(made))
        write_whole(out, made.read_bytes())


def _unwarned() -> AbstractContextManager[object]:
    return warnings.catch_warnings(action="ignore")
