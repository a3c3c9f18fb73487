"""A spreadsheet is read as it was meant, or refused with its row and column."""

import zipfile
from pathlib import Path

import pytest

from db.errors import MedquantError
from review.meta_table import numbers_of, read_table


def written(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def test_numbers_words_and_gaps(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "yi,vi,study,year\n0.1,.02,a,1999\n NA ,1e-3,,2001\n"))
    assert table["yi"].tolist()[0] == 0.1
    assert table["yi"].isna().tolist() == [False, True]
    assert table["study"].tolist() == ["a", None]
    assert table["year"].tolist() == [1999, 2001]
    assert str(table["year"].dtype).startswith("int")


def test_a_byte_order_mark_quotes_and_empty_lines_do_no_harm(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, '﻿"yi","who"\r\n1,"a, b"\r\n\r\n2,c\r\n'))
    assert list(table.columns) == ["yi", "who"]
    assert table["who"].tolist() == ["a, b", "c"]


def test_rows_of_empty_cells_keep_their_number(tmp_path: Path) -> None:
    file = written(tmp_path, "yi,vi\n1,2\n,\nabout 3,2\n,\n")
    table = read_table(file)
    assert len(table) == 3
    with pytest.raises(MedquantError, match="row 3, column yi: 'about 3'"):
        numbers_of(table, "yi", file)


def test_an_empty_row_of_a_workbook_keeps_its_number(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (["yi", "vi", None], [0.1, 0.3, None], [None, None, None], [0.2, 0.4, ""]):
        sheet.append(line)
    book.save(tmp_path / "t.xlsx")
    table = read_table(tmp_path / "t.xlsx")
    assert list(table.columns) == ["yi", "vi"]
    assert table["vi"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize(("name", "mark"), [("t.csv", "\t"), ("t.txt", ","), ("t.tsv", ","), ("t.tsv", ";")])
def test_a_separator_that_the_ending_does_not_promise(tmp_path: Path, name: str, mark: str) -> None:
    table = read_table(written(tmp_path, f"yi{mark}vi\n1{mark}0.5\n", name))
    assert table["vi"].tolist() == [0.5]


def test_semicolons_with_decimal_commas(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "yi;vi;who\n0,5;0,01;a,b\n-1,5;0,02;c\n"))
    assert table["yi"].tolist() == [0.5, -1.5]
    assert table["who"].tolist() == ["a,b", "c"]


def test_tabs(tmp_path: Path) -> None:
    assert read_table(written(tmp_path, "yi\tvi\n1\t2\n", "t.tsv"))["vi"].tolist() == [2]


def test_a_workbook(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["yi", "vi", "who"], [0.1, 0.3, "a"], [None, 2, "b"]):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    table = read_table(tmp_path / "t.xlsx")
    assert table["yi"].tolist()[0] == 0.1
    assert table["vi"].tolist() == [0.3, 2.0]
    assert table["who"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("", "t.csv", "holds nothing"),
        ("yi,vi\n", "t.csv", "a heading and no row"),
        ("yi,yi\n1,2\n", "t.csv", "2 columns 'yi'"),
        ("yi,\n1,2\n", "t.csv", "column 2 of"),
        ("yi,vi\n1,2,3\n", "t.csv", "row 1: it has 3 cells"),
        (b"yi\n\xff\n", "t.csv", "no UTF-8 text"),
        ('yi\n"1\n', "t.csv", "cannot be read as a table"),
        ("yi\n1\n", "t.doc", "no known ending"),
        (b"PK\x03\x04 broken", "t.xlsx", "no archive that can be opened"),
    ],
)
def test_what_is_no_table_gets_one_sentence(
    tmp_path: Path, content: str | bytes, name: str, said: str
) -> None:
    with pytest.raises(MedquantError, match=said):
        read_table(written(tmp_path, content, name))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"</sheetData>", b"", "no workbook that can be read"),
        (b"<v>2</v>", b"<v>two</v>", "no workbook that can be read"),
        (b"</sheetData>", b" " * 2**24 + b"</sheetData>", "packed more than 200 times"),
    ],
)
def test_a_sheet_that_is_damaged_or_a_bomb_gets_one_sentence(
    tmp_path: Path, old: bytes, new: bytes, said: str
) -> None:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    for line in (["yi", "vi"], [1, 2], [3, 4]):
        book.active.append(line)
    book.save(tmp_path / "good.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "good.xlsx") as good,
        zipfile.ZipFile(tmp_path / "bad.xlsx", "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            content = good.read(name)
            bad.writestr(name, content.replace(old, new) if name.endswith("sheet1.xml") else content)
    with pytest.raises(MedquantError, match=said):
        read_table(tmp_path / "bad.xlsx")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(MedquantError, match="there is no file"):
        read_table(tmp_path / "none.csv")


def test_a_word_among_numbers_is_named_with_its_row(tmp_path: Path) -> None:
    file = written(tmp_path, "yi,vi\n1,2\nabout 3,2\n")
    with pytest.raises(MedquantError, match="row 2, column yi: 'about 3' is no number"):
        numbers_of(read_table(file), "yi", file)


def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    file = written(tmp_path, "yi,vi\n1,2\n")
    with pytest.raises(MedquantError, match="no column 'se'; allowed: yi, vi"):
        numbers_of(read_table(file), "se", file)


def test_names_stay_as_they_are_written(tmp_path: Path) -> None:
    file = written(tmp_path, "yi,vi,study\n1,2,1.1\n3,4,1.10\n5,6,NA\n")
    assert read_table(file, ["study"])["study"].tolist() == ["1.1", "1.10", None]
    assert read_table(file)["study"].tolist()[:2] == [1.1, 1.1]
