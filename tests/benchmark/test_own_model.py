"""What a network of one's own is promised: the ladder its format allows, its own arithmetic kept, one sentence for a mistake."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Engine

from benchmark import gather, own_ladder
from benchmark.arms import Runtime, silent
from benchmark.bench import Bench
from benchmark.catalogue import Case, case_of_text
from benchmark.compress.adapt import RANGES, Preparation, prepare
from benchmark.compress.convert import convert
from benchmark.compress.schemes import scheme_of
from benchmark.data.phantom import write_phantom
from benchmark.execute_job import execute, open_bench
from benchmark.job import Job
from benchmark.measure.execute import predict
from benchmark.own_model import SCHEMES, case_of_model
from benchmark.own_report import last_run, own_lines
from benchmark.quiet import quiet
from benchmark.records import finish_run, lease_run, plan_run
from db.errors import MedquantError
from db.session import reading
from db.vocabulary import Granularity
from review.placement import place_run

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorflow"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:keras"),
    pytest.mark.filterwarnings("ignore::UserWarning:tensorflow.lite.python.convert"),
    pytest.mark.filterwarnings("ignore::UserWarning:keras"),
]

SIZE, CLASSES = 32, 4
FORMATS = ("keras", "tflite", "onnx")


def network(classes: int = CLASSES, activation: str | None = None, size: int = SIZE) -> Any:
    """Return a tiny classifier with kernels large enough for every scheme; without activation it returns logits."""
    import keras

    keras.utils.set_random_seed(0)
    wide = keras.initializers.RandomNormal(0, 3)
    return keras.Sequential(
        [
            keras.Input((size, size, 3)),
            keras.layers.Conv2D(16, 3, strides=2, activation="relu"),
            keras.layers.Conv2D(16, 3, strides=2, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(classes, activation=activation, kernel_initializer=wide),
        ]
    )


def save_all(model: Any, folder: Path, name: str) -> None:
    """Write a network in the three formats."""
    import tensorflow as tf

    from benchmark.compress.onnx_export import export_onnx

    model.save(folder / f"{name}.keras")
    with quiet():
        content = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    (folder / f"{name}.tflite").write_bytes(content)
    export_onnx(folder / f"{name}.tflite", folder / f"{name}.onnx", log=folder / "log.txt")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a network that returns logits, "Raw Scores.*", and one with a softmax, "soft.*"."""
    made = tmp_path_factory.mktemp("own")
    save_all(network(), made, "Raw Scores")
    save_all(network(activation="softmax"), made, "soft")
    return made


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of phantoms: ten training images and three testing images of each of four classes."""
    made = tmp_path_factory.mktemp("images") / "phantoms"
    write_phantom(made, per_class=10, size=SIZE, seed=0)
    return made


def job_of(case: Case, file: Path, phantoms: Path, cache: Path) -> Job:
    """Return the job that takes a network up the ladder."""
    job = Job(
        run_id=f"{case.case_id}.paper.s0.test",
        case_id=case.case_id,
        text=case.text,
        after=None,
        split="paper",
        seed=0,
        cache=str(cache),
        data=str(phantoms),
        threads=1,
        model=str(file),
        timing=0.1,
    )
    job.write()
    return job


def bench_of(file: Path, phantoms: Path, cache: Path, value_range: str = "-1..1") -> Bench:
    """Return the bench of a network's run."""
    bench, _ = open_bench(job_of(case_of_model(file, value_range), file, phantoms, cache), silent)
    return bench


