"""What a reader sees in a browser: on a desk and a phone, in light and dark, on paper, without JavaScript."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from reports.context import Document
from reports.html.render import render_html

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
OpenPage = Callable[..., "Page"]
Until = Callable[["Page", str], None]


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


@pytest.fixture(scope="module")
def short_file(make_document: Callable[..., Document], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render a page with every kind of row but few of them, because axe-core looks at each."""
    path = tmp_path_factory.mktemp("short") / "short.html"
    path.write_text(render_html(make_document(12)), encoding="utf-8")
    return path


def test_axe_has_a_finding_where_there_is_one(open_page: OpenPage, short_file: Path) -> None:
    page = open_page(file=short_file)
    page.evaluate("document.querySelector('#summary p').style.color = '#aaa'")
    assert {line.split(":")[0] for line in axe(page)} == {"color-contrast"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, PHONE], ids=["desk", "phone"])
def test_no_barrier_is_found(
    open_page: OpenPage, short_file: Path, scheme: str, device: dict[str, Any]
) -> None:
    page = open_page(file=short_file, color_scheme=scheme, **device)
    for details in page.locator("details").all():
        details.evaluate("element => { element.open = true }")
    page.locator("#study-table td button").first.focus()
    assert axe(page) == []


@pytest.mark.parametrize("width", [320, 360, 768, 1100, 1900])
def test_the_page_never_scrolls_sideways(open_page: OpenPage, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = page.evaluate(
        "[...document.querySelectorAll('main *:not(.region *, .canvas *, pre *, .skip, .skip *)')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"
    )
    assert wide == []


def test_on_a_phone_wide_things_scroll_where_a_keyboard_can_reach_them(
    until: Until, open_page: OpenPage
) -> None:
    page = open_page(**PHONE)
    boxes = page.locator(".region, .canvas, pre")
    for index in range(boxes.count()):
        box = boxes.nth(index)
        if box.evaluate("e => e.scrollWidth > e.clientWidth"):
            assert box.get_attribute("tabindex") == "0"
            assert box.get_attribute("role") == "region"
            assert box.get_attribute("aria-label") or box.get_attribute("aria-labelledby")
    region = page.locator("#study-table .region")
    region.focus()
    page.keyboard.press("ArrowRight")
    until(page, "document.querySelector('#study-table .region').scrollLeft > 0")
    width = page.locator("#figure-map svg").evaluate("e => e.getBoundingClientRect().width")
    assert width == pytest.approx(560 * 4 / 3, abs=1)


def test_contents_are_folded_on_a_phone_and_open_on_a_desk(until: Until, open_page: OpenPage) -> None:
    phone = open_page(**PHONE)
    contents = phone.locator("#page-toc")
    assert contents.get_attribute("open") is None
    contents.locator("summary").press("Enter")
    contents.get_by_role("link", name="How to cite").press("Enter")
    assert contents.get_attribute("open") is None
    until(phone, "location.hash === '#citing'")
    top = phone.locator("#citing h2").evaluate("e => e.getBoundingClientRect().top")
    bar = phone.locator(".side").evaluate("e => e.getBoundingClientRect().bottom")
    assert bar <= top < 740
    assert open_page().locator("#page-toc").get_attribute("open") is not None


def test_contents_mark_the_section_in_view(until: Until, open_page: OpenPage) -> None:
    page = open_page("#tables")
    until(page, "document.querySelector('.toc [aria-current]')?.textContent === 'Tables'")
    assert page.locator(".toc [aria-current]").count() == 1


def test_the_first_tab_skips_to_the_content(open_page: OpenPage) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "page-main"


@pytest.mark.parametrize(("system", "chosen"), [("light", "dark"), ("dark", "light")])
def test_the_chosen_theme_is_remembered(open_page: OpenPage, system: str, chosen: str) -> None:
    page = open_page(color_scheme=system)
    paper = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(paper)
    page.get_by_role("button", name="Dark").press("Enter")
    after = page.evaluate(paper)
    assert before != after
    page.reload()
    assert page.evaluate(paper) == after
    assert page.evaluate("document.documentElement.dataset.theme") == chosen
    assert (
        page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == str(chosen == "dark").lower()
    )


def test_the_page_works_where_storage_is_refused(open_page: OpenPage, page_file: Path) -> None:
    page = open_page()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } })"
    )
    page.reload()
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_figures_follow_the_theme(open_page: OpenPage) -> None:
    ink = "getComputedStyle(document.querySelector('#figure-years text')).fill"
    assert open_page(color_scheme="light").evaluate(ink) != open_page(color_scheme="dark").evaluate(ink)


