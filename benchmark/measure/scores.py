"""What one arm's predictions are worth: accuracy, per-class scores, macro F1, AUC, calibration, confusion matrix."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.measure.calibration import brier_score, expected_calibration_error, negative_log_likelihood
from benchmark.measure.intervals import percentiles, wilson
from benchmark.measure.ranking import areas, logit_interval
from benchmark.measure.score import DRAWS, FRACTION, Floats, Labels, Score, check_predictions, undefined


@dataclass(frozen=True)
class ClassScores:
    """The scores of one class against the rest."""

    name: str
    precision: Score
    recall: Score
    f1: Score
    auc: Score


@dataclass(frozen=True)
class Scores:
    """The scores of one arm on one set of images; `confusion[true][predicted]` counts images."""

    classes: tuple[str, ...]
    n: int
    accuracy: Score
    macro_f1: Score
    macro_auc: Score
    ece: Score
    brier: Score
    nll: Score
    per_class: tuple[ClassScores, ...]
    confusion: tuple[tuple[int, ...], ...]

    def every(self) -> tuple[Score, ...]:
        """Return all scores, those of classes named `metric/class`."""
        whole = (self.accuracy, self.macro_f1, self.macro_auc, self.ece, self.brier, self.nll)
        return whole + tuple(s for c in self.per_class for s in (c.precision, c.recall, c.f1, c.auc))


def score(
    probabilities: Floats, labels: Labels, classes: tuple[str, ...], *, seed: int = 0, draws: int = DRAWS
) -> Scores:
    """Score one arm's predictions.

    Parameters
    ----------
    probabilities
        Shape (n, classes), n > 0.
    labels
        True classes, shape (n,), integers from 0.
    classes
        Names, in the order of the columns.
    seed, draws
        Of the bootstraps of F1 and calibration error.

    Raises
    ------
    MedquantError
        If predictions, labels and classes do not belong together.

    Notes
    -----
    A class without images has no recall, F1 or AUC, and a class that is never predicted has no precision: these are
    None, not 0, and macro values are means over the classes that are there. Intervals: accuracy, precision and
    recall Wilson; AUC DeLong on the logit scale; F1 by bootstrap over images. F1 depends on the images only through
    the confusion matrix, so that resampling images is a multinomial draw of its cells.

    References
    ----------
    Sokolova and Lapalme (2009), Information Processing and Management 45, 427–437 (macro F1); Takahashi et al.
    (2022), Applied Intelligence 52, 4961–4972 (why macro F1 needs an interval).
    """
    check_predictions(probabilities, labels, classes)
    n, k = probabilities.shape
    confusion = confusion_matrix(labels, probabilities.argmax(axis=1), k)
    generator = np.random.default_rng(seed)
    cells = generator.multinomial(n, confusion.ravel() / n, size=draws).reshape(draws, k, k)
    drawn, observed = f1_scores(cells), f1_scores(confusion)
    drawn[:, np.isnan(observed)] = np.nan
    bootstrap = f"bootstrap over images, {draws} draws, seed {seed}"
    values, influence = areas(probabilities, labels)
    return Scores(
        classes=classes,
        n=n,
        accuracy=_proportion("accuracy", int(np.trace(confusion)), n, ""),
        macro_f1=_macro_f1(observed, drawn, classes, n, bootstrap),
        macro_auc=_macro_auc(values, influence, classes),
        ece=expected_calibration_error(probabilities, labels, seed=seed, draws=draws),
        brier=brier_score(probabilities, labels),
        nll=negative_log_likelihood(probabilities, labels),
        per_class=tuple(
            ClassScores(
                name,
                _proportion(
                    f"precision/{name}",
                    int(confusion[c, c]),
                    int(confusion[:, c].sum()),
                    "the class was never predicted",
                ),
                _proportion(
                    f"recall/{name}",
                    int(confusion[c, c]),
                    int(confusion[c].sum()),
                    "no image is of the class",
                ),
                _class_f1(name, float(observed[c]), drawn[:, c], n, bootstrap),
                _class_auc(name, values[c], influence[:, c]),
            )
            for c, name in enumerate(classes)
        ),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
    )


def confusion_matrix(labels: Labels, predicted: NDArray[np.integer], k: int) -> NDArray[np.int64]:
    """Return counts, shape (k, k): true classes down, predicted across."""
    return np.bincount(labels * k + predicted, minlength=k * k).reshape(k, k).astype(np.int64)


def f1_scores(confusion: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return F1 = 2·TP / (2·TP + FP + FN) of confusion matrices, shape (…, k, k), as (…, k); NaN without images."""
    hits = np.diagonal(confusion, axis1=-2, axis2=-1).astype(np.float64)
    truly = confusion.sum(axis=-1)
    both = truly + confusion.sum(axis=-2)
    result: NDArray[np.float64] = np.full(hits.shape, np.nan)
    np.divide(2 * hits, both, out=result, where=truly > 0)
    return result


def mean_of_defined(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over the last axis without NaN; NaN where nothing is left."""
    there = ~np.isnan(values)
    count = there.sum(axis=-1)
    result: NDArray[np.float64] = np.full(count.shape, np.nan)
    np.divide(np.where(there, values, 0).sum(axis=-1), count, out=result, where=count > 0)
    return result


def absent(classes: tuple[str, ...], there: list[bool]) -> str:
    """Return what a macro value's note says of classes that are left out."""
    missing = [name for name, is_there in zip(classes, there, strict=True) if not is_there]
    return f"; without {', '.join(missing)}, which cannot be scored on these images" if missing else ""


def _proportion(metric: str, successes: int, n: int, why: str) -> Score:
    if n == 0:
        return undefined(metric, FRACTION, why)
    return Score(metric, successes / n, *wilson(successes, n), n, FRACTION, "Wilson")


def _class_f1(name: str, value: float, drawn: Floats, n: int, bootstrap: str) -> Score:
    if np.isnan(value):
        return undefined(f"f1/{name}", FRACTION, "no image is of the class")
    return Score(f"f1/{name}", value, *percentiles(drawn), n, FRACTION, bootstrap)


def _macro_f1(
    observed: NDArray[np.float64],
    drawn: NDArray[np.float64],
    classes: tuple[str, ...],
    n: int,
    bootstrap: str,
) -> Score:
    note = bootstrap + absent(classes, [not np.isnan(v) for v in observed])
    value = float(mean_of_defined(observed))
    return Score("macro_f1", value, *percentiles(mean_of_defined(drawn)), n, FRACTION, note)


def _class_auc(name: str, value: float | None, influence: Floats) -> Score:
    if value is None:
        return undefined(f"auc/{name}", FRACTION, "all or no images are of the class")
    return _area(f"auc/{name}", value, influence, "DeLong, logit scale")


def _macro_auc(values: list[float | None], influence: Floats, classes: tuple[str, ...]) -> Score:
    there = [value is not None for value in values]
    if not any(there):
        return undefined("macro_auc", FRACTION, "all images are of one class")
    note = "one class against the rest, unweighted mean; DeLong, logit scale" + absent(classes, there)
    mean = float(np.mean([value for value in values if value is not None]))
    return _area("macro_auc", mean, influence[:, there].mean(axis=1), note)


def _area(metric: str, value: float, influence: Floats, note: str) -> Score:
    interval = logit_interval(value, influence)
    if interval is None:
        note = "no interval: every pair is ordered alike, or a class has one image"
    low, high = interval or (None, None)
    return Score(metric, value, low, high, len(influence), FRACTION, note)
