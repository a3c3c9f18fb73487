"""Accounts: making and removing them, roles, passwords, and the comparison at log-in."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from db.errors import MedquantError, shown
from db.models.accounts import Account, WebSession
from db.session import reading, writing
from review.curate.passwords import check_password, hash_password, is_outdated, same_password
from review.curate.people import Person, Role, checked_name, folded


@dataclass(frozen=True)
class AccountLine:
    """An account as a list shows it: what is kept of the password stays where it is."""

    name: str
    role: Role
    made_at: datetime
    password_at: datetime
    sessions: int


def check_new_name(engine: Engine, name: str) -> None:
    """Refuse a name that an account cannot have, before a password is asked for.

    Raises
    ------
    MedquantError
        If the name is taken, or none.
    """
    with reading(engine) as connection:
        _free_name(connection, name)


def add_account(engine: Engine, name: str, role: Role, password: str, *, by: str) -> str:
    """Make an account; return its name as it is kept.

    Raises
    ------
    MedquantError
        If the name is taken or none, or the password is easily guessed.
    """
    check_password(name, password)
    kept, now = hash_password(password), datetime.now(UTC)
    with writing(engine, actor=by, reason="an account was made") as connection:
        name = _free_name(connection, name)
        row = {"name": name, "folded": folded(name), "role": role}
        connection.execute(
            insert(Account).values(row | {"password_hash": kept, "made_at": now, "password_at": now})
        )
    return name


def list_accounts(connection: Connection) -> tuple[AccountLine, ...]:
    """Return all accounts, by name."""
    browsers = (
        select(func.count()).where(WebSession.account == Account.name).correlate(Account).scalar_subquery()
    )
    query = select(Account.name, Account.role, Account.made_at, Account.password_at, browsers)
    return tuple(AccountLine(*row) for row in connection.execute(query.order_by(Account.folded)))


def accounts_exist(connection: Connection) -> bool:
    """Return whether anybody could log in."""
    return connection.scalar(select(Account.name).limit(1)) is not None


def set_role(engine: Engine, name: str, role: Role, *, by: str) -> str:
    """Give an account another role; browsers that are in have it at once; return its name as it is kept.

    Raises
    ------
    MedquantError
        If there is no such account.
    """
    with writing(engine, actor=by, reason="a role was given") as connection:
        name = find_account(connection, name).name
        connection.execute(update(Account).where(Account.name == name).values(role=role))
    return name


def set_password(engine: Engine, name: str, password: str, *, by: str) -> str:
    """Give an account another password; browsers that were in must log in again; return its name as it is kept.

    Raises
    ------
    MedquantError
        If there is no such account, or the password is easily guessed.
    """
    with reading(engine) as connection:
        name = find_account(connection, name).name
    check_password(name, password)
    kept = hash_password(password)
    with writing(engine, actor=by, reason="a password was set") as connection:
        find_account(connection, name)
        connection.execute(delete(WebSession).where(WebSession.account == name))
        connection.execute(
            update(Account)
            .where(Account.name == name)
            .values(password_hash=kept, password_at=datetime.now(UTC))
        )
    return name


def remove_account(engine: Engine, name: str, *, by: str) -> str:
    """Remove an account; its browsers are out at once, what the person decided stays; return its name.

    Raises
    ------
    MedquantError
        If there is no such account.
    """
    with writing(engine, actor=by, reason="an account was removed") as connection:
        name = find_account(connection, name).name
        connection.execute(delete(WebSession).where(WebSession.account == name))
        connection.execute(delete(Account).where(Account.name == name))
    return name


def person_with_password(engine: Engine, name: str, password: str) -> Person | None:
    """Return whose name and password these are; None if there is no such account, or the password is another."""
    query = select(Account.name, Account.role, Account.password_hash).where(
        Account.folded == folded(name.strip())
    )
    with reading(engine) as connection:
        found = connection.execute(query).first()
    if not same_password(found.password_hash if found else None, password) or found is None:
        return None
    if is_outdated(found.password_hash):
        kept = hash_password(password)
        same = (Account.name == found.name) & (Account.password_hash == found.password_hash)
        with writing(engine, actor=found.name, reason="a password was hashed anew") as connection:
            connection.execute(update(Account).where(same).values(password_hash=kept))
    return Person(found.name, found.role)


def find_account(connection: Connection, name: str) -> Person:
    """Return an account by its name, capitals aside.

    Raises
    ------
    MedquantError
        If there is no such account; the message names those there are.
    """
    query = select(Account.name, Account.role).where(Account.folded == folded(name.strip()))
    found = connection.execute(query).first()
    if found is None:
        names = ", ".join(connection.scalars(select(Account.name).order_by(Account.folded)))
        hint = (
            f"there are: {names}" if names else "there is none yet; `medquant review account add` makes one"
        )
        raise MedquantError(f"there is no account {shown(name)}; {hint}")
    return Person(found.name, found.role)


def _free_name(connection: Connection, given: str) -> str:
    name = checked_name(connection, given)
    if connection.scalar(select(Account.name).where(Account.folded == folded(name))) is not None:
        raise MedquantError(
            f"there is an account {shown(name)} already; `medquant review account password` and `role` change it"
        )
    return name
