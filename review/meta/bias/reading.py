"""Reading the effects of an analysis of small-study effects, and saying when there are too few."""

from collections.abc import Mapping, Sequence

from numpy.typing import ArrayLike

from review.meta.errors import InvalidInput
from review.meta.rows import Rows, read_rows

FEW = 10
"""Below this number of effects a test for funnel asymmetry should not be used (Sterne et al. 2011)."""


def read_effects(
    yi: ArrayLike, vi: ArrayLike, labels: Sequence[object] | None, *, least: int, what: str
) -> Rows:
    """Return the rows that can be used, when they are enough.

    Parameters
    ----------
    yi
        Effects, shape (n,).
    vi
        Sampling variances, shape (n,), > 0.
    labels
        n labels that name the rows in messages; None numbers them from 1.
    least
        The smallest number of rows that will do.
    what
        Name of the analysis, for the message.

    Raises
    ------
    InvalidInput
        For a variance of zero or less, shapes that disagree, or too few rows.
    """
    rows = read_rows(yi, vi, labels=labels)
    enough(rows.yi.size, least, what)
    return rows


def enough(k: int, least: int, what: str) -> None:
    """Refuse an analysis of too few rows.

    Parameters
    ----------
    k
        Number of rows that can be used.
    least
        The smallest number that will do.
    what
        Name of the analysis.

    Raises
    ------
    InvalidInput
        When k is smaller.
    """
    if k < least:
        raise InvalidInput(f"{what} needs at least {least} rows, but only {k} can be used: report none")


def few_warning(k: int) -> list[str]:
    """Return the warning that a test for asymmetry of so few effects deserves, if any.

    Parameters
    ----------
    k
        Number of effects.

    References
    ----------
    Sterne et al. (2011), BMJ 343, d4002.
    """
    if k >= FEW:
        return []
    return [
        (
            f"{k} effects: with fewer than {FEW} a test for funnel asymmetry cannot tell chance from asymmetry "
            "(Sterne et al. 2011)"
        )
    ]


def one_of(options: Mapping[str, tuple[object, Sequence[object]]]) -> None:
    """Refuse an unknown option.

    Parameters
    ----------
    options
        By name: what was given, and what is allowed.

    Raises
    ------
    InvalidInput
        For the first that is unknown.
    """
    for name, (given, allowed) in options.items():
        if given not in allowed:
            raise InvalidInput(f"{name} = {given!r} is unknown: choose one of {', '.join(map(str, allowed))}")


def probability(name: str, value: float) -> float:
    """Return a significance level when it is one.

    Parameters
    ----------
    name
        Name of the option.
    value
        More than 0 and less than 1.

    Raises
    ------
    InvalidInput
        When it lies outside.
    """
    if not 0 < value < 1:
        raise InvalidInput(f"{name} = {value:g} is no significance level: give a share such as 0.05")
    return float(value)
