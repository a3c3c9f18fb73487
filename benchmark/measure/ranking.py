"""Area under the ROC curve, one class against the rest, with DeLong's variance."""

from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmark.measure.intervals import Interval, quantile
from benchmark.measure.score import LEVEL, Floats, Labels


def area(scores: Floats, positive: NDArray[np.bool_]) -> tuple[float, NDArray[np.float64]]:
    """Return the AUC and what each image contributes to its sampling error.

    Parameters
    ----------
    scores
        Shape (n,); larger speaks for the class.
    positive
        Shape (n,): whether the image is of the class; at least one is and one is not.

    Returns
    -------
    The share of (positive, negative) pairs that are ordered rightly, ties counting a half, and its influence
    values, shape (n,): the sum of their squares is DeLong's variance, and the same holds for the influence values of
    any linear combination of AUCs on the same images (a mean over classes, a difference of two arms). They are
    NaN for a class of a single image, which has no variance.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837–845; by ranks as Sun and Xu (2014), IEEE Signal
    Processing Letters 21, 1389–1393.
    """
    m, n = int(positive.sum()), int((~positive).sum())
    everywhere = stats.rankdata(scores)
    above = (everywhere[positive] - stats.rankdata(scores[positive])) / n
    below = 1 - (everywhere[~positive] - stats.rankdata(scores[~positive])) / m
    auc = float(above.mean())
    influence = np.empty(len(scores))
    influence[positive] = (above - auc) / sqrt(m * (m - 1)) if m > 1 else np.nan
    influence[~positive] = (below - auc) / sqrt(n * (n - 1)) if n > 1 else np.nan
    return auc, influence


def areas(probabilities: Floats, labels: Labels) -> tuple[list[float | None], NDArray[np.float64]]:
    """Return each class's AUC, None where all or no images are of the class, and influence values (n, classes)."""
    n, k = probabilities.shape
    values: list[float | None] = []
    influence = np.full((n, k), np.nan)
    for c in range(k):
        positive = labels == c
        if not 0 < positive.sum() < n:
            values.append(None)
            continue
        value, influence[:, c] = area(probabilities[:, c], positive)
        values.append(value)
    return values, influence


def logit_interval(auc: float, influence: Floats, level: float = LEVEL) -> Interval | None:
    """Return the interval of an AUC on the logit scale, which keeps it within 0 and 1.

    Notes
    -----
    None where the variance is zero, since with every pair in order the images say nothing of the sampling error, or
    where a class has a single image.

    References
    ----------
    Pepe (2003), The Statistical Evaluation of Medical Tests for Classification and Prediction, section 5.2.
    """
    error = sqrt(float(np.square(influence).sum()))
    if not error > 0 or not 0 < auc < 1:
        return None
    centre, half = log(auc / (1 - auc)), quantile(level) * error / (auc * (1 - auc))
    return 1 / (1 + exp(-(centre - half))), 1 / (1 + exp(-min(centre + half, 700.0)))
