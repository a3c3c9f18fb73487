"""Keywords are marked where they stand, and a file that is none is refused in a sentence."""

from pathlib import Path

import pytest

from db.errors import MedquantError
from review.keywords import LARGEST_FILE, Keywords, Mark, read_keywords


def test_words_are_marked_whole_and_without_regard_to_case() -> None:
    marks = Keywords(("CT", "quantiz*"), ("survey",)).marks("Quantized CT: a survey of actors")
    assert marks == (Mark(0, 9, True, "Quantized"), Mark(10, 12, True, "CT"), Mark(16, 22, False, "survey"))


def test_the_longer_word_is_marked_where_two_begin() -> None:
    (mark,) = Keywords(("mixed", "mixed precision")).marks("mixed precision")
    assert mark.words == "mixed precision"


def test_a_word_counts_once_and_those_against_are_taken_off() -> None:
    assert Keywords(("int8", "mri"), ("review",)).score("int8, INT8 and MRI: a review") == 1


def test_signs_of_patterns_are_plain_letters() -> None:
    assert Keywords(("(a+)+$", "4-bit")).score("a" * 50 + " 4-bit") == 1


def test_the_shipped_words_can_be_read() -> None:
    words = read_keywords()
    assert (
        words.score("Int8 quantization of a U-Net on brain MRI")
        > 0
        > words.score("A survey of language models")
    )


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("for = [", "no TOML"),
        ("why = []", "'why' is not known; allowed: for, against"),
        ("for = 'mri'", "column for: allowed: a list"),
        ("for = [1]", "'1' is no keyword"),
        ("for = ['*']", "'*' is no keyword"),
        ("for = ['a*b']", "'a*b' is no keyword"),
        ("for = ['" + "a" * 61 + "']", "is no keyword"),
        ("for = ['']", "'' is no keyword"),
        ("against = [" + "'a'," * 501 + "]", "at most 500 words"),
        ("#" * (LARGEST_FILE + 1), "larger than"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: str, part: str) -> None:
    file = tmp_path / "words.toml"
    file.write_text(content)
    with pytest.raises(MedquantError, match=r"words\.toml") as refused:
        read_keywords(file)
    assert part in str(refused.value)


def test_bytes_and_absent_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    for name in ("bytes.toml", "absent.toml"):
        with pytest.raises(MedquantError, match=name):
            read_keywords(tmp_path / name)
