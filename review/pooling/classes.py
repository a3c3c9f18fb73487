"""What an effect is grouped by: the technique, bit width, granularity, data set, network and execution of its arm."""

import math
import re
from collections.abc import Callable, Sequence
from typing import Literal, get_args

from db.models.base import PLAIN_NUMBER
from db.vocabulary import Granularity
from review.effects import Effect

By = Literal["technique", "bits", "granularity", "dataset", "architecture", "execution"]
"""What effects can be grouped by."""
BYS: tuple[By, ...] = get_args(By)

BIT_CLASSES = ("16 bits", "8 bits", "below 8 bits", "several or not stated")
"""Classes of bit width of the weights; an arm that pools several widths stands in the last."""
TECHNIQUES = ("qat", "ptq", "fixed_point", "low_bit", "mixed_precision", "unspecified")
"""An arm of several techniques stands under the first of these: training with quantization says more than bits."""
NOT_STATED = "not stated"
SEVERAL = "several"
TERNARY = math.log2(3)

_GRANULARITIES = (
    (re.compile(r"adaptive|stratif", re.IGNORECASE), "adaptive"),
    (re.compile(r"per[- ]channel", re.IGNORECASE), "per channel"),
    (re.compile(r"per[- ]tensor", re.IGNORECASE), "per tensor"),
    (re.compile(r"block[- ]?wise|group[- ]?wise", re.IGNORECASE), "blockwise"),
)
_VERSION = re.compile(r"\s+v?\d[\d.]*$", re.IGNORECASE)


def bit_class(weight_bits: Sequence[str]) -> str:
    """Return the class of bit width of an arm's weights.

    Parameters
    ----------
    weight_bits
        Codes of the vocabulary "bits".
    """
    bits = bit_number(weight_bits)
    if bits is None:
        return BIT_CLASSES[3]
    return BIT_CLASSES[0] if bits > 8 else BIT_CLASSES[1] if bits == 8 else BIT_CLASSES[2]


def bit_number(codes: Sequence[str]) -> float | None:
    """Return a bit width as a number; None for several widths or none, log2(3) for ternary.

    Parameters
    ----------
    codes
        Codes of the vocabulary "bits", such as "8", "16f", "ternary".
    """
    if len(codes) != 1:
        return None
    width = codes[0].removeprefix("bf").removesuffix("f")
    if PLAIN_NUMBER.fullmatch(width):
        return float(width) or None
    return TERNARY if width == "ternary" else 1.0


def technique_class(effect: Effect) -> str:
    """Return the technique that an arm stands under.

    Parameters
    ----------
    effect
        An effect, with the techniques of its arm.
    """
    known = [code for code in TECHNIQUES if code in effect.technique]
    return (known or [*effect.technique, "unspecified"])[0]


def granularity_class(effect: Effect) -> str:
    """Return over what the arm shares a scale: as coded, else as the arm is named.

    Parameters
    ----------
    effect
        An effect; where granularity is not coded, the words of the arm are searched for it.
    """
    if effect.granularity is not None:
        return {Granularity.MIXED: "mixed"}.get(
            effect.granularity, effect.granularity.value.replace("_", " ")
        )
    return next((name for pattern, name in _GRANULARITIES if pattern.search(effect.arm)), NOT_STATED)


def dataset_names(effect: Effect) -> frozenset[str]:
    """Return the data sets of an effect in small letters, without the year or version at their end.

    Parameters
    ----------
    effect
        An effect; several data sets are separated by semicolons.

    Notes
    -----
    Releases of one challenge share images, so that “BraTS 2018” counts as BraTS.
    """
    names = (_VERSION.sub("", name.strip()).lower() for name in (effect.dataset or "").split(";"))
    return frozenset(name for name in names if name)


def _named(value: str | None) -> str:
    names = [name.strip() for name in (value or "").split(";") if name.strip()]
    return NOT_STATED if not names else SEVERAL if len(names) > 1 else names[0]


def _execution(effect: Effect) -> str:
    return NOT_STATED if effect.execution is None else effect.execution.value


_CLASSES: dict[By, Callable[[Effect], str]] = {
    "technique": technique_class,
    "bits": lambda effect: bit_class(effect.weight_bits),
    "granularity": granularity_class,
    "dataset": lambda effect: _named(effect.dataset),
    "architecture": lambda effect: _named(effect.architecture),
    "execution": _execution,
}


def class_of(effect: Effect, by: By) -> str:
    """Return the class of an effect.

    Parameters
    ----------
    effect
        An effect.
    by
        What effects are grouped by.
    """
    return _CLASSES[by](effect)


def is_told(name: str, by: By) -> bool:
    """Return whether a class says something: arms that pool several, or state none, are compared with nobody.

    Parameters
    ----------
    name
        Name of a class.
    by
        What effects are grouped by.
    """
    return name not in (NOT_STATED, SEVERAL, "unspecified") and not (by == "bits" and name == BIT_CLASSES[3])
