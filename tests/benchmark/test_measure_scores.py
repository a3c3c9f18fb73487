"""What a score and its interval promise."""

import numpy as np
import pytest
from numpy.typing import NDArray
from statsmodels.stats.proportion import proportion_confint

from benchmark.measure.calibration import brier_score, expected_calibration_error, negative_log_likelihood
from benchmark.measure.intervals import of_mean, of_median, percentiles, wilson
from benchmark.measure.ranking import area, areas, logit_interval
from benchmark.measure.scores import confusion_matrix, f1_scores, score
from db.errors import MedquantError

FOUR = ("glioma", "meningioma", "no tumour", "pituitary")


def some_predictions(
    n: int = 200, k: int = 4, skill: float = 1.5, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, k, n)
    logits = generator.normal(size=(n, k))
    logits[np.arange(n), labels] += skill
    powers = np.exp(logits)
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32), labels


@pytest.mark.parametrize(("successes", "n"), [(0, 5), (5, 5), (1, 1), (471, 573), (472, 573), (281, 394)])
def test_the_interval_of_accuracy_is_wilsons(successes: int, n: int) -> None:
    assert wilson(successes, n) == pytest.approx(proportion_confint(successes, n, method="wilson"), abs=1e-12)


def test_the_interval_of_a_median_is_the_order_statistics_that_the_binomial_allows() -> None:
    assert of_median(np.array([7.0, 1, 2, 3, 4, 5, 6])) == (4.0, 1.0, 7.0)
    assert of_median(np.arange(1.0, 11)) == (5.5, 2.0, 9.0)
    assert of_median(np.array([1.0, 2, 3, 4, 5])) == (3.0, None, None)


def test_one_value_has_a_mean_but_no_interval() -> None:
    assert of_mean(np.array([3.0])) == (3.0, None, None)


def pairs_ordered(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> tuple[float, float]:
    """Count pairs one by one, and DeLong's variance from its definition."""
    wins = np.array(
        [[float(p > q) + 0.5 * float(p == q) for q in scores[~positive]] for p in scores[positive]]
    )
    rows, columns = wins.mean(axis=1), wins.mean(axis=0)
    return wins.mean(), rows.var(ddof=1) / len(rows) + columns.var(ddof=1) / len(columns)


@pytest.mark.parametrize("levels", [3, 10, 1000])
def test_auc_and_its_variance_are_those_of_counting_every_pair(levels: int) -> None:
    generator = np.random.default_rng(levels)
    positive = generator.random(60) < 0.3
    scores = generator.integers(0, levels, 60) / levels + 0.2 * positive
    auc, influence = area(scores, positive)
    expected, variance = pairs_ordered(scores, positive)
    assert auc == pytest.approx(expected)
    assert np.square(influence).sum() == pytest.approx(variance)


def test_the_variance_of_a_difference_of_aucs_is_delongs() -> None:
    generator = np.random.default_rng(5)
    positive = generator.random(80) < 0.4
    first = generator.normal(size=80) + positive
    second = first + 0.3 * generator.normal(size=80)
    variance = 0.0
    for chosen, other in ((positive, ~positive), (~positive, positive)):
        parts = [
            [np.mean((s[i] > s[other]) + 0.5 * (s[i] == s[other])) for i in np.flatnonzero(chosen)]
            for s in (first, second)
        ]
        table = np.cov(parts)
        variance += (table[0, 0] + table[1, 1] - 2 * table[0, 1]) / chosen.sum()
    difference = area(second, positive)[1] - area(first, positive)[1]
    assert np.square(difference).sum() == pytest.approx(variance)


def test_a_perfect_auc_has_no_interval_rather_than_one_of_width_zero() -> None:
    positive = np.array([True, True, False, False])
    auc, influence = area(np.array([0.9, 0.8, 0.2, 0.1]), positive)
    assert auc == 1
    assert logit_interval(auc, influence) is None


def test_an_auc_of_a_single_image_has_no_interval() -> None:
    auc, influence = area(np.array([0.5, 0.8, 0.2, 0.1]), np.array([True, False, False, False]))
    assert auc == pytest.approx(2 / 3)
    assert logit_interval(auc, influence) is None


def test_the_interval_of_an_auc_covers_as_often_as_it_says() -> None:
    truth, covered = 0.7602499389065233, 0  # Φ(1/√2): two normals, one standard deviation apart
    for seed in range(300):
        generator = np.random.default_rng(seed)
        positive = np.arange(120) < 50
        low, high = logit_interval(*area(generator.normal(size=120) + positive, positive))
        covered += low <= truth <= high
    assert 0.92 <= covered / 300 <= 0.98


def test_calibration_error_is_the_hand_calculation() -> None:
    probabilities = np.array([[0.95, 0.05], [0.94, 0.06], [0.6, 0.4], [0.45, 0.55]])
    labels = np.array([0, 1, 0, 0])
    # Bins of 1/15: .95 and .94 in (14/15, 1], one of two right; .6 in (8/15, 9/15] with .55, one of two right.
    by_hand = (2 * abs((0.95 + 0.94) / 2 - 0.5) + 2 * abs((0.6 + 0.55) / 2 - 0.5)) / 4
    result = expected_calibration_error(probabilities, labels)
    assert result.value == pytest.approx(by_hand)
    assert 0 <= result.ci_low <= result.value <= result.ci_high <= 1


def test_a_confidence_on_the_edge_of_a_bin_belongs_to_the_lower_bin() -> None:
    probabilities = np.array([[0.6, 0.4], [0.61, 0.39]])
    result = expected_calibration_error(probabilities, np.array([0, 1]))
    assert result.value == pytest.approx((0.4 + 0.61) / 2)


def test_brier_score_and_likelihood_are_the_hand_calculations() -> None:
    probabilities = np.array([[0.7, 0.2, 0.1], [0.3, 0.4, 0.3]])
    labels = np.array([0, 2])
    assert brier_score(probabilities, labels).value == pytest.approx((0.14 + 0.74) / 2)
    assert negative_log_likelihood(probabilities, labels).value == pytest.approx(
        -(np.log(0.7) + np.log(0.3)) / 2
    )


def test_a_true_class_of_probability_zero_is_floored_and_said() -> None:
    result = negative_log_likelihood(np.array([[1.0, 0.0]]), np.array([1]))
    assert result.value == pytest.approx(-np.log(1e-6))
    assert "1 probabilities raised" in result.note


def test_class_scores_are_the_hand_calculations() -> None:
    labels = np.array([0, 0, 0, 1, 1, 2])
    predicted = np.array([0, 0, 1, 1, 2, 2])
    result = score(np.eye(3, dtype=np.float32)[predicted], labels, ("a", "b", "c"))
    assert result.confusion == ((2, 1, 0), (0, 1, 1), (0, 0, 1))
    assert result.accuracy.value == pytest.approx(4 / 6)
    first, second, third = result.per_class
    assert (first.precision.value, first.recall.value) == (1, pytest.approx(2 / 3))
    assert [c.f1.value for c in (first, second, third)] == pytest.approx([0.8, 0.5, 2 / 3])
    assert result.macro_f1.value == pytest.approx((0.8 + 0.5 + 2 / 3) / 3)
    assert (first.recall.n, first.precision.n, first.f1.n) == (3, 2, 6)


def test_a_class_without_images_is_undefined_and_left_out_of_means() -> None:
    probabilities, labels = some_predictions(k=3)
    with_empty = np.column_stack([probabilities * 0.9, np.full(len(labels), 0.1)]).astype(np.float32)
    result = score(with_empty, labels, FOUR)
    empty = result.per_class[3]
    assert [s.value for s in (empty.recall, empty.f1, empty.auc)] == [None, None, None]
    assert empty.precision.value is None
    assert "never predicted" in empty.precision.note
    assert result.macro_f1.value == pytest.approx(np.mean([c.f1.value for c in result.per_class[:3]]))
    assert result.macro_auc.value == pytest.approx(np.mean([c.auc.value for c in result.per_class[:3]]))
    assert "without pituitary" in result.macro_f1.note
    assert "without pituitary" in result.macro_auc.note


def test_a_class_that_is_there_and_never_predicted_has_an_f1_of_zero() -> None:
    result = score(np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([0, 1]), ("a", "b"))
    assert result.per_class[1].f1.value == 0
    assert result.per_class[1].precision.value is None


def test_images_of_one_class_only_are_scored_without_auc() -> None:
    result = score(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 0]), ("a", "b"))
    assert result.macro_auc.value is None
    assert result.accuracy.value == 0.5


