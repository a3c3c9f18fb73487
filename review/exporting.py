"""Records of the database to the formats of other programs."""

from collections.abc import Callable, Collection

from sqlalchemy import Connection, select

from db.files import table_of
from db.models.tables import Record
from db.prisma import final_decisions
from db.vocabulary import Decision, Stage
from review.sources.imported import FIELDS, ImportedRecord, Unread
from review.sources.tidying import record_of

ONLY: dict[str, Callable[[Decision | None], bool]] = {
    "included": lambda decision: decision == Decision.INCLUDE,
    "excluded": lambda decision: decision == Decision.EXCLUDE,
    "undecided": lambda decision: decision is None,
}


def records_to_export(
    connection: Connection, only: str | None = None, *, keys: Collection[str] | None = None
) -> tuple[list[ImportedRecord], list[Unread]]:
    """Return the records in their order, and what of them no other program could read.

    Parameters
    ----------
    connection
        An open connection.
    only
        One of `ONLY`: by the decision on title and abstract that stands; None: all.
    keys
        Identifiers of the records that are wanted; None: all.
    """
    table = table_of(Record)
    decisions = final_decisions(connection, Stage.TITLE_ABSTRACT) if only else {}
    records, unread = [], []
    for row in connection.execute(select(table).order_by(table.c.position, table.c.record_id)).mappings():
        if only and not ONLY[only](decisions.get(row["record_id"])):
            continue
        if keys is not None and row["record_id"] not in keys:
            continue
        draft = {name: str(row[name]) for name in FIELDS if row.get(name) is not None}
        draft["key"] = row["record_id"]
        addresses = [row["url"] or "", *(row["other_urls"] or "").split(";")]
        record, told = record_of(draft | {"urls": addresses}, row["record_id"])
        unread += told
        if record is not None:
            records.append(record)
    return records, unread
