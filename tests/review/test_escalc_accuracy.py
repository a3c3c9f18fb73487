"""Accuracy differences, log ratios and shared baselines agree with what the database side computes."""

import json
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.vocabulary import ChangeKind
from review.effects import difference
from review.effects import log_ratio as recorded_log_ratio
from review.meta.errors import InvalidInput
from review.meta.escalc.accuracy import (
    PHI_GRID,
    accuracy_difference,
    accuracy_difference_from_margins,
    phi_range,
    phi_sensitivity,
)
from review.meta.escalc.log_ratio import log_ratio
from review.meta.escalc.means import mean_difference
from review.meta.escalc.paired_counts import paired_risk_difference
from review.meta.escalc.paired_means import mean_change
from review.meta.escalc.shared_baseline import (
    accuracy_differences,
    accuracy_differences_from_images,
    log_ratios,
    log_ratios_of_means,
    mean_differences,
    risk_differences,
)
from review.meta.univariate import random_effects
from review.paired_variance import (
    paired_variance_from_counts,
    paired_variance_from_margins,
    paired_variance_from_sds,
)
from review.paired_variance import phi_range as recorded_phi_range

SHARE = st.integers(1, 999).map(lambda n: n / 1000)
PHI = st.integers(-100, 100).map(lambda n: n / 100)


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 5000))
def test_counts_give_the_variance_of_the_database_side(gained: int, lost: int, unchanged: int) -> None:
    n = gained + lost + unchanged
    if n == 0:
        return
    expected = paired_variance_from_counts(gained, lost, n)
    found = accuracy_difference([gained], [lost], [n], unit="percent")
    assert found.yi[0] == pytest.approx((gained - lost) / n * 100, rel=1e-12, abs=1e-15)
    if expected is None:
        assert math.isnan(found.vi[0])
        assert found.omitted[0].why.startswith("no sampling variance: it would be 0")
    else:
        assert found.vi[0] == pytest.approx(expected, rel=1e-12)


@settings(deadline=None)
@given(SHARE, SHARE, st.integers(2, 5000), PHI)
def test_margins_give_the_variance_of_the_database_side(p: float, q: float, n: int, phi: float) -> None:
    expected = paired_variance_from_margins(p, q, n, phi)
    found = accuracy_difference_from_margins([p], [q], [n], phi=phi)
    # their difference of like numbers loses digits where phi is near 1: compare on the scale of its terms
    scale = (p * (1 - p) + q * (1 - q)) / n
    assert (0 if math.isnan(found.vi[0]) else found.vi[0]) == pytest.approx(
        expected / 1e4, rel=0, abs=1e-14 * scale
    )


@settings(deadline=None)
@given(SHARE, SHARE)
def test_range_of_phi_is_that_of_the_database_side(p: float, q: float) -> None:
    low, high = phi_range([p], [q])
    assert (low[0], high[0]) == pytest.approx(recorded_phi_range(p, q), rel=1e-12)


@pytest.mark.parametrize("unit", ["percent", "share"])
def test_difference_and_log_ratio_are_those_of_the_database_side(unit: str) -> None:
    b, q = Decimal("91.3"), Decimal("90.85")
    recorded = difference(ChangeKind.NONE, None, "percent", b, q)
    scale = 1 if unit == "percent" else 100
    found = accuracy_difference_from_margins([91.3 / scale], [90.85 / scale], [400], unit=unit)  # type: ignore[arg-type]
    assert found.yi[0] * scale == pytest.approx(recorded, rel=1e-12)
    ratio = recorded_log_ratio(ChangeKind.NONE, None, Decimal("44.7"), Decimal("11.3"))
    assert log_ratio([11.3], [44.7]).yi[0] == pytest.approx(ratio, rel=1e-12)
    assert log_ratio([11.3], [44.7], inverse=True).yi[0] == pytest.approx(-ratio, rel=1e-12)


def test_standard_deviations_give_the_variance_of_the_database_side() -> None:
    found = mean_change([0.9], [4.0], [0.8], [5.0], [30], [0.5])
    assert found.vi[0] == pytest.approx(paired_variance_from_sds(4.0, 5.0, 30, 0.5), rel=1e-12)


def test_counts_equal_the_paired_risk_difference_of_the_whole_table() -> None:
    cells = paired_risk_difference([850, 412], [30, 25], [18, 40], [102, 23])
    counts = accuracy_difference([30, 25], [18, 40], [1000, 500])
    assert list(counts.yi) == pytest.approx(list(cells.yi), rel=1e-12)
    assert list(counts.vi) == pytest.approx(list(cells.vi), rel=1e-12)


