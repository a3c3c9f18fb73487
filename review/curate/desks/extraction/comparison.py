"""A comparison on the page of extraction: each extractor's numbers side by side, and below them the row as it is kept."""

from collections.abc import Callable, Mapping

from nicegui import html

from review.curate.desks.extraction.inputs import Input
from review.curate.desks.extraction.row import RowForm
from review.curate.desks.extraction.value import Around, ValueCard
from review.curate.desks.extraction.words import meaning
from review.curate.desks.studies.facts import NUMBERS, Counted, Sheet
from review.curate.fields import button, text_field
from review.curate.showing import show_state
from review.extraction import CHANGE, ExtractedValue


class ComparisonCard:
    """One comparison, folded until somebody opens it; its fields are made then, so that many rows stay light."""

    def __init__(self, around: Around, key: str, see: Callable[[ExtractedValue], ExtractedValue]) -> None:
        self.around, self.key, self.see = around, key, see
        self.row: Mapping[str, str] = {}
        self.cards: dict[str, ValueCard] = {}
        self.form: RowForm | None = None
        self.sheet: Sheet | None = None
        self._told: tuple[object, ...] = ()
        with html.details(id=f"c-{key}").classes("card comparison") as self.box:
            self.box.on("toggle", self._open, js_handler="(event) => { if (event.target.open) emit(true) }")
            self.head = html.summary()
            self.body = html.div()

    def show(self, sheet: Sheet, count: Counted) -> None:
        """Show the comparison as it is now."""
        self.sheet, self.row = sheet, sheet.comparison(self.key)
        row = self.row
        told = (row.get("arm"), row.get("outcome"), row.get("unit"), row.get("verification"), count)
        if told != self._told:
            self._told = told
            self.head.clear()
            with self.head:
                html.strong(self.key)
                outcome = self.around.book.codebook.outcomes.get(row["outcome"])
                html.span(f" {outcome.label if outcome else row['outcome']}: {row['arm']} ")
                show_state(
                    count.words,
                    "bad" if count.missing or count.conflicting else "doubt" if count.unverified else "good",
                )
        if self.form is not None:
            self._fill()

    def _open(self) -> None:
        if self.form is not None or self.sheet is None:
            return
        with self.body:
            html.h4("What the extractors read")
            html.p(
                "Type a number as it is printed, with its unit; it is kept so, and compared in one unit."
            ).classes("hint")
            for field, (_, definition) in NUMBERS.items():
                self.cards[field] = ValueCard(
                    self.around, self.key, field, definition, self._maker(field), self._reader(field),
                    agrees=field != CHANGE, places=False,
                )  # fmt: skip
            html.h4("The row")
            html.p(
                "What enters the synthesis. What differs from the extractors' readings is marked above."
            ).classes("hint")
            self.form = RowForm(self.around, self.row, key=self.key)
            with html.div().classes("row"):
                button("Save the row", self.form.save, main=True, **{"data-do": "row"})
                button("Numbers verified by me", self.form.verify)
        self._fill()

    def _maker(self, field: str) -> Callable[[Callable[[str], None]], Input]:
        return lambda changed: text_field(f"{NUMBERS[field][0]} as printed", on_change=changed)

    def _reader(self, field: str) -> Callable[[str], str]:
        return lambda text: meaning(field, text, self.row, self.around.book.codebook)

    def _fill(self) -> None:
        if self.sheet is None or self.form is None:
            return
        person = self.around.visit.person.name
        for field, card in self.cards.items():
            value = self.sheet.value(self.key, field)
            card.show(self.see(value), self.row, value.values.get(person, ""))
        self.form.show(self.row)
