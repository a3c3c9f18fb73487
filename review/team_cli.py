"""`medquant review team`: who takes part, and how many judge each record and each full text."""

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from db.command import add_authorship, add_json, add_verb, print_json, print_table, told, whole

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from review.screening import Standing

_SHOWN = 10


def add_team_verb(verbs: Any) -> None:  # noqa: ANN401 - argparse keeps the type to itself
    """Add `team` with its acts; nothing heavy is imported before one of them runs."""
    team = add_verb(
        verbs, "team", "tell who takes part in the review and how many judge each record, or change it"
    )
    add_json(team)
    team.set_defaults(run=_show)
    acts = team.add_subparsers(metavar="ACT")
    coming = add_verb(acts, "add", "take somebody into the team")
    coming.add_argument("name", type=told, metavar="NAME", help="who, as decisions are to carry it")
    coming.add_argument("--note", type=told, metavar="TEXT", help="a remark")
    add_authorship(coming)
    coming.set_defaults(run=_add)
    going = add_verb(
        acts, "leave", "note that somebody takes part no more; decisions that were made still count"
    )
    going.add_argument("name", type=told, metavar="NAME", help="who leaves")
    add_authorship(going)
    going.set_defaults(run=_leave)
    for act, key, about in (
        ("needed", "reviewers_needed", "set how many reviewers judge each record on title and abstract"),
        (
            "full-text-votes",
            "full_text_votes",
            "set how many judge each full text blind; 1: one decision, seen by all",
        ),
    ):
        rule = add_verb(acts, act, about)
        rule.add_argument("number", type=whole, metavar="N", help="how many")
        add_authorship(rule)
        rule.set_defaults(run=_set, key=key)


def _show(given: argparse.Namespace) -> None:
    from dataclasses import asdict

    from db.schema import open_current
    from db.session import reading
    from review.team import read_team

    with reading(open_current(given.db)) as connection:
        team = read_team(connection)
    if given.json:
        print_json({
            "members": [asdict(member) for member in team.members],
            "settings": asdict(team.settings),
            "beyond_reach": [standing.record_id for standing in team.stranded],
        })  # fmt: skip
        return
    rows = [[m.name, "yes" if m.active else "no", m.since.isoformat(), m.note or ""] for m in team.members]
    if rows:
        print_table(["name", "takes part", "since", "note"], rows)
    print(
        f"{len(team.active)} take(s) part; {team.settings.reviewers_needed} judge each record, "
        f"{team.settings.full_text_votes} each full text"
    )
    _tell_stranded(team.stranded)


def _tell_stranded(stranded: "Sequence[Standing]") -> None:
    if stranded:
        names = ", ".join(standing.record_id for standing in stranded[:_SHOWN])
        more = " …" if len(stranded) > _SHOWN else ""
        print(f"{len(stranded)} record(s) need another reviewer, or fewer decisions: {names}{more}")


def _written(given: argparse.Namespace, act: "Callable[[Connection, Any], Any]") -> tuple[Any, int]:
    import datetime as dt

    from sqlalchemy import select

    from db.models.tables import ChangeContext
    from db.schema import open_current
    from db.session import current_actor, writing

    with writing(open_current(given.db), actor=current_actor(given.by), reason=given.reason) as connection:
        done = act(connection, dt.datetime.now(dt.UTC).date())
        return done, int(connection.scalar(select(ChangeContext.change)) or 0)


def _add(given: argparse.Namespace) -> None:
    from review.team import add_member

    name, number = _written(given, lambda c, today: add_member(c, given.name, today=today, note=given.note))
    print(f"{name} takes part, change {number}")


def _leave(given: argparse.Namespace) -> None:
    from review.team import let_go

    stranded, number = _written(given, lambda c, today: let_go(c, given.name, today=today))
    print(
        f"{given.name.strip()} takes part no more, change {number}; the decisions that were made still count"
    )
    _tell_stranded(stranded)


def _set(given: argparse.Namespace) -> None:
    from review.settings import set_setting
    from review.team import read_team

    def act(connection: "Connection", _: object) -> "Sequence[Standing]":
        set_setting(connection, given.key, given.number)
        return read_team(connection).stranded

    stranded, number = _written(given, act)
    print(f"{given.key} is {given.number}, change {number}")
    _tell_stranded(stranded)
