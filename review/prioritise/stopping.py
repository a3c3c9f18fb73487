"""How much of what is relevant has been found by now, and when to stop: a bound from the records screened last.

Reference: Callaghan MW, Müller-Hansen F. Statistical stopping criteria for automated screening in systematic reviews.
Syst Rev 2020;9:273. Their criterion for ranked records is used as a test and, read the other way round, as a bound.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import hypergeom

from review.prioritise.ranker import Labels

TARGET = 0.95
LEVEL = 0.95
MOST_WINDOWS = 200
ASSUMPTION = (
    "assumes that what is left is no richer in relevant records than what was screened last, "
    "as if that had been drawn from it at random; the decisions so far are taken as right"
)


@dataclass(frozen=True)
class Recall:
    """The share of all relevant records that was found by now, 0 to 1, and how many of them may be left.

    `estimate` is as likely too high as too low under the assumption, and cautious where the order is better than
    chance; `low` is the one-sided bound at `level`. `high` is 1, since no ranking can show that something is left.
    `p` is the chance to find as little lately if less than `target` of all had been found.
    """

    found: int
    screened: int
    left: int
    estimate: float
    low: float
    high: float
    may_be_left: int
    level: float
    target: float
    p: float

    @property
    def reached(self) -> bool:
        """Whether the target is met at this level."""
        return self.p < 1 - self.level


def recall_so_far(
    labels: Labels, left: int, *, target: float = TARGET, level: float = LEVEL
) -> Recall | None:
    """Return how much was found by now; None as long as nothing relevant was.

    Parameters
    ----------
    labels
        Whether each screened record was included, in the order of screening.
    left
        How many records nobody has screened.
    target
        The recall that is wanted, above 0 and below 1.
    level
        How sure the bound is, above 0.5 and below 1.

    Notes
    -----
    For each of the last 1, 2, … n records screened, these are taken as a random draw without replacement from
    themselves and all that is left. The smallest of the hypergeometric probabilities counts. That takes the best of many
    looks, which is not allowed for; an order better than chance works in the other direction. How often the bound
    held on shipped decisions is printed by `medquant review simulate-screening`.
    """
    found = int(labels.sum())
    if found == 0:
        return None
    beyond = _most_left(labels, left, level)
    missed = fewest_missed(found, target)
    return Recall(
        found,
        len(labels),
        left,
        found / (found + _most_left(labels, left, 0.5)),
        found / (found + beyond),
        1.0,
        beyond,
        level,
        target,
        p_value(labels, left, missed),
    )


def quiet_run_needed(labels: Labels, left: int, *, target: float = TARGET, level: float = LEVEL) -> int:
    """Return how many irrelevant records in a row, from here on, would meet the target; at most all that are left."""
    missed = fewest_missed(int(labels.sum()), target)

    def enough(more: int) -> bool:
        rest = left - more
        longer = np.concatenate([labels, np.zeros(more, dtype=np.bool_)])
        return p_value(longer, rest, missed) < 1 - level

    low, high = 0, left
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


def fewest_missed(found: int, target: float) -> int:
    """Return the fewest relevant records left with which the recall is under the target."""
    return math.floor(found / target - found + 1e-9) + 1


def _most_left(labels: Labels, left: int, level: float) -> int:
    """Return the greatest number of relevant records left that is not refuted at this level."""
    low, high = 0, left  # the probability falls as more are left, so the border is found by halving
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if p_value(labels, left, middle) >= 1 - level else (low, middle - 1)
    return low


def p_value(labels: Labels, left: int, relevant_left: int) -> float:
    """Return the smallest chance, over windows at the end, to have seen so few if so many relevant records were left."""
    if relevant_left > left:
        return 0.0
    n = len(labels)
    sizes = np.unique(np.geomspace(1, n, MOST_WINDOWS).astype(np.int64))
    seen = np.cumsum(labels[::-1].astype(np.int64))[sizes - 1]
    return float(np.min(hypergeom.cdf(seen, sizes + left, seen + relevant_left, sizes)))


def hint_of(recall: Recall | None, labels: Labels, left: int) -> str:
    """Return in words whether to go on screening."""
    if left == 0:
        return "every record is screened; there is nothing left to stop before"
    if recall is None:
        return "go on: nothing has been included yet, so nothing can be said about what is left"
    share = f"{percent(recall.level)} confidence"
    if recall.reached:
        return (
            f"you may stop: with {share} at least {percent(recall.target)} of the relevant records have been found; "
            f"up to {recall.may_be_left} may be among the {left} left, so look through a random sample of these first"
        )
    quiet = quiet_run_needed(labels, left, target=recall.target, level=recall.level)
    return (
        f"go on: with {share} only {percent(recall.low)} of the relevant records have been found "
        f"(up to {recall.may_be_left} may be left); {quiet} more in a row without an inclusion would be enough to stop"
    )


def percent(share: float) -> str:
    """Return a share in whole percent, rounded down so that no more is promised than holds."""
    return f"{math.floor(share * 100 + 1e-9)} %"
