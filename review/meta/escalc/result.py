"""Effect sizes with their variances, and what was assumed, recovered or left out on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from review.meta import remarks
from review.meta.inference import check_level, critical_value
from review.meta.plain import Told
from review.meta.rows import ExcludedRow
from review.meta.wording import number

if TYPE_CHECKING:
    import pandas as pd

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class EffectSizes(Told):
    """One effect size for each row of a table, in the order of the table.

    Parameters
    ----------
    measure
        The code of the measure, such as "ROM".
    label
        The measure in words.
    yi
        Effect sizes, shape (n,), read-only; NaN where none can be computed (`omitted` says why).
    vi
        Sampling variances in squared units of yi, shape (n,), read-only, > 0; NaN where none can be known.
    correction
        What was corrected or assumed, in words; "none" when nothing was.
    recovered
        For each row: how its standard error was recovered, such as "95% CI, normal"; None where it was computed.
    omitted
        The rows that lack yi or vi, and why; a row may keep its yi when only its variance is unknown.
    rows
        Labels of the rows, or their numbers counted from 1.
    warnings
        What a reader must know before using the numbers.
    """

    measure: str
    label: str
    yi: Vector
    vi: Vector
    correction: str
    recovered: tuple[str | None, ...]
    omitted: tuple[ExcludedRow, ...]
    rows: tuple[str | int, ...]
    warnings: tuple[str, ...] = ()

    @property
    def sei(self) -> Vector:
        """Standard errors, shape (n,); NaN where vi is."""
        return np.sqrt(self.vi)

    def interval(self, level: float = 95.0) -> tuple[Vector, Vector]:
        """Return the limits of each row's own confidence interval (normal distribution).

        Parameters
        ----------
        level
            In percent.
        """
        half = critical_value(check_level(level), None) * self.sei
        return self.yi - half, self.yi + half

    def reasons(self) -> list[str | None]:
        """Return for each row why it lacks yi or vi, None where it has both; labels may repeat."""
        return reasons(np.isfinite(self.yi) & np.isfinite(self.vi), self.omitted)

    def to_frame(self) -> "pd.DataFrame":
        """Return one line for each row of the table, with the reason where it was omitted."""
        import pandas as pd

        return pd.DataFrame(
            {
                "row": list(self.rows),
                "yi": self.yi,
                "vi": self.vi,
                "recovered": list(self.recovered),
                "omitted": self.reasons(),
            }
        )

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return [
            f"{self.label} ({self.measure}): {self._known()}",
            f"correction: {self.correction}",
            *(f"recovered: row {row} ({how})" for row, how in self._recovered()),
            *remarks.lines(self.omitted, self.warnings),
        ]

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        text = f"Effect sizes ({self.label}, {self.measure}) were computed for {self._known()}; correction: {self.correction}."
        if how := "; ".join(f"{row}, from {what}" for row, what in self._recovered()):
            text += f" Standard errors were recovered in row {how}."
        y, se = self.yi[np.isfinite(self.yi)], self.sei[np.isfinite(self.vi)]
        if y.size:
            text += f" The effect sizes lie between {number(y.min())} and {number(y.max())}"
            text += (
                f", their standard errors between {number(se.min())} and {number(se.max())}."
                if se.size
                else "."
            )
        return text + remarks.sentences(self.omitted, self.warnings)

    def _known(self) -> str:
        known, with_vi = (int(np.isfinite(x).sum()) for x in (self.yi, self.vi))
        return f"{known} of {len(self.rows)} rows, {with_vi} with a variance"

    def _recovered(self) -> list[tuple[str | int, str]]:
        return [(row, how) for row, how in zip(self.rows, self.recovered, strict=True) if how is not None]


def reasons(complete: NDArray[np.bool_], omitted: Sequence[ExcludedRow]) -> list[str | None]:
    """Return for each row why it was left out, None where it was not.

    Parameters
    ----------
    complete
        Which rows were not left out, shape (n,).
    omitted
        The others in order; labels may repeat.
    """
    why = iter(omitted)
    return [None if whole else next(why).why for whole in complete.tolist()]
