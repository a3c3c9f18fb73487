"""What measuring time and memory in processes of their own promises."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper, save

from benchmark.arms import Runtime
from benchmark.measure import latency as latency_module
from benchmark.measure.child import ArmChild
from benchmark.measure.footprint import footprint
from benchmark.measure.latency import (
    block_log_ratios,
    block_order,
    compare_latency,
    load_note,
    paired_log_ratio,
)
from db.errors import MedquantError

ONNX = Runtime.ONNXRUNTIME


def network(path: Path, *, repeats: int = 1, batch: int | str = "n") -> Path:
    """Write an ONNX classifier of 16 pixels whose work grows with `repeats`."""
    matrix = np.eye(768, dtype=np.float32)
    nodes = [helper.make_node("Flatten", ["images"], ["x0"])]
    nodes += [helper.make_node("MatMul", [f"x{k}", "matrix"], [f"x{k + 1}"]) for k in range(repeats)]
    nodes += [
        helper.make_node("MatMul", [f"x{repeats}", "head"], ["z"]),
        helper.make_node("Softmax", ["z"], ["p"]),
    ]
    graph = helper.make_graph(
        nodes,
        "work",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [batch, 16, 16, 3])],
        [helper.make_tensor_value_info("p", TensorProto.FLOAT, [batch, 2])],
        [
            numpy_helper.from_array(matrix, "matrix"),
            numpy_helper.from_array(np.full((768, 2), 1e-4, np.float32), "head"),
        ],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
    return path


@pytest.fixture(scope="session")
def light(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a network with little work."""
    return network(tmp_path_factory.mktemp("light") / "light.onnx")


@pytest.fixture(scope="session")
def heavy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a network with thirty times the work."""
    return network(tmp_path_factory.mktemp("heavy") / "heavy.onnx", repeats=30)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[ArmChild]:
    """Return the list of all processes that a latency measurement starts."""
    born: list[ArmChild] = []

    class Noted(ArmChild):
        def __init__(self, file: Path, runtime: Runtime, *, patience: float) -> None:
            super().__init__(file, runtime, patience=patience)
            born.append(self)

    monkeypatch.setattr(latency_module, "ArmChild", Noted)
    return born


def gone(pid: int, within: float = 5.0) -> bool:
    """Tell whether a process ends in time; one that nobody has waited for yet counts as ended."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def test_two_arms_are_timed_in_turn_in_random_order_and_their_processes_end(
    light: Path, heavy: Path, children: list[ArmChild]
) -> None:
    result = compare_latency((heavy, ONNX), (light, ONNX), threads=1, rounds=8, seconds=0.4, seed=1)
    rounds = [set(result.order[k : k + 2]) for k in range(0, 16, 2)]
    assert rounds == [{"baseline", "quantized"}] * 8
    assert len({result.order[k] for k in range(0, 16, 2)}) == 2
    assert len(result.baseline.block_medians_ms) == len(result.quantized.block_medians_ms) == 8
    assert result.quantized.p50_ms < result.baseline.p50_ms
    assert result.ratio.ci_low < result.ratio.value < result.ratio.ci_high < 1
    assert result.ratio.value == pytest.approx(math.exp(np.mean(block_log_ratios(result))))
    assert result.baseline.p50_ms <= result.baseline.p90_ms <= result.baseline.p99_ms
    assert len(children) == 2
    assert len({child.process.pid for child in children}) == 2
    assert all(child.process.returncode is not None for child in children)
    assert all(gone(child.process.pid) for child in children)


def test_equal_seeds_give_equal_orders() -> None:
    assert block_order(20, seed=3) == block_order(20, seed=3) != block_order(20, seed=4)


def test_throughput_counts_images_not_calls(light: Path) -> None:
    result = compare_latency((light, ONNX), (light, ONNX), threads=1, batch=8, rounds=2, seconds=0.05)
    assert result.batch == 8
    assert result.baseline.images_per_second == pytest.approx(8000 / result.baseline.p50_ms)


def test_if_one_arm_takes_no_batch_both_get_single_images(light: Path, tmp_path: Path) -> None:
    fixed = network(tmp_path / "fixed.onnx", batch=1)
    result = compare_latency((light, ONNX), (fixed, ONNX), threads=1, batch=8, rounds=2, seconds=0.05)
    assert result.batch == 1


def test_the_ratio_is_formed_within_rounds() -> None:
    mean, variance = paired_log_ratio((1.0, 2.0, 4.0), (0.5, 1.0, 2.0))
    assert (mean, variance) == (pytest.approx(math.log(0.5)), 0)
    mean, variance = paired_log_ratio((1.0, 1.0), (1.0, math.e**2))
    assert (mean, variance) == (pytest.approx(1), pytest.approx(1))


