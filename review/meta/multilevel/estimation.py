"""The variance components with the highest (restricted) likelihood, those at 0 among them."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from review.meta.multilevel.likelihood import Fit, Problem, Slopes, fit_at, slopes_at

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

MAX_STEPS = 80
MAX_HALVINGS = 40
SETTLED = 1e-10  # a relative step after which the next one, of quadratic convergence, is below rounding
COSTLY = 3e7  # multiplications a fit, above which only few starts are tried
FEW, MANY = (1 / 64, 1 / 8, 1 / 2, 1.5), tuple(4.0**e for e in range(-9, 4))
NEAR = tuple(2.0**e for e in range(-11, 0, 2))
STEPS_OF_SHARE = {1: 1, 2: 4, 3: 3}


@dataclass(frozen=True, eq=False)
class Optimum:
    """A maximum of the likelihood.

    Parameters
    ----------
    fit
        The fit there.
    slopes
        Its derivatives.
    converged
        Whether the search settled.
    """

    fit: Fit
    slopes: Slopes
    converged: bool


def maximise(problem: Problem, free: Mask, start: Array | None = None) -> Optimum:
    """Return the highest maximum of the likelihood over variance components of 0 or more.

    Parameters
    ----------
    problem
        What is fitted.
    free
        Which components are estimated, shape (d,); the others stay 0.
    start
        Components to start from, shape (d,); None searches a grid of totals and shares first.

    Notes
    -----
    Newton steps (Fisher's information where the curvature is not that of a maximum), cut back until the likelihood
    rises; components that a step would put below 0 are set to 0 and the step is taken again in the others. Started
    without a guess, the best point on each face (components at 0) is climbed from too, and the highest top wins: the
    likelihood can have several.
    """
    d = problem.components
    if not free.any():
        return climb(problem, np.zeros(d), free)
    if start is not None:
        near = climb(problem, np.where(free, np.maximum(start, 0.0), 0.0), free)
        if near.converged:
            return near
    tops = [climb(problem, theta, mask) for theta, mask in _starts(problem, free)]
    best = max(tops, key=lambda top: top.fit.height)
    if not _costly(problem):
        inside = [climb(problem, theta, free) for theta in _beside(problem, best, free)]
        best = max([best, *inside], key=lambda top: top.fit.height)
    # a top on a face from which the likelihood rises inwards is none
    if (best.slopes.score[free & (best.fit.theta == 0)] > 0).any() or not best.converged:
        best = _finish(problem, best, free)
    return best


def climb(problem: Problem, theta: Array, free: Mask) -> Optimum:
    """Climb from one point to a maximum.

    Parameters
    ----------
    problem
        What is fitted.
    theta
        Where to start, shape (d,), ≥ 0.
    free
        Which components may move, shape (d,).
    """
    fit = fit_at(theta, problem)
    slopes = slopes_at(fit, problem)
    for _ in range(MAX_STEPS):
        moving = free & ((fit.theta > 0) | (slopes.score > 0))
        if not moving.any():
            return Optimum(fit, slopes, True)
        step = _step(fit.theta, slopes, moving)
        gain = float(slopes.score @ step)
        small = np.abs(step) <= SETTLED * (fit.theta + _unit(slopes))
        moved = _improved(problem, fit, slopes, step)
        if moved is None:
            return Optimum(fit, slopes, bool(gain < 1e-9 * (1 + abs(fit.height))))
        fit = moved
        slopes = slopes_at(fit, problem)
        if small.all():
            return Optimum(fit, slopes, True)
    return Optimum(fit, slopes, False)


def _unit(slopes: Slopes) -> Array:
    """Return what is small for a component: far below its standard error."""
    information = np.diag(slopes.expected)
    return np.where(information > 0, 1e-6 / np.sqrt(np.where(information > 0, information, 1.0)), 0.0)


def _step(theta: Array, slopes: Slopes, moving: Mask) -> Array:
    step = np.zeros_like(theta)
    clipped = np.zeros_like(moving)
    for _ in range(theta.size + 1):
        at = np.flatnonzero(moving & ~clipped)
        if not at.size:
            break
        rest = np.flatnonzero(clipped)
        curvature = slopes.observed
        if not _positive(curvature[np.ix_(at, at)]):
            curvature = slopes.expected
        target = slopes.score[at] - curvature[np.ix_(at, rest)] @ step[rest]
        step[at] = _solve(curvature[np.ix_(at, at)], target)
        below = np.zeros_like(clipped)
        below[at] = theta[at] + step[at] < 0
        if not below.any():
            break
        step[below] = -theta[below]
        clipped |= below
    return step


def _positive(matrix: Array) -> bool:
    spread = np.diag(matrix)
    if not (spread > 0).all():
        return False
    root = np.sqrt(spread)
    return float(np.linalg.eigvalsh(matrix / root[:, None] / root)[0]) > 1e-9


def _solve(matrix: Array, target: Array) -> Array:
    root = np.sqrt(np.maximum(np.diag(matrix), np.finfo(float).tiny))
    turned = matrix / root[:, None] / root
    solved: Array = np.linalg.lstsq(turned, target / root, rcond=1e-12)[0] / root
    return solved


def _improved(problem: Problem, fit: Fit, slopes: Slopes, step: Array) -> Fit | None:
    noise = 1e-13 * (1 + abs(fit.height))
    for direction in (step, _uphill(fit.theta, slopes, step)):
        share = 1.0
        for _ in range(MAX_HALVINGS if direction is step else MAX_HALVINGS // 2):
            theta = np.maximum(fit.theta + share * direction, 0.0)
            if (theta == fit.theta).all():
                break
            there = fit_at(theta, problem)
            if there.height > fit.height - (noise if share == 1 and direction is step else 0.0):
                return there
            share /= 4 if share == 1 else 2
    return None


def _uphill(theta: Array, slopes: Slopes, step: Array) -> Array:
    information = np.diag(slopes.expected)
    direction = np.where(step != 0, slopes.score / np.where(information > 0, information, 1.0), 0.0)
    return np.maximum(direction, -theta)


def _starts(problem: Problem, free: Mask) -> list[tuple[Array, Mask]]:
    """Return the best points of a grid: over all, and on each face where few rows make more climbs cheap."""
    d = int(free.sum())
    residual = problem.y - problem.basis @ (problem.basis.T @ problem.y)
    total = float(residual @ residual) / (residual.size - problem.basis.shape[1])
    if total == 0:
        return [(np.zeros(free.size), free)]
    costly = _costly(problem)
    steps = 1 if costly else STEPS_OF_SHARE[d]
    shares = np.array([c for c in product(range(steps + 1), repeat=d) if sum(c) == steps]) / steps
    if costly and d > 1:
        shares = np.concatenate((shares, np.full((1, d), 1 / d)))
    many = d == 1
    points = [np.zeros(free.size)]
    for size in MANY if many else FEW[1::2] if costly else FEW:
        for share in shares:
            point = np.zeros(free.size)
            point[free] = size * total * share
            points.append(point)
    heights = np.array([fit_at(point, problem).height for point in points])
    if many:  # every hill of the one component
        left = np.concatenate(([-np.inf], heights[:-1]))
        right = np.concatenate((heights[1:], [-np.inf]))
        tops = np.flatnonzero((heights >= left) & (heights >= right))
        return [(points[i], free) for i in tops.tolist()]
    found = [(points[int(heights.argmax())], free)]
    if costly:
        return found
    zero = np.array([point == 0 for point in points])
    for j in np.flatnonzero(free).tolist():
        face = np.flatnonzero(zero[:, j])
        mask = free.copy()
        mask[j] = False
        found.append((points[int(face[heights[face].argmax()])], mask))
    return found


def _beside(problem: Problem, top: Optimum, free: Mask) -> list[Array]:
    """Return where the likelihood rises again, seen from a top on a face."""
    theta = top.fit.theta
    total = float(theta.sum())
    found = []
    for j in np.flatnonzero(free & (theta == 0)).tolist() if total > 0 else []:
        line = []
        for share in NEAR:
            point = theta * (1 - share)
            point[j] = share * total
            line.append((point, fit_at(point, problem).height))
            point = theta.copy()
            point[j] = share * total
            line.append((point, fit_at(point, problem).height))
        for part in (line[::2], line[1::2]):
            heights = np.array([top.fit.height, *(height for _, height in part), -np.inf])
            rises = np.flatnonzero((heights[1:-1] > heights[:-2]) & (heights[1:-1] >= heights[2:]))
            found += [part[i][0] for i in rises.tolist()]
    return found


def _costly(problem: Problem) -> bool:
    crossed = 0 if problem.crossed is None else int(problem.crossed.max()) + 1
    width = problem.basis.shape[1] + crossed
    blocks = sum(stack.places * float(stack.rows.shape[1]) ** 2 for stack in problem.stacks)
    return blocks + problem.y.size * float(width) ** 2 > COSTLY


def _finish(problem: Problem, best: Optimum, free: Mask) -> Optimum:
    """Finish by a bounded search on the scale of standard deviations where Newton steps did not settle."""
    onward = climb(problem, np.where(free, best.fit.theta, 0.0), free)
    if onward.converged:
        return onward
    at = np.flatnonzero(free)

    def downhill(root: Array) -> tuple[float, Array]:
        theta = np.zeros(free.size)
        theta[at] = root**2
        fit = fit_at(theta, problem)
        return -fit.height, -2 * root * slopes_at(fit, problem).score[at]

    searched = minimize(
        downhill,
        np.sqrt(onward.fit.theta[at]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, None)] * at.size,
        options={"ftol": 1e-15, "gtol": 1e-12, "maxiter": 500},
    )
    theta = np.zeros(free.size)
    theta[at] = searched.x**2
    return max(onward, climb(problem, theta, free), key=lambda top: (top.converged, top.fit.height))
