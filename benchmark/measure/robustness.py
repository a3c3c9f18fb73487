"""Whether quantization costs robustness: accuracy of both arms, and their paired change, on corrupted images."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmark.arms import Progress, silent
from benchmark.measure.corruptions import CORRUPTIONS, SEVERITIES, Images, corrupt
from benchmark.measure.intervals import bonett_price, wilson
from benchmark.measure.paired import mcnemar_exact
from benchmark.measure.score import FRACTION, POINTS, Floats, Labels, Score, check_predictions

Predict = Callable[[Images], Floats]


@dataclass(frozen=True)
class Robustness:
    """Both arms under one corruption; `change` is quantized − baseline on the same corrupted images."""

    corruption: str
    severity: int
    strength: float
    strength_unit: str
    baseline: Score
    quantized: Score
    change: Score
    gained: int
    lost: int
    mcnemar_p: float


def robustness(
    baseline: Predict,
    quantized: Predict,
    images: Images,
    labels: Labels,
    classes: tuple[str, ...],
    *,
    corruptions: Sequence[str] = tuple(CORRUPTIONS),
    severities: Sequence[int] = SEVERITIES,
    seed: int = 0,
    progress: Progress = silent,
) -> tuple[Robustness, ...]:
    """Score two arms on corrupted images.

    Parameters
    ----------
    baseline, quantized
        Give probabilities (n, classes) to uint8 images (n, side, side, 3); both see the same corrupted images.
    images, labels, classes
        What the arms are tested on.
    corruptions, severities
        Which to apply; all by default.
    seed
        Of noise and directions.
    progress
        Told of every corruption that is done.

    Raises
    ------
    MedquantError
        If a corruption is unknown or predictions do not belong to the labels.
    """
    wanted = [(name, severity) for name in corruptions for severity in severities]
    rows = []
    for done, (name, severity) in enumerate(wanted):
        progress("corrupted images", done, len(wanted))
        changed = corrupt(images, name, severity, seed=seed)
        right = []
        for predict in (baseline, quantized):
            probabilities = predict(changed)
            check_predictions(probabilities, labels, classes)
            right.append(probabilities.argmax(axis=1) == labels)
        was, now = right
        n, gained, lost = len(labels), int((~was & now).sum()), int((was & ~now).sum())
        metric = f"accuracy/{name}/{severity}"
        low, high = bonett_price(gained, lost, n)
        kind = CORRUPTIONS[name]
        rows.append(
            Robustness(
                name,
                severity,
                kind.strengths[severity - 1],
                kind.unit,
                _accuracy(metric, int(was.sum()), n),
                _accuracy(metric, int(now.sum()), n),
                Score(metric, 100 * (gained - lost) / n, 100 * low, 100 * high, n, POINTS, "Bonett–Price"),
                gained,
                lost,
                mcnemar_exact(gained, lost),
            )
        )
    progress("corrupted images", len(wanted), len(wanted))
    return tuple(rows)


def _accuracy(metric: str, right: int, n: int) -> Score:
    return Score(metric, right / n, *wilson(right, n), n, FRACTION, "Wilson")
