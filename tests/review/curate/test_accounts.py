"""Accounts: names and passwords that are refused, Argon2id with rehash, sessions that end, and the command line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, insert, select, update

from db.errors import MedquantError
from db.export import export_files
from db.models.accounts import Account, WebSession
from db.models.tables import History, Screening
from db.session import open_database, place_of, reading, writing
from review.curate import passwords
from review.curate.accounts import (
    accounts_exist,
    add_account,
    person_with_password,
    remove_account,
    set_password,
    set_role,
)
from review.curate.patience import FIRST_WAIT, FREE_BY_ACCOUNT, FREE_BY_ADDRESS, Patience, TooSoonError
from review.curate.people import Person, Role, checked_name, known_people
from review.curate.sessions import IDLE, LONGEST, Sessions

GOOD = "a heron on the north pier"
OTHER = "nine slow trams to the lake"
OLD = Path(__file__).parents[2] / "db" / "old" / "schema_0005.sql"


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=64))
    passwords.stand_in.cache_clear()


@pytest.fixture
def ana(fresh_db: Engine) -> Engine:
    """Open a database in which ana is a curator."""
    add_account(fresh_db, "ana", Role.CURATOR, GOOD, by="tester")
    return fresh_db


class Clock:
    """A time that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_each_role_may_what_the_one_before_may() -> None:
    may = {role: [needed for needed in Role if Person("ana", role).may(needed)] for role in Role}
    assert may == {
        Role.READER: [Role.READER],
        Role.CURATOR: [Role.READER, Role.CURATOR],
        Role.ADJUDICATOR: [Role.READER, Role.CURATOR, Role.ADJUDICATOR],
    }


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "is no name of a reviewer"),
        ("  ", "is no name of a reviewer"),
        ("a\nb", "is no name of a reviewer"),
        ("a\u202eb", "is no name of a reviewer"),
        ("a;b", "no semicolon"),
        ("a|b", r"no \|"),
        ("x" * 61, "1 to 60 printable characters"),
        ("Adjudicated", "stands for no one person"),
        ("consensus", "stands for no one person"),
        ("ANA", "would be two reviewers; write ana"),
        ("Ada", "would be two reviewers; write ada"),
    ],
)
def test_a_name_that_decisions_may_not_carry_is_refused(seeded_db: Engine, name: str, told: str) -> None:
    add_account(seeded_db, "ana", Role.CURATOR, GOOD, by="tester")
    with writing(seeded_db, actor="tester", reason="a row") as connection:
        row = connection.execute(select(Screening.__table__).limit(1)).mappings().one()
        connection.execute(insert(Screening).values(dict(row) | {"reviewer": "ada", "position": 9999}))
    with reading(seeded_db) as connection, pytest.raises(MedquantError, match=told):
        checked_name(connection, name)


def test_letters_that_are_composed_in_two_ways_make_one_name(fresh_db: Engine) -> None:
    with reading(fresh_db) as connection:
        assert checked_name(connection, " Zoe\u0308 ") == "Zo\u00eb"


