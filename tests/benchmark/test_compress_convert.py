"""Converting: what each scheme asks for is what stands in the file, and networks that cannot be converted say why."""

from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import pytest
from ai_edge_litert.tools import flatbuffer_utils

from benchmark.compress.convert import convert
from benchmark.compress.facts import FileFacts, describe
from benchmark.compress.inspect import inspect_file
from benchmark.compress.schemes import SCHEMES, scheme_of
from benchmark.models.networks import build
from db.errors import MedquantError
from db.vocabulary import Granularity, Symmetry

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)

IMAGES: npt.NDArray[np.uint8] = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8)
CONVERTED = ("float32", "float16", "dynamic_int8", "int8", "int8_per_tensor", "int16x8")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    keras.utils.set_random_seed(0)
    model = build("tiny", 32, 4)
    random = np.random.default_rng(1)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.gamma.assign(random.uniform(0.5, 2.0, layer.gamma.shape[0]))
            layer.beta.assign(random.uniform(-0.5, 1.0, layer.beta.shape[0]))
    model.save(folder / "net.keras")
    for code in CONVERTED:
        convert(
            folder / "net.keras",
            SCHEMES[code],
            folder / f"{code}.tflite",
            calibration=IMAGES,
            log=folder / "log.txt",
        )
    return folder


def facts(files: Path, code: str) -> FileFacts:
    return inspect_file(files / f"{code}.tflite")


def constants(file: Path) -> dict[str, npt.NDArray[np.generic]]:
    """Read the stored floats by tensor name, without the code under test."""
    model = flatbuffer_utils.read_model(file)
    types = {flatbuffer_utils.TensorType.FLOAT32: np.float32, flatbuffer_utils.TensorType.FLOAT16: np.float16}
    found: dict[str, npt.NDArray[np.generic]] = {}
    for tensor in model.subgraphs[0].tensors:
        data = model.buffers[tensor.buffer].data
        if data is not None and len(data) and tensor.type in types:
            found[tensor.name.decode()] = np.frombuffer(bytes(data), types[tensor.type])
    return found


def outputs(file: Path) -> npt.NDArray[np.float32]:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(file))
    interpreter.allocate_tensors()
    rows = []
    for image in IMAGES:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image[None].astype(np.float32))
        interpreter.invoke()
        rows.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0])
    return np.stack(rows)


def test_float32_computes_what_keras_does(files: Path) -> None:
    model = keras.saving.load_model(files / "net.keras", compile=False)
    expected = np.asarray(model(IMAGES.astype(np.float32), training=False))
    np.testing.assert_allclose(outputs(files / "float32.tflite"), expected, atol=1e-5)


def test_float16_weights_are_the_float32_weights_rounded_to_half_precision(files: Path) -> None:
    whole, half = constants(files / "float32.tflite"), constants(files / "float16.tflite")
    halves = [values for values in half.values() if values.dtype == np.float16 and values.size > 1]
    assert len(halves) == 7
    rounded = sorted(values.astype(np.float16).tobytes() for values in whole.values() if values.size > 1)
    assert sorted(values.tobytes() for values in halves) == rounded
    assert describe(facts(files, "float16")).weight_bits == ("16f",)


