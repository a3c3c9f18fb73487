"""The page of a record: all it says, the hits it came from, decisions, full texts, studies and its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nicegui import html
from sqlalchemy import Connection, select

from db.cells import render_cell
from db.models.tables import Identified, Record, Report, Search
from db.vocabulary import DocumentKind, Removal
from review.curate.desks.studies.history import HistoryPanel, record_entries
from review.curate.desks.studies.page import show_decisions
from review.curate.desks.studies.pieces import Refusal, kept_up, noting
from review.curate.fields import Field, area_field, button, choice_field, text_field
from review.curate.house import House, Visit
from review.curate.people import Role
from review.curate.saving import saved
from review.curate.showing import show_table
from review.editing import SUBJECTS, read_one, set_fields
from review.screening import Standing, blinded, read_standings
from review.stale import StaleEdit

WHY = "corrected on the page of the record"
LONG = ("title", "authors", "abstract", "other_urls", "dedup_note")
NAMES = {
    "doi": "DOI", "arxiv_id": "arXiv", "url": "Address", "other_urls": "Further addresses", "issn": "ISSN or ISBN",
    "pmid": "PubMed number", "dedup_note": "Note on duplicates", "kind": "Sort of document",
    "first_found_by_query": "First found by", "found_in_source": "Found in",
}  # fmt: skip
CHOICES = {
    "removed": {"": "not removed", **{one.value: one.value for one in Removal}},
    "kind": {"": "not said", **{one.value: one.value for one in DocumentKind}},
}


@dataclass(frozen=True)
class Known:
    """A record and all that hangs on it."""

    row: Mapping[str, str]
    hits: Sequence[Sequence[str]]
    reports: Sequence[Sequence[str]]
    standing: Standing


def add(house: House) -> None:
    """Lay the page of a record into the house."""

    @house.desk("/records/{record}", "Record", listed=False)
    async def record(visit: Visit) -> None:
        key = visit.asked("record")
        await RecordPage(visit, await visit.known(read_record, key)).build()


def read_record(connection: Connection, key: str) -> Known:
    """Read a record.

    Raises
    ------
    MedquantError
        If there is no such record.
    """
    row = read_one(connection, SUBJECTS["record"], key)
    searches = {one.query: one for one in connection.execute(select(Search.__table__))}
    ids = {one.query_id: one for one in searches.values()}
    hits = []
    for hit in connection.execute(
        select(Identified.__table__).where(Identified.record_id == key).order_by(Identified.position)
    ):
        search = searches.get(hit.query) or ids.get(hit.query)
        asked = f"{search.query_id}, {search.corpus}, {search.date}" if search else ""
        found = (hit.raw_record_id, hit.theme, hit.title, hit.year, hit.source, hit.query)
        hits.append([*(render_cell(one) for one in found), asked])
    reports = [
        [
            render_cell(one)
            for one in (r.report_id, r.retrieved, r.decision, r.reason, r.study_id, r.url, r.note)
        ]
        for r in connection.execute(select(Report.__table__).where(Report.record_id == key))
    ]
    return Known(row, hits, reports, read_standings(connection, only=key)[key])


class RecordPage:
    """A record; its fields stay under the hands of who types, the rest is drawn anew when it changed."""

    def __init__(self, visit: Visit, known: Known) -> None:
        self.visit, self.known = visit, known
        self.key = known.row["record_id"]
        self.fields: dict[str, Field] = {}
        self.drawn: Known | None = None

    async def build(self) -> None:
        """Lay the page out."""
        self.title = html.h2(self.known.row["title"])
        with html.p():
            html.span(f"{self.key} · ")
            html.a("All records", href="/records")
        html.h2("What it says")
        with html.div().classes("row-form record-form"):
            for name in Record.__table__.columns.keys():  # noqa: SIM118 - a column collection, no mapping
                if name not in ("record_id", "position"):
                    self._field(name, self.known.row[name])
        self.refusal = Refusal()
        with html.div().classes("row"):
            self.why = text_field("Why you change something", WHY)
            button("Save", self.save, main=True)
        self.rest = html.div()
        self.history = HistoryPanel(self.visit)
        await self._show()
        self.visit.on_change(kept_up(self.refresh))

    def _field(self, name: str, held: str) -> None:
        label = NAMES.get(name, name.replace("_", " ").capitalize())
        with html.div().classes("wide" if name in LONG else ""):
            if name in CHOICES:
                self.fields[name] = choice_field(label, CHOICES[name], held)
            elif name in LONG:
                self.fields[name] = area_field(label, held, rows=8 if name == "abstract" else 2)
            else:
                self.fields[name] = text_field(label, held)

    async def save(self) -> None:
        """Write the fields that were changed, as one change."""
        stale: list[StaleEdit] = []
        values = {name: field.value.strip() for name, field in self.fields.items() if field.dirty}

        async def write(insist: bool) -> str:
            stale.clear()
            if not values:
                return "Nothing was changed."
            seen = None if insist else {name: self.fields[name].seen for name in values}
            change = (self.why.value or WHY, set_fields, SUBJECTS["record"], self.key, values)
            await noting(stale, self.visit.write(Role.CURATOR, *change, seen=seen))
            return f"{self.key} is saved."

        if await saved(write, refused=self.refusal.show):
            self.refusal.hide()
            for name, value in values.items():
                self.fields[name].hold(value)
        for error in stale:  # the person kept what the other wrote
            self.fields[error.field].put(error.present)
        await self.refresh()

    async def refresh(self) -> None:
        """Show what stands in the database now, save where somebody is typing."""
        self.known = await self.visit.known(read_record, self.key)
        for name, field in self.fields.items():
            if not field.dirty and self.known.row[name] != field.seen:
                field.follow(self.known.row[name])
        await self._show()

    async def _show(self) -> None:
        self.history.show(await self.visit.known(record_entries, self.key))
        if self.known == self.drawn:
            return
        self.drawn = self.known
        self.rest.clear()
        with self.rest:
            self._links()
            standing = blinded(self.known.standing, self.visit.person.name)
            html.h2("Decisions")
            html.p(f"It stands at: {standing.state.replace('_', ' ')}.")
            show_decisions(standing)
            html.h2("Hits it came from")
            head = ("Hit", "Logged by", "Title", "Year", "Source", "Query", "Search")
            if self.known.hits:
                show_table("Raw hits of searches that became this record", head, self.known.hits)
            else:
                html.p("No hit is logged.").classes("hint")
            html.h2("Full texts")
            if self.known.reports:
                head = ("Report", "Could be had", "Decision", "Reason", "Study", "Address", "Note")
                show_table("Documents sought for this record", head, self.known.reports)
            else:
                html.p("No full text is logged.").classes("hint")

    def _links(self) -> None:
        row, studies = self.known.row, self.known.standing.studies
        html.h2("Links")
        with html.ul():
            addresses = [row["url"], *row["other_urls"].split(";")]
            if row["doi"]:
                addresses.insert(0, f"https://doi.org/{row['doi']}")
            for address in addresses:
                if address.startswith(("https://", "http://")):
                    with html.li():
                        html.a(address, href=address, target="_blank", rel="noopener noreferrer").classes(
                            "address"
                        )
            for study in studies:
                with html.li():
                    html.span("Study ")
                    html.a(study, href=f"/studies/{study}")
