"""A comparison becomes the effect that its row allows, with the variance that it can support, or says why not."""

import csv
import math
from collections import Counter
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import Engine

from db.codebook.codebook import Codebook
from db.corpus import SHIPPED
from db.session import reading
from db.vocabulary import ChangeKind, Control, Measure, Origin, Verification
from review.effects import (
    CORRELATION_GRID,
    Effect,
    Effects,
    NoEffect,
    difference,
    effect_size,
    log_ratio,
    read_effects,
    variance,
)
from review.paired_variance import (
    paired_variance_from_counts,
    paired_variance_from_margins,
    paired_variance_from_sds,
    phi_range,
)

DIFFERENCE, RATIO, PERCENT, NONE = (
    ChangeKind.DIFFERENCE, ChangeKind.RATIO, ChangeKind.PERCENT_CHANGE, ChangeKind.NONE
)  # fmt: skip
TABLE_OF_THE_DESIGN = {
    Measure.DIFFERENCE: ("accuracy", "sensitivity", "f1", "dice", "iou", "auc"),
    Measure.LOG_RATIO: ("size", "memory", "latency", "energy"),
}
shares = st.floats(0, 1)
correlations = st.floats(-1, 1)


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def row(**given_values: Any) -> SimpleNamespace:
    """Make a comparison as the database gives it; numbers may be given as texts."""
    empty = dict.fromkeys(
        ("baseline_value", "quantized_value", "change_value", "n_test", "discordant_gained", "discordant_lost",
         "baseline_sd", "quantized_sd")
    )  # fmt: skip
    values = {"outcome": "accuracy", "unit": "percent", "change_kind": NONE, "origin": Origin.REPORTED}
    made = empty | values | given_values
    return SimpleNamespace(
        **{k: Decimal(v) if k in empty and isinstance(v, str) else v for k, v in made.items()}
    )


def stated() -> list[dict[str, str]]:
    with (SHIPPED / "comparisons.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# the effect


@pytest.mark.parametrize(
    ("kind", "change", "unit", "baseline", "quantized", "expected"),
    [
        (NONE, None, "percent", "91.50", "91.0", -0.5),
        (NONE, None, "fraction", "0.82", "0.83", 1.0),
        (DIFFERENCE, "-0.4", "percent", "91.5", "91.0", -0.5),
        (DIFFERENCE, "-0.9", "percent", None, None, -0.9),
        (DIFFERENCE, "0.01", "fraction", None, "0.9", 1.0),
        (RATIO, "0.99", "percent", "80", None, -0.8),
        (RATIO, "1.05", "fraction", "0.8", None, 4.0),
        (PERCENT, "-2.5", "percent", "80", None, -2.0),
        (PERCENT, "10", "fraction", "0.5", None, 5.0),
    ],
)
def test_difference_is_in_percentage_points(
    kind: ChangeKind,
    change: str | None,
    unit: str,
    baseline: str | None,
    quantized: str | None,
    expected: float,
) -> None:
    found = difference(kind, number(change), unit, number(baseline), number(quantized))
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("kind", "change", "baseline", "quantized", "expected"),
    [
        (NONE, None, "100", "25", math.log(0.25)),
        (NONE, None, "4.0", "8", math.log(2)),
        (RATIO, "0.25", None, None, math.log(0.25)),
        (RATIO, "0.3", "100", "25", math.log(0.25)),
        (PERCENT, "-75", None, None, math.log(0.25)),
        (PERCENT, "100", None, None, math.log(2)),
        (PERCENT, "0", None, None, 0.0),
        (DIFFERENCE, "-75", "100", "25", math.log(0.25)),
    ],
)
def test_ratio_is_a_natural_logarithm(
    kind: ChangeKind, change: str | None, baseline: str | None, quantized: str | None, expected: float
) -> None:
    found = log_ratio(kind, number(change), number(baseline), number(quantized))
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("given_values", "why"),
    [
        ({"baseline_value": "90"}, "one arm alone"),
        ({"quantized_value": "90"}, "one arm alone"),
        ({"change_kind": RATIO, "change_value": "0.99"}, "a relative change without its baseline"),
        ({"change_kind": PERCENT, "change_value": "-1", "quantized_value": "9"}, "a relative change without its baseline"),
        ({"unit": "ms", "baseline_value": "2", "quantized_value": "1"}, "the unit ms is no share"),
        ({"outcome": "size", "unit": "MB", "quantized_value": "4"}, "one arm alone"),
        ({"outcome": "size", "unit": "MB", "change_kind": DIFFERENCE, "change_value": "-4"}, "a difference without its arms"),
        ({"outcome": "size", "unit": "MB", "baseline_value": "0", "quantized_value": "4"}, "the ratio is not positive"),
        ({"outcome": "size", "unit": "MB", "baseline_value": "4", "quantized_value": "0"}, "the ratio is not positive"),
        ({"outcome": "size", "unit": "ratio", "change_kind": RATIO, "change_value": "-2"}, "the ratio is not positive"),
        ({"outcome": "size", "unit": "ratio", "change_kind": PERCENT, "change_value": "-100"}, "the ratio is not positive"),
        ({"outcome": "psnr", "unit": "other", "baseline_value": "30", "quantized_value": "29"}, "the outcome is not pooled"),
        ({"outcome": "other", "baseline_value": "30", "quantized_value": "29"}, "the outcome is not pooled"),
    ],
)  # fmt: skip
def test_a_row_without_an_effect_says_why(codebook: Codebook, given_values: dict[str, Any], why: str) -> None:
    with pytest.raises(NoEffect, match=f"^{why}$"):
        effect_size(row(**given_values), codebook)