@pytest.mark.parametrize(("code", "activations"), [("int8", "int8"), ("int16x8", "int16")])
def test_integer_kernels_have_one_symmetric_scale_for_each_output_channel(
    files: Path, code: str, activations: str
) -> None:
    found = facts(files, code)
    assert found.activations == (activations,)
    assert {weight.op for weight in found.kernels} == {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"}
    for kernel in found.kernels:
        channels = kernel.shape[-1] if kernel.op == "DEPTHWISE_CONV_2D" else kernel.shape[0]
        assert (kernel.dtype, kernel.scales, kernel.symmetric) == ("int8", channels, True)
        assert kernel.granularity is Granularity.PER_CHANNEL


def test_int16_activations_are_symmetric_and_int8_ones_are_not(files: Path) -> None:
    assert facts(files, "int16x8").activations_symmetric is True
    assert facts(files, "int8").activations_symmetric is False


def test_per_tensor_means_one_scale_a_kernel(files: Path) -> None:
    found = facts(files, "int8_per_tensor")
    assert {(kernel.dtype, kernel.scales) for kernel in found.kernels} == {("int8", 1)}
    assert describe(found).granularity is Granularity.PER_TENSOR


def test_dynamic_range_leaves_activations_and_small_kernels_in_float(tmp_path: Path) -> None:
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Conv2D(8, 3),
            keras.layers.Conv2D(32, 3),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.save(tmp_path / "net.keras")
    convert(
        tmp_path / "net.keras", SCHEMES["dynamic_int8"], tmp_path / "net.tflite", log=tmp_path / "log.txt"
    )
    found = inspect_file(tmp_path / "net.tflite")
    assert found.activations == ("float32",)
    by_elements = {kernel.elements: (kernel.bits, kernel.dynamic) for kernel in found.kernels}
    assert by_elements == {8 * 27: ("32f", False), 32 * 72: ("8", True), 64: ("32f", False)}
    assert describe(found).weight_bits == ("8", "32f")
    assert describe(found).activation_bits == ("8", "32f")
    assert describe(found).fallback_ops == "CONV_2D 1, FULLY_CONNECTED 1"


@pytest.mark.parametrize("code", CONVERTED)
def test_every_file_takes_and_gives_float32_for_one_image(files: Path, code: str) -> None:
    found = facts(files, code)
    assert (found.input_type, found.input_shape, found.output_type) == ("float32", (1, 32, 32, 3), "float32")


def test_full_int8_begins_with_quantize_and_ends_with_dequantize_and_nothing_falls_back(files: Path) -> None:
    found = facts(files, "int8")
    assert (found.quantize_ops, found.dequantize_ops) == (1, 1)
    precision = describe(found)
    assert precision.fallback_ops is None
    assert (precision.weight_bits, precision.activation_bits) == (("8",), ("8",))
    assert precision.symmetry is Symmetry.SYMMETRIC


def test_pixels_pass_the_first_quantization_exactly(files: Path) -> None:
    model = flatbuffer_utils.read_model(files / "int8.tflite")
    graph = model.subgraphs[0]
    first = graph.tensors[graph.operators[0].outputs[0]].quantization
    assert IMAGES.min() == 0
    assert IMAGES.max() == 255
    np.testing.assert_allclose(first.scale, [1.0])
    np.testing.assert_array_equal(first.zeroPoint, [-128])


def test_a_quantized_network_stays_near_the_float32_one(files: Path) -> None:
    reference = outputs(files / "float32.tflite")
    for code, most in {"float16": 2e-3, "int8": 0.02, "int16x8": 0.01}.items():
        assert 0 < np.abs(outputs(files / f"{code}.tflite") - reference).max() < most, code


def test_what_the_converter_prints_goes_to_the_log(
    files: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    convert(files / "net.keras", SCHEMES["float32"], tmp_path / "a.tflite", log=tmp_path / "log.txt")
    assert capfd.readouterr() == ("", "")
    assert (tmp_path / "log.txt").stat().st_size > 0


def test_calibration_is_demanded_where_it_is_needed(files: Path, tmp_path: Path) -> None:
    with pytest.raises(MedquantError, match="needs calibration images"):
        convert(files / "net.keras", SCHEMES["int8"], tmp_path / "a.tflite", log=tmp_path / "log.txt")
    with pytest.raises(MedquantError, match=r"allowed: uint8 \[n, size, size, 3\]"):
        convert(
            files / "net.keras",
            SCHEMES["int8"],
            tmp_path / "a.tflite",
            calibration=IMAGES.astype(np.float32),  # type: ignore[arg-type]
            log=tmp_path / "log.txt",
        )
    with pytest.raises(MedquantError, match=r"are \[16, 16, 3\] and .* takes \[32, 32, 3\]"):
        convert(
            files / "net.keras",
            SCHEMES["int8"],
            tmp_path / "a.tflite",
            calibration=IMAGES[:, :16, :16],
            log=tmp_path / "log.txt",
        )
    assert not (tmp_path / "a.tflite").exists()


def test_an_unreadable_network_is_told_in_a_sentence(files: Path, tmp_path: Path) -> None:
    out, log = tmp_path / "a.tflite", tmp_path / "log.txt"
    with pytest.raises(MedquantError, match="there is no network"):
        convert(tmp_path / "none.keras", SCHEMES["float32"], out, log=log)
    with pytest.raises(MedquantError, match=r"is no \.keras file"):
        convert(tmp_path / "net.pkl", SCHEMES["float32"], out, log=log)
    cut = tmp_path / "cut.keras"
    cut.write_bytes((files / "net.keras").read_bytes()[:1000])
    with pytest.raises(MedquantError, match="cannot be read as a Keras network"):
        convert(cut, SCHEMES["float32"], out, log=log)


def test_code_inside_a_network_is_not_executed(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Lambda(lambda x: x * 2)])
    model.save(tmp_path / "lambda.keras")
    with pytest.raises(MedquantError, match="made of built-in layers only"):
        convert(
            tmp_path / "lambda.keras", SCHEMES["float32"], tmp_path / "a.tflite", log=tmp_path / "log.txt"
        )


def test_an_operation_without_a_kernel_is_told_in_a_sentence(tmp_path: Path) -> None:
    entry = keras.Input((8, 8, 3))
    made = keras.layers.GlobalAveragePooling2D()(keras.ops.erfinv(entry / 300.0))
    keras.Model(entry, made).save(tmp_path / "net.keras")
    with pytest.raises(MedquantError, match="cannot be converted to float32"):
        convert(tmp_path / "net.keras", SCHEMES["float32"], tmp_path / "a.tflite", log=tmp_path / "log.txt")


def test_a_file_that_converts_but_cannot_be_executed_is_told_and_not_written(tmp_path: Path) -> None:
    layers = keras.layers
    entry = keras.Input((32, 32, 3))
    made = layers.GlobalAveragePooling2D()(layers.LayerNormalization()(layers.Conv2D(8, 3)(entry)))
    keras.Model(entry, made).save(tmp_path / "net.keras")
    with pytest.raises(MedquantError, match="is converted but cannot be executed"):
        convert(
            tmp_path / "net.keras",
            SCHEMES["int16x8"],
            tmp_path / "a.tflite",
            calibration=IMAGES,
            log=tmp_path / "log.txt",
        )
    assert not (tmp_path / "a.tflite").exists()


def test_an_unknown_scheme_names_those_that_exist() -> None:
    with pytest.raises(MedquantError, match="allowed: float32, float16, dynamic_int8, int8"):
        scheme_of("int3")
