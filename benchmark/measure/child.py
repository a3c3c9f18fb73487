"""A fresh process for one arm, which answers in time or is ended."""

import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmark.arms import Runtime
from db.errors import MedquantError

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 300.0
GRACE = 2.0


class ArmChild:
    """A child process that runs one arm; leaving its `with` block ends it, and so does the end of the thread that made it.

    Parameters
    ----------
    file, runtime
        The arm's network and what executes it.
    patience
        Seconds that one command may take before the child counts as hanging.
    """

    def __init__(self, file: Path, runtime: Runtime, *, patience: float = PATIENCE) -> None:
        self.file = file
        self.runtime = runtime
        self.patience = patience
        self.started_ns = time.perf_counter_ns()
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the child
        path = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH", "")]))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmark.measure.arm_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._unread = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, do: str, **arguments: object) -> dict[str, Any]:
        """Return the answer to a command.

        Raises
        ------
        MedquantError
            If the arm cannot be run, or its process ended or did not answer in time.
        """
        assert self.process.stdin is not None  # noqa: S101 - a pipe was asked for; for the type checker
        try:
            self.process.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
            self.process.stdin.flush()
        except (BrokenPipeError, ValueError) as error:
            raise self._ended(do) from error
        answer: dict[str, Any] = json.loads(self._line(do))
        if "error" in answer:
            raise MedquantError(answer["error"])
        return answer

    def close(self) -> None:
        """End the process: it is asked to, then made to."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._complaints.close()

    def _line(self, do: str) -> bytes:
        assert self.process.stdout is not None  # noqa: S101 - a pipe was asked for; for the type checker
        out = self.process.stdout.fileno()
        end = time.monotonic() + self.patience
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            while b"\n" not in self._unread:
                if not selector.select(max(0.0, end - time.monotonic())):
                    self.process.kill()
                    raise MedquantError(
                        f"the process that runs {self.file.name} did not answer {do!r} within {self.patience:g} s and "
                        "was ended: use a smaller network or fewer calls"
                    )
                read = os.read(out, 1 << 16)
                if not read:
                    raise self._ended(do)
                self._unread += read
        line, self._unread = self._unread.split(b"\n", 1)
        return line

    def _ended(self, do: str) -> MedquantError:
        """Return what to say of a process that is gone."""
        code = self.process.wait()
        how = f"by signal {-code}, often a lack of memory" if code < 0 else f"with code {code}"
        self._complaints.seek(0)
        said = self._complaints.read()[-2000:].decode("utf-8", "replace").strip().splitlines()
        last = f", saying {said[-1][:160]!r}" if said and code > 0 else ""
        return MedquantError(
            f"the process that runs {self.file.name} with {self.runtime} ended {how} during {do!r}{last}: run it alone "
            "on a machine with more memory, or convert the network again"
        )