def test_the_bootstrap_of_macro_f1_is_that_of_drawing_images() -> None:
    probabilities, labels = some_predictions()
    predicted = probabilities.argmax(axis=1)
    generator = np.random.default_rng(1)
    drawn = []
    for _ in range(2000):
        chosen = generator.integers(0, len(labels), len(labels))
        drawn.append(f1_scores(confusion_matrix(labels[chosen], predicted[chosen], 4)).mean())
    result = score(probabilities, labels, FOUR).macro_f1
    assert (result.ci_low, result.ci_high) == pytest.approx(percentiles(np.array(drawn)), abs=0.006)


def test_the_interval_of_macro_f1_covers_as_often_as_it_says() -> None:
    truth = float(f1_scores(confusion_matrix(*_classes(200_000, 99), 4)).mean())
    covered = 0
    for seed in range(150):
        labels, predicted = _classes(200, seed)
        result = score(np.eye(4)[predicted], labels, FOUR, seed=seed, draws=400).macro_f1
        covered += result.ci_low <= truth <= result.ci_high
    assert 0.9 <= covered / 150 <= 0.99


def _classes(n: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    probabilities, labels = some_predictions(n, seed=seed)
    return labels, probabilities.argmax(axis=1)


def test_equal_seeds_give_equal_scores() -> None:
    probabilities, labels = some_predictions()
    assert score(probabilities, labels, FOUR, seed=3) == score(probabilities, labels, FOUR, seed=3)
    assert (
        score(probabilities, labels, FOUR, seed=3).macro_f1
        != score(probabilities, labels, FOUR, seed=4).macro_f1
    )


def test_every_value_lies_in_its_interval_and_has_a_name_of_its_own() -> None:
    probabilities, labels = some_predictions()
    scores = score(probabilities, labels, FOUR).every()
    assert len({s.metric for s in scores}) == len(scores) == 6 + 4 * 4
    assert all(s.ci_low <= s.value <= s.ci_high for s in scores)


def test_auc_is_undefined_for_a_class_that_all_images_have() -> None:
    assert areas(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 0]))[0] == [None, None]


@pytest.mark.parametrize(
    ("probabilities", "labels", "says"),
    [
        (np.zeros((0, 2)), np.zeros(0, int), "no images"),
        (np.full((2, 3), 1 / 3), np.array([0, 1]), "as many classes as the data"),
        (np.full((3, 2), 0.5), np.array([0, 1]), "2 images of 2 classes"),
        (np.full((2, 2), 0.5), np.array([0, 2]), "allowed are 0 to 1"),
        (np.full((2, 2), np.nan), np.array([0, 1]), "no numbers"),
    ],
)
def test_predictions_that_do_not_belong_to_the_labels_are_refused(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], says: str
) -> None:
    with pytest.raises(MedquantError, match=says):
        score(probabilities, labels, ("a", "b"))
