"""McNemar's test: whether as many paired cases changed one way as the other."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, chdtrc

from review.meta import remarks
from review.meta.escalc.result import Vector, reasons
from review.meta.escalc.table import Labels, Table
from review.meta.plain import Told
from review.meta.rows import ExcludedRow
from review.meta.wording import number, p_value

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("statistic", "p", "statistic_corrected", "p_corrected", "p_exact", "p_mid")
HOW = "χ² with 1 df, without and with the continuity correction of Edwards, and binomial: exact and mid-p"


@dataclass(frozen=True, eq=False, kw_only=True)
class McNemar(Told):
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

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per row, with the reason where it has no test."""
        import pandas as pd

        numbers = {name: getattr(self, name) for name in COLUMNS}
        why = reasons(np.isfinite(self.p), self.omitted)
        return pd.DataFrame({"row": self.rows, **numbers, "omitted": why})

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        tested = self._tested()
        return [
            f"McNemar's test; {len(tested)} of {len(self.rows)} rows; {HOW}",
            *(self._line(i) for i in tested),
            *remarks.lines(self.omitted, ()),
        ]

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        tested = self._tested()
        text = (
            f"Whether pairs changed as often one way as the other was tested in {len(tested)} of {len(self.rows)} rows by "
            f"McNemar's test ({HOW}; McNemar 1947; Edwards 1948; Fagerland et al. 2013)."
        )
        if tested:
            clear = sum(self.p_mid[i] < 0.05 for i in tested)
            least = min(tested, key=lambda i: float(self.p_mid[i]))
            text += f" The mid-p value was below 0.05 in {clear}, and smallest in row {self._line(least)}."
        return text + remarks.sentences(self.omitted, ())

    def _tested(self) -> list[int]:
        return np.flatnonzero(np.isfinite(self.p)).tolist()

    def _line(self, i: int) -> str:
        usual = f"χ² = {number(self.statistic[i])}, {p_value(self.p[i])}"
        corrected = f"corrected χ² = {number(self.statistic_corrected[i])}, {p_value(self.p_corrected[i])}"
        return f"{self.rows[i]}: {usual}; {corrected}; exact {p_value(self.p_exact[i])}; mid-{p_value(self.p_mid[i])}"


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
    values = {name: np.where(gone, np.nan, x) for name, x in zip(COLUMNS, columns, strict=True)}
    for x in values.values():
        x.flags.writeable = False
    return McNemar(**values, omitted=t.omitted, rows=t.rows)
