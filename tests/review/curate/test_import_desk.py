"""Import in a real browser: seen first, written whole or not at all, undone as one change; files of strangers stay strangers."""

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from db.export import export_files
from db.history import read_history
from db.models.tables import Record, Screening, Search, UnreadEntry
from db.session import reading
from tests.served import Check, Come, Serve, Served

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page


pytestmark = pytest.mark.browser


def ris(*records: tuple[str, str], cut: bool = False) -> bytes:
    blocks = [f"TY  - JOUR\nTI  - {title}\nPY  - 2024\nDO  - {doi}\nER  - \n" for title, doi in records]
    return "\n".join(blocks).encode() + (b"\nTY  - JOUR\nAB  - only the begin" if cut else b"")


@pytest.fixture(scope="module")
def small(serve: Serve) -> Served:
    """Start a server that takes one mebibyte."""
    return serve("--largest-upload", "1")


def payload(name: str, content: bytes) -> "FilePayload":
    return {"name": name, "mimeType": "text/plain", "buffer": content}


def send(page: "Page", *files: tuple[str, bytes]) -> None:
    page.locator("input[type=file]").set_input_files([payload(*file) for file in files])
    page.get_by_role("button", name="Send and look").click()


def count(served: Served) -> tuple[int, int, int]:
    with reading(served.engine) as connection:
        return tuple(
            connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (Record, Search, UnreadEntry)
        )  # type: ignore[return-value]


def test_files_are_looked_at_imported_and_taken_back(small: Served, come: Come, no_barriers: Check) -> None:
    with reading(small.engine) as connection:
        before = export_files(connection)
    counted = count(small)
    page = come(small, "/import")
    hostile = "<script>document.title='taken'</script> in lung networks"
    send(
        page,
        (
            "../../x<script>.ris",
            ris((hostile, "10.1000/new.1"), ("Another of the heart", "10.1000/new.2"), cut=True),
        ),
        (
            "labels.csv",
            b'title,doi,notes\nThird of them,10.1000/new.3,"RAYYAN-INCLUSION: {""ben""=>""Included""}"\n',
        ),
    )
    page.get_by_text("3 record(s)").first.wait_for()
    assert page.get_by_role("cell", name=hostile, exact=True).is_visible()
    assert page.title().startswith("Import")
    assert page.get_by_text("x_script_.ris").first.is_visible()
    assert page.get_by_text("1 decision(s)").is_visible()
    assert page.get_by_text("1 lost").first.is_visible()
    assert count(small) == counted, "the preview wrote something"
    page.get_by_label("Database or index searched").fill("Index of Hearts")
    page.get_by_label("Query as typed").fill("heart AND int8")
    page.get_by_role("cell", name="heart AND int8").wait_for()
    no_barriers(page)
    page.get_by_role("button", name="Import 3 record(s)").click()
    page.get_by_role("heading", name="Imported").wait_for()
    assert count(small)[:2] == (counted[0] + 3, counted[1] + 1)
    with reading(small.engine) as connection:
        search = connection.execute(select(Search.__table__).order_by(Search.position.desc()).limit(1)).one()
        votes = connection.execute(
            select(Screening.reviewer, Screening.decision)
            .join(Record, Record.record_id == Screening.record_id)
            .where(Record.title == "Third of them")
        ).all()
        last = read_history(connection, table="searches", key=search.query_id, limit=1)[0]
        titles = connection.scalars(select(Record.title).where(Record.doi == "10.1000/new.1")).all()
    assert (search.corpus, search.query, search.reviewer) == ("Index of Hearts", "heart AND int8", "ana")
    assert [(row.reviewer, row.decision) for row in votes] == [("ben", "include")]
    assert (last.actor, titles) == ("ana", [hostile])
    page.get_by_role("link", name="See what could not be read").click()
    page.get_by_role("cell", name="x_script_.ris").first.wait_for()
    assert page.get_by_text("lost", exact=True).first.is_visible()
    no_barriers(page)
    page.go_back()
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_text("This import was taken back").wait_for()
    with reading(small.engine) as connection:
        assert export_files(connection) == before


def test_who_types_and_presses_at_once_imports_what_was_typed(small: Served, come: Come) -> None:
    page = come(small, "/import")
    send(page, ("fast.ris", ris(("Of fast hands", "10.1000/fast.1"))))
    button = page.get_by_role("button", name="Import 1 record(s)")
    button.wait_for()
    page.get_by_label("Reason, kept in the history").fill("an update of the search")
    page.get_by_label("Database or index searched").fill("Index of Lungs")
    page.get_by_label("Query as typed").fill("lung AND int4")
    # while the mouse is down the preview is worked out anew
    button.hover()
    page.mouse.down()
    page.get_by_role("cell", name="lung AND int4").wait_for()
    page.mouse.up()
    page.get_by_role("heading", name="Imported").wait_for()
    with reading(small.engine) as connection:
        search = connection.execute(select(Search.__table__).order_by(Search.position.desc()).limit(1)).one()
        written = read_history(connection, table="searches", key=search.query_id, limit=1)[0]
    assert (search.corpus, search.query) == ("Index of Lungs", "lung AND int4")
    assert written.reason == "an update of the search"


