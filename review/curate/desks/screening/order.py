"""In which order records come to the desk: as imported, or the likely relevant first, and only those that hold a word."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nicegui import background_tasks, html, ui
from nicegui.element import Element
from sqlalchemy import Connection, select

from db.errors import MedquantError
from db.models.tables import History
from review.curate.desks.screening.card import Card
from review.curate.desks.screening.learning import Learner
from review.curate.desks.screening.texts import TextWork
from review.curate.desks.screening.work import TitleWork, matching
from review.curate.fields import choice_field, text_field
from review.curate.house import Visit
from review.prioritise.remembered import Ranked

if TYPE_CHECKING:
    from review.curate.desks.screening.deck import Deck, Press, Written

RETRAIN_EVERY = 10
REFRESH_EVERY = 10.0
IMPORTED, LIKELY = "imported", "likely"


class Ordering:
    """The work of a deck with its order and its filter, and the fields that set them.

    Parameters
    ----------
    visit, work
        Whose desk, and what is judged at it.
    learner
        What learns for all desks.
    """

    def __init__(self, visit: Visit, work: TitleWork | TextWork, learner: Learner) -> None:
        self._visit, self._work, self._learner = visit, work, learner
        self.role, self.why, self.nothing = work.role, work.why, work.nothing
        self._ranked: tuple[str, ...] = ()
        self._training = False
        self._decided = 0
        self._looked, self._version = time.monotonic(), visit.store.version
        self._deck: Deck | None = None
        with html.search().classes("row order"):
            self._words = text_field("Only records with the words", type="search", on_change=self._filter)
            self._order = None
            if isinstance(work, TitleWork):
                names = {IMPORTED: "as imported", LIKELY: "likely relevant first"}
                self._order = choice_field("Order", names, IMPORTED, on_change=self._reorder)
        self._told = ui.label("").props("role=status").classes("hint ranking")

    def serve(self, deck: "Deck") -> None:
        """Name the deck whose order this is."""
        self._deck = deck

    @property
    def _likely(self) -> bool:
        return self._order is not None and self._order.value == LIKELY

    async def queue(self) -> Sequence[str]:
        """Return the records to judge, in the order that was chosen."""
        found: Sequence[str] = await self._work.queue()
        words = self._words.value.strip()
        if words:
            those = await self._visit.known(matching, words)
            found = [key for key in found if key in those]
        if self._likely and self._ranked:
            place = {key: i for i, key in enumerate(self._ranked)}
            found = sorted(found, key=lambda key: place.get(key, len(place)))
        return found

    async def cards(self, keys: Sequence[str], *, again: bool = False) -> dict[str, Card]:
        """See `Work.cards`."""
        return await self._work.cards(keys, again=again)

    def draw(self, card: Card, refusal: str) -> Element:
        """See `Work.draw`."""
        return self._work.draw(card, refusal)

    async def decide(self, card: Card, press: "Press") -> "Written":
        """See `Work.decide`."""
        return await self._work.decide(card, press)

    async def _filter(self, _: str) -> None:
        assert self._deck is not None  # noqa: S101 - the fields are drawn before anybody can type
        await self._deck.begin()

    async def _reorder(self, _: str) -> None:
        assert self._deck is not None  # noqa: S101
        if not self._likely:
            self._told.set_text("")
            await self._deck.begin()
        elif await self._train():
            await self._deck.begin()

    def decided(self) -> None:
        """Count a decision; after some the order is learned anew, behind the person's back."""
        self._decided += 1
        if self._likely and self._decided >= RETRAIN_EVERY and not self._training:
            background_tasks.create(self._learn_anew(), name="screening order")

    async def _learn_anew(self) -> None:
        if await self._train() and self._deck is not None:
            await self._deck.refresh(await self.queue())

    async def _train(self) -> bool:
        if self._training or not isinstance(self._work, TitleWork):
            return False
        self._training, self._decided = True, 0
        self._told.set_text(
            "The order is being learned; with very many records that takes minutes. You can go on meanwhile."
        )
        try:
            ranked = await self._learner.rank(
                self._visit.store, self._visit.person.name, self._work.facts.needed, self._work.keywords
            )
        except MedquantError as error:
            self._told.set_text(f"The records stay in the order of the import: {error}.")
            return False
        finally:
            self._training = False
        self._ranked = ranked.records
        self._work.words_for = ranked.words
        self._told.set_text(ranking_in_words(ranked))
        return True

    async def changed(self) -> None:
        """Take in what somebody else changed, every now and then; what lies on the screen stays."""
        now = time.monotonic()
        if self._deck is None or now - self._looked < REFRESH_EVERY:
            return
        self._looked, since, self._version = now, self._version, self._visit.store.version
        if await self._visit.read(others_wrote, since, self._visit.person.name):
            await self._deck.refresh(await self.queue())


def others_wrote(connection: Connection, since: int, person: str) -> bool:
    """Return whether anybody else changed something after a change of the history."""
    query = select(History.id).where(History.id > since, History.actor != person).limit(1)
    return connection.execute(query).first() is not None


def ranking_in_words(ranked: Ranked) -> str:
    """Return how an order was found, how much was found so far, and whether to go on, with what limits that."""
    from review.prioritise.stopping import ASSUMPTION, percent

    how = {
        "keywords": "by the project's words, since there is nothing to learn from yet",
        "random": "by chance, since there is nothing to learn from yet",
    }.get(ranked.how, "learned from the decisions so far")
    told = (
        f"Order: {how} ({ranked.included:,} included, {ranked.excluded:,} excluded). "
        f"It is learned anew after every {RETRAIN_EVERY} of your decisions, from your own and from what is settled."
    )
    parts = [told]
    if ranked.recall is not None and ranked.records:
        recall = ranked.recall
        parts.append(
            f"About {percent(recall.estimate)} of the relevant records are found by now, at least {percent(recall.low)} "
            f"with {percent(recall.level)} confidence; that {ASSUMPTION}."
        )
    return " ".join([*parts, f"Hint: {ranked.hint}."])
