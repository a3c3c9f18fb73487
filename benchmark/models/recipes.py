"""Recipes of training: what is trained in which stages, for how long and how fast."""

import math
from dataclasses import asdict, dataclass, replace
from typing import Literal

from db.errors import MedquantError, one_of, shown


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


THREE_STAGE = Recipe(
    "three-stage",
    (
        Stage("head", 8, 1e-3, trainable="head"),
        Stage("fine-tune", 2, 1e-4),
        Stage("extended", 2, 3e-4, schedule="cosine", warm_up=0.1),
    ),
)
"""Transfer learning as in arXiv 2605.19207: a frozen backbone's head, all at a reduced rate, an aggressive schedule."""

FROM_SCRATCH = Recipe(
    "from-scratch",
    (Stage("scratch", 10, 2e-3, schedule="cosine", warm_up=0.1, decay=0.02, smoothing=0.1),),
)
"""AdamW with warm-up and cosine decay, for networks without start weights."""

RECIPES = {recipe.name: recipe for recipe in (THREE_STAGE, FROM_SCRATCH)}


def recipe_named(name: str, epochs: dict[str, int] | None = None) -> Recipe:
    """Return a recipe by name, with other numbers of epochs where they are given.

    Parameters
    ----------
    name
        One of `RECIPES`.
    epochs
        Epochs by stage name; a stage of 0 epochs is left out.

    Raises
    ------
    MedquantError
        If there is no such recipe or stage, if a number is negative, or if no stage is left.
    """
    if name not in RECIPES:
        raise MedquantError(f"there is no recipe {shown(name)}; {one_of(tuple(RECIPES))}")
    recipe, given = RECIPES[name], epochs or {}
    known = tuple(stage.name for stage in recipe.stages)
    for stage, number in given.items():
        if stage not in known:
            raise MedquantError(f"the recipe {name} has no stage {shown(stage)}; {one_of(known)}")
        if number < 0:
            raise MedquantError(
                f"the stage {stage} of the recipe {name} cannot last {number} epochs; give 0 or more"
            )
    stages = tuple(replace(stage, epochs=given.get(stage.name, stage.epochs)) for stage in recipe.stages)
    if not any(stage.epochs for stage in stages):
        raise MedquantError(f"the recipe {name} has no epochs left; give one of its stages at least 1")
    return replace(recipe, stages=tuple(stage for stage in stages if stage.epochs))
