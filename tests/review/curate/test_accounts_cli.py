"""`medquant review account`: what it makes and changes, what it refuses, and where the password may come from."""

import argparse
import io
import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from db.errors import MedquantError
from db.schema import latest_schema, upgrade_schema
from db.session import open_database, place_of, reading
from review.accounts_cli import add_account_verb
from review.curate import passwords
from review.curate.accounts import add_account, list_accounts, person_with_password
from review.curate.people import Person, Role

GOOD = "a heron on the north pier"
OTHER = "nine slow trams to the lake"
OLD = Path(__file__).parents[2] / "db" / "old" / "schema_0005.sql"


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=64))
    passwords.stand_in.cache_clear()


@dataclass(frozen=True)
class Outcome:
    """What a command line gave: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Told = Callable[..., Outcome]


@pytest.fixture
def told(fresh_db: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Told:
    """Run `review account` as the front door does, with what standard input holds."""
    monkeypatch.setenv("MEDQUANT_ACTOR", "tester")
    parser = argparse.ArgumentParser()
    add_account_verb(parser.add_subparsers())

    def run(*words: str, typed: str | io.StringIO = "", db: object = place_of(fresh_db)) -> Outcome:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed) if isinstance(typed, str) else typed)
        code = 0
        try:
            given = parser.parse_args(["account", *words, "--db", str(db)])
            given.run(given)
        except MedquantError as error:
            print(f"medquant: {error}", file=sys.stderr)
            code = 1
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        return Outcome(code, *capsys.readouterr())

    return run


def test_the_command_line_makes_lists_changes_and_removes(told: Told, fresh_db: Engine) -> None:
    assert told("list").out.startswith("no account yet; `medquant review account add")
    done = told("add", "ana", "--role", "curator", "--password-stdin", typed=f"{GOOD}\n")
    assert (done.code, done.out, done.err) == (0, "ana: account made, curator\n", "")
    assert person_with_password(fresh_db, "ana", GOOD) == Person("ana", Role.CURATOR)
    assert told("role", "ana", "reader").out == "ana: reader from now on\n"
    assert told("password", "ana", "--password-stdin", typed=f"{OTHER}\r\n").code == 0
    assert person_with_password(fresh_db, "ana", OTHER) == Person("ana", Role.READER)
    (listed,) = json.loads(told("list", "--json").out)
    assert (listed["name"], listed["role"], listed["browsers"]) == ("ana", "reader", 0)
    assert "argon2" not in told("list").out + told("list", "--json").out
    assert told("remove", "ana").out == "ana: account removed; what was decided stays\n"
    with reading(fresh_db) as connection:
        assert list_accounts(connection) == ()


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("add", "ana", "--role", "reader", "--password-stdin"), "", "standard input is empty"),
        (("add", "ana", "--role", "reader", "--password-stdin"), "short\n", "at least 12"),
        (("add", "ana", "--role", "reader"), GOOD, "there is no keyboard to ask"),
        (("add", "a;b", "--role", "reader", "--password-stdin"), GOOD, "is no name of a reviewer"),
        (("role", "ben", "reader"), "", "there is no account 'ben'; there is none yet"),
        (("password", "ben", "--password-stdin"), GOOD, "there is no account 'ben'"),
        (("remove", "ben"), "", "there is no account 'ben'"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(
    told: Told, words: tuple[str, ...], typed: str, said: str
) -> None:
    done = told(*words, typed=typed)
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert done.err.count("\n") == 1


def test_the_password_is_asked_for_twice_and_not_shown(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    class Keyboard(io.StringIO):
        def isatty(self) -> bool:
            return True

    answers = iter([GOOD, OTHER, GOOD, GOOD])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    words = ("add", "ana", "--role", "reader")
    done = told(*words, typed=Keyboard())
    assert (done.code, done.err) == (1, "medquant: the two passwords differ; nothing was changed\n")
    done = told(*words, typed=Keyboard())
    assert (done.code, GOOD in done.out) == (0, False)


def test_a_password_is_no_argument(told: Told) -> None:
    assert told("add", "ana", "--role", "reader", "--password", GOOD).code == 2


def test_an_old_database_comes_along_with_nobody_in_it(tmp_path: Path, told: Told) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.executescript(OLD.read_text(encoding="utf-8"))
        before = raw.execute("SELECT * FROM history").fetchall()
    assert told("list", db=path).err.endswith(
        f"this medquant works with {latest_schema()}; run `medquant db upgrade --db {path}`\n"
    )
    engine = open_database(str(path))
    upgrade_schema(engine)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT * FROM history").fetchall() == before
        assert raw.execute("SELECT count(*) FROM accounts").fetchall() == [(0,)]
        assert raw.execute("SELECT count(*) FROM web_sessions").fetchall() == [(0,)]
    add_account(engine, "ana", Role.CURATOR, GOOD, by="tester")
    assert person_with_password(engine, "ana", GOOD) is not None
    with (
        closing(sqlite3.connect(path)) as raw,
        pytest.raises(sqlite3.IntegrityError, match="ck_accounts_role"),
    ):
        raw.execute("UPDATE accounts SET role = 'queen'")
