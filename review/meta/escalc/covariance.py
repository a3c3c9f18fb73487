"""Several comparisons with one baseline arm: their effects share that arm's error, and so covary."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from review.meta import remarks
from review.meta.errors import InvalidInput
from review.meta.escalc.result import EffectSizes, Vector
from review.meta.plain import Told
from review.meta.rows import ExcludedRow
from review.meta.wording import number

if TYPE_CHECKING:
    import pandas as pd

SAME = 1e-9
SINGULAR = 1e-12


@dataclass(frozen=True, eq=False, kw_only=True)
class Covaried(Told):
    """Effect sizes with the covariance matrix of their sampling errors.

    Parameters
    ----------
    measure
        The code of the measure.
    yi
        Effect sizes, shape (k,), read-only.
    V
        Their covariance matrix, shape (k, k), read-only; zero between rows of different baselines.
    rows
        Labels of the k rows.
    baseline
        The baseline of each of them.
    assumption
        What the covariances rest on, in words.
    omitted
        Rows without effect or variance, and why.
    warnings
        What a reader must know before using the matrix.
    """

    measure: str
    yi: Vector
    V: Vector
    rows: tuple[str | int, ...]
    baseline: tuple[Hashable, ...]
    assumption: str
    omitted: tuple[ExcludedRow, ...]
    warnings: tuple[str, ...]

    @property
    def vi(self) -> Vector:
        """The variances, shape (k,)."""
        return self.V.diagonal()

    @property
    def correlation(self) -> Vector:
        """The correlations of the sampling errors, shape (k, k)."""
        se = np.sqrt(self.vi)
        return self.V / se / se[:, None]

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, dicts and numbers; baselines as text."""
        return {**super().to_dict(), "baseline": [str(x) for x in self.baseline]}

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per row, its line of V in the columns V1 … Vk."""
        import pandas as pd

        columns = {"row": self.rows, "baseline": list(self.baseline), "yi": self.yi, "vi": self.vi}
        return pd.DataFrame(columns | {f"V{j}": column for j, column in enumerate(self.V.T, 1)})

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return [
            f"{self.measure}: {self._size()}",
            f"covariance: {self.assumption}",
            *remarks.lines(self.omitted, self.warnings),
        ]

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        shared = self.correlation[np.triu(self.V != 0, 1)]
        text = f"Effect sizes ({self.measure}) of {self._size()} have a covariance matrix of their sampling errors ({self.assumption})."
        told = " No two rows covary."
        if shared.size:
            told = (
                f" The correlations of rows that covary ({shared.size} pair{'s' * (shared.size != 1)}) lie between "
                f"{number(shared.min())} and {number(shared.max())}."
            )
        return text + told + remarks.sentences(self.omitted, self.warnings)

    def _size(self) -> str:
        rows, baselines = len(self.rows), len(set(self.baseline))
        return f"{rows} row{'s' * (rows != 1)} with {baselines} baseline{'s' * (baselines != 1)}"


def same_group(baseline: Sequence[Hashable], n: int) -> tuple[tuple[Hashable, ...], Vector]:
    """Return the baselines and which pairs of rows share one.

    Parameters
    ----------
    baseline
        The baseline of each row, shape (n,).
    n
        Number of rows.

    Raises
    ------
    InvalidInput
        When there is not one baseline for each row.
    """
    names = tuple(baseline)
    if len(names) != n:
        raise InvalidInput(
            f"baseline has {len(names)} entries but there are {n} rows: name one baseline per row"
        )
    missing = [i + 1 for i, x in enumerate(names) if x is None or x != x]
    if missing:
        raise InvalidInput(
            f"row {', '.join(map(str, missing[:10]))} has no baseline: give a row that shares with none one of its own"
        )
    numbers: dict[Hashable, int] = {}
    index = np.array([numbers.setdefault(x, len(numbers)) for x in names])
    return names, (index[:, None] == index).astype(np.float64)


def covaried(
    effects: EffectSizes, between: Vector, baseline: Sequence[Hashable], same: Vector, assumption: str
) -> Covaried:
    """Return effects with a covariance matrix, rows without a variance taken out.

    Parameters
    ----------
    effects
        n effect sizes.
    between
        Covariances, shape (n, n); only pairs of one baseline are used, and not the diagonal.
    baseline
        The baseline of each row, shape (n,).
    same
        1 where two rows share a baseline, else 0, shape (n, n).
    assumption
        What the covariances rest on.

    Raises
    ------
    InvalidInput
        When no such variances and covariances can occur together.
    """
    kept = np.flatnonzero(np.isfinite(effects.vi))
    if not kept.size:
        raise InvalidInput("no row has an effect size and a variance, so there is no covariance to give")
    v = np.where(same[np.ix_(kept, kept)] > 0, between[np.ix_(kept, kept)], 0.0)
    np.fill_diagonal(v, effects.vi[kept])
    se = np.sqrt(v.diagonal())
    warnings = list(effects.warnings)
    smallest = float(np.linalg.eigvalsh(v / se / se[:, None])[0])
    if not smallest > -SAME:
        raise InvalidInput(
            "the variances and covariances cannot occur together (the matrix has a negative eigenvalue, "
            f"{smallest:.3g} as correlation): give the counts of the images themselves, or a smaller correlation"
        )
    if smallest < SINGULAR:
        warnings.append(
            "the covariance matrix is singular: some effects are sums of others, as of two equal arms"
        )
    yi = effects.yi[kept]
    yi.flags.writeable = v.flags.writeable = False
    return Covaried(
        measure=effects.measure,
        yi=yi,
        V=v,
        rows=tuple(effects.rows[i] for i in kept),
        baseline=tuple(baseline[i] for i in kept.tolist()),
        assumption=assumption,
        omitted=effects.omitted,
        warnings=tuple(warnings),
    )


def share_baseline(effects: EffectSizes, shared: ArrayLike, baseline: Sequence[Hashable]) -> Covaried:
    """Return the covariance matrix of effects that are each an arm less a baseline, in independent samples.

    Parameters
    ----------
    effects
        n effect sizes, each the difference of an arm and a baseline (on a log scale for ratios).
    shared
        What the baseline's own sampling variance adds to each vi, shape (n,); the same for rows of one baseline.
    baseline
        The baseline of each row, shape (n,): rows of one baseline covary.

    Raises
    ------
    InvalidInput
        For shapes that disagree, rows of one baseline with different shares, a negative share, or one above vi.

    Notes
    -----
    Two differences x − b and y − b with independent x, y and b have the covariance var(b).

    References
    ----------
    Gleser and Olkin (2009), in The Handbook of Research Synthesis and Meta-Analysis, 2nd ed., 357–376.
    """
    n = effects.yi.size
    part = np.asarray(shared, dtype=np.float64)
    if part.shape != (n,):
        raise InvalidInput(f"shared has shape {part.shape} but there are {n} rows: give one number per row")
    names, same = same_group(baseline, n)
    known = np.isfinite(effects.vi)
    wrong = known & ~((part >= 0) & (part <= effects.vi * (1 + SAME)))
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        raise InvalidInput(
            f"the baseline of row {effects.rows[i]} must add between 0 and vi = {effects.vi[i]:g} to its variance, "
            f"but is said to add {part[i]:g}"
        )
    high, low = np.maximum(part[:, None], part), np.minimum(part[:, None], part)
    differ = (same > 0) & known & known[:, None] & (high > low * (1 + SAME))
    if differ.any():
        i, j = (int(x) for x in np.argwhere(differ)[0])
        raise InvalidInput(
            f"rows {effects.rows[i]} and {effects.rows[j]} name one baseline ({names[i]}) but its values differ "
            f"(variance {part[i]:g} and {part[j]:g}): correct them, or name two baselines"
        )
    return covaried(
        effects, low, names, same, "independent samples: the covariance is the baseline's own variance"
    )
