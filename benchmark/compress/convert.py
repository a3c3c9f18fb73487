"""Post-training quantization: a trained Keras network becomes a TensorFlow Lite file under a scheme."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.compress.schemes import SCHEMES, Scheme, Tool
from benchmark.quiet import quiet
from db.errors import MedquantError

Images = NDArray[np.uint8]


def convert(
    keras_file: Path, scheme: Scheme, out: Path, *, calibration: Images | None = None, log: Path
) -> None:
    """Write a trained network as a TensorFlow Lite file.

    Parameters
    ----------
    keras_file
        A network saved by Keras 3 (.keras): float32 [n, size, size, 3] in 0..255 to probabilities [n, classes].
    scheme
        One of `benchmark.compress.schemes.SCHEMES`.
    out
        The .tflite file to write; it appears only when it is whole.
    calibration
        uint8 [n, size, size, 3]: the images on which ranges of activations are found; needed where
        `scheme.calibrated`, unused elsewhere.
    log
        The file to which the converter's talk is appended.

    Raises
    ------
    MedquantError
        If the network cannot be read, holds layers or operations that TensorFlow Lite lacks or lacks at that precision,
        or calibration images are missing or of the wrong size.

    Notes
    -----
    Input and output stay float32 in every file, so that all arms are fed and read alike; an integer network begins
    with QUANTIZE and ends with DEQUANTIZE. Pixels pass QUANTIZE exactly when the calibration images hold both 0
    and 255: then its scale is 1.

    The batch is fixed to one image, as on a device: with an open batch, networks with reshapes keep shape arithmetic
    that keeps the accelerating delegate away.

    Keras 3 hides its variables from a traced function, and TensorFlow 2.21's converter then leaves them out and
    fails at READ_VARIABLE; so the graph is frozen first, with the variables as constants. This also makes a
    conversion four times faster than going through a SavedModel.
    """
    if scheme.calibrated:
        calibration = checked_calibration(calibration, scheme.label)
    with quiet(log):
        if scheme.tool is Tool.QUANTIZER:
            from benchmark.compress.low_bit import quantize_low_bit

            content = _converted(keras_file, SCHEMES["float32"], None)
            content = quantize_low_bit(content, scheme, calibration)
        else:
            content = _converted(keras_file, scheme, calibration)
        _check_runs(content, f"{keras_file} as {scheme.label}")
    write_whole(out, content)


def checked_calibration(calibration: Images | None, purpose: str) -> Images:
    """Return calibration images if there are some and they are images.

    Raises
    ------
    MedquantError
        If there are none, or they are not uint8 [n, size, size, 3].
    """
    if calibration is None or not len(calibration):
        raise MedquantError(
            f"{purpose} needs calibration images to find the ranges of activations and was given none; give at "
            "least one, better a hundred, from the training images"
        )
    if calibration.dtype != np.uint8 or calibration.ndim != 4 or calibration.shape[-1] != 3:
        raise MedquantError(
            f"calibration images are {calibration.dtype} {list(calibration.shape)}; allowed: uint8 [n, size, size, 3]"
        )
    return calibration


def write_whole(out: Path, content: bytes) -> None:
    """Write a file that takes its name only when it is whole.

    Raises
    ------
    MedquantError
        If it cannot be written.
    """
    unfinished = out.with_name(f"{out.name}.unfinished")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(out)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise MedquantError(
            f"{out} cannot be written ({error.strerror}); free some space or give another folder"
        ) from None


def load_network(keras_file: Path) -> Any:  # noqa: ANN401  Keras has no types
    """Return a network from a .keras file, for inference only; code in the file is not executed.

    Raises
    ------
    MedquantError
        If it is missing, damaged, of another format, or needs layers of its own.
    """
    import keras

    if keras_file.suffix != ".keras":
        raise MedquantError(f"{keras_file} is no .keras file; save the network with model.save('name.keras')")
    if not keras_file.is_file():
        raise MedquantError(f"there is no network {keras_file}; train it first, or give another file")
    try:
        return keras.saving.load_model(keras_file, compile=False, safe_mode=True)
    except Exception as error:  # noqa: BLE001  Keras raises whatever the file's content leads to
        reason = " ".join(str(error).split())[:200]
        raise MedquantError(
            f"{keras_file} cannot be read as a Keras network ({type(error).__name__}: {reason}); it must be whole, "
            "saved by Keras 3, and made of built-in layers only"
        ) from None


def _converted(keras_file: Path, scheme: Scheme, calibration: Images | None) -> bytes:
    import tensorflow as tf

    function = _frozen(load_network(keras_file), keras_file)
    size = [int(length) for length in function.inputs[0].shape[1:]]
    if calibration is not None and list(calibration.shape[1:]) != size:
        raise MedquantError(
            f"calibration images are {list(calibration.shape[1:])} and {keras_file} takes {size}; resize the images"
        )
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
    _ask(converter, scheme, calibration)
    try:
        with warnings.catch_warnings():
            # Inputs stay float32 on purpose; the converter would rather be told of their statistics.
            warnings.filterwarnings("ignore", "Statistics for quantized inputs", UserWarning)
            content = converter.convert()
    except Exception as error:  # noqa: BLE001  ConverterError, ValueError, RuntimeError by the kind of network
        reason = " ".join(str(error).split())[:200]
        raise MedquantError(
            f"{keras_file} cannot be converted to {scheme.label} ({type(error).__name__}: {reason}); build it from "
            "layers that TensorFlow Lite has"
        ) from None
    return bytes(content)


def _check_runs(content: bytes, name: str) -> None:
    """Raise an error in one sentence unless a file runs on one image.

    Raises
    ------
    MedquantError
        Naming the operation that does not.

    Notes
    -----
    The converter writes operations in precisions for which the runtime has no kernel, such as int16 squared
    differences; that shows only when they are executed.
    """
    from ai_edge_litert.interpreter import Interpreter

    try:
        interpreter = Interpreter(model_content=content)
        interpreter.allocate_tensors()
        interpreter.invoke()
    except (RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise MedquantError(
            f"{name} is converted but cannot be executed ({reason}); choose another scheme for this network"
        ) from None


def _frozen(model: Any, keras_file: Path) -> Any:  # noqa: ANN401
    """Return the network as a function of one image with its variables as constants."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    shapes = [tuple(entry.shape) for entry in model.inputs]
    if len(shapes) != 1 or len(model.outputs) != 1 or len(shapes[0]) != 4 or None in shapes[0][1:]:
        raise MedquantError(
            f"{keras_file} takes inputs of shape {shapes}; a network with one input [n, size, size, 3] of fixed size "
            "and one output is needed"
        )
    entry = tf.TensorSpec([1, *shapes[0][1:]], tf.float32, name="image")
    function = tf.function(
        lambda image: model(image, training=False), input_signature=[entry], autograph=False
    )
    return convert_variables_to_constants_v2(function.get_concrete_function())


def _ask(converter: Any, scheme: Scheme, calibration: Images | None) -> None:  # noqa: ANN401
    """Tell the converter the scheme; operations without integer kernels may stay in floating point."""
    import tensorflow as tf

    sets = tf.lite.OpsSet
    if scheme.weight_bits == "32f":
        return
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if scheme.weight_bits == "16f":
        converter.target_spec.supported_types = [tf.float16]
    if not scheme.calibrated or calibration is None:
        return

    def one_by_one() -> Iterator[list[NDArray[np.float32]]]:
        for image in calibration:
            yield [image[None].astype(np.float32)]

    converter.representative_dataset = one_by_one
    wide = sets.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
    integer = wide if scheme.activation_bits == "16" else sets.TFLITE_BUILTINS_INT8
    converter.target_spec.supported_ops = [integer, sets.TFLITE_BUILTINS]
    if not scheme.per_channel:
        converter._experimental_disable_per_channel = True  # TensorFlow has no other switch
