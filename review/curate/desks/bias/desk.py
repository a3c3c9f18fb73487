"""Risk of bias: which tool, which studies wait to be judged, what was judged, and how completely studies report."""

from typing import Final
from urllib.parse import quote

from nicegui import html, ui
from sqlalchemy import Connection

from review.bias.appraisals import Appraised, read_appraisals
from review.bias.blind import Stage, Waiting, read_waiting, seen_by
from review.bias.tool import Tool, tool_named, tools
from review.curate.desks.bias import form
from review.curate.desks.bias.reporting import read_reporting, show_reporting
from review.curate.desks.bias.words import CONCERNS, RISKS, STAGES, TONES, item_name, made_by
from review.curate.fields import button, choice_field, text_field
from review.curate.house import House, Visit
from review.curate.parts import Part
from review.curate.people import Role
from review.curate.pictures import Picture
from review.curate.showing import Cell, show_picture, show_state, show_table

PART: Final = 25
"""So many targets are shown at first; a button shows the rest."""
DRAWN: Final = 40
"""So many rows the picture has; the table under it has all."""
Lights = tuple[list[Appraised], Picture | None]
"""The judgements that a person may see, and their drawing."""
UNITS: Final = {"study": "whole studies", "comparison": "single comparisons"}


def add(house: House) -> None:
    """Lay the desk of appraisals into the house."""
    form.add(house)

    @house.desk("/bias", "Bias")
    async def bias(visit: Visit) -> None:
        await _Overview(visit).build()


