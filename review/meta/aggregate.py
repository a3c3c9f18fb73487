"""One effect per study: the rows of a study averaged under an assumed correlation of their errors."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta import remarks
from review.meta.errors import InvalidInput
from review.meta.plain import Plain
from review.meta.rows import ExcludedRow, Rows, read_rows

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Weighting = Literal["precision", "equal"]

WEIGHTINGS = {
    "precision": "generalised least squares within studies",
    "equal": "the plain mean within studies",
}


@dataclass(frozen=True)
class Aggregated(Plain):
    """One effect per study, with the assumption that its variance rests on.

    Parameters
    ----------
    studies
        Labels of the studies, in order of first appearance.
    yi
        Their effects.
    vi
        Their sampling variances.
    sizes
        Rows that each effect stands for.
    rho
        The correlation of sampling errors that was assumed within studies.
    weighting
        "precision" or "equal".
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        The rows left out, and why.
    """

    studies: tuple[str | int, ...]
    yi: tuple[float, ...]
    vi: tuple[float, ...]
    sizes: tuple[int, ...]
    rho: float
    weighting: str
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per study."""
        import pandas as pd

        return pd.DataFrame({"study": self.studies, "yi": self.yi, "vi": self.vi, "rows": self.sizes})

    def __str__(self) -> str:
        lines = [self._method()]
        for study, y, v, n in zip(self.studies, self.yi, self.vi, self.sizes, strict=True):
            lines.append(f"{study}: {y:.4g} (variance {v:.4g}, {n} row{'s' * (n != 1)})")
        return "\n".join(lines + remarks.lines(self.excluded_rows, self.warnings))

    def report_text(self) -> str:
        """Return the sentences of a paper."""
        text = f"{self._method()}; the correlation is an assumption, not an estimate."
        return text + remarks.sentences(self.excluded_rows, self.warnings)

    def _method(self) -> str:
        return (
            f"{sum(self.sizes)} rows were aggregated to {len(self.sizes)} studies by {WEIGHTINGS[self.weighting]}, "
            f"sampling errors within a study correlating at rho = {self.rho:g}"
        )


def aggregate_rho(
    yi: ArrayLike,
    vi: ArrayLike,
    cluster: Sequence[Hashable] | NDArray[np.generic],
    *,
    rho: float = 0.6,
    weighting: Weighting = "precision",
    labels: Sequence[object] | None = None,
) -> Aggregated:
    """Average the rows of each study whose sampling errors correlate at rho.

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    vi
        Sampling variances in squared units of yi, shape (n,), > 0.
    cluster
        The study of each row, shape (n,).
    rho
        Assumed correlation of the sampling errors of any two rows of a study, more than −1/(n_i − 1) and less than 1.
    weighting
        "precision" takes the mean of least variance; "equal" the plain mean, with the variance that it then has.
    labels
        n labels that name the rows in messages; None numbers them from 1.

    Raises
    ------
    InvalidInput
        For a variance of zero or less, a correlation outside its range, shapes that disagree or a row without a study.

    Notes
    -----
    With s_j = 1/√v_j the precision 1'V⁻¹1 is Σ(s − s̄)²/(1 − ρ) + n s̄²/(1 + (n − 1)ρ): a sum of positive terms, where the
    textbook inverse takes a difference. Where ρ is high and variances differ, the mean of least variance extrapolates:
    some rows get negative weights, and a warning says so.

    References
    ----------
    Gleser and Olkin (2009), in: The Handbook of Research Synthesis and Meta-Analysis, 2nd ed., 357–376.
    """
    if weighting not in WEIGHTINGS:
        raise InvalidInput(f"weighting = {weighting!r} is unknown: choose one of {', '.join(WEIGHTINGS)}")
    rows = read_rows(yi, vi, labels=labels, cluster=cluster)
    assert rows.vi is not None and rows.cluster is not None  # noqa: S101, PT018 - both given; for the type checker
    largest = int(np.bincount(rows.cluster).max())
    lowest = -1 / (largest - 1) if largest > 1 else -1.0
    if not lowest < rho < 1:
        raise InvalidInput(
            f"rho = {rho:g} is no correlation that {largest} rows of one study can have: give one more than {lowest:g} and "
            "less than 1"
        )
    names = _study_names(rows, cluster)
    pooled = [
        _mean(rows.yi[at], rows.vi[at], rho, weighting)
        for at in (np.flatnonzero(rows.cluster == i) for i in range(len(names)))
    ]
    beyond = [str(name) for name, (_, _, negative) in zip(names, pooled, strict=True) if negative]
    negative_weights = (
        f"study {', '.join(beyond)}: at rho = {rho:g} the mean of least variance gives rows negative weights; the equal "
        "weighting does not"
    )
    return Aggregated(
        studies=names,
        yi=tuple(y for y, _, _ in pooled),
        vi=tuple(v for _, v, _ in pooled),
        sizes=tuple(np.bincount(rows.cluster).tolist()),
        rho=float(rho),
        weighting=weighting,
        warnings=(negative_weights,) if beyond else (),
        excluded_rows=rows.excluded,
    )


def _study_names(rows: Rows, cluster: Sequence[Hashable] | NDArray[np.generic]) -> tuple[str | int, ...]:
    assert rows.cluster is not None  # noqa: S101 - a cluster was given; for the type checker
    names: dict[int, str | int] = {}
    for number, i in zip(rows.cluster.tolist(), rows.kept, strict=True):
        label = cluster[i]
        names.setdefault(
            number, label if isinstance(label, int) and not isinstance(label, bool) else str(label)
        )
    return tuple(names.values())


def _mean(y: Array, v: Array, rho: float, weighting: Weighting) -> tuple[float, float, bool]:
    n = y.size
    if n == 1:
        return float(y[0]), float(v[0]), False
    spread = np.sqrt(v)
    if weighting == "equal":
        shared, own = float(spread.sum()) / n, float(v.sum()) / n / n
        return float(y.mean()), (1 - rho) * own + rho * shared * shared, False
    unit, centre = float(spread.min()), float(y[spread.argmin()])
    s = unit / spread
    z = s * (y - centre)
    inner, outer = 1 - rho, 1 + (n - 1) * rho
    ds = s - s.mean()
    weights = s * (ds / inner + s.mean() / outer)
    precision = float(ds @ ds) / inner + n * float(s.mean()) ** 2 / outer
    moment = float(ds @ (z - z.mean())) / inner + n * float(s.mean()) * float(z.mean()) / outer
    return centre + moment / precision, unit * unit / precision, bool((weights < 0).any())
