"""From a formula to a measure: what every measure takes, refuses and returns, said once."""

import inspect
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import numpy as np

from review.meta.escalc.result import Vector

Measure = TypeVar("Measure", bound=Callable[..., object])
Pair = tuple[Vector, Vector]
"""What a formula gives: effect sizes and their sampling variances, shape (n,) each."""

LABELS: Final = """labels
    n labels that name the rows."""
RETURNS: Final = (
    "One effect size for each row with its sampling variance, and where there is none, the reason."
)


def measure(
    *takes: str, refuses: str, returns: str = RETURNS, formula: Callable[..., object] | None = None
) -> Callable[[Measure], Measure]:
    """Make a function a measure: numpy stays silent, and its docstring gets what all of its kind share.

    Parameters
    ----------
    takes
        Its parameters as a docstring has them: those that measures of this kind share, then its own; `labels` follow.
    refuses
        What raises `InvalidInput`.
    returns
        What it hands back.
    formula
        The function that lends name and docstring; None keeps those of the measure.

    Notes
    -----
    numpy's warnings are off because rows that cannot be computed are found in the result, with their reasons.
    """

    def make(function: Measure) -> Measure:
        made = np.errstate(all="ignore")(function)
        lender = formula or function
        made.__name__, made.__qualname__ = lender.__name__, lender.__qualname__
        made.__module__ = lender.__module__
        made.__doc__ = _docstring(inspect.getdoc(lender) or "", takes, refuses, returns)
        return made

    return make


def _docstring(written: str, takes: Sequence[str], refuses: str, returns: str) -> str:
    """Return a whole docstring from what a measure says of itself and what its kind says."""
    first, *rest = written.split("\n\n")
    parameters = "\n".join(["Parameters", "----------", *takes, LABELS])
    raises = f"Raises\n------\nInvalidInput\n    For {refuses}, or shapes that disagree."
    return "\n\n".join([first, parameters, f"Returns\n-------\n{returns}", raises, *rest])
