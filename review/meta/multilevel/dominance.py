"""The cluster that gives most rows, and what a fit says without it."""

from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta.errors import InvalidInput
from review.meta.multilevel import assumption_words as words
from review.meta.multilevel.grouping import numbered
from review.meta.multilevel.study_models import Fitted, refit_rows, studies_of
from review.meta.multilevel.study_refits import StudyRefit, Told, levels_of, told
from review.meta.rows import ExcludedRow

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class DominantCluster(Told):
    """The cluster with most rows (the heavier one among equals, else the first).

    Parameters
    ----------
    cluster
        Its label.
    rows
        Number of its rows.
    k
        Number of all rows.
    clusters
        Number of all clusters.
    row_share
        rows / k, 0 … 1.
    weight_share
        Percent of the weight that its rows have; None where no weights were given.
    """

    cluster: Hashable
    rows: int
    k: int
    clusters: int
    row_share: float
    weight_share: float | None

    def to_frame(self) -> "pd.DataFrame":
        """Return one line for the cluster."""
        import pandas as pd

        return pd.DataFrame([asdict(self)]).astype({"weight_share": "float64"})

    def __str__(self) -> str:
        return words.dominant(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return f"Of all clusters the one with most rows was looked for: {self}."


@dataclass(frozen=True, kw_only=True)
class Dominance(Told):
    """A fit with and without its dominant cluster.

    Parameters
    ----------
    dominant
        The cluster, and its share.
    model
        The model in words.
    method
        Estimator of the variance components.
    test
        What coefficients rest on.
    level
        Confidence level, in percent.
    sigma2_levels
        What the variance components lie between; empty with equal weights.
    all_rows
        The fit of all rows.
    without
        The fit without the cluster.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows that the analysis had left out, and why.
    """

    dominant: DominantCluster
    model: str
    method: str
    test: str
    level: float
    sigma2_levels: tuple[str, ...]
    all_rows: StudyRefit
    without: StudyRefit
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per fit and coefficient, with the inference that the fit offers."""
        import pandas as pd

        lines = [
            {"fit": r.name, "k": r.k, "clusters": r.clusters, **vars(c)}
            for r in (self.all_rows, self.without)
            for c in r.inference
        ]
        return pd.DataFrame(lines)

    def __str__(self) -> str:
        return words.dominance_lines(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return words.dominance_report(self)


def dominant_cluster(
    cluster: Sequence[Hashable] | NDArray[np.generic], weights: ArrayLike | None = None
) -> DominantCluster:
    """Return the cluster that gives most rows, and its share.

    Parameters
    ----------
    cluster
        k cluster labels.
    weights
        Weights of the rows, shape (k,), ≥ 0, in any unit; None leaves the share of weight open.

    Raises
    ------
    InvalidInput
        Without rows, or for weights of another number, below 0 or all 0.
    """
    labels = [x.item() if isinstance(x, np.generic) else x for x in cluster]
    if not labels:
        raise InvalidInput("there is no row, hence no dominant cluster: give one cluster per row")
    names = tuple(dict.fromkeys(labels))
    numbers = numbered(labels)
    rows = np.bincount(numbers)
    share = None
    if weights is not None:
        w = np.asarray(weights, dtype=np.float64)
        if w.shape != numbers.shape or not (np.isfinite(w) & (w >= 0)).all() or not w.any():
            raise InvalidInput(
                f"weights have shape {w.shape} but must be {len(labels)} finite numbers, 0 or more"
            )
        share = 100 * np.bincount(numbers, weights=w / w.max()) / float((w / w.max()).sum())
    heaviest = (
        rows if share is None else rows + share / 1000
    )  # weight decides between clusters of one size only
    i = int(heaviest.argmax())
    return DominantCluster(
        cluster=names[i],
        rows=int(rows[i]),
        k=len(labels),
        clusters=len(names),
        row_share=float(rows[i]) / len(labels),
        weight_share=None if share is None else float(share[i]),
    )


def with_and_without_dominant(
    fit: Fitted, cluster: Sequence[Hashable] | NDArray[np.generic] | None = None
) -> Dominance:
    """Fit anew without the cluster that gives most rows.

    Parameters
    ----------
    fit
        What `fit_multilevel`, `random_intercept` or `equal_weight_regression` gave.
    cluster
        Labels of the clusters of the fit's rows (the research group), shape (k,); None takes the clusters of the fit, or
        its studies.

    Raises
    ------
    InvalidInput
        With a single cluster, labels of another number, or when the rest cannot be fitted.
    """
    without, dominant = without_dominant(fit, cluster)
    whole, rest = told("all rows", fit), told(f"without {dominant.cluster}", without)
    new = [f"without {dominant.cluster}: {text}" for text in rest.warnings if text not in whole.warnings]
    return Dominance(
        dominant=dominant,
        model=fit.model,
        method=fit.method,
        test=fit.test,
        level=fit.level,
        sigma2_levels=levels_of(fit),
        all_rows=whole,
        without=rest,
        warnings=(*whole.warnings, *new),
        excluded_rows=fit.excluded_rows,
    )


def without_dominant(
    fit: Fitted, cluster: Sequence[Hashable] | NDArray[np.generic] | None = None
) -> tuple[Fitted, DominantCluster]:
    """Return the whole fit without the dominant cluster, for any further analysis (Egger's, influence), and the cluster.

    Parameters
    ----------
    fit
        See `with_and_without_dominant`.
    cluster
        See there.

    Raises
    ------
    InvalidInput
        See there.
    """
    studies_of(fit)
    labels = cluster if cluster is not None else getattr(fit, "cluster", None) or fit.studies
    if len(labels) != fit.k:
        raise InvalidInput(
            f"cluster has {len(labels)} entries but the fit has {fit.k} rows: give one per row"
        )
    dominant = dominant_cluster(labels, fit.weights)
    if dominant.clusters < 2:
        raise InvalidInput(f"all {fit.k} rows belong to {dominant.cluster}: without it nothing is left")
    keep = np.array([label != dominant.cluster for label in labels], dtype=np.bool_)
    return refit_rows(fit, keep), dominant
