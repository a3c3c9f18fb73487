"""What is settled at the conflicts desk: records whose votes are all in and do not agree, or doubt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nicegui import html
from nicegui.element import Element
from sqlalchemy import Connection

from db.vocabulary import Stage
from review.curate.desks.screening.card import Card, draw_card, read_cards
from review.curate.desks.screening.deck import Press, Written
from review.curate.desks.screening.texts import decided
from review.curate.desks.screening.work import Facts, change_number, decision_of, in_words
from review.curate.house import Visit
from review.curate.people import Role
from review.curate.showing import show_state
from review.deciding import adjudicate, settle_document
from review.decision_rows import judged
from review.keywords import Keywords
from review.screening import State, Vote
from review.stale import Judged
from review.waiting import in_conflict

_STATES = {Stage.TITLE_ABSTRACT: State.CONFLICT, Stage.FULL_TEXT: State.FULL_TEXT_CONFLICT}
TONES = {"include": "good", "exclude": "bad", "maybe": "doubt"}


@dataclass
class ConflictWork:
    """Conflicts, each settled by an adjudicator with the votes side by side."""

    visit: Visit
    keywords: Keywords
    facts: Facts
    stage: Stage

    role = Role.ADJUDICATOR
    why = "conflict settled"
    nothing = "No conflict is left: where all votes are in, they agree or were settled."

    async def queue(self) -> list[str]:
        """Return the records in conflict."""
        return await self.visit.known(in_conflict, self.facts.needed, self.stage)

    async def cards(self, keys: Sequence[str], *, again: bool = False) -> dict[str, Card]:
        """Return the cards of records with all votes on them."""
        found = await self.visit.read(read_cards, keys, None, self.facts.needed)
        with_seen = [replace(card, seen=self._settled(card)) for card in found.values()]
        return {
            card.key: card for card in with_seen if self._is_open(card) or (again and card.seen is not None)
        }

    def _is_open(self, card: Card) -> bool:
        return card.standing.state == _STATES[self.stage]

    def _settled(self, card: Card) -> Judged | None:
        return decided(card) if self.stage == Stage.FULL_TEXT else judged(card.standing.settled)

    def draw(self, card: Card, refusal: str) -> Element:
        """Draw a card with the votes side by side."""
        own = f"Settled: {in_words(card.seen, self.facts.reasons)}." if card.seen is not None else ""

        def votes() -> None:
            with html.div().classes("votes"):
                for vote in self._votes(card):
                    self._draw_vote(vote)

        return draw_card(card, self.keywords, own=own, refusal=refusal, further=votes)

    def _votes(self, card: Card) -> tuple[Vote, ...]:
        return card.standing.full_text_votes if self.stage == Stage.FULL_TEXT else card.standing.votes

    def _draw_vote(self, vote: Vote) -> None:
        with html.section(**{"aria-label": f"Vote of {vote.reviewer}"}):
            html.h3(vote.reviewer)
            show_state(in_words((vote.decision, vote.reason), self.facts.reasons), TONES[vote.decision])
            html.p(f"“{vote.note}”" if vote.note else "no note").classes("" if vote.note else "hint")

    async def decide(self, card: Card, press: Press) -> Written:
        """Write the consensus."""
        decision = decision_of(press)

        def settle(connection: Connection) -> int:
            write = settle_document if self.stage == Stage.FULL_TEXT else adjudicate
            write(connection, card.key, decision, reason=press.reason, note=press.note, seen=card.seen)
            return change_number(connection)

        change = await self.visit.write(self.role, self.why, settle)
        said = in_words((decision, press.reason), self.facts.reasons)
        return Written(change, card.key, f"{card.key} is settled: {said}.")
