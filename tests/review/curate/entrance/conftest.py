"""Programs behind the entrance, for one person without and for several with accounts."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from review.curate import passwords
from review.curate.accounts import add_account
from review.curate.guard import Guard, hosts_of
from tests.review.curate.entrance.program import GOOD, ROLES, BehindDoor, Browser, door_program
from tests.review.curate.serving import served


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=64))
    passwords.stand_in.cache_clear()


@pytest.fixture
def behind_door(fresh_db: Engine) -> Iterator[BehindDoor]:
    """Serve a program; give what opens a new browser at it."""
    with ExitStack() as stack:

        def start(**given: Any) -> Callable[[], Browser]:
            if given.get("accounts"):
                for name, role in ROLES.items():
                    add_account(fresh_db, name, role, GOOD, by="tester")
            guarded = Guard(
                door_program(fresh_db, **given), allowed_hosts=hosts_of("127.0.0.1"), max_body=10_000
            )
            port = stack.enter_context(served(guarded))

            def browser() -> Browser:
                opened = Browser(port)
                stack.enter_context(opened.http)
                return opened

            return browser

        yield start


@pytest.fixture
def local(behind_door: BehindDoor) -> Callable[[], Browser]:
    """Serve for this machine alone."""
    return behind_door()


@pytest.fixture
def accounts(behind_door: BehindDoor) -> Callable[[], Browser]:
    """Serve with the accounts of ana, a curator, and ben, a reader."""
    return behind_door(accounts=True)
