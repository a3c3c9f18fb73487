"""Answers of Crossref, OpenAlex and arXiv are read by their real shapes; parts of a wrong kind give no traceback."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from review.lookup.answers import arxiv_record, crossref_record, openalex_record

HERE = Path(__file__).parent
CROSSREF = json.loads((HERE / "crossref.json").read_bytes())
OPENALEX = json.loads((HERE / "openalex.json").read_bytes())
FEED = (HERE / "arxiv.xml").read_text()


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"null", b'"x"', b"{", b"\xff\xfe", b"<html>", b"[" * 5000, b'{"message": 3}']
)
def test_answers_of_any_kind_are_no_record_and_no_traceback(raw: bytes) -> None:
    assert (crossref_record(raw), openalex_record(raw), arxiv_record(raw)) == (None, None, None)


def _spoiled(value: Any, junk: Any) -> Iterator[Any]:
    """Give a value with each of its parts in turn replaced by junk."""
    yield junk
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in list(parts):
        for worse in _spoiled(part, junk):
            copy = value.copy()
            copy[key] = worse
            yield copy


@pytest.mark.parametrize(
    "junk", [None, 7, -1, True, 1e300, "", "x;y\x00\n", [], {}, [[[]]], {"a": [None]}, 10**30]
)
def test_a_part_of_any_type_is_left_out_or_taken_as_text(junk: Any) -> None:
    for read, whole in ((crossref_record, CROSSREF), (openalex_record, OPENALEX)):
        for spoiled in _spoiled(whole, junk):
            record = read(json.dumps(spoiled).encode())
            assert record is None or isinstance(record.title, str)


def test_arxiv_entries_that_are_errors_or_declare_entities_are_no_record() -> None:
    assert arxiv_record(FEED.replace("/abs/2401.01234v2", "/api/errors#incorrect_id").encode()) is None
    bomb = FEED.replace("<feed", '<!DOCTYPE feed [<!ENTITY a "aaaa">]><feed', 1).replace("Wrapped", "&a;")
    assert arxiv_record(bomb.encode()) is None


def test_the_abstract_that_openalex_gives_by_places_is_put_together() -> None:
    record = openalex_record(json.dumps(OPENALEX).encode())
    assert record is not None
    assert record.abstract == "Eight Bits suffice."
