"""Extraction in real browsers: two people read, differ, agree and verify; bad values are refused beside the field."""

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from db.history import read_history
from db.models.tables import StudyValue
from db.session import reading, writing
from review.agreeing import agree_on
from review.curate.desks.extraction.words import meaning
from review.editing import SUBJECTS, read_one, set_fields
from review.extraction import ExtractedValue, ValueState, read_extraction
from tests.served import Check, Come, Served
from tests.slow_network import SlowNetwork

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser


def card(page: "Page", key: str, field: str) -> "Locator":
    return page.locator(f'[data-card="{key} {field}"]')


def stored(served: Served, study: str, key: str, field: str) -> ExtractedValue:
    with reading(served.engine) as connection:
        return next(v for v in read_extraction(connection, study) if (v.key, v.field) == (key, field))


def opened(page: "Page", comparison: str) -> "Locator":
    box = page.locator(f"#c-{comparison}")
    box.locator("summary").first.click()
    box.get_by_role("button", name="Save the row").wait_for()
    return box


def test_two_people_read_differ_agree_and_verify(served: Served, come: Come) -> None:
    ana, ben = come(served, "/extraction/ahmed2025"), come(served, "/extraction/ahmed2025", "ben")
    here = card(ana, "ahmed2025", "anatomy")
    here.get_by_label("Value of Anatomy").fill("lung")
    here.get_by_label("Where (page, table)").fill("p. 3")
    here.get_by_role("button", name="Save my Anatomy").click()
    here.get_by_text("conflicting").wait_for()  # the corpus says chest
    there = card(ben, "ahmed2025", "anatomy")
    there.get_by_text("ana read").wait_for()  # without a click of ben's
    there.get_by_label("Value of Anatomy").fill("thorax")
    there.get_by_label("Value of Anatomy").press("Enter")
    there.get_by_text("You read").wait_for()
    here.get_by_text("ben read").wait_for()
    found = stored(served, "ahmed2025", "ahmed2025", "anatomy")
    assert (dict(found.values), found.consensus, found.state, found.locator) == (
        {"ana": "lung", "ben": "thorax"}, "chest", ValueState.CONFLICTING, "p. 3",
    )  # fmt: skip
    here.get_by_label("Why this value").fill("the title says lung")
    here.get_by_role("button", name="Agree on this Anatomy").click()
    here.get_by_text("settled with a reason").wait_for()
    here.get_by_role("button", name="Anatomy verified by me").click()
    there.get_by_text(re.compile("verified by ana on")).wait_for()
    found = stored(served, "ahmed2025", "ahmed2025", "anatomy")
    assert (dict(found.values), found.consensus, found.told, found.unverified) == (
        {"ana": "lung", "ben": "thorax"}, "lung", "the title says lung", False,
    )  # fmt: skip
    with reading(served.engine) as connection:
        cell = connection.execute(
            select(StudyValue.__table__).where(
                StudyValue.study_id == "ahmed2025", StudyValue.variable == "anatomy"
            )
        ).one()
    assert (cell.verified_by, cell.verification) == ("ana", "confirmed")


def test_what_is_typed_is_not_thrown_away_when_somebody_else_writes(served: Served, come: Come) -> None:
    ana, ben = come(served, "/extraction/aldamani2024"), come(served, "/extraction/aldamani2024", "ben")
    mine = card(ben, "aldamani2024", "country").get_by_label("Value of Country")
    mine.fill("Half of a wo")
    other = card(ana, "aldamani2024", "country")
    other.get_by_label("Value of Country").fill("Iraq")
    other.get_by_role("button", name="Agree on this Country").click()
    card(ben, "aldamani2024", "country").locator(".consensus").get_by_text("Iraq").wait_for()
    assert mine.input_value() == "Half of a wo"
    assert mine.evaluate("element => element === document.activeElement")
    # and what ben began before Iraq was agreed on is not written over it unasked
    mine.fill("Iran")
    mine.press("Control+Enter")
    dialog = ben.get_by_role("dialog")
    dialog.get_by_text("ana changed it").wait_for()
    assert dialog.locator("dd").all_inner_texts() == ["United Arab Emirates", "Iraq", "Iran"]
    dialog.get_by_role("button", name="Write mine over it").click()
    ben.get_by_text("Country is Iran now").wait_for()
    assert stored(served, "aldamani2024", "aldamani2024", "country").consensus == "Iran"


def test_a_bad_value_is_refused_in_words_beside_the_field(served: Served, come: Come) -> None:
    page = come(served, "/extraction/an2022")
    here = card(page, "an2022", "n_images_total")
    field = here.get_by_label("Value of Images")
    field.fill("many")
    here.get_by_text("'many' is not a whole number").wait_for()  # at once, before anything is saved
    field.press("Enter")
    here.get_by_role("alert").get_by_text("allowed: digits alone").wait_for()
    with reading(served.engine) as connection:
        assert read_history(connection, table="studies", key="an2022") == []
    assert field.input_value() == "many"


