"""The grid of records in a real browser: found, corrected in place, and never overwritten unseen."""

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from db.history import read_history
from db.models.tables import Record
from db.session import reading, writing
from review.curate.grid import Asked
from review.editing import SUBJECTS, set_fields
from tests.served import Check, Come, Served

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser


def cell(page: "Page", record: str, column: str) -> "Locator":
    return page.locator(f'.ag-row[row-id="{record}"] [col-id="{column}"]')


def write(page: "Page", record: str, column: str, text: str) -> None:
    cell(page, record, column).dblclick()
    page.locator(".ag-cell-inline-editing input").fill(text)
    page.keyboard.press("Enter")


def test_a_record_is_searched_corrected_and_found_in_the_history(served: Served, come: Come) -> None:
    page = come(served, "/records")
    cell(page, "r001", "title").wait_for()
    page.get_by_label("Search titles").fill("Fixed-Point U-Net")
    cell(page, "r001", "title").wait_for(state="detached")
    cell(page, "r004", "title").wait_for()
    write(page, "r004", "year", "2018")
    page.get_by_text("r004: year is saved.").wait_for()
    with reading(served.engine) as connection:
        assert connection.scalar(select(Record.year).where(Record.record_id == "r004")) == 2018
        last = read_history(connection, table="records", key="r004", limit=1)[0]
    assert (last.actor, last.fields) == ("ana", {"year": (2019, 2018)})


def test_rows_that_are_asked_for_anew_leave_the_cell_alone_in_which_somebody_types(
    served: Served, come: Come
) -> None:
    page = come(served, "/records")
    cell(page, "r007", "title").dblclick()
    typed = page.locator(".ag-cell-inline-editing input")
    typed.fill("Half a title")
    # a search from before is answered while the person types, and somebody else writes
    page.get_by_label("Search titles").evaluate(
        "field => { field.value = 'r007'; field.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    with writing(served.engine, actor="ben", reason="seen on the page") as connection:
        set_fields(connection, SUBJECTS["record"], "r008", {"title": "Title of Ben"})
    page.wait_for_timeout(2500)
    assert typed.input_value() == "Half a title"
    assert cell(page, "r008", "title").inner_text() != "Title of Ben"
    page.keyboard.press("Enter")
    page.get_by_text("r007: title is saved.").wait_for()
    # and what was asked for meanwhile comes now
    cell(page, "r008", "title").wait_for(state="detached")
    cell(page, "r007", "title").get_by_text("Half a title").wait_for()


def test_what_the_codebook_forbids_is_refused_in_words_and_the_cell_shows_the_old_value(
    served: Served, come: Come
) -> None:
    page = come(served, "/records")
    write(page, "r005", "year", "soon")
    page.get_by_text(re.compile("year.*soon|soon.*number", re.DOTALL)).first.wait_for()
    cell(page, "r005", "year").get_by_text("2025").wait_for()


def test_a_stale_edit_is_refused_and_both_values_are_shown(served: Served, come: Come) -> None:
    ana, ben = come(served, "/records"), come(served, "/records", "ben")
    cell(ana, "r006", "title").wait_for()
    # ben types over what he sees; before he is done ana writes
    cell(ben, "r006", "title").dblclick()
    ben.locator(".ag-cell-inline-editing input").fill("Title of Ben")
    write(ana, "r006", "title", "Title of Ana")
    ana.get_by_text("r006: title is saved.").wait_for()
    ben.keyboard.press("Enter")
    dialog = ben.get_by_role("dialog")
    dialog.get_by_text("Title of Ana").wait_for()
    assert dialog.get_by_text("Title of Ben").is_visible()
    assert "ana changed it" in dialog.inner_text()
    dialog.get_by_role("button", name="Keep what is there").click()
    cell(ben, "r006", "title").get_by_text("Title of Ana").wait_for()
    with reading(served.engine) as connection:
        assert connection.scalar(select(Record.title).where(Record.record_id == "r006")) == "Title of Ana"


def test_the_grid_has_no_barriers(served: Served, come: Come, no_barriers: Check) -> None:
    page = come(served, "/records")
    cell(page, "r001", "title").wait_for()
    no_barriers(page)


def test_a_request_for_rows_is_read_with_care() -> None:
    assert Asked.of({"start": "5", "end": "9", "sort": '[{"colId": "year", "sort": "desc"}]'}) == Asked(
        5, 9, (("year", True),)
    )
    assert Asked.of({"start": "-1", "end": "x", "sort": "{"}) == Asked(0, 100, ())
    assert Asked.of({"start": "0", "end": "999999"}).end == 500
