"""The page of a study: every value with its state and place, its comparisons, forest rows, appraisals and history."""

from collections.abc import Callable, Mapping

from nicegui import html, ui
from sqlalchemy import Connection, select

from db.cells import render_cell
from db.models.tables import Appraisal
from review.curate.desks.extraction.page import show_contradictions
from review.curate.desks.studies.facts import TONES, Book, Sheet, counted, grouped, read_book, read_sheet
from review.curate.desks.studies.history import HistoryPanel, study_entries
from review.curate.desks.studies.pieces import kept_up, outside, spoken
from review.curate.fields import button
from review.curate.house import House, Visit
from review.curate.pictures import Picture
from review.curate.showing import show_picture, show_state, show_table
from review.extraction import ExtractedValue
from review.screening import Standing, blinded, read_standings

FACTS = (
    "authors",
    "year",
    "venue",
    "publication_type",
    "doi",
    "arxiv_id",
    "text_basis",
    "extracted_by",
    "notes",
)
HEAD = ("Variable", "Value", "State", "Verified", "Read by", "Where", "As printed", "History")


def add(house: House) -> None:
    """Lay the page of a study into the house."""

    @house.desk("/studies/{study}", "Study", listed=False)
    async def study(visit: Visit) -> None:
        key = visit.asked("study")
        await visit.known(read_sheet, key)  # refuses a study that is not there
        await StudyPage(visit, key).build()


class StudyPage:
    """A study as it is now; each part is drawn anew when it changed."""

    def __init__(self, visit: Visit, study: str) -> None:
        self.visit, self.study = visit, study
        self.drawn: dict[str, object] = {}
        self.parts: dict[str, html.section] = {}

    async def build(self) -> None:
        """Lay the page out."""
        for name in ("head", "clashes", "values", "comparisons", "forests", "record", "appraisals"):
            self.parts[name] = html.section()
        self.history = HistoryPanel(self.visit)
        await self.show()
        self.visit.on_change(kept_up(self.show))

    async def show(self) -> None:
        """Show what stands in the database now."""
        book: Book = await self.visit.known(read_book)
        sheet: Sheet = await self.visit.known(read_sheet, self.study)
        self._part("head", sheet.row, lambda: self._head(sheet, book))
        self._part("clashes", sheet.contradictions, lambda: show_contradictions(sheet))
        self._part("values", (sheet.values, sheet.cells), lambda: self._values(sheet, book))
        self._part("comparisons", (sheet.comparisons, sheet.values), lambda: self._comparisons(sheet))
        standing = await self.visit.known(_standing_of, sheet.row["record_id"])
        self._part("record", standing, lambda: self._record(standing))
        judged = await self.visit.known(_appraisals_of, self.study)
        self._part("appraisals", judged, lambda: _show_appraisals(judged))
        self.history.show(await self.visit.known(study_entries, self.study))
        if self.visit.house.pictures is not None:
            forests = await self.visit.known(self.visit.house.pictures.forests, self.study)
            self._part("forests", forests, lambda: _show_forests(forests))

    def _part(self, name: str, facts: object, draw: Callable[[], None]) -> None:
        if name in self.drawn and self.drawn[name] == facts:
            return
        self.drawn[name] = facts
        self.parts[name].clear()
        with self.parts[name]:
            draw()

    def _head(self, sheet: Sheet, book: Book) -> None:
        row = sheet.row
        html.h2(row["title"])
        with html.div().classes("row"):
            html.a("Extract", href=f"/extraction/{self.study}").classes("button")
            html.a("All studies", href="/studies").classes("button")
            outside("Open the text", row["url"])
        with html.dl().classes("readings"):
            for name in FACTS:
                if row[name]:
                    html.dt(book.label(name))
                    html.dd(book.named(name, row[name]).replace(";", "; "))

    def _values(self, sheet: Sheet, book: Book) -> None:
        html.h2("Values")
        own = [value for value in sheet.values if value.key == self.study]
        count = counted(own)
        with html.p():
            html.span(f"{len(own)} variables: {count.words}.")
        for name, codes in grouped(book).items():
            html.h3(name)
            with (
                html.div(tabindex="0", role="region", **{"aria-label": name}).classes("scroll"),
                html.table().classes("plain"),
            ):
                html.caption(f"Values: {name.lower()}").classes("hint")
                with html.thead(), html.tr():
                    for head in HEAD:
                        html.th(head, scope="col")
                with html.tbody():
                    for code in codes:
                        self._value(sheet.value(self.study, code), sheet.cells.get(code, {}), book)

    def _value(self, value: ExtractedValue, cell: Mapping[str, str], book: Book) -> None:
        with html.tr():
            html.th(book.label(value.field), scope="row")
            html.td(book.named(value.field, value.consensus) or "(none)").classes("long")
            with html.td():
                show_state(*TONES[value.state])
            with html.td():
                _show_verified(value.consensus, value.unverified, cell)
            with html.td().classes("long"):
                for name, words in value.values.items():
                    html.div(f"{name}: {book.named(value.field, words)}")
                if value.told:
                    html.div(value.told).classes("hint")
            with html.td():
                html.span(value.locator + " ")
                outside("Source", value.source_url)
            html.td(value.as_printed).classes("long")
            with html.td():
                button(
                    "History",
                    lambda: self._history_of(value.field),
                    **spoken(f"History of {book.label(value.field)}"),
                ).classes("quiet")

    def _history_of(self, name: str) -> None:
        self.history.choose(name)
        ui.run_javascript(
            "document.getElementById('history-head').focus(); document.getElementById('history').scrollIntoView()"
        )

    def _comparisons(self, sheet: Sheet) -> None:
        html.h2("Comparisons")
        if not sheet.comparisons:
            html.p("None yet. They are added at the desk of extraction.").classes("hint")
            return
        with (
            html.div(tabindex="0", role="region", **{"aria-label": "Comparisons"}).classes("scroll"),
            html.table().classes("plain"),
        ):
            html.caption("Each outcome of a quantized arm beside its baseline").classes("hint")
            with html.thead(), html.tr():
                for head in (
                    "Comparison",
                    "Arm",
                    "Outcome",
                    "Baseline",
                    "Quantized",
                    "Unit",
                    "Change",
                    "Exact",
                    "n",
                    "Control",
                    "State",
                    "Verified",
                    "Where",
                    "As printed",
                    "History",
                ):
                    html.th(head, scope="col")
            with html.tbody():
                for row in sheet.comparisons:
                    self._comparison(row, sheet)

    def _comparison(self, row: Mapping[str, str], sheet: Sheet) -> None:
        key = row["comparison_id"]
        values = [value for value in sheet.values if value.key == key]
        count = counted(values)
        with html.tr():
            with html.th(scope="row"):
                html.a(key, href=f"/extraction/{self.study}?comparison={key}")
            html.td(row["arm"]).classes("long")
            html.td(row["outcome"])
            for name in ("baseline_value", "quantized_value"):
                html.td(row[name]).classes("number")
            html.td(row["unit"])
            html.td(
                ""
                if row["change_kind"] == "none"
                else f"{row['change_kind'].replace('_', ' ')} {row['change_value']}"
            )
            html.td(row["bound"].replace("_", " "))
            html.td(row["n_test"]).classes("number")
            html.td(row["control"].replace("_", " "))
            with html.td():
                conflicts = count.conflicting or count.missing
                show_state(count.words if conflicts else "no conflict", "bad" if conflicts else "good")
            with html.td():
                _show_verified("row", row["verification"] in ("unverified", "not_seen_again"), row)
            with html.td():
                html.span(row["locator"] + " ")
                outside("Source", row["source_url"])
            html.td(row["as_printed"]).classes("long")
            with html.td():
                button("History", lambda: self._history_of(key), **spoken(f"History of {key}")).classes(
                    "quiet"
                )

    def _record(self, standing: Standing) -> None:
        html.h2("Record and decisions")
        with html.p():
            html.a(standing.record_id, href=f"/records/{standing.record_id}")
            html.span(f" stands at: {standing.state.replace('_', ' ')}")
        show_decisions(blinded(standing, self.visit.person.name))


