"""The matrix is the corpus, cell for cell, whatever it is written as, and a workbook runs nothing."""

import io

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from sqlalchemy import Engine, select, update

from db.codebook.codebook import Codebook
from db.corpus import SHIPPED
from db.models.tables import Study
from db.session import open_database, reading, writing
from review.matrix import matrix_csv, matrix_xlsx, several, study_matrix
from tests.databases import Databases

FORMULA_LIKE = ["=1+1", "+x", "-2", "@a", '=HYPERLINK("http://example.org")', "1e5", "2024-01-01", "TRUE"]
NOT_STORABLE = ["\x00", "\x01", "\x08", "\x0b", "\x1f", "\ufffe", "\uffff"]
KEPT = ["two\nlines", "a\ttab", "Grüße, 医学 🩻", " spaces "]
TOO_LONG = "x" * 40_000


@pytest.fixture(scope="module")
def workbook(shipped: Engine) -> Workbook:
    with reading(shipped) as connection:
        return load_workbook(io.BytesIO(matrix_xlsx(connection)))


@pytest.fixture(scope="module")
def odd_cells(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Cell]:
    """Give a study each odd title and return the workbook's cells by the title as it was given."""
    engine = open_database(databases.copy(databases.loaded, tmp_path_factory.mktemp("odd") / "medquant.db"))
    titles = [*FORMULA_LIKE, *(f"be{odd}fore" for odd in NOT_STORABLE), *KEPT, TOO_LONG]
    with writing(engine, actor="tester", reason="odd titles") as connection:
        studies = connection.scalars(select(Study.study_id).order_by(Study.position)).all()
        for study, title in zip(studies, titles, strict=False):
            kept = (
                title if engine.dialect.name == "sqlite" else title.replace("\0", "")
            )  # PostgreSQL refuses NUL
            connection.execute(update(Study).where(Study.study_id == study).values(title=kept))
        sheet = load_workbook(io.BytesIO(matrix_xlsx(connection)))["matrix"]
    column = [cell.value for cell in sheet[1]].index("title") + 1
    return {title: sheet.cell(row, column) for row, title in enumerate(titles, start=2)}


def texts(book: Workbook, sheet: str) -> list[list[str]]:
    return [
        [str(cell) if cell is not None else "" for cell in row]
        for row in book[sheet].iter_rows(values_only=True)
    ]


def test_csv_is_the_studies_file_byte_for_byte(shipped: Engine) -> None:
    with reading(shipped) as connection:
        assert matrix_csv(connection) == (SHIPPED / "studies.csv").read_bytes()


def test_frame_has_a_row_a_study_and_a_column_a_variable(shipped: Engine, codebook: Codebook) -> None:
    with reading(shipped) as connection:
        frame = study_matrix(connection)
        stored = connection.scalars(select(Study.study_id).order_by(Study.position)).all()
    assert frame.shape == (93, 36)
    assert frame.index.name == "study_id"
    assert list(frame.index) == stored
    assert ["study_id", *frame.columns] == list(codebook.variables)


def test_cells_are_texts_and_empty_where_nothing_was_stated(shipped: Engine) -> None:
    with reading(shipped) as connection:
        frame = study_matrix(connection)
    assert all(isinstance(cell, str) for row in frame.to_numpy().tolist() for cell in row)
    assert frame.loc["abid2022", "year"] == "2022"
    assert frame.loc["abid2022", "weight_bits"] == "8;16f"
    assert frame.loc["abid2022", "country"] == ""


def test_several_codes_of_a_cell_come_apart() -> None:
    assert (several("8;16f"), several("ptq"), several("")) == (("8", "16f"), ("ptq",), ())


def test_workbook_has_the_same_cells(shipped: Engine, workbook: Workbook) -> None:
    with reading(shipped) as connection:
        frame = study_matrix(connection).reset_index()
    assert texts(workbook, "matrix") == [list(frame.columns), *frame.to_numpy().tolist()]


def test_dictionary_sheet_explains_every_variable(workbook: Workbook, codebook: Codebook) -> None:
    header, *rows = texts(workbook, "dictionary")
    assert header == ["variable", "label", "definition", "type", "several values", "allowed", "source"]
    assert [row[0] for row in rows] == list(codebook.variables)
    assert all(label and definition and allowed for _, label, definition, _, _, allowed, _ in rows)
    modality = next(row for row in rows if row[0] == "modality")
    assert modality[4] == "yes"
    assert modality[5].startswith("mri, ct, xray")


def test_sheets_keep_their_header_in_sight(workbook: Workbook) -> None:
    assert workbook.sheetnames == ["matrix", "dictionary"]
    assert {workbook[name].freeze_panes for name in workbook.sheetnames} == {"B2"}
    assert workbook["matrix"]["A1"].font.bold
    assert not workbook["matrix"]["A2"].font.bold


@pytest.mark.parametrize("title", FORMULA_LIKE)
def test_formula_like_text_stays_text(odd_cells: dict[str, Cell], title: str) -> None:
    assert (odd_cells[title].value, odd_cells[title].data_type) == (title, "s")


@pytest.mark.parametrize("odd", NOT_STORABLE, ids=lambda odd: f"U+{ord(odd):04X}")
def test_characters_that_no_workbook_holds_are_left_out(odd_cells: dict[str, Cell], odd: str) -> None:
    assert odd_cells[f"be{odd}fore"].value == "before"


@pytest.mark.parametrize("title", KEPT)
def test_other_text_is_kept(odd_cells: dict[str, Cell], title: str) -> None:
    assert odd_cells[title].value == title


def test_cell_longer_than_a_workbook_holds_is_cut(odd_cells: dict[str, Cell]) -> None:
    assert odd_cells[TOO_LONG].value == "x" * 32_767


def test_empty_database_gives_an_empty_matrix(fresh_db: Engine) -> None:
    with reading(fresh_db) as connection:
        assert study_matrix(connection).shape[0] == 0
        assert matrix_csv(connection) == b"study_id\n"
        assert load_workbook(io.BytesIO(matrix_xlsx(connection)))["matrix"].max_row == 1
