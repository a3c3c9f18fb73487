"""What packs promise: one zip that any device runs alone, and a result that is checked before it becomes a run."""

import ast
import copy
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, func, select

from benchmark.arms import silent
from benchmark.catalogue import Case
from benchmark.data.phantom import write_phantom
from benchmark.device_result import LARGEST, read_result
from benchmark.device_rows import rows_of
from benchmark.job import Job
from benchmark.measure.intervals import bonett_price
from benchmark.own_model import case_of_model
from benchmark.pack import PART, RUNNER, balanced_sample, pack
from benchmark.quiet import quiet
from benchmark.records import plan_run
from benchmark.unpack import unpack
from db.digits import digits_of
from db.errors import MedquantError
from db.models.tables import Comparison, Environment, ImageSet, Measurement, Prediction, Run
from db.session import place_of, reading
from db.vocabulary import Execution, RunState

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorflow"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:keras"),
    pytest.mark.filterwarnings("ignore::UserWarning:tensorflow.lite.python.convert"),
    pytest.mark.filterwarnings("ignore::UserWarning:keras"),
]

SIZE = 32
ALONE = """
import runpy, sys
sys.argv = ["run.py", *sys.argv[2:]]
try:
    runpy.run_path("run.py", run_name="__main__")
finally:
    ours = {name.partition(".")[0] for name in sys.modules} & {"benchmark", "db", "review", "reports", "medquant"}
    assert not ours, ours
"""
"""Runs run.py and fails if it imported anything of this project."""


@dataclass(frozen=True)
class Pack:
    """A pack that was made, unzipped and run: its case, job, zip, folder and result."""

    case: Case
    job: Job
    zip: Path
    folder: Path
    result: dict[str, Any]


def run_alone(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a pack in an interpreter that sees neither this project nor the environment."""
    return subprocess.run(
        [sys.executable, "-I", "-c", ALONE, "--", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """Return the pack of a tiny network on phantoms, run once."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(16, 3, strides=2, activation="relu"),
            keras.layers.Conv2D(16, 3, strides=2, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(4, "softmax", kernel_initializer=keras.initializers.RandomNormal(0, 9)),
        ]
    )
    root = tmp_path_factory.mktemp("pack")
    with quiet():
        (root / "tiny.tflite").write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
    write_phantom(root / "phantoms", per_class=15, size=SIZE, seed=0)
    case = case_of_model(root / "tiny.tflite")
    job = Job(
        "pack-tiny",
        case.case_id,
        case.text,
        None,
        "paper",
        0,
        str(root / "cache"),
        data=str(root / "phantoms"),
        model=str(root / "tiny.tflite"),
    )
    pack(job, root / "tiny.zip", images=11, include_images=False, progress=silent)
    with zipfile.ZipFile(root / "tiny.zip") as archive:
        archive.extractall(root / "device")
    folder = next((root / "device").iterdir())
    done = run_alone(folder, "--rounds", "3", "--seconds", "0.1", "--repeats", "2")
    assert done.returncode == 0, done.stderr
    return Pack(case, job, root / "tiny.zip", folder, json.loads((folder / "result.json").read_text()))


@pytest.fixture
def given(packed: Pack, tmp_path: Path) -> Callable[..., Path]:
    """Return what writes the result, changed by a function, as a file."""

    def write(change: Callable[[dict[str, Any]], object] = lambda _: None) -> Path:
        result = copy.deepcopy(packed.result)
        change(result)
        (tmp_path / "result.json").write_text(json.dumps(result))
        return tmp_path / "result.json"

    return write


@pytest.fixture
def database(seeded_db: Engine, packed: Pack) -> Engine:
    """Return a database that knows the case, though no run of it is done."""
    plan_run(seeded_db, packed.case, split="grouped", seed=0, synthetic=True, actor="tester")
    return seeded_db


