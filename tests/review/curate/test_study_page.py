"""The grid of studies, the page of a study and the page of a record in real browsers."""

import json
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, func, select

from db.history import read_history
from db.models.tables import Comparison, Record, Study
from db.session import reading, writing
from review.curate.desks.studies.desk import page_of_lines, study_lines
from review.curate.desks.studies.new import suggested_name, waiting_records
from review.curate.grid import Asked
from review.editing import SUBJECTS, read_one, set_fields
from review.effects import read_effects
from review.extracting import extract_value
from tests.served import Check, Come, Served
from tests.slow_network import SlowNetwork

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser


YEAR = """year => [...document.querySelectorAll('label')].find(l => l.innerText.startsWith('Year'))
    .querySelector('input').value === year"""


def cell(page: "Page", study: str, column: str) -> "Locator":
    return page.locator(f'.ag-row[row-id="{study}"] [col-id="{column}"]')


def write(page: "Page", study: str, column: str, text: str) -> None:
    cell(page, study, column).dblclick()
    page.locator(".ag-cell-inline-editing input").fill(text)
    page.keyboard.press("Enter")


def show_history(page: "Page", words: str) -> None:
    """Narrow the history to one value, and wait until it is drawn: its buttons are others then."""
    page.get_by_role("button", name=f"History of {words}").click()
    page.wait_for_function(
        "words => document.querySelector('#history select').selectedOptions[0].label.toLowerCase() === words",
        arg=words.lower(),
    )


def clean_comparison(engine: Engine) -> tuple[str, str]:
    """Return a study with a clean comparison of accuracy that has both arms, and the comparison."""
    with reading(engine) as connection:
        clean = {
            e.comparison_id
            for e in read_effects(connection).effects
            if e.outcome == "accuracy" and e.run is None
        }
        rows = connection.execute(
            select(Comparison.study_id, Comparison.comparison_id).where(
                Comparison.comparison_id.in_(clean),
                Comparison.control == "clean",
                Comparison.baseline_value.is_not(None),
                Comparison.quantized_value.is_not(None),
            )
        ).first()
    assert rows is not None
    assert rows[0] is not None
    return rows[0], rows[1]


def test_a_forest_row_is_redrawn_when_somebody_else_changes_the_comparison(
    served: Served, come: Come
) -> None:
    study, comparison = clean_comparison(served.engine)
    ana = come(served, f"/studies/{study}")
    pictures = ana.locator("figure.picture svg")
    pictures.first.wait_for()
    before = pictures.first.evaluate("element => element.outerHTML")
    ben = come(served, f"/extraction/{study}?comparison={comparison}", "ben")
    box = ben.locator(f"#c-{comparison}")
    box.get_by_label("Quantized value", exact=True).fill("51.5")
    box.get_by_role("button", name="Save the row").click()
    ben.get_by_text(f"{comparison} is saved").wait_for()
    ana.wait_for_function(
        "before => document.querySelector('figure.picture svg')?.outerHTML !== before"
        " && document.querySelector('figure.picture svg')",
        arg=before,
    )
    ana.get_by_role("table").get_by_text("51.5", exact=True).wait_for()
    # one click back, by who looks at the history
    show_history(ana, comparison)
    ana.get_by_role("button", name=re.compile(rf"Undo\s\d+: {comparison} by ben")).first.click()
    ana.get_by_text("is taken back").wait_for()
    ana.wait_for_function(
        "before => document.querySelector('figure.picture svg')?.outerHTML === before", arg=before
    )
    with reading(served.engine) as connection:
        last = read_history(connection, table="comparisons", key=comparison, limit=1)[0]
    assert last.actor == "ana"
    assert last.fields["quantized_value"][0] == "51.5"


