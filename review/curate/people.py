"""Who is at the page: a name, as decisions carry it, and what this person may do."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from db.errors import MedquantError, shown
from db.models.accounts import Account
from db.models.appraisals import CONSENSUS
from db.models.tables import Appraisal, ExtractionVote, Reviewer, Screening
from db.prisma import ADJUDICATED
from db.vocabulary import Role

LONGEST_NAME = 60
_ORDER = tuple(Role)
_NO_PERSON = {ADJUDICATED, CONSENSUS, "unknown"}
_PARTS = ";|"


@dataclass(frozen=True)
class Person:
    """Somebody who is in."""

    name: str
    role: Role

    def may(self, needed: Role) -> bool:
        """Return whether the person may do what needs this role, which every later role includes."""
        return _ORDER.index(self.role) >= _ORDER.index(needed)


def folded(name: str) -> str:
    """Return a name without regard to capitals and to how its letters are composed."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def known_people(connection: Connection) -> tuple[str, ...]:
    """Return the names that decisions in the database carry already, in the order of the alphabet."""
    found: set[str] = set()
    for column in (Reviewer.name, Screening.reviewer, ExtractionVote.reviewer, Appraisal.appraiser):
        found.update(connection.scalars(select(column).distinct()))
    return tuple(sorted((name for name in found if folded(name) not in _NO_PERSON), key=folded))


def checked_name(connection: Connection, given: str) -> str:
    """Return a name as decisions may carry it.

    Raises
    ------
    MedquantError
        If it is empty, too long, cannot be printed, names a consensus, or differs from a known name in capitals alone:
        one person would count as two reviewers.
    """
    name = unicodedata.normalize("NFC", given).strip()
    if not name or not name.isprintable() or len(name) > LONGEST_NAME or set(name) & set(_PARTS):
        raise MedquantError(
            f"{shown(given)} is no name of a reviewer; allowed: 1 to {LONGEST_NAME} printable characters, "
            "no semicolon and no |"
        )
    if folded(name) in _NO_PERSON:
        raise MedquantError(f"{shown(name)} stands for no one person in the database; give your own name")
    accounts = connection.scalars(select(Account.name)).all()
    _refuse_twin(name, (*known_people(connection), *accounts))
    return name


def _refuse_twin(name: str, others: Iterable[str]) -> None:
    others = set(others)
    if name in others:
        return
    for other in others:
        if folded(other) == folded(name):
            raise MedquantError(f"{shown(name)} and {shown(other)} would be two reviewers; write {other}")


__all__ = ["LONGEST_NAME", "Person", "Role", "checked_name", "folded", "known_people"]
