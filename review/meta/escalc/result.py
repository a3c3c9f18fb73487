"""Effect sizes with their variances, and what was assumed, recovered or left out on the way."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from review.meta import remarks
from review.meta.inference import check_level, critical_value
from review.meta.plain import Plain
from review.meta.rows import ExcludedRow

if TYPE_CHECKING:
    import pandas as pd

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class EffectSizes(Plain):
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
        why = iter(self.omitted)
        complete = np.isfinite(self.yi) & np.isfinite(self.vi)
        return [None if whole else next(why).why for whole in complete.tolist()]

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, dicts, numbers and None; NaN becomes None."""
        return {
            "measure": self.measure,
            "label": self.label,
            "correction": self.correction,
            "rows": list(self.rows),
            "yi": _plain(self.yi),
            "vi": _plain(self.vi),
            "recovered": list(self.recovered),
            "omitted": [{"row": x.row, "why": x.why} for x in self.omitted],
            "warnings": list(self.warnings),
        }

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

    def __str__(self) -> str:
        known = int(np.isfinite(self.yi).sum())
        with_vi = int(np.isfinite(self.vi).sum())
        lines = [
            f"{self.label} ({self.measure}): {known} of {len(self.rows)} rows, {with_vi} with a variance",
            f"correction: {self.correction}",
        ]
        lines += [
            f"recovered: row {row} ({how})"
            for row, how in zip(self.rows, self.recovered, strict=True)
            if how is not None
        ]
        return "\n".join(lines + remarks.lines(self.omitted, self.warnings))


def _plain(values: Vector) -> list[float | None]:
    return [x if math.isfinite(x) else None for x in values.tolist()]
