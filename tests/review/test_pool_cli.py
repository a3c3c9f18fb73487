"""`medquant review pool` tells the main estimate first, then what stands beside it; its JSON holds every number."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from db.session import place_of
from review.pool import OutcomePool

Run = Callable[..., Any]
DOMINANT = "medquanbench2025+qu2025"


@pytest.fixture
def pool(medquant: Run, shipped: Engine) -> Run:
    """Run `medquant review pool` on the shipped corpus."""
    return lambda *words: medquant("review", "pool", *words, "--db", place_of(shipped))


def printed(outcome: Any) -> str:
    assert (outcome.code, outcome.err) == (0, "")
    return str(outcome.out)


def test_the_main_estimate_comes_first(pool: Run) -> None:
    lines = printed(pool("--outcome", "dice")).splitlines()
    assert lines[0] == "Dice (percentage points): 91 effects, 5 studies, 4 study groups"
    assert lines[1].startswith(
        "  each study group once: -5.174 [-19.161, 8.813], df 3, k 91  [the robust test of"
    )
    assert lines[2] == "  a new study group: -36.450 to 26.102 (95 % prediction interval)"
    assert lines[3] == "  certainty: very low"
    assert f"  {DOMINANT} gives 93% of the effects" in lines
    assert "    W4A4 per tensor: -65.669 [-80.321, -51.018], df 12" in lines
    assert not any(line.startswith("  by ") for line in lines)
    assert not any("nan" in line for line in lines)


@pytest.mark.parametrize("by", ["technique", "bits", "granularity", "dataset", "architecture", "execution"])
def test_classes_stand_where_asked_for(pool: Run, by: str) -> None:
    out = printed(pool("--outcome", "accuracy", "--by", by))
    assert f"\n  by {by}:\n" in out
    assert ("do the classes differ? F(1, 4.5) = 1.47, p = 0.286 (CR2, HTZ)" in out) == (by == "technique")
    assert ("no test of differences: " in out) == (by not in {"technique", "bits"})


def test_json_holds_what_is_asked(pool: Run, shipped_pools: dict[str, OutcomePool]) -> None:
    (found,) = json.loads(printed(pool("--outcome", "dice", "--by", "bits", "--json")))
    dice = shipped_pools["dice"]
    assert dice.main.effect is not None
    assert found["main"]["effect"]["estimate"] == dice.main.effect.estimate
    assert found["main"]["result"]["coefficients"][0]["estimate"] == dice.main.effect.estimate
    assert dice.new_group is not None
    low, high = dice.new_group
    assert found["prediction_interval"] == {"low": low, "high": high, "df_rule": dice.new_group_rule}
    assert (found["largest_group"], found["level"]) == (DOMINANT, 95.0)
    assert [one["by"] for one in found["by"]] == ["bits"]
    assert [one["name"] for one in found["by"][0]["classes"]] == ["8 bits", "below 8 bits"]
    assert {one["omitted"] for one in found["leave_one_out"]} == {e.group for e in dice.effects}
    assert found["certainty"]["domains"][0]["name"] == "risk of bias"
    assert len(found["within"]["settings"]) == 6
    assert found["small_studies"]["slope"] is None
    assert found["shared_data"]["sure"] == [DOMINANT]


def test_json_without_a_choice_has_every_grouping(pool: Run) -> None:
    found = json.loads(printed(pool("--json")))
    assert all(len(one["by"]) == 6 for one in found)
    assert {one["outcome"] for one in found if one["main"]["effect"]} == {
        "accuracy", "dice", "size", "latency", "memory"
    }  # fmt: skip


def test_the_level_reaches_every_interval(pool: Run) -> None:
    (wide,), (narrow,) = (
        json.loads(printed(pool("--outcome", "size", "--level", level, "--json"))) for level in ("99", "80")
    )
    outer, inner = wide["new_group"], narrow["new_group"]
    assert outer[0] < inner[0] < inner[1] < outer[1]
    assert wide["main"]["effect"]["ci_low"] < narrow["main"]["effect"]["ci_low"]
    assert (wide["level"], narrow["main"]["result"]["level"]) == (99.0, 80.0)
    assert "(80 % prediction interval)" in printed(pool("--outcome", "size", "--level", "80"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--level", "0.95"), "a level of 0.95 cannot be; give percent, such as 95"),
        (("--level", "100"), "a level of 100 cannot be; give percent, such as 95"),
        (("--level", "nan"), "a level of nan cannot be; give percent, such as 95"),
        (("--rho", "1"), "a correlation of 1 cannot be; give a number from 0 up to, but not, 1"),
        (("--rho", "-0.1"), "a correlation of -0.1 cannot be; give a number from 0 up to, but not, 1"),
    ],
)
def test_impossible_options_are_told(pool: Run, words: tuple[str, ...], told: str) -> None:
    found = pool(*words)
    assert (found.code, found.out, found.err) == (1, "", f"medquant: {told}\n")


def test_a_margin_is_decided_with_the_chance_of_a_new_group(pool: Run) -> None:
    out = printed(pool("--outcome", "accuracy", "--margin", "5"))
    assert "equivalence of the mean (p < 0.001): equivalent" in out
    (found,) = json.loads(printed(pool("--outcome", "accuracy", "--margin", "5", "--json")))
    decision = found["decision"]
    assert decision["direction"] == "lower"
    assert decision["new_study"]["df_rule"] == "groups-1"
    parts = [decision["new_study"][key] for key in ("p_below_lower", "p_within", "p_above_upper")]
    assert sum(parts) == pytest.approx(1)


def test_the_margin_of_a_ratio_is_a_ratio(pool: Run) -> None:
    (found,) = json.loads(printed(pool("--outcome", "size", "--margin", "1.1", "--json")))
    assert found["decision"]["margin"] == pytest.approx(0.0953, abs=1e-4)
    assert found["decision"]["direction"] == "higher"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--margin", "1"], "name it with --outcome"),
        (["--outcome", "accuracy", "--margin", "0"], "greater than 0"),
        (["--outcome", "size", "--margin", "0.9"], "more than 1"),
    ],
)
def test_a_margin_that_cannot_be_is_told(pool: Run, words: list[str], said: str) -> None:
    outcome = pool(*words)
    assert outcome.code == 1
    assert said in outcome.err
