"""ONNX: the same network, the same answers, and int8 as it is asked for."""

from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest

from benchmark.compress import extras
from benchmark.compress.convert import convert
from benchmark.compress.extras import optional
from benchmark.compress.facts import describe, refuse_custom_ops
from benchmark.compress.inspect import inspect_file
from benchmark.compress.inspect_onnx import onnx_facts
from benchmark.compress.onnx_export import export_onnx
from benchmark.compress.onnx_int8 import quantize_onnx
from benchmark.compress.schemes import SCHEMES
from benchmark.models.networks import build
from db.errors import MedquantError
from db.vocabulary import Granularity, Symmetry

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)

IMAGES: npt.NDArray[np.uint8] = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("onnx")
    keras.utils.set_random_seed(0)
    build("tiny", 32, 4).save(folder / "net.keras")
    log = folder / "log.txt"
    convert(folder / "net.keras", SCHEMES["float32"], folder / "net.tflite", log=log)
    export_onnx(folder / "net.tflite", folder / "net.onnx", log=log)
    quantize_onnx(folder / "net.onnx", folder / "int8.onnx", calibration=IMAGES, log=log)
    return folder


def by_onnx(file: Path) -> npt.NDArray[np.float32]:
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return np.concatenate([session.run(None, {name: image[None].astype(np.float32)})[0] for image in IMAGES])


def by_litert(file: Path) -> npt.NDArray[np.float32]:
    from benchmark.compress.divergence import outputs

    return outputs(file.read_bytes(), IMAGES)


def test_float32_answers_are_those_of_tensorflow_lite(files: Path) -> None:
    expected, found = by_litert(files / "net.tflite"), by_onnx(files / "net.onnx")
    np.testing.assert_array_equal(found.argmax(axis=1), expected.argmax(axis=1))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_both_formats_count_the_same_parameters_and_multiply_accumulates(files: Path) -> None:
    lite, exported = inspect_file(files / "net.tflite"), inspect_file(files / "net.onnx")
    assert exported.macs == lite.macs
    kernels = [sum(kernel.elements for kernel in facts.kernels) for facts in (lite, exported)]
    assert kernels[0] == kernels[1] == 8 * 27 + 8 * 9 + 8 * 16 + 16 * 4
    assert inspect_file(files / "int8.onnx").macs == lite.macs
    assert (exported.input_shape, exported.input_type) == ((1, 32, 32, 3), "float32")


def test_int8_kernels_are_symmetric_and_per_channel_and_activations_are_not(files: Path) -> None:
    facts = inspect_file(files / "int8.onnx")
    assert {kernel.dtype for kernel in facts.kernels} == {"int8"}
    for kernel in facts.kernels:
        channels = kernel.shape[1] if kernel.op in {"MatMul", "Gemm"} else kernel.shape[0]
        assert (kernel.scales, kernel.symmetric) == (channels, True)
    precision = describe(facts)
    assert (precision.weight_bits, precision.activation_bits) == (("8",), ("8",))
    assert (precision.granularity, precision.symmetry) == (Granularity.PER_CHANNEL, Symmetry.SYMMETRIC)
    assert facts.activations_symmetric is False
    assert facts.quantize_ops > 0


def test_int8_integers_lie_within_half_a_step_of_the_float_weights(files: Path) -> None:
    model, whole = onnx.load(str(files / "int8.onnx")), onnx.load(str(files / "net.onnx"))
    stored = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    floats = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in whole.graph.initializer}
    checked = 0
    for node in model.graph.node:
        name = node.input[0]
        if node.op_type != "DequantizeLinear" or name not in stored or stored[name].dtype != np.int8:
            continue
        original = floats[name.removesuffix("_quantized")]
        scale = stored[node.input[1]]
        if not scale.ndim:
            continue  # a constant of the rescaling
        shape = [1] * original.ndim
        shape[node.attribute[0].i] = len(scale)
        error = np.abs(stored[name] * scale.reshape(shape) - original)
        assert (error <= scale.reshape(shape) * 0.501 + 1e-7).all()
        checked += 1
    assert checked == 4


