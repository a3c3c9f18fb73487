"""2×2 tables of counts, and what a pool of them hands back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from review.meta import remarks
from review.meta.errors import InvalidInput
from review.meta.plain import Told
from review.meta.result import Coefficient
from review.meta.rows import ExcludedRow
from review.meta.wording import coefficient_line, number, p_value

if TYPE_CHECKING:
    import pandas as pd

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class ChiSquare:
    """A χ² statistic, its degrees of freedom and its p-value."""

    statistic: float
    df: int
    p: float


@dataclass(frozen=True)
class TablePool(Told):
    """A pooled effect of 2×2 tables.

    Parameters
    ----------
    method
        "Mantel–Haenszel" or "Peto".
    measure
        "OR" and "RR" (on the log scale) or "RD".
    k
        Number of tables pooled.
    level
        Confidence level in percent.
    estimate
        Estimate with its test (normal distribution); a log ratio, or a difference of risks.
    heterogeneity
        Cochran's Q of the tables' own effects about the estimate; None with fewer than 2 tables.
    association
        Cochran–Mantel–Haenszel test, continuity corrected ("OR" by Mantel–Haenszel only).
    breslow_day
        Test that the odds ratios are equal ("OR" by Mantel–Haenszel only).
    tarone
        The same, with Tarone's correction.
    correction
        What was added to cells, in words.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Tables left out, and why.
    """

    method: str
    measure: str
    k: int
    level: float
    estimate: Coefficient
    heterogeneity: ChiSquare | None
    association: ChiSquare | None
    breslow_day: ChiSquare | None
    tarone: ChiSquare | None
    correction: str
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per pooled effect."""
        import pandas as pd

        return pd.DataFrame(
            [{"method": self.method, "measure": self.measure, "k": self.k, **asdict(self.estimate)}]
        )

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        named = (("heterogeneity", self.heterogeneity), ("association", self.association))
        odds = (("Breslow–Day", self.breslow_day), ("Tarone", self.tarone))
        return [
            f"{self.method}, {self.measure}; {self.k} tables; correction: {self.correction}",
            coefficient_line(self.estimate, self.level),
            *(f"{name}: {_chi_square(found)}" for name, found in (*named, *odds) if found is not None),
            *remarks.lines(self.excluded_rows, self.warnings),
        ]

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        scale = "risk difference" if self.measure == "RD" else f"log {self.measure}"
        spread = "" if self.heterogeneity is None else f" Heterogeneity: {_chi_square(self.heterogeneity)}."
        return (
            f"{self.k} tables were pooled by the method of {self.method} (correction: {self.correction}). The {scale} was "
            f"{coefficient_line(self.estimate, self.level).partition(': ')[2]}.{spread}"
            f"{remarks.sentences(self.excluded_rows, self.warnings)}"
        )


def _chi_square(found: ChiSquare) -> str:
    return f"χ²({found.df}) = {number(found.statistic)}, {p_value(found.p)}"


@dataclass(frozen=True, eq=False)
class Tables:
    """Tables with all four counts: events and non-events of the first group (a, b) and of the second (c, d)."""

    a: Vector
    b: Vector
    c: Vector
    d: Vector
    excluded: tuple[ExcludedRow, ...]

    @property
    def n1(self) -> Vector:
        """Sizes of the first groups."""
        return self.a + self.b

    @property
    def n2(self) -> Vector:
        """Sizes of the second groups."""
        return self.c + self.d

    @property
    def n(self) -> Vector:
        """Sizes of the tables."""
        return self.n1 + self.n2


def read_tables(
    a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike, labels: Sequence[object] | None
) -> Tables:
    """Return the tables that can be pooled.

    Parameters
    ----------
    a
        Events in the first group, shape (n,).
    b
        Non-events in the first group.
    c
        Events in the second group.
    d
        Non-events in the second group.
    labels
        n labels that name the tables; None numbers them from 1.

    Raises
    ------
    InvalidInput
        For shapes that disagree, counts below 0, an empty group, or no table left.
    """
    try:
        cells = [np.asarray(x, dtype=np.float64) for x in (a, b, c, d)]
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"a cell holds something that is not a number ({error}): give counts") from None
    n = cells[0].size
    if any(x.shape != (n,) for x in cells):
        raise InvalidInput(
            f"the cells have shapes {', '.join(str(x.shape) for x in cells)}: give one count per table"
        )
    if labels is not None and len(labels) != n:
        raise InvalidInput(
            f"labels has {len(labels)} entries but there are {n} tables: give one label per table"
        )
    names: list[str | int] = [i + 1 if labels is None else str(labels[i]) for i in range(n)]
    table = np.column_stack(cells)
    known = np.isfinite(table).all(axis=1)
    for i in np.flatnonzero(known).tolist():
        if (table[i] < 0).any():
            raise InvalidInput(f"table {names[i]} has a count below 0: correct it at the source")
        if table[i, :2].sum() == 0 or table[i, 2:].sum() == 0:
            raise InvalidInput(
                f"table {names[i]} has a group of nobody: leave one of its cells empty to exclude it"
            )
    if not known.any():
        raise InvalidInput(f"no table can be pooled (k = 0 of {n} given): at least one needs four counts")
    excluded = tuple(
        ExcludedRow(names[i], "a count is missing or infinite") for i in np.flatnonzero(~known).tolist()
    )
    kept = table[known]
    return Tables(kept[:, 0], kept[:, 1], kept[:, 2], kept[:, 3], excluded)


def heterogeneity_of(yi: Vector, vi: Vector, estimate: float) -> ChiSquare | None:
    """Return Cochran's Q about an estimate, None with fewer than 2 effects.

    Parameters
    ----------
    yi
        Effects, shape (k,).
    vi
        Their variances.
    estimate
        The pooled effect.
    """
    if yi.size < 2:
        return None
    q = float(((yi - estimate) ** 2 / vi).sum())
    return ChiSquare(q, yi.size - 1, float(chdtrc(yi.size - 1, q)))


def hypergeometric(t: Tables) -> tuple[Vector, Vector]:
    """Return a minus its expectation, and its variance, when all margins are fixed.

    Parameters
    ----------
    t
        The tables.
    """
    events = t.a + t.c
    variance = events / t.n * ((t.b + t.d) / t.n) * t.n1 * (t.n2 / np.maximum(t.n - 1, 1))
    return t.a - events * t.n1 / t.n, variance