class _Overview:
    """The desk as one person sees it."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.tool = tool_named(visit.asked("tool") or "quantization_validity")
        self.unit = visit.asked("of") or ("study" if "study" in self.tool.units else self.tool.units[0])
        self.all = False

    @property
    def viewer(self) -> str | None:
        """Whose blindness is kept: a reader judges nothing, and sees all."""
        return self.visit.person.name if self.visit.person.may(Role.CURATOR) else None

    async def build(self) -> None:
        """Build the page."""
        html.p(
            "Say how far a result may be off, and why. Two people judge each study alone. When both are done, each sees what "
            "the other said, and an adjudicator settles what differs."
        )
        self._choose_tool()
        with html.section(**{"aria-labelledby": "waiting"}):
            html.h2("What to judge", id="waiting")
            with html.div().classes("row"):
                self.words = text_field("Search", type="search", on_change=lambda _: self.targets.show())
                shown = {"": "all of them", **{stage.value: STAGES[stage][0] for stage in Stage}}
                self.stage = choice_field("Show", shown, on_change=lambda _: self.targets.show())
            self.targets = Part(self._read_targets, self._targets)
        with html.section(**{"aria-labelledby": "judged"}):
            html.h2("What was judged", id="judged")
            lights = Part(self._read_lights, self._lights)
        with html.section(**{"aria-labelledby": "reporting"}):
            html.h2("How completely studies report", id="reporting")
            reporting = Part(lambda: self.visit.known(read_reporting), show_reporting)

        async def keep_up() -> None:
            for part in (self.targets, lights, reporting):
                await part.keep_up()

        await keep_up()
        self.visit.on_change(keep_up)

    async def _read_targets(self) -> list[Waiting]:
        return await self.visit.known(read_waiting, self.tool.code, self.unit, self.visit.person.name)

    async def _read_lights(self) -> Lights:
        judged = await self.visit.known(_seen, self.tool.code, self.viewer)
        pictures = self.visit.house.pictures
        if pictures is None or not any(one.judgement(code) for one in judged for code in self.tool.judged):
            return judged, None
        return judged, await self.visit.known(pictures.lights, self.tool.code, self.viewer)

    def _choose_tool(self) -> None:
        tool, units = self.tool, {unit: UNITS[unit] for unit in self.tool.units}
        with html.div().classes("row"):
            names = {code: one.short for code, one in tools().items()}
            choice_field("Tool", names, tool.code, on_change=lambda code: _go(code, ""))
            if len(units) > 1:
                choice_field("Judge", units, self.unit, on_change=lambda unit: _go(tool.code, unit))
        with html.div().classes("card tool"):
            html.h2(tool.name)
            show_state(*made_by(tool))
            html.p(tool.about)
            with html.details():
                html.summary("Where it comes from, whose words it has, licence")
                for words in (tool.based_on, tool.wording, f"Licence: {tool.licence}"):
                    html.p(words)
                with html.ul():
                    for reference in tool.references:
                        html.li(reference)

    def _targets(self, found: list[Waiting]) -> None:
        """Show the targets, what waits first."""
        _progress(found)
        words = self.words.value.casefold().split()
        rows = [
            row
            for row in found
            if self.stage.value in ("", row.stage)
            and all(word in f"{row.target} {row.title}".casefold() for word in words)
        ]
        if not rows:
            html.p("Nothing fits this search. Empty the field, or show all of them.").classes("notice")
            return
        kept = rows if self.all else rows[:PART]
        caption = f"{len(kept):,} of {len(rows):,} {UNITS[self.unit]}, what waits for you first"
        show_table(caption, ["Study", "Stands", "You", "Title"], [self._row(row) for row in kept])
        if len(kept) < len(rows):
            button(f"Show all {len(rows):,}", self._show_all)

    def _row(self, row: Waiting) -> list[Cell]:
        asked = len(self.tool.questions), len(self.tool.judged)

        def link() -> None:
            html.a(row.target, href=form_address(self.tool.code, row.target))

        def stands() -> None:
            show_state(*STAGES[row.stage])
            if row.stage in (Stage.BEGUN, Stage.NOT_JUDGED) and row.others:
                html.span(" another is done").classes("hint")
            elif row.differing:
                html.span(f" on {row.differing}").classes("hint")

        yours = row.answered or row.judged
        you = f"{row.answered} of {asked[0]} answers, {row.judged} of {asked[1]} judgements" if yours else "–"
        return [link, stands, you, row.title]

    async def _show_all(self) -> None:
        self.all = True
        with self.targets.box:  # the button is gone once the list is drawn anew
            await self.targets.show()
            ui.run_javascript("document.querySelector('[aria-labelledby=waiting] .scroll')?.focus()")

    def _lights(self, lights: Lights) -> None:
        """Show the judgements as traffic lights and as a table."""
        found, picture = lights
        judged = [one for one in found if any(one.judgement(code) for code in self.tool.judged)]
        if not judged:
            html.p("Nothing is judged with this tool yet, or nothing that you may see before you are done.")
            return
        if self.viewer is not None:
            html.p("What others judge is left out as long as it is judged blind.").classes("hint")
        if picture is not None:
            show_picture(picture)
            if len(found) > DRAWN:
                html.p(f"The picture has the first {DRAWN}; the table has all.").classes("hint")
        names = [item_name(self.tool, code) for code in self.tool.judged]
        caption = f"Risk of bias, and concern about applicability, by {self.tool.short}"
        show_table(caption, ["Study", *names], [_judged(self.tool, one) for one in judged])


def _progress(found: list[Waiting]) -> None:
    n = {stage: sum(row.stage == stage for row in found) for stage in Stage}
    with html.p(role="status").classes("counted"):
        html.span(
            f"Settled: {n[Stage.AGREED]:,} of {len(found):,}. Differing: {n[Stage.DIFFER]:,}. "
            f"You wait for another person on {n[Stage.WAITING]:,}; {n[Stage.BEGUN] + n[Stage.NOT_JUDGED]:,} wait for you."
        )
    html.progress(value=str(n[Stage.AGREED]), max=str(max(len(found), 1)), **{"aria-label": "Settled"})


def _seen(connection: Connection, code: str, viewer: str | None) -> list[Appraised]:
    return seen_by(read_appraisals(connection, tool=code), tool_named(code), viewer)


def _judged(tool: Tool, one: Appraised) -> list[Cell]:
    def link() -> None:
        html.a(one.target, href=form_address(tool.code, one.target))

    def level(code: str) -> Cell:
        def show() -> None:
            item = one.items.get(code)
            risk, concern = one.judgement(code), one.applicability(code)
            if item is not None and item.differs("judgement"):
                show_state("differ", "none")
            elif risk is not None:
                show_state(RISKS[risk], TONES[risk])
            else:
                html.span("not judged")
            if concern is not None:
                html.span(f" applicability: {CONCERNS[concern]}").classes("hint")

        return show

    return [link, *(level(code) for code in tool.judged)]


def form_address(tool: str, target: str) -> str:
    """Return the address of a form."""
    return f"/bias/{quote(tool, safe='')}/{quote(target, safe='')}"


def _go(tool: str, unit: str) -> None:
    ui.navigate.to(f"/bias?tool={quote(tool)}" + (f"&of={quote(unit)}" if unit else ""))