@pytest.mark.parametrize(
    ("outcome", "measure"), [(o, m) for m, outcomes in TABLE_OF_THE_DESIGN.items() for o in outcomes]
)
def test_table_of_the_design_holds(codebook: Codebook, outcome: str, measure: Measure) -> None:
    unit = "fraction" if measure == Measure.DIFFERENCE else "mJ"
    found = effect_size(
        row(outcome=outcome, unit=unit, baseline_value="0.8", quantized_value="0.6"), codebook
    )
    assert found == (measure, pytest.approx(-20 if measure == Measure.DIFFERENCE else math.log(0.75)))


@pytest.mark.parametrize(("outcome", "unit"), [("energy", "GOPS/J"), ("latency", "fps")])
def test_unit_that_counts_the_inverse_turns_the_sign(codebook: Codebook, outcome: str, unit: str) -> None:
    _, found = effect_size(
        row(outcome=outcome, unit=unit, baseline_value="10", quantized_value="40"), codebook
    )
    assert found == pytest.approx(math.log(0.25))


def test_rate_keeps_its_sign_where_the_outcome_is_the_rate(codebook: Codebook) -> None:
    _, found = effect_size(
        row(outcome="throughput", unit="fps", change_kind=RATIO, change_value="4"), codebook
    )
    assert found == pytest.approx(math.log(4))


@given(st.decimals("0.01", "1000", places=2), st.decimals("0.01", "1000", places=2))
def test_swapped_arms_turn_the_sign(baseline: Decimal, quantized: Decimal) -> None:
    there, back = log_ratio(NONE, None, baseline, quantized), log_ratio(NONE, None, quantized, baseline)
    assert there == pytest.approx(-back, abs=1e-12)
    there = difference(NONE, None, "percent", baseline, quantized)
    assert there == -difference(NONE, None, "percent", quantized, baseline)


@given(st.decimals("-99", "900", places=1))
def test_percent_change_and_ratio_tell_the_same(percent: Decimal) -> None:
    ratio = 1 + percent / 100
    assert log_ratio(PERCENT, percent, None, None) == pytest.approx(
        log_ratio(RATIO, ratio, None, None), abs=1e-9
    )
    assert difference(PERCENT, percent, "percent", Decimal(80), None) == pytest.approx(
        difference(RATIO, ratio, "percent", Decimal(80), None), abs=1e-9
    )


