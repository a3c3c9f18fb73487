"""What the comparison of two arms on the same images promises."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import confint_proportions_2indep

from benchmark.measure.intervals import bonett_price, newcombe
from benchmark.measure.paired import compare, mcnemar_exact
from benchmark.measure.scores import score
from db.errors import MedquantError

CLASSES = ("a", "b", "c")


def some_arms(
    n: int = 300, noise: float = 0.3, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 3, n)
    logits = generator.normal(size=(n, 3)) + 1.5 * np.eye(3)[labels]
    both = (logits, logits + noise * generator.normal(size=logits.shape))
    first, second = (np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) for z in both)
    return first, second, labels


@pytest.mark.parametrize(("gained", "lost"), [p for p in product(range(0, 30, 3), repeat=2) if sum(p)])
def test_mcnemars_exact_test_is_statsmodels(gained: int, lost: int) -> None:
    expected = mcnemar([[100, gained], [lost, 50]], exact=True).pvalue
    assert mcnemar_exact(gained, lost) == pytest.approx(expected, abs=1e-12)


def test_without_flips_nothing_is_divided_by_zero_and_accuracy_keeps_its_interval() -> None:
    first, _, labels = some_arms()
    result = compare(first, first, labels, CLASSES)
    assert (result.gained, result.lost, result.mcnemar_p, result.flips) == (0, 0, 1.0, ())
    assert result.accuracy.value == 0
    assert result.accuracy.ci_low < 0 < result.accuracy.ci_high
    assert (result.macro_f1.value, result.macro_f1.ci_low) == (0, None)
    assert (result.macro_auc.value, result.macro_auc.ci_low) == (0, None)
    assert (result.agreement.value, result.probability_change.value) == (1, 0)


def test_the_adjusted_wald_interval_is_the_hand_calculation() -> None:
    # n = 10, gained 3, lost 1: (4 − 2) / 12 ± 1.959964 · √((6/12 − (2/12)²) / 12)
    assert bonett_price(3, 1, 10) == pytest.approx((-0.2221373, 0.5554706), abs=1e-6)


def test_newcombes_interval_is_that_of_the_paper() -> None:
    # Newcombe (1998), paired example 36, 12, 2, 0: method 10.
    assert newcombe(36, 12, 2, 0) == pytest.approx((0.0569, 0.3404), abs=5e-5)


@pytest.mark.parametrize("table", [(36, 18, 12, 6), (10, 40, 10, 40), (0, 7, 0, 3)])
def test_newcombes_interval_of_uncorrelated_arms_is_that_of_independent_samples(
    table: tuple[int, int, int, int],
) -> None:
    both, gained, lost, _neither = table
    n = sum(table)
    expected = confint_proportions_2indep(both + gained, n, both + lost, n, method="newcomb", compare="diff")
    assert newcombe(*table) == pytest.approx(expected, abs=1e-9)


def test_the_interval_of_the_accuracy_change_covers_as_often_as_it_says() -> None:
    generator = np.random.default_rng(0)
    for up, down in ((0.02, 0.02), (0.05, 0.01)):
        draws = generator.multinomial(573, [up, down, 1 - up - down], size=2000)
        covered = [low <= up - down <= high for low, high in (bonett_price(g, w, 573) for g, w, _ in draws)]
        assert 0.935 <= np.mean(covered) <= 0.975


def test_every_flip_is_listed_with_both_arms_probabilities() -> None:
    baseline = np.array([[0.8, 0.2], [0.6, 0.4], [0.3, 0.7], [0.9, 0.1]])
    quantized = np.array([[0.7, 0.3], [0.4, 0.6], [0.6, 0.4], [0.9, 0.1]])
    result = compare(baseline, quantized, np.array([0, 0, 0, 1]), ("a", "b"))
    assert (result.both_right, result.gained, result.lost, result.both_wrong) == (1, 1, 1, 1)
    assert [(f.index, f.true, f.baseline, f.quantized) for f in result.flips] == [(1, 0, 0, 1), (2, 0, 1, 0)]
    assert result.flips[0].baseline_probabilities == (0.6, 0.4)
    assert result.flips[1].quantized_probabilities == (0.6, 0.4)
    assert result.agreement.value == 0.5
    assert result.probability_change.value == pytest.approx((0.1 + 0.2 + 0.3 + 0) / 4)


def test_changes_are_quantized_minus_baseline_in_percentage_points() -> None:
    first, second, labels = some_arms()
    result = compare(first, second, labels, CLASSES)
    old, new = score(first, labels, CLASSES), score(second, labels, CLASSES)
    for change, before, after in (
        (result.accuracy, old.accuracy, new.accuracy),
        (result.macro_f1, old.macro_f1, new.macro_f1),
        (result.macro_auc, old.macro_auc, new.macro_auc),
        (result.per_class[1].f1, old.per_class[1].f1, new.per_class[1].f1),
        (result.per_class[1].auc, old.per_class[1].auc, new.per_class[1].auc),
        (result.per_class[1].recall, old.per_class[1].recall, new.per_class[1].recall),
    ):
        assert change.value == pytest.approx(100 * (after.value - before.value))
        assert change.ci_low < change.value < change.ci_high
        assert change.unit == "percentage points"
    assert len({s.metric for s in result.every()}) == len(result.every())


def test_the_interval_of_a_paired_auc_change_is_that_of_drawing_images() -> None:
    first, second, labels = some_arms()
    generator = np.random.default_rng(1)
    drawn = []
    for _ in range(400):
        chosen = generator.integers(0, len(labels), len(labels))
        drawn.append(compare(first[chosen], second[chosen], labels[chosen], CLASSES, draws=2).macro_auc.value)
    result = compare(first, second, labels, CLASSES).macro_auc
    assert (result.ci_high - result.ci_low) / 2 == pytest.approx(1.96 * np.std(drawn), rel=0.12)


def test_the_interval_of_a_paired_f1_change_is_that_of_drawing_images() -> None:
    first, second, labels = some_arms()
    generator = np.random.default_rng(1)
    drawn = []
    for _ in range(400):
        chosen = generator.integers(0, len(labels), len(labels))
        drawn.append(compare(first[chosen], second[chosen], labels[chosen], CLASSES, draws=2).macro_f1.value)
    result = compare(first, second, labels, CLASSES).macro_f1
    assert result.ci_high - result.ci_low == pytest.approx(
        np.subtract(*np.quantile(drawn, [0.975, 0.025])), rel=0.15
    )


def test_pairing_makes_the_interval_narrower_than_two_independent_ones() -> None:
    first, second, labels = some_arms(noise=0.05)
    paired = compare(first, second, labels, CLASSES).accuracy
    alone = score(first, labels, CLASSES).accuracy
    assert paired.ci_high - paired.ci_low < 100 * (alone.ci_high - alone.ci_low)


def test_a_class_without_images_has_no_change() -> None:
    first, second, labels = some_arms()
    kept = labels != 2
    result = compare(first[kept], second[kept], labels[kept], CLASSES)
    missing = result.per_class[2]
    assert [s.value for s in (missing.recall, missing.f1, missing.auc)] == [None, None, None]
    assert "without c" in result.macro_f1.note


def test_arms_on_different_images_are_refused() -> None:
    first, second, labels = some_arms()
    with pytest.raises(MedquantError, match="299"):
        compare(first, second[:-1], labels, CLASSES)
