"""The entrance: names and passwords, forms of ours alone, sessions that change and end, and nowhere else to go."""

import html
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI, Request, WebSocket
from sqlalchemy import Engine
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from db.session import writing
from review.curate import gate, passwords
from review.curate.accounts import add_account, remove_account, set_role
from review.curate.entrance import add_entrance, check_form, leave_token, local_path, person_of, still_in
from review.curate.guard import Guard, hosts_of
from review.curate.patience import FREE_BY_ACCOUNT, Patience
from review.curate.people import Role
from review.curate.sessions import Sessions
from tests.review.curate.serving import HOST, served, websocket

GOOD = "a heron on the north pier"
_written: list[str] = []
ROLES = {"ana": Role.CURATOR, "ben": Role.READER}


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=64))
    passwords.stand_in.cache_clear()


def _program(engine: Engine, **given: Any) -> FastAPI:
    """Make a small program that stands in for the page, behind the entrance."""
    app = FastAPI()

    @app.get("/")
    @app.get("/studies/{study}")
    def page(request: Request) -> dict[str, Any]:
        person = person_of(request)
        return {"name": person and person.name, "role": person and person.role, "token": leave_token(request)}

    @app.post("/write")
    def write(request: Request) -> dict[str, Any]:
        check_form(request, request.headers.get("token", ""))
        with writing(engine, actor="x", reason="y") as connection:
            person = still_in(request, connection)
        assert person == still_in(request)
        return {"role": person and person.role}

    @app.get("/static/curate.css")
    def style() -> str:
        return "body {}"

    @app.websocket("/_nicegui_ws/socket.io/")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        person = person_of(websocket)
        await websocket.send_text(person.name if person else "nobody")
        async for words in websocket.iter_text():
            if words.startswith("write"):
                _written.append(words)
            else:
                await websocket.send_text(words)

    accounts = given.pop("accounts", False)
    behind = given.pop("behind_https", False)
    add_entrance(app, engine, accounts=accounts, sessions=Sessions(engine, behind_https=behind), **given)
    return app


class Browser:
    """A browser that follows nothing by itself, and fills in forms."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"host": HOST}, trust_env=False)

    def cookies(self) -> dict[str, str]:
        return dict(self.http.cookies)

    def session(self) -> str | None:
        return self.http.cookies.get(f"medquant_{self.port}")

    def plant(self, token: str) -> None:
        """Have a cookie that the server did not set."""
        self.http.cookies.set(f"medquant_{self.port}", token, domain="127.0.0.1")

    def form(self, path: str = "/enter") -> dict[str, str]:
        """Return the hidden fields of the page's form."""
        return _hidden(self.http.get(path).text)

    def enter(self, name: str, password: str = "", **more: str) -> httpx.Response:
        return self.http.post("/enter", data=self.form() | {"name": name, "password": password} | more)

    def leave(self) -> httpx.Response:
        return self.http.post("/leave", data={"token": self.http.get("/").json()["token"]})

    def name(self) -> str | None:
        answer = self.http.get("/")
        return answer.json()["name"] if answer.status_code == 200 else None


def _hidden(page: str) -> dict[str, str]:
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'hidden" name="(\w+)" value="([^"]*)"', page)
    }


Serve = Callable[..., Callable[[], Browser]]


@pytest.fixture
def serve(fresh_db: Engine) -> Iterator[Serve]:
    """Serve a program; give what opens a new browser at it."""
    with ExitStack() as stack:

        def start(**given: Any) -> Callable[[], Browser]:
            if given.get("accounts"):
                for name, role in ROLES.items():
                    add_account(fresh_db, name, role, GOOD, by="tester")
            guarded = Guard(_program(fresh_db, **given), allowed_hosts=hosts_of("127.0.0.1"), max_body=10_000)
            port = stack.enter_context(served(guarded))

            def browser() -> Browser:
                opened = Browser(port)
                stack.enter_context(opened.http)
                return opened

            return browser

        yield start


@pytest.fixture
def local(serve: Serve) -> Callable[[], Browser]:
    """Serve for this machine alone."""
    return serve()


@pytest.fixture
def accounts(serve: Serve) -> Callable[[], Browser]:
    """Serve with the accounts of ana, a curator, and ben, a reader."""
    return serve(accounts=True)


