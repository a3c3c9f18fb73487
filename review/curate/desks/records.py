"""The records: all of them in one grid, searched and corrected in place, each with where it stands."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import JSONResponse
from nicegui import app, html, ui
from sqlalchemy import Connection, select

from db.files import table_of
from db.models.tables import Record
from review.curate.cells import writes_cells
from review.curate.fields import choice_field, text_field
from review.curate.grid import (
    Asked,
    Column,
    Rows,
    ask_again,
    ask_anew,
    holds,
    page_among,
    page_of,
    server_grid,
)
from review.curate.house import House, Visit
from review.editing import SUBJECTS
from review.screening import Standing, State, read_standings

ADDRESS = "/rows/records"
LABEL = "Records"
WHY = "corrected in the grid of records"
COLUMNS = (
    Column("record_id", "Record", 110, link="/records/"),
    Column("title", "Title", 460, editable=True),
    Column("authors", "Authors", 220, editable=True),
    Column("year", "Year", 90, editable=True),
    Column("state", "Stands", 150, sortable=False),
    Column("doi", "DOI", 200, editable=True),
    Column("arxiv_id", "arXiv", 120, editable=True),
    Column("found_in_source", "Found in", 180),
)


def add(house: House) -> None:
    """Lay the grid of records into the house."""

    @app.get(ADDRESS)
    async def rows(request: Request) -> JSONResponse:
        query = request.query_params
        state = str(query.get("state", ""))
        states = await house.store.known(_states) if state else {}
        found, last = await house.store.read(_rows, Asked.of(query), str(query.get("q", "")), state, states)
        return JSONResponse({"rows": found, "last": last})

    @house.desk("/records", "Records")
    async def records(visit: Visit) -> None:
        grid: ui.aggrid

        def search() -> None:
            ask_anew(grid, LABEL, f"{ADDRESS}?{urlencode({'q': words.value, 'state': state.value})}")

        with html.search().classes("row"):
            words = text_field(
                "Search titles, authors, identifiers", type="search", on_change=lambda _: search()
            )
            state = choice_field(
                "Stands",
                {"": "anywhere", **{one.value: one.value.replace("_", " ") for one in State}},
                on_change=lambda _: search(),
            )
            why = text_field("Why you change something", WHY)
        html.p("Double-click or press Enter in a cell to change it; Escape leaves it as it was.").classes(
            "hint"
        )

        edit = writes_cells(visit, SUBJECTS["record"], lambda: why.value or WHY)
        grid = server_grid(ADDRESS, COLUMNS, key="record_id", label=LABEL, on_edit=edit)
        visit.on_change(lambda: ask_again(grid))


def _states(connection: Connection) -> dict[str, State]:
    return {key: standing.state for key, standing in read_standings(connection).items()}


def _rows(connection: Connection, asked: Asked, words: str, state: str, states: Mapping[str, State]) -> Rows:
    table = table_of(Record)
    columns = {column.field: table.c[column.field] for column in COLUMNS if column.field in table.c}
    query = select(*columns.values()).where(
        *holds(words, table.c.title, table.c.authors, table.c.doi, table.c.arxiv_id, table.c.record_id)
    )
    order = (table.c.position, table.c.record_id)
    key = table.c.record_id
    found, total = (
        page_among(
            connection, query, asked, columns, order, key=key, belongs=lambda name: states.get(name) == state
        )
        if state
        else page_of(connection, query, asked, columns, order)
    )
    standings = read_standings(connection, only=[row["record_id"] for row in found])
    return [_told(row, standings) for row in found], total


def _told(row: dict[str, Any], standings: Mapping[str, Standing]) -> dict[str, Any]:
    return row | {"state": standings[row["record_id"]].state.replace("_", " ")}
