"""Export: records for other programs, the flow, the matrix, and all tables; each is a file to download."""

import io
import zipfile
from collections.abc import Callable
from urllib.parse import urlencode

from anyio import to_thread
from fastapi import Request
from fastapi.responses import Response
from nicegui import app, html
from sqlalchemy import Connection

from db.csvfile import csv_bytes
from db.errors import MedquantError, one_of, shown
from db.export import export_files
from db.prisma import count_prisma
from review.curate.entrance import person_of
from review.curate.fields import choice_field
from review.curate.house import House, Visit
from review.exporting import ONLY, records_to_export
from review.matrix import matrix_xlsx, study_matrix
from review.prisma import prisma_csv
from review.screening import State, read_standings
from review.sources.table import guarded
from review.sources.writing import ENDINGS, written

FORMATS = {
    "ris": "RIS (EndNote, Zotero, Mendeley, Covidence)", "bibtex": "BibTeX", "csl-json": "CSL-JSON (Zotero, pandoc)",
    "rayyan-csv": "CSV for Rayyan", "csv": "CSV, one column a field",
}  # fmt: skip
DECIDED = {
    "included": "included on title and abstract", "excluded": "excluded on title and abstract",
    "undecided": "not decided on title and abstract",
}  # fmt: skip
TYPES = {
    ".ris": "application/x-research-info-systems", ".bib": "application/x-bibtex", ".json": "application/json",
    ".csv": "text/csv; charset=utf-8", ".zip": "application/zip",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
STATES = {f"state-{state}": state for state in State}
_OLDEST = (1980, 1, 1, 0, 0, 0)
Made = tuple[str, bytes]


def add(house: House) -> None:
    """Lay the page of exports and the downloads into the house."""

    @app.get("/export/records")
    async def records(request: Request) -> Response:
        query = request.query_params
        return await _download(house, request, records_file, query.get("format", ""), query.get("which", ""))

    @app.get("/export/flow")
    async def flow(request: Request) -> Response:
        return await _download(house, request, flow_file)

    @app.get("/export/matrix")
    async def matrix(request: Request) -> Response:
        return await _download(house, request, matrix_file, request.query_params.get("format", ""))

    @app.get("/export/tables")
    async def tables(request: Request) -> Response:
        return await _download(house, request, tables_file)

    @house.desk("/export", "Export", listed=False)
    async def exporting(visit: Visit) -> None:
        _show_records(await visit.known(count_states))
        html.h2("The flow of records")
        html.p("The counts of the PRISMA 2020 diagram, as the R package PRISMA2020 reads them.")
        with html.p().classes("row"):
            _link("Download the flow (CSV)", "/export/flow")
        html.h2("The matrix of studies")
        html.p(
            "The workbook brings the data dictionary along, and says when it was made: edited elsewhere, it can be taken "
            "over cell by cell."
        )
        with html.p().classes("row"):
            _link("Download the matrix (XLSX)", "/export/matrix?format=xlsx")
            _link("Download the matrix (CSV)", "/export/matrix?format=csv")
            html.a("Take over an edited matrix", href="/import/matrix")
        html.h2("All tables")
        html.p(
            "Every table as CSV in one archive, exactly as “medquant db load” reads them. The cells are not changed for "
            "spreadsheet programs: do not open these files in one."
        )
        with html.p().classes("row"):
            _link("Download all tables (ZIP)", "/export/tables")


def _show_records(states: dict[str, int]) -> None:
    html.h2("Records")
    html.p("For reference managers, other screening programs, and spreadsheets.")
    total = sum(states.values())
    which = {"": f"all ({total:,})"} | DECIDED
    which |= {
        code: f"where it stands: {state.replace('_', ' ')} ({states[state]:,})"
        for code, state in STATES.items()
        if state in states
    }

    def choose(_: str) -> None:
        link.props["href"] = f"/export/records?{urlencode({'format': form.value, 'which': chosen.value})}"
        link.update()

    with html.div().classes("row choose"):
        form = choice_field("Format", FORMATS, "ris", on_change=choose)
        chosen = choice_field("Which records", which, on_change=choose)
        link = _link("Download the records", "/export/records?format=ris&which=")
    html.p(
        "In CSV files a cell that a spreadsheet would take for a formula begins with an apostrophe; import takes it away."
    ).classes("hint")


def _link(words: str, address: str) -> html.a:
    return html.a(words, href=address, download=True).classes("button")


def count_states(connection: Connection) -> dict[str, int]:
    """Return how many records stand where, in the order of the states; where none stands is left out."""
    counts = dict.fromkeys(map(str, State), 0)
    for standing in read_standings(connection).values():
        counts[str(standing.state)] += 1
    return {state: n for state, n in counts.items() if n}


def records_file(connection: Connection, form: str, which: str) -> Made:
    """Return records as a file: its name and its bytes.

    Raises
    ------
    MedquantError
        If the format or the choice of records is unknown.
    """
    if form not in ENDINGS:
        raise MedquantError(f"{shown(form)} is no format that is written; {one_of(tuple(ENDINGS))}")
    if which and which not in ONLY and which not in STATES:
        raise MedquantError(f"{shown(which)} says nothing about records; {one_of((*ONLY, *STATES))}")
    keys = None
    if which in STATES:
        standings = read_standings(connection).items()
        keys = {key for key, standing in standings if standing.state == STATES[which]}
    records, _ = records_to_export(connection, which if which in ONLY else None, keys=keys)
    return f"records{f'-{which}' if which else ''}{ENDINGS[form]}", written(records, form)


def flow_file(connection: Connection) -> Made:
    """Return the counts of the flow as a file."""
    return "PRISMA2020.csv", prisma_csv(count_prisma(connection))


def matrix_file(connection: Connection, form: str) -> Made:
    """Return the matrix as a file; a CSV is made safe for spreadsheets.

    Raises
    ------
    MedquantError
        If the format is neither csv nor xlsx.
    """
    if form == "xlsx":
        return "matrix.xlsx", matrix_xlsx(connection)
    if form != "csv":
        raise MedquantError(f"{shown(form)} is no format of the matrix; {one_of(('csv', 'xlsx'))}")
    frame = study_matrix(connection).reset_index(names="study_id")
    columns = list(frame.columns)
    rows = [dict(zip(columns, map(guarded, map(str, row)), strict=True)) for row in frame.values.tolist()]
    return "matrix.csv", csv_bytes(columns, rows)


def tables_file(connection: Connection) -> Made:
    """Return all tables as one archive, the same bytes for the same rows."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(export_files(connection).items()):
            entry = zipfile.ZipInfo(name, _OLDEST)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    return "medquant-tables.zip", out.getvalue()


async def _download(house: House, request: Request, make: Callable[..., Made], *given: str) -> Response:
    if await to_thread.run_sync(person_of, request) is None:
        return Response("Enter first.\n", 401, media_type="text/plain")
    try:
        name, content = await house.store.read(make, *given)
    except MedquantError as error:
        return Response(f"{error}\n", 400, media_type="text/plain")
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    kind = TYPES[name[name.rindex(".") :]]
    return Response(content, media_type=kind, headers=headers)
