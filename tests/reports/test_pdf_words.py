"""Words on paper: every character prints or is spelled out, long words break, only safe addresses are links."""

from types import ModuleType

import pytest

from reports.pdf.words import address, anchor, breakable, one_line, shorten, shown


def test_signs_of_the_field_print_as_they_are() -> None:
    words = "τ² ≤ 0.5 → κ ≥ α ± − × ≈ µ ‑ – “Łukasik” Dvořák ✓ قطب ж"
    assert shown(words) == words


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("冯佳祥 2019", "FengJiaXiang 2019"),
        ("nul\x00", "nul[U+0000]"),
        ("bell\x07 escape\x1b[31m", "bell[U+0007] escape[U+001B][31m"),
        ("right\u202eto left", "right[U+202E]to left"),
        ("lone \ud800 surrogate", "lone [U+D800] surrogate"),
        ("private \ue000 use", "private [U+E000] use"),
        ("\ufeffmark", "mark"),
        ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne"),
    ],
)
def test_what_no_font_prints_is_spelled_out(given: str, printed: str) -> None:
    assert shown(given) == printed


def test_line_ends_and_tabs_become_one_space() -> None:
    assert one_line("one\n\t two\r\nthree") == "one two three"


def test_breaking_a_word_changes_no_character() -> None:
    words = "see https://example.org/a/long/path?with=parameters and " + "x" * 120 + " e\u0301" * 40
    pieces = breakable(words, 8.0, 60.0)
    assert isinstance(pieces, list)
    assert len(pieces) > 20
    assert "".join(pieces) == words


def test_addresses_break_after_punctuation() -> None:
    assert breakable("https://example.org/studies/table.csv", 8.0, 70.0) == [
        "https://",
        "example.",
        "org/",
        "studies/",
        "table.",
        "csv",
    ]


def test_a_mark_stays_with_its_letter() -> None:
    pieces = breakable("e\u0301" * 60, 8.0, 40.0)
    assert isinstance(pieces, list)
    assert not any(piece.startswith("\u0301") for piece in pieces)


def test_words_that_fit_are_left_whole() -> None:
    assert breakable("ordinary words of a sentence", 9.6, 480.0) == "ordinary words of a sentence"


def test_a_running_title_is_cut_with_an_ellipsis() -> None:
    assert shorten("short", 8.0, 100.0) == "short"
    assert shorten("a title that is much too long for its place", 8.0, 60.0).endswith("…")


def test_bad_addresses_are_no_links(samples: ModuleType) -> None:
    assert [address(href) for href in samples.BAD_ADDRESSES] == [None] * len(samples.BAD_ADDRESSES)


@pytest.mark.parametrize("href", ["", None, "https://", "mailto:nobody", "https://x.org/" + "a" * 9000])
def test_addresses_that_lead_nowhere_are_no_links(href: str | None) -> None:
    assert address(href) is None


@pytest.mark.parametrize(
    ("href", "kept"),
    [
        ("https://doi.org/10.1000/182?a=b&c=%20d#e", "https://doi.org/10.1000/182?a=b&c=%20d#e"),
        ("mailto:someone@example.org", "mailto:someone@example.org"),
        ("https://example.org/ü", "https://example.org/%C3%BC"),
    ],
)
def test_good_addresses_are_kept_in_ascii(href: str, kept: str) -> None:
    assert address(href) == kept


def test_internal_links_need_a_place() -> None:
    places = frozenset({"study-table", "a?b"})
    assert anchor("#study-table", places) == "study-table"
    assert anchor("#study-table?Technique=qat", places) == "study-table"
    assert anchor("#a?b", places) == "a?b"
    assert anchor("#elsewhere", places) is None
    assert anchor("study-table", places) is None
