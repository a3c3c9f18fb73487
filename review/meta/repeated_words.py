"""The words of a mean over seeds, and of its equivalence tests."""

import math
from typing import TYPE_CHECKING

from review.meta.wording import number

if TYPE_CHECKING:
    from review.meta.repeated import Equivalence, RepeatedMean


def mean_lines(r: "RepeatedMean") -> list[str]:
    """Return a mean in lines of text.

    Parameters
    ----------
    r
        The mean.
    """
    seeds = f"{len(r.by_seed)} seed{'s' * (len(r.by_seed) != 1)}"
    images = f", {r.clusters} images" if r.clusters else ""
    told = [f"mean over {seeds}{images}: {number(r.value)} {_in(r.unit)}", _interval(r)]
    if r.seed_sd is not None:
        told.append(f"seeds: {', '.join(map(number, r.by_seed))} (SD {number(r.seed_sd)})")
    return told


def equivalence_lines(r: "Equivalence") -> list[str]:
    """Return two one-sided tests in lines of text: how they were made, and what they found.

    Parameters
    ----------
    r
        The tests.
    """
    decided = (
        "equivalent" if r.within else "different" if r.outside else "neither equivalence nor difference shown"
    )
    limits = f"{number(r.low)} to {number(r.high)}, tolerance ±{number(r.tolerance)} {_in(r.unit)}"
    return [
        "two one-sided tests at 5% (Schuirmann 1987); the published value is taken as exact",
        f"90% CI of measured − published: {limits}; {decided}",
    ]


def _interval(r: "RepeatedMean") -> str:
    limits = r.interval()
    if limits is None:
        return "no interval, as nothing tells the variance"
    low, high = map(number, limits)
    df = f"t distribution with {number(r.df, 3)} df" if math.isfinite(r.df) else "normal distribution"
    parts = "images and of seeds" if r.clusters else "sampling and of seeds"
    return f"95% CI {low} to {high} about {number(r.centre)} ({df}; variance components of {parts})"


def _in(unit: str | None) -> str:
    return unit or "in units of the values"
