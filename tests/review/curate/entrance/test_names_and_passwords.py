"""Accounts: passwords, patience with wrong ones, and sessions that end when somebody is removed."""

import re
import threading
from collections.abc import Callable
from contextlib import ExitStack

import httpx
import pytest
from fastapi import Request
from sqlalchemy import Engine

from review.curate.accounts import remove_account, set_role
from review.curate.entrance import person_of, still_in
from review.curate.patience import FREE_BY_ACCOUNT, Patience
from review.curate.people import Person, Role
from review.curate.sessions import Sessions
from tests.review.curate.entrance.program import GOOD, BehindDoor, Browser, door_program
from tests.review.curate.serving import HOST, served


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


def test_many_tries_at_the_same_time_are_no_way_around(behind_door: BehindDoor) -> None:
    browser = behind_door(accounts=True)()
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

    program = door_program(fresh_db, accounts=True, behind_https=behind, patience=Listening())
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
    app = door_program(fresh_db)

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
