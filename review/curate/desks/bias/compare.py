"""What two people said, side by side: differences are marked, and an adjudicator settles them."""

import datetime as dt

from nicegui import html, ui

from db.models.appraisals import CONSENSUS
from db.vocabulary import AppraisalAnswer, Concern, RiskOfBias
from review.bias.appraisals import Item, suggestions
from review.bias.appraising import Said
from review.bias.blind import Form, differing_items, own_of, read_form, said_of, say
from review.bias.tool import OVERALL, tool_named
from review.curate.desks.bias.fields import Choices, Needed
from review.curate.desks.bias.words import ANSWERS, CONCERNS, RISKS, TONES, item_name, said_in_words
from review.curate.fields import area_field, button, text_field
from review.curate.house import Visit
from review.curate.people import Role
from review.curate.saving import saved
from review.curate.showing import show_state
from review.stale import NOT_LOOKED


async def show_comparison(visit: Visit, form: Form, viewer: str | None) -> None:
    """Show what everybody said of a target whose judgements are open, or to a reader whatever there is."""
    await Comparison(visit, form, viewer).build()


class Comparison:
    """The judgements of one target, item by item."""

    def __init__(self, visit: Visit, form: Form, viewer: str | None) -> None:
        self.visit, self.form, self.viewer = visit, form, viewer
        self.tool = tool_named(form.seen.tool)
        self.typing: dict[str, Settling] = {}

    async def build(self) -> None:
        """Build the page, and keep it up to date."""
        # what a button does goes on here after the button is gone, since its part is drawn anew
        self.place = html.div()
        with self.place:
            self._parts()
        self.visit.on_change(self.look_again)

    def _parts(self) -> None:
        self.summary()
        for code in self.tool.judged:
            domain = self.tool.domain(code)
            with html.section(**{"aria-labelledby": code}).classes("domain"):
                html.h2(domain.name if domain else "Overall", id=code)
                if domain is not None:
                    html.p(domain.about)
                for item in (*(domain.items() if domain else ()), code):
                    self.item(item)

    @ui.refreshable_method
    def summary(self) -> None:
        """Show who judged and how many items differ."""
        names = ", ".join(self.form.finished) or "nobody yet"
        differ = differing_items(self.form.seen)
        with html.div(role="status").classes("card"):
            html.p(f"Judged by: {names}.")
            if not self.form.seen.items:
                html.p("Nothing is judged yet.")
            elif not differ:
                show_state("nothing is left to settle", "good")
            else:
                show_state(f"{len(differ)} to settle", "bad")
                with html.ul():
                    for item in differ:
                        with html.li():
                            html.a(item_name(self.tool, item), href=f"#{_anchor(item)}")
                if not self.visit.person.may(Role.ADJUDICATOR):
                    html.p("An adjudicator settles them.")

    @ui.refreshable_method
    def item(self, code: str) -> None:
        """Show what was said of an item, and let an adjudicator settle it where people differ."""
        found = self.form.seen.items.get(code)
        with html.div(id=_anchor(code), tabindex="-1").classes("compared"):
            name = item_name(self.tool, code)
            html.h3(name if code in self.tool.questions else f"Judgement: {name}")
            if found is None:
                html.p("Nobody said anything of this.").classes("hint")
                return
            _votes(found)
            suggested = suggestions(self.form.seen, self.tool).get(code)
            if suggested is not None:
                basis = "domains" if code == OVERALL else "answers"
                html.p(
                    f"The {basis} that stand suggest {RISKS[suggested.judgement]}: {suggested.why}."
                ).classes("hint")
            settled = any(vote.appraiser == CONSENSUS for vote in found.votes)
            if self.visit.person.may(Role.ADJUDICATOR) and (found.state == "open" or settled):
                self.typing[code] = Settling(self, code, settled)

    async def look_again(self, *, anyway: bool = False) -> None:
        """Show what changed; a consensus that somebody is writing stays on the screen."""
        form = await self.visit.read(read_form, self.form.target, self.tool.code, self.viewer)
        if form == self.form and not anyway:
            return
        self.form = form
        self.summary.refresh()
        busy = [code for code, one in self.typing.items() if one.is_begun()]
        if not busy:
            self.typing = {}
            self.item.refresh()


def _anchor(code: str) -> str:
    return f"item-{code.replace('.', '-')}"


def _votes(found: Item) -> None:
    with html.dl().classes("votes"):
        for vote in found.votes:
            with html.div().classes("vote"):
                with html.dt():
                    html.span("consensus" if vote.appraiser == CONSENSUS else vote.appraiser)
                with html.dd():
                    said = said_of(vote)
                    tone = TONES[said.judgement] if said.judgement else "none"
                    show_state(said_in_words(said), tone)
                    where = f" [{vote.locator}]" if vote.locator else ""
                    html.p(f"{vote.reason}{where}")
    if found.state == "open":
        show_state("they differ", "bad")


class Settling:
    """Writing the consensus on one item."""

    def __init__(self, page: Comparison, code: str, settled: bool) -> None:
        self.page, self.code = page, code
        self.seen = own_of(page.form.seen, CONSENSUS).get(code)
        question, name = code in page.tool.questions, f"settle-{code.replace('.', '-')}"
        with html.details().classes("settle") as box:
            box.props["open"] = not settled
            html.summary("Change the consensus" if settled else "Settle this")
            with html.div().classes("judgement"):
                self.choices = Choices(
                    "Consensus", ANSWERS if question else RISKS, name=name, missing="Choose what stands."
                )
                asked = not question and page.tool.asks_applicability(code)
                self.concern = (
                    Choices("Consensus on applicability", CONCERNS, name=f"{name}-concern") if asked else None
                )
                self.reason = Needed(
                    lambda: area_field("Reason of the consensus", rows=2),
                    name=f"{name}-reason",
                    missing="Write why this stands.",
                )
                self.place = text_field("Where it stands (page, table, section)", maxlength=300)
                button("Save the consensus", self._save, main=True)

    def is_begun(self) -> bool:
        """Return whether something is filled in that is not saved yet."""
        concern = self.concern.value if self.concern is not None else ""
        return bool(self.choices.value or concern or self.reason.value or self.place.value.strip())

    def _said(self) -> Said:
        question, value = self.code in self.page.tool.questions, self.choices.value
        concern = self.concern.value if self.concern is not None else ""
        return Said(
            self.reason.value,
            AppraisalAnswer(value) if question else None,
            None if question else RiskOfBias(value),
            Concern(concern) if concern else None,
            self.place.value.strip() or None,
        )

    async def _save(self) -> None:
        chosen, told = self.choices.require(), self.reason.require()
        if not chosen:
            self.choices.focus()
        if not (chosen and told):
            return
        visit, page, said = self.page.visit, self.page, self._said()

        async def write(insist: bool) -> str:
            await visit.write(
                Role.ADJUDICATOR,
                said.reason,
                say,
                page.form.target,
                page.tool.code,
                self.code,
                said,
                appraiser=CONSENSUS,
                today=dt.datetime.now(dt.UTC).date(),
                seen=NOT_LOOKED if insist else self.seen,
            )
            return "The consensus is saved."

        with page.place:
            if not await saved(write) and self.seen == await self._stored():
                return
            page.typing.pop(self.code, None)
            await page.look_again(anyway=True)
            ui.run_javascript(f"document.getElementById({_anchor(self.code)!r})?.focus()")

    async def _stored(self) -> Said | None:
        page = self.page
        form = await page.visit.read(read_form, page.form.target, page.tool.code, page.viewer)
        return own_of(form.seen, CONSENSUS).get(self.code)
