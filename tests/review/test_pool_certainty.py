"""Certainty follows the written rules, domain by domain, and says what it saw."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import review.pooling.certainty as rated
from db.vocabulary import Measure, Verification
from review.effects import Effect
from review.meta.inference import coefficient
from review.pool import OutcomePool
from review.pooling.certainty import Certainty, Grounds, certainty, margin
from review.pooling.small_studies import SmallStudies

MakeEffect = Callable[..., Effect]
NO_TEST = SmallStudies(0, 0, None, (), "0 effect(s) with a standard error, at least 10 are needed")


@pytest.fixture
def grounds(make_effect: MakeEffect) -> Grounds:
    """Give nothing to object to: six verified groups on six data sets, precise and consistent."""
    effects = [make_effect(f"g{i}", -0.3, dataset=f"set-{i}", device="board") for i in range(6)]
    return Grounds(
        outcome="accuracy",
        measure=Measure.DIFFERENCE,
        effects=effects,
        all_effects=8,
        pooled=coefficient("intercept", -0.3, 0.1, 5.0, 95.0),
        expected=(-0.8, 0.2),
        small_studies=NO_TEST,
        text_basis={e.source: "full_text" for e in effects},
    )


def down(found: Certainty) -> dict[str, int]:
    return {domain.name: domain.down for domain in found.domains if domain.down}


def test_nothing_to_object_to_is_high(grounds: Grounds) -> None:
    found = certainty(grounds)
    assert (found.level, down(found), found.margin) == ("high", {}, 1.0)
    assert [domain.name for domain in found.domains] == [
        "risk of bias", "inconsistency", "indirectness", "imprecision", "publication bias"
    ]  # fmt: skip


def test_margins_are_points_and_ratios() -> None:
    assert margin(Measure.DIFFERENCE) == 1.0
    assert margin(Measure.LOG_RATIO) == pytest.approx(math.log(1.1))


@pytest.mark.parametrize(
    ("change", "domain", "levels"),
    [
        ({"all_effects": 13}, "risk of bias", 1),
        ({"expected": (-1.2, 0.5)}, "inconsistency", 1),
        ({"expected": (-1.2, 1.5)}, "inconsistency", 2),
        ({"expected": (-9.0, -1.1)}, "inconsistency", 0),
        ({"expected": None}, "inconsistency", 1),
        ({"pooled": coefficient("intercept", -0.9, 0.2, 5.0, 95.0)}, "imprecision", 1),
        ({"pooled": coefficient("intercept", 0.0, 2.0, 5.0, 95.0)}, "imprecision", 2),
        ({"text_basis": {}}, "publication bias", 0),
        ({"text_basis": {f"g{i}": "abstract" for i in range(4)}}, "publication bias", 1),
        ({"small_studies": SmallStudies(12, 5, coefficient("se", 2.0, 0.5, 6.0, 95.0), ())}, "publication bias", 1),
        ({"small_studies": SmallStudies(12, 5, coefficient("se", 0.2, 0.5, 6.0, 95.0), ())}, "publication bias", 0),
    ],
)  # fmt: skip
def test_each_domain_takes_levels_off(
    grounds: Grounds, change: dict[str, Any], domain: str, levels: int
) -> None:
    found = certainty(replace(grounds, **change))
    assert down(found) == ({domain: levels} if levels else {})
    assert found.level == ("high", "moderate", "low")[levels]


def test_values_read_once_are_a_risk_of_bias_by_groups(grounds: Grounds, make_effect: MakeEffect) -> None:
    unread = replace(
        grounds, effects=[replace(e, verification=Verification.UNVERIFIED) for e in grounds.effects]
    )
    assert down(certainty(unread)) == {"risk of bias": 1}
    many = [make_effect("g0", -0.3, verification=Verification.UNVERIFIED, dataset="set-0")] * 50
    assert down(certainty(replace(grounds, effects=[*grounds.effects, *many], all_effects=60))) == {}


def test_few_groups_data_sets_and_devices_count(grounds: Grounds) -> None:
    few = replace(grounds, effects=grounds.effects[:2], all_effects=2)
    assert down(certainty(few)) == {"indirectness": 1, "imprecision": 1}
    nameless = [replace(e, device=None) for e in grounds.effects]
    assert down(certainty(replace(grounds, effects=nameless))) == {}
    slow = replace(grounds, effects=nameless, outcome="latency")
    assert down(certainty(slow)) == {"indirectness": 1}


def test_certainty_never_falls_below_very_low(grounds: Grounds) -> None:
    worst = replace(
        grounds, effects=grounds.effects[:2], all_effects=40, expected=(-9.0, 9.0),
        pooled=coefficient("intercept", 0.0, 9.0, 2.0, 95.0), text_basis={"g0": "abstract", "g1": "abstract"},
    )  # fmt: skip
    assert certainty(worst).level == "very low"


def test_the_rules_are_what_counts(grounds: Grounds, monkeypatch: pytest.MonkeyPatch) -> None:
    stricter = rated.rules() | {"margin": {"difference": 0.25, "log_ratio": 1.1}}
    monkeypatch.setattr(rated, "rules", lambda: stricter)
    found = certainty(grounds)
    assert found.margin == 0.25
    assert down(found) == {"inconsistency": 1, "imprecision": 1}


def test_what_is_pooled_is_rated_and_nothing_else(shipped_pools: dict[str, OutcomePool]) -> None:
    for pool in shipped_pools.values():
        assert (pool.certainty is None) == (pool.main.result is None)
        if pool.certainty is not None:
            left = 3 - sum(domain.down for domain in pool.certainty.domains)
            assert pool.certainty.level == ("very low", "low", "moderate", "high")[max(0, left)]
            assert all(domain.reason for domain in pool.certainty.domains)
