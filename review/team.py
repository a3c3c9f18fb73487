"""Who takes part in the review; who leaves takes no record along, and what then needs another reviewer is named."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from db.errors import MedquantError, one_of, shown
from db.files import table_of
from db.models.tables import Reviewer
from db.vocabulary import Answer
from review.decision_rows import check_note, known_name
from review.screening import Standing, beyond_reach, read_standings
from review.settings import Settings, read_settings


@dataclass(frozen=True)
class Member:
    """Somebody of the team, and since when they take part, or do not any more."""

    name: str
    active: bool
    since: dt.date
    note: str | None


@dataclass(frozen=True)
class Team:
    """The members, the rules in force, and the records that those who take part cannot finish between them."""

    members: tuple[Member, ...]
    settings: Settings
    stranded: tuple[Standing, ...]

    @property
    def active(self) -> list[str]:
        """The names of those who take part."""
        return [member.name for member in self.members if member.active]


def read_team(connection: Connection) -> Team:
    """Return the team as it is; where nobody is named, nobody can leave anything behind."""
    table = table_of(Reviewer)
    members = tuple(
        Member(row.name, row.active == Answer.YES, row.since, row.note)
        for row in connection.execute(select(table).order_by(table.c.position, table.c.name))
    )
    rules = read_settings(connection)
    active = [member.name for member in members if member.active]
    stranded = (
        beyond_reach(
            read_standings(connection, rules.reviewers_needed).values(), active, rules.reviewers_needed
        )
        if members
        else []
    )
    return Team(members, rules, tuple(stranded))


def active_names(connection: Connection) -> list[str]:
    """Return the names of those who take part."""
    table = table_of(Reviewer)
    query = select(table.c.name).where(table.c.active == Answer.YES)
    return list(connection.scalars(query.order_by(table.c.position, table.c.name)))


def add_member(connection: Connection, name: str, *, today: dt.date, note: str | None = None) -> str:
    """Take somebody into the team, for the first time or again; return the name as decisions carry it.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`.
    name, note
        Who, and a remark.
    today
        Since when.

    Raises
    ------
    MedquantError, DataError
        If the name is none, would make two reviewers of one, or takes part already.
    """
    name = known_name(connection, name)
    check_note(note)
    table = table_of(Reviewer)
    held = {row.name: row for row in connection.execute(select(table))}
    for other in held:
        if other != name and other.casefold() == name.casefold():
            raise MedquantError(f"{shown(name)} and {shown(other)} would be two reviewers; write {other}")
    values = {"active": Answer.YES, "since": today}
    if name not in held:
        last = connection.scalar(select(func.max(table.c.position))) or 0
        connection.execute(insert(table).values(name=name, note=note, position=last + 1, **values))
        return name
    if held[name].active == Answer.YES:
        raise MedquantError(f"{name} takes part already, since {held[name].since}; nothing is changed")
    values |= {"note": note} if note else {}
    connection.execute(update(table).where(table.c.name == name).values(values))
    return name


def let_go(connection: Connection, name: str, *, today: dt.date) -> list[Standing]:
    """Note that somebody takes part no more; return the records that the others cannot finish between them.

    Notes
    -----
    No decision is touched: those that were made still count, and a record with too few of them is in the queue of
    everybody who is left. What comes back was not in this list before, or still is.

    Raises
    ------
    MedquantError
        If nobody of that name takes part.
    """
    table = table_of(Reviewer)
    active = active_names(connection)
    if name.strip() not in active:
        raise MedquantError(f"{shown(name)} does not take part; {one_of(active)}")
    here = table.c.name == name.strip()
    connection.execute(update(table).where(here).values(active=Answer.NO, since=today))
    return list(read_team(connection).stranded)
