"""Peto's one-step odds ratio of 2×2 tables."""

import math
from collections.abc import Sequence

from numpy.typing import ArrayLike

from review.meta.errors import InvalidInput
from review.meta.inference import check_level, coefficient
from review.meta.tables import TablePool, heterogeneity_of, hypergeometric, read_tables


def peto(
    a: ArrayLike,
    b: ArrayLike,
    c: ArrayLike,
    d: ArrayLike,
    *,
    level: float = 95.0,
    labels: Sequence[object] | None = None,
) -> TablePool:
    """Pool log odds ratios by Peto's one-step method.

    Parameters
    ----------
    a
        Events in the first group, shape (n,), counts ≥ 0; a table with a missing count is left out.
    b
        Non-events in the first group.
    c
        Events in the second group.
    d
        Non-events in the second group.
    level
        Confidence level in percent.
    labels
        n labels that name the tables; None numbers them from 1.

    Raises
    ------
    InvalidInput
        For counts below 0, an empty group, or no table with both events and non-events.

    References
    ----------
    Yusuf, Peto, Lewis, Collins and Sleight (1985), Progress in Cardiovascular Diseases 27, 335–371.
    """
    level = check_level(level)
    t = read_tables(a, b, c, d, labels)
    excess, variance = hypergeometric(t)
    told = variance > 0
    if not told.any():
        raise InvalidInput(
            f"none of the {t.a.size} tables has both events and non-events: there is no odds ratio to pool"
        )
    warnings = []
    if not told.all():
        warnings.append(
            f"{int((~told).sum())} of {t.a.size} tables have no events, or only events, and weigh nothing"
        )
    total = float(variance.sum())
    pooled = coefficient("log OR", float(excess.sum()) / total, 1 / math.sqrt(total), None, level)
    yi, vi = excess[told] / variance[told], 1 / variance[told]
    return TablePool(
        "Peto",
        "OR",
        t.a.size,
        level,
        pooled,
        heterogeneity_of(yi, vi, pooled.estimate),
        None,
        None,
        None,
        "none",
        tuple(warnings),
        t.excluded,
    )
