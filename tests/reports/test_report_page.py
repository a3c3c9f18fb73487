"""The HTML page of the shipped corpus, as `medquant report` builds it, opened in headless Chromium."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import medquant as front_door
from reports.document import OUTLINE, read_outline
from tests.databases import Databases

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

OpenPage = Callable[..., "Page"]
Until = Callable[["Page", str], None]
SECTIONS = (
    "summary", "flow", "searches", "agreement", "studies", "landscape", "effects", "claims", "data", "limitations",
    "checklist", "references", "citing", "changes", "records-section",
)  # fmt: skip
LESS = """
for (const body of document.querySelectorAll("tbody"))
    for (const row of [...body.rows].slice(12)) row.remove();
for (const shape of document.querySelectorAll("svg[role=img] > g, svg[role=img] > defs")) shape.remove();
"""


class Reader(HTMLParser):
    """What the page's source says: ids, links into the page, figures, sections."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.goals: list[str] = []
        self.sections: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if name := given.get("id"):
            self.ids.append(name)
            if tag == "section" and given.get("class") == "level-2":
                self.sections.append(name)
        href = given.get("href") or ""
        if href.startswith("#") and tag == "a":
            self.goals.append(href[1:])


@pytest.fixture(scope="module")
def built(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the page of the shipped corpus."""
    out = tmp_path_factory.mktemp("report")
    words = ["report", "--db", databases.loaded, "--out", out, "--form", "html", "--date", "2026-11-21"]
    assert front_door.main([str(word) for word in words]) == 0
    return out / "report.html"


@pytest.fixture(scope="module")
def source(built: Path) -> str:
    return built.read_text("utf-8")


@pytest.fixture(scope="module")
def reader(source: str) -> Reader:
    return Reader(source)


def figures(source: str) -> list[str]:
    """Return the source of each drawn figure."""
    return re.findall(r'<figure id="figure-[^"]*" class="figure.*?</figure>', source, re.DOTALL)


def axe(page: "Page") -> list[str]:
    """Return the serious and critical findings of axe-core, one line each."""
    from axe_playwright_python.sync_playwright import Axe

    found: dict[str, Any] = Axe().run(page).response
    assert len(found["passes"]) > 20
    return [
        f"{finding['id']}: {finding['help']}: {node['html'][:120]}"
        for finding in found["violations"]
        if finding["impact"] in {"serious", "critical"}
        for node in finding["nodes"][:3]
    ]


def test_sections_stand_in_the_order_of_the_outline(reader: Reader) -> None:
    shown = [
        name for name, _ in read_outline(OUTLINE) if name != "appraisal"
    ]  # the corpus has no appraisals yet
    assert reader.sections == shown
    assert [name for name in reader.sections if name in SECTIONS] == list(SECTIONS)


def test_no_section_is_empty(source: str, reader: Reader) -> None:
    for name in reader.sections:
        start = source.index(f'<section id="{name}"')
        words = re.sub(r"<[^>]*>", " ", source[start : source.index("</section>", start)]).split()
        assert len(words) > 8, name


def test_every_link_into_the_page_leads_somewhere(reader: Reader) -> None:
    assert len(reader.ids) == len(set(reader.ids))
    assert len(reader.goals) > 100
    assert {goal.partition("?")[0] for goal in reader.goals} - set(reader.ids) == set()


def test_figures_are_numbered_without_gaps(source: str) -> None:
    numbers = [int(n) for n in re.findall(r"<figcaption><p><strong>Figure (\d+)\. ", source)]
    assert numbers == list(range(1, len(figures(source)) + 1))
    assert len(numbers) >= 15


def test_every_figure_has_title_words_and_data(source: str, reader: Reader) -> None:
    for figure in figures(source):
        name = re.search(r'id="([^"]*)"', figure)
        assert name is not None
        title = re.search(r"<title [^>]*>([^<]+)</title>", figure)
        words = re.search(r"<desc [^>]*>([^<]+)</desc>", figure)
        data = re.search(r'<a href="#(data-[^"]+)">Data of Figure \d+</a>', figure)
        assert title is not None, name[1]
        assert words is not None, name[1]
        assert len(words[1]) > 60, name[1]
        assert data is not None, name[1]
        assert data[1] in reader.ids


def test_each_data_table_names_the_figure_that_leads_to_it(source: str) -> None:
    for figure in figures(source):
        number = re.search(r"<strong>Figure (\d+)\. ", figure)
        data = re.search(r'<a href="#(data-[^"]+)">', figure)
        assert number is not None
        assert data is not None
        caption = re.search(rf'id="{data[1]}--caption">Data of Figure (\d+)', source)
        assert caption is not None
        assert int(caption[1]) <= int(number[1])
        if int(caption[1]) < int(number[1]):  # parts of one forest plot share a table
            assert re.search(r"part \d+ of \d+", figure)


def test_every_item_of_the_checklist_leads_to_a_section(source: str, reader: Reader) -> None:
    start = source.index('<figure id="prisma-checklist"')
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', source[start : source.index("</table>", start)])
    items = [re.match(r'<tr><th scope="row">(\d+)', row) for row in rows]
    assert {int(item[1]) for item in items if item} == set(range(1, 28))
    for row in rows:
        place = re.search(r'<a href="#([^"]+)">', row)
        told = re.search(r"<td>([^<]*)</td></tr>$", row)
        assert place is not None, row
        assert place[1] in reader.sections
        assert told is not None, row
        assert told[1].strip(), row


def test_everything_opens_without_a_request_or_a_message(open_page: OpenPage, built: Path) -> None:
    page = open_page(file=built)
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(200)
    assert page.evaluate("performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_is_found(open_page: OpenPage, built: Path, scheme: str) -> None:
    """What axe-core would look at in vain is taken away: rows beyond the twelfth, the strokes of an image."""
    page = open_page(file=built, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
    page.evaluate(LESS)
    assert axe(page) == []


def test_the_page_never_scrolls_sideways_on_a_phone(open_page: OpenPage, built: Path) -> None:
    page = open_page(file=built, viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def _shown(page: "Page", table: str, column: int) -> list[str]:
    texts: list[str] = page.evaluate(
        "([table, column]) => [...document.querySelectorAll(`#${table} tbody tr:not(.out)`)]"
        ".map(row => row.cells[column].textContent)",
        [table, column],
    )
    return texts


def test_the_study_table_filters_and_sorts(open_page: OpenPage, built: Path) -> None:
    page = open_page(file=built)
    assert len(_shown(page, "studies-table", 0)) == 93
    label = "Imaging modality"
    place = page.locator("#studies-table th").all_text_contents().index(label)
    page.locator("#studies-table").get_by_label(label, exact=True).select_option("MRI")
    values = _shown(page, "studies-table", place)
    assert 0 < len(values) < 93
    assert all("MRI" in value.split("; ") for value in values)
    assert page.locator("#studies-table output").text_content() == f"{len(values)} of 93 rows"
    page.locator("#studies-table input").fill("unet")
    both = _shown(page, "studies-table", place)
    assert 0 < len(both) < len(values)
    page.locator("#studies-table .reset").click()
    assert len(_shown(page, "studies-table", 0)) == 93
    before = _shown(page, "studies-table", 1)
    page.locator("#studies-table th").get_by_role("button", name="Year").click()
    years = _shown(page, "studies-table", 1)
    stated = [year for year in years if year]
    assert years != before
    assert years == sorted(stated) + [""] * (len(years) - len(stated))
    page.locator("#studies-table th").get_by_role("button", name="Year").click()
    assert [year for year in _shown(page, "studies-table", 1) if year] == sorted(stated, reverse=True)


def test_a_box_of_the_flow_narrows_the_records_to_its_own(open_page: OpenPage, built: Path) -> None:
    page = open_page(file=built)
    links = page.locator("#figure-flow svg a")
    narrowing = 0
    for index in range(links.count()):
        anchor = links.nth(index)
        if "?" not in (anchor.get_attribute("href") or ""):
            continue
        number = re.search(r"n = ([\d,]+)", anchor.get_attribute("aria-label") or "")
        assert number is not None
        anchor.press("Enter")
        told = page.locator("#records output").text_content() or ""
        # 224 duplicates were merged into 117 of the 432 records; every other box counts records
        rows = {"224": "117"}.get(number[1], number[1])
        assert told.startswith(f"{rows} of 432 rows"), told
        assert "not understood" not in told
        narrowing += 1
    assert narrowing == 7


def test_every_box_of_the_flow_speaks_its_own_count(source: str) -> None:
    flow = next(figure for figure in figures(source) if 'id="figure-flow"' in figure)
    labels = re.findall(r'<a href="[^"]*" aria-label="([^"]*)"', flow)
    assert len(labels) == len(set(labels))


def test_the_name_of_a_study_in_the_records_leads_to_its_row(
    until: Until, open_page: OpenPage, built: Path
) -> None:
    page = open_page(file=built)
    page.locator("#records a[href='#study-abid2022']").first.click()
    until(page, "location.hash === '#study-abid2022'")
    until(page, "document.querySelector('#study-abid2022.aim') !== null")
