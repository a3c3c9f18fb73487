"""An own change lies inside or outside of what the literature reports, and the sentence says so."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from db.codebook.codebook import Codebook
from db.errors import MedquantError
from db.session import place_of, reading
from review.effects import Effects
from review.placement import place_change, place_run
from review.pool import OutcomePool

AddRun = Callable[..., str]


def test_the_interval_is_the_pools_own(
    shipped_effects: Effects, shipped_pools: dict[str, OutcomePool], codebook: Codebook
) -> None:
    placed = place_change(shipped_effects, codebook, "accuracy", -1.0)
    assert (placed.low, placed.high) == shipped_pools["accuracy"].new_group
    assert (placed.k, placed.inside) == (shipped_pools["accuracy"].groups, True)
    assert placed.df_rule == f"t with k − 1 = {placed.k - 1} degrees of freedom"


@pytest.mark.parametrize(
    ("change", "inside", "words"),
    [
        (-1.0, True, "inside the literature's 95 % prediction interval (−4.7 to 2.5 points); "),
        (-40.0, False, "worse than the literature's 95 % prediction interval (−4.7 to 2.5 points); worse than 100 % of"),
        (40.0, False, "better than the literature's 95 % prediction interval (−4.7 to 2.5 points); better than 100 % of"),
    ],
)  # fmt: skip
def test_a_score_is_better_the_higher_it_is(
    shipped_effects: Effects, codebook: Codebook, change: float, *, inside: bool, words: str
) -> None:
    placed = place_change(shipped_effects, codebook, "accuracy", change)
    assert placed.inside == inside
    assert placed.sentence.startswith(words)


def test_a_size_is_better_the_smaller_it_is(shipped_effects: Effects, codebook: Codebook) -> None:
    small, large = (place_change(shipped_effects, codebook, "size", ratio) for ratio in (0.001, 20.0))
    assert (small.share_worse, large.share_worse, small.unit) == (1.0, 0.0, "ratio")
    assert small.sentence.startswith("better than")
    assert large.sentence.startswith("worse than")
    assert small.low is not None
    assert 0 < small.low < 1


def test_the_share_counts_group_means(shipped_effects: Effects, codebook: Codebook) -> None:
    rows = shipped_effects.of("accuracy")
    groups = {g: [e.yi for e in rows if e.group == g] for g in {e.group for e in rows}}
    worse = sum(sum(v) / len(v) < -1 for v in groups.values()) / len(groups)
    assert place_change(shipped_effects, codebook, "accuracy", -1.0).share_worse == pytest.approx(worse)


def test_a_bit_width_with_enough_groups_is_compared_with_itself(
    shipped_effects: Effects, codebook: Codebook
) -> None:
    alike = place_change(shipped_effects, codebook, "size", 0.3, "8 bits")
    everything = place_change(shipped_effects, codebook, "size", 0.3)
    assert alike.among == "clean comparisons (8 bits)"
    assert alike.k < everything.k
    few = place_change(shipped_effects, codebook, "size", 0.3, "16 bits")
    assert few.among == "clean comparisons"


def test_too_few_groups_give_no_interval(shipped_effects: Effects, codebook: Codebook) -> None:
    placed = place_change(shipped_effects, codebook, "energy", 0.5)
    assert (placed.inside, placed.low, placed.share_worse) == (None, None, None)
    assert "too few for a prediction interval" in placed.sentence


@pytest.mark.parametrize(
    ("outcome", "change", "sentence"),
    [
        ("beauty", 1.0, "'beauty' is no outcome; allowed: accuracy"),
        ("other", 1.0, "Other is not pooled"),
        ("size", 0.0, "give a ratio quantized / baseline, more than 0"),
        ("accuracy", float("nan"), "give percentage points"),
    ],
)
def test_what_cannot_be_placed_is_told(
    shipped_effects: Effects, codebook: Codebook, outcome: str, change: float, sentence: str
) -> None:
    with pytest.raises(MedquantError) as told:
        place_change(shipped_effects, codebook, outcome, change)
    assert sentence in str(told.value)


@pytest.fixture
def own_run(seeded_db: Engine, add_run: AddRun) -> Engine:
    """Add an own run, on synthetic images, with an accuracy, a size and an outcome that is not pooled."""
    comparisons = [
        {"baseline_value": "90", "quantized_value": "50", "split": "paper/validation"},
        {"outcome": "size", "unit": "MB", "baseline_value": "10", "quantized_value": "5"},
        {"outcome": "other", "unit": "other", "baseline_value": "1", "quantized_value": "2"},
    ]
    add_run(seeded_db, "own", comparisons=comparisons, synthetic=True)
    return seeded_db


def test_a_run_is_placed_comparison_by_comparison(own_run: Engine) -> None:
    with reading(own_run) as connection:
        placed = place_run(connection, "own")
    assert [(p.comparison_id, p.placement.outcome, p.place) for p in placed] == [
        ("own.01", "accuracy", "paper/validation"), ("own.02", "size", None)
    ]  # fmt: skip
    assert [p.placement.change for p in placed] == pytest.approx([-40, 0.5])


def test_a_run_that_is_none_or_has_nothing_is_told(own_run: Engine, add_run: AddRun) -> None:
    add_run(own_run, "empty")
    with reading(own_run) as connection:
        with pytest.raises(MedquantError, match="there is no run 'x'"):
            place_run(connection, "x")
        with pytest.raises(MedquantError, match="has no comparison that could be placed"):
            place_run(connection, "empty")


def test_the_command_places_a_run_or_a_number(own_run: Engine, medquant: Callable[..., Any]) -> None:
    def place(*words: object) -> Any:
        return medquant("review", "place", *words, "--db", place_of(own_run))

    said = place("--run", "own").out
    assert said.startswith(
        "float16 against fp32, paper/validation: accuracy -40 points: worse than the literature's"
    )
    assert said.endswith("the images of this run are synthetic: its values are no evidence\n")
    assert place("--change", "-1").out.startswith("inside")
    assert json.loads(place("--change", "-1", "--json").out)["inside"] is True
    assert len(json.loads(place("--run", "own", "--json").out)) == 2
    assert place("--change", "0.3", "--outcome", "size", "--bits", "8").out.endswith(
        "with clean comparisons (8 bits)\n"
    )
    for words in (
        (),
        ("--run", "own", "--change", "1"),
        ("--change", "1", "--bits", "lots"),
        ("--change", "nan"),
    ):
        done = place(*words)
        assert (done.code, done.err.count("\n")) == (1, 1)