def count(engine: Engine, table: Any) -> int:
    """Return the number of rows of a table."""
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_a_zip_holds_networks_sample_runner_and_manifest_and_no_trace_of_the_machine(packed: Pack) -> None:
    with zipfile.ZipFile(packed.zip) as archive:
        names = {name.split("/", 1)[1] for name in archive.namelist()}
        content = b"".join(archive.read(name) for name in archive.namelist())
    arms = {f"arms/{key}.tflite" for key in ("fp32", "float16", "dynamic_int8", "int8", "int4")}
    assert names == arms | {"README.txt", "images.npy", "manifest.json", "requirements.txt", "run.py"}
    assert str(packed.zip.parent).encode() not in content
    images = np.load(packed.folder / "images.npy", allow_pickle=False)
    assert (images.shape, images.dtype) == ((8, SIZE, SIZE, 3), np.uint8)
    manifest = packed.result["manifest"]
    assert manifest["sample"]["labels"] == "00112233"
    assert (manifest["synthetic"], manifest["case_hash"]) == (True, packed.case.case_hash)
    assert "synthetic" in manifest["licence"]


def test_the_same_case_is_packed_to_the_same_bytes(packed: Pack, tmp_path: Path) -> None:
    pack(packed.job, tmp_path / "again.zip", images=11, include_images=False, progress=silent)
    assert (tmp_path / "again.zip").read_bytes() == packed.zip.read_bytes()


def test_the_sample_is_balanced_and_spread_over_each_class() -> None:
    labels = np.array([0] * 10 + [1] * 4 + [0, 1])
    indices = np.arange(14)
    assert balanced_sample(indices, labels, 7).tolist() == [0, 4, 9, 10, 11, 13]
    assert balanced_sample(indices, labels, 100).tolist() == [0, 3, 6, 9, 10, 11, 12, 13]
    with pytest.raises(MedquantError, match="there are 2 classes; ask for at least 2"):
        balanced_sample(indices, labels, 1)


def test_the_runner_needs_python_3_9_numpy_and_a_runtime_only() -> None:
    tree = ast.parse(RUNNER.read_text(encoding="utf-8"), feature_version=(3, 9))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - sys.stdlib_module_names == {"numpy", "ai_edge_litert", "tflite_runtime"}


def test_the_device_predicts_as_the_machine_that_packed(packed: Pack) -> None:
    for key, arm in packed.result["arms"].items():
        assert arm["agree"] == 8, key
        assert np.argmax(arm["probabilities"], axis=1).tolist() == [
            int(digit) for digit in packed.result["manifest"]["arms"][key]["reference"]
        ]


@pytest.mark.parametrize("name", ["images.npy", "arms/int8.tflite", "manifest.json"])
def test_the_runner_refuses_files_that_are_not_what_was_packed(
    name: str, packed: Pack, tmp_path: Path
) -> None:
    shutil.copytree(packed.folder, tmp_path / "pack")
    content = (tmp_path / "pack" / name).read_bytes()
    (tmp_path / "pack" / name).write_bytes(content[:-9])
    (tmp_path / "pack" / "result.json").unlink()
    done = run_alone(tmp_path / "pack")
    assert done.returncode == 1
    assert done.stderr.startswith(f"run.py: {name} is missing or")
    assert not (tmp_path / "pack" / "result.json").exists()


