"""Each arm stands in one class, and a class that says nothing is compared with nobody."""

import math
from collections.abc import Callable

import pytest

from db.vocabulary import Granularity
from review.effects import Effect, Effects
from review.pool_cli import BYS as OFFERED
from review.pooling.classes import (
    BIT_CLASSES,
    BYS,
    bit_class,
    bit_number,
    class_of,
    dataset_names,
    granularity_class,
    is_told,
    technique_class,
)

MakeEffect = Callable[..., Effect]


def test_the_command_line_offers_every_way_of_grouping() -> None:
    assert OFFERED == BYS


@pytest.mark.parametrize(
    ("codes", "bits", "name"),
    [
        (("8",), 8.0, "8 bits"),
        (("16f",), 16.0, "16 bits"),
        (("bf16",), 16.0, "16 bits"),
        (("4.24",), 4.24, "below 8 bits"),
        (("ternary",), math.log2(3), "below 8 bits"),
        (("8", "16f"), None, BIT_CLASSES[3]),
        ((), None, BIT_CLASSES[3]),
    ],
)
def test_a_bit_width_is_a_number_and_a_class(codes: tuple[str, ...], bits: float | None, name: str) -> None:
    assert bit_number(codes) == bits
    assert bit_class(codes) == name


@pytest.mark.parametrize(
    ("techniques", "name"),
    [
        (("ptq", "low_bit"), "ptq"),
        (("low_bit", "qat"), "qat"),
        (("fixed_point", "low_bit"), "fixed_point"),
        (("low_bit",), "low_bit"),
        (("magic",), "magic"),
        ((), "unspecified"),
    ],
)
def test_an_arm_stands_under_the_technique_that_says_most(
    make_effect: MakeEffect, techniques: tuple[str, ...], name: str
) -> None:
    assert technique_class(make_effect("a", 0.0, technique=techniques)) == name


@pytest.mark.parametrize(
    ("arm", "coded", "name"),
    [
        ("W8A8 PTQ per-channel/token UNETR", None, "per channel"),
        ("int8 PTQ per tensor", None, "per tensor"),
        ("W4A4 PTQ adaptive stratification nnU-Net", None, "adaptive"),
        ("int8", None, "not stated"),
        ("int8 PTQ per tensor", Granularity.PER_CHANNEL, "per channel"),
        ("int4", Granularity.BLOCKWISE, "blockwise"),
    ],
)
def test_granularity_is_as_coded_else_as_the_arm_is_named(
    make_effect: MakeEffect, arm: str, coded: Granularity | None, name: str
) -> None:
    assert granularity_class(make_effect("a", 0.0, arm=arm, granularity=coded)) == name


@pytest.mark.parametrize(
    ("dataset", "names"),
    [
        ("BraTS 2018", {"brats"}),
        ("BraTS", {"brats"}),
        ("TotalSegmentator V2;BTCV", {"totalsegmentator", "btcv"}),
        ("ChestX-ray14", {"chestx-ray14"}),
        ("AbdomenAtlas 2.0", {"abdomenatlas"}),
        ("2018", {"2018"}),
        (" ; ", set()),
        (None, set()),
    ],
)
def test_releases_of_a_data_set_have_one_name(
    make_effect: MakeEffect, dataset: str | None, names: set[str]
) -> None:
    assert dataset_names(make_effect("a", 0.0, dataset=dataset)) == names


def test_every_shipped_effect_has_a_class_of_each_kind(shipped_effects: Effects) -> None:
    for effect in shipped_effects.effects:
        assert all(class_of(effect, by) for by in BYS)


@pytest.mark.parametrize("by", BYS)
def test_what_states_nothing_is_not_told(make_effect: MakeEffect, by: str) -> None:
    silent = make_effect("a", 0.0, technique=(), weight_bits=())
    assert not is_told(class_of(silent, by), by)  # type: ignore[arg-type]
