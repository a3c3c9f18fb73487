"""Single proportions: xi events among ni cases, raw and transformed."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from review.meta.escalc.cells import To, add_to_cells
from review.meta.escalc.result import EffectSizes, Vector
from review.meta.escalc.table import Labels, Table, choice


class _Counts(NamedTuple):
    table: Table
    x: Vector
    m: Vector
    text: str


def _read(xi: ArrayLike, ni: ArrayLike, add: float, to: To, labels: Labels) -> _Counts:
    given = Table({"xi": xi, "ni": ni}, labels)
    given.at_least(0, "xi")
    given.more_than(0, "ni")
    given.refuse(given["xi"] > given["ni"], "xi", "at most ni")
    with_rest = Table({"xi": given["xi"], "ni": given["ni"], "mi": given["ni"] - given["xi"]}, given.rows)
    (x, m), text = add_to_cells(with_rest, ("xi", "mi"), add, to)
    return _Counts(given, x, m, text)


@np.errstate(all="ignore")
def proportion(
    xi: ArrayLike,
    ni: ArrayLike,
    *,
    add: float = 0.5,
    to: To = "only0",
    variance: Literal["LS", "UB"] = "LS",
    labels: Labels = None,
) -> EffectSizes:
    """Return raw proportions x / n (PR).

    Parameters
    ----------
    xi, ni
        Events and cases, shape (n,), 0 ≤ xi ≤ ni, ni > 0.
    add, to
        What is added to events and non-events, and where ("only0", "all", "if0all", "none").
    variance
        "LS" divides by the number of cases, "UB" (unbiased) by that number less one.
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For impossible counts, unknown options, or shapes that disagree.
    """
    choice("variance", variance, ("LS", "UB"))
    t, x, m, text = _read(xi, ni, add, to, labels)
    n = x + m
    less = 1 if variance == "UB" else 0
    return t.effects("PR", "proportion", x / n, x / n * (m / n) / (n - less), correction=text)


@np.errstate(all="ignore")
def log_proportion(
    xi: ArrayLike, ni: ArrayLike, *, add: float = 0.5, to: To = "only0", labels: Labels = None
) -> EffectSizes:
    """Return log proportions ln(x / n) (PLN).

    Parameters
    ----------
    xi, ni
        Events and cases, shape (n,), 0 ≤ xi ≤ ni, ni > 0.
    add, to
        What is added to events and non-events, and where ("only0", "all", "if0all", "none").
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For impossible counts, unknown options, or shapes that disagree.
    """
    t, x, m, text = _read(xi, ni, add, to, labels)
    t.leave_out(x == 0, "a proportion of 0 has no logarithm")
    # 1/x − 1/n, without the cancellation
    return t.effects("PLN", "log proportion", -np.log1p(m / x), m / (x * (x + m)), correction=text)


@np.errstate(all="ignore")
def logit_proportion(
    xi: ArrayLike, ni: ArrayLike, *, add: float = 0.5, to: To = "only0", labels: Labels = None
) -> EffectSizes:
    """Return log odds ln(x / (n − x)) (PLO).

    Parameters
    ----------
    xi, ni
        Events and cases, shape (n,), 0 ≤ xi ≤ ni, ni > 0.
    add, to
        What is added to events and non-events, and where ("only0", "all", "if0all", "none").
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For impossible counts, unknown options, or shapes that disagree.
    """
    t, x, m, text = _read(xi, ni, add, to, labels)
    t.leave_out((x == 0) | (m == 0), "a proportion of 0 or 1 has no finite odds")
    return t.effects("PLO", "log odds", np.log(x / m), 1 / x + 1 / m, correction=text)


@np.errstate(all="ignore")
def arcsine_proportion(
    xi: ArrayLike, ni: ArrayLike, *, add: float = 0.0, to: To = "only0", labels: Labels = None
) -> EffectSizes:
    """Return arcsine square root proportions (PAS).

    Parameters
    ----------
    xi, ni
        Events and cases, shape (n,), 0 ≤ xi ≤ ni, ni > 0.
    add, to
        What is added to events and non-events, and where; the measure needs nothing added.
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For impossible counts, unknown options, or shapes that disagree.
    """
    t, x, m, text = _read(xi, ni, add, to, labels)
    n = x + m
    return t.effects("PAS", "arcsine proportion", np.arcsin(np.sqrt(x / n)), 1 / (4 * n), correction=text)


@np.errstate(all="ignore")
def freeman_tukey_proportion(
    xi: ArrayLike, ni: ArrayLike, *, add: float = 0.0, to: To = "only0", labels: Labels = None
) -> EffectSizes:
    """Return Freeman–Tukey double arcsine proportions (PFT).

    Parameters
    ----------
    xi, ni
        Events and cases, shape (n,), 0 ≤ xi ≤ ni, ni > 0.
    add, to
        What is added to events and non-events, and where; the measure needs nothing added.
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For impossible counts, unknown options, or shapes that disagree.

    References
    ----------
    Freeman and Tukey (1950), Annals of Mathematical Statistics 21, 607–611.
    """
    t, x, m, text = _read(xi, ni, add, to, labels)
    n = x + m
    yi = (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))) / 2
    return t.effects("PFT", "double arcsine proportion", yi, 1 / (4 * n + 2), correction=text)
