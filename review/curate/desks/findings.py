"""What `medquant db check` finds: errors to correct, and warnings that somebody may accept with a reason."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import quote

from nicegui import html, ui
from sqlalchemy import Connection

from db.check import check_database
from db.models.tables import Appraisal, Comparison, Record, Study
from db.printed import Finding, Severity
from review.accepting import accept_warning, take_back_acceptance
from review.bias.blind import still_blind
from review.curate.desks.bias.fields import Needed
from review.curate.fields import area_field, button, choice_field
from review.curate.house import House, Visit
from review.curate.parts import Part
from review.curate.people import Role
from review.curate.saving import saved
from review.curate.showing import show_state

SHOWN = {"open": "what is open", "accepted": "what was accepted", "": "all of them"}
BACK = "the warning stands again"


def add(house: House) -> None:
    """Lay the findings into the house."""

    @house.desk("/findings", "Findings", listed=False)
    async def findings(visit: Visit) -> None:
        await _Findings(visit).build()


class _Findings:
    """The findings as one person sees them."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.typing: list[Needed] = []

    async def build(self) -> None:
        """Build the page."""
        html.p(
            "The check reads every row. An error must be corrected. A warning is corrected too, or accepted with a reason "
            "that stands beside it."
        )
        with html.div().classes("row"):
            self.shown = choice_field("Show", SHOWN, "open", on_change=lambda _: self.found.show())
        self.found = Part(lambda: self.visit.known(_shown_to_all), self._list)
        await self.found.show()
        self.visit.on_change(self._again)

    async def _again(self) -> None:
        if await self.found.changed() and not any(field.value for field in self.typing):
            self.found.draw()

    def _list(self, found: Sequence[Finding]) -> None:
        self.typing = []
        errors = sum(one.severity == Severity.ERROR for one in found)
        accepted = sum(one.accepted is not None for one in found)
        with html.p(id="counted", role="status", tabindex="-1").classes("counted"):
            html.span(
                f"{errors} errors, {len(found) - errors - accepted} open warnings, {accepted} accepted warnings."
            )
        shown = [one for one in found if self._fits(one)]
        if not shown:
            html.p("Nothing to show here.").classes("notice")
        for number, one in enumerate(shown):
            self._card(number, one)

    def _fits(self, one: Finding) -> bool:
        return self.shown.value == "" or (self.shown.value == "accepted") == (one.accepted is not None)

    def _card(self, number: int, one: Finding) -> None:
        with html.article(**{"aria-labelledby": f"finding-{number}"}).classes("card finding"):
            with html.h2(id=f"finding-{number}"):
                path = _address(one.where)
                if path:
                    html.a(one.where, href=path)
                else:
                    html.span(one.where)
            with html.p():
                if one.severity == Severity.ERROR:
                    show_state("error", "bad")
                else:
                    show_state(*(("accepted warning", "none") if one.accepted else ("warning", "doubt")))
                html.span(f" {one.code}").classes("hint")
            with html.dl().classes("facts"):
                html.dt("Problem")
                html.dd(one.problem)
                html.dt("Accepted" if one.accepted else "To do")
                html.dd(one.accepted or one.remedy)
            if one.severity == Severity.ERROR or not self.visit.person.may(Role.CURATOR):
                return
            if one.accepted:
                button("Take the acceptance back", lambda: self._take_back(one))
            else:
                self._accept_form(number, one)

    def _accept_form(self, number: int, one: Finding) -> None:
        with html.details():
            html.summary("Accept with a reason")
            reason = Needed(
                lambda: area_field("Why it is right as it is", rows=2),
                name=f"reason-{number}",
                missing="Write why; a warning is not accepted without a reason.",
            )
            self.typing.append(reason)
            button("Accept the warning", lambda: self._accept(one, reason), main=True)

    async def _accept(self, one: Finding, reason: Needed) -> None:
        if not reason.require():
            return
        words = reason.value

        async def write(insist: bool) -> str:
            await self.visit.write(
                Role.CURATOR,
                words,
                partial(accept_warning, reason=words, actor=self.visit.person.name),
                one.code,
                one.where,
                seen=None if insist else one.problem,
            )
            return "Accepted. “What was accepted” shows it, and lets you take it back."

        with self.found.box:  # the button is gone once the list is drawn anew
            if await saved(write):
                await self._shown_anew()

    async def _take_back(self, one: Finding) -> None:
        own = (one.accepted or "").endswith(f"({self.visit.person.name})")

        async def write(insist: bool) -> str:
            await self.visit.write(
                Role.CURATOR if own and not insist else Role.ADJUDICATOR,
                BACK,
                take_back_acceptance,
                one.code,
                one.where,
                seen=None if insist else one.accepted,
            )
            return "The warning stands again."

        with self.found.box:  # the button is gone once the list is drawn anew
            if await saved(write):
                await self._shown_anew()

    async def _shown_anew(self) -> None:
        await self.found.show()
        ui.run_javascript("document.getElementById('counted')?.focus()")


def _shown_to_all(connection: Connection) -> list[Finding]:
    """Return the findings but those that would tell who judges blind what the other said."""
    blind = still_blind(connection)
    table = f"{Appraisal.__tablename__} "
    return [
        one
        for one in check_database(connection)
        if not one.where.startswith(table) or _parts(one.where[len(table) :]) not in blind
    ]


def _parts(key: str) -> str:
    return "|".join(key.split("|")[:2])


def _address(where: str) -> str:
    """Return the address of what a finding is about; empty where the page shows no such thing by itself."""
    table, _, rest = where.partition(" ")
    key = rest.split(" ")[0].split("|")[0]
    if not key:
        return ""
    tool = rest.split("|")[1:2]
    desks = {
        Appraisal.__tablename__: f"/bias/{''.join(tool)}/{quote(key)}",
        Comparison.__tablename__: "/studies/" + key.rpartition("-")[0],
        Study.__tablename__: f"/studies/{quote(key)}",
        Record.__tablename__: f"/records/{quote(key)}",
    }
    return desks.get(table, "")
