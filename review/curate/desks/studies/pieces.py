"""Small pieces of the pages of studies: a name that is spoken, words that change, a refusal beside its fields."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from nicegui import html

from db.errors import MedquantError
from review.curate.house import told
from review.curate.showing import put_words
from review.stale import StaleEdit

T = TypeVar("T")


async def noting(stale: list[StaleEdit], writing: Awaitable[T]) -> T:
    """Write, and note in a list that somebody else was faster."""
    try:
        return await writing
    except StaleEdit as error:
        stale.append(error)
        raise


def kept_up(show: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Return what shows a page anew, and tells in words where what it shows is gone."""

    async def look() -> None:
        try:
            await show()
        except MedquantError as error:
            told(error)

    return look


def spoken(label: str, **more: str) -> dict[str, Any]:
    """Return attributes by which a button is told from others of the same words."""
    return {"aria-label": label, **more}


def outside(words: str, address: str) -> None:
    """Show a link to another site; an address that is none of the web is no link."""
    if address.startswith(("https://", "http://")):
        html.a(words, href=address, target="_blank", rel="noopener noreferrer")


class Refusal:
    """Says beside the fields why nothing was written."""

    def __init__(self) -> None:
        self.words = html.p(role="alert").classes("refusal")
        self.words.set_visibility(False)

    def show(self, error: MedquantError) -> None:
        """Say it."""
        put_words(self.words, str(error))
        self.words.set_visibility(True)

    def hide(self) -> None:
        """Take it away."""
        self.words.set_visibility(False)
