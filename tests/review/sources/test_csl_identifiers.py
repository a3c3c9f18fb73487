"""Identifiers and numbers in CSL-JSON, which programs write into several places, are taken or kept, never dropped."""

import json

import pytest

from review.sources.imported import ImportedRecord
from review.sources.reading import read_bytes


def record(**item: object) -> ImportedRecord:
    (read,) = read_bytes("a.json", json.dumps([{"title": "One"} | item]).encode()).records
    return read


@pytest.mark.parametrize(
    ("item", "arxiv", "beside"),
    [
        ({"type": "article", "publisher": "arXiv", "number": "arXiv:2001.00001"}, "2001.00001", {}),
        ({"type": "article", "number": "arXiv:2001.00001v2"}, "2001.00001", {}),
        ({"type": "article", "archive": "arXiv", "number": "2001.00001"}, "2001.00001", {}),
        ({"type": "article", "archive": "arXiv", "number": "none"}, "", {"archive": "arXiv", "number": "none"}),
        ({"type": "report", "number": "TR-17"}, "", {"number": "TR-17"}),
        ({"type": "report", "number": "2001.00001"}, "", {"number": "2001.00001"}),
        ({"archive": "An archive"}, "", {"archive": "An archive"}),
        ({"number": "arXiv:2001.00001", "custom": {"arxiv_id": "2002.00002"}}, "2002.00002", {"number": "arXiv:2001.00001"}),
        ({"note": "arXiv:2001.00001 [cs]"}, "2001.00001", {"note": "[cs]"}),
        ({"custom": "words"}, "", {"custom": "words"}),
    ],
)  # fmt: skip
def test_a_number_is_an_arxiv_identifier_or_kept(
    item: dict[str, object], arxiv: str, beside: dict[str, str]
) -> None:
    read = record(**item)
    assert (read.arxiv_id, dict(read.extra)) == (arxiv, beside)


@pytest.mark.parametrize(
    ("note", "pmid", "beside"),
    [
        ("PMID: 30000002\nPMCID: PMC123", "30000002", "PMCID: PMC123"),
        ("PMID: 30000002; PMCID: PMC123", "30000002", "PMCID: PMC123"),
        ("Read it.\nPMID 30000002", "30000002", "Read it."),
        ("PMID: none", "", "PMID: none"),
        ("See PMID: 30000002", "", "See PMID: 30000002"),
    ],
)
def test_a_pubmed_number_in_the_note_is_taken(note: str, pmid: str, beside: str) -> None:
    read = record(note=note)
    assert (read.pmid, dict(read.extra)) == (pmid, {"note": beside})
    named = record(note=note, PMID="7")
    assert (named.pmid, dict(named.extra)) == ("7", {"note": " ".join(note.split())})


def test_categories_are_keywords_or_kept_beside_them() -> None:
    assert record(categories=["a", "b"]).keywords == ("a", "b")
    both = record(categories=["a", "b"], keyword="c")
    assert (both.keywords, both.extra) == (("c",), (("categories", '["a", "b"]'),))


def test_a_list_of_serial_numbers_is_parted() -> None:
    for value in ("1234-5678, 8765-4321", ["1234-5678", "8765-4321"]):
        read = record(ISSN=value)
        assert read.issn == "1234-5678"
        assert "8765-4321" in dict(read.extra).values()
