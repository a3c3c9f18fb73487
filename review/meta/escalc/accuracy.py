"""Change of accuracy between two networks on the same images, from discordant counts or from two accuracies.

Both come out as quantized − baseline.
"""

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from review.meta.errors import InvalidInput
from review.meta.escalc.formula import measure
from review.meta.escalc.phi_result import PhiSensitivity
from review.meta.escalc.result import EffectSizes, Vector
from review.meta.escalc.table import Labels, Table, choice

Unit = Literal["share", "percent"]
UNITS = {"share": 1.0, "percent": 100.0}
ASSUMED_PHI = 0.5
PHI_GRID = (0.0, 0.3, 0.5, 0.7, 0.9)
MEASURE = "ACC"
LABEL = "accuracy difference, same images"
MARGINS: Final = """baseline, quantized
    Accuracies of the two networks in the unit, shape (n,)."""
IMAGES: Final = """n
    Images tested, shape (n,), > 0."""
UNIT: Final = """unit
    "share" (accuracies 0 to 1), or "percent" (0 to 100, differences in percentage points)."""


@measure(
    """gained, lost
    Images that only the quantized, only the baseline network has right, shape (n,), ≥ 0.""",
    IMAGES,
    UNIT,
    refuses="negative counts, more changes than images, unknown options",
)
def accuracy_difference(
    gained: ArrayLike, lost: ArrayLike, n: ArrayLike, *, unit: Unit = "share", labels: Labels = None
) -> EffectSizes:
    """Return paired accuracy differences from the images whose result changed (McNemar's cells).

    Notes
    -----
    (gained + lost − (gained − lost)² / n) / n². Where no image changed the difference is 0 and has no variance.

    References
    ----------
    McNemar (1947), Psychometrika 12, 153–157.
    """
    choice("unit", unit, tuple(UNITS))
    t = Table({"gained": gained, "lost": lost, "n": n}, labels)
    t.at_least(0, "gained", "lost")
    t.more_than(0, "n")
    g, b, size = t["gained"], t["lost"], t["n"]
    t.refuse(g + b > size, "n", "at least gained + lost")
    s = UNITS[unit]
    spread = (
        g * (size - g) + b * (size - b) + 2 * g * b
    ) / size  # of gained − lost, without the cancellation
    return t.effects(
        MEASURE, LABEL, s * (g - b) / size, s**2 * spread / size**2, correction="none (discordant counts)"
    )


@np.errstate(all="ignore")
def phi_range(p: ArrayLike, q: ArrayLike) -> tuple[Vector, Vector]:
    """Return the smallest and largest correlation of two binary variables with given shares.

    Parameters
    ----------
    p, q
        Shares, shape (n,), 0 to 1.

    Notes
    -----
    0 and 0 where a share is 0 or 1: then nothing can vary together; NaN where a share is missing.

    References
    ----------
    Warrens (2008), Psychometrika 73, 777–789.
    """
    a, b = np.asarray(p, dtype=np.float64), np.asarray(q, dtype=np.float64)
    spread = np.sqrt(a * (1 - a)) * np.sqrt(b * (1 - b))
    low = np.where(spread > 0, -np.minimum(a * b, (1 - a) * (1 - b)) / spread, 0.0)
    high = np.where(spread > 0, np.minimum(a * (1 - b), b * (1 - a)) / spread, 0.0)
    # two equal shares allow exactly 1, and shares that sum to 1 exactly −1
    low = np.where((a + b == 1) & (spread > 0), -1.0, np.maximum(low, -1))
    high = np.where((a == b) & (spread > 0), 1.0, np.minimum(high, 1))
    missing = np.isnan(spread)
    return np.where(missing, np.nan, low), np.where(missing, np.nan, high)


def paired_variance(p: Vector, q: Vector, n: Vector, phi: Vector) -> Vector:
    """Return the variance of the difference of two paired shares.

    Parameters
    ----------
    p, q
        Shares, 0 to 1.
    n
        Cases.
    phi
        Correlation of the two binary variables.

    Notes
    -----
    (p(1 − p) + q(1 − q) − 2 phi √(p(1 − p) q(1 − q))) / n, written as a sum of terms that are never negative.
    """
    s1, s2 = np.sqrt(p * (1 - p)), np.sqrt(q * (1 - q))
    return ((s1 - s2) ** 2 + 2 * (1 - phi) * s1 * s2) / n