def noise(n: int = 6) -> NDArray[np.uint8]:
    """Return images of noise."""
    return np.random.default_rng(n).integers(0, 256, (n, SIZE, SIZE, 3), np.uint8)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_network_becomes_a_case_that_is_read_from_its_file(kind: str, folder: Path) -> None:
    file = folder / f"Raw Scores.{kind}"
    case = case_of_model(file, "0..1")
    assert (case.method, case.network, case.input_size, case.claims) == ("own", "raw-scores", SIZE, ())
    assert case.parameters["model_sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (case.parameters["classes"], case.parameters["value_range"]) == (CLASSES, "0..1")
    assert tuple(case.parameters["schemes"]) == SCHEMES[kind]
    assert case_of_text(case.case_id, case.text) == case
    assert case_of_model(file, "-1..1").case_hash != case.case_hash


@pytest.mark.parametrize("value_range", RANGES)
@pytest.mark.parametrize("kind", FORMATS)
def test_the_range_and_the_softmax_are_put_around_the_network(
    kind: str, value_range: str, folder: Path, tmp_path: Path
) -> None:
    low, high = (float(end) for end in value_range.split(".."))
    pixels = noise()
    values = low + (high - low) * pixels.astype(np.float32) / 255
    logits = network()(values).numpy().astype(np.float64)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    expected = powers / powers.sum(axis=1, keepdims=True)
    bare = RANGES[value_range]
    prepare(
        folder / f"Raw Scores.{kind}", Preparation(bare.scale, bare.offset, True), tmp_path / f"net.{kind}"
    )
    if kind == "keras":
        convert(
            tmp_path / "net.keras", scheme_of("float32"), tmp_path / "net.tflite", log=tmp_path / "log.txt"
        )
    runtime = Runtime.ONNXRUNTIME if kind == "onnx" else Runtime.LITERT
    suffix = "onnx" if kind == "onnx" else "tflite"
    found = predict(tmp_path / f"net.{suffix}", runtime, pixels, threads=1)
    np.testing.assert_allclose(found, expected, atol=2e-4)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_rung_is_built_and_really_reduces_precision(
    kind: str, folder: Path, phantoms: Path, cache: Path
) -> None:
    built = own_ladder.own_ladder(bench_of(folder / f"soft.{kind}", phantoms, cache))
    arms = {arm.key: arm for arm in built.arms}
    assert built.facts["own_network"] == {
        "model_sha256": hashlib.sha256((folder / f"soft.{kind}").read_bytes()).hexdigest(),
        "failed": {},
        "remark": None,
    }
    assert tuple(arms) == ("fp32", *SCHEMES[kind])
    assert [(c.arm, c.baseline) for c in built.contrasts] == [(key, "fp32") for key in SCHEMES[kind]]
    wanted = {"fp32": "32f", "float16": "16f", "int4": "4"}
    assert {key: arm.weight_bits[0] for key, arm in arms.items()} == {
        key: wanted.get(key, "8") for key in arms
    }
    assert arms["int8"].granularity is Granularity.PER_CHANNEL
    assert arms["int8"].calibration == "32 training images"
    assert arms["dynamic_int8"].calibration is None


def test_logits_get_a_softmax_and_a_remark(folder: Path, phantoms: Path, cache: Path) -> None:
    bench = bench_of(folder / "Raw Scores.tflite", phantoms, cache)
    built = own_ladder.own_ladder(bench)
    own = built.facts["own_network"]
    assert isinstance(own, dict)
    assert own["remark"] == own_ladder.SOFTMAX_ADDED
    rows = predict(built.arms[0].file, Runtime.LITERT, noise(), threads=1)
    assert (
        network()(noise().astype(np.float32) / 127.5 - 1).numpy().argmax(axis=1).tolist()
        == rows.argmax(axis=1).tolist()
    )


def test_a_rung_that_fails_is_noted_and_the_rest_goes_on(
    folder: Path, phantoms: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = own_ladder._MAKERS[".tflite"]

    def breaks_at_int8(bench: Bench, source: Path, code: str, out: Path) -> None:
        if code == "int8":
            raise RuntimeError("operator\nLSTM is not supported")
        real(bench, source, code, out)

    monkeypatch.setitem(own_ladder._MAKERS, ".tflite", breaks_at_int8)
    built = own_ladder.own_ladder(bench_of(folder / "soft.tflite", phantoms, cache))
    own = built.facts["own_network"]
    assert isinstance(own, dict)
    assert own["failed"] == {
        "int8": "the quantizer cannot make full int8, per channel of it (RuntimeError: operator LSTM is not supported)"
    }
    assert [arm.key for arm in built.arms] == ["fp32", "float16", "dynamic_int8", "int4"]


def test_a_rung_that_leaves_every_kernel_in_float_counts_as_failed(
    phantoms: Path, cache: Path, tmp_path: Path
) -> None:
    import keras

    small = keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 3)),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(CLASSES, "softmax"),
        ]
    )
    small.save(tmp_path / "small.keras")
    built = own_ladder.own_ladder(bench_of(tmp_path / "small.keras", phantoms, cache))
    own = built.facts["own_network"]
    assert isinstance(own, dict)
    assert own["failed"]["dynamic_int8"].startswith("nothing was quantized")
    assert "dynamic_int8" not in {arm.key for arm in built.arms}


def test_a_network_that_no_scheme_fits_fails_with_a_sentence(
    folder: Path, phantoms: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_bench: Bench, _source: Path, code: str, _out: Path) -> None:
        raise MedquantError(f"{code} cannot be had")

    monkeypatch.setitem(own_ladder._MAKERS, ".tflite", breaks)
    with pytest.raises(
        MedquantError, match=r"no scheme could be applied to soft\.tflite; .* float16 cannot be had"
    ):
        own_ladder.own_ladder(bench_of(folder / "soft.tflite", phantoms, cache))


def test_another_number_of_classes_than_the_images_have_is_refused(
    phantoms: Path, cache: Path, tmp_path: Path
) -> None:
    network(classes=3).save(tmp_path / "three.keras")
    bench = bench_of(tmp_path / "three.keras", phantoms, cache)
    with pytest.raises(MedquantError, match="tells 3 classes apart and the images have 4"):
        own_ladder.own_ladder(bench)


