"""The conflicts desk: what reviewers differ on is settled, and what the team cannot finish is named."""

from nicegui import html, ui

from db.vocabulary import Stage
from review.curate.desks.conflicts.overview import draw_overview, read_overview
from review.curate.desks.conflicts.work import ConflictWork
from review.curate.desks.screening.deck import Deck
from review.curate.desks.screening.desk import SCRIPT, STAGES
from review.curate.desks.screening.panel import (
    SETTLE,
    draw_criteria,
    draw_decisions,
    draw_keys,
    draw_reasons,
    said_line,
)
from review.curate.desks.screening.work import read_criteria, read_facts
from review.curate.house import House, Visit
from review.curate.parts import Part
from review.curate.people import Role
from review.keywords import read_keywords


def add(house: House) -> None:
    """Lay the conflicts desk into the house."""

    @house.desk("/conflicts", "Conflicts", listed=False)
    async def conflicts(visit: Visit) -> None:
        ui.add_head_html(SCRIPT)
        facts = await visit.known(read_facts)
        asked = visit.asked("stage")
        stage = Stage(asked) if asked in tuple(Stage) else Stage.TITLE_ABSTRACT
        work = ConflictWork(visit, read_keywords(), facts, stage)
        _draw_stages(stage, blind_texts=facts.full_text_votes > 1)
        if not visit.person.may(Role.ADJUDICATOR):
            html.p("You may look. Only an adjudicator settles conflicts.").classes("notice")
        progress = ui.label("").classes("progress")
        said = said_line()

        async def counted(_: int) -> None:
            progress.set_text(_left(deck.left))

        with html.div(**{"data-screening": "conflicts"}).classes("screening"):
            deck = Deck(visit, work, said, counted)
            with html.div().classes("panel"):
                draw_decisions(SETTLE)
                draw_reasons(facts.reasons)
                draw_criteria(await visit.known(read_criteria))
        draw_keys(SETTLE)
        below = Part(lambda: visit.known(read_overview, stage), draw_overview)

        async def begin() -> None:
            await deck.begin()
            progress.set_text(_left(deck.left))
            await below.show()

        async def changed() -> None:
            await deck.refresh(await work.queue())
            progress.set_text(_left(deck.left))
            await below.keep_up()

        ui.timer(0.01, begin, once=True)
        visit.on_change(changed)


def _draw_stages(stage: Stage, *, blind_texts: bool) -> None:
    with html.nav(**{"aria-label": "Stages"}).classes("stages"):
        for one, name in STAGES.items():
            if one == Stage.FULL_TEXT and not blind_texts:
                continue  # a full text of one decision has no conflict
            link = html.a(f"Conflicts on {name.lower()}", href=f"/conflicts?stage={one.value}")
            if one == stage:
                link.props('aria-current="page"')
        html.a("Back to the screening desk", href=f"/screening?stage={stage.value}")


def _left(n: int) -> str:
    return f"{n:,} record{'s'[: n != 1]} to settle"
