"""The likely relevant come first, with the words that say so; the same seed gives the same order; the bound holds."""

import sys

import numpy as np
import pytest

from db.errors import MedquantError
from review.keywords import Keywords
from review.prioritise.order import Order, order_texts
from review.prioritise.ranker import Classifier, Labels, learn, terms_of, words_for
from review.prioritise.simulate import Strategy, measures_of, play, simulate
from review.prioritise.stopping import LEVEL, hint_of, p_value, quiet_run_needed, recall_so_far

NONE = np.array([], dtype=np.int64)
NO_LABELS: Labels = np.array([], dtype=np.bool_)
WORDS = Keywords(("int8",), ("survey",))


def made_up(n: int = 120, every: int = 5, seed: int = 0) -> tuple[list[str], Labels]:
    """Return titles of which every fifth is relevant and, mostly, says so."""
    chance = np.random.default_rng(seed)
    filler = np.array(["network", "image", "study", "method", "patient", "training", "fast", "novel"])
    relevant = np.arange(n) % every == 0
    texts = []
    for is_relevant in relevant:
        tells = chance.random() < (0.9 if is_relevant else 0.1)
        texts.append(" ".join([*chance.choice(filler, 5), *(["quantized"] if tells else [])]))
    order = chance.permutation(n)
    return [texts[i] for i in order], relevant[order]


# order


def test_terms_of_many_texts_are_found_in_some_and_weighed_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"quantized network {'odd' if i % 2 else 'even'}" for i in range(40)]
    whole = terms_of(texts)
    monkeypatch.setattr("review.prioritise.ranker.MOST_READ", 10)
    some = terms_of(texts)  # every fourth text is read, so none with the word odd
    assert whole is not None
    assert some is not None
    assert [name for name in whole.names if "odd" not in name] == list(some.names)
    assert some.matrix.shape[0] == len(texts)
    # the rarer word weighs more than the one in all texts, as it does where all texts are read
    row = some.matrix[[0]].toarray()[0]
    whole_row = whole.matrix[[0]].toarray()[0]
    kept = [i for i, name in enumerate(whole.names) if "odd" not in name]
    np.testing.assert_allclose(row, whole_row[kept], rtol=1e-12)


@pytest.mark.parametrize("classifier", Classifier)
def test_what_resembles_the_included_comes_first_with_the_words_that_say_so(classifier: Classifier) -> None:
    texts = ["int8 brain", "a survey", "int8 heart", "the survey of surveys", "survey again", "int8 lung"]
    order = order_texts(
        texts, terms_of(texts), np.array([0, 1]), np.array([True, False]), classifier=classifier, explained=4
    )
    assert order.how == classifier
    assert set(order.rows[:2]) == {2, 5}
    assert all("int8" in words for words in order.words[:2])
    assert not any("survey" in words for words in order.words)
    assert list(order.scores) == sorted(order.scores, reverse=True)


def test_the_words_are_those_with_the_greatest_share_in_the_score() -> None:
    texts, labels = made_up()
    terms = terms_of(texts)
    assert terms is not None
    weights = learn(terms.matrix, labels, Classifier.LOGISTIC)
    row = next(i for i, text in enumerate(texts) if "quantized" in text)
    assert "quantized" in words_for(terms, row, weights)[0]
    parts = terms.matrix[[row]].toarray()[0] * weights.terms
    assert weights.scores(terms.matrix)[row] == pytest.approx(parts.sum() + weights.start)


@pytest.mark.parametrize("labels", [[], [True], [False], [False, False]])
def test_before_anything_can_be_learned_keywords_decide(labels: list[bool]) -> None:
    texts = ["a", "b", "survey of int8", "int8", "survey", "nothing"]
    screened = np.arange(len(labels))
    known = np.array(labels, dtype=np.bool_)
    order = order_texts(texts, terms_of(texts), screened, known, keywords=WORDS, explained=1)
    assert order.how == "keywords"
    assert (order.rows[0], order.rows[-1], order.words) == (3, 4, (("int8",),))


def test_without_keywords_chance_decides_by_its_seed() -> None:
    texts = [f"title {i}" for i in range(50)]
    first, again, other = (order_texts(texts, None, NONE, NO_LABELS, seed=seed) for seed in (1, 1, 2))
    assert first.how == "random"
    assert list(first.rows) == list(again.rows) != list(other.rows)
    assert sorted(first.rows) == list(range(50))


@pytest.mark.parametrize("strategy", Strategy)
def test_the_same_seed_plays_the_same_game_and_every_record_is_screened_once(strategy: Strategy) -> None:
    texts, labels = made_up(60)
    games = [
        play(texts, terms_of(texts), labels, strategy, seed=3, batch=7, keywords=WORDS) for _ in range(2)
    ]
    assert list(games[0]) == list(games[1])
    assert sorted(games[0]) == list(range(60))


def test_texts_without_a_word_are_ordered_all_the_same() -> None:
    texts = ["", "!!", "the"]
    assert terms_of(texts) is None
    order: Order = order_texts(texts, None, np.array([0]), np.array([True]))
    assert sorted(order.rows) == [1, 2]


