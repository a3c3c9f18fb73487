"""Cluster-robust inference under any working covariance of the rows of a study, and joint tests with few studies."""

import math
from collections.abc import Sequence
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

from review.meta.cluster_pieces import Kind
from review.meta.errors import InvalidInput
from review.meta.inference import check_level
from review.meta.result import JointTest
from review.meta.robust import BLIND, DfRule, RobustFit, fit_whitened

Array = NDArray[np.float64]
Block = tuple[NDArray[np.intp], Array]

KINDS: tuple[str, ...] = get_args(Kind)
DF_RULES: tuple[str, ...] = get_args(DfRule)
SINGULAR = 1e-13  # of a correlation matrix: what is left of a row once those before it are known


def robust_blocks(
    design: Array,
    y: Array,
    blocks: Sequence[Block],
    *,
    terms: Sequence[str],
    level: float = 95.0,
    kind: Kind = "CR2",
    df_rule: DfRule = "Satterthwaite",
    cluster: NDArray[np.intp] | None = None,
) -> RobustFit:
    """Fit y on X by weighted least squares under a block working covariance, with cluster-robust standard errors.

    Parameters
    ----------
    design
        Design matrix, shape (k, p), of full column rank.
    y
        Effects, shape (k,).
    blocks
        Pairs of row numbers (counted from 0) and their working covariance M_i, shape (n_i, n_i), positive definite;
        each row belongs to one block, and the inverse of M is the weight matrix.
    terms
        p names of the columns.
    level
        Confidence level in percent.
    kind
        "CR0" takes the residuals as they are; "CR1" multiplies the covariance by m/(m − 1), "CR1p" by m/(m − p),
        "CR1S" by m(k − 1)/((m − 1)(k − p)) for m clusters; "CR2" makes it unbiased if M is right; "CR3" is close to
        leaving out one cluster at a time.
    df_rule
        "Satterthwaite", or "m-p": with "CR1p" this is what metafor's robust() does.
    cluster
        Cluster numbers 0 … m−1 of the rows, shape (k,), where clusters are wider than blocks; None takes each block
        for a cluster.

    Raises
    ------
    InvalidInput
        For unknown options, rows that belong to no block or to several, a covariance that is not positive definite, a
        block that spans clusters, or columns that depend on each other.

    Notes
    -----
    Each block is turned to the eigenvectors of its covariance, see `review.meta.robust.fit_whitened`.

    References
    ----------
    Bell and McCaffrey (2002), Survey Methodology 28, 169–181; Pustejovsky and Tipton (2018), Journal of Business
    & Economic Statistics 36, 672–683.
    """
    if kind not in KINDS:
        raise InvalidInput(f"kind = {kind!r} is unknown: choose one of {', '.join(KINDS)}")
    if df_rule not in DF_RULES:
        raise InvalidInput(f"df_rule = {df_rule!r} is unknown: choose one of {', '.join(DF_RULES)}")
    level = check_level(level)
    clusters = _clusters(blocks, y.size, cluster)
    white, target, spectrum = _whitened(design, y, blocks)
    return fit_whitened(
        white, target, spectrum, clusters, terms=terms, level=level, kind=kind, df_rule=df_rule
    )