def test_int8_answers_stay_near_the_float32_ones(files: Path) -> None:
    change = np.abs(by_onnx(files / "int8.onnx") - by_onnx(files / "net.onnx")).max()
    assert 0 < change < 0.05


def test_a_node_left_in_float_is_told_as_a_fallback(files: Path, tmp_path: Path) -> None:
    from onnxruntime.quantization import QuantFormat, quantize_static

    from benchmark.compress.onnx_int8 import _reader

    quantize_static(
        str(files / "net.onnx"),
        str(tmp_path / "part.onnx"),
        _reader(files / "net.onnx", IMAGES),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv"],
    )
    precision = describe(inspect_file(tmp_path / "part.onnx"))
    assert "MatMul 1" in (precision.fallback_ops or "")
    assert set(precision.weight_bits) == {"8", "32f"}


def test_operations_on_integers_are_read_as_well(files: Path, tmp_path: Path) -> None:
    from onnxruntime.quantization import QuantFormat, quantize_dynamic, quantize_static

    from benchmark.compress.onnx_int8 import _reader

    static, dynamic = tmp_path / "static.onnx", tmp_path / "dynamic.onnx"
    quantize_static(
        str(files / "net.onnx"),
        str(static),
        _reader(files / "net.onnx", IMAGES),
        quant_format=QuantFormat.QOperator,
        per_channel=True,
    )
    quantize_dynamic(str(files / "net.onnx"), str(dynamic))
    facts = inspect_file(static)
    assert {op.kind for op in facts.ops} >= {"QLinearConv"}
    assert {kernel.granularity for kernel in facts.kernels if kernel.op == "QLinearConv"} == {
        Granularity.PER_CHANNEL
    }
    assert facts.macs is None  # shapes behind ONNX Runtime's own operations cannot be inferred
    found = inspect_file(dynamic)
    assert {op.kind for op in found.ops} >= {"ConvInteger", "MatMulInteger"}
    assert all(kernel.quantized and kernel.dynamic for kernel in found.kernels)
    assert describe(found).activation_bits == ("8",)


def test_nodes_of_another_maker_are_listed_and_refused() -> None:
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node("Magic", ["x"], ["y"], domain="acme")],
        "strange",
        [helper.make_tensor_value_info("x", kind, [1, 4])],
        [helper.make_tensor_value_info("y", kind, [1, 4])],
    )
    facts = onnx_facts(helper.make_model(graph).SerializeToString(), "strange.onnx")
    with pytest.raises(MedquantError, match=r"custom operations acme\.Magic"):
        refuse_custom_ops(facts, "strange.onnx")


def test_strange_and_damaged_files_are_told_in_a_sentence(files: Path, tmp_path: Path) -> None:
    whole = (files / "net.onnx").read_bytes()
    for inside in (b"", b"no protocol buffer", whole[: len(whole) // 2]):
        (tmp_path / "a.onnx").write_bytes(inside)
        with pytest.raises(MedquantError, match="damaged, cut off or no ONNX model"):
            inspect_file(tmp_path / "a.onnx")
    (tmp_path / "a.tflite").write_bytes(b"nothing")
    with pytest.raises(MedquantError, match="cannot be translated to ONNX"):
        export_onnx(tmp_path / "a.tflite", tmp_path / "b.onnx", log=tmp_path / "log.txt")
    with pytest.raises(MedquantError, match="there is no file"):
        quantize_onnx(
            tmp_path / "none.onnx", tmp_path / "b.onnx", calibration=IMAGES, log=tmp_path / "log.txt"
        )
    with pytest.raises(MedquantError, match="cannot be quantized"):
        quantize_onnx(
            files / "net.onnx", tmp_path / "b.onnx", calibration=IMAGES[:, :8, :8], log=tmp_path / "log.txt"
        )
    assert not (tmp_path / "b.onnx").exists()


def test_a_missing_extra_names_what_to_install(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(extras.importlib, "import_module", absent)
    with pytest.raises(MedquantError, match=r"pip install 'medquant\[onnx\]'"):
        export_onnx(files / "net.tflite", files / "x.onnx", log=files / "log.txt")
    with pytest.raises(MedquantError, match=r"needs torchao, which cannot be imported"):
        optional("torchao.quantization", "torch")
