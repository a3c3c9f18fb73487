"""The audit trail: every change, by whom, when and why, with the cells before and after, and one click back."""

from typing import Any

from nicegui import html
from nicegui.events import GenericEventArguments
from sqlalchemy import Connection, select

from db.changes import Change, ChangePage, actors, read_change_page
from db.history import TABLES, HistoryEntry, read_history, undo_change
from db.models.tables import History
from review.blindness import HIDDEN, blindness_of
from review.blindness import TABLES as TABLES_JUDGED
from review.curate.fields import button, choice_field, text_field
from review.curate.house import House, RefusedError, Visit
from review.curate.parts import Part
from review.curate.people import Role
from review.curate.saving import saved
from review.curate.showing import show_table

PAGE = 30
MOST_ROWS = 200
LONGEST = 160


def add(house: House) -> None:
    """Lay the audit trail into the house."""

    @house.desk("/history", "History")
    async def history(visit: Visit) -> None:
        start = 0
        opened: set[int] = set()

        async def search(_: str = "") -> None:
            nonlocal start
            start = 0
            await listed.show()

        html.p(
            "Nothing is ever overwritten: each change can be looked at, and taken back as a change of its own."
        )
        with html.search().classes("row"):
            words = text_field(
                "Search reasons, names, keys", visit.asked("q"), type="search", on_change=search
            )
            names = {name: name for name in await visit.known(actors)}
            who = choice_field("By whom", {"": "everybody", **names}, on_change=search)
            tables = {name: name.replace("_", " ") for name in sorted(TABLES)}
            table = choice_field(
                "In which table", {"": "all", **tables}, visit.asked("table"), on_change=search
            )
        with html.p():
            html.a("Compare two dates or releases", href="/history/compare")

        async def turn(by: int) -> None:
            nonlocal start
            start = max(0, start + by)
            await listed.show()

        async def read() -> tuple[ChangePage, frozenset[int]]:
            return await visit.read(
                _read,
                visit.person.name,
                words=words.value,
                actor=who.value,
                table=table.value,
                offset=start,
                limit=PAGE,
            )

        def draw(found: tuple[ChangePage, frozenset[int]]) -> None:
            page, blind = found
            newer.set_visibility(False)
            opened.clear()
            searched = bool(words.value or who.value or table.value)
            html.p(_counted(start, page.total, searched=searched)).props("role=status").classes("hint")
            for change in page.changes:
                _show(visit, change, opened, hidden=change.number in blind)
            with html.div().classes("row"):
                if start:
                    button("Newer", lambda: turn(-PAGE))
                if start + PAGE < page.total:
                    button("Older", lambda: turn(PAGE))

        async def keep_up() -> None:
            changed = await listed.changed()
            if start or opened:  # nothing is drawn anew under the eyes and hands of who reads and types
                newer.set_visibility(changed)
            elif changed:
                listed.draw()

        newer = button("Something was changed meanwhile: show it", search)
        listed = Part(read, draw)
        await listed.show()
        visit.on_change(keep_up)


def _counted(start: int, total: int, *, searched: bool) -> str:
    if total:
        return f"Changes {start + 1:,} to {min(start + PAGE, total):,} of {total:,}, newest first"
    return "No change fits." if searched else "Nothing was changed since the corpus was loaded."


def _read(connection: Connection, viewer: str, **wanted: Any) -> tuple[ChangePage, frozenset[int]]:  # noqa: ANN401
    """Return a page of changes, and the numbers of those that are somebody else's blind judgement."""
    page = read_change_page(connection, **wanted)
    judged = [change.number for change in page.changes if set(change.tables) & set(TABLES_JUDGED)]
    if not judged:
        return page, frozenset()
    blindness = blindness_of(connection, viewer)
    rows = connection.execute(
        select(History.change, History.table_name, History.row_key).where(
            History.change.in_(judged), History.table_name.in_(TABLES_JUDGED)
        )
    )
    return page, frozenset(
        number for number, table, key in rows if number is not None and blindness.hides(table, key)
    )


def _show(visit: Visit, change: Change, opened: set[int], *, hidden: bool) -> None:
    """Show one change; its cells are read when somebody opens it, and its number is among `opened` as long as it is."""
    was_read = False
    with html.details().classes("card change") as box:
        with html.summary():
            html.span(change.at[:16].replace("T", " ")).classes("hint")
            html.strong(change.actor)
            html.span(HIDDEN if hidden else change.reason or "no reason is kept")
            html.span(
                f"{change.rows:,} {'row' if change.rows == 1 else 'rows'} in {', '.join(change.tables)}"
            ).classes("hint")
        inside = html.div()

    async def turned(event: GenericEventArguments) -> None:
        nonlocal was_read
        if not event.args:
            opened.discard(change.number)
            return
        opened.add(change.number)
        if was_read:
            return
        was_read = True
        entries = await visit.read(_entries, change.number, visit.person.name)
        with inside:
            _cells(change, entries)
            with html.div().classes("row"):
                why = text_field("Why it is taken back", f"change {change.number} was a mistake")
                button("Take this change back", lambda: take_back(why.value))

    async def take_back(why: str) -> None:
        if await _undo(visit, change, why):
            opened.discard(change.number)

    box.on("toggle", turned, js_handler="(event) => emit(event.target.open)")


def _entries(connection: Connection, number: int, viewer: str) -> list[HistoryEntry]:
    entries = read_history(connection, change=number, limit=MOST_ROWS)
    if {entry.table for entry in entries}.isdisjoint(TABLES_JUDGED):
        return entries
    return blindness_of(connection, viewer).veiled(entries)


def _cells(change: Change, entries: list[HistoryEntry]) -> None:
    rows = [
        [entry.table, entry.key, entry.action, name, _told(old), _told(new)]
        for entry in entries
        for name, (old, new) in entry.fields.items()
        if old is not None or new is not None
    ]
    rows += [[entry.table, "", entry.action, HIDDEN, "", ""] for entry in entries if entry.reason == HIDDEN]
    more = f" (the last {MOST_ROWS} of {change.rows:,} rows)" if change.rows > MOST_ROWS else ""
    show_table(
        f"Cells of change {change.number}{more}", ["Table", "Row", "Action", "Field", "Before", "After"], rows
    )


def _told(value: Any) -> str:  # noqa: ANN401 - the history holds whatever a cell held
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


async def _undo(visit: Visit, change: Change, why: str) -> bool:
    async def write(_: bool) -> str:
        if change.actor != visit.person.name and not visit.person.may(Role.ADJUDICATOR):
            raise RefusedError(
                f"{change.actor} made this change; an adjudicator, or {change.actor}, takes it back"
            )
        if not why.strip():
            raise RefusedError("a reason is needed; say why the change is taken back")
        # who was an adjudicator when the page was opened need not be one any more
        needed = Role.CURATOR if change.actor == visit.person.name else Role.ADJUDICATOR
        rows = await visit.write(needed, f"undo of change {change.number}: {why}", undo_change, change.number)
        return f"Change {change.number} is taken back, {rows:,} {'row' if rows == 1 else 'rows'}."

    return await saved(write)