def wald_htz(fit: RobustFit, constraints: Array | Sequence[str], names: Sequence[str] = ()) -> JointTest:
    """Test several coefficients, or combinations of them, with the approximate Hotelling T² of few clusters.

    Parameters
    ----------
    fit
        The fit whose robust covariance is used.
    constraints
        Terms that are tested to be all 0, or a matrix C of shape (q, p): the test is of C b = 0.
    names
        q names of the combinations, when a matrix is given.

    Raises
    ------
    InvalidInput
        For unknown terms, a matrix of another width, or combinations that depend on each other.

    Notes
    -----
    Statistic and p-value are NaN where there are too few clusters for as many constraints: Q has a T² distribution
    with η df, F = (η − q + 1) Q / (η q) has q and η − q + 1 of them, and these must be more than 0.

    References
    ----------
    Tipton and Pustejovsky (2015), Journal of Educational and Behavioral Statistics 40, 604–634; Pustejovsky and Tipton
    (2018), Journal of Business & Economic Statistics 36, 672–683.
    """
    matrix, tested = _constraints(fit, constraints, names)
    q = matrix.shape[0]
    nothing = JointTest(tested, math.nan, q, math.nan, math.nan)
    directions = fit.directions @ matrix.T  # one column per constraint
    expected = np.einsum("as,cab,bt->st", directions, fit.pieces.kept, directions)
    values, vectors = np.linalg.eigh(expected)
    seen = np.einsum("as,cab,bs->s", directions, fit.pieces.seen, directions)
    blind = seen < BLIND * (directions**2).sum(axis=0)
    if fit.clusters < 2 or blind.any() or not values[0] > 1e-12 * values[-1]:
        return nothing
    turned = directions @ (vectors / np.sqrt(values))  # E(C V C') becomes I
    eta = q * (q + 1) / _total_variance(fit, turned)
    combined = matrix @ np.array([c.estimate for c in fit.coefficients])
    squared = _wald(combined, matrix @ fit.covariance @ matrix.T)
    df = eta - q + 1
    if math.isnan(squared):
        return nothing
    if not df > 0:
        return JointTest(tested, math.nan, q, df, math.nan)
    statistic = df / (eta * q) * squared
    return JointTest(tested, statistic, q, df, float(fdtrc(q, df, statistic)))


def _wald(combined: Array, covariance: Array) -> float:
    spread = np.sqrt(np.diag(covariance))
    if not (spread > 0).all():
        return math.nan
    correlation = covariance / spread / spread[:, None]
    if not float(np.linalg.eigvalsh(correlation)[0]) > SINGULAR:
        return math.nan
    z = combined / spread
    return float(z @ np.linalg.solve(correlation, z))


def _constraints(
    fit: RobustFit, constraints: Array | Sequence[str], names: Sequence[str]
) -> tuple[Array, tuple[str, ...]]:
    terms = [c.term for c in fit.coefficients]
    if isinstance(constraints, np.ndarray):
        matrix = np.atleast_2d(constraints).astype(np.float64)
        if matrix.shape[1] != len(terms) or not np.isfinite(matrix).all():
            raise InvalidInput(
                f"constraints have shape {matrix.shape} but must be finite and (q, {len(terms)}): one column per term"
            )
        if np.linalg.matrix_rank(matrix) < matrix.shape[0]:
            raise InvalidInput("the constraints depend on each other: leave out what follows from the others")
        if len(names) not in {0, matrix.shape[0]}:
            raise InvalidInput(f"{len(names)} names for {matrix.shape[0]} constraints: give one for each")
        return matrix, tuple(names) or tuple(f"constraint {i + 1}" for i in range(matrix.shape[0]))
    unknown = [name for name in constraints if name not in terms]
    if unknown or not constraints or len(set(constraints)) < len(constraints):
        raise InvalidInput(
            f"{', '.join(unknown) or 'this choice of terms'} cannot be tested: name different ones of {', '.join(terms)}"
        )
    return np.eye(len(terms))[[terms.index(name) for name in constraints]], tuple(constraints)


