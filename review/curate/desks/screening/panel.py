"""What stands beside the cards: the decisions, the reasons with their keys, the criteria, and the list of keys."""

import json
from collections.abc import Callable, Sequence

from nicegui import html, ui

from db.vocabulary import Stage
from review.curate.desks.screening.work import Reason
from review.curate.fields import keys_switch

Buttons = Sequence[tuple[str, str, str]]
TITLE: Buttons = (("include", "Include", "i"), ("maybe", "Maybe", "m"), ("exclude", "Exclude", "e"))
SETTLE: Buttons = tuple(one for one in TITLE if one[0] != "maybe")
TEXT: Buttons = (SETTLE[0], ("missing", "Not retrieved", "x"), SETTLE[1])
BLIND_TEXT: Buttons = (*TITLE[:2], *TEXT[1:])
MOVES: Buttons = (
    ("previous", "Previous", "k"),
    ("next", "Next", "j"),
    ("note", "Note", "n"),
    ("undo", "Undo", "u"),
    ("keys", "Keys", "?"),
)
TELLS = {
    "include": "include the record",
    "maybe": "you cannot tell; the record goes to the conflicts once all have judged it",
    "missing": "the document could not be had",
    "exclude": "exclude the record; then press the key of the reason, or Escape",
    "previous": "back to the record before",
    "next": "pass over this record for now",
    "note": "write a note; Escape or Ctrl+Enter leads back to the record",
    "undo": "take back your last decision of this session",
    "keys": "show this list",
}


def said_line() -> Callable[[str], None]:
    """Draw the line that tells what happened; return what writes into it."""
    line = ui.label("").props('role=status data-screening-said=""').classes("said")

    def say(words: str) -> None:
        # a press that did nothing is told by the browser, so that even the same words are to be written again
        line.client.run_javascript(
            f"document.querySelector('[data-screening-said]').textContent = {_quoted(words)}"
        )

    return say


def _quoted(words: str) -> str:
    return json.dumps(words)


def draw_decisions(buttons: Buttons) -> None:
    """Draw the buttons."""
    with html.div(role="group", **{"aria-label": "Decide"}).classes("decisions"):
        for do, words, key in buttons:
            _draw_button(do, words, key)
    with html.div(role="group", **{"aria-label": "Move on"}).classes("moves"):
        for do, words, key in MOVES:
            _draw_button(do, words, key)
    keys_switch()


def decisions_at(stage: Stage, *, blind: bool) -> Buttons:
    """Return the decisions that a stage of screening knows; `blind` says whether full texts are judged so."""
    if stage == Stage.TITLE_ABSTRACT:
        return TITLE
    return BLIND_TEXT if blind else TEXT


def _draw_button(do: str, words: str, key: str) -> None:
    more = {"aria-expanded": "false"} if do == "exclude" else {}
    with html.button(type="button", **{"data-do": do, "aria-keyshortcuts": key, **more}):
        html.span(words)
        html.kbd(key)


def draw_reasons(reasons: Sequence[Reason]) -> None:
    """Draw the reasons of exclusion; each is a button and has a key."""
    with html.section(**{"aria-labelledby": "reasons"}).classes("card reasons"):
        html.h2("Reasons to exclude", id="reasons")
        html.p("Press e, then the key of the reason.").classes("hint")
        with html.ol():
            for reason in reasons:
                with html.li():
                    with html.button(
                        type="button", **{"data-reason": reason.code, "data-key": reason.key}
                    ).classes("reason"):
                        html.kbd(reason.key or "·")
                        html.span(reason.label)
                    if reason.definition:
                        html.span(reason.definition).classes("hint")


def draw_criteria(criteria: str) -> None:
    """Draw the criteria of the review, sentence by sentence."""
    with html.section(**{"aria-labelledby": "criteria"}).classes("card criteria"):
        html.h2("Criteria", id="criteria")
        html.p(criteria or "The review states no criteria of eligibility in its corpus.")


def draw_keys(buttons: Buttons) -> None:
    """Draw the list of keys, which is closed at first."""
    with html.dialog(**{"aria-labelledby": "keys", "data-screening-keys": ""}).classes("keys card"):
        html.h2("Keys", id="keys")
        html.p("They work everywhere on this page, but not while you type in a field.").classes("hint")
        with html.dl():
            for do, _, key in (*buttons, *MOVES):
                with html.dt():
                    html.kbd(key)
                html.dd(TELLS[do])
        with html.form(method="dialog"):
            html.button("Close", type="submit", autofocus="").classes("main")
