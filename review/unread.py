"""What imported files held that could not be read, kept beside the search it came with."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from db.errors import MedquantError, shown
from db.files import table_of
from db.models.tables import Search, UnreadEntry
from db.vocabulary import Answer


@dataclass(frozen=True)
class Entry:
    """A piece of a file that was not read: where it stands, what stands there, why, and whether a record was lost."""

    query_id: str
    file: str
    place: str
    lost: bool
    reason: str
    text: str


def read_unread(connection: Connection, query: str | None = None) -> list[Entry]:
    """Return what could not be read, in the order of the imports.

    Parameters
    ----------
    connection
        An open connection.
    query
        Only what came with this search.

    Raises
    ------
    MedquantError
        If there is no such search.
    """
    table = table_of(UnreadEntry)
    wanted = select(table).order_by(table.c.position)
    if query is not None:
        if connection.scalar(select(Search.query_id).where(Search.query_id == query)) is None:
            raise MedquantError(
                f"there is no search {shown(query)}; `medquant review import` prints the identifier of each, such as q001"
            )
        wanted = wanted.where(table.c.query_id == query)
    return [
        Entry(row.query_id, row.file, row.place, row.lost == Answer.YES, row.reason, row.text or "")
        for row in connection.execute(wanted)
    ]
