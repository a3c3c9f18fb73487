"""Phantoms: made-up axial brain images for machines without data; they are evidence of nothing.

A head of ellipses (scalp, skull, fluid, grey and white matter, ventricles), a smooth bias field, Rician noise, and a
lesion by class where brain tumours of that kind lie:

- `glioma_tumor`: within a hemisphere's white matter, irregular, dark in the middle, bright rim, with oedema around;
- `meningioma_tumor`: on the inner side of the skull, round, sharply bounded, bright and even;
- `pituitary_tumor`: in the middle, before the brain stem, small, round, bright;
- `no_tumor`: none.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmark.arms import Progress, silent
from benchmark.data.anatomy import LESIONS, SEQUENCES, Plane, draw_head
from benchmark.data.folder import MARKER, TESTING, TRAINING
from db.errors import MedquantError

GENERATOR = 2
"""The version of the generator: raise it when a phantom's pixels may change."""

CLASSES = ("glioma_tumor", "meningioma_tumor", "no_tumor", "pituitary_tumor")

_FIRST_TESTING = 1_000_000
"""Where the indices of testing images start, so that a larger set only adds images to a smaller one."""


@dataclass(frozen=True)
class Plan:
    """Which phantoms a set has: the images in the set's order."""

    classes: tuple[str, ...]
    labels: NDArray[np.int64]
    origin: tuple[str, ...]
    names: tuple[str, ...]
    indices: tuple[int, ...]


def phantom_plan(per_class: int) -> Plan:
    """Return the plan of a set: `per_class` training images of each class, and a quarter as many testing images.

    Parameters
    ----------
    per_class
        Training images of each class, at least 1; of testing images there are ⌈per_class / 4⌉.
    """
    rows = [
        (label, origin, f"{origin}/{name}/{index:05d}", first + index)
        for origin, count, first in (
            (TRAINING, per_class, 0),
            (TESTING, math.ceil(per_class / 4), _FIRST_TESTING),
        )
        for label, name in enumerate(CLASSES)
        for index in range(count)
    ]
    labels, origins, names, indices = zip(*rows, strict=True)
    return Plan(CLASSES, np.array(labels, np.int64), origins, names, indices)


def phantom_image(seed: int, label: int, index: int, size: int) -> NDArray[np.uint8]:
    """Draw one phantom.

    Parameters
    ----------
    seed, label, index
        What the image depends on, besides its size; `label` counts in `CLASSES`.
    size
        Pixels a side.

    Returns
    -------
    numpy.ndarray
        uint8 [size, size, 3], grey; anterior is up.

    Notes
    -----
    Noise is Rician, as in magnitude images: the length of a complex signal with Gaussian noise in both parts.

    Reference
    ---------
    Gudbjartsson & Patz, The Rician distribution of noisy MRI data, Magn Reson Med 34 (1995) 910, equation 1.
    """
    rng = np.random.default_rng((seed, label, index))
    tissue = {
        name: value * rng.uniform(0.9, 1.1)
        for name, value in SEQUENCES[rng.choice(3, p=(0.6, 0.2, 0.2))].items()
    }
    low = CLASSES[label] == "pituitary_tumor" or rng.random() < 0.4
    x, y = _posed(rng, size)
    signal, brain = draw_head(rng, x, y, tissue, low=low)
    if lesion := LESIONS.get(CLASSES[label]):
        signal = lesion(rng, x, y, signal, brain, tissue)
    signal = signal * _bias(rng, size)
    sigma = rng.uniform(0.015, 0.05)
    real, imaginary = rng.normal(0.0, sigma, (2, size, size))
    magnitude = np.hypot(signal + real, imaginary) * rng.uniform(0.8, 1.1)
    grey = np.rint(np.clip(magnitude, 0.0, 1.0) * 255.0).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def write_phantom(folder: Path, *, per_class: int, size: int, seed: int, progress: Progress = silent) -> None:
    """Write a set of phantoms as a class-folder set of PNG files, marked as synthetic.

    Parameters
    ----------
    folder
        A folder that is empty or not there yet.
    per_class, size, seed
        As for `phantom_plan` and `phantom_image`.
    progress
        Told of images written.

    Raises
    ------
    MedquantError
        If the folder holds something, or cannot be written.

    Notes
    -----
    The marker file makes `open_dataset` label the set synthetic, so that phantoms given as a folder are no evidence
    either.
    """
    plan = phantom_plan(per_class)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise MedquantError(f"{folder} is not empty; name a new folder for the phantoms")
        (folder / MARKER).write_text(
            "Made-up images: they show no patient and are no evidence.\n", encoding="utf-8"
        )
        for done, (name, label, index) in enumerate(
            zip(plan.names, plan.labels, plan.indices, strict=True), start=1
        ):
            path = folder / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(phantom_image(seed, int(label), index, size)).save(path)
            progress("drawing phantoms", done, len(plan.names))
    except OSError as error:
        raise MedquantError(
            f"the phantoms cannot be written to {folder} ({error.strerror or error}); name another folder"
        ) from error


def _posed(rng: np.random.Generator, size: int) -> tuple[Plane, Plane]:
    """Return coordinates in the head: −1..1 across it, bent, turned and moved as no two heads lie alike."""
    line = (np.arange(size) + 0.5) / size * 2.0 - 1.0
    x, y = np.meshgrid(line, -line)
    angle, scale = math.radians(rng.normal(0.0, 5.0)), rng.uniform(0.86, 1.02)
    x, y = x - rng.normal(0.0, 0.03), y - rng.normal(0.0, 0.03)
    x, y = x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)
    x, y = x / (scale * rng.uniform(0.76, 0.86)), y / (scale * rng.uniform(0.90, 0.98))
    (ax, bx, ay, by), (px, qx, py, qy) = rng.normal(0.0, 0.025, 4), rng.uniform(0.0, 2 * math.pi, 4)
    bent_x = x + ax * np.sin(3.0 * y + px) + bx * np.sin(4.0 * x + qx)
    return bent_x, y + ay * np.sin(3.0 * x + py) + by * np.sin(4.0 * y + qy)


def _bias(rng: np.random.Generator, size: int) -> Plane:
    """Return the receive coil's smooth gain: the exponential of a quadratic, 1 on average."""
    line = np.linspace(-1.0, 1.0, size)
    x, y = np.meshgrid(line, line)
    terms = np.stack([x, y, x * y, x**2 - 1 / 3, y**2 - 1 / 3])
    return np.asarray(np.exp(np.tensordot(rng.normal(0.0, 0.08, len(terms)), terms, axes=1)), np.float64)
