"""The order in which to screen: learned from what was decided, or by keywords or chance before there is anything to learn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.keywords import Keywords
from review.prioritise.ranker import WORDS_SHOWN, Classifier, Labels, Terms, learn, words_for

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Order:
    """Unscreened texts, the most likely relevant first: `rows` of the texts with their scores, and how that was found.

    `how` is the name of the classifier, or `keywords` or `random` where nothing could be learned yet. The score has
    no unit: it puts texts in order and is no probability.
    """

    how: str
    rows: Rows
    scores: NDArray[np.float64]
    words: tuple[tuple[str, ...], ...]


def order_texts(
    texts: Sequence[str],
    terms: Terms | None,
    screened: Rows,
    labels: Labels,
    *,
    classifier: Classifier = Classifier.LOGISTIC,
    keywords: Keywords | None = None,
    seed: int = 0,
    explained: int = 0,
    among: Rows | None = None,
) -> Order:
    """Order the texts that were not screened.

    Parameters
    ----------
    texts, terms
        All texts, and the same as numbers (see `terms_of`).
    screened, labels
        Which of them were screened, and whether each of these was included.
    classifier
        What learns.
    keywords
        What orders as long as nothing can be learned; without any, chance does.
    seed
        Decides between texts of equal score, and what chance does.
    explained
        For how many of the first texts the words that speak for them are told.
    among
        Which texts are put in order (default: all that were not screened).
    """
    chance = np.random.default_rng(seed).permutation(len(texts))
    rows = chance[~np.isin(chance, screened)]
    if among is not None:
        rows = rows[np.isin(rows, among)]
    if terms is not None and labels.any() and not labels.all():
        weights = learn(terms.matrix[screened], labels, classifier)
        scores = weights.scores(terms.matrix[rows])
        best = np.argsort(-scores, kind="stable")
        rows, scores = rows[best], scores[best]
        words = tuple(words_for(terms, int(row), weights) for row in rows[:explained])
        return Order(classifier.value, rows, scores, words)
    if keywords is not None:
        scores = np.array([keywords.score(texts[row]) for row in rows], dtype=np.float64)
        best = np.argsort(-scores, kind="stable")
        rows, scores = rows[best], scores[best]
        return Order(
            "keywords", rows, scores, tuple(_marked(keywords, texts[row]) for row in rows[:explained])
        )
    return Order("random", rows, np.zeros(len(rows)), ((),) * min(explained, len(rows)))


def _marked(keywords: Keywords, text: str) -> tuple[str, ...]:
    found = dict.fromkeys(mark.words.casefold() for mark in keywords.marks(text) if mark.speaks_for)
    return tuple(found)[:WORDS_SHOWN]