def test_the_page_shows_each_value_its_state_place_and_history(served: Served, come: Come) -> None:
    page = come(served, "/studies/cruzromero2025")
    row = page.get_by_role("row", name=re.compile("^Quantization technique"))
    assert "settled with a reason" in row.inner_text()
    assert "D: PTQ" in row.inner_text()
    assert row.get_by_role("link", name="Source").get_attribute("href", timeout=5000).startswith("https://")  # type: ignore[union-attr]
    assert page.get_by_role("heading", name="Record and decisions").is_visible()
    page.get_by_text("Nothing was changed since the corpus was loaded.").wait_for()
    with writing(served.engine, actor="vera", reason="read again") as connection:
        set_fields(connection, SUBJECTS["study"], "cruzromero2025", {"anatomy": "everything"})
        extract_value(connection, "cruzromero2025", "country", "Spain", by="vera")
    page.reload()
    page.get_by_role("cell", name="value: everything").wait_for()
    # what somebody read stands in the row of the study, and is found with its variable
    show_history(page, "Country")
    page.get_by_role("button", name=re.compile(r"Undo\s\d+: country by vera")).wait_for()
    show_history(page, "Anatomy")
    page.get_by_role("button", name=re.compile(r"Undo\s\d+: anatomy by vera")).click()
    page.get_by_text("is taken back").wait_for()
    with reading(served.engine) as connection:
        assert read_one(connection, SUBJECTS["study"], "cruzromero2025").get("anatomy") != "everything"


def test_a_study_that_is_not_there_is_told_in_words(served: Served, come: Come) -> None:
    page = come(served, "/studies/cruzromero2052")
    page.get_by_role("alert").get_by_text("did you mean cruzromero2025").wait_for()


def test_the_grid_is_searched_changed_in_place_and_refuses_what_the_codebook_forbids(
    served: Served, come: Come
) -> None:
    page = come(served, "/studies")
    cell(page, "abid2022", "modality").wait_for()
    page.get_by_label("Search all columns").fill("boers2023")
    cell(page, "abid2022", "modality").wait_for(state="detached")
    cell(page, "boers2023", "modality").wait_for()
    assert "missing" in cell(page, "boers2023", "missing").inner_text()
    before = cell(page, "boers2023", "modality").inner_text()
    write(page, "boers2023", "modality", "magic")
    page.get_by_text("'magic' is not a code of modality").first.wait_for()
    cell(page, "boers2023", "modality").get_by_text(before, exact=True).wait_for()
    write(page, "boers2023", "modality", "endoscopy;ct")
    page.get_by_text("boers2023: modality is saved").wait_for()
    with reading(served.engine) as connection:
        assert read_one(connection, SUBJECTS["study"], "boers2023")["modality"] == "endoscopy;ct"


def test_a_stale_cell_is_refused_with_both_values(served: Served, come: Come) -> None:
    page = come(served, "/studies")
    cell(page, "abid2022", "year").dblclick()
    page.locator(".ag-cell-inline-editing input").fill("2020")
    with writing(served.engine, actor="ben", reason="seen on the page") as connection:
        set_fields(connection, SUBJECTS["study"], "abid2022", {"year": "2021"})
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("ben changed it").wait_for()
    assert [dialog.get_by_text(year, exact=True).count() for year in ("2022", "2021", "2020")] == [1, 1, 1]
    dialog.get_by_role("button", name="Keep what is there").click()
    cell(page, "abid2022", "year").get_by_text("2021").wait_for()


def test_a_study_is_added_from_an_included_record(served: Served, come: Come) -> None:
    with reading(served.engine) as connection:
        waiting = waiting_records(connection)
        before = connection.scalar(select(func.count()).select_from(Study)) or 0
    page = come(served, "/studies")
    page.get_by_text("Add a study").click()
    if not waiting:
        page.get_by_text("Every included record has a study").wait_for()
        return
    one = waiting[0]
    page.get_by_label("Included record").select_option(one.record)
    page.get_by_role("button", name="Add the study and extract it").click()
    page.wait_for_url(re.compile("/extraction/"))
    page.get_by_role("heading", name="Extract a study").wait_for()
    with reading(served.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(Study)) == before + 1
        assert read_one(connection, SUBJECTS["study"], one.suggested)["record_id"] == one.record


