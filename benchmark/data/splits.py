"""Splits: the paper's own, and one that keeps duplicates together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmark.data.dataset import Dataset
from benchmark.data.folder import TESTING
from db.errors import MedquantError, shown

VALIDATION = 0.2
"""The part of each class that is held out."""

Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Split:
    """Which images train, which are held out while training, and which test: indices into a set, int64."""

    name: str
    training: Indices
    validation: Indices
    testing: Indices


def paper_split(dataset: Dataset) -> Split:
    """Split as Keras' `validation_split=0.2` does: of each class the first fifth of the file names is held out.

    Raises
    ------
    MedquantError
        If a class has fewer than five images to train with, so that a fifth of it is none.

    Notes
    -----
    Of n images ⌊0.2 n⌋ are held out, in floating point as Keras computes it. Testing is the set's Testing folder, or
    empty. Nothing keeps an image and its duplicate on one side: see `grouped_split`.

    Reference
    ---------
    Keras, `ImageDataGenerator(validation_split=…).flow_from_directory`; 165 + 164 + 79 + 165 = 573 of the 2,870
    brain-tumour images.
    """
    pool = _pool(dataset)
    held = np.concatenate([members[: _quota(members)] for members in _by_class(dataset, pool)])
    return Split("paper", np.setdiff1d(pool, held), held, _testing(dataset))


def grouped_split(dataset: Dataset, groups: ArrayLike) -> Split:
    """Split so that a group of duplicates stays on one side, and testing holds no duplicate at all.

    Parameters
    ----------
    dataset
        The set.
    groups
        The group of each image, int [n], as `find_duplicates` gives it; an image without duplicates is its own group.

    Raises
    ------
    MedquantError
        If `groups` has another length than the set, or the groups of a class are so large that no whole group fits
        into a fifth of it.

    Notes
    -----
    Stratified: of each class of n images up to ⌊0.2 n⌋ are held out. Groups are taken whole in the order of the file
    names, as the paper's split takes images, so that the two splits differ by the groups and by little else; a group
    that would overfill any of its classes is passed over. Of the Testing folder an image stays if its group has no
    member outside that folder, and only the first of each group stays.
    """
    group = np.asarray(groups, np.int64)
    if group.shape != (len(dataset),):
        raise MedquantError(
            f"groups of the shape {group.shape} were given for {len(dataset):,} images; one each is needed"
        )
    pool = _pool(dataset)
    classes = _by_class(dataset, pool)
    quota = np.array([_quota(members) for members in classes])
    content = _group_contents(group[pool], dataset.labels[pool], len(classes))
    held_groups = _chosen([group[members] for members in classes], quota, content)
    held = pool[np.isin(group[pool], held_groups)]
    held = held[np.argsort(dataset.labels[held], kind="stable")]
    for label, members in enumerate(classes):
        if not np.isin(members, held).any():
            raise MedquantError(
                f"the class {shown(dataset.classes[label])} has {len(members)} images, and no whole group of its "
                "duplicates fits into a fifth of them; add images or remove duplicates"
            )
    return Split("grouped", np.setdiff1d(pool, held), held, _without_twins(_testing(dataset), group, pool))


def _chosen(walks: list[Indices], quota: Indices, content: dict[int, Indices]) -> Indices:
    """Return the groups held out: class by class, each whole group that still fits."""
    held: set[int] = set()
    filled = np.zeros_like(quota)
    for label, walk in enumerate(walks):
        for group in dict.fromkeys(walk.tolist()):
            if filled[label] == quota[label]:
                break
            if group not in held and (filled + content[group] <= quota).all():
                held.add(group)
                filled = filled + content[group]
    return np.array(sorted(held), np.int64)


def _group_contents(group: Indices, labels: Indices, classes: int) -> dict[int, Indices]:
    """Return how many images of each class a group has."""
    names, position = np.unique(group, return_inverse=True)
    table = np.zeros((len(names), classes), np.int64)
    np.add.at(table, (position, labels), 1)
    return dict(zip(names.tolist(), table, strict=True))


def _without_twins(testing: Indices, group: Indices, pool: Indices) -> Indices:
    fresh = testing[~np.isin(group[testing], group[pool])]
    _, first = np.unique(group[fresh], return_index=True)
    return fresh[np.sort(first)]


def _pool(dataset: Dataset) -> Indices:
    """Return what may be trained with: everything that is not in a Testing folder."""
    return np.flatnonzero(np.array([origin != TESTING for origin in dataset.origin])).astype(np.int64)


def _testing(dataset: Dataset) -> Indices:
    return np.flatnonzero(np.array([origin == TESTING for origin in dataset.origin])).astype(np.int64)


def _by_class(dataset: Dataset, pool: Indices) -> list[Indices]:
    """Return the members of each class in the order of their names."""
    members = [pool[dataset.labels[pool] == label] for label in range(len(dataset.classes))]
    for name, found in zip(dataset.classes, members, strict=True):
        if _quota(found) == 0:
            raise MedquantError(
                f"the class {shown(name)} has {len(found)} images to train with; at least five are needed, so that "
                "a fifth can be held out"
            )
    return members


def _quota(members: Indices) -> int:
    return int(VALIDATION * len(members))
