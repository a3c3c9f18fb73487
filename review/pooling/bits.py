"""What a bit costs: the change of an outcome on the bits of weights and activations, over study groups."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

import numpy as np

from review.effects import Effect
from review.meta.inference import moved
from review.meta.result import Coefficient
from review.meta.robust import cluster_robust
from review.pooling.analysis import too_few
from review.pooling.classes import bit_number

FEWEST_FOR_A_SLOPE = 4
"""A slope spends one more degree of freedom than a mean."""
FEWEST_DF = 2.0
"""With fewer degrees of freedom than this the variance of the slope's estimate is not finite: no number is given."""
EIGHT_BITS = 3.0
TERMS = ("at 8 bits", "per halving of the bits")

Moderator = Literal["weight bits", "activation bits"]
BITS: dict[Moderator, Callable[[Effect], float | None]] = {
    "weight bits": lambda effect: bit_number(effect.weight_bits),
    "activation bits": lambda effect: bit_number(effect.activation_bits),
}


@dataclass(frozen=True)
class BitSlope:
    """A regression of the change on the bit width; `among` says which groups it is over.

    `at_eight` is the expected change at 8 bits, `per_halving` what each halving of the bit width adds. Where there is
    too little for it `too_few` says so, and there is no number.
    """

    moderator: Moderator
    among: str
    effects: int
    groups: int
    at_eight: Coefficient | None
    per_halving: Coefficient | None
    warnings: tuple[str, ...]
    too_few: str | None = None


def bit_slopes(
    effects: Sequence[Effect], dominant: str | None = None, level: float = 95.0
) -> tuple[BitSlope, ...]:
    """Regress an outcome on the bits of weights and of activations, with the dominant group and without it.

    Parameters
    ----------
    effects
        Clean effects of one outcome.
    dominant
        The group that is left out once; None where none dominates.
    level
        Confidence level in percent.
    """
    found = []
    for moderator in BITS:
        found.append(bit_slope(effects, moderator, "all study groups", level))
        if dominant is not None:
            rest = [effect for effect in effects if effect.group != dominant]
            found.append(bit_slope(rest, moderator, f"without {dominant}", level))
    return tuple(found)


def bit_slope(effects: Sequence[Effect], moderator: Moderator, among: str, level: float = 95.0) -> BitSlope:
    """Regress an outcome on the logarithm of the bit width.

    Parameters
    ----------
    effects
        Clean effects of one outcome.
    moderator
        Bits of which values.
    among
        Which groups these are, in words.
    level
        Confidence level in percent.

    Notes
    -----
    The mean effects of each group at each bit width are fitted by least squares, each group with the same total weight,
    and the standard errors are CR2 by group. Arms of several widths, or of none that is stated, are left out.
    """
    values = BITS[moderator]
    known = [(effect, bits) for effect in effects if (bits := values(effect)) is not None]
    groups = {effect.group for effect, _ in known}
    cells = sorted({(effect.group, bits) for effect, bits in known})
    few = too_few(groups, FEWEST_FOR_A_SLOPE, f" that state the {moderator}")
    if few is None and len({bits for _, bits in cells}) < 2:
        few = f"all study groups that state the {moderator} have the same"
    counts = len(known), len(groups)
    y = np.array([fmean(e.yi for e, b in known if (e.group, b) == cell) for cell in cells])
    unit = float(np.abs(y).max(initial=0.0))
    if few is None and unit == 0:
        few = "no effect differs from 0"
    if few is not None:
        return BitSlope(moderator, among, *counts, None, None, (), few)
    x = np.array([EIGHT_BITS - math.log2(bits) for _, bits in cells])
    numbers = {group: i for i, group in enumerate(sorted(groups))}
    cluster = np.array([numbers[group] for group, _ in cells])
    shares = np.bincount(cluster)[cluster].astype(float)
    fit = cluster_robust(
        np.column_stack([np.ones(x.size), x]), y / unit, shares, cluster, terms=TERMS, level=level
    )
    df = fit.coefficients[1].df
    if df is None or not df >= FEWEST_DF or any("cannot see clusters" in w for w in fit.warnings):
        few = "hardly a study group differs from the others in its bit width, so that one or two decide the slope"
        return BitSlope(moderator, among, *counts, None, None, (), few)
    warnings = tuple(warning for warning in fit.warnings if TERMS[1] in warning)
    at_eight, per_halving = (moved(c, unit, 0.0, level) for c in fit.coefficients)
    return BitSlope(moderator, among, *counts, at_eight, per_halving, warnings)
