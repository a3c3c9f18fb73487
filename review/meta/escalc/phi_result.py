"""What a grid of assumed correlations says of paired accuracy differences."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from review.meta import remarks
from review.meta.escalc.result import Vector, reasons
from review.meta.plain import Told
from review.meta.rows import ExcludedRow
from review.meta.wording import number

if TYPE_CHECKING:
    import pandas as pd

DIFFERENCES = {"share": "differences of shares", "percent": "differences in percentage points"}


@dataclass(frozen=True, eq=False, kw_only=True)
class PhiSensitivity(Told):
    """How the variance of a paired accuracy difference depends on the assumed correlation.

    Parameters
    ----------
    phi
        The correlations that were asked for, shape (g,).
    used
        What they became within the range that each row's accuracies allow, shape (g, n).
    low, high
        That range (Fréchet), shape (n,).
    yi
        Differences, shape (n,).
    vi
        Variances, shape (g, n); NaN where there is none.
    unit
        "share", or "percent" (differences in percentage points).
    omitted
        Rows that lack yi, or vi for every phi, and why.
    rows
        Labels of the rows.
    """

    phi: Vector
    used: Vector
    low: Vector
    high: Vector
    yi: Vector
    vi: Vector
    unit: str
    omitted: tuple[ExcludedRow, ...]
    rows: tuple[str | int, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per correlation and row, with the reason where the row was omitted."""
        import pandas as pd

        g, n = self.vi.shape
        return pd.DataFrame(
            {
                "phi": np.repeat(self.phi, n),
                "row": list(self.rows) * g,
                "used": self.used.ravel(),
                "low": np.tile(self.low, g),
                "high": np.tile(self.high, g),
                "yi": np.tile(self.yi, g),
                "vi": self.vi.ravel(),
                "omitted": reasons(np.logical_or.reduce(np.isfinite(self.vi)), self.omitted) * g,
            }
        )

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return [
            f"paired accuracy differences ({self._what()}), phi assumed",
            *(f"phi = {phi:g}: {self._errors(i)}" for i, phi in enumerate(self.phi.tolist())),
            *remarks.lines(self.omitted, ()),
        ]

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        each = "; ".join(f"phi = {phi:g}, {self._errors(i)}" for i, phi in enumerate(self.phi.tolist()))
        return (
            f"The variances of paired accuracy differences ({self._what()}) rest on the "
            "correlation phi of the two networks' results on the same image, which was assumed and clipped to the range that "
            f"the accuracies allow (Warrens 2008): {each}.{remarks.sentences(self.omitted, ())}"
        )

    def _what(self) -> str:
        return f"{DIFFERENCES[self.unit]}, {len(self.rows)} row{'s' * (len(self.rows) != 1)}"

    def _errors(self, i: int) -> str:
        known = np.isfinite(self.vi[i])
        if not known.any():
            return "no row has a variance"
        se = np.sqrt(self.vi[i][known])
        clipped = int((known & (self.used[i] != self.phi[i])).sum())
        told = f"SE {number(se.min())} to {number(se.max())} in {se.size} row{'s' * (se.size != 1)}"
        return f"{told}, phi clipped in {clipped}" if clipped else told
