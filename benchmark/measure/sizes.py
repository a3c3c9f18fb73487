"""How large files are, like with like: the baseline's and the quantized arm's file of one format."""

import zlib
from dataclasses import dataclass
from pathlib import Path

from db.errors import MedquantError

MEGABYTE = 1_000_000
CHUNK = 1 << 20


@dataclass(frozen=True)
class FileSize:
    """Bytes of a file as stored and after gzip's compression (deflate, level 9)."""

    name: str
    stored: int
    compressed: int

    @property
    def megabytes(self) -> float:
        """Stored size in MB, 10^6 bytes."""
        return self.stored / MEGABYTE


@dataclass(frozen=True)
class Sizes:
    """The files of a contrast; `training` and `inference` are the Keras file with and without optimizer state."""

    baseline: FileSize
    quantized: FileSize
    training: FileSize | None
    inference: FileSize | None

    @property
    def ratio(self) -> float:
        """Quantized / baseline, files of one format."""
        return self.quantized.stored / self.baseline.stored

    @property
    def times_smaller(self) -> float:
        """Baseline / quantized, files of one format."""
        return self.baseline.stored / self.quantized.stored

    @property
    def compressed_ratio(self) -> float:
        """Quantized / baseline after gzip: what a download saves."""
        return self.quantized.compressed / self.baseline.compressed

    @property
    def times_smaller_than_training(self) -> float | None:
        """Keras file with optimizer state / quantized: not like with like, but what is often printed."""
        return self.training.stored / self.quantized.stored if self.training else None

    @property
    def times_smaller_than_inference(self) -> float | None:
        """Keras file without optimizer state / quantized: two formats."""
        return self.inference.stored / self.quantized.stored if self.inference else None


def file_size(path: Path) -> FileSize:
    """Measure a file.

    Raises
    ------
    MedquantError
        If it cannot be read or is empty.
    """
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    stored = compressed = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                stored += len(chunk)
                compressed += len(squeeze.compress(chunk))
    except OSError as error:
        raise MedquantError(
            f"the size of {path} cannot be measured ({error.strerror}): name a file"
        ) from error
    if not stored:
        raise MedquantError(f"{path} is empty: convert or copy it again")
    return FileSize(path.name, stored, compressed + len(squeeze.flush()))


def compare_sizes(
    baseline: Path, quantized: Path, *, training: Path | None = None, inference: Path | None = None
) -> Sizes:
    """Measure the files of a contrast.

    Parameters
    ----------
    baseline, quantized
        The two arms' files, of one format.
    training, inference
        The Keras file with and without optimizer state.

    Raises
    ------
    MedquantError
        If the arms' formats differ or a file cannot be read.

    Notes
    -----
    Adam keeps two moments of every weight, so that a training file is three times the weights: a ratio against it
    tells of the optimizer, not of the quantization.
    """
    if baseline.suffix.lower() != quantized.suffix.lower():
        raise MedquantError(
            f"{baseline.name} and {quantized.name} are of two formats, whose sizes cannot be compared like with like: "
            "give both arms as .tflite or both as .onnx"
        )
    return Sizes(
        file_size(baseline),
        file_size(quantized),
        file_size(training) if training else None,
        file_size(inference) if inference else None,
    )
