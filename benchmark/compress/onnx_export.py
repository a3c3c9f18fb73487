"""The same float32 network for ONNX Runtime: translated operation by operation from its TensorFlow Lite file."""

from pathlib import Path

from benchmark.compress.convert import write_whole
from benchmark.compress.extras import optional
from benchmark.quiet import quiet
from db.errors import MedquantError

OPSET = 17


def export_onnx(float_file: Path, out: Path, *, log: Path) -> None:
    """Write a float32 TensorFlow Lite file as ONNX.

    Parameters
    ----------
    float_file
        A float32 .tflite file (`benchmark.compress.convert`).
    out
        The .onnx file to write; input and output keep names, shapes and types: float32 [1, size, size, 3] in 0..255.
    log
        The file to which the converter's talk is appended.

    Raises
    ------
    MedquantError
        If the extra `onnx` is not installed, or an operation has no counterpart.

    Notes
    -----
    It starts from the TensorFlow Lite file and not from Keras: so batch normalization is folded by the same converter
    for both runtimes and every kernel has the same numbers. tf2onnx does not know Keras 3.
    """
    convert = optional("tf2onnx.convert", "onnx")
    if not float_file.is_file():
        raise MedquantError(f"there is no file {float_file}; convert the network to float32 first")
    with quiet(log):
        try:
            model, _ = convert.from_tflite(str(float_file), opset=OPSET)
        except Exception as error:  # noqa: BLE001 - whatever tf2onnx meets in a file that it cannot translate
            reason = " ".join(str(error).split())[:200]
            raise MedquantError(
                f"{float_file} cannot be translated to ONNX ({type(error).__name__}: {reason}); build the network from "
                "operations that ONNX has"
            ) from None
    write_whole(out, model.SerializeToString())
