"""What is in files that were sent, before anything is written: records, decisions, what is there already, what is lost."""

import asyncio
import datetime as dt

from nicegui import html, ui

from db.errors import MedquantError
from db.vocabulary import Route
from review.curate.desks.imports.result import show_unread
from review.curate.desks.imports.waiting import Pace, waiting
from review.curate.fields import area_field, button, choice_field, text_field
from review.curate.house import Visit, told
from review.curate.people import Role
from review.curate.showing import put_words, show_state, show_table
from review.curate.uploads import Batch, Uploads, in_megabytes, worked_out
from review.importing import Import, SearchFacts, plan_import
from review.sources.imported import Reading
from review.sources.reading import FORMATS, read_bytes
from review.taking_in import prepare_import, take_in

Files = list[tuple[Reading, bytes]]
FIRST = 20
ROUTES = {
    Route.DATABASE: "a database", Route.REGISTER: "a register", Route.WEBSITE: "a website",
    Route.ORGANISATION: "an organisation", Route.CITATION: "references of other works",
}  # fmt: skip


async def show_preview(visit: Visit, uploads: Uploads, key: str, pace: Pace) -> None:
    """Show what was sent, with the facts of the search to fill in and the button that imports."""
    desk = _Preview(visit, uploads, uploads.find(key, visit.person), pace)
    desk.build()
    ui.timer(0.01, desk.look, once=True)


class _Preview:
    def __init__(self, visit: Visit, uploads: Uploads, batch: Batch, pace: Pace) -> None:
        self.visit, self.uploads, self.batch, self.pace = visit, uploads, batch, pace
        self.files: Files = []
        self.count = 0
        self.asked = 0
        self.taken = False
        # the files are looked at, or imported, one after the other
        self.turn = asyncio.Lock()

    def build(self) -> None:
        html.p(
            f"{len(self.batch.files)} file(s), {in_megabytes(self.batch.size)}, were sent. Nothing is written yet."
        )
        html.h2("2. Say which search this was")
        with html.div().classes("columns"):
            self.source = text_field("Database or index searched", on_change=self.changed, maxlength=300)
            self.date = text_field("Date of the search", on_change=self.changed, type="date")
            self.route = choice_field(
                "Found through",
                {r.value: name for r, name in ROUTES.items()},
                Route.DATABASE,
                on_change=self.changed,
            )
            self.query = area_field("Query as typed", rows=2, on_change=self.changed)
            self.labels = text_field(
                "Whose decisions are those without a name", self.visit.person.name, on_change=self.changed
            )
            self.form = choice_field(
                "Read the files as",
                {"": "guessed from each file", **{f: f for f in FORMATS}},
                on_change=self.changed,
            )
        html.p("What you leave empty is taken from the files, or noted as not stated.").classes("hint")
        html.h2("3. Look at what is in the files", id="look", tabindex="-1")
        self.wait = html.div()
        self.place = html.div()
        # it stays where it is while the rest is drawn anew, so that no press and no typed reason is lost
        with html.div() as self.actions:
            html.h2("4. Import")
            with html.div().classes("row choose"):
                files = ", ".join(file.name for file in self.batch.files)
                self.why = text_field("Reason, kept in the history", f"import of {files}"[:200])
            with html.div().classes("row"):
                self.go = button("Import", self.take_in, main=True)
                button("Do not import, forget the files", self.forget)
        self.actions.set_visibility(False)

    def facts(self) -> SearchFacts:
        try:
            date = dt.date.fromisoformat(self.date.value) if self.date.value else None
        except ValueError:
            raise MedquantError(
                f"{self.date.value!r} is no date; allowed: YYYY-MM-DD, such as 2026-01-31"
            ) from None
        route = Route(self.route.value) if self.route.value in set(Route) else Route.DATABASE
        return SearchFacts(
            by=self.visit.person.name,
            source=" ".join(self.source.value.split()),
            query=" ".join(self.query.value.split()),
            date=date,
            route=None if route == Route.DATABASE else route,
            labels_by=" ".join(self.labels.value.split()),
        )

    async def changed(self, _: str) -> None:
        await self.look()

    async def look(self) -> None:
        """Work out what would come in; what is typed meanwhile is looked at afterwards, once."""
        self.asked += 1
        number = self.asked
        async with self.turn:
            if number == self.asked and not self.taken:
                await self._look()

    async def _look(self) -> None:
        form = self.form.value if self.form.value in FORMATS else None
        try:
            facts = self.facts()
            with waiting(
                self.wait, f"Reading {in_megabytes(self.batch.size)}", self.pace, "read", self.batch.size
            ):
                self.files = await worked_out(
                    self.batch, ("read", form), lambda: read_batch(self.batch, form)
                )
            count = sum(len(reading.records) for reading, _ in self.files)
            with waiting(
                self.wait, f"Comparing {count:,} record(s) with the database", self.pace, "plan", count
            ):
                made = await self.visit.read(plan_import, self.files, facts)
        except MedquantError as error:
            self._refused(error)
            return
        self.count = len(made.records)
        put_words(self.go, f"Import {self.count:,} record(s)")
        self.actions.set_visibility(self.count > 0)
        self.place.clear()
        with self.place:
            show_plan(made, self.files)
            if not made.records:
                ui.label("No record could be read, so there is nothing to import.").props(
                    "role=alert"
                ).classes("refusal")
                button("Choose other files", self.forget)

    def _refused(self, error: MedquantError) -> None:
        self.actions.set_visibility(False)
        self.place.clear()
        with self.place:
            ui.label(str(error)).props("role=alert").classes("refusal")
            html.p(
                "Nothing was written. If the format was guessed wrongly, choose it under “Read the files as”."
            )
            button("Choose other files", self.forget)

    async def take_in(self) -> None:
        """Write all of it in one change, after what was typed last is looked at."""
        seen = self.count
        async with self.turn:
            if self.taken:
                return
            if seen != self.count:
                ui.notify("The files are read in another way now. Look at them and press again.")
                return
            await self._take_in()

    async def _take_in(self) -> None:
        why = self.why.value.strip() or "import of a search"
        try:
            facts = self.facts()
            self._show_plan(shown=False)
            with waiting(self.wait, f"Importing {self.count:,} record(s)", self.pace, "write", self.count):
                prepared = await self.visit.read(prepare_import, self.files, facts)
                _, change = await self.visit.write(Role.CURATOR, why, take_in, self.files, facts, prepared)
        except MedquantError as error:
            self._show_plan(shown=True)
            told(error)
            return
        self.taken = True
        self.uploads.drop(self.batch.key)
        ui.navigate.to(f"/import?change={change}")

    def _show_plan(self, *, shown: bool) -> None:
        for part in (self.place, self.actions):
            part.set_visibility(shown)

    def forget(self) -> None:
        self.uploads.drop(self.batch.key)
        ui.navigate.to("/import")


