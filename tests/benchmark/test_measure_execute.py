"""What predictions promise: what the runtime says, image by image, whatever numbers the file takes and returns."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from benchmark.arms import Runtime
from benchmark.measure import execute
from benchmark.measure.execute import predict
from benchmark.measure.session import open_session, runtime_of
from db.errors import MedquantError

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorflow"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:keras"),
    pytest.mark.filterwarnings("ignore::UserWarning:tensorflow.lite.python.convert"),
]

Images = NDArray[np.uint8]
INTEGER_KINDS = ("uint8", "int8", "int16")
LITERT, ONNX = Runtime.LITERT, Runtime.ONNXRUNTIME


def noise(n: int, size: int = 16) -> Images:
    """Return images of noise."""
    return np.random.default_rng(n).integers(0, 256, (n, size, size, 3), np.uint8)


@pytest.fixture(scope="session")
def tiny() -> Any:
    """Return a tiny Keras classifier: 16 pixels, three classes."""
    import keras

    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            keras.layers.Rescaling(1 / 127.5, -1),
            keras.layers.Conv2D(8, 3, strides=2, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(
                3, activation="softmax", kernel_initializer=keras.initializers.RandomNormal(0, 6)
            ),
        ]
    )


@pytest.fixture(scope="session")
def files(tiny: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the tiny classifier in every kind of TensorFlow Lite file."""
    import tensorflow as tf

    folder = tmp_path_factory.mktemp("tflite")

    def samples() -> Iterator[list[NDArray[np.float32]]]:
        return ([image[None].astype(np.float32)] for image in noise(50))

    for kind in ("float32", *INTEGER_KINDS):
        converter = tf.lite.TFLiteConverter.from_keras_model(tiny)
        if kind != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.representative_dataset = samples
            converter.inference_input_type = converter.inference_output_type = tf.as_dtype(kind)
        if kind == "int16":
            sixteen = tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
            converter.target_spec.supported_ops = [sixteen]
        (folder / f"{kind}.tflite").write_bytes(converter.convert())
    return folder


def converted(
    function: Any, path: Path, *, custom: bool = False, shape: tuple[int | None, ...] = (1, 16, 16, 3)
) -> Path:
    """Write a function of images as a TensorFlow Lite file."""
    import tensorflow as tf

    concrete = tf.function(
        function, input_signature=[tf.TensorSpec(shape, tf.float32)]
    ).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete])
    converter.allow_custom_ops = custom
    path.write_bytes(converter.convert())
    return path


def written(
    path: Path, *, first: bool = False, batch: int | str = "n", domain: str = "", classes: int = 3
) -> Path:
    """Write an ONNX classifier: softmax of each image's mean colour; channels first or last."""
    from onnx import TensorProto, checker, helper, numpy_helper, save

    shape = [batch, 3, 16, 16] if first else [batch, 16, 16, 3]
    matrix = np.array([[3, 0, -3], [0, 2, 1], [-2, 1, 2]], np.float32)[:, :classes] / 20
    nodes = [
        helper.make_node("ReduceMean", ["images", "axes"], ["mean"], keepdims=0),
        helper.make_node("MatMul", ["mean", "matrix"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1, domain=domain),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [batch, classes])],
        [
            numpy_helper.from_array(np.array([2, 3] if first else [1, 2], np.int64), "axes"),
            numpy_helper.from_array(matrix, "matrix"),
        ],
    )
    opsets = [helper.make_opsetid("", 18)] + ([helper.make_opsetid(domain, 1)] if domain else [])
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    if not domain:
        checker.check_model(model)
    save(model, path)
    return path


def by_hand(images: Images) -> NDArray[np.float64]:
    """Return what the ONNX classifier says."""
    powers = np.exp(images.mean(axis=(1, 2)) @ (np.array([[3, 0, -3], [0, 2, 1], [-2, 1, 2]]) / 20))
    return powers / powers.sum(axis=1, keepdims=True)


def plain_loop(path: Path, images: Images) -> NDArray[np.float64]:
    """Return what LiteRT says image by image, numbers turned by their scale and zero point here."""
    interpreter = Interpreter(model_path=str(path))
    interpreter.allocate_tensors()
    entry, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    rows = []
    for image in images:
        fed: NDArray[Any] = image[None].astype(np.float64)
        if entry["dtype"] != np.float32:
            limits = np.iinfo(entry["dtype"])
            scale, zero = entry["quantization"]
            fed = np.clip(np.floor(fed / scale + 0.5) + zero, limits.min, limits.max)
        interpreter.set_tensor(entry["index"], fed.astype(entry["dtype"]))
        interpreter.invoke()
        row = interpreter.get_tensor(result["index"])[0].astype(np.float64)
        if result["dtype"] != np.float32:
            row = (row - result["quantization"][1]) * result["quantization"][0]
        rows.append(row)
    return np.array(rows)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("n", [1, 7, 8, 21, 40])