def test_known_people_are_those_whose_decisions_are_there(seeded_db: Engine) -> None:
    with reading(seeded_db) as connection:
        known = known_people(connection)
        voted = set(connection.scalars(select(Screening.reviewer).distinct()))
    assert voted - {"adjudicated"} <= set(known)
    assert "adjudicated" not in known
    assert "consensus" not in known


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("short pass", "10 characters; at least 12"),
        ("x" * 1025, "at most 1,024"),
        ("Password1234", "among the first that guessers try"),
        ("abababababab", "among the first that guessers try"),
        ("anaAnaana ana-1", "hardly more than the name"),
        ("a heron\ton the pier", "control character"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused_and_not_repeated(
    fresh_db: Engine, password: str, told: str
) -> None:
    with pytest.raises(MedquantError, match=told) as error:
        add_account(fresh_db, "ana", Role.READER, password, by="tester")
    assert password not in str(error.value)
    with reading(fresh_db) as connection:
        assert not accounts_exist(connection)


def test_only_an_argon2id_hash_is_kept(ana: Engine) -> None:
    with reading(ana) as connection:
        (kept,) = connection.scalars(select(Account.password_hash))
    assert kept.startswith("$argon2id$")


@pytest.mark.sqlite_only
def test_no_file_of_the_database_holds_the_password(ana: Engine) -> None:
    file = Path(place_of(ana))
    for kept in file.parent.glob(f"{file.name}*"):
        assert GOOD.encode() not in kept.read_bytes()


def test_the_shipped_parameters_are_not_below_the_recommended_ones() -> None:
    shipped = PasswordHasher()
    assert shipped.memory_cost >= 64 * 1024
    assert shipped.time_cost >= 3


def test_a_right_password_gives_the_person_and_a_wrong_one_nobody(ana: Engine) -> None:
    assert person_with_password(ana, "ana", GOOD) == Person("ana", Role.CURATOR)
    assert person_with_password(ana, " ANA ", GOOD) == Person("ana", Role.CURATOR)
    assert person_with_password(ana, "ana", GOOD + "!") is None
    assert person_with_password(ana, "ana", "") is None
    assert person_with_password(ana, "ben", GOOD) is None


def test_an_unknown_name_costs_a_comparison_too(ana: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Any:  # noqa: A002
            compared.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_hasher", lambda: Counting(time_cost=1, memory_cost=64))
    for name in ("ana", "nobody"):
        assert person_with_password(ana, name, "wrong, whoever it is") is None
    assert len(compared) == 2
    assert compared[0] != compared[1] == passwords.stand_in()
    # the same parameters, so the same time
    assert compared[0].split("$")[:4] == compared[1].split("$")[:4]


def test_the_password_of_the_stand_in_opens_nothing(ana: Engine) -> None:
    assert person_with_password(ana, "nobody", "nobody has this password") is None


def test_a_hash_of_old_parameters_is_made_anew_at_log_in(
    ana: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=2, memory_cost=128))

    def kept() -> str:
        with reading(ana) as connection:
            return connection.scalars(select(Account.password_hash)).one()

    before = kept()
    assert person_with_password(ana, "ana", "wrong, so it stays") is None
    assert kept() == before
    assert person_with_password(ana, "ana", GOOD) is not None
    assert "m=128,t=2" in kept()
    assert person_with_password(ana, "ana", GOOD) is not None


def test_a_damaged_hash_lets_nobody_in(ana: Engine) -> None:
    with writing(ana, actor="tester", reason="damage") as connection:
        connection.execute(update(Account).values({"password_hash": "plain"}))
    assert person_with_password(ana, "ana", "plain") is None


@pytest.mark.parametrize("name", ["ana", "Ana", " ana "])
def test_a_name_is_taken_once(ana: Engine, name: str) -> None:
    with pytest.raises(MedquantError, match=r"there is an account 'ana' already|would be two reviewers"):
        add_account(ana, name, Role.READER, OTHER, by="tester")


def test_a_session_is_found_by_its_token_of_which_only_the_hash_is_kept(ana: Engine) -> None:
    sessions = Sessions(ana, accounts=True)
    token = sessions.begin(Person("ana", Role.CURATOR))
    assert sessions.find(token) == Person("ana", Role.CURATOR)
    assert len(token) >= 43  # 256 bits
    with reading(ana) as connection:
        (kept,) = connection.scalars(select(WebSession.token_sha256))
    assert kept != token
    for wrong in (kept, token + "x", token[:-1], "", None, "x" * 100_000, "\udcff"):
        assert sessions.find(wrong) is None


def test_a_session_outlives_a_restart(ana: Engine) -> None:
    token = Sessions(ana, accounts=True).begin(Person("ana", Role.CURATOR))
    again = open_database(place_of(ana))
    assert Sessions(again, accounts=True).find(token) == Person("ana", Role.CURATOR)


def test_a_new_session_takes_the_place_of_the_old_one(ana: Engine) -> None:
    sessions = Sessions(ana, accounts=True)
    old = sessions.begin(Person("ana", Role.CURATOR))
    new = sessions.begin(Person("ana", Role.CURATOR), instead_of=old)
    assert sessions.find(old) is None
    assert sessions.find(new) is not None


def test_a_session_ends_when_it_is_idle_and_after_seven_days_all_the_same(ana: Engine) -> None:
    clock = Clock()
    sessions = Sessions(ana, accounts=True, now=clock)
    idle, used = (sessions.begin(Person("ana", Role.CURATOR)) for _ in range(2))
    begun = clock.now
    while clock.now + timedelta(hours=11) < begun + LONGEST:
        clock.now += timedelta(hours=11)
        assert sessions.touch(used) is not None
    assert sessions.find(idle) is None
    clock.now = begun + LONGEST
    assert sessions.touch(used) is None
    sessions.begin(Person("ana", Role.CURATOR))
    with reading(ana) as connection:  # those that are over are not kept
        assert len(connection.scalars(select(WebSession.name)).all()) == 1


def test_a_session_ends_exactly_after_twelve_idle_hours(ana: Engine) -> None:
    clock = Clock()
    sessions = Sessions(ana, accounts=True, now=clock)
    token = sessions.begin(Person("ana", Role.CURATOR))
    clock.now += IDLE - timedelta(seconds=1)
    assert sessions.find(token) is not None
    clock.now += timedelta(seconds=1)
    assert sessions.find(token) is None


def test_a_session_of_local_use_is_none_of_an_account_and_the_other_way_round(ana: Engine) -> None:
    local = Sessions(ana).begin(Person("ben", Role.ADJUDICATOR))
    assert Sessions(ana).find(local) == Person("ben", Role.ADJUDICATOR)
    assert Sessions(ana, accounts=True).find(local) is None
    account = Sessions(ana, accounts=True).begin(Person("ana", Role.CURATOR))
    assert Sessions(ana).find(account) is None


def test_removal_and_demotion_count_at_once_and_a_new_password_sends_browsers_away(ana: Engine) -> None:
    sessions = Sessions(ana, accounts=True)
    token = sessions.begin(Person("ana", Role.CURATOR))
    set_role(ana, "ana", Role.READER, by="tester")
    assert sessions.find(token) == Person("ana", Role.READER)
    set_password(ana, "ana", OTHER, by="tester")
    assert sessions.find(token) is None
    token = sessions.begin(Person("ana", Role.READER))
    remove_account(ana, "ana", by="tester")
    assert sessions.find(token) is None
    add_account(ana, "ana", Role.ADJUDICATOR, GOOD, by="tester")
    assert sessions.find(token) is None


def test_nobody_comes_in_with_an_account_that_was_removed_meanwhile(ana: Engine) -> None:
    remove_account(ana, "ana", by="tester")
    with pytest.raises(MedquantError):
        Sessions(ana, accounts=True).begin(Person("ana", Role.CURATOR))


def test_neither_history_nor_export_nor_a_copy_holds_accounts(ana: Engine, tmp_path: Path) -> None:
    Sessions(ana, accounts=True).begin(Person("ana", Role.CURATOR))
    set_password(ana, "ana", OTHER, by="tester")
    with reading(ana) as connection:
        assert connection.scalars(select(History.id)).all() == []
        exported = export_files(connection)
    assert not any(b"argon2" in content or content == b"ana" for content in exported.values())
    assert not any("account" in name or "session" in name for name in exported)


class Seconds:
    """A time in seconds that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def _wait(patience: Patience, account: str, address: str) -> int:
    with pytest.raises(TooSoonError) as error:
        patience.claim(account, address)
    return error.value.seconds


def test_the_waiting_time_doubles_up_to_a_quarter_of_an_hour_and_is_told_in_words() -> None:
    seconds, waits = Seconds(), []
    patience = Patience(seconds)
    for i in range(FREE_BY_ACCOUNT):
        patience.claim("ana", f"192.0.2.{i}")
    for i in range(12):
        waits.append(_wait(patience, "ana", f"198.51.100.{i}"))
        seconds.now += waits[-1]
        patience.claim("ana", f"198.51.100.{i}")
    assert waits[:4] == [3, 5, 9, 17]
    assert waits[-1] == 901
    with pytest.raises(TooSoonError, match="too many wrong passwords; wait 16 minutes, then try again"):
        patience.claim("ana", "203.0.113.1")


def test_another_account_waits_for_nobody_and_the_right_password_starts_anew() -> None:
    patience = Patience(Seconds())
    for _ in range(FREE_BY_ACCOUNT):
        patience.claim("ana", "192.0.2.1")
    assert _wait(patience, "ana", "192.0.2.2") == int(FIRST_WAIT) + 1
    patience.claim("ben", "192.0.2.3")
    patience.right("ana", "192.0.2.1")
    patience.claim("ana", "192.0.2.2")


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::{:x}", "::ffff:192.0.2.1"])
def test_one_address_waits_whatever_names_it_tries(address: str) -> None:
    patience = Patience(Seconds())
    for i in range(FREE_BY_ADDRESS):
        patience.claim(f"name {i}", address.format(i))
        if i % 5 == 0:  # an account of one's own does not wash the address clean
            patience.claim("mine", address.format(i))
            patience.right("mine", address.format(i))
    assert _wait(patience, "one more", address.format(77)) > 0
    patience.claim("one more", "198.51.100.1")


def test_tries_are_forgotten_after_an_hour() -> None:
    seconds = Seconds()
    patience = Patience(seconds)
    for _ in range(FREE_BY_ACCOUNT):
        patience.claim("ana", "192.0.2.1")
    seconds.now += 3601
    for _ in range(FREE_BY_ACCOUNT):
        patience.claim("ana", "192.0.2.1")
