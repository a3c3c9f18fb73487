"""Which method a case names."""

from collections.abc import Callable

from benchmark.bench import Bench, Built
from benchmark.methods import after_training, frameworks, in_training
from benchmark.own_ladder import own_ladder

METHODS: dict[str, Callable[[Bench], Built]] = {
    "baseline": after_training.baseline,
    "ptq": after_training.ptq,
    "mixed": after_training.mixed,
    "qat": in_training.qat,
    "distillation": in_training.distillation,
    "pruning": in_training.pruning,
    "low_rank": in_training.low_rank,
    "onnx": frameworks.onnx,
    "torch": frameworks.torch,
    "own": own_ladder,
}


def build(bench: Bench) -> Built:
    """Build what the case's method asks for."""
    return METHODS[bench.case.method](bench)
