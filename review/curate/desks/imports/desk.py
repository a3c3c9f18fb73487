"""Import: files are sent, looked at, and taken in whole or not at all; a matrix edited elsewhere has a page beside it."""

from fastapi import Request
from fastapi.responses import JSONResponse
from nicegui import app, html

from review.curate.desks.imports.form import ADDRESS, take_files, upload_form
from review.curate.desks.imports.preview import show_preview
from review.curate.desks.imports.result import show_earlier, show_result, show_unread
from review.curate.desks.imports.waiting import Pace
from review.curate.desks.preview import desk as preview
from review.curate.house import House, Visit
from review.curate.uploads import Uploads
from review.unread import read_unread

KNOWN = "RIS, BibTeX, PubMed .nbib, Web of Science, EndNote XML, CSL-JSON, CSV, XLSX, or a Rayyan or other .zip of these"
ACCEPTED = ".ris,.bib,.bibtex,.nbib,.cgi,.ovd,.ciw,.xml,.json,.csv,.tsv,.xlsx,.zip,.txt"


def add(house: House) -> None:
    """Lay import, what could not be read, and the matrix that was edited elsewhere into the house."""
    uploads = Uploads(house.largest_upload)
    pace = Pace(read=4_000_000, plan=20_000, write=3_000, undo=500)

    @app.post(ADDRESS)
    async def take(request: Request) -> JSONResponse:
        return await take_files(request, uploads)

    @house.desk("/import", "Import")
    async def importing(visit: Visit) -> None:
        if change := visit.asked("change"):
            await show_result(visit, change, pace)
        elif key := visit.asked("batch"):
            await show_preview(visit, uploads, key, pace)
            return
        else:
            _start(visit, uploads)
        await show_earlier(visit)

    @house.desk("/import/unread", "What could not be read", listed=False)
    async def unread(visit: Visit) -> None:
        query = visit.asked("query") or None
        with html.p():
            html.a("Back to import", href="/import")
        html.p(
            "Each line is a piece of a file that an import could not read or had to guess. "
            "“Lost” means that a record is missing; find it in the file at the place that is named."
        )
        show_unread(
            [(e.file, e.place, e.text, e.reason, e.lost) for e in await visit.known(read_unread, query)],
            f"Not read from {'all imports' if query is None else f'search {query}'}",
        )

    preview.lay(house, uploads)


def _start(visit: Visit, uploads: Uploads) -> None:
    html.p(
        "Bring in what a search returned. First you see what is in the files; only then they are imported, whole or not "
        "at all. An import can be undone."
    )
    html.h2("1. Choose the files of one search")
    html.p(f"Formats: {KNOWN}.").classes("hint")
    upload_form(visit, uploads, "import", "Files of one search", ACCEPTED, many=True)
    with html.p():
        html.a("Take over a matrix that was edited elsewhere", href="/import/matrix")
        html.span(" · ")
        html.a("Export records, the flow and the matrix", href="/export")
