"""What a person decides of duplicates, with its consequence: pairs are settled, sure groups merged, each as one change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, select

from db.files import table_of
from db.models.tables import ChangeContext, Identified, PairDecision, Record
from db.vocabulary import Sameness
from review.duplicates import Proposal, decide, find_hit, read_keys
from review.merging import Merger, merge_records
from review.stale import NOT_LOOKED, NotLooked

GONE = "somebody merged or removed one of them meanwhile"
APART = "somebody decided meanwhile that they are different works"


@dataclass(frozen=True)
class Settled:
    """What became of a pair: the number of the change, the record that stays, and the one that went into it, if any."""

    change: int
    kept: str = ""
    gone: str = ""


@dataclass(frozen=True)
class Merged:
    """What became of groups: the number of the change, the records that stay with those that went, and what was left and why."""

    change: int
    merged: tuple[tuple[str, tuple[str, ...]], ...]
    left: tuple[tuple[tuple[str, ...], str], ...]


def settle_pair(
    connection: Connection,
    a: str,
    b: str,
    decision: Sameness,
    by: str,
    reason: str,
    *,
    merge: bool,
    seen: Sameness | Literal[NotLooked.NOT_LOOKED] | None = NOT_LOOKED,
) -> Settled:
    """Decide a pair of hits, and merge their records where they are the same.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`; decision and merging are one change.
    a, b, decision, by, reason, seen
        See `review.duplicates.decide`.
    merge
        Whether the records of the same work are merged at once.

    Raises
    ------
    MedquantError
        If the decision contradicts others, or the records cannot be merged. Nothing is written then.
    StaleEdit
        If the pair was decided or merged meanwhile.
    """
    decide(connection, a, b, decision, by=by, reason=reason, seen=seen)
    change = int(connection.scalar(select(ChangeContext.change)) or 0)
    if decision != Sameness.SAME or not merge:
        return Settled(change)
    hits = read_keys(connection)
    records = tuple(hits.record[find_hit(hits, name)] for name in (a, b))
    if records[0] == records[1]:
        return Settled(change)
    kept = merge_records(connection, records, reason)
    return Settled(change, kept, next(record for record in records if record != kept))


def merge_groups(connection: Connection, groups: Iterable[Proposal]) -> Merged:
    """Merge groups that were found sure; what cannot be merged, or is not as it was when they were found, is left.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`; all of it is one change.
    groups
        Those of `review.duplicates.propose`, perhaps of a while ago.
    """
    groups = list(groups)
    there = _records_of(connection, [record for group in groups for record in group.records])
    apart = _kept_apart(connection)
    merger = Merger(connection)
    merged: list[tuple[str, tuple[str, ...]]] = []
    left: list[tuple[tuple[str, ...], str]] = []
    ready: list[Proposal] = []
    touched: set[str] = set()

    def merge_ready() -> None:
        stays = merger.merge_all((group.records, in_words(group)) for group in ready)
        for group, kept in zip(ready, stays, strict=True):
            gone = tuple(record for record in group.records if record != kept)
            merged.append((kept, gone))
            there.difference_update(gone)
        ready.clear()
        touched.clear()

    for group in groups:
        if not touched.isdisjoint(group.records):
            merge_ready()
        why = "" if there.issuperset(group.records) else GONE
        why = why or (APART if _is_apart(group.records, apart) else merger.obstacle(group.records))
        if why:
            left.append((group.records, why))
            continue
        ready.append(group)
        touched.update(group.records)
    merge_ready()
    change = int(connection.scalar(select(ChangeContext.change)) or 0)
    return Merged(change, tuple(merged), tuple(left))


def in_words(group: Proposal) -> str:
    """Return why the records of a group are one work."""
    return "; ".join(dict.fromkeys(why for _, _, why in group.pairs))


def _records_of(connection: Connection, keys: Sequence[str]) -> set[str]:
    table = table_of(Record)
    found: set[str] = set()
    for start in range(0, len(keys), 500):
        part = keys[start : start + 500]
        found.update(connection.scalars(select(table.c.record_id).where(table.c.record_id.in_(part))))
    return found


def _kept_apart(connection: Connection) -> dict[str, set[str]]:
    """Return for records those of which somebody decided that they are different works."""
    said, hits = table_of(PairDecision), table_of(Identified)
    one, other = hits.alias("one"), hits.alias("other")
    query = (
        select(one.c.record_id, other.c.record_id)
        .select_from(said)
        .join(one, (one.c.theme == said.c.theme_a) & (one.c.raw_record_id == said.c.raw_record_id_a))
        .join(other, (other.c.theme == said.c.theme_b) & (other.c.raw_record_id == said.c.raw_record_id_b))
        .where(said.c.decision == Sameness.DIFFERENT)
    )
    apart: dict[str, set[str]] = defaultdict(set)
    for here, there in connection.execute(query):
        apart[here].add(there)
    return apart


def _is_apart(records: Sequence[str], apart: Mapping[str, set[str]]) -> bool:
    return any(record in apart and not apart[record].isdisjoint(records) for record in records)
