"""The database as the page sees it: questions and changes in threads, and a number that says when something changed."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Any, ParamSpec, TypeVar

from anyio import to_thread
from sqlalchemy import Connection, Engine, func, select

from db.models.tables import History
from db.session import reading, writing

P = ParamSpec("P")
T = TypeVar("T")


class Store:
    """One database, read and written by many browsers at once.

    Notes
    -----
    `version` is the number of the last change that any program made. Answers of `known` are kept as long as it stays,
    so that ten browsers that show one list cost one reading.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.version = 0
        self._kept: dict[Any, Any] = {}
        self._kept_of = -1
        self._looked = 0.0
        self._lock = Lock()

    async def read(self, question: Callable[..., T], *args: Any, **kwargs: Any) -> T:  # noqa: ANN401
        """Answer a question, a function of a connection, from one consistent state."""

        def ask() -> T:
            with reading(self.engine) as connection:
                return question(connection, *args, **kwargs)

        return await to_thread.run_sync(ask)

    async def known(self, question: Callable[..., T], *args: Any) -> T:  # noqa: ANN401
        """Answer a question, from memory if nothing was written since it was asked; the arguments must be hashable."""

        def ask() -> T:
            with reading(self.engine) as connection:
                version = _last_change(connection)
                with self._lock:
                    if version != self._kept_of:
                        self._kept, self._kept_of = {}, version
                    if (question, args) in self._kept:
                        kept: T = self._kept[question, args]
                        return kept
                answer = question(connection, *args)
            with self._lock:
                if version == self._kept_of:
                    self._kept[question, args] = answer
            return answer

        return await to_thread.run_sync(ask)

    async def write(
        self,
        actor: str,
        reason: str,
        change: Callable[..., T],
        *args: Any,  # noqa: ANN401
        **kwargs: Any,  # noqa: ANN401
    ) -> T:
        """Make a change, a function of a writing connection, whole or not at all; `actor` and `reason` are kept."""

        def make() -> T:
            with writing(self.engine, actor=actor, reason=reason) as connection:
                return change(connection, *args, **kwargs)

        made = await to_thread.run_sync(make)
        await self.look()
        return made

    async def look(self, *, younger_than: float = 0.0) -> int:
        """Look up the number of the last change, which programs beside this one may have made.

        Parameters
        ----------
        younger_than
            A look by anybody that is not older than so many seconds will do.
        """
        if time.monotonic() - self._looked >= younger_than:
            self._looked = time.monotonic()
            self.version = await self.read(_last_change)
        return self.version


def _last_change(connection: Connection) -> int:
    return connection.scalar(select(func.max(History.id))) or 0
