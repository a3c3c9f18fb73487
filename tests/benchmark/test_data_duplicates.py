"""Duplicates are found when they are there, and leakage counts them where they do harm."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from benchmark.data.dataset import Dataset, FolderSource, PhantomSource, open_dataset
from benchmark.data.duplicates import COMPARED_AT, duplicates_of, find_duplicates, near_pairs
from benchmark.data.leakage import leakage
from benchmark.data.splits import Split, grouped_split, paper_split


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return open_dataset(PhantomSource(per_class=10), 96, cache=tmp_path_factory.mktemp("heads"))


def copies(heads: Dataset, made: dict[int, np.ndarray]) -> Dataset:
    """Return the heads with some images replaced by others."""
    images = np.array(heads.images)
    digests = list(heads.digests)
    for index, image in made.items():
        images[index] = image
        digests[index] = next(
            (d for i, d in zip(heads.images, heads.digests, strict=True) if (i == image).all()),
            f"new {index}",
        )
    return replace(heads, images=images, digests=tuple(digests))


def recompressed(image: np.ndarray, quality: int = 60) -> np.ndarray:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def brighter(image: np.ndarray) -> np.ndarray:
    return np.asarray(np.clip(image * 0.8 + 20, 0, 255), np.uint8)


def resized(image: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(image).resize((150, 150)).resize((96, 96)).filter(ImageFilter.SMOOTH))


def test_different_heads_are_no_duplicates(heads: Dataset) -> None:
    found = find_duplicates(heads)
    assert len(found.near) == 0
    assert len(set(found.groups.tolist())) == len(heads)


@pytest.mark.parametrize("change", [recompressed, brighter, resized])
def test_an_image_saved_again_is_a_near_duplicate(heads: Dataset, change: object) -> None:
    found = find_duplicates(copies(heads, {30: change(heads.images[2])}))  # type: ignore[operator]
    assert found.content[30] != found.content[2]
    assert found.groups[30] == found.groups[2]
    assert len(set(found.groups.tolist())) == len(heads) - 1


def test_an_image_turned_upside_down_is_no_duplicate(heads: Dataset) -> None:
    assert len(find_duplicates(copies(heads, {30: heads.images[2][::-1]})).near) == 0


def test_near_duplicates_are_those_of_the_full_correlation_matrix(heads: Dataset) -> None:
    rng = np.random.default_rng(0)
    images = np.stack([*heads.images[:12], *(recompressed(image, 30) for image in heads.images[:6])])
    noisy = np.clip(images + rng.normal(0, 25, images.shape), 0, 255).astype(np.uint8)
    both = np.concatenate([images, noisy])
    expected = np.ones((len(both), len(both)), bool)
    for side in (24, 48):
        small = [
            np.asarray(Image.fromarray(i).convert("L").resize((side, side), Image.Resampling.BILINEAR))
            for i in both
        ]
        expected &= np.corrcoef([image.ravel() for image in small]) > 0.99
    left, right = np.nonzero(np.triu(expected, 1))
    assert len(left) >= 6
    assert {*map(tuple, near_pairs(both).tolist())} == {*zip(left.tolist(), right.tolist(), strict=True)}


def test_images_of_one_grey_are_not_near_duplicates_of_each_other() -> None:
    flat = np.stack([np.full((32, 32, 3), grey, np.uint8) for grey in (0, 10, 200)])
    assert len(near_pairs(flat)) == 0


def test_pairs_far_apart_in_a_large_set_are_found() -> None:
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (1100, 16, 16, 3), dtype=np.uint8)
    images[1090] = images[3]
    images[1091] = images[1080]
    assert near_pairs(images).tolist() == [[3, 1090], [1080, 1091]]


def test_the_groups_do_not_change_with_the_size_a_network_takes(image_folder: Path, cache: Path) -> None:
    source = FolderSource(image_folder)
    found = duplicates_of(source, cache=cache)
    expected = find_duplicates(open_dataset(source, COMPARED_AT, cache=cache))
    assert found.groups.tolist() == expected.groups.tolist()
    assert len(found.groups) == len(open_dataset(source, 16, cache=cache))


def test_leakage_counts_exact_and_near_by_class_and_the_grouped_split_has_none(heads: Dataset) -> None:
    split = paper_split(heads)
    trained, held = split.training, split.validation
    chain = recompressed(heads.images[trained[9]])
    data = copies(
        heads,
        {
            int(held[0]): heads.images[trained[0]],  # an exact copy
            int(held[3]): recompressed(heads.images[trained[1]]),  # a near one, of another class
            int(split.testing[4]): heads.images[held[5]],  # of a validation image only
            int(split.testing[5]): chain,
        },
    )
    found = find_duplicates(data)
    result = leakage(data, split, found)
    validation, testing, testing_seen = result.leaks
    counts = [(leak.total.images, leak.total.exact, leak.total.near) for leak in result.leaks]
    assert counts == [(8, 1, 2), (12, 0, 1), (12, 1, 2)]
    label = data.classes[int(data.labels[held[3]])]
    assert dict(validation.by_class)[label].near == 1
    assert sum(count.near for _, count in testing_seen.by_class) == 2
    assert json.loads(json.dumps(result.facts()))["leaks"][0]["by_class"][label] == {
        "images": 2,
        "exact": 0,
        "near": 1,
    }
    assert (
        "validation: 2 of 8 images (25.0 %) have a duplicate among the 32 of training; 1 of them byte for byte"
        in result.as_text()
    )
    assert testing.other_images == 32
    grouped = grouped_split(data, found.groups)
    assert [leak.total.near for leak in leakage(data, grouped, found).leaks] == [0, 0, 0]
    assert not {int(split.testing[4]), int(split.testing[5])} & set(grouped.testing.tolist())


def test_pairs_count_for_leakage_and_chains_do_not(heads: Dataset) -> None:
    found = find_duplicates(heads)
    chained = replace(
        found, near=np.array([[found.content[0], found.content[1]], [found.content[1], found.content[2]]])
    )
    assert chained.twins(np.array([0, 1, 2]), np.array([2])).tolist() == [False, True, True]


def test_leakage_of_a_set_without_testing_images_counts_none(heads: Dataset) -> None:
    split = paper_split(heads)
    bare = Split("paper", split.training, split.validation, np.empty(0, np.int64))
    result = leakage(heads, bare, find_duplicates(heads))
    assert [leak.total.images for leak in result.leaks] == [8, 0, 0]
    assert "testing: 0 of 0 images have" in result.as_text()
