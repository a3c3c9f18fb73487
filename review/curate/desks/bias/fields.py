"""Fields of an appraisal form: a group of radio buttons, and a field that tells beside itself what is missing."""

import json
from collections.abc import Awaitable, Callable, Mapping

from nicegui import html, ui
from nicegui.element import Element

from review.curate.fields import Field

Chosen = Callable[[str], Awaitable[None]]


class Choices:
    """A group of radio buttons under a legend; `value` is what is chosen, "" for nothing yet.

    Parameters
    ----------
    legend
        What is asked.
    options
        Codes, and what each is called, in the order of the keys 1, 2, 3 …
    value
        What is chosen at first.
    name
        Unlike that of any other group of the page.
    on_choose
        Called with the new value.
    missing
        What to say where a choice is needed.
    """

    def __init__(
        self,
        legend: str,
        options: Mapping[str, str],
        value: str = "",
        *,
        name: str,
        on_choose: Chosen | None = None,
        missing: str = "Choose one of these.",
    ) -> None:
        self.value = value
        self._told, self._missing = on_choose, missing
        self._radios: dict[str, Element] = {}
        with html.fieldset().classes("choices") as self.box:
            self.box.props["data-keys"] = name
            self.legend = html.legend(legend)
            with html.div().classes("options"):
                for number, (code, words) in enumerate(options.items(), start=1):
                    with html.label().classes("option"):
                        radio = ui.element("input")
                        radio.props.update(
                            {"type": "radio", "name": name, "value": code, "checked": code == value}
                        )
                        html.kbd(str(number)).props["aria-hidden"] = "true"
                        html.span(words)
                    radio.on("change", self._choose(code))
                    self._radios[code] = radio
            self._problem = _problem_of(name)
        self.box.props["aria-describedby"] = f"{name}-problem"

    def _choose(self, code: str) -> Callable[[], Awaitable[None]]:
        async def chosen() -> None:
            self._mark(code)
            self.complain("")
            if self._told is not None:
                await self._told(code)

        return chosen

    def _mark(self, code: str) -> None:
        self.value = code
        for other, radio in self._radios.items():
            radio.props["checked"] = other == code
            radio.update()

    def put(self, value: str) -> None:
        """Choose something else, or nothing, on the person's screen."""
        self._mark(value)
        for code, radio in self._radios.items():
            # the browser has what the person clicked, of which the framework knows nothing
            ui.run_javascript(
                f"{{const e = getHtmlElement({radio.id}); if (e) e.checked = {json.dumps(code == value)};}}"
            )

    def complain(self, words: str) -> None:
        """Say under the group what is wrong; "" takes it away."""
        _tell(self._problem, words)

    def require(self) -> bool:
        """Return whether something is chosen; where not, say so under the group."""
        self.complain("" if self.value else self._missing)
        return bool(self.value)

    def focus(self) -> None:
        """Let the person choose here next."""
        ui.run_javascript(f"getHtmlElement({self.box.id})?.querySelector('input')?.focus()")


class Needed:
    """A field that must be filled in; what is missing stands under it, and the browser ties the two together.

    Parameters
    ----------
    make
        Makes the field.
    name
        Unlike that of any other field of the page.
    missing
        What to say where it is empty.
    """

    def __init__(self, make: Callable[[], Field], *, name: str, missing: str) -> None:
        self._missing = missing
        with html.div().classes("needed"):
            self.field = make()
            self._problem = _problem_of(name)
        self.field.element.props.update(
            {"aria-required": "true", "aria-describedby": f"{name}-problem", "aria-invalid": "false"}
        )

    @property
    def value(self) -> str:
        """What was typed, without space around it."""
        return self.field.value.strip()

    def require(self) -> bool:
        """Return whether something was typed; where not, say so under the field and let the person type there."""
        missing = not self.value
        _tell(self._problem, self._missing if missing else "")
        self.field.element.props["aria-invalid"] = "true" if missing else "false"
        self.field.element.update()
        if missing:
            self.field.focus()
        return not missing


def _problem_of(name: str) -> Element:
    problem: Element = html.p(id=f"{name}-problem", role="alert").classes("problem")
    return problem


def _tell(problem: Element, words: str) -> None:
    problem.clear()
    if words:
        with problem:
            html.span(words)
