"""Contradictions are shown with what may explain them; a warning is accepted and taken back, in a real browser."""

import pytest
from sqlalchemy import Engine, delete

from db.check import check_database
from db.files import table_of
from db.models.tables import Acknowledgement, Comparison
from db.session import reading, writing
from tests.served import Check, Come, Serve, Served

pytestmark = pytest.mark.browser
PLACE = "comparisons boers2023-01 change_value"


def open_again(engine: Engine) -> None:
    with writing(engine, actor="loader", reason="test") as connection:
        connection.execute(delete(table_of(Acknowledgement)).where(Acknowledgement.place == PLACE))


@pytest.fixture(scope="module")
def served(serve: Serve) -> Served:
    return serve(prepare=open_again)


def accepted(served: Served) -> str | None:
    with reading(served.engine) as connection:
        return next(f.accepted for f in check_database(connection) if f.where == PLACE)


def test_a_warning_is_accepted_with_a_reason_and_taken_back(served: Served, come: Come) -> None:
    ana, ben = come(served, "/findings"), come(served, "/findings", "ben")
    ana.get_by_text("0 errors, 1 open warnings, 1 accepted warnings.").wait_for()
    ben.get_by_role("heading", name=PLACE).wait_for()
    ana.get_by_text("Accept with a reason").click()
    ana.get_by_role("button", name="Accept the warning").click()
    ana.get_by_text("a warning is not accepted without a reason").wait_for()
    assert accepted(served) is None
    ana.get_by_label("Why it is right as it is").fill("the source says so in words")
    ana.get_by_role("button", name="Accept the warning").click()
    ana.get_by_text("0 errors, 0 open warnings, 2 accepted warnings.").wait_for()
    assert accepted(served) == "the source says so in words (ana)"
    # ben's page follows, and he takes it back
    ben.get_by_text("Nothing to show here.").wait_for()
    ben.get_by_label("Show").select_option("accepted")
    card = ben.get_by_role("article", name=PLACE)
    card.get_by_text("the source says so in words (ana)").wait_for()
    card.get_by_role("button", name="Take the acceptance back").click()
    ben.get_by_text("0 errors, 1 open warnings, 1 accepted warnings.").wait_for()
    assert accepted(served) is None
    ana.get_by_role("article", name=PLACE).wait_for()


def test_contradictions_are_cards_with_what_may_explain_them(served: Served, come: Come) -> None:
    page = come(served, "/contradictions")
    page.get_by_text("5 of 5 contradictions").wait_for()
    page.get_by_label("Show").select_option("printed_change_and_arms")
    page.get_by_text("1 of 5 contradictions").wait_for()
    card = page.get_by_role("article")
    assert "35.3% beside 0.824 -> 0.553" in card.inner_text()
    assert "arms of another table" in card.inner_text()
    assert card.get_by_role("link").get_attribute("href") == "/studies/medquanbench2025"
    with writing(served.engine, actor="ben", reason="the figure was misread") as connection:
        table = table_of(Comparison)
        connection.execute(
            table.update()
            .where(table.c.comparison_id == "medquanbench2025-34")
            .values(as_printed="0.824 -> 0.553")
        )
    come(served, "/contradictions", "ben")
    page.get_by_text("0 of 4 contradictions").wait_for()


def test_both_pages_have_no_barriers(served: Served, come: Come, no_barriers: Check) -> None:
    page = come(served, "/contradictions")
    page.get_by_role("article").first.wait_for()
    no_barriers(page)
    page.goto(f"{served.url}/findings")
    page.get_by_label("Show").select_option("")
    page.get_by_role("article").nth(1).wait_for()
    no_barriers(page)
