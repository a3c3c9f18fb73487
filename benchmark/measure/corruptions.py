"""What scanners and patients do to images: noise, contrast, motion, position; each at three severities."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from db.errors import MedquantError, one_of

Images = NDArray[np.uint8]
Pixels = NDArray[np.float32]
Apply = Callable[[Pixels, float, np.random.Generator], Pixels]

SEVERITIES = (1, 2, 3)
WHITE = 255.0
AT_ONCE = 64


@dataclass(frozen=True)
class Corruption:
    """One kind of corruption: its name, its strength at severities 1 to 3, and what the strength means."""

    name: str
    strengths: tuple[float, float, float]
    unit: str
    apply: Apply


def corrupt(images: Images, name: str, severity: int, *, seed: int = 0) -> Images:
    """Return corrupted copies of images; equal arguments give equal bytes.

    Parameters
    ----------
    images
        uint8, shape (n, side, side, 3).
    name
        One of the names in `CORRUPTIONS`.
    severity
        1, 2 or 3.
    seed
        Of noise and directions.

    Raises
    ------
    MedquantError
        If name or severity is unknown.

    Notes
    -----
    Grey images stay grey: every channel gets the same noise, since a scanner gives one value for a pixel.

    References
    ----------
    Hendrycks and Dietterich (2019), Benchmarking Neural Network Robustness to Common Corruptions and Perturbations,
    ICLR: fixed kinds at fixed severities, applied to test images only.
    """
    if name not in CORRUPTIONS or severity not in SEVERITIES:
        raise MedquantError(
            f"corruption {name!r} at severity {severity} is unknown: severities are 1 to 3, {one_of([*CORRUPTIONS])}"
        )
    kind = CORRUPTIONS[name]
    generator = np.random.default_rng([seed, severity, list(CORRUPTIONS).index(name)])
    result = np.empty_like(images)
    for k in range(0, len(images), AT_ONCE):
        part = images[k : k + AT_ONCE]
        changed = kind.apply(part.astype(np.float32), kind.strengths[severity - 1], generator)
        result[k : k + AT_ONCE] = np.clip(np.rint(changed), 0, WHITE)
    return result


def _noise(pixels: Pixels, strength: float, generator: np.random.Generator) -> Pixels:
    shape = (*pixels.shape[:3], 1)
    return np.asarray(generator.standard_normal(shape, np.float32) * np.float32(strength * WHITE))


def _gaussian(pixels: Pixels, strength: float, generator: np.random.Generator) -> Pixels:
    return np.asarray(pixels + _noise(pixels, strength, generator))


def _rician(pixels: Pixels, strength: float, generator: np.random.Generator) -> Pixels:
    """Add noise to the real and the imaginary part of a signal and take the magnitude.

    Reference: Gudbjartsson and Patz (1995), Magnetic Resonance in Medicine 34, 910–914.
    """
    real = pixels + _noise(pixels, strength, generator)
    return np.asarray(np.hypot(real, _noise(pixels, strength, generator)))


def _contrast(pixels: Pixels, strength: float, _generator: np.random.Generator) -> Pixels:
    mean: Pixels = pixels.mean(axis=(1, 2, 3), keepdims=True)
    return mean + (pixels - mean) * np.float32(strength)


def _gamma(pixels: Pixels, strength: float, _generator: np.random.Generator) -> Pixels:
    return np.float32(WHITE) * (pixels / np.float32(WHITE)) ** np.float32(strength)


def _motion(pixels: Pixels, strength: float, _generator: np.random.Generator) -> Pixels:
    """Blur along the phase-encoding direction (down the image) and overlay ghosts, moved by a quarter of the image.

    Reference: Zaitsev, Maclaren and Herbst (2015), Journal of Magnetic Resonance Imaging 42, 887–901: motion between
    phase-encoding steps blurs and gives ghosts along that direction.
    """
    side = pixels.shape[1]
    reach = max(1, round(strength * side / 2))
    padded = np.pad(pixels, ((0, 0), (reach, reach), (0, 0), (0, 0)), mode="edge")
    blurred = sum((padded[:, k : k + side] for k in range(2 * reach + 1)), np.zeros_like(pixels))
    ghosts = (np.roll(pixels, side // 4, axis=1) + np.roll(pixels, -(side // 4), axis=1)) / 2
    weight = np.float32(2 * strength)
    return np.asarray(blurred / np.float32(2 * reach + 1) * (1 - weight) + ghosts * weight, np.float32)


def _shift(pixels: Pixels, strength: float, generator: np.random.Generator) -> Pixels:
    """Move each image by whole pixels along one of four diagonals; what comes in is black."""
    side = pixels.shape[1]
    by = max(1, round(strength * side))
    result = np.zeros_like(pixels)
    for image, moved, (down, right) in zip(
        pixels, result, generator.choice([-1, 1], size=(len(pixels), 2)), strict=True
    ):
        moved[_kept(down, by), _kept(right, by)] = image[_kept(-down, by), _kept(-right, by)]
    return result


def _kept(sign: int, by: int) -> slice:
    return slice(by, None) if sign > 0 else slice(None, -by)


def _rotation(pixels: Pixels, strength: float, generator: np.random.Generator) -> Pixels:
    """Turn each image about its centre, left or right, with bilinear interpolation; what comes in is black."""
    side = pixels.shape[1]
    right = generator.random(len(pixels)) < 0.5
    result = np.empty_like(pixels)
    middle = (side - 1) / 2
    down, across = np.mgrid[:side, :side] - middle
    for turned, angle in ((right, radians(strength)), (~right, -radians(strength))):
        rows = cos(angle) * down + sin(angle) * across + middle
        columns = cos(angle) * across - sin(angle) * down + middle
        result[turned] = _sampled(pixels[turned], rows, columns)
    return result


def _sampled(pixels: Pixels, rows: NDArray[np.float64], columns: NDArray[np.float64]) -> Pixels:
    """Return pixels at fractional places, shape (side, side) each, by bilinear interpolation."""
    framed = np.pad(pixels, ((0, 0), (1, 1), (1, 1), (0, 0)))
    last = framed.shape[1] - 2
    rows, columns = np.clip(rows + 1, 0, last + 1), np.clip(columns + 1, 0, last + 1)
    top, left = np.minimum(rows.astype(int), last), np.minimum(columns.astype(int), last)
    low = (rows - top).astype(np.float32)[..., None]
    far = (columns - left).astype(np.float32)[..., None]
    above = framed[:, top, left] * (1 - far) + framed[:, top, left + 1] * far
    below = framed[:, top + 1, left] * (1 - far) + framed[:, top + 1, left + 1] * far
    return np.asarray(above * (1 - low) + below * low)


CORRUPTIONS = {
    corruption.name: corruption
    for corruption in (
        Corruption("rician_noise", (0.04, 0.08, 0.16), "standard deviation, fraction of white", _rician),
        Corruption("gaussian_noise", (0.04, 0.08, 0.16), "standard deviation, fraction of white", _gaussian),
        Corruption("contrast", (0.7, 0.5, 0.3), "contrast kept", _contrast),
        Corruption("gamma", (1.3, 1.7, 2.2), "exponent", _gamma),
        Corruption("motion", (0.03, 0.06, 0.12), "length of the blur, fraction of the side", _motion),
        Corruption("shift", (0.02, 0.05, 0.1), "fraction of the side", _shift),
        Corruption("rotation", (3.0, 7.0, 15.0), "degrees", _rotation),
    )
}
