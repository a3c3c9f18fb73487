"""Seeds and images: golden hand calculations of the variance, and equivalence tests at their edges."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm, t

from review.meta.repeated import (
    Equivalence,
    RepeatedMean,
    equivalence,
    repeated_change,
    repeated_counts,
    repeated_level,
    repeated_values,
)

Z = norm.ppf(0.975)
IMAGES = np.array([f"image {i}" for i in range(10)])


def arms(gained: int, lost: int, n: int = 10) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return baseline and quantized arm of n images: `gained` first, then `lost`, the rest both right."""
    place = np.arange(n)
    return place >= gained, (place < gained) | (place >= gained + lost)


def exact(value: float, spread: float = 0.0) -> RepeatedMean:
    return RepeatedMean(value, value, spread, math.inf, (value,), 0)


def test_one_seed_gives_the_interval_of_bonett_and_price() -> None:
    baseline, quantized = arms(3, 1)
    found = repeated_change([baseline], [quantized], [IMAGES])
    # (3 + 1) / 12 - (1 + 1) / 12, variance (4/12 + 2/12 - (2/12)^2) / 12
    centre, variance = 2 / 12, (6 / 12 - (2 / 12) ** 2) / 12
    assert (found.value, found.centre) == (pytest.approx(20), pytest.approx(100 * centre))
    assert found.variance == pytest.approx(1e4 * variance)
    assert found.interval(95) == pytest.approx(
        (100 * (centre - Z * math.sqrt(variance)), 100 * (centre + Z * math.sqrt(variance)))
    )
    assert (found.clusters, found.seed_sd, found.df) == (10, None, math.inf)


def test_three_identical_seeds_are_clusters_of_three_cells() -> None:
    baseline, quantized = arms(3, 1)
    found = repeated_change([baseline] * 3, [quantized] * 3, [IMAGES] * 3)
    # totals 3, 3, 3, -3 and six 0 of size 3, and the cells 1 and -1 of size 1; centre (9 - 3) / 32 = 0.1875
    squares = (
        3 * (3 - 0.5625) ** 2 + (-3 - 0.5625) ** 2 + 6 * 0.5625**2 + (1 - 0.1875) ** 2 + (-1 - 0.1875) ** 2
    )
    assert found.centre == pytest.approx(18.75)
    assert found.variance == pytest.approx(1e4 * squares / 32**2)
    assert (found.by_seed, found.seed_sd, found.df) == ((20.0, 20.0, 20.0), 0.0, math.inf)


@pytest.mark.parametrize("seeds", [1, 3])
def test_no_change_at_all_is_no_certainty(seeds: int) -> None:
    baseline, quantized = arms(0, 0)
    found = repeated_change([baseline] * seeds, [quantized] * seeds, [IMAGES] * seeds)
    half = 100 * Z * math.sqrt(2) / (10 * seeds + 2)
    assert found.interval(95) == pytest.approx((-half, half))


def test_seeds_that_differ_add_their_spread_and_their_degrees_of_freedom() -> None:
    pairs = [arms(3, 1), arms(0, 0), arms(0, 4)]
    found = repeated_change([b for b, _ in pairs], [q for _, q in pairs], [IMAGES] * 3)
    assert found.by_seed == pytest.approx((20, 0, -40))
    between = np.var([20, 0, -40], ddof=1) / 3
    totals = sum(q.astype(int) - b.astype(int) for b, q in pairs)
    centre = totals.sum() / 32
    within = 1e4 * (((totals - 3 * centre) ** 2).sum() + (1 - centre) ** 2 + (1 + centre) ** 2) / 32**2
    assert found.variance == pytest.approx(within + between)
    df = (within + between) ** 2 / (between**2 / 2)
    assert found.df == pytest.approx(df)
    half = t.ppf(0.95, df) * math.sqrt(within + between)
    assert found.interval(90) == pytest.approx((100 * centre - half, 100 * centre + half))


