"""The points of the trade-off planes: size against score, as studies report them and as our own runs measured them."""

import math
from collections import defaultdict

from db.vocabulary import Control, Origin
from reports.evidence import Evidence
from reports.figures.tradeoff import TradeoffPoint
from review.effects import Effect

ACCURACY_LIKE = ("accuracy", "dice", "auc", "iou", "f1", "sensitivity", "specificity", "precision", "ssim")


def reported_points(evidence: Evidence) -> list[tuple[Effect, Effect]]:
    """Pair each reported size change with the accuracy-like change of the same arm of the same study."""
    clean = [
        e for e in evidence.effects.effects if e.control == Control.CLEAN and e.origin == Origin.REPORTED
    ]
    sizes: dict[tuple[str, str], Effect] = {}
    for effect in clean:
        if effect.outcome == "size":
            sizes.setdefault((effect.source, effect.arm), effect)
    by_study: dict[str, list[Effect]] = defaultdict(list)
    for (source, _), effect in sizes.items():
        by_study[source].append(effect)
    pairs: dict[tuple[str, str], tuple[Effect, Effect]] = {}
    for effect in clean:
        if effect.outcome not in ACCURACY_LIKE:
            continue
        its = by_study.get(effect.source, [])
        size = sizes.get((effect.source, effect.arm)) or (its[0] if len(its) == 1 else None)
        if size is not None:
            pairs.setdefault((effect.source, effect.arm), (size, effect))
    return list(pairs.values())


def literature_points(evidence: Evidence) -> list[TradeoffPoint]:
    """Return the reported points; the name of a study stands at the first of its points of a score."""
    points: list[TradeoffPoint] = []
    named: set[tuple[str, str]] = set()
    for size, effect in reported_points(evidence):
        label = "" if (effect.source, effect.outcome) in named else _label(evidence, effect)
        named.add((effect.source, effect.outcome))
        points.append(
            TradeoffPoint(
                effect.source, label, _technique(evidence, effect.technique), math.exp(size.yi), effect.yi
            )
        )
    return points


def measured_points(evidence: Evidence) -> list[TradeoffPoint]:
    """Return one point a clean measured contrast: its accuracy on the main images and its size like for like."""
    points = []
    for contrast in evidence.measured.contrasts:
        score, size = contrast.of("accuracy"), contrast.of("size")
        if score is None or size is None or {score.control, size.control} != {Control.CLEAN}:
            continue
        points.append(
            TradeoffPoint(
                contrast.case_id,
                contrast.arm_key,
                _technique(evidence, score.technique),
                math.exp(size.yi),
                score.yi,
                measured=True,
                ci_low=score.ci_low,
                ci_high=score.ci_high,
            )
        )
    return points


def _label(evidence: Evidence, effect: Effect) -> str:
    score = "" if effect.outcome == "accuracy" else f" ({evidence.codebook.outcomes[effect.outcome].label})"
    return effect.source + score


def _technique(evidence: Evidence, codes: tuple[str, ...]) -> str:
    return " + ".join(evidence.codebook.label("technique", code) for code in codes) or "unspecified"
