"""Form fields of the browser itself, each with its label, so that keyboards, screen readers and phones know them."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, Self

from nicegui import html, ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

Changed = Callable[[str], Awaitable[None] | None]
REMEMBERED = 50
"""So many texts that stood in a field are remembered for what is typed over them and still on its way."""


class Field:
    """A labelled field; `value` is what the person typed or chose last, `seen` what stood there when that began.

    What a person types is on its way for a while. Each text that the server puts in has a number, which the browser sends
    along with what was typed over it: so `seen` is what this person saw, even where another text crossed on its way.

    Parameters
    ----------
    label
        What stands above it.
    tag
        `input`, `select` or `textarea`.
    value
        What stands in it at first.
    on_change
        Called with the new value, for `input` and `textarea` while the person types, a third of a second after the last
        key.
    props
        Further attributes of the element.
    """

    def __init__(
        self,
        label: str,
        tag: str,
        value: str = "",
        *,
        on_change: Changed | None = None,
        **props: Any,  # noqa: ANN401
    ) -> None:
        self.value = self.seen = value
        self._stood = {0: value}
        self._told = on_change
        with html.label().classes("field") as self.box:
            html.span(label)
            self.element: Element = html.textarea(value) if tag == "textarea" else ui.element(tag)
        # what a person types would be lost at every redrawing if it were bound: it is given once, as an attribute
        self.element.props.update({**({_FIRST: value} if tag == "input" else {}), _NUMBER: 0, **props})
        self.element.on("input" if tag != "select" else "change", self._take, js_handler=_EMIT)
        if on_change is not None:
            self.element.on(
                "input" if tag != "select" else "change",
                self._tell,
                js_handler="() => emit()",
                throttle=0.0 if tag == "select" else _PAUSE,
                leading_events=tag == "select",
            )

    def _take(self, event: GenericEventArguments) -> None:
        said = event.args if isinstance(event.args, list) else [event.args]
        self.value = str(said[0] or "")
        number = said[1] if len(said) > 1 and isinstance(said[1], int) else None
        if number in self._stood:
            self.seen = self._stood[number]

    async def _tell(self) -> None:
        # comes a while after the last key, when the field may hold something else already, so it brings no value
        if self._told is not None:
            found = self._told(self.value)
            if found is not None:
                await found

    @property
    def dirty(self) -> bool:
        """Whether the person put something else than what stood there; space around it does not count."""
        return self.value.strip() != self.seen.strip()

    def put(self, value: str) -> Self:
        """Put another value into the field, whatever the person typed."""
        return self._set(value, "put")

    def fill(self, value: str) -> Self:
        """Type for the person: another value stands in the field, over the one that was seen."""
        self.value = value
        set_in_browser(self.element, "value", value)
        return self

    def follow(self, value: str) -> Self:
        """Put another value into the field, unless the person is typing over the one that stands there."""
        return self._set(value, "follow")

    def hold(self, value: str) -> Self:
        """Note that this is what is stored now; what the person typed since then stays typed."""
        return self._set(value, "hold")

    def _set(self, value: str, how: Literal["put", "follow", "hold"]) -> Self:
        self.seen = value
        if how != "hold":
            self.value = value
        number = max(self._stood) + 1
        self._stood = {one: text for one, text in self._stood.items() if one > number - REMEMBERED}
        self._stood[number] = value
        if self.element.client.has_socket_connection:
            said = ", ".join(json.dumps(one) for one in (value, number, how))
            self.element.client.run_javascript(f"medquantSet(getHtmlElement({self.element.id}), {said})")
        else:
            self._first(value, number)
        return self

    def _first(self, value: str, number: int) -> None:
        """Change what the field is drawn with, while nobody sees it yet."""
        self.element.props[_NUMBER] = number
        if isinstance(self.element, html.textarea):
            self.element._text = value
        elif self.element.tag == "input":
            self.element.props[_FIRST] = value
        for option in self.element.default_slot.children:
            option.props["selected"] = option.props["value"] == value
        self.element.update()

    def focus(self) -> None:
        """Let the person type here next."""
        ui.run_javascript(f"getHtmlElement({self.element.id})?.focus()")


def set_in_browser(element: Element, name: str, value: str | bool) -> None:
    """Set what a person may have changed since, such as the `value` or `checked` of a field, in the browser itself."""
    if element.client.has_socket_connection:
        element.client.run_javascript(
            f"{{ const field = getHtmlElement({element.id}); if (field) field[{json.dumps(name)}] = {json.dumps(value)}; }}"
        )


_FIRST = "^value"
_NUMBER = "data-number"
_EMIT = "(event) => emit(...medquantSaid(event.target))"
_PAUSE = 0.35


def text_field(
    label: str,
    value: str = "",
    *,
    on_change: Changed | None = None,
    **props: Any,  # noqa: ANN401
) -> Field:
    """Show a line to type in."""
    return Field(
        label, "input", value, on_change=on_change, **{"type": "text", "autocomplete": "off", **props}
    )


def area_field(label: str, value: str = "", *, rows: int = 3, on_change: Changed | None = None) -> Field:
    """Show several lines to type in."""
    return Field(label, "textarea", value, on_change=on_change, rows=rows)


def choice_field(
    label: str, choices: Mapping[str, str], value: str = "", *, on_change: Changed | None = None
) -> Field:
    """Show a list to choose from: values, and what each is called; without a value that is among them, the first."""
    value = value if value in choices else next(iter(choices), "")
    field = Field(label, "select", value, on_change=on_change)
    with field.element:
        for code, name in choices.items():
            html.option(name, value=code).props.update({"selected": True} if code == value else {})
    return field


def button(
    words: str,
    action: Callable[[], Awaitable[None] | None],
    *,
    main: bool = False,
    **props: Any,  # noqa: ANN401
) -> Element:
    """Show a button; the main one of a form stands out."""
    made: Element = html.button(words, type="button", **props)
    if main:
        made.classes("main")
    made.on("click", action)
    return made


def keys_switch() -> None:
    """Show the box by which a person turns keys of one letter off, at all desks and for good in this browser."""
    with html.label().classes("switch hint"):
        html.input_(type="checkbox", checked=True, **{"data-keys-switch": ""})
        html.span("Single letters are keys")
    ui.run_javascript("medquantKeys()")
