"""A deck of cards: the record on the screen, the next ones beneath it, and each press held to the record it was meant for."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from nicegui import html, ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from db.errors import MedquantError
from review.curate.desks.screening.card import Card
from review.curate.house import Visit
from review.curate.people import Role
from review.taking_back import take_back

AHEAD = 6
LONGEST_NOTE = 20_000
NO_LONGER = "{} is not on the screen any more, so that press counted nothing."


@dataclass(frozen=True)
class Press:
    """A key or a button, and the record that was on the screen when it was pressed."""

    do: str
    record: str
    reason: str | None
    note: str | None

    @classmethod
    def of(cls, given: object) -> "Press | None":
        """Read what a browser sent; None where it is nothing that this page sends."""
        if not isinstance(given, dict):
            return None
        parts = [given.get(name) for name in ("do", "record", "reason", "note")]
        if not all(part is None or isinstance(part, str) for part in parts):
            return None
        do, record, reason, note = parts
        note = (note or "").replace("\r\n", "\n").strip()[:LONGEST_NOTE] or None
        return cls(do or "", record or "", reason or None, note)


@dataclass(frozen=True)
class Written:
    """A decision that stands: the number of its change, the record, what to say of it, and whether it was the first."""

    change: int
    record: str
    words: str
    first: bool = True


class Work(Protocol):
    """What is judged in a deck, and how."""

    role: Role
    why: str
    nothing: str

    async def queue(self) -> Sequence[str]:
        """Return the records to judge, first things first."""

    async def cards(self, keys: Sequence[str], *, again: bool = False) -> dict[str, Card]:
        """Return the cards of those that are to be judged still; `again` those too that are not."""

    def draw(self, card: Card, refusal: str) -> Element:
        """Draw a card."""

    async def decide(self, card: Card, press: Press) -> Written:
        """Write a decision."""


class Deck:
    """The cards of one open page.

    Parameters
    ----------
    visit
        Whose page.
    work
        What is judged.
    say
        Tells the person what happened.
    counted
        Is called with 1 when a record was decided, with 0 when a decision was changed, with -1 when it was taken back.
    """

    def __init__(
        self,
        visit: Visit,
        work: Work,
        say: Callable[[str], None],
        counted: Callable[[int], Awaitable[None]],
    ) -> None:
        self.visit, self.work = visit, work
        self._say, self._counted = say, counted
        self.upcoming: list[str] = []
        self._shown: dict[str, tuple[Card, Element]] = {}
        self._trail: list[str] = []
        self._given: list[Written] = []
        # presses are worked off one after another, in the order in which they came
        self._turn = asyncio.Lock()
        with html.div(tabindex="-1").classes("deck") as self._box, html.div().classes("card wait"):
            self._end = ui.label("The records are being read …").props("role=status")
            self._again = html.button("Look again", type="button").props("data-do=again")
        ui.on("screening", self._pressed)

    @property
    def left(self) -> int:
        """How many records are to be decided here."""
        return len(self.upcoming) + len(self._shown) + len(self.passed_over)

    @property
    def passed_over(self) -> list[str]:
        """The records that were passed over without a decision."""
        decided = {written.record for written in self._given}
        return [key for key in self._trail if key not in decided]

    async def begin(self) -> None:
        """Lay the deck anew, with those that were passed over."""
        async with self._turn:
            self._trail = [key for key in self._trail if key not in self.passed_over]
            for _, drawn in self._shown.values():
                drawn.delete()
            self._shown = {}
            self.upcoming = list(await self.work.queue())
            await self._fill()
        self._show()

    async def refresh(self, order: Sequence[str]) -> None:
        """Take another order, or records that came meanwhile; what lies on the screen stays."""
        async with self._turn:
            away = {*self._shown, *self._trail}
            self.upcoming = [key for key in order if key not in away]
            await self._fill()

    async def _fill(self) -> None:
        while self.upcoming and len(self._shown) < AHEAD:
            some = self.upcoming[: AHEAD - len(self._shown)]
            del self.upcoming[: len(some)]
            cards = await self.work.cards(some)
            for key in some:
                if key in cards and key not in self._shown:
                    self._lay(cards[key])
        self._end.set_text(self._words_at_the_end())

    def _words_at_the_end(self) -> str:
        if self._shown:
            return "The next records are on their way …"
        n = len(self.passed_over)
        return (
            f"You have passed over {n:,} record{'s'[: n != 1]}. Look at them again?"
            if n
            else self.work.nothing
        )

    def _lay(self, card: Card, *, on_top: bool = False, refusal: str = "") -> None:
        if card.key in self._shown:
            self._take(card.key)
        with self._box:
            drawn = self.work.draw(card, refusal)
        if on_top:
            drawn.move(self._box, target_index=0)
            self._shown = {card.key: (card, drawn), **self._shown}
        else:
            self._shown[card.key] = (card, drawn)

    def _take(self, key: str) -> None:
        self._shown.pop(key)[1].delete()

    def _show(self, *, sudden: bool = False) -> None:
        self._box.client.run_javascript(f"medquantScreening({'true' if sudden else 'false'})")

    async def _pressed(self, event: GenericEventArguments) -> None:
        press = Press.of(event.args)
        if press is None:
            return
        if press.do == "again":
            await self.begin()
            return
        async with self._turn:
            if press.do == "previous":
                await self._previous()
            elif press.do == "undo":
                await self._undo()
            elif press.record not in self._shown:
                self._say(NO_LONGER.format(press.record or "That record"))
            elif press.do == "next":
                self._pass_over(press.record)
            else:
                await self._decide(press)
            await self._fill()

    def _pass_over(self, key: str) -> None:
        self._take(key)
        self._trail.append(key)
        self._say(f"{key} was passed over; k brings it back.")

    async def _decide(self, press: Press) -> None:
        card = self._shown[press.record][0]
        try:
            written = await self.work.decide(card, press)
        except MedquantError as error:
            # the card lies on top again, with what was typed; the next one has been on the screen for a moment
            fresh = (await self.work.cards([card.key], again=True)).get(card.key, card)
            self._lay(_noted(fresh, press.note or ""), on_top=True, refusal=str(error))
            self._say(f"Not written: {error}")
            self._show(sudden=True)
            return
        self._take(card.key)
        if card.key in self._trail:
            self._trail.remove(card.key)
        self._trail.append(card.key)
        self._given.append(replace(written, first=card.seen is None))
        self._say(f"{written.words} u takes it back.")
        await self._counted(int(card.seen is None))

    async def _previous(self) -> None:
        while self._trail:
            key = self._trail.pop()
            cards = await self.work.cards([key], again=True)
            if key in cards:
                self._lay(cards[key], on_top=True)
                self._say(f"Back at {key}.")
                break
        else:
            self._say("There is no record before this one in this session.")
        self._show()

    async def _undo(self) -> None:
        if not self._given:
            self._say("You have decided nothing in this session that could be taken back.")
            self._show()
            return
        last = self._given[-1]
        try:
            await self.visit.write(
                self.work.role,
                f"{self.work.why}: taken back",
                take_back,
                last.change,
                self.visit.person.name,
                last.record,
            )
        except MedquantError as error:
            self._given.pop()
            self._say(f"Not taken back: {error}")
            self._show()
            return
        self._given.pop()
        if last.record in self._trail:
            self._trail.remove(last.record)
        cards = await self.work.cards([last.record], again=True)
        for card in cards.values():
            self._lay(card, on_top=True)
        self._say(f"Taken back: {last.words}")
        self._show()
        await self._counted(-int(last.first))


def _noted(card: Card, note: str) -> Card:
    return replace(card, note=note or card.note)
