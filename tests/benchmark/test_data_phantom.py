"""Phantoms are deterministic, show their class, and are neither trivial nor hopeless to tell apart."""

import time
from pathlib import Path

import numpy as np
import pytest

from benchmark.data.dataset import Dataset, FolderSource, open_dataset
from benchmark.data.phantom import CLASSES, phantom_image, phantom_plan, write_phantom
from db.errors import MedquantError


def drawn(seed: int, per_class: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    images = [phantom_image(seed, label, index, size) for label in range(4) for index in range(per_class)]
    return np.stack(images), np.repeat(np.arange(4), per_class)


def test_an_image_depends_on_seed_class_and_index_and_on_nothing_else() -> None:
    one = phantom_image(3, 1, 7, 48)
    np.random.default_rng(0).normal(size=100)
    np.testing.assert_array_equal(one, phantom_image(3, 1, 7, 48))
    for other in ((4, 1, 7), (3, 0, 7), (3, 1, 8)):
        assert (phantom_image(*other, 48) != one).mean() > 0.1


def test_a_larger_set_only_adds_images() -> None:
    small, large = phantom_plan(4), phantom_plan(9)
    keyed = dict(zip(large.names, zip(large.labels.tolist(), large.indices, strict=True), strict=True))
    assert all(
        keyed[name] == pair
        for name, pair in zip(
            small.names, zip(small.labels.tolist(), small.indices, strict=True), strict=True
        )
    )


def test_training_and_testing_never_show_the_same_phantom() -> None:
    plan = phantom_plan(50)
    assert len(set(zip(plan.labels.tolist(), plan.indices, strict=True))) == len(plan.names) == 4 * (50 + 13)


def test_images_are_grey_heads_on_a_dark_noisy_ground() -> None:
    images, _ = drawn(0, 5, 64)
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images[..., 0], images[..., 2])
    corners = images[:, :6, :6, 0].astype(float)
    middle = images[:, 16:48, 16:48, 0].astype(float)
    assert (middle.mean(axis=(1, 2)) > 3 * corners.mean(axis=(1, 2))).all()
    assert (corners.std(axis=(1, 2)) > 0.5).all()


def test_the_noise_of_the_ground_is_rayleigh_as_rician_noise_without_signal_is() -> None:
    corners = np.concatenate([phantom_image(0, 2, index, 256)[:14, :14, 0].ravel() for index in range(12)])
    per_image = corners.reshape(12, -1).astype(float)
    ratio = per_image.mean(axis=1) / per_image.std(axis=1)
    assert np.median(ratio) == pytest.approx(np.sqrt(np.pi / (4 - np.pi)), rel=0.08)  # 1.91; |Gauss| has 1.32


def test_the_same_head_is_drawn_at_every_size() -> None:
    large, small = phantom_image(0, 0, 1, 128)[..., 0], phantom_image(0, 0, 1, 32)[..., 0]
    reduced = large.reshape(32, 4, 32, 4).mean(axis=(1, 3))
    assert np.corrcoef(reduced.ravel(), small.ravel())[0, 1] > 0.97


def test_classes_can_be_learnt_better_than_by_chance_but_not_from_plain_pixels_at_once() -> None:
    train, labels = drawn(0, 100, 32)
    test, truth = drawn(1, 25, 32)
    features = [
        np.column_stack([part[..., 0].reshape(len(part), -1) / 255.0, np.ones(len(part))])
        for part in (train, test)
    ]
    gram = features[0] @ features[0].T + 30.0 * np.eye(len(labels))  # ridge regression on one-hot classes
    scores = features[1] @ features[0].T @ np.linalg.solve(gram, np.eye(4)[labels])
    accuracy = (scores.argmax(axis=1) == truth).mean()
    assert 0.35 < accuracy < 0.9


def test_the_lesion_is_what_sets_a_class_apart(phantom: Dataset) -> None:
    assert phantom.classes == CLASSES
    middle = {
        label: np.mean([phantom_image(0, label, i, 48)[21:25, 22:26] for i in range(40)]) for label in (2, 3)
    }
    assert middle[3] > middle[2] + 10  # a bright pituitary in the middle of the head


def test_eight_hundred_phantoms_take_seconds() -> None:
    start = time.process_time()
    for index in range(40):
        phantom_image(0, index % 4, index, 96)
    assert (time.process_time() - start) * 20 < 20


def test_phantoms_written_as_a_folder_are_the_same_and_stay_synthetic(
    phantom: Dataset, cache: Path, tmp_path: Path
) -> None:
    told: list[int] = []
    write_phantom(
        tmp_path / "set",
        per_class=6,
        size=32,
        seed=0,
        progress=lambda _stage, done, _total: told.append(done),
    )
    data = open_dataset(FolderSource(tmp_path / "set"), 32, cache=cache)
    assert data.synthetic
    np.testing.assert_array_equal(data.images, phantom.images)
    assert (data.classes, data.origin, data.labels.tolist()) == (
        CLASSES,
        phantom.origin,
        phantom.labels.tolist(),
    )
    assert told == list(range(1, 33))


def test_phantoms_are_not_written_over_anything(tmp_path: Path) -> None:
    (tmp_path / "scan.png").touch()
    with pytest.raises(MedquantError, match="is not empty; name a new folder"):
        write_phantom(tmp_path, per_class=1, size=16, seed=0)
    with pytest.raises(MedquantError, match=r"the phantoms cannot be written to .*scan\.png"):
        write_phantom(tmp_path / "scan.png", per_class=1, size=16, seed=0)
