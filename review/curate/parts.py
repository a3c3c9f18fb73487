"""A part of a page that shows what was read, and is drawn anew when that changed."""

from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from nicegui import html

T = TypeVar("T")
_NOTHING: Final = object()


class Part(Generic[T]):
    """A part of a page: what is read for it, and how that is drawn.

    It is drawn in one go after everything was read. So a part that is asked for twice at once is not drawn twice, an answer
    that comes late never takes the place of a newer one, and nothing is empty meanwhile or jumps.

    Parameters
    ----------
    read
        Reads all that is shown.
    draw
        Shows it, without waiting for anything.
    """

    def __init__(self, read: Callable[[], Awaitable[T]], draw: Callable[[T], object]) -> None:
        self._read, self._draw = read, draw
        self._asked = self._answered = 0
        self._found: T | object = _NOTHING
        self._drawn: T | object = _NOTHING
        self.box = html.div().classes("part")

    async def show(self) -> None:
        """Read and draw, as after another choice of what to show."""
        await self.changed()
        self.draw()

    async def keep_up(self) -> None:
        """Read, and draw what is not drawn yet; what did not change stays under the eyes and hands of who is there."""
        if await self.changed():
            self.draw()

    async def changed(self) -> bool:
        """Read; return whether that is something else than what is drawn."""
        self._asked += 1
        turn = self._asked
        found = await self._read()
        if turn > self._answered:
            self._answered, self._found = turn, found
        return self._found != self._drawn

    def draw(self) -> None:
        """Draw what was read last."""
        self._drawn = self._found
        self.box.clear()
        with self.box:
            self._draw(self._found)  # type: ignore[arg-type]  # it was read by now