def test_a_result_becomes_a_run_on_a_device(
    packed: Pack, given: Callable[..., Path], database: Engine
) -> None:
    run_id = unpack(database, read_result(given()), actor="tester")
    manifest, arms = packed.result["manifest"], packed.result["arms"]
    labels = np.array([int(digit) for digit in manifest["sample"]["labels"]])
    right = {key: np.argmax(arm["probabilities"], axis=1) == labels for key, arm in arms.items()}
    with reading(database) as connection:
        run = connection.execute(select(Run.__table__).where(Run.run_id == run_id)).one()
        rows = connection.execute(select(Comparison.__table__).where(Comparison.run_id == run_id)).all()
        said = {
            row.arm: row.classes
            for row in connection.execute(select(Prediction.__table__).where(Prediction.run_id == run_id))
        }
        images = connection.execute(select(ImageSet.__table__)).one()
        machine = connection.execute(select(Environment.__table__)).one()
        measured = {
            (row.arm, row.metric, row.split): row
            for row in connection.execute(select(Measurement.__table__).where(Measurement.run_id == run_id))
        }
    assert (run.state, run.synthetic, run.case_hash) == (RunState.DONE, True, packed.case.case_hash)
    assert {row.execution for row in rows} == {Execution.DEVICE}
    accuracy = {row.arm_key: row for row in rows if row.outcome == "accuracy"}
    assert set(accuracy) == {"float16", "dynamic_int8", "int8", "int4"}
    for key, row in accuracy.items():
        gained, lost = (right[key] & ~right["fp32"]).sum(), (~right[key] & right["fp32"]).sum()
        assert (row.discordant_gained, row.discordant_lost, row.n_test) == (gained, lost, 8)
        assert (row.split, row.baseline_key) == (f"paper/{PART}", "fp32")
        assert float(row.quantized_value) == pytest.approx(100 * right[key].mean())
        change = measured[key, "accuracy_change", f"paper/{PART}"]
        assert (change.ci_low, change.ci_high) == pytest.approx(
            [100 * end for end in bonett_price(int(gained), int(lost), 8)]
        )
    size = next(row for row in rows if row.arm_key == "int8" and row.outcome == "size")
    assert float(size.quantized_value) == pytest.approx(manifest["arms"]["int8"]["bytes"] / 1e6)
    p50 = measured["int8", "latency_p50_ms", "1 thread"].value
    assert p50 == arms["int8"]["latency"]["1"]["p50_ms"]
    assert said == {
        key: digits_of(np.argmax(arm["probabilities"], axis=1).tolist()) for key, arm in arms.items()
    }
    assert (images.part, images.n, images.labels) == (PART, 8, "00112233")
    assert set(machine.facts) == {
        "device", "processor", "machine", "flags", "usable_cores", "memory_gib", "governor", "system", "kernel",
        "python", "packages",
    }  # fmt: skip


def test_the_same_result_is_taken_in_once(given: Callable[..., Path], database: Engine) -> None:
    run_id = unpack(database, read_result(given()), actor="tester")
    before = count(database, Run)
    path = given()
    path.write_text(json.dumps(json.loads(path.read_text()), indent=4, sort_keys=True))
    with pytest.raises(MedquantError, match=f"in the database already, as run {run_id}"):
        unpack(database, read_result(path), actor="tester")
    assert count(database, Run) == before


def test_a_case_that_nobody_here_knows_is_refused(given: Callable[..., Path], seeded_db: Engine) -> None:
    with pytest.raises(MedquantError, match="neither this medquant nor the database has"):
        unpack(seeded_db, read_result(given()), actor="tester")
    assert count(seeded_db, Run) == 0


def test_a_known_case_under_another_name_and_an_unknown_technique_are_refused(
    given: Callable[..., Path], database: Engine
) -> None:
    before = count(database, Run)
    with pytest.raises(MedquantError, match="neither this medquant nor the database has"):
        unpack(database, read_result(given(_put("other", "manifest", "case_id"))), actor="tester")
    strange = _put(["magic"], "manifest", "arms", "int8", "technique")
    with pytest.raises(MedquantError, match="'magic'"):
        unpack(database, read_result(given(strange)), actor="tester")
    assert count(database, Run) == before


def test_an_arm_that_the_device_cannot_execute_is_noted(given: Callable[..., Path]) -> None:
    def fail(result: dict[str, Any]) -> None:
        result["arms"]["int4"] = {"error": "RuntimeError: no kernel for 4 bits"}

    rows = rows_of(read_result(given(fail)))
    assert "int4" not in {row["arm_key"] for row in rows["comparisons"]}
    noted = [row for row in rows["measurements"] if row["arm"] == "int4"]
    assert [(row["value"], row["note"]) for row in noted] == [
        (None, "not executed: RuntimeError: no kernel for 4 bits")
    ]


def _put(value: object, *path: str | int) -> Callable[[dict[str, Any]], None]:
    def change(result: dict[str, Any]) -> None:
        place: Any = result
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


