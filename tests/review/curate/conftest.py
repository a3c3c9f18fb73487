"""The page as its users have it: a server of its own process, and people with a browser each."""

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from sqlalchemy import Engine

from db.corpus import SHIPPED, read_corpus
from db.load import load_corpus
from db.schema import upgrade_schema
from db.session import open_database
from tests.served import Check, Come, Serve, Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

EXPECTED = re.compile("Failed to load resource: the server responded with a status of 4")
"""Messages of the browser that a refusal brings along."""


@pytest.fixture(scope="session")
def shipped_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Load the shipped corpus once; servers run on copies of this file."""
    file = tmp_path_factory.mktemp("shipped") / "medquant.db"
    engine = open_database(str(file), create=True)
    upgrade_schema(engine)
    load_corpus(engine, read_corpus(SHIPPED), actor="loader")
    engine.dispose()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # all of it in the one file that is copied
    connection.close()
    return file


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory, shipped_file: Path) -> Iterator[Serve]:
    """Start servers on a copy of the shipped corpus; at the end none may have told of an error."""
    running: list[Served] = []

    def start(*words: str, prepare: Callable[[Engine], None] | None = None) -> Served:
        file = Path(shutil.copy(shipped_file, tmp_path_factory.mktemp("served") / "medquant.db"))
        if prepare is not None:
            engine = open_database(str(file))
            prepare(engine)
            engine.dispose()
        running.append(Served(file, *words))
        return running[-1]

    yield start
    said = [server.stop() for server in running if server.process.poll() is None]
    assert [words for words in said if "Traceback" in words] == []


@pytest.fixture(scope="module")
def served(serve: Serve) -> Served:
    """Start one server for all tests of a file."""
    return serve()


@pytest.fixture
def come(browser: "Browser") -> Iterator[Come]:
    """Let a person come to a page with a browser of their own; at the end no browser may have told of an error."""
    contexts: list[BrowserContext] = []
    seen: list[str] = []

    def enter(served: Served, path: str = "/", name: str = "ana", **options: Any) -> "Page":
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                seen.append(message.text)
                if message.type == "error" and not EXPECTED.match(message.text)
                else None
            ),
        )
        page.on("pageerror", lambda error: seen.append(str(error)))
        page.goto(served.url + path)  # which leads to the entrance, and from there back to the path
        page.locator("input[name=name]").fill(name)
        page.get_by_role("button", name="Enter").click()
        page.locator(".desk h1").wait_for()
        page.wait_for_function("window.did_handshake")
        assert page.url == served.url + path
        return page

    yield enter
    for context in contexts:
        context.close()
    assert seen == []


LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((1280, "light"), (390, "dark"))
"""Wide and narrow, light and dark; what axe says of colours does not depend on the width."""


@pytest.fixture(scope="session")
def no_barriers() -> Check:
    """Assert in every look that axe finds nothing critical or serious and nothing sticks out sideways."""
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()

    def check(page: "Page") -> None:
        before = page.viewport_size
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(
                "scheme => (document.documentElement.dataset.theme ?? scheme) === scheme", arg=scheme
            )
            found = axe.run(page).response["violations"]
            grave = [
                (v["id"], v["nodes"][0]["html"][:200])
                for v in found
                if v["impact"] in ("critical", "serious")
            ]
            assert grave == [], (width, scheme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        if before is not None:
            page.set_viewport_size(before)

    return check