def test_float_predictions_are_keras_own(n: int, threads: int, files: Path, tiny: Any) -> None:
    images = noise(n)
    expected = tiny(images.astype(np.float32)).numpy()
    found = predict(files / "float32.tflite", LITERT, images, threads=threads)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("kind", INTEGER_KINDS)
def test_integer_inputs_and_outputs_follow_their_scale_and_zero_point(
    kind: str, files: Path, tiny: Any
) -> None:
    images = noise(37)
    path = files / f"{kind}.tflite"
    assert Interpreter(model_path=str(path)).get_input_details()[0]["dtype"] == np.dtype(kind)
    found = predict(path, LITERT, images, threads=2)
    np.testing.assert_allclose(found, plain_loop(path, images), atol=1e-6)
    np.testing.assert_allclose(found, tiny(images.astype(np.float32)).numpy(), atol=0.06)


def test_a_network_that_would_mix_a_batch_is_given_single_images(tmp_path: Path) -> None:
    import tensorflow as tf

    def mixing(x: Any) -> Any:
        whole = tf.reduce_mean(tf.reshape(x, [1, -1, 3]), axis=1)
        return tf.nn.softmax((tf.reduce_mean(x, axis=[1, 2]) - whole) / 2 + [[0.5, 1.5, 1.0]])

    path = converted(mixing, tmp_path / "mixing.tflite")
    images = noise(40)
    assert not np.allclose(
        open_session(path, LITERT, threads=1, batch=8).run(images[:8]), plain_loop(path, images[:8])
    )
    np.testing.assert_allclose(predict(path, LITERT, images, threads=2), plain_loop(path, images), atol=1e-6)


def test_a_network_that_takes_single_images_only_is_given_them(tmp_path: Path) -> None:
    import tensorflow as tf

    def single(x: Any) -> Any:
        return tf.nn.softmax(tf.reduce_mean(tf.reshape(x, [1, 256, 3]), axis=1))

    path = converted(single, tmp_path / "single.tflite")
    images = noise(40)
    np.testing.assert_allclose(predict(path, LITERT, images, threads=2), plain_loop(path, images), atol=1e-6)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("batch", ["n", 1, 4])
def test_onnx_networks_take_channels_first_or_last_and_any_batch(
    first: bool, batch: int | str, tmp_path: Path
) -> None:
    path = written(tmp_path / "net.onnx", first=first, batch=batch)
    images = noise(21)
    np.testing.assert_allclose(predict(path, ONNX, images, threads=2), by_hand(images), atol=1e-5)


def test_a_tflite_network_with_channels_first_is_fed_so(tmp_path: Path) -> None:
    import tensorflow as tf

    path = converted(
        lambda x: tf.nn.softmax(tf.reduce_mean(x, [2, 3]) / 8), tmp_path / "n.tflite", shape=(1, 3, 16, 16)
    )
    images = noise(3)
    logits = images.mean(axis=(1, 2)) / 8
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(predict(path, LITERT, images, threads=1), expected, atol=1e-4)


def test_progress_ends_with_every_image_done(files: Path) -> None:
    steps: list[tuple[int, int]] = []
    predict(
        files / "float32.tflite",
        LITERT,
        noise(30),
        threads=2,
        progress=lambda _s, done, total: steps.append((done, total)),
    )
    assert steps[-1] == (30, 30)
    assert steps == sorted(steps)


def test_no_images_give_no_rows(files: Path) -> None:
    assert predict(files / "float32.tflite", LITERT, noise(0), threads=1).shape == (0, 3)


def test_native_chatter_is_hidden(files: Path, capfd: pytest.CaptureFixture[str]) -> None:
    predict(files / "float32.tflite", LITERT, noise(20), threads=2)
    assert capfd.readouterr() == ("", "")


def test_an_error_on_the_way_ends_all_threads_and_comes_out(files: Path) -> None:
    def stop(_stage: str, _done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predict(files / "float32.tflite", LITERT, noise(64), threads=2, progress=stop)


def test_the_runtime_is_told_by_the_suffix() -> None:
    assert runtime_of(Path("a.TFLITE")) is LITERT
    with pytest.raises(MedquantError, match=r"'\.h5'"):
        runtime_of(Path("a.h5"))


def test_images_of_another_size_are_refused(files: Path) -> None:
    with pytest.raises(MedquantError, match="takes images of 16 × 16 pixels and was given 32 × 32"):
        predict(files / "int8.tflite", LITERT, noise(2, 32), threads=1)


def test_images_that_are_no_pixels_are_refused(files: Path) -> None:
    with pytest.raises(MedquantError, match="float64"):
        predict(files / "int8.tflite", LITERT, noise(2) / 255, threads=1)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "runtime"), [("bad.tflite", LITERT), ("bad.onnx", ONNX)])
