"""What is judged at the screening desk: full texts, by one decision or blind by several, as the review has set."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nicegui.element import Element
from sqlalchemy import Connection, select

from db.models.tables import Report
from db.vocabulary import Answer, Decision
from review.curate.desks.screening.card import Card, draw_card, read_cards
from review.curate.desks.screening.deck import Press, Written
from review.curate.desks.screening.work import Facts, change_number, decision_of, in_words
from review.curate.house import Visit
from review.curate.people import Role
from review.deciding import settle_document
from review.decision_rows import judged
from review.full_text_votes import vote_on_full_text
from review.keywords import Keywords
from review.screening import State
from review.stale import Judged
from review.waiting import at_full_text

MISSING = "missing"
"""What the page calls a full text that could not be had."""


@dataclass
class TextWork:
    """Full texts: whether each could be had, and what it is."""

    visit: Visit
    keywords: Keywords
    facts: Facts

    role = Role.CURATOR
    why = "judged on the full text"
    nothing = "No full text is left for you to judge."

    @property
    def _me(self) -> str:
        return self.visit.person.name

    @property
    def _blind(self) -> bool:
        return self.facts.full_text_votes > 1

    async def queue(self) -> list[str]:
        """Return the records whose full text is to be judged."""
        return await self.visit.known(at_full_text, self.facts.needed, self._me if self._blind else None)

    async def cards(self, keys: Sequence[str], *, again: bool = False) -> dict[str, Card]:
        """Return the cards of records."""
        found = await self.visit.read(read_cards, keys, self._me, self.facts.needed)
        notes = {} if self._blind else await self.visit.read(_notes_of, tuple(found))
        return {
            key: self._own(card, notes.get(key, ""))
            for key, card in found.items()
            if again or self._is_open(card)
        }

    def _is_open(self, card: Card) -> bool:
        standing = card.standing
        return standing.state == State.FULL_TEXT and standing.full_text_vote_of(self._me) is None

    def _own(self, card: Card, note: str) -> Card:
        if not self._blind:
            return replace(card, seen=decided(card), note=note)
        vote = card.standing.full_text_vote_of(self._me)
        return replace(card, seen=judged(vote), note=(vote.note or "") if vote else "")

    def draw(self, card: Card, refusal: str) -> Element:
        """Draw a card with what was decided of the full text; where it is judged blind, with the own decision alone."""
        said = "Your decision" if self._blind else "Decided"
        own = f"{said}: {in_words(card.seen, self.facts.reasons)}." if card.seen is not None else ""
        return draw_card(card, self.keywords, own=own, refusal=refusal)

    async def decide(self, card: Card, press: Press) -> Written:
        """Write what became of a full text, or a vote on it."""
        decision = None if press.do == MISSING else decision_of(press)

        def write(connection: Connection) -> int:
            if self._blind and decision is not None:
                vote_on_full_text(
                    connection,
                    card.key,
                    self._me,
                    decision,
                    reason=press.reason,
                    note=press.note,
                    seen=card.seen,
                )
            else:
                settle_document(
                    connection, card.key, decision, reason=press.reason, note=press.note, seen=decided(card)
                )
            return change_number(connection)

        change = await self.visit.write(self.role, self.why, write)
        words = in_words((decision, press.reason), self.facts.reasons)
        return Written(change, card.key, f"{card.key}: {words}.")


def decided(card: Card) -> Judged | None:
    """Return what the report of a record says of its full text."""
    documents = card.standing.documents
    if not documents or (documents[0].retrieved == Answer.YES and documents[0].decision is None):
        return None
    decision: Decision | None = documents[0].decision
    return decision, documents[0].reason


def _notes_of(connection: Connection, records: tuple[str, ...]) -> dict[str, str]:
    query = select(Report.record_id, Report.note).where(Report.record_id.in_(records))
    return {row.record_id: row.note or "" for row in connection.execute(query)}