def test_codes_are_chosen_from_boxes_and_the_keys_lead_on(served: Served, come: Come) -> None:
    page = come(served, "/extraction/alali2022")
    page.keyboard.press("Alt+n")
    first = page.evaluate("document.activeElement.closest('[data-card]').dataset.card")
    page.keyboard.press("Alt+n")
    assert page.evaluate("document.activeElement.closest('[data-card]').dataset.card") != first
    here = card(page, "alali2022", "framework")
    here.get_by_role("checkbox", name="PyTorch").check()
    here.get_by_role("checkbox", name="PyTorch").press("Enter")
    here.get_by_text("You read").wait_for()
    assert "pytorch" in stored(served, "alali2022", "alali2022", "framework").values["ana"].split(";")


def test_a_tick_that_crosses_with_anothers_is_not_lost_and_not_written_over_it(
    served: Served, come: Come
) -> None:
    network = SlowNetwork(served.url)
    page = come(network, "/extraction/alali2022", "ben")
    here = card(page, "alali2022", "modality")
    held = stored(served, "alali2022", "alali2022", "modality").consensus
    page.wait_for_function("window.did_handshake")
    network.delay = 1.5  # longer than the page takes to see what others wrote
    with writing(served.engine, actor="ana", reason="seen in the paper") as connection:
        agree_on(connection, "alali2022", "modality", "oct", reason="seen in the paper")
    here.get_by_role("checkbox", name="magnetic resonance imaging").check()
    here.get_by_role("checkbox", name="projection radiography").check()
    here.locator(".consensus").get_by_text("OCT").wait_for()
    page.wait_for_timeout(3500)
    assert here.get_by_role("checkbox", name="magnetic resonance imaging").is_checked()
    assert here.get_by_role("checkbox", name="projection radiography").is_checked()
    here.get_by_role("button", name="Agree on this").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("ana changed it").wait_for()
    assert dialog.locator("dd").all_inner_texts()[0] == held
    assert dialog.locator("dd").all_inner_texts()[1] == "oct"
    dialog.get_by_role("button", name="Keep what is there").click()
    here.get_by_role("checkbox", name="optical coherence").and_(page.locator(":checked")).wait_for()
    assert not here.get_by_role("checkbox", name="magnetic resonance imaging").is_checked()


def test_printed_numbers_are_shown_in_one_unit_and_the_words_are_kept(served: Served, come: Come) -> None:
    page = come(served, "/extraction/ahmed2025")
    box = opened(page, "ahmed2025-01")
    here = card(page, "ahmed2025-01", "quantized_value")
    here.get_by_label("Quantized as printed").fill("0.43 s")
    here.get_by_text("0.43 s → 430 ms (kept as 430 ms)").wait_for()
    here.get_by_role("button", name="Save my Quantized").click()
    here.get_by_text("You read").wait_for()
    assert stored(served, "ahmed2025", "ahmed2025-01", "quantized_value").values == {"ana": "0.43 s"}
    box.get_by_label("Quantized value", exact=True).fill("3 MB")
    box.get_by_role("button", name="Save the row").click()
    box.get_by_role("alert").get_by_text("unit of size").last.wait_for()


def test_what_was_saved_at_once_and_rewritten_does_not_count_as_typed_again(
    served: Served, come: Come
) -> None:
    page = come(served, "/extraction/ahmed2025?comparison=ahmed2025-01")
    box = page.locator("#c-ahmed2025-01")
    field = box.get_by_label("Quantized value", exact=True)
    save = box.get_by_role("button", name="Save the row").element_handle()
    field.fill("0.44 s")
    save.evaluate("button => button.click()")
    page.get_by_text("ahmed2025-01 is saved").first.wait_for()
    page.wait_for_function("field => field.value === '440'", arg=field.element_handle())
    page.wait_for_timeout(500)  # what tells the meaning while somebody types comes a while after the last key
    with writing(served.engine, actor="ben", reason="read again") as connection:
        set_fields(connection, SUBJECTS["comparison"], "ahmed2025-01", {"quantized_value": "441"})
    page.wait_for_function("field => field.value === '441'", arg=field.element_handle())


def test_a_contradiction_appears_and_vanishes(served: Served, come: Come) -> None:
    page = come(served, "/extraction/medquanbench2025?comparison=medquanbench2025-34")
    box = page.locator("#c-medquanbench2025-34")
    field = box.get_by_label("Quantized value", exact=True)
    field.fill("0.653")
    box.get_by_role("button", name="Save the row").click()
    told = page.get_by_role("region", name="Contradictions").get_by_text("0.824 -> 0.653")
    told.wait_for()
    field.fill("0.533")
    box.get_by_role("button", name="Save the row").click()
    told.wait_for(state="detached")
    with reading(served.engine) as connection:
        assert (
            read_one(connection, SUBJECTS["comparison"], "medquanbench2025-34")["quantized_value"] == "0.533"
        )