WRONG: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a key too many": (_put(1, "extra"), "'extra' is not expected"),
    "a key too few": (lambda result: result.pop("device"), "'device' is missing"),
    "another format": (_put("other", "format"), "'other' is not allowed"),
    "a later version": (_put(2, "version"), "'2' is not allowed; allowed: 1 to 1"),
    "a changed case": (_put("title = 1", "manifest", "text"), "own-"),
    "a changed hash": (_put("0" * 64, "manifest", "case_hash"), "another SHA-256"),
    "a prettier accuracy": (_put(9, "arms", "int8", "correct"), "'correct', and its predictions give"),
    "a missing arm": (lambda result: result["arms"].pop("int8"), "other arms than were packed"),
    "a strange contrast": (_put("int2", "manifest", "contrasts", 0, "arm"), "'int2', which is no arm"),
    "a label of no class": (_put("00112239", "manifest", "sample", "labels"), "'9' names no class"),
    "a probability of 7": (_put(7, "arms", "int8", "probabilities", 0, 0), "'7' is not allowed"),
    "a text for a number": (_put("1", "arms", "int8", "latency", "1", "p50_ms"), "\"'1'\" is not allowed"),
    "a control character": (_put("a\x1b[2Jb", "device", "processor"), "characters that do not belong"),
    "a long text": (_put("x" * 201, "device", "system"), "201 entries or characters"),
    "a truth for a count": (_put(True, "manifest", "seed"), "'True' is not allowed"),
    "no bits": (_put(["7b"], "manifest", "arms", "int8", "weight_bits"), "'7b' is not allowed there"),
    "real phantoms": (
        lambda result: result["manifest"].update(dataset="phantom", synthetic=False),
        "phantoms are synthetic",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_result_that_is_not_as_it_should_be_is_refused_with_its_place(
    name: str, given: Callable[..., Path]
) -> None:
    change, message = WRONG[name]
    with pytest.raises(MedquantError) as caught:
        read_result(given(change))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"format": 1, "format": 2}', "a key stands twice"),
        (b'{"seconds": NaN}', "NaN is no number"),
        (b"[]", "an object belongs"),
        (b" " * (LARGEST + 1), "more than 16,000,000 bytes"),
    ],
)
def test_a_file_that_is_no_result_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "result.json").write_bytes(content)
    with pytest.raises(MedquantError, match=message):
        read_result(tmp_path / "result.json")


def test_images_of_a_private_folder_travel_only_where_that_is_said(packed: Pack, tmp_path: Path) -> None:
    private = tmp_path / "ward"
    shutil.copytree(packed.zip.parent / "phantoms", private)
    (private / "SYNTHETIC.txt").unlink()
    job = replace(packed.job, data=str(private), cache=str(tmp_path / "cache"))
    with pytest.raises(MedquantError, match="may show patients"):
        pack(job, tmp_path / "ward.zip", images=8, include_images=False, progress=silent)
    assert not (tmp_path / "ward.zip").exists()
    pack(job, tmp_path / "ward.zip", images=8, include_images=True, progress=silent)
    with zipfile.ZipFile(tmp_path / "ward.zip") as archive:
        readme = next(name for name in archive.namelist() if name.endswith("README.txt"))
        assert "may show patients" in archive.read(readme).decode()


def test_the_command_line_packs_nothing_for_an_unknown_case_and_takes_in_a_result(
    medquant: Any, given: Callable[..., Path], database: Engine
) -> None:
    address = place_of(database)
    assert "there is no case 'nothing'" in medquant("benchmark", "pack", "nothing", "--phantom").err
    done = medquant("benchmark", "unpack", given(), "--db", address)
    assert (done.code, ": done, on " in done.out) == (0, True)
    again = medquant("benchmark", "unpack", given(), "--db", address)
    assert (again.code, "already" in again.err) == (1, True)
    missing = medquant("benchmark", "unpack", "nowhere.json", "--db", address)
    assert (missing.code, "cannot be read" in missing.err) == (1, True)