def test_phi_is_clipped_to_what_the_accuracies_allow_and_the_row_is_named() -> None:
    found = accuracy_difference_from_margins([0.9, 0.9], [0.9, 0.6], [100, 100], phi=0.8, labels=["a", "b"])
    high = phi_range([0.9], [0.6])[1][0]
    assert high == pytest.approx(math.sqrt(0.1 * 0.6 / (0.9 * 0.4)), rel=1e-12)
    # at the upper end every change goes one way: variance (d − d²) / n
    assert found.vi[1] == pytest.approx((0.3 - 0.09) / 100, rel=1e-12)
    assert found.correction == "phi = 0.8 assumed, clipped to the range that the accuracies allow in row b"


def test_the_sensitivity_grid_reports_the_variance_at_every_phi() -> None:
    found = phi_sensitivity([90, 100], [85, 100], [500, 500], unit="percent")
    assert found.vi.shape == (len(PHI_GRID), 2)
    for i, phi in enumerate(PHI_GRID):
        one = accuracy_difference_from_margins([90], [85], [500], phi=phi, unit="percent")
        assert found.vi[i, 0] == one.vi[0]
    assert list(found.phi) == list(PHI_GRID)
    assert (np.diff(found.vi[:, 0]) <= 0).all()
    assert found.used[-1, 0] == found.high[0] < 0.9
    assert np.isnan(found.vi[:, 1]).all()
    assert [x.row for x in found.omitted] == [2]


def test_perfect_agreement_of_equal_accuracies_has_no_variance() -> None:
    found = accuracy_difference_from_margins([0.87], [0.87], [300], phi=1.0)
    assert found.yi[0] == 0
    assert math.isnan(found.vi[0])
    assert "claims certainty" in found.omitted[0].why


def test_log_ratios_without_variance_keep_their_effect() -> None:
    found = log_ratio([25.0, 0.0], [100.0, 50.0])
    assert found.yi[0] == pytest.approx(math.log(0.25), rel=1e-15)
    assert np.isnan(found.vi).all()
    assert "no sampling variance is reported" in found.omitted[0].why
    assert "quantized is not above 0" in found.omitted[1].why


def right(seed: int, k: int = 3, n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    b = rng.random(n) < 0.85
    return b, np.array([np.where(rng.random(n) < 0.1 * (i + 1), ~b, b) for i in range(k)])


def test_single_images_give_mcnemars_variances_and_the_covariance_of_the_changes() -> None:
    b, arms = right(1)
    found = accuracy_differences_from_images(b, arms, unit="percent")
    gained, lost = (arms & ~b).sum(axis=1), (~arms & b).sum(axis=1)
    counts = accuracy_difference(gained, lost, b.size, unit="percent")
    assert list(found.yi) == pytest.approx(list(counts.yi), rel=1e-12)
    assert list(found.vi) == pytest.approx(list(counts.vi), rel=1e-12)
    change = 100 * (arms.astype(float) - b)
    assert pytest.approx(np.cov(change, bias=True) / b.size, rel=1e-10) == found.V


def test_margins_with_the_true_phi_give_the_covariance_of_single_images() -> None:
    # two arms and a baseline whose three correlations are equal: 20 images of each pattern, and some of all right
    patterns = np.repeat(
        [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]], [10, 20, 20, 20, 130], axis=0
    )
    b, arms = patterns[:, 0], patterns[:, 1:].T
    phi = float(np.corrcoef(patterns.T)[0, 1])
    exact = accuracy_differences_from_images(b, arms)
    found = accuracy_differences(
        [b.mean()] * 2, arms.mean(axis=1), [b.size] * 2, baseline=["net", "net"], phi=phi
    )
    assert pytest.approx(exact.V, rel=1e-12) == found.V


def test_independent_arms_share_the_variance_of_their_baseline_alone() -> None:
    found = risk_differences([30, 20, 5], [70, 80, 95], [40, 40, 9], [60, 60, 41], baseline=["a", "a", "b"])
    shared = 0.4 * 0.6 / 100
    assert found.V[0, 1] == found.V[1, 0] == pytest.approx(shared, rel=1e-12)
    assert found.V[0, 2] == found.V[1, 2] == 0
    assert found.vi[0] == pytest.approx(0.3 * 0.7 / 100 + shared, rel=1e-12)
    assert found.correlation[0, 1] == pytest.approx(shared / math.sqrt(found.vi[0] * found.vi[1]), rel=1e-12)


