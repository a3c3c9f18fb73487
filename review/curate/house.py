"""The house of the desks: who comes in, what a desk may read and write, and how a refusal is told."""

import inspect
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from nicegui import ui
from sqlalchemy import Connection

from db.errors import MedquantError
from review.curate.entrance import leave_token, person_of, still_in
from review.curate.frame import framed
from review.curate.people import Person, Role
from review.curate.pictures import Pictures
from review.curate.store import Store
from review.keywords import Keywords

T = TypeVar("T")
LOOK_EVERY = 1.0
"""Seconds between two looks of an open page for changes by others."""


@dataclass(frozen=True)
class Place:
    """A line of the menu."""

    path: str
    name: str


class RefusedError(MedquantError):
    """What a person may not do, in words for this person."""


@dataclass
class Visit:
    """One open page of one person: everything that a desk needs to build itself and to write."""

    house: "House"
    request: Request
    person: Person

    @property
    def store(self) -> Store:
        """The database."""
        return self.house.store

    def asked(self, name: str, default: str = "") -> str:
        """Return a part of the address: of the path, else of the query."""
        found = self.request.path_params.get(name) or self.request.query_params.get(name) or default
        return str(found)

    async def read(self, question: Callable[..., T], *args: Any, **kwargs: Any) -> T:  # noqa: ANN401
        """See `Store.read`."""
        return await self.store.read(question, *args, **kwargs)

    async def known(self, question: Callable[..., T], *args: Any) -> T:  # noqa: ANN401
        """See `Store.known`."""
        return await self.store.known(question, *args)

    async def write(
        self,
        needed: Role,
        reason: str,
        change: Callable[..., T],
        *args: Any,  # noqa: ANN401
        **kwargs: Any,  # noqa: ANN401
    ) -> T:
        """Make a change under the person's name; see `Store.write`.

        Parameters
        ----------
        needed
            The role that this takes; whether the person has it still is looked up in the same transaction.
        reason
            Is kept in the history.
        change
            A function of a writing connection.
        args, kwargs
            Go to the function.

        Raises
        ------
        MedquantError
            If the person may not, or the change is refused; nothing is written then.
        """

        def admitted(connection: Connection) -> T:
            self._admit(connection, needed)
            return change(connection, *args, **kwargs)

        return await self.store.write(self.person.name, reason, admitted)

    def _admit(self, connection: Connection, needed: Role) -> None:
        now = still_in(self.request, connection)
        if now is None or now.name != self.person.name:
            raise RefusedError("you are not in any more; enter again, nothing was changed")
        if not now.may(needed):
            raise RefusedError(
                f"{now.name} has the role {now.role}, and this needs the role {needed}; nothing was changed"
            )

    def on_change(self, refresh: Callable[[], Awaitable[None] | None]) -> None:
        """Call `refresh` on this page whenever somebody, this page included, changed the database."""
        shown = self.store.version

        async def look() -> None:
            nonlocal shown
            with suppress(MedquantError):  # a database that is busy now is looked at again
                await self.store.look(younger_than=LOOK_EVERY)
            if self.store.version != shown:
                shown = self.store.version
                found = refresh()
                if inspect.isawaitable(found):
                    await found

        ui.timer(LOOK_EVERY, look, immediate=False)


@dataclass
class House:
    """What all desks share.

    Parameters
    ----------
    store
        The database.
    pictures
        Who draws; None where nothing can be drawn.
    accounts
        Whether people have accounts and passwords, or just a reviewer's name.
    largest_upload
        In bytes.
    keywords
        The words of the project, which screening marks.
    """

    store: Store
    pictures: Pictures | None
    accounts: bool
    largest_upload: int
    keywords: Keywords
    menu: list[Place] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)

    def desk(
        self, path: str, name: str, *, listed: bool = True
    ) -> Callable[[Callable[[Visit], Awaitable[None]]], Callable[[Visit], Awaitable[None]]]:
        """Lay a page at a path; the decorated function builds what stands inside the frame.

        Parameters
        ----------
        path
            Such as `/studies/{study}`.
        name
            Title of the page, and its line in the menu.
        listed
            Whether the menu names it.
        """
        self.paths.add(path)
        if listed:
            self.menu.append(Place(path, name))

        def lay(build: Callable[[Visit], Awaitable[None]]) -> Callable[[Visit], Awaitable[None]]:
            @ui.page(path, title=f"{name} · medquant", response_timeout=30)
            async def shown(request: Request) -> Response | None:
                person = person_of(request)
                if person is None:
                    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
                    return RedirectResponse(f"/enter?next={quote(here)}", status_code=303)
                visit = Visit(self, request, person)
                await self.store.look()
                with framed(self.menu, path, name, person, leave_token(request)):
                    try:
                        await build(visit)
                    except MedquantError as error:
                        ui.label(str(error)).props("role=alert").classes("refusal")
                return None

            return build

        return lay


def told(error: MedquantError) -> None:
    """Tell the person of the page what was refused, in the words of the command line."""
    ui.notify(str(error), type="negative", timeout=12_000, close_button="Close", multi_line=True)


def done(words: str) -> None:
    """Tell the person of the page that something was written."""
    ui.notify(words, type="positive", timeout=4_000)
