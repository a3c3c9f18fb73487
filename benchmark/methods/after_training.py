"""Methods that leave the trained network as it is: the baseline, one scheme, mixed precision."""

import json
from dataclasses import asdict
from pathlib import Path

from benchmark.arms import Contrast, Runtime
from benchmark.bench import Bench, Built, training_facts
from benchmark.compress.schemes import scheme_of
from benchmark.models.trained import Trained

FP32 = "fp32"
WITH_OPTIMIZER, WITHOUT_OPTIMIZER = "keras_with_optimizer", "keras_without_optimizer"


def baseline(bench: Bench) -> Built:
    """Build the float32 network alone, and weigh its Keras file."""
    trained = bench.trained()
    return Built(
        (bench.arm(trained, key=FP32, label=f"float32 {bench.case.network}"),),
        (),
        _stored(bench, trained),
        {"training": training_facts({FP32: trained})},
    )


def ptq(bench: Bench) -> Built:
    """Build the float32 network and its file by one scheme of post-training quantization."""
    trained = bench.trained()
    scheme = scheme_of(str(bench.parameter("scheme")))
    fp32 = bench.arm(trained, key=FP32, label="float32")
    arm = bench.arm(trained, scheme.code, key=scheme.code, label=f"{scheme.label}, PTQ")
    return Built(
        (fp32, arm),
        (Contrast(arm.key, FP32),),
        _stored(bench, trained),
        {"training": training_facts({FP32: trained})},
    )


def mixed(bench: Bench) -> Built:
    """Build the float32 network and its file with bits chosen layer by layer under a size budget."""
    from benchmark.compress.mixed import mixed_precision

    trained = bench.trained()
    fp32 = bench.arm(trained, key=FP32, label="float32")
    images = bench.calibration()

    def make(folder: Path) -> None:
        result = mixed_precision(
            fp32.file,
            folder / "network.tflite",
            images=images,
            budget=float(bench.parameter("size_budget")),
            progress=bench.progress,
        )
        (folder / "mixed.json").write_text(json.dumps(result.to_json()), encoding="utf-8")

    parts = {
        "network": trained.key,
        "scheme": "mixed",
        "budget": bench.parameter("size_budget"),
        "calibration": len(images),
    }
    file = bench.kept_file(parts, make)
    found = json.loads(file.with_name("mixed.json").read_text(encoding="utf-8"))
    arm = bench.described(
        file,
        Runtime.LITERT,
        key="mixed",
        label="mixed 4 and 8 bits by sensitivity",
        technique=("ptq", "mixed_precision"),
        calibrated=True,
    )
    return Built(
        (fp32, arm),
        (Contrast("mixed", FP32),),
        facts={"training": training_facts({FP32: trained}), "mixed_precision": found},
    )


def _stored(bench: Bench, trained: Trained) -> dict[str, int]:
    """Return the bytes of the Keras file as training leaves it, with the optimizer's state, and without."""

    def make(folder: Path) -> None:
        from benchmark.models.keras_files import keras_file_sizes

        sizes = asdict(keras_file_sizes(trained.load()))
        (folder / "sizes.json").write_text(json.dumps(sizes), encoding="utf-8")

    file = bench.kept_file({"network": trained.key, "scheme": "keras files"}, make, "sizes.json")
    sizes = json.loads(file.read_text(encoding="utf-8"))
    return {WITH_OPTIMIZER: sizes["h5_with_optimizer"], WITHOUT_OPTIMIZER: sizes["h5"]}
