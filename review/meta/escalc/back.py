"""The ways back from the scales of effect sizes to those that a reader knows."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from review.meta.escalc.result import Vector


def same(yi: ArrayLike) -> Vector:
    """Return effects that need no way back."""
    return np.asarray(yi, dtype=np.float64)


def exp(yi: ArrayLike) -> Vector:
    """Return ratios from their logarithms."""
    return np.exp(same(yi))


def tanh(yi: ArrayLike) -> Vector:
    """Return correlations from Fisher's z."""
    return np.tanh(same(yi))


def expit(yi: ArrayLike) -> Vector:
    """Return shares from log odds."""
    found: Vector = special.expit(same(yi))
    return found


def sine_squared(yi: ArrayLike) -> Vector:
    """Return shares; beyond 0 and π/2 the transformation has ended, and they stay 0 and 1."""
    return np.sin(np.clip(same(yi), 0, np.pi / 2)) ** 2


@np.errstate(all="ignore")
def freeman_tukey_back(yi: ArrayLike, ni: ArrayLike) -> Vector:
    """Return the proportions of Freeman–Tukey double arcsines.

    Parameters
    ----------
    yi
        Double arcsines, shape (n,).
    ni
        Sample sizes, shape (n,) or one number; the harmonic mean of the sizes for a pooled value.

    Notes
    -----
    A value beyond what 0 or n events give is taken for 0 or 1.

    References
    ----------
    Miller (1978), The American Statistician 32, 138.
    """
    t, n = 2 * same(yi), same(ni)
    lowest, highest = np.arcsin(np.sqrt(1 / (n + 1))), np.arcsin(np.sqrt(n / (n + 1))) + np.pi / 2
    root = np.sqrt(np.maximum(1 - (np.sin(t) + (np.sin(t) - 1 / np.sin(t)) / n) ** 2, 0))
    p = (1 - np.sign(np.cos(t)) * root) / 2
    return np.where(t <= lowest, 0.0, np.where(t >= highest, 1.0, p))
