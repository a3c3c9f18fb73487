"""No other way in: paths, addresses to go on to, and websockets."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import Engine
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from review.curate import gate
from review.curate.accounts import remove_account
from review.curate.entrance import local_path
from tests.review.curate.entrance.program import GOOD, WRITTEN, Browser
from tests.review.curate.serving import websocket

LOCAL = ("/", "/studies/a%20b?tab=1", "/search?q=//x", "/a:b")
ELSEWHERE = (
    "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
    "/\t/evil.example", "\t//evil.example", " //evil.example", "/\r\nset-cookie: a=b", "evil.example", "", "/enter", "/enter?next=/",
    "/leave", "/" + "x" * 3000, "//[evil", "http:/x",
)  # fmt: skip


@pytest.mark.parametrize("path", LOCAL)
def test_one_goes_on_to_a_path_of_ours(path: str) -> None:
    assert local_path(path) == path


def test_nobody_is_sent_elsewhere(local: Callable[[], Browser]) -> None:
    browser = local()
    for path in ELSEWHERE:
        assert local_path(path) == "/"
        assert browser.http.get("/enter", params={"next": path}).text.count('name="next" value="/"') == 1
        sent = browser.enter("ana", next=path)
        assert (sent.status_code, sent.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    "path", ["/", "/studies/1", "/_nicegui/client/1/upload/2", "/static/../studies/1", "/enter/x", "/Enter"]
)
def test_every_path_is_closed_that_is_not_named_open(local: Callable[[], Browser], path: str) -> None:
    browser = local()
    assert browser.http.get(path).status_code in (303, 401)
    assert browser.http.post(path).status_code == 401
    assert browser.http.get(path, headers={"accept": "application/json"}).status_code == 401


@pytest.mark.parametrize(
    "path", ["/static/../studies/1", "/static/..\\studies", "/static", "/staticx", "/enter/", "/leave/x"]
)
def test_no_path_only_begins_like_an_open_one(path: str) -> None:
    assert gate.is_open("/static/curate.css")
    assert not gate.is_open(path)


def test_style_and_entrance_are_open(local: Callable[[], Browser]) -> None:
    browser = local()
    assert browser.http.get("/static/curate.css").status_code == 200
    assert browser.http.get("/enter").headers["cache-control"] == "no-store"


SOCKET = "/_nicegui_ws/socket.io/"


def _socket(browser: Browser, **given: Any) -> Any:
    return websocket(
        browser.port, SOCKET, headers={"cookie": f"medquant_{browser.port}={browser.session()}"}, **given
    )


def test_a_websocket_opens_for_who_is_in_on_our_page_alone(local: Callable[[], Browser]) -> None:
    browser = local()
    for given in ({}, {"headers": {"cookie": f"medquant_{browser.port}=planted"}}):
        with pytest.raises(InvalidStatus):
            websocket(browser.port, SOCKET, **given)  # type: ignore[arg-type]
    browser.enter("ana")
    with pytest.raises(InvalidStatus):
        _socket(browser, origin="https://evil.example")
    with _socket(browser) as opened:
        assert opened.recv() == "ana"


def test_an_open_websocket_is_cut_off_when_its_person_is_removed(
    accounts: Callable[[], Browser], fresh_db: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "LOOK_EVERY", 0.0)
    browser = accounts()
    browser.enter("ana", GOOD)
    with _socket(browser) as opened:
        assert opened.recv() == "ana"
        opened.send("hello")
        assert opened.recv(timeout=5) == "hello"
        remove_account(fresh_db, "ana", by="tester")
        with pytest.raises(ConnectionClosed):
            _talk(opened, 5)


def test_what_comes_over_an_open_websocket_after_the_removal_is_not_heard(
    accounts: Callable[[], Browser], fresh_db: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "LOOK_EVERY", 0.0)
    WRITTEN.clear()
    browser = accounts()
    browser.enter("ana", GOOD)
    with _socket(browser) as opened:
        opened.recv()
        opened.send("write 1")
        opened.send("done")
        assert opened.recv(timeout=5) == "done"
        remove_account(fresh_db, "ana", by="tester")
        opened.send("write 2")
        with pytest.raises(ConnectionClosed):
            opened.recv(timeout=5)
    assert WRITTEN == ["write 1"]


def _talk(opened: ClientConnection, seconds: float) -> None:
    until = monotonic() + seconds
    while monotonic() < until:
        opened.send("hello")
        assert opened.recv(timeout=5) == "hello"
        sleep(0.05)