def read_margins(
    baseline: ArrayLike, quantized: ArrayLike, n: ArrayLike, unit: Unit, labels: Labels
) -> Table:
    """Read two accuracies and the number of images.

    Parameters
    ----------
    baseline, quantized
        Accuracies in the unit, shape (n,).
    n
        Images tested, shape (n,), > 0.
    unit
        "share" or "percent".
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For accuracies out of range, n ≤ 0, unknown options, or shapes that disagree.
    """
    choice("unit", unit, tuple(UNITS))
    t = Table({"baseline": baseline, "quantized": quantized, "n": n}, labels)
    t.between(0, UNITS[unit], "baseline", "quantized")
    t.more_than(0, "n")
    return t


@measure(
    MARGINS,
    IMAGES,
    """phi
    Correlation of the two networks' results on the same image, -1 to 1: one number, or shape (n,). It is clipped
    to the range that the two accuracies allow (Fréchet), and `correction` names the rows.""",
    UNIT,
    refuses="accuracies or correlations out of range, n ≤ 0, unknown options",
)
def accuracy_difference_from_margins(
    baseline: ArrayLike,
    quantized: ArrayLike,
    n: ArrayLike,
    *,
    phi: ArrayLike = ASSUMED_PHI,
    unit: Unit = "share",
    labels: Labels = None,
) -> EffectSizes:
    """Return paired accuracy differences from two accuracies and an assumed correlation.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, 2635–2650.
    """
    t = read_margins(baseline, quantized, n, unit, labels)
    asked = Table({"phi": phi, "n": t["n"]}, t.rows)
    asked.between(-1, 1, "phi")
    wanted, s = asked["phi"], UNITS[unit]
    t.leave_out(np.isnan(wanted), "phi is missing")
    p, q = t["baseline"] / s, t["quantized"] / s
    low, high = phi_range(p, q)
    used = np.clip(wanted, low, high)
    clipped = np.isfinite(used) & (used != wanted)
    several = wanted.min() != wanted.max()
    text = "phi assumed, as given for each row" if several else f"phi = {wanted[0]:g} assumed"
    if clipped.any():
        text += f", clipped to the range that the accuracies allow in row {t.named(clipped)}"
    vi = s**2 * paired_variance(p, q, t["n"], used)
    return t.effects(MEASURE, LABEL, t["quantized"] - t["baseline"], vi, correction=text)


@measure(
    MARGINS,
    IMAGES,
    """grid
    Correlations, -1 to 1, each clipped to what a row's accuracies allow.""",
    UNIT,
    refuses="an empty grid, values out of range, unknown options",
    returns="The variances under every correlation, and the range that each row's accuracies allow.",
)
def phi_sensitivity(
    baseline: ArrayLike,
    quantized: ArrayLike,
    n: ArrayLike,
    *,
    grid: Sequence[float] = PHI_GRID,
    unit: Unit = "share",
    labels: Labels = None,
) -> PhiSensitivity:
    """Return the variances of paired accuracy differences under a grid of correlations."""
    phi = np.array(grid, dtype=np.float64)
    if phi.ndim != 1 or not phi.size or not (np.abs(phi) <= 1).all():
        raise InvalidInput(f"grid = {list(grid)} must hold correlations from -1 to 1: give at least one")
    t = read_margins(baseline, quantized, n, unit, labels)
    s = UNITS[unit]
    p, q = t["baseline"] / s, t["quantized"] / s
    low, high = phi_range(p, q)
    used = np.clip(phi[:, None], low, high)
    vi = s**2 * paired_variance(p, q, t["n"], used)
    vi = np.where(np.isfinite(t["n"]) & (vi > 0), vi, np.nan)
    best = np.where(np.isnan(vi).all(axis=0), 0.0, np.nanmax(np.where(np.isnan(vi), 0.0, vi), axis=0))
    told = t.effects(MEASURE, LABEL, t["quantized"] - t["baseline"], best)
    return PhiSensitivity(
        phi=phi,
        used=used,
        low=low,
        high=high,
        yi=told.yi,
        vi=vi,
        unit=unit,
        omitted=told.omitted,
        rows=told.rows,
    )
