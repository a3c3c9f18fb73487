"""Exports in the shape of real programs, each broken in many ways: records, told losses or one sentence, nothing else."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from db.errors import MedquantError
from review.sources.imported import ImportedRecord, Kind, Reading
from review.sources.reading import read_bytes

HERE = Path(__file__).parent / "exports"
EXPORTS = sorted(path for path in HERE.iterdir() if path.suffix != ".md")
WORDS = ("Alphaword", "Bravoword", "Charlieword")
"""One in each title, so that no record can vanish unseen."""


def records_of(reading: Reading) -> list[ImportedRecord]:
    return [replace(record, where="") for record in reading.records]


def whole(path: Path) -> list[ImportedRecord]:
    return records_of(read_bytes(path.name, path.read_bytes()))


def account(name: str, raw: bytes, form: str | None = None) -> Reading | None:
    """Read, and check that each title that the bytes show is in a record or told; None where the file is refused."""
    try:
        reading = read_bytes(name, raw, form)
    except MedquantError as error:
        told = str(error)
        assert "mistake of the reader" not in told
        assert "\n" not in told
        return None
    assert len(reading.records) + len(reading.lost) == reading.blocks
    shown = "".join(map(repr, reading.records)) + "".join(part.what for part in reading.unread)
    plain = raw.replace(b"\0", b"")
    gone = [word for word in WORDS if word.encode() in plain and word not in shown]
    anonymous = [part for part in reading.unread if not any(word in part.what for word in WORDS)]
    nothing_read = not reading.records and bool(reading.unread)  # the file is told as a whole then
    assert len(gone) <= len(anonymous) or nothing_read, f"{gone} vanished"
    assert all(part.where and part.why for part in reading.unread)
    return reading


def in_a_letter(raw: bytes) -> bytes:
    """Cut behind the first byte of the last letter that has two."""
    return raw[: max(i for i, byte in enumerate(raw) if byte >= 0xC0) + 1]


def line_ends(raw: bytes) -> bytes:
    return b"".join(line + (b"\r\n", b"\r", b"\n")[i % 3] for i, line in enumerate(raw.split(b"\n")))


HARMLESS: dict[str, Callable[[bytes], bytes]] = {
    "byte-order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "UTF-16 little-endian, no mark": lambda raw: raw.decode().encode("utf-16-le"),
    "UTF-16 big-endian, no mark": lambda raw: raw.decode().encode("utf-16-be"),
    "UTF-32": lambda raw: raw.decode().encode("utf-32"),
    "latin-1": lambda raw: raw.decode().encode("latin-1"),
    "CRLF": lambda raw: raw.replace(b"\n", b"\r\n"),
    "CR": lambda raw: raw.replace(b"\n", b"\r"),
    "mixed line ends": line_ends,
    "NUL bytes": lambda raw: raw.replace(b"A", b"\0A"),
    "one latin-1 letter among UTF-8": lambda raw: raw.replace("ö".encode(), b"\xf6", 1),
    "empty lines at the end": lambda raw: raw + b"\n\n\n",
}
MIDDLE = 0.55
HARMFUL: dict[str, Callable[[bytes], bytes]] = {
    "cut in the middle": lambda raw: raw[: int(len(raw) * MIDDLE)],
    "cut in a letter": in_a_letter,
    "head lost": lambda raw: raw[int(len(raw) * MIDDLE) :],
    "middle lost": lambda raw: raw[: len(raw) // 3] + raw[len(raw) // 2 :],
    "twice over": lambda raw: raw + raw,
    "an empty line behind each line": lambda raw: raw.replace(b"\n", b"\n\n"),
    "lines turned round": lambda raw: b"\n".join(reversed(raw.split(b"\n"))),
    "every seventh line lost": lambda raw: b"\n".join(
        x for i, x in enumerate(raw.split(b"\n")) if i % 7 != 6
    ),
    "a foreign line in the middle": lambda raw: (
        raw[: len(raw) // 2] + b"\n%%% #!? \x07\n" + raw[len(raw) // 2 :]
    ),
    "a huge field": lambda raw: raw.replace(b"Bravoword", b"Bravoword " + b"x" * 1_100_000, 1),
    "blanks for tabs, tabs for blanks": lambda raw: raw.replace(b"  ", b"\t").replace(b"    ", b"\t"),
    "all on one line": lambda raw: raw.replace(b"\n", b" "),
    "no marks": lambda raw: raw.translate(None, b'<>{}[]"-:,;'),
    "quotes lost": lambda raw: raw.replace(b'"', b""),
    "one quote too many": lambda raw: raw.replace(b"Bravoword", b'"Bravoword', 1),
    "a brace too many": lambda raw: raw.replace(b"Bravoword", b"{Bravoword", 1),
    "an angle too many": lambda raw: raw.replace(b"Bravoword", b"<Bravoword", 1),
    "small letters": lambda raw: raw.lower().replace(b"word", b"Word"),
}
REFUSED: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n\t\r\n",
    "a web page": b"<!DOCTYPE html><html><body>Your session has expired. TI  - no</body></html>",
    "a web page behind a comment": b"\xef\xbb\xbf\n<!-- x --><HTML><title>Log in</title></HTML>",
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 600,
}


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_an_export_is_read_whole(path: Path) -> None:
    reading = account(path.name, path.read_bytes())
    assert reading is not None
    assert [next(w for w in WORDS if w in record.title) for record in reading.records] == list(WORDS)
    assert not reading.lost
    first = reading.records[0]
    assert "Müller" in first.authors[0]
    assert first.year in (2021, 2024, 2025)
    assert first.doi.startswith("10.5555/made.")
    assert "Garçon" in reading.records[2].authors[0] or "Sørensen" in reading.records[2].authors[0]


@pytest.mark.parametrize("how", HARMLESS)
@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_encodings_and_line_ends_change_no_record(path: Path, how: str) -> None:
    raw = HARMLESS[how](path.read_bytes())
    reading = account(path.name, raw)
    assert reading is not None
    assert records_of(reading) == whole(path)
    if how == "NUL bytes":
        assert any("NUL" in part.why for part in reading.unread)


@pytest.mark.parametrize("how", HARMFUL)
@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_a_broken_export_is_accounted_for(path: Path, how: str) -> None:
    account(path.name, HARMFUL[how](path.read_bytes()))


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_a_cut_keeps_what_stands_before_it_and_is_told(path: Path) -> None:
    raw = path.read_bytes()
    for cut in (raw[: raw.index(b"Charlieword") + 5], in_a_letter(raw)):
        reading = account(path.name, cut)
        assert reading is not None
        assert records_of(reading)[:2] == whole(path)[:2]
        assert reading.unread


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_what_is_no_export_is_refused_in_a_sentence(path: Path, what: str) -> None:
    with pytest.raises(MedquantError) as refused:
        read_bytes(path.name, REFUSED[what])
    assert "\n" not in str(refused.value)


def broken(name: str, old: str, new: str, count: int = 1) -> Reading:
    text = (HERE / name).read_text(encoding="utf-8")
    assert old in text
    reading = account(name, text.replace(old, new, count).encode())
    assert reading is not None
    return reading


# each format's own ways to break


@pytest.mark.parametrize("name", ["zotero.ris", "asreview.ris", "ovid_embase.ris", "cochrane_central.ris"])
def test_ris_without_an_end_or_with_unknown_tags_keeps_its_records(name: str) -> None:
    for old, new in (
        ("ER  -", "XX  -"),
        ("TY  - JOUR\n", "TY  - JOUR\nTY  - JOUR\n"),
        ("PY  -", "Q9  -"),
        ("PY  -", "P -"),
    ):
        if old in (HERE / name).read_text():
            assert {w for w in WORDS for r in broken(name, old, new).records if w in r.title} == set(WORDS)


def test_nbib_records_are_told_apart_without_numbers_and_not_cut_by_an_empty_line() -> None:
    numberless = broken("pubmed.nbib", "PMID- ", "QQID- ", 3)
    assert [record.title[:9] for record in numberless.records] == ["Alphaword", "Bravoword", "Charliewo"]
    gapped = broken("pubmed.nbib", "FAU - Müller", "\nFAU - Müller")
    assert records_of(gapped) == whole(HERE / "pubmed.nbib")
    assert any("an empty line" in part.why for part in gapped.unread)
    joined = broken("pubmed.nbib", "\nPMID- 39000062", "PMID- 39000062")
    assert records_of(joined) == whole(HERE / "pubmed.nbib")


def test_web_of_science_without_its_ends_and_starts() -> None:
    name = "web_of_science.txt"
    assert [part.why for part in broken(name, "ER\n", "", 3).unread][:2] == [
        "no ER line ends it; it was read up to the next PT line"
    ] * 2
    assert broken(name, "EF\n", "").unread[0].where == "the end"
    assert "no PT line begins it" in broken(name, "PT C\n", "").unread[0].why
    shifted = broken(name, "   radiographs", "radiographs without a margin")
    assert "a line without a tag" in shifted.unread[0].why
    assert broken(name, "DT Article", "ZZ odd").records[0].kind == Kind.ARTICLE


def test_endnote_xml_with_an_end_tag_missing_costs_its_own_record() -> None:
    found = broken("endnote.xml", "</title>", "")
    assert (len(found.records), len(found.lost)) == (2, 1)
    assert "Alphaword" in found.lost[0].what
    entity = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><xml><records>'
    text = (HERE / "endnote.xml").read_text(encoding="utf-8")
    with pytest.raises(MedquantError, match="document type or entities"):
        read_bytes("bomb.xml", (entity + text.partition("<records>")[2]).encode())
    assert broken("endnote.xml", "Bravoword", "&xxe;Bravoword").lost[0].what.count("Bravoword") == 1


def test_bibtex_with_keys_and_fields_that_stand_twice() -> None:
    assert len(broken("zotero.bib", "okafor_bravoword_2023", "muller_alphaword_2024").records) == 3
    assert len(broken("zotero.bib", "booktitle", "title").records) == 3


def test_csl_json_goes_on_behind_an_item_that_is_broken() -> None:
    comma = broken(
        "zotero.json", '"title": "Alphaword integer nets for histology",', '"title": "Alphaword",,'
    )
    assert ([r.title[:9] for r in comma.records], len(comma.lost)) == (["Bravoword", "Charliewo"], 1)
    trailing = broken(
        "zotero.json", '"issued": {"date-parts": [["2023"]]}', '"issued": {"date-parts": [["2023"]]},'
    )
    assert ([r.title[:9] for r in trailing.records], len(trailing.lost)) == (["Alphaword", "Charliewo"], 1)
    assert "Bravoword" in trailing.lost[0].what


def test_csl_json_with_numbers_nothing_depth_and_names_twice() -> None:
    assert broken("zotero.json", '"http://zotero.org/users/local/AAAA/items/BBBB"', "7").records[0].key == "7"
    assert broken("zotero.json", '"volume": "3"', '"volume": NaN').records[0].volume == ""
    twice = broken("zotero.json", '"volume": "3"', '"volume": "3", "volume": "4"')
    assert (twice.records[0].volume, twice.unread[0].why) == (
        "4", "a name stands twice in it; the last counts, the first is kept beside",
    )  # fmt: skip
    deep = broken("zotero.json", '"volume": "3"', '"custom": ' + "[" * 100_000 + "]" * 100_000)
    assert {w for w in WORDS for r in deep.records if w in r.title} >= {"Bravoword", "Charlieword"}


def test_an_object_a_line_is_read_item_by_item() -> None:
    lines = '{"title": "One", "author": [{"family": "A"}]}\n{"title": "Two"}\n{"title": "Three"\n{"title": "Four"}\n'
    found = read_bytes("lines.json", lines.encode())
    assert ([r.title for r in found.records], len(found.lost)) == (["One", "Two", "Four"], 1)


@pytest.mark.parametrize(
    "name",
    ["scopus.csv", "ieee_xplore.csv", "rayyan_articles.csv", "springer_link.csv", "ebsco.csv", "pubmed.csv",
     "openalex.csv", "asreview.csv", "cochrane_central.csv"],
)  # fmt: skip
def test_tables_with_other_separators_and_headings(name: str) -> None:
    import csv
    import io

    rows = list(csv.reader(io.StringIO((HERE / name).read_text(encoding="utf-8"))))
    for separator in ";\t|":
        out = io.StringIO()
        csv.writer(out, delimiter=separator).writerows([["A title, of the search; today"], *rows])
        reading = account(name, out.getvalue().encode())
        assert reading is not None
        assert records_of(reading) == whole(HERE / name)
    out = io.StringIO()
    csv.writer(out).writerows([*rows, *rows])
    again = account(name, out.getvalue().encode())
    assert again is not None
    assert len(again.records) == 6
    assert [part.why for part in again.unread if part.where != "the heading"] == ["the heading again"]
    with pytest.raises(MedquantError, match="no heading"):
        read_bytes(name, "\n".join(",".join(["x"] * 5) for _ in rows).encode())
