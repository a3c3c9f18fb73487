"""Static int8 quantization of an ONNX network, per channel, with quantize-dequantize nodes."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmark.compress.convert import checked_calibration, write_whole
from benchmark.compress.extras import optional
from benchmark.quiet import quiet
from db.errors import MedquantError

Images = NDArray[np.uint8]


def quantize_onnx(float_file: Path, out: Path, *, calibration: Images, log: Path) -> None:
    """Write an ONNX network with int8 weights per channel and int8 activations.

    Parameters
    ----------
    float_file
        A float32 .onnx file (`benchmark.compress.onnx_export`).
    out
        The .onnx file to write; input and output stay float32.
    calibration
        uint8 [n, size, size, 3]: the images on which the ranges of activations are found, by their extremes.
    log
        The file to which the quantizer's talk is appended.

    Raises
    ------
    MedquantError
        If the extra `onnx` is not installed, or the network cannot be quantized.

    Notes
    -----
    Weights are symmetric, activations asymmetric, both signed: what TensorFlow Lite's full int8 does, so that the runtime
    is the difference. Weights keep 8 bits (`reduce_range` off): on processors without VNNI, ONNX Runtime's sums of
    pairs can then saturate, and the environment's CPU flags tell.
    """
    quantization = optional("onnxruntime.quantization", "onnx")
    shape_inference = optional("onnxruntime.quantization.shape_inference", "onnx")
    images = checked_calibration(calibration, "full int8 for ONNX Runtime")
    if not float_file.is_file():
        raise MedquantError(f"there is no file {float_file}; export the network to ONNX first")
    with quiet(log), TemporaryDirectory() as scratch:
        prepared, made = Path(scratch) / "prepared.onnx", Path(scratch) / "made.onnx"
        try:
            shape_inference.quant_pre_process(str(float_file), str(prepared), skip_symbolic_shape=True)
            quantization.quantize_static(
                str(prepared),
                str(made),
                _reader(prepared, images),
                quant_format=quantization.QuantFormat.QDQ,
                per_channel=True,
                activation_type=quantization.QuantType.QInt8,
                weight_type=quantization.QuantType.QInt8,
                calibrate_method=quantization.CalibrationMethod.MinMax,
            )
        except Exception as error:  # noqa: BLE001 - ONNX Runtime's errors have no common type
            reason = " ".join(str(error).split())[:200]
            raise MedquantError(
                f"{float_file} cannot be quantized ({type(error).__name__}: {reason}); give a float32 network and images "
                "of the size that it takes"
            ) from None
        write_whole(out, made.read_bytes())


class _Reader:
    """Calibration images one by one, as ONNX Runtime asks for them."""

    def __init__(self, name: str, images: Images) -> None:
        self._rows: Iterator[NDArray[np.uint8]] = iter(images)
        self._name = name

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """Return the next image as the network's input, or None after the last."""
        image = next(self._rows, None)
        return None if image is None else {self._name: image[None].astype(np.float32)}


def _reader(file: Path, images: Images) -> _Reader:
    import onnx

    return _Reader(onnx.load(file, load_external_data=False).graph.input[0].name, images)
