"""Standard errors that stay right when rows of one cluster depend on each other: CR0 … CR3 with Satterthwaite df."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from review.meta import remarks
from review.meta.cluster_pieces import Kind, Pieces, cluster_pieces
from review.meta.errors import InvalidInput
from review.meta.inference import coefficient
from review.meta.plain import Told
from review.meta.result import Coefficient, coefficient_frame
from review.meta.wording import coefficient_line

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
DfRule = Literal["Satterthwaite", "m-p"]

CORRECTIONS: dict[Kind, str] = {
    "CR0": "none for few clusters",
    "CR1": "factor m / (m − 1) for m clusters",
    "CR1p": "factor m / (m − p) for m clusters and p coefficients",
    "CR1S": "factor m (k − 1) / ((m − 1)(k − p)) for m clusters and k rows",
    "CR2": "unbiased under the working model, Pustejovsky and Tipton 2018",
    "CR3": "close to the jackknife",
}
DF_WORDS: dict[DfRule, str] = {
    "Satterthwaite": "t distribution with Satterthwaite df",
    "m-p": "t distribution with m − p df (clusters less coefficients)",
}
FEW_DF = 4.0
EXACT = 1e-13  # residuals below this share of what they are left of are rounding
EXACTLY = (
    "all effects are fitted exactly, so the robust standard errors are 0: they say nothing about a new study"
)
BLIND = 1e-6  # less of the variance than this is seen by the residuals


@dataclass(frozen=True, eq=False)
class RobustFit(Told):
    """A weighted least-squares fit with cluster-robust inference.

    Parameters
    ----------
    coefficients
        Estimates with robust standard errors and their df, one per column of the design.
    covariance
        Robust covariance matrix of the estimates, shape (p, p).
    clusters
        Number of clusters.
    warnings
        What a reader must know before using the numbers.
    kind
        Correction for few clusters: "CR0", "CR1", "CR1p", "CR1S", "CR2" or "CR3".
    df_rule
        "Satterthwaite", or "m-p": clusters minus coefficients.
    level
        Confidence level, in percent.
    pieces
        What each cluster adds, for joint tests.
    directions
        Coefficients as directions in the coordinates of `pieces`, one per column, shape (p, p).
    """

    coefficients: tuple[Coefficient, ...]
    covariance: Array
    clusters: int
    warnings: tuple[str, ...]
    kind: Kind
    df_rule: DfRule
    level: float
    pieces: Pieces
    directions: Array

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, without the workings in `pieces` and `directions`; what is not finite becomes None."""
        return {k: v for k, v in super().to_dict().items() if k not in {"pieces", "directions"}}

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per coefficient."""
        return coefficient_frame(self.kind, self.coefficients)

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return [
            f"cluster-robust inference: {self._how()}; {self.clusters} clusters",
            *(coefficient_line(c, self.level) for c in self.coefficients),
            *remarks.lines((), self.warnings),
        ]

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        told = "; ".join(coefficient_line(c, self.level) for c in self.coefficients)
        return (
            f"Standard errors robust to dependence within {self.clusters} clusters used the {self._how()}. The coefficients "
            f"were: {told}.{remarks.sentences((), self.warnings)}"
        )

    def _how(self) -> str:
        return f"{self.kind} correction ({CORRECTIONS[self.kind]}), {DF_WORDS[self.df_rule]}"


def cluster_robust(
    design: Array,
    y: Array,
    variances: Array,
    cluster: NDArray[np.intp],
    *,
    terms: Sequence[str],
    level: float = 95.0,
) -> RobustFit:
    """Fit y on X by weighted least squares, with CR2 standard errors and Satterthwaite degrees of freedom.

    Parameters
    ----------
    design
        Design matrix, shape (k, p), of full column rank.
    y
        Effects, shape (k,).
    variances
        Variances of the rows under the working model, shape (k,), > 0; their reciprocals are the weights.
    cluster
        Cluster numbers 0 … m−1, shape (k,).
    terms
        p names of the columns.
    level
        Confidence level in percent.

    Raises
    ------
    InvalidInput
        When columns of the design depend on each other.

    Notes
    -----
    The working model takes rows for independent; `review.meta.sandwich.robust_blocks` takes any covariance.
    """
    spread = np.sqrt(variances)
    return fit_whitened(
        design / spread[:, None], y / spread, variances, cluster, terms=terms, level=level, kind="CR2"
    )


def fit_whitened(
    white: Array,
    target: Array,
    spectrum: Array,
    cluster: NDArray[np.intp],
    *,
    terms: Sequence[str],
    level: float,
    kind: Kind,
    df_rule: DfRule = "Satterthwaite",
) -> RobustFit:
    """Fit rows of unit working variance by least squares, with cluster-robust standard errors.

    Parameters
    ----------
    white
        Design in the eigenvectors of the working covariances, each row over the root of its eigenvalue, shape (k, p).
    target
        Effects, likewise, shape (k,).
    spectrum
        The eigenvalues, shape (k,), > 0.
    cluster
        Cluster numbers 0 … m−1, shape (k,).
    terms
        p names of the columns.
    level
        Confidence level in percent.
    kind
        Correction for few clusters.
    df_rule
        "Satterthwaite", or "m-p": clusters minus coefficients for all terms.

    Raises
    ------
    InvalidInput
        When columns of the design depend on each other.

    Notes
    -----
    With M_i = D_i'D_i the working covariance of cluster i and B = (X'M⁻¹X)⁻¹, CR2 multiplies residuals by
    A_i = D_i' (D_i (M_i − X_i B X_i') D_i')^(−1/2) D_i, so that the estimate is unbiased if the working model
    holds, and nearly so if it does not. A_i is the same for every factor D_i; that of eigenvectors makes the rotated
    M_i diagonal, and one arithmetic does for all working covariances. CR3 takes (I − X_i B X_i' M_i⁻¹)⁻¹, the others I.
    Where a cluster alone fits a direction of X the inverse is Moore–Penrose's.
    The design is orthonormalised once (M^(−1/2) X = Q R), and the df need only p numbers per cluster, so that
    time grows with the number of clusters and not with its square. The df are written as sums of terms ≥ 0, hence
    lose no digits when one cluster dominates.

    References
    ----------
    Bell and McCaffrey (2002), Survey Methodology 28, 169–181; Pustejovsky and Tipton (2018), Journal of Business
    & Economic Statistics 36, 672–683; df below 4: Tipton (2015), Psychological Methods 20, 375–393.
    """
    basis, triangle = np.linalg.qr(white)
    _refuse_collinear(white, triangle, terms)
    fitted = basis.T @ target
    estimates = np.linalg.solve(triangle, fitted)
    residuals = target - basis @ fitted
    size = np.linalg.norm(basis, axis=1) * float(np.linalg.norm(target))
    exact = bool((np.abs(residuals) <= EXACT * (np.abs(target) + size)).all())
    if exact:  # what is left is noise, and a test made of it would be as certain as it is empty
        residuals = np.zeros_like(residuals)
    pieces = cluster_pieces(basis, residuals, spectrum, cluster, kind)

    clusters, (k, p) = int(cluster.max()) + 1, white.shape
    factor, why = _few_clusters(kind, clusters, k, p)
    half = math.sqrt(factor) * np.linalg.solve(triangle, pieces.scores.T)  # one column per cluster
    covariance = half @ half.T
    directions = np.linalg.inv(triangle).T
    coefficients, warnings = [], []
    for j, term in enumerate(terms):
        d = directions[:, j]
        share = float(np.einsum("a,cab,b->", d, pieces.seen, d)) / float(d @ d)
        if why or clusters < 2 or share < BLIND:
            told = why or "one cluster alone decides it, and at least 2 are needed"
            warnings.append(f"no cluster-robust standard error for {term}: {told}")
            coefficients.append(coefficient(term, float(estimates[j]), math.nan, math.nan, level))
            continue
        df = _satterthwaite(np.einsum("a,cab,b->c", d, pieces.kept, d), pieces.leverage @ d)
        df = float(clusters - p) if df_rule == "m-p" else df
        warnings += _doubts(term, share, df, df_rule)
        coefficients.append(coefficient(term, float(estimates[j]), math.sqrt(covariance[j, j]), df, level))
    if exact and not all(math.isnan(c.se) for c in coefficients):
        warnings.append(EXACTLY)
    return RobustFit(
        tuple(coefficients), covariance, clusters, tuple(warnings), kind, df_rule, level, pieces, directions
    )


def _refuse_collinear(white: Array, triangle: Array, terms: Sequence[str]) -> None:
    lengths = np.linalg.norm(white, axis=0)
    if white.shape[0] < white.shape[1]:
        raise InvalidInput(
            f"{white.shape[0]} rows cannot carry {white.shape[1]} coefficients: use fewer terms"
        )
    tied = [terms[j] for j in np.flatnonzero(np.abs(np.diag(triangle)) <= 1e-10 * lengths).tolist()]
    if tied:
        raise InvalidInput(f"{', '.join(tied)} is a combination of the other terms: leave one of them out")


def _few_clusters(kind: Kind, clusters: int, k: int, p: int) -> tuple[float, str]:
    """Return the factor of the covariance for m clusters, and why there is none."""
    if clusters < 2:
        return 1.0, ""
    if kind == "CR1p" and clusters <= p:
        return 0.0, f"CR1p needs more clusters ({clusters}) than coefficients ({p})"
    if kind == "CR1S" and k <= p:
        return 0.0, f"CR1S needs more rows ({k}) than coefficients ({p})"
    if kind == "CR1":
        return clusters / (clusters - 1), ""
    if kind == "CR1p":
        return clusters / (clusters - p), ""
    if kind == "CR1S":
        return clusters * (k - 1) / ((clusters - 1) * (k - p)), ""
    return 1.0, ""


def _satterthwaite(diagonal: Array, leverage: Array) -> float:
    # P_ij = −t_i't_j off the diagonal; Σ_{i<j} (t_i't_j)² from running sums of t t'
    outer = leverage[:, :, None] * leverage[:, None, :]
    before = np.cumsum(outer, axis=0)[:-1]
    off = float(np.einsum("cab,cab->", before, outer[1:]))
    return float(diagonal.sum()) ** 2 / (float(diagonal @ diagonal) + 2 * off)


def _doubts(term: str, share: float, df: float, df_rule: DfRule) -> list[str]:
    found = []
    if share < 1 - BLIND:
        found.append(
            f"the robust standard error of {term} cannot see clusters that alone decide a term: "
            f"expect it to be {100 * (1 - math.sqrt(share)):.2g}% too small"
        )
    if df < FEW_DF and df > 0:
        found.append(
            f"the robust test of {term} has {df:.3g} {df_rule} df, fewer than 4: "
            "its interval and p-value are not to be relied on (Tipton 2015)"
        )
    elif not df > 0:
        found.append(f"no test of {term}: clusters minus coefficients leaves no degrees of freedom")
    return found
