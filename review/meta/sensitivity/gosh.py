"""GOSH: the pooled effect and heterogeneity of all subsets of the rows, or of many random ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from review.meta.errors import InvalidInput
from review.meta.plain import Plain, finite
from review.meta.result import PooledEstimate
from review.meta.rows import ExcludedRow
from review.meta.sensitivity import words
from review.meta.sensitivity.refits import clustered_warning, independent_rows
from review.meta.sensitivity.subsets import Mask, blocks, fit_subsets

if TYPE_CHECKING:
    import pandas as pd

Vector = NDArray[np.float64]

MOST = 5_000_000
"""Subsets: about 0.3 GB of results."""
QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Gosh(Plain):
    """Pooled effects of n subsets.

    Parameters
    ----------
    method
        Estimator of tau2.
    k
        Number of rows.
    rows
        Labels of the rows.
    complete
        Whether all 2^k − 1 subsets are there.
    seed
        Seed of the random subsets; None when complete.
    estimate
        Pooled effects, shape (n,), in units of yi.
    tau2
        Between-row variances, shape (n,).
    I2
        Percent, shape (n,); 0 for a single row.
    Q
        Cochran's statistic, shape (n,); 0 for a single row.
    size
        Rows in each subset, shape (n,).
    members
        Which rows each subset holds: bits, shape (n, ⌈k / 8⌉); `holds` unpacks them.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows that the analysis had left out, and why.
    """

    method: str
    k: int
    rows: tuple[str | int, ...]
    complete: bool
    seed: int | None
    estimate: Vector
    tau2: Vector
    I2: Vector
    Q: Vector
    size: NDArray[np.int32]
    members: NDArray[np.uint8]
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    @property
    def n(self) -> int:
        """Number of subsets."""
        return self.estimate.size

    def holds(self, row: str | int) -> Mask:
        """Return which subsets hold a row, shape (n,).

        Parameters
        ----------
        row
            Its label.

        Raises
        ------
        InvalidInput
            When no row has that label.
        """
        if row not in self.rows:
            raise InvalidInput(
                f"no pooled row is labelled {row!r}: choose one of {', '.join(map(str, self.rows))}"
            )
        at = self.rows.index(row)
        held: Mask = (self.members[:, at // 8] >> (7 - at % 8) & 1).astype(np.bool_)
        return held

    def quantiles(self) -> dict[str, list[float]]:
        """Return the 0, 5, 25, 50, 75, 95 and 100 % quantiles of estimates and of I²."""
        return {
            "share": list(QUANTILES),
            "estimate": np.quantile(self.estimate, QUANTILES).tolist(),
            "I2": np.quantile(self.I2, QUANTILES).tolist(),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, dicts, numbers and None; membership is left to `holds`."""
        arrays = {name: getattr(self, name).tolist() for name in ("estimate", "tau2", "I2", "Q", "size")}
        plain: dict[str, Any] = finite(
            {
                **{name: getattr(self, name) for name in ("method", "k", "rows", "complete", "seed", "n")},
                "quantiles": self.quantiles(),
                **arrays,
                "warnings": self.warnings,
                "excluded_rows": [{"row": x.row, "why": x.why} for x in self.excluded_rows],
            }
        )
        return plain

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per subset."""
        import pandas as pd

        return pd.DataFrame({name: getattr(self, name) for name in ("size", "estimate", "tau2", "I2", "Q")})

    def __str__(self) -> str:
        return words.gosh_lines(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return words.gosh_report(self)


def gosh(result: PooledEstimate, *, subsets: int = 10_000, seed: int = 1) -> Gosh:
    """Pool all subsets of the rows where there are few, and random ones where there are many.

    Parameters
    ----------
    result
        A random-effects or equal-effects analysis; its estimator is kept.
    subsets
        Largest number of subsets, 1 … 5,000,000: when there are no more than that, all are taken.
    seed
        Seed of the random choice, ≥ 0.

    Raises
    ------
    InvalidInput
        With fewer than 2 rows, without variances, or for numbers out of range.

    Notes
    -----
    Each non-empty subset is equally likely; random subsets are drawn independently, so one can come twice. Subsets are
    fitted a block at a time, so that memory grows with the number of subsets only by their results.

    References
    ----------
    Olkin, Dahabreh and Trikalinos (2012), Research Synthesis Methods 3, 214–223.
    """
    scaled = independent_rows(result, "GOSH", 2)
    subsets, seed = _whole("subsets", subsets, 1, MOST), _whole("seed", seed, 0, 2**63 - 1)
    k = result.k
    complete = 2**k - 1 <= subsets
    n = 2**k - 1 if complete else subsets
    estimate, tau2, i2, q = (np.empty(n) for _ in range(4))
    size = np.empty(n, dtype=np.int32)
    members = np.empty((n, -(-k // 8)), dtype=np.uint8)
    for part, inside in _chosen(n, k, complete, seed):
        fits = fit_subsets(result.method, scaled.y, scaled.v, inside)
        estimate[part] = scaled.centre + scaled.unit * fits.mean
        tau2[part] = fits.tau2 * scaled.unit**2
        i2[part], q[part], size[part] = fits.i2, fits.q, fits.size
        members[part] = np.packbits(inside, axis=1)
    return Gosh(
        method=result.method,
        k=k,
        rows=result.rows,
        complete=complete,
        seed=None if complete else seed,
        estimate=estimate,
        tau2=tau2,
        I2=i2,
        Q=q,
        size=size,
        members=members,
        warnings=tuple(clustered_warning(result)),
        excluded_rows=result.excluded_rows,
    )


def _chosen(n: int, k: int, complete: bool, seed: int) -> Iterator[tuple[slice, Mask]]:
    """Yield blocks of subsets, shape (block, k), none of them empty."""
    random = np.random.default_rng(seed)
    for part in blocks(n, k):
        if complete:
            numbers = np.arange(part.start + 1, part.stop + 1)
            yield part, (numbers[:, None] >> np.arange(k) & 1).astype(np.bool_)
            continue
        inside = random.random((part.stop - part.start, k)) < 0.5
        while not (filled := inside.any(axis=1)).all():
            inside[~filled] = random.random((int((~filled).sum()), k)) < 0.5
        yield part, inside


def _whole(name: str, given: object, low: int, high: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int | np.integer) or not low <= given <= high:
        raise InvalidInput(f"{name} = {given!r} is not allowed: give a whole number from {low} to {high}")
    return int(given)
