"""Methods that train on: quantization-aware training, distillation, pruning, low rank; each with its control."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from benchmark.arms import Contrast
from benchmark.bench import Bench, Built, training_facts
from benchmark.models.trained import Trained, obtain_derived
from db.vocabulary import Control

METHOD_VERSION = 1
"""Raised whenever the same parameters of a training-aware method would give another network than before."""


def qat(bench: Bench) -> Built:
    """Build a network trained under the rounding of int8, and its control: the same batches without it."""
    from benchmark.compress.fine_tune import equal_training
    from benchmark.compress.qat import qat as train_rounded

    start = bench.trained()
    tuning = _tuning(bench)
    calibration = bench.calibration()

    def aware(model: Any) -> Any:  # noqa: ANN401 - a Keras model
        return train_rounded(
            model,
            bench.training_images,
            bench.training_labels,
            calibration=calibration,
            progress=bench.progress,
            **tuning,
        )

    def control(model: Any) -> Any:  # noqa: ANN401
        return equal_training(
            model,
            bench.training_images,
            bench.training_labels,
            frozen=True,
            progress=bench.progress,
            **tuning,
        )

    aware_net = _derived(bench, "qat", {**tuning, "calibration": len(calibration)}, start, aware)
    control_net = _derived(bench, "control_frozen", tuning, start, control)
    arms = (
        bench.arm(start, key="start_fp32", label="float32 before"),
        bench.arm(start, "int8", key="start_int8", label="full int8 before, PTQ"),
        bench.arm(control_net, key="control_fp32", label="float32, equally trained"),
        bench.arm(control_net, "int8", key="control_int8", label="full int8, equally trained, PTQ"),
        replace(bench.arm(aware_net, "int8", key="qat_int8", label="full int8, QAT"), technique=("qat",)),
    )
    return Built(
        arms,
        (
            Contrast("qat_int8", "control_fp32"),
            Contrast("control_int8", "control_fp32"),
            Contrast("start_int8", "start_fp32"),
        ),
        facts={"training": training_facts({"start": start, "control": control_net, "qat": aware_net})},
    )


def distillation(bench: Bench) -> Built:
    """Build a teacher, a student taught by it, and the same student alone; students also in int8 and 4 bits."""
    from benchmark.compress.distillation import distilled
    from benchmark.models.networks import build as build_network

    teacher = bench.trained(
        str(bench.parameter("teacher")),
        seed=bench.parameter("teacher_seed"),
        epochs=bench.parameter("teacher_epochs"),
    )

    def student_of(weight: float) -> Callable[[Any], Any]:
        def learn(model: Any) -> Any:  # noqa: ANN401
            student = build_network(
                bench.case.network, bench.case.input_size, len(bench.dataset.classes), seed=bench.job.seed
            )
            return distilled(
                student,
                model,
                bench.training_images,
                bench.training_labels,
                bench.recipe(),
                temperature=float(bench.parameter("temperature")),
                weight=weight,
                seed=bench.job.seed,
                progress=bench.progress,
            )

        return learn

    def parts(weight: float) -> dict[str, object]:
        return {
            "student": bench.case.network,
            "size": bench.case.input_size,
            "recipe": bench.recipe().parts(),
            "temperature": bench.parameter("temperature"),
            "weight": weight,
            "seed": bench.job.seed,
        }

    weight = float(bench.parameter("weight"))
    taught = _derived(bench, "distilled", parts(weight), teacher, student_of(weight))
    alone = _derived(bench, "alone", parts(0.0), teacher, student_of(0.0))
    arms = (
        bench.arm(teacher, key="teacher", label="float32 teacher"),
        bench.arm(alone, key="alone", label="float32 student, alone"),
        bench.arm(taught, key="distilled", label="float32 student, distilled"),
        bench.arm(alone, "int8", key="alone_int8", label="full int8 student, alone"),
        bench.arm(taught, "int8", key="distilled_int8", label="full int8 student, distilled"),
        bench.arm(taught, "int4", key="distilled_int4", label="4-bit student, distilled"),
    )
    return Built(
        arms,
        (
            Contrast("distilled_int8", "distilled"),
            Contrast("distilled_int4", "distilled"),
            Contrast("alone_int8", "alone"),
            Contrast("distilled_int8", "teacher", Control.COMBINED_COMPRESSION),
        ),
        facts={"training": training_facts({"teacher": teacher, "alone": alone, "distilled": taught})},
    )


def pruning(bench: Bench) -> Built:
    """Build a network whose smallest weights were cut while it was fine-tuned, beside its control."""
    from benchmark.compress.pruning import pruned, sparsity_of, total

    def prune(model: Any) -> Any:  # noqa: ANN401
        return pruned(
            model,
            bench.training_images,
            bench.training_labels,
            sparsity=float(bench.parameter("sparsity")),
            progress=bench.progress,
            **_tuning(bench),
        )

    small = _derived(
        bench, "pruned", {**_tuning(bench), "sparsity": bench.parameter("sparsity")}, bench.trained(), prune
    )
    whole = total(sparsity_of(small.load()))
    return _beside_its_control(bench, "pruned", small, sparsity=round(whole.share, 6))


def low_rank(bench: Bench) -> Built:
    """Build a network whose kernels were factorized before fine-tuning, beside its control."""
    from benchmark.compress.low_rank import factorized

    def factorize(model: Any) -> Any:  # noqa: ANN401
        return factorized(
            model,
            bench.training_images,
            bench.training_labels,
            parameters=float(bench.parameter("parameters_left")),
            progress=bench.progress,
            **_tuning(bench),
        )

    small = _derived(
        bench,
        "low_rank",
        {**_tuning(bench), "parameters": bench.parameter("parameters_left")},
        bench.trained(),
        factorize,
    )
    return _beside_its_control(bench, "low_rank", small)


def _beside_its_control(bench: Bench, name: str, small: Trained, **facts: object) -> Built:
    """Build a network made smaller with fine-tuning beside its equally trained control, both in full int8 too."""
    from benchmark.compress.fine_tune import equal_training

    def control(model: Any) -> Any:  # noqa: ANN401
        return equal_training(
            model,
            bench.training_images,
            bench.training_labels,
            frozen=False,
            progress=bench.progress,
            **_tuning(bench),
        )

    start = bench.trained()
    control_net = _derived(bench, "control", _tuning(bench), start, control)
    words = name.replace("_", " ")
    arms = (
        bench.arm(control_net, key="control_fp32", label="float32, equally trained"),
        bench.arm(control_net, "int8", key="control_int8", label="full int8, equally trained, PTQ"),
        bench.arm(small, key=f"{name}_fp32", label=f"float32, {words}"),
        bench.arm(small, "int8", key=f"{name}_int8", label=f"full int8, {words}, PTQ"),
    )
    return Built(
        arms,
        (
            Contrast(f"{name}_int8", f"{name}_fp32"),
            Contrast("control_int8", "control_fp32"),
            Contrast(f"{name}_int8", "control_fp32", Control.COMBINED_COMPRESSION),
        ),
        facts={"training": training_facts({"start": start, "control": control_net, name: small}), **facts},
    )


def _tuning(bench: Bench) -> dict[str, Any]:
    return {
        **{name: bench.parameter(name) for name in ("epochs", "rate", "batch")},
        "augment": bench.recipe().augment,
        "seed": bench.job.seed,
    }


def _derived(
    bench: Bench, name: str, parts: dict[str, Any], parent: Trained, make: Callable[[Any], Any]
) -> Trained:
    """Return the network that a method makes of a trained one, made once by content."""
    return obtain_derived(
        name,
        {**parts, "data": bench.data, "method_version": METHOD_VERSION},
        parent,
        lambda model: (make(model), []),
        cache=bench.cache,
    )
