"""Distillation: the loss is Hinton's, by hand and in its limits, and the student learns what the teacher sees."""

import math

import keras
import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf

from benchmark.compress.distillation import distillation_loss, distilled, soft_loss, tempered
from benchmark.models.batch_norm import reestimate
from benchmark.models.networks import build
from benchmark.models.recipes import Recipe, Stage
from benchmark.models.training import forward, train
from db.errors import MedquantError

RANDOM = np.random.default_rng(0)
IMAGES: npt.NDArray[np.uint8] = RANDOM.integers(0, 256, (64, 32, 32, 3), dtype=np.uint8)
LABELS: npt.NDArray[np.int64] = RANDOM.integers(0, 4, 64)
RECIPE = Recipe("short", (Stage("first", 1, 1e-2), Stage("second", 1, 1e-3, smoothing=0.1)), batch=16)


def softmax(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def network(seed: int, classes: int = 4) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return build("tiny", 32, classes)


def mean_divergence(teacher: keras.Model, student: keras.Model) -> float:
    return float(tf.reduce_mean(soft_loss(forward(teacher, IMAGES), forward(student, IMAGES), 2.0)))


def test_the_loss_is_that_of_a_hand_calculation() -> None:
    # softmax(z/2) of p = (16/21, 4/21, 1/21) is its square root, (4, 2, 1)/7; of q = (1, 1, 1)/3 it is q.
    teacher, student = tf.constant([[16.0, 4.0, 1.0]]) / 21, tf.constant([[1.0, 1.0, 1.0]]) / 3
    divergence = 4 / 7 * math.log(12 / 7) + 2 / 7 * math.log(6 / 7) + 1 / 7 * math.log(3 / 7)
    hard = tf.constant([math.log(3)])
    found = distillation_loss(hard, teacher, student, temperature=2.0, weight=0.7)
    assert float(found[0]) == pytest.approx(0.3 * math.log(3) + 0.7 * 4 * divergence, rel=1e-5)


def test_probabilities_are_tempered_as_their_logits_would_be() -> None:
    logits = RANDOM.normal(0, 4, (5, 4))
    found = np.exp(tempered(tf.constant(softmax(logits), tf.float32), 3.0))
    np.testing.assert_allclose(found, softmax(logits / 3), rtol=1e-4)


def test_weight_one_is_the_teacher_alone_and_weight_zero_the_labels_alone() -> None:
    teacher, student = (tf.constant(softmax(RANDOM.normal(0, 2, (6, 4))), tf.float32) for _ in range(2))
    hard = tf.constant(RANDOM.uniform(0, 3, 6), tf.float32)
    alone = distillation_loss(hard, teacher, student, temperature=4.0, weight=0.0)
    taught = distillation_loss(hard, teacher, student, temperature=4.0, weight=1.0)
    np.testing.assert_array_equal(alone, hard)
    np.testing.assert_array_equal(taught, soft_loss(teacher, student, 4.0))


def test_a_student_that_is_its_teacher_loses_nothing_and_gets_no_gradient() -> None:
    logits = tf.constant(RANDOM.normal(0, 3, (6, 4)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        same = tf.nn.softmax(logits)
        loss = tf.reduce_sum(soft_loss(tf.stop_gradient(same), same, 4.0))
    assert float(loss) == 0
    np.testing.assert_allclose(tape.gradient(loss, logits), 0, atol=1e-5)


def test_at_a_high_temperature_logits_are_matched() -> None:
    teacher, student = RANDOM.normal(0, 1, (2, 6, 4))
    found = soft_loss(
        tf.constant(softmax(teacher), tf.float64), tf.constant(softmax(student), tf.float64), 1e4
    )
    gap = (teacher - teacher.mean(axis=1, keepdims=True)) - (student - student.mean(axis=1, keepdims=True))
    np.testing.assert_allclose(found, np.sum(gap**2, axis=1) / (2 * 4), rtol=1e-3)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 20.0])
def test_certain_and_wrong_students_still_get_a_finite_gradient(temperature: float) -> None:
    teacher = tf.constant([[1.0, 0.0, 0.0, 0.0]])
    logits = tf.constant([[-60.0, 0.0, 5.0, -100.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = soft_loss(teacher, tf.nn.softmax(logits), temperature)
    gradient = tape.gradient(loss, logits)
    assert np.isfinite(loss).all()
    assert np.isfinite(gradient).all()
    assert float(gradient[0, 0]) < 0


def test_a_student_comes_nearer_to_its_teacher_than_one_trained_alone() -> None:
    teacher, student = network(1), network(2)
    train(teacher, IMAGES, LABELS, Stage("teacher", 25, 1e-2), seed=0, batch=16, augment=False)
    recipe = Recipe("toy", (Stage("toy", 15, 1e-2),), batch=16, augment=False)
    before = teacher.get_weights(), student.get_weights()
    taught = distilled(student, teacher, IMAGES, LABELS, recipe, temperature=2.0, weight=1.0, seed=0)
    alone = distilled(student, teacher, IMAGES, LABELS, recipe, temperature=2.0, weight=0.0, seed=0)
    assert mean_divergence(teacher, taught) < 0.5 * mean_divergence(teacher, alone)
    for model, weights in zip((teacher, student), before, strict=True):
        assert all(np.array_equal(old, now) for old, now in zip(weights, model.get_weights(), strict=True))


def test_the_control_is_the_ordinary_training_loop() -> None:
    student = network(2)
    alone = distilled(student, network(1), IMAGES, LABELS, RECIPE, temperature=4.0, weight=0.0, seed=7)
    for stage in RECIPE.stages:
        train(student, IMAGES, LABELS, stage, seed=7, batch=RECIPE.batch)
        reestimate(student, IMAGES)
    for ours, theirs in zip(alone.get_weights(), student.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_almost_no_weight_is_almost_the_control_so_batches_are_the_same() -> None:
    recipe = Recipe("short", (Stage("first", 1, 1e-2),), batch=16)
    alone, nearly = (
        distilled(network(2), network(1), IMAGES, LABELS, recipe, temperature=4.0, weight=weight, seed=7)
        for weight in (0.0, 1e-9)
    )
    np.testing.assert_allclose(forward(nearly, IMAGES), forward(alone, IMAGES), atol=1e-3)


@pytest.mark.parametrize(
    ("temperature", "weight", "classes", "told"),
    [
        (0.0, 0.5, 4, "temperature 0.0 is not allowed; give a number above 0"),
        (4.0, 1.5, 4, "weight 1.5 is not allowed; give a share of 0 to 1"),
        (4.0, 0.5, 3, r"has output shape \(None, 3\), the student tiny \(None, 4\); build both"),
    ],
)
def test_what_cannot_be_taught_is_told_in_one_sentence(
    temperature: float, weight: float, classes: int, told: str
) -> None:
    with pytest.raises(MedquantError, match=told):
        distilled(
            network(1),
            network(2, classes),
            IMAGES,
            LABELS,
            RECIPE,
            temperature=temperature,
            weight=weight,
            seed=0,
        )
