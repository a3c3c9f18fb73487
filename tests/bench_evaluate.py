"""Evaluate 573 images on four paths side by side, then time the stages of the quick ladder: `make bench`.

Ours is `benchmark.measure.execute.predict`; the peers are Keras' `predict`, a plain TensorFlow Lite loop and ONNX
Runtime on the same network and images, each as its documentation shows it, at a few batches. Rounds are interleaved, each in
another order, so that what slows the machine slows all; medians and ratios to ours are printed.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from sqlalchemy import select

from benchmark.arms import Runtime
from benchmark.campaign import processors
from benchmark.compress.convert import convert
from benchmark.compress.onnx_export import export_onnx
from benchmark.compress.schemes import scheme_of
from benchmark.measure.execute import predict
from benchmark.models.networks import build
from db.models.tables import Run
from db.schema import open_current
from db.session import reading

IMAGES, SIZE, CLASSES, ROUNDS = 573, 96, 4, 15
BATCHES = (1, 8, 16, 32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=processors())
    threads = parser.parse_args().threads
    images = np.random.default_rng(0).integers(0, 256, (IMAGES, SIZE, SIZE, 3), np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        keras_file, log = Path(folder) / "network.keras", Path(folder) / "log.txt"
        network = build("mobilenet_v2", SIZE, CLASSES)
        network.save(keras_file)
        files = {}
        for code in ("float32", "int8"):
            files[code] = Path(folder) / f"{code}.tflite"
            convert(keras_file, scheme_of(code), files[code], calibration=images[:100], log=log)
        onnx = Path(folder) / "network.onnx"
        export_onnx(files["float32"], onnx, log=log)
        network.compile(jit_compile=False)
        paths: dict[str, Callable[[], object]] = {
            "ours, TFLite float32": lambda: predict(
                files["float32"], Runtime.LITERT, images, threads=threads
            ),
            "ours, TFLite int8": lambda: predict(files["int8"], Runtime.LITERT, images, threads=threads),
            "ours, ONNX float32": lambda: predict(onnx, Runtime.ONNXRUNTIME, images, threads=threads),
        }
        for batch in BATCHES:
            paths[f"Keras predict, batch {batch}"] = lambda b=batch: network.predict(
                images.astype(np.float32), batch_size=b, verbose=0
            )
            paths[f"plain TFLite float32, batch {batch}"] = lambda b=batch: plain_tflite(
                files["float32"], images, b, threads
            )
            paths[f"plain TFLite int8, batch {batch}"] = lambda b=batch: plain_tflite(
                files["int8"], images, b, threads
            )
        # the exported network takes one image a call
        paths["plain ONNX Runtime float32, batch 1"] = lambda: plain_onnx(onnx, images, threads)
        show(f"{IMAGES} images of {SIZE} px, {threads} threads", timed(paths))
        show_ladder(Path(folder))


def timed(paths: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median seconds of each path, its rounds interleaved after one that does not count."""
    times: dict[str, list[float]] = {name: [] for name in paths}
    rng = np.random.default_rng(0)
    for number in range(ROUNDS + 1):
        for name in rng.permutation(list(paths)).tolist():
            began = time.perf_counter()
            paths[name]()
            if number:
                times[name].append(time.perf_counter() - began)
    return {name: median(seconds) for name, seconds in times.items()}


def show(title: str, seconds: dict[str, float]) -> None:
    """Print each path with its ratio to ours on the same kind of file."""
    print(title)
    for kind in ("TFLite int8", "ONNX", ""):
        own = next(
            value
            for name, value in seconds.items()
            if name.startswith("ours") and (kind or "TFLite float32") in name
        )
        for name, value in seconds.items():
            mine = "TFLite int8" if "int8" in name else "ONNX" if "ONNX" in name else ""
            if mine == kind:
                print(f"  {name:<40} {value:8.3f} s   {value / own:6.2f} x ours")


def show_ladder(folder: Path) -> None:
    """Run the quick ladder on phantoms with an empty cache and print the seconds of each stage of each run."""
    database, cache = folder / "medquant.db", folder / "cache"
    command = [sys.executable, "-m", "medquant"]
    subprocess.run(
        [*command, "db", "load", "--results", "none", "--db", database], check=True, stdout=subprocess.DEVNULL
    )
    began = time.perf_counter()
    run = ["benchmark", "run", "--quick", "--phantom", "--cache", cache, "--db", database]
    subprocess.run([*command, *run], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print(f"the quick ladder on phantoms, {time.perf_counter() - began:.0f} s in all")
    with reading(open_current(str(database))) as connection:
        for case, facts in connection.execute(select(Run.case_id, Run.fingerprint).order_by(Run.started_at)):
            print(f"  {case}, {facts['seconds']:.0f} s")
            for stage, seconds in facts["stage_seconds"].items():
                if seconds >= 0.1:
                    print(f"    {stage:<38} {seconds:8.1f} s")


def plain_tflite(file: Path, images: np.ndarray, batch: int, threads: int) -> np.ndarray:
    """Run a file as its documentation shows it: fill the input, invoke, read the output."""
    from ai_edge_litert.interpreter import Interpreter

    runner = Interpreter(str(file), num_threads=threads)
    entry = runner.get_input_details()[0]
    runner.resize_tensor_input(entry["index"], (batch, SIZE, SIZE, 3))
    runner.allocate_tensors()
    found = []
    for start in range(0, len(images), batch):
        part = images[start : start + batch]
        if len(part) < batch:
            part = np.concatenate([part, np.zeros((batch - len(part), SIZE, SIZE, 3), np.uint8)])
        if entry["dtype"] == np.int8:
            part = (part.astype(np.int16) - 128).astype(np.int8)
        runner.set_tensor(entry["index"], part.astype(entry["dtype"]))
        runner.invoke()
        found.append(runner.get_tensor(runner.get_output_details()[0]["index"]))
    return np.concatenate(found)[: len(images)]


def plain_onnx(file: Path, images: np.ndarray, threads: int) -> np.ndarray:
    """Run a file as its documentation shows it."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return np.concatenate([session.run(None, {name: image[None].astype(np.float32)})[0] for image in images])


if __name__ == "__main__":
    main()
