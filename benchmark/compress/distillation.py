"""Distillation: a student learns a teacher's probabilities, softened by a temperature, beside the labels."""

from collections.abc import Callable

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from benchmark.arms import Progress, silent
from benchmark.compress.fine_tune import copied
from benchmark.models.batch_norm import reestimate
from benchmark.models.recipes import Recipe
from benchmark.models.training import cross_entropy, train
from db.errors import MedquantError

SMALLEST = 1e-30
"""The smallest probability that is told from zero: 1/SMALLEST is still a float32."""


def distilled(
    student: keras.Model,
    teacher: keras.Model,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.int64],
    recipe: Recipe,
    *,
    temperature: float,
    weight: float,
    seed: int,
    progress: Progress = silent,
) -> keras.Model:
    """Train a student on a teacher's softened probabilities and the labels.

    Parameters
    ----------
    student
        A flat network, freshly built; it stays as it is.
    teacher
        A trained network of the same input and classes; it stays as it is.
    images, labels
        uint8 [n, size, size, 3] and integers [n].
    recipe
        The student's stages, batch and augmentation; every stage trains all that is trainable.
    temperature
        What logits are divided by on both sides, above 0.
    weight
        The share of the teacher in the loss, 0..1; at 0 the student is trained alone, the control.
    seed, progress
        As in `benchmark.models.training.train`.

    Returns
    -------
    keras.Model
        The trained student.

    Raises
    ------
    MedquantError
        If temperature or weight is not allowed, or the two networks do not fit.

    Notes
    -----
    The teacher judges the very image that the student sees, augmented as it is: kept answers to the plain image
    would teach what the student has not seen. At weight 0 it is left out, for its answers have no effect.

    Reference
    ---------
    Hinton, Vinyals & Dean 2015, arXiv 1503.02531, section 2; Beyer et al., CVPR 2022, arXiv 2106.05237, section 3.1
    (consistent teaching).
    """
    check(student, teacher, temperature, weight)
    tuned = copied(student, seed)
    taught = _beside(tuned, copied(teacher, seed)) if weight else tuned
    for stage in recipe.stages:
        hard = cross_entropy(stage.smoothing, tuned.output_shape[-1])
        train(
            taught,
            images,
            labels,
            stage,
            seed=seed,
            batch=recipe.batch,
            augment=recipe.augment,
            loss=_both(hard, temperature, weight) if weight else hard,
            progress=progress,
        )
        reestimate(tuned, images, progress=progress)
    return copied(tuned, seed)


def check(student: keras.Model, teacher: keras.Model, temperature: float, weight: float) -> None:
    """Raise an error in one sentence unless the teacher can teach the student so.

    Raises
    ------
    MedquantError
        If temperature or weight is not allowed, or the two networks do not fit.
    """
    if not 0 < temperature < float("inf"):
        raise MedquantError(f"the temperature {temperature} is not allowed; give a number above 0")
    if not 0 <= weight <= 1:
        raise MedquantError(f"the teacher's weight {weight} is not allowed; give a share of 0 to 1")
    for end in ("input_shape", "output_shape"):
        ours, theirs = getattr(student, end), getattr(teacher, end)
        if ours != theirs:
            raise MedquantError(
                f"the teacher {teacher.name} has {end.replace('_', ' ')} {theirs}, the student {student.name} {ours}; "
                "build both for the same image size and classes"
            )


def tempered(probabilities: tf.Tensor, temperature: float) -> tf.Tensor:
    """Return the logarithms of softmax(z/T), from the probabilities softmax(z).

    Parameters
    ----------
    probabilities
        float32 [b, classes].
    temperature
        T, above 0.

    Notes
    -----
    log p is z but for a constant, which softmax does not see.

    Reference
    ---------
    Hinton, Vinyals & Dean 2015, arXiv 1503.02531, equation 1.
    """
    return tf.nn.log_softmax(tf.math.log(tf.maximum(probabilities, SMALLEST)) / temperature)


def soft_loss(teacher: tf.Tensor, student: tf.Tensor, temperature: float) -> tf.Tensor:
    """Return T² · KL(teacher ‖ student) of the tempered distributions, [b], in nats.

    Parameters
    ----------
    teacher, student
        Probabilities, float32 [b, classes].
    temperature
        T, above 0.

    Notes
    -----
    T² keeps the gradient's size, which falls with 1/T². As T grows, the loss tends to the squared distance of the
    centred logits over twice the number of classes.

    Reference
    ---------
    Hinton, Vinyals & Dean 2015, arXiv 1503.02531, sections 2 and 2.1.
    """
    wanted, found = tempered(teacher, temperature), tempered(student, temperature)
    return temperature**2 * tf.reduce_sum(tf.exp(wanted) * (wanted - found), axis=-1)


def distillation_loss(
    hard: tf.Tensor, teacher: tf.Tensor, student: tf.Tensor, *, temperature: float, weight: float
) -> tf.Tensor:
    """Return (1 − w) · cross-entropy + w · T² · KL(teacher ‖ student), [b], in nats.

    Parameters
    ----------
    hard
        The student's cross-entropy against the labels, [b].
    teacher, student
        Probabilities, float32 [b, classes].
    temperature, weight
        T, above 0, and w, 0..1.
    """
    return (1 - weight) * hard + weight * soft_loss(teacher, student, temperature)


class _Teacher(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A network in inference, whatever the mode of training, through which no gradient goes."""

    def __init__(self, network: keras.Model) -> None:
        super().__init__(name="teacher")
        self.network = network
        self.trainable = False

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return tf.stop_gradient(self.network(inputs, training=False))


def _beside(student: keras.Model, teacher: keras.Model) -> keras.Model:
    """Return a network that gives student and teacher of the same image, [b, 2, classes]."""
    answers = [student.output, _Teacher(teacher)(student.input)]
    return keras.Model(student.inputs, keras.ops.stack(answers, axis=1))


def _both(
    hard: Callable[[tf.Tensor, tf.Tensor], tf.Tensor], temperature: float, weight: float
) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    def loss(targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        student, teacher = outputs[:, 0], outputs[:, 1]
        return distillation_loss(
            hard(targets, student), teacher, student, temperature=temperature, weight=weight
        )

    return loss
