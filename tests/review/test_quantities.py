"""A printed value is read with unit and bound, or refused in one sentence; nothing is guessed where it means two things."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.codebook.codebook import Codebook
from db.errors import DataError
from db.vocabulary import Bound, Direction
from review.quantities.quantity import Quantity, either_reading, read_quantity
from review.quantities.units import KIND_OF_OUTCOME, NORMAL

READ = (
    ("12 MB", "", "12", "MB", Bound.EXACT),
    ("12,000 kB", "", "12", "MB", Bound.EXACT),
    ("12 000 kB", "", "12", "MB", Bound.EXACT),
    ("12.3 MiB", "", "12.8974848", "MB", Bound.EXACT),
    ("469.77 KB", "size", "0.46977", "MB", Bound.EXACT),
    ("8 Mbit", "", "1", "MB", Bound.EXACT),
    ("1.2e3 ms", "", "1200", "ms", Bound.EXACT),
    ("1.2 × 10^3 ms", "", "1200", "ms", Bound.EXACT),
    ("4.5×10⁻³ s", "latency", "4.5", "ms", Bound.EXACT),
    ("0.9313", "accuracy", "93.13", "percent", Bound.EXACT),
    ("0.9313", "", "0.9313", "", Bound.EXACT),
    ("93,13 %", "", "93.13", "percent", Bound.EXACT),
    ("0.5 %", "accuracy", "0.5", "percent", Bound.EXACT),
    ("−75 %", "", "-75", "percent", Bound.EXACT),
    ("<1 MB", "", "1", "MB", Bound.AT_MOST),
    ("up to 57 %", "", "57", "percent", Bound.AT_MOST),
    ("over 98%", "accuracy", "98", "percent", Bound.AT_LEAST),
    ("≥ 30 fps", "", "30", "fps", Bound.AT_LEAST),
    ("~50 ms", "", "50", "ms", Bound.ABOUT),
    ("approx. 8.65 million", "params", "8.65", "M", Bound.ABOUT),
    ("183.62 GOPs/J", "energy", "183.62", "GOPS/J", Bound.EXACT),
    ("2 TOPS/W", "", "2000", "GOPS/J", Bound.EXACT),
    ("23 uJ per frame", "energy", "0.023", "mJ", Bound.EXACT),
    ("30 images/s", "throughput", "30", "fps", Bound.EXACT),
    ("1,234,567 bytes", "", "1.234567", "MB", Bound.EXACT),
    ("1.234,5 ms", "", "1234.5", "ms", Bound.EXACT),
    ("0,123", "", "0.123", "", Bound.EXACT),
    ("5-fold", "", "5", "ratio", Bound.EXACT),
)  # fmt: skip


@pytest.mark.parametrize(("printed", "outcome", "value", "unit", "bound"), READ, ids=[row[0] for row in READ])
def test_printed_values_are_read(printed: str, outcome: str, value: str, unit: str, bound: Bound) -> None:
    found = read_quantity(printed, outcome=outcome or None)
    assert (found.value, found.unit, found.bound) == (Decimal(value), unit, bound)
    assert found.printed == printed


@pytest.mark.parametrize(
    ("printed", "low", "high", "unit"),
    [
        ("33–95 µs", "0.033", "0.095", "ms"),
        ("33 to 95 us", "0.033", "0.095", "ms"),
        ("between 2 and 4 MB", "2", "4", "MB"),
        ("0.0%-0.9%", "0", "0.9", "percent"),
        ("-5 to -3 %", "-5", "-3", "percent"),
    ],
)
def test_ranges_keep_both_ends_and_give_the_one_that_flatters_least(
    printed: str, low: str, high: str, unit: str
) -> None:
    found = read_quantity(printed)
    assert (found.low, found.high, found.unit, found.bound) == (
        Decimal(low),
        Decimal(high),
        unit,
        Bound.RANGE,
    )
    assert found.value is None
    assert found.worse(Direction.LOWER) == Decimal(high)
    assert found.worse(Direction.HIGHER) == Decimal(low)
    assert found.worse(Direction.NEITHER) is None


def test_what_follows_plus_minus_is_the_spread_in_the_same_unit() -> None:
    found = read_quantity("3 ± 0.2 s")
    assert (found.value, found.spread, found.unit) == (Decimal(3000), Decimal(200), "ms")


@pytest.mark.parametrize(
    ("printed", "slack"), [("12 MB", "0.5"), ("12.30 MB", "0.005"), ("0.931", "0.05"), ("1.2 s", "50")]
)
def test_the_printed_digits_say_how_far_rounding_may_have_moved_a_value(printed: str, slack: str) -> None:
    outcome = "accuracy" if printed.startswith("0") else None
    assert read_quantity(printed, outcome=outcome).slack == Decimal(slack)


REFUSED = (
    ("1,234", "", "ambiguous"),
    ("1", "accuracy", "ambiguous"),
    ("5 Mb", "", "megabits or megabytes"),
    ("124 -> 31 MB", "", "two values"),
    ("from 124 to 31 MB", "", "two values"),
    ("95–33 ms", "", "larger end"),
    ("2 MB to 4 GB", "", "two units"),
    ("<2-4 MB", "", "range and a limit"),
    ("12 parsecs", "", "no unit"),
    ("160 per fold", "", "no unit"),
    ("12 ms", "accuracy", "unit of time"),
    ("930", "accuracy", "no share"),
    ("many MB", "", "begins with no number"),
    ("", "", "no value"),
    ("1.2.3 MB", "", "make no number"),
    ("12,34,567 B", "", "make no number"),
    ("1e999 s", "", "power beyond"),
    ("9" * 60, "", "no number"),
    ("1 " * 200, "", "no value"),
)  # fmt: skip


@pytest.mark.parametrize(("printed", "outcome", "why"), REFUSED, ids=[row[0][:20] for row in REFUSED])
def test_what_cannot_be_read_is_refused_in_one_sentence(printed: str, outcome: str, why: str) -> None:
    with pytest.raises(DataError, match=why) as told:
        read_quantity(printed, outcome=outcome or None)
    assert "\n" not in str(told.value)


def test_the_decimal_sign_of_the_source_settles_an_ambiguous_comma() -> None:
    assert read_quantity("1,234", decimal=".").value == 1234
    assert read_quantity("1,234", decimal=",").value == Decimal("1.234")
    assert {found.value for found in either_reading("1,234")} == {Decimal(1234), Decimal("1.234")}
    assert [found.value for found in either_reading("12")] == [Decimal(12)]
    assert list(either_reading("many")) == []


def test_a_table_head_gives_a_bare_number_its_unit_and_printed_units_go_first() -> None:
    assert read_quantity("12", unit="KB").value == Decimal("0.012")
    assert read_quantity("12 MB", unit="KB").value == 12


def test_normal_units_and_outcomes_are_those_of_the_codebook(codebook: Codebook) -> None:
    assert set(NORMAL.values()) <= set(codebook.terms["unit"])
    assert set(KIND_OF_OUTCOME) <= set(codebook.outcomes)


@settings(max_examples=400, deadline=None)
@given(
    st.text(alphabet="0123456789.,'’ -+−±~<>≤%xeE^×·⁻³µMBkGsmi/–toabout\u00a0\n", max_size=30),
    st.sampled_from(["", "accuracy", "size"]),
)
def test_any_text_gives_a_value_or_a_sentence(text: str, outcome: str) -> None:
    try:
        found = read_quantity(text, outcome=outcome or None)
    except DataError:
        return
    assert isinstance(found, Quantity)
    assert (found.value is None) == (found.bound == Bound.RANGE)
    assert found.slack > 0
