"""Reading the columns of a table of raw data: what is refused, what is left out, what is computed."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta.errors import InvalidInput
from review.meta.escalc.result import EffectSizes, Vector
from review.meta.rows import ExcludedRow

Mask = NDArray[np.bool_]
Labels = Sequence[object] | None

NO_VARIANCE = "no sampling variance: it would be 0, which claims certainty"
NOT_KNOWN = "no sampling variance can be computed"
UNDEFINED = "the measure is not defined for these values"
NOTED = 10


class Table:
    """Columns of equal length, and why rows of it cannot be used.

    Parameters
    ----------
    columns
        Name and values of each column: n numbers, or one number that holds for all rows.
    labels
        n labels that name the rows in messages; None numbers them from 1.
    """

    def __init__(self, columns: Mapping[str, ArrayLike], labels: Labels = None) -> None:
        read = {name: _numbers(values, name) for name, values in columns.items()}
        sizes = {name: x.size for name, x in read.items() if x.ndim}
        self.n = next(iter(sizes.values()), 1)
        for name, size in sizes.items():
            if size != self.n:
                first = next(iter(sizes))
                raise InvalidInput(
                    f"{name} has {size} entries but {first} has {self.n}: give one number per row, "
                    "or a single number that holds for all rows"
                )
        if self.n == 0:
            raise InvalidInput(f"{next(iter(sizes))} is empty: give at least one row")
        self._columns = {name: np.broadcast_to(x, (self.n,)) for name, x in read.items()}
        self.rows = _row_names(labels, self.n)
        self._why: dict[int, list[str]] = {}
        for name, x in self._columns.items():
            self.leave_out(np.isnan(x), f"{name} is missing")
            self.leave_out(np.isinf(x), f"{name} is infinite")

    def __getitem__(self, name: str) -> Vector:
        return self._columns[name]

    def named(self, mask: Mask) -> str:
        """Return the labels of the rows in a mask, the first ten of them.

        Parameters
        ----------
        mask
            Shape (n,).
        """
        where = np.flatnonzero(mask)
        more = f" and {where.size - NOTED} more" if where.size > NOTED else ""
        return ", ".join(str(self.rows[i]) for i in where[:NOTED]) + more

    def refuse(self, mask: Mask, column: str, allowed: str) -> None:
        """Raise where a value is an error of the source.

        Parameters
        ----------
        mask
            Shape (n,); where the value is wrong.
        column
            The column that holds it.
        allowed
            What the values must be.

        Raises
        ------
        InvalidInput
            When the mask holds any row.
        """
        if mask.any():
            i = int(np.flatnonzero(mask)[0])
            others = f" (rows {self.named(mask)})" if mask.sum() > 1 else ""
            raise InvalidInput(
                f"{column} must be {allowed}, but row {self.rows[i]} has {self[column][i]:g}{others}: "
                "correct it at the source, or leave it empty to exclude the row"
            )

    def at_least(self, low: float, *columns: str) -> None:
        """Refuse columns that fall below a bound.

        Parameters
        ----------
        low
            The smallest value allowed.
        columns
            Names of the columns.
        """
        for name in columns:
            self.refuse(self[name] < low, name, f"{low:g} or more")

    def more_than(self, low: float, *columns: str) -> None:
        """Refuse columns that do not exceed a bound.

        Parameters
        ----------
        low
            The bound.
        columns
            Names of the columns.
        """
        for name in columns:
            self.refuse(self[name] <= low, name, f"greater than {low:g}")

    def between(self, low: float, high: float, *columns: str) -> None:
        """Refuse columns that leave a range.

        Parameters
        ----------
        low
            The smallest value allowed.
        high
            The largest value allowed.
        columns
            Names of the columns.
        """
        for name in columns:
            self.refuse((self[name] < low) | (self[name] > high), name, f"from {low:g} to {high:g}")

    def leave_out(self, mask: Mask, why: str) -> None:
        """Note rows that cannot be used, and why.

        Parameters
        ----------
        mask
            Shape (n,).
        why
            The reason, in words.
        """
        for i in np.flatnonzero(mask):
            self._why.setdefault(int(i), []).append(why)

    @property
    def omitted(self) -> tuple[ExcludedRow, ...]:
        """The rows left out so far, and why."""
        return tuple(
            ExcludedRow(self.rows[i], " and ".join(dict.fromkeys(self._why[i]))) for i in sorted(self._why)
        )

    def effects(
        self,
        measure: str,
        label: str,
        yi: Vector,
        vi: Vector,
        *,
        correction: str = "none",
        recovered: Sequence[str | None] | None = None,
        no_variance: str = NOT_KNOWN,
        warnings: Sequence[str] = (),
    ) -> EffectSizes:
        """Return the effect sizes of the rows that can be used, NaN and a reason for the others.

        Parameters
        ----------
        measure
            The code of the measure.
        label
            The measure in words.
        yi
            Effect sizes, shape (n,).
        vi
            Sampling variances, shape (n,).
        correction
            What was corrected or assumed.
        recovered
            For each row how its standard error was recovered; None when none was.
        no_variance
            The reason for a row whose variance is not finite.
        warnings
            What a reader must know.

        Notes
        -----
        A variance of zero is no variance: it would give the row all the weight of a pool.
        """
        unusable = np.zeros(self.n, dtype=bool)
        unusable[list(self._why)] = True
        self.leave_out(~unusable & ~np.isfinite(yi), UNDEFINED)
        unusable |= ~np.isfinite(yi)
        self.leave_out(~unusable & ~np.isfinite(vi), no_variance)
        self.leave_out(~unusable & np.isfinite(vi) & (vi <= 0), NO_VARIANCE)
        y = np.where(unusable, np.nan, yi)
        v = np.where(unusable | ~np.isfinite(vi) | (vi <= 0), np.nan, vi)
        y.flags.writeable = v.flags.writeable = False
        how = [None] * self.n if recovered is None else list(recovered)
        return EffectSizes(
            measure=measure,
            label=label,
            yi=y,
            vi=v,
            correction=correction,
            recovered=tuple(x if np.isfinite(v[i]) else None for i, x in enumerate(how)),
            omitted=self.omitted,
            rows=self.rows,
            warnings=tuple(warnings),
        )


def _row_names(labels: Labels, n: int) -> tuple[str | int, ...]:
    if labels is None:
        return tuple(range(1, n + 1))
    if len(labels) != n:
        raise InvalidInput(
            f"labels has {len(labels)} entries but the table has {n} rows: give one label per row"
        )
    return tuple(x if isinstance(x, int) and not isinstance(x, bool) else str(x) for x in labels)


def _numbers(values: ArrayLike, name: str) -> Vector:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            f"{name} holds something that is not a number ({error}): give one number per row "
            "and leave a missing one empty (None or NaN)"
        ) from None
    if array.ndim > 1:
        raise InvalidInput(
            f"{name} has shape {array.shape} but must be one-dimensional: give one number per row"
        )
    return array


def choice(name: str, given: object, allowed: Sequence[str]) -> None:
    """Refuse an option that is not on the list.

    Parameters
    ----------
    name
        The option.
    given
        Its value.
    allowed
        The values it can take.

    Raises
    ------
    InvalidInput
        When it is none of them.
    """
    if given not in allowed:
        raise InvalidInput(f"{name} = {given!r} is unknown: choose one of {', '.join(allowed)}")