@pytest.mark.parametrize("content", [b"", b"no network at all" * 20])
def test_a_damaged_file_gets_one_sentence(
    name: str, runtime: Runtime, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MedquantError, match="damaged") as caught:
        predict(tmp_path / name, runtime, noise(1), threads=1)
    assert "\n" not in str(caught.value)


def test_half_a_file_gets_one_sentence(files: Path, tmp_path: Path) -> None:
    content = (files / "int8.tflite").read_bytes()
    (tmp_path / "half.tflite").write_bytes(content[: len(content) // 2])
    with pytest.raises(MedquantError, match="damaged"):
        predict(tmp_path / "half.tflite", LITERT, noise(1), threads=1)


def test_a_missing_file_or_the_wrong_runtime_is_told(files: Path, tmp_path: Path) -> None:
    with pytest.raises(MedquantError, match="there is no file"):
        predict(tmp_path / "none.tflite", LITERT, noise(1), threads=1)
    with pytest.raises(MedquantError, match=r"reads \.onnx files"):
        predict(files / "int8.tflite", ONNX, noise(1), threads=1)


def test_custom_operators_are_named(tmp_path: Path) -> None:
    import tensorflow as tf

    path = converted(
        lambda x: tf.nn.softmax(tf.math.erfinv(tf.reduce_mean(x, [1, 2]) / 300)),
        tmp_path / "custom.tflite",
        custom=True,
    )
    with pytest.raises(MedquantError, match=r"operator \S*Erfinv"):
        predict(path, LITERT, noise(1), threads=1)
    strange = written(tmp_path / "strange.onnx", domain="org.example")
    with pytest.raises(MedquantError, match=r"lacks .*Softmax"):
        predict(strange, ONNX, noise(1), threads=1)


def test_a_network_that_is_no_classifier_is_refused(tmp_path: Path) -> None:
    import tensorflow as tf

    mean = converted(lambda x: tf.reduce_mean(x, [1, 2, 3]), tmp_path / "mean.tflite")
    with pytest.raises(MedquantError, match="two or more class probabilities"):
        predict(mean, LITERT, noise(1), threads=1)
    grey = converted(
        lambda x: tf.nn.softmax(tf.reduce_mean(x, [1])), tmp_path / "grey.tflite", shape=(1, 16, 4)
    )
    with pytest.raises(MedquantError, match="1 × 16 × 4, which is no square RGB image"):
        predict(grey, LITERT, noise(1), threads=1)
    with pytest.raises(MedquantError, match="two or more class probabilities"):
        predict(written(tmp_path / "one.onnx", classes=1), ONNX, noise(1), threads=1)


def test_outputs_that_are_no_probabilities_are_refused(tmp_path: Path) -> None:
    import tensorflow as tf

    logits = converted(lambda x: tf.reduce_mean(x, [1, 2]), tmp_path / "logits.tflite")
    with pytest.raises(MedquantError, match="end the network with a softmax"):
        predict(logits, LITERT, noise(2), threads=1)
    nothing = converted(lambda x: tf.math.log(-tf.reduce_mean(x, [1, 2])), tmp_path / "nan.tflite")
    with pytest.raises(MedquantError, match="no numbers for 2 of 2 images"):
        predict(nothing, LITERT, noise(2), threads=1)


def test_without_pytorch_its_files_say_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "torch", None)
    (tmp_path / "a.pt2").touch()
    with pytest.raises(MedquantError, match="torch extra"):
        predict(tmp_path / "a.pt2", Runtime.TORCH, noise(1), threads=1)


class _Failing:
    """A session that runs one batch, and no other."""

    input_size, classes, batch, shares_work = 8, 2, 1, False

    def __init__(self) -> None:
        self.calls = 0

    def run(self, images: np.ndarray) -> np.ndarray:
        self.calls += 1
        if self.calls > 1:
            raise MedquantError("the kernel gave up")
        return np.full((len(images), 2), 0.5, np.float32)


def test_a_network_that_fails_on_the_way_ends_the_evaluation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(execute, "open_session", lambda *_, **__: _Failing())
    images = np.zeros((6, 8, 8, 3), np.uint8)
    found: list[BaseException] = []

    def evaluate() -> None:
        try:
            predict(tmp_path / "network.tflite", Runtime.LITERT, images, threads=2)
        except MedquantError as error:
            found.append(error)

    thread = threading.Thread(target=evaluate, daemon=True)
    thread.start()
    thread.join(20)
    assert [str(error) for error in found] == ["the kernel gave up"]


@pytest.mark.parametrize("count", [33, 47, 48, 573])
def test_batches_hold_every_image_and_some_of_them_twice(count: int) -> None:
    starts = execute._starts(count, 16)
    taken = [image for start in starts for image in range(start, start + 16)]
    assert set(taken) == set(range(count))
    assert len(taken) > count