def test_who_is_not_in_is_sent_to_the_entrance_and_comes_back(local: Callable[[], Browser]) -> None:
    browser = local()
    sent = browser.http.get("/studies/a%20b?tab=1&x=%2F")
    assert sent.status_code == 303
    page = browser.http.get(sent.headers["location"])
    assert page.status_code == 200
    done = browser.http.post("/enter", data=_hidden(page.text) | {"name": "ana"})
    assert (done.status_code, done.headers["location"]) == (303, "/studies/a%20b?tab=1&x=%2F")
    assert browser.http.get(done.headers["location"]).json()["name"] == "ana"


def test_at_local_use_a_name_is_enough_and_may_everything(local: Callable[[], Browser]) -> None:
    browser = local()
    assert browser.enter("ana").status_code == 303
    assert browser.http.get("/").json()["role"] == "adjudicator"
    assert "password" not in browser.http.get("/enter").text.replace("no password", "")


def test_at_local_use_known_reviewers_are_suggested(seeded_db: Engine) -> None:
    with served(_program(seeded_db)) as port:
        page = httpx.get(f"http://127.0.0.1:{port}/enter", trust_env=False).text
    assert page.count("<option") >= 2
    assert 'list="known"' in page
    assert "adjudicated" not in page


@pytest.mark.parametrize("name", ["", "adjudicated", "a;b", "x" * 61, "a\tb"])
def test_a_name_that_is_none_is_refused_in_words_and_the_form_stays(
    local: Callable[[], Browser], name: str
) -> None:
    browser = local()
    refused = browser.enter(name)
    assert refused.status_code == 400
    assert 'role="alert"' in refused.text
    assert browser.session() is None
    assert browser.http.post("/enter", data=_hidden(refused.text) | {"name": "ana"}).status_code == 303