def test_one_kind_of_decision_teaches_nothing() -> None:
    terms = terms_of(["one text", "two texts"])
    assert terms is not None
    with pytest.raises(ValueError, match="one kind"):
        learn(terms.matrix, np.array([True, True]), Classifier.LOGISTIC)


def test_without_scikit_learn_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MedquantError, match=r"sklearn is not installed.*medquant\[curate\]"):
        terms_of(["a text"])


# recall


def test_the_bound_is_the_hypergeometric_one_where_there_is_one_window() -> None:
    # one record seen, relevant, of three: however many of the two left are relevant, that is no surprise
    recall = recall_so_far(np.array([True]), 2)
    assert recall is not None
    assert (recall.may_be_left, recall.low, recall.high) == (2, pytest.approx(1 / 3), 1.0)


def test_a_p_value_worked_by_hand() -> None:
    # found 1, then 5 irrelevant ones; 2 left. Recall under 95 % means that at least one is left: the best window is the
    # five, and the chance to draw none of 1 in 7 by 5 draws is 2/7
    recall = recall_so_far(np.array([True] + [False] * 5), 2)
    assert recall is not None
    assert recall.p == pytest.approx(2 / 7)
    assert not recall.reached


def test_nothing_is_said_before_the_first_inclusion() -> None:
    labels = np.zeros(50, dtype=np.bool_)
    assert recall_so_far(labels, 50) is None
    assert "nothing can be said" in hint_of(None, labels, 50)


def test_the_hint_names_the_run_that_would_be_enough_and_it_is() -> None:
    labels = np.array([True, False] * 10)
    recall = recall_so_far(labels, 200)
    quiet = quiet_run_needed(labels, 200)
    assert f"{quiet} more in a row" in hint_of(recall, labels, 200)
    for more, reached in ((quiet, True), (quiet - 1, False)):
        longer = np.concatenate([labels, np.zeros(more, dtype=np.bool_)])
        later = recall_so_far(longer, 200 - more)
        assert later is not None
        assert later.reached == reached
        assert hint_of(later, longer, 200 - more).startswith("you may stop" if reached else "go on")


def test_with_everything_screened_recall_is_whole() -> None:
    labels = np.array([True, False, True])
    recall = recall_so_far(labels, 0)
    assert recall is not None
    assert (recall.estimate, recall.low, recall.p) == (1.0, 1.0, 0.0)
    assert "nothing left" in hint_of(recall, labels, 0)


@pytest.mark.parametrize("seed", range(3))
def test_the_bound_is_the_most_that_is_not_refuted(seed: int) -> None:
    labels = np.random.default_rng(seed).random(80) < 0.2
    recall = recall_so_far(labels, 60)
    assert recall is not None
    refuted = [p_value(labels, 60, relevant) < 1 - LEVEL for relevant in range(61)]
    assert refuted.index(True) - 1 == recall.may_be_left
    assert refuted == sorted(refuted)


def test_the_bound_holds_about_as_often_as_it_says_in_random_order() -> None:
    held = asked = 0
    for seed in range(40):
        labels = np.random.default_rng(seed).permutation(np.arange(300) % 6 == 0)
        for screened in (75, 150, 225):
            recall = recall_so_far(labels[:screened], 300 - screened)
            assert recall is not None
            held, asked = held + (labels[:screened].sum() / labels.sum() >= recall.low), asked + 1
    # the best of many windows counts, for which nothing is allowed: a little under 95 % is what is promised
    assert held / asked > 0.85


# simulation


def test_measures_of_a_course_worked_by_hand() -> None:
    found = np.zeros(100, dtype=np.bool_)
    found[[0, 4, 20, 40]] = True
    measures = measures_of(found, batch=100)
    assert measures["wss95"] == pytest.approx(1 - 41 / 100 - 0.05)
    assert [measures[name] for name in ("recall10", "recall25", "recall50")] == [0.5, 0.75, 1.0]
    assert "stop_recall" not in measures


def test_on_titles_that_tell_learning_saves_work_and_on_random_ones_it_does_not() -> None:
    texts, labels = made_up(100)
    learned = simulate(texts, labels, seeds=4, keywords=WORDS).played
    by_name = {played.strategy: played for played in learned}
    assert by_name[Strategy.LOGISTIC_RANDOM].better_than_random == 4
    recall = by_name[Strategy.LOGISTIC_RANDOM].metrics["recall50"]
    assert recall is not None
    assert recall.mean > 0.8
    shuffled = np.random.default_rng(1).permutation(labels)
    blind = simulate(texts, shuffled, seeds=4, keywords=WORDS).played
    recall = {played.strategy: played for played in blind}[Strategy.LOGISTIC_RANDOM].metrics["recall50"]
    assert recall is not None
    assert 0.3 < recall.mean < 0.7


@pytest.mark.parametrize("labels", [[False] * 4, [True] * 4, [True, False, False, False]])
def test_too_little_to_play_is_refused(labels: list[bool]) -> None:
    with pytest.raises(MedquantError, match="nothing to play again"):
        simulate(["a text"] * 4, np.array(labels), keywords=WORDS)