def test_a_file_that_changed_after_planning_is_refused(
    folder: Path, phantoms: Path, cache: Path, tmp_path: Path
) -> None:
    file = tmp_path / "net.tflite"
    file.write_bytes((folder / "soft.tflite").read_bytes())
    bench = bench_of(file, phantoms, cache)
    file.write_bytes((folder / "Raw Scores.tflite").read_bytes())
    with pytest.raises(MedquantError, match="changed after the run was planned"):
        own_ladder.own_ladder(bench)


@pytest.mark.parametrize("kind", FORMATS)
def test_an_unreadable_network_gets_one_sentence(kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"bad.{kind}"
    file.write_bytes(b"this is no network" * 20)
    with pytest.raises(MedquantError) as caught:
        case_of_model(file)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_other_formats_and_ranges_are_refused(folder: Path) -> None:
    with pytest.raises(MedquantError, match=r"suffix is '\.h5', allowed: \.keras, \.tflite, \.onnx"):
        case_of_model(Path("net.h5"))
    with pytest.raises(MedquantError, match=r"range of values '0\.\.2'"):
        case_of_model(folder / "soft.tflite", "0..2")


def test_code_in_a_keras_file_is_not_executed(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 3)),
            keras.layers.Lambda(lambda x: x / 255),
            keras.layers.GlobalMaxPooling2D(),
        ]
    )
    model.save(tmp_path / "lambda.keras")
    with pytest.raises(MedquantError, match="built-in layers only"):
        case_of_model(tmp_path / "lambda.keras")


def test_custom_operations_are_named(tmp_path: Path) -> None:
    import tensorflow as tf

    entry = tf.TensorSpec([1, SIZE, SIZE, 3], tf.float32)
    strange = tf.function(lambda x: tf.nn.softmax(tf.math.erfinv(tf.reduce_mean(x, [1, 2]) / 300)))
    with quiet():
        converter = tf.lite.TFLiteConverter.from_concrete_functions([strange.get_concrete_function(entry)])
        converter.allow_custom_ops = True
        (tmp_path / "strange.tflite").write_bytes(converter.convert())
    with pytest.raises(MedquantError, match="custom operations Erfinv"):
        case_of_model(tmp_path / "strange.tflite")


def test_networks_that_are_no_classifiers_of_images_are_refused(tmp_path: Path) -> None:
    import keras

    keras.Sequential([keras.Input((SIZE, SIZE, 1)), keras.layers.Flatten(), keras.layers.Dense(4)]).save(
        tmp_path / "grey.keras"
    )
    keras.Sequential([keras.Input((SIZE, SIZE, 3)), keras.layers.Conv2D(4, 1)]).save(
        tmp_path / "pixels.keras"
    )
    for name in ("grey", "pixels"):
        with pytest.raises(MedquantError, match="no classifier of square RGB images"):
            case_of_model(tmp_path / f"{name}.keras")


def test_more_classes_than_digits_are_refused(tmp_path: Path) -> None:
    network(classes=37).save(tmp_path / "many.keras")
    with pytest.raises(MedquantError, match="tells 37 classes apart; allowed: up to 36"):
        case_of_model(tmp_path / "many.keras")


def test_a_network_that_is_quantized_already_is_refused(folder: Path, phantoms: Path, cache: Path) -> None:
    built = own_ladder.own_ladder(bench_of(folder / "soft.tflite", phantoms, cache))
    for arm in built.arms[1:]:
        with pytest.raises(MedquantError, match="give the float32 network"):
            case_of_model(arm.file)


def test_a_run_tells_what_each_scheme_costs_and_where_that_lies(
    folder: Path, phantoms: Path, cache: Path, seeded_db: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("ROUNDS", 2), ("REPEATS", 1), ("CORRUPTED_IMAGES", 4)):
        monkeypatch.setattr(gather, name, value)
    file = folder / "Raw Scores.onnx"
    case = case_of_model(file, "-1..1")
    run_id = plan_run(seeded_db, case, split="paper", seed=0, synthetic=True, actor="tester")
    lease_run(seeded_db, run_id, actor="tester")
    result = execute(job_of(case, file, phantoms, cache), silent)
    finish_run(seeded_db, run_id, result, actor="tester", log=None)
    with reading(seeded_db) as connection:
        assert last_run(connection, case.case_hash) == run_id
        lines = list(own_lines(connection, run_id, place_run))
    assert lines[0] == f"note: {own_ladder.SOFTMAX_ADDED}"
    assert "synthetic" in lines[1]
    assert any(
        line.startswith("note: on paper/validation the network is no better than always") for line in lines
    )
    arms = [line.split(", ")[0] for line in lines if ", paper/validation: accuracy " in line]
    assert arms == ["fp32", *SCHEMES["onnx"]]
    told = [line for line in lines if line.startswith("int8, paper/validation: accuracy ")]
    assert len(told) == 1
    assert " points (95 % interval " in told[0]
    assert "the literature's 95 % prediction interval" in told[0]