# the variance


def test_agresti_2013_approval_ratings() -> None:
    # 1600 voters, 86 turned to approval and 150 away from it: -4 points, standard error 0.95
    found = paired_variance_from_counts(86, 150, 1600)
    assert found is not None
    assert math.sqrt(found) == pytest.approx(0.95, abs=5e-3)


def test_variance_from_counts_by_hand() -> None:
    assert paired_variance_from_counts(3, 7, 100) == pytest.approx((10 - 16 / 100) / 100**2 * 1e4)


@pytest.mark.parametrize(("gained", "lost", "n"), [(0, 0, 50), (50, 0, 50), (0, 50, 50), (40, 30, 50)])
def test_counts_that_claim_certainty_or_cannot_be_give_none(gained: int, lost: int, n: int) -> None:
    assert paired_variance_from_counts(gained, lost, n) is None


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_margins_with_their_own_phi_give_the_variance_from_counts(
    both: int, lost: int, gained: int, none: int
) -> None:
    n = both + lost + gained + none
    assume(n > 0)
    p, q = (both + lost) / n, (both + gained) / n
    spread = math.sqrt(p * (1 - p) * q * (1 - q))
    assume(spread > 0)
    phi = (both / n - p * q) / spread
    low, high = phi_range(p, q)
    assert low - 1e-9 <= phi <= high + 1e-9
    expected = paired_variance_from_counts(gained, lost, n) or 0.0
    assert paired_variance_from_margins(p, q, n, phi) == pytest.approx(expected, abs=1e-8)


@given(shares, shares)
def test_phi_range_lies_around_0_within_1(p: float, q: float) -> None:
    low, high = phi_range(p, q)
    assert -1 - 1e-9 <= low <= 0 <= high <= 1 + 1e-9


@given(st.floats(0.001, 0.999))
def test_phi_reaches_1_for_equal_and_minus_1_for_opposite_shares(p: float) -> None:
    assert phi_range(p, p)[1] == pytest.approx(1)
    assert phi_range(p, 1 - p)[0] == pytest.approx(-1)


@pytest.mark.parametrize(("p", "q"), [(0, 0.5), (1, 0.5), (0.5, 0), (0.5, 1), (0, 0), (1, 1), (0, 1)])
def test_phi_of_a_certain_arm_is_0(p: float, q: float) -> None:
    assert phi_range(p, q) == (0, 0)


@given(shares, shares, st.integers(1, 10**6), correlations)
def test_variance_from_margins_is_never_negative(p: float, q: float, n: int, correlation: float) -> None:
    assert paired_variance_from_margins(p, q, n, correlation) >= 0


