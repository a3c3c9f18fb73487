"""A matrix edited elsewhere: seen cell by cell, taken over as chosen, and never over what somebody else wrote unseen."""

import csv
import datetime as dt
import io
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, Engine

from db.history import read_history
from db.session import reading, writing
from review.editing import SUBJECTS, read_one, set_fields
from review.matrix import matrix_csv
from review.matrix_diff import CellState, accept_cells, diff_matrix
from review.matrix_table import MatrixTable, matrix_of
from review.stale import StaleEdit
from tests.served import Check, Come, Serve, Served

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

STUDY = SUBJECTS["study"]
ONE, TWO, THREE = "abid2022", "aboutahoun2023", "ahmad-nd"
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def edited(connection: Connection, cells: Mapping[tuple[str, str], str]) -> bytes:
    rows = list(csv.reader(io.StringIO(matrix_csv(connection).decode())))
    for (study, variable), value in cells.items():
        line = next(row for row in rows if row[0] == study)
        line[rows[0].index(variable)] = value
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def held(engine: Engine, study: str, variable: str) -> str:
    with reading(engine) as connection:
        return read_one(connection, STUDY, study).get(variable, "")


def change(engine: Engine, study: str, variable: str, value: str, by: str = "ben") -> None:
    with writing(engine, actor=by, reason="changed meanwhile") as connection:
        set_fields(connection, STUDY, study, {variable: value})


@pytest.fixture
def table(seeded_db: Engine) -> MatrixTable:
    """Export the matrix, edit a title, and let somebody change the same title here meanwhile."""
    with reading(seeded_db) as connection:
        raw = edited(connection, {(ONE, "title"): "Title of the file", (TWO, "modality"): "nonsense"})
    change(seeded_db, ONE, "title", "Title of Ben")
    return matrix_of("matrix.csv", raw)


def test_a_conflict_is_taken_over_only_by_who_saw_the_value_that_is_there(
    seeded_db: Engine, table: MatrixTable
) -> None:
    name = f"{ONE}.title"
    with reading(seeded_db) as connection:
        cells = {cell.name: cell for cell in diff_matrix(connection, table, LONG_AGO).cells}
    assert (cells[name].state, cells[name].invalid) == (CellState.STALE, "")
    with (
        pytest.raises(StaleEdit) as caught,
        writing(seeded_db, actor="ana", reason="a test") as connection,
    ):
        accept_cells(connection, table, [name], LONG_AGO, seen={name: "what stood there at first"})
    said = caught.value
    assert (said.present, said.wanted, said.actor) == ("Title of Ben", "Title of the file", "ben")
    with writing(seeded_db, actor="ana", reason="a test") as connection:
        accept_cells(connection, table, [name], LONG_AGO, seen={name: "Title of Ben"})
    assert held(seeded_db, ONE, "title") == "Title of the file"


def test_what_is_not_allowed_stays_out_even_where_it_was_looked_at(
    seeded_db: Engine, table: MatrixTable
) -> None:
    name = f"{TWO}.modality"
    change(seeded_db, TWO, "modality", "ct")
    with reading(seeded_db) as connection:
        cell = next(c for c in diff_matrix(connection, table, LONG_AGO).cells if c.name == name)
    assert (cell.state, "nonsense" in cell.invalid) == (CellState.STALE, True)
    with (
        pytest.raises(Exception, match="stale"),
        writing(seeded_db, actor="ana", reason="a test") as connection,
    ):
        accept_cells(connection, table, [name], LONG_AGO, seen={name: "ct"})
    assert held(seeded_db, TWO, "modality") == "ct"


@pytest.fixture(scope="module")
def own(serve: Serve) -> Served:
    """Start a server whose matrix nobody else changes."""
    return serve()


