"""A network of one's own as a case: what it takes and returns is read from its file, nothing is claimed of it."""

import hashlib
import json
import re
from pathlib import Path

from benchmark.catalogue import SPLITS, Case, case_of_text
from benchmark.compress.adapt import RANGES, format_of, shape_of
from benchmark.quiet import quiet
from db.digits import DIGITS
from db.errors import MedquantError, one_of, shown

SCHEMES = {
    "keras": ("float16", "dynamic_int8", "int8", "int8_per_tensor", "int4"),
    "tflite": ("float16", "dynamic_int8", "int8", "int4"),
    "onnx": ("dynamic_int8", "int8"),
}
"""The rungs of the ladder by the format of the file."""

CALIBRATION_IMAGES = 200
SIZES = (16, 1024)

_TEXT = """\
title = "Own network {name}"
about = "A user's own network, quantized after training by each scheme in turn; nothing is claimed of it beforehand."
method = "own"
network = "{name}"
input_size = {size}
splits = {splits}
seeds = [0]
minutes = 5

[parameters]
model_sha256 = "{digest}"
format = "{kind}"
value_range = "{value_range}"
classes = {classes}
schemes = {schemes}
calibration_images = {calibration}
"""


def case_of_model(file: Path, value_range: str = "0..255") -> Case:
    """Return the case that takes a network up the ladder of post-training quantization.

    Parameters
    ----------
    file
        A float32 classifier of square RGB images: .keras, .tflite or .onnx.
    value_range
        The values that it expects of black and white pixels: a key of `benchmark.compress.adapt.RANGES`.

    Raises
    ------
    MedquantError
        If the file cannot be read, is no such classifier, holds custom layers or operations, is quantized already,
        or has more classes than can be stored.

    Notes
    -----
    The file is named in the case by its SHA-256, so that another file under the same name is another case.
    """
    if value_range not in RANGES:
        raise MedquantError(f"there is no range of values {shown(value_range)}; {one_of(tuple(RANGES))}")
    kind = format_of(file)
    digest = sha256_of(file)
    with quiet():
        shape = shape_of(file)
    if shape.classes > len(DIGITS):
        raise MedquantError(
            f"{file} tells {shape.classes} classes apart; allowed: up to {len(DIGITS)}, since a prediction is kept as "
            "one digit"
        )
    low, high = SIZES
    if not low <= shape.size <= high:
        raise MedquantError(f"{file} takes images of {shape.size} pixels a side; allowed: {low} to {high}")
    name = re.sub(r"[^a-z0-9_]+", "-", file.stem.lower()).strip("-")[:40] or "network"
    text = _TEXT.format(
        name=name,
        size=shape.size,
        splits=json.dumps(SPLITS),
        digest=digest,
        kind=kind,
        value_range=value_range,
        classes=shape.classes,
        schemes=json.dumps(SCHEMES[kind]),
        calibration=CALIBRATION_IMAGES,
    )
    return case_of_text(f"own-{name}-{digest[:8]}", text)


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file.

    Raises
    ------
    MedquantError
        If it cannot be read.
    """
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise MedquantError(
            f"{file} cannot be read ({error.strerror or error}); name a network's file"
        ) from None
