"""What stands around every desk: skip link, menu, who is here, light or dark, and the place for the desk."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nicegui import html, ui

from review.curate.people import Person

if TYPE_CHECKING:
    from review.curate.house import Place

HEAD = """
<link rel="stylesheet" href="/static/curate.css">
<script src="/static/curate.js"></script>
"""


@contextmanager
def framed(menu: "Sequence[Place]", path: str, name: str, person: Person, token: str) -> Iterator[None]:
    """Build the frame; what is made inside the `with` stands in its main part.

    Parameters
    ----------
    menu
        The places that the menu names.
    path, name
        Where we are.
    person
        Who is here.
    token
        Goes with the form by which the person leaves.
    """
    ui.add_head_html(HEAD)
    ui.query(".nicegui-content").classes("page")
    with ui.header(elevated=False).classes(replace="bar"):
        html.a("Skip to the desk", href="#desk").classes("skip")
        html.a("medquant", href="/").classes("brand")
        with html.nav(**{"aria-label": "Desks"}).classes("menu"):
            for place in menu:
                link = html.a(place.name, href=place.path)
                if place.path == path:
                    link.props('aria-current="page"')
        with html.div().classes("who"):
            html.span(f"{person.name} · {person.role}").classes("name")
            html.button("◐", type="button", title="Dark or light").props(
                'onclick="medquantTheme()" aria-label="Switch between dark and light"'
            ).classes("quiet")
            with html.form(method="post", action="/leave"):
                html.input_(type="hidden", name="token", value=token)
                html.button("Leave", type="submit").classes("quiet")
    with html.div(id="desk", tabindex="-1").classes("desk"):
        html.h1(name)
        yield