def show_decisions(standing: Standing) -> None:
    """Show the decisions on a record that the person may see."""
    votes = [*standing.votes, *([standing.settled] if standing.settled else [])]
    rows = [[vote.reviewer, vote.decision, vote.reason or "", vote.note or ""] for vote in votes]
    if rows:
        show_table("Decisions on title and abstract", ("Who", "Decision", "Reason", "Note"), rows)
    else:
        html.p("No decision to be seen.").classes("hint")


def _show_verified(consensus: str, unverified: bool, row: Mapping[str, str]) -> None:
    if not consensus:
        html.span("")
    elif unverified:
        state = row.get("verification") or "unverified"
        show_state(state.replace("_", " "), "doubt")
    else:
        who, when = row.get("verified_by", ""), row.get("verified_on", "")
        show_state(
            row["verification"] + (f" by {who}" if who else "") + (f" on {when}" if when else ""), "good"
        )


def _show_forests(forests: list[Picture]) -> None:
    html.h2("Forest rows")
    html.p(
        "The clean comparisons of this study beside the pooled estimate; redrawn when a number changes."
    ).classes("hint")
    if not forests:
        html.p("No comparison of this study enters a synthesis.").classes("hint")
    for picture in forests:
        show_picture(picture)


def _standing_of(connection: Connection, record: str) -> Standing:
    return read_standings(connection, only=record)[record]


def _appraisals_of(connection: Connection, study: str) -> list[list[str]]:
    table = Appraisal.__table__
    query = select(table).where(Appraisal.study_id == study).order_by(Appraisal.position)
    names = (
        "target",
        "tool",
        "item",
        "appraiser",
        "answer",
        "judgement",
        "applicability",
        "reason",
        "judged_on",
    )
    return [
        [render_cell(row[name]).replace("_", " ") for name in names]
        for row in connection.execute(query).mappings()
    ]


def _show_appraisals(judged: list[list[str]]) -> None:
    if judged:
        html.h2("Appraisals")
        head = ("Of", "Tool", "Item", "Who", "Answer", "Risk of bias", "Applicability", "Why", "When")
        show_table("What appraisers said of this study", head, judged)
