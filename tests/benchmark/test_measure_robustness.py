"""What corrupted images and the comparison on them promise."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from benchmark.measure.corruptions import CORRUPTIONS, corrupt
from benchmark.measure.robustness import robustness
from db.errors import MedquantError

Images = NDArray[np.uint8]


@pytest.fixture
def slices() -> Images:
    """Return 70 grey images of 32 pixels: a bright ellipse with a lesion, each elsewhere."""
    down, across = np.mgrid[:32, :32]
    images = np.zeros((70, 32, 32), np.float64)
    for k in range(70):
        images[k] = 150.0 * (((down - 16) / 12) ** 2 + ((across - 16) / 9) ** 2 < 1)
        images[k, 8 + k % 10 : 12 + k % 10, 10 + k % 7 : 14 + k % 7] = 220
    return np.repeat(images.astype(np.uint8)[..., None], 3, axis=3)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_equal_seeds_corrupt_alike_and_leave_the_originals_alone(name: str, slices: Images) -> None:
    before = slices.copy()
    first = corrupt(slices, name, 2, seed=7)
    assert np.array_equal(first, corrupt(slices, name, 2, seed=7))
    assert np.array_equal(slices, before)
    assert (first.dtype, first.shape) == (np.uint8, slices.shape)
    assert np.array_equal(first[..., 0], first[..., 2])


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_severity_takes_images_further_from_the_originals(name: str, slices: Images) -> None:
    distances = [np.abs(corrupt(slices, name, s).astype(int) - slices).mean() for s in (1, 2, 3)]
    assert 0 < distances[0] < distances[1] < distances[2]


def test_noise_has_the_strength_that_is_told() -> None:
    grey = np.full((4, 64, 64, 3), 128, np.uint8)
    for name in ("rician_noise", "gaussian_noise"):
        for severity, strength in enumerate(CORRUPTIONS[name].strengths, 1):
            spread = corrupt(grey, name, severity)[..., 0].std()
            assert spread == pytest.approx(255 * strength, rel=0.05)


def test_rician_noise_lifts_the_dark_background_as_a_magnitude_does() -> None:
    black = np.zeros((4, 64, 64, 3), np.uint8)
    # The magnitude of complex noise is Rayleigh: its mean is σ·√(π/2).
    assert corrupt(black, "rician_noise", 2).mean() == pytest.approx(
        0.08 * 255 * np.sqrt(np.pi / 2), rel=0.03
    )


def test_rotation_is_that_of_scipy(slices: Images) -> None:
    turned = corrupt(slices, "rotation", 3)[3, ..., 0].astype(float)
    either = [
        ndimage.rotate(slices[3, ..., 0].astype(float), angle, reshape=False, order=1) for angle in (15, -15)
    ]
    inner = slice(4, -4)
    assert min(np.abs(turned - e)[inner, inner].max() for e in either) <= 0.51


def test_a_shift_moves_every_pixel_by_the_same_whole_step(slices: Images) -> None:
    moved = corrupt(slices, "shift", 3)[0]
    by = round(0.1 * 32)
    steps = [np.roll(slices[0], (a, b), axis=(0, 1)) for a in (by, -by) for b in (by, -by)]
    inner = slice(by, -by)
    assert sum(np.array_equal(moved[inner, inner], step[inner, inner]) for step in steps) == 1


def test_motion_blurs_down_the_image_and_not_across() -> None:
    stripes = np.zeros((1, 32, 32, 3), np.uint8)
    stripes[:, :, 10:20] = 200
    assert np.array_equal(corrupt(stripes, "motion", 3), stripes)
    assert not np.array_equal(
        corrupt(stripes.transpose(0, 2, 1, 3), "motion", 3), stripes.transpose(0, 2, 1, 3)
    )


def test_an_unknown_corruption_is_named_with_those_that_there_are(slices: Images) -> None:
    with pytest.raises(MedquantError, match=r"'fog'.*rician_noise"):
        corrupt(slices, "fog", 1)
    with pytest.raises(MedquantError, match="severities are 1 to 3"):
        corrupt(slices, "motion", 4)


def test_both_arms_see_the_same_corrupted_images_and_changes_are_paired(slices: Images) -> None:
    labels = np.arange(70) % 2
    seen: list[Images] = []

    def always_right(images: Images) -> NDArray[np.float64]:
        seen.append(images)
        return np.eye(2)[labels]

    def wrong_in_seven(images: Images) -> NDArray[np.float64]:
        seen.append(images)
        return np.eye(2)[np.where(np.arange(70) < 7, 1 - labels, labels)]

    steps: list[tuple[int, int]] = []
    rows = robustness(
        always_right,
        wrong_in_seven,
        slices,
        labels,
        ("a", "b"),
        corruptions=("gamma", "motion"),
        severities=(1, 3),
        progress=lambda _stage, done, total: steps.append((done, total)),
    )
    assert [(r.corruption, r.severity) for r in rows] == [
        ("gamma", 1),
        ("gamma", 3),
        ("motion", 1),
        ("motion", 3),
    ]
    assert all(np.array_equal(a, b) for a, b in zip(seen[::2], seen[1::2], strict=True))
    assert {(r.baseline.value, r.quantized.value, r.gained, r.lost) for r in rows} == {(1.0, 0.9, 0, 7)}
    assert rows[0].change.value == pytest.approx(-10)
    assert rows[0].change.ci_high < 0
    assert rows[0].mcnemar_p == pytest.approx(2 * 0.5**7)
    assert steps[-1] == (4, 4)
