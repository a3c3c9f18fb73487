"""Reading a network's file back: which tensors and operations are really quantized, and what it costs to run."""

from pathlib import Path

from benchmark.compress.facts import FileFacts
from db.errors import MedquantError


def inspect_file(path: Path) -> FileFacts:
    """Return what a .tflite or .onnx file holds.

    Parameters
    ----------
    path
        A TensorFlow Lite flatbuffer or an ONNX model; told apart by its ending.

    Raises
    ------
    MedquantError
        If the file is missing, of another kind, or damaged.

    Notes
    -----
    The file is parsed, never executed, and needs neither TensorFlow nor an interpreter.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MedquantError(
            f"{path} cannot be read ({error.strerror}); give a .tflite or .onnx file"
        ) from None
    if path.suffix == ".onnx":
        from benchmark.compress.inspect_onnx import onnx_facts

        return onnx_facts(content, str(path))
    if path.suffix == ".tflite":
        from benchmark.compress.inspect_tflite import tflite_facts

        return tflite_facts(content, str(path))
    raise MedquantError(f"{path} ends in neither .tflite nor .onnx; only such files can be inspected")
