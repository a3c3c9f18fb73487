"""What an import brought, the way back, the imports before it, and what could not be read."""

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui import html, ui
from sqlalchemy import Connection, func, select

from db.errors import MedquantError, shown
from db.files import table_of
from db.history import undo_change
from db.models.tables import History, Search, UnreadEntry
from review.curate.desks.imports.waiting import Pace, waiting
from review.curate.fields import button
from review.curate.house import Visit, told
from review.curate.people import Role
from review.curate.showing import show_state
from review.sources.imported import SHOWN, excerpt

PAGE = 100
EARLIER = 10
Piece = tuple[str, str, str, str, bool]
"""File, place, what stands there, why, and whether a record is lost."""


@dataclass(frozen=True)
class Brought:
    """What a change brought: rows by table, the search it wrote, and whether that search is still there."""

    change: int
    actor: str
    rows: dict[str, int]
    query_id: str
    stands: bool


@dataclass(frozen=True)
class Earlier:
    """A search with how many results it gave and how much of them could not be read."""

    query_id: str
    date: str
    source: str
    query: str
    results: int | None
    unread: int


def read_brought(connection: Connection, change: str) -> Brought:
    """Return what an import brought.

    Raises
    ------
    MedquantError
        If the change is no import.
    """
    number = int(change) if change.isascii() and change.isdecimal() and len(change) < 10 else 0
    counts = connection.execute(
        select(History.table_name, func.count(), func.max(History.actor))
        .where(History.change == number, History.action == "insert")
        .group_by(History.table_name)
    ).all()
    rows = {table: int(count) for table, count, _ in counts}
    key = connection.scalar(
        select(History.row_key).where(History.change == number, History.table_name == "searches").limit(1)
    )
    if key is None or "identified" not in rows:
        raise MedquantError(f"change {shown(change)} is no import; the desk History shows what it was")
    stands = connection.scalar(select(Search.query_id).where(Search.query_id == key)) is not None
    return Brought(number, counts[0][2], rows, key, stands)


def read_earlier(connection: Connection) -> tuple[list[Earlier], int]:
    """Return the last searches, the newest first, and how many there are in all."""
    table = table_of(Search)
    counts = select(UnreadEntry.query_id, func.count()).group_by(UnreadEntry.query_id)
    unread: dict[str, int] = {row[0]: row[1] for row in connection.execute(counts)}
    rows = connection.execute(select(table).order_by(table.c.position.desc()).limit(EARLIER))
    found = [
        Earlier(r.query_id, str(r.date), r.corpus, r.query, r.results_returned, unread.get(r.query_id, 0))
        for r in rows
    ]
    return found, connection.scalar(select(func.count()).select_from(table)) or 0


async def show_result(visit: Visit, change: str, pace: Pace) -> None:
    """Show what an import brought, where to go next, and the button that takes it back."""
    brought = await visit.read(read_brought, change)
    rows = sum(brought.rows.values())
    if not brought.stands:
        html.p("This import was taken back. Everything is as it was before it.").classes("notice").props(
            "role=status"
        )
        with html.p().classes("row"):
            html.a("Import files", href="/import").classes("button")
        return
    html.h2("Imported", id="imported", tabindex="-1")
    with html.p(role="status").classes("row"):
        show_state(f"{brought.rows.get('records', 0):,} record(s)", "good")
        show_state(f"{brought.rows.get('screenings', 0):,} decision(s)", "none")
        lost = brought.rows.get("unread_entries", 0)
        show_state(f"{lost:,} piece(s) not read", "doubt" if lost else "none")
        html.span(f"search {brought.query_id}, change {brought.change}, by {brought.actor}").classes("hint")
    html.p("Next: join the duplicates, then screen.")
    wait = html.div()

    async def undo() -> None:
        role = Role.CURATOR if brought.actor == visit.person.name else Role.ADJUDICATOR
        try:
            with waiting(wait, f"Taking back {rows:,} rows", pace, "undo", rows):
                await visit.write(role, f"undo of change {brought.change}", undo_change, brought.change)
        except MedquantError as error:
            told(error)
            return
        ui.navigate.to(f"/import?change={brought.change}")

    with html.div().classes("row"):
        html.a("Find duplicates", href="/duplicates").classes("button")
        html.a("See the records", href="/records").classes("button")
        if brought.rows.get("unread_entries"):
            html.a("See what could not be read", href=f"/import/unread?query={brought.query_id}").classes(
                "button"
            )
        html.a("Import more", href="/import").classes("button")
        button("Undo this import", undo)


async def show_earlier(visit: Visit) -> None:
    """Show the last searches, each with what could not be read."""
    found, total = await visit.known(read_earlier)
    if not found:
        return
    html.h2("Earlier searches")
    with (
        html.div(tabindex="0", role="region", **{"aria-label": "Earlier searches"}).classes("scroll"),
        html.table().classes("plain"),
    ):
        html.caption(f"The last {len(found)} of {total:,} searches, the newest first").classes("hint")
        with html.thead(), html.tr():
            for name in ("Search", "Date", "Database", "Query", "Results", "Not read"):
                html.th(name, scope="col")
        with html.tbody():
            for one in found:
                with html.tr():
                    html.td(one.query_id)
                    html.td(one.date).classes("day")
                    html.td(excerpt(one.source))
                    html.td(excerpt(one.query, 160))
                    html.td("" if one.results is None else f"{one.results:,}").classes("number")
                    with html.td().classes("number"):
                        if one.unread:
                            html.a(
                                f"{one.unread:,}", href=f"/import/unread?query={one.query_id}"
                            ).props.update({"aria-label": f"{one.unread} not read of {one.query_id}"})
                        else:
                            html.span("0")


def show_unread(pieces: Sequence[Piece], caption: str) -> None:
    """Show what could not be read, what is lost first, a hundred pieces at a time."""
    if not pieces:
        html.p("Everything was read.")
        return
    ordered = sorted(pieces, key=lambda piece: not piece[4])
    lost = sum(piece[4] for piece in pieces)
    with (
        html.div(tabindex="0", role="region", **{"aria-label": caption}).classes("scroll"),
        html.table().classes("plain"),
    ):
        html.caption(f"{caption}: {lost:,} lost, {len(pieces) - lost:,} remark(s)").classes("hint")
        with html.thead(), html.tr():
            for name in ("File", "Place", "What", "Why", "Means"):
                html.th(name, scope="col")
        body = html.tbody()
    shown_up_to = 0

    def more() -> None:
        nonlocal shown_up_to
        with body:
            for file, place, what, why, is_lost in ordered[shown_up_to : shown_up_to + PAGE]:
                with html.tr():
                    for cell in (file, place, excerpt(what, SHOWN), why):
                        html.td(cell)
                    with html.td():
                        show_state("lost" if is_lost else "remark", "bad" if is_lost else "doubt")
        shown_up_to += PAGE
        another.set_visibility(shown_up_to < len(ordered))

    another = button(f"Show {PAGE} more", more)
    more()
