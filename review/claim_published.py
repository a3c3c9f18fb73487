"""The published value of a claim, on the scale of the arithmetic."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db.codebook.codebook import Codebook
from db.vocabulary import Measure, Quantity
from review.claim_words import published_words
from review.effects import POINTS, NoEffect, effect_size


@dataclass(frozen=True)
class Published:
    """The published value of a claim on the scale of the arithmetic, or why there is none."""

    value: float | None = None
    text: str = ""
    unit: str | None = None
    n_test: int | None = None
    why: str = ""


def is_logarithm(outcome: str, codebook: Codebook) -> bool:
    """Whether an outcome is compared as a ratio, on the logarithm."""
    info = codebook.outcomes.get(outcome)
    return info is not None and info.measure == Measure.LOG_RATIO


def published_value(claim: Any, reported: Mapping[str, Any], codebook: Codebook) -> Published:  # noqa: ANN401
    """Return what a claim's comparison prints, on the scale of the arithmetic."""
    if claim.comparison_id is None:
        return Published(text="left open")
    row = reported.get(claim.comparison_id)
    if row is None:
        return Published(
            text="not in this corpus", why=f"the loaded corpus has no comparison {claim.comparison_id}"
        )
    text = published_words(row)
    if row.outcome != claim.outcome:
        return Published(text=text, why=f"{row.comparison_id} is about {row.outcome}, not {claim.outcome}")
    if claim.quantity == Quantity.CHANGE:
        try:
            _, yi = effect_size(row, codebook)
        except NoEffect as reason:
            return Published(text=text, why=f"the published comparison has no effect size: {reason}")
        return Published(yi, text, n_test=row.n_test)
    value = None if row.baseline_value is None else float(row.baseline_value)
    if value is None or value <= 0:
        return Published(text=text, why="the published comparison prints no value of its baseline")
    text = f"{row.baseline_value} (baseline arm)"
    if is_logarithm(claim.outcome, codebook):
        return Published(math.log(value), text, unit=row.unit)
    points = POINTS.get(row.unit)
    if points is None:
        return Published(text=text, why=f"its unit {row.unit} is no share")
    return Published(value * points, text, unit="percent", n_test=row.n_test)
