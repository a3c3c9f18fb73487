"""A new study, from an included record that has none."""

import re
import unicodedata
from dataclasses import dataclass

from nicegui import html, ui
from sqlalchemy import Connection

from review.curate.desks.studies.facts import read_book
from review.curate.desks.studies.pieces import Refusal
from review.curate.fields import button, choice_field, text_field
from review.curate.house import Visit
from review.curate.people import Role
from review.curate.saving import saved
from review.editing import SUBJECTS, add_row, read_all, read_one
from review.screening import State, read_standings

_COPIED = ("title", "authors", "year", "venue", "doi", "arxiv_id", "url")


@dataclass(frozen=True)
class Waiting:
    """An included record without a study: its title, and a name for the study."""

    record: str
    title: str
    suggested: str


def waiting_records(connection: Connection) -> list[Waiting]:
    """Return the records that were included, or passed title and abstract, and have no study yet; included ones first."""
    standings = [
        standing
        for standing in read_standings(connection).values()
        if standing.state in (State.INCLUDED, State.FULL_TEXT) and not standing.studies
    ]
    standings.sort(key=lambda standing: standing.state != State.INCLUDED)
    rows = {row["record_id"]: row for row in read_all(connection, SUBJECTS["record"])} if standings else {}
    taken = {row["study_id"] for row in read_all(connection, SUBJECTS["study"])} if standings else set()
    return [
        Waiting(standing.record_id, standing.title, suggested_name(rows[standing.record_id], taken))
        for standing in standings
    ]


def suggested_name(record: dict[str, str], taken: set[str]) -> str:
    """Return first author and year, with a letter where that is taken: `abid2022`, `abid2022b`."""
    first = record["authors"].split(";")[0].strip()
    family = first.split(",")[0] if "," in first else first.rpartition(" ")[2]
    plain = unicodedata.normalize("NFKD", family).encode("ascii", "ignore").decode().lower()
    name = (re.sub(r"[^a-z0-9]", "", plain) or record["record_id"]) + (record["year"] or "-nd")
    return next(
        one
        for one in (
            name,
            *(f"{name}{letter}" for letter in "bcdefghijklmnopqrstuvwxyz"),
            f"{name}-{record['record_id']}",
        )
        if one not in taken
    )


async def new_study(visit: Visit) -> None:
    """Show the form of a new study."""
    waiting = await visit.known(waiting_records)
    book = (await visit.known(read_book)).codebook
    if not waiting:
        html.p(
            "Every included record has a study. Include another record first, at the desk of screening."
        ).classes("hint")
        return
    by_record = {one.record: one for one in waiting}

    def suggest(record: str) -> None:
        name.put(by_record[record].suggested if record in by_record else "")

    with html.div().classes("row"):
        record = choice_field(
            "Included record",
            {
                "": f"(choose one of {len(waiting)})",
                **{one.record: f"{one.record}: {one.title[:90]}" for one in waiting},
            },
            on_change=suggest,
        )
        name = text_field("Name of the study (first author and year)")
        kind = choice_field("Publication type", dict(book.terms.get("publication_type", {})))
    refusal = Refusal()

    async def add() -> None:
        async def write(_insist: bool) -> str:
            key = name.value.strip()
            await visit.write(
                Role.CURATOR, f"study of the included record {record.value}", add_study, key, record.value, kind.value,
                visit.person.name,
            )  # fmt: skip
            return f"{key} is added."

        if await saved(write, refused=refusal.show):
            ui.navigate.to(f"/extraction/{name.value.strip()}")

    button("Add the study and extract it", add, main=True)


def add_study(connection: Connection, key: str, record: str, kind: str, by: str) -> None:
    """Add a study with what its record says of it."""
    row = read_one(connection, SUBJECTS["record"], record)
    values = {name: row[name] for name in _COPIED if row.get(name)}
    values |= {"record_id": record, "publication_type": kind, "extracted_by": by}
    add_row(connection, SUBJECTS["study"], key, values)
