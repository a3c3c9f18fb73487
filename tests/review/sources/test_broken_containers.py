"""Workbooks and archives that are odd, broken or hostile: read by what they hold, told, or refused in one sentence."""

import contextlib
import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from db.errors import MedquantError
from review.sources.imported import Reading
from review.sources.reading import read_bytes

HERE = Path(__file__).parent / "exports"
ARTICLES = (HERE / "rayyan_articles.csv").read_bytes()
HEADING = ["Title", "Authors", "Publication Year", "Volume", "Start Page", "End Page", "DOI"]
ROWS: list[list[Any]] = [
    ["Alphaword", "Müller, J; Silva, A", 2024, 3, 11, 19, "10.5555/made.1"],
    ["Bravoword", "Okafor, C", 2023.0, None, None, None, None],
]


def book(change: Callable[[Any], None] = lambda _: None) -> bytes:
    """Make a workbook as a database's "Excel" export is: one sheet, a heading, a row per record."""
    from openpyxl import Workbook

    made = Workbook()
    assert made.active is not None
    made.active.title = "savedrecs"
    for row in (HEADING, *ROWS):
        made.active.append(row)
    change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(change: Callable[[Any], None]) -> Reading:
    return read_bytes("a.xlsx", book(change))


def titles(reading: Reading) -> list[str]:
    return [record.title for record in reading.records]


def packed(members: dict[str, bytes], **how: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **how) as inside:
        for name, content in members.items():
            inside.writestr(name, content)
    return out.getvalue()


def test_a_plain_workbook() -> None:
    first, second = read(lambda _: None).records
    assert (first.title, first.authors, first.year) == ("Alphaword", ("Müller, J", "Silva, A"), 2024)
    assert (first.volume, first.pages, second.year) == ("3", "11-19", 2023)


def test_a_formula_that_has_no_saved_result_is_told() -> None:
    def change(made: Any) -> None:
        made.active["A3"] = '=CONCATENATE("Bravo","word")'

    found = read(change)
    assert [(part.where, part.lost) for part in found.unread] == [("row 3", True), ("row 3", False)]
    assert "formula" in found.unread[1].why
    assert len(found.records) + len(found.lost) == found.blocks == 2


def test_a_formula_with_a_saved_result_gives_it_and_is_never_computed() -> None:
    raw = book(lambda made: made.active.__setitem__("A3", "=1+1"))
    with zipfile.ZipFile(io.BytesIO(raw)) as inside:
        members = {name: inside.read(name) for name in inside.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    saved = sheet.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>Bravoword</v>").replace(
        b"<f>1+1</f><v></v>", b"<f>1+1</f><v>Bravoword</v>"
    )
    assert saved != sheet
    members["xl/worksheets/sheet1.xml"] = saved.replace(b'<c r="A3">', b'<c r="A3" t="str">')
    found = read_bytes("a.xlsx", packed(members))
    assert (titles(found), found.unread) == (["Alphaword", "Bravoword"], ())


def test_merged_cells_hidden_sheets_covers_and_empty_sheets() -> None:
    def merge(made: Any) -> None:
        made.active.merge_cells("A2:A3")

    found = read(merge)
    assert (titles(found), [part.where for part in found.lost]) == (["Alphaword"], ["row 3"])

    def cover(made: Any) -> None:
        front = made.create_sheet("About", 0)
        front.append(["Exported by somebody"])
        made.create_sheet("Hidden one").sheet_state = "hidden"

    found = read(cover)
    assert titles(found) == ["Alphaword", "Bravoword"]
    assert [(part.where, part.what) for part in found.unread] == [
        ("the workbook", "About, Hidden one (hidden)")
    ]

    def hide(made: Any) -> None:
        made.create_sheet("In view", 0).append(["title"])
        made["savedrecs"].sheet_state = "hidden"
        made["In view"].append(["Charlieword"])

    found = read(hide)
    assert titles(found) == ["Charlieword"]
    assert "savedrecs (hidden)" in found.unread[0].what


def test_dates_that_a_spreadsheet_made_are_years_or_told() -> None:
    def change(made: Any) -> None:
        made.active["C2"] = dt.datetime(2024, 5, 1)  # noqa: DTZ001 - a cell knows no zone
        made.active["D2"] = dt.datetime(2026, 1, 9)  # noqa: DTZ001
        made.active["C3"] = dt.date(2023, 1, 1)

    found = read(change)
    assert [record.year for record in found.records] == [2024, 2023]
    assert [(part.what, part.why) for part in found.unread] == [
        ("volume 2026-01-09", "a spreadsheet made a date of it; kept as it stands")
    ]


