"""Pieces that ran into each other are told apart or told: what random damage to real shapes has found."""

import time

from review.sources.imported import Reading
from review.sources.reading import read_bytes


def whys(found: Reading) -> list[str]:
    return [part.why for part in found.unread]


def test_two_titles_in_one_medline_record_are_told() -> None:
    raw = b"PMID- 1\nTI  - One\nFAU - A, B\nTI  - Another\nDP  - 2023\n"
    found = read_bytes("a.nbib", raw)
    assert (found.records[0].title, ("TI", "Another") in found.records[0].extra) == ("One", True)
    assert whys(found) == ["it stands twice in it: did two records run into one?"]


def test_what_runs_into_a_date_or_an_identifier_is_told() -> None:
    found = read_bytes("a.nbib", b"PMID- 1\nDP  - 2023\nTI  = A title whose mark is broken\n")
    assert "more than a date stands there; only the first year was taken" in whys(found)
    assert "it has none; its identifier or address stands for it" in whys(found)
    found = read_bytes(
        "a.ris",
        b"TY  - JOUR\nTI  - One\nDO  - 10.5555/made.1 TI - Another record that lost its lines, and a little more\nER  - \n",
    )
    assert whys(found) == ["more than an identifier stands there; only the first was taken"]


def test_an_address_beside_an_identifier_is_not_remarked() -> None:
    raw = b"TY  - JOUR\nTI  - One\nDO  - https://dx.doi.org/10.5555/made.1 [doi]\nPY  - 2024/05/01/Spring\nER  - \n"
    assert read_bytes("a.ris", raw).unread == ()


def test_each_broken_item_of_a_list_is_counted() -> None:
    items = (
        '{"id": "1", "title": "One"}',
        '{"id": "2", "title": }',
        '{"id": "3", "title" "x"}',
        '{"id": "4", "title": "Four"}',
    )
    found = read_bytes("a.json", ("[" + ",\n".join(items) + "]").encode())
    assert ([r.title for r in found.records], [part.where for part in found.lost]) == (
        ["One", "Four"],
        ["line 2", "line 3"],
    )
    assert found.blocks == 4


def test_a_bracket_too_early_ends_no_list() -> None:
    found = read_bytes("a.json", b'[{"title": "One"}], {"title": "Two"}]')
    assert [record.title for record in found.records] == ["One", "Two"]
    assert whys(found) == ["the list ends here, but items follow; they are read"]


def test_a_file_in_which_nothing_begins_is_told_as_a_whole() -> None:
    for name in ("a.ris", "a.bib", "a.nbib", "a.xml", "a.ciw"):
        found = read_bytes(name, b"Dear all, this is no export.")
        assert (found.blocks, found.records) == (0, ())
        assert any("begins in it" in why for why in whys(found))
        assert "Dear all" in found.unread[0].what


def test_a_huge_field_of_latex_and_a_list_made_to_be_read_over_and_over_end_in_seconds() -> None:
    began = time.monotonic()
    raw = b"@misc{a, title = {One}, note = {" + b"9 {\\'e}" * 100_000 + b"}}\n@misc{b, title = {Two}}\n"
    assert [record.title for record in read_bytes("a.bib", raw).records] == ["One", "Two"]
    crafted = read_bytes("a.json", b"[x" + b' {"x": [' * 300 + b"1," * 300_000)
    assert (crafted.records, len(crafted.lost)) == ((), 1)
    assert time.monotonic() - began < 20
