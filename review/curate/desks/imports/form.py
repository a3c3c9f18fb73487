"""The form by which files are sent, and the door behind it: only people who are in, from a page of their own."""

from anyio import to_thread
from fastapi import Request
from fastapi.responses import JSONResponse
from nicegui import html, ui

from db.errors import MedquantError, shown
from review.curate.entrance import leave_token, person_of, still_in
from review.curate.house import Visit
from review.curate.people import Role
from review.curate.uploads import MOST_FILES, TooLargeError, Uploads, in_megabytes, is_ours

ADDRESS = "/import/files"
TARGETS = {"import": "/import", "matrix": "/import/matrix"}


def upload_form(visit: Visit, uploads: Uploads, target: str, label: str, accept: str, *, many: bool) -> None:
    """Show the form by which files are sent; `target` is one of `TARGETS`."""
    ui.add_head_html('<script src="/static/uploads.js" defer></script>')
    told = {
        "data-upload": f"{ADDRESS}?for={target}",
        "data-token": leave_token(visit.request),
        "data-largest": uploads.largest,
    }
    with html.form(**told).classes("card sending"):
        with html.label().classes("field"):
            html.span(label)
            html.input_(
                type="file",
                name="files",
                accept=accept,
                required=True,
                **({"multiple": True} if many else {}),
            )
        html.p(
            f"At most {in_megabytes(uploads.largest)}{f' and {MOST_FILES} files' if many else ''} together. "
            "Sending writes nothing yet: you see first what is in it."
        ).classes("hint")
        html.button("Send and look", type="submit").classes("main")
        html.progress(hidden=True, **{"aria-label": "Sent so far"})
        html.p(tabindex="-1", role="status", **{"data-told": "yes"})


async def take_files(request: Request, uploads: Uploads) -> JSONResponse:
    """Take what a form sent; answer where the person goes on, or in words why nothing was kept."""
    person = await to_thread.run_sync(still_in, request) if person_of(request) is not None else None
    to = TARGETS.get(request.query_params.get("for", ""))
    if person is None:
        return _told("you are not here any more; enter again, nothing was kept", 401)
    if not is_ours(request, leave_token(request)):
        return _told("this was not sent by a page of yours; open the page anew and send it again", 403)
    if not person.may(Role.CURATOR):
        return _told(
            f"{person.name} is a {person.role}, and this needs a {Role.CURATOR}; nothing was kept", 403
        )
    if to is None:
        return _told(f"{shown(request.query_params.get('for', ''))} takes no files", 404)
    try:
        batch = await uploads.take(request, person)
    except TooLargeError as error:
        return _told(str(error), 413)
    except MedquantError as error:
        return _told(str(error), 400)
    return JSONResponse({"to": f"{to}?batch={batch.key}"}, headers={"Cache-Control": "no-store"})


def _told(words: str, status: int) -> JSONResponse:
    return JSONResponse({"told": words}, status_code=status)
