"""The conflicts desk in a real browser: shown when all have judged and not before, settled by who may, and taken back."""

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, insert, select

from db.files import table_of
from db.models.tables import Record, Screening
from db.prisma import ADJUDICATED
from db.session import reading, writing
from db.vocabulary import Decision, Stage
from review.curate.accounts import add_account
from review.curate.people import Role
from review.settings import set_setting
from review.team import add_member
from tests.served import Check, Come, Serve, Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
IN, OUT, MAYBE = Decision.INCLUDE, Decision.EXCLUDE, Decision.MAYBE
GIVEN = {
    "c0": {"ana": OUT, "ben": IN},
    "c1": {"ana": MAYBE, "ben": IN},
    "c2": {"ana": OUT},
    "c3": {"ana": IN, "ben": IN},
    "c4": {"ana": OUT, "ben": IN},
}
PASSWORD = "nine slow trams to the lake"  # noqa: S105 - of a database that the test makes
CARD = ".deck > article:not([data-sent])"


def prepare(engine: Engine) -> None:
    with writing(engine, actor="loader", reason="records and votes") as connection:
        connection.execute(
            insert(table_of(Record)),
            [
                {"record_id": key, "title": f"Title of {key}", "position": 20_000 + i}
                for i, key in enumerate(GIVEN)
            ],
        )
        connection.execute(
            insert(table_of(Screening)),
            [
                {"record_id": key, "reviewer": who, "stage": Stage.TITLE_ABSTRACT, "decision": decision,
                 "reason": "not_quantization" if decision == OUT else None, "note": f"{who} of {key}", "position": 90_000 + i}
                for i, (key, who, decision) in enumerate(
                    (key, who, decision) for key, votes in GIVEN.items() for who, decision in votes.items()
                )
            ],
        )  # fmt: skip


@pytest.fixture(scope="module")
def served(serve: Serve) -> Served:
    return serve(prepare=prepare)


def wait_for(page: "Page", record: str) -> None:
    page.locator(f'{CARD}[data-record="{record}"]').first.wait_for()


def said(page: "Page", words: str) -> None:
    page.locator("[data-screening-said]").get_by_text(re.compile(words)).wait_for()


def consensus(served: Served) -> dict[str, tuple[Decision, str | None, str | None]]:
    query = select(Screening.record_id, Screening.decision, Screening.reason, Screening.note)
    with reading(served.engine) as connection:
        rows = connection.execute(query.where(Screening.reviewer == ADJUDICATED)).all()
    return {row[0]: (row[1], row[2], row[3]) for row in rows if row[0] in GIVEN}


def test_a_conflict_appears_when_both_have_judged_and_not_before(served: Served, come: Come) -> None:
    cyd = come(served, "/conflicts", "cyd")
    wait_for(cyd, "c0")
    cyd.get_by_text("3 records to settle").wait_for()
    listed = cyd.get_by_role("region", name="3 records with votes that differ or doubt")
    assert "c2" not in listed.inner_text()
    ben = come(served, "/screening", "ben")
    wait_for(ben, "c2")
    ben.keyboard.press("i")
    said(ben, "c2: included")
    cyd.get_by_text("4 records to settle").wait_for()
    wait_for(cyd, "c0")  # what was on the screen stays there
    cyd.get_by_role("cell", name="ana: exclude; ben: include").nth(1).wait_for()


def test_a_conflict_is_settled_by_keyboard_with_both_votes_in_view_and_taken_back(
    served: Served, come: Come
) -> None:
    page = come(served, "/conflicts", "cyd")
    wait_for(page, "c0")
    card = page.locator(CARD).first
    assert "excluded (not quantization)" in card.get_by_role("region", name="Vote of ana").inner_text()
    assert "ana of c0" in card.get_by_role("region", name="Vote of ana").inner_text()
    assert "included" in card.get_by_role("region", name="Vote of ben").inner_text()
    page.keyboard.press("m")  # a consensus of maybe settles nothing, so that there is no such key
    page.keyboard.press("n")
    page.keyboard.type("asked both")
    page.keyboard.press("Escape")
    for key in "e2":
        page.keyboard.press(key)
    said(page, r"c0 is settled: excluded \(not medical images\)")
    wait_for(page, "c1")
    assert consensus(served) == {"c0": (OUT, "not_medical_images", "asked both")}
    page.keyboard.press("i")
    said(page, "c1 is settled: included")
    page.keyboard.press("u")
    said(page, "Taken back: c1 is settled")
    wait_for(page, "c1")
    assert set(consensus(served)) == {"c0"}


def test_two_who_settle_the_same_do_not_overwrite_each_other(served: Served, come: Come) -> None:
    first, second = come(served, "/conflicts", "cyd"), come(served, "/conflicts", "dee")
    for page in (first, second):
        wait_for(page, "c1")
    first.keyboard.press("i")
    said(first, "c1 is settled")
    second.keyboard.press("e")
    second.keyboard.press("1")
    said(second, "Not written|is not on the screen")
    assert consensus(served)["c1"][0] == IN


def test_agreement_and_what_nobody_can_finish_stand_below(served: Served, come: Come) -> None:
    with writing(served.engine, actor="tester", reason="a team too small") as connection:
        add_member(connection, "cyd", today=date(2026, 1, 1))
        set_setting(connection, "reviewers_needed", 2)
        connection.execute(
            insert(table_of(Record)), [{"record_id": "c9", "title": "Waits for ever", "position": 30_000}]
        )
    page = come(served, "/conflicts", "cyd")
    page.get_by_text("cyd cannot give them alone").wait_for()
    page.get_by_role("cell", name="Waits for ever").wait_for()
    page.get_by_role("cell", name="ana-ben").wait_for()
    page.get_by_text("Krippendorff's α over all votes").wait_for()


def test_a_reader_decides_nothing_and_a_curator_settles_nothing(serve: Serve, browser: "Browser") -> None:
    def with_accounts(engine: Engine) -> None:
        prepare(engine)
        for name, role in (("rita", Role.READER), ("carl", Role.CURATOR)):
            add_account(engine, name, role, PASSWORD, by="tester")

    closed = serve("--accounts", prepare=with_accounts)
    for name, path, record, told in (
        ("rita", "/screening", "c2", "rita has the role reader, and this"),
        ("carl", "/conflicts", "c0", "carl has the role curator, and this"),
    ):
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{closed.url}/enter")
        page.locator("input[name=name]").fill(name)
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{closed.url}/")
        page.goto(closed.url + path)
        wait_for(page, record)
        page.keyboard.press("i")
        page.get_by_role("alert").get_by_text(told).wait_for()
        wait_for(page, record)
        context.close()
    assert consensus(closed) == {}
    with reading(closed.engine) as connection:
        voters = set(connection.scalars(select(Screening.reviewer).distinct()))
    assert not voters & {"rita", "carl"}


def test_the_desk_has_no_barriers(served: Served, come: Come, no_barriers: Check) -> None:
    page = come(served, "/conflicts")
    page.locator(CARD).first.wait_for()
    page.get_by_role("heading", name="Beyond reach").wait_for()
    no_barriers(page)
