"""How two arms differ on the same images: flips, McNemar's test, paired intervals, agreement."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmark.measure.intervals import bonett_price, newcombe, of_mean, percentiles, quantile, wilson
from benchmark.measure.ranking import areas
from benchmark.measure.score import (
    DRAWS,
    FRACTION,
    POINTS,
    Floats,
    Labels,
    Score,
    check_predictions,
    undefined,
)
from benchmark.measure.scores import absent, f1_scores, mean_of_defined


@dataclass(frozen=True)
class Flip:
    """An image to which the two arms give different classes, with all probabilities of both."""

    index: int
    true: int
    baseline: int
    quantized: int
    baseline_probabilities: tuple[float, ...]
    quantized_probabilities: tuple[float, ...]


@dataclass(frozen=True)
class ClassChange:
    """How one class's scores changed, in percentage points."""

    name: str
    recall: Score
    f1: Score
    auc: Score


@dataclass(frozen=True)
class Paired:
    """A quantized arm against its baseline on the same images; changes are quantized − baseline.

    `gained` counts images that only the quantized arm gets right, `lost` those that only the baseline gets right.
    """

    n: int
    both_right: int
    gained: int
    lost: int
    both_wrong: int
    mcnemar_p: float
    accuracy: Score
    accuracy_newcombe: Score
    macro_f1: Score
    macro_auc: Score
    agreement: Score
    probability_change: Score
    per_class: tuple[ClassChange, ...]
    flips: tuple[Flip, ...]

    def every(self) -> tuple[Score, ...]:
        """Return all changes, those of classes named `metric/class`."""
        whole = (
            self.accuracy,
            self.accuracy_newcombe,
            self.macro_f1,
            self.macro_auc,
            self.agreement,
            self.probability_change,
        )
        return whole + tuple(s for c in self.per_class for s in (c.recall, c.f1, c.auc))


def compare(
    baseline: Floats,
    quantized: Floats,
    labels: Labels,
    classes: tuple[str, ...],
    *,
    seed: int = 0,
    draws: int = DRAWS,
) -> Paired:
    """Compare two arms' predictions on the same images.

    Parameters
    ----------
    baseline, quantized
        Probabilities, shape (n, classes) each, n > 0.
    labels
        True classes, shape (n,).
    classes
        Names, in the order of the columns.
    seed, draws
        Of the paired bootstrap of F1.

    Raises
    ------
    MedquantError
        If predictions, labels and classes do not belong together.

    Notes
    -----
    The interval of the accuracy change is Bonett and Price's, which keeps a width when no image flips; Newcombe's
    stands beside it. AUC changes have DeLong's paired interval, F1 changes a bootstrap over images: F1 depends on an
    image only through its true and two predicted classes, so that resampling images is a multinomial draw. Where
    the two arms cannot be told apart these two give no interval rather than one of width zero.
    """
    check_predictions(baseline, labels, classes)
    check_predictions(quantized, labels, classes)
    n, k = baseline.shape
    before, after = baseline.argmax(axis=1), quantized.argmax(axis=1)
    was, now = before == labels, after == labels
    table = (
        int((was & now).sum()),
        int((~was & now).sum()),
        int((was & ~now).sum()),
        int((~was & ~now).sum()),
    )
    both, gained, lost, neither = table
    same = int((before == after).sum())
    f1s = _f1_changes(labels, before, after, classes, seed, draws)
    aucs = _auc_changes(baseline, quantized, labels, classes)
    distance = np.abs(quantized.astype(np.float64) - baseline).mean(axis=1)
    mean, low, high = of_mean(distance)
    return Paired(
        n=n,
        both_right=both,
        gained=gained,
        lost=lost,
        both_wrong=neither,
        mcnemar_p=mcnemar_exact(gained, lost),
        accuracy=_proportion_change("accuracy", gained, lost, n),
        accuracy_newcombe=_in_points(
            "accuracy_newcombe",
            (gained - lost) / n,
            newcombe(both, gained, lost, neither),
            n,
            "Newcombe, method 10",
        ),
        macro_f1=f1s[k],
        macro_auc=aucs[k],
        agreement=Score("agreement", same / n, *wilson(same, n), n, FRACTION, "same class; Wilson"),
        probability_change=Score(
            "probability_change",
            mean,
            None if low is None else max(low, 0.0),
            high,
            n,
            FRACTION,
            "mean absolute change over images and classes; t interval over images",
        ),
        per_class=tuple(
            ClassChange(name, _recall_change(name, was, now, labels == c), f1s[c], aucs[c])
            for c, name in enumerate(classes)
        ),
        flips=tuple(
            Flip(
                int(i),
                int(labels[i]),
                int(before[i]),
                int(after[i]),
                tuple(float(p) for p in baseline[i]),
                tuple(float(p) for p in quantized[i]),
            )
            for i in np.flatnonzero(before != after)
        ),
    )


