"""From the rows of the database to texts and labels, and back to records in the order to screen."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from db.vocabulary import Stage
from review.keywords import Keywords
from review.prioritise.order import order_texts
from review.prioritise.ranker import Classifier, Labels, terms_of
from review.prioritise.stopping import Recall, hint_of, recall_so_far
from review.screening import Standing, State, final_labels, queue_of, read_standings

REMARK = re.compile(r"^\s*\[[^\]]*\]\s*")
"""What a curator wrote before a title, such as `[title not shown]`, is no part of it."""


@dataclass(frozen=True)
class Likely:
    """A record to screen, with its score and the words that speak for it."""

    record_id: str
    title: str
    year: int | None
    score: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class Priorities:
    """What to screen next: how that was found, from how many decisions, and how much was found so far."""

    how: str
    included: int
    excluded: int
    unscreened: int
    records: tuple[Likely, ...]
    recall: Recall | None
    hint: str


def text_of(standing: Standing) -> str:
    """Return the words of a record that a classifier reads: the title, and abstract and keywords where there are some."""
    parts = (REMARK.sub("", standing.title), standing.abstract, standing.keywords)
    return " ".join(part for part in parts if part).strip()


def prioritise(
    connection: Connection,
    *,
    n: int = 20,
    reviewer: str | None = None,
    classifier: Classifier = Classifier.LOGISTIC,
    keywords: Keywords | None = None,
    needed: int | None = None,
    seed: int = 0,
) -> Priorities:
    """Return the records to screen on title and abstract, the most likely relevant first.

    Parameters
    ----------
    connection
        An open connection.
    n
        How many records are returned (0: all).
    reviewer
        Only this reviewer's queue; it is learned from what is settled and from the own decisions alone, so that the
        order betrays nobody's.
    classifier, keywords, seed
        See `order_texts`.
    needed
        How many reviewers judge a record (default: what the review has set).
    """
    standings = read_standings(connection, needed)
    known = final_labels(standings.values(), reviewer)
    waiting = (
        [s for s in standings.values() if s.state == State.TO_SCREEN]
        if reviewer is None
        else queue_of(standings.values(), reviewer, Stage.TITLE_ABSTRACT)
    )
    waiting = [standing for standing in waiting if standing.record_id not in known]
    rows = [*(standings[key] for key in known), *waiting]
    labels = np.array(list(known.values()), dtype=np.bool_)
    texts = [text_of(standing) for standing in rows]
    most = len(waiting) if n == 0 else min(n, len(waiting))
    order = order_texts(
        texts,
        terms_of(texts) if waiting else None,
        np.arange(len(known)),
        labels,
        classifier=classifier,
        keywords=keywords,
        seed=seed,
        explained=most,
    )
    recall = recall_so_far(labels, len(waiting))
    return Priorities(
        order.how,
        int(labels.sum()),
        int((~labels).sum()),
        len(waiting),
        tuple(_likely(rows[row], order.scores[i], order.words[i]) for i, row in enumerate(order.rows[:most])),
        recall,
        hint_of(recall, labels, len(waiting)),
    )


def _likely(standing: Standing, score: float, words: tuple[str, ...]) -> Likely:
    return Likely(standing.record_id, standing.title, standing.year, round(float(score), 4), words)


def settled_texts(standings: Iterable[Standing]) -> tuple[list[str], Labels]:
    """Return the texts and labels of all records that are settled, to play their screening again."""
    by_key = {standing.record_id: standing for standing in standings}
    known = final_labels(by_key.values())
    return [text_of(by_key[key]) for key in known], np.array(list(known.values()), dtype=np.bool_)
