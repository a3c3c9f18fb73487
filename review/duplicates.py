"""Duplicates among the hits of a database: what is proposed, what people decided, and the merging of records."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection, and_, func, insert, select, update

from db.cells import render_cell
from db.errors import MedquantError, shown
from db.files import table_of
from db.models.tables import Identified, PairDecision, Record
from db.vocabulary import Sameness
from review.dedupe.find import Duplicates, MatchedPair, find_duplicates
from review.dedupe.hit import Hit
from review.stale import NOT_LOOKED, NotLooked, refuse_stale

HitKey = tuple[str, str]


@dataclass(frozen=True)
class Hits:
    """The hits of a database: as deduplication sees them, where they stand, and which record each belongs to."""

    hits: tuple[Hit, ...]
    keys: dict[str, HitKey]
    record: dict[str, str]

    @property
    def by_record(self) -> dict[str, list[str]]:
        """The names of the hits of each record, in order."""
        found: dict[str, list[str]] = defaultdict(list)
        for name, record in self.record.items():
            found[record].append(name)
        return found


@dataclass(frozen=True)
class Proposal:
    """Records that are one work: identifiers in order of their rows, and the pairs of hits that say so."""

    records: tuple[str, ...]
    pairs: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Proposals:
    """What deduplication would merge, and what it asks."""

    hits: Hits
    merges: tuple[Proposal, ...]
    maybe: tuple[MatchedPair, ...]


def read_hits(connection: Connection) -> Hits:
    """Read all hits; what a hit does not say is taken from the record that it belongs to.

    Notes
    -----
    A hit is named by its identifier alone where that is unique, else as theme/identifier.
    """
    identified, records = table_of(Identified), table_of(Record)
    named = read_keys(connection)
    names = {key: name for name, key in named.keys.items()}
    known = {row["record_id"]: row for row in connection.execute(select(records)).mappings()}
    rows = connection.execute(select(identified).order_by(identified.c.position)).mappings().all()
    hits = []
    for row in rows:
        whole = known[row["record_id"]]
        fields = {
            field: render_cell(row.get(column) or whole.get(column))
            for field, column in (
                ("title", "title"), ("authors", "authors"), ("year", "year"), ("venue", "venue"), ("volume", "volume"),
                ("pages", "pages"), ("doi", "doi"), ("pmid", "pmid"), ("arxiv", "arxiv_id"), ("url", "url"),
                ("kind", "kind"),
            )
        }  # fmt: skip
        hits.append(Hit(key=names[row["theme"], row["raw_record_id"]], **fields))
    return replace(named, hits=tuple(hits))


def read_keys(connection: Connection) -> Hits:
    """Read which hits there are and the record of each, without what they say: enough to decide, and quick."""
    table = table_of(Identified)
    rows = connection.execute(
        select(table.c.theme, table.c.raw_record_id, table.c.record_id).order_by(table.c.position)
    ).all()
    times = Counter(plain for _, plain, _ in rows)
    keys, record = {}, {}
    for theme, plain, its in rows:
        name = plain if times[plain] == 1 else f"{theme}/{plain}"
        keys[name] = (theme, plain)
        record[name] = its
    return Hits((), keys, record)


def propose(connection: Connection) -> Proposals:
    """Return which records are sure to be one work and which pairs are asked, respecting what was decided."""
    hits = read_hits(connection)
    found: Duplicates = find_duplicates(
        hits.hits, decided=read_decisions(connection, hits), together=hits.by_record.values()
    )
    merges = []
    for group in found.groups:
        records = tuple(dict.fromkeys(hits.record[name] for name in group.keys))
        if len(records) > 1:
            across = tuple(pair for pair in group.pairs if hits.record[pair[0]] != hits.record[pair[1]])
            merges.append(Proposal(records, across))
    return Proposals(hits, tuple(merges), found.maybe)


def read_decisions(connection: Connection, hits: Hits) -> dict[tuple[str, str], bool]:
    """Return the decisions of people: pairs of names, and whether they are the same work."""
    names = {key: name for name, key in hits.keys.items()}
    return {
        (names[row.theme_a, row.raw_record_id_a], names[row.theme_b, row.raw_record_id_b]): row.decision
        == Sameness.SAME
        for row in connection.execute(select(table_of(PairDecision)))
    }


def find_hit(hits: Hits, given: str) -> str:
    """Return the name of a hit, given by its name, by theme/identifier, or by its record's identifier.

    Raises
    ------
    MedquantError
        If there is no such hit.
    """
    if given in hits.keys:
        return given
    for name, (theme, plain) in hits.keys.items():
        if given == f"{theme}/{plain}":
            return name
    if its := hits.by_record.get(given):
        return its[0]
    alike = [f"{theme}/{plain}" for theme, plain in hits.keys.values() if plain == given]
    hint = (
        f"say which: {', '.join(alike)}"
        if alike
        else "allowed: the identifier of a hit or of a record that has one"
    )
    raise MedquantError(f"{shown(given)} is no hit of this database; {hint}")


def decide(
    connection: Connection,
    a: str,
    b: str,
    decision: Sameness,
    *,
    by: str,
    reason: str,
    seen: Sameness | Literal[NotLooked.NOT_LOOKED] | None = NOT_LOOKED,
) -> tuple[str, str]:
    """Write down that two hits are the same work, or different ones; return the names of the two.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`.
    a, b
        See `find_hit`.
    decision, by, reason
        What was decided, by whom and why.
    seen
        What had been decided of the pair when it was looked at; None: nothing.

    Raises
    ------
    MedquantError
        If a hit is unknown, or the decision contradicts others or the records as they are.
    StaleEdit
        If the pair was decided or merged meanwhile.
    """
    hits = read_keys(connection)
    one, other = sorted((find_hit(hits, a), find_hit(hits, b)), key=lambda name: hits.keys[name])
    if one == other:
        raise MedquantError(f"{shown(a)} and {shown(b)} are one hit; name two")
    decided = read_decisions(connection, hits)
    _refuse_stale(connection, hits, decided, (one, other), decision, seen)
    _refuse_contradiction(hits, decided, one, other, decision)
    table = table_of(PairDecision)
    ends = dict(
        zip(
            ("theme_a", "raw_record_id_a", "theme_b", "raw_record_id_b"),
            (*hits.keys[one], *hits.keys[other]),
            strict=True,
        )
    )
    swapped = {name: ends[name[:-1] + ("b" if name.endswith("a") else "a")] for name in ends}
    said = {
        "decision": decision,
        "decided_by": by,
        "decided_on": dt.datetime.now(dt.UTC).date(),
        "reason": reason,
    }
    for known in (ends, swapped):
        here = and_(*(table.c[name] == value for name, value in known.items()))
        if connection.scalar(select(func.count()).select_from(table).where(here)):
            connection.execute(update(table).where(here).values(said))
            return one, other
    place = (connection.scalar(select(func.max(table.c.position))) or 0) + 1
    connection.execute(insert(table).values(**ends, **said, position=place))
    return one, other


def _refuse_stale(
    connection: Connection,
    hits: Hits,
    decided: dict[tuple[str, str], bool],
    pair: tuple[str, str],
    wanted: Sameness,
    seen: Sameness | Literal[NotLooked.NOT_LOOKED] | None,
) -> None:
    if seen is NOT_LOOKED:
        return
    a, b = hits.keys[pair[0]], hits.keys[pair[1]]
    said = next((decided[ends] for ends in (pair, pair[::-1]) if ends in decided), None)
    present = "" if said is None else str(Sameness.SAME if said else Sameness.DIFFERENT)
    place = ("pair_decisions", "|".join((*a, *b)))
    if hits.record[pair[0]] == hits.record[pair[1]]:
        present = str(Sameness.SAME)
        if said is None:
            place = ("identified", "|".join(b))
    refuse_stale(
        connection,
        place,
        key=f"{pair[0]} and {pair[1]}",
        field="decision",
        seen=str(seen or ""),
        present=present,
        wanted=str(wanted),
        columns=("decision", "record_id"),
    )


def _refuse_contradiction(
    hits: Hits, decided: dict[tuple[str, str], bool], one: str, other: str, decision: Sameness
) -> None:
    """Raise `MedquantError` if the decision cannot stand beside the records and the other decisions."""
    if decision == Sameness.DIFFERENT and hits.record[one] == hits.record[other]:
        raise MedquantError(
            f"{one} and {other} are one record, {hits.record[one]}; take their merging back with `medquant review undo` "
            "(`medquant db history identified` prints the change), then decide again"
        )
    above = {name: its[0] for its in hits.by_record.values() for name in its}

    def root(name: str) -> str:
        while above[name] != name:
            name = above[name]
        return name

    others = {pair: same for pair, same in decided.items() if set(pair) != {one, other}}
    if decision == Sameness.SAME:
        others[one, other] = True
    for (x, y), same in others.items():
        if same:
            above[root(y)] = root(x)
    apart = [pair for pair, same in others.items() if not same]
    if decision == Sameness.DIFFERENT:
        apart.append((one, other))
    for x, y in apart:
        if root(x) == root(y):
            raise MedquantError(
                f"that {one} and {other} are {decision} contradicts what was decided before: {x} and {y} would be "
                "different and the same; change that decision first, or take it back with `medquant review undo`"
            )
