"""The ladder of post-training quantization for a network of one's own; a rung that fails is noted, the rest goes on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.arms import Arm, Contrast, Runtime
from benchmark.bench import Bench, Built, technique_of
from benchmark.compress.adapt import RANGES, are_probabilities, prepare
from benchmark.compress.convert import convert, write_whole
from benchmark.compress.schemes import scheme_of
from benchmark.measure.execute import predict
from benchmark.measure.session import open_session
from benchmark.own_model import sha256_of
from benchmark.quiet import quiet
from db.errors import MedquantError

FP32 = "fp32"
SOFTMAX_ADDED = (
    "the network's scores are no probabilities, and a softmax was put behind them: the predicted classes stay as they "
    "are, AUC and calibration error speak of the softmax"
)
TRIED = 8
"""Every rung predicts so many images before it counts as built."""


def own_ladder(bench: Bench) -> Built:
    """Build the float32 arm and one arm for each scheme that the network can be quantized by.

    Raises
    ------
    MedquantError
        If the file is not the one that the case is about, its classes are not those of the images, or no rung could be
        built.
    """
    file = _checked_file(bench)
    source, network, remark = _prepared(bench, file)
    runtime = Runtime.ONNXRUNTIME if network.suffix == ".onnx" else Runtime.LITERT
    arms = [bench.described(network, runtime, key=FP32, label="float32")]
    failed: dict[str, str] = {}
    for code in bench.parameter("schemes"):
        try:
            arms.append(_rung(bench, source, code, runtime))
        except MedquantError as error:
            failed[code] = str(error)
        bench.progress("building the ladder", len(arms) + len(failed) - 1, len(bench.parameter("schemes")))
    if len(arms) == 1:
        first = next(iter(failed.values()))
        raise MedquantError(f"no scheme could be applied to {file.name}; the first failed so: {first}")
    facts = {"model_sha256": bench.parameter("model_sha256"), "failed": failed, "remark": remark}
    return Built(
        tuple(arms), tuple(Contrast(arm.key, FP32) for arm in arms[1:]), facts={"own_network": facts}
    )


def _checked_file(bench: Bench) -> Path:
    if bench.job.model is None:
        raise MedquantError(
            "the job of this run names no network; run it again with `medquant benchmark run --model FILE`"
        )
    file = Path(bench.job.model)
    if sha256_of(file) != bench.parameter("model_sha256"):
        raise MedquantError(
            f"{file.name} changed after the run was planned; run it again with `medquant benchmark run --model FILE`"
        )
    names = bench.dataset.classes
    if (wanted := bench.parameter("classes")) != len(names):
        raise MedquantError(
            f"{file.name} tells {wanted} classes apart and the images have {len(names)} ({', '.join(names)}); give "
            "the images that it was trained for, one folder a class, whose names in alphabetical order are its outputs"
        )
    return file


def _prepared(bench: Bench, file: Path) -> tuple[Path, Path, str | None]:
    """Return the network that takes pixels and gives probabilities, its float32 file to execute, and a remark."""
    preparation = RANGES[bench.parameter("value_range")]
    source, network = _surrounded(bench, file, preparation.softmax)
    images = _some(bench)
    runtime = Runtime.ONNXRUNTIME if network.suffix == ".onnx" else Runtime.LITERT
    session = open_session(network, runtime, threads=bench.job.threads)
    rows = np.concatenate([session.run(images[k : k + 1]) for k in range(len(images))])
    if not np.isfinite(rows).all():
        raise MedquantError(
            f"{file.name} returns values that are no numbers; check it, and that it expects pixels as "
            f"{bench.parameter('value_range')} (--range)"
        )
    if are_probabilities(rows):
        return source, network, None
    return *_surrounded(bench, file, True), SOFTMAX_ADDED


def _surrounded(bench: Bench, file: Path, softmax: bool) -> tuple[Path, Path]:
    preparation = replace(RANGES[bench.parameter("value_range")], softmax=softmax)
    parts = {
        "own": bench.parameter("model_sha256"),
        "value_range": bench.parameter("value_range"),
        "softmax": softmax,
    }
    kind = bench.parameter("format")

    def make(folder: Path) -> None:
        bench.progress("preparing the network", 0, 0)
        source = folder / f"network.{kind}"
        prepare(file, preparation, source)
        if kind == "keras":
            convert(source, scheme_of("float32"), folder / "network.tflite", log=bench.log)

    folder = bench.kept_file(parts, make, ".")
    return folder / f"network.{kind}", folder / f"network.{'tflite' if kind == 'keras' else kind}"


def _rung(bench: Bench, source: Path, code: str, runtime: Runtime) -> Arm:
    scheme = scheme_of(code)
    images = bench.calibration() if scheme.calibrated else None
    name = f"network.{'onnx' if runtime is Runtime.ONNXRUNTIME else 'tflite'}"

    def make(folder: Path) -> None:
        bench.progress(f"converting to {code}", 0, 0)
        _MAKERS[source.suffix](bench, source, code, folder / name)

    parts = {
        "network": sha256_of(source),
        "scheme": code,
        "calibration": None if images is None else [bench.data, len(images)],
    }
    try:
        file = bench.kept_file(parts, make, name)
    except MedquantError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a quantizer meets in a stranger's network
        reason = " ".join(str(error).split())[:200]
        raise MedquantError(
            f"the quantizer cannot make {scheme.label} of it ({type(error).__name__}: {reason})"
        ) from None
    predict(file, runtime, _some(bench), threads=1)
    arm = bench.described(
        file,
        runtime,
        key=code,
        label=f"{scheme.label}, PTQ",
        technique=technique_of(code),
        calibrated=images is not None,
    )
    if arm.weight_bits == ("32f",):
        raise MedquantError(
            "nothing was quantized: its kernels are too small or of kinds that stay in float32"
        )
    return arm


def _some(bench: Bench) -> NDArray[np.uint8]:
    """Return a few calibration images."""
    images = bench.calibration()
    return images[np.linspace(0, len(images) - 1, min(TRIED, len(images))).astype(np.int64)]


def _from_keras(bench: Bench, source: Path, code: str, out: Path) -> None:
    scheme = scheme_of(code)
    convert(
        source, scheme, out, calibration=bench.calibration() if scheme.calibrated else None, log=bench.log
    )


def _from_tflite(bench: Bench, source: Path, code: str, out: Path) -> None:
    from benchmark.compress.low_bit import FOUR_BITS, layers_of, quantize_layers
    from benchmark.compress.ranges import activation_ranges

    content, scheme = source.read_bytes(), scheme_of(code)
    bits = int(scheme.weight_bits.removesuffix("f"))
    with quiet(bench.log):
        kernels = {
            layer.index: 8 if bits == 4 and layer.kind not in FOUR_BITS else bits
            for layer in layers_of(content)
        }
        ranges = activation_ranges(content, bench.calibration()) if scheme.calibrated else None
        write_whole(out, quantize_layers(content, kernels, ranges))


def _from_onnx(bench: Bench, source: Path, code: str, out: Path) -> None:
    from benchmark.compress.onnx_dynamic import quantize_onnx_dynamic
    from benchmark.compress.onnx_int8 import quantize_onnx

    if scheme_of(code).calibrated:
        quantize_onnx(source, out, calibration=bench.calibration(), log=bench.log)
    else:
        quantize_onnx_dynamic(source, out, log=bench.log)


_MAKERS: dict[str, Callable[[Bench, Path, str, Path], None]] = {
    ".keras": _from_keras,
    ".tflite": _from_tflite,
    ".onnx": _from_onnx,
}
