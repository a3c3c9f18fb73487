"""Scoring texts by what was included so far: TF-IDF and a linear classifier, with the words that speak for a text.

References: Salton G, Buckley C. Inf Process Manag 1988;24:513-23 (TF-IDF). Rennie JDM et al. Tackling the poor
assumptions of naive Bayes text classifiers. ICML 2003:616-23 (complement naive Bayes).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.errors import MedquantError

MOST_TERMS, MOST_READ = 50_000, 20_000
WORDS_SHOWN = 5

Floats = NDArray[np.float64]
Labels = NDArray[np.bool_]


class Classifier(StrEnum):
    """By which classifier texts are scored."""

    LOGISTIC = "logistic"
    BAYES = "bayes"


@dataclass(frozen=True)
class Terms:
    """Texts as numbers: a sparse matrix, texts × terms, and the terms' names."""

    matrix: Any
    names: NDArray[np.str_]


@dataclass(frozen=True)
class Weights:
    """A fitted classifier: how far each term speaks for inclusion, and what stands before any term."""

    terms: Floats
    start: float

    def scores(self, matrix: Any) -> Floats:  # noqa: ANN401 - SciPy's sparse matrices have no common type
        """Return the score of each row; above 0 speaks for inclusion."""
        return np.asarray(matrix @ self.terms, dtype=np.float64) + self.start


def terms_of(texts: Sequence[str]) -> Terms | None:
    """Return the TF-IDF of words and pairs of words, or None where no text holds a word.

    Notes
    -----
    All texts take part, also those nobody has screened: how common a word is needs no decision. Which terms count is
    found in at most `MOST_READ` texts, spread evenly, because most pairs of words stand in one text alone, and millions
    of them would fill the memory for nothing.
    """
    _need_sklearn()
    from sklearn.feature_extraction.text import TfidfVectorizer

    how = {
        "ngram_range": (1, 2),
        "sublinear_tf": True,
        "stop_words": "english",
        "strip_accents": "unicode",
    }
    maker = TfidfVectorizer(max_features=MOST_TERMS, **how)
    try:
        if len(texts) > MOST_READ:
            maker.fit(texts[:: -(-len(texts) // MOST_READ)])
            maker = TfidfVectorizer(vocabulary=maker.get_feature_names_out(), **how)
        matrix = maker.fit_transform(texts)
    except ValueError:  # scikit-learn's word for an empty vocabulary
        return None
    return Terms(matrix.tocsr(), maker.get_feature_names_out().astype(np.str_))


def learn(matrix: Any, labels: Labels, classifier: Classifier) -> Weights:  # noqa: ANN401
    """Fit a classifier in which the included and the excluded weigh the same in sum.

    Parameters
    ----------
    matrix
        The texts that were screened, texts × terms.
    labels
        Which of them were included; both kinds must be there.
    classifier
        Which one. Both are deterministic and linear in the terms, so that a score can be told in words.

    Raises
    ------
    ValueError
        If only one kind is there.
    """
    if labels.all() or not labels.any():
        raise ValueError("nothing can be learned from one kind of decision alone")
    if classifier == Classifier.BAYES:
        from sklearn.naive_bayes import ComplementNB
        from sklearn.utils.class_weight import compute_sample_weight

        bayes = ComplementNB().fit(matrix, labels, sample_weight=compute_sample_weight("balanced", labels))
        return Weights(np.asarray(bayes.feature_log_prob_[1] - bayes.feature_log_prob_[0]), 0.0)
    from sklearn.linear_model import LogisticRegression

    # liblinear's own loops, not the linear algebra of many threads, which takes 20 times as long on a busy machine
    logistic = LogisticRegression(solver="liblinear", class_weight="balanced", random_state=0)
    logistic.fit(matrix, labels)
    return Weights(np.asarray(logistic.coef_[0], dtype=np.float64), float(logistic.intercept_[0]))


def words_for(terms: Terms, row: int, weights: Weights, most: int = WORDS_SHOWN) -> tuple[str, ...]:
    """Return the terms of a text that speak most for its inclusion, strongest first; none may."""
    cells = terms.matrix[[row]].tocoo()
    parts = cells.data * weights.terms[cells.col]
    best = sorted(zip(-parts, terms.names[cells.col], strict=True))[:most]
    return tuple(str(name) for against, name in best if against < 0)


def _need_sklearn() -> None:
    try:
        import sklearn  # noqa: F401
    except ModuleNotFoundError as error:
        raise MedquantError(
            f"{error.name} is not installed, which ranking records needs; pip install 'medquant[curate]'"
        ) from None
