"""The studies: the main variables of the matrix in one grid, what is open in each, and a form for a new study."""

import re
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import JSONResponse
from nicegui import app, html, ui
from sqlalchemy import Connection

from review.curate.cells import writes_cells
from review.curate.desks.studies.facts import OPEN_WORDS, read_counts
from review.curate.desks.studies.new import new_study
from review.curate.fields import choice_field, text_field
from review.curate.grid import Asked, Column, Rows, ask_again, ask_anew, server_grid
from review.curate.house import House, Visit
from review.editing import SUBJECTS, read_all

ADDRESS = "/rows/studies"
LABEL = "Studies"
WHY = "corrected in the grid of studies"
COUNTS = ("conflicting", "missing", "unverified")
COLUMNS = (
    Column("study_id", "Study", 170, link="/studies/"),
    Column("conflicting", "Conflicting", 125),
    Column("missing", "Missing", 130),
    Column("unverified", "Unverified", 130),
    Column("title", "Title", 320, editable=True),
    Column("year", "Year", 80, editable=True),
    Column("modality", "Modality", 130, editable=True),
    Column("task", "Task", 130, editable=True),
    Column("architecture_family", "Architecture", 140, editable=True),
    Column("technique", "Technique", 140, editable=True),
    Column("weight_bits", "Weight bits", 110, editable=True),
    Column("activation_bits", "Activation bits", 130, editable=True),
    Column("framework", "Framework", 130, editable=True),
    Column("environment", "Ran on", 140, editable=True),
    Column("text_basis", "Text read", 110, editable=True),
)


def add(house: House) -> None:
    """Lay the grid of studies into the house."""

    @app.get(ADDRESS)
    async def rows(request: Request) -> JSONResponse:
        query = request.query_params
        lines = await house.store.known(study_lines)
        found, last = page_of_lines(
            lines, Asked.of(query), str(query.get("q", "")), str(query.get("open", ""))
        )
        return JSONResponse({"rows": found, "last": last})

    @house.desk("/studies", "Studies")
    async def studies(visit: Visit) -> None:
        grid: ui.aggrid

        def search() -> None:
            ask_anew(grid, LABEL, f"{ADDRESS}?{urlencode({'q': words.value, 'open': only.value})}")

        with html.search().classes("row"):
            words = text_field("Search all columns", type="search", on_change=lambda _: search())
            only = choice_field("Show", OPEN_WORDS, on_change=lambda _: search())
            why = text_field("Why you change something", WHY)
        html.p(
            "Double-click or press Enter in a cell to change it; several codes are separated by semicolons. "
            "A study's name leads to its page."
        ).classes("hint")

        edit = writes_cells(visit, SUBJECTS["study"], lambda: why.value or WHY)
        grid = server_grid(ADDRESS, COLUMNS, key="study_id", label=LABEL, on_edit=edit)
        _colour(grid)
        with html.details().classes("card"):
            html.summary("Add a study")
            await new_study(visit)
        visit.on_change(lambda: ask_again(grid))


def _colour(grid: ui.aggrid) -> None:
    """Colour the counts; the words in the cells say the same."""
    for definition in grid.options["columnDefs"]:
        if definition["field"] in COUNTS:
            tone = "doubt" if definition["field"] == "unverified" else "bad"
            definition["cellClassRules"] = {
                f"count-{tone}": "value !== 'none'",
                "count-good": "value === 'none'",
            }


def study_lines(connection: Connection) -> list[dict[str, Any]]:
    """Return every study as the grid shows it, with the numbers that it is sorted by."""
    counts = read_counts(connection)
    lines = []
    for row in read_all(connection, SUBJECTS["study"]):
        line: dict[str, Any] = {column.field: row.get(column.field, "") for column in COLUMNS}
        for name in COUNTS:
            n = getattr(counts[row["study_id"]], name)
            line |= {name: f"{n} {name}" if n else "none", f"{name}_n": n}
        lines.append(line)
    return lines


def page_of_lines(lines: list[dict[str, Any]], asked: Asked, words: str, only: str) -> Rows:
    """Return the lines that were asked for, searched and sorted, and how many there are in all."""
    parts = words.casefold().split()
    found = [
        line
        for line in lines
        if all(any(part in str(line[column.field]).casefold() for column in COLUMNS) for part in parts)
        and (only not in COUNTS or line[f"{only}_n"])
        and (only != "open" or any(line[f"{name}_n"] for name in COUNTS))
    ]
    known = {column.field for column in COLUMNS}
    for name, down in reversed(asked.sort):
        if name in known:
            found.sort(key=lambda line, name=name: _rank(line, name), reverse=down)  # type: ignore[misc]
    page = found[asked.start : asked.end]
    return [{column.field: line[column.field] for column in COLUMNS} for line in page], len(found)


def _rank(line: dict[str, Any], name: str) -> tuple[float, str]:
    """Sort counts and years as numbers, everything else as text."""
    if name in COUNTS:
        return line[f"{name}_n"], ""
    text = str(line[name])
    number = float(text) if re.fullmatch(r"\d{1,6}", text) else float("inf")
    return number, text.casefold()