def read_batch(batch: Batch, form: str | None) -> Files:
    """Read the files that were sent.

    Raises
    ------
    MedquantError
        If one of them cannot be read as a whole.
    """
    return [(read_bytes(file.name, file.content, form), file.content) for file in batch.files]


def show_plan(made: Import, files: Files) -> None:
    """Show what an import would write."""
    with html.p().classes("row"):
        show_state(f"{len(made.records):,} record(s)", "good" if made.records else "bad")
        show_state(f"{len(made.known):,} there already by an identifier", "doubt" if made.known else "none")
        show_state(f"{len(made.screenings):,} decision(s)", "good" if made.screenings else "none")
        show_state(f"{made.lost:,} lost", "bad" if made.lost else "none")
        show_state(
            f"{len(made.unread) - made.lost:,} remark(s)", "doubt" if len(made.unread) > made.lost else "none"
        )
    if made.known:
        html.p(
            "Records that are there already come in as hits of their own; the duplicates desk joins them afterwards."
        ).classes("hint")
    show_table(
        "Files",
        ("File", "Read as", "Found", "Read", "Lost"),
        [(r.name, r.format, f"{r.blocks:,}", f"{len(r.records):,}", f"{len(r.lost):,}") for r, _ in files],
        numeric=(2, 3, 4),
    )
    html.h3("The search, as it will be noted")
    search = made.search
    show_table(
        f"Search {search['query_id']}",
        ("Searched by", "Database", "Query", "Date", "Results"),
        [
            (
                search["reviewer"],
                search["corpus"],
                search["query"],
                str(search["date"]),
                str(search["results_returned"]),
            )
        ],
        numeric=(4,),
    )
    _show_records(made)
    if made.screenings:
        html.h3("Decisions found")
        show_table(
            "Decisions on title and abstract", ("By", "Decision", "Records"), _decisions(made), numeric=(2,)
        )
    if made.not_kept:
        html.h3("Read, but without a column in the database")
        words = ", ".join(f"{name} ({n:,})" for name, n in sorted(made.not_kept.items()))
        html.p(words)
    html.h3("What could not be read")
    if made.unread:
        html.p("It is kept with the search, so that it can be looked up after the import.").classes("hint")
    show_unread(
        [(file, p.where, p.what, p.why, p.lost) for file, p in made.unread], "Pieces that could not be read"
    )


def _show_records(made: Import) -> None:
    html.h3("Records")
    rows = [
        (
            row["record_id"],
            row["title"],
            str(row["year"] or ""),
            row["doi"] or row["arxiv_id"] or row["pmid"] or "",
            made.known.get(row["record_id"], ""),
        )
        for row in made.records[:FIRST]
    ]
    shown = (
        f"The first {len(rows)} of {len(made.records):,} records"
        if len(made.records) > FIRST
        else "All records"
    )
    show_table(shown, ("Record", "Title", "Year", "Identifier", "Same identifier as"), rows)


def _decisions(made: Import) -> list[tuple[str, str, str]]:
    counts: dict[tuple[str, str], int] = {}
    for row in made.screenings:
        place = (row["reviewer"], str(row["decision"]))
        counts[place] = counts.get(place, 0) + 1
    return [(by, decision, f"{n:,}") for (by, decision), n in sorted(counts.items())]
