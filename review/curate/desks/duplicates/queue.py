"""What deduplication proposes, kept while people decide: a decision takes its pair out at once, the rest follows behind."""

import time
from dataclasses import dataclass, field, replace

from anyio import BrokenWorkerProcess, to_process
from nicegui import background_tasks
from sqlalchemy import Connection, Engine, func, select

from db.errors import MedquantError
from db.models.tables import History, Identified
from db.session import open_database, reading
from review.curate.store import Store
from review.dedupe.find import MatchedPair
from review.duplicates import Proposal, propose

TABLES = ("identified", "records", "pair_decisions")
IN_THREAD = 4000
"""Hits up to which a thread is quick enough; more of them would hold up everybody's page."""
HITS_A_SECOND = 2500
AFTER_TROUBLE = 30.0
REST = 2.0
"""Seconds of quiet, and at least as many times the last search took, before the next one."""


@dataclass(frozen=True)
class Found:
    """What was proposed, of which state of the database, and the record of each hit that is named."""

    merges: tuple[Proposal, ...] = ()
    maybe: tuple[MatchedPair, ...] = ()
    record: dict[str, str] = field(default_factory=dict)
    hits: int = 0
    version: int = -1


@dataclass(frozen=True)
class Settlement:
    """What a change did to the proposals: a pair that is settled, and records that went into others."""

    change: int
    pair: tuple[str, str] | None = None
    into: tuple[tuple[str, str], ...] = ()
    version: int = 0


class Queue:
    """The proposals of one database, shared by all who look at them.

    Notes
    -----
    Finding duplicates takes a second for a thousand hits and most of a minute for a hundred thousand. So it runs
    beside the page, in a process of its own where there are many hits, and never because of one decision alone.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._base: Found | None = None
        self._settled: list[Settlement] = []
        self._removed: dict[int, Found] = {}
        self._oldest = 0
        self._known = -1
        self._quiet_since = 0.0
        self._took = 0.0
        self.found: Found | None = None
        self.trouble = ""
        self.working_since: float | None = None
        self.hits = 0
        self.edition = 0
        """A number that grows whenever `found` changed."""

    @property
    def expected(self) -> float:
        """How many seconds a search takes, about."""
        return self._took or 1 + self.hits / HITS_A_SECOND

    async def look(self) -> None:
        """Start a search if there was none, or something changed since and it was quiet for a while."""
        if self.working_since is not None:
            return
        version, self.hits = await self._store.known(_state)
        if self._base is not None and version == self._base.version:
            return
        if version != self._known:
            self._known, self._quiet_since = version, time.monotonic()
        rest = AFTER_TROUBLE if self.trouble else max(REST, 2 * self._took)
        first = self._base is None and not self.trouble
        if first or time.monotonic() - self._quiet_since > rest:
            self._begin()

    def _begin(self) -> None:
        if self.working_since is None:  # another page may have begun while this one asked
            self.working_since = self._quiet_since = time.monotonic()
            background_tasks.create(self._search(), name="duplicates")

    def settle(self, done: Settlement) -> None:
        """Take out what a change settled; `Settlement.version` is that of the database after it."""
        before = self.found
        self._settled.append(done)
        self._known, self._quiet_since = done.version, time.monotonic()
        self._apply()
        if before is not None and self.found is not None:
            self._removed[done.change] = removed(before, self.found)

    def take_back(self, change: int, version: int) -> None:
        """Put back what a change had settled, as it was undone; `version` is that of the database after the undoing."""
        back = self._removed.pop(change, None)
        still_there = any(done.change == change for done in self._settled)
        self._settled = [done for done in self._settled if done.change != change]
        if back is not None and self._base is not None and not still_there:
            self._base = with_again(self._base, back)
        # a search that began before knows nothing of this
        self._oldest = self._known = version
        self._quiet_since = time.monotonic()
        self._apply()

    async def _search(self) -> None:
        begun = time.monotonic()
        engine = self._store.engine
        try:
            if self.hits <= IN_THREAD:
                found = await self._store.read(find)
            else:
                found = await to_process.run_sync(find_apart, address_of(engine), cancellable=True)
        except (MedquantError, BrokenWorkerProcess) as error:
            self.trouble = str(error) or "the process that compares ended"
            return
        finally:
            self.working_since = None
        self._took = time.monotonic() - begun
        self.trouble = ""
        if found.version < self._oldest:
            return
        self._base = found
        self._settled = [done for done in self._settled if done.version > found.version]
        self._apply()

    def _apply(self) -> None:
        found = self._base
        if found is not None:
            for done in self._settled:
                found = without(found, done)
        self.found = found
        self.edition += 1


def without(found: Found, done: Settlement) -> Found:
    """Return proposals without what a change settled."""
    into = dict(done.into)
    record = {hit: into.get(key, key) for hit, key in found.record.items()} if into else found.record
    pair = set(done.pair or ())
    maybe = tuple(
        one
        for one in found.maybe
        if {one.a.key, one.b.key} != pair and record[one.a.key] != record[one.b.key]
    )
    merges = found.merges
    if into:
        moved = (
            replace(group, records=tuple(dict.fromkeys(into.get(key, key) for key in group.records)))
            for group in merges
        )
        merges = tuple(group for group in moved if len(group.records) > 1)
    return replace(found, merges=merges, maybe=maybe, record=record)


def removed(before: Found, after: Found) -> Found:
    """Return what stands in the one and no more in the other."""
    return replace(
        before,
        merges=tuple(group for group in before.merges if group not in after.merges),
        maybe=tuple(pair for pair in before.maybe if pair not in after.maybe),
    )


def with_again(found: Found, back: Found) -> Found:
    """Return proposals with what was taken out of them before."""
    members = [set(group.records) for group in back.merges]
    merges = [group for group in found.merges if not any(its >= set(group.records) for its in members)]
    maybe = [pair for pair in found.maybe if pair not in back.maybe]
    named = {pair.a.key for pair in back.maybe} | {pair.b.key for pair in back.maybe}
    record = found.record | {key: back.record[key] for key in named}
    return replace(found, merges=(*back.merges, *merges), maybe=(*back.maybe, *maybe), record=record)


def find(connection: Connection) -> Found:
    """Return what deduplication proposes, without the hits that it does not name."""
    version, _ = _state(connection)
    proposed = propose(connection)
    named = {key for pair in proposed.maybe for key in (pair.a.key, pair.b.key)}
    record = {key: proposed.hits.record[key] for key in named}
    return Found(proposed.merges, proposed.maybe, record, len(proposed.hits.hits), version)


def find_apart(address: str) -> Found:
    """Do as `find` does, in a process that knows only the address of the database."""
    with reading(open_database(address)) as connection:
        return find(connection)


def address_of(engine: Engine) -> str:
    """Return the address by which another process opens the same database."""
    return engine.url.render_as_string(hide_password=False)


def _state(connection: Connection) -> tuple[int, int]:
    """Return the number of the last change that proposals depend on, and how many hits there are."""
    last = connection.scalar(select(func.max(History.id)).where(History.table_name.in_(TABLES)))
    return last or 0, connection.scalar(select(func.count()).select_from(Identified)) or 0


def state_of(connection: Connection) -> int:
    """Return the number of the last change that proposals depend on."""
    return _state(connection)[0]
