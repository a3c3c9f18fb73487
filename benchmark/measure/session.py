"""Sessions: an arm's file opened by what executes it, ready to turn images into probabilities."""

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from benchmark.arms import Runtime
from db.errors import MedquantError, one_of, shown

Images = NDArray[np.uint8]
Probabilities = NDArray[np.float32]

SUFFIXES = {Runtime.LITERT: ".tflite", Runtime.ONNXRUNTIME: ".onnx", Runtime.TORCH: ".pt2"}
COLOURS = 3


class Session(Protocol):
    """A network that a runtime has loaded; it belongs to one thread at a time."""

    @property
    def input_size(self) -> int:
        """Side of the images in pixels."""
        ...

    @property
    def classes(self) -> int:
        """Number of outputs."""
        ...

    @property
    def batch(self) -> int:
        """Largest number of images of one call."""
        ...

    @property
    def shares_work(self) -> bool:
        """Whether threads speed up a single call; if not, they are better given networks of their own."""
        ...

    def run(self, images: Images) -> Probabilities:
        """Return the outputs `[m, classes]` of `m <= batch` uint8 images `[m, input_size, input_size, 3]`.

        Raises
        ------
        MedquantError
            If the runtime fails while it executes the network.
        """
        ...


@dataclass(frozen=True)
class Shape:
    """What a network's input holds: how many images (None: any number), of which side, channels first or last."""

    batch: int | None
    size: int
    channels_first: bool


def open_session(
    file: Path, runtime: Runtime, *, threads: int, batch: int = 1, size: int | None = None
) -> Session:
    """Open a network's file and check that it is an image classifier.

    Parameters
    ----------
    file
        The network: .tflite, .onnx or .pt2.
    runtime
        What executes it.
    threads
        Threads that share the work of one call; at least 1.
    batch
        How many images a call is to take; a file that is made for another fixed number keeps that number.
    size
        Side of the images in pixels, for a file that leaves it open.

    Raises
    ------
    MedquantError
        If the file is missing, unreadable, needs operators that the runtime lacks, or does not map one RGB
        image to the scores of at least two classes.
    """
    if not file.is_file():
        raise MedquantError(
            f"there is no file {file}: name a network's file ({one_of([*SUFFIXES.values()])})"
        )
    if file.suffix.lower() != SUFFIXES[runtime]:
        raise MedquantError(
            f"{file} cannot be run by {runtime}, which reads {SUFFIXES[runtime]} files: name such a file, "
            "or another runtime"
        )
    if threads < 1 or batch < 1:
        raise MedquantError(f"threads = {threads} and batch = {batch} were asked for: both start at 1")
    match runtime:
        case Runtime.LITERT:
            from benchmark.measure.session_litert import open_litert

            return open_litert(file, threads=threads, batch=batch, size=size)
        case Runtime.ONNXRUNTIME:
            from benchmark.measure.session_onnx import open_onnx

            return open_onnx(file, threads=threads, batch=batch, size=size)
        case Runtime.TORCH:
            from benchmark.measure.session_torch import open_torch

            return open_torch(file, threads=threads, batch=batch, size=size)


def runtime_of(file: Path) -> Runtime:
    """Return the runtime that reads a file, told by its suffix.

    Raises
    ------
    MedquantError
        If no runtime reads such files.
    """
    for runtime, suffix in SUFFIXES.items():
        if file.suffix.lower() == suffix:
            return runtime
    raise MedquantError(
        f"{file} is no network that can be run here: its suffix is {shown(file.suffix)}, "
        f"{one_of([*SUFFIXES.values()])}"
    )


def read_input(file: Path, dimensions: Sequence[int | None], size: int | None) -> Shape:
    """Tell batch, side and layout from an input's dimensions (None where the file leaves one open).

    Raises
    ------
    MedquantError
        If it is no batch of square RGB images.
    """
    if len(dimensions) == 4 and COLOURS in (dimensions[1], dimensions[3]):
        first = dimensions[3] != COLOURS
        sides = {d if d is not None else size for d in (dimensions[2:] if first else dimensions[1:3])}
        if len(sides) == 1 and (side := sides.pop()):
            return Shape(dimensions[0], side, first)
    given = " × ".join("?" if d is None else str(d) for d in dimensions) or "a single number"
    raise MedquantError(
        f"{file} takes an input of {given}, which is no square RGB image: give a network with input "
        "n × side × side × 3 or n × 3 × side × side"
    )


def read_output(file: Path, dimensions: Sequence[int | None], batch: int) -> int:
    """Return the number of classes of an output with these dimensions.

    Raises
    ------
    MedquantError
        If it is not one row of at least two scores for each image.
    """
    if len(dimensions) == 2 and dimensions[0] in (None, batch) and (dimensions[1] or 0) > 1:
        return int(dimensions[1] or 0)
    given = " × ".join("?" if d is None else str(d) for d in dimensions) or "a single number"
    raise MedquantError(
        f"{file} returns {given} for {batch} image{'s' * (batch > 1)}: allowed is one row of two or more class "
        "probabilities for each image"
    )


def one_tensor(file: Path, what: str, number: int) -> None:
    """Refuse a network that has not exactly one input or output.

    Raises
    ------
    MedquantError
        If the number is not 1.
    """
    if number != 1:
        raise MedquantError(
            f"{file} has {number} {what}s: only networks with one {what} can be measured here"
        )


@contextlib.contextmanager
def hushed() -> Iterator[None]:
    """Hide what native code prints to standard error; Python's own writes should wait until it is over."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
