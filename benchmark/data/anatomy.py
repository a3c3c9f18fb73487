"""The anatomy of a phantom: tissues, a healthy head, and a lesion where tumours of its kind lie."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float64]

# Brightness of each tissue in 0..1: scalp, skull, fluid, grey matter, white matter, tumour, dead core, oedema.
SEQUENCES = (
    {
        "scalp": 0.85,
        "skull": 0.06,
        "fluid": 0.14,
        "grey": 0.42,
        "white": 0.58,
        "tumour": 0.92,
        "core": 0.22,
        "oedema": 0.40,
    },
    {
        "scalp": 0.62,
        "skull": 0.05,
        "fluid": 0.95,
        "grey": 0.55,
        "white": 0.38,
        "tumour": 0.80,
        "core": 0.92,
        "oedema": 0.78,
    },
    {
        "scalp": 0.66,
        "skull": 0.05,
        "fluid": 0.10,
        "grey": 0.50,
        "white": 0.40,
        "tumour": 0.84,
        "core": 0.30,
        "oedema": 0.74,
    },
)
"""T1 with contrast agent, T2, and FLAIR."""


def draw_head(
    rng: np.random.Generator, x: Plane, y: Plane, tissue: dict[str, float], *, low: bool
) -> tuple[Plane, Plane]:
    """Return the signal of a healthy head, and how much of each pixel is inside the skull."""
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    signal = np.zeros_like(x)
    for name, edge in (("scalp", 1.0), ("skull", rng.uniform(0.91, 0.94))):
        signal = _paint(signal, _soft(radius / edge, 0.012), tissue[name])
    brain = _soft(radius / rng.uniform(0.84, 0.87), 0.012)
    signal = _paint(signal, brain, tissue["fluid"])
    folds = _waves(rng, angle, (9, 14, 19, 23), 0.016)
    signal = _paint(signal, _soft(radius / (rng.uniform(0.80, 0.83) + 0.6 * folds), 0.02), tissue["grey"])
    white = _soft(radius / (rng.uniform(0.66, 0.72) + 2.2 * folds), 0.03)
    signal = _paint(signal, white, tissue["white"])
    falx = np.exp(-((x / 0.012) ** 2)) * (np.abs(y) > (0.2 if low else 0.34)) * brain
    signal = _paint(signal, 0.7 * falx, tissue["fluid"])
    return (_base if low else _middle)(rng, x, y, signal, tissue), brain


def _middle(rng: np.random.Generator, x: Plane, y: Plane, signal: Plane, tissue: dict[str, float]) -> Plane:
    """Paint a slice at the height of the lateral ventricles: nuclei, four horns, third ventricle."""
    width, length = rng.uniform(0.05, 0.09), rng.uniform(0.16, 0.24)
    for side in (-1.0, 1.0):
        lean, uneven = rng.uniform(0.2, 0.45), rng.uniform(0.85, 1.15)
        signal = _paint(signal, _oval(x, y, side * 0.26, 0.0, 0.13, 0.24, -side * 0.3), tissue["grey"])
        front = _oval(x, y, side * 0.11, 0.22, width * uneven, length, side * lean)
        back = _oval(x, y, side * 0.19, -0.28, width * uneven, length, -side * lean)
        signal = _paint(signal, np.maximum(front, back), tissue["fluid"])
    return _paint(signal, _oval(x, y, 0.0, -0.04, 0.022, 0.12), tissue["fluid"])


def _base(rng: np.random.Generator, x: Plane, y: Plane, signal: Plane, tissue: dict[str, float]) -> Plane:
    """Paint a slice near the skull's base: cistern, brain stem, cerebellum behind it, Sylvian fissures."""
    signal = _paint(signal, _oval(x, y, 0.0, -0.50, 0.52, 0.30, softness=0.06), tissue["grey"])
    ridges = 0.5 + 0.5 * np.cos(rng.uniform(34.0, 44.0) * np.hypot(x, y + 0.15))
    signal = _paint(
        signal, 0.5 * ridges * _oval(x, y, 0.0, -0.50, 0.48, 0.26, softness=0.08), tissue["white"]
    )
    reach = rng.uniform(0.15, 0.21)
    for turn in range(5):  # the cistern's star
        toward = math.pi / 2 + turn * 2 * math.pi / 5
        arm_x, arm_y = 0.7 * reach * math.cos(toward), 0.04 + 0.7 * reach * math.sin(toward)
        signal = _paint(
            signal, _oval(x, y, arm_x, arm_y, 0.045, 0.6 * reach, toward - math.pi / 2), tissue["fluid"]
        )
    for side in (-1.0, 1.0):
        fissure = _oval(x, y, side * 0.52, 0.14, 0.035, rng.uniform(0.16, 0.24), side * 1.2)
        signal = _paint(signal, 0.8 * fissure, tissue["fluid"])
    signal = _paint(signal, _oval(x, y, 0.0, -0.20, 0.17, 0.15), tissue["white"])
    return _paint(signal, _oval(x, y, 0.0, -0.37, 0.06, 0.035), tissue["fluid"])


