"""What a person may not do is refused at every desk, in words, and a role that changes counts in pages that are open."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, func, insert, select

from db.export import export_files
from db.files import table_of
from db.models.tables import History, Screening
from db.session import place_of, reading, writing
from db.vocabulary import Decision, Stage
from review.curate.accounts import add_account, remove_account, set_role
from review.curate.people import Role
from review.editing import SUBJECTS, add_row, set_fields
from review.importing import SearchFacts, plan_import, write_import
from review.sources.reading import read_bytes
from tests.served import Serve, Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
PASSWORD = "nine slow trams to the lake"  # noqa: S105 - of a database that the test makes
PEOPLE = {
    "ana": Role.ADJUDICATOR,
    "ben": Role.CURATOR,
    "cem": Role.READER,
    "dia": Role.ADJUDICATOR,
    "eva": Role.ADJUDICATOR,
}
MOST = 8
"""Buttons of a desk that are pressed."""
TWIN = "Quantized networks for bedside ultrasound of the lung"
SLIP = "a slip of the finger"
FILL = """
() => {
  const set = (field, value) => {
    field.value = value;
    field.dispatchEvent(new Event('input', {bubbles: true}));
    field.dispatchEvent(new Event('change', {bubbles: true}));
  };
  for (const details of document.querySelectorAll('#desk details')) details.open = true;
  const fields = document.querySelectorAll('#desk input:not([type]), #desk input[type=text], #desk textarea');
  for (const field of [...fields].slice(0, 30)) set(field, '2001');
  const seen = new Set();
  for (const radio of document.querySelectorAll('#desk input[type=radio]')) {
    if (!seen.has(radio.name)) radio.click();
    seen.add(radio.name);
  }
}
"""
DESKS = {
    "/duplicates": True, "/screening": True, "/records/r004": True, "/screening?stage=full_text": False, "/codebook": False,
    "/studies/an2022": False, "/extraction/an2022": False, "/bias": False, "/studies": False, "/conflicts": False,
    "/import": False, "/findings": False, "/history": False, "/import/matrix": False, "/": False,
}  # fmt: skip
"""Every desk, and whether its first buttons write, so that a reader must be refused in words."""
REFUSED = "cem has the role reader, and this needs the role"


def fill(engine: Engine) -> None:
    for name, role in PEOPLE.items():
        add_account(engine, name, role, PASSWORD, by="tester")
    with writing(engine, actor="ben", reason="new ones") as connection:
        for key in ("n1", "n2"):
            add_row(connection, SUBJECTS["record"], key, {"title": f"A new record {key}"})
        for place, (who, decision) in enumerate((("fay", Decision.INCLUDE), ("gus", Decision.MAYBE)), 90_000):
            connection.execute(
                insert(table_of(Screening)).values(
                    record_id="n2",
                    reviewer=who,
                    stage=Stage.TITLE_ABSTRACT,
                    decision=decision,
                    position=place,
                )
            )
    with writing(engine, actor="ben", reason="twins") as connection:
        sure = f"TY  - JOUR\nTI  - {TWIN}\nPY  - 2024\nDO  - 10.1000/twin\nER  - \n\n" * 2
        works = f"TY  - JOUR\nTI  - {TWIN} {{0}}\nPY  - 2024\nDO  - 10.1000/{{1}}\nER  - \n\n"
        raw = (sure + "".join(works.format("in cattle", n) for n in range(2))).encode()
        made = plan_import(connection, [(read_bytes("twins.ris", raw), raw)], SearchFacts("ben"))
        write_import(connection, made)
    with writing(engine, actor="ben", reason=SLIP) as connection:
        set_fields(connection, SUBJECTS["record"], "r020", {"year": "2001"})


@pytest.fixture(scope="module")
def served(serve: Serve) -> Served:
    return serve("--accounts", prepare=fill)


LogIn = Callable[..., "Page"]


@pytest.fixture
def log_in(served: Served, browser: "Browser") -> Iterator[LogIn]:
    """Let a person come to a page with name and password."""
    contexts = []

    def enter(path: str, name: str) -> "Page":
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 900}))
        contexts[-1].set_default_timeout(30_000)
        page = contexts[-1].new_page()
        page.goto(served.url + path)
        page.locator("input[name=name]").fill(name)
        page.locator("input[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.locator(".desk h1").wait_for()
        page.wait_for_function("window.did_handshake")
        return page

    yield enter
    for context in contexts:
        context.close()


def held(served: Served) -> tuple[dict[str, bytes], int]:
    """Return all that is exported, and how many rows were ever changed."""
    with reading(served.engine) as connection:
        return export_files(connection), connection.scalar(select(func.max(History.id))) or 0


def press_all(page: "Page", address: str) -> set[str]:
    """Press every button of a desk, with its fields filled in; return what was told."""
    told: set[str] = set()
    page.wait_for_timeout(600)
    page.evaluate(FILL)
    page.wait_for_timeout(500)
    number = 0
    while number < min(page.locator("#desk button:visible:enabled").count(), MOST):
        pressed = page.locator("#desk button:visible:enabled").nth(number)
        number += 1
        with suppress(Exception):  # a button that went away meanwhile is pressed no more
            pressed.click(timeout=700, no_wait_after=True)
            page.wait_for_timeout(80)
            told.update(
                page.locator("[role=alert], .q-notification, [data-screening-said]").all_inner_texts()
            )
        if page.locator(".q-dialog").count():
            with suppress(Exception):
                page.locator(".q-dialog button").last.click(timeout=500)
        if page.url != address:
            page.goto(address)
            page.wait_for_timeout(300)
            page.evaluate(FILL)
    return told


def test_a_reader_presses_every_button_of_every_desk_and_nothing_is_changed(
    served: Served, log_in: LogIn
) -> None:
    before = held(served)
    page = log_in("/", "cem")
    silent = []
    for path, is_told in DESKS.items():
        page.goto(served.url + path)
        page.locator(".desk h1").wait_for()
        page.wait_for_function("window.did_handshake")
        told = press_all(page, served.url + path)
        if is_told and not any(REFUSED in words for words in told):
            with suppress(Exception):  # the words of the last press may still be on their way
                page.get_by_text(REFUSED).first.wait_for(timeout=5000)
                told.add(REFUSED)
        assert held(served) == before, path
        if is_told and not any(REFUSED in words for words in told):
            silent.append((path, sorted(told)))
    assert silent == []


def open_slip(page: "Page") -> None:
    page.locator("details.change", has_text=SLIP).first.locator("summary").click()
    page.get_by_role("button", name="Take this change back").first.wait_for()


def test_a_role_that_was_taken_away_counts_in_the_pages_that_are_open(served: Served, log_in: LogIn) -> None:
    history, twins, conflicts = (
        log_in("/history", "ana"),
        log_in("/duplicates", "ana"),
        log_in("/conflicts", "ana"),
    )
    open_slip(history)
    same = twins.get_by_role("button", name="Same work").first
    same.wait_for()
    conflicts.locator('.deck > article[data-record="n2"]').first.wait_for()
    set_role(served.engine, "ana", Role.CURATOR, by="tester")
    before = held(served)
    refused = "ana has the role curator, and this needs the role adjudicator; nothing was changed"
    history.get_by_role("button", name="Take this change back").first.click()
    history.get_by_text(refused).first.wait_for()
    same.click()
    twins.get_by_text(refused).first.wait_for()
    conflicts.keyboard.press("i")
    conflicts.get_by_text(refused).first.wait_for()
    assert held(served) == before
    # what a curator may do goes on, in the same page
    history.goto(f"{served.url}/records/r004")
    history.get_by_label("Year").fill("2001")
    history.get_by_role("button", name="Save").first.click()
    history.get_by_text("r004 is saved.").wait_for()
    assert held(served) != before


def test_a_curator_settles_merges_and_takes_back_nothing_of_others(served: Served, log_in: LogIn) -> None:
    with writing(served.engine, actor="dia", reason="a remark of dia") as connection:
        set_fields(connection, SUBJECTS["record"], "r021", {"year": "2002"})
    before = held(served)
    ben = log_in("/history?q=remark+of+dia", "ben")
    ben.locator("details.change").first.locator("summary").click()
    ben.get_by_role("button", name="Take this change back").first.click()
    ben.get_by_text("dia made this change").first.wait_for()
    ben.goto(f"{served.url}/conflicts")
    ben.get_by_text("adjudicator").first.wait_for()
    assert ben.locator(".deck > article").count() == 0
    ben.goto(f"{served.url}/duplicates")
    ben.get_by_role("button", name="Merge", exact=False).first.click()
    ben.get_by_text("ben has the role curator, and this needs the role adjudicator").first.wait_for()
    assert held(served) == before
    # a pair is noted by a curator, and merged by an adjudicator
    ben.get_by_role("button", name="Same work").first.click()
    ben.get_by_text("Noted: the same work.").wait_for()


def test_who_is_removed_is_out_of_the_page_that_is_open(served: Served, log_in: LogIn) -> None:
    page = log_in("/records/r005", "eva")
    page.get_by_label("Year").fill("2001")
    before = held(served)
    remove_account(served.engine, "eva", by="tester")
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_timeout(4000)
    page.reload()
    assert "/enter" in page.url
    assert held(served) == before


def test_who_becomes_a_curator_may_write_at_once(served: Served, log_in: LogIn) -> None:
    page = log_in("/records/r006", "cem")
    page.get_by_label("Year").fill("2001")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("cem has the role reader").first.wait_for()
    set_role(served.engine, "cem", Role.CURATOR, by="tester")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("r006 is saved.").wait_for()
    set_role(served.engine, "cem", Role.READER, by="tester")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])  # noqa: S104 - it is refused
def test_no_other_machine_is_served_as_long_as_there_is_no_account(
    seeded_db: Engine, medquant: Callable[..., Any], host: str
) -> None:
    done = medquant("review", "serve", "--host", host, "--no-browser", "--db", place_of(seeded_db))
    assert (done.code, done.out) == (1, "")
    assert f"--host {host} lets other machines in, and there is no account yet; make one with" in done.err
