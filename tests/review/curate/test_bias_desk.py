"""Two people judge a study without seeing each other, differ, and an adjudicator settles it, in real browsers."""

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine

from db.models.appraisals import CONSENSUS
from db.session import reading, writing
from db.vocabulary import AppraisalAnswer, RiskOfBias
from review.bias.appraisals import Vote, read_appraisals
from review.bias.appraising import Said
from review.bias.blind import say
from review.bias.tool import OVERALL, tool_named
from tests.served import Check, Come, Serve, Served

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser
CODE, STUDY, OTHER = "quantization_validity", "boers2023", "guidoum2026"
TOOL = tool_named(CODE)
LEFT = "execution.integer_kernels"
"""The question that ana answers on the page; all else but the whole is answered before."""
FORM = f"/bias/{CODE}/{STUDY}"


def begin(engine: Engine) -> None:
    """Let ana and ben judge all of a study but what the tests do on the page; on one domain they differ."""
    for name, risk in (("ana", RiskOfBias.LOW), ("ben", RiskOfBias.HIGH)):
        with writing(engine, actor=name, reason="judged before") as connection:
            for item in (*TOOL.questions, *TOOL.judged):
                if item == OVERALL or (item, name) == (LEFT, "ana"):
                    continue
                judged = risk if item == "execution" else RiskOfBias.LOW
                said = (
                    Said("seen", AppraisalAnswer.YES)
                    if item in TOOL.questions
                    else Said(f"{name} read the methods", judgement=judged, locator="page 3")
                )
                say(connection, STUDY, CODE, item, said, appraiser=name, today=dt.date(2026, 11, 20))


@pytest.fixture(scope="module")
def served(serve: Serve) -> Served:
    return serve(prepare=begin)


def votes(served: Served, item: str, study: str = STUDY) -> dict[str, Vote]:
    with reading(served.engine) as connection:
        found = read_appraisals(connection, tool=CODE, target=study)
    here = [one.items[item] for one in found if item in one.items]
    return {vote.appraiser: vote for one in here for vote in one.votes}


def group(page: "Page", name: str) -> "Locator":
    return page.locator(f'fieldset[data-keys="{name}"]')


def judge(page: "Page", domain: str, risk: str, reason: str) -> None:
    section = page.locator(f'section[aria-labelledby="{domain}"]')
    group(page, f"{domain}-risk").get_by_label(risk).check()
    section.get_by_label("Reason", exact=True).fill(reason)
    section.get_by_role("button", name="Save").last.click()


def test_two_judge_alone_differ_and_an_adjudicator_settles(served: Served, come: Come) -> None:
    ana = come(served, FORM)
    ana.get_by_text("You: 16 of 17 questions answered, 5 of 6 judgements given.").wait_for()
    assert "ben" not in ana.locator("#desk").inner_text()
    # keys alone: to the first question, and its second answer
    ana.keyboard.press("j")
    ana.keyboard.press("2")
    ana.get_by_text("17 of 17 questions").wait_for()
    assert votes(served, LEFT)["ana"].answer == AppraisalAnswer.PROBABLY_YES
    ana.get_by_text("The answers suggest low risk").first.wait_for()
    # a judgement without a reason is refused beside the field, and nothing is written
    overall = ana.locator('section[aria-labelledby="overall"]')
    overall.get_by_label("low risk").check()
    overall.get_by_role("button").click()
    overall.get_by_text("Write why; a judgement without a reason is not stored.").wait_for()
    reason = overall.get_by_label("Reason", exact=True)
    overall.locator("textarea:focus[aria-invalid=true]").wait_for()
    assert votes(served, OVERALL) == {}
    reason.fill("all domains are low")
    overall.get_by_role("button").click()
    ana.get_by_text("You are done.").wait_for()

    cem = come(served, "/bias", "cem")
    cem.get_by_text("Nothing is judged with this tool yet").wait_for()

    ben = come(served, FORM, "ben")
    assert "Another person is done." in ben.locator("#desk").inner_text()
    assert "ana" not in ben.locator("#desk").inner_text()
    judge(ben, "overall", "high risk", "kernels were simulated")
    # both are done: both are told, and see each other
    ana.get_by_role("link", name="See them side by side").wait_for()
    ben.get_by_role("link", name="See them side by side").click()
    ben.get_by_text("Judged by: ana, ben.").wait_for()
    ben.get_by_text("3 to settle").wait_for()
    differing = ben.locator("#item-execution")
    assert "ana read the methods [page 3]" in differing.inner_text()
    assert "they differ" in differing.inner_text()

    # the picture and the table show it where it is open, and change when it is settled
    table = cem.get_by_role("region", name="Risk of bias, and concern")
    table.get_by_role("row", name="boers2023").get_by_text("differ").first.wait_for()
    cem.locator("figure.picture svg").wait_for()
    before = cem.locator("figure.picture").inner_html()
    settle(ben, "execution", "high risk")
    differing.get_by_text("consensus", exact=True).wait_for()
    settle(ben, "overall", "high risk")
    ben.get_by_text("1 to settle").wait_for()
    table.get_by_role("row", name="boers2023").get_by_text("high risk").nth(1).wait_for()
    assert cem.locator("figure.picture").inner_html() != before
    assert votes(served, "execution")[CONSENSUS].judgement == RiskOfBias.HIGH
    assert votes(served, "execution")["ana"].judgement == RiskOfBias.LOW


