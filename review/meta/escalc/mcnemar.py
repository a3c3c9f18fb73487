"""McNemar's test: whether as many paired cases changed one way as the other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, chdtrc

from review.meta.escalc.result import Vector
from review.meta.escalc.table import Labels, Table
from review.meta.rows import ExcludedRow


@dataclass(frozen=True, eq=False, kw_only=True)
class McNemar:
    """The test of each row, in four versions.

    Parameters
    ----------
    statistic
        (b − c)² / (b + c), shape (n,); NaN where no pair changed.
    p
        Its p-value, χ² with 1 df.
    statistic_corrected
        With the continuity correction, (|b − c| − 1)² / (b + c); 0 where b = c.
    p_corrected
        Its p-value.
    p_exact
        Two-sided binomial p-value.
    p_mid
        The exact p-value with half the probability of what was seen.
    omitted
        Rows without a test, and why.
    rows
        Labels of the rows.
    """

    statistic: Vector
    p: Vector
    statistic_corrected: Vector
    p_corrected: Vector
    p_exact: Vector
    p_mid: Vector
    omitted: tuple[ExcludedRow, ...]
    rows: tuple[str | int, ...]


@np.errstate(all="ignore")
def mcnemar(b: ArrayLike, c: ArrayLike, *, labels: Labels = None) -> McNemar:
    """Test whether pairs changed as often one way as the other.

    Parameters
    ----------
    b, c
        Numbers of pairs that changed one way and the other, shape (n,), whole numbers ≥ 0.
    labels
        n labels that name the rows.

    Raises
    ------
    InvalidInput
        For counts that are negative or not whole, or shapes that disagree.

    Notes
    -----
    The correction is the one of Edwards, cut at 0: equal counts do not differ. Without a discordant pair there is
    nothing to test.

    References
    ----------
    McNemar (1947), Psychometrika 12, 153–157; Edwards (1948), Psychometrika 13, 185–187; Fagerland, Lydersen and
    Laake (2013), BMC Medical Research Methodology 13, 91.
    """
    t = Table({"b": b, "c": c}, labels)
    t.at_least(0, "b", "c")
    for name in ("b", "c"):
        t.refuse(np.isfinite(t[name]) & (t[name] != np.floor(t[name])), name, "a whole number")
    one, other = t["b"], t["c"]
    t.leave_out(one + other == 0, "no pair changed, so there is nothing to test")
    gone = ~np.isfinite(one + other) | (one + other == 0)
    n, few = one + other, np.minimum(one, other)
    gap = np.abs(one - other)
    statistic, corrected = gap * (gap / n), np.maximum(gap - 1, 0) ** 2 / n
    # P(X ≤ few) and P(X < few) of the binomial distribution with n trials and probability 1/2
    at_most, less = betainc(n - few, few + 1, 0.5), np.where(few > 0, betainc(n - few + 1, few, 0.5), 0.0)
    columns = (
        statistic,
        chdtrc(1, statistic),
        corrected,
        chdtrc(1, corrected),
        np.minimum(2 * at_most, 1),
        np.minimum(at_most + less, 1),
    )
    names = ("statistic", "p", "statistic_corrected", "p_corrected", "p_exact", "p_mid")
    values = {name: np.where(gone, np.nan, x) for name, x in zip(names, columns, strict=True)}
    for x in values.values():
        x.flags.writeable = False
    return McNemar(**values, omitted=t.omitted, rows=t.rows)
