"""Which variance components the grouping of the rows allows to estimate."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from review.meta.multilevel.blocks import Numbers, stacks
from review.meta.multilevel.likelihood import Problem, fit_at, slopes_at

Array = NDArray[np.float64]

NOTHING = 1e-10


def determined(
    basis: Array,
    block: Numbers,
    factors: Sequence[Numbers],
    crossed: Numbers | None,
    names: Sequence[str],
    *,
    restricted: bool,
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Return which components can be estimated, and why the others cannot.

    Parameters
    ----------
    basis
        Orthonormal basis of the design, shape (k, p).
    block
        Block numbers, shape (k,).
    factors
        Group numbers of the factors whose groups lie within blocks.
    crossed
        Group numbers of the crossed factor; None without one.
    names
        d names of the components.
    restricted
        REML or ML.

    Notes
    -----
    Whether the matrices of shared groups depend on each other, once the fixed part is taken out, does not turn on
    variances: with V = I their Gram matrix is Fisher's information at 0. A component that adds nothing to those
    before it is held at 0, as any split of their sum has the same likelihood.
    """
    k = basis.shape[0]
    laid = stacks(np.ones(k), block, factors, study=block)
    grams = []
    for reml in (True, False):
        problem = Problem(np.zeros(k), basis, laid, crossed, reml)
        grams.append(2 * slopes_at(fit_at(np.zeros(problem.components), problem), problem).expected)
    free = np.diag(grams[0]) > NOTHING * np.diag(grams[1])
    reasons = [
        f"the variance between {_plural(name)} cannot be estimated, as the fixed part of the model takes in all "
        f"differences between them: it is held at 0"
        for name, good in zip(names, free, strict=True)
        if not good
    ]
    gram = grams[0] if restricted else grams[1]
    for j in range(free.size):
        before = np.flatnonzero(free[:j])
        if not (free[j] and before.size):
            continue
        made_of = np.linalg.solve(gram[np.ix_(before, before)], gram[before, j])
        left = gram[j, j] - float(gram[j, before] @ made_of)
        if left <= NOTHING * gram[j, j]:
            free[j] = False
            part = np.abs(made_of) * np.sqrt(np.diag(gram)[before] / gram[j, j]) > 1e-6
            others = " and ".join(_plural(names[i]) for i in before[part].tolist())
            reasons.append(
                f"the variance between {_plural(names[j])} cannot be told from that between {others}, as the same "
                f"rows share them: it is held at 0, and the variance between {others} holds the sum"
            )
    return free, tuple(reasons)


def _plural(name: str) -> str:
    return {"study": "studies", "estimate": "estimates", "crossed": "levels of the crossed factor"}[name]
