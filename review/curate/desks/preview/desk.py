"""A matrix edited elsewhere: cell by cell what was, what is now and what would be, and what of it is taken over."""

import datetime as dt
from functools import partial

from nicegui import html, ui
from sqlalchemy import Connection

from db.errors import MedquantError
from review.curate.desks.imports.form import upload_form
from review.curate.desks.preview.table import CellTable
from review.curate.fields import button, text_field
from review.curate.house import House, Visit
from review.curate.people import Role
from review.curate.saving import saved
from review.curate.uploads import Batch, Uploads, worked_out
from review.matrix_diff import CellState, MatrixDiff, accept_cells, diff_matrix
from review.matrix_table import MatrixTable, matrix_of

WHY = "taken over from a matrix that was edited elsewhere"
PATH = "/import/matrix"


def lay(house: House, uploads: Uploads) -> None:
    """Lay the page into the house; files come through the same door as those of an import."""

    @house.desk(PATH, "Matrix edited elsewhere", listed=False)
    async def preview(visit: Visit) -> None:
        if key := visit.asked("batch"):
            desk = _Desk(visit, uploads, uploads.find(key, visit.person))
            await desk.build()
            return
        html.p(
            "Export the matrix, edit the file in a spreadsheet program, and bring it back here. You see every cell that "
            "differs, and choose which are taken over. Nothing else is changed."
        )
        with html.p():
            html.a("Download the matrix (XLSX)", href="/export/matrix?format=xlsx", download=True)
            html.span(" · ")
            html.a("Back to import", href="/import")
        html.h2("1. Choose the file")
        upload_form(visit, uploads, "matrix", "Matrix (.xlsx or .csv)", ".xlsx,.csv", many=False)


class _Desk:
    def __init__(self, visit: Visit, uploads: Uploads, batch: Batch) -> None:
        self.visit, self.uploads, self.batch = visit, uploads, batch
        self.exported: dt.datetime | None = None
        self.table: MatrixTable
        self.cells: CellTable

    async def build(self) -> None:
        """Show the difference, the choice, and the button that writes."""
        file = self.batch.files[0]
        self.table = await worked_out(self.batch, "matrix", partial(matrix_of, file.name, file.content))
        self.exported = self.table.exported
        if self.exported is None:
            html.p(
                f"{file.name} does not say when it was exported. Say it, as UTC; without it every cell that was ever edited "
                "here counts as changed since."
            ).classes("notice")
            with html.div().classes("row choose"):
                text_field("Exported at (UTC)", on_change=self._moment, type="datetime-local")
        else:
            html.p(f"{file.name}, exported at {self.exported:%Y-%m-%d %H:%M} UTC.")
        self.summary = html.div()
        html.h2("2. Choose the cells to take over")
        self.cells = CellTable(self._told_chosen)
        html.h2("3. Take them over")
        with html.div().classes("row choose"):
            self.why = text_field("Reason, kept in the history", WHY)
        with html.div().classes("row"):
            self.accept = button("Take over", self.write, main=True)
            button("Leave everything, forget the file", self._forget)
        self.count = ui.label().props("role=status").classes("hint")
        await self.look()
        self.visit.on_change(self.look)

    async def look(self) -> None:
        """Compare anew, as after somebody wrote; what was chosen stays chosen."""
        diff = await self.visit.read(diff_matrix, self.table, self.exported)
        self.summary.clear()
        with self.summary:
            _summarise(diff, self.table)
        self.cells.show(diff.cells)
        self._told_chosen()

    async def write(self) -> None:
        """Write all that was chosen in one change."""
        chosen = self.cells.chosen()
        if not chosen:
            ui.notify("No cell is chosen; nothing was written.", type="warning")
            return

        async def write(insist: bool) -> str:
            seen = {cell.name: cell.database for cell in chosen}
            if insist:
                now = await self.visit.read(diff_matrix, self.table, self.exported)
                seen |= {cell.name: cell.database for cell in now.cells if cell.name in seen}
            names = [cell.name for cell in chosen]
            await self.visit.write(
                Role.CURATOR, self.why.value.strip() or WHY, _accept, self.table, names, self.exported, seen
            )
            return f"{len(names)} cell(s) are taken over."

        if await saved(write):
            self.cells.forget()
            await self.look()

    def _told_chosen(self) -> None:
        n = len(self.cells.chosen())
        self.count.text = f"{n} cell(s) chosen." if n else "No cell is chosen."
        self.accept.props["disabled"] = n == 0
        self.accept.update()

    async def _moment(self, words: str) -> None:
        try:
            self.exported = dt.datetime.fromisoformat(words).replace(tzinfo=dt.UTC) if words else None
        except ValueError:
            return
        await self.look()

    def _forget(self) -> None:
        self.uploads.drop(self.batch.key)
        ui.navigate.to(PATH)


def _accept(
    connection: Connection,
    table: MatrixTable,
    names: list[str],
    exported: dt.datetime | None,
    seen: dict[str, str],
) -> None:
    written, _ = accept_cells(connection, table, names, exported, seen=seen)
    if len(written) != len(names):
        raise MedquantError("not every chosen cell could be written; nothing was changed")


def _summarise(diff: MatrixDiff, table: MatrixTable) -> None:
    count = {state: sum(cell.state == state for cell in diff.cells) for state in CellState}
    html.p(
        f"{len(diff.cells):,} cell(s) of {len(table.studies):,} studies differ: {count[CellState.CHANGE]:,} can be taken over, "
        f"{count[CellState.STALE]:,} in conflict, {count[CellState.REFUSED]:,} not allowed."
    )
    told = {
        "Studies that are not in the database, left out": diff.unknown,
        "Columns that the file lacks, left as they are": diff.columns_absent,
    }
    for words, names in told.items():
        if names:
            html.p(f"{words}: {', '.join(names[:50])}{' …' if len(names) > 50 else ''}").classes("hint")
    if diff.absent:
        html.p(f"Studies that the file lacks, left as they are: {len(diff.absent):,}").classes("hint")
    if diff.moved_on:
        html.p(f"Changed here alone since the export, left as they are: {diff.moved_on:,} cell(s)").classes(
            "hint"
        )