def settle(page: "Page", item: str, risk: str) -> None:
    place = page.locator(f"#item-{item}")
    group(page, f"settle-{item}").get_by_label(risk).check()
    place.get_by_role("button").click()
    place.get_by_text("Write why this stands.").wait_for()
    place.get_by_label("Reason of the consensus").fill("the paper says so on page 4")
    place.get_by_role("button").click()


def test_a_stale_judgement_is_refused_with_both_values(served: Served, come: Come) -> None:
    one, other = (come(served, f"/bias/{CODE}/{OTHER}", "dia") for _ in range(2))
    section = one.locator('section[aria-labelledby="data"]')
    section.get_by_label("Reason", exact=True).fill("typed in the first window")
    group(one, "data-risk").get_by_label("low risk").check()
    judge(other, "data", "high risk", "saved in the second window")
    one.get_by_text("1 of 6 judgements given").wait_for()
    # what is being typed stays, and the other window's judgement is not overwritten unseen
    section.get_by_role("button", name="Save judgement").click()
    dialog = one.get_by_role("dialog")
    dialog.get_by_text("high risk, saved in the second window").or_(
        dialog.get_by_text("high, saved in the second window")
    ).wait_for()
    assert "typed in the first window" in dialog.inner_text()
    dialog.get_by_role("button", name="Keep what is there").click()
    dialog.wait_for(state="detached")
    assert votes(served, "data", OTHER)["dia"].reason == "saved in the second window"
    one.wait_for_function(
        "document.querySelector('section[aria-labelledby=data] textarea').value === 'saved in the second window'"
    )
    assert group(one, "data-risk").get_by_label("high risk").is_checked()


def test_an_answer_follows_to_another_window_and_the_whole_comes_last(served: Served, come: Come) -> None:
    one, other = (come(served, f"/bias/{CODE}/{OTHER}", "eva") for _ in range(2))
    group(other, "baseline-same_network").get_by_role("radio", name="no", exact=True).check()
    one.get_by_text("You: 1 of 17 questions answered").wait_for()
    assert group(one, "baseline-same_network").get_by_role("radio", name="no", exact=True).is_checked()
    one.get_by_text("the critical question baseline.same_network has “no”").wait_for()
    judge(one, "overall", "low risk", "in a hurry")
    one.get_by_text("the whole is judged last, and 21 item(s) come first").wait_for()
    assert one.locator('section[aria-labelledby="overall"] textarea').input_value() == "in a hurry"


def test_tools_and_studies_are_chosen_and_searched(served: Served, come: Come) -> None:
    page = come(served, "/bias", "fay")
    page.get_by_text("home-made, validated by nobody").wait_for()
    page.get_by_label("Search").fill("guidoum")
    page.get_by_text("1 of 1 whole studies").first.wait_for()
    page.get_by_label("Tool").select_option("quadas3")
    page.get_by_text("own paraphrase, not the published form").wait_for()
    page.get_by_text("25 of 314 single comparisons").first.wait_for()
    page.get_by_role("button", name="Show all 314").click()
    page.get_by_role("link", name="guidoum2026-05", exact=True).click()
    page.get_by_text("Applicability:").first.wait_for()
    assert page.get_by_role("heading", name="Participants").first.is_visible()
    page.goto(f"{served.url}/bias/quadas3/guidoum2026")
    page.get_by_role("alert").get_by_text("judges each comparison of a study").wait_for()


def test_reporting_says_what_is_missing(served: Served, come: Come) -> None:
    page = come(served, "/bias", "fay")
    page.get_by_text("Study by study, with what is missing").click()
    table = page.get_by_role("region", name="What each study reports, and what is missing")
    row = table.get_by_role("row", name=STUDY)
    row.wait_for()
    assert "Clinical use" in row.inner_text()


def test_the_desk_has_no_barriers(served: Served, come: Come, no_barriers: Check) -> None:
    page = come(served, "/bias", "fay")
    page.get_by_text("whole studies, what waits").first.wait_for()
    no_barriers(page)
    page.goto(served.url + FORM.replace(STUDY, OTHER))
    page.get_by_role("button", name="Save judgement: Data").click()
    page.get_by_text("Write why; a judgement").wait_for()
    page.keyboard.press("Escape")
    page.locator("#keys summary").click()
    no_barriers(page)
    page.goto(served.url + FORM)
    page.locator("#item-execution, #keys").first.wait_for()
    no_barriers(page)
