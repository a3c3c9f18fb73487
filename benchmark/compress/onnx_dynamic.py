"""Dynamic-range int8 quantization of an ONNX network: weights now, activations while it runs."""

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmark.compress.convert import write_whole
from benchmark.compress.extras import optional
from benchmark.quiet import quiet
from db.errors import MedquantError


def quantize_onnx_dynamic(float_file: Path, out: Path, *, log: Path) -> None:
    """Write an ONNX network with 8-bit weights whose activations are quantized at run time.

    Parameters
    ----------
    float_file
        A float32 .onnx file.
    out
        The .onnx file to write; input and output stay float32.
    log
        The file to which the quantizer's talk is appended.

    Raises
    ------
    MedquantError
        If the extra `onnx` is not installed, or the network cannot be quantized.

    Notes
    -----
    Weights are unsigned and per tensor: ONNX Runtime's integer convolution (ConvInteger) has no kernel for signed
    weights on the processor and takes one scale for a whole kernel.
    """
    quantization = optional("onnxruntime.quantization", "onnx")
    shape_inference = optional("onnxruntime.quantization.shape_inference", "onnx")
    with quiet(log), TemporaryDirectory() as scratch:
        prepared, made = Path(scratch) / "prepared.onnx", Path(scratch) / "made.onnx"
        try:
            shape_inference.quant_pre_process(str(float_file), str(prepared), skip_symbolic_shape=True)
            quantization.quantize_dynamic(str(prepared), str(made), weight_type=quantization.QuantType.QUInt8)
        except Exception as error:  # noqa: BLE001 - ONNX Runtime's errors have no common type
            reason = " ".join(str(error).split())[:200]
            raise MedquantError(
                f"{float_file.name} cannot be quantized ({type(error).__name__}: {reason}); give a float32 network"
            ) from None
        write_whole(out, made.read_bytes())
