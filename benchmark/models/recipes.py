"""Recipes of training: what is trained in which stages, for how long and how fast."""

import math
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True)
class Stage:
    """One stage of training; each begins with a new optimizer (AdamW; without decay, Adam).

    Parameters
    ----------
    name
        What the stage is called, unique in its recipe.
    epochs
        Passes over the training images, at least one.
    rate
        Highest learning rate.
    trainable
        "head": the layers behind the pool, on features of the frozen backbone, without augmentation; "all".
    schedule
        "constant", or "cosine" to zero at the end of the stage.
    warm_up
        Share of the stage in which the rate grows linearly from zero, 0..1.
    decay
        Decoupled weight decay; normalizations and biases are left out.
    smoothing
        Label smoothing, 0..1.
    """

    name: str
    epochs: int
    rate: float
    trainable: Literal["head", "all"] = "all"
    schedule: Literal["constant", "cosine"] = "constant"
    warm_up: float = 0.0
    decay: float = 0.0
    smoothing: float = 0.0


@dataclass(frozen=True)
class Recipe:
    """Stages that follow one another, the images of a step, and whether they are augmented."""

    name: str
    stages: tuple[Stage, ...]
    batch: int = 32
    augment: bool = True

    def parts(self) -> dict[str, object]:
        """Return the recipe as values of JSON, for a fingerprint."""
        return asdict(self)


@dataclass(frozen=True)
class Epoch:
    """What an epoch gave: mean training loss, training accuracy (share; None without labels), seconds."""

    stage: str
    loss: float
    accuracy: float | None
    seconds: float


def rate_at(stage: Stage, step: int, steps: int) -> float:
    """Return the learning rate of a step.

    Parameters
    ----------
    stage
        The stage.
    step
        0 .. steps - 1.
    steps
        All the steps of the stage.

    Reference
    ---------
    Loshchilov & Hutter 2017, SGDR, equation 5 (one period, to zero).
    """
    warm = stage.warm_up * steps
    if step + 1 < warm:
        return stage.rate * (step + 1) / warm
    if stage.schedule == "constant":
        return stage.rate
    return stage.rate * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1.0, steps - warm)))
