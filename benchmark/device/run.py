"""Measure quantized networks on this device: `python run.py` writes result.json.

Needs Python 3.9 or newer, numpy, and ai-edge-litert (or tflite-runtime): `pip install -r requirements.txt`. It reads the files
beside it, opens no network connection, and writes down neither the name of this machine or its user nor any path.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CALLS = (3, 400)
WARM_UP, DISCARD, SETTLE = 5, 2, 0.02
PATIENCE_OF_CHILD = 20.0
PACKAGES = ("ai-edge-litert", "tflite-runtime", "numpy")


class RunnerError(Exception):
    """What stops the runner, in one sentence."""


def main() -> int:
    """Measure everything and write the result."""
    parser = argparse.ArgumentParser(description="Measure the networks of this pack and write result.json.")
    parser.add_argument("--out", default="result.json", help="the file to write (default: result.json)")
    parser.add_argument("--rounds", type=int, default=20, help="rounds of timing, each arm once a round")
    parser.add_argument("--seconds", type=float, default=10.0, help="about how long each timing takes")
    parser.add_argument("--repeats", type=int, default=5, help="fresh processes for memory and start")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        return serve()
    try:
        if given.rounds < 2 or given.repeats < 1 or not given.seconds > 0:
            raise RunnerError("--rounds starts at 2, --repeats at 1, and --seconds is more than 0")
        result = measured(given.rounds, given.seconds, given.repeats)
        Path(given.out).write_text(json.dumps(result, allow_nan=False), encoding="utf-8")
    except (RunnerError, OSError) as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 1
    print(f"{given.out} is written; take it home with `medquant benchmark unpack {given.out}`")
    return 0


def measured(rounds: int, seconds: float, repeats: int) -> dict[str, Any]:
    """Return the result: what is in the pack, what this device is, and what was measured."""
    began, clock = dt.datetime.now(dt.timezone.utc), time.monotonic()  # noqa: UP017 - Python 3.9
    manifest = checked_manifest()
    arms: dict[str, dict[str, Any]] = {}
    for key, arm in manifest["arms"].items():
        say(f"{key}: predicting {manifest['sample']['n']} images")
        try:
            arms[key] = predicted(manifest, arm)
            arms[key]["memory"] = [footprint(arm) for _ in range(repeats)]
        except RunnerError as error:
            arms[key] = {"error": str(error)[:300]}
            say(f"{key}: failed: {error}")
    working = [key for key in arms if "error" not in arms[key]]
    if not working:
        raise RunnerError("no network of this pack can be executed here; install a newer ai-edge-litert")
    loads: dict[str, Any] = {}
    for name, threads in thread_counts().items():
        say(f"timing with {threads} thread{'s' * (threads > 1)}")
        before = load()
        timed = timings({key: manifest["arms"][key] for key in working}, threads, rounds, seconds)
        loads[name] = {"before": before, "after": load()}
        for key in working:
            arms[key].setdefault("latency", {})[name] = timed[key]
    for key in working:
        tell(key, arms[key], manifest["sample"]["n"])
    return {
        "format": "medquant-device-result",
        "version": 1,
        "manifest": manifest,
        "runner_sha256": digest(Path(__file__)),
        "began": began.isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - clock, 1),
        "device": device_facts(),
        "load": loads,
        "arms": arms,
    }


def checked_manifest() -> dict[str, Any]:
    """Return the manifest after every file that it names was held to its hash."""
    try:
        manifest: dict[str, Any] = json.loads((HERE / "manifest.json").read_text(encoding="utf-8"))
        files = {manifest["sample"]["file"]: manifest["sample"]["sha256"]}
        files.update({arm["file"]: arm["sha256"] for arm in manifest["arms"].values()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunnerError("manifest.json is missing or damaged; unpack the zip file again") from error
    for name, wanted in files.items():
        try:
            found = digest(HERE / name)
        except OSError:
            found = None
        if found != wanted:
            raise RunnerError(f"{name} is missing or not what was packed; unpack the zip file again")
    return manifest


def predicted(manifest: dict[str, Any], arm: dict[str, Any]) -> dict[str, Any]:
    """Return the probabilities of one arm, and how many are right or as on the machine that packed."""
    with Child() as child:
        child.ask(do="open", file=arm["file"], threads=thread_counts().get("all", 1))
        rows = child.ask(do="predict", file=manifest["sample"]["file"])["rows"]
    classes = [row.index(max(row)) for row in rows]
    digits = "".join("0123456789abcdefghijklmnopqrstuvwxyz"[number] for number in classes)
    return {
        "probabilities": rows,
        "correct": same(digits, manifest["sample"]["labels"]),
        "agree": same(digits, arm["reference"]),
    }


def same(digits: str, others: str) -> int:
    """Return at how many places two texts of equal length agree."""
    return sum(digits[k] == others[k] for k in range(len(others)))


def footprint(arm: dict[str, Any]) -> dict[str, Any]:
    """Return memory and start of one arm, in a fresh process."""
    begin = time.perf_counter()
    with Child() as child:
        loaded = child.ask(do="open", file=arm["file"], threads=thread_counts().get("all", 1))["load_ms"]
        started = 1000 * (time.perf_counter() - begin)
        child.ask(do="time", calls=5, discard=0)
        peak = child.ask(do="peak")["peak_bytes"]
        return {"bare_bytes": child.bare, "peak_bytes": peak, "cold_start_ms": started, "load_ms": loaded}


def timings(
    arms: dict[str, dict[str, Any]], threads: int, rounds: int, seconds: float
) -> dict[str, dict[str, Any]]:
    """Time all arms interleaved: in each round each arm once, in random order."""
    children: dict[str, Child] = {}
    try:
        for key, arm in arms.items():
            children[key] = Child()
            children[key].ask(do="open", file=arm["file"], threads=threads)
        share = seconds * 1e9 / (rounds * len(arms))
        calls = {}
        for key, child in children.items():
            median = statistics.median(child.ask(do="time", calls=CALLS[0], discard=WARM_UP)["ns"])
            calls[key] = int(min(max(share / max(median, 1), CALLS[0]), CALLS[1]))
        blocks: dict[str, list[list[int]]] = {key: [] for key in arms}
        order = random.Random(0)  # noqa: S311 - an order, not a secret
        for _ in range(rounds):
            for key in order.sample(sorted(arms), len(arms)):
                time.sleep(SETTLE)
                blocks[key].append(children[key].ask(do="time", calls=calls[key], discard=DISCARD)["ns"])
        return {key: summary(found) for key, found in blocks.items()}
    finally:
        for child in children.values():
            child.close()


def summary(blocks: list[list[int]]) -> dict[str, Any]:
    """Return quantiles of all calls, and the median of each round, in milliseconds."""
    import numpy as np

    times = np.concatenate([np.asarray(block, np.float64) for block in blocks]) / 1e6
    p50, p90, p99 = (float(q) for q in np.quantile(times, [0.5, 0.9, 0.99]))
    return {
        "calls": len(times),
        "mean_ms": float(times.mean()),
        "p50_ms": p50,
        "p90_ms": p90,
        "p99_ms": p99,
        "block_medians_ms": [statistics.median(block) / 1e6 for block in blocks],
    }


class Child:
    """A fresh process that executes one arm."""

    def __init__(self) -> None:
        isolated = ["-I"] if sys.flags.isolated else []
        self.process = subprocess.Popen(  # noqa: S603 - this interpreter and this file
            [sys.executable, *isolated, str(Path(__file__).resolve()), "--serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=str(HERE),
            text=True,
        )
        self.bare: int = self.ask(do="hello")["bare_bytes"]

    def ask(self, **command: object) -> dict[str, Any]:
        """Return the answer to a command."""
        assert self.process.stdin is not None  # noqa: S101 - asked for above
        assert self.process.stdout is not None  # noqa: S101
        try:
            self.process.stdin.write(json.dumps(command) + "\n")
            self.process.stdin.flush()
        except OSError:
            pass
        line = self.process.stdout.readline()
        if not line:
            raise RunnerError(f"its process ended with code {self.process.wait()}, often a lack of memory")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise RunnerError(answer["error"])
        return answer

    def close(self) -> None:
        """End the process."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        try:
            self.process.wait(PATIENCE_OF_CHILD)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def serve() -> int:
    """Be the process of one arm: answer commands, a line of JSON each."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what native code prints is no answer
    arm = Arm()
    for line in sys.stdin:
        command: dict[str, Any] = json.loads(line)
        try:
            answer = getattr(arm, command.pop("do"))(**command)
        except Exception as error:  # noqa: BLE001 - told to the parent, which goes on with the next arm
            words = " ".join(str(error).split()).replace(str(HERE), "")
            answer = {"error": f"{type(error).__name__}: {words}"[:300]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    return 0


class Arm:
    """One network and what can be asked of it."""

    def hello(self) -> dict[str, Any]:
        """Import the runtime, and tell the memory that it takes without a network."""
        import numpy  # noqa: F401, ICN001 - its memory belongs to the bare runtime

        interpreter_class()
        bare = memory(peak=False)
        reset_peak()
        return {"bare_bytes": bare}

    def open(self, file: str, threads: int) -> dict[str, Any]:
        """Open the network and make its first prediction."""
        import numpy as np

        begin = time.perf_counter()
        self.interpreter = interpreter_class()(model_path=str(HERE / file), num_threads=threads)
        self.interpreter.allocate_tensors()
        entry = self.interpreter.get_input_details()[0]
        self.entry, self.result = entry["index"], self.interpreter.get_output_details()[0]["index"]
        if entry["dtype"] != np.float32:
            raise TypeError("the network takes no float32 pixels")
        generator = np.random.default_rng(0)
        self.noise = generator.integers(0, 256, [int(d) for d in entry["shape"]]).astype(np.uint8)
        self.once(self.noise)
        return {"load_ms": 1000 * (time.perf_counter() - begin)}

    def once(self, pixels: Any) -> Any:  # noqa: ANN401 - numpy is imported late
        """Return the probabilities of one image, from uint8 pixels as an application has them."""
        self.interpreter.set_tensor(self.entry, pixels.astype("float32"))
        self.interpreter.invoke()
        return self.interpreter.get_tensor(self.result)

    def predict(self, file: str) -> dict[str, Any]:
        """Return the probabilities of all images of the sample."""
        import numpy as np

        images = np.load(HERE / file, allow_pickle=False)
        rows = [self.once(images[k : k + 1])[0] for k in range(len(images))]
        if not np.isfinite(rows).all():
            raise ValueError("the network returns values that are no numbers")
        return {"rows": [[round(float(value), 7) for value in row] for row in rows]}

    def time(self, calls: int, discard: int) -> dict[str, Any]:
        """Time calls one by one, after some that are not counted."""
        spent = []
        for number in range(discard + calls):
            begin = time.perf_counter_ns()
            self.once(self.noise)
            if number >= discard:
                spent.append(time.perf_counter_ns() - begin)
        return {"ns": spent}

    def peak(self) -> dict[str, Any]:
        """Tell the largest memory that this process has held."""
        return {"peak_bytes": memory(peak=True)}


def interpreter_class() -> Any:  # noqa: ANN401 - one of two runtimes
    """Return the interpreter of whichever runtime is installed."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        from tflite_runtime.interpreter import Interpreter  # type: ignore[import-not-found,no-redef,unused-ignore]
    return Interpreter


