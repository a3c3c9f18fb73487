"""The process of one arm: executes JSON commands, a line each, and answers with a line each.

Started by `benchmark.measure.child`; it knows one network and one runtime and imports nothing that it can do without, so
that its memory and its start are the arm's own.
"""

import ctypes
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, TextIO

PARENT_DEATH_SIGNAL = 1
STATUS = Path("/proc/self/status")


class ArmCommands:
    """What the process can be told to do; every method answers with JSON values."""

    def hello(self, runtime: str) -> dict[str, Any]:
        """Import the runtime and tell the memory that it takes without a network."""
        import numpy  # noqa: F401, ICN001 - its memory belongs to the bare runtime

        from benchmark.arms import Runtime

        self.runtime = Runtime(runtime)
        match self.runtime:
            case Runtime.LITERT:
                import ai_edge_litert.interpreter  # noqa: F401
            case Runtime.ONNXRUNTIME:
                import onnxruntime  # noqa: F401
            case Runtime.TORCH:
                import importlib

                importlib.import_module("torch")
        return {"bare_bytes": memory(peak=False), "resets": reset_peak()}

    def open(self, file: str, threads: int, batch: int, size: int | None = None) -> dict[str, Any]:
        """Open the network and make its first prediction."""
        import numpy as np

        from benchmark.measure.session import open_session

        begin = time.perf_counter_ns()
        self.session = open_session(Path(file), self.runtime, threads=threads, batch=batch, size=size)
        shape = (self.session.batch, self.session.input_size, self.session.input_size, 3)
        self.images = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
        self.session.run(self.images)
        return {"load_ns": time.perf_counter_ns() - begin, "batch": self.session.batch}

    def time(self, calls: int, discard: int) -> dict[str, Any]:
        """Time calls, one by one, after some that are not counted."""
        run, images, clock = self.session.run, self.images, time.perf_counter_ns
        for _ in range(discard):
            run(images)
        spent = []
        for _ in range(calls):
            begin = clock()
            run(images)
            spent.append(clock() - begin)
        return {"ns": spent}

    def repeat(self, seconds: float) -> dict[str, Any]:
        """Run for some seconds and tell how many calls that were."""
        calls, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.session.run(self.images)
            calls += 1
        return {"calls": calls}

    def peak(self) -> dict[str, Any]:
        """Tell the largest memory that this process has held."""
        return {"peak_bytes": memory(peak=True)}


def memory(*, peak: bool) -> int | None:
    """Return the resident bytes of this process, the largest so far or those of now; None where only the peak is known."""
    try:
        lines = STATUS.read_text(encoding="ascii").splitlines()
        return 1024 * next(
            int(line.split()[1]) for line in lines if line.startswith("VmHWM:" if peak else "VmRSS:")
        )
    except (OSError, StopIteration):
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def reset_peak() -> bool:
    """Let the peak start anew, so that what importing took for a moment does not count; tell whether that worked."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return False
    return True


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent ends, even inside native code."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)


def serve(commands: TextIO, answers: TextIO) -> None:
    """Answer commands until there are no more: the pipe closes when the parent ends, however it ends."""
    from db.errors import MedquantError

    arm = ArmCommands()
    for line in commands:
        wanted: dict[str, Any] = json.loads(line)
        try:
            answer = getattr(arm, wanted.pop("do"))(**wanted)
        except MedquantError as error:
            answer = {"error": str(error)}
        except ImportError as error:
            answer = {
                "error": f"{error.name} is not installed: install the benchmark extra, or onnx or torch for such networks"
            }
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def main() -> None:
    """Serve the parent through the pipes; what native code prints goes to standard error."""
    die_with_parent()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        serve(sys.stdin, answers)
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(1)


if __name__ == "__main__":
    main()
