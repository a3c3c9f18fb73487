"""The right field for each variable of the codebook: boxes or a list for codes, a line for numbers, texts and addresses."""

from collections.abc import Callable
from typing import Protocol

from nicegui import html, ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from db.codebook.codebook import VariableInfo
from db.models.base import SEPARATOR
from db.vocabulary import ValueType
from review.curate.desks.studies.facts import Book
from review.curate.fields import REMEMBERED, choice_field, set_in_browser, text_field

Changed = Callable[[str], None]
HINTS = {
    ValueType.INTEGER: "a whole number, such as 3662",
    ValueType.NUMBER: "a number, such as 0.93",
    ValueType.BITS: "such as 8, or 4;8, or 16f; several with semicolons",
    ValueType.URL: "begins with http:// or https://; several with semicolons",
}


class Input(Protocol):
    """Something to type or choose a value with; `value` is its text as the matrix holds it, `seen` what stood there before."""

    value: str
    seen: str

    @property
    def dirty(self) -> bool:
        """Whether the person put something else than what stood there."""

    def put(self, value: str) -> object:
        """Put another value in."""

    def fill(self, value: str) -> object:
        """Type for the person: another value stands there, over the one that was seen."""

    def follow(self, value: str) -> object:
        """Put another value in, unless the person is typing over the one that stands there."""

    def hold(self, value: str) -> object:
        """Note that this is what is stored now."""


class Boxes:
    """A box for each code of a vocabulary, with its meaning.

    As with a `Field`, each set of ticks that the server shows has a number, which comes back with what a person ticks: so
    `seen` is what this person saw, even where other ticks crossed on their way.
    """

    def __init__(self, label: str, codes: dict[str, tuple[str, str]], on_change: Changed) -> None:
        self.value = self.seen = ""
        self._told, self._number = on_change, 0
        self._stood = {0: ""}
        self._boxes: dict[str, Element] = {}
        with html.fieldset().classes("codes"):
            html.legend(label).classes("unseen")
            for code, (name, meaning) in codes.items():
                with html.label().classes("code"):
                    box = ui.element("input")
                    box.props.update({"type": "checkbox", "checked": False, "data-number": 0})
                    box.on("change", self._taker(code), js_handler=_EMIT)
                    self._boxes[code] = box
                    with html.span():
                        html.span(name)
                        if meaning:
                            html.span(meaning).classes("hint meaning")

    def _taker(self, code: str) -> Callable[[GenericEventArguments], None]:
        def take(event: GenericEventArguments) -> None:
            ticked, number = event.args
            crossed = number != self._number and number in self._stood
            if crossed and self.seen != self._stood[number]:
                self.value = self.seen = self._stood[number]
            chosen = [one for one in self.value.split(SEPARATOR) if one and one != code]
            if ticked:
                chosen.append(code)
            self.value = SEPARATOR.join(chosen)
            self._boxes[code].props["checked"] = bool(ticked)
            if crossed:  # the screen shows the other ticks by now
                self._show()
            self._told(self.value)

        return take

    @property
    def dirty(self) -> bool:
        """Whether the person ticked something else than what stood there."""
        return self.value != self.seen

    def put(self, value: str) -> None:
        """Tick the boxes of a value."""
        self.value = self.seen = value
        self._show()

    follow = put

    def fill(self, value: str) -> None:
        """Tick the boxes of a value for the person."""
        self.value = value
        self._show()

    def hold(self, value: str) -> None:
        """Note that this is what is stored now."""
        self.seen = self._stood[self._number] = value

    def _show(self) -> None:
        self._number += 1
        self._stood = {one: text for one, text in self._stood.items() if one > self._number - REMEMBERED}
        self._stood[self._number] = self.seen
        chosen = self.value.split(SEPARATOR)
        for code, box in self._boxes.items():
            box.props["checked"] = code in chosen
            box.props["data-number"] = self._number
            box.update()
            set_in_browser(box, "checked", code in chosen)


_EMIT = "(event) => emit(event.target.checked, Number(event.target.dataset.number))"


def input_for(info: VariableInfo, book: Book, on_change: Changed) -> Input:
    """Show the field that fits a variable."""
    label = f"Value of {info.label}"
    if info.type == ValueType.CODE and info.vocabulary:
        terms = book.codebook.terms.get(info.vocabulary, {})
        if info.multi:
            codes = {
                code: (name, book.meanings.get((info.vocabulary, code), "")) for code, name in terms.items()
            }
            return Boxes(label, codes, on_change)
        return choice_field(label, {"": "(choose)", **terms}, on_change=on_change)
    hint = HINTS.get(info.type, "several with semicolons" if info.multi else "")
    more = {"inputmode": "numeric"} if info.type == ValueType.INTEGER else {}
    return text_field(label, on_change=on_change, placeholder=hint, **more)
