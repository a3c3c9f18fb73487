"""The sample document of both templates, and what the tests that look at the page share."""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from reports.context import Document, Figure

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


@pytest.fixture(scope="session")
def samples() -> ModuleType:
    """Load `sample_document.py`, for its constants."""
    path = Path(__file__).with_name("sample_document.py")
    spec = importlib.util.spec_from_file_location("sample_document", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def make_document(samples: ModuleType) -> Callable[..., Document]:
    """Make a sample document with any number of studies."""
    make: Callable[..., Document] = samples.sample_document
    return make


@pytest.fixture(scope="session")
def sample_document(make_document: Callable[..., Document]) -> Document:
    """Make the sample document as large as the real one."""
    return make_document()


@pytest.fixture(scope="session")
def page_file(sample_document: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render the sample document to an HTML file, its drawings in the page's own colours."""
    from reports.html.render import render_html

    def themed(figure: Figure) -> str:
        ink = figure.svg.replace("#1b1f24", "var(--fig-ink)").replace("#d5dbe1", "var(--fig-grid)")
        return ink.replace("#ffffff", "var(--fig-paper)")

    path = tmp_path_factory.mktemp("html") / "sample.html"
    path.write_text(render_html(sample_document, figure_svg=themed), encoding="utf-8")
    return path


@pytest.fixture
def open_page(browser: "Browser", page_file: Path) -> Iterator[Callable[..., "Page"]]:
    """Open the page in a fresh context; at the end no request, no console message and no error may have been seen."""
    contexts: list[BrowserContext] = []
    seen: list[str] = []

    def open_it(fragment: str = "", *, file: Path = page_file, **options: Any) -> "Page":
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        own = file.as_uri()
        page.on(
            "request",
            lambda request: seen.append(request.url) if request.url.partition("#")[0] != own else None,
        )
        page.on("console", lambda message: seen.append(message.text))
        page.on("pageerror", lambda error: seen.append(str(error)))
        page.goto(own + fragment)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert seen == []


@pytest.fixture(scope="session")
def until() -> Callable[["Page", str], None]:
    """Wait for a JavaScript condition; Playwright's own wait evaluates text in the page, which its policy forbids."""

    def wait(page: "Page", condition: str) -> None:
        for _ in range(100):
            if page.evaluate(condition):
                return
            page.wait_for_timeout(50)
        pytest.fail(f"never true within five seconds: {condition}")

    return wait
