"""Methods that carry the same float32 network into another framework and quantize it there."""

from pathlib import Path

from benchmark.arms import Arm, Contrast, Runtime
from benchmark.bench import Bench, Built, training_facts
from benchmark.methods.after_training import FP32
from db.vocabulary import Granularity, Symmetry


def onnx(bench: Bench) -> Built:
    """Build the same float32 network as TensorFlow Lite and ONNX files, and the latter in int8."""
    from benchmark.compress.onnx_export import export_onnx
    from benchmark.compress.onnx_int8 import quantize_onnx

    trained = bench.trained()
    fp32 = bench.arm(trained, key=FP32, label="float32, TensorFlow Lite")
    images = bench.calibration()

    def make(folder: Path) -> None:
        bench.progress("exporting to ONNX", 0, 0)
        export_onnx(fp32.file, folder / "fp32.onnx", log=bench.log)
        quantize_onnx(folder / "fp32.onnx", folder / "int8.onnx", calibration=images, log=bench.log)

    parts = {"network": trained.key, "scheme": "onnx", "calibration": len(images)}
    whole = bench.kept_file(parts, make, "fp32.onnx")
    onnx_fp32 = bench.described(whole, Runtime.ONNXRUNTIME, key="onnx_fp32", label="float32, ONNX Runtime")
    onnx_int8 = bench.described(
        whole.with_name("int8.onnx"),
        Runtime.ONNXRUNTIME,
        key="onnx_int8",
        label="full int8, ONNX Runtime, PTQ",
        technique=("ptq",),
        calibrated=True,
    )
    return Built(
        (fp32, onnx_fp32, onnx_int8),
        (Contrast("onnx_int8", "onnx_fp32"),),
        facts={"training": training_facts({FP32: trained})},
    )


def torch(bench: Bench) -> Built:
    """Build the same float32 network as TensorFlow Lite file and PyTorch programs, in float32 and int8."""
    from benchmark.compress.onnx_export import export_onnx
    from benchmark.compress.torch_int8 import EXECUTION, export_torch, quantize_torch

    trained = bench.trained()
    fp32 = bench.arm(trained, key=FP32, label="float32, TensorFlow Lite")
    images = bench.calibration()

    def make(folder: Path) -> None:
        bench.progress("exporting to PyTorch", 0, 0)
        export_onnx(fp32.file, folder / "fp32.onnx", log=bench.log)
        export_torch(folder / "fp32.onnx", folder / "fp32.pt2", log=bench.log)
        quantize_torch(folder / "fp32.onnx", folder / "int8.pt2", calibration=images, log=bench.log)

    parts = {"network": trained.key, "scheme": "torch", "calibration": len(images)}
    whole = bench.kept_file(parts, make, "fp32.pt2")
    torch_fp32 = Arm("torch_fp32", "float32, PyTorch", whole, Runtime.TORCH)
    torch_int8 = Arm(
        "torch_int8",
        "int8, PyTorch PT2E, PTQ",
        whole.with_name("int8.pt2"),
        Runtime.TORCH,
        technique=("ptq",),
        weight_bits=("8",),
        activation_bits=("8",),
        granularity=Granularity.PER_CHANNEL,
        symmetry=Symmetry.SYMMETRIC,
        calibration=f"{len(images)} training images",
        execution=EXECUTION,
    )
    return Built(
        (fp32, torch_fp32, torch_int8),
        (Contrast("torch_int8", "torch_fp32"),),
        facts={"training": training_facts({FP32: trained})},
    )
