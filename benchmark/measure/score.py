"""A measured value with its confidence interval, and what every score is computed from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db.errors import MedquantError

Floats = NDArray[np.floating]
Labels = NDArray[np.int64]

FRACTION = "fraction"
POINTS = "percentage points"
LEVEL = 0.95
DRAWS = 2000


@dataclass(frozen=True)
class Score:
    """One value with its 95 % interval.

    `value` is None where it is undefined, and the interval is None where there is none; `note` then says why, and
    otherwise names the method. `n` counts what the value was computed from.
    """

    metric: str
    value: float | None
    ci_low: float | None
    ci_high: float | None
    n: int
    unit: str
    note: str = ""


def undefined(metric: str, unit: str, why: str, n: int = 0) -> Score:
    """Return the score of something that these images cannot tell."""
    return Score(metric, None, None, None, n, unit, why)


def check_predictions(probabilities: Floats, labels: Labels, classes: tuple[str, ...]) -> None:
    """Refuse predictions that do not belong to the labels.

    Raises
    ------
    MedquantError
        If there are no images, or numbers of images or classes disagree, or a value is no number.
    """
    if not len(labels):
        raise MedquantError("there are no images to score: give at least one")
    if probabilities.shape != (len(labels), len(classes)):
        raise MedquantError(
            f"the predictions have shape {probabilities.shape}: {len(labels)} images of {len(classes)} classes "
            f"({', '.join(classes)}) need {(len(labels), len(classes))}; give a network with as many classes as the data"
        )
    if labels.min() < 0 or labels.max() >= len(classes):
        raise MedquantError(
            f"the labels run from {labels.min()} to {labels.max()}: allowed are 0 to {len(classes) - 1}"
        )
    if not np.isfinite(probabilities).all():
        raise MedquantError("some predictions are no numbers: run the network again, or take it out")