def test_a_record_is_corrected_on_its_page_and_a_stale_edit_shows_both_values(
    served: Served, come: Come
) -> None:
    ana, ben = come(served, "/records/r001"), come(served, "/records/r001", "ben")
    ben.get_by_label("Year", exact=True).fill("2024")
    ana.get_by_label("Year", exact=True).fill("2023")
    ana.get_by_label("Why you change something").fill("the first page says so")
    ana.get_by_role("button", name="Save").click()
    ana.get_by_text("r001 is saved").wait_for()
    ben.get_by_role("button", name="Save").click()
    dialog = ben.get_by_role("dialog")
    dialog.get_by_text("ana changed it").wait_for()
    dialog.get_by_role("button", name="Keep what is there").click()
    ben.wait_for_function(YEAR, arg="2023")
    ben.get_by_label("Year", exact=True).fill("soon")
    ben.get_by_role("button", name="Save").click()
    ben.get_by_role("alert").get_by_text("soon").wait_for()
    ana.get_by_role("button", name=re.compile(r"Undo\s\d+: r001 by ana")).click()
    ana.get_by_text("is taken back").wait_for()
    ana.wait_for_function(YEAR, arg="2025")
    with reading(served.engine) as connection:
        assert connection.scalar(select(Record.year).where(Record.record_id == "r001")) == 2025


def test_what_is_typed_while_another_value_is_on_its_way_is_not_written_over_it(
    served: Served, come: Come
) -> None:
    network = SlowNetwork(served.url)
    page = come(network, "/records/r003", "ben")
    year = page.get_by_label("Year", exact=True)
    held = year.input_value()
    page.wait_for_function("window.did_handshake")
    network.delay = 1.5  # longer than the page takes to see what others wrote
    with writing(served.engine, actor="ana", reason="seen on the page") as connection:
        set_fields(connection, SUBJECTS["record"], "r003", {"year": "2001"})
    year.fill("2002")
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("ana changed it").wait_for()
    assert dialog.locator("dd").all_inner_texts() == [held, "2001", "2002"]
    assert year.input_value() == "2002"
    dialog.get_by_role("button", name="Keep what is there").click()
    page.wait_for_function(YEAR, arg="2001")
    with reading(served.engine) as connection:
        assert connection.scalar(select(Record.year).where(Record.record_id == "r003")) == 2001


def test_the_page_of_a_record_tells_where_it_came_from(served: Served, come: Come) -> None:
    page = come(served, "/records/r001")
    hits = page.get_by_role("region", name="Raw hits of searches that became this record")
    assert hits.get_by_role("row").count() == 12
    assert (
        page.get_by_role("region", name="Decisions on title and abstract").get_by_text("include").count() > 0
    )
    assert page.get_by_role("link", name="https://arxiv.org/html/2501.17343v1").count() == 1


@pytest.mark.parametrize("path", ["/studies", "/studies/bitmedvit2025", "/records/r002"])
def test_the_pages_have_no_barriers(served: Served, come: Come, no_barriers: Check, path: str) -> None:
    page = come(served, path)
    page.get_by_role("heading", level=1).wait_for()
    if path == "/studies":
        cell(page, "abid2022", "study_id").wait_for()
        page.get_by_text("Add a study").click()
    no_barriers(page)


def test_lines_are_sorted_searched_and_narrowed(served: Served) -> None:
    with reading(served.engine) as connection:
        lines = study_lines(connection)
    down = Asked.of({"start": "0", "end": "5", "sort": json.dumps([{"colId": "missing", "sort": "desc"}])})
    rows, last = page_of_lines(lines, down, "", "")
    counts = [int(row["missing"].split()[0]) for row in rows]
    assert (counts, last) == (sorted(counts, reverse=True), len(lines))
    assert counts[0] == max(line["missing_n"] for line in lines)
    found, n = page_of_lines(lines, Asked(0, 100, ()), "ABID2022", "missing")
    assert [(row["study_id"], n) for row in found] == [("abid2022", 1)]
    assert page_of_lines(lines, Asked(0, 100, ()), "", "conflicting")[1] < len(lines)


def test_a_name_is_suggested_that_is_not_taken() -> None:
    row = {"record_id": "r9", "authors": "Zoë Müller-Öz;B C", "year": "2024"}
    assert suggested_name(row, set()) == "mulleroz2024"
    assert suggested_name(row, {"mulleroz2024"}) == "mulleroz2024b"
    assert suggested_name({"record_id": "r9", "authors": "", "year": ""}, set()) == "r9-nd"
