"""The parts of an appraisal form that are saved by themselves: a question with its answer, a judgement with its reason."""

import asyncio
import datetime as dt
from typing import Final, Protocol

from nicegui import html, ui

from db.vocabulary import AppraisalAnswer, Concern, RiskOfBias
from review.bias.appraising import Said
from review.bias.blind import Form, say
from review.bias.tool import OVERALL, Question, Tool
from review.curate.desks.bias.fields import Choices, Needed
from review.curate.desks.bias.words import ANSWERS, CONCERNS, RISKS
from review.curate.fields import area_field, button, text_field
from review.curate.house import Visit
from review.curate.people import Role
from review.curate.saving import saved
from review.stale import NOT_LOOKED

NO_NOTE: Final = "answered on the form; the reason stands with the domain"
"""The reason that is stored with an answer to which nobody wrote a note."""
WHERE: Final = "Where it stands (page, table, section)"
PAUSE: Final = 0.35
"""Seconds after the last choice until an answer is saved: arrow keys pass over answers that are not meant."""


class Paper(Protocol):
    """The form that a part belongs to."""

    visit: Visit
    form: Form
    tool: Tool

    async def look_again(self) -> None:
        """Read the own rows again."""

    async def stored(self, item: str) -> Said | None:
        """Return what the person said of an item, as it stands in the database."""


class Panel:
    """A part of a form; `shown` is what the person said, as it stood in the database when it was put on the screen."""

    def __init__(self, paper: Paper, item: str, shown: Said | None) -> None:
        self.paper, self.item, self.shown = paper, item, shown

    def on_screen(self) -> Said | None:
        """Return what stands on the screen; None where nothing is filled in."""
        raise NotImplementedError

    def put(self, said: Said | None) -> None:
        """Put something else on the screen."""
        raise NotImplementedError

    def follow(self, said: Said | None) -> None:
        """Show what the person said in another window, unless something else is being filled in here."""
        if said != self.shown and self.on_screen() == self.shown:
            self.shown = said
            self.put(said)

    async def save(self, said: Said) -> bool:
        """Store it; return whether it stands. Where somebody was faster and that is to stay, show it."""
        visit, seen = self.paper.visit, self.shown

        async def write(insist: bool) -> str:
            await visit.write(
                Role.CURATOR,
                said.reason,
                say,
                self.paper.form.target,
                self.paper.tool.code,
                self.item,
                said,
                appraiser=visit.person.name,
                today=dt.datetime.now(dt.UTC).date(),
                seen=NOT_LOOKED if insist else seen,
            )
            return "Saved."

        if await saved(write):
            self.shown = said
            await self.paper.look_again()
            return True
        present = await self.paper.stored(self.item)
        if present != seen:
            self.shown = present
            self.put(present)
        return False


class QuestionPanel(Panel):
    """A question: its answer is saved as it is chosen, a note and a place on demand."""

    def __init__(self, paper: Paper, item: str, question: Question, shown: Said | None) -> None:
        super().__init__(paper, item, shown)
        self._choice = 0
        self._one_by_one = asyncio.Lock()
        name = item.replace(".", "-")
        with html.div().classes("question"):
            self.choices = Choices(
                question.text, ANSWERS, _answer(shown), name=name, on_choose=self._answered
            )
            if question.critical:
                with self.choices.legend:
                    html.span(" critical").classes("state none").props["title"] = (
                        "A “no” alone suggests high risk"
                    )
            with html.details():
                html.summary("Note and place")
                with html.div().classes("row"):
                    self.note = text_field("Note", _note(shown), maxlength=2000)
                    self.place = text_field(WHERE, _place(shown), maxlength=300)
                    button("Save note", self._noted)

    def put(self, said: Said | None) -> None:
        """Put an answer on the screen."""
        self.choices.put(_answer(said))
        self.note.put(_note(said))
        self.place.put(_place(said))

    def on_screen(self) -> Said | None:
        """Return the answer on the screen."""
        if not self.choices.value:
            return None
        return Said(
            self.note.value.strip() or NO_NOTE,
            AppraisalAnswer(self.choices.value),
            locator=self.place.value.strip() or None,
        )

    async def _answered(self, _: str) -> None:
        self._choice += 1
        mine = self._choice
        await asyncio.sleep(PAUSE)
        if mine == self._choice:
            await self._store()

    async def _noted(self) -> None:
        if self.choices.require():
            await self._store()
        else:
            self.choices.focus()

    async def _store(self) -> None:
        async with self._one_by_one:
            said = self.on_screen()
            if said is not None and said != self.shown and not await self.save(said):
                self.choices.put(_answer(self.shown))


class JudgePanel(Panel):
    """The judgement of a domain or of the whole, with its reason, its place, and where asked the applicability."""

    def __init__(
        self, paper: Paper, item: str, name: str, applicability: str | None, shown: Said | None
    ) -> None:
        super().__init__(paper, item, shown)
        with html.div().classes("judgement"):
            self.risk = Choices(
                f"Risk of bias: {name}",
                RISKS,
                _risk(shown),
                name=f"{item}-risk",
                missing="Choose a judgement.",
            )
            self.concern = (
                Choices(f"Applicability: {applicability}", CONCERNS, _concern(shown), name=f"{item}-concern")
                if applicability
                else None
            )
            self.reason = Needed(
                lambda: area_field("Reason", shown.reason if shown else "", rows=2),
                name=f"{item}-reason",
                missing="Write why; a judgement without a reason is not stored.",
            )
            self.place = text_field(WHERE, _place(shown), maxlength=300)
            words = "Save the judgement of the whole" if item == OVERALL else f"Save judgement: {name}"
            button(words, self._save, main=True)

    def put(self, said: Said | None) -> None:
        """Put a judgement on the screen."""
        self.risk.put(_risk(said))
        if self.concern is not None:
            self.concern.put(_concern(said))
        self.reason.field.put(said.reason if said else "")
        self.place.put(_place(said))

    def on_screen(self) -> Said | None:
        """Return the judgement on the screen."""
        concern = self.concern.value if self.concern is not None else ""
        if not (self.risk.value or concern or self.reason.value or self.place.value.strip()):
            return None
        return Said(
            self.reason.value,
            judgement=RiskOfBias(self.risk.value) if self.risk.value else None,
            applicability=Concern(concern) if concern else None,
            locator=self.place.value.strip() or None,
        )

    async def _save(self) -> None:
        chosen, told = self.risk.require(), self.reason.require()
        if not chosen:
            self.risk.focus()
        said = self.on_screen()
        if not (chosen and told and said is not None):
            return
        if await self.save(said):
            last = f"{self.item}-{'risk' if self.concern is None else 'concern'}"
            ui.run_javascript(f"medquantNextGroup({last!r})")


def _answer(said: Said | None) -> str:
    return said.answer.value if said and said.answer else ""


def _risk(said: Said | None) -> str:
    return said.judgement.value if said and said.judgement else ""


def _concern(said: Said | None) -> str:
    return said.applicability.value if said and said.applicability else ""


def _place(said: Said | None) -> str:
    return said.locator or "" if said else ""


def _note(said: Said | None) -> str:
    return "" if said is None or said.reason == NO_NOTE else said.reason
