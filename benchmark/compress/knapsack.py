"""The multiple-choice knapsack: one option for each item, least loss under a budget."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db.errors import MedquantError

CELLS = 1 << 18


@dataclass(frozen=True)
class Option:
    """What an item may become: its size in bytes and its loss."""

    size: int
    loss: float


def choose(items: Sequence[Sequence[Option]], budget: int) -> tuple[int, ...]:
    """Return for each item the number of its option, so that the losses' sum is least and the sizes fit a budget.

    Parameters
    ----------
    items
        The options of each item, at least one each.
    budget
        Greatest sum of sizes, in bytes.

    Raises
    ------
    MedquantError
        If even the smallest options exceed the budget.

    Notes
    -----
    Dynamic programming over sizes, counted in their greatest common divisor: exact up to 262,144 such units
    (MobileNetV2 needs some ten thousand). Beyond, the unit is widened and sizes are rounded up: the budget still holds,
    and the result may be short of the optimum by at most one unit of size an item.

    References
    ----------
    Kellerer, Pferschy and Pisinger (2004), Knapsack Problems, section 11.5.
    """
    least = sum(min(option.size for option in options) for options in items)
    if least > budget:
        raise MedquantError(
            f"a budget of {budget:,} bytes is too small: the kernels take {least:,} bytes at the fewest bits that their "
            "kernels in the runtime allow; raise the budget"
        )
    smallest = [min(option.size for option in options) for options in items]
    spare = min(budget - least, sum(max(o.size for o in options) for options in items) - least)
    extra = [[option.size - low for option in options] for options, low in zip(items, smallest, strict=True)]
    unit = math.gcd(*(size for sizes in extra for size in sizes)) or 1
    unit *= -(-(spare // unit + 1) // CELLS)
    best: NDArray[np.float64] = np.zeros(spare // unit + 1)
    taken = np.zeros((len(items), len(best)), np.int8)
    for number, (options, sizes) in enumerate(zip(items, extra, strict=True)):
        reached = np.full_like(best, np.inf)
        for choice, (option, size) in enumerate(zip(options, sizes, strict=True)):
            step = -(-size // unit)
            if step >= len(best):
                continue
            with_it = best[: len(best) - step] + option.loss
            better = with_it < reached[step:]
            reached[step:][better] = with_it[better]
            taken[number, step:][better] = choice
        best = reached
    chosen: list[int] = []
    cell = len(best) - 1
    for number in reversed(range(len(items))):
        choice = int(taken[number, cell])
        chosen.append(choice)
        cell -= -(-extra[number][choice] // unit)
    return tuple(reversed(chosen))
