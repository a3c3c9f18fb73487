"""What is judged at the screening desk: titles with their abstracts, each by several and blind."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from nicegui.element import Element
from sqlalchemy import Connection, select

from db.errors import MedquantError, shown
from db.files import table_of
from db.models.tables import ChangeContext, Record, Release, Term
from db.vocabulary import Decision
from review.curate.desks.screening.card import Card, draw_card, read_cards
from review.curate.desks.screening.deck import Press, Written
from review.curate.grid import holds
from review.curate.house import Visit
from review.curate.people import Role
from review.deciding import cast_vote
from review.decision_rows import REASONS
from review.keywords import Keywords
from review.screening import State
from review.settings import read_settings
from review.stale import Judged
from review.waiting import waiting_for


@dataclass(frozen=True)
class Facts:
    """What a desk knows from the start: the reasons of exclusion, and how many judge a record and a full text."""

    reasons: "tuple[Reason, ...]"
    needed: int
    full_text_votes: int


@dataclass(frozen=True)
class Reason:
    """A reason of exclusion, and the key that chooses it."""

    code: str
    label: str
    definition: str
    key: str


def read_reasons(connection: Connection) -> tuple[Reason, ...]:
    """Return the reasons of exclusion of the codebook; the first nine have a digit, the others a letter."""
    query = select(Term.code, Term.label, Term.definition).where(Term.vocabulary == REASONS)
    keys = "123456789abcdefghijklmnopqrstuvwxyz"
    return tuple(
        Reason(row.code, row.label, row.definition or "", keys[i : i + 1])
        for i, row in enumerate(connection.execute(query.order_by(Term.position)))
    )


def read_facts(connection: Connection) -> Facts:
    """Return what a desk knows from the start."""
    rules = read_settings(connection)
    return Facts(read_reasons(connection), rules.reviewers_needed, rules.full_text_votes)


def read_criteria(connection: Connection) -> str:
    """Return the criteria of eligibility as the review states them."""
    about = connection.scalar(select(Release.about).order_by(Release.id.desc()).limit(1)) or {}
    return str(about.get("eligibility") or "")


def matching(connection: Connection, words: str) -> frozenset[str]:
    """Return the records in which each word of a search stands."""
    table = table_of(Record)
    found = holds(
        words, table.c.title, table.c.abstract, table.c.keywords, table.c.authors, table.c.record_id
    )
    return frozenset(connection.scalars(select(table.c.record_id).where(*found)))


def in_words(judged: Judged, reasons: Sequence[Reason]) -> str:
    """Return a decision as people read it."""
    decision, reason = judged
    named = next((one.label for one in reasons if one.code == reason), reason)
    said = {Decision.INCLUDE: "included", Decision.EXCLUDE: "excluded", Decision.MAYBE: "maybe"}
    word = "not retrieved" if decision is None else said[decision]
    return word + (f" ({named})" if named else "")


def decision_of(press: Press) -> Decision:
    """Return what a press decides.

    Raises
    ------
    MedquantError
        If it decides nothing.
    """
    if press.do not in tuple(Decision):
        raise MedquantError(f"{shown(press.do)} is no decision; nothing was written")
    return Decision(press.do)


def change_number(connection: Connection) -> int:
    """Return the number of the change that is being written."""
    return int(connection.scalars(select(ChangeContext.change)).one())


@dataclass
class TitleWork:
    """Titles and abstracts, each judged blind by several."""

    visit: Visit
    keywords: Keywords
    facts: Facts
    words_for: dict[str, tuple[str, ...]] = field(default_factory=dict)

    role = Role.CURATOR
    why = "screened on title and abstract"
    nothing = "Nothing is left for you to judge on title and abstract."

    @property
    def _me(self) -> str:
        return self.visit.person.name

    async def queue(self) -> list[str]:
        """Return this reviewer's queue as imported."""
        return await self.visit.known(waiting_for, self._me, self.facts.needed)

    async def cards(self, keys: Sequence[str], *, again: bool = False) -> dict[str, Card]:
        """Return the cards of records."""
        found = await self.visit.read(read_cards, keys, self._me, self.facts.needed)
        return {key: self._own(card) for key, card in found.items() if again or self._is_open(card)}

    def _is_open(self, card: Card) -> bool:
        return card.standing.state == State.TO_SCREEN and card.standing.vote_of(self._me) is None

    def _own(self, card: Card) -> Card:
        vote = card.standing.vote_of(self._me)
        return replace(
            card,
            seen=None if vote is None else (vote.decision, vote.reason),
            note=(vote.note or "") if vote else "",
            words=self.words_for.get(card.key, ()),
        )

    def draw(self, card: Card, refusal: str) -> Element:
        """Draw a card; of the decisions on it, it tells the reviewer's own."""
        own = ""
        if card.seen is not None:
            own = f"Your decision: {in_words(card.seen, self.facts.reasons)}. "
            own += (
                "You may change it as long as others are to judge."
                if card.standing.state == State.TO_SCREEN
                else "All have judged this record, so it is not changed here."
            )
        return draw_card(card, self.keywords, own=own, refusal=refusal)

    async def decide(self, card: Card, press: Press) -> Written:
        """Write a vote."""
        decision = decision_of(press)

        def vote(connection: Connection) -> int:
            cast_vote(
                connection,
                card.key,
                self._me,
                decision,
                reason=press.reason,
                note=press.note,
                seen=card.seen,
            )
            return change_number(connection)

        change = await self.visit.write(self.role, self.why, vote)
        return Written(
            change, card.key, f"{card.key}: {in_words((decision, press.reason), self.facts.reasons)}."
        )
