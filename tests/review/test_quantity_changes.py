"""A printed change is read with its direction, or refused in one sentence; the shipped votes are read as they were stored."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from db.codebook.codebook import Codebook
from db.errors import DataError
from db.models.tables import Comparison, ExtractionVote
from db.session import reading
from db.vocabulary import Bound, ChangeKind, Direction
from review.quantities.change import read_change

RATIO, PERCENT, DIFFERENCE = ChangeKind.RATIO, ChangeKind.PERCENT_CHANGE, ChangeKind.DIFFERENCE
READ = (
    ("4x smaller", "size", RATIO, "0.25", Bound.EXACT),
    ("about 8× reduction", "size", RATIO, "0.125", Bound.ABOUT),
    ("8 fold less", "memory", RATIO, "0.125", Bound.EXACT),
    ("reduced by a factor of 16", "other", RATIO, "0.0625", Bound.EXACT),
    ("2x larger", "size", RATIO, "2", Bound.EXACT),
    ("4x faster", "latency", RATIO, "0.25", Bound.EXACT),
    ("up to 4x faster", "throughput", RATIO, "4", Bound.AT_MOST),
    ("0.64x", "latency", RATIO, "0.64", Bound.EXACT),
    ("2 times the energy efficiency", "energy", RATIO, "0.5", Bound.EXACT),
    ("-75 %", "size", PERCENT, "-75", Bound.EXACT),
    ("75% smaller", "size", PERCENT, "-75", Bound.EXACT),
    ("up to 57 % less", "latency", PERCENT, "-57", Bound.AT_MOST),
    ("improved by up to 57%", "latency", PERCENT, "-57", Bound.AT_MOST),
    ("more than 90% reduction", "memory", PERCENT, "-90", Bound.AT_LEAST),
    ("+94.6%", "latency", PERCENT, "94.6", Bound.EXACT),
    ("improved by 1%", "accuracy", DIFFERENCE, "1", Bound.EXACT),
    ("4.1% loss (average)", "accuracy", DIFFERENCE, "-4.1", Bound.EXACT),
    ("drop of less than 0.0004", "iou", DIFFERENCE, "-0.04", Bound.AT_MOST),
    ("16.92 ms faster on average", "latency", DIFFERENCE, "-16.92", Bound.EXACT),
    ("1.4 s less", "latency", DIFFERENCE, "-1400", Bound.EXACT),
)  # fmt: skip


@pytest.mark.parametrize(("printed", "outcome", "kind", "value", "bound"), READ, ids=[row[0] for row in READ])
def test_printed_changes_are_read(
    codebook: Codebook, printed: str, outcome: str, kind: ChangeKind, value: str, bound: Bound
) -> None:
    found = read_change(printed, outcome=outcome, better=codebook.outcomes[outcome].better)
    assert (found.kind, found.value, found.bound) == (kind, Decimal(value), bound)


def test_a_range_keeps_both_ends() -> None:
    found = read_change("2-4x smaller", outcome="size")
    assert (found.low, found.high, found.value, found.bound) == (
        Decimal("0.25"),
        Decimal("0.5"),
        None,
        Bound.RANGE,
    )


@pytest.mark.parametrize(
    ("printed", "outcome", "why"),
    [
        ("6.14x", "size", "no direction"),
        ("75 %", "size", "no direction"),
        ("15% faster", "latency", "ambiguous"),
        ("3x faster", "size", "tells speed"),
        ("decrease of -5 %", "size", "twice"),
        ("120 % smaller", "size", "more than everything"),
        ("4x smaller and 75 % smaller, 3x less", "size", "several changes"),
        ("reduction of up to 0.41", "size", "without its unit"),
        ("much smaller", "size", "no size"),
        ("0x smaller", "size", "ratio of 0"),
        ("3x improvement", "other", "of what"),
    ],
)
def test_what_may_mean_two_things_is_refused_in_one_sentence(printed: str, outcome: str, why: str) -> None:
    with pytest.raises(DataError, match=why) as told:
        read_change(printed, outcome=outcome)
    assert "\n" not in str(told.value)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789.,- +x×%smallerfastlebc factorof\n", max_size=40))
def test_any_text_gives_a_change_or_a_sentence(text: str) -> None:
    try:
        found = read_change(text, outcome="latency", better=Direction.LOWER)
    except DataError:
        return
    assert (found.value is None) == (found.bound == Bound.RANGE)


def test_most_changes_that_extractors_wrote_down_are_read_and_none_turns_the_stored_direction(
    shipped: Engine, codebook: Codebook
) -> None:
    with reading(shipped) as connection:
        votes = connection.execute(
            select(
                ExtractionVote.value,
                Comparison.outcome,
                Comparison.unit,
                Comparison.change_kind,
                Comparison.change_value,
            )
            .join(Comparison, Comparison.comparison_id == ExtractionVote.comparison_id)
            .where(ExtractionVote.field == "change_reported", Comparison.change_value.is_not(None))
        ).all()
    turned, unread = [], 0
    for words, outcome, unit, kind, stored in votes:
        try:
            found = read_change(words, outcome=outcome, better=codebook.outcomes[outcome].better)
        except DataError:
            unread += 1
            continue
        assert stored is not None
        less = stored < (1 if kind == RATIO else 0)
        of = found.value if found.value is not None else found.low
        assert of is not None
        if less != (of < (1 if found.kind == RATIO else 0)) and unit != "GOPS/J":
            turned.append(words)
    assert len(votes) > 100
    assert unread <= len(votes) // 8
    # the network that is told about is the baseline there
    assert all("U-Net is 10x larger" in words for words in turned)
