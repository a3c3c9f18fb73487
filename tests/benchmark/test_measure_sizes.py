"""What the comparison of file sizes promises."""

import gzip
from pathlib import Path

import pytest

from benchmark.measure.sizes import compare_sizes, file_size
from db.errors import MedquantError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with files of known sizes."""
    for name, size in (
        ("fp32.tflite", 4_000_000),
        ("int8.tflite", 1_000_000),
        ("with.h5", 12_000_000),
        ("without.h5", 4_100_000),
    ):
        (tmp_path / name).write_bytes(bytes(range(250)) * (size // 250))
    return tmp_path


def test_sizes_are_bytes_and_megabytes_of_a_million(folder: Path) -> None:
    size = file_size(folder / "fp32.tflite")
    assert (size.stored, size.megabytes) == (4_000_000, 4.0)


def test_the_compressed_size_is_that_of_gzip(folder: Path) -> None:
    content = (folder / "int8.tflite").read_bytes()
    assert file_size(folder / "int8.tflite").compressed == len(gzip.compress(content, 9, mtime=0))


def test_like_is_compared_with_like_and_the_optimizers_state_stands_beside_it(folder: Path) -> None:
    sizes = compare_sizes(
        folder / "fp32.tflite",
        folder / "int8.tflite",
        training=folder / "with.h5",
        inference=folder / "without.h5",
    )
    assert (sizes.ratio, sizes.times_smaller) == (0.25, 4)
    assert (sizes.times_smaller_than_training, sizes.times_smaller_than_inference) == (12, 4.1)


def test_without_a_keras_file_there_is_no_ratio_to_it(folder: Path) -> None:
    sizes = compare_sizes(folder / "fp32.tflite", folder / "int8.tflite")
    assert sizes.times_smaller_than_training is None
    assert sizes.times_smaller_than_inference is None


def test_two_formats_are_refused(folder: Path) -> None:
    with pytest.raises(MedquantError, match="two formats"):
        compare_sizes(folder / "with.h5", folder / "int8.tflite")


def test_a_missing_or_empty_file_gets_a_sentence(folder: Path) -> None:
    with pytest.raises(MedquantError, match=r"none\.tflite cannot be measured"):
        file_size(folder / "none.tflite")
    (folder / "empty.tflite").touch()
    with pytest.raises(MedquantError, match="is empty"):
        file_size(folder / "empty.tflite")
