"""Learning the order of a desk: in a thread where that takes a moment, in a process apart where it takes minutes."""

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor

import anyio.to_thread
from sqlalchemy import Connection, Engine, func, select

from db.models.tables import Record
from db.session import open_database, reading
from review.curate.store import Store
from review.keywords import Keywords
from review.prioritise.remembered import Memory, Ranked

MOST_BESIDE = 3_000
"""Up to so many records a thread learns; above, it would hold up the decisions that are made meanwhile."""


class Learner:
    """What learns for all desks of a house; texts are remembered as numbers, so that learning anew is quick."""

    def __init__(self) -> None:
        self._memory = Memory()
        self._apart: ProcessPoolExecutor | None = None

    async def rank(self, store: Store, reviewer: str, needed: int, keywords: Keywords) -> Ranked:
        """Return a reviewer's queue, the likely relevant first; see `Memory.rank`."""
        if await store.read(_records) <= MOST_BESIDE:
            return await store.read(self._memory.rank, reviewer, needed, keywords)
        if self._apart is None:
            self._apart = ProcessPoolExecutor(
                1, mp_context=multiprocessing.get_context("spawn"), initializer=_live_with_parent
            )
        future = self._apart.submit(_rank_apart, _address(store.engine), reviewer, needed, keywords)
        return await anyio.to_thread.run_sync(future.result, abandon_on_cancel=True)


def _records(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(Record)) or 0


def _address(engine: Engine) -> str:
    if engine.dialect.name == "sqlite":
        return str(engine.url.database)
    return engine.url.render_as_string(hide_password=False)


_OWN = Memory()
"""The memory of the process apart."""


def _rank_apart(address: str, reviewer: str, needed: int, keywords: Keywords) -> Ranked:
    with reading(open_database(address)) as connection:
        return _OWN.rank(connection, reviewer, needed, keywords)


def _live_with_parent() -> None:
    """Leave Ctrl-C to the server, and end with it, even where it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            multiprocessing.connection.wait([parent.sentinel])
            os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
