"""The (restricted) likelihood of variance components, its slopes and its curvature."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.meta.multilevel.blocks import Numbers, Stack, inverse_roots, with_common

Array = NDArray[np.float64]
LOG_2PI = math.log(2 * math.pi)


@dataclass(frozen=True, eq=False)
class Problem:
    """What is fitted, in units in which sums neither overflow nor lose digits.

    Parameters
    ----------
    y
        Effects, shape (k,).
    basis
        Orthonormal basis of the design, shape (k, p).
    stacks
        The rows in blocks, with the random factors whose groups lie within blocks.
    crossed
        Group numbers of the random factor that cuts through blocks, shape (k,); None without one.
    restricted
        REML or ML.
    """

    y: Array
    basis: Array
    stacks: tuple[Stack, ...]
    crossed: Numbers | None
    restricted: bool

    @property
    def components(self) -> int:
        """Number of variance components, the crossed one last."""
        return len(self.stacks[0].shared) + (self.crossed is not None)


@dataclass(frozen=True, eq=False)
class Fit:
    """Generalised least squares at given variance components.

    Parameters
    ----------
    theta
        The components, shape (d,).
    height
        (Restricted) log-likelihood, in an orthonormal basis.
    estimates
        Coefficients of the basis, shape (p,).
    half
        A factor of their covariance, half half', shape (p, p).
    squares
        y'Py, the weighted residual sum of squares.
    log_det
        log |M|.
    log_det_fixed
        log |X'M⁻¹X|.
    pieces
        What derivatives and weights are made of.
    """

    theta: Array
    height: float
    estimates: Array
    half: Array
    squares: float
    log_det: float
    log_det_fixed: float
    pieces: "_Pieces"


@dataclass(frozen=True, eq=False)
class _Pieces:
    roots: tuple[Array, ...]  # R of each stack, R M R' = I
    q: Array  # orthonormal columns of the whitened [crossed, design], all places
    residual: Array  # whitened, all places
    crossed: Array  # whitened indicators of the crossed factor, all places


@dataclass(frozen=True, eq=False)
class Slopes:
    """Derivatives of the log-likelihood in the variance components.

    Parameters
    ----------
    score
        First derivatives, shape (d,).
    expected
        Fisher information, shape (d, d).
    observed
        Minus the second derivatives, shape (d, d).
    """

    score: Array
    expected: Array
    observed: Array


def fit_at(theta: Array, problem: Problem) -> Fit:
    """Fit the coefficients at given variance components.

    Parameters
    ----------
    theta
        Variance components, shape (d,), ≥ 0, the crossed one last.
    problem
        What is fitted.

    Notes
    -----
    With roots R of the blocks M is R⁻¹ (I + E E') R⁻ᵀ, E the whitened indicators of the crossed factor times its
    standard deviation. One QR decomposition of [[E, RX], [I, 0]] gives the coefficients, all determinants and P: normal
    equations, which square the condition number, are never formed.
    """
    k, p = problem.basis.shape
    groups = 0 if problem.crossed is None else int(problem.crossed.max()) + 1
    given = [problem.y[:, None], problem.basis]
    if problem.crossed is not None:
        given.append(np.eye(groups)[problem.crossed])
    padded = np.zeros((k + 1, 1 + p + groups))
    padded[:k] = np.column_stack(given)
    log_det = 0.0
    roots, white = [], []
    for stack in problem.stacks:
        root, added = _root(stack, theta)
        log_det += added
        roots.append(root)
        white.append((root @ padded[stack.rows]).reshape(stack.places, -1))
    whitened = np.concatenate(white)
    z, x, crossed = whitened[:, 0], whitened[:, 1 : 1 + p], whitened[:, 1 + p :]
    n = z.size
    if groups:
        columns = np.zeros((n + groups, groups + p))
        columns[:n, :groups], columns[:n, groups:] = math.sqrt(theta[-1]) * crossed, x
        columns[n:, :groups] = np.eye(groups)
    else:
        columns = x
    q, triangle = np.linalg.qr(columns)
    inside = q[:n].T @ z
    residual = z - q[:n] @ inside
    squares = float(residual @ residual)
    if groups:
        below = q[n:] @ inside
        squares += float(below @ below)
    corner = triangle[groups:, groups:]
    half = np.linalg.inv(corner)
    logs = 2 * np.log(np.abs(np.diag(triangle)))
    log_det += float(logs[:groups].sum())
    log_det_fixed = float(logs[groups:].sum())
    rows = k - p if problem.restricted else k
    height = -0.5 * (rows * LOG_2PI + log_det + squares + (log_det_fixed if problem.restricted else 0.0))
    pieces = _Pieces(tuple(roots), q[:n], residual, crossed)
    return Fit(theta, height, half @ inside[groups:], half, squares, log_det, log_det_fixed, pieces)


def _root(stack: Stack, theta: Array) -> tuple[Array, float]:
    common = stack.members[0] if stack.members and stack.rows.shape[1] > 1 else None
    outer = common is not None and common.shape[2] == 1
    m = stack.known
    for j, shared in enumerate(stack.shared):
        if theta[j] > 0 and not (outer and j == 0):
            m = m + theta[j] * shared
    root, log_det = inverse_roots(m)
    if common is None or not outer or not theta[0] > 0:
        return root, log_det
    root, added = with_common(root, common, float(theta[0]))
    return root, log_det + added


def slopes_at(fit: Fit, problem: Problem) -> Slopes:
    """Return score and information at a fit.

    Parameters
    ----------
    fit
        The fit at the variance components.
    problem
        What is fitted.

    Notes
    -----
    With K_j the matrix of shared groups and P = M⁻¹ − M⁻¹X(X'M⁻¹X)⁻¹X'M⁻¹ the score is ½ (y'PK_jPy − tr PK_j), the
    Fisher information ½ tr PK_iPK_j, and minus the second derivative y'PK_iPK_jPy − ½ tr PK_iPK_j; for ML the traces
    have M⁻¹ in place of P. Traces are sums of squares over blocks less the part that fixed effects and the crossed
    factor explain.
    """
    nested = len(problem.stacks[0].shared)
    d = problem.components
    pieces = fit.pieces
    groups = pieces.crossed.shape[1]
    q = pieces.q if problem.restricted else pieces.q[:, :groups]
    width = q.shape[1]
    explained, trace = np.zeros(d), np.zeros(d)
    squared = np.zeros((d, d))
    inner = np.zeros((nested, width, width))
    pulled = np.zeros((d, pieces.residual.size))
    freed = pieces.crossed - q @ (q.T @ pieces.crossed)
    start = 0
    for stack, root in zip(problem.stacks, pieces.roots, strict=True):
        b, n = stack.rows.shape
        part = slice(start, start + b * n)
        start += b * n
        e, across = pieces.residual[part].reshape(b, n, 1), np.swapaxes(q[part].reshape(b, n, width), 1, 2)
        outside = freed[part].reshape(b, n, groups)
        turned = [root if z is None else root @ z for z in stack.members]
        seen = [across @ t for t in turned]
        for j, t in enumerate(turned):
            transposed = np.swapaxes(t, 1, 2)
            met = transposed @ e
            explained[j] += float((met * met).sum())
            pulled[j, part] = (t @ met).ravel()
            trace[j] += float((t * t).sum()) - float((seen[j] * seen[j]).sum())
            flat = np.moveaxis(seen[j], 1, 0).reshape(width, seen[j].size // max(width, 1))
            inner[j] += flat @ flat.T
            for i in range(j + 1):
                between = transposed @ turned[i]
                squared[i, j] += float((between * between).sum())
                squared[i, j] -= 2 * float(((seen[j] @ between) * seen[i]).sum())
            if groups:
                shared = transposed @ outside
                squared[j, -1] += float((shared * shared).sum())
    for j in range(nested):
        for i in range(j + 1):
            squared[i, j] += float((inner[i] * inner[j]).sum())
    if groups:
        met_crossed = pieces.crossed.T @ pieces.residual
        explained[-1] = float(met_crossed @ met_crossed)
        pulled[-1] = pieces.crossed @ met_crossed
        left = pieces.crossed.T @ freed
        trace[-1] = float(np.trace(left))
        squared[-1, -1] = float((left * left).sum())
    expected = np.triu(squared) + np.triu(squared, 1).T
    through = pulled @ pieces.q
    second = pulled @ pulled.T - through @ through.T
    return Slopes((explained - trace) / 2, expected / 2, second - expected / 2)
