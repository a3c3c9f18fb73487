"""The order for one reviewer's desk: the texts are counted once and remembered, so that learning anew takes seconds."""

from dataclasses import dataclass
from threading import Lock

import numpy as np
from sqlalchemy import Connection

from db.vocabulary import Stage
from review.keywords import Keywords
from review.prioritise.order import order_texts
from review.prioritise.ranker import Terms, terms_of
from review.prioritise.records import text_of
from review.prioritise.stopping import Recall, hint_of, recall_so_far
from review.screening import State, final_labels, queue_of, read_standings

EXPLAINED = 50
"""For how many of the first records the words are told that speak for them."""


@dataclass(frozen=True)
class Ranked:
    """A reviewer's queue, the likely relevant first: how it was found, from how many decisions, what that says.

    `words` holds for the first records the words that speak for them. `recall` is None where nothing was included.
    """

    how: str
    records: tuple[str, ...]
    words: dict[str, tuple[str, ...]]
    included: int
    excluded: int
    recall: Recall | None
    hint: str


class Memory:
    """The texts of all records as numbers, kept as long as no text changes; one training at a time."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._terms: Terms | None = None
        self._lock = Lock()

    def terms(self, texts: list[str]) -> Terms | None:
        """Return texts as numbers."""
        if texts != self._texts:
            self._texts, self._terms = texts, terms_of(texts)
        return self._terms

    def rank(
        self, connection: Connection, reviewer: str, needed: int, keywords: Keywords, seed: int = 0
    ) -> Ranked:
        """Return a reviewer's queue, the likely relevant first.

        Parameters
        ----------
        connection
            An open connection.
        reviewer
            Whose queue; it is learned from what is settled and from the own decisions alone, so that the order
            betrays nobody's.
        needed
            How many reviewers judge a record.
        keywords, seed
            See `review.prioritise.order.order_texts`.

        Raises
        ------
        MedquantError
            If scikit-learn is not installed.
        """
        with self._lock:
            standings = read_standings(connection, needed)
            known = final_labels(standings.values(), reviewer)
            queue = queue_of(standings.values(), reviewer, Stage.TITLE_ABSTRACT)
            keys = [key for key, standing in standings.items() if standing.state != State.REMOVED]
            place = {key: i for i, key in enumerate(keys)}
            texts = [text_of(standings[key]) for key in keys]
            labels = np.array(list(known.values()), dtype=np.bool_)
            waiting = np.array([place[s.record_id] for s in queue], dtype=np.int64)
            order = order_texts(
                texts,
                self.terms(texts) if queue else None,
                np.array([place[key] for key in known], dtype=np.int64),
                labels,
                keywords=keywords,
                seed=seed,
                among=waiting,
                explained=EXPLAINED,
            )
        records = tuple(keys[row] for row in order.rows)
        recall = recall_so_far(labels, len(records))
        return Ranked(
            order.how,
            records,
            dict(zip(records, order.words, strict=False)),
            int(labels.sum()),
            int((~labels).sum()),
            recall,
            hint_of(recall, labels, len(records)),
        )
