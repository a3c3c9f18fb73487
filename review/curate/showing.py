"""Small pieces that many desks show: pictures, tables, states, notices."""

from collections.abc import Callable, Sequence

from nicegui import html, ui
from nicegui.element import Element

from review.curate.pictures import Picture

Cell = str | Callable[[], object]
TONES = ("good", "bad", "doubt", "none")


def show_picture(picture: Picture) -> None:
    """Show a drawing; where it is wider than the screen it scrolls by itself, with the keyboard too."""
    with html.figure(tabindex="0", role="region", **{"aria-label": picture.title}).classes("picture"):
        # the drawing is our own and escapes the texts of the database
        ui.html(picture.svg, sanitize=False)


def show_table(
    caption: str, head: Sequence[str], rows: Sequence[Sequence[Cell]], numeric: Sequence[int] = ()
) -> None:
    """Show rows as a plain table.

    Parameters
    ----------
    caption
        What the table holds.
    head, rows
        Texts, and for cells that hold more than a text what shows it; every row is as long as the heading.
    numeric
        Columns that are aligned to the right.
    """
    with (
        html.div(tabindex="0", role="region", **{"aria-label": caption}).classes("scroll"),
        html.table().classes("plain"),
    ):
        html.caption(caption).classes("hint")
        with html.thead(), html.tr():
            for i, name in enumerate(head):
                html.th(name, scope="col").classes("number" if i in numeric else "")
        with html.tbody():
            for row in rows:
                with html.tr():
                    for i, cell in enumerate(row):
                        with html.td("" if callable(cell) else cell).classes(
                            "number" if i in numeric else ""
                        ):
                            if callable(cell):
                                cell()


def put_words(element: Element, words: str) -> None:
    """Put other words into a paragraph or a button, as a text."""
    # a plain element has no other way to its text
    element._text = words
    element.update()


def show_state(words: str, tone: str) -> None:
    """Show a state in words, coloured `good`, `bad`, `doubt` or `none`; the words alone say it all."""
    html.span(words).classes(f"state {tone}")
