"""Recipes: the rates of a stage; start weights that are none."""

import math
from pathlib import Path

import pytest

from benchmark.models.recipes import Stage, rate_at
from benchmark.models.start_weights import NONE, start_weights
from db.errors import MedquantError


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


def test_no_start_weights_are_described_as_such() -> None:
    assert start_weights("none", "densenet_31") is NONE
    assert NONE.parts() == {"name": "none", "sha256": "", "remark": "random initialization by the seed"}


def test_auto_does_without_start_weights_where_none_can_be_had() -> None:
    assert start_weights("auto", "densenet_31") is NONE


def test_a_network_without_start_weights_says_so() -> None:
    with pytest.raises(MedquantError, match="only for mobilenet_v2; give --weights none"):
        start_weights("imagenet", "densenet_31")


def test_start_weights_that_are_not_there_are_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(MedquantError, match=r"cannot be read .*No such file.*give --weights"):
        start_weights(str(tmp_path / "w.h5"), "mobilenet_v2")
    with pytest.raises(MedquantError, match=r"cannot be read .*directory.*give --weights"):
        start_weights(str(tmp_path), "mobilenet_v2")
