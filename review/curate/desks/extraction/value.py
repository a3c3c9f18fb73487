"""One value to extract: its field, where it stands, what each extractor read, and what was agreed on."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from nicegui import html
from sqlalchemy import Connection, select

from db.errors import MedquantError
from db.models.tables import Comparison
from db.vocabulary import Verification
from review.agreeing import agree_on
from review.curate.desks.extraction.inputs import Input
from review.curate.desks.studies.facts import TONES, Book
from review.curate.desks.studies.pieces import Refusal, noting, outside, spoken
from review.curate.fields import button, text_field
from review.curate.house import RefusedError, Visit
from review.curate.people import Role
from review.curate.saving import saved
from review.curate.showing import put_words, show_state
from review.editing import PROVENANCE
from review.extracting import extract_value
from review.extraction import OPEN, ExtractedValue, ValueState, read_extraction
from review.stale import StaleEdit
from review.verifying import verify

PLACES = {"as_printed": "As printed", "locator": "Where (page, table)", "source_url": "Source address"}


class Around(Protocol):
    """What a value needs of the page that it stands on."""

    visit: Visit
    book: Book

    def why(self) -> str:
        """Return why the person changes something."""

    async def refresh(self) -> None:
        """Show what stands in the database now."""


class ValueCard:
    """A value with its form; what is shown around the fields is drawn anew, the fields never under somebody's hands."""

    def __init__(
        self,
        around: Around,
        key: str,
        field: str,
        definition: str,
        make: Callable[[Callable[[str], None]], Input],
        read: Callable[[str], str],
        *,
        agrees: bool = True,
        places: bool = True,
    ) -> None:
        self.around, self.key, self.field, self.read = around, key, field, read
        self.value: ExtractedValue | None = None
        self.loaded = self.agreed = ""
        self.label = around.book.label(field)
        with html.section(**{"data-card": f"{key} {field}"}).classes("card value") as self.box:
            with html.div().classes("value-head"):
                html.h3(self.label)
                self.states = html.div().classes("states")
            html.p(definition).classes("hint")
            with html.div().classes("value-body"):
                with html.div().classes("value-form"):
                    self.input = make(self._typed)
                    self.meaning = html.p().classes("meaning hint")
                    self.meaning.props.update({"aria-live": "polite"})
                    with html.div().classes("places"):
                        named = PLACES if places else {}
                        self.places = {name: text_field(words) for name, words in named.items()}
                    self.reason = (
                        text_field("Why this value (kept beside the extractors' values)") if agrees else None
                    )
                    self.refusal = Refusal()
                    with html.div().classes("row"):
                        button(
                            "Save mine",
                            self.save,
                            **spoken(f"Save my {self.label}", **{"data-do": "mine"}),
                        )
                        if agrees:
                            button(
                                "Agree on this",
                                self.agree,
                                **spoken(f"Agree on this {self.label}", **{"data-do": "agree"}),
                            )
                self.shown = html.div().classes("value-shown")

    @property
    def dirty(self) -> bool:
        """Whether somebody typed here what is not saved."""
        return self.input.dirty or any(field.dirty for field in self.places.values())

    def _typed(self, value: str) -> None:
        said = self.read(value) if value.strip() else ""
        put_words(self.meaning, said)
        self.refusal.hide()

    def show(self, value: ExtractedValue, cell: Mapping[str, str], own: str) -> None:
        """Show a value as it is now.

        Parameters
        ----------
        value
            The value, blinded where the person reads blind.
        cell
            The row that holds it: where it stands and who verified it.
        own
            What the person read.
        """
        place = {name: cell.get(name, "") for name in PLACES}
        if value.state == ValueState.HIDDEN:
            place = dict.fromkeys(PLACES, "")
        if not self.dirty:
            open_now = value.state in (*OPEN, ValueState.UNREAD)
            self.loaded = (own if open_now else "") or value.consensus or own
            self.agreed = value.consensus
            if self.input.seen != self.loaded:
                self.input.follow(self.loaded)
            for name, field in self.places.items():
                if field.seen != place[name]:
                    field.follow(place[name])
        if value == self.value and cell == self._cell:
            return
        self.value, self._cell = value, cell
        self.box.props["data-open"] = "no" if value.settled or self._not_given(value) else "yes"
        self.box.update()
        self._draw(value, cell)

    _cell: Mapping[str, str] | None = None

    def _draw(self, value: ExtractedValue, cell: Mapping[str, str]) -> None:
        name = self.around.visit.person.name
        if self.reason is not None:
            self.reason.box.set_visibility(
                len(set(value.values.values())) > 1 or value.state == ValueState.CONFLICTING
            )
        self.states.clear()
        with self.states:
            show_state(*(("not given", "none") if self._not_given(value) else TONES[value.state]))
            if value.consensus:
                _show_verification(value, cell)
        self.shown.clear()
        with self.shown:
            with html.dl().classes("readings"):
                html.dt("Agreed value")
                html.dd(self._named(value.consensus) or "(none yet)").classes("consensus")
                for extractor, words in value.values.items():
                    html.dt(f"{extractor} read" if extractor != name else "You read")
                    with html.dd():
                        html.span(self._named(words))
                        if extractor != name:
                            button(
                                "Take",
                                self._taker(words),
                                **spoken(f"Take {extractor}'s {self.label}"),
                            ).classes("quiet")
            if value.told:
                html.p(value.told).classes("hint")
            with html.div().classes("row"):
                outside("Open the source", value.source_url)
                if value.consensus and value.unverified and self.places:
                    button("Verified by me", self.verify, **spoken(f"{self.label} verified by me"))

    def _not_given(self, value: ExtractedValue) -> bool:
        """Return whether it is a number that nobody read, which a row need not have."""
        return value.state == ValueState.MISSING and not value.values and not self.places

    def _named(self, text: str) -> str:
        return self.around.book.named(self.field, text)

    def _taker(self, words: str) -> Callable[[], None]:
        def take() -> None:
            self.input.fill(words)
            self._typed(words)

        return take

    def _given(self) -> dict[str, str]:
        return {name: self.places[name].value.strip() for name in PROVENANCE if name in self.places}

    async def save(self) -> None:
        """Keep what the person read; the consensus stays."""
        by, words, given = self.around.visit.person.name, self.input.value, self._given()
        seen = self.value.values.get(by, "") if self.value else ""

        async def write(seen: str | None) -> str:
            await self.around.visit.write(
                Role.CURATOR, self.around.why(), extract_value, self.key, self.field, words,
                by=by, provenance=given, seen=seen,
            )  # fmt: skip
            return f"Your {self.label} is kept."

        await self._save(write, seen, words, given)

    async def agree(self) -> None:
        """Make the value in the field the agreed one; where nobody extracted it, it is the person's own too."""
        value, words, given = self.value, self.input.value, self._given()
        if value is None or value.state == ValueState.HIDDEN:
            self.refusal.show(
                MedquantError("save your own value first; then you see the others' and can agree")
            )
            return
        person = self.around.visit.person.name
        why = (self.reason.value.strip() if self.reason else "") or self.around.why()
        first = {person: words.strip()} if words.strip() and not value.values else {}
        settles = self.around.visit.person.may(Role.ADJUDICATOR)

        async def write(seen: str | None) -> str:
            stored = await self.around.visit.write(
                Role.ADJUDICATOR if settles else Role.CURATOR,
                why, _agree, self.key, self.field, words.strip(), why, settles=settles, votes=first,
                provenance=given, seen=seen,
            )  # fmt: skip
            return f"{self.label} is {self._named(stored) or 'empty'} now."

        # what was typed over a value that has gone since was not meant for the one that came
        seen = self.agreed if self.input.seen == self.loaded else self.input.seen
        await self._save(write, seen, words, given)

    async def _save(
        self,
        write: Callable[[str | None], Awaitable[str]],
        seen: str,
        words: str,
        given: Mapping[str, str],
    ) -> None:
        """Write what the fields held; what was seen goes along, until the person insists."""
        stale: list[StaleEdit] = []

        async def attempt(insist: bool) -> str:
            stale.clear()
            return await noting(stale, write(None if insist else seen))

        if await saved(attempt, refused=self.refusal.show):
            self.refusal.hide()
            self.loaded = words
            self.input.hold(words)
            for name, text in given.items():
                self.places[name].hold(text)
        for error in stale:  # the person kept what the other wrote
            self.input.put(error.present)
        await self.around.refresh()

    async def verify(self) -> None:
        """Say that the person found the agreed value in the source."""
        value = self.value
        if value is None:
            return

        async def write(insist: bool) -> str:
            await self.around.visit.write(
                Role.CURATOR, "seen in the source again", verify, self.key, self.field,
                Verification.CONFIRMED, by=self.around.visit.person.name, today=dt.datetime.now(dt.UTC).date(),
                seen=None if insist else value.consensus,
            )  # fmt: skip
            return f"{self.label} is verified."

        if await saved(write, refused=self.refusal.show):
            self.refusal.hide()
        await self.around.refresh()


def _agree(
    connection: Connection,
    key: str,
    field: str,
    value: str,
    why: str,
    *,
    settles: bool,
    **more: Any,  # noqa: ANN401
) -> str:
    """Agree on a value; where people differ, as the database says now, only who settles conflicts may."""
    if not settles:
        study = connection.scalar(select(Comparison.study_id).where(Comparison.comparison_id == key)) or key
        held = next((v for v in read_extraction(connection, study) if (v.key, v.field) == (key, field)), None)
        if held is not None and held.state == ValueState.CONFLICTING:
            raise RefusedError(
                "people differ about this value, and settling that needs the role adjudicator; nothing was changed"
            )
    return agree_on(connection, key, field, value, reason=why, **more)[0]


def _show_verification(value: ExtractedValue, cell: Mapping[str, str]) -> None:
    if value.unverified:
        show_state("unverified", "doubt")
        return
    who, when = cell.get("verified_by", ""), cell.get("verified_on", "")
    told = "verified" + (f" by {who}" if who else "") + (f" on {when}" if when else "")
    show_state(told, "good")
