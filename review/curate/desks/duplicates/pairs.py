"""The doubtful pairs, one at a time and side by side: decided by a key each, and taken back by another."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import html, ui
from nicegui.events import KeyEventArguments

from db.errors import MedquantError
from db.history import undo_change
from db.vocabulary import Sameness
from review.curate.desks.duplicates.card import show_pair
from review.curate.desks.duplicates.queue import Found, Queue, Settlement, state_of
from review.curate.fields import Field, button, keys_switch, text_field
from review.curate.house import Visit, done, told
from review.curate.people import Role
from review.curate.saving import saved
from review.dedupe.find import MatchedPair
from review.merging import obstacle
from review.settling import Settled, settle_pair
from review.stale import NOT_LOOKED

KEYS = {
    "j": "next pair", "k": "pair before", "s": "same work", "d": "different works", "u": "undo your last decision",
    "?": "show the keys",
}  # fmt: skip
WHY = {
    Sameness.SAME: "the same work, compared by hand",
    Sameness.DIFFERENT: "different works, compared by hand",
}


@dataclass(frozen=True)
class _Done:
    change: int
    pair: MatchedPair


class Pairs:
    """The part of the desk with the doubtful pairs."""

    def __init__(self, visit: Visit, queue: Queue) -> None:
        self.visit, self.queue = visit, queue
        self.found = Found()
        self.pair: MatchedPair | None = None
        self.obstacle = ""
        self.done: list[_Done] = []
        self.busy = False
        self.why: Field
        with html.section(**{"aria-labelledby": "doubtful"}) as self.section:
            html.h2("Doubtful pairs", id="doubtful", tabindex="-1")
            self.state = ui.label().props("role=status")
            self.place = html.div()
            keys_switch()
        self.keys = self._keys()
        ui.keyboard(self._pressed, repeating=False, ignore=["input", "select", "textarea"])

    async def refresh(self, found: Found) -> None:
        """Show what is asked now; the pair that somebody looks at stays, even where it was settled by others."""
        first = self.pair is None
        self.found = found
        if first:
            await self._go(0)
        else:
            self._tell()

    def _place_of(self, pair: MatchedPair | None) -> int | None:
        if pair is None:
            return None
        ends = (pair.a.key, pair.b.key)
        return next((i for i, one in enumerate(self.found.maybe) if (one.a.key, one.b.key) == ends), None)

    async def _go(self, place: int) -> None:
        pairs = self.found.maybe
        self.pair = pairs[max(0, min(place, len(pairs) - 1))] if pairs else None
        self.obstacle = ""
        records = self._records()
        if len(set(records)) > 1:
            self.obstacle = await self.visit.read(obstacle, records)
        self._show()

    def _records(self) -> tuple[str, ...]:
        if self.pair is None:
            return ()
        return tuple(self.found.record.get(key, "") for key in (self.pair.a.key, self.pair.b.key))

    def _show(self) -> None:
        self._tell()
        self.place.clear()
        with self.place:
            if self.pair is None:
                html.p("Nothing is left to decide.")
                if self.done:
                    button("Undo my last decision", self.undo)
                return
            show_pair(self.pair, self._records())
            if self.obstacle:
                html.p(
                    f"Their records cannot be merged yet: {self.obstacle}. You can decide that they are the same; "
                    "they are merged once this is settled."
                ).classes("refusal")
            elif not self._merges():
                html.p("Your decision is kept; somebody who may merge joins the records.").classes("hint")
            with html.div().classes("row choose"):
                self.why = text_field("Reason (optional)")
            with html.div().classes("row decide"):
                same = "Same work: merge" if self._merges() else "Same work"
                self._key_button(same, "s", lambda: self.decide(Sameness.SAME), main=True)
                self._key_button("Different works", "d", lambda: self.decide(Sameness.DIFFERENT))
                self._key_button("Before", "k", lambda: self.step(-1))
                self._key_button("Next", "j", lambda: self.step(1))
                if self.done:
                    self._key_button("Undo", "u", self.undo)
                self._key_button("Keys", "?", self.keys.open)

    def _key_button(
        self, words: str, key: str, action: Callable[[], Awaitable[None] | None], *, main: bool = False
    ) -> None:
        made = html.button(type="button", **{"aria-keyshortcuts": key}).classes("main" if main else "")
        made.on("click", action)
        with made:
            html.span(words)
            html.kbd(key, **{"aria-hidden": "true"})

    def _tell(self) -> None:
        left, decided = len(self.found.maybe), len(self.done)
        mine = f"{decided} decided by you on this page, " if decided else ""
        place = self._place_of(self.pair)
        if self.pair is not None and place is None:
            self.state.text = f"This pair was settled meanwhile. Press j for the next; {mine}{left:,} left."
        else:
            at = "" if place is None else f"Pair {place + 1:,} of {left:,}. "
            self.state.text = f"{at}{mine}{left:,} left to decide."

    def _merges(self) -> bool:
        return self.visit.person.may(Role.ADJUDICATOR) and not self.obstacle

    async def step(self, by: int) -> None:
        """Show the next pair, or the one before."""
        place = self._place_of(self.pair)
        await self._go(0 if place is None else place + by)

    async def decide(self, decision: Sameness) -> None:
        """Write the decision on the pair that is shown, and show the next one."""
        if self.busy or self.pair is None:
            return
        self.busy = True
        try:
            pair, place = self.pair, self._place_of(self.pair)
            with self.section:  # the button that was pressed goes with its pair
                if await saved(lambda insist: self._write(pair, decision, insist)):
                    self.found = self.queue.found or self.found
                    await self._go(place or 0)
                    ui.run_javascript("document.getElementById('doubtful')?.focus()")
        finally:
            self.busy = False

    async def _write(self, pair: MatchedPair, decision: Sameness, insist: bool) -> str:
        reason = self.why.value.strip() or WHY[decision]
        merges = decision == Sameness.SAME and self._merges()
        settled: Settled = await self.visit.write(
            Role.ADJUDICATOR if insist or merges else Role.CURATOR,
            reason,
            settle_pair,
            pair.a.key,
            pair.b.key,
            decision,
            self.visit.person.name,
            reason,
            merge=merges,
            seen=NOT_LOOKED if insist else None,
        )
        version = await self.visit.read(state_of)
        into = ((settled.gone, settled.kept),) if settled.gone else ()
        self.done.append(_Done(settled.change, pair))
        self.queue.settle(Settlement(settled.change, (pair.a.key, pair.b.key), into, version))
        if settled.gone:
            return f"Same work: {settled.gone} went into {settled.kept}."
        return "Noted: the same work." if decision == Sameness.SAME else "Noted: different works."

    async def undo(self) -> None:
        """Take the last own decision of this page back, and show its pair again."""
        if self.busy or not self.done:
            return
        self.busy = True
        try:
            with self.section:
                await self._undo(self.done[-1])
        except MedquantError as error:
            told(error)
        finally:
            self.busy = False

    async def _undo(self, last: _Done) -> None:
        await self.visit.write(Role.CURATOR, f"undo of change {last.change}", undo_change, last.change)
        self.done.pop()
        self.queue.take_back(last.change, await self.visit.read(state_of))
        self.found = self.queue.found or self.found
        self.pair = last.pair
        await self._go(self._place_of(last.pair) or 0)
        done("Your last decision is undone.")

    def _keys(self) -> ui.dialog:
        with ui.dialog().props('aria-label="Keys"') as dialog, html.div().classes("card choice"):
            html.h2("Keys")
            with html.dl():
                for key, words in KEYS.items():
                    with html.dt():
                        html.kbd(key)
                    html.dd(words)
            button("Close", dialog.close, main=True)
        return dialog

    async def _pressed(self, event: KeyEventArguments) -> None:
        held = event.modifiers
        if (
            not event.action.keydown
            or event.action.repeat
            or held.ctrl
            or held.alt
            or held.meta
            or self.keys.value
        ):
            return
        match event.key.name:
            case "j":
                await self.step(1)
            case "k":
                await self.step(-1)
            case "s":
                await self.decide(Sameness.SAME)
            case "d":
                await self.decide(Sameness.DIFFERENT)
            case "u":
                await self.undo()
            case "?":
                self.keys.open()
