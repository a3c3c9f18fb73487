"""The screening desk in a real browser: records judged blind by keyboard alone, taken back, and never mixed up."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, insert, select

from db.files import table_of
from db.history import read_history
from db.models.tables import Record, Report, Screening
from db.session import reading, writing
from db.vocabulary import Decision, Stage
from review.settings import set_setting
from tests.served import Check, Come, Serve, Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
RECORDS = 40
ABSTRACT = "Int8 quantization of a U-Net keeps the Dice of lesions on MRI. This is no survey. "
CARD = ".deck > article:not([data-sent])"


def add_records(engine: Engine) -> None:
    with writing(engine, actor="loader", reason="records to screen") as connection:
        rows = [
            {
                "record_id": f"s{i:02d}",
                "title": f"Quantized network number {i} <b>for</b> patients",
                "authors": "Ada, A.; Ben, B.",
                "year": 2024,
                "abstract": ABSTRACT * 2,
                "url": "javascript:alert(1)" if i == 0 else "https://example.org/a",
                "doi": f"10.1000/s{i}",
                "position": 10_000 + i,
            }
            for i in range(RECORDS)
        ]
        connection.execute(insert(table_of(Record)), rows)


@pytest.fixture(scope="module")
def served(serve: Serve) -> Served:
    return serve(prepare=add_records)


@pytest.fixture
def anew(served: Served) -> Iterator[Served]:
    """Give the server with no vote on the records that were added."""
    yield served
    with writing(served.engine, actor="tester", reason="tidied") as connection:
        connection.execute(table_of(Screening).delete().where(Screening.record_id.startswith("s")))
        connection.execute(table_of(Report).delete().where(Report.record_id.startswith("s")))


def on_top(page: "Page") -> str:
    return page.locator(CARD).first.get_attribute("data-record") or ""


def wait_for(page: "Page", record: str) -> None:
    """Wait until a record is on top, and may be judged."""
    page.wait_for_function(
        "key => document.querySelector('.deck:not([aria-busy]) > article:not([data-sent])')?.dataset.record === key",
        arg=record,
    )


def said(page: "Page", words: str) -> None:
    page.locator("[data-screening-said]").get_by_text(re.compile(words)).wait_for()


def votes(served: Served, reviewer: str) -> dict[str, tuple[str, str | None, str | None]]:
    query = select(Screening.record_id, Screening.decision, Screening.reason, Screening.note)
    with reading(served.engine) as connection:
        rows = connection.execute(query.where(Screening.reviewer == reviewer).order_by(Screening.position))
        return {row[0]: (row[1].value, row[2], row[3]) for row in rows if row[0].startswith("s")}


def screen(page: "Page", keys: list[str]) -> list[str]:
    """Judge records as fast hands do, and return which they were."""
    page.locator(CARD).first.wait_for()
    judged = []
    for key in keys:
        judged.append(on_top(page))
        for one in key:
            page.keyboard.press(one)
    return judged


def test_two_reviewers_screen_ten_records_each_by_keyboard_alone(anew: Served, come: Come) -> None:
    ana, ben = come(anew, "/screening", "ana"), come(anew, "/screening", "ben")
    of_ana = screen(ana, ["i", "e1", "m", "i", "i", "e2", "e5", "i", "i", "e1"])
    of_ben = screen(ben, ["i", "e1", "i", "e3", "i", "e2", "e5", "i", "i", "e1"])
    for page in (ana, ben):
        said(page, "s09: excluded")
        page.get_by_text("You have judged 10 of 40 records · 10 decided by you today").wait_for()
    assert of_ana == of_ben == [f"s{i:02d}" for i in range(10)]
    assert [v[0] for v in votes(anew, "ana").values()] == [
        *("include", "exclude", "maybe", "include", "include"),
        *("exclude", "exclude", "include", "include", "exclude"),
    ]
    assert votes(anew, "ben")["s03"] == ("exclude", "review_or_survey", None)
    with reading(anew.engine) as connection:
        last = read_history(connection, table="screenings", key="s09|ben|title_abstract")[-1]
    assert (last.actor, last.reason) == ("ben", "screened on title and abstract")


def test_nothing_that_others_decided_reaches_the_browser(anew: Served, come: Come) -> None:
    ana = come(anew, "/screening", "ana")
    screen(ana, ["n"])
    ana.keyboard.type("a note that nobody may read")
    ana.keyboard.press("Escape")
    screen(ana, ["e3"])
    said(ana, "s00: excluded")
    seen: list[str] = []
    ben = come(anew, "/", "ben")
    ben.on("websocket", lambda socket: socket.on("framereceived", lambda frame: seen.append(str(frame))))
    answer = ben.goto(f"{anew.url}/screening")
    assert answer is not None
    seen.append(answer.text())
    wait_for(ben, "s00")
    ben.wait_for_timeout(1_500)
    assert any("network number 0" in text for text in seen)
    assert not any("nobody may read" in text for text in seen)
    assert "ana" not in ben.locator(".desk").inner_text().replace("and", "").split()


def test_presses_faster_than_the_server_hit_the_record_on_the_screen_or_none(
    anew: Served, come: Come
) -> None:
    page = come(anew, "/screening", "ana")
    page.locator(CARD).nth(5).wait_for(state="attached")
    page.evaluate(
        """() => { for (let i = 0; i < 12; i++) {
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "i", bubbles: true })); } }"""
    )
    wait_for(page, "s06")
    # six cards lay in the browser; the other presses met an empty screen, and say so rather than hit what comes later
    page.get_by_text("You have judged 6 of 40 records").wait_for()
    assert list(votes(anew, "ana")) == [f"s{i:02d}" for i in range(6)]


def test_a_press_for_a_record_that_is_not_on_the_screen_is_refused(anew: Served, come: Come) -> None:
    page = come(anew, "/screening", "ana")
    wait_for(page, "s00")
    for record in ("s30", "r001", "nothing"):
        page.evaluate(
            "key => emitEvent('screening', { do: 'include', record: key, reason: null, note: null })", record
        )
        said(page, f"{record} is not on the screen any more")
    page.evaluate("emitEvent('screening', { do: 'drop', record: 's00', reason: null, note: null })")
    said(page, "'drop' is no decision")
    page.evaluate("emitEvent('screening', ['x'])")
    page.evaluate("emitEvent('screening', { do: 7, record: {} })")
    assert votes(anew, "ana") == {}


def test_the_own_last_decision_is_taken_back_and_the_record_is_there_again(anew: Served, come: Come) -> None:
    page = come(anew, "/screening", "ana")
    screen(page, ["i", "e1"])
    said(page, "s01: excluded")
    page.keyboard.press("u")
    wait_for(page, "s01")
    said(page, "Taken back: s01: excluded")
    assert list(votes(anew, "ana")) == ["s00"]
    page.keyboard.press("u")
    wait_for(page, "s00")
    assert votes(anew, "ana") == {}
    page.keyboard.press("u")
    said(page, "nothing in this session")
    wait_for(page, "s00")
    page.keyboard.press("m")
    said(page, "s00: maybe")
    assert votes(anew, "ana") == {"s00": ("maybe", None, None)}


def test_a_decision_on_which_others_have_built_is_not_taken_back(anew: Served, come: Come) -> None:
    ana, ben = come(anew, "/screening", "ana"), come(anew, "/screening", "ben")
    screen(ana, ["i"])
    said(ana, "s00: included")
    screen(ben, ["i"])
    said(ben, "s00: included")
    ana.keyboard.press("u")
    said(ana, "more was decided of 's00' since")
    assert votes(anew, "ana") == {"s00": ("include", None, None)}
    # who gave the last vote may correct a slip
    ben.keyboard.press("u")
    said(ben, "Taken back")
    assert votes(anew, "ben") == {}


def test_keys_move_and_change_the_own_mind_but_do_nothing_while_somebody_types(
    anew: Served, come: Come
) -> None:
    page = come(anew, "/screening", "ana")
    wait_for(page, "s00")
    page.keyboard.press("j")
    wait_for(page, "s01")
    page.keyboard.press("n")
    page.keyboard.type("miejku 1?")
    page.keyboard.press("Escape")
    wait_for(page, "s01")
    assert votes(anew, "ana") == {}
    page.keyboard.press("i")
    said(page, "s01: included")
    assert votes(anew, "ana") == {"s01": ("include", None, "miejku 1?")}
    page.keyboard.press("k")
    wait_for(page, "s01")
    page.get_by_text("Your decision: included").wait_for()
    for key in "e2":
        page.keyboard.press(key)
    said(page, "s01: excluded")
    assert votes(anew, "ana") == {"s01": ("exclude", "not_medical_images", "miejku 1?")}
    page.keyboard.press("e")
    page.keyboard.press("9")
    said(page, "That key is no reason")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_text("take back your last decision").wait_for()
    page.keyboard.press("i")
    page.keyboard.press("Escape")
    wait_for(page, "s02")
    assert list(votes(anew, "ana")) == ["s01"]
    assert page.evaluate("document.activeElement.dataset.record") == "s02"


def test_each_key_is_a_button_too_and_nothing_is_lost_at_the_end(anew: Served, come: Come) -> None:
    page = come(anew, "/screening", "ana")
    page.get_by_label("Only records with the words").fill("patients S3")
    wait_for(page, "s30")
    page.wait_for_timeout(800)  # a card that comes unasked takes no decision for a moment
    page.get_by_role("button", name="Next").click()
    wait_for(page, "s31")
    page.get_by_role("button", name="Exclude").click()
    page.get_by_role("button", name="text too short").click()
    said(page, "s31: excluded")
    wait_for(page, "s32")
    page.get_by_role("button", name="Include").click()
    for i in range(33, 40):
        wait_for(page, f"s{i}")
        page.get_by_role("button", name="Maybe").click()
    page.get_by_text("You have passed over 1 record. Look at them again?").wait_for()
    page.get_by_role("button", name="Look again").click()
    wait_for(page, "s30")
    assert set(votes(anew, "ana")) == {f"s{i}" for i in range(31, 40)}


def test_a_refused_decision_brings_the_record_back_with_the_words(anew: Served, come: Come) -> None:
    page, other = come(anew, "/screening", "ana"), come(anew, "/screening", "ana")
    wait_for(page, "s00")
    screen(other, ["i"])
    said(other, "s00: included")
    page.keyboard.press("m")
    page.get_by_role("alert").get_by_text("is 'include' by now").wait_for()
    wait_for(page, "s00")
    assert votes(anew, "ana") == {"s00": ("include", None, None)}


def test_in_a_team_of_three_a_record_waits_for_the_third(anew: Served, come: Come) -> None:
    with writing(anew.engine, actor="tester", reason="three judge") as connection:
        set_setting(connection, "reviewers_needed", 3)
    try:
        for name in ("ana", "ben", "cyd"):
            page = come(anew, "/screening", name)
            assert screen(page, ["i"]) == ["s00"]
            said(page, "s00: included")
        page = come(anew, "/screening", "dee")
        wait_for(page, "s01")
    finally:
        with writing(anew.engine, actor="tester", reason="two judge") as connection:
            set_setting(connection, "reviewers_needed", 2)


def test_only_addresses_of_the_web_become_links_and_texts_stay_texts(anew: Served, come: Come) -> None:
    page = come(anew, "/screening", "ana")
    wait_for(page, "s00")
    card = page.locator(CARD).first
    assert card.get_by_role("heading").inner_text() == "Quantized network number 0 <b>for</b> patients"
    found = [link.get_attribute("href") for link in card.get_by_role("link").all()]
    assert found == ["https://doi.org/10.1000/s0"]
    assert card.locator("mark.for").first.inner_text() == "Quantized"
    assert card.locator("mark.against").first.inner_text() == "survey"


def test_the_likely_relevant_come_first_with_what_that_says(anew: Served, come: Come) -> None:
    with writing(anew.engine, actor="tester", reason="one that stands out") as connection:
        table = table_of(Record)
        connection.execute(
            table.update()
            .where(table.c.record_id == "s37")
            .values(abstract="Federated survey review overview.")
        )
    page = come(anew, "/screening", "ana")
    wait_for(page, "s00")
    page.get_by_label("Order").select_option("likely")
    page.get_by_text("learned from the decisions so far").wait_for()
    text = page.locator(".ranking").inner_text()
    assert "of the relevant records are found by now" in text
    assert "assumes that" in text
    assert "Hint: " in text
    page.locator(CARD).first.get_by_text("Ranked high for").wait_for()
    first = on_top(page)
    page.keyboard.press("i")
    said(page, f"{first}: included")


def test_full_texts_are_judged_once_where_the_review_says_no_more(anew: Served, come: Come) -> None:
    through(anew.engine, "s00", "s01", "s02")
    page = come(anew, "/screening?stage=full_text", "ana")
    assert screen(page, ["x", "e2", "i"]) == ["s00", "s01", "s02"]
    said(page, "s02: included")
    with reading(anew.engine) as connection:
        rows = connection.execute(select(table_of(Report)).where(Report.record_id.startswith("s"))).all()
    assert [(r.record_id, r.retrieved, r.decision, r.reason) for r in rows] == [
        ("s00", "no", None, None),
        ("s01", "yes", "exclude", "not_medical_images"),
        ("s02", "yes", "include", None),
    ]
    page.get_by_text("No full text is left for you to judge.").wait_for()
    page.keyboard.press("u")
    wait_for(page, "s02")


def test_full_texts_are_judged_blind_where_the_review_wants_two_votes(anew: Served, come: Come) -> None:
    through(anew.engine, "s00", "s01")
    with writing(anew.engine, actor="tester", reason="two votes") as connection:
        set_setting(connection, "full_text_votes", 2)
    try:
        ana = come(anew, "/screening?stage=full_text", "ana")
        screen(ana, ["i", "i"])
        said(ana, "s01: included")
        assert votes(anew, "ana").keys() == {"s00", "s01"}
        ben = come(anew, "/screening?stage=full_text", "ben")
        assert screen(ben, ["i", "e1"]) == ["s00", "s01"]
        said(ben, "s01: excluded")
        cyd = come(anew, "/conflicts?stage=full_text", "cyd")
        assert screen(cyd, ["i"]) == ["s01"]
        said(cyd, "s01 is settled: included")
        with reading(anew.engine) as connection:
            rows = connection.execute(select(Report.record_id, Report.decision)).all()
        assert {("s00", Decision.INCLUDE), ("s01", Decision.INCLUDE)} <= {tuple(row) for row in rows}
    finally:
        with writing(anew.engine, actor="tester", reason="one vote") as connection:
            set_setting(connection, "full_text_votes", 1)


def through(engine: Engine, *records: str) -> None:
    """Let records pass title and abstract."""
    with writing(engine, actor="tester", reason="passed") as connection:
        connection.execute(
            insert(table_of(Screening)),
            [
                {"record_id": key, "reviewer": who, "stage": Stage.TITLE_ABSTRACT, "decision": Decision.INCLUDE,
                 "position": 90_000 + i}
                for i, (key, who) in enumerate((key, who) for key in records for who in ("eve", "fay"))
            ],
        )  # fmt: skip


def test_the_desk_has_no_barriers(served: Served, come: Come, no_barriers: Check) -> None:
    page = come(served, "/screening")
    wait_for(page, "s00")
    no_barriers(page)
    page.keyboard.press("e")
    page.locator("[data-choosing]").wait_for()
    no_barriers(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    no_barriers(page)


def test_keys_of_one_letter_can_be_turned_off_for_good(anew: Served, come: Come) -> None:
    page = come(anew, "/screening")
    page.locator(CARD).first.wait_for()
    first = on_top(page)
    page.get_by_label("Single letters are keys").uncheck()
    page.locator(CARD).first.focus()
    page.keyboard.press("j")
    page.keyboard.press("i")
    page.goto(f"{anew.url}/duplicates")
    page.wait_for_function("document.querySelector('[data-keys-switch]')?.checked === false")
    page.goto(f"{anew.url}/screening")
    page.locator(CARD).first.wait_for()
    page.wait_for_function("!document.querySelector('[data-keys-switch]').checked")
    page.keyboard.press("i")
    # the buttons go on
    page.get_by_role("button", name="Include").click()
    said(page, f"{first}: included")
    assert list(votes(anew, "ana")) == [first]
    page.get_by_label("Single letters are keys").check()
    page.locator(CARD).first.focus()
    second = on_top(page)
    page.keyboard.press("i")
    said(page, f"{second}: included")
