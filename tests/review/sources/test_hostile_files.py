"""Whatever bytes come in, a reader gives records and told losses, or one sentence; never a traceback or a bomb."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.errors import MedquantError
from review.sources.imported import ImportedRecord, Reading
from review.sources.reading import FORMATS, read_bytes, read_source
from review.sources.writing import WRITERS, written

HERE = Path(__file__).parent
MESSY = sorted(
    path
    for folder in (HERE, HERE / "exports")
    for path in folder.iterdir()
    if path.suffix not in (".py", ".pyc", ".md") and path.is_file()
)
FORM_OF = {
    ".ris": "ris",
    ".bib": "bibtex",
    ".nbib": "nbib",
    ".xml": "endnote-xml",
    ".json": "csl-json",
    ".csv": "csv",
    ".tsv": "csv",
    ".cgi": "nbib",
    ".txt": "web-of-science",
}


def workbook() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.active.append(["Title", "DOI", "Year"])
    book.active.append(["A made-up title", "10.5555/made.1", 2024])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as inside:
        for name, content in members.items():
            inside.writestr(name, content)
    return out.getvalue()


SEEDS = {str(path.relative_to(HERE)): (FORM_OF[path.suffix], path.read_bytes()) for path in MESSY}
SEEDS["book.xlsx"] = ("xlsx", workbook())
SEEDS["rayyan.zip"] = ("zip", archive(**{"articles.csv": (HERE / "articles.csv").read_bytes()}))


def read(name: str, raw: bytes, form: str) -> Reading | None:
    try:
        return read_bytes(name, raw, form)
    except MedquantError as error:
        told = str(error)
    assert "mistake of the reader" not in told
    assert "\n" not in told
    return None


@pytest.mark.parametrize("form", FORMATS)
@given(raw=st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_read_or_refused_in_a_sentence(form: str, raw: bytes) -> None:
    read("any", raw, form)


@pytest.mark.parametrize("name", list(SEEDS))
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_file_cut_or_damaged_anywhere_is_accounted_for(name: str, data: st.DataObject) -> None:
    form, raw = SEEDS[name]
    cut = raw[: data.draw(st.integers(0, len(raw)))]
    at = data.draw(st.integers(0, len(cut)))
    reading = read(name, cut[:at] + data.draw(st.binary(max_size=3)) + cut[at:], form)
    assert reading is None or reading.complete


@pytest.mark.parametrize(
    "name",
    sorted(n for n, (form, _) in SEEDS.items() if form not in ("xlsx", "zip")),
)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_lines_in_any_order_are_accounted_for(name: str, data: st.DataObject) -> None:
    form, raw = SEEDS[name]
    lines = data.draw(st.permutations(raw.split(b"\n")))
    reading = read(name, b"\n".join(lines), form)
    assert reading is None or reading.complete


@pytest.mark.parametrize("form", ["ris", "bibtex", "csl-json", "csv"])
def test_a_cut_file_keeps_the_records_before_the_cut(form: str) -> None:
    whole = [ImportedRecord(title=f"Title number {n}", year=2024) for n in range(20)]
    raw = written(whole, form)
    reading = read_bytes("cut", raw[: len(raw) // 2], form)
    titles = [record.title for record in reading.records]
    assert titles[:8] == [record.title for record in whole[:8]]
    assert reading.unread, "the cut is told"


@pytest.mark.parametrize("form", list(WRITERS))
@pytest.mark.parametrize("how", ["crlf", "cr", "bom", "utf-16", "latin-1"])
def test_line_ends_and_encodings_change_no_record(form: str, how: str) -> None:
    whole = [ImportedRecord(title="Größe und Maß", authors=("Müller, Jörg",), year=2020, key="k1")]
    text = written(whole, form).decode()
    raw = {
        "crlf": text.replace("\n", "\r\n").encode(), "cr": text.replace("\n", "\r").encode(), "bom": b"\xef\xbb\xbf" + text.encode(),
        "utf-16": text.encode("utf-16"), "latin-1": text.encode("latin-1"),
    }[how]  # fmt: skip
    (record,) = read_bytes("same", raw, form if form != "rayyan-csv" else "csv").records
    assert (record.title, record.authors, record.year) == ("Größe und Maß", ("Müller, Jörg",), 2020)


def test_a_guessed_encoding_is_told() -> None:
    reading = read_bytes("old.ris", "TY  - JOUR\nTI  - Größe\nER  - \n".encode("latin-1"))
    assert "Windows-1252" in reading.unread[0].why


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE xml [<!ENTITY a "aaaa">]>',
        '<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE xml SYSTEM "http://example.org/x.dtd">',
    ],
)
def test_xml_that_declares_entities_is_refused(declared: str) -> None:
    raw = f"<?xml version='1.0'?>{declared}<xml><records><record><titles><title>&a;</title></titles></record></records></xml>"
    with pytest.raises(MedquantError, match="document type or entities"):
        read_bytes("attack.xml", raw.encode())


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(MedquantError, match="packed more than"):
        read_bytes("bomb.zip", archive(**{"articles.csv": b"0" * 5_000_000}))
    with pytest.raises(MedquantError, match="packed more than"):
        read_bytes("bomb.xlsx", archive(**{"xl/workbook.xml": b" " * 5_000_000}))


def test_a_workbook_that_claims_a_million_columns_is_read_by_what_it_holds() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook())) as inside:
        members = {name: inside.read(name) for name in inside.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    members["xl/worksheets/sheet1.xml"] = sheet.replace(b'ref="A1:C2"', b'ref="A1:XFD1048576"')
    assert members["xl/worksheets/sheet1.xml"] != sheet
    reading = read_bytes("wide.xlsx", archive(**members))
    assert (reading.blocks, [record.title for record in reading.records]) == (1, ["A made-up title"])


def test_names_in_an_archive_lead_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    raw = archive(
        **{
            "../../escaped.csv": b"title\nA made-up title\n",
            "/etc/articles.ris": b"TY  - JOUR\nTI  - B\nER  - \n",
        }
    )
    reading = read_bytes("walk.zip", raw)
    assert {record.title for record in reading.records} == {"A made-up title", "B"}
    assert not list(tmp_path.iterdir())


def test_a_missing_empty_or_foreign_file_is_told_with_what_is_read(tmp_path: Path) -> None:
    with pytest.raises(MedquantError, match="there is no file"):
        read_source(tmp_path / "none.ris")
    with pytest.raises(MedquantError, match="is a folder"):
        read_source(tmp_path)
    (tmp_path / "empty.ris").write_bytes(b" \n")
    with pytest.raises(MedquantError, match="is empty"):
        read_source(tmp_path / "empty.ris")
    (tmp_path / "letter.txt").write_text("Dear all, this is no export.")
    with pytest.raises(MedquantError, match=r"none of the formats.*--format.*ris"):
        read_source(tmp_path / "letter.txt")