def test_odd_cells_are_text_or_told() -> None:
    def change(made: Any) -> None:
        for place, value in (
            ("A2", True),
            ("B2", 1e300),
            ("G2", dt.time(1, 2)),
            ("D3", dt.timedelta(days=3)),
        ):
            made.active[place] = value

    found = read(change)
    assert len(found.records) + len(found.lost) == 2
    assert found.records[0].title == "True"
    assert "doi 01:02:00" in [part.what for part in found.unread]


@pytest.mark.parametrize("where", [0, 10, 200, 0.3, 0.5, 0.9, 0.99])
def test_a_workbook_or_archive_that_is_cut_is_refused(where: float) -> None:
    for name, raw in (("a.xlsx", book()), ("a.zip", packed({"articles.csv": ARTICLES}))):
        cut = raw[: int(where if where > 1 else where * len(raw))]
        with pytest.raises(MedquantError) as refused:
            read_bytes(name, cut)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "member", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml", "xl/styles.xml"]
)
@pytest.mark.parametrize("how", ["gone", "empty", "no XML", "entity"])
def test_a_workbook_whose_parts_are_bad_is_read_or_refused(member: str, how: str) -> None:
    with zipfile.ZipFile(io.BytesIO(book())) as inside:
        members = {name: inside.read(name) for name in inside.namelist()}
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    members[member] = {"empty": b"", "no XML": b"\x00<<<", "entity": bomb}.get(how, b"")
    if how == "gone":
        del members[member]
    found: list[str] = []
    with contextlib.suppress(MedquantError):
        found = titles(read_bytes("a.xlsx", packed(members)))
    assert set(found) <= {"Alphaword", "Bravoword"}


def test_names_that_lie_about_what_is_inside() -> None:
    with pytest.raises(MedquantError, match="no archive"):
        read_bytes("a.xlsx", ARTICLES)
    with pytest.raises(MedquantError):
        read_bytes("a.csv", book())
    with pytest.raises(MedquantError):
        read_bytes("a.xlsx", packed({"articles.csv": ARTICLES}))
    assert titles(read_bytes("export", book())) == ["Alphaword", "Bravoword"]


# archives


def test_an_archive_as_rayyan_packs_it() -> None:
    found = read_bytes(
        "review.zip", packed({"articles.csv": ARTICLES, "customizations_log.csv": b"article_id,key\n"})
    )
    assert len(found.records) == 3
    assert [len(record.decisions) for record in found.records] == [2, 1, 0]


def test_two_exports_in_one_archive_are_both_read_and_two_of_one_name_refused() -> None:
    ris = (HERE / "zotero.ris").read_bytes()
    found = read_bytes(
        "two.zip", packed({"one.csv": ARTICLES, "two.ris": ris, "note.txt": b"hello", "deep/x.zip": b"PK"})
    )
    assert len(found.records) == 6
    assert {part.what for part in found.unread if part.where == part.what} == {"note.txt", "x.zip"}
    with pytest.raises(MedquantError, match=r"two files 'articles\.csv'"):
        read_bytes("same.zip", packed({"a/articles.csv": ARTICLES, "b/articles.csv": ARTICLES}))


@pytest.mark.parametrize(
    "name",
    [
        "../../articles.csv",
        "/etc/articles.csv",
        "C:\\x\\articles.csv",
        "..\\..\\articles.csv",
        "a\nb/articles.csv",
    ],
)
def test_a_member_s_path_leads_nowhere(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(read_bytes("walk.zip", packed({name: ARTICLES})).records) == 3
    assert not list(tmp_path.rglob("*"))


def test_bombs_encrypted_and_crowded_archives_are_refused() -> None:
    with pytest.raises(MedquantError, match="packed more than"):
        read_bytes("bomb.zip", packed({"articles.csv": b"title\n" + b"a" * 4_000_000}))
    with pytest.raises(MedquantError, match="files of"):
        read_bytes("many.zip", packed({f"{n}.csv": b"" for n in range(2_001)}))
    raw = bytearray(packed({"articles.csv": ARTICLES}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + offset] |= 1  # says that it is encrypted
    with pytest.raises(MedquantError, match="encrypted"):
        read_bytes("locked.zip", bytes(raw))
    lying = bytearray(packed({"articles.csv": b"title\n" + b"b" * 3_000_000}))
    at = lying.index(b"PK\x01\x02") + 24
    lying[at : at + 4] = (100).to_bytes(4, "little")  # claims a hundred bytes
    with pytest.raises(MedquantError):
        read_bytes("liar.zip", bytes(lying))


def test_a_broken_export_in_an_archive_is_told_with_its_name() -> None:
    found = read_bytes("half.zip", packed({"articles.csv": ARTICLES[: len(ARTICLES) // 2 + 30]}))
    assert all(part.where.startswith("articles.csv, ") for part in found.unread)
    assert len(found.records) + len(found.lost) == found.blocks
