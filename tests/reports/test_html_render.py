"""What the HTML file promises before any browser opens it."""

import dataclasses
import itertools
import math
import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from types import ModuleType

import pytest

from reports.context import Cell, Column, Document, Figure, Paragraph, Section, Table, link, text
from reports.html.fonts import woff
from reports.html.render import (
    choices,
    drawing,
    points,
    render_html,
    row_limit,
    safe_href,
    sort_key,
    sort_kind,
)

VOID = {"meta", "link", "input", "br", "img", "hr"}
ANCHORS = frozenset({"study-table", "methods"})


class Page(HTMLParser):
    """Tags with their attributes, in order; tags must close in the order in which they opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def html(sample_document: Document) -> str:
    return render_html(sample_document)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def small(*blocks: Table | Figure | Paragraph, sample: Document) -> Document:
    return Document(sample.meta, (Section("only", "Only", blocks),))


def test_the_same_document_gives_the_same_bytes(sample_document: Document, html: str) -> None:
    assert render_html(sample_document) == html


def test_every_id_is_used_once(page: Page) -> None:
    counts = Counter(attributes["id"] for _, attributes in page.tags if "id" in attributes)
    assert [name for name, count in counts.items() if count > 1] == []


def test_every_link_inside_the_page_has_its_place(page: Page) -> None:
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    hrefs = [
        attributes["href"]
        for tag, attributes in page.tags
        if tag == "a" and attributes["href"].startswith("#")
    ]
    assert len(hrefs) > 15
    assert {href[1:].partition("?")[0] for href in hrefs} <= ids


def test_links_to_other_sites_are_opened_without_a_handle_on_the_page(page: Page) -> None:
    outside = [
        attributes for tag, attributes in page.tags if tag == "a" and not attributes["href"].startswith("#")
    ]
    assert len(outside) > 500
    assert {attributes.get("rel") for attributes in outside} == {"noopener"}


def test_headings_go_down_one_level_at_a_time(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_nothing_names_an_address_that_a_browser_would_fetch(page: Page) -> None:
    for tag, attributes in page.tags:
        assert "src" not in attributes, tag
        if tag == "link":
            assert attributes["href"] == "data:,"
        assert not {name for name in attributes if name.startswith("on")}, tag


def test_the_policy_allows_only_the_page_s_own_scripts(page: Page) -> None:
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert re.fullmatch(r"'sha256-[^']+' 'sha256-[^']+'", rules["script-src"])
    assert rules["img-src"] == rules["font-src"] == "data:"
    assert sum(tag == "script" for tag, _ in page.tags) == 2


def test_the_title_block_says_which_data_and_which_tool(html: str, sample_document: Document) -> None:
    meta = sample_document.meta
    head = html[html.index("<header") : html.index("</header>")]
    for said in (
        meta.title,
        meta.subtitle,
        meta.release,
        meta.release_hash,
        meta.version,
        meta.schema,
        meta.date,
        meta.licence,
    ):
        assert said in head


def test_a_draft_says_so_and_a_final_build_does_not(sample_document: Document) -> None:
    final = dataclasses.replace(sample_document, meta=dataclasses.replace(sample_document.meta, draft=False))
    assert 'class="draft"' in render_html(sample_document)
    assert 'class="draft"' not in render_html(final)


def test_every_cell_of_every_table_is_in_the_page(page: Page, sample_document: Document) -> None:
    tables = [
        block for section in sample_document.sections for block in section.blocks if isinstance(block, Table)
    ]
    cells = sum(len(row) for table in tables for row in table.rows) + 1  # one says that there are no rows
    heads = sum(len(table.columns) for table in tables)
    assert sum(tag in {"td", "th"} for tag, _ in page.tags) == cells + heads
    assert sum("aria-description" in attributes for _, attributes in page.tags) == sum(
        cell.note is not None for table in tables for row in table.rows for cell in row
    )


@pytest.mark.parametrize(
    "href",
    [
        "https://doi.org/10.1000/a?b=c&d=e#f",
        "HTTP://example.org",
        "https://doi.org/10.1002/(SICI)1097-0258(19980815)17:15/16<1661::AID-SIM968>3.0.CO;2-2",
        "mailto:someone@example.org",
        "#methods",
        "#study-table?Technique=quantization-aware training",
    ],
)
def test_good_addresses_are_links(href: str) -> None:
    assert safe_href(href, ANCHORS) == href


def test_bad_addresses_are_plain_text(samples: ModuleType, page: Page) -> None:
    for href in (*samples.BAD_ADDRESSES, "", None, "#nowhere", "https://", "https://exa\nmple.org"):
        assert safe_href(href, ANCHORS) is None
    hrefs = [attributes["href"] for _, attributes in page.tags if "href" in attributes]
    assert not set(samples.BAD_ADDRESSES) & set(hrefs)


def test_an_id_used_twice_is_refused_in_one_sentence(sample_document: Document) -> None:
    table = Table("same", "One", (Column("A"),), ((Cell("1"),),), row_ids=("same",))
    with pytest.raises(ValueError, match=r"uses the id 'same' 2 times: give each place an id of its own"):
        render_html(small(table, sample=sample_document))


def test_a_figure_without_a_drawing_is_refused(sample_document: Document) -> None:
    figure = Figure("f", 7, "T", text("c"), "a", "<p>no drawing</p>")
    with pytest.raises(ValueError, match=r"Figure 7 \(f\) has no <svg> element"):
        render_html(small(figure, sample=sample_document))


def test_a_drawing_has_a_role_and_a_name() -> None:
    figure = Figure("f", 1, "T", text("c"), 'rises & "falls"', "")
    assert drawing(figure, '<?xml version="1.0"?>\n<svg width="90pt"><g/></svg>') == (
        '<svg width="90pt" role="img" aria-label="rises &amp; &#34;falls&#34;"><g/></svg>'
    )


def test_a_drawing_with_links_is_a_group_and_keeps_its_own_name() -> None:
    figure = Figure("f", 1, "T", text("c"), "other", "")
    linked = '<svg role="img" aria-labelledby="f-t"><title id="f-t">x</title><a href="#y"><g/></a></svg>'
    assert drawing(figure, linked) == (
        '<svg aria-labelledby="f-t" role="group"><title id="f-t">x</title><a href="#y"><g/></a></svg>'
    )


def test_a_drawing_is_scaled_by_its_own_width() -> None:
    assert points('<svg height="9pt" width="481.9pt"><rect width="3pt"/></svg>') == "481.9"
    assert points('<svg viewBox="0 0 1 1"><rect width="3pt"/></svg>') == "482"


def test_the_caller_may_give_the_drawing(sample_document: Document) -> None:
    html = render_html(sample_document, figure_svg=lambda figure: f'<svg data-from="{figure.id}"></svg>')
    assert 'data-from="figure-years"' in html
    assert "fill: #0072b2" not in html


def table_of(*keys: float | str | None, words: tuple[str, ...] = ()) -> Table:
    texts = words or tuple("x" for _ in keys)
    rows = tuple((Cell(words, sort=key),) for words, key in zip(texts, keys, strict=True))
    return Table("t", "T", (Column("A", filter="choice"),), rows, interactive=True)


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        ((None, None), "text"),
        ((1, 2.5, None), "number"),
        (("a", None), "string"),
        ((1, "a"), "string"),
        ((), "text"),
    ],
)
def test_a_column_sorts_by_what_its_cells_offer(keys: tuple[float | str | None, ...], kind: str) -> None:
    assert sort_kind(table_of(*keys), 0) == kind


@pytest.mark.parametrize(
    ("key", "written"),
    [
        (None, None),
        (2, "2"),
        (-0.5, "-0.5"),
        (1e-9, "1e-09"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        (math.nan, None),
        ("b", "b"),
    ],
)
def test_sort_keys_are_written_for_javascript(key: float | str | None, written: str | None) -> None:
    assert sort_key(Cell("x", sort=key)) == written


def test_choices_count_rows_once_for_each_value_and_name_the_empty_ones() -> None:
    table = table_of(None, None, None, None, words=("qat; ptq", "ptq;ptq", "", " ; "))
    assert choices(table, 0) == [("ptq", 2), ("qat", 1), ("(none)", 2)]


def test_only_a_very_long_interactive_table_starts_cut(
    make_document: Callable[..., Document], samples: ModuleType
) -> None:
    assert row_limit(samples.study_table(400)) is None
    assert row_limit(samples.study_table(401)) == 200
    assert row_limit(dataclasses.replace(samples.study_table(401), interactive=False)) is None
    assert render_html(make_document(450)).count('class="out"') == 250


def test_a_link_to_a_filtered_table_survives_escaping(sample_document: Document) -> None:
    table = table_of(None)
    html = render_html(small(table, Paragraph(text(link("go", "#t?A=x&B=y"))), sample=sample_document))
    assert '<a href="#t?A=x&amp;B=y">go</a>' in html


def test_fonts_hold_only_the_characters_of_the_page() -> None:
    few, more = (
        woff("SourceSansPro-Regular.ttf", frozenset("abc")),
        woff("SourceSansPro-Regular.ttf", frozenset("abcdefghij−×τ²")),
    )
    assert few.startswith(b"wOFF")
    assert len(few) < len(more) < 20_000
