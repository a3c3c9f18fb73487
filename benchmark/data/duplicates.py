"""Duplicates: files that are the same byte for byte, and images that show the same though their files differ."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmark.arms import Progress, silent
from benchmark.data.dataset import Dataset, Source, open_dataset

THRESHOLD = 0.99
"""Images whose thumbnails correlate more than this, at both sides of `SIDES`, are near duplicates."""

SIDES = (24, 48)
COMPARED_AT = 96
"""Pixels a side of the images that `duplicates_of` compares, whatever size a network takes: a pair at the threshold
would otherwise be one at one size and none at another, and the grouped split would change with the network."""

HASH_BITS = 64
HASH_DISTANCE = 8
"""Pairs whose perceptual hashes differ in more bits than this are not compared any further."""

_BLOCK = 1024

Ids = NDArray[np.int64]
Thumbnails = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Duplicates:
    """Which images of a set are the same.

    Attributes
    ----------
    content
        int64 [n]: images with equal numbers come from files that are equal byte for byte.
    near
        int64 [m, 2]: pairs of numbers of `content` whose images show the same.
    groups
        int64 [n]: images with equal numbers are joined by a chain of exact or near duplicates.
    """

    content: Ids
    near: Ids
    groups: Ids

    def exact_twins(self, images: Ids, others: Ids) -> NDArray[np.bool_]:
        """Tell for each of `images` (indices) whether one of `others` has an equal file."""
        return np.isin(self.content[images], self.content[others])

    def twins(self, images: Ids, others: Ids) -> NDArray[np.bool_]:
        """Tell for each of `images` (indices) whether one of `others` is an exact or near duplicate of it.

        Notes
        -----
        Pairs count, not chains: what is alike only by way of a third image does not.
        """
        left, right = self.near[:, 0], self.near[:, 1]
        there = self.content[others]
        alike = np.concatenate([there, right[np.isin(left, there)], left[np.isin(right, there)]])
        return np.isin(self.content[images], alike)


def duplicates_of(source: Source, *, cache: Path, progress: Progress = silent) -> Duplicates:
    """Find the duplicates of a source's images: those of `open_dataset` at any size, in the same order.

    Raises
    ------
    MedquantError
        If the set cannot be opened.
    """
    return find_duplicates(
        open_dataset(source, COMPARED_AT, cache=cache, progress=progress), progress=progress
    )


def find_duplicates(dataset: Dataset, *, progress: Progress = silent) -> Duplicates:
    """Find the exact and near duplicates of a set.

    Parameters
    ----------
    dataset
        The set; near duplicates are judged by its decoded images.
    progress
        Told of images compared.

    Notes
    -----
    Exact: the SHA-256 of the files. Near: perceptual hashes name the candidates, and the normalised correlation of grey
    thumbnails of 24 × 24 and of 48 × 48 pixels decides, both above 0.99. It finds images saved again, resized or recompressed;
    it does not find neighbouring slices of one patient, of which a set without patients' names says nothing. An
    image of one grey has no correlation and therefore no near duplicate.

    Reference
    ---------
    Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010, section 3.2.1 (DCT hash).
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    _, first, content = np.unique(np.array(dataset.digests), return_index=True, return_inverse=True)
    near = near_pairs(dataset.images[first], progress)
    links = coo_array((np.ones(len(near), np.int8), (near[:, 0], near[:, 1])), shape=(len(first), len(first)))
    _, group = connected_components(links, directed=False)
    return Duplicates(content.astype(np.int64), near, group[content].astype(np.int64))


def near_pairs(images: NDArray[np.uint8], progress: Progress = silent) -> Ids:
    """Return the pairs i < j of images that show the same, int64 [m, 2].

    Parameters
    ----------
    images
        uint8 [n, size, size, 3].
    progress
        Told of images compared.
    """
    grey = [Image.fromarray(image).convert("L") for image in images]
    signs = np.where(perceptual_hashes(grey), np.float32(1), np.float32(-1))
    units = [_units(_thumbnails(grey, side)) for side in SIDES]
    found = [np.empty((0, 2), np.int64)]
    for start in range(0, len(grey), _BLOCK):
        rows = slice(start, start + _BLOCK)
        distance = (HASH_BITS - signs[rows] @ signs[start:].T) / 2
        left, right = np.nonzero(np.triu(distance <= HASH_DISTANCE, k=1))
        pairs = np.column_stack([left, right]).astype(np.int64) + start
        for unit in units:
            pairs = pairs[_correlations(unit, pairs) > THRESHOLD]
        found.append(pairs)
        progress("comparing images", min(start + _BLOCK, len(grey)), len(grey))
    return np.concatenate(found)


def perceptual_hashes(grey: list[Image.Image]) -> NDArray[np.bool_]:
    """Return the DCT hash of grey images: which of the 64 lowest frequencies of 32 × 32 pixels exceed their median.

    Returns
    -------
    numpy.ndarray
        bool [n, 64].
    """
    from scipy.fft import dctn

    low = np.asarray(dctn(_thumbnails(grey, 32), axes=(1, 2), norm="ortho"))[:, :8, :8].reshape(-1, HASH_BITS)
    return np.asarray(low > np.median(low[:, 1:], axis=1, keepdims=True), np.bool_)


def _thumbnails(grey: list[Image.Image], side: int) -> Thumbnails:
    small = [np.asarray(image.resize((side, side), Image.Resampling.BILINEAR), np.float32) for image in grey]
    return np.stack(small)


def _units(thumbnails: Thumbnails) -> Thumbnails:
    """Return each thumbnail with mean 0 and length 1: a dot product of two is then their correlation."""
    flat = thumbnails.reshape(len(thumbnails), -1)
    centred = flat - flat.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(lengths, np.float32(1e-3)), np.float32)


def _correlations(units: Thumbnails, pairs: Ids) -> Thumbnails:
    found = np.empty(len(pairs), np.float32)
    for start in range(0, len(pairs), _BLOCK):
        part = pairs[start : start + _BLOCK]
        found[start : start + _BLOCK] = np.einsum("ij,ij->i", units[part[:, 0]], units[part[:, 1]])
    return found
