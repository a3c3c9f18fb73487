"""How far probabilities can be believed: expected calibration error, Brier score, negative log-likelihood."""

import numpy as np

from benchmark.measure.intervals import of_mean, percentiles
from benchmark.measure.score import DRAWS, FRACTION, Floats, Labels, Score

BINS = 15
FLOOR = 1e-6
AT_ONCE = 200


def expected_calibration_error(
    probabilities: Floats, labels: Labels, *, seed: int = 0, draws: int = DRAWS
) -> Score:
    """Return the mean distance of confidence and accuracy over 15 bins of equal width.

    Parameters
    ----------
    probabilities
        Shape (n, classes); n > 0.
    labels
        True classes, shape (n,).
    seed, draws
        Of the bootstrap over images.

    Notes
    -----
    Resampling adds noise to every bin, and noise adds to an absolute distance, so that the draws lie too high; the
    interval is the basic one (2·value − quantiles), which takes that bias off, cut at 0.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger (2017), On Calibration of Modern Neural Networks, ICML, equation 3; basic
    bootstrap: Davison and Hinkley (1997), Bootstrap Methods and their Application, section 2.4.
    """
    n = len(labels)
    confidence = probabilities.max(axis=1).astype(np.float64)
    gap = confidence - (probabilities.argmax(axis=1) == labels)
    bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    gaps = np.zeros((n, BINS))
    gaps[np.arange(n), bins] = gap
    value = float(np.abs(gaps.sum(axis=0)).sum() / n)
    generator = np.random.default_rng(seed)
    drawn = np.concatenate(
        [
            np.abs(generator.multinomial(n, np.full(n, 1 / n), size=min(AT_ONCE, draws - k)) @ gaps).sum(
                axis=1
            )
            / n
            for k in range(0, draws, AT_ONCE)
        ]
    )
    low, high = percentiles(drawn)
    return Score(
        "ece",
        value,
        min(max(0.0, 2 * value - high), value),
        min(max(2 * value - low, value), 1.0),
        n,
        FRACTION,
        f"{BINS} bins of equal width; basic bootstrap over images, {draws} draws, seed {seed}",
    )


def brier_score(probabilities: Floats, labels: Labels) -> Score:
    """Return the mean squared distance of probabilities and truth, summed over classes: 0 to 2.

    References
    ----------
    Brier (1950), Monthly Weather Review 78, 1–3, equation 2.
    """
    distance = probabilities.astype(np.float64)
    distance[np.arange(len(labels)), labels] -= 1
    mean, low, high = of_mean(np.square(distance).sum(axis=1))
    return Score(
        "brier", mean, None if low is None else max(low, 0.0), high, len(labels), "", "t interval over images"
    )


def negative_log_likelihood(probabilities: Floats, labels: Labels) -> Score:
    """Return the mean of −ln p of the true class, in nats.

    Notes
    -----
    Eight-bit outputs can give a true class exactly 0; probabilities below 1e-6 count as 1e-6.
    """
    true = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    mean, low, high = of_mean(-np.log(np.clip(true, FLOOR, 1)))
    note = f"t interval over images; {int((true < FLOOR).sum())} probabilities raised to {FLOOR:g}"
    return Score("nll", mean, None if low is None else max(low, 0.0), high, len(labels), "nats", note)