@given(shares, shares, correlations, correlations)
def test_variance_falls_as_correlation_grows(p: float, q: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    less, more = (paired_variance_from_margins(p, q, 100, phi) for phi in (high, low))
    assert less <= more + 1e-9


def test_independent_arms_add_their_variances() -> None:
    found = paired_variance_from_margins(0.9, 0.8, 50, 0)
    assert found == pytest.approx((0.9 * 0.1 + 0.8 * 0.2) / 50 * 1e4)


def test_correlation_beyond_what_shares_allow_is_clipped() -> None:
    highest = phi_range(0.9, 0.5)[1]
    assert highest < 0.9
    assert paired_variance_from_margins(0.9, 0.5, 40, 0.9) == paired_variance_from_margins(
        0.9, 0.5, 40, highest
    )


def test_variance_from_standard_deviations_by_hand() -> None:
    assert paired_variance_from_sds(3, 4, 25, 0.5) == pytest.approx((9 + 16 - 12) / 25)


def test_equal_and_fully_correlated_arms_have_no_variance() -> None:
    assert paired_variance_from_sds(0.1, 0.1, 30, 1) is None


@pytest.mark.parametrize(
    ("given_values", "value", "why"),
    [
        ({"n_test": 100, "discordant_gained": 3, "discordant_lost": 7}, 9.84, "discordant counts"),
        ({"n_test": 100, "discordant_gained": 0, "discordant_lost": 0}, None, "none: no case changed, or all did"),
        ({"n_test": 100, "discordant_gained": 3, "baseline_value": "90", "quantized_value": "80"},
         (0.09 + 0.16 - 0.12) * 100, "n_test, assumed correlation 0.5"),
        ({"n_test": 100, "unit": "fraction", "baseline_value": "0.9", "quantized_value": "0.8"},
         (0.09 + 0.16 - 0.12) * 100, "n_test, assumed correlation 0.5"),
        ({"n_test": 25, "baseline_sd": "3", "quantized_sd": "4"}, 13 / 25, "standard deviations, assumed correlation 0.5"),
        ({"n_test": 25, "unit": "fraction", "outcome": "dice", "baseline_sd": "0.03", "quantized_sd": "0.04"},
         13 / 25, "standard deviations, assumed correlation 0.5"),
        ({"n_test": 25, "baseline_sd": "0", "quantized_sd": "0"}, None, "none: no spread"),
        ({"n_test": 100, "baseline_value": "100", "quantized_value": "100"}, None, "none: both arms all right or all wrong"),
        ({"n_test": 100, "baseline_value": "101", "quantized_value": "90"}, None, "none: a share below 0 or above 100 %"),
        ({"n_test": 100, "change_kind": DIFFERENCE, "change_value": "-1"}, None, "none: no spread"),
        ({"baseline_value": "90", "quantized_value": "80"}, None, "none: no size of the test set"),
        ({"n_test": 100, "outcome": "size"}, None, "none: reported ratio"),
        ({"n_test": 100, "outcome": "size", "origin": Origin.MEASURED}, None, "none: measured ratio"),
    ],
)  # fmt: skip
def test_variance_says_where_it_comes_from(
    codebook: Codebook, given_values: dict[str, Any], value: float | None, why: str
) -> None:
    made = row(**given_values)
    found, source = variance(made, codebook.outcomes[made.outcome].measure, 0.5)
    assert source == why
    assert found == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize("outcome", ["sensitivity", "specificity", "precision", "f1", "dice", "auc", "map"])
def test_test_set_alone_gives_no_variance_to_shares_of_something_else(
    codebook: Codebook, outcome: str
) -> None:
    made = row(outcome=outcome, n_test=100, baseline_value="90", quantized_value="89")
    assert variance(made, codebook.outcomes[outcome].measure, 0.5) == (None, "none: no spread")


# the shipped corpus


def test_every_comparison_is_an_effect_or_left_out_with_a_reason(shipped_effects: Effects) -> None:
    names = [e.comparison_id for e in shipped_effects.effects] + [
        o.comparison_id for o in shipped_effects.omitted
    ]
    assert sorted(names) == sorted(r["comparison_id"] for r in stated())
    assert (len(shipped_effects.effects), len(shipped_effects.omitted)) == (212, 102)
    assert all(omission.why for omission in shipped_effects.omitted)


def test_clean_contrasts_are_154(shipped_effects: Effects) -> None:
    effects = [e for e in shipped_effects.effects if e.control == Control.CLEAN]
    omitted = [o for o in shipped_effects.omitted if o.control == Control.CLEAN]
    assert (len(effects), len(omitted)) == (150, 4)
    assert {o.why for o in omitted} == {"the outcome is not pooled"}


def test_clean_effects_of_each_outcome_are_the_published_counts(shipped_effects: Effects) -> None:
    found = Counter(e.outcome for e in shipped_effects.effects if e.control == Control.CLEAN)
    assert found == {
        "accuracy": 13, "auc": 2, "dice": 91, "f1": 1, "iou": 1, "latency": 14, "memory": 5, "power": 2,
        "precision": 1, "sensitivity": 1, "size": 18, "specificity": 1,
    }  # fmt: skip


def test_effects_follow_from_the_printed_arms(shipped_effects: Effects) -> None:
    cells = {r["comparison_id"]: r for r in stated() if r["baseline_value"] and r["quantized_value"]}
    compared = 0
    for effect in shipped_effects.effects:
        if effect.comparison_id in cells:
            cell = cells[effect.comparison_id]
            old, new = float(cell["baseline_value"]), float(cell["quantized_value"])
            points = {"fraction": 100}.get(cell["unit"], 1)
            expected = (new - old) * points if effect.measure == Measure.DIFFERENCE else math.log(new / old)
            assert effect.yi == pytest.approx(expected, abs=1e-9), effect.comparison_id
            compared += 1
    assert compared == 136


def test_quantized_models_are_not_larger(shipped_effects: Effects) -> None:
    assert all(e.yi < 0 for e in shipped_effects.of("size"))


def test_verification_counts_every_comparison(shipped_effects: Effects) -> None:
    assert shipped_effects.verification == {
        Verification.CONFIRMED: 121, Verification.CORRECTED: 11, Verification.UNVERIFIED: 182
    }  # fmt: skip


def test_only_clean_contrasts_are_given_unless_asked(shipped_effects: Effects) -> None:
    assert {e.control for e in shipped_effects.of("latency")} == {Control.CLEAN}
    assert len({e.control for e in shipped_effects.of("latency", control=None)}) > 1
    assert shipped_effects.of("latency", origin=Origin.MEASURED) == []


def test_provenance_travels_with_the_effect(shipped_effects: Effects) -> None:
    effect = next(e for e in shipped_effects.effects if e.comparison_id == "abid2022-01")
    assert (effect.source, effect.group, effect.yi, effect.locator) == (
        "abid2022",
        "abid2022",
        -0.9,
        "abstract",
    )
    assert effect.as_printed == "decrease of 0.0%-0.9%"
    assert effect.source_url is not None
    assert effect.source_url.startswith("https://www.mendeley.com/")


def test_studies_that_share_data_are_one_group(shipped_effects: Effects) -> None:
    groups = {e.source: e.group for e in shipped_effects.effects}
    assert groups["medquanbench2025"] == groups["qu2025"] == "medquanbench2025+qu2025"
    alone = {"medquanbench2025", "qu2025", "chen2021", "xu2018"}
    assert all(group == source for source, group in groups.items() if source not in alone)


def test_arms_are_shown_as_printed_with_their_unit(shipped_effects: Effects) -> None:
    shown = {e.comparison_id: (e.baseline, e.quantized) for e in shipped_effects.effects}
    assert shown["lbanet2025-01"] == ("122 fps", "779 fps")
    assert shown["abid2022-01"] == ("", "")


def test_higher_assumed_correlation_never_widens_an_effect(shipped: Engine) -> None:
    def assumed(correlation: float) -> dict[str, Effect]:
        with reading(shipped) as connection:
            found = read_effects(connection, correlation=correlation)
        return {e.comparison_id: e for e in found.effects if e.vi is not None}

    grid = [assumed(phi) for phi in CORRELATION_GRID]
    assert len(grid[0]) == 3
    for key in grid[0]:
        variances = [effects[key].vi for effects in grid]
        assert variances == sorted(variances, reverse=True)  # type: ignore[type-var]
        assert len({effects[key].yi for effects in grid}) == 1


def test_measured_rows_do_not_count_as_reported(seeded_db: Engine, add_comparison: Any) -> None:
    add_comparison(seeded_db, "m-1", run="run-1")
    add_comparison(seeded_db, "m-2", run="run-2", outcome="other")
    with reading(seeded_db) as connection:
        found = read_effects(connection)
    assert found.verification.total() == 314
    assert found.effects[-1].origin == found.omitted[-1].origin == Origin.MEASURED
    assert (found.effects[-1].source, found.effects[-1].group) == ("run-1", "own runs")


def test_empty_database_has_no_effects(fresh_db: Engine) -> None:
    with reading(fresh_db) as connection:
        assert read_effects(connection) == Effects((), ())