def _total_variance(fit: RobustFit, turned: Array) -> float:
    """Return the sum of the variances of the entries of the turned C V C', under the working model.

    With P_st,ij = δ_ij kept_st,i − t_si't_tj an entry (s, t) has variance Σ_ij P_ss,ij P_tt,ij + P_st,ij P_ts,ij. Pairs i < j are
    summed from running sums of outer products, so that no matrix over pairs of clusters is needed.
    """
    diagonal = np.einsum("as,cab,bt->cst", turned, fit.pieces.kept, turned)
    leverage = fit.pieces.leverage @ turned
    q = turned.shape[1]
    total = 0.0
    for s in range(q):
        for t in range(s, q):
            own = float((diagonal[:, s, s] * diagonal[:, t, t] + diagonal[:, s, t] ** 2).sum())
            outer = leverage[:, :, None, s] * leverage[:, None, :, t]
            before = np.cumsum(outer, axis=0)[:-1]
            after = outer[1:]
            pairs = 2 * float((before * (after + np.swapaxes(after, 1, 2))).sum())
            total += (1 if s == t else 2) * (own + pairs)
    return total


def _clusters(blocks: Sequence[Block], k: int, cluster: NDArray[np.intp] | None) -> NDArray[np.intp]:
    counted = np.zeros(k, dtype=np.intp)
    of_block = np.zeros(k, dtype=np.intp)
    for i, (rows, _) in enumerate(blocks):
        np.add.at(counted, rows, 1)
        of_block[rows] = i
    if (counted != 1).any():
        i = int(np.flatnonzero(counted != 1)[0])
        raise InvalidInput(f"row {i + 1} stands in {counted[i]} blocks: each row belongs to exactly one")
    if cluster is None:
        return of_block
    for rows, _ in blocks:
        if np.ptp(cluster[rows]):
            raise InvalidInput(
                f"the block of row {int(rows[0]) + 1} spans several clusters: dependent rows belong to one cluster"
            )
    return cluster


def _whitened(design: Array, y: Array, blocks: Sequence[Block]) -> tuple[Array, Array, Array]:
    both = np.column_stack((design, y))
    turned, spectrum = np.empty_like(both), np.empty(y.size)
    sizes = np.array([rows.size for rows, _ in blocks])
    for size in np.unique(sizes):
        chosen = [blocks[i] for i in np.flatnonzero(sizes == size).tolist()]
        rows = np.array([r for r, _ in chosen])
        m = np.array([m for _, m in chosen], dtype=np.float64).reshape(len(chosen), size, size)
        root, values, vectors = _root(m, rows)
        turned[rows] = vectors @ np.linalg.solve(root, both[rows])
        spectrum[rows] = values
    return turned[:, :-1], turned[:, -1], spectrum


def _root(m: Array, rows: NDArray[np.intp]) -> tuple[Array, Array, Array]:
    """Return L and V' with M = L L' and L' L = V diag(values) V': V' L⁻¹ turns to eigenvectors and scales at once."""
    size = m.shape[1]
    diagonal = np.einsum("cii->ci", m)
    good = np.isfinite(m).all(axis=(1, 2)) & (diagonal > 0).all(axis=1)
    if not good.all():
        _refuse_covariance(rows[~good][0])
    spread = np.sqrt(diagonal)
    if not np.any(m - diagonal[:, :, None] * np.eye(size)):
        eye = np.broadcast_to(np.eye(size), m.shape)
        return spread[:, :, None] * eye, diagonal, eye
    correlation = m / spread[:, :, None] / spread[:, None, :]
    try:
        root = np.linalg.cholesky(correlation)
    except np.linalg.LinAlgError:
        least = np.linalg.eigvalsh(correlation)[:, 0]
        _refuse_covariance(rows[int(least.argmin())])
    left = np.einsum("cii->ci", root).min(axis=1) ** 2
    if (left <= SINGULAR).any():
        _refuse_covariance(rows[int(left.argmin())])
    root = spread[:, :, None] * root
    _, sigma, vectors = np.linalg.svd(root)
    return root, sigma * sigma, vectors


def _refuse_covariance(rows: NDArray[np.intp]) -> None:
    listed = ", ".join(str(i + 1) for i in rows[:10].tolist())
    raise InvalidInput(
        f"the working covariance of row {listed} is not positive definite: variances must be greater than 0 and "
        "correlations less than 1"
    )
