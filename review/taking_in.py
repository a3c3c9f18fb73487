"""Taking in an import with little waiting for others: it is worked out while everybody may write, and written at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from db.models.tables import ChangeContext, History
from review.importing import Import, SearchFacts, plan_import, write_import
from review.sources.imported import Reading


@dataclass(frozen=True)
class Prepared:
    """What an import would write, and the last change that was known when it was worked out."""

    made: Import
    version: int


def prepare_import(
    connection: Connection, files: Sequence[tuple[Reading, bytes]], facts: SearchFacts
) -> Prepared:
    """Work out an import without keeping others from writing.

    Parameters
    ----------
    connection
        A connection of `db.session.reading`, so that all of it is one state of the database.
    files, facts
        See `review.importing.plan_import`.

    Raises
    ------
    MedquantError
        See `review.importing.plan_import`.
    """
    return Prepared(plan_import(connection, files, facts), _version(connection))


def take_in(
    connection: Connection,
    files: Sequence[tuple[Reading, bytes]],
    facts: SearchFacts,
    prepared: Prepared,
) -> tuple[Import, int]:
    """Write an import; return what was written and the number of the change.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`.
    files, facts
        As they were prepared.
    prepared
        What `prepare_import` gave. Where anybody has written since, it is worked out anew.

    Raises
    ------
    MedquantError
        See `review.importing.plan_import`.
    """
    made = prepared.made
    if _version(connection) != prepared.version:
        made = plan_import(connection, files, facts)
    write_import(connection, made)
    return made, int(connection.scalar(select(ChangeContext.change)) or 0)


def _version(connection: Connection) -> int:
    return connection.scalar(select(func.max(History.id))) or 0
