"""The program behind the page: the desks over one database, the entrance before them, and the guard before all."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from nicegui import ui
from sqlalchemy import Engine
from starlette.staticfiles import StaticFiles

from review.curate.desks import (
    codebook,
    comparing,
    contradictions,
    dashboard,
    exporting,
    findings,
    history,
    records,
)
from review.curate.desks.bias import desk as bias
from review.curate.desks.conflicts import desk as conflicts
from review.curate.desks.duplicates import desk as duplicates
from review.curate.desks.extraction import desk as extraction
from review.curate.desks.imports import desk as imports
from review.curate.desks.screening import desk as screening
from review.curate.desks.studies import desk as studies
from review.curate.desks.studies import page as study
from review.curate.desks.studies import record
from review.curate.entrance import add_entrance
from review.curate.guard import Guard
from review.curate.house import House
from review.curate.pictures import Pictures
from review.curate.sessions import Sessions
from review.curate.store import Store
from review.keywords import Keywords

STATIC = Path(__file__).with_name("static")
DESKS: tuple[Callable[[House], None], ...] = (
    dashboard.add,
    imports.add,
    exporting.add,
    duplicates.add,
    screening.add,
    conflicts.add,
    records.add,
    record.add,
    extraction.add,
    studies.add,
    study.add,
    bias.add,
    codebook.add,
    history.add,
    comparing.add,
    contradictions.add,
    findings.add,
)
FORM = 1024 * 1024
"""What a form may be larger than the file that it brings, in bytes."""


@dataclass(frozen=True)
class Entry:
    """How people come in: with an account or a name alone, over https or not, by which hosts' names."""

    accounts: bool
    behind_https: bool
    hosts: tuple[str, ...]


def build_app(
    engine: Engine, entry: Entry, *, pictures: Pictures | None, largest_upload: int, keywords: Keywords
) -> FastAPI:
    """Return the program; a process builds it once, since the desks are laid into the framework's one page table.

    Parameters
    ----------
    engine
        An open database of the current schema.
    entry
        Who may come in, and by which addresses.
    pictures
        Who draws.
    largest_upload
        In bytes.
    keywords
        The words of the project, which screening marks.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    sessions = Sessions(engine, accounts=entry.accounts, behind_https=entry.behind_https)
    add_entrance(app, engine, accounts=entry.accounts, sessions=sessions)
    house = House(Store(engine), pictures, entry.accounts, largest_upload, keywords)
    for add in DESKS:
        add(house)
    ui.run_with(
        app,
        title="medquant",
        favicon=STATIC / "icon.svg",
        dark=None,
        language="en-US",
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=20,
    )
    # the last one stands before all others
    app.add_middleware(Guard, allowed_hosts=entry.hosts, max_body=largest_upload + FORM)
    return app
