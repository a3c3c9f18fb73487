"""The codebook: every variable and vocabulary, what it means, how often it is used and by which studies."""

from urllib.parse import quote

from nicegui import html

from review.codebook_editing import CLOSED, add_code
from review.codebook_use import CodebookUse, OutcomeUse, VariableUse, VocabularyUse, codebook_use
from review.curate.desks.bias.fields import Needed
from review.curate.fields import area_field, button, text_field
from review.curate.house import House, Visit
from review.curate.parts import Part
from review.curate.people import Role
from review.curate.saving import saved
from review.curate.showing import Cell, show_table

WHY = "the extraction needs it"
Found = tuple[VariableUse | None, VocabularyUse | None]


def add(house: House) -> None:
    """Lay the codebook into the house."""

    @house.desk("/codebook", "Codebook")
    async def codebook(visit: Visit) -> None:
        await _Browser(visit).build()

    @house.desk("/codebook/{name}", "Codebook", listed=False)
    async def entry(visit: Visit) -> None:
        await _Entry(visit, visit.asked("name")).build()


def _address(name: str) -> str:
    return f"/codebook/{quote(name, safe='')}"


def _to(name: str, words: str) -> Cell:
    return lambda: html.a(words, href=_address(name))


def _holds(words: list[str], *texts: str | None) -> bool:
    held = " ".join(text or "" for text in texts).casefold()
    return all(word in held for word in words)