def test_a_stale_row_is_refused_with_both_values(served: Served, come: Come) -> None:
    ana = come(served, "/extraction/asare2025?comparison=asare2025-01")
    ben = come(served, "/extraction/asare2025?comparison=asare2025-01", "ben")
    mine = ben.locator("#c-asare2025-01").get_by_label("Device", exact=True)
    mine.fill("Device of Ben")
    ana.locator("#c-asare2025-01").get_by_label("Device", exact=True).fill("Device of Ana")
    ana.locator("#c-asare2025-01").get_by_role("button", name="Save the row").click()
    ana.get_by_text("asare2025-01 is saved").wait_for()
    ben.locator("#c-asare2025-01").get_by_role("button", name="Save the row").click()
    dialog = ben.get_by_role("dialog")
    dialog.get_by_text("Device of Ana").wait_for()
    assert dialog.get_by_text("Device of Ben").is_visible()
    dialog.get_by_role("button", name="Write mine over it").click()
    ben.get_by_text("asare2025-01 is saved").wait_for()
    with reading(served.engine) as connection:
        assert read_one(connection, SUBJECTS["comparison"], "asare2025-01")["device"] == "Device of Ben"


def test_who_reads_blind_sees_nothing_of_others_before_giving_a_value(served: Served, come: Come) -> None:
    page = come(served, "/extraction/asare2025?blind=yes", "ben")
    here = card(page, "asare2025", "modality")
    assert here.locator(".consensus").inner_text() == "(none yet)"
    assert here.get_by_role("checkbox", checked=True).count() == 0
    here.get_by_role("checkbox", name="magnetic resonance imaging").check()
    here.get_by_role("button", name="Save my Imaging modality").click()
    here.locator(".consensus").get_by_text("fundus").wait_for()
    assert here.get_by_text("conflicting").is_visible()


def test_a_comparison_is_added(served: Served, come: Come) -> None:
    page = come(served, "/extraction/abid2022")
    page.get_by_text("Add a comparison").click()
    form = page.locator("details", has=page.get_by_role("button", name="Add the comparison"))
    key = form.get_by_label("Identifier").input_value()
    form.get_by_label("Quantized arm, in words").fill("int8")
    form.get_by_label("Baseline value").fill("0.9313")
    form.get_by_text("0.9313 → 93.13 %").wait_for()
    form.get_by_role("button", name="Add the comparison").click()
    page.wait_for_url(re.compile(f"comparison={key}"))
    page.locator(f"#c-{key}").get_by_label("Baseline value").wait_for()
    with reading(served.engine) as connection:
        row = read_one(connection, SUBJECTS["comparison"], key)
    assert (row["baseline_value"], row["unit"], row["extracted_by"]) == ("93.13", "percent", "ana")


def test_the_list_names_what_is_open_and_can_be_narrowed(served: Served, come: Come) -> None:
    page = come(served, "/extraction")
    first = page.locator("table.worklist tbody tr").first
    assert "conflicting" in first.inner_text()
    page.get_by_label("Search studies").fill("boers2023")
    page.get_by_text("1 studies").wait_for()
    page.get_by_role("link", name="boers2023").click()
    page.get_by_role("heading", name="Extract a study").wait_for()


def test_the_desk_has_no_barriers(served: Served, come: Come, no_barriers: Check) -> None:
    page = come(served, "/extraction")
    no_barriers(page)
    page.goto(f"{served.url}/extraction/bitmedvit2025?comparison=bitmedvit2025-01")
    page.locator("#c-bitmedvit2025-01").get_by_label("Baseline value").wait_for()
    no_barriers(page)


@pytest.mark.parametrize(
    ("field", "printed", "said"),
    [
        ("baseline_value", "12,000 kB", "12,000 kB → 12 MB (kept as 12000 KB)"),
        ("baseline_value", "~3 MiB", "~3 MiB → about 3.145728 MB (kept as 3146 KB)"),
        ("baseline_value", "3-4 MB", "'3-4 MB' is a range"),
        ("baseline_value", "fast", "begins with no number"),
        ("change_reported", "2-4x smaller", "2-4x smaller → ratio 0.25 to 0.5"),
        ("n_test", "1,200", "'1,200' is ambiguous"),
    ],
)  # fmt: skip
def test_words_are_read_while_they_are_typed(served: Served, field: str, printed: str, said: str) -> None:
    from db.codebook.codebook import codebook_from_database

    with reading(served.engine) as connection:
        book = codebook_from_database(connection)
    assert said in meaning(field, printed, {"outcome": "size", "unit": "KB"}, book)