def memory(*, peak: bool) -> int:
    """Return the resident bytes of this process: the largest so far, or those of now."""
    wanted = "VmHWM:" if peak else "VmRSS:"
    for line in text("/proc/self/status").splitlines():
        if line.startswith(wanted):
            return 1024 * int(line.split()[1])
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def reset_peak() -> None:
    """Let the peak start anew, where the system can."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return


def thread_counts() -> dict[str, int]:
    """Return the numbers of threads to time: one, and all where there are more."""
    cores = usable_cores()
    return {"1": 1, "all": cores} if cores > 1 else {"1": 1}


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def device_facts() -> dict[str, Any]:
    """Return what this machine is: nothing that tells whose it is."""
    entries: dict[str, str] = {}
    for line in text("/proc/cpuinfo").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            entries.setdefault(name.strip(), " ".join(value.split()))
    processor = entries.get("model name")
    if not processor and "CPU part" in entries:
        processor = f"ARM implementer {entries.get('CPU implementer', '?')} part {entries['CPU part']}"
    return {
        "device": cut(text("/proc/device-tree/model").strip("\0 \n")),
        "processor": cut(processor or platform.processor()),
        "machine": cut(platform.machine()),
        "flags": sorted(set((entries.get("flags") or entries.get("Features") or "").split()))[:300],
        "usable_cores": usable_cores(),
        "memory_gib": memory_gib(),
        "governor": cut(text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").strip()),
        "system": cut(system()),
        "kernel": cut(platform.release()),
        "python": cut(platform.python_version()),
        "packages": {name: version(name) for name in PACKAGES},
    }


def system() -> str:
    """Return the name of the operating system."""
    for line in text("/etc/os-release").splitlines():
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip().strip('"')
    return platform.system()


def memory_gib() -> int | None:
    """Return the memory in whole GiB."""
    for line in text("/proc/meminfo").splitlines():
        if line.startswith("MemTotal:"):
            return round(int(line.split()[1]) / 2**20)
    return None


def version(package: str) -> str | None:
    """Return the version of an installed package."""
    try:
        return cut(metadata.version(package))
    except metadata.PackageNotFoundError:
        return None


def cut(words: str | None) -> str | None:
    """Return printable words of at most 200 characters, None for none."""
    return "".join(c for c in words if c.isprintable())[:200] or None if words else None


def load() -> float | None:
    """Return the load average over one minute."""
    try:
        return os.getloadavg()[0]
    except (OSError, AttributeError):
        return None


def text(path: str) -> str:
    """Return what a file of the system says, nothing where it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tell(key: str, arm: dict[str, Any], n: int) -> None:
    """Say what was measured of one arm."""
    times = ", ".join(
        f"{one['p50_ms']:.2f} / {one['p90_ms']:.2f} / {one['p99_ms']:.2f} ms with {name} thread{'s' * (name != '1')}"
        for name, one in arm["latency"].items()
    )
    say(
        f"{key}: {arm['correct']} of {n} right, {arm['agree']} as where it was packed; p50 / p90 / p99 {times}"
    )


def say(words: str) -> None:
    """Say how far it is."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
