"""The screening desk: one record after another, judged blind and by keyboard alone."""

from datetime import UTC, datetime

from nicegui import background_tasks, html, ui
from sqlalchemy import Connection

from db.vocabulary import Stage
from review.agreement import screening_agreement
from review.curate.desks.screening.deck import Deck
from review.curate.desks.screening.learning import Learner
from review.curate.desks.screening.order import Ordering
from review.curate.desks.screening.panel import (
    decisions_at,
    draw_criteria,
    draw_decisions,
    draw_keys,
    draw_reasons,
    said_line,
)
from review.curate.desks.screening.texts import TextWork
from review.curate.desks.screening.work import TitleWork, read_criteria, read_facts
from review.curate.house import House, Visit
from review.settings import read_settings
from review.waiting import decided_since, judged_by

STAGES = {Stage.TITLE_ABSTRACT: "Title and abstract", Stage.FULL_TEXT: "Full text"}
AGREE_EVERY = 10
"""After so many own decisions agreement is told anew: after each it would tell what the other said of one record."""
FEWEST_PAIRS = 10
SCRIPT = '<script src="/static/screening.js"></script>'


def add(house: House) -> None:
    """Lay the screening desk into the house."""
    learner = Learner()

    @house.desk("/screening", "Screening")
    async def screening(visit: Visit) -> None:
        ui.add_head_html(SCRIPT)
        asked = visit.asked("stage")
        stage = Stage(asked) if asked in tuple(Stage) else Stage.TITLE_ABSTRACT
        facts = await visit.known(read_facts)
        kind = TextWork if stage == Stage.FULL_TEXT else TitleWork
        work = kind(visit, visit.house.keywords, facts)
        buttons = decisions_at(stage, blind=facts.full_text_votes > 1)
        _draw_stages(stage)
        progress = ui.label("").classes("progress")
        ordering = Ordering(visit, work, learner)
        said = said_line()
        with html.div(**{"data-screening": stage.value}).classes("screening"):
            counter = Counter(visit, stage, progress)

            async def counted(by: int) -> None:
                counter.add(by)
                if by > 0:
                    # both may take a while, which the next decision does not wait for
                    ordering.decided()
                    background_tasks.create(counter.agree(), name="agreement of reviewers")

            deck = Deck(visit, ordering, said, counted)
            with html.div().classes("panel"):
                draw_decisions(buttons)
                draw_reasons(facts.reasons)
                draw_criteria(await visit.known(read_criteria))
                counter.place()
        draw_keys(buttons)
        ordering.serve(deck)

        async def begin() -> None:
            await deck.begin()
            await counter.begin(len(await work.queue()))
            await counter.agree()

        ui.timer(0.01, begin, once=True)
        visit.on_change(ordering.changed)


def _draw_stages(stage: Stage) -> None:
    with html.nav(**{"aria-label": "Stages"}).classes("stages"):
        for one, name in STAGES.items():
            link = html.a(name, href=f"/screening?stage={one.value}")
            if one == stage:
                link.props('aria-current="page"')
        html.a("Conflicts", href="/conflicts")


class Counter:
    """How far a reviewer is, and how far reviewers agree."""

    def __init__(self, visit: Visit, stage: Stage, progress: ui.label) -> None:
        self._visit, self._stage, self._progress = visit, stage, progress
        self._judged = self._today = self._since = self._left = 0
        self._agreement: ui.label | None = None

    def place(self) -> None:
        """Draw the line on agreement here."""
        self._agreement = ui.label("").classes("hint agreement")

    async def begin(self, left: int) -> None:
        """Count what was done before."""
        name = self._visit.person.name
        midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        if self._stage == Stage.TITLE_ABSTRACT:
            self._judged = await self._visit.read(judged_by, name)
        self._today = await self._visit.read(decided_since, name, midnight.astimezone(UTC))
        self._left = left
        self.add(0)

    def add(self, by: int) -> None:
        """Count a decision, or one that was taken back."""
        self._judged, self._today, self._since = self._judged + by, self._today + by, self._since + by
        self._left = left = max(self._left - by, 0)
        total = self._judged + left
        done = (
            f"You have judged {self._judged:,} of {total:,} records"
            if self._stage == Stage.TITLE_ABSTRACT
            else f"{left:,} full text{'s'[: left != 1]} to judge"
        )
        self._progress.set_text(f"{done} · {max(self._today, 0):,} decided by you today")

    async def agree(self) -> None:
        """Tell how far reviewers agree, at first and after some more decisions."""
        if self._agreement is None or (self._agreement.text and self._since < AGREE_EVERY):
            return
        self._since = 0
        self._agreement.set_text(await self._visit.read(_agreement_in_words))


def _agreement_in_words(connection: Connection) -> str:
    found = screening_agreement(connection, needed=read_settings(connection).reviewers_needed)
    if found.judged_twice < FEWEST_PAIRS:
        return f"Agreement of the reviewers is told here once {FEWEST_PAIRS} records have two votes."
    kappa, alpha = found.pooled.kappa, found.alpha
    parts = [f"κ {kappa:.2f}" if kappa is not None else "κ undefined"]
    parts.append(f"α {alpha:.2f}" if alpha is not None else "α undefined")
    return (
        f"Agreement on title and abstract: {', '.join(parts)}, {found.judged_twice:,} records with two votes or more. "
        f"Told anew after every {AGREE_EVERY} of your decisions."
    )
