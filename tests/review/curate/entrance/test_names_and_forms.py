"""Who comes in by a name, with forms of ours alone, and a token that changes."""

from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import Engine

from tests.review.curate.entrance.program import GOOD, BehindDoor, Browser, door_program, hidden_fields
from tests.review.curate.serving import HOST, served


def test_who_is_not_in_is_sent_to_the_entrance_and_comes_back(local: Callable[[], Browser]) -> None:
    browser = local()
    sent = browser.http.get("/studies/a%20b?tab=1&x=%2F")
    assert sent.status_code == 303
    page = browser.http.get(sent.headers["location"])
    assert page.status_code == 200
    done = browser.http.post("/enter", data=hidden_fields(page.text) | {"name": "ana"})
    assert (done.status_code, done.headers["location"]) == (303, "/studies/a%20b?tab=1&x=%2F")
    assert browser.http.get(done.headers["location"]).json()["name"] == "ana"


def test_at_local_use_a_name_is_enough_and_may_everything(local: Callable[[], Browser]) -> None:
    browser = local()
    assert browser.enter("ana").status_code == 303
    assert browser.http.get("/").json()["role"] == "adjudicator"
    assert "password" not in browser.http.get("/enter").text.replace("no password", "")


def test_at_local_use_known_reviewers_are_suggested(seeded_db: Engine) -> None:
    with served(door_program(seeded_db)) as port:
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
    assert browser.http.post("/enter", data=hidden_fields(refused.text) | {"name": "ana"}).status_code == 303


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


def test_over_https_the_cookie_is_sent_over_https_alone(behind_door: BehindDoor) -> None:
    opening = behind_door(behind_https=True)
    browser = opening()
    entered = browser.http.get("/enter")
    assert entered.headers["set-cookie"].startswith("__Host-medquant_form=")
    # httpx keeps such a cookie back over http, as browsers do
    assert "Secure" in entered.headers["set-cookie"]
    form = {"__Host-medquant_form": entered.headers["set-cookie"].split("=", 1)[1].split(";")[0]}
    done = browser.http.post(
        "/enter",
        data=hidden_fields(entered.text) | {"name": "ana"},
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