def open_diff(served: Served, page: "Page", cells: Mapping[tuple[str, str], str]) -> None:
    with reading(served.engine) as connection:
        raw = edited(connection, cells)
    file: FilePayload = {"name": "../matrix.csv", "mimeType": "text/csv", "buffer": raw}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Send and look").click()
    page.get_by_role("button", name="Take over").wait_for()


@pytest.mark.browser
def test_cells_are_chosen_by_cell_by_study_and_all_and_written_in_one_change(
    own: Served, come: Come, no_barriers: Check
) -> None:
    before = held(own.engine, ONE, "modality"), held(own.engine, THREE, "title")
    page = come(own, "/import/matrix")
    hostile = "<img src=x onerror=\"document.title='taken'\">"
    open_diff(
        own, page,
        {(ONE, "modality"): "mri", (ONE, "title"): hostile, (TWO, "modality"): "nonsense", (THREE, "title"): "Another"},
    )  # fmt: skip
    page.get_by_text("4 cell(s) of").wait_for()
    no_barriers(page)
    assert page.get_by_text("'nonsense' is not a code of modality").is_visible()
    assert page.get_by_role("cell", name=hostile).is_visible()
    assert page.get_by_label(f"Take over {TWO}.modality").count() == 0
    page.get_by_text("3 cell(s) chosen").wait_for()
    page.get_by_label("Take over all cells without a conflict").uncheck()
    page.get_by_text("No cell is chosen").wait_for()
    assert page.get_by_role("button", name="Take over").is_disabled()
    page.get_by_label(f"Take over all cells of {ONE}").check()
    page.get_by_text("2 cell(s) chosen").wait_for()
    page.get_by_label(f"Take over {ONE}.title").uncheck()
    page.get_by_text("1 cell(s) chosen").wait_for()
    page.get_by_label("Reason").fill("read again in the paper")
    page.get_by_role("button", name="Take over").click()
    page.get_by_text("1 cell(s) are taken over").wait_for()
    assert (held(own.engine, ONE, "modality"), held(own.engine, THREE, "title")) == ("mri", before[1])
    with reading(own.engine) as connection:
        last = read_history(connection, limit=1)[0]
    assert (last.actor, last.reason, last.table) == ("ana", "read again in the paper", "study_values")
    page.get_by_text("3 cell(s) of").wait_for()


@pytest.mark.browser
def test_a_cell_that_somebody_changed_is_marked_not_chosen_and_never_overwritten_unseen(
    own: Served, come: Come, no_barriers: Check
) -> None:
    page = come(own, "/import/matrix")
    open_diff(own, page, {(THREE, "title"): "Title of the file"})
    page.get_by_text("1 cell(s) chosen").wait_for()
    change(own.engine, THREE, "title", "Title of Ben")
    box = page.get_by_label(f"Take over {THREE}.title")
    other = come(own, "/records", "ben")
    other.wait_for_timeout(200)
    page.get_by_text("conflict", exact=True).wait_for()
    page.get_by_text("No cell is chosen").wait_for()
    assert not box.is_checked()
    assert page.get_by_role("cell", name="Title of Ben").is_visible()
    no_barriers(page)
    box.check()
    page.get_by_text("1 cell(s) chosen").wait_for()
    page.get_by_role("button", name="Take over").click()
    page.get_by_text("1 cell(s) are taken over").wait_for()
    assert held(own.engine, THREE, "title") == "Title of the file"


@pytest.mark.browser
def test_a_file_that_is_no_matrix_is_told(own: Served, come: Come) -> None:
    page = come(own, "/import/matrix")
    for name, content, words in (
        ("matrix.csv", b"a,b\n1,2\n", "study_id"),
        ("matrix.xlsx", b"PK\x03\x04 cut off", "no archive|no workbook"),
        ("matrix.csv", b"study_id,colour\nabid2022,red\n", "is no variable"),
    ):
        page.goto(f"{own.url}/import/matrix")
        file: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": content}
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_role("button", name="Send and look").click()
        page.get_by_role("alert").get_by_text(re.compile(words)).wait_for()
