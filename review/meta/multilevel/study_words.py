"""What the words of all sensitivity analyses of dependent effects share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from review.meta.no_variance_words import line
from review.meta.wording import number

if TYPE_CHECKING:
    from review.meta.multilevel.study_refits import StudyRefit

LEVELS = {
    "study": "between studies",
    "estimate": "within studies",
    "within": "within studies",
    "crossed": "between levels of the crossed factor",
}


def inference(test: str, *, robust: bool) -> str:
    """Return what tests and intervals rest on.

    Parameters
    ----------
    test
        What the coefficients rest on.
    robust
        Whether there are robust ones.
    """
    if robust or test == "CR2":
        return "CR2 standard errors and Satterthwaite df (Pustejovsky and Tipton 2018)"
    return "model-based standard errors"


def refit_line(r: "StudyRefit", level: float, levels: Sequence[str]) -> str:
    """Return a refit in one line.

    Parameters
    ----------
    r
        The refit.
    level
        Confidence level in percent.
    levels
        What its variance components lie between.
    """
    size = f"{r.k} row{'s' * (r.k != 1)} in {r.clusters} stud{'y' if r.clusters == 1 else 'ies'}"
    if r.why_not is not None:
        return f"{r.name} ({size}): no fit, as {r.why_not}"
    parts = [line(c, level) for c in r.inference]
    parts += [
        f"σ² {LEVELS[name]} {number(value)}" for name, value in zip(levels, r.sigma2 or (), strict=False)
    ]
    return f"{r.name} ({size}): {'; '.join(parts)}"