def test_images_that_seeds_do_not_share_are_images_of_their_own() -> None:
    baseline, quantized = arms(3, 1)
    other = np.array([f"other {i}" for i in range(10)])
    found = repeated_change([baseline] * 2, [quantized] * 2, [IMAGES, other])
    once = repeated_change([np.tile(baseline, 2)], [np.tile(quantized, 2)], [np.append(IMAGES, other)])
    assert found.clusters == 20
    assert (found.centre, found.variance) == (pytest.approx(once.centre), pytest.approx(once.variance))


def test_one_level_gives_the_interval_of_agresti_and_coull() -> None:
    found = repeated_level([np.arange(10) < 8], [IMAGES])
    share = 10 / 14
    half = 100 * Z * math.sqrt(share * (1 - share) / 14)
    assert found.value == pytest.approx(80)
    assert found.interval(95) == pytest.approx((100 * share - half, 100 * share + half))


def test_counts_alone_give_one_seed_the_same_and_several_seeds_no_less() -> None:
    baseline, quantized = arms(3, 1)
    whole = repeated_change([baseline], [quantized], [IMAGES])
    counts = repeated_counts([3], [1], [10])
    assert counts.interval(95) == pytest.approx(whole.interval(95))
    thrice = repeated_counts([3] * 3, [1] * 3, [10] * 3)
    assert thrice.variance == pytest.approx(whole.variance)


def test_values_take_their_seeds_spread_and_what_variance_is_known() -> None:
    assert repeated_values([0.5], [None]).interval() is None
    assert repeated_values([0.5], [None], exact=True).interval() == (0.5, 0.5)
    spread = repeated_values([1.0, 2.0, 3.0], [None] * 3)
    assert (spread.variance, spread.df) == (pytest.approx(1 / 3), pytest.approx(2))
    assert repeated_values([1.0, 1.0], [0.4, 0.2]).variance == pytest.approx(0.15)
    assert repeated_values([1.0, 1.0], [0.4, 0.2], shared=True).variance == pytest.approx(0.3)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Images are prone to change, seeds make them change more or less: 95 % intervals hold the true change."""
    random = np.random.default_rng(7)
    n, seeds, runs, held = 300, 3, 400, 0
    images = np.array([f"image {i}" for i in range(n)])
    for _ in range(runs):
        prone = random.choice([1, -1, 0], p=[0.08, 0.06, 0.86], size=n)
        changes = [prone * (random.random(n) < random.uniform(0.3, 0.9)) for _ in range(seeds)]
        found = repeated_change([c <= 0 for c in changes], [c >= 0 for c in changes], [images] * seeds)
        low, high = found.interval(95) or (0, 0)
        held += low <= 100 * (0.08 - 0.06) * 0.6 <= high
    assert 0.94 <= held / runs < 1


@pytest.mark.parametrize(
    ("low", "high", "within", "outside"),
    [
        (-0.4, 0.4, True, False),
        (-0.5, 0.5, True, False),  # the edge still belongs to the tolerance
        (-0.5, 0.51, False, False),
        (0.3, 0.7, False, False),
        (0.5, 0.7, False, False),
        (0.51, 0.7, False, True),
        (-0.9, -0.51, False, True),
        (-2.0, 2.0, False, False),
    ],
)
def test_an_interval_is_within_outside_or_neither(
    low: float, high: float, *, within: bool, outside: bool
) -> None:
    found = Equivalence(low, high, 0.5)
    assert (found.within, found.outside) == (within, outside)


def test_equivalence_is_two_one_sided_tests_at_five_percent() -> None:
    spread = 0.04
    found = equivalence(exact(1.0, spread), 0.9, 0.45)
    assert found is not None
    p = [1 - norm.cdf((0.1 + 0.45) / 0.2), norm.cdf((0.1 - 0.45) / 0.2)]
    assert found.within == (max(p) < 0.05)
    assert (found.low, found.high) == pytest.approx((0.1 - norm.ppf(0.95) * 0.2, 0.1 + norm.ppf(0.95) * 0.2))


def test_what_has_no_error_is_compared_as_it_is() -> None:
    assert equivalence(exact(1.0), 1.0, 0.1) == Equivalence(0.0, 0.0, 0.1)
    assert equivalence(RepeatedMean(1.0, 1.0, None, math.inf, (1.0,), 0), 1.0, 0.1) is None
