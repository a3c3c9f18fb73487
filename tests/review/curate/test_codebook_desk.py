"""The codebook is searched and read, and a curator adds a code, in a real browser."""

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from db.history import read_history
from db.models.tables import Term
from db.session import reading
from tests.served import Check, Come, Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def search(page: "Page", words: str) -> None:
    page.get_by_label("Search variables").fill(words)


def test_the_codebook_is_searched_and_followed_to_the_studies(served: Served, come: Come) -> None:
    page = come(served, "/codebook")
    page.get_by_text("37 variables, 12 vocabularies and 22 outcomes.").wait_for()
    search(page, "histopath")
    page.get_by_text("0 variables, 1 vocabularies and 0 outcomes fit the search.").wait_for()
    search(page, "no such words")
    page.get_by_text("Nothing in the codebook has these words.").wait_for()
    search(page, "kind of image")
    page.get_by_role("link", name="Imaging modality").click()
    page.get_by_role("heading", name="modality, a vocabulary").wait_for()
    row = page.get_by_role("row", name="fundus photography")
    row.get_by_text("5 studies").click()
    link = row.get_by_role("link").first
    assert (link.get_attribute("href") or "").startswith("/studies/")
    page.goto(f"{served.url}/codebook/modalities")
    page.get_by_role("alert").get_by_text("did you mean modality").wait_for()


def test_a_code_is_added_and_seen_in_another_browser(served: Served, come: Come) -> None:
    ana, ben = come(served, "/codebook/modality"), come(served, "/codebook/modality", "ben")
    ana.get_by_role("button", name="Add the code").click()
    ana.get_by_text("Write a code.").wait_for()
    ana.get_by_label("Code (small letters").fill("Thermo Graphy")
    ana.get_by_label("Name for people").fill("thermography")
    ana.get_by_role("button", name="Add the code").click()
    ana.get_by_text("'Thermo Graphy' is no code; allowed: small letters").wait_for()
    assert ana.get_by_label("Name for people").input_value() == "thermography"
    ben.get_by_label("Definition").fill("ben is typing")
    ana.get_by_label("Code (small letters").fill("thermography")
    ana.get_by_label("Why it is added").fill("a new study has it")
    ana.get_by_role("button", name="Add the code").click()
    ana.get_by_text("thermography is added.").wait_for()
    ben.get_by_role("row", name="thermography").wait_for()
    assert ben.get_by_label("Definition").input_value() == "ben is typing"
    with reading(served.engine) as connection:
        assert connection.scalar(select(Term.label).where(Term.code == "thermography")) == "thermography"
        entry = read_history(connection, table="terms", limit=1)[0]
    assert (entry.actor, entry.reason) == ("ana", "a new study has it")
    ana.goto(f"{served.url}/codebook/unit")
    ana.get_by_text("This vocabulary is closed").wait_for()


def test_the_codebook_has_no_barriers(served: Served, come: Come, no_barriers: Check) -> None:
    page = come(served, "/codebook")
    page.get_by_role("heading", name="Outcomes").wait_for()
    no_barriers(page)
    page.goto(f"{served.url}/codebook/modality")
    page.get_by_text("18 studies").click()
    no_barriers(page)
