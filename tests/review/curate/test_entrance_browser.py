"""The entrance in Chromium: nothing bars the way, it works without scripts, and the whole page lives with the guard."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI, Request, WebSocket
from sqlalchemy import Engine
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

import review.curate
from review.curate import passwords
from review.curate.accounts import add_account
from review.curate.entrance import add_entrance, leave_token, person_of
from review.curate.guard import Guard, hosts_of
from review.curate.people import Role
from review.curate.sessions import Sessions
from tests.review.curate.serving import served
from tests.served import Check

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
GOOD = "a heron on the north pier"
STATIC = Path(review.curate.__file__).with_name("static")


def _program(engine: Engine, *, accounts: bool) -> Guard:
    app = FastAPI()
    app.mount("/static", StaticFiles(directory=STATIC))

    @app.get("/")
    def page(request: Request) -> HTMLResponse:
        person = person_of(request)
        assert person is not None
        return HTMLResponse(
            f"<p>Here is {person.name}</p><form method=post action=/leave>"
            f"<input type=hidden name=token value={leave_token(request)}><button>Leave</button></form>"
        )

    @app.websocket("/_nicegui_ws/socket.io/")
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()

    add_entrance(app, engine, accounts=accounts, sessions=Sessions(engine))
    return Guard(app, allowed_hosts=hosts_of("127.0.0.1"), max_body=10_000)


@pytest.fixture(params=[False, True], ids=["local", "accounts"])
def port(request: pytest.FixtureRequest, seeded_db: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Serve a small program, for this machine alone or with the account of ana."""
    monkeypatch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=64))
    passwords.stand_in.cache_clear()
    if request.param:
        add_account(seeded_db, "ana", Role.CURATOR, GOOD, by="tester")
    with served(_program(seeded_db, accounts=request.param)) as found:
        yield found


def _fill(page: "Page", name: str) -> None:
    page.get_by_label(re.compile("name", re.IGNORECASE)).fill(name)
    if page.get_by_label("Password").count():
        page.get_by_label("Password").fill(GOOD)
    page.keyboard.press("Enter")


def test_nothing_bars_the_way(browser: "Browser", port: int, no_barriers: Check) -> None:
    context = browser.new_context(color_scheme="light")
    try:
        page, said = context.new_page(), list[str]()
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"http://127.0.0.1:{port}/enter")
        ground = "getComputedStyle(document.body).backgroundColor"
        assert page.evaluate(ground) == "rgb(255, 255, 255)"
        no_barriers(page)
        assert page.evaluate(ground) != "rgb(255, 255, 255)"  # the last look was the dark one
        _fill(page, "adjudicated")
        page.get_by_role("alert").wait_for()
        no_barriers(page)
        assert [words for words in said if "status of 4" not in words] == []
    finally:
        context.close()


def test_one_comes_in_and_leaves_without_scripts(browser: "Browser", port: int) -> None:
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        assert page.url.endswith("/enter?next=/")
        _fill(page, "ana")
        page.get_by_text("Here is ana").wait_for()
        page.get_by_role("button", name="Leave").click()
        page.wait_for_url("**/enter")
        page.goto(f"http://127.0.0.1:{port}/")
        assert page.url.endswith("/enter?next=/")
    finally:
        context.close()


def _trap(port: int) -> FastAPI:
    """Make a page on another port of this machine: the same site, so that browsers send cookies along."""
    app = FastAPI()

    @app.get("/")
    def page() -> HTMLResponse:
        here = f"127.0.0.1:{port}"
        return HTMLResponse(
            f"<iframe src=http://{here}/enter></iframe>"
            f"<form method=post action=http://{here}/leave><button>Win a prize</button></form>"
            f"<script>const socket = new WebSocket('ws://{here}/_nicegui_ws/socket.io/');"
            "socket.onopen = () => document.title = 'open'; socket.onerror = () => document.title = 'refused';</script>"
        )

    return app


def test_no_page_elsewhere_frames_it_sends_its_forms_or_opens_its_socket(
    browser: "Browser", port: int
) -> None:
    context = browser.new_context()
    try:
        with served(_trap(port)) as elsewhere:
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{port}/enter")
            _fill(page, "ana")
            page.get_by_text("Here is ana").wait_for()
            page.goto(f"http://127.0.0.1:{elsewhere}/")
            page.wait_for_function("document.title !== ''")
            assert page.title() == "refused"
            assert page.frame_locator("iframe").locator("form").count() == 0
            page.get_by_role("button", name="Win").click()
            page.get_by_text("This came from a page elsewhere").wait_for()
            page.goto(f"http://127.0.0.1:{port}/")
            page.get_by_text("Here is ana").wait_for()
    finally:
        context.close()
