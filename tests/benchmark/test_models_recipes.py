"""Recipes: stages, rates, and what is refused; start weights that are none."""

import math
from pathlib import Path

import pytest

from benchmark.models.recipes import FROM_SCRATCH, THREE_STAGE, Stage, rate_at, recipe_named
from benchmark.models.start_weights import NONE, start_weights
from db.errors import MedquantError


def test_three_stages_are_a_frozen_head_a_full_fine_tune_at_a_reduced_rate_and_an_aggressive_schedule() -> (
    None
):
    head, fine, extended = THREE_STAGE.stages
    assert (head.trainable, fine.trainable, extended.trainable) == ("head", "all", "all")
    assert fine.rate < head.rate
    assert fine.schedule == "constant"
    assert extended.schedule == "cosine"


def test_a_cosine_falls_from_the_rate_to_nearly_zero_after_a_linear_warm_up() -> None:
    stage = Stage("s", 1, 0.8, schedule="cosine", warm_up=0.2)
    rates = [rate_at(stage, step, 100) for step in range(100)]
    assert rates[:3] == pytest.approx([0.04, 0.08, 0.12])
    assert rates[20] == pytest.approx(0.8)
    assert rates[60] == pytest.approx(0.4)
    assert rates[99] == pytest.approx(0.8 * 0.5 * (1 + math.cos(math.pi * 79 / 80)))
    assert max(rates) <= 0.8


def test_a_constant_rate_is_constant() -> None:
    assert {rate_at(Stage("s", 1, 0.1), step, 7) for step in range(7)} == {0.1}


def test_epochs_can_be_changed_by_stage_and_a_stage_of_none_is_left_out() -> None:
    recipe = recipe_named("three-stage", {"head": 1, "extended": 0})
    assert [(stage.name, stage.epochs) for stage in recipe.stages] == [
        ("head", 1),
        ("fine-tune", THREE_STAGE.stages[1].epochs),
    ]
    assert recipe_named("from-scratch") == FROM_SCRATCH


@pytest.mark.parametrize(
    ("name", "epochs", "told"),
    [
        ("four-stage", None, "allowed: three-stage, from-scratch"),
        ("three-stage", {"tail": 1}, "allowed: head, fine-tune, extended"),
        ("three-stage", {"head": -1}, "give 0 or more"),
        ("from-scratch", {"scratch": 0}, "give one of its stages at least 1"),
    ],
)
def test_what_is_no_recipe_is_told_with_what_is_allowed(
    name: str, epochs: dict[str, int] | None, told: str
) -> None:
    with pytest.raises(MedquantError, match=told):
        recipe_named(name, epochs)


def test_no_start_weights_are_described_as_such() -> None:
    assert start_weights("none", "densenet_31") is NONE
    assert NONE.parts() == {"name": "none", "sha256": "", "remark": "random initialization by the seed"}


def test_a_network_without_start_weights_says_so() -> None:
    with pytest.raises(MedquantError, match="only for mobilenet_v2; give --weights none"):
        start_weights("imagenet", "densenet_31")


def test_start_weights_that_are_not_there_are_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(MedquantError, match=r"cannot be read .*No such file.*give --weights"):
        start_weights(str(tmp_path / "w.h5"), "mobilenet_v2")
    with pytest.raises(MedquantError, match=r"cannot be read .*directory.*give --weights"):
        start_weights(str(tmp_path), "mobilenet_v2")
