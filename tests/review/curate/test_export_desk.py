"""Downloads: the right records in the right form, as attachments, safe for spreadsheets, and for people who are in."""

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, func, select, update

from db.corpus import SHIPPED
from db.errors import MedquantError
from db.export import export_files
from db.models.tables import Record, Study
from db.session import reading, writing
from review.curate.desks.exporting import count_states, matrix_file, records_file, tables_file
from review.matrix_diff import diff_matrix
from review.matrix_table import matrix_of
from tests.served import Check, Come, Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

FORMULA = '=HYPERLINK("http://bad.example","a title")'


def test_records_are_chosen_by_where_they_stand(seeded_db: Engine) -> None:
    with reading(seeded_db) as connection:
        states = count_states(connection)
        total = connection.scalar(select(func.count()).select_from(Record))
        assert sum(states.values()) == total
        for state, count in states.items():
            name, content = records_file(connection, "csl-json", f"state-{state}")
            assert (name, len(json.loads(content))) == (f"records-state-{state}.json", count)
        assert len(json.loads(records_file(connection, "csl-json", "")[1])) == total


@pytest.mark.parametrize(
    ("form", "which"), [("exe", ""), ("ris", "../x"), ("", ""), ("ris", "state-nowhere")]
)
def test_what_does_not_exist_is_told(seeded_db: Engine, form: str, which: str) -> None:
    with reading(seeded_db) as connection, pytest.raises(MedquantError, match="allowed"):
        records_file(connection, form, which)


def test_no_cell_of_a_table_is_a_formula_and_the_matrix_comes_back_without_a_difference(
    seeded_db: Engine,
) -> None:
    with writing(seeded_db, actor="ana", reason="a formula") as connection:
        study = connection.execute(select(Study.study_id, Study.record_id).limit(1)).one()
        connection.execute(update(Study).where(Study.study_id == study.study_id).values(title=FORMULA))
        connection.execute(update(Record).where(Record.record_id == study.record_id).values(title=FORMULA))
    with reading(seeded_db) as connection:
        for content in (
            records_file(connection, "csv", "")[1], records_file(connection, "rayyan-csv", "")[1],
            matrix_file(connection, "csv")[1],
        ):  # fmt: skip
            rows = list(csv.reader(io.StringIO(content.decode())))
            assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))] == []
            assert f"'{FORMULA}" in {cell for row in rows for cell in row}
        book = load_workbook(io.BytesIO(matrix_file(connection, "xlsx")[1]))
        assert "f" not in {cell.data_type for row in book["matrix"] for cell in row}
        for form in ("csv", "xlsx"):
            assert diff_matrix(connection, matrix_of(*matrix_file(connection, form))).cells == ()


def test_all_tables_are_the_same_bytes_as_an_export_and_the_same_archive_each_time(seeded_db: Engine) -> None:
    with reading(seeded_db) as connection:
        name, content = tables_file(connection)
        assert content == tables_file(connection)[1]
        wanted = export_files(connection)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {one: archive.read(one) for one in archive.namelist()} == wanted
        assert archive.read("records.csv") == (SHIPPED / "records.csv").read_bytes()
    assert name == "medquant-tables.zip"


def download(page: "Page", words: str) -> tuple[str, bytes]:
    with page.expect_download() as waited:
        page.get_by_role("link", name=words, exact=True).click()
    return waited.value.suggested_filename, waited.value.path().read_bytes()


@pytest.mark.browser
def test_a_person_downloads_what_the_page_offers(served: Served, come: Come, no_barriers: Check) -> None:
    page = come(served, "/import")
    page.get_by_role("link", name="Export records").click()
    page.get_by_role("heading", name="Records", exact=True).wait_for()
    no_barriers(page)
    assert download(page, "Download the records")[0] == "records.ris"
    page.get_by_label("Format").select_option("csl-json")
    page.get_by_label("Which records").select_option("included")
    page.locator('a[href*="format=csl-json&which=included"]').wait_for()
    name, content = download(page, "Download the records")
    with reading(served.engine) as connection:
        assert (name, content) == records_file(connection, "csl-json", "included")
    assert download(page, "Download the flow (CSV)")[0] == "PRISMA2020.csv"
    assert download(page, "Download the matrix (XLSX)")[1].startswith(b"PK")
    assert download(page, "Download all tables (ZIP)")[0] == "medquant-tables.zip"


@pytest.mark.browser
def test_downloads_are_attachments_for_people_who_are_in(
    served: Served, come: Come, no_barriers: Check
) -> None:
    page = come(served, "/export")
    page.get_by_role("link", name="Download all tables").wait_for()
    no_barriers(page)
    paths = ("records?format=ris&which=", "flow", "matrix?format=csv", "matrix?format=xlsx", "tables")
    for path in paths:
        answer = page.request.get(f"{served.url}/export/{path}")
        assert answer.status == 200
        assert answer.headers["content-disposition"].startswith('attachment; filename="')
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    wrong = page.request.get(f'{served.url}/export/records?format=ris"; filename="x.exe&which=')
    assert (wrong.status, wrong.headers["content-type"][:10]) == (400, "text/plain")
    page.context.clear_cookies()
    for path in paths:
        answer = page.request.get(f"{served.url}/export/{path}", max_redirects=0)
        assert answer.status in (303, 401)
        assert "content-disposition" not in answer.headers
