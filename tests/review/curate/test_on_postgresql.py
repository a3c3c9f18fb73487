"""The page on a PostgreSQL server, walked shortly: searched, corrected, judged, taken back, and the dashboard follows."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, select

from db.models.tables import Record, Screening
from db.session import place_of, reading, writing
from db.vocabulary import Decision
from review.editing import SUBJECTS, add_row, set_fields
from tests.served import Check, Come, Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.postgresql_only]


@pytest.fixture
def served(seeded_db: Engine) -> Iterator[Served]:
    """Serve a database of the server's; one record waits for two reviewers."""
    with writing(seeded_db, actor="ben", reason="a new one") as connection:
        add_row(
            connection, SUBJECTS["record"], "new1", {"title": "Ünïcode – a new record", "authors": "ß; Øre"}
        )
    server = Served(place_of(seeded_db))
    yield server
    assert "Traceback" not in server.stop()


def cell(page: "Page", record: str, column: str) -> Any:
    return page.locator(f'.ag-row[row-id="{record}"] [col-id="{column}"]')


def test_the_page_is_the_same_on_postgresql(
    served: Served, seeded_db: Engine, come: Come, no_barriers: Check, medquant: Callable[..., Any]
) -> None:
    page = come(served)
    page.get_by_text("1 record for you to judge on title and abstract").wait_for()
    page.get_by_text("Records screened").first.wait_for(state="attached")
    no_barriers(page)
    # searched whatever the case, and beyond ASCII
    page.goto(f"{served.url}/records")
    page.get_by_label("Search titles").fill("ÜNÏCODE")
    cell(page, "new1", "title").get_by_text("a new record").wait_for()
    page.get_by_label("Search titles").fill("fixed-point u-net")
    cell(page, "new1", "title").wait_for(state="detached")
    cell(page, "r004", "year").dblclick()
    page.locator(".ag-cell-inline-editing input").fill("2018")
    page.keyboard.press("Enter")
    page.get_by_text("r004: year is saved.").wait_for()
    page.locator(".ag-header-cell", has_text="Title").click()
    cell(page, "r004", "year").get_by_text("2018").wait_for()
    # judged by keyboard
    page.goto(f"{served.url}/screening")
    page.locator('.deck > article[data-record="new1"]').first.wait_for()
    page.keyboard.press("i")
    page.locator("[data-screening-said]").get_by_text(re.compile("new1: included")).wait_for()
    with reading(seeded_db) as connection:
        assert connection.scalar(select(Record.year).where(Record.record_id == "r004")) == 2018
        votes = connection.execute(
            select(Screening.reviewer, Screening.decision).where(Screening.record_id == "new1")
        ).all()
    assert [tuple(vote) for vote in votes] == [("ana", Decision.INCLUDE)]
    # taken back in the history
    page.goto(f"{served.url}/history?q=corrected+in+the+grid")
    page.locator("details.change").first.locator("summary").click()
    page.get_by_role("button", name="Take this change back").click()
    page.get_by_text("is taken back, 1 row.").wait_for()
    with reading(seeded_db) as connection:
        assert connection.scalar(select(Record.year).where(Record.record_id == "r004")) == 2019
    # what another writes meanwhile is refused with both values
    page.goto(f"{served.url}/records/r005")
    page.get_by_label("Year").fill("1999")
    with writing(seeded_db, actor="ben", reason="at the same time") as connection:
        set_fields(connection, SUBJECTS["record"], "r005", {"year": "2001"})
    page.get_by_role("button", name="Save").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("2001").wait_for()
    assert "ben changed it" in dialog.inner_text()
    dialog.get_by_role("button", name="Keep what is there").click()
    page.goto(served.url)
    page.get_by_text("1 record for you to judge").wait_for(state="detached")
    for path in (
        "/duplicates",
        "/extraction/an2022",
        "/studies/an2022",
        "/bias",
        "/codebook",
        "/findings",
        "/contradictions",
    ):
        page.goto(served.url + path)
        page.locator(".desk h1").wait_for()
        page.wait_for_timeout(300)
        assert page.locator(".refusal:visible, .q-notification").count() == 0, path
    page.close()
    checked = medquant("db", "check", "--db", place_of(seeded_db))
    assert "foreign_key" not in checked.out