def test_log_ratios_of_means_share_the_squared_coefficient_of_variation() -> None:
    given = ([12.0, 15.0], [2.0, 3.0], [10, 12], [20.0, 20.0], [4.0, 4.0], [16, 16])
    found = log_ratios_of_means(*given, baseline=["float", "float"], correct=False)
    assert found.V[0, 1] == pytest.approx(0.2**2 / 16, rel=1e-12)
    assert found.vi[0] == pytest.approx((2 / 12) ** 2 / 10 + 0.2**2 / 16, rel=1e-12)
    logs = log_ratios(
        [12.0, 15.0],
        [20.0, 20.0],
        variance=[(2 / 12) ** 2 / 10, (3 / 15) ** 2 / 12],
        reference_variance=0.2**2 / 16,
        baseline=["float", "float"],
    )
    assert pytest.approx(found.V, rel=1e-12) == logs.V
    assert list(logs.yi) == pytest.approx(list(found.yi), rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_contrast_of_two_arms_does_not_depend_on_their_baseline(seed: int) -> None:
    rng = np.random.default_rng(seed)
    m, sd, n = rng.normal(size=2), rng.uniform(1, 3, 2), rng.integers(5, 50, 2)
    found = mean_differences(m, sd, n, [0.3] * 2, [1.7] * 2, [9] * 2, baseline=["c", "c"])
    contrast = np.array([1.0, -1.0])
    direct = mean_difference(m[:1], sd[:1], n[:1], m[1:], sd[1:], n[1:])
    assert contrast @ found.yi == pytest.approx(direct.yi[0], rel=1e-12)
    assert contrast @ found.V @ contrast == pytest.approx(direct.vi[0], rel=1e-12)


def test_rows_without_variance_leave_the_matrix_and_are_listed() -> None:
    b, arms = right(2)
    found = accuracy_differences_from_images(b, np.vstack([arms[0], b, arms[1]]), labels=["w8", "same", "w4"])
    assert found.rows == ("w8", "w4")
    assert found.V.shape == (2, 2)
    assert [x.row for x in found.omitted] == ["same"]
    assert json.loads(found.to_json())["V"] == found.V.tolist()
    assert "left out: row same (no sampling variance" in str(found)


def test_two_equal_arms_bring_a_warning_of_a_singular_matrix() -> None:
    b, arms = right(3)
    found = accuracy_differences_from_images(b, arms[[0, 0]])
    assert any("singular" in text for text in found.warnings)
    assert accuracy_differences_from_images(b, arms).warnings == ()


def test_baselines_that_disagree_are_refused_by_row() -> None:
    with pytest.raises(InvalidInput, match="rows 1 and 2 name one baseline \\(a\\) but its values differ"):
        risk_differences([3, 4], [7, 6], [5, 6], [5, 4], baseline=["a", "a"])
    with pytest.raises(
        InvalidInput, match="rows 1 and 2 name one baseline \\(a\\) but differ in its accuracy"
    ):
        accuracy_differences([0.9, 0.8], [0.9, 0.7], [50, 50], baseline=["a", "a"])
    with pytest.raises(InvalidInput, match="row 2 has no baseline"):
        risk_differences([3, 4], [7, 6], [5, 5], [5, 5], baseline=["a", None])
    with pytest.raises(InvalidInput, match="baseline has 1 entries but there are 2 rows"):
        risk_differences([3, 4], [7, 6], [5, 5], [5, 5], baseline=["a"])


def test_a_correlation_that_cannot_hold_between_all_networks_is_refused() -> None:
    # three binary results cannot all be correlated −0.9 with each other
    with pytest.raises(InvalidInput, match="cannot hold between 4 networks at once"):
        accuracy_differences([0.5] * 3, [0.5, 0.5, 0.5], [100] * 3, baseline=["a"] * 3, phi=-0.9)


def test_effect_sizes_go_straight_into_a_pool() -> None:
    effects = accuracy_difference([5, 9, 0, 4], [8, 20, 0, 11], [400, 500, 300, 250], unit="percent")
    pooled = random_effects(effects.yi, effects.vi, labels=effects.rows)
    assert pooled.k == 3
    assert [x.row for x in pooled.excluded_rows] == [3]
