"""`medquant review account`: who may log in at the web page."""

import argparse
from typing import TYPE_CHECKING, Any

from db.command import add_json, add_verb, print_json, print_table, told

if TYPE_CHECKING:
    from sqlalchemy import Engine

ROLES = ("reader", "curator", "adjudicator")
LONGEST_LINE = 4096


def add_account_verb(verbs: Any) -> None:  # noqa: ANN401 - argparse keeps the type to itself
    """Add the verb; nothing heavy is imported before it runs."""
    account = verbs.add_parser(
        "account",
        help="make, list, change and remove the accounts of the web page",
        description="Make, list, change and remove the accounts of the web page. `review serve` needs them as soon as "
        "other machines may come in; for this machine alone a reviewer's name is enough.",
    )
    account.set_defaults(parser=account)
    deeds = account.add_subparsers(metavar="DEED")

    add = add_verb(deeds, "add", "make an account; the password is asked for")
    _takes_name(add)
    add.add_argument(
        "--role",
        required=True,
        choices=ROLES,
        help="a reader looks; a curator also decides and edits; an adjudicator also settles conflicts",
    )
    _takes_password(add)
    add.set_defaults(run=_add)

    listing = add_verb(deeds, "list", "list the accounts, with how many browsers are in")
    add_json(listing)
    listing.set_defaults(run=_list)

    role = add_verb(deeds, "role", "give an account another role, which counts at once")
    _takes_name(role)
    role.add_argument("role", metavar="ROLE", choices=ROLES, help=", ".join(ROLES))
    _takes_actor(role)
    role.set_defaults(run=_role)

    password = add_verb(deeds, "password", "give an account another password; its browsers must log in again")
    _takes_name(password)
    _takes_password(password)
    password.set_defaults(run=_password)

    remove = add_verb(deeds, "remove", "remove an account; its browsers are out at once, its decisions stay")
    _takes_name(remove)
    _takes_actor(remove)
    remove.set_defaults(run=_remove)


def _takes_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", type=told, help="the name that the person's decisions carry")


def _takes_actor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--by", metavar="NAME", type=told, help="who does this (default: MEDQUANT_ACTOR, else log-in name)"
    )


def _takes_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from the first line of standard input, not from the keyboard",
    )
    _takes_actor(parser)


def _add(given: argparse.Namespace) -> None:
    from db.vocabulary import Role
    from review.curate.accounts import add_account, check_new_name

    engine, actor = _opened(given)
    check_new_name(engine, given.name)
    name = add_account(engine, given.name, Role(given.role), _new_password(given), by=actor)
    print(f"{name}: account made, {given.role}")


def _list(given: argparse.Namespace) -> None:
    from db.session import reading
    from review.curate.accounts import list_accounts

    engine, _actor = _opened(given)
    with reading(engine) as connection:
        accounts = list_accounts(connection)
    if given.json:
        print_json([
            {
                "name": one.name,
                "role": one.role,
                "made_on": one.made_at.date(),
                "password_set_on": one.password_at.date(),
                "browsers": one.sessions,
            }
            for one in accounts
        ])  # fmt: skip
        return
    if not accounts:
        print("no account yet; `medquant review account add NAME --role ROLE` makes one")
        return
    print_table(
        ["name", "role", "made on", "password set on", "browsers"],
        [
            [one.name, one.role, f"{one.made_at:%Y-%m-%d}", f"{one.password_at:%Y-%m-%d}", str(one.sessions)]
            for one in accounts
        ],
        (4,),
    )


def _role(given: argparse.Namespace) -> None:
    from db.vocabulary import Role
    from review.curate.accounts import set_role

    engine, actor = _opened(given)
    print(f"{set_role(engine, given.name, Role(given.role), by=actor)}: {given.role} from now on")


def _password(given: argparse.Namespace) -> None:
    from db.session import reading
    from review.curate.accounts import find_account, set_password

    engine, actor = _opened(given)
    with reading(engine) as connection:
        find_account(connection, given.name)
    name = set_password(engine, given.name, _new_password(given), by=actor)
    print(f"{name}: password set; browsers that were in must log in again")


def _remove(given: argparse.Namespace) -> None:
    from review.curate.accounts import remove_account

    engine, actor = _opened(given)
    print(f"{remove_account(engine, given.name, by=actor)}: account removed; what was decided stays")


def _opened(given: argparse.Namespace) -> "tuple[Engine, str]":
    try:
        import argon2  # noqa: F401 - only asked for
    except ModuleNotFoundError:
        from db.errors import MedquantError

        raise MedquantError(
            "accounts need the package argon2-cffi, which is not installed; pip install 'medquant[curate]'"
        ) from None
    from db.schema import open_current
    from db.session import current_actor

    return open_current(given.db), current_actor(getattr(given, "by", None))


def _new_password(given: argparse.Namespace) -> str:
    """Return the password from standard input or, twice, from the keyboard; never from the command line."""
    import getpass
    import sys

    from db.errors import MedquantError

    if given.password_stdin:
        line = sys.stdin.readline(LONGEST_LINE)
        if not line:
            raise MedquantError(
                "standard input is empty; --password-stdin reads the password from its first line"
            )
        return line.removesuffix("\n").removesuffix("\r")
    if not sys.stdin.isatty():
        raise MedquantError(
            "there is no keyboard to ask for the password; give it on standard input, with --password-stdin"
        )
    password = getpass.getpass("New password: ")
    if getpass.getpass("The same again: ") != password:
        raise MedquantError("the two passwords differ; nothing was changed")
    return password
