"""The page on which a study is extracted: a form made from the codebook, and its comparisons below."""

from collections.abc import Callable, Mapping
from functools import partial

from nicegui import html, ui
from sqlalchemy import Connection

from db.codebook.codebook import VariableInfo
from db.errors import DataError
from review.curate.desks.extraction.comparison import ComparisonCard
from review.curate.desks.extraction.inputs import Input, input_for
from review.curate.desks.extraction.row import new_comparison
from review.curate.desks.extraction.value import ValueCard
from review.curate.desks.studies.facts import Book, Sheet, counted, grouped, read_book, read_sheet
from review.curate.desks.studies.pieces import kept_up, outside
from review.curate.fields import button, text_field
from review.curate.house import Visit
from review.curate.showing import show_state
from review.extraction import ExtractedValue, blinded

WHY = "extracted from the source"
SCRIPT = '<script src="/static/extraction.js"></script>'
NOWHERE: Mapping[str, str] = {}


class ExtractionPage:
    """One study under extraction, for one person."""

    def __init__(self, visit: Visit, study: str, book: Book, sheet: Sheet) -> None:
        self.visit, self.study, self.book, self.sheet = visit, study, book, sheet
        self.blind = visit.asked("blind") == "yes"
        self.cards: dict[str, ValueCard] = {}
        self.comparisons: dict[str, ComparisonCard] = {}
        self._clashes: object = None

    def why(self) -> str:
        """Return why the person changes something."""
        return self.reason.value.strip() or WHY

    def see(self, value: ExtractedValue) -> ExtractedValue:
        """Return a value as the person may see it."""
        return blinded(value, self.visit.person.name) if self.blind else value

    async def build(self) -> None:
        """Lay the page out."""
        ui.add_head_html(SCRIPT)
        self._head()
        self.clashes = html.section(**{"aria-live": "polite", "aria-label": "Contradictions"})
        for name, codes in grouped(self.book).items():
            html.h2(name)
            for code in codes:
                self._card(self.book.codebook.variables[code])
            await self.visit.store.look()  # lets others have their turn while a long page is made
        html.h2("Comparisons", id="comparisons")
        html.p("One row for each outcome of each quantized arm against its baseline.").classes("hint")
        self.rows = html.div()
        with html.details().classes("card"):
            html.summary("Add a comparison")
            new_comparison(self, self.study, self._free_name(), self._added)
        self.show()
        if asked := self.visit.asked("comparison"):
            ui.run_javascript(f"medquantOpen({asked!r})") if asked in self.comparisons else None
        self.visit.on_change(kept_up(self.refresh))

    def _head(self) -> None:
        row = self.sheet.row
        html.h2(row["title"])
        with html.p():
            html.span(f"{self.study} · ")
            html.a("Study page", href=f"/studies/{self.study}")
            html.span(" · ")
            outside("Open the text", row["url"])
        self.progress = html.div().classes("row progress")
        with html.div().classes("row tools"):
            button(
                "Next open value",
                lambda: ui.run_javascript("medquantNext()"),
                main=True,
                **{"aria-keyshortcuts": "Alt+N"},
            )
            other = "no" if self.blind else "yes"
            words = (
                "Show what others read" if self.blind else "Read blind: hide others' values until I gave mine"
            )
            html.a(words, href=f"/extraction/{self.study}?blind={other}").classes("button")
            self.reason = text_field("Why you change something", WHY)
        with html.p().classes("hint"):
            for keys, words in (
                ("Alt+N", "next open value"),
                ("Enter", "in a field saves yours"),
                ("Ctrl+Enter", "agrees on it"),
            ):
                html.kbd(keys)
                html.span(f" {words}   ")

    def _card(self, info: VariableInfo) -> None:
        def make(changed: Callable[[str], None]) -> Input:
            return input_for(info, self.book, changed)

        self.cards[info.code] = ValueCard(
            self, self.study, info.code, info.definition, make, partial(self._check, info.code)
        )

    def _check(self, code: str, text: str) -> str:
        try:
            self.book.codebook.check_value(code, text.strip())
        except DataError as error:
            return str(error)
        named = self.book.named(code, text.strip())
        return f"→ {named}" if named != text.strip() else ""

    def _free_name(self) -> str:
        taken = {row["comparison_id"] for row in self.sheet.comparisons}
        return next(name for n in range(1, len(taken) + 2) if (name := f"{self.study}-{n:02d}") not in taken)

    async def _added(self, key: str) -> None:
        ui.navigate.to(f"/extraction/{self.study}?comparison={key}" + ("&blind=yes" if self.blind else ""))

    async def refresh(self) -> None:
        """Read the study anew and show what changed."""
        self.sheet = await self.visit.known(read_sheet, self.study)
        self.show()

    def show(self) -> None:
        """Show the study; fields under somebody's hands stay as they are."""
        name = self.visit.person.name
        for code, card in self.cards.items():
            value = self.sheet.value(self.study, code)
            card.show(self.see(value), self.sheet.cells.get(code, NOWHERE), value.values.get(name, ""))
        self._show_comparisons()
        seen = [self.see(value) for value in self.sheet.values]
        self.progress.clear()
        with self.progress:
            count = counted(seen)
            html.span(f"{sum(value.settled for value in seen)} of {len(seen)} values are settled.")
            for n, word, tone in (
                (count.conflicting, "conflicting", "bad"),
                (count.missing, "missing", "bad"),
                (count.unverified, "unverified", "doubt"),
            ):
                if n:
                    show_state(f"{n} {word}", tone)
        self._show_clashes()

    def _show_comparisons(self) -> None:
        keys = [row["comparison_id"] for row in self.sheet.comparisons]
        for key in [key for key in self.comparisons if key not in keys]:
            self.comparisons.pop(key).box.delete()
        for key in keys:
            if key not in self.comparisons:
                with self.rows:
                    self.comparisons[key] = ComparisonCard(self, key, self.see)
            values = [self.see(value) for value in self.sheet.values if value.key == key]
            self.comparisons[key].show(self.sheet, counted(values))

    def _show_clashes(self) -> None:
        if self._clashes == self.sheet.contradictions:
            return
        self._clashes = self.sheet.contradictions
        self.clashes.clear()
        with self.clashes:
            show_contradictions(self.sheet)


def show_contradictions(sheet: Sheet) -> None:
    """Show what does not follow in a study; nothing where all does."""
    for clash in sheet.contradictions:
        with html.div().classes("notice clash"):
            show_state("contradiction", "bad")
            html.span(f" {', '.join(clash.comparisons)}: {clash.said}; but it follows: {clash.follows}. ")
            html.span(f"May be: {clash.may_be}.").classes("hint")


async def build_extraction(visit: Visit) -> None:
    """Build the page of the study in the address."""
    study = visit.asked("study")
    sheet, book = await visit.read(_both, study)
    await ExtractionPage(visit, study, book, sheet).build()


def _both(connection: Connection, study: str) -> tuple[Sheet, Book]:
    return read_sheet(connection, study), read_book(connection)