class _Browser:
    """All of the codebook, and a search in it."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    async def build(self) -> None:
        """Build the page."""
        html.p("What each variable means, which codes it may have, and how often they are used.")
        with html.search().classes("row"):
            self.words = text_field(
                "Search variables, codes, names and definitions",
                self.visit.asked("q"),
                type="search",
                on_change=lambda _: tables.show(),
            )
        tables = Part(lambda: self.visit.known(codebook_use), self._tables)
        await tables.show()
        self.visit.on_change(tables.keep_up)

    def _tables(self, found: CodebookUse) -> None:
        """Show what fits the search."""
        words = self.words.value.casefold().split()
        variables = [
            one
            for one in found.variables
            if _holds(words, one.code, one.label, one.definition, one.theme, one.vocabulary)
        ]
        vocabularies = [
            one
            for one in found.vocabularies.values()
            if _holds(words, one.name, *(f"{c.code} {c.label} {c.definition}" for c in one.codes))
        ]
        outcomes = [one for one in found.outcomes if _holds(words, one.code, one.label, one.definition)]
        total = len(variables) + len(vocabularies) + len(outcomes)
        html.p(
            f"{len(variables)} variables, {len(vocabularies)} vocabularies and {len(outcomes)} outcomes"
            + (" fit the search." if words else "."),
            role="status",
        ).classes("hint counted")
        if not total:
            html.p("Nothing in the codebook has these words. Try fewer or shorter ones.").classes("notice")
        if variables:
            html.h2("Variables")
            _variables(variables)
        if vocabularies:
            html.h2("Vocabularies")
            _vocabularies(vocabularies, words)
        if outcomes:
            html.h2("Outcomes")
            _outcomes(outcomes)


def _variables(found: list[VariableUse]) -> None:
    rows: list[list[Cell]] = [
        [
            _to(one.code, one.label),
            one.code,
            _type(one),
            one.theme or "–",
            one.definition,
            _to(one.vocabulary, one.vocabulary) if one.vocabulary else "–",
            f"{one.studies:,}",
        ]
        for one in found
    ]
    head = ["Variable", "Code", "Type", "Group", "What it holds", "Vocabulary", "Studies"]
    show_table("Variables, and how many studies have a value", head, rows, (6,))


def _vocabularies(found: list[VocabularyUse], words: list[str]) -> None:
    rows: list[list[Cell]] = []
    for one in found:
        fitting = [c for c in one.codes if words and _holds(words, c.code, c.label, c.definition)]
        named = ", ".join(c.label for c in (fitting or one.codes)[:6])
        more = "" if len(fitting or one.codes) <= 6 else " …"
        used = sum(c.rows > 0 for c in one.codes)
        rows.append([_to(one.name, one.name), str(len(one.codes)), str(used), named + more])
    show_table("Vocabularies", ["Vocabulary", "Codes", "Of them used", "Such as"], rows, (1, 2))


def _outcomes(found: list[OutcomeUse]) -> None:
    rows = [
        [one.label, one.code, one.better, one.measure.replace("_", " "), one.definition, f"{one.rows:,}"]
        for one in found
    ]
    head = ["Outcome", "Code", "Better", "Effect size", "What it means", "Comparisons"]
    show_table("Outcomes of comparisons", head, rows, (5,))


def _type(one: VariableUse) -> str:
    return f"{one.type}, several" if one.multi else one.type


class _Entry:
    """One variable, one vocabulary, or both where they share a name."""

    def __init__(self, visit: Visit, name: str) -> None:
        self.visit, self.name = visit, name

    async def build(self) -> None:
        """Build the page."""
        with html.p():
            html.a("The whole codebook", href="/codebook")
        _, vocabulary = await self._read()
        self.entry = Part(self._read, _show_entry)
        await self.entry.show()
        if vocabulary is not None and self.visit.person.may(Role.CURATOR):
            self._form()
        self.visit.on_change(self.entry.keep_up)

    async def _read(self) -> Found:
        return (await self.visit.known(codebook_use)).require(self.name)

    def _form(self) -> None:
        with html.section(**{"aria-labelledby": "add-code"}).classes("card"):
            html.h2("Add a code", id="add-code")
            if self.name in CLOSED:
                html.p(f"This vocabulary is closed: {CLOSED[self.name]}.")
                return
            self.code = Needed(
                lambda: text_field("Code (small letters, digits and _)", maxlength=60),
                name="new-code",
                missing="Write a code.",
            )
            self.label = Needed(
                lambda: text_field("Name for people", maxlength=200),
                name="new-label",
                missing="Write what people read.",
            )
            self.definition = text_field("Definition", maxlength=1000)
            self.why = area_field("Why it is added", WHY, rows=2)
            button("Add the code", self._add, main=True)

    async def _add(self) -> None:
        if not all([self.label.require(), self.code.require()]):
            return
        code = self.code.value

        async def write(_: bool) -> str:
            await self.visit.write(
                Role.CURATOR,
                self.why.value.strip() or WHY,
                add_code,
                self.name,
                code,
                label=self.label.value,
                definition=self.definition.value or None,
            )
            return f"{code} is added."

        if await saved(write):
            for field in (self.code.field, self.label.field, self.definition):
                field.put("")
            await self.entry.keep_up()
            self.code.field.focus()


def _show_entry(found: Found) -> None:
    variable, vocabulary = found
    if variable is not None:
        _show_variable(variable)
    if vocabulary is not None:
        _show_codes(vocabulary)


def _show_variable(one: VariableUse) -> None:
    html.h2(f"{one.label}, a variable")
    html.p(one.definition)
    facts = {
        "Code": one.code,
        "Type": f"{one.type}; {'several values' if one.multi else 'one value'} a study",
        "Group": one.theme or "none",
        "Where it comes from": one.source or "not told",
        "Studies with a value": f"{one.studies:,}",
    }
    with html.dl().classes("facts"):
        for name, value in facts.items():
            html.dt(name)
            html.dd(value)
        if one.vocabulary:
            html.dt("Vocabulary")
            with html.dd():
                if one.vocabulary == one.code:
                    html.span(f"{one.vocabulary}, below")
                else:
                    html.a(one.vocabulary, href=_address(one.vocabulary))


def _show_codes(one: VocabularyUse) -> None:
    html.h2(f"{one.name}, a vocabulary")
    html.p(f"{len(one.codes)} codes; used by {', '.join(one.places) or 'nothing yet'}.")

    def studies(found: tuple[str, ...]) -> Cell:
        def links() -> None:
            with html.details():
                html.summary(f"{len(found):,} {'study' if len(found) == 1 else 'studies'}")
                with html.ul().classes("studies"):
                    for study in found:
                        with html.li():
                            html.a(study, href=f"/studies/{quote(study, safe='')}")

        return links if found else "none"

    rows: list[list[Cell]] = [
        [code.code, code.label, code.definition or "–", f"{code.rows:,}", studies(code.studies)]
        for code in one.codes
    ]
    show_table(
        f"Codes of {one.name}", ["Code", "Name", "Definition", "Rows", "Studies that use it"], rows, (3,)
    )
