"""Programs that torch.export saved (.pt2), executed by PyTorch; optional."""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.measure.session import (
    Images,
    Probabilities,
    Session,
    Shape,
    one_tensor,
    read_input,
    read_output,
)
from db.errors import MedquantError


@dataclass(frozen=True)
class TorchSession:
    """An exported program as a module."""

    torch: Any
    module: Any
    shape: Shape
    classes: int
    batch: int

    @property
    def input_size(self) -> int:
        """Side of the images in pixels."""
        return self.shape.size

    @property
    def shares_work(self) -> bool:
        """Yes: PyTorch's threads belong to the process."""
        return True

    def run(self, images: Images) -> Probabilities:
        """Return the outputs `[m, classes]` of `m <= batch` images."""
        count = len(images)
        if self.shape.batch is not None and count < self.shape.batch:
            images = np.concatenate(
                [images, np.zeros((self.shape.batch - count, *images.shape[1:]), np.uint8)]
            )
        if self.shape.channels_first:
            images = images.transpose(0, 3, 1, 2)
        fed = self.torch.from_numpy(np.ascontiguousarray(images, dtype=np.float32))
        with self.torch.inference_mode():
            return np.asarray(self.module(fed).numpy()[:count], dtype=np.float32)


def open_torch(file: Path, *, threads: int, batch: int, size: int | None) -> Session:
    """Open a .pt2 file that `torch.export.save` wrote.

    Raises
    ------
    MedquantError
        If PyTorch is not installed, cannot read the file, or the program is no image classifier.

    Notes
    -----
    PyTorch's threads belong to the process, not to the module: the last session that is opened sets them.
    """
    try:
        torch = importlib.import_module("torch")
    except ImportError as error:
        raise MedquantError(
            f"{file} needs PyTorch, which is not installed: install medquant's torch extra"
        ) from error
    torch.set_num_threads(threads)
    try:
        # the operations of quantized programs are known to PyTorch only after this import
        importlib.import_module("torch.ao.quantization.fx._decomposed")
        program = torch.export.load(str(file))
    except (RuntimeError, ValueError, KeyError, OSError) as error:
        raise MedquantError(
            f"PyTorch cannot load {file}: it says {str(error)[:160]!r}; export it again"
        ) from error
    signature = program.graph_signature
    one_tensor(file, "input", len(signature.user_inputs))
    one_tensor(file, "output", len(signature.user_outputs))
    nodes = {node.name: node for node in program.graph.nodes}
    shape = read_input(file, _dimensions(nodes[signature.user_inputs[0]]), size)
    fixed = shape.batch or batch
    classes = read_output(file, _dimensions(nodes[signature.user_outputs[0]]), fixed)
    return TorchSession(torch, program.module(), shape, classes, fixed)


def _dimensions(node: Any) -> list[int | None]:  # noqa: ANN401 - PyTorch is not there to be typed against
    return [d if isinstance(d, int) else None for d in node.meta["val"].shape]