def test_the_embedded_font_is_used(open_page: OpenPage) -> None:
    page = open_page()
    loaded = page.evaluate(
        "document.fonts.ready.then(fonts => [...fonts].map(f => `${f.weight} ${f.status}`))"
    )
    assert sorted(loaded) == ["400 loaded", "600 loaded"]


def test_hostile_text_is_shown_as_text_and_nothing_runs(open_page: OpenPage, samples: ModuleType) -> None:
    page = open_page()
    assert page.locator("#hostile > h2").text_content() == f"Hostile text {samples.HOSTILE}"
    assert page.locator("#hostile > p > code").first.text_content() == samples.HOSTILE
    assert page.locator("#study-sample3 td").nth(1).text_content() == samples.HOSTILE
    assert page.locator("#hostile li").all_text_contents() == [
        f"bad address {index}" for index in range(len(samples.BAD_ADDRESSES))
    ]
    assert page.locator("#hostile li a").count() == 0
    page.locator("#study-sample3 td button").first.click()
    assert page.locator("#page-note").text_content() == samples.HOSTILE
    assert page.evaluate("window.executed") is None


def test_the_policy_stops_what_escaping_might_miss(
    browser: "Browser", page_file: Path, tmp_path: Path
) -> None:
    tampered = tmp_path / "tampered.html"
    added = "<script>window.executed = 1</script><button onclick='window.executed = 2' id='trap'>x</button></main>"
    tampered.write_text(page_file.read_text("utf-8").replace("</main>", added), encoding="utf-8")
    page = browser.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(tampered.as_uri())
    page.locator("#trap").click()
    assert page.evaluate("window.executed") is None
    assert [text.split(" ")[:3] for text in refused] == [
        ["Executing", "inline", "script"],
        ["Executing", "inline", "event"],
    ]
    page.close()


def test_paper_shows_everything_and_no_tools(open_page: OpenPage) -> None:
    page = open_page()
    page.emulate_media(media="print", color_scheme="dark")
    for chrome in (".side", ".tools", ".skip", ".copy", ".csv", "#page-note"):
        assert not any(item.is_visible() for item in page.locator(chrome).all()), chrome
    assert page.locator("#term-tau td").is_visible()
    assert page.locator(".draft").is_visible()
    assert page.locator("#study-table .screen").first.is_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    address = page.locator("#summary p a[href^=https]").evaluate(
        "e => getComputedStyle(e, '::after').content"
    )
    assert json.loads(address) == " (https://example.org/a?b=1&c=2)"


def test_no_table_is_cut_on_paper(open_page: OpenPage, tmp_path: Path) -> None:
    from pypdf import PdfReader

    page = open_page()
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    sheets = PdfReader(tmp_path / "page.pdf").pages
    words = [sheet.extract_text() for sheet in sheets]
    text = "\n".join(words)
    assert all(
        f"{author} {2016 + index}" in text for index, author in enumerate(("Adler", "Baptista", "Cho"))
    )
    turned = [sheet.mediabox.width > sheet.mediabox.height for sheet in sheets]
    studies = [word for word, wide in zip(words, turned, strict=True) if wide and "Adler" in word]
    assert len(studies) > 2
    assert all("Modality" in sheet and "Size ratio" in sheet for sheet in studies)
    assert "Quantity J" in text
    assert "variance between studies" in text
    assert page.evaluate("document.querySelector('#table-collapsed details').open") is False


def test_without_javascript_everything_is_there(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    assert page.locator("#study-table tbody tr").count() == 93
    assert page.locator("#study-table tbody tr").last.is_visible()
    for tool in page.locator(".js-only").all():
        assert tool.is_hidden()
    assert page.locator("#page-toc a").last.is_visible()
    note = page.locator("#study-sample0 td button").first
    assert "as printed" in note.evaluate("e => getComputedStyle(e, '::after').content")
    page.locator("#table-collapsed summary").click()
    assert page.locator("#term-tau").is_visible()


def test_motion_is_not_used(page_file: Path) -> None:
    style = page_file.read_text("utf-8").partition("<style>")[2].partition("</style>")[0]
    assert "scroll-behavior: smooth" not in style
    assert "prefers-reduced-motion: reduce" in style


def test_code_is_copied_as_it_stands(until: Until, open_page: OpenPage) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.locator("#citing .copy").press("Enter")
    until(page, "document.querySelector('#citing .copy').textContent === 'Copied'")
    assert page.evaluate("navigator.clipboard.readText()") == "@misc{medquant,\n  title = {Sample},\n}"