def test_a_busy_machine_is_noted() -> None:
    assert load_note(0.3, 2) == ""
    assert "load 1.7 on 2 cores" in load_note(1.7, 2)
    assert "unknown" in load_note(None, 2)


def test_an_arm_that_cannot_be_run_gives_its_sentence_and_leaves_no_process(
    light: Path, tmp_path: Path, children: list[ArmChild]
) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"no network")
    with pytest.raises(MedquantError, match=r"bad\.onnx: it is damaged"):
        compare_latency((light, ONNX), (tmp_path / "bad.onnx", ONNX), threads=1)
    assert all(gone(child.process.pid) for child in children)


def test_a_killed_process_gives_one_sentence(light: Path) -> None:
    with ArmChild(light, ONNX) as arm:
        arm.ask("hello", runtime=ONNX.value)
        os.kill(arm.process.pid, signal.SIGKILL)
        with pytest.raises(MedquantError, match="by signal 9, often a lack of memory") as caught:
            arm.ask("open", file=str(light), threads=1, batch=1)
    assert "\n" not in str(caught.value)


def test_a_process_that_fails_says_why(light: Path) -> None:
    with ArmChild(light, ONNX) as arm, pytest.raises(MedquantError, match=r"with code 1 .*AttributeError"):
        arm.ask("dance")


def test_a_hanging_process_is_ended_with_a_sentence(light: Path) -> None:
    with ArmChild(light, ONNX) as arm:
        arm.ask("hello", runtime=ONNX.value)
        arm.ask("open", file=str(light), threads=1, batch=1)
        arm.patience = 0.3
        with pytest.raises(MedquantError, match=r"did not answer 'repeat' within 0\.3 s"):
            arm.ask("repeat", seconds=60)
        assert gone(arm.process.pid)


@pytest.mark.parametrize("do", ["hello", "repeat"])
def test_a_process_does_not_outlive_its_parent(do: str, light: Path) -> None:
    """The parent is killed while its child waits, and while its child works."""
    code = f"""
import os, signal, threading, time
from pathlib import Path
from benchmark.arms import Runtime
from benchmark.measure.child import ArmChild
arm = ArmChild(Path({str(light)!r}), Runtime.ONNXRUNTIME)
arm.ask("hello", runtime="onnxruntime")
arm.ask("open", file={str(light)!r}, threads=1, batch=1)
print(arm.process.pid, flush=True)
if {do!r} == "repeat":
    threading.Thread(target=arm.ask, args=("repeat",), kwargs=dict(seconds=60), daemon=True).start()
    time.sleep(0.2)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert gone(int(done.stdout))


def test_the_process_of_an_arm_imports_nothing_but_its_runtime(light: Path) -> None:
    code = """
import sys, json
from benchmark.measure.arm_process import ArmCommands
arm = ArmCommands()
arm.hello("onnxruntime")
arm.open(sys.argv[1], threads=1, batch=1)
arm.time(calls=1, discard=0)
print(json.dumps([m for m in ("tensorflow", "keras", "ai_edge_litert", "scipy", "sqlalchemy") if m in sys.modules]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(light)], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []


def test_memory_is_the_arms_own_and_grows_with_its_weights(light: Path, tmp_path: Path) -> None:
    wide = tmp_path / "wide.onnx"
    graph = helper.make_graph(
        [
            helper.make_node("Flatten", ["images"], ["x"]),
            helper.make_node("MatMul", ["x", "a"], ["y"]),
            helper.make_node("MatMul", ["y", "b"], ["z"]),
            helper.make_node("Softmax", ["z"], ["p"]),
        ],
        "wide",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 16, 16, 3])],
        [helper.make_tensor_value_info("p", TensorProto.FLOAT, [1, 2])],
        [
            numpy_helper.from_array(np.full((768, 16384), 1e-6, np.float32), "a"),
            numpy_helper.from_array(np.zeros((16384, 2), np.float32), "b"),
        ],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), wide)
    small = footprint(light, ONNX, threads=1, repeats=1)
    large = footprint(wide, ONNX, threads=1, repeats=1)
    assert large.memory.value - small.memory.value > 768 * 16384 * 4 / 1e6 * 0.9
    assert small.memory.value == pytest.approx(small.peak.value - small.bare.value)
    assert 0 < small.load.value < small.cold_start.value
    assert small.cold_start.ci_low is None
