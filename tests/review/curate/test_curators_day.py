"""A curator's day, as the README tells it, walked in real browsers from the import to the history."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from db.history import read_history
from db.models.tables import Comparison, Record, StudyValue
from db.prisma import count_prisma
from db.prisma_checks import CheckStatus, check_prisma
from db.session import reading, writing
from db.vocabulary import Stage
from review.deciding import settle_document
from review.extraction import ValueState, read_extraction
from review.screening import queue_of, read_standings
from tests.served import Come, Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.tour]
ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text("utf-8")
CARD = ".deck > article:not([data-sent])"
EXCLUDED = {"ana": (3, 4, 6, 8, 10), "ben": (3, 4, 6, 8)}
"""Positions of the records that are excluded, counted from 1 among the twelve."""


def steps() -> dict[int, set[str]]:
    """Return the words in bold of each step of the README."""
    section = README.split("## A curator's day")[1].split("## Re-measure")[0]
    found = re.findall(r"^(\d+)\. (.*?)(?=^\d+\. |^\n|\Z)", section, re.MULTILINE | re.DOTALL)
    return {int(number): set(re.findall(r"\*\*(.+?)\*\*", words)) for number, words in found}


class Walk:
    """Checks that what the README prints in bold was on the page."""

    def __init__(self) -> None:
        self.left = steps()

    def shows(self, page: "Page", step: int, *words: str) -> None:
        """See words in bold on the page."""
        for one in words:
            assert one in self.left[step], f"step {step} of the README does not say {one}"
            page.get_by_text(one).locator("visible=true").first.wait_for()
            self.left[step].discard(one)


def flow(served: Served, box: str) -> int:
    with reading(served.engine) as connection:
        return int(count_prisma(connection).as_keys()[box] or 0)


def judge(page: "Page", keys: list[str]) -> None:
    for key in keys:
        page.locator(CARD).first.wait_for()
        for one in key:
            page.keyboard.press(one)
    page.get_by_text("Nothing is left for you to judge").wait_for()


def test_a_curators_day(served: Served, come: Come) -> None:
    walk = Walk()
    ana, ben = come(served), come(served, "/", "ben")
    walk.shows(ana, 1, "Today", "What to do next", "How far reviewers agree")
    screened = flow(served, "records_screened")

    walk.shows(ana, 2, "Import")
    ana.get_by_role("link", name="Import").click()
    ana.locator("input[type=file]").set_input_files(ROOT / "review" / "curate" / "example.ris")
    walk.shows(ana, 2, "Send and look")
    ana.get_by_role("button", name="Send and look").click()
    ana.get_by_label("Database or index searched").fill("PubMed")
    ana.get_by_label("Query as typed").fill("made-up AND example")
    ana.get_by_role("cell", name="made-up AND example").wait_for()
    walk.shows(ana, 2, "Import 12 record(s)")
    ana.get_by_role("button", name="Import 12 record(s)").click()
    ana.get_by_role("heading", name="Imported").wait_for()

    walk.shows(ana, 3, "Duplicates")
    ana.get_by_role("link", name="Duplicates", exact=True).click()
    walk.shows(ana, 3, "Different works")
    reply = ana.get_by_role("cell", name=re.compile("a reply to readers"))
    for _ in range(5):
        ana.get_by_text(re.compile(r"Pair \d of \d")).wait_for()
        if reply.count():
            break
        ana.keyboard.press("j")
        ana.wait_for_timeout(300)
    ana.keyboard.press("d")
    reply.wait_for(state="detached")

    for person, name in ((ana, "ana"), (ben, "ben")):
        person.get_by_role("link", name="Screening").click()
        judge(person, ["e1" if i in EXCLUDED[name] else "i" for i in range(1, 13)])
    walk.shows(ana, 4, "Screening")

    walk.shows(ana, 5, "Conflicts")
    ana.goto(f"{served.url}/conflicts")
    ana.get_by_text("1 record to settle").wait_for()
    ana.locator(CARD).first.wait_for()
    ana.keyboard.press("i")
    ana.locator("[data-screening-said]").get_by_text(re.compile("is settled: included")).wait_for()
    assert flow(served, "records_screened") == screened + 12

    ana.goto(f"{served.url}/screening")
    walk.shows(ana, 6, "Full text", "Today")
    ana.goto(f"{served.url}/screening?stage=full_text")
    first = ana.locator(CARD).first
    first.wait_for()
    record = first.get_attribute("data-record")
    assert record is not None
    ana.keyboard.press("i")
    ana.locator("[data-screening-said]").get_by_text(re.compile(f"{record}: included")).wait_for()
    assert flow(served, "dbr_assessed") >= 1

    walk.shows(ana, 7, "Studies")
    ana.get_by_role("link", name="Studies").click()
    walk.shows(ana, 7, "Add a study")
    study = add_study(ana, record)

    walk.shows(ana, 8, "Extraction")
    for person, value in ((ana, "lung"), (ben, "thorax")):
        person.goto(f"{served.url}/extraction/{study}")
        person.get_by_label("Value of Anatomy").fill(value)
        person.get_by_role("button", name="Save my Anatomy").click()
        person.get_by_text("You read").first.wait_for()
    ana.reload()
    walk.shows(ana, 8, "Agree on this")
    with reading(served.engine) as connection:
        anatomy = next(v for v in read_extraction(connection, study) if v.field == "anatomy")
    assert anatomy.state == ValueState.CONFLICTING
    ana.get_by_text("conflicting").first.wait_for()
    walk.left[8].discard("Conflicting")
    ana.get_by_text("ben read").first.wait_for()
    ana.get_by_label("Value of Anatomy").fill("lung")
    here = ana.locator(f'[data-card="{study} anatomy"]')
    here.get_by_label("Why this value").fill("the title says so")
    here.get_by_role("button", name="Agree on this Anatomy").click()
    here.get_by_text("settled with a reason").wait_for()
    with reading(served.engine) as connection:
        query = select(StudyValue.value).where(StudyValue.study_id == study, StudyValue.variable == "anatomy")
        assert connection.scalar(query) == "lung"

    walk.shows(ana, 8, "Add a comparison")
    comparison = add_comparison(ana)
    with reading(served.engine) as connection:
        row = connection.execute(
            select(Comparison.baseline_value, Comparison.unit).where(Comparison.comparison_id == comparison)
        ).one()
    assert (str(row[0]), row[1]) == ("91.2", "percent")

    ana.goto(f"{served.url}/studies/{study}")
    walk.shows(ana, 9, "Study")
    ana.locator("figure.picture svg").first.wait_for()

    walk.shows(ana, 10, "History")
    ana.get_by_role("link", name="History", exact=True).click()
    ana.locator("details.change summary").first.click()
    walk.shows(ana, 10, "Take this change back")
    ana.get_by_role("button", name="Take this change back").click()
    ana.get_by_text(re.compile(r"Change \d+ is taken back")).first.wait_for()
    with reading(served.engine) as connection:
        gone = connection.scalar(
            select(func.count()).select_from(Comparison).where(Comparison.comparison_id == comparison)
        )
        last = read_history(connection, limit=1)[0]
        records = connection.scalar(
            select(func.count()).select_from(Record).where(Record.title.startswith("Made-up"))
        )
    assert (gone, last.actor, records) == (0, "ana", 12)
    # what was left at its full text cannot be had; then the flow adds up
    with writing(served.engine, actor="ana", reason="no library has it") as connection:
        for standing in queue_of(read_standings(connection).values(), "ana", Stage.FULL_TEXT):
            settle_document(connection, standing.record_id, None)
        broken = [
            check for check in check_prisma(count_prisma(connection)) if check.status == CheckStatus.FAILED
        ]
    assert broken == []
    assert {step: words for step, words in walk.left.items() if words} == {}


def add_study(page: "Page", record: str) -> str:
    """Make a study of an included record; return its identifier."""
    page.get_by_text("Add a study").first.click()
    page.get_by_label("Included record").select_option(record)
    name = page.get_by_label("Name of the study")
    page.wait_for_function("field => field.value !== ''", arg=name.element_handle())
    key = name.input_value()
    page.get_by_role("button", name="Add the study and extract it").click()
    page.wait_for_url(re.compile(f"/extraction/{key}"))
    return key


def add_comparison(page: "Page") -> str:
    """Add a clean comparison of accuracy; return its identifier."""
    page.get_by_text("Add a comparison").click()
    form = page.locator("details", has=page.get_by_role("button", name="Add the comparison"))
    key = form.get_by_label("Identifier").input_value()
    form.get_by_label("Quantized arm, in words").fill("int8")
    form.get_by_label("Baseline value").fill("0.912")
    form.get_by_text("0.912 → 91.2 %").wait_for()
    form.get_by_label("Quantized value").fill("0.905")
    form.get_by_label("Is precision the only difference").select_option("clean")
    form.get_by_role("button", name="Add the comparison").click()
    page.wait_for_url(re.compile(f"comparison={key}"))
    return key
