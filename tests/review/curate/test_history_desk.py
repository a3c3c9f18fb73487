"""The audit trail and the dashboard in a real browser: who changed what and why, one click back, what is left to do."""

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from db.models.tables import Record
from db.session import reading, writing
from db.vocabulary import Decision
from review.deciding import cast_vote
from review.editing import SUBJECTS, add_row, set_fields
from tests.served import Check, Come, Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def change(served: Served, record: str, year: str, *, by: str = "ben", why: str = "the PDF says so") -> None:
    """Let another program change a year."""
    with writing(served.engine, actor=by, reason=why) as connection:
        set_fields(connection, SUBJECTS["record"], record, {"year": year})


def year(served: Served, record: str) -> int | None:
    with reading(served.engine) as connection:
        return connection.scalar(select(Record.year).where(Record.record_id == record))


def open_change(page: "Page", why: str) -> None:
    page.locator("details.change", has_text=why).first.locator("summary").click()
    page.get_by_role("button", name="Take this change back").first.wait_for()


def test_a_change_is_found_looked_at_and_taken_back(served: Served, come: Come) -> None:
    change(served, "r020", "2001", why="a slip of the finger")
    change(served, "r025", "2001", why="found in print")
    page = come(served, "/history")
    page.get_by_label("Search reasons").fill("slip finger")
    page.get_by_text("Changes 1 to 1 of 1").wait_for()
    open_change(page, "a slip of the finger")
    page.get_by_role("cell", name="2001").first.wait_for()
    page.get_by_label("Why it is taken back").fill("it was right before")
    page.get_by_role("button", name="Take this change back").first.click()
    page.get_by_text("is taken back, 1 row.").wait_for()
    assert year(served, "r020") != 2001
    page.get_by_label("Search reasons").fill("right before")
    page.locator("details.change", has_text="undo of change").wait_for()


def test_what_somebody_reads_is_not_drawn_anew_when_others_write(served: Served, come: Come) -> None:
    change(served, "r023", "2001", why="an old slip")
    page = come(served, "/history")
    open_change(page, "an old slip")
    page.get_by_label("Why it is taken back").fill("half of a reas")
    change(served, "r024", "2001", why="news of ben")
    news = page.get_by_role("button", name="Something was changed meanwhile: show it")
    news.wait_for()
    assert page.get_by_label("Why it is taken back").input_value() == "half of a reas"
    news.click()
    page.locator("details.change", has_text="news of ben").wait_for()
    # and with nothing open the news comes by itself
    change(served, "r024", "2002", why="more news of ben")
    page.locator("details.change", has_text="more news of ben").wait_for()


def test_a_row_that_changed_since_is_not_taken_back(served: Served, come: Come) -> None:
    change(served, "r021", "2002", why="first of two")
    change(served, "r021", "2003", why="second of two")
    page = come(served, "/history?q=first+of+two")
    open_change(page, "first of two")
    page.get_by_role("button", name="Take this change back").first.click()
    page.get_by_text(re.compile("has changed since")).first.wait_for()
    assert year(served, "r021") == 2003


def test_two_dates_are_compared_and_no_path_of_the_server_is_read(served: Served, come: Come) -> None:
    change(served, "r022", "2004")
    page = come(served, "/history/compare?from=2026.11")
    page.get_by_role("heading", name="From 2026.11 to now").wait_for()
    page.locator("details", has_text="records.csv").locator("summary").click()
    assert page.get_by_role("cell", name="2004").is_visible()
    page.get_by_label("From").fill("/etc")
    page.get_by_role("button", name="Compare").click()
    page.get_by_text(re.compile("“/etc” is nothing to compare")).first.wait_for()


def test_the_dashboard_follows_what_others_do(served: Served, come: Come) -> None:
    page = come(served)
    page.get_by_role("heading", name="What to do next").wait_for()
    assert "for you to judge" not in page.locator("ol.tasks").inner_text()
    with writing(served.engine, actor="ben", reason="a new record") as connection:
        add_row(connection, SUBJECTS["record"], "new1", {"title": "A new record"})
    page.get_by_text("1 record for you to judge on title and abstract").wait_for()
    page.get_by_text("Records screened").first.wait_for(state="attached")
    with writing(served.engine, actor="ana", reason="judged") as connection:
        cast_vote(connection, "new1", "ana", Decision.INCLUDE)
    page.get_by_text("1 record for you to judge").wait_for(state="detached")


@pytest.mark.parametrize("path", ["/", "/history", "/history/compare?from=2026.11"])
def test_there_are_no_barriers(served: Served, come: Come, no_barriers: Check, path: str) -> None:
    change(served, "r023", str(1950 + len(path)), why="barriers")
    page = come(served, path)
    if path == "/history":
        open_change(page, "barriers")
    elif path != "/":
        page.get_by_role("heading", name="Pooled estimates that moved").wait_for()
    no_barriers(page)


def test_a_blind_vote_is_not_told_by_the_history_nor_by_today(served: Served, come: Come) -> None:
    with writing(served.engine, actor="ben", reason="a record to judge") as connection:
        add_row(connection, SUBJECTS["record"], "blind1", {"title": "A record that two people judge"})
    with writing(served.engine, actor="ana", reason="ana finds it off topic") as connection:
        cast_vote(connection, "blind1", "ana", Decision.EXCLUDE, reason="not_quantization")
    for path in ("/history", "/"):
        page = come(served, path, "ben")
        page.get_by_text("a blind judgement").first.wait_for()
        assert "off topic" not in page.content()
        assert "exclude" not in page.locator("table, details").all_inner_texts()
    page = come(served, "/history", "ben")
    page.locator("details.change summary").first.click()
    page.get_by_role("button", name="Take this change back").first.wait_for()
    assert "not_quantization" not in page.content()
