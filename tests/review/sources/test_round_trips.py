"""What is written for other programs is read back field by field, whatever letters stand in it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.sources.imported import FIELDS, ImportedRecord, Kind
from review.sources.reading import read_bytes
from review.sources.table import guarded, unguarded
from review.sources.tidying import record_of
from review.sources.writing import ENDINGS, WRITERS, written

SIGNS = st.sampled_from(
    ["{", "}", "\\", "$", "%", "&", "--", "''", '"', "@", "#", "_", "~", "^", "|", "=", "+1", "-", ",", "; ", " and ",
     "\n", "\r\n", "TY  - ", "ER  - ", "@article{", "=SUM(A1)", "'=x", "<b>", "é", "ß", "漢", "\u2028", "=>", "`", "?`", "\x00"]
)  # fmt: skip
WORDS = st.lists(st.one_of(SIGNS, st.text(max_size=6)), max_size=5).map("".join)
ADDRESSES = st.sampled_from(
    [
        "https://example.org/~me/a_b%20c#d&e=1",
        "https://example.org/x;y",
        "http://example.org/{a}",
        "https://e.org/@u",
    ]
)


@st.composite
def records(draw: st.DrawFn) -> ImportedRecord:
    plain = ("key", "venue", "volume", "issue", "pages", "publisher", "issn", "language", "abstract")
    draft: dict[str, str | list[str]] = {name: draw(WORDS) for name in plain}
    draft["title"] = "T" + draw(WORDS)
    draft["authors"] = draw(st.lists(WORDS, max_size=3))
    draft["keywords"] = draw(st.lists(WORDS, max_size=3))
    draft["urls"] = draw(st.lists(ADDRESSES, max_size=3))
    draft["year"] = draw(st.sampled_from(["", "1900", "2024", "2100"]))
    draft["doi"] = draw(st.sampled_from(["", "10.1000/a(b)c<d>_e%f", "10.1016/S0140-6736(05)67889-0"]))
    draft["arxiv_id"] = draw(st.sampled_from(["", "2401.01234", "cs.CV/0701001"]))
    draft["pmid"] = draw(st.sampled_from(["", "39000001"]))
    draft["kind"] = draw(st.sampled_from([kind.value for kind in Kind]))
    record, _ = record_of(draft, "")
    assert record is not None
    return record


@pytest.mark.parametrize("form", list(WRITERS))
@given(given_records=st.lists(records(), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_every_field_comes_back(form: str, given_records: list[ImportedRecord]) -> None:
    reading = read_bytes("back" + ENDINGS[form], written(given_records, form))
    back = [replace(record, where="", extra=(), decisions=()) for record in reading.records]
    assert back == given_records
    assert not reading.lost


@given(cell=st.text(alphabet="'=+-@a\t\r ＝", max_size=6))
def test_the_guard_against_formulas_loses_nothing(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t", "\r", "＝"))


def test_a_formula_is_no_formula_in_a_written_table() -> None:
    record = ImportedRecord(title="=HYPERLINK(1)", authors=("+1",), venue="@x", abstract="-1")
    for form in ("csv", "rayyan-csv"):
        text = written([record], form).decode()
        assert [cell in text for cell in ("'=HYPERLINK", "'+1", "'@x", "'-1")] == [True] * 4


def test_the_formats_keep_all_fields_of_a_record() -> None:
    assert {*FIELDS, "decisions", "extra", "where"} == set(ImportedRecord.__dataclass_fields__)