def _glioma(
    rng: np.random.Generator, x: Plane, y: Plane, signal: Plane, brain: Plane, tissue: dict[str, float]
) -> Plane:
    side, toward = rng.choice((-1.0, 1.0)), rng.uniform(-1.2, 1.2)
    away = rng.uniform(0.32, 0.52)
    across, up = x - side * away * math.cos(toward), y - 1.1 * away * math.sin(toward)
    reach = rng.uniform(0.13, 0.27)
    edge = reach * (1.0 + _waves(rng, np.arctan2(up, across), (2, 3, 5), 0.10))
    distance = np.hypot(across, up * rng.uniform(0.8, 1.2)) / edge
    strength = rng.uniform(0.5, 1.0)
    signal = _paint(
        signal, 0.8 * strength * brain * _soft(distance / rng.uniform(1.3, 1.7), 0.14), tissue["oedema"]
    )
    signal = _paint(signal, strength * brain * _soft(distance, 0.08), tissue["tumour"])
    return _paint(signal, strength * brain * _soft(distance / rng.uniform(0.35, 0.75), 0.10), tissue["core"])


def _meningioma(
    rng: np.random.Generator, x: Plane, y: Plane, signal: Plane, brain: Plane, tissue: dict[str, float]
) -> Plane:
    reach, strength = rng.uniform(0.11, 0.22), rng.uniform(0.5, 1.0)
    if rng.random() < 0.2:  # at the falx
        center = rng.choice((-1.0, 1.0)) * 0.8 * reach, rng.choice((-1.0, 1.0)) * rng.uniform(0.42, 0.62)
    else:
        toward = rng.uniform(0.0, 2 * math.pi)
        center = (0.88 - 0.75 * reach) * math.cos(toward), (0.88 - 0.75 * reach) * math.sin(toward)
    body = _oval(
        x, y, *center, reach, reach * rng.uniform(0.8, 1.2), rng.uniform(0.0, math.pi), softness=0.06
    )
    return _paint(signal, strength * brain * body, 0.92 * tissue["tumour"])


def _pituitary(
    rng: np.random.Generator, x: Plane, y: Plane, signal: Plane, brain: Plane, tissue: dict[str, float]
) -> Plane:
    reach, strength = rng.uniform(0.07, 0.15), rng.uniform(0.5, 1.0)
    center = rng.normal(0.0, 0.02), rng.normal(0.06, 0.025)
    body = _oval(x, y, *center, reach * rng.uniform(0.9, 1.3), reach, softness=0.08)
    return _paint(signal, strength * brain * body, 0.95 * tissue["tumour"])


Lesion = Callable[[np.random.Generator, Plane, Plane, Plane, Plane, dict[str, float]], Plane]

LESIONS: dict[str, Lesion] = {
    "glioma_tumor": _glioma,
    "meningioma_tumor": _meningioma,
    "pituitary_tumor": _pituitary,
}
"""What paints the lesion of a class, from the generator, both coordinates, the signal, the brain and the tissues."""


def _waves(rng: np.random.Generator, angle: Plane, orders: tuple[int, ...], height: float) -> Plane:
    """Return a closed wavy line round a centre: sines of the given numbers of lobes."""
    heights = rng.normal(0.0, height, len(orders))
    phases = rng.uniform(0.0, 2 * math.pi, len(orders))
    return np.asarray(
        sum(h * np.sin(n * angle + p) for h, n, p in zip(heights, orders, phases, strict=True)), np.float64
    )


def _oval(
    x: Plane, y: Plane, cx: float, cy: float, rx: float, ry: float, turn: float = 0.0, softness: float = 0.10
) -> Plane:
    """Return how much of each pixel is in an ellipse, turned anticlockwise by radians."""
    across = (x - cx) * math.cos(turn) + (y - cy) * math.sin(turn)
    along = (y - cy) * math.cos(turn) - (x - cx) * math.sin(turn)
    return _soft(np.hypot(across / rx, along / ry), softness)


def _soft(distance: Plane, softness: float) -> Plane:
    """Return 1 well inside the distance 1, 0 well outside, and a soft edge between (partial volume)."""
    return 1.0 / (1.0 + np.exp(np.clip((distance - 1.0) / softness, -50.0, 50.0)))


def _paint(signal: Plane, share: Plane, value: float) -> Plane:
    return signal + share * (value - signal)
