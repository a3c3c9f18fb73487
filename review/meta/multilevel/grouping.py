"""Which rows share a random effect, and which rows depend on each other at all."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from review.meta.errors import InvalidInput
from review.meta.rows import Rows, absent

Array = NDArray[np.float64]
Numbers = NDArray[np.intp]
Labels = Sequence[Hashable] | NDArray[np.generic]


def plain_labels(labels: Labels, n: int, rows: Rows, what: str) -> tuple[Hashable, ...]:
    """Return the labels of the rows that are used.

    Parameters
    ----------
    labels
        n labels.
    n
        Number of rows given.
    rows
        The rows that are used.
    what
        What the labels name, for the message: "study", "estimate" …

    Raises
    ------
    InvalidInput
        For a wrong number of labels, or a row without one.
    """
    if isinstance(labels, str):
        raise InvalidInput(f"{what} is the text {labels!r}: give a sequence with one {what} label per row")
    if len(labels) != n:
        raise InvalidInput(f"{what} has {len(labels)} entries but yi has {n}: give one {what} label per row")
    values = [x.item() if isinstance(x, np.generic) else x for x in labels]
    lost = [str(row) for row, i in zip(rows.labels, rows.kept, strict=True) if absent(values[i])]
    if lost:
        raise InvalidInput(
            f"row {', '.join(lost[:10])} has no {what}: name the {what} of every row, and give a row that stands "
            "alone a label of its own"
        )
    return tuple(values[i] for i in rows.kept)


def numbered(*labels: Sequence[Hashable]) -> Numbers:
    """Return group numbers 0 … m−1 in order of first appearance, rows of one group sharing all their labels.

    Parameters
    ----------
    labels
        Sequences of k labels.
    """
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(key, len(seen)) for key in zip(*labels, strict=True)], dtype=np.intp)


def joined(k: int, groupings: Sequence[Numbers], covariance: Array | None = None) -> Numbers:
    """Return numbers of the smallest groups that no grouping and no covariance cuts through.

    Parameters
    ----------
    k
        Number of rows.
    groupings
        Group numbers, each of shape (k,).
    covariance
        A covariance matrix, shape (k, k), whose entries other than 0 join rows; None for none.
    """
    at, to = [np.arange(k)], [np.arange(k)]
    for groups in groupings:
        first = np.full(int(groups.max()) + 1, k)
        np.minimum.at(first, groups, np.arange(k))
        at.append(np.arange(k))
        to.append(first[groups])
    if covariance is not None:
        left, right = np.nonzero(covariance)
        at.append(left)
        to.append(right)
    i, j = np.concatenate(at), np.concatenate(to)
    links = coo_array((np.ones(i.size), (i, j)), shape=(k, k))
    found = connected_components(links, directed=False)[1]
    return numbered(found.tolist())
