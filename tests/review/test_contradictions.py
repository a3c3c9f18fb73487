"""Numbers that cannot both be true are found, rounding is forgiven as far as the digits go, and nothing else is."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from db.session import place_of, reading
from db.vocabulary import Bound, ChangeKind, Control, Origin
from review.contradictions import RULES, contradictions_of, find_contradictions


def row(**given: Any) -> dict[str, Any]:
    """Make a comparison of accuracy, 90 % against 89 %, where nothing else is said; numbers may be texts."""
    numbers = ("baseline_value", "quantized_value", "change_value")
    facts: dict[str, Any] = {
        "comparison_id": "x-01", "study_id": "x", "run_id": None, "origin": Origin.REPORTED, "arm": "int8",
        "architecture": None, "device": None, "weight_bits": (), "outcome": "accuracy", "unit": "percent",
        "baseline_value": "90", "quantized_value": "89", "change_kind": ChangeKind.NONE, "change_value": None,
        "bound": Bound.EXACT, "n_test": None, "control": Control.CLEAN, "as_printed": None,
        "discordant_gained": None, "discordant_lost": None,
    } | given  # fmt: skip
    return facts | {n: None if facts[n] is None else Decimal(facts[n]) for n in numbers}


def rules(*rows: dict[str, Any]) -> list[str]:
    return [found.rule for found in contradictions_of(rows)]


def size(baseline: str | None, quantized: str | None, **given: Any) -> dict[str, Any]:
    return row(outcome="size", unit="MB", baseline_value=baseline, quantized_value=quantized) | given


CHANGES = (
    ("90", "89", ChangeKind.DIFFERENCE, "-1", True),
    ("90.1", "89.0", ChangeKind.DIFFERENCE, "-1.2", True),  # 90.14 and 88.96 round so
    ("90.1", "89.0", ChangeKind.DIFFERENCE, "-1.5", False),
    ("35.34", "5.76", ChangeKind.RATIO, "0.162988", True),
    ("35.34", "5.76", ChangeKind.RATIO, "0.16", True),
    ("35.34", "5.76", ChangeKind.RATIO, "0.61", False),
    ("3.8", "1.4", ChangeKind.PERCENT_CHANGE, "-63.15", True),
    ("3.8", "1.4", ChangeKind.PERCENT_CHANGE, "63.15", False),
    ("0", "1.4", ChangeKind.RATIO, "2", False),
)  # fmt: skip


@pytest.mark.parametrize(("baseline", "quantized", "kind", "change", "fits"), CHANGES)
def test_a_stored_change_follows_from_its_arms_as_far_as_their_digits_go(
    baseline: str, quantized: str, kind: ChangeKind, change: str, fits: bool
) -> None:
    found = rules(
        row(baseline_value=baseline, quantized_value=quantized, change_kind=kind, change_value=change)
    )
    assert found == ([] if fits else ["change_and_arms"])


@pytest.mark.parametrize(
    ("printed", "unit", "fits"),
    [
        ("35.34 -> 5.76, 6.14x", "MB", True),
        ("35.34 -> 5.76, factor of 6.1", "MB", True),
        ("35.34 -> 5.76, 16 times", "MB", False),
        ("35.34 -> 5.76 (83.7%)", "MB", True),
        ("35.34 -> 5.76 (38.7%)", "MB", False),
        ("35.34 -> 5.76", "MB", True),
        ("35.34 -> 5.76, 29.58% lower", "percent", True),  # points and percent are both in use for shares
        ("35.34 -> 5.76, 83.7% lower", "percent", True),
        ("35.34 -> 5.76, 29.58% lower", "MB", False),
    ],
)
def test_a_change_printed_beside_the_arms_follows_from_them(printed: str, unit: str, fits: bool) -> None:
    given = row(
        baseline_value="35.34", quantized_value="5.76", unit=unit, outcome="other", as_printed=printed
    )
    assert rules(given) == ([] if fits else ["printed_change_and_arms"])


@pytest.mark.parametrize(
    ("value", "unit", "n", "fits"),
    [
        ("97.67", "percent", 600, True),  # 586 of 600
        ("97.66", "percent", 600, False),  # cut off instead of rounded
        ("0.9767", "fraction", 600, True),
        ("97.7", "percent", 600, True),
        ("96.39", "percent", 422, False),
        ("50", "percent", 3, False),
        ("50", "percent", 1000, True),
    ],
)
def test_an_accuracy_is_a_whole_number_of_test_cases(value: str, unit: str, n: int, fits: bool) -> None:
    found = rules(row(baseline_value=None, quantized_value=value, unit=unit, n_test=n))
    assert found == ([] if fits else ["share_and_cases"])


def test_a_bound_or_another_outcome_need_be_no_whole_number_of_cases() -> None:
    given: dict[str, Any] = {"baseline_value": None, "quantized_value": "96.39", "n_test": 422}
    assert rules(row(**given)) == ["share_and_cases"]
    assert rules(row(**given, bound=Bound.AT_LEAST)) == []
    assert rules(row(**given, outcome="sensitivity")) == []


@pytest.mark.parametrize(
    ("gained", "lost", "fits"),
    [(1, 2, True), (0, 1, True), (2, 1, False), (0, 2, True), (0, 3, False), (90, 91, False)],
)
def test_discordant_cells_fit_the_two_accuracies(gained: int, lost: int, fits: bool) -> None:
    found = rules(row(n_test=100, discordant_gained=gained, discordant_lost=lost))
    assert found == ([] if fits else ["cells_and_shares"])


@pytest.mark.parametrize(
    ("bits", "change", "given", "fits"),
    [
        (("8",), "0.25", {}, True),
        (("8",), "0.24", {}, True),
        (("8",), "0.0833", {}, False),
        (("8",), "0.0833", {"control": Control.COMBINED_COMPRESSION}, True),
        (("16f", "8"), "0.26", {}, True),
        (("ternary",), "0.0625", {}, True),
        (("ternary",), "0.0233", {}, False),
        (("4.24",), "0.125", {"bound": Bound.ABOUT}, True),
        ((), "0.01", {}, True),
    ],
)
def test_precision_alone_shrinks_a_network_no_further_than_its_bits(
    bits: tuple[str, ...], change: str, given: dict[str, Any], fits: bool
) -> None:
    ratio = {"change_kind": ChangeKind.RATIO, "change_value": Decimal(change), "weight_bits": bits}
    assert rules(size(None, None) | ratio | given) == ([] if fits else ["size_and_bits"])


def test_a_file_holds_its_parameters() -> None:
    params = row(
        comparison_id="x-02",
        outcome="params",
        unit="M",
        baseline_value="8.65",
        quantized_value="8.65",
        weight_bits=("8",),
    )
    assert rules(size("34.7", "8.7", weight_bits=("8",)), params) == []
    assert rules(
        size("34.7", "4.1", change_kind=ChangeKind.NONE, weight_bits=("8",), control=Control.UNCLEAR), params
    ) == ["size_and_parameters"]
    other = params | {"architecture": "another network"}
    assert rules(size("34.7", "4.1", weight_bits=("8",), control=Control.UNCLEAR), other) == []


@pytest.mark.parametrize(("fps", "time", "unit", "fits"), [("50", "20", "ms", True), ("50", "0.02", "s", True), ("51", "20", "ms", True), ("80", "20", "ms", False), ("50", "20", "us", False)])  # fmt: skip
def test_images_a_second_fit_the_time_of_one(fps: str, time: str, unit: str, fits: bool) -> None:
    rate = row(outcome="throughput", unit="fps", baseline_value=None, quantized_value=fps)
    took = row(comparison_id="x-02", outcome="latency", unit=unit, baseline_value=None, quantized_value=time)
    assert rules(rate, took) == ([] if fits else ["rate_and_time"])
    assert rules(rate, took | {"device": "another"}) == []


def test_the_shipped_corpus_has_the_findings_that_were_looked_at(shipped: Engine) -> None:
    with reading(shipped) as connection:
        found = {(one.rule, key) for one in find_contradictions(connection) for key in one.comparisons}
    assert found == {
        ("share_and_cases", "dogaru2026-06"),  # both cut off after two decimals in the source
        ("share_and_cases", "dogaru2026-07"),
        ("share_and_cases", "guddati2024-01"),  # neither arm is a whole number of 422 images
        ("printed_change_and_arms", "medquanbench2025-34"),  # 35.3 % is printed, the arms give 32.9 %
    }


def test_the_verb_tells_what_is_said_and_what_follows(medquant: Callable[..., Any], shipped: Engine) -> None:
    said = medquant("review", "contradictions", "--study", "guddati2024", "--db", place_of(shipped))
    assert said.code == 0
    assert "follows: the nearest whole number of cases, 407, is 96.4455 %" in said.out
    assert said.out.endswith("2 contradiction(s): share_and_cases 2\n")
    listed = json.loads(
        medquant(
            "review",
            "contradictions",
            "--json",
            "--rule",
            "printed_change_and_arms",
            "--db",
            place_of(shipped),
        ).out
    )
    assert [one["comparisons"] for one in listed] == [["medquanbench2025-34"]]


@pytest.mark.parametrize(
    ("words", "why"), [(("--study", "nobody2020"), "study list"), (("--rule", "odd"), RULES[0])]
)
def test_a_study_or_rule_that_is_not_there_is_told_in_a_sentence(
    medquant: Callable[..., Any], shipped: Engine, words: tuple[str, ...], why: str
) -> None:
    said = medquant("review", "contradictions", *words, "--db", place_of(shipped))
    assert said.code == 1
    assert why in said.err
    assert said.err.count("\n") == 1
