"""Numbers of one study that cannot all be true, each with what follows and what may explain it."""

from collections.abc import Sequence
from urllib.parse import quote

from nicegui import html
from sqlalchemy import Connection

from db.vocabulary import Origin
from review.contradictions import Contradiction, find_contradictions
from review.curate.fields import choice_field
from review.curate.house import House, Visit
from review.curate.parts import Part

RULES = {
    "change_and_arms": "a stored change and its two arms",
    "printed_change_and_arms": "a printed change and its two arms",
    "share_and_cases": "a share and the number of test cases",
    "cells_and_shares": "cells of a table and a share",
    "size_and_bits": "a size and its bits",
    "rate_and_time": "images a second and time of one",
    "size_and_parameters": "a file and its parameters",
}


def add(house: House) -> None:
    """Lay the contradictions into the house."""

    @house.desk("/contradictions", "Contradictions", listed=False)
    async def contradictions(visit: Visit) -> None:
        html.p(
            "Each card is arithmetic on the numbers of one study. It is no verdict: there may be an innocent reason. Look at "
            "the source, correct what was misread, or leave it and say why in the study’s notes."
        )

        def draw(found: Sequence[Contradiction]) -> None:
            shown = [one for one in found if rule.value in ("", one.rule)]
            html.p(f"{len(shown)} of {len(found)} contradictions", role="status").classes("hint counted")
            if not found:
                html.p("No numbers of one study contradict each other.").classes("notice")
            with html.div().classes("columns"):
                for one in shown:
                    _card(one)

        with html.div().classes("row"):
            rule = choice_field("Show", {"": "all of them", **RULES}, on_change=lambda _: cards.show())
        cards = Part(lambda: visit.known(_all), draw)
        await cards.show()
        visit.on_change(cards.keep_up)


def _all(connection: Connection) -> list[Contradiction]:
    return find_contradictions(connection)


def _card(one: Contradiction) -> None:
    with html.article().classes("card contradiction"):
        with html.h2():
            if one.origin == Origin.REPORTED:
                html.a(one.source, href=f"/studies/{quote(one.source, safe='')}")
            else:
                html.span(f"run {one.source}")
        html.p(f"{RULES.get(one.rule, one.rule)} · {', '.join(one.comparisons)}").classes("hint")
        with html.dl().classes("facts"):
            for name, words in (
                ("It says", one.said),
                ("It follows", one.follows),
                ("May be", one.may_be),
            ):
                html.dt(name)
                html.dd(words)