def mcnemar_exact(gained: int, lost: int) -> float:
    """Return the two-sided p-value of the exact McNemar test; 1 where no pair is discordant.

    References
    ----------
    McNemar (1947), Psychometrika 12, 153–157; exact: gained ~ Binomial(gained + lost, ½).
    """
    discordant = gained + lost
    return min(1.0, 2 * float(stats.binom.cdf(min(gained, lost), discordant, 0.5))) if discordant else 1.0


def _in_points(metric: str, value: float, interval: tuple[float, float], n: int, note: str) -> Score:
    return Score(metric, 100 * value, 100 * interval[0], 100 * interval[1], n, POINTS, note)


def _proportion_change(metric: str, gained: int, lost: int, n: int) -> Score:
    return _in_points(metric, (gained - lost) / n, bonett_price(gained, lost, n), n, "Bonett–Price")


def _recall_change(
    name: str, was: NDArray[np.bool_], now: NDArray[np.bool_], of_class: NDArray[np.bool_]
) -> Score:
    n = int(of_class.sum())
    if n == 0:
        return undefined(f"recall/{name}", POINTS, "no image is of the class")
    gained, lost = int((of_class & ~was & now).sum()), int((of_class & was & ~now).sum())
    return _proportion_change(f"recall/{name}", gained, lost, n)


def _f1_changes(
    labels: Labels,
    before: NDArray[np.integer],
    after: NDArray[np.integer],
    classes: tuple[str, ...],
    seed: int,
    draws: int,
) -> list[Score]:
    """Return the change of each class's F1, and last that of their mean."""
    n, k = len(labels), len(classes)
    outcomes, counts = np.unique((labels * k + before) * k + after, return_counts=True)
    true, first, second = outcomes // (k * k), outcomes // k % k, outcomes % k
    drawn = np.random.default_rng(seed).multinomial(n, counts / n, size=draws)
    sampled = np.concatenate([counts[None], drawn])

    def f1(predicted: NDArray[np.integer]) -> NDArray[np.float64]:
        matrices = np.zeros((len(sampled), k * k), np.int64)
        np.add.at(matrices.T, true * k + predicted, sampled.T)
        return f1_scores(matrices.reshape(-1, k, k))

    change = f1(second) - f1(first)
    there = ~np.isnan(change[0])
    change[:, ~there] = np.nan
    columns = np.column_stack([change, mean_of_defined(change)])
    note = f"paired bootstrap over images, {draws} draws, seed {seed}"
    notes = [note] * k + [note + absent(classes, list(there))]
    metrics = [f"f1/{name}" for name in classes] + ["macro_f1"]
    flipped = bool((first != second).any())
    return [_bootstrapped(metrics[c], columns[:, c], n, notes[c], flipped=flipped) for c in range(k + 1)]


def _bootstrapped(metric: str, column: NDArray[np.float64], n: int, note: str, *, flipped: bool) -> Score:
    value = float(column[0])
    if np.isnan(value):
        return undefined(metric, POINTS, "no image is of the class")
    low, high = percentiles(column[1:])
    if not flipped or low == high:
        return Score(metric, 100 * value, None, None, n, POINTS, "no interval: no flip bears on it")
    return _in_points(metric, value, (low, high), n, note)


def _auc_changes(
    baseline: Floats, quantized: Floats, labels: Labels, classes: tuple[str, ...]
) -> list[Score]:
    """Return the change of each class's AUC, and last that of their mean."""
    first, errors = areas(baseline, labels)
    second, others = areas(quantized, labels)
    influence = others - errors
    there = [value is not None for value in first]
    result = []
    for c, name in enumerate(classes):
        old, new = first[c], second[c]
        if old is None or new is None:
            result.append(undefined(f"auc/{name}", POINTS, "all or no images are of the class"))
        else:
            result.append(_delong(f"auc/{name}", new - old, influence[:, c], "DeLong, paired"))
    if not any(there):
        return [*result, undefined("macro_auc", POINTS, "all images are of one class")]
    change = float(
        np.mean([b - a for a, b in zip(first, second, strict=True) if a is not None and b is not None])
    )
    note = "one class against the rest; DeLong, paired" + absent(classes, there)
    return [*result, _delong("macro_auc", change, influence[:, there].mean(axis=1), note)]


def _delong(metric: str, change: float, influence: Floats, note: str) -> Score:
    half = quantile() * sqrt(float(np.square(influence).sum()))
    if not half > 0:
        why = "no interval: both arms order every pair alike, or a class has one image"
        return Score(metric, 100 * change, None, None, len(influence), POINTS, why)
    return _in_points(metric, change, (change - half, change + half), len(influence), note)
