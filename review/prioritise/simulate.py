"""What prioritisation would have saved: screening played again on records whose decisions are known.

Reference: Cohen AM et al. Reducing workload in systematic review preparation using automated citation classification.
J Am Med Inform Assoc 2006;13:206-19 (work saved over sampling).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from db.errors import MedquantError
from review.keywords import Keywords
from review.prioritise.order import Rows, order_texts
from review.prioritise.ranker import Classifier, Labels, Terms, terms_of
from review.prioritise.stopping import LEVEL, TARGET, fewest_missed, p_value

SHARES = (0.10, 0.25, 0.50)
WANTED = 0.95
BATCH = 10
LEAST_RELEVANT = 2


class Strategy(StrEnum):
    """By what the next record is chosen; the second word says how it starts while nothing was included."""

    RANDOM = "random"
    KEYWORDS = "keywords"
    LOGISTIC_RANDOM = "logistic, random start"
    LOGISTIC_KEYWORDS = "logistic, keyword start"
    BAYES_RANDOM = "bayes, random start"


METRICS = ("wss95", "recall10", "recall25", "recall50", "stop_screened", "stop_recall", "bound_held")


@dataclass(frozen=True)
class Spread:
    """A number over the seeds: mean, standard deviation, least and most, of `n` seeds that gave one."""

    mean: float
    sd: float
    least: float
    most: float
    n: int


@dataclass(frozen=True)
class Played:
    """What a strategy gave: each metric over the seeds, and in how many seeds it saved more than random order did.

    `wss95`: work saved over sampling at 95 % recall. `recall10` …: recall after 10, 25 and 50 % of the records.
    `stop_screened` and `stop_recall`: the share screened and the true recall when the stopping rule first said stop
    with something left, in the `n` seeds where it did. `bound_held`: the share of moments, one after every batch
    before that, at which the true recall was no lower than its bound said.
    """

    strategy: Strategy
    metrics: dict[str, Spread | None]
    better_than_random: int


@dataclass(frozen=True)
class Simulation:
    """Screening played again: records, relevant ones among them, seeds, batch, and one row a strategy."""

    records: int
    relevant: int
    seeds: int
    batch: int
    played: tuple[Played, ...]


def simulate(
    texts: Sequence[str],
    labels: Labels,
    *,
    seeds: int = 20,
    batch: int = BATCH,
    keywords: Keywords,
    step: Callable[[str], None] = lambda _: None,
) -> Simulation:
    """Play the screening of all texts by every strategy.

    Parameters
    ----------
    texts, labels
        The records and whether each was included.
    seeds
        How often, each time with another chance.
    batch
        How many records are screened between two trainings.
    keywords
        The words of the project.
    step
        Is told the name of each game before it is played.

    Raises
    ------
    MedquantError
        If too few were included, or none was excluded.
    """
    if labels.sum() < LEAST_RELEVANT or labels.all():
        raise MedquantError(
            f"{int(labels.sum())} of {len(labels)} settled records are included, which is nothing to play again; "
            f"at least {LEAST_RELEVANT} have to be included and 1 excluded"
        )
    terms = terms_of(texts)
    courses: dict[Strategy, list[dict[str, float]]] = {}
    for strategy in Strategy:
        courses[strategy] = []
        for seed in range(seeds):
            step(f"{strategy}, seed {seed}")
            played = play(texts, terms, labels, strategy, seed=seed, batch=batch, keywords=keywords)
            courses[strategy].append(measures_of(labels[played], batch))
    saved = [course["wss95"] for course in courses[Strategy.RANDOM]]
    rows = []
    for strategy, its in courses.items():
        better = sum(course["wss95"] > by_chance for course, by_chance in zip(its, saved, strict=True))
        rows.append(Played(strategy, {metric: _spread(its, metric) for metric in METRICS}, better))
    return Simulation(len(labels), int(labels.sum()), seeds, batch, tuple(rows))


def play(
    texts: Sequence[str],
    terms: Terms | None,
    labels: Labels,
    strategy: Strategy,
    *,
    seed: int,
    batch: int,
    keywords: Keywords,
) -> Rows:
    """Return the rows in the order in which a strategy would have screened them."""
    classifier = Classifier.BAYES if strategy == Strategy.BAYES_RANDOM else Classifier.LOGISTIC
    by_words = keywords if strategy in (Strategy.KEYWORDS, Strategy.LOGISTIC_KEYWORDS) else None
    if strategy in (Strategy.RANDOM, Strategy.KEYWORDS):
        nothing = np.array([], dtype=np.int64)
        return order_texts(texts, None, nothing, labels[nothing], keywords=by_words, seed=seed).rows
    screened = np.array([], dtype=np.int64)
    while len(screened) < len(labels):
        order = order_texts(
            texts, terms, screened, labels[screened], classifier=classifier, keywords=by_words, seed=seed
        )
        screened = np.concatenate([screened, order.rows[:batch]])
    return screened


def measures_of(found: Labels, batch: int) -> dict[str, float]:
    """Return the metrics of one course.

    Parameters
    ----------
    found
        Whether each record is relevant, in the order of screening.
    batch
        After how many records the stopping rule is asked.
    """
    n, total = len(found), int(found.sum())
    sums = np.cumsum(found)
    enough = int(np.argmax(sums >= math.ceil(WANTED * total - 1e-9))) + 1
    measures = {"wss95": 1 - enough / n - (1 - WANTED)}
    for share in SHARES:
        measures[f"recall{share * 100:.0f}"] = float(sums[max(math.ceil(share * n), 1) - 1]) / total
    held, asked = 0, 0
    for screened in range(batch, n, batch):
        seen, so_far, left = found[:screened], int(sums[screened - 1]), n - screened
        if so_far == 0:
            continue
        # the bound holds where what is truly left is not refuted, which is found without looking for the bound
        held, asked = held + (p_value(seen, left, total - so_far) >= 1 - LEVEL), asked + 1
        if p_value(seen, left, fewest_missed(so_far, TARGET)) < 1 - LEVEL:
            measures |= {"stop_screened": screened / n, "stop_recall": so_far / total}
            break
    if asked:
        measures["bound_held"] = held / asked
    return measures


def _spread(courses: list[dict[str, float]], metric: str) -> Spread | None:
    values = np.array([course[metric] for course in courses if metric in course])
    if not len(values):
        return None
    sd = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    return Spread(float(values.mean()), sd, float(values.min()), float(values.max()), len(values))
