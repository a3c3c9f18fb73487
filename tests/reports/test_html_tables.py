"""Tables that sort, filter and search, by keyboard and by address."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from reports.context import Cell, Column, Document, Section, Table
from reports.html.render import render_html

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

OpenPage = Callable[..., "Page"]
Until = Callable[["Page", str], None]


def rows(page: "Page", column: int) -> list[str]:
    """Return the texts of one column of the study table, of the rows in sight, as they stand."""
    found: list[str] = page.evaluate(
        "column => [...document.querySelectorAll('#study-table tbody tr')]"
        ".filter(row => row.offsetParent).map(row => row.cells[column].textContent)",
        column,
    )
    return found


def status(page: "Page") -> str:
    return page.locator("#study-table output").text_content() or ""


def field(page: "Page", label: str) -> "Locator":
    return page.locator("#study-table .tools").get_by_label(label, exact=True)


def head(page: "Page", label: str) -> "Locator":
    return page.locator("#study-table thead").get_by_role("columnheader", name=label)


def test_numbers_sort_as_numbers_and_gaps_come_last_both_ways(open_page: OpenPage) -> None:
    page = open_page()
    bits = head(page, "Weight bits")
    bits.get_by_role("button").press("Enter")
    assert bits.get_attribute("aria-sort") == "ascending"
    up = rows(page, 7)
    known = [int(cell) for cell in up if cell]
    assert known == sorted(known)
    assert len(known) == 75
    assert up[len(known) :] == [""] * 18
    bits.get_by_role("button").press("Space")
    assert bits.get_attribute("aria-sort") == "descending"
    down = rows(page, 7)
    assert [int(cell) for cell in down if cell] == known[::-1]
    assert down[len(known) :] == [""] * 18


def test_negative_numbers_sort_by_value(open_page: OpenPage) -> None:
    page = open_page()
    head(page, "Change in accuracy").get_by_role("button").click()
    values = [float(cell.replace("−", "-")) for cell in rows(page, 10) if cell]
    assert values == sorted(values)
    assert values[0] < 0 < values[-1]


def test_words_sort_as_words_with_gaps_last_and_one_column_at_a_time(open_page: OpenPage) -> None:
    page = open_page()
    head(page, "Year").get_by_role("button").click()
    head(page, "Technique").get_by_role("button").click()
    words = rows(page, 6)
    assert words[0] == "binary"
    assert words[-1] == ""
    assert page.locator("#study-table [aria-sort]").count() == 1


def test_search_needs_every_word_and_ignores_case(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("Search").press_sequentially("GARCÍA 2022 Detection")
    found = rows(page, 0)
    assert 0 < len(found) < 10
    assert set(found) == {"García 2022"}
    assert status(page) == f"{len(found)} of 93 rows"
    page.get_by_label("Search").fill("nothing like this")
    assert status(page) == "0 of 93 rows"


def test_a_choice_finds_a_value_among_several_in_a_cell(open_page: OpenPage, samples: ModuleType) -> None:
    page = open_page()
    field(page, "Technique").focus()
    field(page, "Technique").press_sequentially("qat")
    page.keyboard.press("Enter")
    expected = sum("qat" in row[6].text.split(";") for row in samples.study_table().rows)
    assert set(rows(page, 6)) == {"qat", "ptq; qat"}
    assert status(page) == f"{expected} of 93 rows"
    field(page, "Modality").select_option("mri")
    assert status(page) == f"{len(rows(page, 3))} of 93 rows"
    assert all("mri" in cell.split("; ") for cell in rows(page, 3))
    assert page.evaluate("location.hash") == "#study-table?Modality=mri&Technique=qat"


def test_gaps_can_be_chosen(open_page: OpenPage) -> None:
    page = open_page()
    field(page, "Technique").select_option("(none)")
    assert set(rows(page, 6)) == {""}


def test_reset_brings_back_every_row_in_its_first_order(open_page: OpenPage) -> None:
    page = open_page("#study-table?Technique=qat")
    head(page, "Title").get_by_role("button").click()
    page.get_by_label("Search").fill("adler")
    page.locator("#study-table .reset").press("Enter")
    assert status(page) == "93 of 93 rows"
    assert [row.get_attribute("id") for row in page.locator("#study-table tbody tr").all()] == [
        f"study-sample{index}" for index in range(93)
    ]
    assert page.locator("#study-table [aria-sort]").count() == 0
    assert page.get_by_label("Search").input_value() == ""


def test_the_count_is_announced(open_page: OpenPage) -> None:
    output = open_page().locator("#study-table output")
    assert output.get_attribute("aria-live") == "polite"
    assert output.text_content() == "93 of 93 rows"


def test_the_address_presets_filters_whatever_the_case(open_page: OpenPage) -> None:
    page = open_page("#study-table?technique=QAT&Architecture%20family=unet&search=20")
    assert field(page, "Technique").input_value() == "qat"
    assert field(page, "Architecture family").input_value() == "unet"
    assert page.get_by_label("Search").input_value() == "20"
    assert field(page, "Modality").input_value() == ""
    assert 0 < len(rows(page, 6)) < 30
    assert page.locator("#study-table").evaluate("e => e.getBoundingClientRect().top") < 400


def test_a_link_in_the_text_presets_filters_each_time_it_is_followed(open_page: OpenPage) -> None:
    page = open_page()
    anchor = page.get_by_role("link", name="quantization-aware training", exact=True)
    for _ in range(2):
        anchor.press("Enter")
        assert set(rows(page, 6)) == {"qat", "ptq; qat"}
        assert page.evaluate("document.activeElement.id") == "study-table"
        page.locator("#study-table .reset").click()
        assert len(rows(page, 6)) == 93


def test_a_link_in_a_drawing_presets_filters(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("#figure-map svg a").focus()
    page.keyboard.press("Enter")
    assert field(page, "Technique").input_value() == "qat"
    assert field(page, "Modality").input_value() == "mri"


def test_going_back_brings_the_filters_of_then(until: Until, open_page: OpenPage) -> None:
    page = open_page("#study-table?Technique=binary")
    page.evaluate("location.hash = '#study-table?Technique=ptq'")
    until(page, "document.querySelector('#study-table select[data-column=\"6\"]').value === 'ptq'")
    page.go_back()
    until(page, "document.querySelector('#study-table select[data-column=\"6\"]').value === 'binary'")


@pytest.mark.parametrize("wrong", ["Colour=red", "Technique=magic", "Technique", "%E0%A4%A=1"])
def test_what_the_table_does_not_know_is_said(open_page: OpenPage, wrong: str) -> None:
    page = open_page(f"#study-table?{wrong}")
    assert status(page).startswith("93 of 93 rows; not understood: ")


def test_a_link_to_a_row_that_a_filter_hides_shows_it(until: Until, open_page: OpenPage) -> None:
    page = open_page("#study-table?Technique=qat")
    assert page.locator("#study-sample0").is_hidden()
    page.evaluate("location.hash = '#study-sample0'")
    until(page, "document.querySelector('#study-sample0').offsetParent !== null")
    assert page.locator("#study-sample0").is_visible()


def test_a_link_into_a_closed_table_opens_it(until: Until, open_page: OpenPage) -> None:
    page = open_page("#term-i")
    until(page, "document.querySelector('#table-collapsed details').open")


def test_notes_show_on_focus_and_close_on_escape(open_page: OpenPage) -> None:
    page = open_page()
    note = page.locator("#page-note")
    region = page.locator("#study-table .region")
    region.focus()
    page.keyboard.press("Tab")
    for _ in range(30):
        if page.evaluate("document.activeElement.hasAttribute('aria-description')"):
            break
        page.keyboard.press("Tab")
    assert note.is_visible()
    assert "as printed" in (note.text_content() or "")
    box = note.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280
    page.keyboard.press("Escape")
    assert note.is_hidden()


def test_notes_show_on_hover_and_stay_while_the_pointer_is_on_them(open_page: OpenPage) -> None:
    page = open_page("#study-sample1")
    note = page.locator("#page-note")
    page.locator("#study-sample1 td button").first.hover()
    assert note.is_visible()
    note.hover()
    page.wait_for_timeout(350)
    assert note.is_visible()
    page.mouse.move(5, 5)
    note.wait_for(state="hidden")


def test_on_a_touch_screen_the_first_tap_shows_the_note(open_page: OpenPage) -> None:
    page = open_page("#study-sample1", viewport={"width": 800, "height": 740}, has_touch=True, is_mobile=True)
    page.locator("#study-sample1 td a[aria-description]").first.tap()
    assert "Tap again to open the source." in (page.locator("#page-note").text_content() or "")
    assert page.url.startswith("file:")


def test_columns_keep_their_widths_while_rows_come_and_go(open_page: OpenPage) -> None:
    page = open_page()
    widths = "[...document.querySelectorAll('#study-table thead th')].map(e => Math.round(e.getBoundingClientRect().width))"
    before = page.evaluate(widths)
    page.get_by_label("Search").fill("binary")
    assert page.evaluate(widths) == before


def download(page: "Page", figure: str, folder: Path) -> list[list[str]]:
    with page.expect_download() as started:
        page.locator(f"#{figure} .csv").click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    assert path.name == f"{figure}.csv"
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def test_csv_holds_the_rows_that_fit_the_filters(
    open_page: OpenPage, samples: ModuleType, tmp_path: Path
) -> None:
    page = open_page("#study-table?Technique=qat")
    head(page, "Year").get_by_role("button").click()
    table = download(page, "study-table", tmp_path)
    assert table[0] == [column.label for column in samples.STUDY_COLUMNS]
    assert len(table) - 1 == int(status(page).split()[0])
    assert [line[1] for line in table[1:]] == sorted(line[1] for line in table[1:])


def test_csv_is_safe_to_open_in_a_spreadsheet(
    open_page: OpenPage, sample_document: Document, tmp_path: Path
) -> None:
    words = ('=HYPERLINK("x")', "+1.5", "-2", "@SUM(A1)", "-1+1", 'a "quoted", word', "two\nlines")
    table = Table("plain", "Plain", (Column("A"),), tuple((Cell(word),) for word in words))
    file = tmp_path / "small.html"
    document = Document(sample_document.meta, (Section("s", "S", (table,)),))
    file.write_text(render_html(document), encoding="utf-8")
    found = download(open_page(file=file), "plain", tmp_path)
    assert [line[0] for line in found] == [
        "A",
        '\'=HYPERLINK("x")',
        "+1.5",
        "-2",
        "'@SUM(A1)",
        "'-1+1",
        'a "quoted", word',
        "two\nlines",
    ]


def test_a_very_long_table_starts_with_its_first_rows_and_is_searched_whole(
    until: Until, open_page: OpenPage, make_document: Callable[..., Document], tmp_path: Path
) -> None:
    file = tmp_path / "long.html"
    file.write_text(render_html(make_document(1500)), encoding="utf-8")
    page = open_page(file=file)
    assert status(page) == "1500 of 1500 rows, the first 200 shown"
    assert len(rows(page, 0)) == 200
    page.get_by_label("Search").fill("number 1432")
    assert status(page) == "1 of 1500 rows"
    assert rows(page, 2) == ["Low-bit inference for medical images, sample study number 1432"]
    page.get_by_label("Search").fill("")
    head(page, "Year").get_by_role("button").click()
    assert set(rows(page, 1)) == {"2016", "2017"}
    page.locator("#study-table .more").click()
    assert len(rows(page, 0)) == 1200
    page.evaluate("location.hash = '#study-sample1499'")
    until(page, "document.querySelector('#study-sample1499').offsetParent !== null")