@pytest.mark.parametrize("kind", ["local", "accounts"])
def test_what_was_typed_is_shown_but_never_as_markup(kind: str, request: pytest.FixtureRequest) -> None:
    browser = request.getfixturevalue(kind)()
    evil = '"><script>alert(1)</script>{{ 7*7 }};'
    page = browser.enter(evil, "x").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{ 7*7 }}" in page
    page = browser.http.get("/enter", params={"next": '/"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page


def test_a_script_of_a_name_would_not_run_either(local: Callable[[], Browser]) -> None:
    policy = local().http.get("/enter").headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("kind", ["local", "accounts"])
def test_a_form_without_its_token_or_with_anothers_is_refused(
    kind: str, request: pytest.FixtureRequest
) -> None:
    opening = request.getfixturevalue(kind)
    browser, other = opening(), opening()
    mine, foreign = browser.form(), other.form()
    data = {"name": "ana", "password": GOOD, "next": "/"}
    for token in (
        {},
        {"token": ""},
        {"token": foreign["token"]},
        {"token": mine["token"][:-1]},
        {"token": "é"},
    ):
        refused = browser.http.post("/enter", data=data | token)
        assert refused.status_code == 403
        assert "please send it again" in refused.text
        assert browser.session() is None
    assert (
        httpx.post(
            f"http://127.0.0.1:{browser.port}/enter",
            data=data | {"token": mine["token"]},
            headers={"host": HOST},
        ).status_code
        == 403
    )  # a token without its browser
    assert browser.http.post("/enter", data=data | mine).status_code == 303


def test_one_leaves_by_a_form_of_ours_alone(local: Callable[[], Browser]) -> None:
    browser = local()
    browser.enter("ana")
    for data in ({}, {"token": "wrong"}):
        refused = browser.http.post("/leave", data=data)
        assert (refused.status_code, browser.name()) == (403, "ana")
    assert browser.http.get("/leave").status_code == 405
    old = browser.session()
    assert browser.leave().headers["location"] == "/enter"
    assert browser.name() is None
    browser.plant(old or "")
    assert browser.name() is None
    assert browser.http.post("/leave").status_code == 303  # who is out may leave again


def test_the_token_of_the_entrance_is_worth_nothing_inside(local: Callable[[], Browser]) -> None:
    browser = local()
    outside = browser.form()["token"]
    browser.enter("ana")
    assert browser.http.post("/leave", data={"token": outside}).status_code == 403


def test_the_cookie_is_for_the_server_alone(local: Callable[[], Browser]) -> None:
    browser = local()
    entered = browser.enter("ana")
    cookie = next(
        c for c in entered.headers.get_list("set-cookie") if c.startswith(f"medquant_{browser.port}=")
    )
    assert {"HttpOnly", "SameSite=strict", "Path=/", "Max-Age=604800"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_sent_over_https_alone(serve: Serve) -> None:
    opening = serve(behind_https=True)
    browser = opening()
    entered = browser.http.get("/enter")
    assert entered.headers["set-cookie"].startswith("__Host-medquant_form=")
    # httpx keeps such a cookie back over http, as browsers do
    assert "Secure" in entered.headers["set-cookie"]
    form = {"__Host-medquant_form": entered.headers["set-cookie"].split("=", 1)[1].split(";")[0]}
    done = browser.http.post(
        "/enter",
        data=_hidden(entered.text) | {"name": "ana"},
        headers={"cookie": "; ".join(f"{key}={value}" for key, value in form.items())},
    )
    cookie = next(c for c in done.headers.get_list("set-cookie") if c.startswith("__Host-medquant="))
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))


@pytest.mark.parametrize("kind", ["local", "accounts"])
def test_entering_changes_the_token_and_a_planted_one_is_worth_nothing(
    kind: str, request: pytest.FixtureRequest
) -> None:
    browser = request.getfixturevalue(kind)()
    browser.plant("planted")
    browser.enter("ana", GOOD)
    first = browser.session()
    assert first not in (None, "planted")
    browser.enter("ana", GOOD)
    second = browser.session()
    assert second != first
    assert browser.name() == "ana"
    for old in ("planted", first or ""):
        stale = {"cookie": f"medquant_{browser.port}={old}", "host": HOST}
        assert httpx.get(f"http://127.0.0.1:{browser.port}/", headers=stale).status_code == 303


def test_with_accounts_name_and_password_are_needed(accounts: Callable[[], Browser]) -> None:
    browser = accounts()
    told = set()
    for name, password in (("ana", ""), ("ana", "wrong wrong wrong"), ("carl", GOOD), ("", "")):
        refused = browser.enter(name, password)
        assert refused.status_code == 400
        told.add(re.sub(r"\s+", " ", refused.text.split('id="told">')[1].split("</p>")[0]))
        assert browser.name() is None
        assert password == "" or password not in refused.text
    assert told == {"No account has this name and this password; check both, then try again."}
    assert browser.enter("ben", GOOD).status_code == 303
    assert browser.http.get("/").json()["role"] == "reader"
    assert "ana" not in accounts().http.get("/enter").text  # accounts are not listed to strangers


def test_a_session_of_local_use_is_none_with_accounts(
    fresh_db: Engine, accounts: Callable[[], Browser]
) -> None:
    from review.curate.people import Person

    browser = accounts()
    token = Sessions(fresh_db).begin(Person("ana", Role.ADJUDICATOR))
    browser.plant(token)
    assert browser.name() is None


def test_many_wrong_passwords_cost_time_whatever_the_headers_say(accounts: Callable[[], Browser]) -> None:
    browser = accounts()
    for i in range(FREE_BY_ACCOUNT):
        browser.http.headers["x-forwarded-for"] = f"192.0.2.{i}"
        browser.http.headers["forwarded"] = f"for=192.0.2.{i}"
        assert browser.enter("ana", "wrong wrong wrong").status_code == 400
    refused = browser.enter("ana", GOOD)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "2" or refused.headers["retry-after"] == "3"
    assert re.search(r"Too many wrong passwords; wait \d seconds?, then try again", refused.text)
    assert browser.enter("ANA ", GOOD).status_code == 429
    assert browser.enter("ben", GOOD).status_code == 303


def test_the_right_password_makes_up_for_wrong_ones(accounts: Callable[[], Browser]) -> None:
    browser = accounts()
    for _ in range(2):
        for _ in range(FREE_BY_ACCOUNT - 1):
            assert browser.enter("ana", "wrong wrong wrong").status_code == 400
        assert browser.enter("Ana", GOOD).status_code == 303


def test_many_tries_at_the_same_time_are_no_way_around(serve: Serve) -> None:
    browser = serve(accounts=True)()
    form, codes = browser.form(), list[int]()
    cookies = browser.cookies()

    def one() -> None:
        data = form | {"name": "ana", "password": "wrong wrong wrong"}
        codes.append(
            httpx.post(
                f"http://127.0.0.1:{browser.port}/enter", data=data, cookies=cookies, headers={"host": HOST}
            ).status_code
        )

    threads = [threading.Thread(target=one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [400] * FREE_BY_ACCOUNT + [429] * (16 - FREE_BY_ACCOUNT)


@pytest.mark.parametrize(
    ("behind", "header", "address"),
    [
        (False, "192.0.2.1", "127.0.0.1"),
        (True, "192.0.2.1", "192.0.2.1"),
        (True, "198.51.100.7, 192.0.2.1", "192.0.2.1"),
        (True, "", "127.0.0.1"),
    ],
)
def test_the_address_is_that_of_the_connection_or_what_a_named_proxy_adds(
    fresh_db: Engine, behind: bool, header: str, address: str
) -> None:
    asked: list[str] = []

    class Listening(Patience):
        def claim(self, account: str, address: str) -> None:
            asked.extend([account, address])

    program = _program(fresh_db, accounts=True, behind_https=behind, patience=Listening())
    with served(program) as port, ExitStack() as stack:
        browser = Browser(port)
        stack.callback(browser.http.close)
        data = browser.form()
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies().items())
        # the cookie is for https alone, which a client on http would keep back
        sent = {"cookie": cookies, "host": HOST, "x-forwarded-for": header}
        httpx.post(
            f"http://127.0.0.1:{port}/enter",
            data=data | {"name": "ana", "password": "x"},
            headers=sent,
            trust_env=False,
        )
    assert asked == ["ana", address]


def test_removal_demotion_and_leaving_count_at_the_next_write(
    accounts: Callable[[], Browser], fresh_db: Engine
) -> None:
    browser = accounts()
    browser.enter("ana", GOOD)
    token = {"token": browser.http.get("/").json()["token"]}
    assert browser.http.post("/write", headers=token).json() == {"role": "curator"}
    set_role(fresh_db, "ana", Role.READER, by="tester")
    assert browser.http.post("/write", headers=token).json() == {"role": "reader"}
    remove_account(fresh_db, "ana", by="tester")
    out = browser.http.post("/write", headers=token)
    assert (out.status_code, out.text) == (
        401,
        "You are not in any more. Enter again; nothing was changed.\n",
    )
    assert browser.name() is None


def test_a_page_that_stays_open_learns_of_it_too(fresh_db: Engine) -> None:
    kept: list[Request] = []
    app = _program(fresh_db)

    @app.get("/keep")
    def keep(request: Request) -> None:
        kept.append(request)

    with served(app) as port, ExitStack() as stack:
        browser = Browser(port)
        stack.callback(browser.http.close)
        browser.enter("ana")
        browser.http.get("/keep")
        assert still_in(kept[0]) is not None
        browser.leave()
    assert person_of(kept[0]) is not None  # as the request came
    assert still_in(kept[0]) is None


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
    _written.clear()
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
    assert _written == ["write 1"]


def _talk(opened: ClientConnection, seconds: float) -> None:
    until = monotonic() + seconds
    while monotonic() < until:
        opened.send("hello")
        assert opened.recv(timeout=5) == "hello"
        sleep(0.05)


def test_a_body_that_is_no_form_is_no_way_in(local: Callable[[], Browser]) -> None:
    browser = local()
    token = browser.form()["token"]
    for content, kind in (
        (b"\xff\x00=&&&", "application/x-www-form-urlencoded"),
        (b'{"name": "ana"}', "application/json"),
        (b"--x", "multipart/form-data; boundary=x"),
        (f"name=ana&name=ben&token={token}&next=/".encode(), "text/plain"),
    ):
        answer = browser.http.post("/enter", content=content, headers={"content-type": kind})
        assert 400 <= answer.status_code < 500
        assert browser.session() is None