def test_what_cannot_be_taken_is_refused_in_words_and_nothing_is_written(small: Served, come: Come) -> None:
    counted = count(small)
    page = come(small, "/import")
    told = page.locator("[data-told]")
    send(page, ("large.ris", b"x" * 1_200_000))
    told.get_by_text("Allowed: at most 1.0 MB").wait_for()
    assert "Nothing was sent" in told.inner_text()
    for name, content, words in (
        ("holiday.jpg", bytes(range(256)) * 40, "is no text|looks like none"),
        ("page.ris", b"<!doctype html><title>Log in</title>", "is a web page"),
        ("empty.ris", b"", "is empty"),
        ("bomb.zip", b"PK\x03\x04" + b"\0" * 500, "no archive"),
    ):
        page.goto(f"{small.url}/import")
        send(page, (name, content))
        page.get_by_role("alert").get_by_text(re.compile(words)).wait_for()
        assert page.get_by_text("Nothing was written. If the format").is_visible()
    page.goto(f"{small.url}/import")
    send(page, ("cut.ris", b"TY  - JOUR\nAB  - only the begin"))
    page.get_by_text("No record could be read").wait_for()
    assert page.get_by_role("button", name=re.compile("^Import")).count() == 0
    page.goto(f"{small.url}/import?batch=somebody-elses")
    page.get_by_role("alert").get_by_text("not here any more").wait_for()
    assert count(small) == counted


def test_a_format_that_was_guessed_wrongly_is_chosen_without_sending_again(small: Served, come: Come) -> None:
    page = come(small, "/import")
    send(page, ("search.bib", ris(("Told as BibTeX, and yet RIS", "10.1000/ris.1"))))
    page.get_by_text(re.compile("No record could be read|holds no|is no")).first.wait_for()
    page.get_by_label("Read the files as").select_option("ris")
    page.get_by_role("cell", name="Told as BibTeX, and yet RIS", exact=True).wait_for()
    page.get_by_role("button", name="Do not import").click()
    page.get_by_role("heading", name="1. Choose the files").wait_for()


def test_the_same_file_is_refused_the_second_time_and_two_people_number_their_records_apart(
    small: Served, come: Come
) -> None:
    ana, ben = come(small, "/import"), come(small, "/import", "ben")
    send(ana, ("ana.ris", ris(("Found by Ana", "10.1000/both"))))
    send(ben, ("ben.ris", ris(("Found by Ben", "10.1000/both"))))
    for page in (ana, ben):
        page.get_by_role("button", name="Import 1 record(s)").wait_for()
    for page in (ana, ben):
        page.get_by_role("button", name="Import 1 record(s)").click()
        page.get_by_role("heading", name="Imported").wait_for()
    with reading(small.engine) as connection:
        rows = connection.execute(
            select(Record.title, Record.record_id)
            .where(Record.doi == "10.1000/both")
            .order_by(Record.record_id)
        ).all()
    assert [row.title for row in rows] == ["Found by Ana", "Found by Ben"]
    ben.goto(f"{small.url}/import")
    send(ben, ("again.ris", ris(("Found by Ana", "10.1000/both"))))
    ben.get_by_role("alert").get_by_text("was imported before, by ana").wait_for()
    ben.goto(f"{small.url}/import")
    send(ben, ("third.ris", ris(("Found by a third", "10.1000/both"))))
    ben.get_by_text("1 there already by an identifier").wait_for()


def test_only_a_page_of_ours_sends_files_and_the_limit_holds_without_it(small: Served, come: Come) -> None:
    page = come(small, "/import")
    token = page.locator("form[data-upload]").get_attribute("data-token")
    files = payload("a.ris", ris(("A title", "10.1000/a")))
    address = f"{small.url}/import/files?for=import"
    assert page.request.post(address, multipart={"files": files}).status == 403
    wrong = {"X-Medquant-Token": "0" * 64}
    assert page.request.post(address, multipart={"files": files}, headers=wrong).status == 403
    right = {"X-Medquant-Token": token or ""}
    assert page.request.post(address, multipart={"files": files}, headers=right).status == 200
    assert page.request.post(address + "x", multipart={"files": files}, headers=right).status == 404
    large = payload("a.ris", b"x" * 1_400_000)
    refused = page.request.post(address, multipart={"files": large}, headers=right)
    assert (refused.status, "at most" in refused.text() or "larger than" in refused.text()) == (413, True)
    page.context.clear_cookies()
    assert page.request.post(address, multipart={"files": files}, headers=right).status == 401


def test_the_desk_has_no_barriers(small: Served, come: Come, no_barriers: Check) -> None:
    page = come(small, "/import")
    page.get_by_role("button", name="Send and look").wait_for()
    no_barriers(page)
    send(page, ("one.ris", ris(("Seen in every look", "10.1000/looks"), cut=True)))
    page.get_by_role("button", name="Import 1 record(s)").wait_for()
    no_barriers(page)
